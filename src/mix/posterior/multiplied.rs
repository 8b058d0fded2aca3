//! Effects that multiply: from sums of logarithms to the KPI, and back to contributions.

use rayon::prelude::*;

use crate::mix::panel::Panel;
use crate::mix::posterior::decomposition::Decomposition;
use crate::mix::posterior::draw::PosteriorDraw;
use crate::mix::posterior::model::Posterior;
use crate::mix::specification::Likelihood;
use crate::mix::specification::dispersion::dispersion;
use crate::mix::specification::pseudo_observations::PseudoObservation;

/// Nodes and weights of Gauss and Legendre's rule on [0, 1], exact for polynomials of degree 15.
const RULE: [(f64, f64); 8] = [
    (0.019_855_071_751_231_88, 0.050_614_268_145_188_13),
    (0.101_666_761_293_186_64, 0.111_190_517_226_687_24),
    (0.237_233_795_041_835_5, 0.156_853_322_938_943_63),
    (0.408_282_678_752_175_1, 0.181_341_891_689_181),
    (0.591_717_321_247_825, 0.181_341_891_689_181),
    (0.762_766_204_958_164_5, 0.156_853_322_938_943_63),
    (0.898_333_238_706_813_4, 0.111_190_517_226_687_24),
    (0.980_144_928_248_768_1, 0.050_614_268_145_188_13),
];

/// What each of some factors e^u adds to a base that they multiply: what goes when it is removed,
/// averaged over all orders of removal (Shapley 1953). They add up to base x (e^(sum of u) - 1).
///
/// By Owen's (1972) multilinear extension it is base x (e^u - 1) x the integral over t from 0 to 1
/// of the product of 1 + t (e^v - 1) over the others' v.
pub(crate) fn removal_shares(base: f64, logs: &[f64], shares: &mut Vec<f64>) {
    let added = logs.iter().map(|u| libm::expm1(*u));
    shares.clear();
    shares.extend(added);
    let products = RULE.map(|(t, weight)| {
        let factors = shares.iter().map(|a| 1.0 + t * a);
        (t, weight * base * factors.product::<f64>())
    });
    for share in shares {
        let others = products.iter().map(|(t, all)| all / (1.0 + t * *share));
        *share *= others.sum::<f64>();
    }
}

impl Posterior {
    /// Whether effects multiply.
    pub(crate) const fn is_multiplicative(&self) -> bool {
        self.specification.likelihood.is_multiplicative()
    }

    /// By how much the mean of the noise raises what is expected: exp(variance / 2) where the
    /// logarithm is normal.
    fn mean_of_noise(&self) -> f64 {
        match (self.specification.likelihood, self.noise) {
            (Likelihood::Log, Some(noise)) => libm::exp(0.5 * noise.variance),
            _ => 1.0,
        }
    }

    /// A decomposition of logarithms, in units of each geo's scale, as one of the KPI: the level and
    /// what each other part of the baseline multiplies it by, then each channel.
    pub(crate) fn multiplied(&self, mut parts: Decomposition) -> Decomposition {
        let factor = self.mean_of_noise();
        let periods = parts.dates.len();
        let (mut logs, mut shares) = (vec![], vec![]);
        for row in 0..periods * parts.geos.len() {
            let unit = self.scales.kpi[row / periods];
            // The baseline's first part is its level.
            let (level, others) = parts.parts.split_at_mut(1);
            let level = &mut level[0].1[row];
            *level = factor * unit * libm::exp(*level / unit);
            logs.clear();
            logs.extend(others.iter().map(|(_, values)| values[row] / unit));
            removal_shares(*level, &logs, &mut shares);
            let cells = others.iter_mut().zip(&shares);
            cells.for_each(|((_, values), share)| values[row] = *share);
            let baseline = *level + shares.iter().sum::<f64>();
            logs.clear();
            logs.extend(parts.contributions.iter().map(|values| values[row] / unit));
            removal_shares(baseline, &logs, &mut shares);
            for (c, share) in shares.iter().enumerate() {
                let (whole, now) = (
                    &mut parts.contributions[c][row],
                    &mut parts.immediate[c][row],
                );
                *now = if *whole == 0.0 {
                    0.0
                } else {
                    share * (*now / *whole)
                };
                *whole = *share;
            }
        }
        parts
    }

    /// What a draw expects in each row where effects multiply, and each channel's factor as a
    /// logarithm, by channel, then row.
    fn predictors(&self, panel: &Panel, draw: &PosteriorDraw) -> (Vec<f64>, Vec<Vec<f64>>) {
        let parts = self.decompose_logs(panel, draw);
        let factor = self.mean_of_noise();
        let unit = |row: usize| self.scales.kpi[row / panel.periods()];
        let baseline = parts.parts.iter().map(|(_, values)| values);
        let all: Vec<&Vec<f64>> = baseline.chain(&parts.contributions).collect();
        let expected = |row: usize| {
            let sum = all.iter().map(|values| values[row]).sum::<f64>();
            factor * unit(row) * libm::exp(sum / unit(row))
        };
        let expected = (0..panel.rows()).map(expected).collect();
        let scaled = |values: &Vec<f64>| {
            let cells = values.iter().enumerate();
            cells.map(|(row, v)| v / unit(row)).collect()
        };
        (expected, parts.contributions.iter().map(scaled).collect())
    }

    /// What a draw predicts for a test or a belief where effects multiply, in units of the KPI.
    pub(crate) fn predicted_multiplied(
        &self,
        test: &PseudoObservation,
        draw: &PosteriorDraw,
    ) -> f64 {
        let periods = self.panel.periods();
        let transformed = self.response_by(draw, test.channel);
        let curve = &draw.curves[test.channel];
        let Some(mut changes) = test.changes(curve, &transformed, periods) else {
            let parts = self.decompose_by(&self.panel, draw);
            let worth = |row: usize| self.panel.revenue_per_kpi().map_or(1.0, |w| w[row]);
            let cells = parts.contributions[test.channel].iter().enumerate();
            return cells.map(|(row, x)| x * worth(row)).sum();
        };
        for (geo, cells) in changes.chunks_mut(periods).enumerate() {
            self.times_effect(draw, (test.channel, geo), self.panel.dates(), cells);
        }
        let (expected, _) = self.predictors(&self.panel, draw);
        let sign = test.sign();
        let change = |(row, log): (usize, &f64)| {
            let log = log / self.scales.kpi[row / periods];
            // The panel shows the KPI without the test, or with it where the sign is -1.
            sign * expected[row] * libm::expm1(sign * log)
        };
        changes.iter().enumerate().map(change).sum()
    }

    /// What is expected without a channel where effects multiply, by draw, channel and geo: the mean
    /// of the panel's last quarter of a year.
    pub(crate) fn levels(&self) -> &[Vec<Vec<f64>>] {
        self.derived.levels.get_or_init(|| {
            let draws = self.draws.par_iter();
            draws.map(|draw| self.levels_by(draw)).collect()
        })
    }

    fn levels_by(&self, draw: &PosteriorDraw) -> Vec<Vec<f64>> {
        let (expected, logs) = self.predictors(&self.panel, draw);
        let periods = self.panel.periods();
        let recent = self.panel.period().in_quarter().clamp(1, periods);
        let level = |logs: &Vec<f64>, geo: usize| {
            let end = self.panel.rows_of(geo).end;
            let rows = end - recent..end;
            let without = rows.map(|row| expected[row] * libm::exp(-logs[row]));
            without.sum::<f64>() / recent as f64
        };
        let geos = 0..self.panel.geos().len();
        let channel = |logs| geos.clone().map(|geo| level(logs, geo)).collect();
        logs.iter().map(channel).collect()
    }

    /// The dispersion of counts that the mean prediction leaves.
    pub(crate) fn dispersion(&self) -> f64 {
        let prediction = self.decomposition().prediction();
        let rows: Vec<(f64, f64, f64)> = (0..self.panel.rows())
            .filter(|row| self.weight_of(*row) > 0.0)
            .map(|row| (self.weight_of(row), self.panel.kpi()[row], prediction[row]))
            .collect();
        let freedom = (rows.len() as f64 - self.parameters()).max(1.0);
        dispersion(&rows, freedom)
    }

    /// Residuals of one size wherever the prediction is: KPI minus prediction, or where effects
    /// multiply what is left of the logarithm (of counts in units of their deviation) in units of
    /// the geo's scale. 0 in rows that were not fitted.
    pub(crate) fn even_residuals(&self) -> Vec<f64> {
        let mut residuals = self.residuals();
        if !self.is_multiplicative() {
            return residuals;
        }
        let prediction = self.decomposition().prediction();
        let dispersion = match self.specification.likelihood {
            Likelihood::NegativeBinomial => Some(self.dispersion()),
            _ => None,
        };
        let centre = libm::log(self.mean_of_noise());
        for (row, residual) in residuals.iter_mut().enumerate() {
            let unit = self.scales.kpi[row / self.panel.periods()];
            let (y, mean) = (self.panel.kpi()[row], prediction[row]);
            *residual = match dispersion {
                _ if !self.is_fitted(row) => 0.0,
                None => unit * (libm::log(y / mean) + centre),
                Some(a) => unit * (y - mean) / mean * ((1.0 / unit + a) / (1.0 / mean + a)).sqrt(),
            };
        }
        residuals
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The mean over all orders of what is added when a factor joins.
    fn over_orders(base: f64, logs: &[f64]) -> Vec<f64> {
        fn visit(present: f64, left: &[usize], logs: &[f64], sums: &mut [f64]) -> f64 {
            if left.is_empty() {
                return 1.0;
            }
            let mut orders = 0.0;
            for (at, &k) in left.iter().enumerate() {
                let mut rest = left.to_vec();
                rest.remove(at);
                let then = present * logs[k].exp();
                let below = visit(then, &rest, logs, sums);
                sums[k] += below * (then - present);
                orders += below;
            }
            orders
        }
        let mut sums = vec![0.0; logs.len()];
        let all: Vec<usize> = (0..logs.len()).collect();
        let orders = visit(base, &all, logs, &mut sums);
        sums.iter().map(|sum| sum / orders).collect()
    }

    #[test]
    fn shares_are_the_mean_over_all_orders() {
        let mut shares = vec![];
        for logs in [
            vec![0.3],
            vec![0.0, 0.0],
            vec![0.4, 0.1],
            vec![0.5, -0.3, 0.2, 1.5, 0.0],
            vec![-0.2, 0.2],
        ] {
            removal_shares(40.0, &logs, &mut shares);
            for (share, known) in shares.iter().zip(over_orders(40.0, &logs)) {
                assert!((share - known).abs() < 1e-12 * 40.0, "{share} {known}");
            }
            let all: f64 = logs.iter().sum();
            assert!((shares.iter().sum::<f64>() - 40.0 * all.exp_m1()).abs() < 1e-11);
        }
        // Two factors of 2 on 10 bring 30, 15 each; one alone would bring 10, removed last 20.
        removal_shares(10.0, &[2_f64.ln(), 2_f64.ln()], &mut shares);
        assert!((shares[0] - 15.0).abs() < 1e-12);
        // Many factors are beyond the rule's degree, and still add up.
        removal_shares(1.0, &[0.1; 40], &mut shares);
        assert!((shares.iter().sum::<f64>() - 4_f64.exp_m1()).abs() < 1e-10);
        removal_shares(1.0, &[], &mut shares);
        assert!(shares.is_empty());
    }
}

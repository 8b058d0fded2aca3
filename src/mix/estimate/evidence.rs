//! The evidence for a candidate, by which the search scores it.

use crate::mix::estimate::problem::{Problem, Workspace};
use crate::mix::estimate::sufficient_statistics::SufficientStatistics;

impl Problem {
    /// Logarithm of the evidence, up to a constant: the probability of the data with the
    /// coefficients and the noise's variance integrated out, under coefficients whose mean
    /// contributions are normal with the variance that the ridge penalty stands for.
    ///
    /// With all coefficients free this is the textbook evidence of Bayesian linear regression; a
    /// coefficient at its bound enters with its own curvature alone.
    pub(crate) fn log_evidence(
        &self,
        statistics: &SufficientStatistics,
        penalty: f64,
        objective: f64,
        workspace: &Workspace,
    ) -> f64 {
        let n = statistics.count();
        let rows = self.design.observations as f64;
        let mut score = -0.5 * self.freedom() / self.inflation() * libm::log(objective)
            - 0.5 * workspace.solver.log_determinant();
        for k in 0..n {
            let ridge = self.ridge(statistics, penalty, rows, k);
            if ridge > 0.0 {
                score += 0.5 * libm::log(ridge);
                if !workspace.solver.is_free(k) {
                    score -= 0.5 * libm::log(workspace.a[k * n + k]);
                }
            }
        }
        score + self.change_evidence(statistics, penalty, workspace)
    }
}

#[cfg(test)]
mod tests {
    use crate::mix::estimate::design::Design;
    use crate::mix::estimate::problem::{Linear, Problem, Workspace};
    use crate::mix::estimate::sufficient_statistics::SufficientStatistics;
    use crate::mix::panel::Panel;
    use crate::mix::specification::{Baseline, MixSpecification, Trend};
    use crate::mix::transform::{
        AdstockFamily, AdstockKernel, ChannelCurve, SaturationCurve, SaturationFamily,
    };
    use crate::time::Day;

    /// The evidence of a regression with one free coefficient, integrated numerically.
    #[test]
    fn the_score_is_the_log_evidence() {
        let x: Vec<f64> = (0..30).map(|t| 2.0 + f64::from(t * 7 % 5)).collect();
        let y: Vec<f64> = (0..30)
            .map(|t| 10.0 + 0.9 * x[t as usize] + f64::from(t * 5 % 13) / 5.0)
            .collect();
        let dates = (0..30).map(|w| Day::new(18_000 + 7 * w).unwrap()).collect();
        let panel = Panel::national(dates, y)
            .unwrap()
            .with_channel("tv", x)
            .unwrap();
        let mix = MixSpecification::new()
            .with_adstock(AdstockFamily::None)
            .with_saturation(SaturationFamily::None)
            .with_baseline(Baseline::new(Trend::None, 0).unwrap());
        let problem = Problem::new(Design::new(&panel, &mix, 3).unwrap());
        let (mut statistics, mut workspace) = (
            SufficientStatistics::new(&problem.design),
            Workspace::default(),
        );
        let plain = ChannelCurve::new(AdstockKernel::None, SaturationCurve::None);
        statistics.set_channel(0, &plain, &problem.design);
        let mut score = |penalty: f64| {
            problem
                .solve(&statistics, penalty, &mut workspace)
                .unwrap()
                .score
        };
        let stated = score(1e-2) - score(1e-3);
        // With the noise's variance integrated out, the likelihood of a coefficient b is (residuals
        // + ridge b^2)^-((n + 1) / 2) up to a constant, n the freedom left by the baseline, times
        // the square root of the ridge.
        let numeric = |penalty: f64| {
            let ridge = problem.ridge(&statistics, penalty, 30.0, 0);
            let rest = |b: f64| {
                let residuals: f64 = problem
                    .residuals(
                        &statistics,
                        &Linear {
                            coefficients: vec![b],
                            ..Linear::default()
                        },
                    )
                    .iter()
                    .map(|r| r * r)
                    .sum();
                residuals + ridge * b * b
            };
            let sum: f64 = (-40_000..40_000)
                .map(|i| rest(f64::from(i) * 1e-4).powf(-15.0))
                .sum();
            sum.ln() + 0.5 * ridge.ln()
        };
        assert!(
            (stated - (numeric(1e-2) - numeric(1e-3))).abs() < 1e-3,
            "{stated} {}",
            numeric(1e-2) - numeric(1e-3)
        );
    }
}

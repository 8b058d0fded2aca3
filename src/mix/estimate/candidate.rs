//! Judging a candidate: the linear part solved exactly, how well it fits, how well it predicts, how
//! plausible it is.

mod validation;

use serde::{Deserialize, Serialize};

use crate::linalg::dot::dot;
use crate::mix::estimate::design::{Design, Source};
use crate::mix::estimate::fold::Fold;
use crate::mix::estimate::sufficient_statistics::SufficientStatistics;
use crate::mix::regression::{BoundedSolver, kkt_residual};

/// What a candidate is judged by.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Objectives {
    /// Root mean square error over the KPI's range (Robyn's NRMSE), in sample.
    pub nrmse: f64,
    /// The same over the validation folds; not a number without folds.
    pub validation_nrmse: Option<f64>,
    /// DECOMP.RSSD: the distance between the channels' shares of the effect and of the spend.
    pub rssd: f64,
    /// Root mean square of the lift tests' errors in units of their standard errors; none without
    /// tests.
    pub lift_error: Option<f64>,
    /// Logarithm of the evidence for the candidate, up to a constant.
    pub score: f64,
}

/// The linear part at its optimum.
#[derive(Debug, Clone, Default)]
pub(crate) struct Linear {
    pub(crate) coefficients: Vec<f64>,
    pub(crate) kkt: f64,
    /// Squared residuals plus penalties at the optimum.
    pub(crate) objective: f64,
    pub(crate) score: f64,
}

/// A design with all that does not depend on the candidate taken beforehand.
#[derive(Debug, Clone)]
pub(crate) struct Problem {
    pub(crate) design: Design,
    /// Directions' products with the KPI.
    basis_kpi: Vec<f64>,
    /// Sum of squares of the KPI's part outside the baseline's span.
    remaining_square: f64,
    folds: Vec<Fold>,
    lower: Vec<f64>,
    upper: Vec<f64>,
    /// Residual variance, by which tests are weighed against rows; none until it is known.
    noise: Option<f64>,
    /// How many successive rows say as much as one independent row.
    inflation: f64,
    /// What each coefficient is drawn to, with the weight of that pull; none for 0.
    centres: Option<(Vec<f64>, f64)>,
}

/// Scratch for [`Problem`]'s work, one per thread.
#[derive(Debug, Clone, Default)]
pub(crate) struct Workspace {
    solver: BoundedSolver,
    a: Vec<f64>,
    b: Vec<f64>,
    along: Vec<f64>,
    rest: Vec<f64>,
    coefficients: Vec<f64>,
}

impl Problem {
    pub(crate) fn new(design: Design) -> Self {
        let basis_kpi = design.along_basis(&design.kpi);
        let remaining_square = dot(&design.kpi, &design.kpi) - dot(&basis_kpi, &basis_kpi);
        let lower = design.columns.iter().map(|c| c.lower).collect();
        let upper = design.columns.iter().map(|c| c.upper).collect();
        let folds = (1..design.cuts.len() - 1)
            .map(|block| Fold::new(&design, block))
            .collect();
        Self {
            basis_kpi,
            remaining_square,
            folds,
            lower,
            upper,
            noise: None,
            inflation: 1.0,
            centres: None,
            design,
        }
    }

    /// The same, with the noise of another fit: see [`Problem::noise`].
    pub(crate) fn with_noise(self, noise: Option<(f64, f64)>) -> Self {
        match noise {
            Some((variance, inflation)) => Self {
                noise: Some(variance),
                inflation,
                ..self
            },
            None => self,
        }
    }

    /// The same, knowing the noise of a solution: its variance, and from the correlation r of
    /// successive residuals how much less the rows say than independent ones, (1 + r) / (1 - r).
    ///
    /// Residuals that drift together are the mark of something left out of the model; without this,
    /// experiments would be outvoted by rows that all repeat the same mistake.
    pub(crate) fn with_noise_of(self, moments: &SufficientStatistics, linear: &Linear) -> Self {
        let residuals = self.residuals(moments, linear);
        let periods = self.design.periods;
        let square: f64 = residuals.iter().map(|r| r * r).sum();
        let products: f64 = residuals
            .chunks(periods)
            .flat_map(|geo| geo.windows(2))
            .map(|pair| pair[0] * pair[1])
            .sum();
        let correlation = if square > 0.0 {
            (products / square).clamp(0.0, 0.9)
        } else {
            0.0
        };
        let variance = (square / self.freedom()).max(f64::MIN_POSITIVE);
        Self {
            noise: Some(variance),
            inflation: (1.0 + correlation) / (1.0 - correlation),
            ..self
        }
    }

    /// Scaled KPI minus prediction, times the square roots of weights.
    fn residuals(&self, moments: &SufficientStatistics, linear: &Linear) -> Vec<f64> {
        let mut rest = self.design.kpi.clone();
        for (k, x) in linear.coefficients.iter().enumerate() {
            rest.iter_mut()
                .zip(moments.values(k))
                .for_each(|(r, m)| *r -= x * m);
        }
        for (direction, along) in self
            .design
            .basis
            .directions
            .iter()
            .zip(self.design.along_basis(&rest))
        {
            rest[direction.start..direction.end()]
                .iter_mut()
                .zip(&direction.values)
                .for_each(|(r, d)| *r -= along * d);
        }
        rest
    }

    /// The penalties that stand for contributions with the given smallest and largest standard
    /// deviation, once the noise is known.
    pub(crate) fn penalties(&self, (smallest, largest): (f64, f64)) -> Option<(f64, f64)> {
        let noise = self.noise? * self.inflation / self.design.observations as f64;
        let penalty = |deviation: f64| (noise / (deviation * deviation)).max(1e-12);
        Some((penalty(largest), penalty(smallest)))
    }

    /// The residual variance that tests are weighed against, and how many successive rows say as
    /// much as one independent row.
    pub(crate) fn noise(&self) -> Option<(f64, f64)> {
        self.noise.map(|variance| (variance, self.inflation))
    }

    /// The same, coefficients drawn to `centres` as if by so many rows.
    pub(crate) fn with_centres(self, centres: Vec<f64>, rows: f64) -> Self {
        Self {
            centres: Some((centres, rows)),
            ..self
        }
    }

    /// Degrees of freedom left to the media and the noise.
    fn freedom(&self) -> f64 {
        (self.design.observations - self.design.basis.len()) as f64
    }

    /// Adds test rows, penalty and pull to the normal equations; returns what they add to the sum
    /// of squares.
    fn add_rows(
        &self,
        moments: &SufficientStatistics,
        penalty: f64,
        rows: f64,
        a: &mut [f64],
        b: &mut [f64],
    ) -> f64 {
        let n = b.len();
        let mut square = 0.0;
        for (t, test) in self.design.tests.iter().enumerate() {
            let Some(noise) = self.noise else { continue };
            let weight = self.inflation * noise / (test.standard_error * test.standard_error);
            for i in 0..n {
                for j in 0..n {
                    a[i * n + j] += weight * moments.test(t, i) * moments.test(t, j);
                }
                b[i] += weight * moments.test(t, i) * test.target;
            }
            square += weight * test.target * test.target;
        }
        for i in 0..n {
            a[i * n + i] += self.ridge(moments, penalty, rows, i);
            if let Some((centres, strength)) = &self.centres {
                let pull = strength * moments.mean(i) * moments.mean(i);
                a[i * n + i] += pull;
                b[i] += pull * centres[i];
                square += pull * centres[i] * centres[i];
            }
        }
        square
    }

    /// The penalty on the square of a coefficient.
    fn ridge(&self, moments: &SufficientStatistics, penalty: f64, rows: f64, k: usize) -> f64 {
        rows * penalty * self.design.columns[k].penalty_factor * moments.mean(k) * moments.mean(k)
    }

    /// Solves the linear part for all rows; none if it has no single solution.
    pub(crate) fn solve(
        &self,
        moments: &SufficientStatistics,
        penalty: f64,
        bench: &mut Workspace,
    ) -> Option<Linear> {
        let n = moments.count();
        let blocks = self.design.cuts.len() - 1;
        let size = self.design.basis.len();
        bench.resize(n, size);
        for k in 0..n {
            let along = &mut bench.along[k * size..(k + 1) * size];
            along.copy_from_slice(moments.with_basis(0, k, size));
            for block in 1..blocks {
                along
                    .iter_mut()
                    .zip(moments.with_basis(block, k, size))
                    .for_each(|(a, b)| *a += b);
            }
        }
        for i in 0..n {
            let along = &bench.along[i * size..(i + 1) * size];
            for j in 0..=i {
                let product = (0..blocks)
                    .map(|block| moments.product(block, i, j))
                    .sum::<f64>();
                let rest = product - dot(along, &bench.along[j * size..(j + 1) * size]);
                bench.a[i * n + j] = rest;
                bench.a[j * n + i] = rest;
            }
            bench.b[i] = (0..blocks)
                .map(|block| moments.with_kpi(block, i))
                .sum::<f64>()
                - dot(along, &self.basis_kpi);
        }
        self.pin_inactive_channels(moments, bench);
        let square = self.remaining_square
            + self.add_rows(
                moments,
                penalty,
                self.design.observations as f64,
                &mut bench.a,
                &mut bench.b,
            );
        if !bench.solver.solve(
            &bench.a,
            &bench.b,
            &self.lower,
            &self.upper,
            &mut bench.coefficients,
        ) {
            return None;
        }
        let x = &bench.coefficients;
        let quadratic: f64 = (0..n)
            .map(|i| x[i] * (dot(&bench.a[i * n..(i + 1) * n], x) - 2.0 * bench.b[i]))
            .sum();
        // A perfect fit leaves rounding errors of either sign.
        let objective = (square + quadratic).max(1e-24 * square.max(f64::MIN_POSITIVE));
        let score = self.score(moments, penalty, objective, bench);
        let kkt = kkt_residual(&bench.a, &bench.b, &self.lower, &self.upper, x);
        Some(Linear {
            coefficients: x.clone(),
            kkt,
            objective,
            score,
        })
    }

    /// A column without activity has nothing but zeros; a unit diagonal keeps its coefficient at 0
    /// without disturbing the others.
    fn pin_inactive_channels(&self, moments: &SufficientStatistics, bench: &mut Workspace) {
        let n = moments.count();
        for k in 0..n {
            if matches!(self.design.columns[k].source, Source::Channel(_)) && moments.mean(k) == 0.0
            {
                bench.a[k * n + k] = 1.0;
            }
        }
    }

    /// Logarithm of the evidence, up to a constant: the probability of the data with the
    /// coefficients and the noise's variance integrated out, under coefficients whose mean
    /// contributions are normal with the variance that the ridge penalty stands for.
    ///
    /// With all coefficients free this is the textbook evidence of Bayesian linear regression; a
    /// coefficient at its bound enters with its own curvature alone.
    fn score(
        &self,
        moments: &SufficientStatistics,
        penalty: f64,
        objective: f64,
        bench: &Workspace,
    ) -> f64 {
        let n = moments.count();
        let rows = self.design.observations as f64;
        let mut score = -0.5 * self.freedom() / self.inflation * libm::log(objective)
            - 0.5 * bench.solver.log_determinant();
        for k in 0..n {
            let ridge = self.ridge(moments, penalty, rows, k);
            if ridge > 0.0 {
                score += 0.5 * libm::log(ridge);
                if !bench.solver.is_free(k) {
                    score -= 0.5 * libm::log(bench.a[k * n + k]);
                }
            }
        }
        score
    }

    /// Everything a candidate is judged by; none if its linear part has no single solution.
    pub(crate) fn judge(
        &self,
        moments: &SufficientStatistics,
        penalty: f64,
        bench: &mut Workspace,
    ) -> Option<(Linear, Objectives)> {
        let linear = self.solve(moments, penalty, bench)?;
        let objectives = self.objectives(moments, penalty, &linear, bench)?;
        Some((linear, objectives))
    }

    /// The objectives of a solved candidate.
    pub(crate) fn objectives(
        &self,
        moments: &SufficientStatistics,
        penalty: f64,
        linear: &Linear,
        bench: &mut Workspace,
    ) -> Option<Objectives> {
        let validation_nrmse = self.validate(moments, penalty, bench);
        if validation_nrmse.is_none() && !self.folds.is_empty() {
            return None;
        }
        Some(Objectives {
            nrmse: self.nrmse(moments, penalty, linear),
            validation_nrmse,
            rssd: self.rssd(moments, &linear.coefficients),
            lift_error: self.lift_error(moments, &linear.coefficients),
            score: linear.score,
        })
    }

    /// Root mean square error over the KPI's range.
    pub(crate) fn nrmse(
        &self,
        moments: &SufficientStatistics,
        penalty: f64,
        linear: &Linear,
    ) -> f64 {
        (self.residual_square(moments, penalty, linear) / self.design.observations as f64).sqrt()
            / self.design.kpi_range
    }

    /// The objective less penalty, pull and tests.
    fn residual_square(
        &self,
        moments: &SufficientStatistics,
        penalty: f64,
        linear: &Linear,
    ) -> f64 {
        let rows = self.design.observations as f64;
        let mut square = linear.objective;
        for (k, x) in linear.coefficients.iter().enumerate() {
            square -= self.ridge(moments, penalty, rows, k) * x * x;
            if let Some((centres, strength)) = &self.centres {
                square -= strength
                    * moments.mean(k)
                    * moments.mean(k)
                    * (x - centres[k])
                    * (x - centres[k]);
            }
        }
        for (t, test) in self.design.tests.iter().enumerate() {
            let error = test.target - self.tested(moments, &linear.coefficients, t);
            square -= self.noise.map_or(0.0, |noise| {
                self.inflation
                    * noise
                    * (error / test.standard_error)
                    * (error / test.standard_error)
            });
        }
        square.max(0.0)
    }

    /// What the coefficients predict for a test.
    pub(crate) fn tested(
        &self,
        moments: &SufficientStatistics,
        coefficients: &[f64],
        test: usize,
    ) -> f64 {
        coefficients
            .iter()
            .enumerate()
            .map(|(k, x)| x * moments.test(test, k))
            .sum()
    }

    fn lift_error(&self, moments: &SufficientStatistics, coefficients: &[f64]) -> Option<f64> {
        let tests = self
            .design
            .tests
            .iter()
            .enumerate()
            .filter(|(_, t)| t.is_lift());
        let (count, sum) = tests.fold((0.0, 0.0), |(count, sum), (t, test)| {
            let error = (self.tested(moments, coefficients, t) - test.target) / test.standard_error;
            (count + 1.0, sum + error * error)
        });
        (count > 0.0).then(|| (sum / count).sqrt())
    }

    /// Robyn's DECOMP.RSSD; effects below zero count as they are.
    pub(crate) fn rssd(&self, moments: &SufficientStatistics, coefficients: &[f64]) -> f64 {
        let (mut effect, mut spend) = (0.0, 0.0);
        let effect_of = |c: usize| -> f64 {
            let columns = self
                .design
                .columns
                .iter()
                .enumerate()
                .filter(|(_, m)| m.source == Source::Channel(c));
            columns
                .map(|(k, _)| coefficients[k] * moments.total(k))
                .sum()
        };
        for (c, channel) in self.design.channels.iter().enumerate() {
            effect += effect_of(c);
            spend += channel.spend;
        }
        let share = |part: f64, whole: f64| if whole > 0.0 { part / whole } else { 0.0 };
        let squares = self.design.channels.iter().enumerate().map(|(c, channel)| {
            let difference = share(effect_of(c), effect) - share(channel.spend, spend);
            difference * difference
        });
        squares.sum::<f64>().sqrt()
    }
}

impl Workspace {
    fn resize(&mut self, n: usize, size: usize) {
        self.a.resize(n * n, 0.0);
        self.b.resize(n, 0.0);
        self.coefficients.resize(n, 0.0);
        self.along.resize(n * size, 0.0);
        self.rest.resize(size, 0.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mix::estimate::search::set_all;
    use crate::mix::panel::Panel;
    use crate::mix::specification::{Baseline, MixSpecification, Trend};
    use crate::mix::transform::{AdstockFamily, SaturationFamily};
    use crate::time::Day;

    fn line(x: &[f64], y: &[f64]) -> (f64, f64) {
        let mean = |v: &[f64]| v.iter().sum::<f64>() / v.len() as f64;
        let (mx, my) = (mean(x), mean(y));
        let slope = x
            .iter()
            .zip(y)
            .map(|(a, b)| (a - mx) * (b - my))
            .sum::<f64>()
            / x.iter().map(|a| (a - mx) * (a - mx)).sum::<f64>();
        (my - slope * mx, slope)
    }

    /// A straight line through rows, by hand, against the products the search works with.
    #[test]
    fn folds_predict_what_a_fit_to_their_past_predicts() {
        let x: Vec<f64> = (0..60).map(|t| 1.0 + f64::from(t * 7 % 11)).collect();
        let y: Vec<f64> = (0..60)
            .map(|t| 10.0 + 0.7 * x[t as usize] + f64::from(t * 5 % 13) / 9.0)
            .collect();
        let dates = (0..60).map(|w| Day::new(18_000 + 7 * w).unwrap()).collect();
        let panel = Panel::national(dates, y.clone())
            .unwrap()
            .with_channel("tv", x.clone())
            .unwrap();
        let mix = MixSpecification::new()
            .adstock(AdstockFamily::None)
            .saturation(SaturationFamily::None);
        let mix = mix
            .baseline(Baseline::new(Trend::None, 0).unwrap())
            .folds(2)
            .unwrap();
        let problem = Problem::new(Design::new(&panel, &mix).unwrap());
        let (mut moments, mut bench) = (
            SufficientStatistics::new(&problem.design),
            Workspace::default(),
        );
        set_all(&problem, &[0.5], &mut moments);
        let (linear, objectives) = problem.judge(&moments, 0.0, &mut bench).unwrap();
        let (intercept, slope) = line(&x, &y);
        assert!(
            (linear.coefficients[0] * problem.design.kpi_scale[0]
                / problem.design.channels[0].scale[0]
                - slope)
                .abs()
                < 1e-12
        );
        let range = y.iter().fold(0.0_f64, |m, v| m.max(*v))
            - y.iter().fold(f64::INFINITY, |m, v| m.min(*v));
        let square = |rows: std::ops::Range<usize>, (a, b): (f64, f64)| {
            rows.map(|r| (y[r] - a - b * x[r]).powi(2)).sum::<f64>()
        };
        assert!(
            (objectives.nrmse - (square(0..60, (intercept, slope)) / 60.0).sqrt() / range).abs()
                < 1e-12
        );
        let held_out =
            square(42..51, line(&x[..42], &y[..42])) + square(51..60, line(&x[..51], &y[..51]));
        let expected = (held_out / 18.0).sqrt() / range;
        assert!(
            (objectives.validation_nrmse.unwrap() - expected).abs() < 1e-5,
            "{:?} {expected}",
            objectives.validation_nrmse
        );
    }

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
            .adstock(AdstockFamily::None)
            .saturation(SaturationFamily::None);
        let problem = Problem::new(
            Design::new(
                &panel,
                &mix.baseline(Baseline::new(Trend::None, 0).unwrap()),
            )
            .unwrap(),
        );
        let (mut moments, mut bench) = (
            SufficientStatistics::new(&problem.design),
            Workspace::default(),
        );
        set_all(&problem, &[0.5], &mut moments);
        let mut score = |penalty: f64| problem.solve(&moments, penalty, &mut bench).unwrap().score;
        let stated = score(1e-2) - score(1e-3);
        // With the noise's variance integrated out, the likelihood of a coefficient b is (residuals
        // + ridge b^2)^-((n + 1) / 2) up to a constant, n the freedom left by the baseline, times
        // the square root of the ridge.
        let numeric = |penalty: f64| {
            let ridge = problem.ridge(&moments, penalty, 30.0, 0);
            let rest = |b: f64| {
                let residuals: f64 = problem
                    .residuals(
                        &moments,
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

//! How smooth the baseline's trend is, by the probability of the data.

use crate::mix::estimate::problem::{Problem, Workspace};
use crate::mix::estimate::search::candidate::{Space, set_all};
use crate::mix::estimate::sufficient_statistics::SufficientStatistics;

/// Penalties on bends that are tried, in units of the noise's variance: from bends ten times as
/// large as the noise of a row to a straight line.
const PENALTIES: [f64; 8] = [1e-2, 1e-1, 1.0, 1e1, 1e2, 1e3, 1e4, 1e6];

/// Sets the penalty on the bends of a smooth trend that makes the data most probable, given the
/// transforms and the penalty of a candidate; nothing where the trend is another.
pub(crate) fn learn_smoothness(space: &mut Space, point: &[f64]) {
    if space.problem.design.smoothness.is_none() {
        return;
    }
    let mut best: Option<(f64, Problem)> = None;
    for penalty in PENALTIES {
        let design = space.problem.design.clone();
        let problem = Problem::new(design.with_smoothness(Some(penalty)));
        let Some(score) = evidence(&problem, point, space.penalty(point)) else {
            continue;
        };
        if best.as_ref().is_none_or(|(highest, _)| score > *highest) {
            best = Some((score, problem));
        }
    }
    if let Some((_, problem)) = best {
        space.problem = problem.with_folds().with_noise(space.problem.noise);
    }
}

/// The logarithm of the probability of the data, up to a constant, with the baseline's coefficients
/// integrated out too: bends are normal with the variance that their penalty stands for.
fn evidence(problem: &Problem, point: &[f64], ridge: f64) -> Option<f64> {
    let mut statistics = SufficientStatistics::new(&problem.design);
    set_all(problem, point, &mut statistics);
    let linear = problem.solve(&statistics, ridge, &mut Workspace::default())?;
    let bends = problem.design.baseline.bends() as f64;
    let penalty = problem.design.smoothness?;
    Some(
        linear.score + 0.5 * bends * libm::log(penalty)
            - 0.5 * problem.design.basis.log_determinant(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linalg::cholesky::{factorise, forward};
    use crate::linalg::dot::dot;
    use crate::mix::estimate::design::Design;
    use crate::mix::panel::Panel;
    use crate::mix::specification::{Baseline, MixSpecification, Trend};
    use crate::mix::transform::{AdstockFamily, SaturationFamily};
    use crate::time::Day;

    /// The logarithm of the density of y up to a constant, its covariance in proportion to I + Z Z' /
    /// penalty and the coefficients of X integrated out: restricted likelihood (Patterson and
    /// Thompson 1971) with the variance profiled.
    fn restricted(y: &[f64], x: &[Vec<f64>], z: &[Vec<f64>], penalty: f64) -> f64 {
        let n = y.len();
        let mut v = vec![0.0; n * n];
        for i in 0..n {
            for j in 0..n {
                let bends: f64 = z.iter().map(|c| c[i] * c[j]).sum();
                v[i * n + j] = f64::from(u8::from(i == j)) + bends / penalty;
            }
        }
        assert!(factorise(&mut v, n, n));
        let log_v: f64 = (0..n).map(|i| 2.0 * v[i * n + i].ln()).sum();
        let white = |column: &[f64]| {
            let mut column = column.to_vec();
            forward(&v, n, n, &mut column);
            column
        };
        let (mut y, p) = (white(y), x.len());
        let x: Vec<Vec<f64>> = x.iter().map(|c| white(c)).collect();
        let mut a: Vec<f64> = (0..p * p).map(|k| dot(&x[k / p], &x[k % p])).collect();
        assert!(factorise(&mut a, p, p));
        let log_a: f64 = (0..p).map(|i| 2.0 * a[i * p + i].ln()).sum();
        let mut basis: Vec<Vec<f64>> = vec![];
        for column in x {
            let mut column = column;
            for _ in 0..2 {
                for b in &basis {
                    let part = dot(b, &column);
                    column.iter_mut().zip(b).for_each(|(c, b)| *c -= part * b);
                }
            }
            let length = dot(&column, &column).sqrt();
            column.iter_mut().for_each(|c| *c /= length);
            let part = dot(&column, &y);
            y.iter_mut().zip(&column).for_each(|(y, c)| *y -= part * c);
            basis.push(column);
        }
        // The last column has a prior, however wide, so that it takes no degree of freedom.
        -0.5 * (log_v + log_a) - 0.5 * (n + 1 - p) as f64 * dot(&y, &y).ln()
    }

    #[test]
    fn the_penalty_is_scored_by_the_restricted_likelihood() {
        let tv: Vec<f64> = (0..60).map(|t| 1.0 + f64::from(t * 7 % 11)).collect();
        let y: Vec<f64> = (0..60)
            .map(|t: i32| 50.0 + tv[t as usize] + f64::from((t - 30).abs()) + f64::from(t * 5 % 13))
            .collect();
        let dates: Vec<Day> = (0..60).map(|w| Day::new(18_000 + 7 * w).unwrap()).collect();
        let panel = Panel::national(dates.clone(), y.clone()).unwrap();
        let panel = panel.with_channel("tv", tv.clone()).unwrap();
        let baseline = Baseline::new(Trend::Smooth, 0).unwrap();
        let timeline = (dates[0], dates[59]);
        let terms = baseline.geo_columns(&dates, timeline, panel.period());
        let columns = |penalised: bool| -> Vec<Vec<f64>> {
            let kept = terms.iter().filter(|term| term.penalised == penalised);
            kept.map(|term| term.values.clone()).collect()
        };
        let (mut x, z) = (columns(false), columns(true));
        assert_eq!((x.len(), z.len()), (2, 4));
        x.push(tv);
        let mix = MixSpecification::new()
            .with_adstock(AdstockFamily::None)
            .with_saturation(SaturationFamily::None)
            .with_baseline(baseline);
        let design = Design::new(&panel, &mix, 3).unwrap();
        let score = |penalty: f64| {
            let design = design.clone().with_smoothness(Some(penalty));
            evidence(&Problem::new(design), &[0.5], 1e-9).unwrap()
        };
        let known = |penalty: f64| restricted(&y, &x, &z, penalty);
        for penalty in [0.1, 1e4] {
            let difference = score(penalty) - score(10.0);
            let expected = known(penalty) - known(10.0);
            assert!(
                (difference - expected).abs() < 1e-4,
                "{difference} {expected}"
            );
        }
    }
}

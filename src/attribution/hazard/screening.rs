//! Which pairs of channels are worth a rate of their own.

use crate::attribution::hazard::design::Design;
use crate::attribution::hazard::em::{Problem, Solution};
use crate::error::Result;
use crate::progress::Progress;

/// A pair is kept if it raises the log-likelihood by more than this.
const RISE: f64 = 8.0;

/// Fits all single touches, then adds one pair at a time: the one that would raise the likelihood
/// most with the other rates held, as long as that is enough. Rates of 0 stay 0 in EM, so a pair
/// not in question costs its zeros only.
pub(super) fn fit(
    problem: &Problem<'_>,
    design: &Design,
    start: Option<Vec<f64>>,
    most_steps: u64,
    progress: &dyn Progress,
) -> Result<Solution> {
    let baseline = design.features();
    let fresh = || {
        let mut start = problem.start();
        start[design.singles()..baseline].fill(0.0);
        start
    };
    let start = start.unwrap_or_else(fresh);
    let mut pairs: Vec<usize> = (design.singles()..baseline)
        .filter(|&pair| start[pair] > 0.0)
        .collect();
    let mut solution = problem.maximise(start, most_steps, progress)?;
    while let Some((pair, rate)) = best(problem, design, &solution.rates, &pairs) {
        let mut rates = solution.rates.clone();
        rates[pair] = rate;
        pairs.push(pair);
        let next = problem.maximise(rates, most_steps, progress)?;
        solution = Solution {
            steps: solution.steps + next.steps,
            converged: solution.converged && next.converged,
            ..next
        };
    }
    Ok(solution)
}

/// The pair whose own rate raises the likelihood most, and that rate, if the rise is enough.
fn best(
    problem: &Problem<'_>,
    design: &Design,
    rates: &[f64],
    kept: &[usize],
) -> Option<(usize, f64)> {
    let first = design.singles();
    if design.features() == first {
        return None;
    }
    let baseline = rates[design.features()];
    let mut intensities: Vec<Vec<(f64, f64)>> = vec![Vec::new(); design.features() - first];
    for row in problem.rows.iter() {
        let entries = row.features.iter().zip(row.values);
        let intensity = entries.fold(baseline, |sum, (&feature, value)| {
            sum + rates[feature as usize] * value
        });
        for &feature in row
            .features
            .iter()
            .filter(|&&feature| feature as usize >= first)
        {
            intensities[feature as usize - first].push((row.weight, intensity));
        }
    }
    let open = (first..design.features())
        .filter(|pair| !kept.contains(pair) && problem.exposure[*pair] > 0.0);
    let profiles = open.map(|pair| {
        (
            pair,
            profile(&intensities[pair - first], problem.exposure[pair]),
        )
    });
    let best = profiles.max_by(|left, right| left.1.1.total_cmp(&right.1.1))?;
    (best.1.1 > RISE).then_some((best.0, best.1.0))
}

/// Where `sum w log(1 + rate / lambda) - rate x exposure` is largest over rates of 0 or more, and
/// how large: by bisection of its slope, which falls.
fn profile(events: &[(f64, f64)], exposure: f64) -> (f64, f64) {
    let slope = |rate: f64| {
        events
            .iter()
            .map(|(weight, intensity)| weight / (intensity + rate))
            .sum::<f64>()
            - exposure
    };
    let (mut low, mut high) = (
        0.0,
        events.iter().fold(0.0, |sum, event| sum + event.0) / exposure,
    );
    if slope(low) <= 0.0 {
        return (0.0, 0.0);
    }
    for _ in 0..50 {
        let middle = 0.5 * (low + high);
        if slope(middle) > 0.0 {
            low = middle
        } else {
            high = middle
        }
    }
    let rise = events
        .iter()
        .map(|(weight, intensity)| weight * libm::log1p(low / intensity))
        .sum::<f64>()
        - low * exposure;
    (low, rise)
}

/// The rates of an earlier fit as a start: those of single touches that had died out get a little
/// back, for EM cannot. Pairs are screened anew, so that a replicate may keep others or none.
pub(super) fn revived(problem: &Problem<'_>, rates: &[f64], singles: usize) -> Vec<f64> {
    let fresh = problem.start();
    let baseline = rates.len() - 1;
    let revive = |at: usize| {
        if at < singles || at == baseline {
            rates[at].max(1e-3 * fresh[at])
        } else {
            0.0
        }
    };
    (0..rates.len()).map(revive).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_finds_its_peak() {
        // 10 events at intensity 1 and 3 days: the slope 10 / (1 + r) - 3 is 0 at r = 7/3
        let (rate, rise) = profile(&[(10.0, 1.0)], 3.0);
        approx::assert_relative_eq!(rate, 7.0 / 3.0, max_relative = 1e-9);
        approx::assert_relative_eq!(rise, 10.0 * (10.0f64 / 3.0).ln() - 7.0, max_relative = 1e-9);
        assert_eq!(profile(&[(1.0, 1.0)], 3.0), (0.0, 0.0));
    }
}

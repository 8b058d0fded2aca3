//! Conversions that touches bring by way of the touches of another channel.

use crate::attribution::hazard::basis::Basis;
use crate::attribution::hazard::design::Design;
use crate::attribution::hazard::tested::{STEP, TestedTouches};
use crate::attribution::hazard::upstream::Upstream;

/// By feature, what a rate of 1 a day of the mediator's touches brings through those that the tested
/// touches bring: the exposure to touches that are expected at the upstream fit's rates, added up
/// hour by hour. 0 for other channels' features.
///
/// With frequency classes, touches brought count as first ones.
pub(super) fn exposure(touches: &TestedTouches, mediator: &Upstream, design: &Design) -> Vec<f64> {
    let (basis, functions) = (&design.basis, design.basis.len());
    let hours = touches.left.len();
    let mut exposure = vec![0.0; design.features()];
    let first = touches.window.channel.index() * functions;
    let brought = brought(basis, &mediator.rates[first..first + functions], hours);
    let own = mediator.channel.index() * design.classes() * functions;
    let exposed = exposed(basis, hours);
    let sums = &mut exposure[own..own + functions];
    for (left, &count) in touches
        .left
        .iter()
        .enumerate()
        .filter(|(_, count)| **count > 0.0)
    {
        for (hour, arrivals) in brought.iter().enumerate().take(left + 1) {
            let later = &exposed[(left - hour) * functions..];
            for (sum, days) in sums.iter_mut().zip(later) {
                *sum += count * arrivals * days;
            }
        }
    }
    exposure
}

/// Touches of the mediator that the tested ones bring, at the upstream fit's rates.
pub(super) fn arrivals(touches: &TestedTouches, mediator: &Upstream, basis: &Basis) -> f64 {
    let first = touches.window.channel.index() * basis.len();
    let rates = &mediator.rates[first..first + basis.len()];
    let mut brought = brought(basis, rates, touches.left.len()).into_iter();
    let (mut sum, mut each) = (0.0, 0.0);
    for count in &touches.left {
        each += brought.next().unwrap_or(0.0);
        sum += count * each;
    }
    sum
}

/// Touches that one touch brings in each hour of its age, up to the last with any.
fn brought(basis: &Basis, rates: &[f64], hours: usize) -> Vec<f64> {
    let reach = (basis.horizon() / STEP) as usize + 1;
    let in_hour = |hour: usize| {
        let from = hour as u32 * STEP;
        let mut days = vec![0.0; rates.len()];
        basis.integrate(from, from.saturating_add(STEP), basis.unit(), &mut days);
        days.iter().zip(rates).map(|(days, rate)| days * rate).sum()
    };
    (0..hours.min(reach)).map(in_hour).collect()
}

/// The exposure to one touch up to each hour of its age, by function.
fn exposed(basis: &Basis, hours: usize) -> Vec<f64> {
    let mut all = Vec::with_capacity(hours * basis.len());
    for hour in 0..hours {
        let mut days = vec![0.0; basis.len()];
        let until = (hour as u32).saturating_mul(STEP);
        basis.integrate(0, until, basis.unit(), &mut days);
        all.extend(days);
    }
    all
}

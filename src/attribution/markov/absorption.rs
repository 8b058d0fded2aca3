//! Where walks end, in closed form.
//!
//! With `Q` the probabilities of steps between channels and `r` those of converting next, the probability of conversion from each
//! channel is `x = (I - Q)^-1 r`, and from the start `P = s x`. Removing a channel `c` sends every walk that would visit it to
//! null. A walk visits `c` with probability `h = (s G)_c / G_cc`, `G = (I - Q)^-1`, and from there converts with `x_c`: so the
//! removal effect is `h x_c / P`, and one inverse serves all channels. For value, `r` is replaced by the expected reward.

use super::Transitions;

pub(super) struct Absorbed {
    pub(super) conversion_rate: f64,
    /// Removal effects on conversions and on value, by channel.
    pub(super) conversions: Vec<f64>,
    pub(super) value: Vec<f64>,
}

pub(super) fn solve(evidence: &Transitions) -> Absorbed {
    let channels = evidence.starts.len();
    let started: f64 = evidence.starts.iter().sum();
    let leaving = evidence.leaving();
    let active: Vec<usize> = (0..channels).filter(|&at| leaving[at] > 0.0).collect();
    let place: Vec<Option<usize>> = {
        let mut place = vec![None; channels];
        active.iter().enumerate().for_each(|(row, &at)| place[at] = Some(row));
        place
    };
    let size = active.len();
    let mut system = vec![0.0; size * size];
    for row in 0..size {
        system[row * size + row] = 1.0;
    }
    for (from, to, weight) in evidence.steps() {
        if let (Some(row), Some(column)) = (place[from.index()], place[to.index()]) {
            system[row * size + column] -= weight / leaving[from.index()];
        }
    }
    let green = inverse(system, size);
    let per = |weights: &[f64]| active.iter().map(|&at| weights[at] / leaving[at]).collect::<Vec<f64>>();
    let start: Vec<f64> = active.iter().map(|&at| if started > 0.0 { evidence.starts[at] / started } else { 0.0 }).collect();
    let visits: Vec<f64> = (0..size)
        .map(|column| {
            let expected: f64 = (0..size).map(|row| start[row] * green[row * size + column]).sum();
            expected / green[column * size + column]
        })
        .collect();
    let effects = |reward: Vec<f64>| {
        let from: Vec<f64> = (0..size).map(|row| (0..size).map(|column| green[row * size + column] * reward[column]).sum()).collect();
        let all: f64 = start.iter().zip(&from).map(|(start, from)| start * from).sum();
        let mut effects = vec![0.0; channels];
        for (row, &at) in active.iter().enumerate() {
            effects[at] = if all > 0.0 { (visits[row] * from[row] / all).clamp(0.0, 1.0) } else { 0.0 };
        }
        (all, effects)
    };
    let (conversion_rate, conversions) = effects(per(&evidence.conversions));
    let (_, value) = effects(per(&evidence.value));
    Absorbed { conversion_rate, conversions, value }
}

/// The inverse of `I - Q` by elimination. Its rows sum to at least 0 with positive diagonal, so no pivoting is needed.
fn inverse(mut system: Vec<f64>, size: usize) -> Vec<f64> {
    let mut inverse = vec![0.0; size * size];
    for row in 0..size {
        inverse[row * size + row] = 1.0;
    }
    for pivot in 0..size {
        let scale = 1.0 / system[pivot * size + pivot];
        for column in 0..size {
            system[pivot * size + column] *= scale;
            inverse[pivot * size + column] *= scale;
        }
        let (pivot_system, pivot_inverse): (Vec<f64>, Vec<f64>) =
            (system[pivot * size..(pivot + 1) * size].to_vec(), inverse[pivot * size..(pivot + 1) * size].to_vec());
        for row in (0..size).filter(|&row| row != pivot) {
            let factor = system[row * size + pivot];
            if factor != 0.0 {
                for column in 0..size {
                    system[row * size + column] -= factor * pivot_system[column];
                    inverse[row * size + column] -= factor * pivot_inverse[column];
                }
            }
        }
    }
    inverse
}

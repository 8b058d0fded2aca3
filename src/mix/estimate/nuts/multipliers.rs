//! How an effect differs between geos and over time.

use crate::linalg::dot::dot;
use crate::mix::estimate::design::Design;
use crate::mix::estimate::nuts::layout::Layout;
use crate::mix::estimate::nuts::term::Term;
use crate::mix::estimate::nuts::unconstrained::{At, at};
use crate::mix::specification::ChangingEffect;

/// How many times its general size an effect is in each row of a term: a factor for the geo, e to
/// the power of its difference, times one for the period, which runs straight between knots.
///
/// Knots are e to the power of a random walk that starts at 0; what is general is the term's mean
/// contribution, so that no constraint is needed.
#[derive(Debug, Clone)]
pub(super) struct Multipliers {
    /// By row of the term.
    pub(super) rows: Vec<f64>,
    /// By geo of the term.
    pub(super) geos: Vec<f64>,
    /// By knot; none where the effect is constant.
    pub(super) knots: Vec<f64>,
    /// By period.
    periods: Vec<f64>,
    /// The random walk at the knots.
    walk: Vec<f64>,
    step: Option<At>,
    spread: f64,
}

/// How the priors of geos' differences are stated.
#[derive(Debug, Clone, Default)]
pub(super) struct Centring {
    /// The scale of the half-normal prior of the spread.
    pub(super) scale: f64,
    /// By term, then geo: whether the number is the difference itself, not in units of the spread.
    pub(super) centred: Vec<Vec<bool>>,
}

impl Multipliers {
    /// Those of a term at a point; none where its effect is the same everywhere.
    pub(super) fn new(
        design: &Design,
        layout: &Layout,
        (number, term): (usize, &Term),
        centring: &Centring,
        z: &[f64],
    ) -> Option<Self> {
        let hats = &design.channels[term.channel].hats;
        let spread = layout.spreads[number].map(|at| libm::exp(z[at]));
        if hats.is_empty() && spread.is_none() {
            return None;
        }
        let geos = match spread {
            None => vec![1.0; term.geos.len()],
            Some(spread) => z[layout.cells[number].clone()]
                .iter()
                .zip(&centring.centred[number])
                .map(|(z, centred)| libm::exp(if *centred { *z } else { spread * z }))
                .collect(),
        };
        let share = ChangingEffect::step_share();
        let step = (!hats.is_empty()).then(|| at(share.prior(), z[layout.step(term.channel)]));
        let steps = layout.steps[number].clone();
        let walk: Vec<f64> = step.map_or(vec![], |step| {
            let moved = z[steps].iter().scan(0.0, |sum, z| {
                *sum += step.value * z;
                Some(*sum)
            });
            std::iter::once(0.0).chain(moved).collect()
        });
        let knots: Vec<f64> = walk.iter().map(|w| libm::exp(*w)).collect();
        let periods: Vec<f64> = (0..design.periods)
            .map(|t| match knots.is_empty() {
                true => 1.0,
                false => hats.iter().zip(&knots).map(|(hat, k)| hat[t] * k).sum(),
            })
            .collect();
        let rows = geos.iter().flat_map(|g| periods.iter().map(move |p| g * p));
        Some(Self {
            rows: rows.collect(),
            geos,
            knots,
            periods,
            walk,
            step,
            spread: spread.unwrap_or(0.0),
        })
    }

    /// Adds the gradient, given the derivative by each row's multiplier, and gives the logarithm of
    /// the priors.
    pub(super) fn way_back(
        &self,
        design: &Design,
        layout: &Layout,
        (number, term): (usize, &Term),
        centring: &Centring,
        (z, by_row): (&[f64], &[f64]),
        gradient: &mut [f64],
    ) -> f64 {
        let mut log_density = 0.0;
        if let Some(at) = layout.spreads[number] {
            let ratio = self.spread / centring.scale;
            log_density += z[at] - 0.5 * ratio * ratio;
            gradient[at] += 1.0 - ratio * ratio;
            for (geo, cell) in layout.cells[number].clone().enumerate() {
                let rows = &by_row[geo * design.periods..(geo + 1) * design.periods];
                let by_factor = dot(rows, &self.periods);
                let by_difference = by_factor * self.geos[geo];
                let z = z[cell];
                if centring.centred[number][geo] {
                    let distance = z / self.spread;
                    log_density -= 0.5 * distance * distance + libm::log(self.spread);
                    gradient[cell] += by_difference - distance / self.spread;
                    gradient[at] += distance * distance - 1.0;
                } else {
                    log_density -= 0.5 * z * z;
                    gradient[cell] += by_difference * self.spread - z;
                    gradient[at] += by_difference * self.spread * z;
                }
            }
        }
        if let Some(step) = self.step {
            let hats = &design.channels[term.channel].hats;
            let by_walk = self.by_walk(hats, design.periods, by_row);
            let by_step: f64 = by_walk.iter().zip(&self.walk).map(|(by, w)| by * w).sum();
            let at = layout.step(term.channel);
            gradient[at] += by_step / step.value * step.slope + step.log_prior_slope;
            log_density += step.log_prior;
            // A step moves all knots after it.
            let mut later = 0.0;
            for (k, cell) in layout.steps[number].clone().enumerate().rev() {
                later += by_walk[k + 1];
                gradient[cell] += step.value * later - z[cell];
                log_density -= 0.5 * z[cell] * z[cell];
            }
        }
        log_density
    }

    /// The derivative by the random walk at each knot.
    fn by_walk(&self, hats: &[Vec<f64>], periods: usize, by_row: &[f64]) -> Vec<f64> {
        let mut by_period = vec![0.0; periods];
        for (rows, factor) in by_row.chunks(periods).zip(&self.geos) {
            let cells = by_period.iter_mut().zip(rows);
            cells.for_each(|(cell, by)| *cell += by * factor);
        }
        let by_knot = |hat: &Vec<f64>| -> f64 {
            let cells = hat.iter().zip(&by_period);
            cells.map(|(h, by)| h * by).sum()
        };
        let knots = hats.iter().zip(&self.knots);
        knots.map(|(hat, knot)| by_knot(hat) * knot).collect()
    }
}

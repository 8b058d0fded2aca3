//! A Hill curve over many values with its derivatives, in loops that become vector code.

use std::f64::consts::LN_2;

use pulp::{Arch, Simd, WithSimd};

use crate::linalg::elementary::{logarithm, power_of_two};
use crate::linalg::wide::multiply_add;
use crate::mix::transform::saturation::hill::Hill;
use crate::mix::transform::saturation::response::CHORD;

/// Where the curve writes, by value; derivatives are in units of [`Hill::units`].
pub(crate) struct Rows<'a> {
    pub(crate) response: &'a mut [f64],
    pub(crate) by_half_saturation: &'a mut [f64],
    pub(crate) by_slope: &'a mut [f64],
    /// How each value moves with something, in whose place comes how the response does.
    pub(crate) moves: &'a mut [f64],
}

impl Hill {
    /// Responses to `xs` and their derivatives.
    pub(crate) fn respond(&self, xs: &[f64], rows: Rows<'_>) {
        Arch::new().dispatch(Respond {
            hill: *self,
            xs,
            rows,
        });
    }

    /// What the derivatives that [`Hill::respond`] writes must be multiplied by: those by half
    /// saturation, by slope and by what moves the values.
    pub(crate) fn units(&self) -> [f64; 3] {
        [-self.slope / self.half_saturation, LN_2, self.slope]
    }
}

/// Powers beyond are held: the response is 1 to the last bit long before.
const LARGEST: f64 = 1e100;

struct Respond<'a> {
    hill: Hill,
    xs: &'a [f64],
    rows: Rows<'a>,
}

impl WithSimd for Respond<'_> {
    type Output = ();

    /// With p = (x / k)^s and r = 1 / (1 + p), the response is f = p r, df/dx = s f r / x and
    /// df/ds = f r ln (x / k). Below its end e a chord takes the place of the curve: f is that at the
    /// end times x / e.
    // Two loops: in one, each power would wait for its logarithm.
    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let add = multiply_add::<S>();
        let (unit, slope) = (1.0 / self.hill.half_saturation, self.hill.slope);
        let end = CHORD * self.hill.half_saturation;
        let (per_end, per_slope) = (1.0 / end, 1.0 / slope);
        let foot = power_of_two(slope * logarithm(CHORD, add), add);
        let rise = foot / (1.0 + foot) * per_end * per_slope;
        for (x, log) in self.xs.iter().zip(&mut *self.rows.by_slope) {
            let ratio = x * unit;
            *log = logarithm(if ratio > CHORD { ratio } else { CHORD }, add);
        }
        let derivatives = self.rows.by_half_saturation.iter_mut();
        let derivatives = derivatives.zip(self.rows.by_slope).zip(self.rows.moves);
        let cells = self.xs.iter().zip(self.rows.response).zip(derivatives);
        for ((x, response), ((by_half_saturation, by_slope), by_move)) in cells {
            let (log, moves) = (*by_slope, *by_move);
            let is_chord = *x < end;
            let held = if is_chord { end } else { *x };
            let power = power_of_two(slope * log, add);
            let power = if power < LARGEST { power } else { LARGEST };
            // One division for r and r / x.
            let per_held = 1.0 / add(held, power, held);
            let rest = per_held * held;
            let share = x * per_end;
            let share = if share < 1.0 { share } else { 1.0 };
            let share = if share > 0.0 { share } else { 0.0 };
            let f = power * rest * share;
            *response = f;
            *by_slope = f * rest * log;
            *by_half_saturation = f * if is_chord { per_slope } else { rest };
            *by_move = moves * if is_chord { rise } else { f * per_held };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mix::transform::Saturation;

    /// The response and its derivatives by half saturation, slope and x; single values, 1 - r, have
    /// few digits near the foot of the curve.
    fn expected(half: f64, slope: f64, x: f64) -> [f64; 4] {
        let (end, ratio) = (CHORD * half, (x / half).clamp(CHORD, 1e300));
        let p = libm::pow(ratio, slope).min(1e100);
        let (f, r) = (p / (1.0 + p), 1.0 / (1.0 + p));
        let log = libm::log(ratio);
        if x < end {
            let share = x / end;
            let by_slope = f * r * log * share;
            return [f * share, -f * share / half, by_slope, f / end];
        }
        let rise = slope * f * r;
        [f, -rise / half, f * r * log, rise / x]
    }

    #[test]
    fn rows_are_what_single_values_are() {
        let xs = [
            0.0, 1e-300, 1e-9, 4e-7, 1e-3, 0.3, 0.4, 0.7, 2.0, 1e9, 1e200,
        ];
        for (half, slope) in [(0.4, 1.3), (2.0, 0.2), (1e-3, 5.0)] {
            let hill = Hill::new(half, slope).unwrap();
            let mut rows = [0.0, 0.0, 0.0, 2.0].map(|value| vec![value; xs.len()]);
            let [response, by_half_saturation, by_slope, moves] = &mut rows;
            let rows = Rows {
                response,
                by_half_saturation,
                by_slope,
                moves,
            };
            hill.respond(&xs, rows);
            let units = hill.units();
            for (at, x) in xs.into_iter().enumerate() {
                let single = hill.response(x);
                let error = (response[at] - single).abs();
                assert!(error <= 1e-12 * single + f64::EPSILON, "{hill:?} {x}");
                let found = [
                    response[at],
                    units[0] * by_half_saturation[at],
                    units[1] * by_slope[at],
                    units[2] * moves[at] / 2.0,
                ];
                for (found, expected) in found.into_iter().zip(expected(half, slope, x)) {
                    let error = (found - expected).abs();
                    // Far beyond the half saturation nothing moves.
                    let close = 1e-11 * expected.abs() + 1e-20;
                    assert!(error <= close, "{hill:?} {x}: {found} {expected}");
                }
            }
        }
    }
}

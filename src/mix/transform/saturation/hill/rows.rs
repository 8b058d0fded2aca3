//! A Hill curve over many values, and the way back, in loops that become vector code.

use pulp::{Arch, Simd, WithSimd};

use crate::linalg::elementary::{exponential, logarithm};
use crate::mix::transform::saturation::hill::{Hill, LARGEST, saturated};
use crate::mix::transform::saturation::response::CHORD;

impl Hill {
    /// Responses to `xs`, and the logarithms of x over the half saturation for the way back.
    pub(crate) fn respond(&self, xs: &[f64], responses: &mut [f64], logs: &mut [f64]) {
        Arch::new().dispatch(Respond {
            hill: *self,
            xs,
            responses,
            logs,
        });
    }

    /// From derivatives by each response, `adjoint`, to those by each x, written into `by_x`, and
    /// by half saturation and slope; `responses` and `logs` are those of [`Hill::respond`].
    pub(crate) fn way_back(
        &self,
        (xs, responses, logs): (&[f64], &[f64], &[f64]),
        adjoint: &[f64],
        by_x: &mut [f64],
    ) -> [f64; 2] {
        let [by_log_x, by_slope] = Arch::new().dispatch(WayBack {
            hill: *self,
            xs,
            responses,
            logs,
            adjoint,
            by_x,
        });
        [-by_log_x / self.half_saturation, by_slope]
    }

    /// The x at which the chord ends, and the response's rise along it.
    fn along_chord(&self) -> (f64, f64) {
        let end = CHORD * self.half_saturation;
        (end, self.chord() / end)
    }
}

/// The same sums whatever the processor; its widest vectors make them.
struct Respond<'a> {
    hill: Hill,
    xs: &'a [f64],
    responses: &'a mut [f64],
    logs: &'a mut [f64],
}

impl WithSimd for Respond<'_> {
    type Output = ();

    // Two loops: in one, each exponential would wait for its logarithm.
    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let unit = 1.0 / self.hill.half_saturation;
        let slope = self.hill.slope;
        let (end, rise) = self.hill.along_chord();
        for (x, log) in self.xs.iter().zip(self.logs.iter_mut()) {
            let ratio = x * unit;
            let ratio = if ratio > CHORD { ratio } else { CHORD };
            *log = logarithm(if ratio < LARGEST { ratio } else { LARGEST });
        }
        let cells = self.xs.iter().zip(&*self.logs).zip(self.responses);
        for ((x, log), response) in cells {
            let beyond = saturated(exponential(slope * log));
            let along = rise * if *x > 0.0 { *x } else { 0.0 };
            *response = if *x < end { along } else { beyond };
        }
    }
}

struct WayBack<'a> {
    hill: Hill,
    xs: &'a [f64],
    responses: &'a [f64],
    logs: &'a [f64],
    adjoint: &'a [f64],
    by_x: &'a mut [f64],
}

/// Partial sums of a loop.
const LANES: usize = 8;

impl WithSimd for WayBack<'_> {
    /// The derivatives by the logarithm of all x, and by the slope.
    type Output = [f64; 2];

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) -> [f64; 2] {
        let (end, _) = self.hill.along_chord();
        let slope = self.hill.slope;
        // Along the chord the response is in proportion to x.
        let on_chord = (1.0 - self.hill.chord()) * logarithm(CHORD);
        let (mut by_log_x, mut by_slope) = ([0.0; LANES], [0.0; LANES]);
        let cell = |(x, f, log, h): (f64, f64, f64, f64)| {
            let rise = f * (1.0 - f);
            let on = x < end;
            let part = h * if on { f } else { slope * rise };
            let by_slope = h * if on { on_chord * f } else { rise * log };
            let by_x = part / x;
            (part, by_slope, if x > 0.0 { by_x } else { 0.0 })
        };
        let (xs, xs_rest) = self.xs.as_chunks::<LANES>();
        let (fs, fs_rest) = self.responses.as_chunks::<LANES>();
        let (logs, logs_rest) = self.logs.as_chunks::<LANES>();
        let (hs, hs_rest) = self.adjoint.as_chunks::<LANES>();
        let (by, by_rest) = self.by_x.as_chunks_mut::<LANES>();
        for ((((x, f), log), h), by) in xs.iter().zip(fs).zip(logs).zip(hs).zip(by) {
            for i in 0..LANES {
                let (part, slope, by_x) = cell((x[i], f[i], log[i], h[i]));
                by_log_x[i] += part;
                by_slope[i] += slope;
                by[i] = by_x;
            }
        }
        let rest = xs_rest.iter().zip(fs_rest).zip(logs_rest);
        for (i, (((x, f), log), h)) in rest.zip(hs_rest).enumerate() {
            let (part, slope, by_x) = cell((*x, *f, *log, *h));
            by_log_x[i] += part;
            by_slope[i] += slope;
            by_rest[i] = by_x;
        }
        [by_log_x.iter().sum(), by_slope.iter().sum()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mix::transform::Saturation;

    #[test]
    fn rows_are_what_single_values_are() {
        let xs: Vec<f64> = [
            0.0, 1e-300, 1e-9, 4e-7, 1e-3, 0.3, 0.4, 0.7, 2.0, 1e9, 1e200,
        ]
        .into();
        for (half, slope) in [(0.4, 1.3), (2.0, 0.2), (1e-3, 5.0)] {
            let hill = Hill::new(half, slope).unwrap();
            let (mut responses, mut logs) = (vec![0.0; xs.len()], vec![0.0; xs.len()]);
            hill.respond(&xs, &mut responses, &mut logs);
            let mut by_x = vec![0.0; xs.len()];
            for at in 0..xs.len() {
                let expected = hill.response(xs[at]);
                let error = (responses[at] - expected).abs();
                assert!(error <= 1e-13 * expected, "{hill:?} {}: {error}", xs[at]);
                let mut adjoint = vec![0.0; xs.len()];
                adjoint[at] = 2.0;
                let found = hill.way_back((&xs, &responses, &logs), &adjoint, &mut by_x);
                let mut expected = [0.0; 2];
                hill.gradient(xs[at], &mut expected);
                let slope = if xs[at] > 0.0 {
                    hill.slope(xs[at])
                } else {
                    0.0
                };
                for (found, expected) in [
                    (found[0], expected[0]),
                    (found[1], expected[1]),
                    (by_x[at], slope),
                ] {
                    let error = (found - 2.0 * expected).abs();
                    // Near the ceiling 1 - f has few digits left.
                    assert!(error <= 1e-9 * expected.abs() + 1e-12, "{} {error}", xs[at]);
                }
            }
        }
    }
}

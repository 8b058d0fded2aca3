//! A curve read from a table, where it is asked very often.

use crate::budget::curve::ResponseCurve;

/// The largest change of the slope within a cell, as part of it; with more a cubic is too coarse, as
/// where a root has no tangent.
const BENDS: f64 = 0.1;
/// How far a cubic may be from the curve in the middle of its cell, as part of what a whole range
/// of its slope would bring; with more the curve has a step or a kink there.
const OFF: f64 = 1e-5;

/// A curve between two spends as cubics through its values with its slopes (Hermite). Beyond them,
/// and in cells where it bends much or has a kink, it asks the curve itself. Cells grow with the
/// cube of their place, since curves bend most near 0.
///
/// Of Hill curves of slopes .3 to 3 a table of 256 cells is within 2e-7 of the largest response. The
/// mean of 40 curves costs some thousand times as much.
pub(crate) struct Tabled<C> {
    curve: C,
    low: f64,
    width: f64,
    /// Spend, response and slope.
    nodes: Vec<[f64; 3]>,
    /// Whether the cell that begins at a node is read from the table.
    smooth: Vec<bool>,
}

/// Where in a cell a spend lies, 0 to 1, with the cell's width and the nodes at its ends.
struct Place {
    along: f64,
    width: f64,
    left: [f64; 3],
    right: [f64; 3],
}

impl Place {
    fn response(&self) -> f64 {
        let (t, [_, from, steep], [_, to, steep_there]) = (self.along, self.left, self.right);
        let rest = 1.0 - t;
        from * rest * rest * (1.0 + 2.0 * t)
            + to * t * t * (3.0 - 2.0 * t)
            + self.width * t * rest * (steep * rest - steep_there * t)
    }

    fn slope(&self) -> f64 {
        let (t, [_, from, steep], [_, to, steep_there]) = (self.along, self.left, self.right);
        let rest = 1.0 - t;
        6.0 * t * rest * (to - from) / self.width
            + steep * rest * (1.0 - 3.0 * t)
            + steep_there * t * (3.0 * t - 2.0)
    }
}

impl<C: ResponseCurve> Tabled<C> {
    pub(crate) fn new(curve: C, (low, high): (f64, f64), cells: usize) -> Self {
        let width = high - low;
        let cells = if width > 0.0 { cells } else { 0 };
        let node = |at: usize| {
            let part = at as f64 / cells.max(1) as f64;
            let x = low + width * part * part * part;
            [x, curve.response(x), curve.slope(x)]
        };
        let nodes: Vec<[f64; 3]> = (0..=cells).map(node).collect();
        let smooth = nodes.windows(2).map(|ends| is_smooth(&curve, ends));
        Self {
            smooth: smooth.collect(),
            curve,
            low,
            width,
            nodes,
        }
    }

    fn place(&self, spend: f64) -> Option<Place> {
        let part = (spend - self.low) / self.width;
        if !(0.0..=1.0).contains(&part) {
            return None;
        }
        let cells = self.smooth.len();
        let cell = (libm::cbrt(part) * cells as f64) as usize;
        let cell = cell.min(cells.saturating_sub(1));
        let smooth = self.smooth.get(cell).copied().unwrap_or(false);
        smooth.then(|| between(&self.nodes[cell..cell + 2], spend))
    }
}

/// A spend's place between two nodes.
fn between(ends: &[[f64; 3]], spend: f64) -> Place {
    let width = ends[1][0] - ends[0][0];
    Place {
        along: (spend - ends[0][0]) / width,
        width,
        left: ends[0],
        right: ends[1],
    }
}

/// Whether a cubic between two nodes is a curve's course there.
fn is_smooth<C: ResponseCurve>(curve: &C, ends: &[[f64; 3]]) -> bool {
    let [from, to] = [ends[0], ends[1]];
    let steepest = from[2].abs().max(to[2].abs());
    let bends = (to[2] - from[2]).abs();
    if !steepest.is_finite() || to[0] <= from[0] || bends > BENDS * steepest {
        return false;
    }
    let middle = 0.5 * (from[0] + to[0]);
    let off = (between(ends, middle).response() - curve.response(middle)).abs();
    let rounding = 1e-12 * from[1].abs().max(to[1].abs());
    off <= OFF * steepest * (to[0] - from[0]) + rounding
}

impl<C: ResponseCurve> ResponseCurve for Tabled<C> {
    fn response(&self, spend: f64) -> f64 {
        match self.place(spend) {
            Some(place) => place.response(),
            None => self.curve.response(spend),
        }
    }

    fn slope(&self, spend: f64) -> f64 {
        match self.place(spend) {
            Some(place) => place.slope(),
            None => self.curve.slope(spend),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::budget::curve::shapes::Shape;

    #[test]
    fn a_table_is_as_good_as_its_curve() {
        for steepness in [0.3, 0.5, 1.0, 2.0, 3.0] {
            let hill = Shape::Hill {
                top: 100.0,
                half: 30.0,
                steepness,
            };
            for (low, high) in [(0.0, 90.0), (20.0, 60.0)] {
                let table = Tabled::new(hill, (low, high), 256);
                for step in 0..=3000 {
                    let part = f64::from(step) / 3000.0;
                    let x = low + (high - low) * part * part * part;
                    let (response, slope) = (table.response(x), table.slope(x));
                    assert!(
                        (response - hill.response(x)).abs() < 2e-5,
                        "{steepness} {x}"
                    );
                    let exact = hill.slope(x);
                    let near = (slope - exact).abs() < 1e-3 * exact.abs().max(0.1);
                    assert!(near || slope == exact, "{steepness} {x} {slope} {exact}");
                }
                assert_eq!(table.response(high + 1.0), hill.response(high + 1.0));
            }
        }
    }

    #[test]
    fn no_width_and_no_tangent_ask_the_curve() {
        let root = Shape::Root { top: 2.0 };
        let point = Tabled::new(root, (4.0, 4.0), 256);
        assert_eq!((point.response(4.0), point.slope(4.0)), (4.0, 0.5));
        let table = Tabled::new(root, (0.0, 100.0), 256);
        assert_eq!(table.slope(0.0), f64::INFINITY);
        assert!((table.response(49.0) - 14.0).abs() < 1e-6);
    }

    #[test]
    fn steps_and_kinks_are_asked() {
        struct Step;

        impl ResponseCurve for Step {
            fn response(&self, x: f64) -> f64 {
                x + if x < 55.5 { 0.0 } else { 10.0 }
            }

            fn slope(&self, _: f64) -> f64 {
                1.0
            }
        }

        let table = Tabled::new(Step, (0.0, 100.0), 128);
        for x in [20.0, 55.0, 55.49, 55.51, 56.0, 90.0] {
            assert!((table.response(x) - Step.response(x)).abs() < 1e-9, "{x}");
        }
    }
}

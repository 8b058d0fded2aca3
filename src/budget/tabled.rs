//! A curve read from a table, where it is asked very often.

use crate::budget::curve::ResponseCurve;

/// Cells of a table. They grow with the cube of their place, since curves bend most near 0.
const CELLS: usize = 256;

/// The largest change of the slope within a cell, as part of it; with more a cubic is too coarse, as
/// where a root has no tangent.
const BENDS: f64 = 0.1;

/// A curve between two spends as cubics through its values with its slopes (Hermite). Beyond them,
/// and in cells where it bends much, it asks the curve itself.
///
/// Of Hill curves of slopes .3 to 3 the table is within 2e-7 of the largest response. The mean of 40
/// curves costs some thousand times as much.
pub(crate) struct Tabled<C> {
    curve: C,
    low: f64,
    width: f64,
    /// Spend, response and slope.
    nodes: Vec<[f64; 3]>,
}

/// Where in a cell a spend lies, 0 to 1, with the cell's width and the nodes at its ends.
struct Place {
    along: f64,
    width: f64,
    left: [f64; 3],
    right: [f64; 3],
}

impl<C: ResponseCurve> Tabled<C> {
    pub(crate) fn new(curve: C, low: f64, high: f64) -> Self {
        let width = high - low;
        let cells = if width > 0.0 { CELLS } else { 0 };
        let node = |at: usize| {
            let part = at as f64 / CELLS as f64;
            let x = low + width * part * part * part;
            [x, curve.response(x), curve.slope(x)]
        };
        let nodes = (0..=cells).map(node).collect();
        Self {
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
        let cell = (libm::cbrt(part) * CELLS as f64) as usize;
        let cell = cell.min(CELLS - 1);
        let (left, right) = (*self.nodes.get(cell)?, *self.nodes.get(cell + 1)?);
        let (width, steepest) = (right[0] - left[0], left[2].abs().max(right[2].abs()));
        let sound = steepest.is_finite() && (right[2] - left[2]).abs() <= BENDS * steepest;
        (sound && width > 0.0).then(|| Place {
            along: (spend - left[0]) / width,
            width,
            left,
            right,
        })
    }
}

impl<C: ResponseCurve> ResponseCurve for Tabled<C> {
    fn response(&self, spend: f64) -> f64 {
        let Some(place) = self.place(spend) else {
            return self.curve.response(spend);
        };
        let (t, [_, from, steep], [_, to, steep_there]) = (place.along, place.left, place.right);
        let rest = 1.0 - t;
        from * rest * rest * (1.0 + 2.0 * t)
            + to * t * t * (3.0 - 2.0 * t)
            + place.width * t * rest * (steep * rest - steep_there * t)
    }

    fn slope(&self, spend: f64) -> f64 {
        let Some(place) = self.place(spend) else {
            return self.curve.slope(spend);
        };
        let (t, [_, from, steep], [_, to, steep_there]) = (place.along, place.left, place.right);
        let rest = 1.0 - t;
        6.0 * t * rest * (to - from) / place.width
            + steep * rest * (1.0 - 3.0 * t)
            + steep_there * t * (3.0 * t - 2.0)
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
                let table = Tabled::new(hill, low, high);
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
        let point = Tabled::new(root, 4.0, 4.0);
        assert_eq!((point.response(4.0), point.slope(4.0)), (4.0, 0.5));
        let table = Tabled::new(root, 0.0, 100.0);
        assert_eq!(table.slope(0.0), f64::INFINITY);
        assert!((table.response(49.0) - 14.0).abs() < 1e-6);
    }
}

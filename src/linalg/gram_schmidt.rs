//! Orthonormal bases by the Gram-Schmidt process, run twice for full accuracy.
//!
//! [`Basis`] is that of a regression's columns, many of which are 0 outside a range of rows.
//! [`project_out`] is the step for whole columns.

use crate::linalg::dot::{dot, dot_in_order};

/// Removes from `rest` its part in the span of an orthonormal basis, twice for full accuracy, and
/// gives that part's coordinates.
pub(crate) fn project_out(basis: &[Vec<f64>], rest: &mut [f64]) -> Vec<f64> {
    let mut along = vec![0.0; basis.len()];
    for _ in 0..2 {
        for (sum, direction) in along.iter_mut().zip(basis) {
            let part = dot_in_order(direction, rest);
            *sum += part;
            rest.iter_mut()
                .zip(direction)
                .for_each(|(r, d)| *r -= part * d);
        }
    }
    along
}

/// A column that is zero outside a range of rows: a geo's own columns live in its rows, shared ones
/// in all.
#[derive(Debug, Clone)]
pub(crate) struct RangedColumn {
    pub(crate) name: String,
    pub(crate) start: usize,
    pub(crate) values: Vec<f64>,
}

impl RangedColumn {
    pub(crate) fn end(&self) -> usize {
        self.start + self.values.len()
    }

    /// The part within rows `from..to`, with the row it starts at.
    pub(crate) fn within(&self, from: usize, to: usize) -> (usize, &[f64]) {
        let (low, high) = (from.max(self.start), to.min(self.end()));
        if low < high {
            (low, &self.values[low - self.start..high - self.start])
        } else {
            (from, &[])
        }
    }

    fn dot(&self, other: &Self) -> f64 {
        let (low, values) = self.within(other.start, other.end());
        dot(
            values,
            &other.values[low.saturating_sub(other.start)..][..values.len()],
        )
    }
}

/// Columns as an orthonormal basis, without those that depend on earlier ones.
#[derive(Debug, Clone)]
pub(crate) struct Basis {
    /// Orthonormal columns, the i-th spanning the i-th kept column with its predecessors.
    pub(crate) directions: Vec<RangedColumn>,
    /// Upper triangle by columns: kept column j = sum over i <= j of `triangle[j][i]` x direction
    /// i.
    triangle: Vec<Vec<f64>>,
    /// The direction of each given column; `None` if it depends on earlier ones.
    kept: Vec<Option<usize>>,
}

/// A column whose remainder is this much shorter than the column itself counts as dependent on the
/// others.
const DEPENDENT: f64 = 1e-9;

impl Basis {
    /// The basis of the given columns (already multiplied by the square roots of observation
    /// weights).
    pub(crate) fn new(columns: Vec<RangedColumn>) -> Self {
        let mut basis = Self {
            directions: vec![],
            triangle: vec![],
            kept: vec![],
        };
        for column in columns {
            basis.add(column);
        }
        basis
    }

    fn add(&mut self, mut column: RangedColumn) {
        let length = dot(&column.values, &column.values).sqrt();
        let mut along = vec![0.0; self.directions.len()];
        for _ in 0..2 {
            for (sum, direction) in along.iter_mut().zip(&self.directions) {
                let part = column.dot(direction);
                if part != 0.0 {
                    *sum += part;
                    // A shared column meets a geo's direction in the geo's rows only; a geo's
                    // column never meets another geo's.
                    let (low, values) = direction.within(column.start, column.end());
                    column.values[low - column.start..]
                        .iter_mut()
                        .zip(values)
                        .for_each(|(c, d)| *c -= part * d);
                }
            }
        }
        let rest = dot(&column.values, &column.values).sqrt();
        if rest.is_nan() || rest <= DEPENDENT * length {
            self.kept.push(None);
            return;
        }
        column.values.iter_mut().for_each(|v| *v /= rest);
        along.push(rest);
        self.kept.push(Some(self.directions.len()));
        self.triangle.push(along);
        self.directions.push(column);
    }

    /// Number of directions.
    pub(crate) fn len(&self) -> usize {
        self.directions.len()
    }

    /// Which of the given columns depend on earlier ones and were left out.
    pub(crate) fn dropped(&self) -> impl Iterator<Item = usize> + '_ {
        self.kept
            .iter()
            .enumerate()
            .filter(|(_, k)| k.is_none())
            .map(|(i, _)| i)
    }

    /// Coefficients of the given columns (0 for dropped ones) from coefficients of the directions.
    pub(crate) fn coefficients(&self, mut along: Vec<f64>) -> Vec<f64> {
        for j in (0..self.len()).rev() {
            along[j] /= self.triangle[j][j];
            for i in 0..j {
                along[i] -= self.triangle[j][i] * along[j];
            }
        }
        self.kept
            .iter()
            .map(|k| k.map_or(0.0, |k| along[k]))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(start: usize, values: &[f64]) -> RangedColumn {
        RangedColumn {
            name: String::new(),
            start,
            values: values.to_vec(),
        }
    }

    #[test]
    fn coefficients_solve_least_squares_across_blocks() {
        let columns = vec![
            column(0, &[1.0, 1.0, 1.0]),
            column(3, &[1.0, 1.0, 1.0]),
            column(3, &[2.0; 3]),
            column(0, &[0.0, 1.0, 3.0, 1.0, 1.0, 5.0]),
        ];
        let basis = Basis::new(columns.clone());
        assert_eq!(basis.dropped().collect::<Vec<_>>(), [2]);
        let target: Vec<f64> = (0..6)
            .map(|r| if r < 3 { 2.0 } else { -1.0 } + 0.5 * columns[3].values[r])
            .collect();
        let along = basis
            .directions
            .iter()
            .map(|d| dot(&d.values, &target[d.start..d.end()]))
            .collect();
        let found = basis.coefficients(along);
        for (c, expected) in found.iter().zip([2.0, -1.0, 0.0, 0.5]) {
            assert!((c - expected).abs() < 1e-14, "{found:?}");
        }
    }
}

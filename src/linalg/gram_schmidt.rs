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

    /// A column that is zero everywhere.
    const fn empty() -> Self {
        Self {
            name: String::new(),
            start: 0,
            values: vec![],
        }
    }

    fn dot(&self, other: &Self) -> f64 {
        let (low, values) = self.within(other.start, other.end());
        if values.is_empty() {
            return 0.0;
        }
        dot(values, &other.values[low - other.start..][..values.len()])
    }

    /// The sum of its squares.
    fn square(&self) -> f64 {
        dot(&self.values, &self.values)
    }

    /// Subtracts a multiple of another column, in the rows of both.
    fn subtract(&mut self, other: &Self, times: f64) {
        let (low, values) = other.within(self.start, self.end());
        if !values.is_empty() {
            self.values[low - self.start..]
                .iter_mut()
                .zip(values)
                .for_each(|(c, d)| *c -= times * d);
        }
    }

    /// Lengthens it by zeros to hold another column's rows too.
    fn widen(&mut self, other: &Self) {
        if other.values.is_empty() {
            return;
        }
        if self.values.is_empty() {
            self.start = other.start;
        }
        let (start, end) = (self.start.min(other.start), self.end().max(other.end()));
        if (start, end) != (self.start, self.end()) {
            let mut values = vec![0.0; end - start];
            values[self.start - start..][..self.values.len()].copy_from_slice(&self.values);
            (self.start, self.values) = (start, values);
        }
    }
}

/// Columns as an orthonormal basis, without those that depend on earlier ones.
///
/// A column may go on below the data, in pseudo-rows that hold a penalty on its coefficient. Columns
/// are then orthonormal over data and pseudo-rows together, and the directions keep the data's part.
/// For a target that is 0 in all pseudo-rows, every product of the regression needs that part only.
#[derive(Debug, Clone)]
pub(crate) struct Basis {
    /// Orthonormal columns, the i-th spanning the i-th kept column with its predecessors; the data's
    /// part of them.
    pub(crate) directions: Vec<RangedColumn>,
    /// The part of each direction in the pseudo-rows.
    pseudo: Vec<RangedColumn>,
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
        Self::with_pseudo_rows(columns.into_iter().map(|column| (column, None)))
    }

    /// The basis of columns, each with its part in the pseudo-rows, if it has any.
    pub(crate) fn with_pseudo_rows(
        columns: impl IntoIterator<Item = (RangedColumn, Option<RangedColumn>)>,
    ) -> Self {
        let mut basis = Self {
            directions: vec![],
            pseudo: vec![],
            triangle: vec![],
            kept: vec![],
        };
        for (column, pseudo) in columns {
            basis.add(column, pseudo.unwrap_or_else(RangedColumn::empty));
        }
        basis
    }

    fn add(&mut self, mut column: RangedColumn, mut pseudo: RangedColumn) {
        let length = (column.square() + pseudo.square()).sqrt();
        let mut along = vec![0.0; self.directions.len()];
        for _ in 0..2 {
            let directions = self.directions.iter().zip(&self.pseudo);
            for (sum, (direction, below)) in along.iter_mut().zip(directions) {
                let part = column.dot(direction) + pseudo.dot(below);
                if part != 0.0 {
                    *sum += part;
                    // A shared column meets a geo's direction in the geo's rows only; a geo's
                    // column never meets another geo's.
                    column.subtract(direction, part);
                    pseudo.widen(below);
                    pseudo.subtract(below, part);
                }
            }
        }
        let rest = (column.square() + pseudo.square()).sqrt();
        if rest.is_nan() || rest <= DEPENDENT * length {
            self.kept.push(None);
            return;
        }
        let values = column.values.iter_mut().chain(&mut pseudo.values);
        values.for_each(|v| *v /= rest);
        along.push(rest);
        self.kept.push(Some(self.directions.len()));
        self.triangle.push(along);
        self.directions.push(column);
        self.pseudo.push(pseudo);
    }

    /// The degrees of freedom that the columns take of the data: the trace of the projection, each
    /// direction by its length in the data.
    pub(crate) fn freedom(&self) -> f64 {
        self.len() as f64 - self.pseudo.iter().map(RangedColumn::square).sum::<f64>()
    }

    /// The logarithm of the determinant of the columns' products, pseudo-rows included.
    pub(crate) fn log_determinant(&self) -> f64 {
        let diagonal = self.triangle.iter().filter_map(|column| column.last());
        2.0 * diagonal.map(|length| libm::log(*length)).sum::<f64>()
    }

    /// The sum of squares in the pseudo-rows of a combination of the directions.
    pub(crate) fn pseudo_square(&self, along: &[f64]) -> f64 {
        let rows = self.pseudo.iter().map(RangedColumn::end).max().unwrap_or(0);
        let mut sums = vec![0.0; rows];
        for (column, times) in self.pseudo.iter().zip(along) {
            let sums = sums[column.start..].iter_mut().zip(&column.values);
            sums.for_each(|(sum, value)| *sum += times * value);
        }
        dot(&sums, &sums)
    }

    /// Adds the directions' products in the pseudo-rows to a square matrix.
    pub(crate) fn add_pseudo_products(&self, matrix: &mut [f64]) {
        let size = self.len();
        for (i, one) in self.pseudo.iter().enumerate() {
            for (j, other) in self.pseudo.iter().enumerate() {
                matrix[i * size + j] += one.dot(other);
            }
        }
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

    #[test]
    fn pseudo_rows_penalise() {
        let (ones, slope) = (column(0, &[1.0; 4]), column(0, &[0.0, 1.0, 2.0, 3.0]));
        let pseudo = column(0, &[2.0]);
        let y = [1.0, 3.0, 2.0, 6.0];
        let basis = Basis::with_pseudo_rows([(ones, None), (slope, Some(pseudo))]);
        let along = |d: &RangedColumn| dot(&d.values, &y[d.start..d.end()]);
        let found = basis.coefficients(basis.directions.iter().map(along).collect());
        // By hand: [4 6; 6 14 + 4] (a, b) = (12, 25), with determinant 36.
        assert!((found[0] - 66.0 / 36.0).abs() < 1e-14, "{found:?}");
        assert!((found[1] - 28.0 / 36.0).abs() < 1e-14, "{found:?}");
        // The trace of X (X'X + P)^-1 X': 2 - 4 x 4 / 36.
        assert!((basis.freedom() - (2.0 - 16.0 / 36.0)).abs() < 1e-14);
        assert!((basis.log_determinant() - 36.0_f64.ln()).abs() < 1e-14);
        let along: Vec<f64> = basis.directions.iter().map(along).collect();
        let penalty = 4.0 * (28.0 / 36.0) * (28.0 / 36.0);
        assert!((basis.pseudo_square(&along) - penalty).abs() < 1e-13);
        let mut products = vec![0.0; 4];
        basis.add_pseudo_products(&mut products);
        for (i, one) in basis.directions.iter().enumerate() {
            for (j, other) in basis.directions.iter().enumerate() {
                let whole = products[2 * i + j] + one.dot(other);
                let identity = if i == j { 1.0 } else { 0.0 };
                assert!((whole - identity).abs() < 1e-14);
            }
        }
    }

    #[test]
    fn shared_columns_meet_the_pseudo_rows_of_every_geo() {
        let geo = |start: usize| column(start, &[0.0, 1.0, 2.0, 4.0]);
        let shared = column(0, &[1.0, 0.0, 3.0, 1.0, 2.0, 5.0, 1.0, 1.0]);
        let basis = Basis::with_pseudo_rows([
            (geo(0), Some(column(0, &[1.0]))),
            (geo(4), Some(column(1, &[1.0]))),
            (shared, None),
        ]);
        assert_eq!(basis.pseudo[2].values.len(), 2);
        let products = |i: usize| {
            let pseudo = basis.pseudo[i].dot(&basis.pseudo[2]);
            basis.directions[i].dot(&basis.directions[2]) + pseudo
        };
        assert!(products(0).abs() < 1e-14 && products(1).abs() < 1e-14);
        assert!((products(2) - 1.0).abs() < 1e-14);
    }
}

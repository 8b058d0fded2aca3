//! Loops over slices in the widest vectors that the processor has.
//!
//! Sums have one order on every processor, but where it multiplies and adds at once it rounds once:
//! the last bits are the same on one machine, not on all. For what a sampler sees.

use pulp::{Arch, Simd, WithSimd};

/// a x b + c, rounded once where the vectors of `S` do so in one instruction: elsewhere that would be
/// a slow call.
#[inline(always)]
pub(crate) fn multiply_add<S: Simd>() -> impl Fn(f64, f64, f64) -> f64 + Copy {
    |a, b, c| {
        if S::F64_LANES >= 4 || cfg!(target_arch = "aarch64") {
            f64::mul_add(a, b, c)
        } else {
            a * b + c
        }
    }
}

/// The dot products of `a` with several others, in one pass; eight partial sums each, as in
/// [`dot`](crate::linalg::dot::dot).
pub(crate) fn dots<const N: usize>(a: &[f64], others: [&[f64]; N]) -> [f64; N] {
    Arch::new().dispatch(Dots { a, others })
}

struct Dots<'a, const N: usize> {
    a: &'a [f64],
    others: [&'a [f64]; N],
}

impl<const N: usize> WithSimd for Dots<'_, N> {
    type Output = [f64; N];

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) -> [f64; N] {
        let add = multiply_add::<S>();
        let mut sums = [[0.0; 8]; N];
        let (blocks, rest) = self.a.as_chunks::<8>();
        let others = self.others.map(|other| other.as_chunks::<8>());
        for (at, a) in blocks.iter().enumerate() {
            for (sums, (other, _)) in sums.iter_mut().zip(&others) {
                let b = &other[at];
                for i in 0..8 {
                    sums[i] = add(a[i], b[i], sums[i]);
                }
            }
        }
        std::array::from_fn(|k| {
            let rest = rest.iter().zip(others[k].1).map(|(a, b)| a * b);
            sums[k].iter().sum::<f64>() + rest.sum::<f64>()
        })
    }
}

/// Adds `factor` times `values` to cells.
pub(crate) fn add_times(cells: &mut [f64], factor: f64, values: &[f64]) {
    Arch::new().dispatch(AddTimes {
        cells,
        factor,
        values,
    });
}

struct AddTimes<'a> {
    cells: &'a mut [f64],
    factor: f64,
    values: &'a [f64],
}

impl WithSimd for AddTimes<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let add = multiply_add::<S>();
        for (cell, value) in self.cells.iter_mut().zip(self.values) {
            *cell = add(self.factor, *value, *cell);
        }
    }
}

/// Writes `factor` x `values` + `shift` into cells.
pub(crate) fn write_line(cells: &mut [f64], values: &[f64], (factor, shift): (f64, f64)) {
    Arch::new().dispatch(WriteLine {
        cells,
        values,
        line: (factor, shift),
    });
}

struct WriteLine<'a> {
    cells: &'a mut [f64],
    values: &'a [f64],
    line: (f64, f64),
}

impl WithSimd for WriteLine<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let (add, (factor, shift)) = (multiply_add::<S>(), self.line);
        for (cell, value) in self.cells.iter_mut().zip(self.values) {
            *cell = add(factor, *value, shift);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_are_summed_and_added() {
        for count in [0, 1, 7, 8, 9, 23] {
            let a: Vec<f64> = (0..count).map(f64::from).collect();
            let b: Vec<f64> = (0..count).map(|at| f64::from(at % 3)).collect();
            let square: f64 = (0..count).map(|at| f64::from(at * at)).sum();
            let product: f64 = (0..count).map(|at| f64::from(at * (at % 3))).sum();
            assert_eq!(dots(&a, [&a, &b]), [square, product]);
            let mut cells = a.clone();
            add_times(&mut cells, -2.0, &b);
            let expected = a.iter().zip(&b).map(|(a, b)| a - 2.0 * b);
            assert_eq!(cells, expected.collect::<Vec<_>>());
            write_line(&mut cells, &b, (3.0, 1.0));
            let expected = b.iter().map(|b| 3.0 * b + 1.0);
            assert_eq!(cells, expected.collect::<Vec<_>>());
        }
    }
}

//! Dot products, each with a stated order of summation.

/// The dot product over eight partial sums, for hot loops: it vectorises, and its order of
/// additions is fixed by the length alone.
///
/// Partial sum i takes the products i, i + 8, i + 16, .. of the whole blocks of eight. They are
/// added in pairs four apart, then two, then one; the rest follows in order.
#[inline]
pub(crate) fn dot(a: &[f64], b: &[f64]) -> f64 {
    let mut sums = [0.0; 8];
    let (a_blocks, a_rest) = a.as_chunks::<8>();
    let (b_blocks, b_rest) = b.as_chunks::<8>();
    for (x, y) in a_blocks.iter().zip(b_blocks) {
        for i in 0..8 {
            sums[i] += x[i] * y[i];
        }
    }
    let rest = dot_in_order(a_rest, b_rest);
    ((sums[0] + sums[4]) + (sums[2] + sums[6])) + ((sums[1] + sums[5]) + (sums[3] + sums[7])) + rest
}

/// The sum over eight partial sums, in the order of [`dot`].
#[cfg(feature = "bayes")]
#[inline]
pub(crate) fn sum(values: &[f64]) -> f64 {
    let mut sums = [0.0; 8];
    let (blocks, rest) = values.as_chunks::<8>();
    for x in blocks {
        for i in 0..8 {
            sums[i] += x[i];
        }
    }
    let rest: f64 = rest.iter().sum();
    ((sums[0] + sums[4]) + (sums[2] + sums[6])) + ((sums[1] + sums[5]) + (sums[3] + sums[7])) + rest
}

/// The dot product from the first element to the last, one sum: for short vectors, and where
/// figures were first computed that way.
#[inline]
pub(crate) fn dot_in_order(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_orders_sum_all_products() {
        for count in [0, 1, 7, 8, 9, 23] {
            let a: Vec<f64> = (0..count).map(f64::from).collect();
            let b: Vec<f64> = (0..count).map(|at| f64::from(at % 3)).collect();
            let expected: f64 = (0..count).map(|at| f64::from(at * (at % 3))).sum();
            assert_eq!((dot(&a, &b), dot_in_order(&a, &b)), (expected, expected));
        }
    }

    #[test]
    fn orders_are_as_stated() {
        // 1e16 swallows a 1 added to it: in order the ones after it are lost, in eight partial sums
        // they are added to each other first.
        let mut a = [1.0; 16];
        a[0] = 1e16;
        assert_eq!(dot_in_order(&a, &[1.0; 16]), 1e16);
        assert!(dot(&a, &[1.0; 16]) > 1e16);
    }
}

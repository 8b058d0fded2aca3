//! Logarithm and exponential to base 2 for loops over slices.
//!
//! Additions, multiplications, one division and bit shifts, without a branch: a compiler makes vector
//! code of a loop over them. Base 2 needs no product with ln 2 on either way. `add` says how a x b + c
//! is rounded; see [`multiply_add`](crate::linalg::wide::multiply_add). Polynomials go through the
//! function at Chebyshev's nodes, and are added in pairs, so that one addition does not wait for
//! another.

use std::f64::consts::LN_2;

/// sqrt(1/2).
const SQRT_HALF: u64 = 0x3FE6_A09E_667F_3BCD;
/// 2^52, whose last bit is worth 1.
const INTEGER: f64 = 4_503_599_627_370_496.0;

/// 2 / ln 2, then what of log2 m / t is left, by powers of t^2.
const LOGARITHM: [f64; 6] = [
    2.885_390_081_777_926_8,
    0.961_796_693_936_196,
    0.577_077_999_004_834_4,
    0.412_203_285_784_605_8,
    0.320_154_239_282_653,
    0.279_344_044_919_295_05,
];

/// 2^r by powers of r, from -1/2 to 1/2.
const POWER: [f64; 10] = [
    1.0,
    LN_2,
    0.240_226_506_958_129_9,
    0.055_504_108_664_760_42,
    0.009_618_129_159_402_558,
    0.001_333_355_817_904_311_1,
    0.000_154_034_558_524_538_4,
    0.000_015_252_686_846_267_72,
    0.000_001_325_522_487_866_881_7,
    0.000_000_102_031_210_633_917_29,
];

/// log2 x of a normal number > 0, with a relative error below 2e-13.
///
/// x = 2^e m with m in [sqrt(1/2), sqrt(2)); log2 m is a function of t = (m - 1) / (m + 1) that is
/// nearly a straight line.
#[inline(always)]
pub(crate) fn logarithm(x: f64, add: impl Fn(f64, f64, f64) -> f64 + Copy) -> f64 {
    let bits = x.to_bits();
    let exponent = bits.wrapping_sub(SQRT_HALF).wrapping_add(1024 << 52) >> 52;
    let mantissa = f64::from_bits(bits.wrapping_sub(exponent.wrapping_sub(1024) << 52));
    // An integer below 2^52 becomes a float by way of the last bits of 2^52.
    let exponent = f64::from_bits(exponent | INTEGER.to_bits()) - (INTEGER + 1024.0);
    let t = (mantissa - 1.0) / (mantissa + 1.0);
    let u = t * t;
    let square = u * u;
    let pair = |at: usize| add(u, LOGARITHM[at + 1], LOGARITHM[at]);
    let sum = add(square, add(square, LOGARITHM[5], pair(3)), pair(1));
    add(t, add(u, sum, LOGARITHM[0]), exponent)
}

/// 2^y for y from -1000 to 1000, with a relative error below 1e-13; held at these ends beyond.
#[inline(always)]
pub(crate) fn power_of_two(y: f64, add: impl Fn(f64, f64, f64) -> f64 + Copy) -> f64 {
    let y = if y > 1000.0 { 1000.0 } else { y };
    let y = if y < -1000.0 { -1000.0 } else { y };
    // Adding 1.5 x 2^52 rounds to an integer, which then stands in the last bits.
    let rounded = y + 1.5 * INTEGER;
    let r = y - (rounded - 1.5 * INTEGER);
    let square = r * r;
    let fourth = square * square;
    let pair = |at: usize| add(r, POWER[at + 1], POWER[at]);
    let low = add(square, pair(2), pair(0));
    let high = add(square, pair(6), pair(4));
    let sum = add(fourth, add(fourth, pair(8), high), low);
    f64::from_bits(sum.to_bits().wrapping_add(rounded.to_bits() << 52))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Fused and not.
    const ADDS: [fn(f64, f64, f64) -> f64; 2] = [|a, b, c| a * b + c, f64::mul_add];

    fn is_close(found: f64, expected: f64) -> bool {
        (found - expected).abs() <= 2e-13 * expected.abs()
    }

    proptest! {
        #[test]
        fn logarithms_agree_with_libm(bits in f64::MIN_POSITIVE.to_bits()..f64::MAX.to_bits()) {
            let x = f64::from_bits(bits);
            for add in ADDS {
                prop_assert!(is_close(logarithm(x, add), libm::log2(x)), "{x}");
            }
        }

        #[test]
        fn logarithms_near_one_agree_with_libm(x in 0.5..2.0_f64) {
            for add in ADDS {
                prop_assert!(is_close(logarithm(x, add), libm::log2(x)), "{x}");
            }
        }

        #[test]
        fn powers_agree_with_libm(y in -1000.0..1000.0_f64, small in -1.0..1.0_f64) {
            for (y, add) in [(y, ADDS[0]), (y, ADDS[1]), (small, ADDS[0]), (small, ADDS[1])] {
                prop_assert!(is_close(power_of_two(y, add), libm::exp2(y)), "{y}");
            }
        }
    }

    #[test]
    fn ends_are_held() {
        for add in ADDS {
            assert_eq!((logarithm(1.0, add), power_of_two(0.0, add)), (0.0, 1.0));
            for y in [1000.0, 1e4, f64::INFINITY] {
                assert_eq!(power_of_two(y, add), libm::exp2(1000.0));
                assert_eq!(power_of_two(-y, add), libm::exp2(-1000.0));
            }
            for x in [f64::MIN_POSITIVE, f64::MAX] {
                assert!(is_close(logarithm(x, add), libm::log2(x)));
            }
        }
    }
}

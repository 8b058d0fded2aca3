//! Logarithm and exponential for loops over slices.
//!
//! Additions, multiplications, one division and bit shifts, without a branch and never contracted
//! to fused ones: a compiler makes vector code of a loop over them, and the bits are the same
//! whatever the width of the vectors. Polynomials are added in pairs, so that one addition does not
//! wait for another.

/// sqrt(1/2).
const SQRT_HALF: u64 = 0x3FE6_A09E_667F_3BCD;
/// 2^52, whose last bit is worth 1.
const INTEGER: f64 = 4_503_599_627_370_496.0;
/// ln 2 in two parts, the first with enough zero bits at its end to be multiplied by an exponent
/// exactly.
const LN_2: [f64; 2] = [
    f64::from_bits(0x3FE6_2E42_FEE0_0000),
    f64::from_bits(0x3DEA_39EF_3579_3C76),
];

/// ln x of a normal number > 0, within 2 units in the last place.
///
/// x = 2^e m with m in [sqrt(1/2), sqrt(2)); ln m = 2 atanh((m - 1) / (m + 1)) by its series.
#[inline(always)]
pub(crate) fn logarithm(x: f64) -> f64 {
    let bits = x.to_bits();
    let exponent = bits.wrapping_sub(SQRT_HALF).wrapping_add(1024 << 52) >> 52;
    let mantissa = f64::from_bits(bits.wrapping_sub(exponent.wrapping_sub(1024) << 52));
    // An integer below 2^52 becomes a float by way of the last bits of 2^52.
    let exponent = f64::from_bits(exponent | INTEGER.to_bits()) - (INTEGER + 1024.0);
    let t = (mantissa - 1.0) / (mantissa + 1.0);
    let (u, u2, u4) = powers(t * t);
    let low = pair(u, 3.0, 5.0) + u2 * pair(u, 7.0, 9.0);
    let high = pair(u, 11.0, 13.0) + u2 * pair(u, 15.0, 17.0) + u4 * pair(u, 19.0, 21.0);
    let sum = low + u4 * high;
    exponent * LN_2[0] + (2.0 * t + (2.0 * t * u * sum + exponent * LN_2[1]))
}

/// e^y for y from -700 to 700, within 2 units in the last place; held at these ends beyond.
///
/// y = n ln 2 + r with |r| <= ln 2 / 2; e^r by its series.
#[inline(always)]
pub(crate) fn exponential(y: f64) -> f64 {
    let y = if y > 700.0 { 700.0 } else { y };
    let y = if y < -700.0 { -700.0 } else { y };
    // Adding 1.5 x 2^52 rounds to an integer, which then stands in the last bits.
    let rounded = y * std::f64::consts::LOG2_E + 1.5 * INTEGER;
    let n = rounded - 1.5 * INTEGER;
    let r = (y - n * LN_2[0]) - n * LN_2[1];
    let (_, r2, r4) = powers(r);
    let middle = pair(r, factorial(4), factorial(5)) + r2 * pair(r, factorial(6), factorial(7));
    let high = pair(r, factorial(8), factorial(9)) + r2 * pair(r, factorial(10), factorial(11));
    let end = pair(r, factorial(12), factorial(13));
    let beyond = r2 * pair(r, 2.0, 6.0) + r4 * (middle + r4 * (high + r4 * end));
    let scale = f64::from_bits(rounded.to_bits().wrapping_add(1023) << 52);
    (1.0 + (r + beyond)) * scale
}

/// x, its square and its fourth power.
#[inline(always)]
fn powers(x: f64) -> (f64, f64, f64) {
    let square = x * x;
    (x, square, square * square)
}

/// 1 / a + x / b; both quotients are constants after inlining.
#[inline(always)]
fn pair(x: f64, a: f64, b: f64) -> f64 {
    1.0 / a + x * (1.0 / b)
}

const fn factorial(n: u64) -> f64 {
    let (mut product, mut i) = (1, 2);
    while i <= n {
        product *= i;
        i += 1;
    }
    product as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The distance in units of the last place of what is expected.
    fn places(found: f64, expected: f64) -> f64 {
        let place = f64::from_bits(expected.abs().to_bits() + 1) - expected.abs();
        (found - expected).abs() / place
    }

    proptest! {
        #[test]
        fn logarithms_agree_with_libm(bits in f64::MIN_POSITIVE.to_bits()..f64::MAX.to_bits()) {
            let x = f64::from_bits(bits);
            prop_assert!(places(logarithm(x), libm::log(x)) <= 2.0, "{x}");
        }

        #[test]
        fn logarithms_near_one_agree_with_libm(x in 0.5..2.0_f64) {
            prop_assert!(places(logarithm(x), libm::log(x)) <= 2.0, "{x}");
        }

        #[test]
        fn exponentials_agree_with_libm(y in -700.0..700.0_f64, small in -1.0..1.0_f64) {
            for y in [y, small] {
                prop_assert!(places(exponential(y), libm::exp(y)) <= 2.0, "{y}");
            }
        }
    }

    #[test]
    fn ends_are_held() {
        assert_eq!((logarithm(1.0), exponential(0.0)), (0.0, 1.0));
        for y in [700.0, 1e4, f64::INFINITY] {
            assert_eq!(exponential(y), exponential(700.0));
            assert_eq!(exponential(-y), exponential(-700.0));
        }
        for x in [f64::MIN_POSITIVE, f64::MAX] {
            assert!(places(logarithm(x), libm::log(x)) <= 1.0);
        }
    }
}

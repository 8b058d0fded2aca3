//! The standard normal distribution, exact to rounding.

use std::f64::consts::SQRT_2;

/// The z below which a standard normal falls with a probability between 0 and 1, to some 1e-16 of
/// itself.
///
/// Source: Wichura, algorithm AS 241, Applied Statistics 37 (1988).
pub(crate) fn quantile(probability: f64) -> f64 {
    let q = probability - 0.5;
    if q.abs() <= 0.425 {
        let r = 0.180_625 - q * q;
        return q * ratio(&CENTRE, r);
    }
    let tail = if q < 0.0 {
        probability
    } else {
        1.0 - probability
    };
    let r = (-libm::log(tail)).sqrt();
    let z = if r <= 5.0 {
        ratio(&MIDDLE, r - 1.6)
    } else {
        ratio(&FAR, r - 5.0)
    };
    z.copysign(q)
}

/// Two polynomials' coefficients, from the constants up.
type Ratio = ([f64; 8], [f64; 8]);

const CENTRE: Ratio = (
    [
        3.387_132_872_796_366_5,
        133.141_667_891_784_38,
        1_971.590_950_306_551_3,
        13_731.693_765_509_46,
        45_921.953_931_549_87,
        67_265.770_927_008_7,
        33_430.575_583_588_13,
        2_509.080_928_730_122_7,
    ],
    [
        1.0,
        42.313_330_701_600_91,
        687.187_007_492_057_9,
        5_394.196_021_424_751,
        21_213.794_301_586_597,
        39_307.895_800_092_71,
        28_729.085_735_721_943,
        5_226.495_278_852_854,
    ],
);

const MIDDLE: Ratio = (
    [
        1.423_437_110_749_683_5,
        4.630_337_846_156_546,
        5.769_497_221_460_691,
        3.647_848_324_763_204_5,
        1.270_458_252_452_368_4,
        0.241_780_725_177_450_6,
        0.022_723_844_989_269_184,
        7.745_450_142_783_414e-4,
    ],
    [
        1.0,
        2.053_191_626_637_759,
        1.676_384_830_183_803_8,
        0.689_767_334_985_1,
        0.148_103_976_427_480_08,
        0.015_198_666_563_616_457,
        5.475_938_084_995_345e-4,
        1.050_750_071_644_416_9e-9,
    ],
);

const FAR: Ratio = (
    [
        6.657_904_643_501_103,
        5.463_784_911_164_114,
        1.784_826_539_917_291_3,
        0.296_560_571_828_504_87,
        0.026_532_189_526_576_124,
        0.001_242_660_947_388_078_4,
        2.711_555_568_743_487_6e-5,
        2.010_334_399_292_288_1e-7,
    ],
    [
        1.0,
        0.599_832_206_555_887_9,
        0.136_929_880_922_735_8,
        0.014_875_361_290_850_615,
        7.868_691_311_456_133e-4,
        1.846_318_317_510_054_8e-5,
        1.421_511_758_316_446e-7,
        2.044_263_103_389_939_8e-15,
    ],
);

fn ratio((above, below): &Ratio, r: f64) -> f64 {
    let at = |polynomial: &[f64; 8]| polynomial.iter().rev().fold(0.0, |sum, c| sum * r + c);
    at(above) / at(below)
}

/// The value below which the share `u` of a normal lies that is cut to `low..=high`.
///
/// Where next to nothing of the normal lies between the two, the end that is nearer to its mean.
pub(crate) fn truncated(mean: f64, deviation: f64, (low, high): (f64, f64), u: f64) -> f64 {
    let (from, to) = ((low - mean) / deviation, (high - mean) / deviation);
    // Shares are exact in the left tail, so a range on the right is mirrored.
    let z = if from > 0.0 {
        let (below_to, below_from) = (below(-to), below(-from));
        -quantile(below_from - u * (below_from - below_to))
    } else {
        let (below_from, below_to) = (below(from), below(to));
        quantile(below_from + u * (below_to - below_from))
    };
    if z.is_finite() {
        (mean + deviation * z).clamp(low, high)
    } else if mean < low {
        low
    } else {
        mean.min(high)
    }
}

/// The probability that a standard normal falls below z.
pub(crate) fn below(z: f64) -> f64 {
    0.5 * libm::erfc(-z / SQRT_2)
}

/// The probability that a standard normal falls beyond |z| on either side.
pub(crate) fn two_sided(z: f64) -> f64 {
    libm::erfc(z.abs() / SQRT_2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_values() {
        assert!((two_sided(1.959_963_984_540_054) - 0.05).abs() < 1e-15);
        assert!((below(-1.959_963_984_540_054) - 0.025).abs() < 1e-15);
        assert!((quantile(0.975) - 1.959_963_984_540_054).abs() < 1e-14);
        assert_eq!(quantile(0.5), 0.0);
    }

    #[test]
    fn quantiles_invert_far_into_the_tails() {
        for z in [-36.0, -20.0, -8.5, -5.2, -2.0, -0.3, 0.0, 1.1, 4.0, 7.0] {
            let back = quantile(below(z));
            assert!(
                (back - z).abs() < 1e-12 * (1.0 + z * z * below(-z)) / below(-z),
                "{z} {back}"
            );
        }
    }

    #[test]
    fn truncated_normals_stay_within_and_have_their_medians() {
        // Half of a standard normal above 0 lies below its third quartile.
        let median = truncated(0.0, 1.0, (0.0, f64::INFINITY), 0.5);
        assert!((median - quantile(0.75)).abs() < 1e-14);
        // 8 deviations off, the tail is nearly exponential: its median is ln 2 / 8.1 beyond the end.
        let far = truncated(-8.0, 1.0, (0.0, f64::INFINITY), 0.5);
        assert!((far - std::f64::consts::LN_2 / 8.12).abs() < 2e-3, "{far}");
        assert_eq!(truncated(-1e3, 1.0, (0.0, f64::INFINITY), 0.5), 0.0);
        assert_eq!(truncated(1e3, 1.0, (0.0, 2.0), 0.5), 2.0);
        assert_eq!(
            truncated(5.0, 2.0, (f64::NEG_INFINITY, f64::INFINITY), 0.5),
            5.0
        );
    }
}

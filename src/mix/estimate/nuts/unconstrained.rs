//! A transform parameter as a number on the whole line.

use crate::mix::transform::Prior;
use crate::stats::normal;
use crate::stats::special::softplus;

/// A parameter's value, how it moves with the number on the line, and the logarithm of its prior
/// there with its derivative.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct At {
    pub(super) value: f64,
    /// The derivative of the value.
    pub(super) slope: f64,
    pub(super) log_prior: f64,
    pub(super) log_prior_slope: f64,
}

/// Ends of a log-normal prior at this many standard deviations from the median are as good as none:
/// a thousandth lies beyond.
const NO_END: f64 = 3.0;

/// Its prior is standard normal on the line, so that the line has no long tails: z is the logarithm
/// in standard deviations where the prior is log-normal without ends; with ends that cut it, the
/// share 1 / (1 + e^-z) of the way from one to the other in the logarithm, the density being that of
/// the prior times |d value / dz|. Of other priors the value is the quantile at the share Phi(z).
pub(super) fn at(prior: &Prior, z: f64) -> At {
    let standard = (-0.5 * z * z, -z);
    if let Some((median, deviation)) = endless(prior) {
        let value = median * libm::exp(deviation * z);
        return within(value, deviation * value, standard);
    }
    match *prior {
        Prior::Uniform { low, high } => {
            let width = high - low;
            let value = low + width * normal::below(z);
            within(value, width * density(z), standard)
        }
        Prior::ScaledBeta { high, b } => {
            // The share above to the power 1 / b; below without cancellation.
            let above = libm::exp(libm::log(normal::below(-z)) / b);
            let below = -libm::expm1(libm::log1p(-normal::below(z)) / b);
            let below = if z < 0.0 { below } else { 1.0 - above };
            let slope = above / b * (density(z) / normal::below(-z));
            within(high * below, high * slope, standard)
        }
        Prior::LogUniform { low, high } => {
            let width = libm::log(high / low);
            let value = low * libm::exp(width * normal::below(z));
            within(value, value * width * density(z), standard)
        }
        Prior::LogNormal {
            median,
            deviation,
            low,
            high,
        } => {
            let share = 1.0 / (1.0 + libm::exp(-z));
            // log s and log (1 - s) without cancellation.
            let jacobian = (-softplus(-z) - softplus(z), 1.0 - 2.0 * share);
            let width = libm::log(high / low);
            let value = low * libm::exp(width * share);
            let slope = width * share * (1.0 - share);
            let distance = libm::log(value / median) / deviation;
            let log_prior = jacobian.0 - 0.5 * distance * distance;
            let log_prior_slope = jacobian.1 - distance / deviation * slope;
            within(value, value * slope, (log_prior, log_prior_slope))
        }
    }
}

/// Of a standard normal.
fn density(z: f64) -> f64 {
    0.398_942_280_401_432_7 * libm::exp(-0.5 * z * z)
}

/// Median and deviation of a log-normal prior whose ends are as good as none.
pub(super) fn endless(prior: &Prior) -> Option<(f64, f64)> {
    let Prior::LogNormal {
        median,
        deviation,
        low,
        high,
    } = *prior
    else {
        return None;
    };
    let far = |ratio: f64| libm::log(ratio) >= NO_END * deviation;
    (far(median / low) && far(high / median)).then_some((median, deviation))
}

/// Where the share `u` of the prior lies below, 0 < u < 1.
pub(super) fn quantile(prior: &Prior, u: f64) -> f64 {
    let value = prior.quantile(u);
    if let Some((median, deviation)) = endless(prior) {
        return libm::log(value / median) / deviation;
    }
    let Prior::LogNormal { low, high, .. } = *prior else {
        return normal::quantile(u);
    };
    let share = libm::log(value / low) / libm::log(high / low);
    // A parameter that is fixed lies anywhere on the line.
    let share = if share > 0.0 && share < 1.0 { share } else { u };
    libm::log(share / (1.0 - share))
}

fn within(value: f64, slope: f64, (log_prior, log_prior_slope): (f64, f64)) -> At {
    At {
        value,
        slope,
        log_prior,
        log_prior_slope,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PRIORS: [Prior; 5] = [
        Prior::LogNormal {
            median: 0.5,
            deviation: 0.7,
            low: 0.2,
            high: 3.0,
        },
        Prior::Uniform {
            low: -1.0,
            high: 3.0,
        },
        Prior::LogUniform {
            low: 0.1,
            high: 10.0,
        },
        Prior::LogNormal {
            median: 0.5,
            deviation: 0.7,
            low: 0.01,
            high: 20.0,
        },
        Prior::ScaledBeta { high: 0.98, b: 3.0 },
    ];

    #[test]
    fn derivatives_are_those_of_the_figures() {
        for prior in PRIORS {
            for z in [-4.0, -0.5, 0.0, 1.3, 5.0] {
                let (low, high) = (at(&prior, z - 1e-5), at(&prior, z + 1e-5));
                let here = at(&prior, z);
                let by_value = (high.value - low.value) / 2e-5;
                assert!(
                    (here.slope - by_value).abs() < 1e-8 * (1.0 + by_value.abs()),
                    "{prior}"
                );
                let by_prior = (high.log_prior - low.log_prior) / 2e-5;
                assert!(
                    (here.log_prior_slope - by_prior).abs() < 1e-6,
                    "{prior} {z}"
                );
            }
        }
    }

    #[test]
    fn the_density_on_the_line_is_the_prior() {
        // The share of the density below a value is the share of the prior below it.
        for prior in PRIORS {
            let (step, mut below, mut all) = (1e-3, 0.0, 0.0);
            let value = prior.quantile(0.3);
            for k in -20_000..20_000 {
                let here = at(&prior, step * f64::from(k));
                let mass = here.log_prior.exp();
                all += mass;
                below += if here.value < value { mass } else { 0.0 };
            }
            assert!((below / all - 0.3).abs() < 2e-3, "{prior}: {}", below / all);
        }
    }

    #[test]
    fn quantiles_are_where_they_say() {
        for prior in PRIORS {
            for u in [0.1, 0.5, 0.9] {
                let value = at(&prior, quantile(&prior, u)).value;
                assert!((value / prior.quantile(u) - 1.0).abs() < 1e-9, "{prior}");
            }
        }
    }
}

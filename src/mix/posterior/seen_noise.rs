//! The noise of what is seen about what is expected.

use crate::mix::posterior::model::Posterior;
use crate::mix::specification::Likelihood;
use crate::util::Random;

/// From this mean on, a Poisson count is a rounded normal figure.
const LARGE: f64 = 1e4;

/// How what is seen in a row varies about what is expected.
#[derive(Debug, Clone)]
pub(crate) enum SeenNoise {
    /// Normal or Student's t, with the deviation in each geo.
    Added {
        deviations: Vec<f64>,
        degrees: Option<f64>,
    },
    /// The logarithm is normal, with this variance.
    Log { variance: f64 },
    /// Counts, with this dispersion.
    Counts { dispersion: f64 },
}

impl SeenNoise {
    /// A figure that may be seen in a geo where `mean` is expected.
    pub(crate) fn draw(&self, mean: f64, geo: usize, random: &mut Random) -> f64 {
        match self {
            Self::Added {
                deviations,
                degrees,
            } => {
                let tail = degrees.map_or(1.0, |v| (0.5 * v / random.gamma(0.5 * v)).sqrt());
                mean + deviations[geo] * tail * random.normal()
            }
            Self::Log { variance } => {
                mean * libm::exp(variance.sqrt() * random.normal() - 0.5 * variance)
            }
            Self::Counts { dispersion } => {
                let mean = if *dispersion > 0.0 {
                    mean * dispersion * random.gamma(1.0 / dispersion)
                } else {
                    mean
                };
                if mean > LARGE {
                    return (mean + mean.sqrt() * random.normal()).round().max(0.0);
                }
                random.poisson(mean) as f64
            }
        }
    }

    /// The logarithm of the probability (density) of seeing `y` in a geo where `mean` is expected.
    pub(crate) fn log_density(&self, y: f64, mean: f64, geo: usize) -> f64 {
        let normal = |distance: f64, variance: f64| {
            -0.5 * (libm::log(std::f64::consts::TAU * variance) + distance * distance / variance)
        };
        match self {
            Self::Added {
                deviations,
                degrees: None,
            } => normal(y - mean, deviations[geo] * deviations[geo]),
            Self::Added {
                deviations,
                degrees: Some(v),
            } => {
                let z = (y - mean) / deviations[geo];
                libm::lgamma(0.5 * (v + 1.0))
                    - libm::lgamma(0.5 * v)
                    - 0.5 * libm::log(v * std::f64::consts::PI)
                    - libm::log(deviations[geo])
                    - 0.5 * (v + 1.0) * libm::log1p(z * z / v)
            }
            Self::Log { variance } => {
                let distance = libm::log(y / mean) + 0.5 * variance;
                normal(distance, *variance) - libm::log(y)
            }
            Self::Counts { dispersion } => log_count(y, mean, *dispersion),
        }
    }
}

/// The logarithm of the probability of a count under the negative binomial.
fn log_count(y: f64, mean: f64, dispersion: f64) -> f64 {
    let factorial = libm::lgamma(y + 1.0);
    if dispersion <= 0.0 {
        return y * libm::log(mean) - mean - factorial;
    }
    let size = 1.0 / dispersion;
    libm::lgamma(y + size) - libm::lgamma(size) - factorial - size * libm::log1p(dispersion * mean)
        + y * (libm::log(dispersion * mean) - libm::log1p(dispersion * mean))
}

impl Posterior {
    /// The noise of what is seen.
    pub(crate) fn seen_noise(&self) -> SeenNoise {
        let likelihood = self.specification.likelihood;
        match likelihood {
            Likelihood::Log => SeenNoise::Log {
                variance: self.log_variance(),
            },
            Likelihood::NegativeBinomial => SeenNoise::Counts {
                dispersion: self.dispersion(),
            },
            _ => SeenNoise::Added {
                deviations: self.noise_deviations(),
                degrees: likelihood.degrees(),
            },
        }
    }

    /// The variance of the logarithm: the fit's, or where it states none, the residuals'.
    fn log_variance(&self) -> f64 {
        if let Some(noise) = self.noise {
            return noise.variance;
        }
        let residuals = self.even_residuals();
        let residual = |row: &usize| residuals[*row] / self.scales.kpi[row / self.panel.periods()];
        let rows = (0..self.panel.rows()).filter(|row| self.is_fitted(*row));
        let squares: Vec<f64> = rows.map(|row| residual(&row)).map(|r| r * r).collect();
        let freedom = (squares.len() as f64 - self.parameters()).max(1.0);
        squares.iter().sum::<f64>() / freedom
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(a: f64, b: f64) {
        assert!((a - b).abs() < 1e-12, "{a} {b}");
    }

    #[test]
    fn densities_are_those_of_the_books() {
        let normal = SeenNoise::Added {
            deviations: vec![2.0],
            degrees: None,
        };
        close(
            normal.log_density(3.0, 1.0, 0),
            -0.5 * (8.0 * std::f64::consts::PI).ln() - 0.5,
        );
        // Student's t with 1 degree of freedom is Cauchy's: 1 / (pi 2 (1 + 1)).
        let cauchy = SeenNoise::Added {
            deviations: vec![2.0],
            degrees: Some(1.0),
        };
        close(
            cauchy.log_density(3.0, 1.0, 0),
            -(4.0 * std::f64::consts::PI).ln(),
        );
        // Poisson: e^-2 2^3 / 3!; geometric (dispersion 1) of mean 2: (1/3) (2/3)^3.
        let poisson = SeenNoise::Counts { dispersion: 0.0 };
        close(poisson.log_density(3.0, 2.0, 0), (8.0_f64 / 6.0).ln() - 2.0);
        let geometric = SeenNoise::Counts { dispersion: 1.0 };
        close(geometric.log_density(3.0, 2.0, 0), (8.0_f64 / 81.0).ln());
        // The log-normal at its median, which is mean / e^(variance / 2).
        let log = SeenNoise::Log { variance: 0.5 };
        let median = 10.0 * (-0.25_f64).exp();
        close(
            log.log_density(median, 10.0, 0),
            -0.5 * std::f64::consts::PI.ln() - median.ln(),
        );
    }

    #[test]
    fn draws_have_the_stated_mean_and_variance() {
        let count = 40_000;
        let moments = |noise: &SeenNoise, mean: f64| {
            let mut random = Random::new(3);
            let draws: Vec<f64> = (0..count)
                .map(|_| noise.draw(mean, 0, &mut random))
                .collect();
            let found = draws.iter().sum::<f64>() / count as f64;
            let square = draws.iter().map(|x| (x - found) * (x - found)).sum::<f64>();
            (found, square / count as f64)
        };
        let (mean, variance) = moments(&SeenNoise::Counts { dispersion: 0.25 }, 20.0);
        assert!((mean - 20.0).abs() < 0.3 && (variance / 120.0 - 1.0).abs() < 0.06);
        let (mean, variance) = moments(&SeenNoise::Counts { dispersion: 0.0 }, 1e5);
        assert!((mean / 1e5 - 1.0).abs() < 1e-4 && (variance / 1e5 - 1.0).abs() < 0.05);
        let (mean, _) = moments(&SeenNoise::Log { variance: 0.09 }, 50.0);
        assert!((mean / 50.0 - 1.0).abs() < 0.01);
    }
}

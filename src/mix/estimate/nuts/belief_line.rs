//! Beliefs about a figure in its logarithm, and on the whole line where they have ends.

use crate::mix::specification::Belief;
use crate::stats::special::softplus;

/// The logarithm of a belief's density in log f at log f, up to a constant, with its derivative;
/// none where it has ends, which [`on_line`] keeps.
pub(super) fn log_density(belief: &Belief, log_figure: f64) -> Option<(f64, f64)> {
    match *belief {
        Belief::Normal { mean, deviation } => {
            let figure = libm::exp(log_figure.min(700.0));
            let z = (figure - mean) / deviation;
            let slope = -z * figure / deviation;
            Some((log_figure - 0.5 * z * z, 1.0 + slope))
        }
        Belief::LogNormal { median, deviation } => {
            let z = (log_figure - libm::log(median)) / deviation;
            Some((-0.5 * z * z, -z / deviation))
        }
        Belief::HalfNormal { scale } => {
            let z = libm::exp(log_figure.min(700.0)) / scale;
            Some((log_figure - 0.5 * z * z, 1.0 - z * z))
        }
        _ => None,
    }
}

/// A figure as a number on the whole line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct OnLine {
    pub(super) log_figure: f64,
    /// The derivative of the logarithm.
    pub(super) slope: f64,
    pub(super) log_prior: f64,
    pub(super) log_prior_slope: f64,
}

/// A figure under a belief that has ends; none for others. A figure that is known lies there for
/// every number, which is standard normal.
pub(super) fn on_line(belief: &Belief, z: f64) -> Option<OnLine> {
    let share = 1.0 / (1.0 + libm::exp(-z));
    // log share and log (1 - share) without cancellation.
    let (below, above) = (-softplus(-z), -softplus(z));
    match *belief {
        Belief::Beta { a, b } => Some(OnLine {
            log_figure: below,
            slope: 1.0 - share,
            log_prior: a * below + b * above,
            log_prior_slope: a * (1.0 - share) - b * share,
        }),
        Belief::Uniform { low, high } => {
            let figure = low + (high - low) * share;
            Some(OnLine {
                log_figure: libm::log(figure.max(f64::MIN_POSITIVE)),
                slope: (high - low) * share * (1.0 - share) / figure.max(f64::MIN_POSITIVE),
                log_prior: below + above,
                log_prior_slope: 1.0 - 2.0 * share,
            })
        }
        Belief::Fixed(value) => Some(OnLine {
            log_figure: libm::log(value),
            slope: 0.0,
            log_prior: -0.5 * z * z,
            log_prior_slope: -z,
        }),
        _ => None,
    }
}

/// The number on the line of a figure drawn from a belief with ends.
pub(super) fn number(belief: &Belief, figure: f64) -> f64 {
    let share = match *belief {
        Belief::Uniform { low, high } => (figure - low) / (high - low),
        Belief::Beta { .. } => figure,
        _ => 0.5,
    };
    let share = share.clamp(1e-12, 1.0 - 1e-12);
    libm::log(share / (1.0 - share))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn densities_have_the_quantiles_of_the_beliefs() {
        // Share of the density below a value, against the distribution's: Phi(-1) of a log-normal's
        // median e^-deviation; erf(1 / sqrt 2) of a half-normal's scale.
        for (text, value, share) in [
            ("log-normal(2,0.5)", 2.0 * (-0.5_f64).exp(), 0.158_655),
            ("half-normal(3)", 3.0, 0.682_689),
            ("normal(9,1)", 10.0, 0.841_345),
            ("uniform(1,3)", 1.5, 0.25),
            ("beta(2,1)", 0.5, 0.25),
        ] {
            let belief: Belief = text.parse().unwrap();
            let (mut below, mut all) = (0.0, 0.0);
            for k in -20_000..20_000 {
                let z = 1e-3 * f64::from(k);
                let (log_figure, log_density) = match on_line(&belief, z) {
                    Some(line) => (line.log_figure, line.log_prior),
                    None => (z, log_density(&belief, z).unwrap().0),
                };
                all += log_density.exp();
                if log_figure < value.ln() {
                    below += log_density.exp();
                }
            }
            let found = below / all;
            assert!((found - share).abs() < 2e-3, "{text}: {found}");
        }
    }
}

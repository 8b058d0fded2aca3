//! The exact power of a test of two means.

use crate::stats::normal;
use crate::stats::student::Student;

/// The power of Student's two-sided test of two equal arms whose means differ.
pub(crate) struct StudentPower {
    /// Difference / the standard deviation of a pair's difference.
    pub(crate) effect: f64,
    pub(crate) significance: f64,
}

impl StudentPower {
    /// The smallest whole number of persons in each arm with that power, near a number.
    pub(crate) fn size(&self, power: f64, near: f64) -> f64 {
        let mut persons = near.max(2.0).floor();
        while persons > 2.0 && self.at(persons - 1.0) >= power {
            persons -= 1.0;
        }
        while self.at(persons) < power {
            persons += 1.0;
        }
        persons
    }

    /// The power with a number of persons in each arm; 0 where there is no test, with fewer than 2.
    pub(crate) fn at(&self, persons: f64) -> f64 {
        if persons < 2.0 {
            return 0.0;
        }
        let freedom = 2.0 * persons - 2.0;
        let critical = Student::new(freedom).quantile(1.0 - 0.5 * self.significance);
        beyond(critical, freedom, self.effect * persons.sqrt())
    }
}

/// The probability that |T| > t where T has the noncentral t distribution.
///
/// T = (Z + shift) / S with Z normal and S^2 chi-squared over its degrees of freedom, so that the
/// probability is that of the normal distribution averaged over S, by Simpson's rule.
fn beyond(t: f64, freedom: f64, shift: f64) -> f64 {
    /// Even; twice as many change the power by less than 1e-8.
    const STEPS: u32 = 2_000;
    // S lies within 9 / sqrt(freedom), 12 standard deviations, of 1.
    let reach = 9.0 / freedom.sqrt();
    let low = (1.0 - reach).max(0.0);
    let step = (1.0 + reach - low) / f64::from(STEPS);
    let (mut sum, mut all) = (0.0, 0.0);
    for at in 0..=STEPS {
        let s = low + step * f64::from(at);
        let simpson = match at {
            0 | STEPS => 1.0,
            _ if at % 2 == 1 => 4.0,
            _ => 2.0,
        };
        let off = s - 1.0;
        let log_density = (freedom - 1.0) * libm::log1p(off) - freedom * off * (1.0 + 0.5 * off);
        let weight = simpson * libm::exp(log_density);
        sum += weight * (normal::below(shift - t * s) + normal::below(-shift - t * s));
        all += weight;
    }
    sum / all
}

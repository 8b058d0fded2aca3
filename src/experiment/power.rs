//! The size a test needs, and its power.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::stats::normal;

/// The difference that a test is to find.
///
/// ```
/// use mixtouch::experiment::{Effect, PowerAnalysis};
///
/// let revenue = Effect::Means { difference: 0.5, deviation: 1.0 };
/// assert_eq!(PowerAnalysis::new(revenue).sample_size()?, 64);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Effect {
    /// A difference of two rates.
    Rates {
        /// The control's rate, between 0 and 1.
        control: f64,
        /// The treatment's rate, between 0 and 1.
        treatment: f64,
    },
    /// A difference of two means whose values have the same standard deviation.
    Means {
        /// Treatment minus control; not 0.
        difference: f64,
        /// Standard deviation of a person's value, > 0.
        deviation: f64,
    },
}

/// The numbers that size and power depend on.
#[derive(Debug, Clone, Copy)]
struct Scale {
    /// Size of the difference.
    difference: f64,
    /// Standard deviation of a pair's difference without the effect.
    without: f64,
    /// Standard deviation of a pair's difference with the effect.
    with: f64,
}

impl Effect {
    fn check(self) -> Result<()> {
        let (name, value, fits, expected) = match self {
            Self::Rates { control, .. } if !(control > 0.0 && control < 1.0) => {
                ("control's rate", control, false, "between 0 and 1")
            }
            Self::Rates { treatment, .. } if !(treatment > 0.0 && treatment < 1.0) => {
                ("treatment's rate", treatment, false, "between 0 and 1")
            }
            Self::Rates { control, treatment } => (
                "difference of the rates",
                treatment - control,
                treatment != control,
                "other than 0",
            ),
            Self::Means { deviation, .. } if !(deviation > 0.0 && deviation.is_finite()) => (
                "standard deviation",
                deviation,
                false,
                "a finite number > 0",
            ),
            Self::Means { difference, .. } => (
                "difference of the means",
                difference,
                difference.is_finite() && difference != 0.0,
                "a finite number other than 0",
            ),
        };
        if fits {
            return Ok(());
        }
        Err(Error::setting(name, value, expected))
    }

    fn scale(self) -> Scale {
        match self {
            Self::Rates { control, treatment } => {
                let mean = 0.5 * (control + treatment);
                let apart = control * (1.0 - control) + treatment * (1.0 - treatment);
                Scale {
                    difference: (treatment - control).abs(),
                    without: (2.0 * mean * (1.0 - mean)).sqrt(),
                    with: apart.sqrt(),
                }
            }
            Self::Means {
                difference,
                deviation,
            } => Scale {
                difference: difference.abs(),
                without: deviation * std::f64::consts::SQRT_2,
                with: deviation * std::f64::consts::SQRT_2,
            },
        }
    }

    /// Persons that Student's distribution needs beyond the normal's count (Guenther 1981); 0 for
    /// rates.
    fn surplus(self, z: f64) -> f64 {
        if matches!(self, Self::Means { .. }) {
            0.25 * z * z
        } else {
            0.0
        }
    }
}

/// The size and power of a two-sided test with two equal arms.
///
/// With z the normal quantile, s0 and s1 the standard deviations of a pair's difference without and
/// with the effect, the persons in each arm are
///
/// n = (z(1 - significance / 2) s0 + z(power) s1)^2 / difference^2, rounded up
///
/// (Fleiss, without continuity correction); for means with Guenther's correction for Student's
/// distribution (1981).
///
/// ```
/// use mixtouch::experiment::{Effect, PowerAnalysis};
///
/// let uplift = PowerAnalysis::new(Effect::Rates { control: 0.10, treatment: 0.12 });
/// assert_eq!(uplift.sample_size()?, 3841);
/// assert_eq!(uplift.with_power(0.9).sample_size()?, 5142);
/// let power = uplift.power_at(2000)?;
/// assert!((0.5..0.55).contains(&power));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PowerAnalysis {
    effect: Effect,
    power: f64,
    significance: f64,
    reached: f64,
    variance_reduction: f64,
}

impl PowerAnalysis {
    /// The analysis of a test for an effect, at a power of 0.8 and a significance of 0.05.
    pub const fn new(effect: Effect) -> Self {
        Self {
            effect,
            power: 0.8,
            significance: 0.05,
            reached: 1.0,
            variance_reduction: 0.0,
        }
    }

    /// With another probability of finding the effect: above the significance, below 1.
    #[must_use]
    pub const fn with_power(self, power: f64) -> Self {
        Self { power, ..self }
    }

    /// With another probability of a false find where there is no effect: between 0 and 1.
    #[must_use]
    pub const fn with_significance(self, significance: f64) -> Self {
        Self {
            significance,
            ..self
        }
    }

    /// The share of an arm's persons whom the treatment can reach, above 0 and at most 1; 1 unless
    /// set. The effect is that among those reached, and only they are compared: who would have been
    /// reached must be known in the control too (ghost ads). Comparing everybody instead needs 1 /
    /// share times as many again, as the effect is thinned out.
    ///
    /// ```
    /// use mixtouch::experiment::{Effect, PowerAnalysis};
    ///
    /// let test = PowerAnalysis::new(Effect::Rates { control: 0.10, treatment: 0.12 });
    /// assert_eq!(test.sample_size()?, 3841);
    /// // A third of those assigned come by the place where the ad would be.
    /// assert_eq!(test.with_reached(0.333).sample_size()?, 11_535);
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    #[must_use]
    pub const fn with_reached(self, reached: f64) -> Self {
        Self { reached, ..self }
    }

    /// The share of the outcome's variance that persons' past explains, 0 to below 1: an adjusted
    /// comparison ([`PersonLift::variance_reduction`](crate::experiment::PersonLift) of an earlier
    /// test, or of one drawn by lot from the log) needs that many fewer persons.
    #[must_use]
    pub const fn with_variance_reduction(self, variance_reduction: f64) -> Self {
        Self {
            variance_reduction,
            ..self
        }
    }

    /// Persons needed in each arm to find the effect with the power asked for; 2 or more.
    ///
    /// # Errors
    /// If the effect is 0 or out of range, the significance is not between 0 and 1, the power is not
    /// between the significance and 1, or the share reached or the variance reduction is out of
    /// range.
    pub fn sample_size(&self) -> Result<u64> {
        let (scale, z) = self.checked()?;
        if !(self.power > self.significance && self.power < 1.0) {
            return Err(Error::setting(
                "power",
                self.power,
                format!("between the significance {} and 1", self.significance),
            ));
        }
        let root =
            (z * scale.without + normal::quantile(self.power) * scale.with) / scale.difference;
        let compared = ((root * root + self.effect.surplus(z)).ceil()).max(2.0);
        Ok((compared / self.reached).ceil() as u64)
    }

    /// The probability of finding the effect with a number of persons in each arm, 0 to 1.
    ///
    /// The same approximation as [`PowerAnalysis::sample_size`], of which it is the inverse.
    ///
    /// # Errors
    /// If the effect is 0 or out of range, an arm has fewer than 2 persons, or the significance is
    /// not between 0 and 1.
    pub fn power_at(&self, persons: u64) -> Result<f64> {
        let (scale, z) = self.checked()?;
        if persons < 2 {
            return Err(Error::setting("persons in an arm", persons, "at least 2"));
        }
        let compared = persons as f64 * self.reached;
        let root = (compared - self.effect.surplus(z)).max(0.0).sqrt();
        Ok(normal::below(
            (root * scale.difference - z * scale.without) / scale.with,
        ))
    }

    /// The effect's scale and the test's critical z.
    fn checked(&self) -> Result<(Scale, f64)> {
        self.effect.check()?;
        let fits = self.significance > 0.0 && self.significance < 1.0;
        if !fits {
            return Err(Error::setting(
                "significance",
                self.significance,
                "between 0 and 1",
            ));
        }
        if !(self.reached > 0.0 && self.reached <= 1.0) {
            return Err(Error::setting(
                "share of persons reached",
                self.reached,
                "above 0 and at most 1",
            ));
        }
        if !(0.0..1.0).contains(&self.variance_reduction) {
            return Err(Error::setting(
                "variance reduction",
                self.variance_reduction,
                "0 to below 1",
            ));
        }
        let left = (1.0 - self.variance_reduction).sqrt();
        let scale = self.effect.scale();
        Ok((
            Scale {
                without: scale.without * left,
                with: scale.with * left,
                ..scale
            },
            normal::quantile(1.0 - 0.5 * self.significance),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATES: PowerAnalysis = PowerAnalysis::new(Effect::Rates {
        control: 0.10,
        treatment: 0.12,
    });
    const MEANS: PowerAnalysis = PowerAnalysis::new(Effect::Means {
        difference: 0.5,
        deviation: 1.0,
    });

    #[test]
    fn sizes_are_those_of_r() {
        // R 4: power.prop.test(p1 = .1, p2 = .12, power = .8) has n = 3840.847; power.t.test(delta
        // = .5, power = .8) n = 63.76576, power.t.test(delta = .5, power = .9) n = 85.03128.
        assert_eq!(RATES.sample_size().unwrap(), 3841);
        assert_eq!(MEANS.sample_size().unwrap(), 64);
        assert_eq!(MEANS.with_power(0.9).sample_size().unwrap(), 86);
    }

    #[test]
    fn power_inverts_size() {
        for test in [RATES, MEANS] {
            for wanted in [0.5, 0.8, 0.95] {
                let persons = test.with_power(wanted).sample_size().unwrap();
                assert!(test.power_at(persons).unwrap() >= wanted);
                assert!(test.power_at(persons - 1).unwrap() < wanted);
            }
        }
    }

    #[test]
    fn effects_of_0_are_refused() {
        let refused = |effect| {
            let test = PowerAnalysis::new(effect);
            test.sample_size().is_err() && test.power_at(100).is_err()
        };
        let rates = |control, treatment| Effect::Rates { control, treatment };
        assert!(refused(rates(0.1, 0.1)) && refused(rates(0.0, 0.1)) && refused(rates(0.1, 1.0)));
        let means = |difference, deviation| Effect::Means {
            difference,
            deviation,
        };
        assert!(refused(means(0.0, 1.0)) && refused(means(1.0, f64::NAN)));
    }

    #[test]
    fn a_past_that_explains_half_halves_the_persons() {
        assert_eq!(
            MEANS.with_variance_reduction(0.5).sample_size().unwrap(),
            33
        );
        let reached = RATES.with_reached(0.5);
        assert_eq!(reached.sample_size().unwrap(), 2 * 3841);
        let power = |test: PowerAnalysis, persons| test.power_at(persons).unwrap();
        assert!((power(reached, 2 * 3841) - power(RATES, 3841)).abs() < 1e-12);
        assert!(RATES.with_reached(0.0).sample_size().is_err());
        assert!(RATES.with_reached(1.5).power_at(100).is_err());
        assert!(MEANS.with_variance_reduction(1.0).sample_size().is_err());
    }

    #[test]
    fn settings_are_checked() {
        assert!(RATES.with_power(1.0).sample_size().is_err());
        assert!(RATES.with_significance(0.0).sample_size().is_err());
        assert!(RATES.with_significance(0.9).sample_size().is_err());
        assert!(RATES.power_at(1).is_err());
    }
}

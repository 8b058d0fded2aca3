//! The specification of an additive hazard.

use crate::attribution::calibration::Calibration;
use crate::attribution::hazard::basis::Basis;
use crate::attribution::hazard::decay::{DAY, Decay};
use crate::attribution::hazard::design::Design;
use crate::attribution::parameters::{Parameter, Parameters};
use crate::channel::Channels;
use crate::error::Result;
use crate::experiment::LiftTest;
use crate::time::TimeZone;
use crate::util::known_fields::refuse_unknown_fields;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// An additive hazard: a person's conversions are a Poisson process whose intensity every touch
/// raises.
///
/// `lambda(t) = b + sum over touches i up to t of theta[channel_i, bin(t - t_i)]`, all rates 0 or
/// more. Bins of a touch's age: up to an hour, a day, 3, 7, 14 and 30 days. A conversion's credit
/// is divided by what each touch and the baseline `b` add to the intensity at its second: theta /
/// lambda and b / lambda. As the intensity is a sum, that is also what removal and Shapley values
/// of it give. The family is that of Shender, Amini, Bao, Dixon and co-authors (Journal of Data
/// Science 22(1), 2024), who use a log link.
///
/// Rates maximise the likelihood `sum over conversions of log lambda - sum_k theta_k E_k - b E_b`.
/// The exposure `E_k` is how long bin k lay within the time watched, summed over touches: one pass
/// over the log finds it, and the EM steps
/// `theta_k <- theta_k (sum over conversions of x_k / lambda) / E_k` visit converting persons only.
/// They are accelerated by Anderson's method (Walker and Ni 2011), in parallel, with the same bits
/// on any number of threads.
///
/// Time is watched from a person's first touch - or the start of the reporting period, whichever is
/// later - to the end of observation. Conversions before the person's first touch, or of persons
/// without touches, are unattributed. A touch counts for later conversions whether or not one lies
/// between, so lookback and re-use do not matter here, nor do path transforms; channels left out of
/// journeys keep their effects, whose credit goes to the baseline. Rates without exposure are 0. A
/// log without conversions gives a model whose rates are all 0.
///
/// A rate has died out, and is 0, if it expects less than a thousandth of a conversion and still
/// falls: the condition of Karush, Kuhn and Tucker for a maximum at 0. So is the credit of its
/// touches.
///
/// **Small logs**: as no rate is negative, noise is credited and never debited, at the baseline's
/// cost, and the more so the more rates there are. Bins have 43 rates for seven channels, two
/// exponentials of 0.5 and 5 days have 15. So journeys with fewer than 500 conversions are fitted
/// with these two, and others with bins, unless [`AdditiveHazard::with_bins`] or
/// [`AdditiveHazard::with_exponentials`] says which. A comparison with replicates reports what bias
/// is left. A model's parameters and
/// [`AttributionModel::free_parameters`](crate::AttributionModel::free_parameters) tell what was
/// chosen. Parts that are gathered apart and merged have to agree: state one.
///
/// An observational log cannot tell a touch that causes a conversion from one that follows the
/// intent to buy: name such channels (branded search, retargeting) by
/// [`AdditiveHazard::with_demand_capture`], or test them:
/// [`AdditiveHazard::with_lift_tests`] measures it.
///
/// ```
/// use mixtouch::{Event, Events, Fit, JourneyOptions, Journeys, attribute};
/// use mixtouch::attribution::hazard::AdditiveHazard;
///
/// let (mut log, day) = (Events::new(), 86_400);
/// for person in 0..50u64 {
///     let start = 1_767_225_600 + person as i64 * 3_600;
///     log.push(Event::touch(person, start, "search"))?;
///     if person % 2 == 0 {
///         log.push(Event::conversion(person, start + 600))?;
///     }
///     log.push(Event::touch(person, start + 60 * day, "social"))?;
///     if person % 10 == 0 {
///         log.push(Event::conversion(person, start + 50 * day))?; // no touch within 30 days
///     }
/// }
/// let journeys = Journeys::from_events(&log, JourneyOptions::default())?;
/// let model = AdditiveHazard::default().fit(&journeys)?;
/// assert!(model.report().converged);
/// let credits = attribute(&journeys, &model)?;
/// assert!(credits.channel("search").unwrap().conversions > 24.0);
/// assert!(credits.baseline().conversions > 4.9);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, remote = "Self")]
pub struct AdditiveHazard {
    /// None follows the number of conversions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) basis: Option<Basis>,
    pub(super) frequency_classes: bool,
    pub(super) pairs: bool,
    pub(super) demand_capture: Vec<String>,
    pub(super) upstream: Vec<String>,
    pub(super) symmetric_upstream: bool,
    pub(super) standard_errors: bool,
    pub(super) most_steps: Option<u64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) lift_tests: Vec<LiftTest>,
    /// What tests found whose days the log no longer holds.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) earlier_tests: Vec<Calibration>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) lift_test_zone: Option<TimeZone>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) mediators: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) unpaid: Vec<String>,
}

refuse_unknown_fields!(AdditiveHazard, serialize);

impl AdditiveHazard {
    /// Other bins of age, by where each ends; the first begins at 0.
    ///
    /// # Errors
    /// If there are no bins or more than 64, or their ends do not rise.
    pub fn with_bins(self, ends: impl IntoIterator<Item = Duration>) -> Result<Self> {
        let seconds = |end: Duration| u32::try_from(end.as_secs()).unwrap_or(u32::MAX);
        Ok(Self {
            basis: Some(Basis::bins(ends.into_iter().map(seconds).collect())?),
            ..self
        })
    }

    /// A touch's effect as a sum of exponentials `exp(-age / tau) / tau` instead of bins, tau in
    /// days: 0.1, 0.3, 1, 3 and 10 are usual. Each counts up to 10 times its tau.
    ///
    /// # Errors
    /// If there are no taus or more than 64, or they are not > 0 and rising.
    pub fn with_exponentials(self, taus: impl IntoIterator<Item = f64>) -> Result<Self> {
        Ok(Self {
            basis: Some(Basis::exponential(taus.into_iter().collect())?),
            ..self
        })
    }

    /// Lets a touch's effect depend on how many touches of its channel came in the 7 days before:
    /// 0, 1, 2 to 3, 4 or more.
    #[must_use]
    pub fn with_frequency_classes(self, frequency_classes: bool) -> Self {
        Self {
            frequency_classes,
            ..self
        }
    }

    /// Lets pairs of channels add to the intensity while both had a touch within 7 days; a pair is
    /// kept if the log-likelihood rises by more than 8, and its credit goes half to each.
    #[must_use]
    pub fn with_pairs(self, pairs: bool) -> Self {
        Self { pairs, ..self }
    }

    /// Channels whose touches follow demand rather than make it: their credit goes to the baseline.
    #[must_use]
    pub fn with_demand_capture<S: Into<String>>(
        self,
        channels: impl IntoIterator<Item = S>,
    ) -> Self {
        Self {
            demand_capture: channels.into_iter().map(Into::into).collect(),
            ..self
        }
    }

    /// Experiments that tell how much of what the log shows of a channel the channel caused.
    ///
    /// The rates eta stay those of the log. A tested channel keeps a share rho of its credit, and
    /// the rest goes to the baseline. A test of touches from a to b measured L conversions with
    /// standard error s; by the log, these touches brought `m = sum_k eta_k W_k`, where W is the
    /// exposure to them up to the tail's end, times the share of persons. Then
    /// `L ~ Normal(rho m, s^2 + rho^2 v^2)`, v being the standard error of m by the observed
    /// information. Half of the prior of rho is Normal(1, 0.1^2), the log is right; the other half
    /// is Uniform(0, 1), touches follow demand. Tests of one channel multiply: their errors count as
    /// independent, as do those of different channels. Tests against one control group share its
    /// noise, so give those of one channel as one test. The channel keeps the
    /// posterior's median, at most 1, with all of the first half's probability at its own median:
    /// while no test contradicts the log, little moves, and a test that says nothing moves nothing.
    ///
    /// [`AdditiveHazardModel::calibration`](crate::attribution::hazard::AdditiveHazardModel::calibration)
    /// has both figures. A replicate of a bootstrap draws the share from its posterior, so that intervals
    /// of a tested channel are as wide as tests leave it. Segments keep
    /// the shares found in all journeys, which the tests are about. The journeys should hold the
    /// conversions that the tests counted, of the same goal; days are those of UTC or of
    /// [`AdditiveHazard::with_lift_test_zone`].
    ///
    /// ```
    /// use mixtouch::attribution::hazard::AdditiveHazard;
    /// use mixtouch::experiment::LiftTest;
    /// use mixtouch::simulate::worlds::World;
    /// use mixtouch::{Fit, JourneyOptions, attribute};
    ///
    /// let journeys = World::Retargeting.simulate(5_000, 1)?.journeys(JourneyOptions::default())?;
    /// let test = LiftTest::new("retargeting", "2026-02-01".parse()?, "2026-02-28".parse()?)
    ///     .with_share(0.5)
    ///     .with_outcome_change(0.5)
    ///     .with_standard_error(3.0);
    /// let plain = AdditiveHazard::default();
    /// let tested = plain.clone().with_lift_tests([test]);
    /// let credit = |model: &AdditiveHazard| {
    ///     let credits = attribute(&journeys, &model.fit(&journeys)?)?;
    ///     Ok::<f64, mixtouch::Error>(credits.channel("retargeting").unwrap().conversions)
    /// };
    /// assert!(credit(&tested)? < 0.7 * credit(&plain)?);
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    #[must_use]
    pub fn with_lift_tests(self, tests: impl IntoIterator<Item = LiftTest>) -> Self {
        Self {
            lift_tests: tests.into_iter().collect(),
            ..self
        }
    }

    /// What earlier fits found by tests whose days the log no longer holds
    /// ([`AdditiveHazardModel::calibration`](crate::attribution::hazard::AdditiveHazardModel::calibration)):
    /// their channels keep these shares, as far as no lift test of theirs is given too. Mediators
    /// found by them are not taken over: name these by [`AdditiveHazard::with_upstream`].
    ///
    /// A service that fits on the last months keeps a test's row once, and gives it from then on:
    ///
    /// ```
    /// use mixtouch::attribution::hazard::AdditiveHazard;
    /// use mixtouch::experiment::LiftTest;
    /// use mixtouch::simulate::worlds::World;
    /// use mixtouch::{Fit, JourneyOptions};
    ///
    /// let journeys = |seed| {
    ///     let simulation = World::Retargeting.simulate(5_000, seed)?;
    ///     simulation.journeys(JourneyOptions::default())
    /// };
    /// let test = LiftTest::new("retargeting", "2026-02-01".parse()?, "2026-02-28".parse()?)
    ///     .with_share(0.5)
    ///     .with_outcome_change(0.5)
    ///     .with_standard_error(3.0);
    /// let then = AdditiveHazard::default().with_lift_tests([test]).fit(&journeys(1)?)?;
    /// let specification = AdditiveHazard::default().with_earlier_tests(then.calibration().to_vec());
    /// let now = specification.fit(&journeys(2)?)?;
    /// assert_eq!(now.calibration()[0].kept, then.calibration()[0].kept);
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    #[must_use]
    pub fn with_earlier_tests(self, found: impl IntoIterator<Item = Calibration>) -> Self {
        let alone = |row: Calibration| Calibration {
            mediators: Vec::new(),
            ..row
        };
        Self {
            earlier_tests: found.into_iter().map(alone).collect(),
            ..self
        }
    }

    /// The time zone of the lift tests' days; UTC unless set.
    #[must_use]
    pub fn with_lift_test_zone(self, zone: TimeZone) -> Self {
        Self {
            lift_test_zone: Some(zone),
            ..self
        }
    }

    /// Channels that may have the credit of what others brought, where a test says more of those
    /// than the log: display that brings branded searches, say.
    ///
    /// A second fit of each candidate d finds which touches brought its own, as by
    /// [`AdditiveHazard::with_upstream`]. Where d passes on a share mu of its credit, a test of c
    /// measures `m_c + mu F_dc`, F being what flows from d to the touches tested. mu is 0 for all, which
    /// has prior 1/2, or Uniform(0, 1) for one candidate, each as likely as its F is large. The
    /// channel passes on the posterior's median, to touches of all channels that brought its own;
    /// what none brought stays with it.
    ///
    /// Each candidate adds a row of evidence for each of its touches; candidates are fitted only
    /// where a test lies above the log by more than its standard error.
    #[must_use]
    pub fn with_mediators<S: Into<String>>(self, channels: impl IntoIterator<Item = S>) -> Self {
        Self {
            mediators: channels.into_iter().map(Into::into).collect(),
            ..self
        }
    }

    /// Channels that cost nothing and that no advertising channel needs, such as direct visits: what
    /// their visits seem to bring shows intent.
    ///
    /// A second fit of each other channel finds which share of its touches follows those visits
    /// ([`Sensitivity::suspicion`](crate::attribution::Sensitivity::suspicion)): of retargeting
    /// nearly all, of channels that reach anyone next to none. It says which to test first. They are
    /// candidates of [`AdditiveHazard::with_mediators`] too, as the fits are at hand.
    ///
    /// It adds a row of evidence for each touch.
    #[must_use]
    pub fn with_unpaid<S: Into<String>>(self, channels: impl IntoIterator<Item = S>) -> Self {
        Self {
            unpaid: channels.into_iter().map(Into::into).collect(),
            ..self
        }
    }

    /// Channels that are outcomes of marketing themselves, such as branded search: a second fit of
    /// the same form finds which earlier touches of other channels brought each of their touches,
    /// and their credit goes to those; the rest goes to the baseline.
    #[must_use]
    pub fn with_upstream<S: Into<String>>(self, channels: impl IntoIterator<Item = S>) -> Self {
        Self {
            upstream: channels.into_iter().map(Into::into).collect(),
            ..self
        }
    }

    /// Adds terms in the distance to touches before and behind to the upstream fit: they take up
    /// that touches of all channels come in bursts, and only what follows a touch more than it
    /// precedes it is credited.
    ///
    /// Use it where persons meet many channels at once, so that the plain form takes neighbours for
    /// causes. It credits less in all. In the simulated world `upstream` (20,000 persons, seed 1;
    /// `leaderboard --persons 20000 --worlds upstream`) shares of paid channels are 0.28 from the truth
    /// (L1) without an upstream fit, 0.14 with the plain form and 0.10 with this one, which credit
    /// channels 0.91 and 0.81 times what they caused in all.
    #[must_use]
    pub fn with_symmetric_upstream(self, symmetric_upstream: bool) -> Self {
        Self {
            symmetric_upstream,
            ..self
        }
    }

    /// Computes standard errors of all rates > 0 from the observed information: one more pass over
    /// the conversions, and the inverse of a matrix with a row for each such rate.
    #[must_use]
    pub fn with_standard_errors(self, standard_errors: bool) -> Self {
        Self {
            standard_errors,
            ..self
        }
    }

    /// EM steps after which a fit gives up and says that it did not converge, 1,000,000 at most;
    /// 6,000 by default.
    #[must_use]
    pub fn with_most_steps(self, most_steps: u64) -> Self {
        Self {
            most_steps: Some(most_steps),
            ..self
        }
    }

    pub(super) fn parameters(&self) -> Parameters {
        let mut parameters = Parameters::default();
        match &self.basis.clone().unwrap_or_default() {
            Basis::Bins(ends) => parameters.insert(
                "bin_ends_days".into(),
                list(ends.iter().map(|&end| f64::from(end) / DAY)),
            ),
            Basis::Exponential(decays) => {
                parameters.insert("taus_days".into(), list(decays.iter().map(Decay::tau)))
            }
        };
        for (name, flag) in [
            ("frequency_classes", self.frequency_classes),
            ("pairs", self.pairs),
        ] {
            parameters.insert(name.into(), flag.into());
        }
        for (name, channels) in [
            ("demand_capture", &self.demand_capture),
            ("upstream", &self.upstream),
            ("mediators", &self.mediators),
            ("unpaid", &self.unpaid),
        ] {
            if !channels.is_empty() {
                parameters.insert(name.into(), channels.clone().into());
            }
        }
        if !self.lift_tests.is_empty() {
            parameters.insert("lift_tests".into(), (self.lift_tests.len() as f64).into());
        }
        if !self.earlier_tests.is_empty() {
            let channels = self.earlier_tests.iter().map(|row| row.channel.clone());
            let channels: Vec<String> = channels.collect();
            parameters.insert("earlier_tests".into(), channels.into());
        }
        if !self.upstream.is_empty() {
            parameters.insert("symmetric_upstream".into(), self.symmetric_upstream.into());
        }
        parameters
    }

    /// The same specification with a basis: the one stated, or that of evidence that has one of the
    /// two it chooses from.
    pub(super) fn stated(&self, evidence: &Basis) -> Self {
        let chosen = [Basis::default(), Basis::few()].contains(evidence);
        let own = self.basis.clone().unwrap_or_default();
        let basis = match self.basis {
            None if chosen => evidence.clone(),
            _ => own,
        };
        Self {
            basis: Some(basis),
            ..self.clone()
        }
    }

    /// The same specification with a basis: the one stated, or that for so many conversions.
    pub(in crate::attribution) fn for_conversions(&self, conversions: f64) -> Self {
        self.stated(&Basis::of_conversions(conversions))
    }

    pub(super) fn design(&self, channels: &Channels) -> Design {
        Design {
            channels: channels.len(),
            basis: self.basis.clone().unwrap_or_default(),
            frequency: self.frequency_classes,
            pairs: self.pairs,
        }
    }
}

fn list(numbers: impl Iterator<Item = f64>) -> Parameter {
    Parameter::Text(
        numbers
            .map(|number| format!("{number:.4}"))
            .collect::<Vec<_>>()
            .join(", "),
    )
}

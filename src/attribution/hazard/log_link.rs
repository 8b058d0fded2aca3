//! Time to event with a log link: touches multiply the intensity.

mod newton;
pub(crate) mod states;

use crate::attribution::hazard::basis::{Basis, DAY};
use crate::attribution::hazard::flags;
use crate::attribution::hazard::model::FitReport;
use crate::attribution::model::{AttributionModel, Fit, Needs};
use crate::attribution::parameters::Parameters;
use crate::attribution::parameters::parameters;
use crate::channel::{ChannelId, Channels};
use crate::error::{Error, Result};
use crate::journeys::Journey;
use serde::{Deserialize, Serialize};
use std::time::Duration;

pub(super) use crate::attribution::hazard::log_link::states::PersonTime;

/// The hazard model in the form of Shender and co-authors (Journal of Data Science 22(1), 2024):
/// `log lambda(t) = baseline + sum over channels of a step function of the age of the channel's most recent touch`.
///
/// Credit is by backwards elimination: touch j gets `lambda(touches 1..j) - lambda(touches 1..j-1)`
/// at the close over `lambda(all)`; increments below 0 count as 0 and the rest is rescaled with the
/// baseline. The coefficients come from Newton's method on person-time and conversions by state,
/// with a normal prior of standard deviation 10 on each, which keeps those of bins without
/// conversions finite; where nobody converts every rate is 0 and nothing is attributed. Time
/// watched, excluded channels and unattributed conversions are as with
/// [`AdditiveHazard`](crate::attribution::hazard::AdditiveHazard). Where effects add up rather than multiply, that one is
/// closer to the truth.
///
/// ```
/// use mixtouch::simulate::worlds::World;
/// use mixtouch::{Fit, JourneyOptions, attribute};
/// use mixtouch::attribution::hazard::LogLinearHazard;
///
/// let simulation = World::Multiplicative.simulate(5_000, 3)?;
/// let journeys = simulation.journeys(JourneyOptions::default())?;
/// let model = LogLinearHazard::default().fit(&journeys)?;
/// assert!(model.report().converged);
/// assert!(attribute(&journeys, &model)?.baseline().conversions > 0.0);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(
    default,
    try_from = "SpecificationFields",
    into = "SpecificationFields"
)]
pub struct LogLinearHazard {
    ends: Vec<u32>,
    demand_capture: Vec<String>,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(default)]
struct SpecificationFields {
    bin_ends: Vec<u32>,
    demand_capture: Vec<String>,
}

impl Default for SpecificationFields {
    fn default() -> Self {
        LogLinearHazard::default().into()
    }
}

impl From<LogLinearHazard> for SpecificationFields {
    fn from(specification: LogLinearHazard) -> Self {
        Self {
            bin_ends: specification.ends,
            demand_capture: specification.demand_capture,
        }
    }
}

impl TryFrom<SpecificationFields> for LogLinearHazard {
    type Error = Error;

    fn try_from(fields: SpecificationFields) -> Result<Self> {
        Basis::bins(fields.bin_ends.clone())?;
        Ok(Self {
            ends: fields.bin_ends,
            demand_capture: fields.demand_capture,
        })
    }
}

impl Default for LogLinearHazard {
    /// Bins that end at 1 hour, 1, 3, 7, 14 and 30 days.
    fn default() -> Self {
        Self {
            ends: [1, 24, 72, 168, 336, 720]
                .map(|hours| hours * 3600)
                .to_vec(),
            demand_capture: Vec::new(),
        }
    }
}

/// Newton steps after which fitting gives up.
const MOST_STEPS: u64 = 100;

impl LogLinearHazard {
    /// Other bins of age, by where each ends; the first begins at 0.
    ///
    /// # Errors
    /// No bin, more than 64, or ends that are not rising.
    pub fn with_bins(self, ends: impl IntoIterator<Item = Duration>) -> Result<Self> {
        let ends: Vec<u32> = ends
            .into_iter()
            .map(|end| u32::try_from(end.as_secs()).unwrap_or(u32::MAX))
            .collect();
        Basis::bins(ends.clone())?;
        Ok(Self { ends, ..self })
    }

    /// Channels whose touches follow demand rather than make it: their credit goes to the baseline.
    pub fn with_demand_capture<S: Into<String>>(
        self,
        channels: impl IntoIterator<Item = S>,
    ) -> Self {
        Self {
            demand_capture: channels.into_iter().map(Into::into).collect(),
            ..self
        }
    }
}

impl Fit for LogLinearHazard {
    type Evidence = PersonTime;
    type Model = LogLinearHazardModel;

    fn needs(&self) -> Needs {
        Needs::TIMELINE
    }

    fn evidence(&self, channels: &Channels) -> PersonTime {
        PersonTime::new(channels, &self.ends)
    }

    /// # Errors
    /// A flagged channel that the journeys do not have; conversions, but no time between first
    /// touches and the end of observation.
    fn solve(&self, evidence: PersonTime) -> Result<LogLinearHazardModel> {
        let channels = evidence.channels().clone();
        let mut captured = flags(&channels, "demand capture", &self.demand_capture)?;
        evidence
            .excluded()
            .iter()
            .for_each(|id| captured[id.index()] = true);
        let states = evidence.states();
        let conversions: f64 = states.iter().map(|state| state.conversions).sum();
        let person_days = states.iter().map(|state| state.seconds).sum::<f64>() / DAY;
        if conversions > 0.0 && person_days == 0.0 {
            return Err(Error::NoExposure { conversions });
        }
        let crate::attribution::hazard::log_link::newton::Solution {
            coefficients,
            log_likelihood,
            steps,
            converged,
        } = if conversions == 0.0 {
            crate::attribution::hazard::log_link::newton::Solution {
                coefficients: Vec::new(),
                log_likelihood: 0.0,
                steps: 0,
                converged: true,
            }
        } else {
            crate::attribution::hazard::log_link::newton::maximise(
                &states,
                channels.len() * self.ends.len(),
                conversions,
                MOST_STEPS,
            )
        };
        let fit = FitReport {
            log_likelihood,
            steps,
            converged,
            conversions,
            person_days,
        };
        Ok(LogLinearHazardModel {
            specification: self.clone(),
            channels,
            coefficients,
            captured,
            fit,
        })
    }
}

/// A fitted [`LogLinearHazard`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "ModelFields")]
pub struct LogLinearHazardModel {
    specification: LogLinearHazard,
    channels: Channels,
    /// By channel, then bin; the logarithm of the baseline last. None where nobody converted: all
    /// rates are 0, and 0 has no logarithm.
    coefficients: Vec<f64>,
    captured: Vec<bool>,
    fit: FitReport,
}

#[derive(Deserialize)]
struct ModelFields {
    specification: LogLinearHazard,
    channels: Channels,
    coefficients: Vec<f64>,
    captured: Vec<bool>,
    fit: FitReport,
}

impl TryFrom<ModelFields> for LogLinearHazardModel {
    type Error = Error;

    fn try_from(fields: ModelFields) -> Result<Self> {
        let ModelFields {
            specification,
            channels,
            coefficients,
            captured,
            fit,
        } = fields;
        let sound = (coefficients.is_empty()
            || coefficients.len() == channels.len() * specification.ends.len() + 1)
            && coefficients
                .iter()
                .all(|coefficient| coefficient.is_finite())
            && captured.len() == channels.len();
        if !sound {
            return Err(Error::setting(
                "a fitted log-link model",
                "inconsistent",
                "finite coefficients, one for each channel and bin",
            ));
        }
        Ok(Self {
            specification,
            channels,
            coefficients,
            captured,
            fit,
        })
    }
}

impl LogLinearHazardModel {
    /// How fitting went.
    pub fn report(&self) -> FitReport {
        self.fit
    }

    /// Conversions a day of a person without touches in the last bin's reach; 0 if the fit saw no
    /// conversion from a first touch on.
    pub fn baseline(&self) -> f64 {
        self.coefficients
            .last()
            .map_or(0.0, |&baseline| libm::exp(baseline))
    }

    /// By channel and bin: the channel, the days of age at which the bin begins and ends, and the
    /// factor by which its most recent touch multiplies the intensity. Empty if the fit saw no
    /// conversion from a first touch on: nothing is known of factors of 0.
    pub fn factors(&self) -> impl Iterator<Item = (&str, f64, f64, f64)> {
        let ends = &self.specification.ends;
        let factors = self
            .coefficients
            .split_last()
            .map_or(&[][..], |(_, factors)| factors);
        factors.iter().enumerate().map(move |(at, coefficient)| {
            let bin = at % ends.len();
            let from = bin.checked_sub(1).map_or(0, |before| ends[before]);
            let name = self.channels.name(ChannelId((at / ends.len()) as u16));
            (
                name,
                f64::from(from) / DAY,
                f64::from(ends[bin]) / DAY,
                libm::exp(*coefficient),
            )
        })
    }

    /// Conversions a day expected, at the second `journey` closes, of a person with its touches.
    pub fn intensity(&self, journey: Journey<'_>) -> f64 {
        let Some(log_baseline) = self.coefficients.last() else {
            return 0.0;
        };
        let (channels, times) = (journey.credited_channels(), journey.credited_times());
        let latest = |at: usize| !channels[at + 1..].contains(&channels[at]);
        let touches = (0..times.len()).filter(|&at| latest(at));
        let sum: f64 = touches
            .map(|at| self.coefficient(channels[at], journey.close - times[at]))
            .sum();
        libm::exp(sum + log_baseline)
    }

    #[inline]
    fn coefficient(&self, channel: ChannelId, age: u32) -> f64 {
        let ends = &self.specification.ends;
        let bin = ends[..ends.len() - 1].partition_point(|&end| end <= age);
        if age > ends[ends.len() - 1] {
            0.0
        } else {
            self.coefficients[channel.index() * ends.len() + bin]
        }
    }
}

impl AttributionModel for LogLinearHazardModel {
    fn needs(&self) -> Needs {
        Needs::TIMELINE
    }

    fn channels(&self) -> Option<&Channels> {
        Some(&self.channels)
    }

    fn parameters(&self) -> Parameters {
        parameters([
            ("baseline_per_day", self.baseline().into()),
            ("log_likelihood", self.fit.log_likelihood.into()),
            ("steps", (self.fit.steps as f64).into()),
            ("converged", self.fit.converged.into()),
        ])
    }

    /// Each touch weighs what it adds to the intensity of the touches before it, at the close.
    fn weigh(&self, journey: Journey<'_>, weights: &mut [f64]) -> f64 {
        let Some(&(mut eta)) = self.coefficients.last() else {
            return 0.0;
        };
        let (channels, times) = (journey.credited_channels(), journey.credited_times());
        let horizon = *self
            .specification
            .ends
            .last()
            .expect("a log hazard has a bin");
        let first = times.partition_point(|&time| journey.close - time > horizon);
        let mut intensity = libm::exp(eta);
        let mut baseline = intensity;
        for at in first..times.len() {
            let before = (first..at)
                .rev()
                .find(|&other| channels[other] == channels[at]);
            let replaced = before.map_or(0.0, |other| {
                self.coefficient(channels[at], journey.close - times[other])
            });
            eta += self.coefficient(channels[at], journey.close - times[at]) - replaced;
            let next = libm::exp(eta);
            let increment = (next - intensity).max(0.0);
            intensity = next;
            if self.captured[channels[at].index()] {
                baseline += increment
            } else {
                weights[at] = increment
            }
        }
        baseline
    }
}

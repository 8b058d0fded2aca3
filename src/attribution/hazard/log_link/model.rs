//! A fitted log-linear hazard.

use crate::attribution::hazard::decay::DAY;
use crate::attribution::hazard::log_link::specification::LogLinearHazard;
use crate::attribution::hazard::report::FitReport;
use crate::attribution::model::AttributionModel;
use crate::attribution::needs::Needs;
use crate::attribution::parameters::{Parameters, parameters};
use crate::channel::{ChannelId, Channels};
use crate::error::{Error, Result};
use crate::journeys::Journey;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// A fitted [`LogLinearHazard`].
///
/// ```
/// use mixtouch::attribution::hazard::LogLinearHazard;
/// use mixtouch::{Event, Events, Fit, JourneyOptions, Journeys};
///
/// let mut log = Events::new();
/// log.push(Event::touch("ann", 1_767_225_600, "social"))?;
/// log.push(Event::conversion("ann", 1_767_229_200))?;
/// log.push(Event::touch("bob", 1_767_225_600, "search"))?;
/// log.push(Event::touch("bob", 1_769_904_000, "search"))?;
/// let journeys = Journeys::from_events(&log, JourneyOptions::default())?;
/// let model = LogLinearHazard::default().fit(&journeys)?;
/// assert!(model.report().converged && model.baseline() > 0.0);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "ModelFields")]
pub struct LogLinearHazardModel {
    pub(super) specification: LogLinearHazard,
    pub(super) channels: Channels,
    /// By channel, then bin; the logarithm of the baseline last. None where nobody converted: all
    /// rates are 0, and 0 has no logarithm.
    pub(super) coefficients: Vec<f64>,
    pub(super) captured: Vec<bool>,
    pub(super) fit: FitReport,
    /// Channels without exposure.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) unseen: Vec<ChannelId>,
}

#[derive(Deserialize)]
struct ModelFields {
    specification: LogLinearHazard,
    channels: Channels,
    coefficients: Vec<f64>,
    captured: Vec<bool>,
    fit: FitReport,
    #[serde(default)]
    unseen: Vec<ChannelId>,
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
            unseen,
        } = fields;
        channels.check_ids("a channel without exposure", &unseen)?;
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
            unseen,
        })
    }
}

/// An increment up to this part of the intensity is none: coefficients are known to about as much.
const ROUNDING: f64 = 1e-9;

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
        // a touch without another of its channel before it in reverse order is the latest
        let reversed: Vec<ChannelId> = channels.iter().rev().copied().collect();
        let mut latest: Vec<usize> = previous(&reversed)
            .enumerate()
            .filter(|(_, before)| before.is_none())
            .map(|(at, _)| times.len() - 1 - at)
            .collect();
        latest.reverse();
        let sum: f64 = latest
            .into_iter()
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

/// Up to this many touches the one before is looked for touch by touch, without memory.
const FEW: usize = 32;

/// For each touch, the one before it of the same channel.
fn previous(channels: &[ChannelId]) -> impl Iterator<Item = Option<usize>> {
    let mut latest = HashMap::new();
    (0..channels.len()).map(move |at| {
        if channels.len() > FEW {
            return latest.insert(channels[at], at);
        }
        channels[..at]
            .iter()
            .rposition(|other| *other == channels[at])
    })
}

impl AttributionModel for LogLinearHazardModel {
    fn needs(&self) -> Needs {
        Needs::TIMELINE
    }

    fn has_baseline(&self) -> bool {
        true
    }

    fn channels(&self) -> Option<&Channels> {
        Some(&self.channels)
    }

    fn unseen_channels(&self) -> Vec<ChannelId> {
        self.unseen.clone()
    }

    fn free_parameters(&self) -> Option<usize> {
        Some(self.fit.rates)
    }

    fn fitted_conversions(&self) -> Option<f64> {
        Some(self.fit.conversions)
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
        for (at, before) in (first..).zip(previous(&channels[first..])) {
            let before = before.map(|before| first + before);
            let replaced = before.map_or(0.0, |other| {
                self.coefficient(channels[at], journey.close - times[other])
            });
            eta += self.coefficient(channels[at], journey.close - times[at]) - replaced;
            let next = libm::exp(eta);
            let raised = next - intensity;
            // what is this small is the rounding of Newton's coefficients
            let increment = if raised > ROUNDING * next {
                raised
            } else {
                0.0
            };
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

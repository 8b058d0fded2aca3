//! The specification of a log-linear hazard.

use crate::attribution::hazard::basis::Basis;
use crate::error::{Error, Result};
use crate::util::known_fields::read_settings;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// A log-linear hazard, the form of Shender and co-authors (Journal of Data Science 22(1), 2024):
/// `log lambda(t) = baseline + sum over channels of f_channel(age)`, each `f` a step function of
/// the age of the channel's most recent touch.
///
/// Credit is by backwards elimination: touch j gets `lambda(touches 1..j) - lambda(touches 1..j-1)`
/// at the close over `lambda(all)`; increments below 0 count as 0 and the rest is rescaled with the
/// baseline. The coefficients come from Newton's method on person-time and conversions by state,
/// with a normal prior of standard deviation 10 on each, which keeps those of bins without
/// conversions finite; where nobody converts every rate is 0 and nothing is attributed. Time
/// watched, excluded channels and unattributed conversions are as with
/// [`AdditiveHazard`](crate::attribution::hazard::AdditiveHazard). Where effects add up rather than
/// multiply, that one is closer to the truth.
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
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(into = "SpecificationFields")]
pub struct LogLinearHazard {
    pub(super) ends: Vec<u32>,
    pub(super) demand_capture: Vec<String>,
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

read_settings!(LogLinearHazard, SpecificationFields);

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

impl LogLinearHazard {
    /// Other bins of age, by where each ends; the first begins at 0.
    ///
    /// # Errors
    /// If there are no bins or more than 64, or their ends do not rise.
    pub fn with_bins(self, ends: impl IntoIterator<Item = Duration>) -> Result<Self> {
        let ends: Vec<u32> = ends
            .into_iter()
            .map(|end| u32::try_from(end.as_secs()).unwrap_or(u32::MAX))
            .collect();
        Basis::bins(ends.clone())?;
        Ok(Self { ends, ..self })
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
}

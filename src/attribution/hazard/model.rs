//! A fitted additive hazard.

use crate::attribution::calibration::Calibration;
use crate::attribution::hazard::additive::AdditiveHazard;
use crate::attribution::hazard::basis::Basis;
use crate::attribution::hazard::decay::DAY;
use crate::attribution::hazard::design::{CLASSES, Design, WEEK};
use crate::attribution::hazard::division::Division;
use crate::attribution::hazard::effects::{Intensity, PairEffect, TouchEffect};
use crate::attribution::hazard::report::FitReport;
use crate::attribution::hazard::upstream::Upstream;
use crate::attribution::model::AttributionModel;
use crate::attribution::needs::Needs;
use crate::attribution::parameters::Parameters;
use crate::attribution::sensitivity::Sensitivity;
use crate::channel::{ChannelId, Channels};
use crate::error::{Error, Result};
use crate::journeys::Journey;
use crate::journeys::journey::Timeline;
use serde::{Deserialize, Serialize};

/// A fitted [`AdditiveHazard`]: `lambda(t) = baseline + sum of the effects of the touches up to t`,
/// conversions a day.
///
/// ```
/// use mixtouch::attribution::hazard::AdditiveHazard;
/// use mixtouch::{Event, Events, Fit, JourneyOptions, Journeys};
///
/// let mut log = Events::new();
/// log.push(Event::touch("ann", 1_767_225_600, "social"))?;
/// log.push(Event::conversion("ann", 1_767_229_200))?;
/// log.push(Event::touch("bob", 1_767_225_600, "search"))?;
/// log.push(Event::touch("bob", 1_769_904_000, "search"))?;
/// let journeys = Journeys::from_events(&log, JourneyOptions::default())?;
/// let model = AdditiveHazard::default().fit(&journeys)?;
/// assert!(model.report().converged);
/// assert!(model.conversions_per_touch("social") > model.conversions_per_touch("search"));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Fields")]
pub struct AdditiveHazardModel {
    pub(super) specification: AdditiveHazard,
    pub(super) channels: Channels,
    pub(super) design: Design,
    /// By feature, the baseline's last.
    pub(super) rates: Vec<f64>,
    pub(super) errors: Option<Vec<Option<f64>>>,
    /// By channel: whether its credit goes to the baseline.
    pub(super) captured: Vec<bool>,
    /// Kept pairs of channels, by feature.
    pub(super) pairs: Vec<usize>,
    pub(super) upstream: Vec<Upstream>,
    pub(super) fit: FitReport,
    /// What lift tests say of the channels tested.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) calibration: Vec<Calibration>,
    /// Whether that was found in more journeys than the rates.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) of_segment: bool,
    /// By channel; empty in models that an earlier version stored.
    pub(super) sensitivity: Vec<Sensitivity>,
    /// By channel, the share of its credit that does not go to the baseline.
    #[serde(skip)]
    pub(super) kept: Vec<f64>,
    /// Channels without exposure.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) unseen: Vec<ChannelId>,
}

#[derive(Deserialize)]
struct Fields {
    specification: AdditiveHazard,
    channels: Channels,
    design: Design,
    rates: Vec<f64>,
    errors: Option<Vec<Option<f64>>>,
    captured: Vec<bool>,
    pairs: Vec<usize>,
    upstream: Vec<Upstream>,
    fit: FitReport,
    #[serde(default)]
    calibration: Vec<Calibration>,
    #[serde(default)]
    of_segment: bool,
    #[serde(default)]
    sensitivity: Vec<Sensitivity>,
    #[serde(default)]
    unseen: Vec<ChannelId>,
}

/// By channel, the share of its credit that does not go to the baseline: none of demand capture, the
/// calibrated share of tested channels, all of the others.
pub(super) fn kept(
    captured: &[bool],
    calibration: &[Calibration],
    channels: &Channels,
) -> Vec<f64> {
    let asserted = captured
        .iter()
        .map(|&captured| f64::from(u8::from(!captured)));
    let mut kept: Vec<f64> = asserted.collect();
    for row in calibration {
        if let Some(id) = channels.id(&row.channel) {
            kept[id.index()] = kept[id.index()].min(row.kept);
        }
    }
    kept
}

impl TryFrom<Fields> for AdditiveHazardModel {
    type Error = Error;

    fn try_from(fields: Fields) -> Result<Self> {
        let Fields {
            specification,
            channels,
            design,
            rates,
            errors,
            captured,
            pairs,
            upstream,
            fit,
            calibration,
            of_segment,
            sensitivity,
            unseen,
        } = fields;
        channels.check_ids("a channel without exposure", &unseen)?;
        let sound = design.channels == channels.len()
            && captured.len() == channels.len()
            && rates.len() == design.features() + 1
            && rates.iter().all(|rate| (0.0..f64::INFINITY).contains(rate))
            && errors
                .as_ref()
                .is_none_or(|errors| errors.len() == rates.len())
            && pairs
                .iter()
                .all(|pair| (design.singles()..design.features()).contains(pair))
            && upstream.iter().all(|upstream| upstream.is_sound(&design))
            && (sensitivity.is_empty() || sensitivity.len() == channels.len())
            && calibration
                .iter()
                .all(|row| row.is_sound() && channels.id(&row.channel).is_some());
        if !sound {
            return Err(Error::setting(
                "a fitted model of time to event",
                "inconsistent",
                "finite rates of 0 or more, one for each feature",
            ));
        }
        Ok(Self {
            kept: kept(&captured, &calibration, &channels),
            calibration,
            of_segment,
            sensitivity,
            specification,
            channels,
            design,
            rates,
            errors,
            captured,
            pairs,
            upstream,
            fit,
            unseen,
        })
    }
}

impl AdditiveHazardModel {
    /// How fitting went.
    pub fn report(&self) -> FitReport {
        self.fit
    }

    /// Conversions a day that come without any touch.
    pub fn baseline(&self) -> f64 {
        self.rates[self.rates.len() - 1]
    }

    /// The standard error of [`AdditiveHazardModel::baseline`], where asked for.
    pub fn baseline_standard_error(&self) -> Option<f64> {
        self.errors
            .as_ref()
            .and_then(|errors| errors[errors.len() - 1])
    }

    /// Every fitted effect of a single touch: by channel, frequency class, then age.
    pub fn effects(&self) -> impl Iterator<Item = TouchEffect<'_>> {
        let (functions, classes) = (self.design.basis.len(), self.design.classes());
        (0..self.design.singles()).map(move |feature| {
            let (from, to) = stretch(&self.design.basis, feature % functions);
            TouchEffect {
                channel: self
                    .channels
                    .name(ChannelId((feature / functions / classes) as u16)),
                earlier_touches: [0, 1, 2, 4][feature / functions % classes % CLASSES],
                from,
                to,
                rate: self.rates[feature],
                standard_error: self.errors.as_ref().and_then(|errors| errors[feature]),
            }
        })
    }

    /// The pairs of channels that were kept.
    pub fn pairs(&self) -> impl Iterator<Item = PairEffect<'_>> {
        self.pairs.iter().map(|&feature| {
            let (one, other) = self.design.pair_channels(feature);
            let standard_error = self.errors.as_ref().and_then(|errors| errors[feature]);
            PairEffect {
                channels: [one, other].map(|id| self.channels.name(id)),
                rate: self.rates[feature],
                standard_error,
            }
        })
    }

    /// The effect of a first touch of `channel` as a curve: (age in days, conversions a day) at
    /// `points` ages, evenly from 0 to the age beyond which there is no effect. Empty for an
    /// unknown channel.
    pub fn curve(&self, channel: &str, points: usize) -> Vec<(f64, f64)> {
        let Some(id) = self.channels.id(channel) else {
            return Vec::new();
        };
        let horizon = self.design.basis.horizon();
        let age = |point: usize| {
            (f64::from(horizon) * point as f64 / points.saturating_sub(1).max(1) as f64) as u32
        };
        let first = self.design.feature(&[id], &[0], 0);
        (0..points)
            .map(|point| (f64::from(age(point)) / DAY, self.effect(first, age(point))))
            .collect()
    }

    /// Conversions that one first touch of `channel` brings over all ages.
    pub fn conversions_per_touch(&self, channel: &str) -> Option<f64> {
        let first = self.design.feature(&[self.channels.id(channel)?], &[0], 0);
        let mut exposure = vec![0.0; self.design.basis.len()];
        self.design
            .basis
            .integrate(0, u32::MAX, self.design.basis.unit(), &mut exposure);
        Some(
            exposure
                .iter()
                .zip(&self.rates[first..])
                .map(|(exposure, rate)| exposure * rate)
                .sum(),
        )
    }

    /// What lift tests say of each tested channel beside what the log says, and the share of its
    /// credit that it keeps.
    pub fn calibration(&self) -> &[Calibration] {
        &self.calibration
    }

    /// The intensity of a person with these touches at the second `journey` closes.
    pub fn predict(&self, journey: Journey<'_>) -> Intensity {
        let mut touches = vec![0.0; journey.credited_channels().len()];
        let baseline = self.weigh(journey, &mut touches);
        Intensity { baseline, touches }
    }

    /// Conversions expected of a person with the journey's touches, and no further ones, between
    /// the close and `days` later.
    pub fn expected_conversions(&self, journey: Journey<'_>, days: f64) -> f64 {
        let (channels, times) = (journey.credited_channels(), journey.credited_times());
        let end = f64::from(journey.close) + (days * DAY).max(0.0);
        let end = if end < f64::from(u32::MAX) {
            end as u32
        } else {
            u32::MAX
        };
        let mut exposure = vec![0.0; self.design.features()];
        self.design
            .expose(channels, times, journey.close, end, 1.0, &mut exposure);
        let (singles, unit) = (self.design.singles(), self.design.basis.unit());
        let expected = |(at, exposure): (usize, &f64)| {
            self.rates[at] * exposure * if at < singles { unit } else { 1.0 / DAY }
        };
        self.baseline() * f64::from(end - journey.close) / DAY
            + exposure.iter().enumerate().map(expected).sum::<f64>()
    }

    #[inline]
    fn effect(&self, first: usize, age: u32) -> f64 {
        let mut effect = 0.0;
        if age <= self.design.basis.horizon() {
            self.design.basis.at(age, |function, value| {
                effect += self.rates[first + function] * value
            });
        }
        effect
    }
}

fn stretch(basis: &Basis, function: usize) -> (f64, f64) {
    match basis {
        Basis::Bins(ends) => {
            let from = function.checked_sub(1).map_or(0, |before| ends[before]);
            (f64::from(from) / DAY, f64::from(ends[function]) / DAY)
        }
        Basis::Exponential(decays) => (0.0, decays[function].tau()),
    }
}

impl AttributionModel for AdditiveHazardModel {
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

    fn calibration(&self) -> &[Calibration] {
        &self.calibration
    }

    fn sensitivity(&self) -> &[Sensitivity] {
        &self.sensitivity
    }

    fn parameters(&self) -> Parameters {
        let mut parameters = self.specification.parameters();
        for (name, number) in [
            ("baseline_per_day", self.baseline()),
            ("log_likelihood", self.fit.log_likelihood),
            ("steps", self.fit.steps as f64),
        ] {
            parameters.insert(name.into(), number.into());
        }
        parameters.insert("converged".into(), self.fit.converged.into());
        parameters
    }

    /// Each touch weighs what it adds to the intensity at the close; a pair's part goes half to the
    /// latest touch of each channel.
    fn weigh(&self, journey: Journey<'_>, weights: &mut [f64]) -> f64 {
        let timeline = Timeline {
            channels: journey.credited_channels(),
            times: journey.credited_times(),
        };
        let Timeline { channels, times } = timeline;
        let (kept, upstream) = (&self.kept, &self.upstream);
        let mut division = Division::new(kept, upstream, &self.design.basis, timeline, weights);
        let mut baseline = self.baseline();
        for touch in self.design.first_active(times, journey.close)..times.len() {
            let first = self.design.feature(channels, times, touch);
            baseline += division.give(touch, self.effect(first, journey.close - times[touch]));
        }
        for &pair in &self.pairs {
            let (one, other) = self.design.pair_channels(pair);
            let latest = |channel| {
                (0..times.len())
                    .rev()
                    .take_while(|&at| journey.close - times[at] <= WEEK)
                    .find(|&at| channels[at] == channel)
            };
            if let (Some(one), Some(other)) = (latest(one), latest(other)) {
                let half = self.rates[pair] / 2.0;
                baseline += division.give(one, half) + division.give(other, half);
            }
        }
        baseline + division.finish()
    }
}

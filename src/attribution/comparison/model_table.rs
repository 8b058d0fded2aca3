//! What a comparison found by one model.

use crate::attribution::calibration::Calibration;
use crate::attribution::credits::Credits;
use crate::attribution::model::AttributionModel;
use crate::attribution::name_map::NameMap;
use crate::attribution::parameters::Parameters;
use crate::attribution::provenance::Provenance;
use crate::attribution::sensitivity::Sensitivity;
use crate::attribution::tally::Tally;
use crate::stats::ratio::{cost_each, is_material};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// One model's credit by channel. Two are equal if all but [`ModelTable::spent`] is.
///
/// ```
/// use mixtouch::attribution::rules::Linear;
/// use mixtouch::{Comparison, Outcome, PathTable};
///
/// let mut paths = PathTable::new();
/// paths.push(["social"], Outcome::new(1.0, 9.0, 50.0)?)?;
/// paths.push(["social", "search"], Outcome::new(4.0, 6.0, 200.0)?)?;
/// let table = Comparison::new().model("linear", Linear).run(&paths.journeys()?)?;
/// let linear = table.model("linear").unwrap();
/// let credited: f64 = linear.channels.iter().map(|channel| channel.conversions).sum();
/// assert_eq!((credited, linear.unattributed.conversions), (5.0, 0.0));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ModelTable {
    /// The name given to the model.
    pub model: String,
    /// The model's settings by name.
    pub parameters: Parameters,
    /// The credit of every channel, in order of the channels' names.
    pub channels: Vec<ChannelCredit>,
    /// Conversions that would have come without marketing, for models that estimate them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub baseline: Option<BaselineCredit>,
    /// Conversions that no touch accounts for.
    pub unattributed: Tally,
    /// What experiments say of channels beside what the journeys say, for models calibrated by any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub calibration: Vec<Calibration>,
    /// What fitted a [`StoredModel`](crate::attribution::StoredModel), and on which time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provenance: Option<Provenance>,
    /// Processor time of fitting and scoring, over all threads.
    #[serde(skip)]
    pub spent: Duration,
}

/// One channel's credit by one model.
///
/// ```
/// use mixtouch::attribution::rules::Linear;
/// use mixtouch::{Comparison, Outcome, PathTable};
///
/// let mut paths = PathTable::new();
/// paths.push(["social"], Outcome::new(1.0, 9.0, 50.0)?)?;
/// paths.push(["social", "search"], Outcome::new(4.0, 6.0, 200.0)?)?;
/// let table = Comparison::new().model("linear", Linear).run(&paths.journeys()?)?;
/// let social = table.model("linear").and_then(|model| model.channel("social")).unwrap();
/// assert_eq!((social.conversions, social.value, social.cost), (3.0, 150.0, None));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ChannelCredit {
    /// The channel's name.
    pub channel: String,
    /// Conversions credited to the channel.
    pub conversions: f64,
    /// Lower end of the bootstrap interval of `conversions`, if there was a bootstrap.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conversions_low: Option<f64>,
    /// Upper end of the interval of `conversions`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conversions_high: Option<f64>,
    /// Lower end of the bootstrap interval of `conversions` / the channel's by the model named
    /// `last-touch` - 1, if both are of one bootstrap: each replicate divides by its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change_low: Option<f64>,
    /// Upper end of that interval.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change_high: Option<f64>,
    /// Value credited to the channel, in the log's currency.
    pub value: f64,
    /// Lower end of the bootstrap interval of `value`, if there was a bootstrap.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value_low: Option<f64>,
    /// Upper end of the interval of `value`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value_high: Option<f64>,
    /// The channel's cost over the period, where costs are known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost: Option<f64>,
    /// Return on ad spend: value / cost, where the cost is > 0 and the value 0 or more than a
    /// billionth of all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub roas: Option<f64>,
    /// Cost per acquisition: cost / conversions, where the cost is > 0 and the conversions are more
    /// than a billionth of all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cpa: Option<f64>,
    /// Share of all conversions lost without the channel, 0 to 1, for Markov models.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub removal_effect: Option<f64>,
    /// Conversions under the channel's exposure / those without its effect, for hazard models
    /// ([`Sensitivity::rate_ratio`](crate::attribution::Sensitivity::rate_ratio)).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate_ratio: Option<f64>,
    /// The factor by which an intent that is not seen has to raise both touches and conversions, to
    /// explain all of the effect ([`Sensitivity::e_value`](crate::attribution::Sensitivity::e_value)).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub e_value: Option<f64>,
    /// cost / the value that the log alone shows: the channel pays only if more than this share of
    /// it is causal. For hazard models, where the cost is > 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub break_even_share: Option<f64>,
    /// The share of the channel's touches that follow visits of unpaid channels, 0 to 1
    /// ([`Sensitivity::suspicion`](crate::attribution::Sensitivity::suspicion)).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suspicion: Option<f64>,
}

/// One model's estimate of conversions that would have come without marketing.
///
/// ```
/// use mixtouch::attribution::hazard::AdditiveHazard;
/// use mixtouch::{Comparison, Event, Events, JourneyOptions, Journeys};
///
/// let mut log = Events::new();
/// log.push(Event::touch("ann", 1_767_225_600, "social"))?;
/// log.push(Event::conversion("ann", 1_767_229_200))?;
/// log.push(Event::touch("bob", 1_767_225_600, "search"))?;
/// log.push(Event::touch("bob", 1_769_904_000, "search"))?;
/// let journeys = Journeys::from_events(&log, JourneyOptions::default())?;
/// let comparison = Comparison::new().fit("hazard", AdditiveHazard::default());
/// let table = comparison.run(&journeys)?;
/// let baseline = table.model("hazard").and_then(|model| model.baseline).unwrap();
/// assert!((0.0..=1.0).contains(&baseline.conversions));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct BaselineCredit {
    /// Conversions that would have come without marketing.
    pub conversions: f64,
    /// Lower end of the bootstrap interval of `conversions`, if there was a bootstrap; none where all
    /// replicates have the same share of all conversions: at such a limit nothing says how sure it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conversions_low: Option<f64>,
    /// Upper end of the interval of `conversions`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conversions_high: Option<f64>,
    /// Mean of the bootstrap's replicates - `conversions`. Below 0 where few conversions let noise
    /// pass for marketing: the estimate is then too low by at least as much. In simulated logs of
    /// 40 conversions it is too low by many times as much. None for a model calibrated by tests,
    /// whose replicates differ by the tests' noise too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conversions_bias: Option<f64>,
    /// Their share of all conversions, 0 to 1; none without conversions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share: Option<f64>,
    /// Lower end of the bootstrap interval of `share`. Each replicate divides by its own conversions:
    /// one with more of them has more baseline too, so that the ends of `conversions` over all
    /// conversions are no interval of the share, and may lie above 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share_low: Option<f64>,
    /// Upper end of the interval of `share`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share_high: Option<f64>,
    /// Value of those conversions, in the log's currency.
    pub value: f64,
    /// Lower end of the bootstrap interval of `value`, if there was a bootstrap.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value_low: Option<f64>,
    /// Upper end of the interval of `value`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value_high: Option<f64>,
}

impl From<Tally> for BaselineCredit {
    fn from(Tally { conversions, value }: Tally) -> Self {
        Self {
            conversions,
            conversions_low: None,
            conversions_high: None,
            conversions_bias: None,
            share: None,
            share_low: None,
            share_high: None,
            value,
            value_low: None,
            value_high: None,
        }
    }
}

/// The baseline's share of all conversions.
pub(super) fn baseline_share(credits: &Credits) -> Option<f64> {
    let total = credits.total().conversions;
    (total > 0.0).then(|| credits.baseline().conversions / total)
}

fn sensitivity<'a>(model: &'a dyn AttributionModel, channel: &str) -> Option<&'a Sensitivity> {
    let id = model.channels()?.id(channel)?;
    model.sensitivity().get(id.index())
}

/// The share of what the log shows that the channel is credited.
fn kept(model: &dyn AttributionModel, channel: &str) -> f64 {
    let mut rows = model.calibration().iter();
    let row = rows.find(|row| row.channel == channel);
    row.map_or(1.0, |row| row.kept)
}

/// Value / cost; none where the value is rounding beside all value.
fn roas(value: f64, cost: f64, all: f64) -> Option<f64> {
    let is_stated = value == 0.0 || is_material(value.abs(), all);
    Some(value / cost).filter(|roas| is_stated && roas.is_finite())
}

impl PartialEq for ModelTable {
    fn eq(&self, other: &Self) -> bool {
        let Self {
            model,
            parameters,
            channels,
            baseline,
            unattributed,
            calibration,
            provenance,
            spent: _,
        } = self;
        (
            model,
            parameters,
            channels,
            baseline,
            unattributed,
            calibration,
            provenance,
        ) == (
            &other.model,
            &other.parameters,
            &other.channels,
            &other.baseline,
            &other.unattributed,
            &other.calibration,
            &other.provenance,
        )
    }
}

impl ModelTable {
    pub(crate) fn new(
        name: &str,
        model: &dyn AttributionModel,
        names: Option<&NameMap>,
        credits: &Credits,
        costs: &[Option<f64>],
        spent: Duration,
    ) -> Self {
        let effects = model.channel_shares().map(|shares| {
            let effects = shares.removal_effects();
            names.map_or_else(|| effects.to_vec(), |names| names.column(effects))
        });
        let total = credits.total();
        let row = |(at, (channel, tally)): (usize, (&str, &Tally))| {
            let cost = costs.get(at).copied().flatten();
            let paid = cost.filter(|&cost| cost > 0.0);
            let roas = paid.and_then(|cost| roas(tally.value, cost, total.value));
            let sensitivity = sensitivity(model, channel);
            ChannelCredit {
                channel: channel.to_owned(),
                conversions: tally.conversions,
                conversions_low: None,
                conversions_high: None,
                change_low: None,
                change_high: None,
                value: tally.value,
                value_low: None,
                value_high: None,
                cost,
                roas,
                cpa: cost_each(cost, tally.conversions, total.conversions),
                removal_effect: effects.as_ref().map(|effects| effects[at]),
                rate_ratio: sensitivity.and_then(Sensitivity::rate_ratio),
                e_value: sensitivity.and_then(Sensitivity::e_value),
                break_even_share: roas
                    .filter(|&roas| roas > 0.0 && sensitivity.is_some())
                    .map(|roas| kept(model, channel) / roas),
                suspicion: sensitivity.and_then(|row| row.suspicion),
            }
        };
        Self {
            model: name.to_owned(),
            parameters: model.parameters(),
            channels: credits
                .channels()
                .iter()
                .zip(credits.by_channel())
                .enumerate()
                .map(row)
                .collect(),
            baseline: Some(credits.baseline())
                .filter(|baseline| model.has_baseline() || *baseline != Tally::default())
                .map(|baseline| BaselineCredit {
                    share: baseline_share(credits),
                    ..BaselineCredit::from(baseline)
                }),
            unattributed: credits.unattributed(),
            calibration: model.calibration().to_vec(),
            provenance: model.fit_record().map(|record| record.provenance.clone()),
            spent,
        }
    }

    /// The credit of the channel of that name.
    pub fn channel(&self, name: &str) -> Option<&ChannelCredit> {
        self.channels.iter().find(|row| row.channel == name)
    }
}

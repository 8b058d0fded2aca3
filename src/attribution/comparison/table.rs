//! What a comparison found.

use crate::attribution::comparison::bootstrap::Bootstrap;
use crate::attribution::comparison::finding::Finding;
use crate::attribution::credits::Credits;
use crate::attribution::model::AttributionModel;
use crate::attribution::name_map::NameMap;
use crate::attribution::parameters::Parameters;
use crate::attribution::provenance::Provenance;
use crate::attribution::tally::Tally;
use crate::error::{Error, Result};
use crate::journeys::arena::Totals;
use crate::privacy::Withheld;
use crate::stats::ratio::{cost_each, is_material};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Several models' credit by channel on the same journeys.
///
/// Displayed, it is a table for each figure with a column for each model, and intervals behind the
/// figures; serialised, a document with all figures; [`ComparisonTable::write_csv`] writes a record
/// for each model and channel.
///
/// ```
/// use mixtouch::attribution::rules::{LastTouch, Linear};
/// use mixtouch::{Comparison, Outcome, PathTable};
///
/// let mut paths = PathTable::new();
/// paths.push(["social", "search"], Outcome::new(2.0, 5.0, 80.0)?)?;
/// let table = Comparison::new()
///     .model("last-touch", LastTouch)
///     .model("linear", Linear)
///     .run(&paths.journeys()?)?;
/// let social = table.model("linear").and_then(|model| model.channel("social"));
/// assert_eq!(social.map(|credit| (credit.conversions, credit.value)), Some((1.0, 40.0)));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Fields")]
pub struct ComparisonTable {
    totals: Totals,
    #[serde(skip_serializing_if = "Option::is_none")]
    bootstrap: Option<Bootstrap>,
    models: Vec<ModelTable>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    segments: Vec<SegmentTable>,
    #[serde(skip_serializing_if = "Option::is_none")]
    withheld: Option<Withheld>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    findings: Vec<Finding>,
    #[serde(skip_serializing_if = "Option::is_none")]
    provenance: Option<Provenance>,
}

#[derive(Deserialize)]
struct Fields {
    totals: Totals,
    #[serde(default)]
    bootstrap: Option<Bootstrap>,
    models: Vec<ModelTable>,
    #[serde(default)]
    segments: Vec<SegmentTable>,
    #[serde(default)]
    withheld: Option<Withheld>,
    #[serde(default)]
    findings: Vec<Finding>,
    #[serde(default)]
    provenance: Option<Provenance>,
}

impl TryFrom<Fields> for ComparisonTable {
    type Error = Error;

    fn try_from(fields: Fields) -> Result<Self> {
        let Fields {
            totals,
            bootstrap,
            models,
            segments,
            withheld,
            findings,
            provenance,
        } = fields;
        let parts = segments.iter().flat_map(|segment| &segment.models);
        let all: Vec<&ModelTable> = models.iter().chain(parts).collect();
        let names = |model: &ModelTable| -> Vec<String> {
            model
                .channels
                .iter()
                .map(|row| row.channel.clone())
                .collect()
        };
        if let Some(other) = all.iter().find(|model| names(model) != names(all[0])) {
            return Err(Error::setting(
                format!("the channels of {}", other.model),
                names(other).join(", "),
                format!("those of {}, {}", all[0].model, names(all[0]).join(", ")),
            ));
        }
        Ok(Self {
            totals,
            bootstrap,
            models,
            segments,
            withheld,
            findings,
            provenance,
        })
    }
}

/// Several models' credit by channel on the journeys of one segment.
///
/// ```
/// use mixtouch::attribution::rules::LastTouch;
/// use mixtouch::{Comparison, Event, Events, JourneyOptions, Journeys};
///
/// let mut log = Events::with_columns(["region"]);
/// log.push(Event::touch("ann", 1_767_225_600, "social").with_texts(&["north"]))?;
/// log.push(Event::conversion("ann", 1_767_229_200).with_texts(&["north"]))?;
/// log.push(Event::touch("bob", 1_767_225_600, "search").with_texts(&["south"]))?;
/// log.push(Event::conversion("bob", 1_767_229_200).with_texts(&["south"]))?;
/// let options = JourneyOptions::default().with_segment("region");
/// let journeys = Journeys::from_events(&log, options)?;
/// let table = Comparison::new().model("last-touch", LastTouch).run(&journeys)?;
/// let north = &table.segments()[0];
/// assert_eq!((north.segment.as_str(), north.totals.conversions), ("north", 1.0));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SegmentTable {
    /// The segment's value in the column that segments are taken from.
    pub segment: String,
    /// Sums over the journeys that close in the segment.
    pub totals: Totals,
    /// The models in the order they were added.
    pub models: Vec<ModelTable>,
}

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
    /// Lower end of the bootstrap interval of `conversions`, if there was a bootstrap.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conversions_low: Option<f64>,
    /// Upper end of the interval of `conversions`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conversions_high: Option<f64>,
    /// Mean of the bootstrap's replicates - `conversions`. Below 0 where few conversions let noise
    /// pass for marketing: the estimate is then too low by at least as much. In simulated logs of
    /// 40 conversions it is too low by many times as much.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conversions_bias: Option<f64>,
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
            value,
            value_low: None,
            value_high: None,
        }
    }
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
            spent: _,
        } = self;
        (model, parameters, channels, baseline, unattributed)
            == (
                &other.model,
                &other.parameters,
                &other.channels,
                &other.baseline,
                &other.unattributed,
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
            ChannelCredit {
                channel: channel.to_owned(),
                conversions: tally.conversions,
                conversions_low: None,
                conversions_high: None,
                value: tally.value,
                value_low: None,
                value_high: None,
                cost,
                roas: paid.and_then(|cost| roas(tally.value, cost, total.value)),
                cpa: cost_each(cost, tally.conversions, total.conversions),
                removal_effect: effects.as_ref().map(|effects| effects[at]),
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
                .map(BaselineCredit::from),
            unattributed: credits.unattributed(),
            spent,
        }
    }

    /// The credit of the channel of that name.
    pub fn channel(&self, name: &str) -> Option<&ChannelCredit> {
        self.channels.iter().find(|row| row.channel == name)
    }

    /// Sets the intervals from the credit of each bootstrap replicate.
    pub(crate) fn set_intervals(&mut self, bootstrap: &Bootstrap, replicates: &[&Credits]) {
        let interval = |figure: &dyn Fn(&Credits) -> f64| {
            let figures = replicates.iter().map(|credits| figure(credits)).collect();
            let (low, high) = bootstrap.interval(figures);
            (Some(low), Some(high))
        };
        for (at, row) in self.channels.iter_mut().enumerate() {
            (row.conversions_low, row.conversions_high) =
                interval(&|credits| credits.by_channel()[at].conversions);
            (row.value_low, row.value_high) = interval(&|credits| credits.by_channel()[at].value);
        }
        if let Some(row) = &mut self.baseline {
            (row.conversions_low, row.conversions_high) =
                interval(&|credits| credits.baseline().conversions);
            (row.value_low, row.value_high) = interval(&|credits| credits.baseline().value);
            let sum: f64 = replicates
                .iter()
                .map(|credits| credits.baseline().conversions)
                .sum();
            row.conversions_bias = Some(sum / replicates.len() as f64 - row.conversions);
        }
    }
}

impl ComparisonTable {
    pub(crate) fn new(
        totals: Totals,
        bootstrap: Option<Bootstrap>,
        models: Vec<ModelTable>,
        segments: Vec<SegmentTable>,
    ) -> Self {
        Self {
            totals,
            bootstrap,
            models,
            segments,
            withheld: None,
            findings: Vec::new(),
            provenance: None,
        }
    }

    pub(crate) fn with_findings(self, findings: Vec<Finding>) -> Self {
        Self { findings, ..self }
    }

    pub(crate) fn with_provenance(self, provenance: Provenance) -> Self {
        Self {
            provenance: Some(provenance),
            ..self
        }
    }

    /// What weakens the figures: models left out, too little data, channels that never part.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// The version that made the table, and the time of the journeys; unknown of tables stored by
    /// versions that did not say.
    pub fn provenance(&self) -> Option<&Provenance> {
        self.provenance.as_ref()
    }

    pub(crate) fn with_withheld(self, withheld: Option<Withheld>) -> Self {
        Self { withheld, ..self }
    }

    /// The segments merged or left out for having too few persons, if there are any.
    pub fn withheld(&self) -> Option<Withheld> {
        self.withheld
    }

    /// The segments in order of their names; none where journeys have no segments.
    pub fn segments(&self) -> &[SegmentTable] {
        &self.segments
    }

    /// The bootstrap that gave the intervals, if there was one.
    pub fn bootstrap(&self) -> Option<&Bootstrap> {
        self.bootstrap.as_ref()
    }

    /// Sums over all journeys.
    pub fn totals(&self) -> Totals {
        self.totals
    }

    /// The models in the order they were added.
    pub fn models(&self) -> &[ModelTable] {
        &self.models
    }

    /// The model of that name.
    pub fn model(&self, name: &str) -> Option<&ModelTable> {
        self.models.iter().find(|table| table.model == name)
    }
}

//! What a comparison found, for persons and for machines.

mod shown;

use crate::attribution::comparison::bootstrap::Bootstrap;
use crate::attribution::credits::{Credits, Tally};
use crate::attribution::model::AttributionModel;
use crate::attribution::parameters::Parameters;
use crate::journeys::arena::Totals;
use crate::privacy::Withheld;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::time::Duration;

use crate::attribution::comparison::table::shown::Shown;

/// Several models' credit by channel on the same journeys.
///
/// Shown, it is a table with a column a model; serialised, a document with all figures;
/// [`ComparisonTable::write_csv`] writes a row for each model and channel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ComparisonTable {
    totals: Totals,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    bootstrap: Option<Bootstrap>,
    models: Vec<ModelTable>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    segments: Vec<SegmentTable>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    withheld: Option<Withheld>,
}

/// The same of one segment's journeys.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SegmentTable {
    /// The text that tells the segment apart.
    pub segment: String,
    /// What the journeys that close in it add up to.
    pub totals: Totals,
    /// The models in the order they were added.
    pub models: Vec<ModelTable>,
}

/// One model's credit. Equal to another when all is but the time it took.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ModelTable {
    /// The name it was given.
    pub model: String,
    /// Its settings.
    pub parameters: Parameters,
    /// Every channel, by name.
    pub channels: Vec<ChannelCredit>,
    /// What would have come without marketing, for models that estimate it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub baseline: Option<BaselineCredit>,
    /// What no touch accounts for.
    pub unattributed: Tally,
    /// Processor time of fitting and scoring, over all threads.
    #[serde(skip)]
    pub spent: Duration,
}

/// One channel's credit by one model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ChannelCredit {
    /// The channel's name.
    pub channel: String,
    /// Conversions credited to it.
    pub conversions: f64,
    /// Where the bootstrap's interval of conversions begins, if there was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conversions_low: Option<f64>,
    /// Where it ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conversions_high: Option<f64>,
    /// Value credited to it.
    pub value: f64,
    /// Where the bootstrap's interval of value begins, if there was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value_low: Option<f64>,
    /// Where it ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value_high: Option<f64>,
    /// What it cost over the period, where any cost is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost: Option<f64>,
    /// Return on ad spend: value / cost, where it cost anything.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub roas: Option<f64>,
    /// Cost per acquisition: cost / conversions, where it cost anything and has any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cpa: Option<f64>,
    /// The part of all conversions lost without the channel, for models that work by it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub removal_effect: Option<f64>,
}

/// What would have come without marketing, by one model.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct BaselineCredit {
    /// Conversions.
    pub conversions: f64,
    /// Where the bootstrap's interval of conversions begins, if there was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conversions_low: Option<f64>,
    /// Where it ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conversions_high: Option<f64>,
    /// Their value.
    pub value: f64,
    /// Where the bootstrap's interval of value begins, if there was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value_low: Option<f64>,
    /// Where it ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value_high: Option<f64>,
}

impl From<Tally> for BaselineCredit {
    fn from(Tally { conversions, value }: Tally) -> Self {
        Self {
            conversions,
            conversions_low: None,
            conversions_high: None,
            value,
            value_low: None,
            value_high: None,
        }
    }
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
        credits: &Credits,
        costs: Option<&[f64]>,
        spent: Duration,
    ) -> Self {
        let effects = model
            .channel_shares()
            .map(|shares| shares.removal_effects());
        let row = |(at, (channel, tally)): (usize, (&str, &Tally))| {
            let cost = costs.map(|costs| costs[at]);
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
                roas: paid.map(|cost| tally.value / cost),
                cpa: paid
                    .filter(|_| tally.conversions > 0.0)
                    .map(|cost| cost / tally.conversions),
                removal_effect: effects.map(|effects| effects[at]),
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
                .filter(|baseline| *baseline != Tally::default())
                .map(BaselineCredit::from),
            unattributed: credits.unattributed(),
            spent,
        }
    }

    /// The credit of a channel.
    pub fn channel(&self, name: &str) -> Option<&ChannelCredit> {
        self.channels.iter().find(|row| row.channel == name)
    }

    /// Sets the intervals from the credit of each bootstrap replicate.
    pub(crate) fn set_intervals(&mut self, bootstrap: &Bootstrap, replicates: &[&Credits]) {
        let interval = |of: &dyn Fn(&Credits) -> f64| {
            let (low, high) =
                bootstrap.interval(replicates.iter().map(|credits| of(credits)).collect());
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
        }
    }

    pub(crate) fn with_withheld(self, withheld: Option<Withheld>) -> Self {
        Self { withheld, ..self }
    }

    /// Which segments had too few persons to be told apart, if any had.
    pub fn withheld(&self) -> Option<Withheld> {
        self.withheld
    }

    /// The segments in order of their names; none where journeys are not told apart.
    pub fn segments(&self) -> &[SegmentTable] {
        &self.segments
    }

    /// How intervals were found, if there are any.
    pub fn bootstrap(&self) -> Option<&Bootstrap> {
        self.bootstrap.as_ref()
    }

    /// What all journeys add up to.
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

    /// The table to be shown, with the `rows` channels that matter most to the models; what the
    /// others have is summed up.
    pub fn top(&self, rows: usize) -> impl fmt::Display + '_ {
        Shown { table: self, rows }
    }

    /// A row for each model and channel, with header:
    /// `model,channel,conversions,value,cost,roas,cpa,removal_effect` and the ends of intervals,
    /// `conversions_low,conversions_high,value_low,value_high`. The baseline and what is
    /// unattributed follow each model's channels as `(baseline)` and `(unattributed)`.
    ///
    /// # Errors
    /// What the writer fails with.
    #[cfg(feature = "csv")]
    pub fn write_csv(&self, writer: impl std::io::Write) -> crate::error::Result<()> {
        let failed = |error: csv::Error| crate::error::Error::Io(std::io::Error::other(error));
        let mut rows = csv::Writer::from_writer(writer);
        let interval = [
            "conversions_low",
            "conversions_high",
            "value_low",
            "value_high",
        ];
        let header = [
            "model",
            "channel",
            "conversions",
            "value",
            "cost",
            "roas",
            "cpa",
            "removal_effect",
        ];
        rows.write_record(header.iter().chain(&interval))
            .map_err(failed)?;
        let mut write = |model: &str, name: &str, numbers: [Option<f64>; 10]| {
            let numbers =
                numbers.map(|number| number.map(|number| number.to_string()).unwrap_or_default());
            rows.write_record(
                [model, name]
                    .into_iter()
                    .chain(numbers.iter().map(String::as_str)),
            )
            .map_err(failed)
        };
        for ModelTable {
            model,
            channels,
            baseline,
            unattributed,
            ..
        } in &self.models
        {
            for row in channels {
                let numbers = [
                    Some(row.conversions),
                    Some(row.value),
                    row.cost,
                    row.roas,
                    row.cpa,
                    row.removal_effect,
                ];
                let interval = [
                    row.conversions_low,
                    row.conversions_high,
                    row.value_low,
                    row.value_high,
                ];
                write(model, &row.channel, joined(numbers, interval))?;
            }
            if let Some(row) = baseline {
                let interval = [
                    row.conversions_low,
                    row.conversions_high,
                    row.value_low,
                    row.value_high,
                ];
                write(
                    model,
                    "(baseline)",
                    joined(
                        [
                            Some(row.conversions),
                            Some(row.value),
                            None,
                            None,
                            None,
                            None,
                        ],
                        interval,
                    ),
                )?;
            }
            let numbers = [
                Some(unattributed.conversions),
                Some(unattributed.value),
                None,
                None,
                None,
                None,
            ];
            write(model, "(unattributed)", joined(numbers, [None; 4]))?;
        }
        Ok(rows.flush()?)
    }
}

#[cfg(feature = "csv")]
fn joined(numbers: [Option<f64>; 6], interval: [Option<f64>; 4]) -> [Option<f64>; 10] {
    let mut all = [None; 10];
    all[..6].copy_from_slice(&numbers);
    all[6..].copy_from_slice(&interval);
    all
}

//! What a comparison found, for persons and for machines.

use super::AttributionModel;
use super::bootstrap::Bootstrap;
use super::credits::{Credits, Tally};
use super::parameters::Parameters;
use crate::journeys::Totals;
use crate::privacy::Withheld;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::time::Duration;

/// Several models' credit by channel on the same journeys.
///
/// Shown, it is a table with a column a model; serialised, a document with all figures; [`ComparisonTable::write_csv`] writes a
/// row for each model and channel.
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
    pub baseline: Option<Tally>,
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

impl PartialEq for ModelTable {
    fn eq(&self, other: &Self) -> bool {
        let Self { model, parameters, channels, baseline, unattributed, spent: _ } = self;
        (model, parameters, channels, baseline, unattributed)
            == (&other.model, &other.parameters, &other.channels, &other.baseline, &other.unattributed)
    }
}

impl ModelTable {
    pub(super) fn new(name: &str, model: &dyn AttributionModel, credits: &Credits, costs: Option<&[f64]>, spent: Duration) -> Self {
        let effects = model.channel_shares().map(|shares| shares.removal_effects());
        let row = |(at, (channel, tally)): (usize, (&str, &Tally))| {
            let cost = costs.map(|costs| costs[at]);
            let paid = cost.filter(|&cost| cost > 0.0);
            ChannelCredit {
                channel: channel.to_owned(),
                conversions: tally.conversions,
                conversions_low: None,
                conversions_high: None,
                value: tally.value,
                cost,
                roas: paid.map(|cost| tally.value / cost),
                cpa: paid.filter(|_| tally.conversions > 0.0).map(|cost| cost / tally.conversions),
                removal_effect: effects.map(|effects| effects[at]),
            }
        };
        Self {
            model: name.to_owned(),
            parameters: model.parameters(),
            channels: credits.channels().iter().zip(credits.by_channel()).enumerate().map(row).collect(),
            baseline: Some(credits.baseline()).filter(|baseline| *baseline != Tally::default()),
            unattributed: credits.unattributed(),
            spent,
        }
    }

    /// The credit of a channel.
    pub fn channel(&self, name: &str) -> Option<&ChannelCredit> {
        self.channels.iter().find(|row| row.channel == name)
    }
}

impl ComparisonTable {
    pub(super) fn new(totals: Totals, bootstrap: Option<Bootstrap>, models: Vec<ModelTable>, segments: Vec<SegmentTable>) -> Self {
        Self { totals, bootstrap, models, segments, withheld: None }
    }

    pub(super) fn with_withheld(self, withheld: Option<Withheld>) -> Self {
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

    /// The table to be shown, with the `rows` channels that matter most to the models; what the others have is summed up.
    pub fn top(&self, rows: usize) -> impl fmt::Display + '_ {
        Shown { table: self, rows }
    }

    /// A row for each model and channel, with header: `model,channel,conversions,value,cost,roas,cpa,removal_effect,conversions_low,conversions_high`. What is
    /// unattributed and the baseline follow each model's channels as `(unattributed)` and `(baseline)`.
    ///
    /// # Errors
    /// What the writer fails with.
    #[cfg(feature = "csv")]
    pub fn write_csv(&self, writer: impl std::io::Write) -> crate::Result<()> {
        let failed = |error: csv::Error| crate::Error::Io(std::io::Error::other(error));
        let mut rows = csv::Writer::from_writer(writer);
        rows.write_record([
            "model",
            "channel",
            "conversions",
            "value",
            "cost",
            "roas",
            "cpa",
            "removal_effect",
            "conversions_low",
            "conversions_high",
        ])
        .map_err(failed)?;
        let text = |number: Option<f64>| number.map(|number| number.to_string()).unwrap_or_default();
        for table in &self.models {
            for row in &table.channels {
                let numbers = [Some(row.conversions), Some(row.value), row.cost, row.roas, row.cpa, row.removal_effect].map(text);
                let interval = [row.conversions_low, row.conversions_high].map(text);
                rows.write_record([&table.model, &row.channel].into_iter().chain(&numbers).chain(&interval)).map_err(failed)?;
            }
            for (name, tally) in [("(baseline)", table.baseline), ("(unattributed)", Some(table.unattributed))] {
                if let Some(tally) = tally {
                    let (conversions, value) = (tally.conversions.to_string(), tally.value.to_string());
                    rows.write_record([&table.model, name, &conversions, &value, "", "", "", "", "", ""]).map_err(failed)?;
                }
            }
        }
        Ok(rows.flush()?)
    }
}

impl fmt::Display for ComparisonTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.top(usize::MAX).fmt(f)
    }
}

struct Shown<'a> {
    table: &'a ComparisonTable,
    rows: usize,
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ComparisonTable { totals, bootstrap, models, segments, withheld } = self.table;
        Sheet { totals, bootstrap, models, rows: self.rows }.fmt(f)?;
        for SegmentTable { segment, totals, models } in segments {
            write!(f, "\nsegment {segment:?}: ")?;
            Sheet { totals, bootstrap, models, rows: self.rows }.fmt(f)?;
        }
        if let Some(withheld) = withheld {
            writeln!(f, "\n{} segments have too few persons to be told apart", withheld.groups)?;
        }
        Ok(())
    }
}

/// The models of all journeys, or of a segment's.
struct Sheet<'a> {
    totals: &'a Totals,
    bootstrap: &'a Option<Bootstrap>,
    models: &'a [ModelTable],
    rows: usize,
}

type Figure = fn(&ChannelCredit) -> Option<f64>;

impl fmt::Display for Sheet<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let totals = self.totals;
        writeln!(
            f,
            "{} journeys, {} touchpoints, {} conversions worth {}, {} without a conversion",
            figure(totals.journeys, 0),
            figure(totals.touchpoints, 0),
            figure(totals.conversions, 0),
            figure(totals.value, 0),
            figure(totals.nulls, 0)
        )?;
        if self.models.is_empty() {
            return Ok(());
        }
        self.section(f, "conversions", 1, |row| Some(row.conversions), Some(|tally: Tally| tally.conversions))?;
        if let Some(bootstrap) = self.bootstrap {
            let percent = bootstrap.level() * 100.0;
            self.section(f, &format!("conversions, low end of {percent} %"), 1, |row| row.conversions_low, None)?;
            self.section(f, &format!("conversions, high end of {percent} %"), 1, |row| row.conversions_high, None)?;
        }
        if totals.value > 0.0 {
            self.section(f, "value", 0, |row| Some(row.value), Some(|tally: Tally| tally.value))?;
        }
        if self.models.iter().flat_map(|model| &model.channels).any(|row| row.roas.is_some()) {
            self.section(f, "return on ad spend (value / cost)", 2, |row| row.roas, None)?;
            self.section(f, "cost per acquisition (cost / conversions)", 2, |row| row.cpa, None)?;
        }
        Ok(())
    }
}

impl Sheet<'_> {
    fn section(&self, f: &mut fmt::Formatter<'_>, title: &str, digits: usize, of: Figure, sums: Option<fn(Tally) -> f64>) -> fmt::Result {
        let models = self.models;
        let names: Vec<&str> = models.iter().map(|model| model.model.as_str()).collect();
        let order = self.order();
        let (shown, hidden) = order.split_at(order.len().min(self.rows));
        let mut rows: Vec<(String, Vec<Option<f64>>)> = Vec::new();
        for &at in shown {
            rows.push((models[0].channels[at].channel.clone(), models.iter().map(|model| of(&model.channels[at])).collect()));
        }
        if let Some(sum) = sums {
            let rest = |model: &ModelTable| Some(hidden.iter().filter_map(|&at| of(&model.channels[at])).sum());
            if !hidden.is_empty() {
                rows.push((format!("({} more)", hidden.len()), models.iter().map(rest).collect()));
            }
            if models.iter().any(|model| model.baseline.is_some()) {
                rows.push(("(baseline)".into(), models.iter().map(|model| model.baseline.map(sum)).collect()));
            }
            rows.push(("(unattributed)".into(), models.iter().map(|model| Some(sum(model.unattributed))).collect()));
        }
        writeln!(f)?;
        grid(f, title, &names, &rows, digits)
    }

    /// Channels by their largest credit in any model, largest first.
    fn order(&self) -> Vec<usize> {
        let channels = self.models.first().map_or(0, |model| model.channels.len());
        let largest = |at: usize| self.models.iter().map(|model| model.channels[at].conversions).fold(f64::MIN, f64::max);
        let mut order: Vec<usize> = (0..channels).collect();
        order.sort_by(|&left, &right| largest(right).total_cmp(&largest(left)));
        order
    }
}

/// Columns wide enough for what stands in them, names left and figures right.
fn grid(f: &mut fmt::Formatter<'_>, title: &str, names: &[&str], rows: &[(String, Vec<Option<f64>>)], digits: usize) -> fmt::Result {
    let first = rows.iter().map(|row| row.0.chars().count()).chain([title.chars().count()]).max().unwrap_or(0);
    let text = |number: &Option<f64>| number.map_or_else(|| "-".to_owned(), |number| figure(number, digits));
    let cells: Vec<Vec<String>> = rows.iter().map(|row| row.1.iter().map(text).collect()).collect();
    let width = |at: usize| cells.iter().map(|row| row[at].len()).chain([names[at].chars().count()]).max().unwrap_or(0);
    let widths: Vec<usize> = (0..names.len()).map(width).collect();
    let line = |f: &mut fmt::Formatter<'_>, label: &str, cells: &mut dyn Iterator<Item = &str>| {
        write!(f, "{label:<first$}")?;
        for (cell, &width) in cells.zip(&widths) {
            write!(f, "  {cell:>width$}")?;
        }
        writeln!(f)
    };
    line(f, title, &mut names.iter().copied())?;
    for (row, cells) in rows.iter().zip(&cells) {
        line(f, &row.0, &mut cells.iter().map(String::as_str))?;
    }
    Ok(())
}

/// A number with thousands apart: `12,345.6`.
fn figure(number: f64, digits: usize) -> String {
    let plain = format!("{:.digits$}", number.abs());
    let (whole, rest) = plain.split_at(plain.find('.').unwrap_or(plain.len()));
    let mut text = String::new();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    let negative = number < 0.0 && plain.bytes().any(|byte| matches!(byte, b'1'..=b'9'));
    format!("{}{text}{rest}", if negative { "-" } else { "" })
}

#[cfg(test)]
mod tests {
    use super::figure;

    #[test]
    fn figures_read_well() {
        assert_eq!(figure(1234567.891, 1), "1,234,567.9");
        assert_eq!(figure(-0.04, 1), "0.0");
        assert_eq!(figure(-1234.0, 0), "-1,234");
        assert_eq!(figure(999.0, 2), "999.00");
    }
}

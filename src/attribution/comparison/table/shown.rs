//! A table for persons.

use crate::attribution::comparison::bootstrap::Bootstrap;
use crate::attribution::comparison::table::{
    BaselineCredit, ChannelCredit, ComparisonTable, ModelTable, SegmentTable,
};
use crate::attribution::tally::Tally;
use crate::journeys::arena::Totals;
use std::fmt;

impl fmt::Display for ComparisonTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.top(usize::MAX).fmt(f)
    }
}

/// With the rows of so many channels.
pub(crate) struct Shown<'a> {
    pub(crate) table: &'a ComparisonTable,
    pub(crate) rows: usize,
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ComparisonTable {
            totals,
            bootstrap,
            models,
            segments,
            withheld,
        } = self.table;
        Sheet {
            totals,
            bootstrap,
            models,
            rows: self.rows,
        }
        .fmt(f)?;
        for SegmentTable {
            segment,
            totals,
            models,
        } in segments
        {
            write!(f, "\nsegment {segment:?}: ")?;
            Sheet {
                totals,
                bootstrap,
                models,
                rows: self.rows,
            }
            .fmt(f)?;
        }
        if let Some(withheld) = withheld {
            writeln!(
                f,
                "\n{} segments have too few persons to be told apart",
                withheld.groups
            )?;
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

/// One figure of every row, with how it is got from a channel's and the baseline's, and, where
/// parts add up, from what is unattributed.
struct Section {
    title: String,
    digits: usize,
    channel: fn(&ChannelCredit) -> Option<f64>,
    baseline: fn(&BaselineCredit) -> Option<f64>,
    unattributed: Option<fn(Tally) -> f64>,
}

impl Section {
    fn new(
        title: impl Into<String>,
        digits: usize,
        channel: fn(&ChannelCredit) -> Option<f64>,
    ) -> Self {
        Self {
            title: title.into(),
            digits,
            channel,
            baseline: |_| None,
            unattributed: None,
        }
    }

    fn with_baseline(self, baseline: fn(&BaselineCredit) -> Option<f64>) -> Self {
        Self { baseline, ..self }
    }

    fn with_unattributed(self, unattributed: fn(Tally) -> f64) -> Self {
        Self {
            unattributed: Some(unattributed),
            ..self
        }
    }
}

fn conversions(bootstrap: Option<&Bootstrap>) -> Vec<Section> {
    let sum = Section::new("conversions", 1, |row| Some(row.conversions))
        .with_baseline(|row| Some(row.conversions));
    let mut sections = vec![sum.with_unattributed(|tally| tally.conversions)];
    if let Some(percent) = bootstrap.map(|bootstrap| bootstrap.level() * 100.0) {
        let low = Section::new(format!("conversions, low end of {percent} %"), 1, |row| {
            row.conversions_low
        });
        let high = Section::new(format!("conversions, high end of {percent} %"), 1, |row| {
            row.conversions_high
        });
        sections.extend([
            low.with_baseline(|row| row.conversions_low),
            high.with_baseline(|row| row.conversions_high),
        ]);
    }
    sections
}

fn value(bootstrap: Option<&Bootstrap>) -> Vec<Section> {
    let sum = Section::new("value", 0, |row| Some(row.value)).with_baseline(|row| Some(row.value));
    let mut sections = vec![sum.with_unattributed(|tally| tally.value)];
    if let Some(percent) = bootstrap.map(|bootstrap| bootstrap.level() * 100.0) {
        let low = Section::new(format!("value, low end of {percent} %"), 0, |row| {
            row.value_low
        });
        let high = Section::new(format!("value, high end of {percent} %"), 0, |row| {
            row.value_high
        });
        sections.extend([
            low.with_baseline(|row| row.value_low),
            high.with_baseline(|row| row.value_high),
        ]);
    }
    sections
}

fn costs() -> [Section; 2] {
    [
        Section::new("return on ad spend (value / cost)", 2, |row| row.roas),
        Section::new("cost per acquisition (cost / conversions)", 2, |row| {
            row.cpa
        }),
    ]
}

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
        let mut sections = conversions(self.bootstrap.as_ref());
        if totals.value > 0.0 {
            sections.extend(value(self.bootstrap.as_ref()));
        }
        if self
            .models
            .iter()
            .flat_map(|model| &model.channels)
            .any(|row| row.roas.is_some())
        {
            sections.extend(costs());
        }
        sections
            .iter()
            .try_for_each(|section| self.section(f, section))
    }
}

impl Sheet<'_> {
    fn section(&self, f: &mut fmt::Formatter<'_>, section: &Section) -> fmt::Result {
        let models = self.models;
        let names: Vec<&str> = models.iter().map(|model| model.model.as_str()).collect();
        let order = self.order();
        let (shown, hidden) = order.split_at(order.len().min(self.rows));
        let of = |model: &ModelTable, at: usize| (section.channel)(&model.channels[at]);
        let mut rows: Vec<(String, Vec<Option<f64>>)> = Vec::new();
        for &at in shown {
            rows.push((
                models[0].channels[at].channel.clone(),
                models.iter().map(|model| of(model, at)).collect(),
            ));
        }
        if section.unattributed.is_some() && !hidden.is_empty() {
            let rest =
                |model: &ModelTable| Some(hidden.iter().filter_map(|&at| of(model, at)).sum());
            rows.push((
                format!("({} more)", hidden.len()),
                models.iter().map(rest).collect(),
            ));
        }
        let baseline: Vec<_> = models
            .iter()
            .map(|model| model.baseline.as_ref().and_then(section.baseline))
            .collect();
        if baseline.iter().any(Option::is_some) {
            rows.push(("(baseline)".into(), baseline));
        }
        if let Some(sum) = section.unattributed {
            rows.push((
                "(unattributed)".into(),
                models
                    .iter()
                    .map(|model| Some(sum(model.unattributed)))
                    .collect(),
            ));
        }
        writeln!(f)?;
        grid(f, &section.title, &names, &rows, section.digits)
    }

    /// Channels by their largest credit in any model, largest first.
    fn order(&self) -> Vec<usize> {
        let channels = self.models.first().map_or(0, |model| model.channels.len());
        let largest = |at: usize| {
            self.models
                .iter()
                .map(|model| model.channels[at].conversions)
                .fold(f64::MIN, f64::max)
        };
        let mut order: Vec<usize> = (0..channels).collect();
        order.sort_by(|&left, &right| largest(right).total_cmp(&largest(left)));
        order
    }
}

/// Columns wide enough for what stands in them, names left and figures right.
fn grid(
    f: &mut fmt::Formatter<'_>,
    title: &str,
    names: &[&str],
    rows: &[(String, Vec<Option<f64>>)],
    digits: usize,
) -> fmt::Result {
    let first = rows
        .iter()
        .map(|row| row.0.chars().count())
        .chain([title.chars().count()])
        .max()
        .unwrap_or(0);
    let text = |number: &Option<f64>| {
        number.map_or_else(|| "-".to_owned(), |number| figure(number, digits))
    };
    let cells: Vec<Vec<String>> = rows
        .iter()
        .map(|row| row.1.iter().map(text).collect())
        .collect();
    let width = |at: usize| {
        cells
            .iter()
            .map(|row| row[at].len())
            .chain([names[at].chars().count()])
            .max()
            .unwrap_or(0)
    };
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

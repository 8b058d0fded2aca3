//! A comparison as records, one for each model and channel.

use crate::attribution::comparison::table::{
    BaselineCredit, ChannelCredit, ComparisonTable, ModelTable,
};
use crate::attribution::credits::Tally;
use crate::error::Result;
use crate::report::{Cell, Table};
use std::io::Write;

const COLUMNS: [&str; 12] = [
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
    "value_low",
    "value_high",
];

type Record = [Cell; COLUMNS.len()];

impl ComparisonTable {
    /// Writes a record for each model and channel, with header:
    /// `model,channel,conversions,value,cost,roas,cpa,removal_effect` and the ends of intervals,
    /// `conversions_low,conversions_high,value_low,value_high`. The baseline and what is
    /// unattributed follow each model's channels as `(baseline)` and `(unattributed)`.
    ///
    /// # Errors
    /// If the writer fails.
    pub fn write_csv(&self, writer: impl Write) -> Result<()> {
        table(self.models()).write_csv(writer)
    }
}

/// The records of all models: channels, then `(baseline)` where there is one, then
/// `(unattributed)`.
fn table(models: &[ModelTable]) -> Table {
    let records = models.iter().flat_map(|model| {
        let name = model.model.as_str();
        let channels = model.channels.iter().map(move |row| channel(name, row));
        let baseline = model.baseline.iter().map(move |row| baseline(name, row));
        channels
            .chain(baseline)
            .chain(std::iter::once(unattributed(name, model.unattributed)))
    });
    Table::new(COLUMNS).with_rows(records)
}

fn channel(model: &str, row: &ChannelCredit) -> Record {
    let figures = [
        Some(row.conversions),
        Some(row.value),
        row.cost,
        row.roas,
        row.cpa,
        row.removal_effect,
    ];
    let ends = [
        row.conversions_low,
        row.conversions_high,
        row.value_low,
        row.value_high,
    ];
    record(model, &row.channel, figures, ends)
}

fn baseline(model: &str, row: &BaselineCredit) -> Record {
    let ends = [
        row.conversions_low,
        row.conversions_high,
        row.value_low,
        row.value_high,
    ];
    record(model, "(baseline)", sums(row.conversions, row.value), ends)
}

fn unattributed(model: &str, Tally { conversions, value }: Tally) -> Record {
    record(model, "(unattributed)", sums(conversions, value), [None; 4])
}

/// The figures of a record that has no cost of its own.
fn sums(conversions: f64, value: f64) -> [Option<f64>; 6] {
    [Some(conversions), Some(value), None, None, None, None]
}

fn record(model: &str, name: &str, figures: [Option<f64>; 6], ends: [Option<f64>; 4]) -> Record {
    let mut record = [Cell::MISSING; COLUMNS.len()];
    (record[0], record[1]) = (model.into(), name.into());
    for (cell, figure) in record[2..].iter_mut().zip(figures.into_iter().chain(ends)) {
        // records keep full precision, whatever the digits
        *cell = Cell::number(figure, 0);
    }
    record
}

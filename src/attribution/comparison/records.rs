//! A comparison as records, one for each model and channel.

use crate::attribution::comparison::model_table::{BaselineCredit, ChannelCredit, ModelTable};
use crate::attribution::comparison::table::ComparisonTable;
use crate::attribution::tally::Tally;
use crate::error::Result;
use crate::report::{Cell, Table};
use std::io::Write;

const COLUMNS: [&str; 13] = [
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
    "segment",
];

type Record = [Cell; COLUMNS.len()];

impl ComparisonTable {
    /// Writes a record for each model and channel, with header:
    /// `model,channel,conversions,value,cost,roas,cpa,removal_effect` and the ends of intervals,
    /// `conversions_low,conversions_high,value_low,value_high`. The baseline and what is
    /// unattributed follow each model's channels as `(baseline)` and `(unattributed)`. Where there
    /// are segments, a last column `segment` names them, empty for all journeys.
    ///
    /// Texts that a spreadsheet would take for a formula begin with `'`, as in all CSV of
    /// [`report`](crate::report).
    ///
    /// # Errors
    /// If the writer fails.
    pub fn write_csv(&self, writer: impl Write) -> Result<()> {
        let columns = COLUMNS.len() - usize::from(self.segments().is_empty());
        let all = records(self.models(), Cell::MISSING);
        let segments = self
            .segments()
            .iter()
            .flat_map(|segment| records(&segment.models, Cell::from(&segment.segment)));
        let table = Table::new(COLUMNS[..columns].iter().copied());
        table.with_rows(all.chain(segments)).write_csv(writer)
    }
}

/// The records of some models: channels, then `(baseline)` where there is one, then
/// `(unattributed)`.
fn records(models: &[ModelTable], segment: Cell) -> impl Iterator<Item = Record> {
    let each = models.iter().flat_map(|model| {
        let name = model.model.as_str();
        let channels = model.channels.iter().map(move |row| channel(name, row));
        let baseline = model.baseline.iter().map(move |row| baseline(name, row));
        channels
            .chain(baseline)
            .chain(std::iter::once(unattributed(name, model.unattributed)))
    });
    each.map(move |mut record| {
        record[COLUMNS.len() - 1] = segment.clone();
        record
    })
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

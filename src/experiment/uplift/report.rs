//! An uplift as text and tables.

use crate::experiment::uplift::channel::{ChannelUplift, UpliftReport};
use crate::report::{Cell, Report, Section, Table, figure};
use crate::stats::Difference;

impl Report for UpliftReport {
    fn title(&self) -> String {
        "What showing an ad changed, in conversions a moment at which it could be shown".to_owned()
    }

    fn sections(&self) -> Vec<Section> {
        let columns = [
            "",
            "moments",
            "shown",
            "plain difference",
            "effect",
            "effect where shown",
            "brought",
        ];
        let effect = |found: Option<Difference>| match found {
            Some(found) => Cell::number(found.estimate, 4)
                .with_interval(Some(found.interval.low()), Some(found.interval.high())),
            None => Cell::MISSING,
        };
        let row = |row: &ChannelUplift| {
            [
                Cell::from(&row.channel),
                Cell::count(row.opportunities),
                Cell::count(row.shown),
                Cell::number(row.plain_difference, 4),
                effect(row.effect),
                effect(row.effect_on_shown),
                Cell::number(row.brought().map(|brought| brought.0), 1),
            ]
        };
        let table = Table::new(columns).with_rows(self.channels().iter().map(row));
        let lines = self.channels().iter().flat_map(left_out);
        vec![Section::new().with_table(table).with_lines(lines)]
    }
}

/// Which moments of a channel are left out.
fn left_out(row: &ChannelUplift) -> Vec<String> {
    let reasons = [
        (row.trimmed, "without a like on the other side"),
        (row.not_followed_to_the_end, "not followed to the end"),
    ];
    let counted = reasons.into_iter().filter(|(count, _)| *count > 0);
    let line = |(count, why): (u64, &str)| {
        let count = figure(count as f64, 0);
        format!("Left out of {}: {count} moments {why}.", row.channel)
    };
    counted.map(line).collect()
}

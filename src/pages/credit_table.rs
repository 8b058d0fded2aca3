//! Credit by channel as a table.

use crate::attribution::{ComparisonTable, ModelTable};
use crate::pages::credit_charts::roas;
use crate::pages::filled::filled;
use crate::pages::largest::Largest;
use crate::pages::main_model::credits;
use crate::report::html::PageTable;
use crate::report::{Cell, Table};

/// What no channel has: the baseline, and what is unattributed if there is any.
fn rest(main: &ModelTable) -> Vec<[Cell; 6]> {
    let row = |name: &str, conversions: Cell, value: Cell| {
        let none = || Cell::MISSING;
        [name.into(), conversions, value, none(), none(), none()]
    };
    let baseline = main.baseline.map(|baseline| {
        let credit = Cell::number(baseline.conversions, 1)
            .with_interval(baseline.conversions_low, baseline.conversions_high);
        let value =
            Cell::number(baseline.value, 0).with_interval(baseline.value_low, baseline.value_high);
        row("(baseline)", credit, value)
    });
    let unattributed = Some(main.unattributed).filter(|rest| rest.conversions > 0.0);
    let unattributed = unattributed.map(|rest| {
        let [credit, value] = [(rest.conversions, 1), (rest.value, 0)]
            .map(|(amount, digits)| Cell::number(amount, digits));
        row("(unattributed)", credit, value)
    });
    baseline.into_iter().chain(unattributed).collect()
}

/// All figures of the main model by channel, and what no channel has.
pub(crate) fn channel_table(table: &ComparisonTable, main: &ModelTable) -> PageTable {
    let order = Largest::of(&credits(main), usize::MAX - 1).named;
    let rows = order.iter().map(|&at| {
        let channel = &main.channels[at];
        let value =
            Cell::number(channel.value, 0).with_interval(channel.value_low, channel.value_high);
        let credit = Cell::number(channel.conversions, 1);
        let roas = roas(channel);
        let (low, high) = roas.interval().unzip();
        [
            Cell::from(&channel.channel),
            credit.with_interval(channel.conversions_low, channel.conversions_high),
            value,
            Cell::number(channel.cost, 0),
            Cell::number(roas.value(), 2).with_interval(low, high),
            Cell::number(channel.cpa, 2),
        ]
    });
    let rows = rows.chain(rest(main));
    let columns = [
        "channel",
        "conversions",
        "value",
        "cost",
        "ROAS",
        "cost per conversion",
    ];
    let heading = format!("All channels by {}", main.model);
    let shown = PageTable::new(heading, filled(&Table::new(columns).with_rows(rows)));
    match table.bootstrap() {
        Some(_) => shown.with_forest(1, None),
        None => shown,
    }
}

//! Credit by channel as a table.

use crate::attribution::{ChannelCredit, ComparisonTable, ModelTable};
use crate::pages::anyway::anyway;
use crate::pages::credit_charts::roas;
use crate::pages::filled::filled;
use crate::pages::grounds::Grounds;
use crate::pages::largest::Largest;
use crate::pages::main_model::{credits, usual_model};
use crate::pages::words;
use crate::report::html::PageTable;
use crate::report::{Alignment, Cell, Column, Table};

const COLUMNS: usize = 9;
/// The column of value.
const VALUE: usize = 5;

/// What no channel has: the baseline, and what is unattributed.
fn rest(table: &ComparisonTable, main: &ModelTable) -> Vec<[Cell; COLUMNS]> {
    let row = |name: &str, conversions: Cell, word: &str, value: Cell| {
        // what a channel has and the rest cannot have is left blank
        let mut row = std::array::from_fn(|_| Cell::text(""));
        (row[0], row[1], row[3], row[VALUE]) = (name.into(), conversions, word.into(), value);
        row
    };
    let is_told = anyway(table, main).is_some_and(|share| share.is_ok());
    let baseline = main.baseline.map(|baseline| {
        let credit = Cell::number(baseline.conversions, 1);
        let value = Cell::number(baseline.value, 0);
        if !is_told {
            return row("(baseline)", credit, "not told", value);
        }
        let credit = credit.with_interval(baseline.conversions_low, baseline.conversions_high);
        let value = value.with_interval(baseline.value_low, baseline.value_high);
        row("(baseline)", credit, "", value)
    });
    let rest = main.unattributed;
    let [credit, value] = [(rest.conversions, 1), (rest.value, 0)]
        .map(|(amount, digits)| Cell::number(amount, digits));
    let unattributed = row("(unattributed)", credit, "", value);
    baseline.into_iter().chain([unattributed]).collect()
}

/// Cost / credit; the interval has an end where credit is surely more than nothing.
fn cost_per_conversion(channel: &ChannelCredit) -> Cell {
    let each = |credit: Option<f64>| {
        let credit = credit.filter(|credit| *credit > 0.0);
        channel.cost.zip(credit).map(|(cost, credit)| cost / credit)
    };
    let ends = [channel.conversions_high, channel.conversions_low].map(each);
    Cell::number(channel.cpa, 2).with_interval(ends[0], ends[1])
}

/// The least and the most that any model credits a channel with: whether methods agree on it.
fn by_all_methods(table: &ComparisonTable, channel: &str) -> Cell {
    let credits = table.models().iter();
    let credits = credits.filter_map(|model| Some(model.channel(channel)?.conversions));
    let credits: Vec<f64> = credits.collect();
    let (least, most) = credits
        .iter()
        .fold((f64::MAX, f64::MIN), |(low, high), credit| {
            (low.min(*credit), high.max(*credit))
        });
    match credits.len() {
        0 | 1 => Cell::MISSING,
        _ => Cell::text(words::ends(least, most, words::count)),
    }
}

/// All figures of the main model by channel, and what no channel has.
pub(crate) fn channel_table(table: &ComparisonTable, main: &ModelTable) -> PageTable {
    let order = Largest::of(&credits(main), usize::MAX - 1).named;
    let usual = usual_model(table);
    let change = |at: usize| {
        let usual = usual.and_then(|usual| usual.channels.get(at));
        let before = usual.map(|usual| usual.conversions);
        let before = before.filter(|conversions| *conversions > 0.0);
        let own = &main.channels[at];
        let change = before.map(|before| own.conversions / before - 1.0);
        Cell::percent(change, 0).with_interval(own.change_low, own.change_high)
    };
    let grounds = Grounds::new(main);
    let rows = order.iter().map(|&at| {
        let channel = &main.channels[at];
        let word = Cell::from(grounds.word(&channel.channel).map(Cell::text));
        let all = by_all_methods(table, &channel.channel);
        let cost = Cell::number(channel.cost, 0);
        if grounds.is_assumed(&channel.channel) {
            // what is assumed has no interval, and no return to judge
            let [credit, value] = [(channel.conversions, 1), (channel.value, 0)]
                .map(|(amount, digits)| Cell::number(amount, digits));
            let none = || Cell::MISSING;
            let name = Cell::from(&channel.channel);
            return [name, credit, all, word, none(), value, cost, none(), none()];
        }
        let value =
            Cell::number(channel.value, 0).with_interval(channel.value_low, channel.value_high);
        let credit = Cell::number(channel.conversions, 1);
        let roas = roas(channel);
        let (low, high) = roas.interval().unzip();
        [
            Cell::from(&channel.channel),
            credit.with_interval(channel.conversions_low, channel.conversions_high),
            all,
            word,
            change(at),
            value,
            cost,
            Cell::number(roas.value(), 2).with_interval(low, high),
            cost_per_conversion(channel),
        ]
    });
    // on top, where a long table shows them too
    let rows = rest(table, main).into_iter().chain(rows);
    let against = usual.map_or_else(String::new, |usual| format!("against {}", usual.model));
    let right = |name: &str| Column::new(name, Alignment::Right);
    let columns = Table::new(["channel", "conversions"])
        .with_column(right("by all methods"))
        .with_column(Column::new("rests on", Alignment::Left));
    let columns = [&against, "value", "cost", "ROAS", "cost per conversion"]
        .into_iter()
        .fold(columns, |table, name| table.with_column(right(name)));
    let heading = format!("All channels by {}", main.model);
    let shown = PageTable::new(heading, filled(&columns.with_rows(rows)));
    match table.bootstrap() {
        Some(_) => shown.with_forest(1, None),
        None => shown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attribution::rules::{FirstTouch, LastTouch};
    use crate::attribution::{Bootstrap, Comparison};
    use crate::event::{Event, Events};
    use crate::journeys::{JourneyOptions, Journeys};
    use crate::pages::main_model::main_model;

    /// Of twelve each who buy, six saw tv and then search, four search alone and two tv alone.
    fn journeys() -> Journeys {
        let mut log = Events::new();
        for person in 0..120_u64 {
            let kind = person % 12;
            let [tv, search] = [!(6..10).contains(&kind), kind < 10];
            let touch = |time: i64, channel| Event::touch(person, time, channel).with_cost(2.0);
            if tv {
                log.push(touch(100, "tv")).unwrap();
            }
            if search {
                log.push(touch(200, "search")).unwrap();
            }
            log.push(Event::conversion(person, 300)).unwrap();
        }
        Journeys::from_events(&log, JourneyOptions::default()).unwrap()
    }

    #[test]
    fn credit_has_its_change_and_cost_its_interval() {
        let table = Comparison::new()
            .model("last-touch", LastTouch)
            .model("first-touch", FirstTouch)
            .bootstrap(Bootstrap::new(50, 1).unwrap())
            .run(&journeys())
            .unwrap();
        let shown = channel_table(&table, main_model(&table).unwrap());
        let names: Vec<&str> = shown
            .table()
            .columns()
            .iter()
            .map(|one| one.name())
            .collect();
        let at = |name: &str| names.iter().position(|one| *one == name).unwrap();
        let rows = shown.table().rows();
        // first touch gives tv 80 and search 40, last touch 20 and 100
        let change = at("against last-touch");
        assert_eq!(rows[0][0].to_string(), "(unattributed)");
        let all = at("by all methods");
        let all = [&rows[1][all], &rows[2][all]].map(ToString::to_string);
        assert_eq!(all, ["20 to 80", "40 to 100"]);
        let [tv, search] = [&rows[1][change], &rows[2][change]];
        assert!(tv.to_string().starts_with("300 % ("), "{tv}");
        let (low, high) = search.interval().unwrap();
        assert!(low < -0.6 && -0.6 < high && high < 0.0, "{search}");
        // search cost 200 for 40
        let cost = &rows[2][at("cost per conversion")];
        let credit = &rows[2][1];
        assert_eq!(cost.value(), Some(5.0));
        let (low, high) = credit.interval().unwrap();
        assert_eq!(cost.interval(), Some((200.0 / high, 200.0 / low)));
    }
}

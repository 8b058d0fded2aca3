//! Tests to come.

use crate::attribution::{TestPriorities, TestPriority};
use crate::experiment::{GeoCandidate, PowerAnalysis, TestValue};
use crate::pages::largest::Largest;
use crate::pages::words;
use crate::report::chart::{Bars, Chart, Measure, ResponseCurve, Size};
use crate::report::{Cell, Table, figure};

/// The points of a power curve.
const POINTS: u64 = 24;
/// The candidates that a chart shows.
const MOST: usize = 8;

/// Power by persons in each arm; none where the analysis refuses.
pub(crate) fn power(name: &str, test: &PowerAnalysis) -> Option<Chart> {
    let needed = test.sample_size().ok()?;
    let places = (1..=POINTS).map(|at| (2.0 * needed as f64 * at as f64 / POINTS as f64) as u64);
    let mut places: Vec<u64> = places.filter(|persons| *persons >= 2).collect();
    places.dedup();
    let power = |persons: u64| test.power_at(persons).ok();
    let points = places.iter().map(|&at| (at as f64, power(at)));
    let curve = ResponseCurve::new(
        Measure::new("persons in each arm").with_digits(0),
        Measure::share("probability of finding it").with_digits(0),
    )
    .with_points(points)
    .with_dot("needed", needed as f64);
    let count = figure(needed as f64, 0);
    let title = format!("{name}: {count} persons in each arm are needed");
    let chart = Chart::new(title, curve).with_size(Size::Half);
    Some(chart.with_subtitle("Power of the test by its size"))
}

/// Geo tests by the smallest effect that each finds.
pub(crate) fn candidates(candidates: &[GeoCandidate]) -> Option<Chart> {
    let shown: Vec<&GeoCandidate> = candidates
        .iter()
        .filter(|candidate| candidate.smallest_effect.is_some())
        .take(MOST)
        .collect();
    let best = shown.first()?;
    let bars = Bars::new(
        Measure::share("of the outcome"),
        shown.iter().map(|one| name(one)),
    )
    .with_series("", shown.iter().map(|one| one.smallest_effect));
    let smallest = words::percent(best.smallest_effect?);
    let title = format!("A geo test finds {smallest} at best: {}", name(best));
    let chart = Chart::new(title, bars).with_table(table(candidates));
    Some(chart.with_size(Size::Half).with_subtitle(
        "Smallest effect that a test in these geos would find, tried on the past without any effect",
    ))
}

fn name(candidate: &GeoCandidate) -> String {
    format!(
        "{}, {} periods",
        candidate.geos.join(" + "),
        candidate.periods
    )
}

fn table(candidates: &[GeoCandidate]) -> Table {
    let columns = [
        "test",
        "smallest effect",
        "in outcome",
        "share of outcome",
        "spend",
        "false finds",
    ];
    let rows = candidates.iter().map(|one| {
        let found = one.false_finds;
        let ends = found.interval;
        let false_finds = Cell::percent(found.rate, 0);
        [
            Cell::text(name(one)),
            Cell::percent(one.smallest_effect, 1),
            Cell::number(one.smallest_change, 0),
            Cell::percent(one.share, 1),
            Cell::number(one.spend, 0),
            false_finds.with_interval(ends.map(|ends| ends.low()), ends.map(|ends| ends.high())),
        ]
    });
    Table::new(columns).with_rows(rows)
}

/// What a test of each channel is worth beside its cost.
pub(crate) fn priorities(priorities: &TestPriorities) -> Option<Chart> {
    let rows = priorities.rows();
    if rows.is_empty() {
        return None;
    }
    let shown = || rows.iter().take(MOST);
    let amount = Measure::new("value").with_digits(0);
    let bars = Bars::new(amount, shown().map(|row| row.channel.clone()))
        .with_series("worth", shown().map(|row| row.test_value))
        .with_series("cost", shown().map(|row| row.test_cost));
    let title = priorities_title(priorities);
    let chart = Chart::new(title, bars).with_table(priority_table(rows));
    Some(chart.with_size(Size::Half).with_subtitle(
        "Expected gain of deciding after a test of the channel, and the sales that the test forgoes; \
         below 0 it saves money",
    ))
}

/// The test to run first, or why there is none.
pub(crate) fn priorities_title(priorities: &TestPriorities) -> String {
    if let Some(first) = priorities.first() {
        let (channel, worth) = (&first.channel, words::short(first.test_value));
        return match first.test_cost > 0.0 {
            true => {
                let cost = words::short(first.test_cost);
                format!("Test {channel} first: it is worth {worth} and costs {cost}")
            }
            false => format!("Test {channel} first: it is worth {worth} and saves money"),
        };
    }
    priorities.without_first()
}

fn priority_table(rows: &[TestPriority]) -> Table {
    let columns = [
        "channel",
        "cost",
        "value by the log",
        "expected causal",
        "a test is worth",
        "certainty is worth",
        "a test costs",
        "without a test",
    ];
    let rows = rows.iter().map(|row| {
        [
            Cell::from(&row.channel),
            Cell::number(row.cost, 0),
            Cell::number(row.value_by_log, 0),
            Cell::percent(row.causal_share, 0),
            Cell::number(row.test_value, 0),
            Cell::number(row.value_of_certainty, 0),
            Cell::number(row.test_cost, 0),
            Cell::from(row.decision()),
        ]
    });
    Table::new(columns).with_rows(rows)
}

/// What tests are worth before they are run, the best first.
pub(crate) fn values(values: &[(String, TestValue)]) -> Option<Chart> {
    let worth: Vec<f64> = values.iter().map(|(_, value)| value.value()).collect();
    let order = Largest::of(&worth, worth.len()).named;
    let (best, most) = (&values[*order.first()?].0, worth[order[0]]);
    let names = order.iter().map(|&at| values[at].0.clone());
    let bars = Bars::new(Measure::new("gain").with_digits(0), names)
        .with_series("this test", order.iter().map(|&at| worth[at]))
        .with_series(
            "certainty",
            order.iter().map(|&at| values[at].1.value_of_certainty()),
        );
    let title = match most > 0.0 {
        true => format!("{best} is worth most: {}", words::short(most)),
        false => "No test would change a decision".to_owned(),
    };
    let chart = Chart::new(title, bars).with_size(Size::Half);
    Some(chart.with_subtitle("Expected gain of deciding after the test, and with certainty"))
}

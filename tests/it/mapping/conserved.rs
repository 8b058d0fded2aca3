//! Nothing goes missing uncounted, and the report does not depend on threads or files.

use super::{credit, mapping, read_spend};
use mixtouch::attribution::rules::Linear;
use mixtouch::io::{CostReader, EventReader, Mapping, Reading, ReadingReport, SpendReport};
use proptest::prelude::*;
use std::collections::BTreeMap;

/// The identities of a report.
pub(super) fn check(report: &ReadingReport) {
    let sum = |counts: &BTreeMap<String, u64>| counts.values().sum::<u64>();
    let left_out = sum(&report.dropped) + sum(&report.other_events) + report.skipped.rows;
    let no_touch = report.without_source + report.unassigned;
    assert_eq!(report.rows, report.used + left_out + no_touch, "{report}");
    let cleaned = report.cleaned_rows;
    let unknown = cleaned.unknown_touches + cleaned.unknown_others;
    let repeated = report.repeated + sum(&report.counted_once) + report.within_sessions;
    assert_eq!(
        report.stated,
        sum(&report.kinds) + repeated + unknown,
        "{report}"
    );
    assert_eq!(report.skipped.rows, sum(&report.skipped.reasons));
    let touches = report.kinds.get("touch").copied().unwrap_or(0);
    assert_eq!(touches, sum(&report.channels));
}

/// The identity of a spend report.
pub(super) fn check_spend(report: &SpendReport) {
    let left_out = report.left_out + report.unassigned + report.totals + report.skipped.rows;
    assert_eq!(report.rows, report.used + left_out, "{report}");
    assert_eq!(
        report.skipped.rows,
        report.skipped.reasons.values().sum::<u64>()
    );
    assert!(report.unknown_costs <= report.left_out + report.skipped.rows);
}

const RULES: &str = r#"
    bad_rows = { skip = 1000000 }
    [columns]
    person = "who"
    time = "at"
    event = "what"
    value = "worth"
    order_id = "order"
    cost = "cost"
    source = "source"
    medium = "medium"
    currency = "money"
    [channels]
    rules = "ga4"
    unassigned = "drop"
    [kinds]
    view = { when = "has_source", sessions = { gap = "30m" } }
    changed = { when = "source_changed" }
    order = { kind = "conversion", touch = "has_source", once_per = ["order"] }
    lead = { when = "always", converts = { time = "later" } }
    refund = { kind = "return" }
    ask = { kind = "survey" }
    noise = { kind = "ignore" }
    [drop]
    same = ["id"]
    where = [{ source = "spam" }]
"#;

const HEADER: &str = "id,who,at,what,worth,order,cost,source,medium,money,later\n";

const WHATS: [&str; 8] = [
    "view", "changed", "order", "lead", "refund", "ask", "noise", "scroll",
];

/// A row, and if it is used, what a conversion of it is worth and what a touch of it cost.
fn row() -> impl Strategy<Value = (String, f64, f64)> {
    let of = |texts: &'static [&'static str]| proptest::sample::select(texts);
    let names = (
        of(&["1", "2", "3", "", "4"]),
        of(&["ann", "bob", "", "(not set)", " eve "]),
    );
    let times = (
        0u32..9_000,
        of(&["", "", "1767300000", "1767300001"]),
        0u8..40,
    );
    let money = (0u32..80, of(&["", "A", "B", "C"]), 0u32..8);
    let tags = (
        of(&["google", "", "spam", "odd", "facebook"]),
        of(&["cpc", "", "strange"]),
    );
    (names, times, of(&WHATS), money, tags).prop_map(
        |((id, who), (second, later, fault), what, (quarters, order, cents), (source, medium))| {
            let at = match fault {
                0 => "soon".to_owned(),
                _ => (1_767_225_600 + second).to_string(),
            };
            let later = if fault == 1 { "later" } else { later };
            let worth = f64::from(quarters) / 4.0;
            let cost = f64::from(cents) / 8.0;
            let text = format!(
                "{id},{who},{at},{what},{worth},{order},{cost},{source},{medium},EUR,{later}\n"
            );
            // a lead that no rule names a channel for is no row of a touch, and states nothing else
            let is_assigned = source == "google"
                || source == "facebook"
                || medium == "cpc"
                || (source.is_empty() && medium.is_empty());
            let is_sale = what == "order" || (what == "lead" && !later.is_empty() && is_assigned);
            let is_bad = fault == 0 || (fault == 1 && what == "lead");
            let has_source = !source.is_empty() || !medium.is_empty();
            let is_touch = match what {
                "view" | "order" => has_source && is_assigned,
                "changed" | "lead" => is_assigned,
                _ => false,
            };
            let is_used = source != "spam" && !is_bad;
            let counted = |counts: bool, amount| if counts && is_used { amount } else { 0.0 };
            (text, counted(is_sale, worth), counted(is_touch, cost))
        },
    )
}

fn read_parts(mapping: &Mapping, parts: &[String]) -> Reading {
    let reader = EventReader::new(mapping.clone());
    let reader = parts
        .iter()
        .fold(reader, |reader, part| reader.with_bytes(part));
    reader.read().unwrap()
}

/// The report without what names files and their rows.
fn anonymous(report: &ReadingReport) -> ReadingReport {
    let mut report = report.clone();
    report.files.names.clear();
    report.skipped.first.clear();
    report
}

fn credited(reading: &Reading) -> Vec<(String, u64)> {
    let credit = credit(reading, &Linear).into_iter();
    credit
        .map(|(name, value)| (name, value.to_bits()))
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn every_row_event_and_value_is_counted(
        rows in proptest::collection::vec(row(), 1..120),
        keeps_all: bool,
    ) {
        let body: String = rows.iter().map(|(text, ..)| text.as_str()).collect();
        let file = format!("{HEADER}{body}");
        let reader = EventReader::new(mapping(RULES)).with_bytes(&file);
        let reader = if keeps_all { reader.keep_all() } else { reader };
        let Reading { events, report, .. } = reader.read().unwrap();
        prop_assert_eq!(report.rows, rows.len() as u64);
        check(&report);
        prop_assert_eq!(report.kinds.values().sum::<u64>(), events.len() as u64);
        let worth: f64 = rows.iter().map(|(_, worth, _)| worth).sum();
        prop_assert_eq!(report.value + report.left_out_value, worth, "{}{}", file, report);
        let cost: f64 = rows.iter().map(|(.., cost)| cost).sum();
        let read = report.cost + report.further_cost + report.left_out_cost;
        prop_assert_eq!(read, cost, "{}{}", file, report);
    }

    #[test]
    fn threads_and_files_change_nothing(
        rows in proptest::collection::vec(row(), 1..200),
        cuts in proptest::collection::vec(any::<prop::sample::Index>(), 0..7),
    ) {
        let mapping = mapping(RULES);
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(rows.len())).collect();
        cuts.extend([0, rows.len()]);
        cuts.sort_unstable();
        let part = |from: usize, to: usize| {
            let body: String = rows[from..to].iter().map(|(text, ..)| text.as_str()).collect();
            format!("{HEADER}{body}")
        };
        let parts: Vec<String> = cuts.windows(2).map(|cut| part(cut[0], cut[1])).collect();
        let whole = read_parts(&mapping, &[part(0, rows.len())]);
        for threads in [1, 2, 7] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let cut = pool.install(|| read_parts(&mapping, &parts));
            prop_assert_eq!(anonymous(&cut.report), anonymous(&whole.report));
            prop_assert_eq!(super::events(&cut), super::events(&whole));
            prop_assert_eq!(credited(&cut), credited(&whole));
        }
    }
}

/// A row that cannot be used leaves nothing behind, also where what is wrong is the conversion that
/// it states beside its touch.
#[test]
fn a_row_is_kept_whole_or_not_at_all() {
    let file = format!(
        "{HEADER}1,ann,1767225600,lead,5,A,1,google,cpc,EUR,tomorrow\n\
                        2,ann,1767225700,lead,7,B,1,google,cpc,EUR,1767300000\n"
    );
    let report = super::read(&mapping(RULES), &file).report;
    check(&report);
    assert_eq!((report.skipped.rows, report.used, report.stated), (1, 1, 2));
    assert_eq!((report.kinds["touch"], report.kinds["conversion"]), (1, 1));
    assert_eq!(report.currencies["EUR"].value, 7.0);
}

/// A row sent twice states its conversion once.
#[test]
fn a_repeated_row_repeats_its_conversion_too() {
    let row = "1,ann,1767225600,lead,5,,1,google,cpc,EUR,1767300000\n";
    let report = super::read(&mapping(RULES), &format!("{HEADER}{row}{row}")).report;
    check(&report);
    assert_eq!(
        (report.repeated, report.value, report.left_out_value),
        (2, 5.0, 5.0)
    );
}

/// An answer to a survey is no money, and a conversion beside a touch is.
#[test]
fn only_money_is_converted() {
    let text = RULES.replace("\"money\"", "{ column = \"money\", to = \"EUR\" }");
    let file = format!(
        "{HEADER}1,ann,1767225600,lead,8,A,0,google,cpc,USD,1767300000\n\
                        2,ann,1767225700,ask,9,,0,,,USD,\n3,ann,1767225800,ask,,,0,,,USD,\n"
    );
    let mut rates = mixtouch::io::Rates::new();
    rates.push("2026-01-01".parse().unwrap(), "USD", "EUR", 0.5);
    let reader = EventReader::new(mapping(&text))
        .with_rates(rates)
        .keep_all();
    let reading = reader.with_bytes(&file).read().unwrap();
    let values: Vec<f64> = reading.events.iter().map(|event| event.value()).collect();
    assert_eq!(
        (values[1], values[2]),
        (4.0, 9.0),
        "{:?}",
        super::events(&reading)
    );
    let stated = reading.report.currencies["USD"];
    assert_eq!((stated.rows, stated.value), (1, 8.0));
}

#[test]
fn touches_without_a_channel_are_counted_as_that() {
    let file = format!(
        "{HEADER}1,ann,1767225600,view,,,0,odd,strange,,\n\
                        2,ann,1767225600,view,,,0,,,,\n"
    );
    let report = super::read(&mapping(RULES), &file).report;
    assert_eq!(
        (report.unassigned, report.without_source, report.used),
        (1, 1, 0)
    );
}

const SPEND: &str = r#"
    bad_rows = { skip = 9 }
    [file]
    separator = "auto"
    decimal = "auto"
    [channels]
    rules = "ga4"
    unassigned = "drop"
    [spend]
    date = "day"
    cost = "cost"
    source = "source"
    medium = "medium"
    currency = "money"
    skip = [{ source = "test" }]
    check = { total_row = "refuse" }
"#;

#[test]
fn spend_without_a_channel_is_counted_with_its_cost() {
    let file = "day,cost,source,medium,money\n2026-01-05,2.5,google,cpc,EUR\n\
                2026-01-05,4,odd,strange,EUR\n2026-01-05,1,test,cpc,EUR\n\
                soon,1,google,cpc,EUR\nTotal,99,,,\n";
    let report = read_spend(&mapping(SPEND), file).unwrap().report;
    check_spend(&report);
    assert_eq!((report.used, report.unassigned, report.left_out), (1, 1, 1));
    assert_eq!((report.cost, report.unassigned_cost), (2.5, 4.0));
}

/// A row of a spend table, and its cost in euros where that can be said.
fn spend_row() -> impl Strategy<Value = (String, Option<f64>)> {
    let of = |texts: &'static [&'static str]| proptest::sample::select(texts);
    let day = of(&[
        "2026-01-05",
        "2026-01-06",
        "2026-01-07",
        "soon",
        "2025-12-31",
    ]);
    let (cost, fault) = (0u32..80, 0u8..12);
    let tags = (
        of(&["google", "facebook", "odd", "test", ""]),
        of(&["cpc", "strange"]),
    );
    let money = of(&["EUR", "eur", "USD", "GBP"]);
    (day, cost, fault, tags, money).prop_map(|(day, cost, fault, (source, medium), money)| {
        let stated = match fault {
            0 => "x".to_owned(),
            1 => String::new(),
            _ => (f64::from(cost) / 4.0).to_string(),
        };
        let amount = if fault == 1 {
            0.0
        } else {
            f64::from(cost) / 4.0
        };
        let has_rate = matches!(day, "2026-01-05" | "2026-01-06" | "2026-01-07");
        let known = match money {
            _ if fault == 0 => None,
            _ if amount == 0.0 => Some(0.0),
            "USD" if has_rate => Some(amount / 2.0),
            "EUR" | "eur" => Some(amount),
            _ => None,
        };
        (format!("{day},{stated},{source},{medium},{money}\n"), known)
    })
}

proptest! {
    #[test]
    fn every_cost_of_a_spend_table_is_counted(
        rows in proptest::collection::vec(spend_row(), 1..80),
        keeps_total: bool,
    ) {
        let text = SPEND.replace("skip = 9", "skip = 1000000");
        let text = text.replace("\"money\"", "{ column = \"money\", to = \"EUR\" }");
        let text = text.replace("\"refuse\"", "\"refuse\", columns = [\"day\"]");
        let body: String = rows.iter().map(|(text, _)| text.as_str()).collect();
        let total = if keeps_total { "Total,7,,,EUR\n" } else { "" };
        let file = format!("day,cost,source,medium,money\n{body}{total}");
        let mut rates = mixtouch::io::Rates::new();
        rates.push("2026-01-01".parse().unwrap(), "USD", "EUR", 0.5);
        let mapping = mapping(&text);
        let reader = CostReader::new(mapping).with_rates(rates).with_bytes(&file);
        let report = reader.read().unwrap().report;
        check_spend(&report);
        let cost: f64 = rows.iter().filter_map(|(_, cost)| *cost).sum();
        prop_assert_eq!(report.read_cost(), cost, "{}{}", file, report);
        let unknown = rows.iter().filter(|(_, cost)| cost.is_none()).count() as u64;
        prop_assert_eq!(report.unknown_costs, unknown, "{}{}", file, report);
        prop_assert_eq!(report.channels.values().sum::<f64>(), report.cost);
    }
}

/// A channel that the table states needs no rule, and a row without one has its number.
#[test]
fn spend_that_no_rule_names_is_refused_by_row() {
    let text = SPEND.replace("\"drop\"", "\"error\"");
    let text = text.replace("date = \"day\"", "date = \"day\"\nchannel = \"channel\"");
    let stated = "day,cost,source,medium,money,channel\n2026-01-05,4,odd,strange,EUR,Radio\n";
    let report = read_spend(&mapping(&text), stated).unwrap().report;
    assert_eq!((report.channels["Radio"], report.unmatched), (4.0, 0));
    let unnamed = format!("{stated}2026-01-05,2,odd,strange,EUR,\n");
    let report = read_spend(&mapping(&text), &unnamed).unwrap().report;
    check_spend(&report);
    assert_eq!((report.skipped.rows, report.skipped_cost), (1, 2.0));
    let strict = mapping(&text.replace("{ skip = 9 }", "\"refuse\""));
    let error = read_spend(&strict, &unnamed).unwrap_err();
    assert_eq!(error.row(), Some(3), "{error}");
}

/// The signs found in one file are not those of the next.
#[test]
fn every_file_has_its_own_signs() {
    let comma = "day;cost;source;medium;money\n2026-01-05;2,50;google;cpc;EUR\n";
    let point = "day,cost,source,medium,money\n2026-01-05,1.250,google,cpc,EUR\n\
                 2026-01-06,0.5,google,cpc,EUR\n";
    for files in [[comma, point], [point, comma]] {
        let reader = CostReader::new(mapping(SPEND));
        let reader = files
            .iter()
            .fold(reader, |reader, file| reader.with_bytes(*file));
        let report = reader.read().unwrap().report;
        assert_eq!((report.cost, report.skipped.rows), (4.25, 0), "{report}");
        assert_eq!(report.files.guesses.len(), 2);
    }
}

/// Pieces of a log are mapped in parallel and joined in order.
#[cfg(feature = "parquet")]
#[test]
fn batches_on_any_number_of_threads_give_the_same_report() {
    use super::arrow::ga4;
    let rows: Vec<ga4::Event> = (0..2_000).map(ga4::event).collect();
    let batch = ga4::ga4(&rows);
    let read = |threads: usize, size: usize| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        let slices = (0..2_000).step_by(size);
        let slices = slices.map(|from| Ok(batch.slice(from, size.min(2_000 - from))));
        let slices: Vec<_> = slices.collect();
        let handed = arrow_array::RecordBatchIterator::new(slices, batch.schema());
        let reader = EventReader::new(Mapping::preset("ga4").unwrap()).with_batches(handed);
        pool.install(|| reader.read().unwrap())
    };
    let whole = read(1, 2_000);
    for (threads, size) in [(1, 7), (2, 100), (7, 33)] {
        let cut = read(threads, size);
        assert_eq!(cut.report, whole.report);
        assert_eq!(credited(&cut), credited(&whole));
    }
}

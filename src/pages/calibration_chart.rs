//! What tests say beside what the log says.

use crate::attribution::{Calibration, ModelTable};
use crate::pages::words;
use crate::report::chart::{Chart, Forest, Mark, Measure, Size};
use crate::stats::{holm, normal};

/// Differences that chance makes more often than this are not told.
const CHANCE: f64 = 0.05;
/// Standard errors in 90 %.
const Z90: f64 = 1.644_853_626_951_472_2;

/// A figure of tests by its name, by the log and by the tests, each with its standard error.
struct TestRow {
    name: String,
    log: (f64, f64),
    tested: (f64, f64),
}

/// A channel's tests one by one with their days, behind all of them where there are several.
fn test_rows(of: &Calibration) -> Vec<TestRow> {
    let each = of.tests.iter().map(|test| TestRow {
        name: format!("{}, {} to {}", of.channel, test.start, test.end),
        log: (test.log, test.log_error),
        tested: (test.tested, test.tested_error),
    });
    let all = (of.tests.len() != 1).then(|| TestRow {
        name: format!("{}, {} tests", of.channel, of.tests.len()),
        log: (of.log, of.log_error),
        tested: (of.tested, of.tested_error),
    });
    all.into_iter().chain(each).collect()
}

/// What tests say beside what the log says.
pub(crate) fn calibration(main: &ModelTable) -> Option<Chart> {
    let tested = &main.calibration;
    if tested.is_empty() {
        return None;
    }
    let around = |(value, error): (f64, f64)| {
        Mark::new(value).with_interval(value - Z90 * error, value + Z90 * error)
    };
    let rows: Vec<TestRow> = tested.iter().flat_map(test_rows).collect();
    let measure = Measure::new("conversions").with_digits(1);
    let forest = Forest::new(measure, rows.iter().map(|row| row.name.clone()))
        .with_series("log", rows.iter().map(|row| around(row.log)))
        .with_series("tests", rows.iter().map(|row| around(row.tested)));
    let kept = tested.iter();
    let kept = kept.map(|row| format!("{} {}", row.channel, words::percent(row.kept)));
    let kept: Vec<String> = kept.collect();
    let chart = Chart::new(calibration_title(tested), forest).with_size(Size::Half);
    Some(chart.with_subtitle(format!(
        "Conversions by the log and by tests, 90 % intervals; of the log's credit the model leaves \
         {}, between the two as far as a test is unsure",
        kept.join(", ")
    )))
}

/// The channel whose tests are farthest from the log, beyond chance of all channels tested (Holm).
fn calibration_title(tested: &[Calibration]) -> String {
    let p_values = tested.iter().map(|row| normal::two_sided(row.disagreement));
    let p_values: Vec<f64> = p_values.collect();
    let adjusted = holm(&p_values).unwrap_or_default();
    let told = tested.iter().zip(adjusted).filter(|(_, p)| *p < CHANCE);
    let most = told.min_by(|a, b| a.1.total_cmp(&b.1));
    match most {
        Some((row, _)) => {
            let [tests, log] = [row.tested, row.log].map(words::short);
            format!(
                "Tests and log disagree on {}: {tests} conversions by tests, {log} by the log",
                row.channel
            )
        }
        None => "Tests and log differ on no channel beyond chance".to_owned(),
    }
}

//! What models say of tested channels.

use crate::attribution::ComparisonTable;
use crate::experiment::LiftTest;
use crate::mix::posterior::Posterior;
use crate::pages::calibration_chart::calibration;
use crate::pages::credit_charts::roas;
use crate::pages::kpi_name::KpiName;
use crate::pages::main_model::main_model;
use crate::pages::mix_returns;
use crate::pages::words;
use crate::report::chart::{Chart, Forest, Mark, Measure, Size};

/// Standard errors in 90 %.
const Z90: f64 = 1.644_853_626_951_472_2;
/// The least distance between test and model, in standard errors, that a title calls a
/// contradiction.
const APART: f64 = 2.0;

/// One test's return beside those of the models.
struct Row<'a> {
    test: &'a LiftTest,
    measured: Mark,
    mix: Mark,
    credit: Mark,
}

/// Tests, mix model and attribution in one unit; then each model beside the tests it was given.
pub(crate) fn beside(
    tests: &[LiftTest],
    mix: Option<&Posterior>,
    attribution: Option<&ComparisonTable>,
) -> Vec<Chart> {
    let given = mix.and_then(|model| mix_returns::tests(model, &KpiName::default()));
    let log = attribution.and_then(main_model).and_then(calibration);
    let charts = [returns(tests, mix, attribution), given, log];
    charts.into_iter().flatten().collect()
}

fn returns(
    tests: &[LiftTest],
    mix: Option<&Posterior>,
    attribution: Option<&ComparisonTable>,
) -> Option<Chart> {
    let rows: Vec<Row<'_>> = tests
        .iter()
        .filter(|test| test.return_on_change().is_finite())
        .map(|test| row(test, mix, attribution))
        .collect();
    if rows.is_empty() {
        return None;
    }
    let names = rows
        .iter()
        .map(|row| format!("{}, {}", row.test.channel(), row.test.start()));
    let forest = Forest::new(Measure::new("outcome for 1 spent"), names)
        .with_series("test", rows.iter().map(|row| row.measured))
        .with_reference(1.0, "break-even");
    let forest = match mix {
        Some(_) => forest.with_series("mix model", rows.iter().map(|row| row.mix)),
        None => forest,
    };
    let forest = match attribution {
        Some(_) => forest.with_series("attribution", rows.iter().map(|row| row.credit)),
        None => forest,
    };
    let chart = Chart::new(title(&rows), forest).with_size(Size::Half);
    Some(chart.with_subtitle(
        "Return on the spend that tests changed, and models' return on all spend, 90 % intervals",
    ))
}

fn row<'a>(
    test: &'a LiftTest,
    mix: Option<&Posterior>,
    attribution: Option<&ComparisonTable>,
) -> Row<'a> {
    let (value, error) = (test.return_on_change(), error(test));
    let mix = mix.and_then(|model| {
        let channels = model.channels();
        let known = channels
            .iter()
            .find(|channel| channel.channel == test.channel());
        known.and_then(|channel| channel.roi)
    });
    let credit = attribution.and_then(main_model).and_then(|main| {
        let mut channels = main.channels.iter();
        channels.find(|channel| channel.channel == test.channel())
    });
    Row {
        test,
        measured: Mark::new(value).with_interval(value - Z90 * error, value + Z90 * error),
        mix: Mark::from(mix),
        credit: credit.map_or(Mark::MISSING, roas),
    }
}

/// The standard error of the return that a test measured.
fn error(test: &LiftTest) -> f64 {
    (test.standard_error() / test.spend_change()).abs()
}

/// The model farthest from its test, where they contradict each other.
fn title(rows: &[Row<'_>]) -> String {
    let models = rows.iter().flat_map(|row| {
        [("the mix model", row.mix), ("attribution", row.credit)]
            .map(|(name, mark)| (row, name, mark))
    });
    let apart = |row: &Row<'_>, mark: Mark| {
        let (low, high) = mark.interval()?;
        let error = libm::hypot(error(row.test), (high - low) / (2.0 * Z90));
        Some((mark.value()? - row.test.return_on_change()).abs() / error)
    };
    let known: Vec<_> = models
        .filter_map(|(row, name, mark)| Some((row, name, mark.value()?, apart(row, mark)?)))
        .collect();
    match known.iter().max_by(|a, b| a.3.total_cmp(&b.3)) {
        Some((row, name, value, far)) if *far > APART => format!(
            "{}: {} for 1 spent by test, {} by {name}",
            row.test.channel(),
            words::short(row.test.return_on_change()),
            words::short(*value)
        ),
        Some(_) => "Models say what tests measured, within chance".to_owned(),
        None => "What tests measured for 1 spent".to_owned(),
    }
}

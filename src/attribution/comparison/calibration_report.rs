//! What experiments say beside the log, as a section of a report and as findings.

use crate::attribution::calibration::{Calibration, TestedEffect};
use crate::attribution::comparison::finding::Finding;
use crate::attribution::comparison::model_table::{ChannelCredit, ModelTable};
use crate::report::{Cell, Section, Table};
use crate::stats::normal;

/// Figures that differ by chance more often than this are not said to differ.
const CHANCE: f64 = 0.01;
/// The part of a test's days that a log may lack without a finding.
const TOLERATED: f64 = 0.01;

/// The section of a model that experiments calibrate.
pub(crate) fn section(model: &ModelTable) -> Option<Section> {
    let columns = [
        "",
        "by the log",
        "by mediators",
        "by tests",
        "apart (s.e.)",
        "share kept",
    ];
    let row = |row: &Calibration| {
        let figures = [row.log, row.mediated, row.tested, row.disagreement];
        let [log, mediated, tested, apart] = figures.map(|number| Cell::number(number, 1));
        let kept = Cell::number(Some(row.kept), 2);
        let kept = kept.with_interval(Some(row.kept_low), Some(row.kept_high));
        [Cell::from(&row.channel), log, mediated, tested, apart, kept]
    };
    let heading = format!(
        "{}: conversions brought by the touches that lift tests are about",
        model.model
    );
    let table = Table::new(columns).with_rows(model.calibration.iter().map(row));
    let mediators = model
        .calibration
        .first()
        .map_or(&[][..], |row| &row.mediators);
    let lines = mediators.iter().map(|mediator| {
        format!(
            "{} passes on {:.0} % of its credit, as far as other touches brought it (probability {:.2})",
            mediator.channel,
            100.0 * mediator.share,
            mediator.probability
        )
    });
    let section = Section::new().with_heading(heading).with_table(table);
    let section = section.with_lines(lines);
    (!model.calibration.is_empty()).then(|| section.set_apart())
}

/// A column of the table: its name and its figure.
type Figure = (&'static str, fn(&ChannelCredit) -> Option<f64>);

/// The section of how much selection would explain a model's credit away.
pub(crate) fn sensitivity(model: &ModelTable) -> Option<Section> {
    let known = |figure: fn(&ChannelCredit) -> Option<f64>| {
        model.channels.iter().any(|row| figure(row).is_some())
    };
    let figures: [Figure; 4] = [
        ("rate ratio", |row| row.rate_ratio),
        ("E-value", |row| row.e_value),
        ("pays if causal share exceeds", |row| row.break_even_share),
        ("follows unpaid visits", |row| row.suspicion),
    ];
    let shown: Vec<_> = figures.into_iter().filter(|row| known(row.1)).collect();
    let names = shown.iter().map(|(name, _)| *name);
    let mut table = Table::new(std::iter::once("").chain(names));
    for row in &model.channels {
        let cells = shown.iter().map(|(_, figure)| Cell::number(figure(row), 2));
        table.push_row(std::iter::once(Cell::from(&row.channel)).chain(cells));
    }
    let heading = format!("{}: what selection would have to explain", model.model);
    let section = Section::new().with_heading(heading).with_table(table);
    (!shown.is_empty()).then(|| section.set_apart())
}

/// What weakens a calibration.
pub(crate) fn findings(model: &str, calibration: &[Calibration]) -> Vec<Finding> {
    let each = calibration.iter().flat_map(|row| {
        let (model, channel) = (model.to_owned(), row.channel.clone());
        let mut findings = Vec::new();
        let error = libm::hypot(row.log_error, row.tested_error);
        let above = (row.tested - row.log - row.mediated) / error;
        if above > 0.0 && normal::two_sided(above) < CHANCE {
            findings.push(Finding::TestAboveLog {
                model: model.clone(),
                channel: channel.clone(),
                log: row.log,
                tested: row.tested,
            });
        }
        let below = row.tested / row.tested_error;
        if below < 0.0 && normal::two_sided(below) < CHANCE {
            findings.push(Finding::TestBelowZero {
                model: model.clone(),
                channel: channel.clone(),
                tested: row.tested,
                error: row.tested_error,
            });
        }
        if row.tests.iter().any(|test| test.log <= 0.0) {
            findings.push(Finding::TestWithoutEffect {
                model: model.clone(),
                channel: channel.clone(),
            });
        }
        let seen = row.tests.iter().map(|test| test.seen).fold(1.0, f64::min);
        if seen < 1.0 - TOLERATED {
            findings.push(Finding::TestPartlySeen {
                model: model.clone(),
                channel: channel.clone(),
                seen,
            });
        }
        if let Some(apart) = contradiction(&row.tests) {
            findings.push(Finding::TestsContradict {
                model,
                channel,
                apart,
            });
        }
        findings
    });
    each.collect()
}

/// How many standard errors the two tests that differ most are apart, as shares of the log's
/// figures, if that is beyond chance.
fn contradiction(tests: &[TestedEffect]) -> Option<f64> {
    let telling = tests.iter().filter(|test| test.log > 0.0);
    let shares: Vec<(f64, f64)> = telling
        .map(|test| (test.tested / test.log, test.tested_error / test.log))
        .collect();
    let pairs = shares.iter().enumerate().flat_map(|(at, one)| {
        let earlier = shares[..at].iter();
        earlier.map(move |other| (one.0 - other.0).abs() / libm::hypot(one.1, other.1))
    });
    let count = shares.len() * shares.len().saturating_sub(1) / 2;
    let most = pairs.fold(0.0, f64::max);
    // the largest of several differences is larger by chance
    (count > 0 && normal::two_sided(most) * (count as f64) < CHANCE).then_some(most)
}

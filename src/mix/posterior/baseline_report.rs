//! The baseline's parts and the findings, for the report and the document.

use serde::Serialize;

use crate::mix::posterior::decomposition::Decomposition;
use crate::mix::posterior::findings::FitFinding;
use crate::mix::posterior::model::Posterior;
use crate::mix::specification::BaselinePart;
use crate::report::{Cell, Section, Table, digits_for};

/// The table of the baseline's parts.
pub(super) fn section(posterior: &Posterior) -> Section {
    let all: f64 = posterior.decomposition().prediction().iter().sum();
    let parts = posterior.baseline_parts();
    let digits = digits_for(parts.iter().map(|part| part.contribution.value()), 0);
    let rows = parts.into_iter().map(|summary| {
        let share = summary.contribution.value() / all;
        [
            Cell::from(&summary.part.to_string()),
            Cell::estimate(summary.contribution, digits),
            Cell::percent(Some(share).filter(|share| share.is_finite()), 1),
            summary
                .per_unit
                .map(|effect| Cell::estimate(effect, digits_for([effect.value()], 2)))
                .into(),
        ]
    });
    let columns = ["baseline", "contribution (90 %)", "of all", "a unit (90 %)"];
    Section::new().with_table(Table::new(columns).with_rows(rows))
}

/// The findings as notes.
pub(super) fn notes(findings: &[FitFinding]) -> Section {
    let notes = findings.iter().map(|finding| format!("note: {finding}"));
    Section::new().with_lines(notes)
}

/// A part of the baseline in the document.
#[derive(Serialize)]
pub(super) struct PartFigures<'a> {
    #[serde(flatten)]
    part: BaselinePart,
    contribution: f64,
    contribution_low: f64,
    contribution_high: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    per_unit: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    per_unit_low: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    per_unit_high: Option<f64>,
    /// By period and geo, in the order of the document's contributions.
    periods: &'a [f64],
}

/// Every part of the baseline, over the panel and by period.
pub(super) fn parts<'a>(
    posterior: &Posterior,
    decomposition: &'a Decomposition,
) -> Vec<PartFigures<'a>> {
    let series = decomposition.baseline_parts().map(|(_, values)| values);
    let summaries = posterior.baseline_parts().into_iter().zip(series);
    let figures = summaries.map(|(summary, periods)| PartFigures {
        part: summary.part,
        contribution: summary.contribution.value(),
        contribution_low: summary.contribution.low(),
        contribution_high: summary.contribution.high(),
        per_unit: summary.per_unit.map(|effect| effect.value()),
        per_unit_low: summary.per_unit.map(|effect| effect.low()),
        per_unit_high: summary.per_unit.map(|effect| effect.high()),
        periods,
    });
    figures.collect()
}

/// A finding in the document: its figures, what it is about and its sentence.
#[derive(Serialize)]
pub(super) struct FindingFigures {
    #[serde(flatten)]
    finding: FitFinding,
    about: Option<String>,
    text: String,
}

pub(super) fn findings(posterior: &Posterior) -> Vec<FindingFigures> {
    let figures = posterior
        .findings()
        .into_iter()
        .map(|finding| FindingFigures {
            about: finding.about(),
            text: finding.to_string(),
            finding,
        });
    figures.collect()
}

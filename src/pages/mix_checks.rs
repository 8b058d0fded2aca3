//! Checks of a mix model, each with what to do.

use crate::mix::posterior::{FitFinding, Posterior};
use crate::pages::mix_returns::mostly_prior;
use crate::pages::words::{explained, listed, sentence};
use crate::report::html::{Check, Verdict};
use crate::stats::Estimate;

/// The least share of the variance that a model should explain.
const EXPLAINED: f64 = 0.7;

/// A check for each finding, each doubtful test, and what the data hardly inform; `prior` has each
/// channel's return before the data, where it is known.
pub(crate) fn checks(model: &Posterior, prior: &[Option<Estimate>]) -> Vec<Check> {
    let fit = model.fit_statistics();
    let mut checks = Vec::new();
    if fit.r2.is_none_or(|r2| r2 < EXPLAINED) {
        checks.push(
            Check::new(Verdict::Watch, explained(fit.r2))
                .with_action("Add what else moved the KPI as controls."),
        );
    }
    checks.extend(model.findings().iter().map(check));
    let doubtful = model
        .test_agreement()
        .into_iter()
        .filter(|agreement| agreement.is_doubtful());
    checks.extend(doubtful.map(|agreement| {
        Check::new(Verdict::Bad, sentence(&agreement.to_string()))
            .with_action("Check the tests, or widen what the model believes.")
    }));
    let channels = model.channels();
    let mostly = mostly_prior(&channels, prior);
    if !mostly.is_empty() {
        let text = format!("Mostly what was believed before: {}", listed(&mostly));
        checks.push(
            Check::new(Verdict::Watch, text)
                .with_action("Test these channels: the data say little."),
        );
    }
    let weak: Vec<&str> = channels
        .iter()
        .filter(|channel| channel.weakly_identified)
        .map(|channel| channel.channel.as_str())
        .collect();
    if !weak.is_empty() {
        let text = format!("The data hardly inform {}", listed(&weak));
        checks.push(
            Check::new(Verdict::Watch, text)
                .with_action("Test these channels, or vary their spend."),
        );
    }
    if checks.is_empty() {
        checks.push(Check::new(
            Verdict::Good,
            "Residuals, ranges and tests raise no doubt",
        ));
    }
    checks
}

fn check(finding: &FitFinding) -> Check {
    let verdict = match finding {
        FitFinding::NegativeBaseline { .. } => Verdict::Bad,
        _ => Verdict::Watch,
    };
    // such a sentence says after its colon what to do
    let text = sentence(&finding.to_string());
    match text.rsplit_once(": ") {
        Some((found, action)) => {
            Check::new(verdict, found).with_action(format!("{}.", sentence(action)))
        }
        None => Check::new(verdict, text),
    }
}

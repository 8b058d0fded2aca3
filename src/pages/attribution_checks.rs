//! Checks of a comparison, each with what to do.

use crate::attribution::{ComparisonTable, Finding};
use crate::pages::words::sentence;
use crate::report::html::{Check, Verdict};

/// A check for each finding; a good one where there is none.
pub(crate) fn checks(table: &ComparisonTable) -> Vec<Check> {
    let mut checks: Vec<Check> = table.findings().iter().map(check).collect();
    if table.bootstrap().is_none() {
        checks.push(
            Check::new(Verdict::Watch, "Credit has no intervals")
                .with_action("Ask for a bootstrap, so that differences can be told from chance."),
        );
    }
    if checks.is_empty() {
        checks.push(Check::new(
            Verdict::Good,
            "Nothing weakens what the models learned",
        ));
    }
    checks
}

fn check(finding: &Finding) -> Check {
    Check::new(verdict(finding), sentence(&finding.to_string())).with_action(action(finding))
}

fn verdict(finding: &Finding) -> Verdict {
    match finding {
        Finding::BeyondTotal { .. }
        | Finding::TestsContradict { .. }
        | Finding::TestBelowZero { .. } => Verdict::Bad,
        Finding::OfFit { then, .. } => verdict(then),
        _ => Verdict::Watch,
    }
}

/// What to do about a finding.
fn action(finding: &Finding) -> &'static str {
    match finding {
        Finding::IrregularLog { .. } => "Look at these rows in the source before the next run.",
        Finding::Forgotten { .. } => "Start the period later, or read the older rows again.",
        Finding::WithoutTouch { .. } => {
            "Read persons by the identifier that visits and purchases share."
        }
        Finding::LeftOut { .. } => {
            "Name the model to have it nevertheless, or bring what it lacks."
        }
        Finding::FewConversions { .. } => "Take a longer period, or a model with fewer parameters.",
        Finding::MostlyPrior { .. } => {
            "Run a lift test; until then read these figures as a belief."
        }
        Finding::ShortFit { .. } => "Fit on some weeks and score these days.",
        Finding::NeverAlone { .. } => "Pause one of them in a test to tell them apart.",
        Finding::Biased { .. } => "Read the baseline as a lower bound, or take a longer period.",
        Finding::UnknownChannels { .. } => "Fit the model anew on journeys that touch them.",
        Finding::TestAboveLog { .. } => "Look for touches that the log does not hold.",
        Finding::TestsContradict { .. } => {
            "Check how the two tests were run before either is used."
        }
        Finding::TestPartlySeen { .. } => "Read the log of all days of the test.",
        Finding::TestWithoutEffect { .. } => {
            "Check that channel and dates of the test are those of the log."
        }
        Finding::TestBelowZero { .. } => "Check the sign of the test's outcome.",
        Finding::BeyondTotal { .. } => "Do not use this model's credit of the channel.",
        Finding::OfFit { then, .. } => action(then),
    }
}

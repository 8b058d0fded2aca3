//! Checks of a comparison, each with what to do.

use crate::attribution::{ComparisonTable, Finding, ModelTable, TestPriorities};
use crate::pages::grounds::{Grounds, near_the_sale};
use crate::pages::main_model::{ALIKE, least_alike, main_model};
use crate::pages::words::{self, sentence};
use crate::report::html::{Check, Verdict};

/// A check for each finding; a good one where there is none. Where no test is worth what it costs,
/// none is asked for.
pub(crate) fn checks(table: &ComparisonTable, priorities: Option<&TestPriorities>) -> Vec<Check> {
    let tests_pay = priorities.is_none_or(|tests| tests.first().is_some());
    let mut checks: Vec<Check> = table.findings().iter().map(check).collect();
    if table.bootstrap().is_none() {
        checks.push(
            Check::new(Verdict::Watch, "Credit has no intervals")
                .with_action("Ask for a bootstrap, so that differences can be told from chance."),
        );
    }
    if let Some(main) = main_model(table) {
        checks.extend(assumed(main));
        checks.extend(cause(table, main, tests_pay));
        checks.extend(disagreement(table, tests_pay));
    }
    if checks.is_empty() {
        checks.push(Check::new(
            Verdict::Good,
            "Nothing weakens what the models learned",
        ));
    }
    checks
}

/// The channels that have no credit because the caller said so.
fn assumed(main: &ModelTable) -> Option<Check> {
    let assumed = Grounds::new(main).assumed();
    let names = words::listed(&assumed);
    let text = format!(
        "Assumed and not found: {names} only follow the wish to buy, so that their credit is 0 and \
         the baseline is larger"
    );
    (!assumed.is_empty()).then(|| {
        Check::new(Verdict::Watch, text)
            .with_action("Test one of them, and name it no longer by --demand-capture.")
    })
}

/// What stands between credit and cause: channels without a test, those nearest to the sale first.
fn cause(table: &ComparisonTable, main: &ModelTable, tests_pay: bool) -> Option<Check> {
    let untested = Grounds::new(main).untested();
    if untested.is_empty() {
        return None;
    }
    let near = near_the_sale(table, &untested);
    let who = match near.as_slice() {
        [] => words::listed(&untested),
        near => format!(
            "{}, nearest to the sale of {} channels without a test",
            words::listed(near),
            untested.len()
        ),
    };
    let text = match main.baseline {
        Some(_) => format!(
            "Credit need not be cause, and intervals are of chance alone: what no test confirms may \
             only follow the wish to buy, above all {who}"
        ),
        None => format!(
            "{} divides what came and does not know the cause: channels may only follow the wish to \
             buy, above all {who}",
            sentence(&main.model)
        ),
    };
    Some(Check::new(Verdict::Watch, text).with_action(match tests_pay {
        true => "Test them (--lift), or name those that only follow demand (--demand-capture).",
        false => {
            "No test is worth what it costs here: read the credit as a belief, or name those that \
             only follow demand (--demand-capture)."
        }
    }))
}

/// The two models that place the least credit alike, if that is little.
fn disagreement(table: &ComparisonTable, tests_pay: bool) -> Option<Check> {
    let (a, b, alike) = least_alike(table).filter(|(_, _, alike)| *alike < ALIKE)?;
    let text = format!(
        "{} and {} place {} of the credit on the same channels",
        sentence(&a.model),
        b.model,
        words::percent(alike)
    );
    Some(
        Check::new(Verdict::Watch, text).with_action(match tests_pay {
            true => {
                "Let tests decide between models; until then act on what all of them say alone."
            }
            false => "Act on what all of them say alone.",
        }),
    )
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
        Finding::ShortFit { .. } => "`--train-days` and `Comparison::run_on` do so.",
        Finding::NeverAlone { .. } => "Pause one of them in a test to tell them apart.",
        Finding::AtLimit { .. } => {
            "Take a longer period, or name what only follows demand (--demand-capture)."
        }
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

//! Checks of a mix model, each with what to do.

use crate::budget::PlanSensitivity;
use crate::mix::estimate::HoldoutRow;
use crate::mix::posterior::{FitFinding, Posterior};
use crate::pages::kpi_name::KpiName;
use crate::pages::mix_returns::mostly_prior;
use crate::pages::words::{explained, listed, percent, sentence};
use crate::report::html::{Check, Verdict};
use crate::stats::Estimate;

/// The least share of the variance that a model should explain.
const EXPLAINED: f64 = 0.7;
/// The least share of periods held out that 90 % intervals should hold.
const HELD: f64 = 0.8;
/// How much larger the error on periods held out may be than on those fitted.
const LARGER: f64 = 1.5;

/// A check for each finding, each doubtful test, what the data hardly inform, and periods held out;
/// `prior` has each channel's return before the data, where it is known. Where no single test
/// would change a plan, none is asked for.
pub(crate) fn checks(
    model: &Posterior,
    prior: &[Option<Estimate>],
    holdout: &[HoldoutRow],
    kpi: &KpiName,
    sensitivity: Option<&PlanSensitivity>,
) -> Vec<Check> {
    let tests_pay = sensitivity.is_none_or(|plan| plan.to_test_first().is_some());
    let fit = model.fit_statistics();
    let mut checks = Vec::new();
    if fit.r2.is_none_or(|r2| r2 < EXPLAINED) {
        checks.push(
            Check::new(Verdict::Watch, explained(fit.r2, kpi.the()))
                .with_action(format!("Add what else moved {} as controls.", kpi.the())),
        );
    }
    checks.extend(held_out(fit.mape, holdout));
    let channels = model.channels();
    let names: Vec<&str> = channels.iter().map(|one| one.channel.as_str()).collect();
    checks.extend(
        model
            .findings()
            .iter()
            .map(|finding| check(finding, &names)),
    );
    let doubtful = model
        .test_agreement()
        .into_iter()
        .filter(|agreement| agreement.is_doubtful());
    checks.extend(doubtful.map(|agreement| {
        Check::new(Verdict::Bad, sentence(&agreement.to_string()))
            .with_action("Check the tests, or widen what the model believes.")
    }));
    let mostly = mostly_prior(&channels, prior);
    if !mostly.is_empty() {
        let text = format!("Mostly what was believed before: {}", listed(&mostly));
        checks.push(
            Check::new(Verdict::Watch, text).with_action(match tests_pay {
                true => "Test these channels: the data say little.",
                false => "Read them as a belief; no single test would change the plan.",
            }),
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
            Check::new(Verdict::Watch, text).with_action(match tests_pay {
                true => "Test these channels, or vary their spend.",
                false => "Vary their spend; no single test would change the plan.",
            }),
        );
    }
    if checks.is_empty() {
        let unseen = [
            (model.lift_report().is_empty(), "no test"),
            (holdout.is_empty(), "no period held out"),
        ];
        let unseen: Vec<&str> = unseen
            .into_iter()
            .filter_map(|(lacks, what)| lacks.then_some(what))
            .collect();
        let said = match unseen.is_empty() {
            true => "Residuals, ranges, tests and periods held out raise no doubt".to_owned(),
            false => format!(
                "Residuals and ranges raise no doubt; there is {}",
                unseen.join(" and ")
            ),
        };
        checks.push(Check::new(Verdict::Good, said));
    }
    checks
}

/// A doubt where periods held out are predicted worse than the model says.
pub(crate) fn held_out(fitted: Option<f64>, rows: &[HoldoutRow]) -> Option<Check> {
    let worst = rows
        .iter()
        .min_by(|a, b| a.errors.within.total_cmp(&b.errors.within))?;
    let errors = worst.errors;
    let larger = errors.mape.zip(fitted);
    let larger = larger.filter(|(later, fitted)| *later > LARGER * fitted);
    if errors.within >= HELD && larger.is_none() {
        return None;
    }
    let error = larger.map_or_else(String::new, |(later, fitted)| {
        format!(
            "; their error is {} for {} fitted",
            percent(later),
            percent(fitted)
        )
    });
    let text = format!(
        "Of the periods held out, {} to {}, {} lie within their 90 % intervals{error}",
        worst.from,
        worst.to,
        percent(errors.within)
    );
    Some(Check::new(Verdict::Watch, text).with_action(
        "Trust forecasts and plans less; add what changed as a control, or let the trend bend.",
    ))
}

fn check(finding: &FitFinding, channels: &[&str]) -> Check {
    let verdict = match finding {
        FitFinding::NegativeBaseline { .. } => Verdict::Bad,
        _ => Verdict::Watch,
    };
    // such a sentence says after its colon what to do
    let text = finding.to_string();
    // a name stays as it is
    let begins = |name: &&str| text.starts_with(*name);
    let text = match channels.iter().any(begins) {
        true => text,
        false => sentence(&text),
    };
    match text.rsplit_once(": ") {
        Some((found, action)) => {
            Check::new(verdict, found).with_action(format!("{}.", sentence(action)))
        }
        None => Check::new(verdict, text),
    }
}

//! The headline and the five answers of a page of results.

use crate::attribution::TestPriorities;
use crate::budget::PlanSensitivity;
use crate::pages::attribution_top::AttributionTop;
use crate::pages::mix_top::MixTop;
use crate::pages::plan::NO_TEST;
use crate::pages::plan_top::PlanTop;
use crate::pages::test_plans::priorities_title;
use crate::pages::words;
use crate::report::html::Answer;

/// The test that is worth most beyond its cost, or why there is none.
pub(crate) fn test_next(tests: &TestPriorities) -> Answer {
    let question = "What to test next?";
    let Some(first) = tests.first() else {
        return Answer::new(question, "No channel").with_detail(priorities_title(tests));
    };
    let [worth, cost] = [first.test_value, first.test_cost].map(words::short);
    let cost = match first.test_cost <= 0.0 {
        true => "and saves money".to_owned(),
        false => format!("and costs {cost}"),
    };
    Answer::new(question, &first.channel).with_detail(format!("a test is worth {worth} {cost}"))
}

/// The channel whose curve is worth most to the plan. Where none is, what was to be answered without
/// a plan stands behind it.
pub(crate) fn test_for_plan(sensitivity: &PlanSensitivity, otherwise: &Answer) -> Answer {
    let question = "What to test next?";
    match sensitivity.to_test_first() {
        Some(first) => Answer::new(question, &first.channel).with_detail(format!(
            "knowing its curve is worth up to {} to the plan",
            words::short(first.worth_of_knowing)
        )),
        None => Answer::new(question, NO_TEST).with_detail(format!(
            "{}: {}",
            otherwise.answer(),
            otherwise.detail()
        )),
    }
}

/// The headline of all that there is.
pub(crate) fn headline(
    credit: Option<&AttributionTop<'_>>,
    mix: Option<&MixTop<'_>>,
    plan: Option<&PlanTop<'_>>,
) -> String {
    let first = match (mix, credit) {
        (Some(mix), _) => mix.headline(),
        (None, Some(credit)) => credit.headline(),
        (None, None) => "No results".to_owned(),
    };
    match plan {
        Some(plan) => format!("{first}; {}", plan.headline()),
        None => first,
    }
}

/// What page one answers first, before tests and plans are known.
pub(crate) fn answers(
    credit: Option<&AttributionTop<'_>>,
    mix: Option<&MixTop<'_>>,
    plan: Option<&PlanTop<'_>>,
) -> Vec<Answer> {
    let mut answers = match (mix, credit) {
        (Some(mix), _) => vec![
            mix.worked(),
            mix.anyway(),
            mix.change(),
            mix.sure(),
            mix.test_next(),
        ],
        (None, Some(credit)) => {
            vec![
                credit.worked(),
                credit.anyway(),
                credit.change(),
                credit.sure(),
                credit.test_next(),
            ]
        }
        (None, None) => Vec::new(),
    };
    if let (Some(plan), Some(change)) = (plan, answers.get_mut(2)) {
        *change = plan.change();
    }
    answers
}

//! What customers answer, by the way they were in contact.

use crate::kpi::journeys::{Contrast, GroupComparison};
use crate::kpi::service::{QuestionVoice, SurveyScale};
use crate::pages::journey_kinds::groups;
use crate::pages::kpi_trends::{asked, ends_of, measure, of_score, told, with_intervals};
use crate::pages::words;
use crate::report::chart::{Chart, Forest, Mark, Measure, Size};
use crate::report::figure;
use crate::stats::Difference;

/// Answers by way of contact, and how far these are apart where that is tested.
pub(crate) fn charts(question: &QuestionVoice) -> impl Iterator<Item = Chart> {
    answers(question).into_iter().chain(differences(question))
}

/// Answers by the number of channels and the kind of journey.
fn answers(question: &QuestionVoice) -> Option<Chart> {
    let rows: Vec<(String, Mark)> = groups(&question.scores, |answers| of_score(&answers.score))
        .into_iter()
        .filter(|(_, mark)| mark.value().is_some())
        .collect();
    if rows.len() < 2 {
        return None;
    }
    let overall = &question.scores.overall;
    let unit = measure(question.scale);
    let title = format!(
        "{}: {} of all answers",
        name(question),
        told(&of_score(&overall.score), |score| unit.written(score))
    );
    let names = rows.iter().map(|(name, _)| name.clone());
    let forest = Forest::new(unit, names).with_series("", rows.iter().map(|(_, mark)| *mark));
    let chart = Chart::new(title, forest).with_size(Size::Half);
    Some(chart.with_subtitle(format!(
        "Answers by channels used and by kind of journey, {} in all, {}",
        words::count(overall.answers as f64),
        with_intervals(ends_of(&overall.score))
    )))
}

/// How far answers after one way of contact are from those after another.
fn differences(question: &QuestionVoice) -> Option<Chart> {
    let tested: Vec<(&GroupComparison, Difference)> = question
        .comparisons
        .iter()
        .filter_map(|comparison| {
            comparison.adjusted_p_value?;
            Some((comparison, in_units(question.scale, comparison.difference?)))
        })
        .collect();
    if tested.is_empty() {
        return None;
    }
    let names = tested.iter().map(|(comparison, _)| {
        let (with, without) = comparison.contrast.sides();
        format!("{with} less {without}")
    });
    let marks = tested.iter().map(|(_, difference)| {
        let ends = difference.interval;
        Mark::new(difference.estimate).with_interval(ends.low(), ends.high())
    });
    let unit = Measure::new(format!("difference in {}", what(question.scale)));
    let forest = Forest::new(unit.with_digits(digits(question.scale)), names)
        .with_series("", marks)
        .with_reference(0.0, "alike");
    let title = finding(question).map_or_else(
        || {
            let question = name(question);
            format!("{question}: ways of contact do not differ beyond chance")
        },
        |(finding, _)| finding,
    );
    let chart = Chart::new(title, forest).with_size(Size::Half);
    Some(chart.with_subtitle(
        "The last answer of each person, with the interval of each difference alone; tests are \
         adjusted for their number. Persons choose how they are in contact",
    ))
}

/// The surest difference that is beyond chance, with its figures.
pub(crate) fn finding(question: &QuestionVoice) -> Option<(String, String)> {
    let told = question.comparisons.iter().filter_map(|comparison| {
        let difference = comparison.difference?;
        let p_value = comparison.adjusted_p_value?;
        let chance = 1.0 - difference.interval.level().get();
        (p_value < chance).then_some((comparison, difference, p_value))
    });
    let (comparison, difference, _) = told.min_by(|a, b| a.2.total_cmp(&b.2))?;
    let difference = in_units(question.scale, difference);
    let written = |amount: f64| figure(amount, digits(question.scale));
    let (low, high) = (difference.interval.low(), difference.interval.high());
    let (size, ends, direction) = match difference.estimate > 0.0 {
        true => (difference.estimate, (low, high), "higher"),
        false => (-difference.estimate, (-high, -low), "lower"),
    };
    let (with, without) = sides(comparison.contrast);
    let points = if question.scale == SurveyScale::Satisfaction {
        " points"
    } else {
        ""
    };
    let about = match asked(&question.question) {
        Some(name) => name.to_owned(),
        None => format!("{}: {}", question.question, what(question.scale)),
    };
    let finding = format!(
        "{about} is {}{points} ({}) {direction} after {with} than after {without}",
        written(size),
        words::ends(ends.0, ends.1, written),
    );
    let percent = if question.scale == SurveyScale::Satisfaction {
        " %"
    } else {
        ""
    };
    let [of, against] = [
        (difference.treatment, comparison.treatment_persons),
        (difference.control, comparison.control_persons),
    ]
    .map(|(score, persons)| {
        let persons = words::counted(persons as f64, "person", "persons");
        format!("{}{percent} ({persons})", written(score))
    });
    let figures = format!("{of} against {against}; persons choose how they are in contact");
    Some((finding, figures))
}

fn name(question: &QuestionVoice) -> &str {
    asked(&question.question).unwrap_or(&question.question)
}

/// A difference of shares in points of a hundred.
fn in_units(scale: SurveyScale, difference: Difference) -> Difference {
    match scale {
        SurveyScale::Satisfaction => difference.scaled(100.0),
        _ => difference,
    }
}

const fn digits(scale: SurveyScale) -> usize {
    match scale {
        SurveyScale::NetPromoter | SurveyScale::Satisfaction => 1,
        SurveyScale::Effort | SurveyScale::Consistency => 2,
    }
}

const fn what(scale: SurveyScale) -> &'static str {
    match scale {
        SurveyScale::NetPromoter => "the net promoter score",
        SurveyScale::Satisfaction => "the percentage satisfied",
        SurveyScale::Effort => "effort",
        SurveyScale::Consistency => "consistency",
    }
}

/// The two sides as ways of contact.
const fn sides(contrast: Contrast) -> (&'static str, &'static str) {
    match contrast {
        Contrast::BothWorlds => (
            "contacts online and offline",
            "contacts online alone or offline alone",
        ),
        other => other.sides(),
    }
}

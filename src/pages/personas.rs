//! The same figures of several segments of persons, side by side.

use std::collections::HashSet;

use crate::kpi::dashboard::Dashboard;
use crate::kpi::service::Score;
use crate::pages::apart::{p_value, surely_first, surely_last};
use crate::pages::kpi_trends::{
    LEVEL, asked, known_level, measure, of_mean, of_rate, of_score, retention_is, with_intervals,
};
use crate::privacy::MinimumGroup;
use crate::report::chart::{Chart, Forest, Mark, Measure, Size};
use crate::stats::{Mean, Proportion, holm};

/// The chance at which segments that do not differ are said to, over all figures.
const CHANCE: f64 = 0.05;

/// One figure of every segment.
struct Row {
    name: String,
    measure: Measure,
    marks: Vec<Mark>,
}

/// Two segments of which the first has more.
type Pair = (usize, usize);

impl Row {
    /// The segments whose figures are known with intervals.
    fn known(&self) -> (Vec<usize>, Vec<Mark>) {
        let marks = self.marks.iter().copied().enumerate();
        marks.filter(|(_, mark)| mark.interval().is_some()).unzip()
    }

    /// Whether two segments have the figure, and it is not the same in all.
    fn can_differ(&self) -> bool {
        let mut values = self.marks.iter().filter_map(|mark| mark.value());
        let first = values.next();
        values.any(|value| Some(value) != first)
    }

    /// The pair that differs most surely, with the p-value of no difference for the number of pairs.
    fn surest(&self, level: f64) -> Option<(Pair, f64)> {
        let (known, marks) = self.known();
        let each = || (0..known.len()).filter_map(|at| Some((known[at], marks[at].interval()?)));
        let pairs = each().flat_map(|(at, one)| {
            let later = each().filter(move |(other, _)| *other > at);
            later.map(move |(other, two)| ((at, other), p_value(one, two, level)))
        });
        let pairs: Vec<(Pair, f64)> = pairs.collect();
        let count = pairs.len() as f64;
        let ((one, other), p) = pairs.into_iter().min_by(|a, b| a.1.total_cmp(&b.1))?;
        let more = self.marks[one].value() > self.marks[other].value();
        let pair = if more { (one, other) } else { (other, one) };
        Some((pair, (count * p).min(1.0)))
    }

    /// What may be said of the order of segments that differ.
    fn order(&self, names: &[&str], (more, less): Pair) -> String {
        let (known, marks) = self.known();
        let named = |at: usize| names[known[at]];
        match (
            surely_first(&marks).map(named),
            surely_last(&marks).map(named),
        ) {
            (Some(first), Some(last)) => format!("highest with {first}, lowest with {last}"),
            (Some(first), None) => format!("highest with {first}"),
            (None, Some(last)) => format!("lowest with {last}"),
            (None, None) => format!("higher with {} than with {}", names[more], names[less]),
        }
    }
}

/// The figures that two segments or more have, each with the pair that differs beyond chance.
fn compared(personas: &[(String, &Dashboard)], minimum: MinimumGroup) -> Vec<(Row, Option<Pair>)> {
    if personas.len() < 2 {
        return Vec::new();
    }
    let level = personas
        .iter()
        .find_map(|(_, dashboard)| known_level(dashboard));
    let level = level.unwrap_or(LEVEL);
    let rows = rows(personas, Shown(minimum)).into_iter();
    let rows: Vec<Row> = rows.filter(Row::can_differ).collect();
    let surest: Vec<Option<(Pair, f64)>> = rows.iter().map(|row| row.surest(level)).collect();
    let tested: Vec<f64> = surest.iter().flatten().map(|(_, p)| *p).collect();
    let mut adjusted = holm(&tested).unwrap_or_default().into_iter();
    let told = surest.into_iter().map(|surest| {
        let (pair, _) = surest?;
        (adjusted.next()? < CHANCE).then_some(pair)
    });
    let told: Vec<Option<Pair>> = told.collect();
    rows.into_iter().zip(told).collect()
}

fn names<'a>(personas: &'a [(String, &Dashboard)]) -> Vec<&'a str> {
    personas.iter().map(|(name, _)| name.as_str()).collect()
}

/// A forest of each figure that two segments or more have.
pub(crate) fn charts(personas: &[(String, &Dashboard)], minimum: MinimumGroup) -> Vec<Chart> {
    let names = names(personas);
    let compared = compared(personas, minimum);
    let rows = compared.iter();
    let mut each = personas.iter();
    let sure = with_intervals(each.find_map(|(_, one)| one.conversion.conversion.overall.interval));
    rows.map(|(row, told)| chart(row, &names, *told, &sure))
        .collect()
}

/// What segments differ in beyond chance, with the figures of the pair that differs most surely.
pub(crate) fn findings(
    personas: &[(String, &Dashboard)],
    minimum: MinimumGroup,
) -> Vec<(String, String)> {
    let names = names(personas);
    let finding = |(row, told): (Row, Option<Pair>)| {
        let pair = told?;
        let figure = |at: usize| format!("{} with {}", row.measure.told(row.marks[at]), names[at]);
        let figures = format!("{} against {}", figure(pair.0), figure(pair.1));
        Some((
            format!("{}: {}", row.name, row.order(&names, pair)),
            figures,
        ))
    };
    compared(personas, minimum)
        .into_iter()
        .filter_map(finding)
        .collect()
}

fn chart(row: &Row, names: &[&str], told: Option<Pair>, sure: &str) -> Chart {
    let forest = Forest::new(row.measure.clone(), names.iter().copied())
        .with_series("", row.marks.iter().copied());
    let title = match told {
        Some(pair) => format!("{}: {}", row.name, row.order(names, pair)),
        None => format!("{}: segments do not differ beyond chance", row.name),
    };
    let chart = Chart::new(title, forest).with_size(Size::Half);
    chart.with_subtitle(format!(
        "By segment, {sure}; tests are adjusted for their number"
    ))
}

/// Figures of as many as may be shown; those of fewer are missing.
#[derive(Clone, Copy)]
struct Shown(MinimumGroup);

impl Shown {
    fn of(self, population: u64, mark: Mark) -> Mark {
        match self.0.allows(population) {
            true => mark,
            false => Mark::MISSING,
        }
    }

    fn rate(self, rate: &Proportion) -> Mark {
        self.of(rate.population, of_rate(rate))
    }

    fn mean(self, mean: &Mean) -> Mark {
        self.of(mean.population, of_mean(mean))
    }

    fn score(self, score: &Score) -> Mark {
        let population = match score {
            Score::NetPromoter(score) => score.population,
            Score::Satisfaction(rate) => rate.population,
            Score::Effort(mean) | Score::Consistency(mean) => mean.population,
        };
        self.of(population, of_score(score))
    }
}

/// The figures in the order of a dashboard.
fn rows(personas: &[(String, &Dashboard)], shown: Shown) -> Vec<Row> {
    let row = |name: &str, measure: Measure, mark: &dyn Fn(&Dashboard) -> Mark| Row {
        name: name.to_owned(),
        measure,
        marks: personas
            .iter()
            .map(|(_, dashboard)| mark(dashboard))
            .collect(),
    };
    let share = |what: &str| Measure::share(what);
    let first = personas.first().map(|(_, dashboard)| *dashboard);
    let kept = first.map_or_else(String::new, |first| {
        format!("{}; in the last period that is over", retention_is(first))
    });
    let mut rows = vec![
        row(
            "Conversion",
            share("of persons reached who bought"),
            &|of| shown.rate(&of.conversion.conversion.overall),
        ),
        row(
            "Several channels",
            share("of persons reached who used some"),
            &|of| shown.rate(&of.conversion.conversion.cross_channel),
        ),
        row(
            "Bought again",
            share("of customers, with two purchases or more so far"),
            &|of| shown.rate(&of.customers.repurchase.bought_again),
        ),
        row("Retention", share(&kept), &|of| retention(of, shown)),
        row("Carts left", share("of carts"), &|of| {
            let carts = of.service.carts.as_ref();
            carts.map_or(Mark::MISSING, |carts| shown.rate(&carts.overall.abandoned))
        }),
        row("Cases resolved", share("of cases"), &|of| {
            let cases = of.service.resolutions.as_ref();
            cases.map_or(Mark::MISSING, |of| shown.rate(&of.cases.overall.resolved))
        }),
        row("E-mails opened", share("of e-mails"), &|of| {
            let email = of.conversion.email.as_ref();
            email.map_or(Mark::MISSING, |email| shown.rate(&email.opened))
        }),
        row("Value of a customer", Measure::new("value so far"), &|of| {
            shown.mean(&of.customers.lifetime_value.report.whole.historic)
        }),
    ];
    rows.extend(questions(personas, shown));
    rows
}

fn retention(of: &Dashboard, shown: Shown) -> Mark {
    let periods = of.customers.retention.periods.iter().rev();
    let mut over = periods.filter(|period| period.over);
    over.next()
        .map_or(Mark::MISSING, |period| shown.rate(&period.retention))
}

/// The answers to each question that somebody answered.
fn questions(personas: &[(String, &Dashboard)], shown: Shown) -> Vec<Row> {
    let of = |dashboard: &Dashboard, name: &str| {
        let voice = dashboard.service.voice.as_ref()?;
        voice
            .question(name)
            .map(|question| question.scores.overall.score)
    };
    let mut rows: Vec<Row> = Vec::new();
    let mut seen = HashSet::new();
    for (_, dashboard) in personas {
        for question in dashboard
            .service
            .voice
            .iter()
            .flat_map(|voice| &voice.questions)
        {
            if !seen.insert(&question.question) {
                continue;
            }
            let mark = |(_, dashboard): &(String, &Dashboard)| {
                of(dashboard, &question.question).map_or(Mark::MISSING, |score| shown.score(&score))
            };
            rows.push(Row {
                name: asked(&question.question)
                    .unwrap_or(&question.question)
                    .to_owned(),
                measure: measure(question.scale),
                marks: personas.iter().map(mark).collect(),
            });
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    fn titles(marks: &[(f64, f64, f64)]) -> String {
        let mark =
            |(low, value, high): &(f64, f64, f64)| Mark::new(*value).with_interval(*low, *high);
        let row = Row {
            name: "Conversion".into(),
            measure: Measure::share("of persons"),
            marks: marks.iter().map(mark).collect(),
        };
        let names = ["young", "families", "seniors", "few"];
        let (pair, _) = row.surest(0.95).unwrap();
        row.order(&names[..marks.len()], pair)
    }

    #[test]
    fn a_segment_whose_interval_overlaps_others_is_neither_highest_nor_lowest() {
        let [young, families] = [(0.28, 0.30, 0.32), (0.13, 0.15, 0.17)];
        assert_eq!(
            titles(&[young, families]),
            "highest with young, lowest with families"
        );
        let few = (0.0, 0.0, 0.204);
        assert_eq!(
            titles(&[young, families, (0.14, 0.16, 0.18), few]),
            "highest with young"
        );
        let wide = (0.10, 0.25, 0.40);
        assert_eq!(
            titles(&[young, families, wide]),
            "higher with young than with families"
        );
    }
}

//! The same figures of several segments of persons, side by side.

use crate::kpi::dashboard::Dashboard;
use crate::pages::kpi_trends::{measure, of_mean, of_rate, of_score};
use crate::report::chart::{Chart, Forest, Mark, Measure, Size};
use crate::stats::{holm, normal};

/// The chance at which segments that do not differ are said to, over all figures.
const CHANCE: f64 = 0.05;
/// The level of intervals where none is known.
const LEVEL: f64 = 0.95;

/// One figure of every segment.
struct Row {
    name: String,
    measure: Measure,
    marks: Vec<Mark>,
}

impl Row {
    /// The segments with the highest and the lowest figure.
    fn ends(&self) -> Option<(usize, usize)> {
        let known = || (0..self.marks.len()).filter(|&at| self.marks[at].value().is_some());
        let value = |at: &usize| self.marks[*at].value().unwrap_or(0.0);
        let high = known().max_by(|a, b| value(a).total_cmp(&value(b)).then(b.cmp(a)))?;
        let low = known().min_by(|a, b| value(a).total_cmp(&value(b)).then(a.cmp(b)))?;
        (high != low).then_some((high, low))
    }

    /// The p-value of no difference between those, for the number of pairs they were picked from.
    fn p_value(&self, deviations: f64) -> Option<f64> {
        let (high, low) = self.ends()?;
        let known = self.marks.iter().filter(|mark| mark.value().is_some());
        let known = known.count() as f64;
        let error = |at: usize| {
            let (low, high) = self.marks[at].interval()?;
            Some((high - low) / (2.0 * deviations))
        };
        let apart = self.marks[high].value()? - self.marks[low].value()?;
        let error = libm::hypot(error(high)?, error(low)?);
        let pairs = known * (known - 1.0) / 2.0;
        (error > 0.0).then(|| (pairs * normal::two_sided(apart / error)).min(1.0))
    }
}

/// A forest of each figure that two segments or more have.
pub(crate) fn charts(personas: &[(String, &Dashboard)]) -> Vec<Chart> {
    if personas.len() < 2 {
        return Vec::new();
    }
    let level = personas.iter().find_map(|(_, dashboard)| {
        let overall = dashboard.conversion.conversion.overall.interval;
        overall.map(|ends| ends.level().get())
    });
    let deviations = normal::quantile(0.5 + level.unwrap_or(LEVEL) / 2.0);
    let rows: Vec<Row> = rows(personas)
        .into_iter()
        .filter(|row| row.ends().is_some())
        .collect();
    let tested: Vec<f64> = rows
        .iter()
        .filter_map(|row| row.p_value(deviations))
        .collect();
    let mut adjusted = holm(&tested).unwrap_or_default().into_iter();
    let names: Vec<&str> = personas.iter().map(|(name, _)| name.as_str()).collect();
    let chart = |row: &Row| {
        let p_value = row.p_value(deviations).and_then(|_| adjusted.next());
        chart(row, &names, p_value.is_some_and(|p| p < CHANCE))
    };
    rows.iter().map(chart).collect()
}

fn chart(row: &Row, names: &[&str], differ: bool) -> Chart {
    let forest = Forest::new(row.measure.clone(), names.iter().copied())
        .with_series("", row.marks.iter().copied());
    let title = match row.ends() {
        Some((high, low)) if differ => format!(
            "{}: highest with {}, lowest with {}",
            row.name, names[high], names[low]
        ),
        _ => format!("{}: segments do not differ beyond chance", row.name),
    };
    let chart = Chart::new(title, forest).with_size(Size::Half);
    chart.with_subtitle("By segment, with intervals; tests are adjusted for their number")
}

/// The figures in the order of a dashboard.
fn rows(personas: &[(String, &Dashboard)]) -> Vec<Row> {
    let row = |name: &str, measure: Measure, mark: &dyn Fn(&Dashboard) -> Mark| Row {
        name: name.to_owned(),
        measure,
        marks: personas
            .iter()
            .map(|(_, dashboard)| mark(dashboard))
            .collect(),
    };
    let share = |what: &str| Measure::share(what);
    let mut rows = vec![
        row(
            "Conversion",
            share("of persons reached who bought"),
            &|of| of_rate(&of.conversion.conversion.overall),
        ),
        row(
            "Several channels",
            share("of persons reached who used some"),
            &|of| of_rate(&of.conversion.conversion.cross_channel),
        ),
        row("Bought again", share("of customers"), &|of| {
            of_rate(&of.customers.repurchase.bought_again)
        }),
        row(
            "Retention",
            share("of customers, in the last period that is over"),
            &retention,
        ),
        row("Carts left", share("of carts"), &|of| {
            let carts = of.service.carts.as_ref();
            carts.map_or(Mark::MISSING, |carts| of_rate(&carts.overall.abandoned))
        }),
        row("Cases resolved", share("of cases"), &|of| {
            let cases = of.service.resolutions.as_ref();
            cases.map_or(Mark::MISSING, |of| of_rate(&of.cases.overall.resolved))
        }),
        row("E-mails opened", share("of e-mails"), &|of| {
            let email = of.conversion.email.as_ref();
            email.map_or(Mark::MISSING, |email| of_rate(&email.opened))
        }),
        row("Value of a customer", Measure::new("value so far"), &|of| {
            of_mean(&of.customers.lifetime_value.report.whole.historic)
        }),
    ];
    rows.extend(questions(personas));
    rows
}

fn retention(of: &Dashboard) -> Mark {
    let periods = of.customers.retention.periods.iter().rev();
    let mut over = periods.filter(|period| period.over);
    over.next()
        .map_or(Mark::MISSING, |period| of_rate(&period.retention))
}

/// The answers to each question that somebody answered.
fn questions(personas: &[(String, &Dashboard)]) -> Vec<Row> {
    let of = |dashboard: &Dashboard, name: &str| {
        let voice = dashboard.service.voice.as_ref()?;
        voice
            .question(name)
            .map(|question| question.scores.overall.score)
    };
    let mut rows: Vec<Row> = Vec::new();
    for (_, dashboard) in personas {
        for question in dashboard
            .service
            .voice
            .iter()
            .flat_map(|voice| &voice.questions)
        {
            if rows.iter().any(|row| row.name == question.question) {
                continue;
            }
            let mark = |(_, dashboard): &(String, &Dashboard)| {
                of(dashboard, &question.question).map_or(Mark::MISSING, |score| of_score(&score))
            };
            rows.push(Row {
                name: question.question.clone(),
                measure: measure(question.scale),
                marks: personas.iter().map(mark).collect(),
            });
        }
    }
    rows
}

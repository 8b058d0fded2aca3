//! What a dashboard says on page one.

use crate::kpi::dashboard::Dashboard;
use crate::kpi::map::FrictionPoint;
use crate::pages::apart::surely_apart;
use crate::pages::kpi_trends::{of_mean, of_rate};
use crate::pages::trends::Trends;
use crate::pages::{words, worth_charts};
use crate::report::chart::Mark;
use crate::report::html::Answer;

/// The row of all customers.
const WHOLE: &str = "(whole)";

/// A dashboard in sentences.
pub(crate) struct KpiTop<'a> {
    dashboard: &'a Dashboard,
    trends: &'a Trends,
}

/// A figure with its interval, if it has one: `12 % (10 % to 14 %)`.
pub(crate) fn told(mark: &Mark, written: impl Fn(f64) -> String) -> String {
    let value = mark
        .value()
        .map_or_else(|| words::UNKNOWN.to_owned(), &written);
    match mark.interval() {
        Some((low, high)) => format!("{value} ({})", words::ends(low, high, written)),
        None => value,
    }
}

impl<'a> KpiTop<'a> {
    pub(crate) const fn new(dashboard: &'a Dashboard, trends: &'a Trends) -> Self {
        Self { dashboard, trends }
    }

    /// Five short answers; a figure that is kept back or missing is not known.
    pub(crate) fn answers(&self) -> [Answer; 5] {
        [
            self.buy(),
            self.worth(),
            self.again(),
            self.change(),
            self.lost(),
        ]
    }

    fn buy(&self) -> Answer {
        let overall = &self.dashboard.conversion.conversion.overall;
        of_share(
            "How many buy?",
            of_rate(overall),
            overall.population,
            "persons reached",
        )
    }

    fn worth(&self) -> Answer {
        let question = "What is a customer worth?";
        let whole = of_mean(
            &self
                .dashboard
                .customers
                .lifetime_value
                .report
                .whole
                .historic,
        );
        let Some(value) = whole.value() else {
            return Answer::new(question, "Not known").with_detail("no purchase has a value");
        };
        let answer = Answer::new(question, format!("{} so far", words::short(value)));
        let ends = whole
            .interval()
            .map(|(low, high)| words::ends(low, high, words::short));
        let payback = self.dashboard.customers.payback.report.group(WHOLE);
        let cost = payback.and_then(|row| Some((row, row.cost?)));
        let cost = cost.map(|(row, cost)| {
            let costs = format!("winning one costs {}", words::short(cost));
            match row.margin.len() {
                0 => costs,
                _ => format!("{costs}, {}", worth_charts::when(row, cost)),
            }
        });
        let detail: Vec<String> = ends.into_iter().chain(cost).collect();
        answer.with_detail(detail.join("; "))
    }

    fn again(&self) -> Answer {
        let repurchase = &self.dashboard.customers.repurchase;
        let again = &repurchase.bought_again;
        of_share(
            "Do they come back?",
            of_rate(again),
            again.population,
            "customers",
        )
    }

    fn change(&self) -> Answer {
        let question = "What changed?";
        let names = self.trends.changed();
        match (names.len(), self.trends.tested()) {
            (0, 0) => Answer::new(question, "Not known").with_detail(self.trends.rule()),
            (0, tested) => Answer::new(question, "Nothing beyond chance lately")
                .with_detail(format!("{tested} changes are tested")),
            (_, tested) => Answer::new(question, words::listed(&names))
                .with_detail(format!("beyond chance; {tested} changes are tested")),
        }
    }

    /// The step that surely loses most, if any does.
    fn worst(&self) -> Option<&FrictionPoint> {
        let points = &self.dashboard.journeys.journey_map.report.friction;
        let sure =
            |point: &&FrictionPoint| point.lost.interval.is_some_and(|ends| ends.low() > 0.0);
        let sure = points.iter().filter(sure);
        sure.max_by(|a, b| a.lost.count.total_cmp(&b.lost.count))
    }

    fn lost(&self) -> Answer {
        let question = "Where is it lost?";
        match self.worst() {
            Some(point) => Answer::new(question, &point.step).with_detail(format!(
                "{} conversions fewer than at the mean of all",
                lost(point)
            )),
            None => Answer::new(question, "At no step beyond chance"),
        }
    }

    /// What figures say beyond chance.
    pub(crate) fn findings(&self) -> Vec<(String, String)> {
        let lost = self.worst().map(|point| {
            let share = of_rate(&point.conversion);
            (
                format!("{} loses conversions", point.step),
                format!(
                    "{} of journeys through it convert, {} conversions fewer than at the mean",
                    told(&share, words::percent),
                    lost(point)
                ),
            )
        });
        let channels = self.channels().into_iter().chain(lost);
        channels
            .chain(worth_charts::findings(self.dashboard))
            .collect()
    }

    /// Two channels whose persons surely buy at different rates.
    fn channels(&self) -> Option<(String, String)> {
        let rows = &self.dashboard.conversion.conversion.by_channel;
        let marks: Vec<Mark> = rows.iter().map(|row| of_rate(&row.rate)).collect();
        let ends: Vec<_> = marks.iter().map(|mark| mark.interval()).collect();
        let (more, less) = surely_apart(&ends)?;
        let [high, low] = [more, less].map(|at| told(&marks[at], words::percent));
        Some((
            format!(
                "Persons reached by {} buy more often than those reached by {}",
                rows[more].channel, rows[less].channel
            ),
            format!("{high} against {low}"),
        ))
    }
}

/// The conversions lost at a step, with their interval.
fn lost(point: &FrictionPoint) -> String {
    let mark = Mark::new(point.lost.count);
    let ends = point.lost.interval;
    let mark = ends.map_or(mark, |ends| mark.with_interval(ends.low(), ends.high()));
    told(&mark, words::short)
}

/// A share of so many.
fn of_share(question: &str, mark: Mark, all: u64, whom: &str) -> Answer {
    let Some(value) = mark.value() else {
        return Answer::new(question, "Not known").with_detail(format!("too few {whom}"));
    };
    let all = words::short(all as f64);
    let detail = match mark.interval() {
        Some((low, high)) => {
            format!(
                "{}, of {all} {whom}",
                words::ends(low, high, words::percent)
            )
        }
        None => format!("of {all} {whom}"),
    };
    Answer::new(question, words::percent(value)).with_detail(detail)
}

//! The figures of a dashboard by period.

use crate::kpi::dashboard::Dashboard;
use crate::kpi::journeys::{Breakdown, PeriodConversion, PeriodFigures};
use crate::kpi::service::{Score, SurveyScale};
use crate::kpi::spend::EmailFigures;
use crate::pages::calendar::Calendar;
use crate::pages::trend::Trend;
use crate::pages::words;
use crate::report::chart::{Mark, Measure};
use crate::stats::{Interval, Mean, Proportion};

/// The level of intervals where none is known.
pub(crate) const LEVEL: f64 = 0.95;

pub(crate) fn of_rate(rate: &Proportion) -> Mark {
    with_ends(rate.rate, rate.interval)
}

pub(crate) fn of_mean(mean: &Mean) -> Mark {
    with_ends(mean.mean, mean.interval)
}

pub(crate) fn of_score(score: &Score) -> Mark {
    with_ends(score.figure(), ends_of(score))
}

/// The interval of a score.
pub(crate) const fn ends_of(score: &Score) -> Option<Interval> {
    match score {
        Score::NetPromoter(score) => score.interval,
        Score::Satisfaction(rate) => rate.interval,
        Score::Effort(mean) | Score::Consistency(mean) => mean.interval,
    }
}

fn with_ends(value: Option<f64>, ends: Option<Interval>) -> Mark {
    let mark = Mark::new(value);
    ends.map_or(mark, |ends| mark.with_interval(ends.low(), ends.high()))
}

/// `with 95 % intervals`; without an interval known, `with intervals`.
pub(crate) fn with_intervals(known: Option<Interval>) -> String {
    known.map_or_else(
        || "with intervals".to_owned(),
        |ends| format!("with {} intervals", words::level(ends.level())),
    )
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

/// How answers to a question are measured.
pub(crate) fn measure(scale: SurveyScale) -> Measure {
    match scale {
        SurveyScale::NetPromoter => Measure::new("net promoter score, -100 to 100").with_digits(0),
        SurveyScale::Satisfaction => Measure::share("satisfied"),
        SurveyScale::Effort => Measure::new("effort, 1 to 7").with_digits(2),
        SurveyScale::Consistency => Measure::new("consistency, 1 to 5").with_digits(2),
    }
}

/// The level of a dashboard's intervals.
pub(crate) fn level(dashboard: &Dashboard) -> f64 {
    known_level(dashboard).unwrap_or(LEVEL)
}

/// That level, where an interval tells it.
pub(crate) fn known_level(dashboard: &Dashboard) -> Option<f64> {
    let overall = dashboard.conversion.conversion.overall.interval;
    overall.map(|ends| ends.level().get())
}

/// A question in words, where it has one of the usual short names.
pub(crate) fn asked(question: &str) -> Option<&'static str> {
    match question {
        "nps" => Some("Net promoter score (nps)"),
        "csat" => Some("Satisfaction (csat)"),
        "ces" => Some("Effort (ces)"),
        "consistency" => Some("Consistency"),
        _ => None,
    }
}

/// Every figure that has periods, two of them at least.
pub(crate) fn all(dashboard: &Dashboard) -> Vec<Trend> {
    let level = level(dashboard);
    let mut trends = conversion(dashboard, level);
    trends.push(retention(dashboard, level));
    let service = &dashboard.service;
    for question in service.voice.iter().flat_map(|voice| &voice.questions) {
        let marks = by_period(&question.scores, |answers| of_score(&answers.score));
        trends.push(trend(
            asked(&question.question).unwrap_or(&question.question),
            measure(question.scale),
            marks,
            level,
        ));
    }
    if let Some(cases) = &service.resolutions {
        let marks = by_period(&cases.cases, |cases| of_rate(&cases.resolved));
        trends.push(trend(
            "Cases resolved",
            Measure::share("of cases"),
            marks,
            level,
        ));
    }
    if let Some(teams) = &service.teams {
        let marks = by_period(&teams.whole, |figures| of_rate(&figures.satisfaction));
        trends.push(trend(
            "Satisfaction with service",
            Measure::share("satisfied"),
            marks,
            level,
        ));
    }
    if let Some(carts) = &service.carts {
        let marks = of_periods(&carts.periods, |carts| of_rate(&carts.abandoned));
        let measure = Measure::share("of carts");
        trends.push(trend("Carts left", measure, marks, level));
    }
    if let Some(email) = &dashboard.conversion.email {
        let rate = |name: &str, of: fn(&EmailFigures) -> Mark| {
            let marks = of_periods(&email.periods, of);
            trend(name, Measure::share("of e-mails delivered"), marks, level)
        };
        trends.push(rate("E-mails opened", |mails| of_rate(&mails.opened)));
        trends.push(rate("E-mails clicked", |mails| of_rate(&mails.clicked)));
    }
    trends.retain(|trend| {
        trend
            .marks
            .iter()
            .filter(|mark| mark.value().is_some())
            .count()
            > 1
    });
    trends
}

fn by_period<F>(figures: &Breakdown<F>, mark: impl Fn(&F) -> Mark) -> Vec<(String, Mark)> {
    of_periods(&figures.periods, mark)
}

fn of_periods<F>(periods: &[PeriodFigures<F>], mark: impl Fn(&F) -> Mark) -> Vec<(String, Mark)> {
    let marks = periods.iter();
    marks
        .map(|period| (period.name.clone(), mark(&period.figures)))
        .collect()
}

fn trend(name: &str, measure: Measure, marks: Vec<(String, Mark)>, level: f64) -> Trend {
    let (periods, marks) = marks.into_iter().unzip();
    Trend {
        name: name.to_owned(),
        measure,
        periods,
        marks,
        level,
        calendar: Calendar::Free,
    }
}

/// Who bought and for how much, of the periods that are over.
fn conversion(dashboard: &Dashboard, level: f64) -> Vec<Trend> {
    let Some(by_period) = &dashboard.conversion.by_period else {
        return Vec::new();
    };
    let over = || by_period.periods.iter().filter(|period| period.over);
    let of = |mark: fn(&PeriodConversion) -> Mark| -> Vec<(String, Mark)> {
        over()
            .map(|period| (period.name.clone(), mark(period)))
            .collect()
    };
    let value = Measure::new("value of a conversion");
    let order_values = of(|one| of_mean(&one.order_value));
    let has_values = order_values
        .iter()
        .any(|(_, mark)| mark.value().is_some_and(|it| it != 0.0));
    let order_value = has_values.then(|| trend("Order value", value, order_values, level));
    let share = Measure::share("of persons who were there");
    let bought = Trend {
        calendar: Calendar::grows(over().map(|period| period.window)),
        ..trend("Bought", share, of(|one| of_rate(&one.bought)), level)
    };
    std::iter::once(bought).chain(order_value).collect()
}

/// What retention is a share of, in a line.
pub(crate) fn retention_is(dashboard: &Dashboard) -> String {
    let days = f64::from(dashboard.customers.retention.active_seconds) / 86_400.0;
    format!(
        "of customers active at a period's start, those active at its end (active: a purchase in the \
         last {} days)",
        words::short(days)
    )
}

/// The share of customers who stayed, of the periods that are over.
fn retention(dashboard: &Dashboard, level: f64) -> Trend {
    let retention = &dashboard.customers.retention;
    let over = || retention.periods.iter().filter(|period| period.over);
    let marks = over().map(|period| (period.name.clone(), of_rate(&period.retention)));
    let windows = over().map(|period| period.window);
    Trend {
        calendar: Calendar::before(windows, retention.active_seconds),
        ..trend(
            "Retention",
            Measure::share(retention_is(dashboard)),
            marks.collect(),
            level,
        )
    }
}

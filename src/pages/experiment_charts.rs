//! What experiments found.

use crate::experiment::{GeoCourse, GeoLift, GeoPeriod, PersonLift};
use crate::pages::words;
use crate::report::chart::{Chart, Forest, Lines, Mark, Measure, Size};

/// One experiment's effect, as a share of what would have come without it.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    pub(crate) name: String,
    pub(crate) lift: Mark,
    pub(crate) truth: Option<f64>,
    level: f64,
}

impl Found {
    pub(crate) fn of_persons(name: String, lift: &PersonLift) -> Self {
        let relative = lift.relative.as_ref();
        let ends = relative.and_then(|relative| relative.interval);
        let mark = Mark::new(relative.map(|relative| relative.estimate));
        Self {
            name,
            lift: ends.map_or(mark, |ends| mark.with_interval(ends.low(), ends.high())),
            truth: None,
            level: lift.conversions.interval.level().get(),
        }
    }

    pub(crate) fn of_geos(name: String, lift: &GeoLift) -> Self {
        let without = Some(lift.counterfactual()).filter(|outcome| *outcome > 0.0);
        let share = |change: f64| without.map(|without| change / without);
        let ends = lift.interval;
        Self {
            name,
            lift: Mark::new(share(lift.outcome_change))
                .with_interval(share(ends.low()), share(ends.high())),
            truth: None,
            level: ends.level().get(),
        }
    }

    /// Whether the interval leaves no effect out.
    fn is_sure(&self) -> bool {
        let ends = self.lift.interval();
        ends.is_some_and(|(low, high)| low > 0.0 || high < 0.0)
    }
}

/// The effect of each experiment beside none.
pub(crate) fn lifts(found: &[Found]) -> Option<Chart> {
    if found.is_empty() {
        return None;
    }
    let known = found.iter().any(|one| one.truth.is_some());
    let names = found.iter().map(|one| one.name.clone());
    let mut forest = Forest::new(Measure::share("more than without"), names)
        .with_series(
            if known { "estimate" } else { "" },
            found.iter().map(|one| one.lift),
        )
        .with_reference(0.0, "no effect");
    if known {
        forest = forest.with_series("truth", found.iter().map(|one| one.truth));
    }
    let title = lifts_title(found);
    let mut levels: Vec<String> = found.iter().map(|one| words::percent(one.level)).collect();
    levels.sort_unstable();
    levels.dedup();
    let chart = Chart::new(title, forest).with_size(Size::Half);
    Some(chart.with_subtitle(format!(
        "Effect in percent of what came without the change, {} intervals",
        levels.join(" and ")
    )))
}

fn lifts_title(found: &[Found]) -> String {
    let sure: Vec<&Found> = found.iter().filter(|one| one.is_sure()).collect();
    match (found, sure.as_slice()) {
        ([only], []) => format!("{}: no effect beyond chance", only.name),
        (_, []) => format!(
            "None of {} tests found an effect beyond chance",
            found.len()
        ),
        ([_], [only]) => {
            let lift = only.lift.value().unwrap_or(0.0);
            format!("{}: {} beyond chance", only.name, words::change(lift))
        }
        _ => {
            let (sure, all) = (sure.len(), found.len());
            format!("{sure} of {all} tests found an effect beyond chance")
        }
    }
}

/// Outcome and counterfactual by period, and the effect as it adds up.
pub(crate) fn course(name: &str, course: &GeoCourse) -> Vec<Chart> {
    let periods = course.periods();
    let during: Vec<&GeoPeriod> = periods.iter().filter(|period| period.in_test).collect();
    if during.is_empty() {
        return Vec::new();
    }
    vec![beside(name, periods, &during), added_up(name, &during)]
}

fn outcome() -> Measure {
    Measure::new("outcome").with_digits(0)
}

fn beside(name: &str, periods: &[GeoPeriod], during: &[&GeoPeriod]) -> Chart {
    let lines = Lines::new(
        outcome(),
        periods.iter().map(|period| period.day.to_string()),
    )
    .with_series("expected", periods.iter().map(expected))
    .with_series("actual", periods.iter().map(|period| period.outcome))
    .with_divider(periods.len() - during.len(), "test");
    let sum = |each: fn(&GeoPeriod) -> f64| during.iter().map(|period| each(period)).sum::<f64>();
    let (actual, expected) = (sum(|period| period.outcome), sum(|period| period.expected));
    let title = if expected > 0.0 {
        let apart = words::change(actual / expected - 1.0);
        format!("{name}: {apart} beside what was to be expected")
    } else {
        format!("{name}: outcome and what was to be expected")
    };
    let effect = during.iter().find_map(|period| period.effect);
    let band = effect.map_or_else(String::new, |effect| {
        let level = words::level(effect.interval().level());
        format!(", with the {level} band of each period of the test")
    });
    let chart = Chart::new(title, lines).with_size(Size::Half);
    chart.with_subtitle(format!(
        "Outcome of the treated geos by period, and that expected from the other geos{band}"
    ))
}

/// What was to be expected, as sure as the effect is: what is left of the outcome without it.
fn expected(period: &GeoPeriod) -> Mark {
    let mark = Mark::new(period.expected);
    match period.effect {
        Some(effect) => mark.with_interval(
            period.outcome - effect.high(),
            period.outcome - effect.low(),
        ),
        None => mark,
    }
}

fn added_up(name: &str, during: &[&GeoPeriod]) -> Chart {
    let days = during.iter().map(|period| period.day.to_string());
    let sums = during.iter().map(|period| Mark::from(period.cumulative));
    let lines = Lines::new(outcome(), days)
        .with_series("", sums)
        .with_zero(true);
    let last = during.last().and_then(|period| period.cumulative);
    let title = match last {
        Some(sum) if !sum.interval().contains(0.0) => {
            let [value, low, high] = [sum.value(), sum.low(), sum.high()].map(words::short);
            format!("{name}: {value} ({low} to {high}) by the end of the test")
        }
        Some(_) => format!("{name}: no effect beyond chance by the end of the test"),
        None => format!("{name}: the effect as it adds up"),
    };
    let band = last.map_or_else(String::new, |sum| {
        format!(", {} band", words::level(sum.interval().level()))
    });
    let chart = Chart::new(title, lines).with_size(Size::Half);
    chart.with_subtitle(format!(
        "Effect from the start of the test to each period{band} of one look"
    ))
}

//! Who serves, how persons are known, and where devices lose them.

use crate::kpi::customers::IdentityMatch;
use crate::kpi::map::{FrictionPoint, JourneyMap};
use crate::kpi::service::{Served, ServiceTeams, VoiceOfCustomer};
use crate::pages::apart::{surely_first, told_apart};
use crate::pages::kpi_trends::{LEVEL, ends_of, measure, of_rate, of_score, told, with_intervals};
use crate::pages::largest::Largest;
use crate::pages::{friction, words};
use crate::report::chart::{Chart, Forest, HeatMap, Mark, Measure, Size};
use crate::report::{Cell, Table};
use crate::stats::Proportion;

/// The names that a chart shows.
const MOST: usize = 15;

/// Satisfaction by team, or by agent where no teams are named.
pub(crate) fn teams(teams: &ServiceTeams) -> Option<Chart> {
    let (what, served) = match teams.teams.len() {
        0 | 1 => ("agent", &teams.agents),
        _ => ("team", &teams.teams),
    };
    let known: Vec<&Served> = served
        .iter()
        .filter(|one| one.figures.overall.satisfaction.rate.is_some())
        .collect();
    let sizes: Vec<f64> = known
        .iter()
        .map(|one| one.figures.overall.interactions as f64)
        .collect();
    let order = Largest::of(&sizes, sizes.len()).named;
    let shown: Vec<&Served> = order.iter().take(MOST).map(|&at| known[at]).collect();
    let whole = &teams.whole.overall;
    let satisfied = whole.satisfaction.rate?;
    let forest = Forest::new(
        Measure::share("satisfied"),
        shown.iter().map(|one| one.name.clone()),
    )
    .with_series(
        "",
        shown
            .iter()
            .map(|one| of_rate(&one.figures.overall.satisfaction)),
    )
    .with_reference(satisfied, "all");
    let title = format!(
        "{} are satisfied with service; {} of cases are worked on jointly",
        told(&of_rate(&whole.satisfaction), words::percent),
        match whole.joint.rate {
            Some(_) => told(&of_rate(&whole.joint), words::percent),
            None => "no share".to_owned(),
        }
    );
    let chart = Chart::new(title, forest).with_table(team_table(served));
    let chart = chart.with_size(Size::Half);
    Some(chart.with_subtitle(format!(
        "Answers on satisfaction by {what}, most interactions on top, {}",
        with_intervals(whole.satisfaction.interval)
    )))
}

fn team_table(served: &[Served]) -> Table {
    let share = |rate: &Proportion| {
        let ends = rate.interval;
        let cell = Cell::percent(rate.rate, 1);
        cell.with_interval(ends.map(|ends| ends.low()), ends.map(|ends| ends.high()))
    };
    let columns = [
        "",
        "customers",
        "interactions",
        "from another channel",
        "resolved",
        "joint",
        "satisfied",
        "with a tool",
    ];
    let rows = served.iter().map(|one| {
        let figures = &one.figures.overall;
        [
            Cell::from(&one.name),
            Cell::count(figures.persons),
            Cell::count(figures.interactions),
            share(&figures.across_channels),
            Cell::count(figures.resolved),
            share(&figures.joint),
            share(&figures.satisfaction),
            figures.tool.as_ref().map(share).into(),
        ]
    });
    Table::new(columns).with_rows(rows)
}

/// What those who serve answer themselves, a chart for each question.
pub(crate) fn agents(voice: &VoiceOfCustomer) -> Vec<Chart> {
    let chart = |question: &crate::kpi::service::QuestionVoice| {
        let overall = question.scores.overall;
        let figure = overall.score.figure()?;
        let unit = measure(question.scale);
        let periods = &question.scores.periods;
        let names = std::iter::once("all".to_owned())
            .chain(periods.iter().map(|period| period.name.clone()));
        let marks = std::iter::once(of_score(&overall.score))
            .chain(periods.iter().map(|period| of_score(&period.figures.score)));
        let title = format!("Agents on {}: {}", question.question, unit.written(figure));
        let forest = Forest::new(unit, names).with_series("", marks);
        let chart = Chart::new(title, forest).with_size(Size::Half);
        Some(chart.with_subtitle(format!(
            "Answers of those who serve, {} of {} persons, {}",
            overall.answers,
            overall.persons,
            with_intervals(ends_of(&overall.score))
        )))
    };
    voice.questions.iter().filter_map(chart).collect()
}

/// How well persons are known.
pub(crate) fn identity(matched: &IdentityMatch) -> Option<Chart> {
    let rows = [
        ("known by more than a device", &matched.known),
        ("joined from several identifiers", &matched.joined),
        ("buyers with a touch", &matched.buyers_with_touch),
    ];
    let known = words::percent(matched.known.rate?);
    let forest = Forest::new(Measure::share("of persons"), rows.map(|(name, _)| name))
        .with_series("", rows.map(|(_, rate)| of_rate(rate)));
    let persons = words::count(matched.population as f64);
    let title = format!("{known} of {persons} persons are known by more than a device");
    let chart = Chart::new(title, forest).with_size(Size::Half);
    Some(chart.with_subtitle(format!(
        "Identity match rate, {}",
        with_intervals(matched.known.interval)
    )))
}

/// How journeys through each step convert, by device.
pub(crate) fn by_device(devices: &[(String, &JourneyMap)]) -> Option<Chart> {
    let used = devices.iter().filter(|(_, map)| map.population > 0);
    let devices: &[(String, &JourneyMap)] = &used.cloned().collect::<Vec<_>>();
    if devices.len() < 2 {
        return None;
    }
    let mut steps: Vec<(&str, u64)> = Vec::new();
    for step in devices.iter().flat_map(|(_, map)| &map.steps) {
        match steps.iter_mut().find(|(name, _)| *name == step.step) {
            Some((_, visits)) => *visits += step.visits,
            None => steps.push((&step.step, step.visits)),
        }
    }
    steps.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    steps.truncate(MOST);
    let rate = |map: &JourneyMap, step: &str| {
        let known = map.steps.iter().find(|one| one.step == step);
        known.and_then(|one| one.conversion.rate)
    };
    let title = friction_by_device(devices).unwrap_or_else(|| most_often(devices));
    let names = devices.iter().map(|(name, _)| name.clone());
    let map = HeatMap::new(
        Measure::share("of journeys through the step that convert"),
        names,
    );
    let map = steps.iter().fold(map, |map, (step, _)| {
        map.with_row(*step, devices.iter().map(|(_, map)| rate(map, step)))
    });
    Some(
        Chart::new(title, map)
            .with_size(Size::Half)
            .with_table(friction_table(devices, &steps))
            .with_subtitle("Conversion of journeys through each step, by device"),
    )
}

/// The steps and devices that lose conversions, in a sentence; none where none does.
pub(crate) fn friction_by_device(devices: &[(String, &JourneyMap)]) -> Option<String> {
    let mut places: Vec<(String, &FrictionPoint)> = devices
        .iter()
        .flat_map(|(device, map)| {
            let losing = friction::losing(&map.friction, devices.len());
            let named = losing.into_iter();
            named.map(move |point| (format!("{} on {device}", point.step), point))
        })
        .collect();
    places.sort_by(|a, b| b.1.lost.count.total_cmp(&a.1.lost.count));
    friction::sentence(&places)
}

/// The device on which journeys surely convert more often.
fn most_often(devices: &[(String, &JourneyMap)]) -> String {
    let marks: Vec<Mark> = devices
        .iter()
        .map(|(_, map)| of_rate(&map.conversion))
        .collect();
    let name = |at: usize| &devices[at].0;
    let level = devices
        .iter()
        .find_map(|(_, map)| map.conversion.interval.map(|ends| ends.level().get()));
    let apart = told_apart(&marks, level.unwrap_or(LEVEL));
    match (surely_first(&marks), apart) {
        (Some(first), _) => format!("Journeys on {} convert most often", name(first)),
        (_, Some((more, less))) => format!(
            "Journeys on {} convert more often than those on {}",
            name(more),
            name(less)
        ),
        _ => "Journeys on no device surely convert more often than on another".to_owned(),
    }
}

fn friction_table(devices: &[(String, &JourneyMap)], steps: &[(&str, u64)]) -> Table {
    let heading = std::iter::once("step").chain(devices.iter().map(|(name, _)| name.as_str()));
    let rows = steps.iter().map(|(step, _)| {
        let cells = devices.iter().map(move |(_, map)| {
            let known = map.steps.iter().find(|one| one.step == *step);
            let rate = known.map(|one| of_rate(&one.conversion));
            let mark = rate.unwrap_or(Mark::MISSING);
            let (low, high) = mark.interval().unzip();
            Cell::percent(mark.value(), 1).with_interval(low, high)
        });
        std::iter::once(Cell::from(*step)).chain(cells)
    });
    Table::new(heading).with_rows(rows)
}

//! Steps at which conversions are lost.

use crate::journeys::Journeys;
use crate::kpi::KpiOptions;
use crate::kpi::map::{FrictionPoint, JourneyMap, Steps};
use crate::pages::apart::surely_first;
use crate::pages::kpi_trends::told;
use crate::pages::words;
use crate::report::chart::{Bars, Chart, Mark, Measure, Size};

/// The steps that a chart shows.
const MOST: usize = 15;
/// The fewest journeys with a conversion, and the fewest without, of which it is said that none is
/// lost at a step.
const FEWEST: u64 = 10;

/// The steps that lose conversions by the test that is adjusted for all steps of so many maps, the
/// greatest loss first.
pub(crate) fn losing(points: &[FrictionPoint], maps: usize) -> Vec<&FrictionPoint> {
    let is_told = |point: &&FrictionPoint| {
        let level = point.lost.interval.map(|ends| ends.level().get());
        let adjusted = point.lost.adjusted_p_value;
        level
            .zip(adjusted)
            .is_some_and(|(level, p)| maps as f64 * p < 1.0 - level)
    };
    let mut told: Vec<&FrictionPoint> = points.iter().filter(is_told).collect();
    told.sort_by(|a, b| b.lost.count.total_cmp(&a.lost.count));
    told
}

/// Why it cannot be said that no step loses any; none where it can.
pub(crate) fn unknown(map: &JourneyMap) -> Option<&'static str> {
    let converted = map.conversion.count;
    let others = map.conversion.population.saturating_sub(converted);
    let visited = map.steps.iter().filter(|step| step.visits > 0);
    match (visited.count(), converted.min(others)) {
        (0 | 1, _) => Some("too few steps to compare"),
        (_, ..FEWEST) => Some("too few journeys with a purchase, or without"),
        _ => None,
    }
}

/// The conversions lost at a step, with their interval.
pub(crate) fn lost(point: &FrictionPoint) -> String {
    told(&mark(point), words::short)
}

fn mark(point: &FrictionPoint) -> Mark {
    let ends = point.lost.interval;
    let mark = Mark::new(point.lost.count);
    ends.map_or(mark, |ends| mark.with_interval(ends.low(), ends.high()))
}

/// Which of the places lose conversions; each is named beside its figures. None for none.
pub(crate) fn sentence(places: &[(String, &FrictionPoint)]) -> Option<String> {
    let marks: Vec<Mark> = places.iter().map(|(_, point)| mark(point)).collect();
    let names: Vec<&str> = places.iter().map(|(name, _)| name.as_str()).collect();
    match places {
        [] => None,
        [(name, point)] => Some(format!("{name} loses conversions: {}", lost(point))),
        [(name, point), ..] if surely_first(&marks) == Some(0) => {
            Some(format!("{name} loses most conversions: {}", lost(point)))
        }
        _ => Some(format!("{} lose conversions", words::listed(&names))),
    }
}

/// The channels as steps of journeys; none of journeys without persons.
fn over_channels(journeys: &Journeys) -> Option<JourneyMap> {
    let steps = Steps::channels(journeys.channels());
    JourneyMap::new(journeys, &steps, &KpiOptions::default()).ok()
}

/// The channels over which journeys convert less often than others, in a sentence.
fn less_often(told: &[&FrictionPoint]) -> String {
    let names: Vec<&str> = told.iter().map(|point| point.step.as_str()).collect();
    format!(
        "Journeys over {} convert less often than others",
        words::listed(&names)
    )
}

/// The channels over which journeys convert less often than others; none of journeys without persons,
/// or where no channel loses beyond chance.
pub(crate) fn lost_journeys(journeys: &Journeys) -> Option<(String, String)> {
    let map = over_channels(journeys)?;
    let told = losing(&map.friction, 1);
    let each = told.iter().take(3);
    let each: Vec<String> = each
        .map(|point| format!("{} {}", point.step, lost(point)))
        .collect();
    let figures = format!(
        "conversions fewer than at the mean of all: {}",
        each.join(", ")
    );
    (!told.is_empty()).then(|| (less_often(&told), figures))
}

/// Conversions fewer than at the mean of all journeys, by channel touched.
pub(crate) fn by_channel(journeys: &Journeys) -> Option<Chart> {
    let map = over_channels(journeys)?;
    let told = losing(&map.friction, 1);
    let title = match (told.is_empty(), unknown(&map)) {
        (false, _) => less_often(&told),
        (true, None) => {
            "No channel is on journeys that convert less often, beyond chance".to_owned()
        }
        (true, Some(why)) => {
            format!("Whether journeys over some channel convert less often is not known: {why}")
        }
    };
    let chart = Chart::new(title, bars(&map)?).with_size(Size::Half);
    Some(chart.with_subtitle(
        "Friction: conversions fewer than at the mean of all journeys, by channel touched, with the \
         interval of each alone; the title's test is adjusted for the number of channels. Who \
         touches a channel may differ from others",
    ))
}

/// The conversions lost at each of the first steps; none where no step has fewer than the mean.
fn bars(map: &JourneyMap) -> Option<Bars> {
    let shown = &map.friction[..map.friction.len().min(MOST)];
    let bars = Bars::new(
        Measure::new("conversions lost").with_digits(1),
        shown.iter().map(|point| point.step.clone()),
    );
    (!shown.is_empty()).then(|| bars.with_series("", shown.iter().map(mark)))
}

/// The conversions lost at each step; none where no step has fewer than the mean.
pub(crate) fn chart(map: &JourneyMap) -> Option<Chart> {
    let bars = bars(map)?;
    let told = losing(&map.friction, 1);
    let told: Vec<_> = told
        .into_iter()
        .map(|point| (point.step.clone(), point))
        .collect();
    let title = match (sentence(&told), unknown(map)) {
        (Some(sentence), _) => sentence,
        (None, None) => "No step loses conversions beyond chance".to_owned(),
        (None, Some(why)) => format!("Where conversions are lost is not known: {why}"),
    };
    let chart = Chart::new(title, bars).with_size(Size::Half);
    Some(chart.with_subtitle(
        "Conversions lost at a step against the mean of all, with the interval of each alone; \
         the title's test is adjusted for the number of steps",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Event, Events};
    use crate::journeys::JourneyOptions;

    /// Persons who see search and then one of two channels; of a hundred of each, so many buy.
    fn journeys(buyers: [u64; 2]) -> Journeys {
        let mut log = Events::new();
        for person in 0..400u64 {
            let side = (person % 2) as usize;
            let time = 1_767_225_600;
            log.push(Event::touch(person, time, "search")).unwrap();
            log.push(Event::touch(person, time + 60, ["chat", "store"][side]))
                .unwrap();
            if person / 2 % 100 < buyers[side] {
                log.push(Event::conversion(person, time + 120)).unwrap();
            }
        }
        Journeys::from_events(&log, JourneyOptions::default()).unwrap()
    }

    #[test]
    fn a_channel_loses_conversions_only_beyond_chance() {
        let (finding, figures) = lost_journeys(&journeys([5, 40])).unwrap();
        assert_eq!(finding, "Journeys over chat convert less often than others");
        // 10 of 200 where 22.5 % of all convert: 35 fewer
        assert!(figures.contains("chat 35.0 ("), "{figures}");
        assert_eq!(lost_journeys(&journeys([20, 24])), None);
        let title = |buyers| by_channel(&journeys(buyers)).unwrap().title().to_owned();
        assert_eq!(title([5, 40]), finding);
        assert_eq!(
            title([20, 24]),
            "No channel is on journeys that convert less often, beyond chance"
        );
    }
}

//! Kinds of journeys in words that stand alone.

use crate::kpi::dashboard::Dashboard;
use crate::kpi::journeys::{Breakdown, ChannelUse, JourneyKind};
use crate::pages::apart::surely_first;
use crate::pages::kpi_trends::{of_rate, told};
use crate::pages::words;
use crate::privacy::OTHER;
use crate::report::chart::Mark;

/// The kind of journey that surely brings the largest part of purchases.
pub(crate) fn largest(dashboard: &Dashboard) -> Option<String> {
    let kinds = &dashboard.conversion.journey_kinds.kinds;
    let marks: Vec<Mark> = kinds.iter().map(|kind| of_rate(&kind.purchases)).collect();
    let first = surely_first(&marks)?;
    // a log without offline channels has one kind, which says nothing
    let whole = kinds[first].purchases;
    if whole.count == whole.population {
        return None;
    }
    let share = told(&marks[first], words::percent);
    Some(match kinds[first].kind {
        JourneyKind::Unknown => format!("{share} of purchases have no contact on record"),
        kind => format!("{share} of purchases come by journeys {kind}"),
    })
}

/// A kind of journey in words that stand alone.
pub(crate) fn named(name: &str) -> String {
    match name == JourneyKind::Unknown.name() {
        true => "no contact on record".to_owned(),
        false => name.to_owned(),
    }
}

/// Figures by channels used and by kind of journey, in words that stand alone.
pub(crate) fn groups<F, M>(figures: &Breakdown<F>, of: impl Fn(&F) -> M) -> Vec<(String, M)> {
    let uses = figures.by_use.iter();
    // who was in no contact has a journey of no known kind
    let uses = uses.filter(|group| group.group != ChannelUse::None.name());
    let uses = uses.map(|group| (group.group.clone(), of(&group.figures)));
    let kinds = figures.by_kind.iter().map(|group| {
        let name = match group.group.as_str() {
            OTHER => "(other kinds)".to_owned(),
            kind => named(kind),
        };
        (name, of(&group.figures))
    });
    uses.chain(kinds).collect()
}

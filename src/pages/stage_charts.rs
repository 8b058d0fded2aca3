//! How far journeys come along the stages of a purchase.

use crate::kpi::map::JourneyMap;
use crate::pages::kpi_trends::of_rate;
use crate::pages::words;
use crate::report::chart::{Bars, Chart, Mark, Measure, Size};

/// The row of journeys with a purchase, which a stage of that name is not.
const BOUGHT: &str = "ended in a purchase";

/// The share of journeys that reach each stage, and that convert; none without two stages.
pub(crate) fn funnel(map: &JourneyMap) -> Option<Chart> {
    // a stage that no channel is of cannot be reached
    let used = map.steps.iter().filter(|step| step.visits > 0);
    let reached = used.map(|step| (&*step.step, &step.reached));
    let stages: Vec<(&str, Mark)> = reached
        .chain([(BOUGHT, &map.conversion)])
        .map(|(name, rate)| (name, of_rate(rate)))
        .filter(|(_, mark)| mark.value().is_some())
        .collect();
    if stages.len() < 3 {
        return None;
    }
    let bars = Bars::new(
        Measure::share("of journeys"),
        stages.iter().map(|(name, _)| match *name {
            BOUGHT => BOUGHT.to_owned(),
            stage => format!("{stage} channels"),
        }),
    )
    .with_series("", stages.iter().map(|(_, mark)| *mark));
    let chart = Chart::new(title(&stages), bars).with_size(Size::Half);
    Some(chart.with_subtitle(
        "Journeys with a touch of a channel of each stage, and those that ended in a purchase; \
         stages may be left out",
    ))
}

/// Where the share falls most, of falls between intervals that do not overlap.
fn title(stages: &[(&str, Mark)]) -> String {
    let falls = stages.windows(2).filter_map(|pair| {
        let ((from, before), (to, after)) = (pair[0], pair[1]);
        let sure = before.interval()?.0 > after.interval()?.1;
        let (before, after) = (before.value()?, after.value()?);
        sure.then_some((from, to, before, after))
    });
    let most = falls.max_by(|a, b| (a.2 - a.3).total_cmp(&(b.2 - b.3)));
    match most {
        Some((from, to, before, after)) => {
            let [before, after] = [before, after].map(words::percent);
            let end = match to {
                BOUGHT => format!("{after} end in a purchase"),
                stage => format!("{after} {stage} channels"),
            };
            format!("{before} of journeys touch {from} channels and {end}: the largest fall")
        }
        None => "No stage is surely touched less often than the one before".to_owned(),
    }
}

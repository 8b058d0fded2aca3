//! How far journeys come along the stages of a purchase.

use crate::kpi::map::JourneyMap;
use crate::pages::kpi_trends::{of_rate, told};
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

/// Where the share falls surely, and most of all if that is sure too: by intervals that do not overlap.
fn title(stages: &[(&str, Mark)]) -> String {
    let pairs = stages.windows(2).map(|pair| (pair[0], pair[1]));
    let pairs: Vec<_> = pairs
        .filter_map(|pair| Some((pair, fall(&pair.0.1, &pair.1.1)?)))
        .collect();
    let sure = pairs.iter().filter(|(_, (least, _))| *least > 0.0);
    let Some((pair, (least, _))) = sure.max_by(|a, b| a.1.0.total_cmp(&b.1.0)) else {
        return "No stage is surely touched less often than the one before".to_owned();
    };
    let ((from, before), (to, after)) = pair;
    let [before, after] = [before, after].map(|mark| told(mark, words::percent));
    let end = match *to {
        BOUGHT => format!("{after} end in a purchase"),
        stage => format!("{after} {stage} channels"),
    };
    let mut others = pairs.iter().filter(|(other, _)| other != pair);
    let rank = match others.all(|(_, (_, most))| most < least) {
        true => "the largest fall",
        false => "which fall is the largest cannot be told",
    };
    format!("{before} of journeys touch {from} channels and {end}: {rank}")
}

/// The least and the most that the share falls by, by both intervals.
fn fall(before: &Mark, after: &Mark) -> Option<(f64, f64)> {
    let ((low, high), (least, most)) = (before.interval()?, after.interval()?);
    Some((low - most, high - least))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fall_is_the_largest_only_where_intervals_say_so() {
        let mark =
            |(value, half): (f64, f64)| Mark::new(value).with_interval(value - half, value + half);
        let of = |shares: [(f64, f64); 3]| {
            let names = ["discovery", "consideration", BOUGHT];
            title(&std::array::from_fn::<_, 3, _>(|at| {
                (names[at], mark(shares[at]))
            }))
        };
        let start = "80 % (79 % to 81 %) of journeys touch discovery channels and ";
        assert_eq!(
            of([(0.8, 0.01), (0.3, 0.01), (0.2, 0.01)]),
            format!("{start}30 % (29 % to 31 %) consideration channels: the largest fall")
        );
        assert_eq!(
            of([(0.8, 0.01), (0.5, 0.01), (0.19, 0.01)]),
            "50 % (49 % to 51 %) of journeys touch consideration channels and 19 % (18 % to 20 %) end \
             in a purchase: which fall is the largest cannot be told"
        );
        assert_eq!(
            of([(0.8, 0.3), (0.5, 0.3), (0.2, 0.3)]),
            "No stage is surely touched less often than the one before"
        );
    }
}

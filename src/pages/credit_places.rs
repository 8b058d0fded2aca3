//! Where in journeys credit lies, and what the window changes.

use crate::attribution::{AttributionModel, ComparisonTable, ModelTable, stream_credits};
use crate::error::Result;
use crate::journeys::Journeys;
use crate::pages::apart::{surely_first, told_apart};
use crate::pages::kpi_trends::told;
use crate::pages::largest::Largest;
use crate::pages::main_model::{credits, names, shares};
use crate::pages::words;
use crate::report::chart::{Chart, HeatMap, Mark, Measure, Size};
use crate::stats::ConfidenceLevel;
use crate::stats::wilson::wilson;

/// The channels that a chart names.
const MOST: usize = 11;
/// The least share of all credit that a title speaks of.
const LARGE: f64 = 0.02;
/// The level of intervals.
const LEVEL: ConfidenceLevel = ConfidenceLevel::P90;
/// The share of credit up to which a window moves nothing.
const NOTHING: f64 = 0.005;

/// Conversions credited to each channel's touches early, in the middle and late in journeys.
#[derive(Debug, Clone)]
pub(crate) struct Stages {
    model: String,
    channels: Vec<(String, [f64; 3])>,
}

impl Stages {
    pub(crate) fn new<M: AttributionModel + ?Sized>(
        journeys: &Journeys,
        model: &M,
        name: String,
    ) -> Result<Self> {
        let mut sums = vec![[0.0; 3]; journeys.channels().len()];
        stream_credits(journeys, model, |credit| {
            let count = credit.shares.len();
            for (at, touch) in credit.touches().enumerate() {
                sums[touch.channel.index()][stage(at, count)] += touch.conversions;
            }
            Ok(())
        })?;
        let names = journeys.channels().iter().map(str::to_owned);
        Ok(Self {
            model: name,
            channels: names.zip(sums).collect(),
        })
    }

    pub(crate) fn chart(&self) -> Option<Chart> {
        let sizes: Vec<f64> = self
            .channels
            .iter()
            .map(|(_, sums)| sums.iter().sum())
            .collect();
        let all: f64 = sizes.iter().map(|size| size.max(0.0)).sum();
        let shown: Vec<usize> = Largest::of(&sizes, sizes.len())
            .named
            .into_iter()
            .filter(|&at| sizes[at] > 0.0)
            .take(MOST)
            .collect();
        let part = |at: usize, stage: usize| self.channels[at].1[stage] / sizes[at];
        let map = HeatMap::new(
            Measure::share("of the channel's credit").with_digits(0),
            ["early", "middle", "late"],
        );
        let map = shown.iter().fold(map, |map, &at| {
            map.with_row(&self.channels[at].0, (0..3).map(|stage| part(at, stage)))
        });
        // journeys of one touch have no stages
        if shown.iter().all(|&at| part(at, 2) >= 1.0) {
            return None;
        }
        let large = shown.iter().filter(|&&at| sizes[at] > LARGE * all);
        let [early, late] = [0, 2].map(|stage| {
            let mark = |&at: &usize| {
                let share = share(part(at, stage), sizes[at]);
                (self.channels[at].0.as_str(), share)
            };
            End::of(&large.clone().map(mark).collect::<Vec<_>>())
        });
        let title = title(early, late);
        let chart = Chart::new(title, map).with_size(Size::Half);
        Some(chart.with_subtitle(format!(
            "Credit by {} to the first quarter of a journey's touches, to the last, and between; {} \
             intervals as if each conversion credited were one person's",
            self.model,
            words::level(LEVEL)
        )))
    }
}

/// A share of a channel's credit, with the interval of as many conversions; credit below zero has none.
fn share(part: f64, credit: f64) -> Mark {
    let mark = Mark::new(part);
    if !(0.0..=1.0).contains(&part) {
        return mark;
    }
    let ends = wilson(part, credit, LEVEL);
    mark.with_interval(ends.low(), ends.high())
}

/// A channel with its share of credit in a stage.
type Named<'a> = (&'a str, String);

/// Whose credit surely lies in a stage.
enum End<'a> {
    /// One channel's more than all others'.
    First(Named<'a>),
    /// One channel's more than another's.
    Pair(Named<'a>, Named<'a>),
    Unknown,
}

impl<'a> End<'a> {
    fn of(channels: &[(&'a str, Mark)]) -> Self {
        let marks: Vec<Mark> = channels.iter().map(|(_, mark)| *mark).collect();
        let named = |at: usize| (channels[at].0, told(&marks[at], words::percent));
        let only = (marks.len() == 1).then_some(0);
        match (
            only.or_else(|| surely_first(&marks)),
            told_apart(&marks, LEVEL.get()),
        ) {
            (Some(first), _) => Self::First(named(first)),
            (None, Some((more, less))) => Self::Pair(named(more), named(less)),
            (None, None) => Self::Unknown,
        }
    }
}

/// Whose credit surely lies early more than others', and whose late.
fn title(early: End<'_>, late: End<'_>) -> String {
    match (early, late) {
        (End::First((first, early)), End::First((last, late))) if first == last => {
            format!("{first} has {early} of its credit early and {late} late")
        }
        (End::First((first, early)), End::First((last, late))) => {
            format!("{first} has {early} of its credit early, {last} {late} late")
        }
        (End::First((first, early)), _) => {
            format!("{first} has {early} of its credit early, more than all others")
        }
        (_, End::First((last, late))) => {
            format!("{last} has {late} of its credit late, more than all others")
        }
        (_, End::Pair((more, most), (less, least))) => {
            format!("{more} has {most} of its credit late, {less} {least}")
        }
        (End::Pair((more, most), (less, least)), _) => {
            format!("{more} has {most} of its credit early, {less} {least}")
        }
        _ => "Channels cannot be told apart by where in journeys their credit lies".to_owned(),
    }
}

/// Early, middle or late: the first and the last quarter of touches, rounded, at least one touch
/// each; a single touch is late.
fn stage(at: usize, count: usize) -> usize {
    let quarter = ((count as f64 / 4.0).round() as usize).max(1);
    match at {
        _ if at + quarter >= count => 2,
        _ if at < quarter => 0,
        _ => 1,
    }
}

/// Shares of credit by window: of the main model, or if it does not mind the window, of the first
/// that does.
pub(crate) fn by_window(
    table: &ComparisonTable,
    main: &ModelTable,
    windows: &[(String, &ComparisonTable)],
) -> Option<Chart> {
    let models = std::iter::once(main).chain(table.models());
    let compared = models.filter_map(|model| Windows::new(model, windows));
    let mut compared: Vec<Windows<'_>> = compared.collect();
    let moves = |one: &Windows<'_>| one.most().is_some_and(|(moved, ..)| moved > NOTHING);
    let at = compared.iter().position(moves).unwrap_or(0);
    (at < compared.len()).then(|| compared.swap_remove(at).chart(main))
}

/// One model's shares in each window.
struct Windows<'a> {
    model: &'a ModelTable,
    names: Vec<&'a str>,
    /// By window, in the order of the model's channels.
    shares: Vec<Vec<f64>>,
}

impl<'a> Windows<'a> {
    /// None with fewer than two windows.
    fn new(model: &'a ModelTable, windows: &'a [(String, &'a ComparisonTable)]) -> Option<Self> {
        let same = windows.iter();
        let same: Vec<(&str, &ModelTable)> = same
            .filter_map(|(name, table)| Some((name.as_str(), table.model(&model.model)?)))
            .collect();
        let all = names(model);
        let of = |other: &ModelTable| -> Vec<f64> {
            let own = shares(other);
            let share = |name: &String| {
                let mut channels = other.channels.iter();
                let at = channels.position(|channel| channel.channel == *name);
                at.map_or(0.0, |at| own[at])
            };
            all.iter().map(share).collect()
        };
        (same.len() > 1).then(|| Self {
            model,
            names: same.iter().map(|(name, _)| *name).collect(),
            shares: same.iter().map(|(_, other)| of(other)).collect(),
        })
    }

    /// How much of the credit the window moves at most, and from which to which.
    fn most(&self) -> Option<(f64, usize, usize)> {
        let alike = |a: usize, b: usize| -> f64 {
            let pairs = self.shares[a].iter().zip(&self.shares[b]);
            pairs.map(|(a, b)| a.min(*b)).sum()
        };
        let pairs = (0..self.names.len()).flat_map(|b| (0..b).map(move |a| (a, b)));
        let moved = pairs.map(|(a, b)| (1.0 - alike(a, b), a, b));
        moved.max_by(|x, y| x.0.total_cmp(&y.0))
    }

    fn chart(&self, main: &ModelTable) -> Chart {
        let largest = Largest::of(&credits(self.model), MOST);
        let sums = self.shares.iter().map(|own| largest.sums(|at| own[at]));
        let sums: Vec<Vec<f64>> = sums.collect();
        let map = HeatMap::new(
            Measure::share("share of credit").with_digits(0),
            self.names.iter().copied(),
        );
        let rows = largest.names(&names(self.model));
        let map = rows.iter().enumerate().fold(map, |map, (row, name)| {
            map.with_row(name, sums.iter().map(|own| own[row]))
        });
        let model = &self.model.model;
        let chart = Chart::new(self.title(main), map).with_size(Size::Half);
        chart.with_subtitle(format!(
            "Shares of credit by {model} with touches counted for so long before a conversion"
        ))
    }

    fn title(&self, main: &ModelTable) -> String {
        let model = &self.model.model;
        match self.most() {
            Some((moved, a, b)) if moved > NOTHING => {
                let unlike = match model == &main.model {
                    true => String::new(),
                    false => format!(" by {model}, and none by {}", main.model),
                };
                format!(
                    "{} in place of {} moves {} of the credit{unlike}",
                    words::sentence(self.names[a]),
                    self.names[b],
                    words::percent(moved)
                )
            }
            _ => "The window moves no credit".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attribution::rules::Linear;
    use crate::{Outcome, PathTable};

    /// Journeys over social, e-mail and search, and the other way round.
    fn title_of([there, back]: [f64; 2]) -> String {
        let mut paths = PathTable::new();
        for (path, bought) in [
            (["social", "e-mail", "search"], there),
            (["search", "e-mail", "social"], back),
        ] {
            paths
                .push(path, Outcome::new(bought, 0.0, 0.0).unwrap())
                .unwrap();
        }
        let journeys = paths.journeys().unwrap();
        let stages = Stages::new(&journeys, &Linear, "linear".into()).unwrap();
        stages.chart().unwrap().title().to_owned()
    }

    #[test]
    fn few_conversions_leave_open_whose_credit_lies_early() {
        assert_eq!(
            title_of([6.0, 4.0]),
            "Channels cannot be told apart by where in journeys their credit lies"
        );
        // the same shares of a hundred times as many
        assert_eq!(
            title_of([600.0, 400.0]),
            "social has 60 % (56 % to 64 %) of its credit early, search 60 % (56 % to 64 %) late"
        );
    }

    #[test]
    fn channels_alike_at_the_end_differ_from_those_before() {
        // two channels close journeys as often as each other, and two stand before them
        let mut paths = PathTable::new();
        for path in [
            ["social", "search"],
            ["social", "store"],
            ["tv", "search"],
            ["tv", "store"],
        ] {
            let bought = Outcome::new(100.0, 0.0, 0.0).unwrap();
            paths.push(path, bought).unwrap();
        }
        let journeys = paths.journeys().unwrap();
        let stages = Stages::new(&journeys, &Linear, "linear".into()).unwrap();
        assert_eq!(
            stages.chart().unwrap().title(),
            "search has 100 % (97 % to 100 %) of its credit late, social 0.0 % (0.0 % to 2.6 %)"
        );
    }

    #[test]
    fn one_channel_is_told_from_no_other() {
        let mut paths = PathTable::new();
        let bought = Outcome::new(10.0, 0.0, 0.0).unwrap();
        paths.push(["tv", "tv"], bought).unwrap();
        let journeys = paths.journeys().unwrap();
        let stages = Stages::new(&journeys, &Linear, "linear".into()).unwrap();
        let title = stages.chart().unwrap().title().to_owned();
        assert!(title.starts_with("tv has 50 % ("), "{title}");
    }

    #[test]
    fn quarters_of_a_journey() {
        let stages = |count: usize| (0..count).map(|at| stage(at, count)).collect::<Vec<_>>();
        assert_eq!(stages(1), [2]);
        assert_eq!(stages(2), [0, 2]);
        assert_eq!(stages(3), [0, 1, 2]);
        assert_eq!(stages(4), [0, 1, 1, 2]);
        assert_eq!(stages(8), [0, 0, 1, 1, 1, 1, 2, 2]);
    }
}

//! Charts of journeys.

use crate::journeys::Journeys;
use crate::pages::journey_counts::{JourneyCounts, POSITIONS};
use crate::pages::largest::Largest;
use crate::pages::words;
use crate::report::chart::{Bars, Chart, Flow, FlowNode, HeatMap, Histogram, Measure, Size};
use crate::stats::{holm, normal};
use std::collections::BTreeMap;

/// The channels that a chart names.
const MOST: usize = 11;
/// The fewest conversions of a path that is shown.
const FEWEST: f64 = 10.0;
/// The most paths that are shown.
const PATHS: usize = 10;

/// The share of first touches in the last tenth of the window from which on it is told.
const CUT: f64 = 0.2;
/// Shares that chance makes as unlike more often than this are not told.
const CHANCE: f64 = 0.05;

/// The first rows that have a role more often than all others do, beyond chance of all of these
/// tests (Holm), by role, the largest share first.
fn more_often(roles: &[&Vec<f64>], wholes: &[f64], named: usize) -> Vec<Vec<usize>> {
    let all: f64 = wholes.iter().sum();
    let test = |role: &[f64], row: usize| {
        let (own, whole) = (role[row], wholes[row]);
        let (others, rest) = (role.iter().sum::<f64>() - own, all - whole);
        let pooled = (own + others) / all;
        let error = (pooled * (1.0 - pooled) * (1.0 / whole + 1.0 / rest)).sqrt();
        let z = (own / whole - others / rest) / error;
        (whole >= FEWEST && z.is_finite()).then_some((row, z, own / whole))
    };
    let rows = |role: &&Vec<f64>| -> Vec<(usize, f64, f64)> {
        (0..named).filter_map(|row| test(role, row)).collect()
    };
    let tests: Vec<Vec<(usize, f64, f64)>> = roles.iter().map(rows).collect();
    let p_values = tests.iter().flatten().map(|test| normal::two_sided(test.1));
    let p_values: Vec<f64> = p_values.collect();
    let mut adjusted = holm(&p_values).unwrap_or_default().into_iter();
    let mut told = |tests: &Vec<(usize, f64, f64)>| -> Vec<usize> {
        let own = tests.iter().zip(adjusted.by_ref());
        let mut told: Vec<_> = own
            .filter(|(test, p)| test.1 > 0.0 && *p < CHANCE)
            .map(|(test, _)| *test)
            .collect();
        told.sort_by(|a, b| b.2.total_cmp(&a.2).then(a.0.cmp(&b.0)));
        told.iter().map(|test| test.0).collect()
    };
    tests.iter().map(&mut told).collect()
}

/// Who opens and who closes journeys more often than others; names, and whether they are several.
fn roles_title(opens: (String, bool), closes: (String, bool), counts: [usize; 2]) -> String {
    let verb = |several: bool, verb: &str| match several {
        true => verb.to_owned(),
        false => format!("{verb}s"),
    };
    let (open, close) = (verb(opens.1, "open"), verb(closes.1, "close"));
    match counts {
        [0, 0] => "No channel opens or closes journeys more often than others".to_owned(),
        [_, 0] => format!("{} {open} journeys more often than others", opens.0),
        [0, _] => format!("{} {close} journeys more often than others", closes.0),
        _ => format!(
            "{} {open} journeys more often than others, {} {close} them",
            opens.0, closes.0
        ),
    }
}

/// Counts with the channels that are named.
pub(crate) struct JourneyCharts {
    counts: JourneyCounts,
    all: Vec<String>,
    largest: Largest,
    /// The place of each channel in a chart: the rest share the last.
    place: Vec<usize>,
}

impl JourneyCharts {
    pub(crate) fn new(journeys: &Journeys) -> Self {
        let counts = JourneyCounts::new(journeys);
        let largest = Largest::of(&counts.touched, MOST);
        let mut place = vec![largest.named.len(); counts.touched.len()];
        for (at, &channel) in largest.named.iter().enumerate() {
            place[channel] = at;
        }
        Self {
            all: journeys.channels().iter().map(str::to_owned).collect(),
            counts,
            largest,
            place,
        }
    }

    fn names(&self) -> Vec<String> {
        self.largest.names(&self.all)
    }

    /// A matrix by channel as one by named channel.
    fn matrix(&self, counts: &BTreeMap<(usize, usize), f64>) -> Vec<Vec<f64>> {
        let size = self.names().len();
        let mut matrix = vec![vec![0.0; size]; size];
        for (&(from, to), count) in counts {
            matrix[self.place[from]][self.place[to]] += count;
        }
        matrix
    }

    fn share(part: f64, whole: f64) -> Option<f64> {
        (whole > 0.0).then(|| part / whole)
    }

    /// The first touches by position, up to conversion or none.
    pub(crate) fn flow(&self) -> Option<Chart> {
        let names = self.names();
        let (count, channels) = (names.len(), self.all.len());
        let ends = || {
            [
                FlowNode::new("conversion"),
                FlowNode::quiet("no conversion"),
            ]
        };
        let nodes = || names.iter().map(FlowNode::new);
        let mut flow = Flow::new(Measure::new("journeys").with_digits(0));
        for (position, name) in ["1st touch", "2nd touch", "3rd touch"]
            .into_iter()
            .enumerate()
        {
            let ends = ends().into_iter().filter(|_| position > 0);
            flow = flow.with_stage(name, nodes().chain(ends));
        }
        flow = flow.with_stage("later", ends());
        for (position, links) in self.counts.flows.iter().enumerate() {
            let base = if position + 1 < POSITIONS { count } else { 0 };
            let mut sums: BTreeMap<(usize, usize), f64> = BTreeMap::new();
            for (&(from, to), amount) in links {
                let to = if to >= channels {
                    base + to - channels
                } else {
                    self.place[to]
                };
                *sums.entry((self.place[from], to)).or_default() += amount;
            }
            for ((from, to), amount) in sums {
                flow = flow.with_link(position, from, to, amount);
            }
        }
        let single = Self::share(self.counts.single, self.counts.journeys)?;
        let title = format!("{} of journeys end after one touch", words::percent(single));
        let chart = Chart::new(title, flow);
        Some(chart.with_subtitle(
            "Journeys by position of touch; what converts later than the third stands on the right",
        ))
    }

    /// What follows what.
    pub(crate) fn steps(&self) -> Option<Chart> {
        let matrix = self.matrix(&self.counts.steps);
        let names = self.names();
        // the rest is no channel of its own
        let named = 0..self.largest.named.len();
        let pairs = named
            .clone()
            .flat_map(|from| named.clone().map(move |to| (from, to)));
        let apart = pairs.filter(|(from, to)| from != to);
        let (from, to) = apart.max_by(|a, b| {
            let [x, y] = [a, b].map(|(from, to)| matrix[*from][*to]);
            x.total_cmp(&y).then(b.cmp(a))
        })?;
        let share = Self::share(matrix[from][to], matrix[from].iter().sum())?;
        if matrix[from][to] <= 0.0 {
            return None;
        }
        let map = HeatMap::new(
            Measure::share("of the steps from the channel of the row").with_digits(0),
            names.clone(),
        );
        let map = names.iter().zip(&matrix).fold(map, |map, (name, row)| {
            let whole: f64 = row.iter().sum();
            map.with_row(name, row.iter().map(|count| Self::share(*count, whole)))
        });
        let title = format!(
            "{} of steps from {} lead to {}, the most frequent change of channel by its number",
            words::percent(share),
            names[from],
            names[to]
        );
        let chart = Chart::new(title, map).with_size(Size::Half);
        Some(chart.with_subtitle("Steps from the channel of a row to that of a column"))
    }

    /// Where channels stand in journeys that convert.
    pub(crate) fn roles(&self) -> Option<Chart> {
        let names = self.names();
        let sums = |role: usize| self.largest.sums(|at| self.counts.roles[at][role]);
        let roles: Vec<Vec<f64>> = (0..4).map(sums).collect();
        let whole = |row: usize| roles.iter().map(|role| role[row]).sum::<f64>();
        let map = HeatMap::new(
            Measure::share("of the channel's touches").with_digits(0),
            ["alone", "first", "between", "last"],
        );
        let map = names.iter().enumerate().fold(map, |map, (row, name)| {
            map.with_row(
                name,
                roles.iter().map(|role| Self::share(role[row], whole(row))),
            )
        });
        let named = 0..self.largest.named.len();
        let wholes: Vec<f64> = (0..names.len()).map(whole).collect();
        if wholes.iter().all(|whole| *whole <= 0.0) {
            return None;
        }
        let more = more_often(&[&roles[1], &roles[3]], &wholes, named.len());
        let listed = |role: usize| {
            let named: Vec<&str> = more[role].iter().map(|at| &*names[*at]).collect();
            (words::listed(&named), named.len() > 1)
        };
        let title = roles_title(listed(0), listed(1), [more[0].len(), more[1].len()]);
        let chart = Chart::new(title, map).with_size(Size::Half);
        Some(chart.with_subtitle("Place of each channel's touches in journeys that convert"))
    }

    /// The channels at which journeys end without a conversion.
    pub(crate) fn dead_ends(&self) -> Option<Chart> {
        let lost = self.largest.sums(|at| self.counts.ends[at][1]);
        let all: f64 = lost.iter().sum();
        let bought: f64 = self.counts.ends.iter().map(|ends| ends[0]).sum();
        let share = |row: usize| Self::share(lost[row], all);
        // the rest is no channel of its own
        let most = (0..self.largest.named.len()).max_by(|a, b| lost[*a].total_cmp(&lost[*b]))?;
        let bars = Bars::new(
            Measure::share("of journeys that end without a conversion"),
            self.names(),
        );
        let bars = bars.with_series("", (0..lost.len()).map(share));
        let title = format!(
            "{} of journeys end without a conversion, most often on {}: {} of these",
            words::percent(all / (all + bought)),
            self.all[self.largest.named[most]],
            words::percent(share(most)?)
        );
        let chart = Chart::new(title, bars).with_size(Size::Half);
        Some(chart.with_subtitle("Last touch of journeys that end without a conversion"))
    }

    /// Which channels occur together.
    pub(crate) fn together(&self) -> Option<Chart> {
        let names = self.names();
        if names.len() < 2 {
            return None;
        }
        let matrix = self.matrix(&self.counts.together);
        let map = HeatMap::new(
            Measure::share("of conversions with the channel of the row").with_digits(0),
            names.clone(),
        );
        let share = |row: usize, at: usize| {
            Self::share(matrix[row][at], matrix[row][row]).map(|x| x.min(1.0))
        };
        let map = names.iter().enumerate().fold(map, |map, (row, name)| {
            let fields = (0..names.len()).map(|at| share(row, at).filter(|_| row != at));
            map.with_row(name, fields)
        });
        let named = 0..self.largest.named.len();
        let pairs = named
            .clone()
            .flat_map(|a| named.clone().map(move |b| (a, b)));
        let pairs = pairs.filter(|(a, b)| a != b && matrix[*a][*a] >= FEWEST);
        let size = |pair: &(usize, usize)| share(pair.0, pair.1).unwrap_or(0.0);
        let (a, b) = pairs.max_by(|x, y| size(x).total_cmp(&size(y)).then(y.cmp(x)))?;
        let title = format!(
            "{} of conversions with {} also have {}",
            words::percent(size(&(a, b))),
            names[a],
            names[b]
        );
        let chart = Chart::new(title, map).with_size(Size::Half);
        Some(chart.with_subtitle(
            "Conversions whose journey has the channel of the row and that of the column",
        ))
    }

    /// Touches to a conversion.
    pub(crate) fn lengths(&self) -> Option<Chart> {
        let all: f64 = self.counts.lengths.values().sum();
        let one = self.counts.lengths.get(&1).copied().unwrap_or(0.0);
        let share = Self::share(one, all)?;
        let most = 12;
        let longer: f64 = self
            .counts
            .lengths
            .iter()
            .filter(|(n, _)| **n >= most)
            .map(|(_, x)| x)
            .sum();
        let names = (0..most)
            .map(|n| n.to_string())
            .chain([format!("{most} or more")]);
        let counts = (0..most)
            .map(|n| self.counts.lengths.get(&n).copied().unwrap_or(0.0))
            .chain([longer]);
        let pairs: Vec<(String, f64)> = names
            .zip(counts)
            .filter(|(_, count)| *count > 0.0)
            .collect();
        let bars = Bars::new(
            Measure::new("conversions").with_digits(0),
            pairs.iter().map(|(name, _)| name.clone()),
        )
        .with_series("", pairs.iter().map(|(_, count)| *count));
        let title = format!("{} of conversions take one touch", words::percent(share));
        let chart = Chart::new(title, bars).with_size(Size::Half);
        Some(chart.with_subtitle("Conversions by number of touches before them"))
    }

    /// Days to a conversion.
    pub(crate) fn days(&self) -> Option<Chart> {
        let all: f64 = self.counts.days.values().sum();
        let last = *self.counts.days.keys().next_back()?;
        let week: f64 = self.counts.days.range(..7).map(|(_, count)| count).sum();
        let share = Self::share(week, all)?;
        let width = (last / 30).max(1);
        let up = Measure::new("conversions").with_digits(0);
        let bins = Histogram::new(Measure::new("days from the first touch").with_digits(0), up);
        let bins = (0..=last / width).fold(bins, |bins, bin| {
            let (from, to) = (bin * width, (bin + 1) * width);
            let count: f64 = self
                .counts
                .days
                .range(from..to)
                .map(|(_, count)| count)
                .sum();
            bins.with_bin(from as f64, to as f64, count)
        });
        // the end of the window: its last tenth
        let days = last + 1;
        let late = (days / 10).max(1);
        let tail: f64 = self.counts.days.range(days - late..).map(|(_, n)| n).sum();
        let tail = Self::share(tail, all)?;
        let title = match tail > CUT && days >= 7 {
            true => format!(
                "{} of first touches lie {} to {days} days before the conversion, where the window ends",
                words::percent(tail),
                days - late
            ),
            false => format!(
                "{} convert within a week of the first touch",
                words::percent(share)
            ),
        };
        let chart = Chart::new(title, bins).with_size(Size::Half);
        Some(chart.with_subtitle(
            "Conversions by days since the first touch that counts; a rise to the end says that \
             earlier touches lie beyond the window",
        ))
    }

    /// The paths of most conversions.
    pub(crate) fn paths(&self) -> Option<Chart> {
        let mut paths: Vec<(&Vec<usize>, f64)> = self
            .counts
            .paths
            .iter()
            .map(|(path, count)| (path, *count))
            .filter(|(_, count)| *count >= FEWEST)
            .collect();
        paths.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(b.0)));
        paths.truncate(PATHS);
        let text = |path: &[usize]| {
            path.iter()
                .map(|&at| self.all[at].as_str())
                .collect::<Vec<_>>()
                .join(" > ")
        };
        let first = paths.first()?;
        let all: f64 = self.counts.lengths.values().sum();
        let title = format!(
            "No path is more frequent than {}: {} of {} conversions",
            text(first.0),
            words::count(first.1),
            words::count(all)
        );
        let bars = Bars::new(
            Measure::new("conversions").with_digits(0),
            paths.iter().map(|(path, _)| text(path)),
        )
        .with_series("", paths.iter().map(|(_, count)| *count));
        Some(
            Chart::new(title, bars)
                .with_subtitle("Conversions by path of up to eight touches, from ten on"),
        )
    }
}

//! Path tables: `A > B > C` with how often it ended how.

use crate::channel::ChannelNames;
use crate::channel::{ChannelId, Channels};
use crate::error::{Error, Result};
use crate::event::CostTable;
use crate::journeys::arena::columns::{Journeys, Touches};
use crate::journeys::arena::observation::Observation;
use crate::journeys::arena::offsets::Offsets;
use crate::journeys::arena::totals::Totals;
use crate::journeys::build::settled_costs;
use crate::journeys::irregularities::Irregularities;
use crate::journeys::journey::Outcome;
use crate::journeys::options::JourneyOptions;

/// Paths with their tallies, as ChannelAttribution, DP6's models and GA exports have them. Without
/// times or persons: models that need either refuse the journeys made of it.
///
/// ```
/// use mixtouch::{Outcome, PathTable};
///
/// let mut table = PathTable::new();
/// table.push(["search", "e-mail"], Outcome::new(3.0, 10.0, 120.0)?)?;
/// table.push(["social"], Outcome::new(0.5, 0.0, 20.0)?)?;
/// assert_eq!(table.journeys()?.totals().conversions, 3.5);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct PathTable {
    names: ChannelNames,
    channels: Vec<ChannelId>,
    ends: Vec<usize>,
    outcomes: Vec<Outcome>,
    costs: CostTable,
}

impl PathTable {
    /// An empty table.
    pub fn new() -> Self {
        Self::default()
    }

    /// Declares channels whether or not a path holds them, so that the parts of one table agree on
    /// the channels' numbers and their evidence can be merged.
    ///
    /// # Errors
    /// If a name is empty, or there are more channels than there are numbers.
    pub fn add_channels<'a>(&mut self, names: impl IntoIterator<Item = &'a str>) -> Result<()> {
        self.names.add(names)
    }

    /// Adds a path, oldest touch first. A path without touches is kept: its conversions are
    /// unattributed.
    ///
    /// # Errors
    /// If a channel has no name, or there are more channels than there are numbers.
    pub fn push<'a>(
        &mut self,
        path: impl IntoIterator<Item = &'a str>,
        outcome: Outcome,
    ) -> Result<()> {
        let before = self.channels.len();
        for name in path {
            match self.intern(name) {
                Ok(channel) => self.channels.push(channel),
                Err(error) => {
                    self.channels.truncate(before);
                    return Err(error);
                }
            }
        }
        self.ends.push(self.channels.len());
        self.outcomes.push(outcome);
        Ok(())
    }

    fn intern(&mut self, name: &str) -> Result<ChannelId> {
        if name.is_empty() {
            return Err(Error::setting("a channel in a path", "empty", "any text"));
        }
        self.names.id(name)
    }

    /// Adds what channels cost; all days count.
    pub fn add_costs(&mut self, costs: &CostTable) {
        self.costs.append(costs.clone());
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The journeys of the table, a row each.
    ///
    /// # Errors
    /// If there are more channels than there are numbers, those of the cost table included.
    pub fn journeys(self) -> Result<Journeys> {
        self.journeys_with(&JourneyOptions::default())
    }

    /// The same with channels excluded, paths transformed and trimmed as the options say; all other
    /// options need times and are of no effect.
    ///
    /// # Errors
    /// If [`PathTable::journeys`] would fail, or no path has an excluded channel.
    pub fn journeys_with(mut self, options: &JourneyOptions) -> Result<Journeys> {
        let channels = Channels::new(self.names.iter().chain(self.costs.channels()))?;
        let ranks: Vec<ChannelId> = self
            .names
            .iter()
            .filter_map(|name| channels.id(name))
            .collect();
        self.channels
            .iter_mut()
            .for_each(|id| *id = ranks[id.index()]);
        self.reshape(options, &channels)?;
        let of_touches = vec![0.0; channels.len()];
        let all_days = JourneyOptions::default();
        let costs = settled_costs(of_touches, &self.costs, &channels, &all_days)?;
        let touches = Touches {
            channels: self.channels,
            times: Vec::new(),
            labels: Vec::new(),
        };
        let total = touches.channels.len();
        let starts = std::iter::once(0)
            .chain(self.ends.iter().copied())
            .take(self.ends.len());
        let mut journeys = Journeys {
            starts: Offsets::collect(starts, total),
            ends: Offsets::collect(self.ends.iter().copied(), total),
            channels,
            touches,
            closes: Vec::new(),
            outcomes: self.outcomes,
            places: None,
            people: None,
            timeline: None,
            costs,
            observation: Observation::default(),
            options: None,
            segments: None,
            labels: None,
            conversions: None,
            censored: 0,
            irregularities: Irregularities::default(),
            net_of_returns: false,
            forgotten: None,
            totals: Totals::default(),
        };
        journeys.totals = journeys.accumulate(Totals::default)?;
        Ok(journeys)
    }

    /// Excludes, transforms and trims every path.
    fn reshape(&mut self, options: &JourneyOptions, channels: &Channels) -> Result<()> {
        let excluded = options.excluded(channels)?;
        if !options.reshapes() {
            return Ok(());
        }
        let mut seen = vec![false; channels.len()];
        let (mut reshaped, mut path, mut start) =
            (Vec::with_capacity(self.channels.len()), Vec::new(), 0);
        for end in &mut self.ends {
            path.clear();
            path.extend(
                self.channels[start..*end]
                    .iter()
                    .map(|&channel| (channel, 0, 0)),
            );
            options.reshape(&mut path, &excluded, &mut seen);
            reshaped.extend(path.iter().map(|touch| touch.0));
            (start, *end) = (*end, reshaped.len());
        }
        self.channels = reshaped;
        Ok(())
    }
}

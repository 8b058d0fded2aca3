//! Google's fractribution: what a path loses without each touch.

use crate::attribution::evidence::EvidenceVersion;
use crate::attribution::fit::Fit;
use crate::attribution::model::AttributionModel;
use crate::attribution::ngram_table::NgramTable;
use crate::attribution::path_rates::PathRates;
use crate::attribution::stored_outcome::StoredOutcome;
use crate::channel::{ChannelId, Channels};
use crate::error::{Error, Result};
use crate::journeys::Accumulator;
use crate::journeys::{Journey, Outcome};
use serde::{Deserialize, Serialize};

/// Google's fractribution: a touch weighs `max(0, p(path) - p(path without the touch))`, `p` being
/// the share of journeys with exactly that path that convert, 0 for a path that does not occur.
/// Where every touch weighs 0, the last one has it all.
///
/// It asks for each path as it stands, so it needs many journeys on few paths: transform paths
/// (first, exposure) before.
///
/// ```
/// use mixtouch::{Fit, Outcome, PathTable, attribute};
/// use mixtouch::attribution::Counterfactual;
///
/// let mut table = PathTable::new();
/// table.push(["a"], Outcome::new(1.0, 9.0, 0.0)?)?;
/// table.push(["b"], Outcome::new(3.0, 7.0, 0.0)?)?;
/// table.push(["a", "b"], Outcome::new(4.0, 6.0, 0.0)?)?;
/// let journeys = table.journeys()?;
/// let credits = attribute(&journeys, &Counterfactual.fit(&journeys)?)?;
/// // a > b: a 0.4 - 0.3, b 0.4 - 0.1, so 1 and 3 of 4 conversions
/// assert!((credits.channel("a").unwrap().conversions - 2.0).abs() < 1e-12);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counterfactual;

/// Outcomes by path: the evidence of [`Counterfactual`] and, as conversion rates, the model it
/// fits.
///
/// ```
/// use mixtouch::attribution::Counterfactual;
/// use mixtouch::{Fit, Outcome, PathTable};
///
/// let mut paths = PathTable::new();
/// paths.push(["social"], Outcome::new(1.0, 9.0, 50.0)?)?;
/// paths.push(["social", "search"], Outcome::new(4.0, 6.0, 200.0)?)?;
/// let journeys = paths.journeys()?;
/// let outcomes = Counterfactual.gather(&journeys)?;
/// let social = journeys.channels().id("social").unwrap();
/// assert_eq!(outcomes.rate(&[social]), 0.1);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "Sorted", into = "Sorted")]
pub struct PathOutcomes {
    channels: Channels,
    paths: NgramTable<Outcome>,
}

/// The same as sorted pairs.
#[derive(PartialEq, Serialize, Deserialize)]
struct Sorted {
    version: EvidenceVersion<1>,
    channels: Channels,
    paths: Vec<(Vec<ChannelId>, StoredOutcome)>,
}

impl From<&PathOutcomes> for Sorted {
    fn from(outcomes: &PathOutcomes) -> Self {
        let order = outcomes.paths.sorted().into_iter().map(|at| at as usize);
        let paths = order
            .map(|at| {
                (
                    outcomes.paths.key(at).to_vec(),
                    outcomes.paths.get(at).into(),
                )
            })
            .collect();
        Self {
            version: EvidenceVersion,
            channels: outcomes.channels.clone(),
            paths,
        }
    }
}

impl From<PathOutcomes> for Sorted {
    fn from(outcomes: PathOutcomes) -> Self {
        Self::from(&outcomes)
    }
}

impl PartialEq for PathOutcomes {
    fn eq(&self, other: &Self) -> bool {
        Sorted::from(self) == Sorted::from(other)
    }
}

impl TryFrom<Sorted> for PathOutcomes {
    type Error = Error;

    fn try_from(sorted: Sorted) -> Result<Self> {
        let mut outcomes = Self::new(&sorted.channels);
        for (path, outcome) in &sorted.paths {
            sorted.channels.check_ids("a channel of a path", path)?;
            outcomes.add(path, (*outcome).try_into()?);
        }
        Ok(outcomes)
    }
}

impl PathOutcomes {
    /// Outcomes of no journeys.
    pub fn new(channels: &Channels) -> Self {
        Self {
            channels: channels.clone(),
            paths: NgramTable::default(),
        }
    }

    /// The outcomes of journeys with exactly this path.
    pub fn get(&self, path: &[ChannelId]) -> Option<Outcome> {
        self.paths.find(path).map(|at| self.paths.get(at))
    }

    /// The share of them that converts, 0 to 1; 0 for a path that does not occur.
    pub fn rate(&self, path: &[ChannelId]) -> f64 {
        self.get(path).map_or(0.0, |outcome| {
            outcome.conversions / (outcome.conversions + outcome.nulls)
        })
    }

    fn add(&mut self, path: &[ChannelId], outcome: Outcome) {
        if outcome.conversions + outcome.nulls > 0.0 {
            let sum = self.paths.value(path);
            sum.conversions += outcome.conversions;
            sum.nulls += outcome.nulls;
            sum.value += outcome.value;
        }
    }
}

impl Accumulator for PathOutcomes {
    fn observe(&mut self, journey: Journey<'_>) {
        if !journey.is_empty() {
            self.add(journey.channels, journey.outcome);
        }
    }

    fn check_channels(&self, journeys: &Channels) -> Result<()> {
        self.channels.same_as(journeys)
    }

    fn merge(&mut self, later: Self) -> Result<()> {
        self.channels.same_as(&later.channels)?;
        later
            .paths
            .iter()
            .for_each(|(path, outcome)| self.add(path, outcome));
        Ok(())
    }

    fn size(&self) -> usize {
        size_of::<Self>() + self.paths.heap_size()
    }
}

/// A fitted [`Counterfactual`].
///
/// ```
/// use mixtouch::attribution::Counterfactual;
/// use mixtouch::{Fit, Outcome, PathTable};
///
/// let mut paths = PathTable::new();
/// paths.push(["social"], Outcome::new(1.0, 9.0, 50.0)?)?;
/// paths.push(["social", "search"], Outcome::new(4.0, 6.0, 200.0)?)?;
/// let journeys = paths.journeys()?;
/// let model = Counterfactual.fit(&journeys)?;
/// let ids = ["social", "search"].map(|name| journeys.channels().id(name).unwrap());
/// assert_eq!(model.paths().rate(&ids), 0.4);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(from = "PathOutcomes", into = "PathOutcomes")]
pub struct CounterfactualModel {
    paths: PathOutcomes,
    rates: PathRates,
}

impl From<PathOutcomes> for CounterfactualModel {
    fn from(paths: PathOutcomes) -> Self {
        let rates = paths.paths.iter().map(|(path, outcome)| {
            let all = outcome.conversions + outcome.nulls;
            (path, outcome.conversions / all)
        });
        Self {
            rates: PathRates::new(rates),
            paths,
        }
    }
}

impl From<CounterfactualModel> for PathOutcomes {
    fn from(model: CounterfactualModel) -> Self {
        model.paths
    }
}

impl PartialEq for CounterfactualModel {
    fn eq(&self, other: &Self) -> bool {
        self.paths == other.paths
    }
}

impl CounterfactualModel {
    /// The outcomes it compares.
    pub fn paths(&self) -> &PathOutcomes {
        &self.paths
    }
}

impl Fit for Counterfactual {
    type Evidence = PathOutcomes;
    type Model = CounterfactualModel;

    fn evidence(&self, channels: &Channels) -> PathOutcomes {
        PathOutcomes::new(channels)
    }

    fn solve(&self, evidence: PathOutcomes) -> Result<CounterfactualModel> {
        Ok(evidence.into())
    }
}

impl AttributionModel for CounterfactualModel {
    fn channels(&self) -> Option<&Channels> {
        Some(&self.paths.channels)
    }

    /// A conversion rate for each path that occurs.
    fn free_parameters(&self) -> Option<usize> {
        Some(self.paths.paths.len())
    }

    fn fitted_conversions(&self) -> Option<f64> {
        let outcomes = self.paths.paths.iter();
        Some(outcomes.map(|(_, outcome)| outcome.conversions).sum())
    }

    fn weigh(&self, journey: Journey<'_>, weights: &mut [f64]) -> f64 {
        let whole = self.rates.without_each(journey.channels(), weights);
        for weight in weights.iter_mut() {
            *weight = (whole - *weight).max(0.0);
        }
        if weights.iter().all(|&weight| weight == 0.0) {
            weights[weights.len() - 1] = 1.0;
        }
        0.0
    }
}

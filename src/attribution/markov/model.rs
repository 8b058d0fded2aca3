//! A fitted Markov chain.

use crate::attribution::markov::chain::Chain;
use crate::attribution::markov::specification::Markov;
#[cfg(feature = "csv")]
use crate::attribution::markov::state::State;
use crate::attribution::markov::state::Transition;
use crate::attribution::model::AttributionModel;
use crate::attribution::parameters::{Parameters, parameters};
use crate::attribution::shares::ChannelShares;
use crate::channel::{ChannelId, Channels};
use crate::error::{Error, Result};
use crate::journeys::Journey;
#[cfg(feature = "csv")]
use crate::report::csv::Records;
#[cfg(feature = "csv")]
use crate::report::escape::no_formula;
use serde::{Deserialize, Serialize};

/// A fitted [`Markov`] chain. In a table it reports channel totals;
/// [`MarkovModel::within_journeys`] divides journey by journey.
///
/// ```
/// use mixtouch::attribution::markov::Markov;
/// use mixtouch::{Fit, Outcome, PathTable};
///
/// let mut table = PathTable::new();
/// table.push(["social", "search"], Outcome::new(1.0, 0.0, 0.0)?)?;
/// table.push(["search"], Outcome::new(1.0, 2.0, 0.0)?)?;
/// let model = Markov::order(1)?.fit(&table.journeys()?)?;
/// assert_eq!((model.conversion_rate(), model.states()), (0.5, 2));
/// // every conversion passes through search, a quarter of journeys through social
/// let effects: Vec<_> = model.removal_effects().collect();
/// assert_eq!(effects, [("search", 1.0), ("social", 0.25)]);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Fields")]
pub struct MarkovModel {
    #[serde(flatten)]
    pub(super) specification: Markov,
    pub(super) channels: Channels,
    pub(super) shares: ChannelShares,
    pub(super) chain: Chain,
}

#[derive(Deserialize)]
struct Fields {
    #[serde(flatten)]
    specification: Markov,
    channels: Channels,
    shares: ChannelShares,
    chain: Chain,
}

impl TryFrom<Fields> for MarkovModel {
    type Error = Error;

    fn try_from(fields: Fields) -> Result<Self> {
        let Fields {
            specification,
            channels,
            shares,
            chain,
        } = fields;
        channels.check_column("the removal effects", shares.removal_effects().len())?;
        for state in (0..chain.len()).map(|at| chain.state(at)) {
            channels.check_ids("a channel of a state", state)?;
            if !(1..=specification.order).contains(&state.len()) {
                return Err(Error::setting(
                    "the length of a state",
                    state.len(),
                    format!("1 to the order, {}", specification.order),
                ));
            }
        }
        Ok(Self {
            specification,
            channels,
            shares,
            chain,
        })
    }
}

impl MarkovModel {
    /// The probability that a walk from the start converts.
    pub fn conversion_rate(&self) -> f64 {
        let started = self.chain.started();
        if started > 0.0 {
            self.chain.converted() / started
        } else {
            0.0
        }
    }

    /// Each channel with its removal effect on conversions, 0 to 1.
    pub fn removal_effects(&self) -> impl Iterator<Item = (&str, f64)> {
        self.channels
            .iter()
            .zip(self.shares.removal_effects().iter().copied())
    }

    /// The transition matrix: its entries > 0, sorted by state left, then entered.
    pub fn transitions(&self) -> impl Iterator<Item = Transition<'_>> {
        self.chain.transitions()
    }

    /// Writes the transition matrix, a row for each entry > 0, with header:
    /// `from,to,weight,probability`. The channels of a state are joined by ` > `; the others are
    /// `(start)`, `(conversion)` and `(null)`. Texts that a spreadsheet would take for a formula begin
    /// with `'`, as in all CSV of [`report`](crate::report).
    ///
    /// # Errors
    /// If the writer fails.
    ///
    /// ```
    /// # use mixtouch::{Fit, Outcome, PathTable};
    /// # use mixtouch::attribution::markov::Markov;
    /// let mut table = PathTable::new();
    /// table.push(["tv", "search", "e-mail"], Outcome::new(1.0, 0.0, 0.0)?)?;
    /// let mut file = Vec::new();
    /// Markov::order(2)?.fit(&table.journeys()?)?.write_transitions_csv(&mut file)?;
    /// assert!(String::from_utf8_lossy(&file).contains("tv > search,search > e-mail,1,1\n"));
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    #[cfg(feature = "csv")]
    pub fn write_transitions_csv(&self, writer: impl std::io::Write) -> Result<()> {
        let name = |state: State<'_>| match state {
            State::Start => "(start)".to_owned(),
            State::Channels(ids) => ids
                .iter()
                .map(|&id| self.channels.name(id))
                .collect::<Vec<&str>>()
                .join(" > "),
            State::Conversion => "(conversion)".to_owned(),
            State::Null => "(null)".to_owned(),
        };
        let mut rows = Records::new(writer);
        rows.write(["from", "to", "weight", "probability"])?;
        for Transition {
            from,
            to,
            weight,
            probability,
        } in self.transitions()
        {
            rows.write([
                no_formula(&name(from)).into_owned(),
                no_formula(&name(to)).into_owned(),
                weight.to_string(),
                probability.to_string(),
            ])?;
        }
        rows.finish()
    }

    /// The number of states between start and end that occur in the data.
    pub fn states(&self) -> usize {
        self.chain.len()
    }

    /// The same removal effects used to divide each journey's outcome among its own touches: each
    /// weighs its channel's effect, so a channel touched twice counts twice. The channel totals
    /// differ from the model's, for they depend on which channels meet in journeys: on
    /// ChannelAttribution's demo data the channel `alpha` has 8,285.48 conversions this way and
    /// 5,344.95 by the model.
    pub fn within_journeys(&self) -> MarkovJourneys {
        MarkovJourneys(self.clone())
    }
}

impl AttributionModel for MarkovModel {
    fn channels(&self) -> Option<&Channels> {
        Some(&self.channels)
    }

    /// Those in no state.
    fn unseen_channels(&self) -> Vec<ChannelId> {
        let mut seen = vec![false; self.channels.len()];
        for state in (0..self.chain.len()).map(|at| self.chain.state(at)) {
            state.iter().for_each(|id| seen[id.index()] = true);
        }
        let ids = self.channels.ids();
        ids.filter(|id| !seen[id.index()]).collect()
    }

    /// The probabilities observed, less one for each state left.
    fn free_parameters(&self) -> Option<usize> {
        Some(self.chain.free_probabilities())
    }

    fn fitted_conversions(&self) -> Option<f64> {
        Some(self.chain.converted())
    }

    fn parameters(&self) -> Parameters {
        let Markov {
            order,
            ignore_nulls,
        } = self.specification;
        parameters([
            ("order", (order as f64).into()),
            ("ignore_nulls", ignore_nulls.into()),
        ])
    }

    /// Each touch weighs its channel's removal effect.
    fn weigh(&self, journey: Journey<'_>, weights: &mut [f64]) -> f64 {
        let effects = self.shares.removal_effects();
        weights
            .iter_mut()
            .zip(journey.channels())
            .for_each(|(weight, channel)| *weight = effects[channel.index()]);
        0.0
    }

    fn channel_shares(&self) -> Option<&ChannelShares> {
        Some(&self.shares)
    }
}

/// [`MarkovModel`] dividing each journey's outcome by the removal effects of the journey's own
/// channels.
///
/// ```
/// use mixtouch::attribution::markov::Markov;
/// use mixtouch::{Fit, Outcome, PathTable, attribute};
///
/// let mut paths = PathTable::new();
/// paths.push(["social"], Outcome::new(1.0, 9.0, 50.0)?)?;
/// paths.push(["social", "search"], Outcome::new(4.0, 6.0, 200.0)?)?;
/// let journeys = paths.journeys()?;
/// let model = Markov::order(1)?.fit(&journeys)?.within_journeys();
/// let credits = attribute(&journeys, &model)?;
/// // the journeys of social alone give all their credit to social
/// assert!(credits.channel("social").unwrap().conversions > 1.0);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MarkovJourneys(MarkovModel);

impl AttributionModel for MarkovJourneys {
    fn channels(&self) -> Option<&Channels> {
        AttributionModel::channels(&self.0)
    }

    fn unseen_channels(&self) -> Vec<ChannelId> {
        self.0.unseen_channels()
    }

    fn parameters(&self) -> Parameters {
        self.0.parameters()
    }

    fn free_parameters(&self) -> Option<usize> {
        self.0.free_parameters()
    }

    fn fitted_conversions(&self) -> Option<f64> {
        self.0.fitted_conversions()
    }

    fn weigh(&self, journey: Journey<'_>, weights: &mut [f64]) -> f64 {
        self.0.weigh(journey, weights)
    }
}

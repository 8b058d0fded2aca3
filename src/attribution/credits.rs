//! Credit by channel: the only place where weights become credit.

use crate::attribution::shares::ChannelShares;
use crate::attribution::tally::Tally;
use crate::attribution::weights::{bad_weight, sum};
use crate::channel::{ChannelId, Channels};
use crate::error::{Error, Result};
use crate::journeys::Journey;
use crate::journeys::arena::Block;
use serde::{Deserialize, Serialize};

/// A model's credit by channel. Credited + baseline + unattributed = total, for conversions and for
/// value.
///
/// ```
/// use mixtouch::attribution::rules::LastTouch;
/// use mixtouch::{Outcome, PathTable, attribute};
///
/// let mut table = PathTable::new();
/// table.push(["social", "search"], Outcome::new(3.0, 0.0, 90.0)?)?;
/// table.push([], Outcome::new(1.0, 0.0, 20.0)?)?;
/// let credits = attribute(&table.journeys()?, &LastTouch)?;
/// assert_eq!(credits.channel("search").map(|tally| tally.value), Some(90.0));
/// assert_eq!(credits.unattributed().conversions, 1.0);
/// assert_eq!(credits.total().value, credits.credited().value + 20.0);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Fields")]
pub struct Credits {
    channels: Channels,
    by_channel: Vec<Tally>,
    baseline: Tally,
    unattributed: Tally,
    total: Tally,
    /// Attributable outcomes that shares by channel will divide.
    #[serde(skip)]
    pooled: Tally,
    #[serde(skip)]
    weights: Vec<f64>,
    #[serde(skip)]
    faults: Faults,
}

/// The first weights met that a model may not give, or not every model.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Faults {
    infinite: Option<f64>,
    negative: Option<f64>,
}

#[derive(Deserialize)]
struct Fields {
    channels: Channels,
    by_channel: Vec<Tally>,
    baseline: Tally,
    unattributed: Tally,
    total: Tally,
}

impl TryFrom<Fields> for Credits {
    type Error = Error;

    fn try_from(
        Fields {
            channels,
            by_channel,
            baseline,
            unattributed,
            total,
        }: Fields,
    ) -> Result<Self> {
        channels.check_column("the credit by channel", by_channel.len())?;
        Ok(Self {
            by_channel,
            baseline,
            unattributed,
            total,
            ..Self::new(channels)
        })
    }
}

impl Credits {
    /// No credit yet.
    pub fn new(channels: Channels) -> Self {
        let by_channel = vec![Tally::default(); channels.len()];
        let none = Tally::default();
        Self {
            channels,
            by_channel,
            baseline: none,
            unattributed: none,
            total: none,
            pooled: none,
            weights: Vec::new(),
            faults: Faults::default(),
        }
    }

    /// The names behind [`Credits::by_channel`].
    pub fn channels(&self) -> &Channels {
        &self.channels
    }

    /// The credit of each channel, by its number.
    pub fn by_channel(&self) -> &[Tally] {
        &self.by_channel
    }

    /// The credit of a channel.
    pub fn channel(&self, name: &str) -> Option<Tally> {
        self.channels.id(name).map(|id| self.by_channel[id.index()])
    }

    /// Conversions expected without marketing; 0 for models that do not estimate them.
    pub fn baseline(&self) -> Tally {
        self.baseline
    }

    /// Conversions without touches in their window, and those to which the model gives no weight.
    pub fn unattributed(&self) -> Tally {
        self.unattributed
    }

    /// All conversions.
    pub fn total(&self) -> Tally {
        self.total
    }

    /// All credit of channels.
    pub fn credited(&self) -> Tally {
        let mut sum = Tally::default();
        self.by_channel.iter().for_each(|&tally| sum += tally);
        sum
    }

    /// Lets `weigh` fill a zeroed slice, one cell a touch, and adds each touch's part of the
    /// outcome to its channel.
    ///
    /// Up to eight touches the code knows their number, so that the weights need no memory and the
    /// loops over them no branches.
    #[inline]
    pub(super) fn weigh_and_add<'a>(
        &mut self,
        journey: Journey<'a>,
        weigh: impl FnOnce(Journey<'a>, &mut [f64]) -> f64,
    ) {
        let outcome = Tally::from(journey.outcome);
        self.total += outcome;
        match journey.credited_channels().len() {
            0 => self.unattributed += outcome,
            1 => self.weigh_few::<1>(journey, weigh),
            2 => self.weigh_few::<2>(journey, weigh),
            3 => self.weigh_few::<3>(journey, weigh),
            4 => self.weigh_few::<4>(journey, weigh),
            5 => self.weigh_few::<5>(journey, weigh),
            6 => self.weigh_few::<6>(journey, weigh),
            7 => self.weigh_few::<7>(journey, weigh),
            8 => self.weigh_few::<8>(journey, weigh),
            touches => {
                let mut weights = std::mem::take(&mut self.weights);
                weights.clear();
                weights.resize(touches, 0.0);
                let baseline = weigh(journey, &mut weights);
                self.add(journey.credited_channels(), &mut weights, baseline, outcome);
                self.weights = weights;
            }
        }
    }

    /// Like [`Credits::weigh_and_add`] for a journey with exactly `TOUCHES` touches.
    #[inline]
    fn weigh_few<'a, const TOUCHES: usize>(
        &mut self,
        journey: Journey<'a>,
        weigh: impl FnOnce(Journey<'a>, &mut [f64]) -> f64,
    ) {
        let mut weights = [0.0; TOUCHES];
        let baseline = weigh(journey, &mut weights);
        if let Some(touches) = journey.credited_channels().first_chunk::<TOUCHES>() {
            self.add(touches, &mut weights, baseline, journey.outcome.into());
        }
    }

    // always, as it is what makes the number of touches known to the loops: as a call of its own,
    // which it became as it grew, rules scored 1.6 times as slowly
    #[inline(always)]
    fn add(
        &mut self,
        touches: &[ChannelId],
        weights: &mut [f64],
        mut baseline: f64,
        outcome: Tally,
    ) {
        // one or of the sign bits instead of a comparison each
        let signs = |bits: u64, weight: &f64| bits | weight.to_bits();
        if weights.iter().fold(baseline.to_bits(), signs) >> 63 == 1 {
            self.note_faults(weights, baseline);
        }
        let Some(sum) = sum(weights, &mut baseline) else {
            self.note_faults(weights, baseline);
            self.unattributed += outcome;
            return;
        };
        let unit = Tally {
            conversions: outcome.conversions / sum,
            value: outcome.value / sum,
        };
        for (channel, weight) in touches.iter().zip(weights) {
            self.by_channel[channel.index()] += unit.scaled(*weight, *weight);
        }
        if baseline != 0.0 {
            self.baseline += unit.scaled(baseline, baseline);
        }
    }

    #[cold]
    fn note_faults(&mut self, weights: &[f64], baseline: f64) {
        let all = || weights.iter().copied().chain([baseline]);
        let Faults { infinite, negative } = &mut self.faults;
        *infinite = infinite.or(all().find(|weight| !weight.is_finite()));
        *negative = negative.or(all().find(|weight| *weight < 0.0));
    }

    /// Fails if a weight of the model of that name was not finite, or negative where `signed` does
    /// not allow it.
    pub(super) fn check_weights(&self, name: &str, signed: bool) -> Result<()> {
        let Faults { infinite, negative } = self.faults;
        match infinite.or(negative.filter(|_| !signed)) {
            Some(weight) => Err(bad_weight(name, weight, signed)),
            None => Ok(()),
        }
    }

    /// Takes in a block for a model that divides by shares: what has touches that the model knows
    /// is pooled, the rest is unattributed.
    pub(super) fn pool(&mut self, block: Block<'_>, knows_any: impl Fn(&[ChannelId]) -> bool) {
        for journey in block {
            let outcome = Tally::from(journey.outcome);
            self.total += outcome;
            if !journey.is_empty() && knows_any(journey.channels) {
                self.pooled += outcome;
            } else {
                self.unattributed += outcome;
            }
        }
    }

    /// Divides what was pooled.
    pub(super) fn divide(&mut self, shares: &ChannelShares) {
        let pooled = std::mem::take(&mut self.pooled);
        let (Some(conversions), Some(value)) = (shares.of_conversions(), shares.of_value()) else {
            self.unattributed += pooled;
            return;
        };
        for (tally, (conversions, value)) in self
            .by_channel
            .iter_mut()
            .zip(conversions.into_iter().zip(value))
        {
            *tally += pooled.scaled(conversions, value);
        }
    }

    /// Gives up the scratch space, so that equal credits compare equal whatever journey was weighed
    /// last.
    pub(super) fn settle(&mut self) {
        self.weights = Vec::new();
        self.faults = Faults::default();
    }

    /// Adds later journeys' credits.
    ///
    /// # Errors
    /// If the channels differ.
    pub fn merge(&mut self, later: Self) -> Result<()> {
        self.channels.same_as(&later.channels)?;
        for (tally, other) in self.by_channel.iter_mut().zip(later.by_channel) {
            *tally += other;
        }
        self.baseline += later.baseline;
        self.unattributed += later.unattributed;
        self.total += later.total;
        self.pooled += later.pooled;
        let Faults { infinite, negative } = &mut self.faults;
        *infinite = infinite.or(later.faults.infinite);
        *negative = negative.or(later.faults.negative);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journeys::Outcome;

    #[test]
    fn journeys_of_any_length_divide() {
        let channels = Channels::new(["a", "b", "c"]).unwrap();
        let ids = channels.ids().collect::<Vec<ChannelId>>().repeat(7);
        for touches in 0..=ids.len() {
            let journey = Journey::new(
                &ids[..touches],
                &[],
                0,
                Outcome::new(3.0, 0.0, 60.0).unwrap(),
            )
            .unwrap();
            let mut credits = Credits::new(channels.clone());
            // the scratch space has been used before, by a longer journey
            credits.weigh_and_add(
                Journey::new(&ids, &[], 0, Outcome::NULL).unwrap(),
                |_, weights| {
                    weights.fill(9.0);
                    7.0
                },
            );
            credits.weigh_and_add(journey, |_, weights| {
                assert!(weights.len() == touches && weights.iter().all(|weight| *weight == 0.0));
                (1u32..)
                    .zip(weights)
                    .for_each(|(at, weight)| *weight = at.into());
                1.0
            });
            let sum = 1.0 + (touches * (touches + 1) / 2) as f64;
            for (channel, tally) in credits.by_channel().iter().enumerate() {
                let weight: f64 = (0..touches)
                    .filter(|at| at % 3 == channel)
                    .map(|at| at as f64 + 1.0)
                    .sum();
                assert!(
                    (tally.conversions - 3.0 * weight / sum).abs() < 1e-12,
                    "{touches}"
                );
                assert!(
                    (tally.value - 60.0 * weight / sum).abs() < 1e-12,
                    "{touches}"
                );
            }
            let none = if touches == 0 { 3.0 } else { 0.0 };
            assert_eq!(
                (credits.unattributed().conversions, credits.total().value),
                (none, 60.0)
            );
            assert!((credits.baseline().conversions - (3.0 - none) / sum).abs() < 1e-12);
        }
    }

    #[test]
    fn weights_of_any_size_divide() {
        let channels = Channels::new(["a", "b"]).unwrap();
        let ids: Vec<ChannelId> = channels.ids().collect();
        let journey = Journey::new(&ids, &[], 0, Outcome::new(1e15, 0.0, 1e15).unwrap()).unwrap();
        for exponent in [
            -1074.0, -1030.0, -1021.0, -932.0, -931.0, 0.0, 1000.0, 1022.0,
        ] {
            let scale = libm::exp2(exponent);
            let mut credits = Credits::new(channels.clone());
            credits.weigh_and_add(journey, |_, weights| {
                weights.fill(scale);
                2.0 * scale
            });
            let [tally, other] = credits.by_channel() else {
                unreachable!()
            };
            assert_eq!(
                (tally, tally.conversions, tally.value),
                (other, 0.25e15, 0.25e15),
                "2^{exponent}"
            );
            assert_eq!(credits.baseline().conversions, 0.5e15);
        }
        for weight in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            let mut credits = Credits::new(channels.clone());
            credits.weigh_and_add(journey, |_, weights| {
                weights.fill(weight);
                0.0
            });
            assert_eq!(
                (
                    credits.unattributed().conversions,
                    credits.credited().conversions
                ),
                (1e15, 0.0),
                "{weight}"
            );
        }
    }
}

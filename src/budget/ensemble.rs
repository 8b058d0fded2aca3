//! Response curves of one model or of several with weights.

use crate::budget::curve::ResponseCurve;
use crate::error::{Error, Result};

/// The channels' response curves, of one model or of several with weights (such as a posterior's
/// draws).
///
/// A plan is made for the weighted mean of the members' responses. Each member then gives the
/// plan's gain under its own curves; their spread is the interval of the gain.
///
/// ```
/// use mixtouch::budget::{Ensemble, ResponseCurve};
///
/// /// Sales that grow with the root of spend.
/// struct Root(f64);
///
/// impl ResponseCurve for Root {
///     fn response(&self, spend: f64) -> f64 {
///         self.0 * spend.sqrt()
///     }
///
///     fn slope(&self, spend: f64) -> f64 {
///         0.5 * self.0 / spend.sqrt()
///     }
/// }
///
/// // Two draws with a curve for each of two channels; the first is three times as plausible.
/// let draws = vec![(3.0, vec![Root(1.0), Root(2.0)]), (1.0, vec![Root(1.5), Root(1.8)])];
/// assert_eq!(Ensemble::new(draws)?.channels(), 2);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Ensemble<C> {
    members: Vec<(f64, Vec<C>)>,
}

/// Into how many parts members are dealt out, each of which judges what the others choose; 0 for a
/// single member. Where members are few, a choice without half of them would be much poorer.
pub(crate) fn parts(members: usize) -> usize {
    match members {
        0 | 1 => 0,
        100.. => 2,
        _ => members.min(5),
    }
}

impl<C: ResponseCurve> Ensemble<C> {
    /// One model: a curve for each channel, in the order of the [`Budget`](crate::budget::Budget)'s
    /// channels.
    ///
    /// # Errors
    /// If there is no curve.
    pub fn single(curves: Vec<C>) -> Result<Self> {
        Self::new(vec![(1.0, curves)])
    }

    /// Several models: a weight (> 0) and a curve for each channel. Weights need not sum to 1.
    ///
    /// # Errors
    /// If there is no member or no channel, members differ in their number of curves, or a weight
    /// is not finite and > 0.
    pub fn new(mut members: Vec<(f64, Vec<C>)>) -> Result<Self> {
        let channels = members.first().map_or(0, |(_, curves)| curves.len());
        if channels == 0 {
            return Err(Error::Empty {
                what: "response curves".into(),
                expected: "a curve for each channel".into(),
            });
        }
        if let Some((_, curves)) = members.iter().find(|(_, curves)| curves.len() != channels) {
            return Err(Error::setting(
                "number of a member's response curves",
                curves.len(),
                format!("{channels}, as its first member has"),
            ));
        }
        normalise(&mut members)?;
        Ok(Self { members })
    }

    /// The number of channels.
    pub fn channels(&self) -> usize {
        self.members.first().map_or(0, |(_, curves)| curves.len())
    }

    /// Mean response of a channel.
    pub(crate) fn response(&self, channel: usize, spend: f64) -> f64 {
        self.members
            .iter()
            .map(|(weight, curves)| weight * curves[channel].response(spend))
            .sum()
    }

    /// Mean slope of a channel.
    pub(crate) fn slope(&self, channel: usize, spend: f64) -> f64 {
        self.members
            .iter()
            .map(|(weight, curves)| weight * curves[channel].slope(spend))
            .sum()
    }

    /// Mean response of all channels together.
    pub(crate) fn outcome(&self, spend: &[f64]) -> f64 {
        spend
            .iter()
            .enumerate()
            .map(|(channel, &x)| self.response(channel, x))
            .sum()
    }

    /// The members' weights, which sum to 1.
    pub(crate) fn weights(&self) -> impl Iterator<Item = f64> {
        self.members.iter().map(|(weight, _)| *weight)
    }

    /// The curves of each member with its weight.
    pub(crate) fn members(&self) -> &[(f64, Vec<C>)] {
        &self.members
    }

    /// Each member's weight and its outcome of all channels together.
    pub(crate) fn outcomes(&self, spend: &[f64]) -> Vec<(f64, f64)> {
        let outcome = |curves: &[C]| {
            let responses = curves.iter().zip(spend);
            responses.map(|(curve, &x)| curve.response(x)).sum()
        };
        let members = self.members.iter();
        members
            .map(|(weight, curves)| (*weight, outcome(curves)))
            .collect()
    }

    /// The ensemble of some members with weights of their own.
    pub(crate) fn part(&self, members: &[(f64, usize)]) -> Result<Ensemble<&C>> {
        let member = |&(weight, at): &(f64, usize)| (weight, self.members[at].1.iter().collect());
        Ensemble::new(members.iter().map(member).collect())
    }

    /// The members but every `parts`-th one, from the place `part` on.
    pub(crate) fn without_part(&self, part: usize, parts: usize) -> Result<Ensemble<&C>> {
        let others = (0..self.members.len()).filter(|at| at % parts != part);
        let others: Vec<(f64, usize)> = others.map(|at| (self.members[at].0, at)).collect();
        self.part(&others)
    }

    /// Each member's weight and its own gain from one spend to another.
    pub(crate) fn gains(&self, from: &[f64], to: &[f64]) -> Vec<(f64, f64)> {
        let gain = |curves: &[C]| {
            curves
                .iter()
                .zip(from.iter().zip(to))
                .map(|(curve, (&x, &y))| curve.response(y) - curve.response(x))
                .sum()
        };
        self.members
            .iter()
            .map(|(weight, curves)| (*weight, gain(curves)))
            .collect()
    }
}

/// Scales the members' weights to a sum of 1; an error if one is not a finite number > 0.
pub(super) fn normalise<T>(members: &mut [(f64, T)]) -> Result<()> {
    let sound = |weight: f64| weight.is_finite() && weight > 0.0;
    if let Some((weight, _)) = members.iter().find(|(weight, _)| !sound(*weight)) {
        return Err(Error::setting(
            "weight of a member",
            weight,
            "a finite number > 0",
        ));
    }
    let sum: f64 = members.iter().map(|(weight, _)| weight).sum();
    members.iter_mut().for_each(|(weight, _)| *weight /= sum);
    Ok(())
}

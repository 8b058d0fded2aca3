//! What the data added to the prior.

use rayon::prelude::*;
use serde::Serialize;

use crate::mix::estimate::nuts::chain::Chain;
use crate::mix::estimate::nuts::density::{Density, Room};
use crate::mix::estimate::nuts::size::Size;
use crate::stats::distribution_distance::kolmogorov_smirnov;
use crate::util::Random;

/// Draws of the prior.
const PRIOR_DRAWS: u64 = 500;
/// Draws of the posterior, spread evenly over the chains.
const POSTERIOR_DRAWS: usize = 1_000;

/// How much the data say of a channel's contribution, beside what its priors said before.
///
/// Both are of the logarithm of the contribution, which moves as that of the return does:
///
/// - contraction = 1 - (standard deviation of the posterior / that of the prior)^2
/// - shift = (mean of the posterior - mean of the prior) / standard deviation of the prior
///
/// ```
/// use mixtouch::mix::estimate::{LearnedFrom, Nuts};
/// use mixtouch::mix::specification::MixSpecification;
/// use mixtouch::simulate::panels::PanelWorld;
///
/// let panel = PanelWorld::small_business()?.simulate(1).panel()?;
/// let fit = Nuts::default().with_draws(150).fit(&MixSpecification::new(), &panel)?;
/// let search = &fit.report().learned()[0];
/// assert_eq!(search.channel, "Search-Ads");
/// assert_eq!(search.source(), LearnedFrom::Data);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Learned {
    /// The channel, with its geo where geos have effects of their own.
    pub channel: String,
    /// 0 where the posterior is as wide as the prior, near 1 where the data decide.
    pub contraction: f64,
    /// Beyond 2 or -2 the data contradict the prior.
    pub shift: f64,
    /// How far the distribution functions of prior and posterior lie apart at most (Kolmogorov and
    /// Smirnov): 0 where nothing was learned, up to 1.
    pub distance: f64,
}

/// Where a figure comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Source {
    /// Mostly the data: contraction .8 or more.
    Data,
    /// Partly the prior: contraction .5 to .8.
    Both,
    /// Mostly the prior: an experiment would tell more than this panel does.
    Prior,
}

impl Learned {
    /// Where the contribution comes from.
    pub fn source(&self) -> Source {
        match self.contraction {
            contraction if contraction >= 0.8 => Source::Data,
            contraction if contraction >= 0.5 => Source::Both,
            _ => Source::Prior,
        }
    }

    /// Whether the data lie far from what the prior expected.
    pub fn contradicts_prior(&self) -> bool {
        self.shift.abs() > 2.0
    }
}

/// By media column.
pub(super) fn learned(density: &Density, chains: &[Chain], seed: u64) -> Vec<Learned> {
    let random = Random::new(seed).stream(6);
    let priors: Vec<Vec<f64>> = (0..PRIOR_DRAWS)
        .into_par_iter()
        .map_init(Room::default, |room, draw| {
            let z = density.draw_prior(&mut random.stream(draw), room);
            log_contributions(density, &z, room)
        })
        .collect();
    let all: Vec<&Vec<f64>> = chains.iter().flat_map(|chain| &chain.draws).collect();
    let kept = all.len().min(POSTERIOR_DRAWS);
    let draws: Vec<Vec<f64>> = (0..kept)
        .into_par_iter()
        .map_init(Room::default, |room, at| {
            log_contributions(density, all[at * all.len() / kept], room)
        })
        .collect();
    let of_term = |k: usize| {
        let column = |draws: &[Vec<f64>]| {
            let known = draws.iter().map(|draw| draw[k]).filter(|x| x.is_finite());
            let mut known: Vec<f64> = known.collect();
            known.sort_by(f64::total_cmp);
            known
        };
        let (prior, posterior) = (column(&priors), column(&draws));
        let (before, after) = (moments(&prior), moments(&posterior));
        let name = &density.layout.names[density.layout.effect(k)];
        Learned {
            channel: name.replace(".contribution", ""),
            contraction: 1.0 - after.1 / before.1,
            shift: (after.0 - before.0) / before.1.sqrt(),
            distance: kolmogorov_smirnov(&prior, &posterior),
        }
    };
    (0..density.terms.len()).map(of_term).collect()
}

/// The logarithm of each term's mean contribution; infinite where it never ran.
fn log_contributions(density: &Density, z: &[f64], room: &mut Room) -> Vec<f64> {
    let logarithm = |size: &Size| match size.mean > 0.0 {
        true => size.log_contribution(),
        false => f64::NEG_INFINITY,
    };
    density.at(z, room, |point| point.terms.iter().map(logarithm).collect())
}

/// Mean and variance; a variance of 1 of nothing, so that nothing is learned of it.
fn moments(values: &[f64]) -> (f64, f64) {
    let count = values.len() as f64;
    if count < 2.0 {
        return (0.0, 1.0);
    }
    let mean = values.iter().sum::<f64>() / count;
    let squares: f64 = values.iter().map(|x| (x - mean) * (x - mean)).sum();
    (mean, (squares / (count - 1.0)).max(f64::MIN_POSITIVE))
}

//! What the data added to the prior.

use serde::Serialize;

use crate::mix::estimate::nuts::chains::Chain;
use crate::mix::estimate::nuts::density::Density;
use crate::mix::estimate::nuts::effect::PRIOR;
use crate::mix::estimate::nuts::forward::Forward;
use crate::mix::estimate::nuts::unconstrained::quantile;
use crate::util::Random;

/// Draws of the prior.
const PRIOR_DRAWS: u64 = 500;

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
    density
        .columns()
        .enumerate()
        .map(|(k, (channel, geos))| {
            let at = density.layout.effect(k);
            let draws = chains.iter().flat_map(|chain| &chain.draws);
            let posterior = moments(draws.map(|draw| draw[at]));
            let prior = moments((0..PRIOR_DRAWS).filter_map(|draw| {
                let mut random = random.stream(draw).stream(k as u64);
                let design = &density.design;
                let priors = design.channels[channel].priors();
                let z: Vec<f64> = priors
                    .map(|prior| quantile(prior, random.between(1e-6, 1.0 - 1e-6)))
                    .collect();
                let forward = Forward::new(&design.channels[channel], design.order, &z);
                let mean = density.mean_response(&forward, geos);
                (mean > 0.0).then(|| PRIOR.0 + PRIOR.1 * random.normal() + libm::log(mean))
            }));
            let name = &density.layout.names[at];
            Learned {
                channel: name.replace(".contribution", ""),
                contraction: 1.0 - posterior.1 / prior.1,
                shift: (posterior.0 - prior.0) / prior.1.sqrt(),
            }
        })
        .collect()
}

/// Mean and variance; a variance of 1 of nothing, so that nothing is learned of it.
fn moments(values: impl Iterator<Item = f64>) -> (f64, f64) {
    let values: Vec<f64> = values.collect();
    let count = values.len() as f64;
    if count < 2.0 {
        return (0.0, 1.0);
    }
    let mean = values.iter().sum::<f64>() / count;
    let squares: f64 = values.iter().map(|x| (x - mean) * (x - mean)).sum();
    (mean, (squares / (count - 1.0)).max(f64::MIN_POSITIVE))
}

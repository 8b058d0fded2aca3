//! The settings of the sampler.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// The posterior by the No-U-Turn Sampler (Hoffman and Gelman 2014): draws of everything at once,
/// where a [`Search`](crate::mix::estimate::Search) weighs points of its own.
///
/// Slower than a search, and sharper about what the data do not say: draws come with diagnostics of
/// their own ([`NutsReport`](crate::mix::estimate::NutsReport)), and a fit whose chains disagree is
/// an error rather than an interval.
///
/// - **Priors** of transform parameters are those of the specification. So are those of what a
///   channel brings ([`EffectPrior`](crate::mix::specification::EffectPrior)); unless stated an
///   effect (of a full response, in units of the mean KPI) is log-normal about 0.5, or about 2 /
///   their number where there are more than four channels, with standard deviation 1 of its
///   logarithm. The noise is half-normal with scale 1; the baseline's
///   coefficients are flat.
/// - **Tests** and beliefs about returns are in the likelihood, through adstock and saturation.
///   Beside a channel with a lift test stands demand that nobody records: a share of what the channel
///   brings, by the square root of the period's own spend; the share is .5 times Student's t with 2
///   degrees of freedom.
/// - **Baseline**: integrated out exactly, and drawn for each draw; sampled under Student's t and of
///   counts.
/// - **Effects that multiply** ([`Likelihood::Log`](crate::mix::specification::Likelihood::Log) and
///   counts) are in units of the KPI's logarithm; a test is of what its change of spend does to the
///   KPI that was seen. Priors on what depends on its level (returns, costs, contributions) are
///   refused there.
/// - **Geos** pooled in part differ by e^d, d normal about 0; effects that change walk at random in
///   the logarithm, from knot to knot.
/// - **Coordinates** are those in which the posterior is about round: a Hill curve moves by its
///   elasticity at the mean level and the logit of its response there, about the mode.
///
/// The same bits on any number of threads. Across processors draws are the same in distribution: a
/// chain amplifies the last bit of the sampler's own sums.
///
/// ```
/// use mixtouch::mix::estimate::Nuts;
/// use mixtouch::mix::specification::MixSpecification;
/// use mixtouch::simulate::panels::PanelWorld;
///
/// let panel = PanelWorld::small_business()?.simulate(1).panel()?;
/// let fit = Nuts::default().with_draws(150).fit(&MixSpecification::new(), &panel)?;
/// assert!(fit.report().divergences() == 0 && fit.report().r_hat() < 1.1);
/// let roi = fit.posterior().channels()[0].roi.unwrap();
/// assert!(roi.low() < roi.value() && roi.value() < roi.high());
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Nuts {
    pub(super) chains: usize,
    pub(super) warmup: usize,
    pub(super) draws: Option<usize>,
    pub(super) kept: usize,
    pub(super) acceptance: f64,
    pub(super) seed: u64,
}

impl Default for Nuts {
    /// 4 chains of 300 draws to warm up and 1,000 more, of which 400 are kept, by 4,000 steps where
    /// chains do not agree; acceptance .9; seed 1.
    fn default() -> Self {
        Self {
            chains: 4,
            warmup: 300,
            draws: None,
            kept: 400,
            acceptance: 0.9,
            seed: 1,
        }
    }
}

/// Draws of a chain where none are stated.
const DRAWS: usize = 1_000;

/// More draws, those of all chains together, than a week of computing makes.
const MOST_DRAWS: usize = 10_000_000;

impl Nuts {
    /// How many chains, 2 to 64; 4 unless set.
    #[must_use]
    pub const fn with_chains(self, chains: usize) -> Self {
        Self { chains, ..self }
    }

    /// How many draws of each chain find the step and are thrown away, 50 or more; 300 unless set.
    #[must_use]
    pub const fn with_warmup(self, warmup: usize) -> Self {
        Self { warmup, ..self }
    }

    /// How many draws each chain makes after its warm-up, 20 or more. Unless set it makes 1,000, and
    /// is begun anew with four steps a draw where chains would be refused: R-hat above 1.05, or fewer
    /// than 100 effective draws. All chains together make 10,000,000 at most, warm-up included.
    #[must_use]
    pub const fn with_draws(self, draws: usize) -> Self {
        let draws = Some(draws);
        Self { draws, ..self }
    }

    pub(super) fn draws(&self) -> usize {
        self.draws.unwrap_or(DRAWS)
    }

    /// How many draws, spread evenly over all chains, the posterior keeps, 20 or more; 400 unless
    /// set. Diagnostics are of all draws.
    #[must_use]
    pub const fn with_kept_draws(self, kept: usize) -> Self {
        Self { kept, ..self }
    }

    /// The share of steps to accept, above 0.5 and below 1: higher makes smaller steps and fewer
    /// divergences; 0.9 unless set.
    #[must_use]
    pub const fn with_acceptance(self, acceptance: f64) -> Self {
        Self { acceptance, ..self }
    }

    /// Another seed.
    #[must_use]
    pub const fn with_seed(self, seed: u64) -> Self {
        Self { seed, ..self }
    }

    pub(super) fn check(&self) -> Result<()> {
        let ranges = [
            ("chains", self.chains, 2, 64),
            ("warm-up draws", self.warmup, 50, MOST_DRAWS),
            ("draws of a chain", self.draws(), 20, MOST_DRAWS),
            ("draws kept", self.kept, 20, MOST_DRAWS),
        ];
        for (name, value, least, most) in ranges {
            if !(least..=most).contains(&value) {
                return Err(Error::setting(name, value, format!("{least} to {most}")));
            }
        }
        let all = self.chains * (self.warmup + self.draws());
        if all > MOST_DRAWS {
            let expected = format!("at most {MOST_DRAWS}, chains x (warm-up + draws)");
            return Err(Error::setting("draws of all chains", all, expected));
        }
        if self.acceptance > 0.5 && self.acceptance < 1.0 {
            return Ok(());
        }
        Err(Error::setting(
            "share of steps to accept",
            self.acceptance,
            "above 0.5 and below 1",
        ))
    }
}

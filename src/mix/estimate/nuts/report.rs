//! Whether the chains say the same.

use rayon::prelude::*;
use serde::Serialize;

use crate::error::{Error, Result};
use crate::mix::estimate::nuts::chain::Chain;
use crate::mix::estimate::nuts::learned::Learned;
use crate::mix::posterior::Posterior;
use crate::stats::convergence::{bfmi, ess_bulk, ess_tail, r_hat};

/// R-hat above which chains disagree, and the bulk effective draws below which they say too little
/// (Vehtari and co-authors 2021 ask for 1.01 and 400 for figures to report; beyond these a result
/// is none).
const MOST_R_HAT: f64 = 1.05;
const LEAST_ESS: f64 = 100.0;
/// Draws of a chain below which figures of kept draws are not compared.
const LEAST_EACH: usize = 50;

/// How well one parameter was sampled.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ParameterReport {
    /// The channel and parameter, such as `tv.alpha`; `tv.contribution` is the logarithm of the
    /// mean contribution, `noise` that of the noise.
    pub name: String,
    /// How much wider all chains together are than each by itself: rank-normalised split R-hat
    /// (Vehtari and co-authors 2021); 1 where they agree.
    pub r_hat: f64,
    /// The number of independent draws that would know the middle as well.
    pub ess_bulk: f64,
    /// The number of independent draws that would know the 5 % and 95 % points as well.
    pub ess_tail: f64,
}

impl ParameterReport {
    pub(super) fn new(name: String, series: &[Vec<f64>]) -> Self {
        Self {
            name,
            r_hat: r_hat(series),
            ess_bulk: ess_bulk(series),
            ess_tail: ess_tail(series),
        }
    }
}

/// One parameter's draws by chain.
fn series(chains: &[Chain], at: usize) -> Vec<Vec<f64>> {
    let of_chain = |chain: &Chain| chain.draws.iter().map(|draw| draw[at]).collect();
    chains.iter().map(of_chain).collect()
}

/// Whether chains say the same of every parameter, and enough.
pub(super) fn agree(chains: &[Chain]) -> bool {
    let parameters = chains[0].draws.first().map_or(0, Vec::len);
    (0..parameters).into_par_iter().all(|at| {
        let series = series(chains, at);
        r_hat(&series) <= MOST_R_HAT && ess_bulk(&series) >= LEAST_ESS
    })
}

/// Each channel's figures in the draws that the posterior keeps, which lie chain after chain. One
/// that is the same in all draws is left out: it is known.
fn figures(posterior: &Posterior, chains: usize) -> Vec<ParameterReport> {
    let each = posterior.draws().len() / chains;
    if each < LEAST_EACH {
        return vec![];
    }
    let all = posterior.figures_by_channel();
    let reports = all.into_iter().filter_map(|(name, values)| {
        let moves = values.iter().any(|x| (x / values[0] - 1.0).abs() > 1e-9);
        let series: Vec<Vec<f64>> = values
            .chunks(each)
            .take(chains)
            .map(<[f64]>::to_vec)
            .collect();
        moves.then(|| ParameterReport::new(name, &series))
    });
    reports.collect()
}

/// How well the posterior was sampled.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct NutsReport {
    parameters: Vec<ParameterReport>,
    figures: Vec<ParameterReport>,
    learned: Vec<Learned>,
    draws: usize,
    chains: usize,
    steps: usize,
    divergences: u64,
    gradients: u64,
    bfmi: f64,
    stopped: bool,
}

impl NutsReport {
    pub(super) fn new(
        names: &[String],
        chains: &[Chain],
        learned: Vec<Learned>,
        posterior: &Posterior,
    ) -> Self {
        let parameter =
            |(at, name): (usize, &String)| ParameterReport::new(name.clone(), &series(chains, at));
        let energies = chains.iter().map(|chain| bfmi(&chain.energies));
        Self {
            parameters: names.par_iter().enumerate().map(parameter).collect(),
            figures: figures(posterior, chains.len()),
            bfmi: energies.fold(f64::INFINITY, f64::min),
            learned,
            draws: chains.first().map_or(0, |chain| chain.draws.len()),
            chains: chains.len(),
            steps: chains.iter().map(|chain| chain.energies.len()).sum(),
            divergences: chains.iter().map(|chain| chain.divergences).sum(),
            gradients: chains.iter().map(|chain| chain.gradients).sum(),
            stopped: chains.iter().any(|chain| chain.stopped),
        }
    }

    /// By parameter.
    pub fn parameters(&self) -> &[ParameterReport] {
        &self.parameters
    }

    /// By channel, how well its contribution, ROI and marginal ROI were sampled: of the draws that
    /// the posterior keeps.
    pub fn figures(&self) -> &[ParameterReport] {
        &self.figures
    }

    /// The smallest energy Bayesian fraction of missing information of any chain (Betancourt 2016):
    /// how well each step's fresh momentum reaches all levels of the density. Below .3 the ends of
    /// the posterior were hardly visited.
    pub const fn bfmi(&self) -> f64 {
        self.bfmi
    }

    /// By channel, what the data added to the prior.
    pub fn learned(&self) -> &[Learned] {
        &self.learned
    }

    /// Chains, and draws of each after the warm-up. Chains that did not agree at first took four
    /// steps a draw.
    pub const fn size(&self) -> (usize, usize) {
        (self.chains, self.draws)
    }

    /// Steps after the warm-up at which the sampler lost the posterior's shape; any but a few mean
    /// that a part of it was not visited.
    pub const fn divergences(&self) -> u64 {
        self.divergences
    }

    /// How often density and gradient were evaluated.
    pub const fn gradients(&self) -> u64 {
        self.gradients
    }

    /// Whether an observer stopped the sampler early.
    pub const fn is_stopped(&self) -> bool {
        self.stopped
    }

    /// The largest R-hat.
    pub fn r_hat(&self) -> f64 {
        let each = self.parameters.iter().map(|parameter| parameter.r_hat);
        each.fold(1.0, f64::max)
    }

    /// The smallest bulk effective number of draws.
    pub fn ess_bulk(&self) -> f64 {
        let each = self.parameters.iter().map(|parameter| parameter.ess_bulk);
        each.fold(f64::INFINITY, f64::min)
    }

    /// The smallest tail effective number of draws.
    pub fn ess_tail(&self) -> f64 {
        let each = self.parameters.iter().map(|parameter| parameter.ess_tail);
        each.fold(f64::INFINITY, f64::min)
    }

    /// Whether the chains agree well enough to say anything: R-hat of every parameter and of every
    /// channel's figures at most 1.05, 100 effective draws and at most 1 % divergences.
    ///
    /// # Errors
    /// If not, with the worst parameter and what to do.
    pub fn check(&self) -> Result<()> {
        let all = self.parameters.iter().chain(&self.figures);
        let r_hat = all.reduce(|a, b| if b.r_hat > a.r_hat { b } else { a });
        let parameters = self.parameters.iter();
        let ess = parameters.reduce(|a, b| if b.ess_bulk < a.ess_bulk { b } else { a });
        let Some((r_hat, ess)) = r_hat.zip(ess) else {
            return Ok(());
        };
        let refuse = |what: String, value: String, expected: &str| {
            Err(Error::setting(what, value, expected.to_owned()))
        };
        let agree = r_hat.r_hat <= MOST_R_HAT;
        if !agree {
            return refuse(
                format!("R-hat of {}", r_hat.name),
                format!("{:.3}", r_hat.r_hat),
                "1.05 or less: warm up longer, or give the channel a narrower prior or a test",
            );
        }
        let enough = ess.ess_bulk >= LEAST_ESS;
        if !enough {
            return refuse(
                format!("effective draws of {}", ess.name),
                format!("{:.0}", ess.ess_bulk),
                "100 or more: draw more",
            );
        }
        let steps = self.steps as u64;
        if 100 * self.divergences > steps {
            return refuse(
                "divergences".to_owned(),
                format!("{} of {steps} steps", self.divergences),
                "1 % at most: raise the share of steps to accept, or narrow the priors",
            );
        }
        Ok(())
    }
}

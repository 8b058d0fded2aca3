//! A fit by either estimator.

use std::fmt;

use mixtouch::Result;
use mixtouch::mix::estimate::{Estimator, Search};
use mixtouch::mix::panel::Panel;
use mixtouch::mix::posterior::Posterior;
use mixtouch::mix::specification::MixSpecification;

/// The estimators by name.
#[derive(Clone, Copy, clap::ValueEnum)]
pub(crate) enum Estimators {
    Search,
    #[cfg(feature = "bayes")]
    Nuts,
}

/// How to fit.
#[derive(Clone, Copy)]
pub(crate) enum Method {
    Search(Search),
    #[cfg(feature = "bayes")]
    Nuts(mixtouch::mix::estimate::Nuts),
}

/// What a fit found.
pub(crate) struct Fitted {
    pub(crate) posterior: Posterior,
    /// By channel: whether the posterior says that the prior says most of it.
    pub(crate) mostly_prior: Vec<bool>,
    pub(crate) chains: Option<Chains>,
}

/// How well chains agree.
#[derive(Clone, Copy)]
#[cfg_attr(
    not(feature = "bayes"),
    allow(dead_code, reason = "only a posterior has chains")
)]
pub(crate) struct Chains {
    r_hat: f64,
    ess_bulk: f64,
    divergences: u64,
    gradients: u64,
    refused: bool,
}

impl Chains {
    /// The worst of several fits, in words.
    pub(crate) fn worst(all: &[Self]) -> Worst {
        let count = |f: &dyn Fn(&Self) -> bool| all.iter().filter(|chains| f(chains)).count();
        Worst {
            r_hat: all.iter().map(|c| c.r_hat).fold(1.0, f64::max),
            ess_bulk: all.iter().map(|c| c.ess_bulk).fold(f64::INFINITY, f64::min),
            good: count(&|c| c.r_hat <= 1.01 && c.ess_bulk >= 400.0 && c.divergences == 0),
            divergences: all.iter().map(|c| c.divergences).sum(),
            gradients: all.iter().map(|c| c.gradients).sum::<u64>() / all.len() as u64,
            refused: count(&|c| c.refused),
            fits: all.len(),
        }
    }
}

/// The worst chains of several fits.
pub(crate) struct Worst {
    r_hat: f64,
    ess_bulk: f64,
    divergences: u64,
    gradients: u64,
    good: usize,
    refused: usize,
    fits: usize,
}

impl fmt::Display for Worst {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "  R-hat at most {:.3}, {:.0} effective draws at least, {} divergences, {} gradients a \
             fit; {} of {} within 1.01, 400 and 0, {} refused",
            self.r_hat,
            self.ess_bulk,
            self.divergences,
            self.gradients,
            self.good,
            self.fits,
            self.refused
        )
    }
}

impl Method {
    pub(crate) fn new(estimator: Estimators, trials: usize, draws: usize) -> Self {
        let _ = draws;
        match estimator {
            Estimators::Search => Self::Search(
                Search::default()
                    .with_evaluations(trials)
                    .with_pareto_evaluations(0),
            ),
            #[cfg(feature = "bayes")]
            Estimators::Nuts => {
                Self::Nuts(mixtouch::mix::estimate::Nuts::default().with_draws(draws))
            }
        }
    }

    pub(crate) fn fit(self, mix: &MixSpecification, panel: &Panel) -> Result<Fitted> {
        match self {
            Self::Search(search) => Ok(Fitted {
                posterior: search.estimate(mix, panel)?,
                mostly_prior: vec![false; panel.channels().len()],
                chains: None,
            }),
            #[cfg(feature = "bayes")]
            Self::Nuts(nuts) => {
                let fit = nuts.fit(mix, panel)?;
                let report = fit.report();
                let prior = mixtouch::mix::estimate::LearnedFrom::Prior;
                let learned = report.learned().iter().map(|l| l.source() == prior);
                Ok(Fitted {
                    mostly_prior: learned.collect(),
                    chains: Some(Chains {
                        r_hat: report.r_hat(),
                        ess_bulk: report.ess_bulk(),
                        divergences: report.divergences(),
                        gradients: report.gradients(),
                        refused: report.check().is_err(),
                    }),
                    posterior: fit.into_posterior(),
                })
            }
        }
    }
}

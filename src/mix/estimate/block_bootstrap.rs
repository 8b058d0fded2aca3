//! Residual-block bootstrap: how far contributions would move had the noise fallen otherwise.

use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;
use serde::Serialize;

use crate::error::{Error, Result};
use crate::mix::estimate::design::Design;
use crate::mix::estimate::problem::{Problem, Workspace};
use crate::mix::estimate::search::Search;
use crate::mix::estimate::sufficient_statistics::SufficientStatistics;
use crate::mix::posterior::{Posterior, PosteriorDraw};
use crate::mix::specification::Pooling;
use crate::mix::specification::columns::Source;
use crate::mix::transform::curve::Scratch;
use crate::progress::{Progress, Stage, step};
use crate::stats::{ConfidenceLevel, Estimate};
use crate::util::Random;

/// A channel's contribution and return over bootstrap replicates.
///
/// ```
/// use mixtouch::mix::estimate::{Estimator, Search};
/// use mixtouch::mix::specification::MixSpecification;
/// use mixtouch::simulate::panels::PanelWorld;
///
/// let panel = PanelWorld::small_business()?.simulate(1).panel()?;
/// let search = Search::default().with_evaluations(200);
/// let model = search.estimate(&MixSpecification::new(), &panel)?;
/// for channel in model.bootstrap(40, 4, 1)?.channels() {
///     let contribution = &channel.contribution;
///     println!("{}: {:.0} to {:.0}", channel.channel, contribution.low(), contribution.high());
///     assert!(contribution.low() <= contribution.high());
/// }
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BootstrapChannel {
    /// The channel.
    pub channel: String,
    /// Contribution over the panel, in units of the KPI.
    pub contribution: Estimate,
    /// Contribution, in money where the panel says what a unit of the KPI brings, per unit spent;
    /// none without spend.
    pub roi: Option<Estimate>,
}

/// Intervals from a residual-block bootstrap.
///
/// ```
/// use mixtouch::mix::estimate::{Estimator, Search};
/// use mixtouch::mix::specification::MixSpecification;
/// use mixtouch::simulate::panels::PanelWorld;
///
/// let panel = PanelWorld::small_business()?.simulate(1).panel()?;
/// let search = Search::default().with_evaluations(200);
/// let model = search.estimate(&MixSpecification::new(), &panel)?;
/// let bootstrap = model.bootstrap(40, 4, 1)?;
/// assert_eq!(bootstrap.replicates(), 40);
/// assert_eq!(bootstrap.channels().len(), panel.channels().len());
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BlockBootstrap {
    replicates: usize,
    channels: Vec<BootstrapChannel>,
}

impl BlockBootstrap {
    /// Number of replicates.
    pub const fn replicates(&self) -> usize {
        self.replicates
    }

    /// Every channel's intervals.
    pub fn channels(&self) -> &[BootstrapChannel] {
        &self.channels
    }
}

impl Posterior {
    /// Draws replicates of the KPI - prediction plus residuals in blocks of `block` successive
    /// periods, the same periods in every geo - and solves the linear part of a draw anew for each.
    /// The intervals hold both the noise and the spread of transforms, as replicates take turns
    /// with the draws.
    ///
    /// ```
    /// use mixtouch::mix::estimate::{Estimator, Search};
    /// use mixtouch::mix::specification::MixSpecification;
    /// use mixtouch::simulate::panels::PanelWorld;
    ///
    /// let panel = PanelWorld::small_business()?.simulate(1).panel()?;
    /// let search = Search::default().with_evaluations(200);
    /// let model = search.estimate(&MixSpecification::new(), &panel)?;
    /// let bootstrap = model.bootstrap(40, 4, 1)?;
    /// let roi = bootstrap.channels()[0].roi.unwrap();
    /// assert!(roi.low() < roi.value() && roi.value() < roi.high());
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    ///
    /// # Errors
    /// If there are fewer than 10 replicates, or `block` is 0 or longer than the panel.
    pub fn bootstrap(&self, replicates: usize, block: usize, seed: u64) -> Result<BlockBootstrap> {
        self.bootstrap_with_progress(replicates, block, seed, &())
    }

    /// Bootstraps like [`Posterior::bootstrap`], observed by `progress`, which counts replicates.
    ///
    /// # Errors
    /// Like [`Posterior::bootstrap`]; [`Error::Cancelled`] if it was stopped.
    pub fn bootstrap_with_progress(
        &self,
        replicates: usize,
        block: usize,
        seed: u64,
        progress: &dyn Progress,
    ) -> Result<BlockBootstrap> {
        if replicates < 10 {
            return Err(Error::setting("replicates", replicates, "10 or more"));
        }
        if !(1..=self.panel.periods()).contains(&block) {
            return Err(Error::setting(
                "periods in a block",
                block,
                format!("1 to {}", self.panel.periods()),
            ));
        }
        let residuals = self.residuals();
        let design = self.design()?;
        let random = Random::new(seed).stream(3);
        let done = AtomicU64::new(0);
        let replicate = |i: usize| {
            let kpi = self.replicate(&residuals, block, random.stream(i as u64));
            let draw = &self.draws[i % self.draws.len()];
            let totals = self.contributions_for(design.with_kpi(&kpi), draw);
            let done = done.fetch_add(1, Ordering::Relaxed) + 1;
            let total = replicates as u64;
            if done.is_multiple_of((total / 100).max(1)) {
                step(progress, Stage::Bootstrapping, done, Some(total))?;
            }
            Ok(totals)
        };
        let totals = (0..replicates)
            .into_par_iter()
            .map(replicate)
            .collect::<Result<Vec<Option<Vec<[f64; 2]>>>>>()?;
        Ok(self.summarised(&totals.into_iter().flatten().collect::<Vec<_>>()))
    }

    /// The intervals of replicates' contributions and their worth, by channel.
    fn summarised(&self, replicates: &[Vec<[f64; 2]>]) -> BlockBootstrap {
        let weights = vec![1.0; replicates.len()];
        let channel = |(c, channel): (usize, &crate::mix::panel::Channel)| {
            let totals: Vec<f64> = replicates.iter().map(|d| d[c][0]).collect();
            let spend: f64 = channel.spend().iter().sum();
            let returns: Vec<f64> = replicates.iter().map(|d| d[c][1] / spend).collect();
            BootstrapChannel {
                channel: channel.name().into(),
                contribution: Estimate::from_draws(&totals, &weights, ConfidenceLevel::P90),
                roi: (spend > 0.0)
                    .then(|| Estimate::from_draws(&returns, &weights, ConfidenceLevel::P90)),
            }
        };
        BlockBootstrap {
            replicates: replicates.len(),
            channels: self
                .panel
                .channels()
                .iter()
                .enumerate()
                .map(channel)
                .collect(),
        }
    }

    /// The regression as it was fitted, coefficients by geo where they are not pooled.
    fn design(&self) -> Result<Design> {
        // As many blocks of periods as the default search has: products are summed block by block,
        // so that the figures are the search's to the last bit.
        let design = Design::new(&self.panel, &self.specification, Search::default().folds)?
            .with_smoothness(self.smoothness);
        Ok(if self.specification.pooling == Pooling::Pooled {
            design
        } else {
            design.by_geo(&self.panel, &self.specification)
        })
    }

    /// Prediction plus residuals taken in blocks from random periods, wrapping round the panel's
    /// end.
    fn replicate(&self, residuals: &[f64], block: usize, mut random: Random) -> Vec<f64> {
        let prediction = self.decomposition().prediction();
        let periods = self.panel.periods();
        let mut from = vec![];
        while from.len() < periods {
            let start = random.index(periods as u64) as usize;
            from.extend((0..block).map(|k| (start + k) % periods));
        }
        let geo = |g: usize| (0..periods).map(move |t| (g * periods + t, t));
        let rows = (0..self.panel.geos().len()).flat_map(geo);
        rows.map(|(row, t)| prediction[row] + residuals[row - t + from[t]])
            .collect()
    }

    /// Total contributions of all channels and their worth under a draw's transforms, for the
    /// design's KPI; none if the draw has no solution.
    fn contributions_for(&self, design: Design, draw: &PosteriorDraw) -> Option<Vec<[f64; 2]>> {
        let mut problem = Problem::new(design).with_noise(self.noise);
        if let Pooling::Partial(strength) = self.specification.pooling {
            problem = problem.with_centres(self.pooled_coefficients(draw), strength);
        }
        let mut statistics = SufficientStatistics::new(&problem.design);
        for (channel, curve) in draw.curves.iter().enumerate() {
            statistics.set_channel(channel, curve, &problem.design);
        }
        let linear = problem.solve(&statistics, draw.penalty, &mut Workspace::default())?;
        let mut totals = vec![[0.0; 2]; problem.design.channels.len()];
        for (k, column) in problem.design.columns.iter().enumerate() {
            if let Source::Channel(c) = column.source {
                let worth = self
                    .worth_of_one(&problem.design, c, column.geo, draw)
                    .unwrap_or_else(|| statistics.total(k));
                totals[c][0] += linear.coefficients[k] * statistics.total(k);
                totals[c][1] += linear.coefficients[k] * worth;
            }
        }
        Some(totals)
    }

    /// What a channel's coefficient of 1 brings in money, in one geo or in all; none where the
    /// panel does not price the KPI.
    fn worth_of_one(
        &self,
        design: &Design,
        channel: usize,
        geo: Option<usize>,
        draw: &PosteriorDraw,
    ) -> Option<f64> {
        let revenue = self.panel.revenue_per_kpi()?;
        let (mut scratch, mut transformed) = (Scratch::default(), vec![0.0; design.periods]);
        let geos = geo.map_or(0..design.geos, |g| g..g + 1);
        let worth = |g: usize| {
            let rows = g * design.periods..(g + 1) * design.periods;
            draw.curves[channel].apply(
                &design.channels[channel].activity[rows.clone()],
                &mut scratch,
                &mut transformed,
            );
            transformed
                .iter()
                .zip(&revenue[rows])
                .map(|(x, w)| x * w)
                .sum::<f64>()
                * design.scales.kpi[g]
        };
        Some(geos.map(worth).sum())
    }

    /// The mean over geos of a draw's coefficients, in units of scaled KPI, for each regression
    /// column by geo.
    fn pooled_coefficients(&self, draw: &PosteriorDraw) -> Vec<f64> {
        let geos = self.scales.kpi.len();
        let mean = |c: &Vec<f64>| {
            c.iter()
                .zip(&self.scales.kpi)
                .map(|(x, s)| x / s)
                .sum::<f64>()
                / geos as f64
        };
        draw.coefficients
            .iter()
            .flat_map(|c| vec![mean(c); geos])
            .chain(vec![0.0; self.specification.control_bounds.len()])
            .collect()
    }
}

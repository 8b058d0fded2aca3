//! Residual-block bootstrap: how far contributions would move had the noise fallen otherwise.

use rayon::prelude::*;
use serde::Serialize;

use crate::error::{Error, Result};
use crate::mix::estimate::candidate::{Problem, Workspace};
use crate::mix::estimate::design::{Design, Source};
use crate::mix::estimate::search::set_all;
use crate::mix::estimate::sufficient_statistics::SufficientStatistics;
use crate::mix::posterior::{Posterior, PosteriorDraw};
use crate::mix::specification::Pooling;
use crate::mix::transform::curve::Scratch;
use crate::stats::{ConfidenceLevel, Estimate};
use crate::util::Random;

/// A channel's contribution and return over bootstrap replicates.
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
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Bootstrap {
    replicates: usize,
    channels: Vec<BootstrapChannel>,
}

impl Bootstrap {
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
    /// periods, the same periods in every geo - and solves the linear part of a member of the
    /// ensemble anew for each. The intervals hold both the noise and the spread of transforms, as
    /// replicates go round the members.
    ///
    /// # Errors
    /// If there are fewer than 10 replicates, or `block` is 0 or longer than the panel.
    pub fn bootstrap(&self, replicates: usize, block: usize, seed: u64) -> Result<Bootstrap> {
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
        let prediction = self.decomposition();
        let random = Random::new(seed).stream(3);
        let Some(problem) = self.problem() else {
            return Err(Error::Empty {
                what: "regression".into(),
                expected: "the panel the model was fitted to".into(),
            });
        };
        let draws: Vec<Vec<[f64; 2]>> = (0..replicates)
            .into_par_iter()
            .filter_map(|i| {
                let kpi = self.replicate(
                    prediction.prediction(),
                    &residuals,
                    block,
                    random.stream(i as u64),
                );
                self.contributions_for(&problem.design, kpi, &self.members[i % self.members.len()])
            })
            .collect();
        let weights = vec![1.0; draws.len()];
        let channels = self
            .panel
            .channels()
            .iter()
            .enumerate()
            .map(|(c, channel)| {
                let totals: Vec<f64> = draws.iter().map(|d| d[c][0]).collect();
                let spend: f64 = channel.spend().iter().sum();
                let returns: Vec<f64> = draws.iter().map(|d| d[c][1] / spend).collect();
                BootstrapChannel {
                    channel: channel.name().into(),
                    contribution: Estimate::from_draws(&totals, &weights, ConfidenceLevel::P90),
                    roi: (spend > 0.0)
                        .then(|| Estimate::from_draws(&returns, &weights, ConfidenceLevel::P90)),
                }
            });
        Ok(Bootstrap {
            replicates: draws.len(),
            channels: channels.collect(),
        })
    }

    /// Prediction plus residuals taken in blocks from random periods, wrapping round the panel's
    /// end.
    fn replicate(
        &self,
        prediction: &[f64],
        residuals: &[f64],
        block: usize,
        mut random: Random,
    ) -> Vec<f64> {
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

    /// Total contributions of all channels and their worth under a member's transforms, for another
    /// KPI.
    fn contributions_for(
        &self,
        design: &Design,
        kpi: Vec<f64>,
        member: &PosteriorDraw,
    ) -> Option<Vec<[f64; 2]>> {
        let mut design = design.clone();
        for (row, y) in kpi.iter().enumerate() {
            let weight = design.root_weights.as_ref().map_or(1.0, |w| w[row]);
            design.kpi[row] = y / design.kpi_scale[row / design.periods] * weight;
        }
        let mut problem = Problem::new(design).with_noise(self.noise);
        if let Pooling::Partial(strength) = self.specification.pooling {
            problem = problem.with_centres(self.pooled_coefficients(member), strength);
        }
        let (mut moments, mut bench) = (
            SufficientStatistics::new(&problem.design),
            Workspace::default(),
        );
        set_all(&problem, &member.point, &mut moments);
        let linear = problem.solve(&moments, member.penalty, &mut bench)?;
        let mut totals = vec![[0.0; 2]; problem.design.channels.len()];
        for (k, column) in problem.design.columns.iter().enumerate() {
            if let Source::Channel(c) = column.source {
                let worth = self
                    .worth_of_one(&problem.design, c, column.geo, member)
                    .unwrap_or_else(|| moments.total(k));
                totals[c][0] += linear.coefficients[k] * moments.total(k);
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
        member: &PosteriorDraw,
    ) -> Option<f64> {
        let revenue = self.panel.revenue_per_kpi()?;
        let (mut room, mut transformed) = (Scratch::default(), vec![0.0; design.periods]);
        let geos = geo.map_or(0..design.geos, |g| g..g + 1);
        let worth = |g: usize| {
            let rows = g * design.periods..(g + 1) * design.periods;
            member.curves[channel].apply(
                &design.channels[channel].activity[rows.clone()],
                &mut room,
                &mut transformed,
            );
            transformed
                .iter()
                .zip(&revenue[rows])
                .map(|(x, w)| x * w)
                .sum::<f64>()
                * design.kpi_scale[g]
        };
        Some(geos.map(worth).sum())
    }

    /// The mean over geos of a member's coefficients, in units of scaled KPI, for each regression
    /// column by geo.
    fn pooled_coefficients(&self, member: &PosteriorDraw) -> Vec<f64> {
        let geos = self.kpi_scale.len();
        let mean = |c: &Vec<f64>| {
            c.iter()
                .zip(&self.kpi_scale)
                .map(|(x, s)| x / s)
                .sum::<f64>()
                / geos as f64
        };
        member
            .coefficients
            .iter()
            .flat_map(|c| vec![mean(c); geos])
            .chain(vec![0.0; self.specification.control_bounds.len()])
            .collect()
    }
}

//! The fitted model: an ensemble of candidates.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::mix::estimate::Objectives;
use crate::mix::estimate::candidate::{Linear, Problem, Workspace};
use crate::mix::estimate::design::{Design, Source};
use crate::mix::estimate::search::{Found, SearchSettings, evaluate, search};
use crate::mix::estimate::sufficient_statistics::SufficientStatistics;
use crate::mix::panel::Panel;
use crate::mix::specification::{MixSpecification, Pooling};
use crate::mix::transform::ChannelCurve;
use crate::time::Day;

/// One candidate, fitted: transforms, coefficients and how it fares.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PosteriorDraw {
    pub(crate) curves: Vec<ChannelCurve>,
    /// Effect of a full response, by channel, then geo, in units of the KPI.
    pub(crate) coefficients: Vec<Vec<f64>>,
    /// Coefficients of the baseline's columns, in units of scaled KPI: each geo's own, holidays and
    /// controls, then controls with bounds.
    pub(crate) baseline: Vec<f64>,
    pub(crate) penalty: f64,
    pub(crate) objectives: Objectives,
    pub(crate) kkt_residual: f64,
    /// Where in the unit cube of parameters it lies.
    pub(crate) point: Vec<f64>,
}

impl PosteriorDraw {
    /// Each channel's transforms.
    pub fn curves(&self) -> &[ChannelCurve] {
        &self.curves
    }

    /// The effect of a full response by channel, then geo, in units of the KPI.
    pub fn coefficients(&self) -> &[Vec<f64>] {
        &self.coefficients
    }

    /// The ridge penalty.
    pub const fn penalty(&self) -> f64 {
        self.penalty
    }

    /// What it was judged by.
    pub const fn objectives(&self) -> &Objectives {
        &self.objectives
    }

    /// How far the linear part is from its exact optimum.
    pub const fn kkt_residual(&self) -> f64 {
        self.kkt_residual
    }
}

/// A fitted marketing-mix model: an ensemble of candidates with weights, the panel it was fitted to
/// and the specification.
///
/// The members are draws from the posterior of the transforms, so their weights are equal and every
/// figure is their mean. With serde a model is saved and loaded; what does not fit together is
/// refused on loading.
///
/// ```
/// use mixtouch::mix::specification::MixSpecification;
/// use mixtouch::simulate::panels::PanelWorld;
///
/// let world = PanelWorld::small_business()?.simulate(1);
/// let model = MixSpecification::new().fit(&world.panel()?)?;
/// for (channel, summary) in model.channels().iter().enumerate() {
///     let roi = summary.roi.unwrap();
///     println!("{}: {roi:.1}, in truth {:.1}", summary.channel, world.roas(channel));
/// }
/// # let search = &model.channels()[0];
/// # assert!((search.roi.unwrap().value() / world.roas(0) - 1.0).abs() < 0.5);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "crate::mix::posterior::stored::Fields")]
pub struct Posterior {
    pub(crate) specification: MixSpecification,
    pub(crate) panel: Panel,
    pub(crate) members: Vec<PosteriorDraw>,
    pub(crate) weights: Vec<f64>,
    pub(crate) best: PosteriorDraw,
    pub(crate) front: Vec<PosteriorDraw>,
    pub(crate) timeline: (Day, Day),
    /// One unit of scaled KPI, by geo.
    pub(crate) kpi_scale: Vec<f64>,
    /// What counts as one unit of activity, by channel, then geo.
    pub(crate) activity_scale: Vec<Vec<f64>>,
    pub(crate) baseline_names: Vec<String>,
    pub(crate) dropped: Vec<String>,
    pub(crate) tried: usize,
    /// Residual variance in scaled units, and how many successive rows say as much as one
    /// independent row.
    pub(crate) noise: Option<(f64, f64)>,
}

impl MixSpecification {
    /// Searches and fits.
    ///
    /// # Errors
    /// If a setting names something that is not in the panel, the panel has too few rows for the
    /// coefficients, the KPI does not change, or media are collinear and bear no penalty; also if a
    /// lift test is not wholly within the panel or cuts more than was spent.
    pub fn fit(&self, panel: &Panel) -> Result<Posterior> {
        self.run(panel, self.trials, vec![])
    }

    /// A fit that starts from candidates of an earlier one, with a tenth of the trials.
    pub(crate) fn fit_from(&self, panel: &Panel, from: Vec<Vec<f64>>) -> Result<Posterior> {
        self.run(panel, (self.trials / 10).max(10), from)
    }

    fn run(&self, panel: &Panel, trials: usize, from: Vec<Vec<f64>>) -> Result<Posterior> {
        let effort = SearchSettings {
            trials,
            front: self.front,
            members: self.ensemble,
            seed: self.seed,
            penalty: self.penalty,
        };
        let (problem, found, effort) =
            search(Problem::new(Design::new(panel, self)?), effort, from)?;
        Ok(self.assemble(panel, problem, found, effort))
    }

    fn assemble(
        &self,
        panel: &Panel,
        problem: Problem,
        found: Found,
        effort: SearchSettings,
    ) -> Posterior {
        let final_problems = |points: Vec<Vec<f64>>| -> Vec<PosteriorDraw> {
            let members: Vec<Option<PosteriorDraw>> = points
                .into_par_iter()
                .map(|point| self.member(panel, &problem, effort, point))
                .collect();
            members.into_iter().flatten().collect()
        };
        let members = final_problems(found.members);
        let best = final_problems(vec![found.best])
            .pop()
            .expect("the best candidate was solved before");
        let front = final_problems(found.front.into_iter().map(|t| t.point).collect());
        // Candidates tried for the front, or before the noise was known, may turn out to score
        // higher yet.
        let better = |best: PosteriorDraw, m: &PosteriorDraw| {
            if m.objectives.score > best.objectives.score {
                m.clone()
            } else {
                best
            }
        };
        let best = members.iter().chain(&front).fold(best, better);
        let weight = 1.0 / members.len() as f64;
        Posterior {
            specification: self.clone(),
            panel: panel.clone(),
            weights: vec![weight; members.len()],
            members,
            best,
            front,
            timeline: problem.design.timeline,
            kpi_scale: problem.design.kpi_scale.clone(),
            activity_scale: problem
                .design
                .channels
                .iter()
                .map(|c| c.scale.clone())
                .collect(),
            baseline_names: problem
                .design
                .baseline_columns
                .iter()
                .map(|c| c.name.clone())
                .collect(),
            dropped: problem.design.dropped(),
            tried: found.tried,
            noise: problem.noise(),
        }
    }

    /// A candidate in the user's units, with coefficients by geo where these are not pooled.
    fn member(
        &self,
        panel: &Panel,
        problem: &Problem,
        effort: SearchSettings,
        point: Vec<f64>,
    ) -> Option<PosteriorDraw> {
        let (mut moments, mut bench) = (
            SufficientStatistics::new(&problem.design),
            Workspace::default(),
        );
        let (linear, objectives) = evaluate(problem, effort, &point, &mut moments, &mut bench)?;
        if self.pooling == Pooling::Pooled || panel.geos().len() == 1 {
            return Some(in_units(
                problem, &moments, effort, linear, objectives, point,
            ));
        }
        let separated =
            Problem::new(problem.design.separated(panel, self)).with_noise(problem.noise());
        let separated = match self.pooling {
            Pooling::Partial(strength) => {
                let centre = |m: &crate::mix::estimate::design::MediaColumn| {
                    problem
                        .design
                        .columns
                        .iter()
                        .position(|c| c.source == m.source)
                        .map_or(0.0, |k| linear.coefficients[k])
                };
                let centres = separated.design.columns.iter().map(centre).collect();
                separated.with_centres(centres, strength)
            }
            _ => separated,
        };
        let mut moments = SufficientStatistics::new(&separated.design);
        let (linear, objectives) = evaluate(&separated, effort, &point, &mut moments, &mut bench)?;
        Some(in_units(
            &separated, &moments, effort, linear, objectives, point,
        ))
    }
}

/// Coefficients in units of the KPI.
fn in_units(
    problem: &Problem,
    moments: &SufficientStatistics,
    effort: SearchSettings,
    linear: Linear,
    objectives: Objectives,
    point: Vec<f64>,
) -> PosteriorDraw {
    let design = &problem.design;
    let mut along = design.along_basis(&design.kpi);
    let mut coefficients = vec![vec![0.0; design.geos]; design.channels.len()];
    let mut bounded_controls = vec![];
    for (k, (column, x)) in design.columns.iter().zip(&linear.coefficients).enumerate() {
        along
            .iter_mut()
            .zip(design.along_basis(moments.values(k)))
            .for_each(|(a, m)| *a -= x * m);
        match column.source {
            Source::Control(_) => bounded_controls.push(*x),
            Source::Channel(c) => {
                for geo in column.geo.map_or(0..design.geos, |g| g..g + 1) {
                    coefficients[c][geo] = x * design.kpi_scale[geo];
                }
            }
        }
    }
    let mut baseline = design.basis.coefficients(along);
    baseline.extend(bounded_controls);
    let offsets = design.offsets();
    let curve = |c: usize| {
        let channel = &design.channels[c];
        let transform = channel.transform(
            &point[offsets[c]..offsets[c + 1]],
            design.window,
            design.order,
        );
        transform.bind(&channel.activity, design.periods)
    };
    PosteriorDraw {
        curves: (0..design.channels.len()).map(curve).collect(),
        coefficients,
        baseline,
        penalty: effort.penalty_at(point[point.len() - 1]),
        objectives,
        kkt_residual: linear.kkt,
        point,
    }
}

impl Posterior {
    /// The ensemble's members.
    pub fn members(&self) -> &[PosteriorDraw] {
        &self.members
    }

    /// The members' weights, which sum to 1.
    pub fn weights(&self) -> &[f64] {
        &self.weights
    }

    /// The single candidate with the highest score.
    pub const fn best(&self) -> &PosteriorDraw {
        &self.best
    }

    /// The candidates that no other beats in NRMSE, RSSD and lift error at once, by rising NRMSE.
    pub fn front(&self) -> &[PosteriorDraw] {
        &self.front
    }

    /// The panel it was fitted to.
    pub const fn panel(&self) -> &Panel {
        &self.panel
    }

    /// The regression as it was fitted, coefficients by geo; none if the panel could not be fitted,
    /// which a fitted model's can.
    pub(crate) fn problem(&self) -> Option<Problem> {
        let design = Design::new(&self.panel, &self.specification).ok()?;
        let separate = self.specification.pooling != Pooling::Pooled;
        let design = if separate {
            design.separated(&self.panel, &self.specification)
        } else {
            design
        };
        Some(Problem::new(design).with_noise(self.noise))
    }

    /// Baseline columns that were left out because they depend on others, such as constant
    /// controls.
    pub fn dropped(&self) -> &[String] {
        &self.dropped
    }

    /// How many candidates were tried.
    pub const fn tried(&self) -> usize {
        self.tried
    }
}

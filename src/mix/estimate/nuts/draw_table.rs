//! All draws by chain, to look at elsewhere.

use rayon::prelude::*;
use serde::Serialize;

use crate::mix::estimate::nuts::chain::Chain;
use crate::mix::estimate::nuts::contributions::contributions;
use crate::mix::estimate::nuts::density::{Density, Point, Room};
use crate::mix::estimate::nuts::report::ParameterReport;
use crate::mix::panel::Panel;
use crate::stats::{ConfidenceLevel, Estimate};

/// All draws after the warm-up, a column a variable, chain after chain.
///
/// Variables are named as ArviZ names them, `alpha[tv]`: each channel's transform parameters as
/// they are, `contribution`, `roi` where the channel has spend, `effect` of a full response in
/// units of the KPI's scale; `control[..]` for controls with bounds; `sigma`, the noise in units of
/// the KPI's scale. Where effects multiply, units are those of the logarithm, contributions are what
/// goes from the KPI that was seen, and of counts the square of `sigma` is the dispersion.
///
/// ```
/// use mixtouch::mix::estimate::Nuts;
/// use mixtouch::mix::specification::MixSpecification;
/// use mixtouch::simulate::panels::PanelWorld;
///
/// let panel = PanelWorld::small_business()?.simulate(1).panel()?;
/// let fit = Nuts::default().with_draws(100).fit(&MixSpecification::new(), &panel)?;
/// let draws = fit.draws();
/// assert_eq!(draws.size(), (4, 100));
/// assert_eq!(draws.variable("alpha[Search-Ads]").map(<[f64]>::len), Some(400));
/// let sigma = draws.summary().into_iter().find(|v| v.name == "sigma").unwrap();
/// assert!(sigma.low < sigma.mean && sigma.mean < sigma.high);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct DrawTable {
    chains: usize,
    draws: usize,
    names: Vec<String>,
    values: Vec<Vec<f64>>,
}

/// A variable over all draws.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct VariableSummary {
    /// What it is called, such as `roi[tv]`.
    pub name: String,
    /// The mean.
    pub mean: f64,
    /// The standard deviation.
    pub sd: f64,
    /// The lower end of the 90 % interval.
    pub low: f64,
    /// The upper end of the 90 % interval.
    pub high: f64,
    /// The standard error of the mean from the number of draws: sd / root of `ess_bulk`.
    pub mcse_mean: f64,
    /// The number of independent draws that would know the middle as well.
    pub ess_bulk: f64,
    /// The number of independent draws that would know the 5 % and 95 % points as well.
    pub ess_tail: f64,
    /// How much wider all chains together are than each by itself.
    pub r_hat: f64,
}

impl DrawTable {
    pub(super) fn new(density: &Density, panel: &Panel, chains: &[Chain]) -> Self {
        let names = names(density, panel);
        let all: Vec<&Vec<f64>> = chains.iter().flat_map(|chain| &chain.draws).collect();
        let rows: Vec<Vec<f64>> = all
            .par_iter()
            .map_init(Room::default, |room, z| {
                density.at(z, room, |point| values(density, panel, point))
            })
            .collect();
        let column = |at: usize| rows.iter().map(|row| row[at]).collect();
        Self {
            chains: chains.len(),
            draws: all.len() / chains.len().max(1),
            values: (0..names.len()).map(column).collect(),
            names,
        }
    }

    /// Chains, and draws of each.
    pub const fn size(&self) -> (usize, usize) {
        (self.chains, self.draws)
    }

    /// The variables with their draws, chain after chain.
    pub fn variables(&self) -> impl ExactSizeIterator<Item = (&str, &[f64])> {
        let names = self.names.iter().map(String::as_str);
        names.zip(self.values.iter().map(Vec::as_slice))
    }

    /// The draws of one variable; none if there is none of that name.
    pub fn variable(&self, name: &str) -> Option<&[f64]> {
        let mut all = self.variables();
        all.find(|(known, _)| *known == name)
            .map(|(_, values)| values)
    }

    /// Mean, spread, interval and diagnostics of every variable.
    pub fn summary(&self) -> Vec<VariableSummary> {
        let weights = vec![1.0; self.chains * self.draws];
        let summary = |(name, values): (&String, &Vec<f64>)| {
            let series: Vec<Vec<f64>> = values.chunks(self.draws).map(<[f64]>::to_vec).collect();
            let report = ParameterReport::new(name.clone(), &series);
            let estimate = Estimate::from_draws(values, &weights, ConfidenceLevel::P90);
            let squares = values.iter().map(|x| (x - estimate.value()).powi(2));
            let sd = (squares.sum::<f64>() / (values.len() as f64 - 1.0).max(1.0)).sqrt();
            VariableSummary {
                mean: estimate.value(),
                sd,
                low: estimate.low(),
                high: estimate.high(),
                mcse_mean: sd / report.ess_bulk.sqrt(),
                ess_bulk: report.ess_bulk,
                ess_tail: report.ess_tail,
                r_hat: report.r_hat,
                name: report.name,
            }
        };
        let columns = self.names.par_iter().zip(&self.values);
        columns.map(summary).collect()
    }
}

/// The variables' names, in the order of [`values`].
fn names(density: &Density, panel: &Panel) -> Vec<String> {
    let mut names = vec![];
    for (column, channel) in panel.channels().iter().zip(&density.design.channels) {
        let named = |name| format!("{name}[{}]", column.name());
        names.extend(channel.parameter_names().map(named));
        names.push(named("contribution"));
        if column.spend().iter().sum::<f64>() > 0.0 {
            names.push(named("roi"));
        }
    }
    for (k, term) in density.terms.iter().enumerate() {
        let name = &density.layout.names[density.layout.effect(k)];
        let geo = name
            .rfind('[')
            .filter(|_| term.geos.len() < density.design.geos);
        let channel = panel.channels()[term.channel].name();
        names.push(match geo {
            Some(at) => format!("effect[{channel}, {}", &name[at + 1..]),
            None => format!("effect[{channel}]"),
        });
    }
    let bounded = density.design.baseline.bounded.iter();
    names.extend(bounded.map(|(name, _)| format!("control[{name}]")));
    names.push("sigma".to_owned());
    names
}

fn values(density: &Density, panel: &Panel, point: &Point) -> Vec<f64> {
    let mut values = vec![];
    let brought = contributions(density, panel, point);
    for ((column, forward), brought) in panel.channels().iter().zip(&point.channels).zip(brought) {
        values.extend(forward.parameters.iter().map(|parameter| parameter.value));
        values.push(brought.contribution);
        let spend: f64 = column.spend().iter().sum();
        if spend > 0.0 {
            values.push(brought.worth / spend);
        }
    }
    values.extend(point.terms.iter().map(|size| size.effect));
    values.extend(&point.controls);
    values.push(point.deviation);
    values
}

//! What a channel brings by way of another that it moves.

use serde::Serialize;

use crate::linalg::cholesky::{backward, factorise, forward};
use crate::linalg::dot::dot;
use crate::linalg::gram_schmidt::{Basis, RangedColumn};
use crate::mix::panel::Panel;
use crate::mix::posterior::draw::PosteriorDraw;
use crate::mix::posterior::model::Posterior;
use crate::mix::specification::columns::BaselineColumns;
use crate::stats::{Estimate, normal};
use crate::util::Random;

/// What a channel brought directly and by way of a mediator, such as television by way of searches
/// for the brand.
///
/// For each draw the mediator's activity is regressed on the responses of its upstream channels,
/// after adstock and saturation, and on the baseline's columns; coefficients are normal about the
/// solution and 0 or more. What is owed to the upstream channel is the prediction less that without
/// the activity it moved. It stays part of the mediator's contribution too, so that contributions
/// add up: do not add the two.
///
/// Source: mediation as the product of two regressions' coefficients, Baron and Kenny (1986), here
/// through the mediator's own carry-over and saturation; its interval over draws, Yuan and
/// MacKinnon (2009).
///
/// ```
/// use mixtouch::mix::estimate::{Estimator, Search};
/// use mixtouch::mix::specification::{Funnel, MixSpecification};
/// use mixtouch::simulate::panels::PanelWorld;
///
/// let panel = PanelWorld::national()?.simulate(1).panel()?;
/// let names: Vec<&str> = panel.channels().iter().map(|channel| channel.name()).collect();
/// let specification = MixSpecification::new().with_funnel(Funnel::new(names[1], names[0]));
/// let model = Search::default().with_evaluations(200).estimate(&specification, &panel)?;
/// let funnel = &model.funnels()[0];
/// assert!(funnel.indirect.value() >= 0.0 && funnel.moved_share.value() <= 1.0);
/// println!("{} direct, {} by way of {}", funnel.direct, funnel.indirect, funnel.mediator);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct FunnelSummary {
    /// The channel that moves the mediator.
    pub upstream: String,
    /// The channel that is moved.
    pub mediator: String,
    /// The share of the mediator's activity that the upstream channel moved.
    pub moved_share: Estimate,
    /// The upstream channel's own contribution, in units of the KPI.
    pub direct: Estimate,
    /// What the upstream channel contributed by way of the mediator, in units of the KPI.
    pub indirect: Estimate,
    /// Both together.
    pub total: Estimate,
    /// Both together (times revenue per KPI where there is one) per unit spent on the upstream
    /// channel; none without spend.
    pub roi: Option<Estimate>,
}

/// One draw's figures of a funnel.
struct Moved {
    share: f64,
    direct: f64,
    indirect: f64,
    worth: f64,
}

/// Sweeps of Gibbs sampling over a mediator's upstream channels.
const SWEEPS: usize = 40;

impl Posterior {
    /// What each channel of [`MixSpecification::with_funnel`] brought directly and by way of its
    /// mediator.
    ///
    /// [`MixSpecification::with_funnel`]: crate::mix::specification::MixSpecification::with_funnel
    pub fn funnels(&self) -> Vec<FunnelSummary> {
        let funnels = self.specification.funnels.iter();
        let places: Vec<(usize, usize)> = funnels
            .filter_map(|funnel| funnel.places(&self.panel).ok())
            .collect();
        let mut by_funnel: Vec<Vec<Moved>> = places.iter().map(|_| vec![]).collect();
        let mut mediators: Vec<usize> = places.iter().map(|(_, mediator)| *mediator).collect();
        mediators.sort_unstable();
        mediators.dedup();
        for mediator in mediators {
            let own: Vec<usize> = (0..places.len())
                .filter(|at| places[*at].1 == mediator)
                .collect();
            let upstream: Vec<usize> = own.iter().map(|at| places[*at].0).collect();
            let regression = Mediation::new(self, mediator);
            for (i, draw) in self.draws.iter().enumerate() {
                let random = Random::new(mediator as u64).stream(6).stream(i as u64);
                let moved = self.moved(&regression, draw, &upstream, random);
                for (at, moved) in own.iter().zip(moved) {
                    by_funnel[*at].push(moved);
                }
            }
        }
        let pairs = places.iter().zip(&by_funnel);
        pairs
            .map(|(places, draws)| self.funnel_summary(*places, draws))
            .collect()
    }

    fn funnel_summary(
        &self,
        (upstream, mediator): (usize, usize),
        draws: &[Moved],
    ) -> FunnelSummary {
        let name = |channel: usize| self.panel.channels()[channel].name().to_owned();
        let by_draw = |figure: &dyn Fn(&Moved) -> f64| {
            self.estimate(&draws.iter().map(figure).collect::<Vec<f64>>())
        };
        let spend: f64 = self.panel.channels()[upstream].spend().iter().sum();
        FunnelSummary {
            upstream: name(upstream),
            mediator: name(mediator),
            moved_share: by_draw(&|moved| moved.share),
            direct: by_draw(&|moved| moved.direct),
            indirect: by_draw(&|moved| moved.indirect),
            total: by_draw(&|moved| moved.direct + moved.indirect),
            roi: (spend > 0.0).then(|| by_draw(&|moved| moved.worth / spend)),
        }
    }

    /// One draw's figures of each upstream channel of a mediator.
    fn moved(
        &self,
        regression: &Mediation,
        draw: &PosteriorDraw,
        upstream: &[usize],
        random: Random,
    ) -> Vec<Moved> {
        let responses: Vec<Vec<f64>> = upstream
            .iter()
            .map(|channel| self.response_by(draw, *channel))
            .collect();
        let coefficients = regression.draw(&responses, random);
        let was = self.decompose_by(&self.panel, draw);
        let price = |row: usize| self.panel.revenue_per_kpi().map_or(1.0, |worth| worth[row]);
        let activity = self.panel.channels()[regression.mediator].activity();
        let whole: f64 = activity.iter().sum();
        let cells = upstream.iter().zip(responses.iter().zip(coefficients));
        cells
            .map(|(channel, (response, coefficient))| {
                let owed = regression.owed(&self.panel, response, coefficient);
                let without = without(&self.panel, regression.mediator, &owed);
                let then = self.decompose_by(&without, draw);
                let direct = &was.contributions()[*channel];
                let lost = was.prediction().iter().zip(then.prediction());
                let indirect: Vec<f64> = lost.map(|(was, then)| was - then).collect();
                let rows = 0..indirect.len();
                Moved {
                    share: if whole > 0.0 {
                        owed.iter().sum::<f64>() / whole
                    } else {
                        0.0
                    },
                    direct: direct.iter().sum(),
                    indirect: indirect.iter().sum(),
                    worth: rows
                        .map(|row| (direct[row] + indirect[row]) * price(row))
                        .sum(),
                }
            })
            .collect()
    }
}

/// A panel with less activity of a channel; its spend is as it was.
fn without(panel: &Panel, channel: usize, owed: &[f64]) -> Panel {
    let mut panel = panel.clone();
    let column = &mut panel.channels[channel];
    let rest = column.activity().iter().zip(owed);
    column.exposure = Some(rest.map(|(activity, owed)| activity - owed).collect());
    panel
}

/// The regression of a mediator's activity: the baseline's part is taken out beforehand.
struct Mediation {
    mediator: usize,
    basis: Basis,
    root_weights: Option<Vec<f64>>,
    /// The activity in units of each geo's scale, without what the baseline explains.
    rest: Vec<f64>,
    /// One unit of activity in each geo.
    scales: Vec<f64>,
    freedom: f64,
}

impl Mediation {
    fn new(model: &Posterior, mediator: usize) -> Self {
        let (panel, specification) = (&model.panel, &model.specification);
        let mut columns = BaselineColumns::new(panel, specification, model.scales.timeline);
        let bounded = std::mem::take(&mut columns.bounded).into_iter();
        columns
            .free
            .extend(bounded.map(|(name, values)| RangedColumn {
                name,
                start: 0,
                values,
            }));
        let root_weights = specification.root_weights(panel);
        let basis = columns.basis(root_weights.as_deref());
        let scales = model.scales.activity[mediator].clone();
        let activity = panel.channels()[mediator].activity();
        let cells = activity.iter().enumerate();
        let scaled = cells
            .map(|(row, x)| x / scales[row / panel.periods()])
            .collect();
        let observed = root_weights.as_ref().map_or(panel.rows(), |weights| {
            weights.iter().filter(|weight| **weight > 0.0).count()
        });
        let mut regression = Self {
            mediator,
            freedom: observed as f64 - basis.len() as f64,
            basis,
            root_weights,
            rest: vec![],
            scales,
        };
        regression.rest = regression.without_baseline(scaled);
        regression
    }

    /// A column times the roots of weights, without what the baseline explains.
    fn without_baseline(&self, mut values: Vec<f64>) -> Vec<f64> {
        if let Some(weights) = &self.root_weights {
            values.iter_mut().zip(weights).for_each(|(v, w)| *v *= w);
        }
        for direction in &self.basis.directions {
            let rows = direction.start..direction.end();
            let part = dot(&direction.values, &values[rows.clone()]);
            let cells = values[rows].iter_mut().zip(&direction.values);
            cells.for_each(|(v, d)| *v -= part * d);
        }
        values
    }

    /// One draw of the coefficients of some responses, each 0 or more: normal about the least
    /// squares, with the residuals' variance times how much less correlated rows say.
    fn draw(&self, responses: &[Vec<f64>], mut random: Random) -> Vec<f64> {
        let columns: Vec<Vec<f64>> = responses
            .iter()
            .map(|column| self.without_baseline(column.clone()))
            .collect();
        let n = columns.len();
        let a: Vec<f64> = (0..n * n)
            .map(|k| dot(&columns[k / n], &columns[k % n]))
            .collect();
        let b: Vec<f64> = columns
            .iter()
            .map(|column| dot(column, &self.rest))
            .collect();
        let (mut factor, mut x) = (a.clone(), b.clone());
        if !factorise(&mut factor, n, n) {
            return vec![0.0; n];
        }
        forward(&factor, n, n, &mut x);
        backward(&factor, n, n, &mut x);
        let deviation = self.deviation(&columns, &x);
        x.iter_mut().for_each(|x| *x = x.max(0.0));
        for _ in 0..SWEEPS {
            for k in 0..n {
                let row = &a[k * n..(k + 1) * n];
                let mean = (b[k] - dot(row, &x) + row[k] * x[k]) / row[k];
                let ends = (0.0, f64::INFINITY);
                x[k] = normal::truncated(mean, deviation / row[k].sqrt(), ends, random.uniform());
            }
        }
        x
    }

    /// The standard deviation of the noise, as if rows were independent.
    fn deviation(&self, columns: &[Vec<f64>], coefficients: &[f64]) -> f64 {
        let mut rest = self.rest.clone();
        for (column, x) in columns.iter().zip(coefficients) {
            rest.iter_mut().zip(column).for_each(|(r, c)| *r -= x * c);
        }
        let square = dot(&rest, &rest);
        let periods = rest.len() / self.scales.len();
        let pairs = rest.chunks(periods).flat_map(|geo| geo.windows(2));
        let products: f64 = pairs.map(|pair| pair[0] * pair[1]).sum();
        let correlation = (products / square.max(f64::MIN_POSITIVE)).clamp(0.0, 0.9);
        let inflation = (1.0 + correlation) / (1.0 - correlation);
        let freedom = (self.freedom - columns.len() as f64).max(1.0);
        (inflation * square / freedom).sqrt().max(f64::MIN_POSITIVE)
    }

    /// How much of the mediator's activity is owed to a response, at most all of it, by row.
    fn owed(&self, panel: &Panel, response: &[f64], coefficient: f64) -> Vec<f64> {
        let activity = panel.channels()[self.mediator].activity();
        let cells = activity.iter().zip(response).enumerate();
        cells
            .map(|(row, (all, x))| (coefficient * x * self.scales[row / panel.periods()]).min(*all))
            .collect()
    }
}

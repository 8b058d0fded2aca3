//! What two channels bring together.

use serde::Serialize;

use crate::mix::panel::Panel;
use crate::mix::posterior::decomposition::Decomposition;
use crate::mix::posterior::draw::PosteriorDraw;
use crate::mix::posterior::model::Posterior;
use crate::mix::transform::curve::Scratch;
use crate::stats::Estimate;

/// What two channels brought together, beyond what each brought alone.
///
/// ```
/// use mixtouch::mix::estimate::{Estimator, Search};
/// use mixtouch::mix::specification::{MixSpecification, Synergy};
/// use mixtouch::simulate::panels::PanelWorld;
///
/// let panel = PanelWorld::national()?.simulate(1).panel()?;
/// let names: Vec<&str> = panel.channels().iter().map(|channel| channel.name()).collect();
/// let specification = MixSpecification::new().with_synergy(Synergy::new(names[0], names[1]));
/// let model = Search::default().with_evaluations(200).estimate(&specification, &panel)?;
/// let together = &model.synergies()[0];
/// println!("{}", together.contribution); // half of it is in the contribution of each of the two
/// assert!(together.is_unproven(), "these worlds have no synergy");
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct SynergySummary {
    /// The first channel.
    pub first: String,
    /// The second channel.
    pub second: String,
    /// Effect of both channels' full response together, in units of the KPI; the mean over geos.
    pub coefficient: Estimate,
    /// Contribution over the panel, in units of the KPI. Half of it is part of each channel's own.
    pub contribution: Estimate,
}

/// The part of the farther end of an interval that the nearer has to reach, where a bound keeps it
/// off 0: a normal cut at 0 has it at 1.6 standard deviations from 0.
const PROVEN: f64 = 0.1;

impl SynergySummary {
    /// Whether the data do not tell what the two bring together from nothing: its interval holds 0,
    /// or begins next to it, as that of a coefficient does which its bounds keep off 0.
    pub fn is_unproven(&self) -> bool {
        let (low, high) = (self.contribution.low(), self.contribution.high());
        let (near, far) = (low.abs().min(high.abs()), low.abs().max(high.abs()));
        self.contribution.interval().contains(0.0) || near < PROVEN * far
    }
}

/// One channel's response by row before its effect, and the part of it owed to the same period.
pub(crate) struct Response {
    pub(crate) whole: Vec<f64>,
    pub(crate) immediate: Vec<f64>,
}

impl Posterior {
    /// What each pair of channels of [`MixSpecification::with_synergy`] brought together.
    ///
    /// [`MixSpecification::with_synergy`]: crate::mix::specification::MixSpecification::with_synergy
    pub fn synergies(&self) -> Vec<SynergySummary> {
        let places = self.specification.synergy_places(&self.panel).into_iter();
        places
            .enumerate()
            .map(|(at, pair)| self.synergy_summary(at, pair))
            .collect()
    }

    fn synergy_summary(&self, at: usize, (first, second): (usize, usize)) -> SynergySummary {
        let (mut effects, mut contributions) = (vec![], vec![]);
        for draw in &self.draws {
            let (a, b) = (
                self.response_by(draw, first),
                self.response_by(draw, second),
            );
            let sum = |geo: usize| {
                let rows = self.panel.rows_of(geo);
                rows.map(|row| a[row] * b[row]).sum::<f64>()
            };
            let by_geo = &draw.synergies[at];
            effects.push(by_geo.iter().sum::<f64>() / by_geo.len() as f64);
            let geos = by_geo.iter().enumerate();
            contributions.push(geos.map(|(geo, effect)| effect * sum(geo)).sum::<f64>());
        }
        let name = |channel: usize| self.panel.channels()[channel].name().to_owned();
        SynergySummary {
            first: name(first),
            second: name(second),
            coefficient: self.estimate(&effects),
            contribution: self.estimate(&contributions),
        }
    }

    /// A channel's response by row before its effect, under a draw.
    pub(crate) fn response_by(&self, draw: &PosteriorDraw, channel: usize) -> Vec<f64> {
        let mut whole = vec![0.0; self.panel.rows()];
        let activity = self.scales.scaled_activity(&self.panel, channel);
        let (activity, curve) = activity.carried(&draw.curves[channel]);
        curve.apply_all(&activity, &mut Scratch::default(), &mut whole);
        whole
    }

    /// The synergies that a channel is part of: the synergy's place and the other channel's.
    pub(crate) fn partners(&self, channel: usize) -> impl Iterator<Item = (usize, usize)> {
        let places = self.specification.synergy_places(&self.panel).into_iter();
        places
            .enumerate()
            .filter_map(move |(at, (first, second))| match channel {
                _ if first == channel => Some((at, second)),
                _ if second == channel => Some((at, first)),
                _ => None,
            })
    }

    /// Adds what channels bring together to a decomposition under a draw, half to each. `responses`
    /// are those of all channels.
    pub(crate) fn add_synergies(
        &self,
        panel: &Panel,
        draw: &PosteriorDraw,
        responses: &[Response],
        parts: &mut Decomposition,
    ) {
        let places = self.specification.synergy_places(panel);
        for ((first, second), effects) in places.into_iter().zip(&draw.synergies) {
            for row in 0..panel.rows() {
                let (a, b) = (&responses[first], &responses[second]);
                let half = 0.5 * effects[row / panel.periods()];
                parts.contributions[first][row] += half * a.whole[row] * b.whole[row];
                parts.contributions[second][row] += half * a.whole[row] * b.whole[row];
                parts.immediate[first][row] += half * a.immediate[row] * b.whole[row];
                parts.immediate[second][row] += half * a.whole[row] * b.immediate[row];
            }
        }
    }

    /// Adds to the derivative of the prediction by a channel's scale what comes of its synergies:
    /// `slopes` is the derivative of its response.
    pub(crate) fn add_synergy_slopes(
        &self,
        draw: &PosteriorDraw,
        channel: usize,
        slopes: &[f64],
        derivative: &mut [f64],
    ) {
        for (at, other) in self.partners(channel) {
            let responses = self.response_by(draw, other);
            let cells = derivative
                .iter_mut()
                .zip(slopes.iter().zip(&responses))
                .enumerate();
            for (row, (cell, (slope, response))) in cells {
                *cell += draw.synergies[at][row / self.panel.periods()] * slope * response;
            }
        }
    }

    /// What a channel's synergies add to its effect in a geo, with the other channels at their mean
    /// response of the panel's last quarter of a year.
    pub(crate) fn synergy_now(&self, draw: &PosteriorDraw, channel: usize, geo: usize) -> f64 {
        let periods = self.panel.periods();
        let recent = self.panel.period().in_quarter().clamp(1, periods);
        let end = self.panel.rows_of(geo).end;
        let mean = |other: usize| {
            let responses = self.response_by(draw, other);
            responses[end - recent..end].iter().sum::<f64>() / recent as f64
        };
        let partners = self.partners(channel);
        partners
            .map(|(at, other)| draw.synergies[at][geo] * mean(other))
            .sum()
    }
}

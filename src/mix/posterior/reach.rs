//! What a model says of channels measured in reach and frequency.

use serde::Serialize;

use crate::mix::panel::Panel;
use crate::mix::posterior::draw::PosteriorDraw;
use crate::mix::posterior::model::Posterior;
use crate::mix::transform::Saturation;
use crate::stats::{Estimate, Interval};

/// Reach and frequency of a channel, what a contact costs, and how often a person should see it.
///
/// ```
/// use mixtouch::Day;
/// use mixtouch::mix::estimate::{Estimator, Search};
/// use mixtouch::mix::panel::Panel;
/// use mixtouch::mix::specification::{Baseline, MixSpecification, Trend};
///
/// let weeks = (0..60).map(|w| Day::new(19_000 + 7 * w)).collect::<Result<Vec<_>, _>>()?;
/// let reach: Vec<f64> = (0..60).map(|w| f64::from(w * 7 % 11) * 1000.0).collect();
/// let frequency: Vec<f64> = (0..60).map(|w| 1.0 + f64::from(w * 5 % 13) / 2.0).collect();
/// let spend = (0..60).map(|w| reach[w] * frequency[w] / 100.0).collect();
/// let sales = (0..60).map(|w| 900.0 + reach[w] * frequency[w] / (3.0 + frequency[w]) / 40.0);
/// let panel = Panel::national(weeks, sales.collect())?
///     .with_reach_frequency("tv", spend, reach, frequency)?;
/// let specification = MixSpecification::new().with_baseline(Baseline::new(Trend::None, 0)?);
/// let model = Search::default().with_evaluations(100).estimate(&specification, &panel)?;
/// let tv = model.channels()[0].reach_frequency.clone().expect("it has both columns");
/// assert!((tv.cost_per_exposure.unwrap() - 0.01).abs() < 1e-12);
/// let best = tv.optimal_frequency.expect("the frequency varies");
/// assert!(best.low() <= best.value());
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ReachSummary {
    /// Persons reached, summed over periods and geos.
    pub reach: f64,
    /// How often each of them saw it, on average.
    pub frequency: f64,
    /// Spend per contact, reach x frequency; none without spend.
    pub cost_per_exposure: Option<f64>,
    /// The frequency at which as many contacts bring most, from 1 to the largest in the panel by
    /// tenths: that of the mean over draws, with the range of the middle 90 % of the draws' own.
    /// None where the frequency varies by less than 5 % of its mean (standard deviation, over the
    /// fitted rows that reached anybody): then the prior alone would choose it.
    pub optimal_frequency: Option<Estimate>,
    /// What the panel's contacts would have contributed at that frequency in every period, in units
    /// of the KPI; none without it.
    pub contribution_at_optimum: Option<Estimate>,
}

/// Steps of the frequencies that are tried.
const STEP: f64 = 0.1;
/// The least variation of the frequency, standard deviation over mean, that shows what it does.
const VARIES: f64 = 0.05;

impl Posterior {
    /// Figures of a channel measured in reach and frequency, in one geo or in all; none for others.
    pub(crate) fn reach_summary(&self, channel: usize, geo: Option<usize>) -> Option<ReachSummary> {
        let column = &self.panel.channels()[channel];
        let (frequency, unit) = column.frequency().zip(self.scales.frequency.get(channel))?;
        let geos = geo.map_or(0..self.panel.geos().len(), |geo| geo..geo + 1);
        let periods = self.panel.periods();
        let rows = geos.start * periods..geos.end * periods;
        let sum = |values: &[f64]| values[rows.clone()].iter().sum::<f64>();
        let contacts: Vec<f64> = column
            .activity()
            .iter()
            .zip(frequency)
            .map(|(r, f)| r * f)
            .collect();
        let varies = self.frequency_varies(channel);
        let optimal_frequency = varies.then(|| self.optimal_frequency(channel, *unit));
        let at_frequency = |frequency: Estimate| {
            let panel = self.panel_at_frequency(channel, frequency.value());
            let draws = self.draws.iter();
            let contributions: Vec<f64> = draws
                .map(|draw| sum(&self.decompose_by(&panel, draw).contributions()[channel]))
                .collect();
            self.estimate(&contributions)
        };
        let (spend, seen) = (sum(column.spend()), sum(&contacts));
        Some(ReachSummary {
            reach: sum(column.activity()),
            frequency: column.mean_frequency(rows.clone()),
            cost_per_exposure: (spend > 0.0 && seen > 0.0).then(|| spend / seen),
            optimal_frequency,
            contribution_at_optimum: optimal_frequency.map(at_frequency),
        })
    }

    /// Whether a channel's frequency moves enough for the fit to see what it does.
    pub(crate) fn frequency_varies(&self, channel: usize) -> bool {
        let column = &self.panel.channels()[channel];
        let frequency = column.frequency().unwrap_or_default();
        let reached = |row: &usize| column.activity()[*row] > 0.0 && self.is_fitted(*row);
        let seen: Vec<f64> = (0..frequency.len())
            .filter(reached)
            .map(|row| frequency[row])
            .collect();
        let mean = seen.iter().sum::<f64>() / seen.len() as f64;
        let square: f64 = seen.iter().map(|f| (f - mean) * (f - mean)).sum();
        (square / seen.len() as f64).sqrt() >= VARIES * mean
    }

    /// The frequency at which a contact brings most: saturation(f) / f is largest. `unit` is one
    /// unit of frequency in the curve.
    fn optimal_frequency(&self, channel: usize, unit: f64) -> Estimate {
        let count = ((unit - 1.0) / STEP).max(0.0) as usize + 1;
        let grid: Vec<f64> = (0..count).map(|step| 1.0 + STEP * step as f64).collect();
        let by_contact = |draw: &PosteriorDraw| -> Vec<f64> {
            let effect: f64 = draw.coefficients[channel].iter().sum();
            let curve = draw.curves[channel].saturation;
            let cells = grid.iter();
            cells
                .map(|f| effect * curve.response(f / unit) / f)
                .collect()
        };
        let best_of = |values: &[f64]| {
            let cells = values.iter().enumerate();
            let best = cells.fold((0, f64::NEG_INFINITY), |best, (at, value)| {
                if *value > best.1 { (at, *value) } else { best }
            });
            grid[best.0]
        };
        let mut mean = vec![0.0; grid.len()];
        let mut own = vec![];
        for (draw, weight) in self.draws.iter().zip(self.weights()) {
            let values = by_contact(draw);
            own.push(best_of(&values));
            let cells = mean.iter_mut().zip(&values);
            cells.for_each(|(sum, value)| *sum += weight * value);
        }
        let (value, spread) = (best_of(&mean), self.estimate(&own));
        let (low, high) = (spread.low().min(value), spread.high().max(value));
        Estimate::new(
            value,
            Interval::from_ends(low, high, spread.interval().level()),
        )
    }

    /// The panel with the same contacts of a channel and every person reached as often.
    fn panel_at_frequency(&self, channel: usize, frequency: f64) -> Panel {
        let mut panel = self.panel.clone();
        let column = &mut panel.channels[channel];
        column.frequency_history = column.earlier_frequency();
        let now = column.frequency.take().unwrap_or_default();
        let persons = column.activity().iter().zip(&now);
        column.exposure = Some(persons.map(|(reach, f)| reach * f / frequency).collect());
        column.frequency = Some(vec![frequency; now.len()]);
        panel
    }
}

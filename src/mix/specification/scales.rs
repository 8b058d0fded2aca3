//! The units a model works in: KPI by geo, activity by channel and geo, time.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::mix::panel::{Channel, Panel};
use crate::mix::specification::pooling::GeoScale;
use crate::mix::transform::activity::Activity;
use crate::time::Day;

/// Mean KPIs within this factor of each other belong to geos of one size. Beyond it a common scale
/// moves contributions from large geos to small ones: in simulated geos with KPIs as 1 to .6, 90 %
/// intervals of the small one's channels held the truth in 1 of 20 panels, on scales of their own in
/// 18.
const ALIKE: f64 = 1.25;

/// What counts as one unit of everything that a model measures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Scales {
    /// One unit of scaled KPI, by geo, in units of the KPI.
    pub(crate) kpi: Vec<f64>,
    /// Largest activity, by channel, then geo; 1 where there is none.
    pub(crate) activity: Vec<Vec<f64>>,
    /// One unit of frequency by channel, its largest; 1 where there is none. Empty where no channel
    /// is measured in reach and frequency.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) frequency: Vec<f64>,
    /// The trend is 0 on the first day and 1 on the second.
    pub(crate) timeline: (Day, Day),
}

impl Scales {
    /// The scales of a panel.
    pub(crate) fn new(panel: &Panel, rule: GeoScale) -> Result<Self> {
        Ok(Self {
            kpi: kpi_scale(panel, rule)?,
            activity: panel
                .channels()
                .iter()
                .map(|channel| largest_activity(channel, panel))
                .collect(),
            frequency: largest_frequencies(panel),
            timeline: (panel.dates()[0], panel.dates()[panel.periods() - 1]),
        })
    }

    /// A channel's activity with its history, in units of each geo's largest.
    pub(crate) fn scaled_activity(&self, panel: &Panel, channel: usize) -> Activity {
        let column = &panel.channels()[channel];
        let activity = Activity::new(column.history(), column.activity(), &self.activity[channel]);
        match (column.frequency(), self.frequency.get(channel)) {
            (Some(frequency), Some(scale)) => {
                activity.with_frequency(&column.earlier_frequency(), frequency, *scale)
            }
            _ => activity,
        }
    }

    /// The KPI in units of each geo's scale, by geo, then period.
    pub(crate) fn scaled_kpi(&self, panel: &Panel) -> Vec<f64> {
        panel
            .kpi()
            .iter()
            .enumerate()
            .map(|(row, y)| y / self.kpi[row / panel.periods()])
            .collect()
    }

    /// The mean of the geos' KPI scales, in units of the KPI.
    pub(crate) fn mean_kpi(&self) -> f64 {
        self.kpi.iter().sum::<f64>() / self.kpi.len() as f64
    }
}

/// One unit of scaled activity in each geo: the largest of an observed row; of any row where
/// observed ones have none.
fn largest_activity(channel: &Channel, panel: &Panel) -> Vec<f64> {
    let largest = |geo: usize, all: bool| {
        let rows = panel
            .rows_of(geo)
            .filter(|row| all || panel.is_observed(*row));
        rows.fold(0.0_f64, |m, row| m.max(channel.activity()[row]))
    };
    let scale = |geo: usize| {
        let mut found = [largest(geo, false), largest(geo, true)].into_iter();
        found.find(|m| *m > 0.0).unwrap_or(1.0)
    };
    (0..panel.geos().len()).map(scale).collect()
}

/// One unit of frequency by channel, in periods that reached anybody; none where no channel is
/// measured in reach and frequency.
fn largest_frequencies(panel: &Panel) -> Vec<f64> {
    let channels = panel.channels();
    if channels.iter().all(|channel| channel.frequency().is_none()) {
        return vec![];
    }
    let largest = |channel: &Channel| {
        let frequency = channel.frequency().unwrap_or_default().iter();
        let cells = frequency.zip(channel.activity());
        let seen = cells.filter(|(_, reach)| **reach > 0.0);
        let most = seen.fold(0.0_f64, |most, (frequency, _)| most.max(*frequency));
        if most > 0.0 { most } else { 1.0 }
    };
    channels.iter().map(largest).collect()
}

/// The mean size of the KPI over observed rows; `None` where there is none but 0.
pub(crate) fn mean_size(panel: &Panel, rows: Range<usize>) -> Option<f64> {
    let observed = rows.filter(|row| panel.is_observed(*row));
    let (sum, count) = observed.fold((0.0, 0.0), |(sum, count), row| {
        (sum + panel.kpi()[row].abs(), count + 1.0)
    });
    (sum > 0.0).then(|| sum / count)
}

/// One unit of scaled KPI in each geo.
fn kpi_scale(panel: &Panel, rule: GeoScale) -> Result<Vec<f64>> {
    let Some(common) = mean_size(panel, 0..panel.rows()) else {
        return Err(Error::setting(
            "kpi",
            "0 in every row",
            "a KPI that changes",
        ));
    };
    let means: Vec<f64> = (0..panel.geos().len())
        .map(|geo| mean_size(panel, panel.rows_of(geo)).unwrap_or(common))
        .collect();
    let ratio = means.iter().fold(0.0_f64, |m, x| m.max(*x))
        / means.iter().fold(f64::INFINITY, |m, x| m.min(*x));
    Ok(match (rule, panel.population()) {
        (GeoScale::Common, _) => vec![common; means.len()],
        (GeoScale::Mean, _) => means,
        (GeoScale::Auto, Some(population)) => {
            let mean = population.iter().sum::<f64>() / population.len() as f64;
            population.iter().map(|p| common * p / mean).collect()
        }
        (GeoScale::Auto, None) if ratio <= ALIKE => vec![common; means.len()],
        (GeoScale::Auto, None) => means,
    })
}

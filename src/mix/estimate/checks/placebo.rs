//! Channels that brought nothing: does the model say so?

use serde::Serialize;
use statrs::distribution::{Binomial, DiscreteCDF};

use crate::error::{Error, Result};
use crate::mix::estimate::estimator::Estimator;
use crate::mix::panel::{Channel, Panel};
use crate::mix::specification::MixSpecification;
use crate::stats::Estimate;

/// Adds a channel that brought nothing - another's activity at other times - and looks what the
/// model credits it with.
///
/// A placebo has the activity of a channel, moved by some periods; what moves past the panel's end
/// comes back at its beginning, with the history before it. So it is as large, as bursty and as
/// regular as the channel, and whatever it is credited with is an error. Its effect may be negative,
/// so that the interval of its contribution can hold 0. Each placebo is a fit of its own.
///
/// A model that credits placebos has something else to explain by media: a season, demand or trend
/// that it lacks, which the channel's own credit then holds too.
///
/// ```
/// use mixtouch::mix::estimate::{Placebo, Search};
/// use mixtouch::mix::specification::MixSpecification;
/// use mixtouch::simulate::panels::PanelWorld;
///
/// let panel = PanelWorld::small_business()?.simulate(1).panel()?;
/// let search = Search::default().with_evaluations(200);
/// let report = Placebo::new()
///     .with_channels(["Search-Ads", "Email"])
///     .run(&search, &MixSpecification::new(), &panel)?;
/// for row in report.rows() {
///     println!("a placebo of {} is credited with {}", row.channel, row.contribution);
/// }
/// assert!(report.credited() <= 2 && report.chance() <= 1.0);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Placebo {
    shift: Option<usize>,
    channels: Vec<String>,
}

/// What one placebo is credited with.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct PlaceboRow {
    /// The channel whose activity was moved.
    pub channel: String,
    /// By how many periods.
    pub shift: usize,
    /// What the placebo is said to have contributed, in units of the KPI.
    pub contribution: Estimate,
    /// The same over the whole KPI.
    pub share: f64,
    /// Whether the interval leaves 0 out.
    pub credited: bool,
}

/// What all placebos are credited with.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PlaceboReport {
    rows: Vec<PlaceboRow>,
    chance: f64,
}

impl PlaceboReport {
    /// The placebos, in the panel's order of channels.
    pub fn rows(&self) -> &[PlaceboRow] {
        &self.rows
    }

    /// How many placebos have an interval that leaves 0 out.
    pub fn credited(&self) -> usize {
        self.rows.iter().filter(|row| row.credited).count()
    }

    /// The probability that as many or more are credited where nothing is wrong: each interval leaves
    /// 0 out in a tenth of cases, one independently of the other. Below 0.05 the model credits
    /// what brings nothing.
    pub const fn chance(&self) -> f64 {
        self.chance
    }
}

impl Placebo {
    /// A placebo of each channel that was ever active, moved by half of the panel.
    pub fn new() -> Self {
        Self::default()
    }

    /// Moves activity by so many periods, 1 to the panel's periods less 1.
    #[must_use]
    pub fn with_shift(mut self, periods: usize) -> Self {
        self.shift = Some(periods);
        self
    }

    /// Placebos of these channels only.
    #[must_use]
    pub fn with_channels(mut self, channels: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.channels = channels.into_iter().map(Into::into).collect();
        self
    }

    /// Fits once for each placebo.
    ///
    /// # Errors
    /// If the shift is out of range, a channel is named that there is none of or that was never
    /// active, and whatever the estimator refuses.
    pub fn run(
        &self,
        estimator: &dyn Estimator,
        specification: &MixSpecification,
        panel: &Panel,
    ) -> Result<PlaceboReport> {
        let shift = self.shift.unwrap_or(panel.periods() / 2);
        if !(1..panel.periods()).contains(&shift) {
            let expected = format!("1 to {}", panel.periods().saturating_sub(1));
            return Err(Error::setting("shift of a placebo", shift, expected));
        }
        let kpi: f64 = observed_kpi(panel);
        let row = |channel: &Channel| -> Result<PlaceboRow> {
            let name = format!("placebo of {}", channel.name());
            let with = with_placebo(panel, channel, &name, shift)?;
            let unbounded = specification.clone().with_channel_bounds(&name, ..);
            let model = estimator.estimate(&unbounded, &with)?;
            let summaries = model.channels();
            let contribution = summaries[summaries.len() - 1].contribution;
            Ok(PlaceboRow {
                channel: channel.name().to_owned(),
                shift,
                contribution,
                share: contribution.value() / kpi,
                credited: !contribution.interval().contains(0.0),
            })
        };
        let channels = self.asked(panel)?;
        let rows: Vec<PlaceboRow> = channels.into_iter().map(row).collect::<Result<_>>()?;
        let chance = chance(&rows);
        Ok(PlaceboReport { rows, chance })
    }

    /// The channels to make placebos of.
    fn asked<'a>(&self, panel: &'a Panel) -> Result<Vec<&'a Channel>> {
        let active = |channel: &Channel| channel.activity().iter().any(|x| *x > 0.0);
        for name in &self.channels {
            let at = panel.channel_index("a placebo", name)?;
            if !active(&panel.channels()[at]) {
                let expected = "a channel that was active";
                return Err(Error::setting("channel of a placebo", name, expected));
            }
        }
        let asked = |channel: &&Channel| {
            let named = self.channels.iter().any(|name| name == channel.name());
            active(channel) && (self.channels.is_empty() || named)
        };
        Ok(panel.channels().iter().filter(asked).collect())
    }
}

/// The KPI of the rows that have weight.
fn observed_kpi(panel: &Panel) -> f64 {
    let rows = (0..panel.rows()).filter(|row| panel.is_observed(*row));
    rows.map(|row| panel.kpi()[row]).sum()
}

/// The panel with a channel's activity once more, moved by some periods.
fn with_placebo(panel: &Panel, channel: &Channel, name: &str, shift: usize) -> Result<Panel> {
    let (periods, geos) = (panel.periods(), panel.geos().len());
    let before = channel.history().len() / geos;
    let (mut history, mut activity) = (vec![], vec![]);
    for geo in 0..geos {
        let mut all = channel.history()[geo * before..(geo + 1) * before].to_vec();
        all.extend_from_slice(&channel.activity()[geo * periods..(geo + 1) * periods]);
        all.rotate_left(shift);
        history.extend_from_slice(&all[..before]);
        activity.extend_from_slice(&all[before..]);
    }
    let with = panel.clone().with_organic_channel(name, activity)?;
    with.with_history(name, history)
}

/// The probability that as many placebos or more leave 0 out by chance.
fn chance(rows: &[PlaceboRow]) -> f64 {
    let credited = rows.iter().filter(|row| row.credited).count() as u64;
    let Some(below) = credited.checked_sub(1) else {
        return 1.0;
    };
    let misses = rows
        .first()
        .map_or(0.1, |row| 1.0 - row.contribution.interval().level().get());
    Binomial::new(misses, rows.len() as u64).map_or(1.0, |binomial| binomial.sf(below))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Day;

    #[test]
    fn activity_comes_back_at_the_beginning() {
        let weeks = (0..4).map(|w| Day::new(19_000 + 7 * w).unwrap()).collect();
        let names = vec!["north".to_owned(), "south".to_owned()];
        let panel = Panel::new(None, weeks, names, vec![9.0; 8]).unwrap();
        let spend = vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0];
        let panel = panel.with_channel("tv", spend).unwrap();
        let panel = panel.with_history("tv", vec![0.5, 4.5]).unwrap();
        let with = with_placebo(&panel, &panel.channels()[0], "placebo", 2).unwrap();
        let placebo = &with.channels()[1];
        assert_eq!(placebo.history(), [2.0, 6.0]);
        assert_eq!(placebo.activity(), [3.0, 4.0, 0.5, 1.0, 7.0, 8.0, 4.5, 5.0]);
    }
}

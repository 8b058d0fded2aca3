//! Lift tests and beliefs about returns as rows of the regression.

use crate::error::{Error, Result};
use crate::experiment::LiftTest;
use crate::mix::estimate::design::{Design, MediaColumn, Source};
use crate::mix::panel::Panel;
use crate::mix::specification::{MixSpecification, RoiPrior};
use crate::mix::transform::ChannelCurve;
use crate::mix::transform::curve::Scratch;

/// A row that ties a channel's coefficients to a measured figure: sum over geos of coefficient x
/// `part` = `target`, give or take `standard_error`. In units of the KPI's mean scale.
#[derive(Debug, Clone)]
pub(crate) struct TestRow {
    pub(crate) channel: usize,
    pub(crate) target: f64,
    pub(crate) standard_error: f64,
    /// One unit of the row in units of the KPI.
    pub(crate) unit: f64,
    kind: Kind,
}

#[derive(Debug, Clone)]
enum Kind {
    /// Activity with the test's change, per geo it ran in, and the periods it ran.
    Lift {
        changed: Vec<(usize, Vec<f64>)>,
        from: usize,
        to: usize,
    },
    /// What one unit of the KPI counts for in each row: the whole panel's contribution.
    Total { worth: Option<Vec<f64>> },
}

impl TestRow {
    pub(crate) fn all(
        panel: &Panel,
        specification: &MixSpecification,
        design: &Design,
    ) -> Result<Vec<Self>> {
        let lifts = specification
            .lift_tests
            .iter()
            .map(|test| Self::lift(test, panel, design));
        let priors = specification
            .roi_priors
            .iter()
            .map(|prior| Self::prior(prior, panel, design));
        lifts.chain(priors).collect()
    }

    fn prior(prior: &RoiPrior, panel: &Panel, design: &Design) -> Result<Self> {
        let channel = panel.channel_index("an ROI prior", prior.channel())?;
        let spend = design.channels[channel].spend;
        if spend <= 0.0 {
            return Err(Error::setting(
                "channel of an ROI prior",
                prior.channel(),
                "a channel with spend",
            ));
        }
        let unit = unit(design) * design.rows() as f64;
        let (target, standard_error) = (
            prior.mean() * spend / unit,
            prior.standard_deviation() * spend / unit,
        );
        Ok(Self {
            channel,
            target,
            standard_error,
            unit,
            kind: Kind::Total {
                worth: panel.revenue_per_kpi().map(<[f64]>::to_vec),
            },
        })
    }

    /// The changed activity of a lift test. The panel's spend is taken to be without the test: the
    /// change comes on top of it, spread over the test's periods in proportion to their spend
    /// (evenly where there is none), by days where a period is only partly within the test;
    /// exposures change in proportion to spend.
    fn lift(test: &LiftTest, panel: &Panel, design: &Design) -> Result<Self> {
        let channel = panel.channel_index("a lift test", test.channel())?;
        let overlap: Vec<f64> = panel
            .dates()
            .iter()
            .map(|&start| share_within(panel.period().next(start), start, test))
            .collect();
        let (first, last) = (
            panel.dates()[0],
            panel
                .period()
                .next(panel.dates()[panel.periods() - 1])
                .plus(-1),
        );
        let (from, to) = (
            overlap.iter().position(|o| *o > 0.0),
            overlap.iter().rposition(|o| *o > 0.0),
        );
        let (Some(from), Some(to), true) = (from, to, test.start() >= first && test.end() <= last)
        else {
            let (column, day) = if test.start() < first || test.start() > last {
                ("start", test.start())
            } else {
                ("end", test.end())
            };
            return Err(test.error(
                column,
                day,
                format!("a day of the panel, {first} to {last}"),
            ));
        };
        let to = to + 1;
        let column = &panel.channels()[channel];
        // Where a channel was never active, nothing tells how much of its activity is much.
        let active = |geo: usize| {
            column.activity()[geo * panel.periods()..(geo + 1) * panel.periods()]
                .iter()
                .any(|x| *x > 0.0)
        };
        let tested =
            |geo: &usize| test.geo().is_none_or(|name| panel.geos()[*geo] == name) && active(*geo);
        let geos: Vec<usize> = (0..panel.geos().len()).filter(tested).collect();
        if geos.is_empty() {
            let place = test.geo().map_or(String::new(), |geo| format!(" in {geo}"));
            return Err(test.error(
                "channel",
                test.channel(),
                format!("a channel that the panel has activity of{place}"),
            ));
        }
        let spend_at =
            |geo: usize, t: usize| overlap[t] * column.spend()[geo * panel.periods() + t];
        let total: f64 = geos
            .iter()
            .map(|&g| (from..to).map(|t| spend_at(g, t)).sum::<f64>())
            .sum();
        if test.spend_change() < -total * (1.0 + 1e-9) {
            let expected = format!(
                "at least -{total}, the spend on {} from {} to {}",
                test.channel(),
                test.start(),
                test.end()
            );
            return Err(test.error("spend_change", test.spend_change(), expected));
        }
        let days: f64 = overlap[from..to].iter().sum::<f64>() * geos.len() as f64;
        let all_activity: f64 = column.activity().iter().sum();
        let per_spend = if design.channels[channel].spend > 0.0 {
            all_activity / design.channels[channel].spend
        } else {
            1.0
        };
        let mut changed = vec![];
        for &geo in &geos {
            let rows = geo * panel.periods()..geo * panel.periods() + to;
            let mut activity = design.channels[channel].activity[rows.clone()].to_vec();
            for t in from..to {
                let share = if total > 0.0 {
                    spend_at(geo, t) / total
                } else {
                    overlap[t] / days
                };
                let (spend, now) = (
                    column.spend()[rows.start + t],
                    column.activity()[rows.start + t],
                );
                let rate = if spend > 0.0 { now / spend } else { per_spend };
                let change =
                    share * test.spend_change() * rate / design.channels[channel].scale[geo];
                // A cut of all spend may fall short of 0 by rounding.
                activity[t] = (activity[t] + change).max(0.0);
            }
            changed.push((geo, activity));
        }
        let unit = unit(design);
        let kind = Kind::Lift { changed, from, to };
        Ok(Self {
            channel,
            target: test.outcome_change() / unit,
            standard_error: test.standard_error() / unit,
            unit,
            kind,
        })
    }

    /// The row's entry for a column of a channel under a curve: what a coefficient of 1 predicts.
    /// `transformed` is the channel's present activity transformed, without observation weights.
    pub(crate) fn part(
        &self,
        column: &MediaColumn,
        curve: &ChannelCurve,
        transformed: &[f64],
        design: &Design,
        room: &mut TestRoom,
    ) -> f64 {
        if column.source != Source::Channel(self.channel) {
            return 0.0;
        }
        let applies = |geo: usize| column.geo.is_none_or(|g| g == geo);
        let periods = design.periods;
        let sum = match &self.kind {
            Kind::Lift { changed, from, to } => changed
                .iter()
                .filter(|(geo, _)| applies(*geo))
                .map(|(geo, activity)| {
                    room.changed.resize(activity.len(), 0.0);
                    curve.apply(activity, &mut room.room, &mut room.changed);
                    let before = &transformed[geo * periods + from..geo * periods + to];
                    let difference: f64 = room.changed[*from..*to]
                        .iter()
                        .zip(before)
                        .map(|(a, b)| a - b)
                        .sum();
                    difference * design.kpi_scale[*geo]
                })
                .sum::<f64>(),
            Kind::Total { worth } => (0..design.geos)
                .filter(|&geo| applies(geo))
                .map(|geo| {
                    let rows = geo * periods..(geo + 1) * periods;
                    let worth = |row: usize| worth.as_ref().map_or(1.0, |w| w[row]);
                    rows.map(|row| transformed[row] * worth(row)).sum::<f64>()
                        * design.kpi_scale[geo]
                })
                .sum(),
        };
        sum / self.unit
    }

    /// Whether the row is a lift test, not a belief.
    pub(crate) const fn is_lift(&self) -> bool {
        matches!(self.kind, Kind::Lift { .. })
    }
}

/// Buffers for [`TestRow::part`].
#[derive(Debug, Clone, Default)]
pub(crate) struct TestRoom {
    room: Scratch,
    changed: Vec<f64>,
}

/// The share of the days from `start` to the day before `end` that the test ran on.
fn share_within(end: crate::time::Day, start: crate::time::Day, test: &LiftTest) -> f64 {
    let days = test
        .end()
        .plus(1)
        .min(end)
        .since(test.start().max(start))
        .max(0);
    f64::from(days) / f64::from(end.since(start))
}

/// The mean of the geos' KPI scales.
fn unit(design: &Design) -> f64 {
    design.kpi_scale.iter().sum::<f64>() / design.kpi_scale.len() as f64
}

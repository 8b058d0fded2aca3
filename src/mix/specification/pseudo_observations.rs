//! Lift tests and beliefs about returns as rows of the regression.

use crate::error::{Error, Result};
use crate::experiment::LiftTest;
use crate::mix::panel::{Channel, Panel};
use crate::mix::specification::mix_specification::MixSpecification;
use crate::mix::specification::part::Part;
use crate::mix::specification::roi_prior::RoiPrior;
use crate::mix::specification::scales::Scales;
use crate::mix::transform::ChannelCurve;
use crate::mix::transform::activity::Activity;
use crate::mix::transform::curve::Scratch;
use crate::time::Day;

/// A row that ties a channel's coefficients to a figure: sum over geos of coefficient x
/// [`PseudoObservation::entry`] = `target`, within `standard_error`. In units of the KPI's mean
/// scale.
#[derive(Debug, Clone)]
pub(crate) struct PseudoObservation {
    pub(crate) channel: usize,
    pub(crate) target: f64,
    pub(crate) standard_error: f64,
    /// One unit of the row in units of the KPI.
    pub(crate) unit: f64,
    /// Where effects multiply: the KPI at which a row's logarithm counts, in units of its geo's
    /// scale, by row. None where effects add up.
    pub(crate) levels: Option<Vec<f64>>,
    pub(crate) kind: Kind,
}

/// What a row states.
#[derive(Debug, Clone)]
pub(crate) enum Kind {
    /// Activity that the panel does not show - with the test's change, or without it where the
    /// panel has it -, per geo the test ran in, and the periods it ran.
    Lift {
        other: Vec<(usize, Activity)>,
        /// 1 where the other activity is with the test, -1 where it is without.
        sign: f64,
        from: usize,
        to: usize,
    },
    /// What one unit of the KPI counts for in each row: the whole panel's contribution.
    Total { worth: Option<Vec<f64>> },
}

/// Buffers for [`PseudoObservation::entry`].
#[derive(Debug, Clone, Default)]
pub(crate) struct EntryScratch {
    curve: Scratch,
    changed: Vec<f64>,
}

impl PseudoObservation {
    /// The rows of all lift tests, then those of all beliefs.
    pub(crate) fn all(
        panel: &Panel,
        specification: &MixSpecification,
        scales: &Scales,
    ) -> Result<Vec<Self>> {
        let lifts = specification
            .lift_tests
            .iter()
            .map(|test| Self::from_lift_test(test, panel, scales));
        let priors = specification
            .roi_priors
            .iter()
            .map(|prior| Self::from_prior(prior, panel, scales));
        let mut all = lifts.chain(priors).collect::<Result<Vec<_>>>()?;
        if specification.likelihood.is_multiplicative() {
            let kpi = scales.scaled_kpi(panel).into_iter().enumerate();
            let level = |(row, y): (usize, f64)| match panel.is_observed(row) {
                true => y.max(0.0),
                false => 1.0,
            };
            let levels: Vec<f64> = kpi.map(level).collect();
            all.iter_mut()
                .for_each(|test| test.levels = Some(levels.clone()));
        }
        Ok(all)
    }

    fn from_prior(prior: &RoiPrior, panel: &Panel, scales: &Scales) -> Result<Self> {
        let channel = panel.channel_index("an ROI prior", prior.channel())?;
        let spend: f64 = panel.channels()[channel].spend().iter().sum();
        if spend <= 0.0 {
            return Err(Error::setting(
                "channel of an ROI prior",
                prior.channel(),
                "a channel with spend",
            ));
        }
        let unit = scales.mean_kpi() * panel.rows() as f64;
        Ok(Self {
            channel,
            target: prior.mean() * spend / unit,
            standard_error: prior.standard_deviation() * spend / unit,
            unit,
            levels: None,
            kind: Kind::Total {
                worth: panel.revenue_per_kpi().map(<[f64]>::to_vec),
            },
        })
    }

    /// The activity of a lift test that the panel does not show. Where the panel's spend includes
    /// the change, it is the spend without the test; or else the spend with the test.
    ///
    /// The change is spread over the test's periods and geos in proportion to the spend recorded
    /// there, by days where a period is only partly within the test. Where nothing is recorded it
    /// is spread evenly over the days, and over geos by their spend in the whole panel. Exposures
    /// change in proportion to spend.
    fn from_lift_test(test: &LiftTest, panel: &Panel, scales: &Scales) -> Result<Self> {
        let channel = panel.channel_index("a lift test", test.channel())?;
        let tested = TestedCells::new(test, panel, &panel.channels()[channel])?;
        let sign = if test.is_recorded() { -1.0 } else { 1.0 };
        let change = sign * test.spend_change();
        tested.check_cut(test, change)?;
        let unit = scales.mean_kpi();
        let activity = scales.scaled_activity(panel, channel);
        let other = tested
            .geos
            .iter()
            .map(|&geo| {
                let scale = scales.activity[channel][geo];
                let changed = tested.changed_activity(geo, change, scale);
                (geo, activity.with_changed(geo, &changed))
            })
            .collect();
        Ok(Self {
            channel,
            target: test.outcome_change() / unit,
            standard_error: test.standard_error() / unit,
            unit,
            levels: None,
            kind: Kind::Lift {
                other,
                sign,
                from: tested.from,
                to: tested.to,
            },
        })
    }

    /// The row's entry for a column that has a part of its channel: what a coefficient of 1
    /// predicts. `curve` is that of the row's channel and `transformed` its present activity
    /// transformed, without observation weights; `kpi_scale` is one unit of scaled KPI in each geo,
    /// `geo` the one that the column is confined to.
    pub(crate) fn entry(
        &self,
        geo: Option<usize>,
        part: Part<'_>,
        curve: &ChannelCurve,
        transformed: &[f64],
        kpi_scale: &[f64],
        scratch: &mut EntryScratch,
    ) -> f64 {
        let applies = |row_geo: usize| geo.is_none_or(|g| g == row_geo);
        let periods = transformed.len() / kpi_scale.len();
        let level = |row: usize| self.levels.as_ref().map_or(1.0, |levels| levels[row]);
        let counts = |row: usize| part.counts(row, periods) * level(row);
        let sum = match &self.kind {
            Kind::Lift {
                other,
                sign,
                from,
                to,
            } => other
                .iter()
                .filter(|(geo, _)| applies(*geo))
                .map(|(geo, activity)| {
                    scratch.changed.resize(*to, 0.0);
                    let (activity, curve) = activity.carried(curve);
                    curve.apply(activity.of_geo(0), &mut scratch.curve, &mut scratch.changed);
                    let before = &transformed[geo * periods + from..geo * periods + to];
                    let difference: f64 = scratch.changed[*from..*to]
                        .iter()
                        .zip(before)
                        .zip(geo * periods + from..)
                        .map(|((a, b), row)| (a - b) * counts(row))
                        .sum();
                    sign * difference * kpi_scale[*geo]
                })
                .sum::<f64>(),
            Kind::Total { worth } => (0..kpi_scale.len())
                .filter(|&geo| applies(geo))
                .map(|geo| {
                    let rows = geo * periods..(geo + 1) * periods;
                    let worth = |row: usize| worth.as_ref().map_or(1.0, |w| w[row]);
                    let cell =
                        |row: usize| transformed[row] * worth(row) * counts(row) * part.owned();
                    rows.map(cell).sum::<f64>() * kpi_scale[geo]
                })
                .sum(),
        };
        sum / self.unit
    }

    /// By how much more the row's channel responds with a test than without it, by row of the panel;
    /// none for a belief. `transformed` is the channel's present activity transformed.
    pub(crate) fn changes(
        &self,
        curve: &ChannelCurve,
        transformed: &[f64],
        periods: usize,
    ) -> Option<Vec<f64>> {
        let Kind::Lift {
            other,
            sign,
            from,
            to,
        } = &self.kind
        else {
            return None;
        };
        let (mut changes, mut scratch) = (vec![0.0; transformed.len()], Scratch::default());
        for (geo, activity) in other {
            let mut changed = vec![0.0; *to];
            let (activity, curve) = activity.carried(curve);
            curve.apply(activity.of_geo(0), &mut scratch, &mut changed);
            let rows = geo * periods + from..geo * periods + to;
            let before = &transformed[rows.clone()];
            let cells = changes[rows]
                .iter_mut()
                .zip(changed[*from..].iter().zip(before));
            cells.for_each(|(change, (then, now))| *change = sign * (then - now));
        }
        Some(changes)
    }

    /// The activity that the panel does not show: 1 where it is with the test, -1 where without.
    pub(crate) const fn sign(&self) -> f64 {
        match self.kind {
            Kind::Lift { sign, .. } => sign,
            Kind::Total { .. } => 1.0,
        }
    }

    /// What the row states, in units of the KPI (of money for a belief where the panel has revenue
    /// per KPI), with its standard error.
    pub(crate) fn stated(&self) -> (f64, f64) {
        (self.target * self.unit, self.standard_error * self.unit)
    }

    /// Whether the row is a lift test, not a belief.
    pub(crate) const fn is_lift(&self) -> bool {
        matches!(self.kind, Kind::Lift { .. })
    }
}

/// A change may exceed the spend recorded by this share: tables round.
const ROUNDED: f64 = 5e-4;

/// The part of a panel that a lift test ran in.
struct TestedCells<'a> {
    column: &'a Channel,
    /// Each of the panel's geos' part of a change where no spend is recorded; sums to 1 over the
    /// test's geos.
    geo_shares: Vec<f64>,
    periods: usize,
    /// The share of each period's days that the test ran on.
    overlap: Vec<f64>,
    from: usize,
    to: usize,
    geos: Vec<usize>,
    /// Spend in the test's geos and days.
    spend: f64,
}

impl<'a> TestedCells<'a> {
    fn new(test: &LiftTest, panel: &Panel, column: &'a Channel) -> Result<Self> {
        let overlap: Vec<f64> = panel
            .dates()
            .iter()
            .map(|&date| share_within(panel.period().span(date), test))
            .collect();
        let (from, to) = tested_periods(test, panel, &overlap)?;
        let geos = tested_geos(test, panel, column)?;
        let mut cells = Self {
            column,
            geo_shares: shares_of(&geos, column, panel.periods()),
            periods: panel.periods(),
            overlap,
            from,
            to,
            geos,
            spend: 0.0,
        };
        cells.spend = cells
            .geos
            .iter()
            .map(|&g| (from..to).map(|t| cells.spend_at(g, t)).sum::<f64>())
            .sum();
        Ok(cells)
    }

    fn spend_at(&self, geo: usize, t: usize) -> f64 {
        self.overlap[t] * self.column.spend()[geo * self.periods + t]
    }

    /// An error if a change takes away more than the panel records and rounding explains.
    fn check_cut(&self, test: &LiftTest, change: f64) -> Result<()> {
        if change >= -self.spend * (1.0 + ROUNDED) {
            return Ok(());
        }
        let spend = format!(
            "{}, the spend on {} from {} to {}",
            self.spend,
            test.channel(),
            test.start(),
            test.end()
        );
        let expected = if test.is_recorded() {
            format!("at most {spend}, which includes the change")
        } else {
            format!(
                "at least -{spend}; where the panel shows the cut already, the test is to be marked \
                 as recorded"
            )
        };
        Err(test.error("spend_change", test.spend_change(), expected))
    }

    /// A geo's activity up to the test's end, in units of `scale`, with a change of spend.
    fn changed_activity(&self, geo: usize, spend_change: f64, scale: f64) -> Vec<f64> {
        let days: f64 = self.overlap[self.from..self.to].iter().sum();
        let start = geo * self.periods;
        let per_spend = mean_rate(self.column);
        let mut activity: Vec<f64> = self.column.activity()[start..start + self.to]
            .iter()
            .map(|x| x / scale)
            .collect();
        for (t, cell) in activity.iter_mut().enumerate().skip(self.from) {
            let share = if self.spend > 0.0 {
                self.spend_at(geo, t) / self.spend
            } else {
                self.geo_shares[geo] * self.overlap[t] / days
            };
            let (spend, now) = (
                self.column.spend()[start + t],
                self.column.activity()[start + t],
            );
            let rate = if spend > 0.0 { now / spend } else { per_spend };
            let change = share * spend_change * rate / scale;
            // A cut of all spend may fall short of 0 by rounding.
            *cell = (*cell + change).max(0.0);
        }
        activity
    }
}

/// Units of activity per unit of spend over the panel; 1 without spend.
fn mean_rate(column: &Channel) -> f64 {
    let (spend, activity) = (
        column.spend().iter().sum::<f64>(),
        column.activity().iter().sum::<f64>(),
    );
    if spend > 0.0 { activity / spend } else { 1.0 }
}

/// The first period that the test ran in and the first after it.
fn tested_periods(test: &LiftTest, panel: &Panel, overlap: &[f64]) -> Result<(usize, usize)> {
    let (first, _) = panel.period().span(panel.dates()[0]);
    let (_, after) = panel.period().span(panel.dates()[panel.periods() - 1]);
    let last = after.plus(-1);
    let (from, to) = (
        overlap.iter().position(|o| *o > 0.0),
        overlap.iter().rposition(|o| *o > 0.0),
    );
    if let (Some(from), Some(to), true) = (from, to, test.start() >= first && test.end() <= last) {
        return Ok((from, to + 1));
    }
    let (column, day) = if test.start() < first || test.start() > last {
        ("start", test.start())
    } else {
        ("end", test.end())
    };
    let expected = format!("a day of the panel, {first} to {last}");
    Err(test.error(column, day, expected))
}

/// The geos that the test ran in and that the channel was ever active in. Where it was never
/// active, nothing tells how much of its activity is much.
fn tested_geos(test: &LiftTest, panel: &Panel, column: &Channel) -> Result<Vec<usize>> {
    let active = |geo: usize| {
        column.activity()[geo * panel.periods()..(geo + 1) * panel.periods()]
            .iter()
            .any(|x| *x > 0.0)
    };
    let named = |geo: usize| test.geos().is_empty() || test.geos().contains(&panel.geos()[geo]);
    let tested = |geo: &usize| named(*geo) && active(*geo);
    let geos: Vec<usize> = (0..panel.geos().len()).filter(tested).collect();
    if geos.is_empty() {
        let place = match test.geos() {
            [] => String::new(),
            geos => format!(" in {}", geos.join(", ")),
        };
        return Err(test.error(
            "channel",
            test.channel(),
            format!("a channel that the panel has activity of{place}"),
        ));
    }
    Ok(geos)
}

/// The share of a period's days that the test ran on.
fn share_within((start, after): (Day, Day), test: &LiftTest) -> f64 {
    let days = test
        .end()
        .plus(1)
        .min(after)
        .since(test.start().max(start))
        .max(0);
    f64::from(days) / f64::from(after.since(start))
}

/// Each of the panel's geos' share of the channel's spend in some geos; equal where it has none.
fn shares_of(geos: &[usize], column: &Channel, periods: usize) -> Vec<f64> {
    let spend: Vec<f64> = column
        .spend()
        .chunks(periods)
        .enumerate()
        .map(|(geo, spend)| {
            let tested = geos.contains(&geo);
            if tested { spend.iter().sum() } else { 0.0 }
        })
        .collect();
    let total: f64 = spend.iter().sum();
    let equal = 1.0 / geos.len() as f64;
    let share = |spend: &f64| if total > 0.0 { spend / total } else { equal };
    spend.iter().map(share).collect()
}

/// What the panel records of a test's channel in its geos and days; none where the test does not
/// lie within the panel.
pub(crate) fn tested_spend(test: &LiftTest, panel: &Panel) -> Option<f64> {
    let column = panel
        .channels()
        .iter()
        .find(|c| c.name() == test.channel())?;
    Some(TestedCells::new(test, panel, column).ok()?.spend)
}

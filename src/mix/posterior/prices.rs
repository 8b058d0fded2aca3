//! At what price a plan buys activity, and what a unit of the KPI is worth then.

use std::ops::Range;

use crate::mix::panel::Panel;

/// The periods whose prices a response curve has, and prices that are stated.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Prices {
    pub(crate) periods: Range<usize>,
    /// Spend per unit of activity, by channel, where it is stated.
    pub(crate) stated: Vec<Option<f64>>,
}

impl Prices {
    /// The mean prices of the whole panel.
    pub(crate) fn of_all(panel: &Panel) -> Self {
        Self {
            periods: 0..panel.periods(),
            stated: vec![None; panel.channels().len()],
        }
    }

    /// Rows of a geo in which a channel had a price, within the periods, or if it had none there, all
    /// of the geo's.
    pub(crate) fn rows(&self, panel: &Panel, channel: usize, geo: usize) -> Range<usize> {
        let all = panel.rows_of(geo);
        let within = all.start + self.periods.start..all.start + self.periods.end;
        let column = &panel.channels()[channel];
        let ran = |values: &[f64]| values[within.clone()].iter().any(|x| *x > 0.0);
        match ran(column.spend()) && ran(column.activity()) {
            true => within,
            false => all,
        }
    }

    /// Units of activity that a unit of spend buys; 1 where there was no spend.
    pub(crate) fn per_spend(&self, panel: &Panel, channel: usize, geo: usize) -> f64 {
        if let Some(cost) = self.stated[channel] {
            return 1.0 / cost;
        }
        let rows = self.rows(panel, channel, geo);
        let column = &panel.channels()[channel];
        let sum = |values: &[f64]| values[rows.clone()].iter().sum::<f64>();
        let (spend, activity) = (sum(column.spend()), sum(column.activity()));
        if spend > 0.0 { activity / spend } else { 1.0 }
    }

    /// The mean revenue of a unit of the KPI in a geo; 1 where the panel has none.
    pub(crate) fn worth(&self, panel: &Panel, geo: usize) -> f64 {
        let start = panel.rows_of(geo).start;
        let rows = start + self.periods.start..start + self.periods.end;
        panel.revenue_per_kpi().map_or(1.0, |worth| {
            worth[rows.clone()].iter().sum::<f64>() / rows.len() as f64
        })
    }
}

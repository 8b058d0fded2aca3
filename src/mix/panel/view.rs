//! What a panel holds, read.

use std::ops::Range;

use crate::error::{Error, Result};
use crate::mix::panel::build::Panel;
use crate::mix::panel::column::{Channel, Control};
use crate::mix::panel::period::Frequency;
use crate::time::Day;

impl Panel {
    /// The length of the periods.
    pub const fn period(&self) -> Frequency {
        self.period
    }

    /// The periods' dates, in order: their first days, or for months and quarters dated by their
    /// end their last days ([`Frequency::span`]).
    pub fn dates(&self) -> &[Day] {
        &self.dates
    }

    /// Number of periods.
    pub fn periods(&self) -> usize {
        self.dates.len()
    }

    /// The geos' names; a national panel has the one geo `all`.
    pub fn geos(&self) -> &[String] {
        &self.geos
    }

    /// Number of rows: periods x geos.
    pub fn rows(&self) -> usize {
        self.dates.len() * self.geos.len()
    }

    /// The KPI, by geo, then period.
    pub fn kpi(&self) -> &[f64] {
        &self.kpi
    }

    /// The channels in the order they were added.
    pub fn channels(&self) -> &[Channel] {
        &self.channels
    }

    /// The channels' names.
    pub fn channel_names(&self) -> impl Iterator<Item = &str> {
        self.channels.iter().map(|c| c.name.as_str())
    }

    /// The place of a channel among the channels.
    ///
    /// # Errors
    /// If there is no channel of that name; `role` says where it was named.
    pub(crate) fn channel_index(&self, role: &'static str, name: &str) -> Result<usize> {
        self.channels
            .iter()
            .position(|c| c.name == name)
            .ok_or_else(|| Error::UnknownChannel {
                role: role.into(),
                channel: name.into(),
                known: self.channel_names().map(Into::into).collect(),
            })
    }

    /// A geo's rows.
    pub(crate) fn rows_of(&self, geo: usize) -> Range<usize> {
        geo * self.periods()..(geo + 1) * self.periods()
    }

    /// Whether a row's KPI is looked at: its weight is above 0.
    pub(crate) fn is_observed(&self, row: usize) -> bool {
        self.weights
            .as_ref()
            .is_none_or(|weights| weights[row] > 0.0)
    }

    /// The controls in the order they were added.
    pub fn controls(&self) -> &[Control] {
        &self.controls
    }

    /// Population per geo.
    pub fn population(&self) -> Option<&[f64]> {
        self.population.as_deref()
    }

    /// Revenue per unit of the KPI, by geo, then period.
    pub fn revenue_per_kpi(&self) -> Option<&[f64]> {
        self.revenue_per_kpi.as_deref()
    }

    /// Rows in which a geo was not there: they are no part of any total.
    pub(crate) fn absent_rows(&self) -> impl Iterator<Item = usize> + '_ {
        let rows = self.absent.iter().enumerate();
        rows.filter_map(|(row, absent)| absent.then_some(row))
    }

    /// Whether a row's geo was not there.
    pub(crate) fn is_absent(&self, row: usize) -> bool {
        self.absent.get(row) == Some(&true)
    }

    /// The mean of the observation weights above 0; 1 where there are none.
    pub(crate) fn mean_weight(&self) -> f64 {
        let positive = self
            .weights
            .iter()
            .flatten()
            .filter(|weight| **weight > 0.0);
        let (sum, count) = positive.fold((0.0, 0.0), |(sum, count), w| (sum + w, count + 1.0));
        if count > 0.0 { sum / count } else { 1.0 }
    }

    /// Observation weights, by geo, then period.
    pub fn weights(&self) -> Option<&[f64]> {
        self.weights.as_deref()
    }

    /// The panel's periods that begin on a day from `from` to `to`, both included. What ran in
    /// periods before them becomes the channels' history.
    ///
    /// # Errors
    /// If there is none.
    pub fn between(&self, from: Day, to: Day) -> Result<Self> {
        let keep: Vec<usize> = (0..self.periods())
            .filter(|&t| (from..=to).contains(&self.dates[t]))
            .collect();
        if keep.is_empty() {
            let range = format!("{} to {}", self.dates[0], self.dates[self.periods() - 1]);
            return Err(Error::setting(
                "window",
                format!("{from} to {to}"),
                format!("days that touch the panel's {range}"),
            ));
        }
        let periods = self.periods();
        let pick = |values: &[f64]| {
            values
                .chunks(periods)
                .flat_map(|geo| keep.iter().map(|&t| geo[t]))
                .collect::<Vec<f64>>()
        };
        let channels = self.channels.iter().map(|channel| Channel {
            history: self.before(channel.history(), channel.activity(), keep[0]),
            frequency_history: channel.frequency().map_or_else(Vec::new, |frequency| {
                self.before(&channel.earlier_frequency(), frequency, keep[0])
            }),
            ..channel.map(pick)
        });
        Ok(Self {
            period: self.period,
            dates: keep.iter().map(|&t| self.dates[t]).collect(),
            geos: self.geos.clone(),
            kpi: pick(&self.kpi),
            channels: channels.collect(),
            controls: self
                .controls
                .iter()
                .map(|c| Control {
                    values: pick(&c.values),
                    ..c.clone()
                })
                .collect(),
            population: self.population.clone(),
            revenue_per_kpi: self.revenue_per_kpi.as_deref().map(pick),
            weights: self.weights.as_deref().map(pick),
            absent: self
                .absent
                .chunks(periods)
                .flat_map(|geo| keep.iter().map(|&t| geo[t]))
                .collect(),
        })
    }

    /// A history and the values that follow it up to a period, by geo.
    fn before(&self, earlier: &[f64], values: &[f64], period: usize) -> Vec<f64> {
        let history = earlier.len() / self.geos.len();
        let geo = |geo: usize| {
            let earlier = &earlier[geo * history..(geo + 1) * history];
            let rows = self.rows_of(geo);
            [earlier, &values[rows.start..rows.start + period]].concat()
        };
        (0..self.geos.len()).flat_map(geo).collect()
    }
}

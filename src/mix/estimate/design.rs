//! A panel made ready for the search: everything scaled, the baseline orthonormal, tests as rows.

use std::ops::Range;

use crate::error::{Error, Result};
use crate::linalg::dot::dot;
use crate::linalg::gram_schmidt::Basis;
use crate::mix::estimate::channel_design::ChannelDesign;
use crate::mix::estimate::reweighing::Reweighing;
use crate::mix::panel::Panel;
use crate::mix::specification::columns::{BaselineColumns, MediaColumn, Source, media_columns};
use crate::mix::specification::pseudo_observations::PseudoObservation;
use crate::mix::specification::scales::Scales;
use crate::mix::specification::{Likelihood, MixSpecification};
use crate::mix::transform::Order;

/// All that a fit needs of a panel.
#[derive(Debug, Clone)]
pub(crate) struct Design {
    pub(crate) periods: usize,
    pub(crate) geos: usize,
    pub(crate) order: Order,
    pub(crate) channels: Vec<ChannelDesign>,
    /// The places of each synergy's channels.
    pub(crate) synergies: Vec<(usize, usize)>,
    /// Media, then controls with bounds.
    pub(crate) columns: Vec<MediaColumn>,
    pub(crate) baseline: BaselineColumns,
    pub(crate) basis: Basis,
    /// The penalty on the bends of a smooth trend, in units of the noise's variance; none where
    /// there are none.
    pub(crate) smoothness: Option<f64>,
    pub(crate) scales: Scales,
    /// KPI / its geo's scale x square root of the weight.
    pub(crate) kpi: Vec<f64>,
    /// Largest minus smallest scaled KPI.
    pub(crate) kpi_range: f64,
    /// Square roots of observation weights; none where all are 1.
    pub(crate) root_weights: Option<Vec<f64>>,
    /// How rows are weighed by what is left of them; none where all count alike.
    pub(crate) reweighing: Option<Reweighing>,
    /// Rows with weight.
    pub(crate) observations: usize,
    pub(crate) tests: Vec<PseudoObservation>,
    /// First period of each block; block 0 is the first fold's training data, block k what fold k
    /// is validated on.
    pub(crate) cuts: Vec<usize>,
}

/// The penalty on bends that the search begins with.
const SMOOTHNESS: f64 = 10.0;

/// The part of the panel that no fold is validated on.
const FIRST_TRAINING: f64 = 0.7;

impl Design {
    pub(crate) fn new(
        panel: &Panel,
        specification: &MixSpecification,
        folds: usize,
    ) -> Result<Self> {
        specification.check_against(panel)?;
        if panel.channels().is_empty() {
            return Err(Error::Empty {
                what: "panel's list of channels".into(),
                expected: "one channel at least".into(),
            });
        }
        let scales = Scales::new(panel, specification.geo_scale)?;
        let channels = (0..panel.channels().len())
            .map(|channel| ChannelDesign::new(panel, specification, &scales, channel))
            .collect::<Result<Vec<_>>>()?;
        let root_weights = specification.root_weights(panel);
        let baseline = BaselineColumns::new(panel, specification, scales.timeline);
        let mut columns = media_columns(panel, specification, false);
        columns.extend(&baseline.bounded_columns);
        let kpi = response(panel, specification, &scales, root_weights.as_deref());
        let reweighing = Reweighing::new(
            specification.likelihood,
            &kpi,
            |row| scales.kpi[row / panel.periods()],
            root_weights.as_deref(),
        );
        let explained = reweighing.as_ref().map(Reweighing::explained);
        let kpi_range = range(explained.unwrap_or(&kpi), root_weights.as_deref());
        let observed = |weights: &Vec<f64>| weights.iter().filter(|w| **w > 0.0).count();
        let design = Self {
            periods: panel.periods(),
            geos: panel.geos().len(),
            order: specification.order,
            channels,
            synergies: specification.synergy_places(panel),
            columns,
            basis: baseline.basis(root_weights.as_deref()),
            smoothness: None,
            baseline,
            tests: PseudoObservation::all(panel, specification, &scales)?,
            scales,
            kpi_range,
            kpi: reweighing.as_ref().map_or_else(
                || weighted(kpi, root_weights.as_deref()),
                Reweighing::weighted_kpi,
            ),
            observations: root_weights.as_ref().map_or(panel.rows(), observed),
            root_weights,
            reweighing,
            cuts: cuts(panel.periods(), folds),
        };
        let smooth = design.baseline.bends() > 0;
        let design = design.with_smoothness(smooth.then_some(SMOOTHNESS));
        design.check_rows()?;
        Ok(design)
    }

    /// How much a column's knot counts in each period; none where the effect is constant.
    pub(crate) fn hat(&self, column: &MediaColumn) -> Option<&[f64]> {
        match (column.source, column.knot) {
            (Source::Channel(c), Some(knot)) => Some(&self.channels[c].hats[knot]),
            _ => None,
        }
    }

    /// Whether a column changes with a channel's response.
    pub(crate) fn involves(&self, column: &MediaColumn, channel: usize) -> bool {
        match column.source {
            Source::Channel(c) => c == channel,
            Source::Synergy(at) => {
                let (first, second) = self.synergies[at];
                first == channel || second == channel
            }
            Source::Control(_) => false,
        }
    }

    /// The columns of each changing effect, which lie together.
    pub(crate) fn changing(&self) -> impl Iterator<Item = Range<usize>> + '_ {
        let starts = self.columns.iter().enumerate();
        let starts = starts.filter(|(_, column)| column.knot == Some(0));
        starts.map(|(k, column)| match column.source {
            Source::Channel(c) => k..k + self.channels[c].hats.len(),
            Source::Synergy(_) | Source::Control(_) => k..k,
        })
    }

    /// The design with its rows weighed besides.
    pub(crate) fn with_reweighing(mut self, reweighing: Reweighing) -> Self {
        self.kpi = reweighing.weighted_kpi();
        self.root_weights = Some(reweighing.root_weights());
        self.reweighing = Some(reweighing);
        self.basis = self.baseline.basis(self.root_weights.as_deref());
        let smoothness = self.smoothness;
        self.with_smoothness(smoothness)
    }

    /// The design with another penalty on the bends of a smooth trend.
    pub(crate) fn with_smoothness(mut self, smoothness: Option<f64>) -> Self {
        if let Some(penalty) = smoothness {
            let weights = self.root_weights.as_deref();
            self.basis = self.baseline.smooth_basis(weights, penalty);
        }
        Self { smoothness, ..self }
    }

    /// How many coefficients the baseline has that no penalty draws to 0.
    pub(crate) fn unpenalised(&self) -> usize {
        self.basis.len().saturating_sub(self.baseline.bends())
    }

    /// The design with coefficients of their own in each geo.
    pub(crate) fn by_geo(&self, panel: &Panel, specification: &MixSpecification) -> Self {
        let mut columns = media_columns(panel, specification, true);
        columns.extend(
            self.columns
                .iter()
                .filter(|c| matches!(c.source, Source::Control(_))),
        );
        Self {
            columns,
            ..self.clone()
        }
    }

    /// Number of rows.
    pub(crate) fn rows(&self) -> usize {
        self.periods * self.geos
    }

    /// Number of searched transform parameters.
    pub(crate) fn dimensions(&self) -> usize {
        self.channels.iter().map(ChannelDesign::dimensions).sum()
    }

    /// Where each channel's parameters begin in a point, and the end.
    pub(crate) fn offsets(&self) -> Vec<usize> {
        let mut offsets = vec![0];
        offsets.extend(self.channels.iter().scan(0, |at, c| {
            *at += c.dimensions();
            Some(*at)
        }));
        offsets
    }

    /// Products of the baseline's directions with a column of rows.
    pub(crate) fn along_basis(&self, values: &[f64]) -> Vec<f64> {
        self.basis
            .directions
            .iter()
            .map(|d| dot(&d.values, &values[d.start..d.end()]))
            .collect()
    }

    /// There must be something to learn from: more rows than linear coefficients, and a KPI that
    /// moves.
    fn check_rows(&self) -> Result<()> {
        let coefficients = self.unpenalised() + self.columns.len();
        if self.observations <= coefficients {
            let expected =
                format!("more rows than the {coefficients} coefficients of media and baseline");
            return Err(Error::setting(
                "number of rows",
                self.observations,
                expected,
            ));
        }
        if self.kpi_range > 0.0 {
            Ok(())
        } else {
            Err(Error::setting(
                "kpi",
                "the same in every row",
                "a KPI that changes",
            ))
        }
    }
}

/// What the regression explains: the scaled KPI, or its logarithm in rows with weight.
fn response(
    panel: &Panel,
    specification: &MixSpecification,
    scales: &Scales,
    root_weights: Option<&[f64]>,
) -> Vec<f64> {
    let mut kpi = scales.scaled_kpi(panel);
    if specification.likelihood == Likelihood::Log {
        let weight = |row: usize| root_weights.map_or(1.0, |weights| weights[row]);
        for (row, y) in kpi.iter_mut().enumerate() {
            *y = if weight(row) > 0.0 {
                libm::log(*y)
            } else {
                0.0
            };
        }
    }
    kpi
}

/// Values times square roots of observation weights.
fn weighted(mut values: Vec<f64>, root_weights: Option<&[f64]>) -> Vec<f64> {
    if let Some(weights) = root_weights {
        values.iter_mut().zip(weights).for_each(|(v, w)| *v *= w);
    }
    values
}

/// Largest minus smallest of the values that have weight.
fn range(values: &[f64], root_weights: Option<&[f64]>) -> f64 {
    let (low, high) = values
        .iter()
        .enumerate()
        .filter(|(row, _)| root_weights.is_none_or(|w| w[*row] > 0.0))
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), (_, y)| {
            (l.min(*y), h.max(*y))
        });
    high - low
}

/// First periods of the blocks: most of the panel, then `folds` equal parts; fewer folds where
/// parts would be empty.
fn cuts(periods: usize, folds: usize) -> Vec<usize> {
    let first = ((periods as f64 * FIRST_TRAINING) as usize).max(1);
    let rest = periods - first;
    match folds.min(rest) {
        0 => vec![0, periods],
        folds => std::iter::once(0)
            .chain((0..=folds).map(|k| first + rest * k / folds))
            .collect(),
    }
}

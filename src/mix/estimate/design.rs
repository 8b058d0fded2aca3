//! A panel made ready for fitting: everything scaled, the baseline orthonormal, the tests as rows.

use crate::error::{Error, Result};
use crate::linalg::dot::dot;
use crate::linalg::gram_schmidt::{Basis, RangedColumn};
use crate::mix::estimate::pseudo_observations::TestRow;
use crate::mix::panel::Panel;
use crate::mix::specification::{GeoScale, MixSpecification, Order};
use crate::mix::transform::Parameter;
use crate::mix::transform::SaturationFamily;
use crate::mix::transform::curve::Transform;
use crate::mix::transform::{AdstockFamily, LagWindow};
use crate::time::Day;

/// One regression column: a channel's transformed activity in all geos or in one, or a control with
/// bounds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct MediaColumn {
    pub(crate) source: Source,
    /// The geo it is confined to.
    pub(crate) geo: Option<usize>,
    pub(crate) lower: f64,
    pub(crate) upper: f64,
    pub(crate) penalty_factor: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    Channel(usize),
    Control(usize),
}

/// A channel's families and parameters, and its activity in units of each geo's maximum.
#[derive(Debug, Clone)]
pub(crate) struct ChannelDesign {
    pub(crate) adstock: AdstockFamily,
    pub(crate) saturation: SaturationFamily,
    pub(crate) adstock_parameters: Vec<Parameter>,
    pub(crate) saturation_parameters: Vec<Parameter>,
    /// Activity / scale, by geo, then period.
    pub(crate) activity: Vec<f64>,
    /// Largest activity in each geo; 1 where there is none.
    pub(crate) scale: Vec<f64>,
    /// Spend over the panel.
    pub(crate) spend: f64,
}

impl ChannelDesign {
    pub(crate) fn dimensions(&self) -> usize {
        self.adstock_parameters.len() + self.saturation_parameters.len()
    }

    /// The transform at a point of the unit cube.
    pub(crate) fn transform(&self, point: &[f64], window: LagWindow, order: Order) -> Transform {
        let (adstock, saturation) = point.split_at(self.adstock_parameters.len());
        let value = |(parameter, u): (&Parameter, &f64)| parameter.prior().quantile(*u);
        Transform {
            adstock: self.adstock,
            adstock_at: self
                .adstock_parameters
                .iter()
                .zip(adstock)
                .map(value)
                .collect(),
            saturation: self.saturation,
            saturation_at: self
                .saturation_parameters
                .iter()
                .zip(saturation)
                .map(value)
                .collect(),
            window,
            order,
        }
    }
}

/// All that a fit needs of a panel.
#[derive(Debug, Clone)]
pub(crate) struct Design {
    pub(crate) periods: usize,
    pub(crate) geos: usize,
    pub(crate) window: LagWindow,
    pub(crate) order: Order,
    pub(crate) channels: Vec<ChannelDesign>,
    pub(crate) columns: Vec<MediaColumn>,
    pub(crate) bounded_controls: Vec<Vec<f64>>,
    /// KPI / its geo's scale x square root of the weight.
    pub(crate) kpi: Vec<f64>,
    /// What one unit of scaled KPI is in each geo.
    pub(crate) kpi_scale: Vec<f64>,
    /// Square roots of observation weights; none where all are 1.
    pub(crate) root_weights: Option<Vec<f64>>,
    /// Rows with weight.
    pub(crate) observations: usize,
    pub(crate) basis: Basis,
    /// Names and geos of the baseline's columns as given to the basis.
    pub(crate) baseline_columns: Vec<RangedColumn>,
    pub(crate) timeline: (Day, Day),
    /// Largest minus smallest scaled KPI.
    pub(crate) kpi_range: f64,
    pub(crate) tests: Vec<TestRow>,
    /// First period of each block; block 0 is the first fold's training data, block k what fold k
    /// is validated on.
    pub(crate) cuts: Vec<usize>,
}

/// The part of the panel that no fold is validated on.
const FIRST_TRAINING: f64 = 0.7;

impl Design {
    pub(crate) fn new(panel: &Panel, specification: &MixSpecification) -> Result<Self> {
        specification.check_names(panel)?;
        if panel.channels().is_empty() {
            return Err(Error::Empty {
                what: "panel's list of channels".into(),
                expected: "one channel at least".into(),
            });
        }
        let window = specification.window_for(panel.period())?;
        let channels = panel
            .channels()
            .iter()
            .map(|c| channel_design(c, panel, specification, window))
            .collect::<Result<Vec<_>>>()?;
        let kpi_scale = kpi_scale(panel, specification.geo_scale)?;
        let root_weights: Option<Vec<f64>> = panel
            .weights()
            .map(|w| w.iter().map(|w| w.sqrt()).collect());
        let scaled = scaled_kpi(panel, &kpi_scale);
        let timeline = (panel.dates()[0], panel.dates()[panel.periods() - 1]);
        let (baseline_columns, bounded_controls, control_columns) =
            baseline_columns(panel, specification, timeline);
        let basis = Basis::new(
            baseline_columns
                .iter()
                .map(|c| weighted(c, root_weights.as_deref()))
                .collect(),
        );
        let mut design = Self {
            periods: panel.periods(),
            geos: panel.geos().len(),
            window,
            order: specification.order,
            columns: media_columns(panel, specification, false),
            channels,
            bounded_controls,
            kpi_range: range(
                scaled
                    .iter()
                    .zip(root_weights.iter().flatten().chain(std::iter::repeat(&1.0))),
            ),
            kpi: scaled
                .iter()
                .enumerate()
                .map(|(r, y)| y * root_weights.as_ref().map_or(1.0, |w| w[r]))
                .collect(),
            kpi_scale,
            observations: root_weights
                .as_ref()
                .map_or(panel.rows(), |w| w.iter().filter(|w| **w > 0.0).count()),
            root_weights,
            basis,
            baseline_columns,
            timeline,
            tests: vec![],
            cuts: cuts(panel.periods(), specification.folds),
        };
        design.columns.extend(control_columns);
        design.check_rows()?;
        design.tests = TestRow::all(panel, specification, &design)?;
        Ok(design)
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

    /// Baseline columns that depend on others and were left out, by name.
    pub(crate) fn dropped(&self) -> Vec<String> {
        self.basis
            .dropped()
            .map(|i| self.baseline_columns[i].name.clone())
            .collect()
    }

    /// There must be something to learn from: more rows than linear coefficients, and a KPI that
    /// moves.
    fn check_rows(&self) -> Result<()> {
        let coefficients = self.basis.len() + self.columns.len();
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

    /// The columns with coefficients of their own in each geo.
    pub(crate) fn separated(&self, panel: &Panel, specification: &MixSpecification) -> Self {
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
}

fn channel_design(
    channel: &crate::mix::panel::Channel,
    panel: &Panel,
    specification: &MixSpecification,
    window: LagWindow,
) -> Result<ChannelDesign> {
    let settings = specification.settings(channel.name());
    let (adstock_parameters, saturation_parameters) = settings.parameters(window.length())?;
    let largest = |geo: &[f64]| geo.iter().fold(0.0_f64, |m, x| m.max(*x));
    let scale: Vec<f64> = channel
        .activity()
        .chunks(panel.periods())
        .map(|g| Some(largest(g)).filter(|m| *m > 0.0).unwrap_or(1.0))
        .collect();
    let activity = channel
        .activity()
        .iter()
        .enumerate()
        .map(|(r, x)| x / scale[r / panel.periods()])
        .collect();
    Ok(ChannelDesign {
        adstock: settings.adstock,
        saturation: settings.saturation,
        adstock_parameters,
        saturation_parameters,
        activity,
        scale,
        spend: channel.spend().iter().sum(),
    })
}

fn media_columns(
    panel: &Panel,
    specification: &MixSpecification,
    separate: bool,
) -> Vec<MediaColumn> {
    let geos: Vec<Option<usize>> = if separate {
        (0..panel.geos().len()).map(Some).collect()
    } else {
        vec![None]
    };
    let column = |(c, name): (usize, &str), geo| {
        let settings = specification.settings(name);
        MediaColumn {
            source: Source::Channel(c),
            geo,
            lower: settings.bounds.0,
            upper: settings.bounds.1.unwrap_or(f64::INFINITY),
            penalty_factor: settings.penalty_factor,
        }
    };
    panel
        .channel_names()
        .enumerate()
        .flat_map(|channel| geos.iter().map(move |&geo| column(channel, geo)))
        .collect()
}

/// One unit of scaled KPI in each geo.
fn kpi_scale(panel: &Panel, rule: GeoScale) -> Result<Vec<f64>> {
    let size = |values: &[f64]| values.iter().map(|y| y.abs()).sum::<f64>() / values.len() as f64;
    let common = size(panel.kpi());
    if common == 0.0 {
        return Err(Error::setting(
            "kpi",
            "0 in every row",
            "a KPI that changes",
        ));
    }
    let means: Vec<f64> = panel
        .kpi()
        .chunks(panel.periods())
        .map(|geo| Some(size(geo)).filter(|m| *m > 0.0).unwrap_or(common))
        .collect();
    let spread = means.iter().fold(0.0_f64, |m, x| m.max(*x))
        / means.iter().fold(f64::INFINITY, |m, x| m.min(*x));
    Ok(match (rule, panel.population()) {
        (GeoScale::Common, _) => vec![common; means.len()],
        (GeoScale::Mean, _) => means,
        (GeoScale::Auto, Some(population)) => {
            let mean = population.iter().sum::<f64>() / population.len() as f64;
            population.iter().map(|p| common * p / mean).collect()
        }
        (GeoScale::Auto, None) if spread <= 2.0 => vec![common; means.len()],
        (GeoScale::Auto, None) => means,
    })
}

fn scaled_kpi(panel: &Panel, kpi_scale: &[f64]) -> Vec<f64> {
    panel
        .kpi()
        .iter()
        .enumerate()
        .map(|(r, y)| y / kpi_scale[r / panel.periods()])
        .collect()
}

/// Largest minus smallest of the values that have weight.
fn range<'a>(values: impl Iterator<Item = (&'a f64, &'a f64)>) -> f64 {
    let (low, high) = values
        .filter(|(_, w)| **w > 0.0)
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), (y, _)| {
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

fn weighted(column: &RangedColumn, root_weights: Option<&[f64]>) -> RangedColumn {
    let mut column = column.clone();
    if let Some(weights) = root_weights {
        column
            .values
            .iter_mut()
            .zip(&weights[column.start..])
            .for_each(|(v, w)| *v *= w);
    }
    column
}

/// The baseline's columns: each geo's own, then holidays and controls common to all. Controls with
/// bounds go to the media's side of the regression, where bounds are kept.
fn baseline_columns(
    panel: &Panel,
    specification: &MixSpecification,
    timeline: (Day, Day),
) -> (Vec<RangedColumn>, Vec<Vec<f64>>, Vec<MediaColumn>) {
    let own = specification.baseline.geo_columns(panel.dates(), timeline);
    let mut columns = vec![];
    for geo in 0..panel.geos().len() {
        let start = geo * panel.periods();
        columns.extend(own.iter().map(|(name, values)| RangedColumn {
            name: name.clone(),
            start,
            values: values.clone(),
        }));
    }
    for (name, values) in specification
        .baseline
        .shared_columns(panel.dates(), panel.period())
    {
        columns.push(RangedColumn {
            name,
            start: 0,
            values: values.repeat(panel.geos().len()),
        });
    }
    let (mut bounded, mut bounded_columns) = (vec![], vec![]);
    for control in panel.controls() {
        match specification
            .control_bounds
            .iter()
            .rev()
            .find(|(name, ..)| name == control.name())
        {
            Some((_, low, high)) => {
                let scale = kpi_unit(panel);
                bounded_columns.push(MediaColumn {
                    source: Source::Control(bounded.len()),
                    geo: None,
                    lower: low.map_or(f64::NEG_INFINITY, |l| l / scale),
                    upper: high.map_or(f64::INFINITY, |h| h / scale),
                    penalty_factor: 0.0,
                });
                bounded.push(control.values().to_vec());
            }
            None => columns.push(RangedColumn {
                name: control.name().into(),
                start: 0,
                values: control.values().to_vec(),
            }),
        }
    }
    (columns, bounded, bounded_columns)
}

/// How many coefficients the baseline of a panel has: its columns less those that depend on others,
/// and controls with bounds.
pub(crate) fn baseline_coefficients(panel: &Panel, specification: &MixSpecification) -> usize {
    let timeline = (panel.dates()[0], panel.dates()[panel.periods() - 1]);
    let (columns, bounded, _) = baseline_columns(panel, specification, timeline);
    Basis::new(columns).len() + bounded.len()
}

/// The mean size of the KPI, in which bounds of controls are turned into bounds of scaled
/// coefficients.
fn kpi_unit(panel: &Panel) -> f64 {
    panel.kpi().iter().map(|y| y.abs()).sum::<f64>() / panel.rows() as f64
}

impl Design {
    /// Products of the baseline's directions with a column of rows.
    pub(crate) fn along_basis(&self, values: &[f64]) -> Vec<f64> {
        self.basis
            .directions
            .iter()
            .map(|d| dot(&d.values, &values[d.start..d.end()]))
            .collect()
    }
}

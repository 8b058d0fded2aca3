//! The columns of the regression that a specification asks for on a panel.

use crate::linalg::gram_schmidt::{Basis, RangedColumn};
use crate::mix::panel::Panel;
use crate::mix::specification::mix_specification::MixSpecification;
use crate::mix::specification::scales::mean_size;
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

/// Where a column's values come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    Channel(usize),
    /// A control with bounds, by its place among those.
    Control(usize),
}

/// All columns but those of the media.
#[derive(Debug, Clone)]
pub(crate) struct BaselineColumns {
    /// Each geo's own columns, then holidays and controls common to all.
    pub(crate) free: Vec<RangedColumn>,
    /// Controls with bounds: name and values by row.
    pub(crate) bounded: Vec<(String, Vec<f64>)>,
    /// The regression columns of controls with bounds.
    pub(crate) bounded_columns: Vec<MediaColumn>,
}

impl BaselineColumns {
    /// The baseline's columns, with the trend running from the first to the second day.
    pub(crate) fn new(
        panel: &Panel,
        specification: &MixSpecification,
        timeline: (Day, Day),
    ) -> Self {
        let mut columns = Self {
            free: uncontrolled(panel, specification, timeline),
            bounded: vec![],
            bounded_columns: vec![],
        };
        for control in panel.controls() {
            let (name, values) = (control.name().to_owned(), control.values().to_vec());
            match specification.bounds_of_control(control.name()) {
                Some(bounds) => {
                    let unit = mean_size(panel, 0..panel.rows()).unwrap_or(1.0);
                    columns.bounded_columns.push(MediaColumn {
                        source: Source::Control(columns.bounded.len()),
                        geo: None,
                        lower: bounds.low.map_or(f64::NEG_INFINITY, |low| low / unit),
                        upper: bounds.high.map_or(f64::INFINITY, |high| high / unit),
                        penalty_factor: 0.0,
                    });
                    columns.bounded.push((name, values));
                }
                None => columns.free.push(RangedColumn {
                    name,
                    start: 0,
                    values,
                }),
            }
        }
        columns
    }

    /// An orthonormal basis of the columns without bounds, times square roots of observation
    /// weights.
    pub(crate) fn basis(&self, root_weights: Option<&[f64]>) -> Basis {
        Basis::new(
            self.free
                .iter()
                .map(|column| weighted(column, root_weights))
                .collect(),
        )
    }

    /// How many coefficients they have: columns that depend on others have none.
    pub(crate) fn coefficients(self) -> usize {
        Basis::new(self.free).len() + self.bounded.len()
    }

    /// The names of the columns that a basis leaves out, as they depend on others.
    pub(crate) fn dropped(&self, basis: &Basis) -> Vec<String> {
        basis.dropped().map(|i| self.free[i].name.clone()).collect()
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

/// Intercept, trend and seasonality of each geo, then holidays.
fn uncontrolled(
    panel: &Panel,
    specification: &MixSpecification,
    timeline: (Day, Day),
) -> Vec<RangedColumn> {
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
    let shared = specification
        .baseline
        .shared_columns(panel.dates(), panel.period());
    columns.extend(shared.into_iter().map(|(name, values)| RangedColumn {
        name,
        start: 0,
        values: values.repeat(panel.geos().len()),
    }));
    columns
}

/// The media's columns: one per channel, or one per channel and geo.
pub(crate) fn media_columns(
    panel: &Panel,
    specification: &MixSpecification,
    by_geo: bool,
) -> Vec<MediaColumn> {
    let geos: Vec<Option<usize>> = if by_geo {
        (0..panel.geos().len()).map(Some).collect()
    } else {
        vec![None]
    };
    let column = |(c, name): (usize, &str), geo| {
        let settings = specification.settings(name);
        MediaColumn {
            source: Source::Channel(c),
            geo,
            lower: settings.bounds.low.unwrap_or(f64::MIN),
            upper: settings.bounds.high.unwrap_or(f64::INFINITY),
            penalty_factor: settings.penalty_factor,
        }
    };
    panel
        .channel_names()
        .enumerate()
        .flat_map(|channel| geos.iter().map(move |&geo| column(channel, geo)))
        .collect()
}

//! The columns of the regression that a specification asks for on a panel.

use crate::linalg::gram_schmidt::{Basis, RangedColumn};
use crate::mix::panel::Panel;
use crate::mix::specification::mix_specification::MixSpecification;
use crate::mix::specification::scales::mean_size;
use crate::mix::specification::term::BaselinePart;
use crate::time::Day;

/// One regression column: a channel's transformed activity in all geos or in one, the product of
/// two, or a control with bounds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct MediaColumn {
    pub(crate) source: Source,
    /// The geo it is confined to.
    pub(crate) geo: Option<usize>,
    /// The knot of a changing effect that it stands for; none where the effect is constant.
    pub(crate) knot: Option<usize>,
    pub(crate) lower: f64,
    pub(crate) upper: f64,
    pub(crate) penalty_factor: f64,
}

/// Where a column's values come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    Channel(usize),
    /// What two channels bring together, by the synergy's place.
    Synergy(usize),
    /// A control with bounds, by its place among those.
    Control(usize),
}

/// All columns but those of the media.
#[derive(Debug, Clone)]
pub(crate) struct BaselineColumns {
    /// Each geo's own columns, then those of calendar and holidays and controls common to all.
    pub(crate) free: Vec<RangedColumn>,
    /// Which of `free` are bends of a smooth trend, in order.
    bends: Vec<usize>,
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
        let (free, bends) = uncontrolled(panel, specification, timeline);
        let mut columns = Self {
            free,
            bends,
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
                        knot: None,
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

    /// The same with a penalty on the squares of a smooth trend's bends, in units of the noise's
    /// variance: each bend has a pseudo-row, in which it stands with the root of the penalty.
    pub(crate) fn smooth_basis(&self, root_weights: Option<&[f64]>, smoothness: f64) -> Basis {
        let pseudo = |column: usize| {
            self.bends
                .binary_search(&column)
                .ok()
                .map(|at| RangedColumn {
                    name: String::new(),
                    start: at,
                    values: vec![smoothness.sqrt()],
                })
        };
        let columns = self.free.iter().enumerate();
        Basis::with_pseudo_rows(
            columns.map(|(i, column)| (weighted(column, root_weights), pseudo(i))),
        )
    }

    /// How many bends a smooth trend has, in all geos.
    pub(crate) fn bends(&self) -> usize {
        self.bends.len()
    }

    /// How many coefficients they have: columns that depend on others have none, and neither have
    /// bends, which a penalty keeps in check.
    pub(crate) fn coefficients(mut self) -> usize {
        let mut at = 0..;
        self.free.retain(|_| {
            at.next()
                .is_some_and(|i| self.bends.binary_search(&i).is_err())
        });
        Basis::new(self.free).len() + self.bounded.len()
    }

    /// The names of the columns that a basis leaves out, as they depend on others; not those that a geo
    /// seen only briefly does not have.
    pub(crate) fn dropped(&self, basis: &Basis) -> Vec<String> {
        let names = basis.dropped().map(|i| self.free[i].name.clone());
        names.filter(|name| !name.is_empty()).collect()
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

/// Intercept, trend and seasonality of each geo - of one seen only briefly the intercept alone, and
/// zeros for the rest -, then calendar and holidays; with the places of the
/// bends that are penalised.
fn uncontrolled(
    panel: &Panel,
    specification: &MixSpecification,
    timeline: (Day, Day),
) -> (Vec<RangedColumn>, Vec<usize>) {
    let (baseline, period) = (&specification.baseline, panel.period());
    let own = baseline.geo_columns(panel.dates(), timeline, period);
    let (mut columns, mut bends) = (vec![], vec![]);
    for (geo, level_only) in baseline.level_only(panel).into_iter().enumerate() {
        let start = geo * panel.periods();
        for term in &own {
            if term.penalised {
                bends.push(columns.len());
            }
            let (name, values) = match level_only && term.part != BaselinePart::Level {
                true => (String::new(), vec![0.0; term.values.len()]),
                false => (term.name.clone(), term.values.clone()),
            };
            columns.push(RangedColumn {
                name,
                start,
                values,
            });
        }
    }
    let shared = baseline.shared_columns(panel.dates(), timeline, period);
    columns.extend(shared.into_iter().map(|term| RangedColumn {
        name: term.name,
        start: 0,
        values: term.values.repeat(panel.geos().len()),
    }));
    (columns, bends)
}

/// The media's columns: one per channel, or one per channel and geo; of a changing effect one per
/// knot; then one per synergy, or one per synergy and geo.
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
    let column = |(c, name): (usize, &str), geo, knot| {
        let settings = specification.settings(name);
        MediaColumn {
            source: Source::Channel(c),
            geo,
            knot,
            lower: settings.bounds.low.unwrap_or(f64::MIN),
            upper: settings.bounds.high.unwrap_or(f64::INFINITY),
            penalty_factor: settings.penalty_factor,
        }
    };
    let timeline = (panel.dates()[0], panel.dates()[panel.periods() - 1]);
    let mut columns = vec![];
    for channel in panel.channel_names().enumerate() {
        let knots = specification.effect_knots(channel.1, timeline, panel.period());
        let knots: Vec<Option<usize>> = match knots {
            Some(knots) => (0..knots.count()).map(Some).collect(),
            None => vec![None],
        };
        for geo in &geos {
            columns.extend(knots.iter().map(|knot| column(channel, *geo, *knot)));
        }
    }
    for (at, synergy) in specification.synergies.iter().enumerate() {
        columns.extend(geos.iter().map(|geo| MediaColumn {
            source: Source::Synergy(at),
            geo: *geo,
            knot: None,
            lower: synergy.bounds.low.unwrap_or(f64::MIN),
            upper: synergy.bounds.high.unwrap_or(f64::INFINITY),
            penalty_factor: 1.0,
        }));
    }
    columns
}

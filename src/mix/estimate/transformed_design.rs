//! The regression that is left once the transforms are given, as data.

use ndarray::{Array1, Array2};

use crate::error::{Error, Result};
use crate::linalg::gram_schmidt::RangedColumn;
use crate::mix::estimate::media_effects::MediaEffects;
use crate::mix::panel::Panel;
use crate::mix::posterior::PosteriorDraw;
use crate::mix::specification::columns::{BaselineColumns, MediaColumn, Source, media_columns};
use crate::mix::specification::scales::Scales;
use crate::mix::specification::{MixSpecification, Pooling};
use crate::mix::transform::ChannelCurve;
use crate::mix::transform::curve::Scratch;

/// The regression of a panel with given transforms: transformed media, controls with bounds and
/// baseline as the columns of a matrix, and the KPI as target. A changing effect has a column for
/// each of its knots, and bears no penalty here.
///
/// Rows run by geo, then period. Media are adstock and saturation of activity / its maximum in the
/// geo, or adstock of reach x saturation of frequency; the target is the KPI / its geo's scale. Baseline columns that depend on others are left
/// out. Each geo has a column of ones, its intercept.
///
/// Any regression can solve it. [`TransformedDesign::draw`] turns the coefficients of one without
/// an intercept of its own into a draw, [`TransformedDesign::draw_with_intercept`] those of one that
/// adds an intercept, as most of linfa's do.
///
/// ```
/// use mixtouch::mix::estimate::TransformedDesign;
/// use mixtouch::mix::specification::MixSpecification;
/// use mixtouch::simulate::panels::PanelWorld;
///
/// let panel = PanelWorld::small_business()?.simulate(1).panel()?;
/// let specification = MixSpecification::new();
/// let curves = specification.curves(&panel, |_, parameter| parameter.prior().quantile(0.5))?;
/// let design = TransformedDesign::new(&specification, &panel, &curves)?;
/// assert_eq!(design.records().dim(), (panel.rows(), design.names().len()));
/// assert_eq!(design.names()[0], panel.channels()[0].name());
/// assert_eq!(design.target().len(), panel.rows());
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct TransformedDesign {
    names: Vec<String>,
    records: Array2<f64>,
    target: Array1<f64>,
    weights: Option<Array1<f64>>,
    bounds: Vec<(f64, f64)>,
    /// The columns of media and of controls with bounds, which come first.
    columns: Vec<MediaColumn>,
    /// For each baseline column without bounds, its place in the matrix; none if it was left out.
    places: Vec<Option<usize>>,
    /// The columns of ones, one a geo.
    intercepts: Vec<usize>,
    curves: Vec<ChannelCurve>,
    scales: Scales,
}

impl TransformedDesign {
    /// The design of a panel with each channel's transforms, in the panel's order of channels.
    ///
    /// # Errors
    /// If the curves are not one per channel, or a setting of the specification is out of range or
    /// names something that is not in the panel.
    pub fn new(
        specification: &MixSpecification,
        panel: &Panel,
        curves: &[ChannelCurve],
    ) -> Result<Self> {
        specification.check_against(panel)?;
        if curves.len() != panel.channels().len() {
            return Err(Error::setting(
                "number of curves",
                curves.len(),
                format!("{}, one for each channel", panel.channels().len()),
            ));
        }
        let scales = Scales::new(panel, specification.geo_scale)?;
        let baseline = BaselineColumns::new(panel, specification, scales.timeline);
        let root_weights = specification.root_weights(panel);
        let by_geo = specification.pooling != Pooling::Pooled && panel.geos().len() > 1;
        let mut columns = media_columns(panel, specification, by_geo);
        columns.extend(&baseline.bounded_columns);
        let dropped: Vec<usize> = baseline.basis(root_weights.as_deref()).dropped().collect();
        let mut next = columns.len();
        let places: Vec<Option<usize>> = (0..baseline.free.len())
            .map(|i| {
                let kept = !dropped.contains(&i);
                next += usize::from(kept);
                kept.then(|| next - 1)
            })
            .collect();
        let mut design = Self {
            names: vec![],
            records: Array2::zeros((panel.rows(), next)),
            target: Array1::from(scales.scaled_kpi(panel)),
            weights: root_weights.map(|roots| roots.iter().map(|root| root * root).collect()),
            bounds: vec![],
            columns,
            places,
            intercepts: vec![],
            curves: curves.to_vec(),
            scales,
        };
        design.fill_media(specification, panel, &baseline);
        design.fill_baseline(panel, &baseline.free);
        Ok(design)
    }

    /// Writes media and controls with bounds.
    fn fill_media(
        &mut self,
        specification: &MixSpecification,
        panel: &Panel,
        baseline: &BaselineColumns,
    ) {
        let transformed: Vec<Vec<f64>> = (0..self.curves.len())
            .map(|c| self.transformed(panel, c))
            .collect();
        let periods = panel.periods();
        let pairs = specification.synergy_places(panel);
        let products: Vec<Vec<f64>> = pairs
            .iter()
            .map(|(a, b)| {
                transformed[*a]
                    .iter()
                    .zip(&transformed[*b])
                    .map(|(a, b)| a * b)
                    .collect()
            })
            .collect();
        let names: Vec<String> = pairs
            .iter()
            .map(|(a, b)| {
                format!(
                    "{} x {}",
                    panel.channels()[*a].name(),
                    panel.channels()[*b].name()
                )
            })
            .collect();
        for (k, column) in self.columns.iter().enumerate() {
            let (name, values) = match column.source {
                Source::Channel(c) => (panel.channels()[c].name(), &transformed[c]),
                Source::Synergy(at) => (names[at].as_str(), &products[at]),
                Source::Control(c) => (baseline.bounded[c].0.as_str(), &baseline.bounded[c].1),
            };
            let rows = column
                .geo
                .map_or(0..panel.rows(), |g| g * periods..(g + 1) * periods);
            let knots = specification.effect_knots(name, self.scales.timeline, panel.period());
            let knot = column.knot.zip(knots);
            let hat = knot.map(|(knot, knots)| knots.hat(knot, panel.dates()));
            let counts = |row: usize| hat.as_ref().map_or(1.0, |hat| hat[row % periods]);
            rows.for_each(|row| self.records[[row, k]] = values[row] * counts(row));
            let geo = column.geo.map(|geo| format!(" in {}", panel.geos()[geo]));
            let knot = knot.map(|(knot, knots)| format!(" at {}", knots.day(knot)));
            let places = [geo, knot].into_iter().flatten().collect::<String>();
            self.names.push(format!("{name}{places}"));
            self.bounds.push((column.lower, column.upper));
        }
    }

    /// Writes the baseline's columns without bounds.
    fn fill_baseline(&mut self, panel: &Panel, free: &[RangedColumn]) {
        let own = panel.geos().len() > 1;
        for (column, place) in free.iter().zip(&self.places) {
            let Some(k) = *place else { continue };
            if column.name == "intercept" && column.values.iter().all(|one| *one == 1.0) {
                self.intercepts.push(k);
            }
            for (i, value) in column.values.iter().enumerate() {
                self.records[[column.start + i, k]] = *value;
            }
            let geo = &panel.geos()[column.start / panel.periods()];
            self.names
                .push(if own && column.values.len() < panel.rows() {
                    format!("{} in {geo}", column.name)
                } else {
                    column.name.clone()
                });
            self.bounds.push((f64::NEG_INFINITY, f64::INFINITY));
        }
    }

    /// A channel's activity, transformed, by geo, then period.
    fn transformed(&self, panel: &Panel, channel: usize) -> Vec<f64> {
        let activity = self.scales.scaled_activity(panel, channel);
        let (activity, curve) = activity.carried(&self.curves[channel]);
        let mut transformed = vec![0.0; panel.rows()];
        curve.apply_all(&activity, &mut Scratch::default(), &mut transformed);
        transformed
    }

    /// The columns' names: media, then controls with bounds, then the baseline. A column of one of
    /// several geos is named like `tv in north`, that of a changing effect's knot like
    /// `tv at 2024-01-01`.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The columns, one row per geo and period.
    pub const fn records(&self) -> &Array2<f64> {
        &self.records
    }

    /// The KPI in units of its geo's scale, one per row.
    pub const fn target(&self) -> &Array1<f64> {
        &self.target
    }

    /// Observation weights, one per row; none where all are 1.
    pub const fn weights(&self) -> Option<&Array1<f64>> {
        self.weights.as_ref()
    }

    /// The least and the largest value of each column's coefficient, infinite where there is none.
    pub fn bounds(&self) -> &[(f64, f64)] {
        &self.bounds
    }

    /// How many of the columns are media; they come first.
    pub fn media_columns(&self) -> usize {
        let media = |column: &&MediaColumn| !matches!(column.source, Source::Control(_));
        self.columns.iter().filter(media).count()
    }

    /// The column that a regression with an intercept of its own leaves out: the first geo's
    /// intercept, as all intercepts together are a constant.
    pub(crate) fn constant_column(&self) -> Option<usize> {
        self.intercepts.first().copied()
    }

    /// The draw of a regression that added an intercept to all columns but the first named
    /// `intercept`: the columns of `TransformedDesign::dataset`.
    ///
    /// The added intercept is that of every geo; a geo's own coefficient is the distance from it.
    ///
    /// ```
    /// use mixtouch::mix::estimate::TransformedDesign;
    /// use mixtouch::mix::specification::MixSpecification;
    /// use mixtouch::simulate::panels::PanelWorld;
    ///
    /// let panel = PanelWorld::small_business()?.simulate(1).panel()?;
    /// let specification = MixSpecification::new();
    /// let curves = specification.curves(&panel, |_, parameter| parameter.prior().quantile(0.5))?;
    /// let design = TransformedDesign::new(&specification, &panel, &curves)?;
    /// let coefficients = vec![0.25; design.names().len() - 1];
    /// let mut all = vec![0.25; design.names().len()];
    /// let intercept = design.names().iter().position(|name| name == "intercept").unwrap();
    /// all[intercept] = 0.75;
    /// assert_eq!(design.draw_with_intercept(&coefficients, 0.75)?, design.draw(&all)?);
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    ///
    /// # Errors
    /// If they are not one finite number for each of those columns, or the intercept is not finite.
    pub fn draw_with_intercept(
        &self,
        coefficients: &[f64],
        intercept: f64,
    ) -> Result<PosteriorDraw> {
        let constant = self.constant_column();
        if coefficients.len() + usize::from(constant.is_some()) != self.names.len() {
            let columns = self.names.len() - usize::from(constant.is_some());
            return Err(Error::setting(
                "number of coefficients",
                coefficients.len(),
                format!("{columns}, one for each column but the constant"),
            ));
        }
        let mut all = coefficients.to_vec();
        if let Some(at) = constant {
            all.insert(at, 0.0);
        }
        for &at in &self.intercepts {
            all[at] += intercept;
        }
        self.draw(&all)
    }

    /// The draw with the given coefficients, one per column, of a regression without an intercept
    /// of its own.
    ///
    /// # Errors
    /// If they are not one finite number per column.
    pub fn draw(&self, coefficients: &[f64]) -> Result<PosteriorDraw> {
        if coefficients.len() != self.names.len() || coefficients.iter().any(|c| !c.is_finite()) {
            return Err(Error::setting(
                "coefficients",
                format!("{coefficients:?}"),
                format!("{} finite numbers, one per column", self.names.len()),
            ));
        }
        let mut baseline: Vec<f64> = self
            .places
            .iter()
            .map(|place| place.map_or(0.0, |k| coefficients[k]))
            .collect();
        let columns = self.columns.iter().zip(coefficients);
        let controls = columns.filter(|(column, _)| matches!(column.source, Source::Control(_)));
        baseline.extend(controls.map(|(_, x)| *x));
        let (channels, kpi) = (self.curves.len(), &self.scales.kpi);
        let effects = MediaEffects::new(channels, &self.columns, coefficients, kpi);
        let draw = PosteriorDraw::new(self.curves.clone(), effects.last, baseline);
        Ok(draw
            .with_knots(effects.knots)
            .with_synergies(effects.synergies))
    }
}

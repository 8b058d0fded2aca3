//! The baseline by its parts: level, trend, season, calendar, holidays and each control.

use rayon::prelude::*;
use serde::Serialize;

use crate::mix::panel::{Control, Panel};
use crate::mix::posterior::decomposition::{BaselineParts, add};
use crate::mix::posterior::draw::PosteriorDraw;
use crate::mix::posterior::model::Posterior;
use crate::mix::specification::BaselinePart;
use crate::stats::Estimate;

/// What one part of the baseline brought over the panel.
///
/// ```
/// use mixtouch::mix::estimate::{Estimator, Search};
/// use mixtouch::mix::specification::{BaselinePart, MixSpecification};
/// use mixtouch::simulate::panels::PanelWorld;
///
/// let panel = PanelWorld::small_business()?.simulate(1).panel()?;
/// let search = Search::default().with_evaluations(200);
/// let model = search.estimate(&MixSpecification::new(), &panel)?;
/// let parts = model.baseline_parts();
/// assert_eq!(parts[0].part, BaselinePart::Level);
/// for summary in &parts {
///     println!("{} brought {:.0}", summary.part, summary.contribution.value());
/// }
/// let all: f64 = parts.iter().map(|summary| summary.contribution.value()).sum();
/// let baseline: f64 = model.decomposition().baseline().iter().sum();
/// assert!((all / baseline - 1.0).abs() < 1e-9);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BaselinePartSummary {
    /// The part.
    #[serde(flatten)]
    pub part: BaselinePart,
    /// Its contribution over the panel, in units of the KPI; it may be below 0. The interval is the
    /// range of the middle 90 % of the draws.
    pub contribution: Estimate,
    /// What one more unit of a control brings in a period and geo, in units of the KPI, the mean over
    /// geos; none for other parts. Where effects multiply, it is what a unit more adds to the mean of
    /// what is expected in the panel's rows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub per_unit: Option<Estimate>,
}

/// What one draw says of the baseline.
struct Totals {
    parts: Vec<(BaselinePart, f64)>,
    /// What the model expects in a row on average.
    expected: f64,
}

impl Posterior {
    /// What each part of the baseline brought over the panel, in the order of
    /// [`Decomposition::baseline_parts`](crate::mix::posterior::Decomposition::baseline_parts). They
    /// add up to the baseline, also where effects multiply.
    pub fn baseline_parts(&self) -> Vec<BaselinePartSummary> {
        let draws = self.draws.par_iter();
        let by_draw: Vec<Totals> = draws.map(|draw| self.baseline_totals(draw)).collect();
        let summary = |(at, (part, _)): (usize, &(BaselinePart, f64))| {
            let totals: Vec<f64> = by_draw.iter().map(|draw| draw.parts[at].1).collect();
            BaselinePartSummary {
                part: part.clone(),
                contribution: self.estimate(&totals),
                per_unit: self.per_unit(part, &by_draw),
            }
        };
        by_draw[0].parts.iter().enumerate().map(summary).collect()
    }

    fn baseline_totals(&self, draw: &PosteriorDraw) -> Totals {
        let (parts, expected) = match self.is_multiplicative() {
            true => {
                let whole = self.decompose_by(&self.panel, draw);
                let rows = self.panel.rows() - self.panel.absent_rows().count();
                let expected: f64 = whole.prediction.iter().sum();
                (whole.parts, expected / rows as f64)
            }
            false => (self.baseline_parts_by(&self.panel, draw), 0.0),
        };
        let totals = parts.into_iter();
        let totals = totals.map(|(part, values)| (part, values.iter().sum()));
        Totals {
            parts: totals.collect(),
            expected,
        }
    }

    /// What one more unit of a control brings, the mean over geos; none for other parts.
    fn per_unit(&self, part: &BaselinePart, by_draw: &[Totals]) -> Option<Estimate> {
        let (BaselinePart::Control(name) | BaselinePart::Treatment(name)) = part else {
            return None;
        };
        let controls = self.controls_in_order(&self.panel);
        let at = controls.iter().position(|control| control.name() == name)?;
        let scale = self.scales.mean_kpi();
        let effect = |(draw, totals): (&PosteriorDraw, &Totals)| {
            let first = draw.baseline.len() - controls.len();
            let coefficient = draw.baseline[first + at];
            match self.is_multiplicative() {
                true => totals.expected * libm::expm1(coefficient),
                false => coefficient * scale,
            }
        };
        let effects = self.draws.iter().zip(by_draw).map(effect);
        Some(self.estimate(&effects.collect::<Vec<_>>()))
    }

    /// The baseline of a panel under a draw by its parts, in units of the KPI; where effects multiply,
    /// the logarithms of their factors in units of each geo's scale.
    pub(crate) fn baseline_parts_by(&self, panel: &Panel, draw: &PosteriorDraw) -> BaselineParts {
        let (terms, timeline) = (&self.specification.baseline, self.scales.timeline);
        let (periods, rows) = (panel.periods(), panel.rows());
        let mut parts = vec![];
        let mut coefficients = draw.baseline.iter().copied();
        let own = terms.geo_columns(panel.dates(), timeline, panel.period());
        for geo in 0..panel.geos().len() {
            for (term, coefficient) in own.iter().zip(&mut coefficients) {
                let values = values_of(&mut parts, &term.part, rows);
                let values = &mut values[geo * periods..(geo + 1) * periods];
                add(values, &term.values, coefficient);
            }
        }
        let shared = terms.shared_columns(panel.dates(), timeline, panel.period());
        for (term, coefficient) in shared.iter().zip(&mut coefficients) {
            values_of(&mut parts, &term.part, rows)
                .chunks_mut(periods)
                .for_each(|geo| add(geo, &term.values, coefficient));
        }
        let controls = self.controls_in_order(panel).into_iter();
        for (control, coefficient) in controls.zip(coefficients) {
            self.add_control(&mut parts, control, coefficient);
        }
        for (_, values) in &mut parts {
            for (geo, scale) in values.chunks_mut(periods).zip(&self.scales.kpi) {
                geo.iter_mut().for_each(|v| *v *= scale);
            }
        }
        if !self.is_multiplicative() {
            for (_, values) in &mut parts {
                panel.absent_rows().for_each(|row| values[row] = 0.0);
            }
        }
        parts
    }

    /// Adds a control's part: where it has a reference level, the distance from that level, and the
    /// rest to the baseline's level.
    fn add_control(&self, parts: &mut BaselineParts, control: &Control, coefficient: f64) {
        let (name, rows) = (control.name().to_owned(), control.values().len());
        let Some(reference) = self.reference_of(control.name()) else {
            let values = values_of(parts, &BaselinePart::Control(name), rows);
            return add(values, control.values(), coefficient);
        };
        let values = values_of(parts, &BaselinePart::Treatment(name), rows);
        let distances = values.iter_mut().zip(control.values());
        distances.for_each(|(v, x)| *v += coefficient * (x - reference));
        values_of(parts, &BaselinePart::Level, rows)
            .iter_mut()
            .for_each(|v| *v += coefficient * reference);
    }

    /// The level that a control's contribution is measured from; none if it is no treatment.
    fn reference_of(&self, name: &str) -> Option<f64> {
        let level = self.specification.reference_of(name)?;
        let control = self.panel.controls().iter().find(|c| c.name() == name)?;
        let weights = self.panel.weights();
        let values = control.values().iter().enumerate();
        let seen = values.filter(|(row, _)| weights.is_none_or(|w| w[*row] > 0.0));
        Some(level.value(seen.map(|(_, x)| *x)))
    }

    /// A panel's controls in the order of their coefficients: those with bounds come last.
    fn controls_in_order<'a>(&self, panel: &'a Panel) -> Vec<&'a Control> {
        let bounded = |c: &&Control| self.specification.bounds_of_control(c.name()).is_some();
        let (bound, free): (Vec<_>, Vec<_>) = panel.controls().iter().partition(bounded);
        free.into_iter().chain(bound).collect()
    }
}

/// The series of a part, which is added where it is new.
fn values_of<'a>(
    parts: &'a mut BaselineParts,
    part: &BaselinePart,
    rows: usize,
) -> &'a mut Vec<f64> {
    let at = parts.iter().position(|(known, _)| known == part);
    let at = at.unwrap_or_else(|| {
        parts.push((part.clone(), vec![0.0; rows]));
        parts.len() - 1
    });
    &mut parts[at].1
}

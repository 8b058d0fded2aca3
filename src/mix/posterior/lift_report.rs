//! Experiments against the model: predicted and measured, test by test.

use serde::Serialize;

use crate::mix::posterior::draw::PosteriorDraw;
use crate::mix::posterior::model::Posterior;
use crate::mix::specification::Pooling;
use crate::mix::specification::columns::{Source, media_columns};
use crate::mix::specification::part::Part;
use crate::mix::specification::pseudo_observations::{EntryScratch, PseudoObservation};
use crate::mix::transform::activity::Activity;
use crate::mix::transform::curve::Scratch;
use crate::stats::Estimate;
use crate::time::Day;

/// A lift test beside what the model predicts for it.
///
/// ```
/// use mixtouch::experiment::LiftTest;
/// use mixtouch::mix::estimate::{Estimator, Search};
/// use mixtouch::mix::specification::MixSpecification;
/// use mixtouch::simulate::panels::PanelWorld;
///
/// let panel = PanelWorld::small_business()?.simulate(1).panel()?;
/// let (start, end) = (panel.dates()[20], panel.dates()[24].plus(-1));
/// let test = LiftTest::new("Search-Ads", start, end)
///     .with_spend_change(400.0)
///     .with_outcome_change(900.0)
///     .with_standard_error(300.0);
/// let specification = MixSpecification::new().with_lift_tests(vec![test]);
/// let model = Search::default().with_evaluations(200).estimate(&specification, &panel)?;
/// let report = &model.lift_report()[0];
/// assert_eq!(report.measured, 900.0);
/// assert!((report.deviation() - (report.predicted.value() - 900.0) / 300.0).abs() < 1e-12);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LiftReport {
    /// The tested channel.
    pub channel: String,
    /// The geo, or several as `north, south`; none for all.
    pub geo: Option<String>,
    /// The test's first day.
    pub start: Day,
    /// Its last day, which still belongs to it.
    pub end: Day,
    /// The change of spend, in total.
    pub spend_change: f64,
    /// Whether the panel's spend includes the change.
    pub recorded: bool,
    /// The measured change of the outcome.
    pub measured: f64,
    /// Its standard error.
    pub standard_error: f64,
    /// The change the model predicts for the test's change of spend over the test's window.
    pub predicted: Estimate,
}

impl LiftReport {
    /// Predicted minus measured, in standard errors.
    pub fn deviation(&self) -> f64 {
        (self.predicted.value() - self.measured) / self.standard_error
    }
}

impl Posterior {
    /// Every lift test of the specification, predicted against measured.
    pub fn lift_report(&self) -> Vec<LiftReport> {
        let lifts: Vec<&PseudoObservation> =
            self.derived.tests.iter().filter(|t| t.is_lift()).collect();
        lifts
            .into_iter()
            .zip(&self.specification.lift_tests)
            .map(|(observation, test)| {
                let predictions = self.predictions(observation);
                LiftReport {
                    channel: test.channel().into(),
                    geo: (!test.geos().is_empty()).then(|| test.geos().join(", ")),
                    start: test.start(),
                    end: test.end(),
                    spend_change: test.spend_change(),
                    recorded: test.is_recorded(),
                    measured: test.outcome_change(),
                    standard_error: test.standard_error(),
                    predicted: self.estimate(&predictions),
                }
            })
            .collect()
    }

    /// What each draw predicts for a test or a belief, in units of the KPI.
    pub(crate) fn predictions(&self, observation: &PseudoObservation) -> Vec<f64> {
        let activity = self
            .scales
            .scaled_activity(&self.panel, observation.channel);
        let draws = self.draws.iter();
        draws
            .map(|draw| self.predicted(observation, &activity, draw))
            .collect()
    }

    /// What a draw predicts for a test, in units of the KPI.
    fn predicted(
        &self,
        test: &PseudoObservation,
        activity: &Activity,
        draw: &PosteriorDraw,
    ) -> f64 {
        if self.is_multiplicative() {
            return self.predicted_multiplied(test, draw);
        }
        let curve = &draw.curves[test.channel];
        let (activity, carried) = activity.carried(curve);
        let mut transformed = vec![0.0; self.panel.rows()];
        carried.apply_all(&activity, &mut Scratch::default(), &mut transformed);
        let by_geo = self.specification.pooling != Pooling::Pooled;
        let mut entry_scratch = EntryScratch::default();
        let own = media_columns(&self.panel, &self.specification, by_geo);
        let own = own
            .iter()
            .filter(|column| column.source == Source::Channel(test.channel));
        let mut sum: f64 = own
            .map(|column| {
                // A pooled column's coefficient is the same share of every geo's scale.
                let geo = column.geo.unwrap_or(0);
                let at_knots = draw.effect_at_knots(test.channel).zip(column.knot);
                let effect = match at_knots {
                    Some((at_knots, knot)) => at_knots[geo][knot],
                    None => draw.coefficients[test.channel][geo],
                };
                let kpi = &self.scales.kpi;
                let hat = column.knot.zip(self.effect_knots(test.channel));
                let hat = hat.map(|(knot, knots)| knots.hat(knot, self.panel.dates()));
                let part = hat.as_deref().map_or(Part::Whole, Part::Hat);
                let scratch = &mut entry_scratch;
                let entry = test.entry(column.geo, part, curve, &transformed, kpi, scratch);
                effect / kpi[geo] * entry
            })
            .sum();
        for (at, other) in self.partners(test.channel) {
            let responses = self.response_by(draw, other);
            let part = Part::Product(&responses);
            for (geo, effect) in draw.synergies[at].iter().enumerate() {
                let (kpi, scratch) = (&self.scales.kpi, &mut entry_scratch);
                let entry = test.entry(Some(geo), part, curve, &transformed, kpi, scratch);
                sum += effect / kpi[geo] * entry;
            }
        }
        sum * test.unit
    }
}

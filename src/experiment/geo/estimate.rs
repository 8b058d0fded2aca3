//! The lift of a geo test by differences or by synthetic controls.

use crate::error::Result;
use crate::experiment::geo::design::{Geo, GeoTest, at_least};
use crate::experiment::geo::lift::{GeoEffect, GeoLift};
use crate::experiment::geo::matched::{Matched, squares_by};
use crate::experiment::geo::noise::Noise;
use crate::experiment::geo::synthetic::simplex_weights;
use crate::stats::student::Student;
use crate::stats::{ConfidenceLevel, Interval};

impl GeoTest {
    /// The lift against the mean of all controls.
    ///
    /// The effect is the change of the treated from before to during, less that of the controls,
    /// relative to each geo's level. The interval is that of Student's distribution with one degree
    /// of freedom less than there are controls, about an error of
    ///
    /// error^2 = k sum over geos of (what the geo weighs)^2 x its variance before the test
    ///
    /// where k is the mean square of placebo effects (every control in turn taken for treated) in
    /// units of the variance before. A geo's variance is that about its controls, drawn to the mean
    /// of all geos as if by four periods more. Small, noisy geos so have wider intervals than large
    /// ones.
    ///
    /// That presumes geos that share no trend or season beyond the controls' mean.
    ///
    /// # Errors
    /// If the placebo effects are all 0, so that nothing separates an effect from chance.
    pub fn difference_in_differences(&self, level: ConfidenceLevel) -> Result<GeoLift> {
        let (treated, controls) = self.matched(even);
        self.lift(level, &treated, &controls)
    }

    /// The lift against the weighted mean of controls that moved like the treated geo before the
    /// test (Abadie, Diamond and Hainmueller 2010). Weights are 0 or more and sum to 1.
    ///
    /// For controls that share trends or seasons to different degrees. Errors come from placebos,
    /// like those of [`GeoTest::difference_in_differences`]; each control has weights of its own.
    ///
    /// # Errors
    /// If the placebo effects are all 0, or there are fewer than 3 controls.
    pub fn synthetic_control(&self, level: ConfidenceLevel) -> Result<GeoLift> {
        at_least("control geos", self.controls.len(), 3)?;
        let (treated, controls) = self.matched(alike);
        self.lift(level, &treated, &controls)
    }

    pub(super) fn lift(
        &self,
        level: ConfidenceLevel,
        treated: &[Matched<'_>],
        controls: &[Matched<'_>],
    ) -> Result<GeoLift> {
        let noise = Noise::new(self, treated, controls)?;
        let effects: Vec<GeoEffect> = treated
            .iter()
            .zip(&noise.treated)
            .map(|(matched, &own)| self.effect(matched, own, &noise.controls))
            .collect();
        let outcome_change: f64 = effects.iter().map(|effect| effect.outcome_change).sum();
        let standard_error = total_error(treated, &noise);
        let student = Student::new((controls.len() - 1) as f64);
        let half = student.quantile(level.upper()) * standard_error;
        Ok(GeoLift {
            start: self.start,
            end: self.end,
            effects,
            outcome_change,
            standard_error,
            interval: Interval::new(outcome_change - half, outcome_change + half, level)?,
            p_value: student.two_sided(outcome_change / standard_error),
            placebos: noise.placebos,
        })
    }

    /// The treated and the control geos with the weights of the controls each is compared with; a
    /// control weighs 0 in its own comparison.
    pub(super) fn matched(
        &self,
        weigh: impl Fn(&Geo, &[&Geo]) -> Vec<f64>,
    ) -> (Vec<Matched<'_>>, Vec<Matched<'_>>) {
        let all: Vec<&Geo> = self.controls.iter().collect();
        let treated = self.treated.iter().map(|geo| Matched {
            geo,
            weights: weigh(geo, &all),
        });
        let controls = self.controls.iter().enumerate().map(|(index, geo)| {
            let others = [&all[..index], &all[index + 1..]].concat();
            let mut weights = weigh(geo, &others);
            weights.insert(index, 0.0);
            Matched { geo, weights }
        });
        (treated.collect(), controls.collect())
    }

    fn effect(&self, matched: &Matched<'_>, own: f64, controls: &[f64]) -> GeoEffect {
        let Matched { geo, weights } = matched;
        let variance = own + squares_by(weights, |control| controls[control]);
        GeoEffect {
            geo: geo.name.clone(),
            outcome_change: geo.mean * matched.effect(&self.controls),
            standard_error: geo.mean * variance.sqrt(),
            counterfactual: geo.mean * matched.expected(&self.controls),
            weights: self
                .controls
                .iter()
                .map(|control| control.name.clone())
                .zip(weights.iter().copied())
                .collect(),
        }
    }
}

/// The weights of difference in differences: all controls alike.
pub(super) fn even(_: &Geo, controls: &[&Geo]) -> Vec<f64> {
    vec![1.0 / controls.len() as f64; controls.len()]
}

/// The weights of a synthetic control: those that move like the geo.
pub(super) fn alike(geo: &Geo, controls: &[&Geo]) -> Vec<f64> {
    let columns: Vec<&[f64]> = controls
        .iter()
        .map(|control| control.before.as_slice())
        .collect();
    simplex_weights(&columns, &geo.before)
}

/// The error of all treated geos' change together. They share controls, so their errors are not
/// independent.
fn total_error(treated: &[Matched<'_>], noise: &Noise) -> f64 {
    let mut shared = vec![0.0; noise.controls.len()];
    let mut variance = 0.0;
    for (matched, own) in treated.iter().zip(&noise.treated) {
        let mean = matched.geo.mean;
        variance += mean * mean * own;
        for (sum, weight) in shared.iter_mut().zip(&matched.weights) {
            *sum += mean * weight;
        }
    }
    (variance + squares_by(&shared, |control| noise.controls[control])).sqrt()
}

//! The lift of a geo test by differences or by synthetic controls.

use crate::error::{Error, Result};
use crate::experiment::geo::design::{Geo, GeoTest, at_least};
use crate::experiment::geo::lift::{GeoEffect, GeoLift};
use crate::experiment::geo::synthetic::simplex_weights;
use crate::stats::student::Student;
use crate::stats::{ConfidenceLevel, Interval};

impl GeoTest {
    /// The lift against the mean of all controls.
    ///
    /// The effect is the change of the treated from before to during, less that of the controls,
    /// relative to each geo's level. Every control in turn is taken for treated; the spread of
    /// these placebo effects gives the error. The interval is that of Student's distribution with
    /// one degree of freedom less than there are controls.
    ///
    /// That presumes geos whose relative noise is alike and that share no trend or season beyond
    /// the controls' mean.
    ///
    /// # Errors
    /// If the placebo effects are all 0, so that nothing separates an effect from chance.
    pub fn difference_in_differences(&self, level: ConfidenceLevel) -> Result<GeoLift> {
        self.lift(level, |_, controls| {
            vec![1.0 / controls.len() as f64; controls.len()]
        })
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
        self.lift(level, |geo, controls| {
            let columns: Vec<&[f64]> = controls
                .iter()
                .map(|control| control.before.as_slice())
                .collect();
            simplex_weights(&columns, &geo.before)
        })
    }

    fn lift(
        &self,
        level: ConfidenceLevel,
        weigh: impl Fn(&Geo, &[&Geo]) -> Vec<f64>,
    ) -> Result<GeoLift> {
        let (placebos, deviation) = self.placebos(&weigh)?;
        let controls: Vec<&Geo> = self.controls.iter().collect();
        let mut effects = Vec::with_capacity(self.treated.len());
        let (mut own, mut shared) = (0.0, vec![0.0; controls.len()]);
        for geo in &self.treated {
            let weights = weigh(geo, &controls);
            own += geo.mean * geo.mean;
            shared
                .iter_mut()
                .zip(&weights)
                .for_each(|(sum, weight)| *sum += geo.mean * weight);
            effects.push(effect(geo, &controls, weights, deviation));
        }
        let outcome_change: f64 = effects.iter().map(|effect| effect.outcome_change).sum();
        // Treated geos share controls, so their errors are not independent.
        let standard_error = deviation * (own + squares(&shared)).sqrt();
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
            placebos,
        })
    }

    /// Every control's effect as if it were treated, and the standard deviation of one geo's sum
    /// that they show.
    fn placebos(
        &self,
        weigh: &impl Fn(&Geo, &[&Geo]) -> Vec<f64>,
    ) -> Result<(Vec<(String, f64)>, f64)> {
        let mut placebos = Vec::with_capacity(self.controls.len());
        let mut variance = 0.0;
        for (index, geo) in self.controls.iter().enumerate() {
            let (before, after) = (&self.controls[..index], &self.controls[index + 1..]);
            let others: Vec<&Geo> = before.iter().chain(after).collect();
            let weights = weigh(geo, &others);
            let effect = geo.during - expected(&weights, &others);
            // A placebo's own noise and that of its weighted controls.
            variance += effect * effect / (1.0 + squares(&weights)) / self.controls.len() as f64;
            placebos.push((geo.name.clone(), effect));
        }
        if variance > 0.0 {
            return Ok((placebos, variance.sqrt()));
        }
        Err(Error::setting(
            "spread of the control geos",
            0,
            "> 0: without noise nothing separates an effect from chance",
        ))
    }
}

fn effect(geo: &Geo, controls: &[&Geo], weights: Vec<f64>, deviation: f64) -> GeoEffect {
    let expected = expected(&weights, controls);
    GeoEffect {
        geo: geo.name.clone(),
        outcome_change: geo.mean * (geo.during - expected),
        standard_error: geo.mean * deviation * (1.0 + squares(&weights)).sqrt(),
        counterfactual: geo.mean * expected,
        weights: controls
            .iter()
            .map(|control| control.name.clone())
            .zip(weights)
            .collect(),
    }
}

/// The weighted mean of what geos did during the test, relative to before.
fn expected(weights: &[f64], geos: &[&Geo]) -> f64 {
    weights
        .iter()
        .zip(geos)
        .map(|(weight, geo)| weight * geo.during)
        .sum()
}

fn squares(values: &[f64]) -> f64 {
    values.iter().map(|value| value * value).sum()
}

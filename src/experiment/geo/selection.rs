//! Which geos to test in, for how long and for how much.

use rayon::prelude::*;
use serde::Serialize;

use crate::error::{Error, Result};
use crate::experiment::geo::design::{GeoTest, at_least};
use crate::experiment::geo::lift::GeoLift;
use crate::experiment::geo::likeness::likeness;
use crate::stats::quantile::of_sample;
use crate::stats::{ConfidenceLevel, Proportion};
use crate::time::Day;

/// Tests re-drawn from the past for each candidate, at most: the latest, a period apart.
const MOST_REDRAWN: usize = 52;

/// Tests of the past that a candidate needs for its figures to say something.
const LEAST_REDRAWN: usize = 10;

/// Periods that every re-drawn test has before it.
const LEAST_BEFORE: usize = 8;

/// Which geos to test in: candidates ranked by the smallest effect that each would find.
///
/// Every candidate, a set of geos and a length, is tried on the past: the test is re-drawn at every
/// period that leaves enough before it, and since nothing happened then, what it finds is noise. An
/// effect of d percent would have been found where estimate + d x expected outcome lies beyond the
/// interval's half width. The **smallest effect** is the d that is found in the share `power` of
/// re-drawn tests.
///
/// Sets of n geos begin with each geo in turn, joined by those whose outcomes move most like its own
/// (the correlation of what is left after the mean of all geos is taken out).
///
/// ```
/// use mixtouch::Day;
/// use mixtouch::experiment::GeoSelection;
///
/// let first: Day = "2024-01-01".parse()?;
/// let weeks: Vec<Day> = (0..40).map(|week| first.plus(7 * week)).collect();
/// let wave = |geo: usize, week: usize| ((geo * 37 + week * 23) % 19) as f64 - 9.0;
/// let sales: Vec<(String, Vec<f64>)> = (0..8)
///     .map(|geo| {
///         let size = 100.0 * (geo + 1) as f64;
///         (format!("geo{geo}"), (0..40).map(|week| size + 2.0 * wave(geo, week)).collect())
///     })
///     .collect();
/// let candidates = GeoSelection::new(weeks, sales)?
///     .with_sizes([1, 2])
///     .with_lengths([4])
///     .with_return(2.5)
///     .candidates()?;
/// let best = &candidates[0];
/// assert!(best.smallest_effect.unwrap() < 0.05);
/// assert!(best.spend.unwrap() > 0.0);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct GeoSelection {
    days: Vec<Day>,
    outcomes: Vec<(String, Vec<f64>)>,
    sizes: Vec<usize>,
    lengths: Vec<usize>,
    power: f64,
    level: ConfidenceLevel,
    synthetic: bool,
    expected_return: Option<f64>,
    most_spend: Option<f64>,
}

/// A test that could be run.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct GeoCandidate {
    /// The geos to treat, by name.
    pub geos: Vec<String>,
    /// Periods the test lasts.
    pub periods: usize,
    /// The treated geos' share of all outcome, 0 to 1.
    pub share: f64,
    /// The smallest effect the test finds with the power asked for, as a share of the treated geos'
    /// outcome; none if even doubling the outcome is found less often.
    pub smallest_effect: Option<f64>,
    /// That effect in units of the outcome over the whole test.
    pub smallest_change: Option<f64>,
    /// The spend to add, or to save, for that effect at the return expected, where one is given.
    pub spend: Option<f64>,
    /// Re-drawn tests whose interval excluded 0 though nothing happened.
    pub false_finds: Proportion,
}

impl GeoSelection {
    /// Candidates from past outcomes by geo, one for each period; `days` are the periods' first
    /// days. Sets of 1, 2 and 4 geos, tests of 4 and 8 periods, a power of .8 at the level 90 %, by
    /// difference in differences.
    ///
    /// # Errors
    /// As for [`GeoTest::new`]; also if there are fewer than 3 geos.
    pub fn new(days: Vec<Day>, outcomes: Vec<(String, Vec<f64>)>) -> Result<Self> {
        at_least("geos", outcomes.len(), 3)?;
        at_least("periods", days.len(), 3)?;
        // Names, order and numbers are checked as a test's are, by one that ends the panel.
        let last = days[days.len() - 1];
        GeoTest::new(
            days.clone(),
            outcomes.clone(),
            &[&outcomes[0].0],
            last,
            last,
        )?;
        Ok(Self {
            days,
            outcomes,
            sizes: vec![1, 2, 4],
            lengths: vec![4, 8],
            power: 0.8,
            level: ConfidenceLevel::P90,
            synthetic: false,
            expected_return: None,
            most_spend: None,
        })
    }

    /// With other numbers of geos to treat; those that leave fewer than 2 controls (3 for synthetic
    /// controls) are not tried.
    #[must_use]
    pub fn with_sizes(self, sizes: impl IntoIterator<Item = usize>) -> Self {
        Self {
            sizes: sizes.into_iter().collect(),
            ..self
        }
    }

    /// With other lengths, in periods; those that the past does not hold ten times are not tried.
    #[must_use]
    pub fn with_lengths(self, lengths: impl IntoIterator<Item = usize>) -> Self {
        Self {
            lengths: lengths.into_iter().collect(),
            ..self
        }
    }

    /// With another probability of finding the effect, above 0 and below 1.
    #[must_use]
    pub fn with_power(self, power: f64) -> Self {
        Self { power, ..self }
    }

    /// With another level of the tests' intervals.
    #[must_use]
    pub fn with_level(self, level: ConfidenceLevel) -> Self {
        Self { level, ..self }
    }

    /// Judges tests by synthetic controls instead of difference in differences.
    #[must_use]
    pub fn with_synthetic_control(self, synthetic: bool) -> Self {
        Self { synthetic, ..self }
    }

    /// The outcome expected of a unit of spend, > 0: what a test costs follows from it.
    #[must_use]
    pub fn with_return(self, expected_return: f64) -> Self {
        Self {
            expected_return: Some(expected_return),
            ..self
        }
    }

    /// Leaves out candidates that need more spend; has no effect without an expected return.
    #[must_use]
    pub fn with_most_spend(self, most_spend: f64) -> Self {
        Self {
            most_spend: Some(most_spend),
            ..self
        }
    }

    /// The candidates, those that find the smallest effect first; in parallel, with the same result
    /// on any number of threads.
    ///
    /// # Errors
    /// If the power is not between 0 and 1, the expected return is not > 0, no candidate can be
    /// tried, or none fits the spend.
    pub fn candidates(&self) -> Result<Vec<GeoCandidate>> {
        self.check()?;
        let tried: Vec<(Vec<usize>, usize)> = self
            .sets()
            .into_iter()
            .flat_map(|set| {
                self.usable_lengths()
                    .map(move |length| (set.clone(), length))
            })
            .collect();
        if tried.is_empty() {
            return Err(Error::setting(
                "sizes and lengths of geo tests",
                format!("{:?} and {:?}", self.sizes, self.lengths),
                format!(
                    "some that leave 3 of {} geos as controls and {} of {} periods before and \
                     between ten tests",
                    self.outcomes.len(),
                    LEAST_BEFORE,
                    self.days.len()
                ),
            ));
        }
        let candidates: Vec<Option<GeoCandidate>> = tried
            .par_iter()
            .map(|(set, length)| self.candidate(set, *length))
            .collect::<Result<_>>()?;
        let affordable = |candidate: &GeoCandidate| match (candidate.spend, self.most_spend) {
            (Some(spend), Some(most)) => spend <= most,
            _ => true,
        };
        let mut candidates: Vec<GeoCandidate> = candidates
            .into_iter()
            .flatten()
            .filter(affordable)
            .collect();
        if candidates.is_empty() {
            return Err(Error::setting(
                "most spend on a geo test",
                self.most_spend
                    .map_or("none".to_owned(), |most| most.to_string()),
                "enough for one of the candidates, whose geos vary",
            ));
        }
        let rank = |candidate: &GeoCandidate| candidate.smallest_effect.unwrap_or(f64::INFINITY);
        candidates.sort_by(|a, b| rank(a).total_cmp(&rank(b)));
        Ok(candidates)
    }

    fn check(&self) -> Result<()> {
        if !(self.power > 0.0 && self.power < 1.0) {
            return Err(Error::setting("power", self.power, "between 0 and 1"));
        }
        match self.expected_return {
            Some(expected) if !(expected > 0.0 && expected.is_finite()) => Err(Error::setting(
                "expected return",
                expected,
                "a finite number > 0",
            )),
            _ => Ok(()),
        }
    }

    /// Sets of geos, each once, by size and then by their first geo.
    fn sets(&self) -> Vec<Vec<usize>> {
        let likeness = likeness(&self.outcomes);
        let controls = if self.synthetic { 3 } else { 2 };
        let mut sets: Vec<Vec<usize>> = Vec::new();
        for &size in &self.sizes {
            if size == 0 || size + controls > self.outcomes.len() {
                continue;
            }
            for (geo, row) in likeness.iter().enumerate() {
                let mut others: Vec<usize> = (0..row.len()).filter(|&other| other != geo).collect();
                others.sort_by(|&a, &b| row[b].total_cmp(&row[a]));
                let mut set = vec![geo];
                set.extend(&others[..size - 1]);
                set.sort_unstable();
                if !sets.contains(&set) {
                    sets.push(set);
                }
            }
        }
        sets
    }

    fn usable_lengths(&self) -> impl Iterator<Item = usize> {
        let periods = self.days.len();
        let usable = move |length: &usize| {
            *length > 0 && periods + 1 >= LEAST_BEFORE + length + LEAST_REDRAWN
        };
        self.lengths.clone().into_iter().filter(usable)
    }

    /// The candidate on the past; none where its controls do not vary.
    fn candidate(&self, set: &[usize], length: usize) -> Result<Option<GeoCandidate>> {
        let lifts = self.redrawn(set, length)?;
        if lifts.is_empty() {
            return Ok(None);
        }
        // The least effect each would have found.
        let mut found_from: Vec<f64> = lifts
            .iter()
            .map(|lift| {
                let missing = lift.interval.half_width() - lift.outcome_change;
                missing.max(0.0) / lift.counterfactual()
            })
            .collect();
        found_from.sort_by(f64::total_cmp);
        let smallest_effect =
            Some(of_sample(&found_from, self.power)).filter(|effect| *effect <= 1.0);
        let outcome: f64 =
            lifts.iter().map(GeoLift::counterfactual).sum::<f64>() / lifts.len() as f64;
        let smallest_change = smallest_effect.map(|effect| effect * outcome);
        let false_finds = lifts
            .iter()
            .filter(|lift| !lift.interval.contains(0.0))
            .count() as u64;
        Ok(Some(GeoCandidate {
            geos: set
                .iter()
                .map(|&geo| self.outcomes[geo].0.clone())
                .collect(),
            periods: length,
            share: self.share(set),
            smallest_effect,
            smallest_change,
            spend: smallest_change
                .zip(self.expected_return)
                .map(|(change, each)| change / each),
            false_finds: Proportion::new(false_finds, lifts.len() as u64)?,
        }))
    }

    /// The tests of the past, latest first.
    fn redrawn(&self, set: &[usize], length: usize) -> Result<Vec<GeoLift>> {
        let treated: Vec<&str> = set.iter().map(|&geo| &*self.outcomes[geo].0).collect();
        let last = self.days.len() - length;
        let mut lifts = Vec::new();
        for start in (LEAST_BEFORE..=last).rev().take(MOST_REDRAWN) {
            let (first_day, last_day) = (self.days[start], self.days[start + length - 1]);
            let test = GeoTest::new(
                self.days.clone(),
                self.outcomes.clone(),
                &treated,
                first_day,
                last_day,
            )?;
            let lift = if self.synthetic {
                test.synthetic_control(self.level)
            } else {
                test.difference_in_differences(self.level)
            };
            // Controls that stood still say nothing.
            lifts.extend(lift.ok());
        }
        Ok(lifts)
    }

    fn share(&self, set: &[usize]) -> f64 {
        let outcome = |geo: usize| self.outcomes[geo].1.iter().sum::<f64>();
        let all: f64 = (0..self.outcomes.len()).map(outcome).sum();
        set.iter().map(|&geo| outcome(geo)).sum::<f64>() / all
    }
}

#[cfg(test)]
mod tests;

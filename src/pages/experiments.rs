//! The chapter of experiments.

use crate::attribution::{ComparisonTable, TestPriorities};
use crate::experiment::{
    GeoCandidate, GeoCourse, GeoLift, LiftTest, PersonLift, PowerAnalysis, TestValue,
};
use crate::mix::posterior::Posterior;
use crate::pages::experiment_charts::{self, Found};
use crate::pages::experiment_checks;
use crate::pages::experiment_models;
use crate::pages::test_plans;
use crate::report::html::Chapter;

/// Charts of experiments: what they found, how that adds up, whether models say the same, and what
/// to test next.
///
/// ```
/// use mixtouch::experiment::{Effect, PersonTest, PowerAnalysis};
/// use mixtouch::pages::ExperimentsChapter;
/// use mixtouch::simulate::SimulatedPersonTest;
///
/// let world = SimulatedPersonTest::new(4_000, 0.2, 1)?;
/// let lift = PersonTest::new("withheld").lift(&world.assignments, &world.log)?;
/// let next = PowerAnalysis::new(Effect::Rates { control: 0.10, treatment: 0.12 });
/// let chapter = ExperimentsChapter::new()
///     .with_person_test("Display withheld", &lift)
///     .with_power("A fifth more buyers", next)
///     .chapter();
/// let titles: Vec<&str> = chapter.charts().map(|chart| chart.title()).collect();
/// assert!(titles.contains(&"A fifth more buyers: 3,841 persons in each arm are needed"));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct ExperimentsChapter<'a> {
    found: Vec<Found>,
    courses: Vec<(String, &'a GeoCourse)>,
    lift_tests: &'a [LiftTest],
    mix: Option<&'a Posterior>,
    attribution: Option<&'a ComparisonTable>,
    power: Vec<(String, PowerAnalysis)>,
    candidates: &'a [GeoCandidate],
    priorities: Option<&'a TestPriorities>,
    values: Vec<(String, TestValue)>,
}

impl<'a> ExperimentsChapter<'a> {
    /// A chapter without experiments.
    pub fn new() -> Self {
        Self::default()
    }

    /// The same chapter with a test on persons: its conversions in percent of the control's.
    #[must_use]
    pub fn with_person_test(mut self, name: impl Into<String>, lift: &PersonLift) -> Self {
        self.found.push(Found::of_persons(name.into(), lift));
        self
    }

    /// The same chapter with a test on geos: its change in percent of the outcome to expect.
    #[must_use]
    pub fn with_geo_test(mut self, name: impl Into<String>, lift: &GeoLift) -> Self {
        self.found.push(Found::of_geos(name.into(), lift));
        self
    }

    /// The same chapter with the true relative effect of the test of that name, where a simulation
    /// knows it: 0.1 is ten percent more.
    #[must_use]
    pub fn with_truth(mut self, name: &str, relative: f64) -> Self {
        for found in self.found.iter_mut().filter(|found| found.name == name) {
            found.truth = Some(relative);
        }
        self
    }

    /// The same chapter with a test on geos over time: outcome beside counterfactual, the effect as it
    /// adds up, and a check whether the counterfactual fits before the test.
    #[must_use]
    pub fn with_course(mut self, name: impl Into<String>, course: &'a GeoCourse) -> Self {
        self.courses.push((name.into(), course));
        self
    }

    /// The same chapter with lift tests whose change of spend is known: the return that each
    /// measured, beside what models say of the channel.
    #[must_use]
    pub fn with_lift_tests(self, lift_tests: &'a [LiftTest]) -> Self {
        Self { lift_tests, ..self }
    }

    /// The same chapter with a mix model of the tests' outcome.
    #[must_use]
    pub fn with_mix(self, model: &'a Posterior) -> Self {
        Self {
            mix: Some(model),
            ..self
        }
    }

    /// The same chapter with credit beside the tests, where their outcome is the value that is
    /// credited.
    #[must_use]
    pub fn with_attribution(self, table: &'a ComparisonTable) -> Self {
        Self {
            attribution: Some(table),
            ..self
        }
    }

    /// The same chapter with the power of a test to come, by persons in each arm. One that the
    /// analysis refuses is left out.
    #[must_use]
    pub fn with_power(mut self, name: impl Into<String>, test: PowerAnalysis) -> Self {
        self.power.push((name.into(), test));
        self
    }

    /// The same chapter with geo tests that could be run, the best first.
    #[must_use]
    pub fn with_geo_candidates(self, candidates: &'a [GeoCandidate]) -> Self {
        Self { candidates, ..self }
    }

    /// The same chapter with what a test of each channel is worth beside its cost.
    #[must_use]
    pub fn with_priorities(self, priorities: &'a TestPriorities) -> Self {
        Self {
            priorities: Some(priorities),
            ..self
        }
    }

    /// The same chapter with what a test of that name is worth before it is run.
    #[must_use]
    pub fn with_test_value(mut self, name: impl Into<String>, value: TestValue) -> Self {
        self.values.push((name.into(), value));
        self
    }

    /// The chapter.
    pub fn chapter(&self) -> Chapter {
        let courses = self.courses.iter();
        let courses = courses.flat_map(|(name, course)| experiment_charts::course(name, course));
        let checks = self.courses.iter();
        let checks =
            checks.filter_map(|(name, course)| experiment_checks::fit_before(name, course));
        let power = self.power.iter();
        let power = power.filter_map(|(name, test)| test_plans::power(name, test));
        let beside = experiment_models::beside(self.lift_tests, self.mix, self.attribution);
        Chapter::new("Experiments")
            .with_charts(experiment_charts::lifts(&self.found))
            .with_charts(courses)
            .with_charts(beside)
            .with_charts(self.priorities.and_then(test_plans::priorities))
            .with_charts(test_plans::values(&self.values))
            .with_charts(test_plans::candidates(self.candidates))
            .with_charts(power)
            .with_checks(checks.collect())
    }
}

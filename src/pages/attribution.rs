//! The chapter of attribution.

use crate::attribution::{AttributionModel, ComparisonTable, TestPriorities};
use crate::error::Result;
use crate::journeys::Journeys;
use crate::pages::attribution_checks::checks;
use crate::pages::calibration_chart::calibration;
use crate::pages::credit_charts;
use crate::pages::credit_places::{self, Stages};
use crate::pages::credit_table::channel_table;
use crate::pages::main_model::main_model;
use crate::pages::test_plans;
use crate::report::html::Chapter;

/// Charts of a comparison of attribution models.
///
/// The model in front is one that estimates what would have come anyway, by tests or told which
/// channels follow demand if there is such a one; without a baseline it is Markov.
///
/// ```
/// use mixtouch::attribution::rules::{FirstTouch, LastTouch};
/// use mixtouch::pages::AttributionChapter;
/// use mixtouch::{Comparison, Outcome, PathTable};
///
/// let mut paths = PathTable::new();
/// paths.push(["social", "search"], Outcome::new(20.0, 5.0, 0.0)?)?;
/// let table = Comparison::new()
///     .model("first-touch", FirstTouch)
///     .model("last-touch", LastTouch)
///     .run(&paths.journeys()?)?;
/// let chapter = AttributionChapter::new(&table).chapter();
/// assert!(chapter.charts().count() > 2);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct AttributionChapter<'a> {
    table: &'a ComparisonTable,
    truth: Vec<(String, f64)>,
    true_baseline: Option<f64>,
    stages: Option<Stages>,
    windows: Vec<(String, &'a ComparisonTable)>,
    priorities: Option<&'a TestPriorities>,
}

impl<'a> AttributionChapter<'a> {
    /// A chapter on this comparison.
    pub const fn new(table: &'a ComparisonTable) -> Self {
        Self {
            table,
            truth: Vec::new(),
            true_baseline: None,
            stages: None,
            windows: Vec::new(),
            priorities: None,
        }
    }

    /// The same chapter with the conversions that each channel caused, where a simulation knows
    /// them: beside credit, and per cost at the mean value of a conversion beside returns.
    #[must_use]
    pub fn with_truth<S: Into<String>>(self, caused: impl IntoIterator<Item = (S, f64)>) -> Self {
        let truth = caused
            .into_iter()
            .map(|(name, caused)| (name.into(), caused));
        Self {
            truth: truth.collect(),
            ..self
        }
    }

    /// The same chapter with the conversions that would have come without marketing, where a
    /// simulation knows them.
    #[must_use]
    pub const fn with_true_baseline(mut self, conversions: f64) -> Self {
        self.true_baseline = Some(conversions);
        self
    }

    /// The same chapter with a model's credit of touches early, in the middle and late in journeys:
    /// the first and the last quarter of touches, and between.
    ///
    /// ```
    /// use mixtouch::attribution::rules::Linear;
    /// use mixtouch::pages::AttributionChapter;
    /// use mixtouch::{Comparison, Outcome, PathTable};
    ///
    /// let mut paths = PathTable::new();
    /// paths.push(["social", "e-mail", "search"], Outcome::new(20.0, 5.0, 0.0)?)?;
    /// let journeys = paths.journeys()?;
    /// let table = Comparison::new().model("linear", Linear).run(&journeys)?;
    /// let chapter = AttributionChapter::new(&table).with_stages(&journeys, "linear", &Linear)?;
    /// let chapter = chapter.chapter();
    /// let mut titles = chapter.charts().map(|chart| chart.title());
    /// assert!(titles.any(|title| title.starts_with("social has 100 % (71 % to 100 %) of its credit early")));
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the model cannot score these journeys.
    pub fn with_stages<M: AttributionModel + ?Sized>(
        self,
        journeys: &Journeys,
        name: impl Into<String>,
        model: &M,
    ) -> Result<Self> {
        Ok(Self {
            stages: Some(Stages::new(journeys, model, name.into())?),
            ..self
        })
    }

    /// The same chapter with the comparison of one window more, such as `7 days`: touches of so long
    /// before a conversion. Two windows or more show how sensitive credit is to it.
    #[must_use]
    pub fn with_window(mut self, name: impl Into<String>, table: &'a ComparisonTable) -> Self {
        self.windows.push((name.into(), table));
        self
    }

    /// The same chapter with what a test of each channel is worth beside its cost; where none is worth
    /// what it costs, checks ask for none.
    #[must_use]
    pub fn with_priorities(self, priorities: &'a TestPriorities) -> Self {
        Self {
            priorities: Some(priorities),
            ..self
        }
    }

    /// The chapter.
    pub fn chapter(&self) -> Chapter {
        let chapter = Chapter::new("Attribution");
        let table = self.table;
        let Some(main) = main_model(table) else {
            return chapter.with_text("No model was scored.");
        };
        let charts = [
            Some(credit_charts::credit(table, main, &self.truth)),
            Some(credit_charts::totals(table, main, self.true_baseline)),
            credit_charts::returns(table, main, &self.truth),
            credit_charts::agreement_of_models(table),
            credit_charts::by_model(table, main),
            calibration(main),
            self.stages.as_ref().and_then(Stages::chart),
            credit_places::by_window(table, main, &self.windows),
            credit_charts::by_segment(table, main),
            self.priorities.and_then(test_plans::priorities),
        ];
        chapter
            .with_charts(charts.into_iter().flatten())
            .with_table(channel_table(table, main))
            .with_checks(checks(table, self.priorities))
    }
}

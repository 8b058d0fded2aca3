//! The chapter of attribution.

use crate::attribution::ComparisonTable;
use crate::pages::attribution_checks::checks;
use crate::pages::credit_charts;
use crate::pages::main_model::main_model;
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
}

impl<'a> AttributionChapter<'a> {
    /// A chapter on this comparison.
    pub const fn new(table: &'a ComparisonTable) -> Self {
        Self {
            table,
            truth: Vec::new(),
        }
    }

    /// The same chapter with the conversions that each channel caused, where a simulation knows
    /// them.
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

    /// The chapter.
    pub fn chapter(&self) -> Chapter {
        let chapter = Chapter::new("Attribution");
        let table = self.table;
        let Some(main) = main_model(table) else {
            return chapter.with_text("No model was scored.");
        };
        let charts = [
            Some(credit_charts::credit(table, main, &self.truth)),
            Some(credit_charts::totals(table, main)),
            credit_charts::returns(table, main),
            credit_charts::agreement_of_models(table),
            credit_charts::by_model(table, main),
            credit_charts::calibration(main),
            credit_charts::by_segment(table, main),
        ];
        chapter
            .with_charts(charts.into_iter().flatten())
            .with_table(credit_charts::channel_table(table, main))
            .with_checks(checks(table))
    }
}

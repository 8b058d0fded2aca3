//! The models compared, and the comparison itself.

use crate::attribution::comparison::bootstrap::Bootstrap;
use crate::attribution::comparison::entry::{Entry, Named, Ready, ToFit};
use crate::attribution::comparison::finding::Finding;
use crate::attribution::comparison::fitted_models::FittedModels;
use crate::attribution::comparison::fitting::left_out;
use crate::attribution::comparison::table::ComparisonTable;
use crate::attribution::fit::Fit;
use crate::attribution::model::AttributionModel;
use crate::error::{Error, Result};
use crate::journeys::arena::Journeys;
use crate::privacy::MinimumGroup;
use crate::progress::Progress;
use std::sync::Arc;

/// Models to be compared on the same journeys.
///
/// ```
/// use mixtouch::{Comparison, Outcome, PathTable};
/// use mixtouch::attribution::markov::Markov;
/// use mixtouch::attribution::rules::{LastTouch, Linear};
///
/// let mut table = PathTable::new();
/// table.push(["social", "search"], Outcome::new(2.0, 5.0, 80.0)?)?;
/// table.push(["search"], Outcome::new(1.0, 9.0, 40.0)?)?;
/// let comparison = Comparison::new()
///     .model("last-touch", LastTouch)
///     .model("linear", Linear)
///     .fit("markov", Markov::order(1)?)
///     .run(&table.journeys()?)?;
/// let search = comparison.model("last-touch").and_then(|model| model.channel("search"));
/// assert_eq!(search.map(|credit| credit.conversions), Some(3.0));
/// println!("{comparison}");
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Clone, Default)]
pub struct Comparison {
    entries: Vec<Named>,
    pub(super) bootstrap: Option<Bootstrap>,
    pub(super) minimum: MinimumGroup,
    pub(super) refuse_unknown: bool,
}

impl std::fmt::Debug for Comparison {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list()
            .entries(self.entries.iter().map(|named| &named.name))
            .finish()
    }
}

impl Comparison {
    /// A comparison of no models yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a model that needs no fitting: a rule, or a model fitted before. Of a
    /// [`StoredModel`](crate::attribution::StoredModel) the table tells what it was fitted on, and
    /// what weakens it.
    #[must_use]
    pub fn model(self, name: impl Into<String>, model: impl AttributionModel + 'static) -> Self {
        self.with_entry(name, Arc::new(Ready(Arc::new(model))))
    }

    /// Adds a model that is fitted on the journeys the models are compared on, or on those given to
    /// [`Comparison::run_on`].
    #[must_use]
    pub fn fit<F>(self, name: impl Into<String>, specification: F) -> Self
    where
        F: Fit + Send + Sync + 'static,
        F::Model: 'static,
        F::Evidence: 'static,
    {
        self.with_entry(name, Arc::new(ToFit(specification)))
    }

    fn with_entry(mut self, name: impl Into<String>, entry: Arc<dyn Entry>) -> Self {
        self.entries.push(Named {
            name: name.into(),
            entry,
            optional: false,
        });
        self
    }

    /// The same models, those from the `first` on left out, with a finding, where the journeys do
    /// not support them.
    pub(crate) fn optional_from(mut self, first: usize) -> Self {
        let later = self.entries.iter_mut().skip(first);
        later.for_each(|named| named.optional = true);
        self
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    /// Refuses journeys with touches of channels that a model was not fitted on. By default those
    /// touches get no credit from the model, and
    /// [`Finding::UnknownChannels`](crate::attribution::Finding::UnknownChannels) names them.
    #[must_use]
    pub fn refuse_unknown_channels(self) -> Self {
        Self {
            refuse_unknown: true,
            ..self
        }
    }

    /// Adds intervals to every model's conversions and value.
    #[must_use]
    pub fn bootstrap(self, bootstrap: Bootstrap) -> Self {
        Self {
            bootstrap: Some(bootstrap),
            ..self
        }
    }

    /// Merges segments of fewer persons than this, or leaves them out; the table says how many. The
    /// persons of a segment are those whose first journey closes in it, or those who began in it if
    /// they are fewer.
    #[must_use]
    pub fn minimum_group(self, minimum: MinimumGroup) -> Self {
        Self { minimum, ..self }
    }

    /// Fits every model that needs fitting, then scores all journeys with every model. Where
    /// journeys have segments
    /// ([`JourneyOptions::with_segment`](crate::journeys::JourneyOptions::with_segment)), it also
    /// fits and scores each segment on its own.
    ///
    /// A journey belongs to the segment it closes in. Models that read whole timelines count
    /// persons instead, by their first row, so a segment's totals by such a model can differ from
    /// its totals by journey. Credit of fitted models in segments need not add up to their credit
    /// in all journeys.
    ///
    /// A segment or bootstrap replicate may have conversions but no observed time
    /// ([`Error::NoExposure`]). Its rates are then unknown, and its conversions stay unattributed.
    ///
    /// Fit on some weeks: [`Comparison::run_on`] scores a day by models of the weeks before it.
    ///
    /// # Errors
    /// If two models have one name; or, named by the model, if the journeys lack what it needs or
    /// the evidence supports no model.
    pub fn run(&self, journeys: &Journeys) -> Result<ComparisonTable> {
        self.run_with_progress(journeys, &())
    }

    /// Like [`Comparison::run`], watched by an observer: [`Stage::Fitting`] and [`Stage::Scoring`]
    /// count models, [`Stage::Bootstrapping`] replicates, over all journeys and all segments. The
    /// observer can stop a long fit; the count of models stands still until then.
    ///
    /// # Errors
    /// If [`Comparison::run`] fails; [`Error::Cancelled`] if the observer stops the work.
    ///
    /// [`Stage::Fitting`]: crate::progress::Stage::Fitting
    /// [`Stage::Scoring`]: crate::progress::Stage::Scoring
    /// [`Stage::Bootstrapping`]: crate::progress::Stage::Bootstrapping
    ///
    /// ```
    /// use mixtouch::attribution::rules::{LastTouch, Linear};
    /// use mixtouch::progress::{Progress, Stage};
    /// use mixtouch::{Comparison, Error, Outcome, PathTable};
    /// use std::ops::ControlFlow;
    ///
    /// /// Stops when models are to be scored.
    /// struct FitOnly;
    ///
    /// impl Progress for FitOnly {
    ///     fn advance(&self, stage: Stage, _done: u64, _total: Option<u64>) -> ControlFlow<()> {
    ///         match stage {
    ///             Stage::Scoring => ControlFlow::Break(()),
    ///             _ => ControlFlow::Continue(()),
    ///         }
    ///     }
    /// }
    ///
    /// let mut paths = PathTable::new();
    /// paths.push(["social", "search"], Outcome::new(2.0, 5.0, 80.0)?)?;
    /// let comparison = Comparison::new().model("last-touch", LastTouch).model("linear", Linear);
    /// let stopped = comparison.run_with_progress(&paths.journeys()?, &FitOnly);
    /// assert!(matches!(stopped, Err(Error::Cancelled { stage: Stage::Scoring })));
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    pub fn run_with_progress(
        &self,
        journeys: &Journeys,
        progress: &dyn Progress,
    ) -> Result<ComparisonTable> {
        Ok(self.on_same(journeys, progress)?.0)
    }

    /// Like [`Comparison::run`], with the models as they were fitted on all journeys: a service that
    /// reports each night fits once, and stores what requests are scored by.
    ///
    /// ```
    /// use mixtouch::attribution::markov::{Markov, MarkovModel};
    /// use mixtouch::attribution::StoredModel;
    /// use mixtouch::{Comparison, Outcome, PathTable};
    ///
    /// let mut paths = PathTable::new();
    /// paths.push(["social", "search"], Outcome::new(20.0, 50.0, 800.0)?)?;
    /// paths.push(["search"], Outcome::new(10.0, 90.0, 400.0)?)?;
    /// let journeys = paths.journeys()?;
    /// let comparison = Comparison::new().fit("markov", Markov::order(1)?);
    /// let (table, models) = comparison.run_with_models(&journeys)?;
    ///
    /// let markov: &MarkovModel = models.get("markov").unwrap();
    /// let effects = markov.removal_effects().map(|(_, effect)| Some(effect));
    /// assert!(effects.eq(table.models()[0].channels.iter().map(|row| row.removal_effect)));
    /// let stored = serde_json::to_string(&StoredModel::new(markov, &journeys)).unwrap();
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    ///
    /// # Errors
    /// If [`Comparison::run`] fails.
    pub fn run_with_models(&self, journeys: &Journeys) -> Result<(ComparisonTable, FittedModels)> {
        self.on_same(journeys, &())
    }

    /// Fits every model that needs fitting on the journeys of one stretch of time, and scores those
    /// of another with every model: trailing weeks to learn from, and the day to be reported.
    ///
    /// A day has too few conversions to fit a model on, and too little time to see effects and what
    /// comes without marketing. Intervals include the uncertainty of the fit: a bootstrap replicate
    /// counts each person as often in the journeys fitted on as in those scored.
    ///
    /// Channels are matched by name. Those without a touch in the journeys fitted on get no credit
    /// from a fitted model, and
    /// [`Finding::UnknownChannels`](crate::attribution::Finding::UnknownChannels) names them. Rules
    /// and models given ready are as in [`Comparison::run`]. Segments are scored with the models of
    /// all journeys fitted on.
    ///
    /// ```
    /// use mixtouch::attribution::Bootstrap;
    /// use mixtouch::attribution::hazard::AdditiveHazard;
    /// use mixtouch::simulate::worlds::World;
    /// use mixtouch::time::TimeRange;
    /// use mixtouch::{Comparison, JourneyBuilder, JourneyOptions};
    ///
    /// // half of this world's conversions would have come without marketing
    /// let mut builder = JourneyBuilder::new(JourneyOptions::default());
    /// builder.extend_all(World::Baseline.simulate(2_000, 1)?.batches())?;
    /// let (day, today) = (86_400, 1_767_225_600 + 60 * 86_400);
    /// let weeks = builder.snapshot(TimeRange::new(today - 28 * day, today)?)?;
    /// let reported = builder.snapshot(TimeRange::new(today, today + day)?)?;
    ///
    /// let comparison = Comparison::new()
    ///     .fit("time-to-event", AdditiveHazard::default())
    ///     .bootstrap(Bootstrap::new(20, 1)?);
    /// let table = comparison.run_on(&weeks, &reported)?;
    /// let baseline = table.model("time-to-event").and_then(|model| model.baseline).unwrap();
    /// assert!(baseline.conversions_low <= baseline.conversions_high);
    /// assert_eq!(table.totals().conversions, reported.totals().conversions);
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    ///
    /// # Errors
    /// If [`Comparison::run`] fails, or only one of the two has times.
    pub fn run_on(&self, fitted_on: &Journeys, scored: &Journeys) -> Result<ComparisonTable> {
        self.run_on_with_progress(fitted_on, scored, &())
    }

    /// Like [`Comparison::run_on`], watched by an observer as in
    /// [`Comparison::run_with_progress`].
    ///
    /// # Errors
    /// If [`Comparison::run_on`] fails; [`Error::Cancelled`] if the observer stops the work.
    pub fn run_on_with_progress(
        &self,
        fitted_on: &Journeys,
        scored: &Journeys,
        progress: &dyn Progress,
    ) -> Result<ComparisonTable> {
        Ok(self.on_other(fitted_on, scored, progress)?.0)
    }

    /// Like [`Comparison::run_on`], with the models as they were fitted, as in
    /// [`Comparison::run_with_models`].
    ///
    /// # Errors
    /// If [`Comparison::run_on`] fails.
    pub fn run_on_with_models(
        &self,
        fitted_on: &Journeys,
        scored: &Journeys,
    ) -> Result<(ComparisonTable, FittedModels)> {
        self.on_other(fitted_on, scored, &())
    }

    /// The entries whose needs the journeys meet, and those left out for the others.
    ///
    /// # Errors
    /// If two models have one name, or one asked for by name needs what the journeys lack.
    pub(super) fn usable(&self, journeys: &[&Journeys]) -> Result<(Vec<&Named>, Vec<Finding>)> {
        self.check_names()?;
        let (mut usable, mut findings) = (Vec::with_capacity(self.entries.len()), Vec::new());
        for named in &self.entries {
            let needs = named.entry.needs();
            let mut checks = journeys.iter();
            match checks.try_for_each(|journeys| needs.check(journeys, &named.name)) {
                Ok(()) => usable.push(named),
                Err(error) => findings.push(left_out(named, error)?),
            }
        }
        Ok((usable, findings))
    }
    /// The models, none of which is named twice.
    pub(super) fn into_entries(self) -> Result<Vec<Named>> {
        self.check_names()?;
        Ok(self.entries)
    }

    fn check_names(&self) -> Result<()> {
        let mut names: Vec<&str> = self.entries.iter().map(|named| &*named.name).collect();
        names.sort_unstable();
        if let Some(twice) = names.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(Error::setting(
                "the name of a model",
                twice[0],
                "a name of its own for each model",
            ));
        }
        Ok(())
    }
}

//! The models compared, and the comparison itself.

use crate::attribution::comparison::bootstrap::Bootstrap;
use crate::attribution::comparison::entry::{Fitted, Named, Ready, ToFit};
use crate::attribution::comparison::fitting::{fit_all, needs_evidence, score_all};
use crate::attribution::comparison::table::{ComparisonTable, ModelTable, SegmentTable};
use crate::attribution::comparison::timed::Timed;
use crate::attribution::comparison::watch::Watch;
use crate::attribution::credits::Credits;
use crate::attribution::fit::Fit;
use crate::attribution::model::AttributionModel;
use crate::error::{Error, Result};
use crate::journeys::arena::Journeys;
use crate::journeys::{BootstrapWeights, Sample};
use crate::privacy::{MinimumGroup, Protected};
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
#[derive(Default)]
pub struct Comparison {
    entries: Vec<Named>,
    bootstrap: Option<Bootstrap>,
    minimum: MinimumGroup,
}

impl std::fmt::Debug for Comparison {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list()
            .entries(self.entries.iter().map(|(name, _)| name))
            .finish()
    }
}

impl Comparison {
    /// A comparison of no models yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a model that needs no fitting.
    #[must_use]
    pub fn model(
        mut self,
        name: impl Into<String>,
        model: impl AttributionModel + 'static,
    ) -> Self {
        self.entries
            .push((name.into(), Box::new(Ready(Arc::new(model)))));
        self
    }

    /// Adds a model that is fitted on the journeys the models are compared on.
    #[must_use]
    pub fn fit<F>(mut self, name: impl Into<String>, specification: F) -> Self
    where
        F: Fit + Send + Sync + 'static,
        F::Model: 'static,
        F::Evidence: 'static,
    {
        self.entries
            .push((name.into(), Box::new(ToFit(specification))));
        self
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
    /// # Errors
    /// If two models have one name; or, named by the model, if the journeys lack what it needs or
    /// the evidence supports no model.
    pub fn run(self, journeys: &Journeys) -> Result<ComparisonTable> {
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
        self,
        journeys: &Journeys,
        progress: &dyn Progress,
    ) -> Result<ComparisonTable> {
        self.check(journeys)?;
        let all: Vec<&Named> = self.entries.iter().collect();
        let (whole, windows): (Vec<&Named>, Vec<&Named>) =
            all.iter().partition(|(_, entry)| entry.needs().timeline);
        let Protected { groups, withheld } = journeys.segments(self.minimum);
        let kinds = [&whole, &windows];
        let kinds = kinds.iter().filter(|entries| !entries.is_empty()).count();
        let replicates = self.bootstrap.map_or(0, |bootstrap| bootstrap.replicates());
        let watch = Watch::new(
            progress,
            all.len() * (1 + groups.len()),
            replicates * (1 + kinds * groups.len()),
        );
        let tables = self.compare(&all, journeys.sample(), None, &watch)?;
        let mut segments = Vec::with_capacity(groups.len());
        for (name, group) in groups {
            let segment = journeys.segment(&group);
            let mut models = Vec::with_capacity(all.len());
            for (entries, timeline) in [(&windows, false), (&whole, true)] {
                let weights = Some(segment.draws(timeline));
                models.extend(self.compare(entries, segment.sample(timeline), weights, &watch)?);
            }
            models.sort_by_key(|table| all.iter().position(|(name, _)| *name == table.model));
            segments.push(SegmentTable {
                segment: name,
                totals: segment.totals()?,
                models,
            });
        }
        let table = ComparisonTable::new(journeys.totals(), self.bootstrap, tables, segments);
        Ok(table.with_withheld(withheld))
    }

    /// An error if two models have one name, or one needs what the journeys lack.
    fn check(&self, journeys: &Journeys) -> Result<()> {
        let mut names: Vec<&str> = self.entries.iter().map(|(name, _)| name.as_str()).collect();
        names.sort_unstable();
        if let Some(twice) = names.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(Error::setting(
                "the name of a model",
                twice[0],
                "a name of its own for each model",
            ));
        }
        for (name, entry) in &self.entries {
            entry.needs().check(journeys, name)?;
        }
        Ok(())
    }

    /// The table of each model: of all journeys, or of one segment's, whose costs are unknown.
    fn compare(
        &self,
        entries: &[&Named],
        sample: Sample<'_>,
        segment: Option<&BootstrapWeights>,
        watch: &Watch<'_>,
    ) -> Result<Vec<ModelTable>> {
        if entries.is_empty() {
            return Ok(Vec::new());
        }
        watch.fitting.add(0)?;
        let fitting = Some(&watch.fitting);
        let fitted = fit_all(entries, sample, None, segment.is_some(), fitting)?;
        watch.scoring.add(0)?;
        let scored = score_all(sample, &fitted)?;
        watch.scoring.add(entries.len())?;
        let all = segment.is_none();
        let costs = sample.journeys.costs().filter(|_| all);
        let table =
            |((&(name, _), model), scored): ((&&Named, &Timed<Fitted>), &Timed<Credits>)| {
                let spent = model.spent + scored.spent;
                ModelTable::new(name, &*model.item, &scored.item, costs, spent)
            };
        let each = entries.iter().zip(&fitted).zip(&scored);
        let mut tables: Vec<ModelTable> = each.map(table).collect();
        if let Some(bootstrap) = &self.bootstrap {
            let replicate = |sample: Sample<'_>| {
                let fitted = fit_all(entries, sample, Some(&fitted), true, None)?;
                let scored = score_all(sample, &fitted)?;
                watch.bootstrapping.add(1)?;
                Ok(scored.into_iter().map(|credits| credits.item).collect())
            };
            watch.bootstrapping.add(0)?;
            let evidence = needs_evidence(entries);
            let replicates: Vec<Vec<Credits>> =
                bootstrap.run(sample.journeys, evidence, segment, replicate)?;
            for (model, table) in tables.iter_mut().enumerate() {
                let credits: Vec<&Credits> =
                    replicates.iter().map(|credits| &credits[model]).collect();
                table.set_intervals(bootstrap, &credits);
            }
        }
        Ok(tables)
    }
}

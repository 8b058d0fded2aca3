//! Several models side by side, in one traversal for all evidence and one for all credit.

pub(crate) mod bootstrap;
pub(crate) mod table;

use crate::attribution::comparison::bootstrap::Bootstrap;
use crate::attribution::comparison::table::{ComparisonTable, ModelTable, SegmentTable};
use crate::attribution::credits::Credits;
use crate::attribution::engine::{Scoring, check};
use crate::attribution::evidence::Gathering;
use crate::attribution::model::{AttributionModel, Fit, Needs};
use crate::channel::Channels;
use crate::error::{Error, Result};
use crate::journeys::Journey;
use crate::journeys::arena::{Block, Journeys};
use crate::journeys::{Accumulator, BootstrapWeights, Sample};
use crate::privacy::{MinimumGroup, Protected};
use std::any::Any;
use std::sync::Arc;
use std::time::{Duration, Instant};

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
/// let comparison =
///     Comparison::new().model("last-touch", LastTouch).model("linear", Linear).fit("markov", Markov::order(1)?).run(&table.journeys()?)?;
/// println!("{comparison}");
/// assert_eq!(comparison.models().len(), 3);
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
    /// No models yet.
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

    /// Adds a specification, to be fitted on the journeys compared on.
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

    /// Tells no segment apart that has fewer persons: small ones are taken together or left out,
    /// and the table says how many. The persons of a segment are those whose first journey closes
    /// in it, or who began in it if they are fewer.
    #[must_use]
    pub fn minimum_group(self, minimum: MinimumGroup) -> Self {
        Self { minimum, ..self }
    }

    /// Fits what is to be fitted and scores all journeys by every model; where journeys are told
    /// apart by segment ([`JourneyOptions::with_segment`](crate::journeys::JourneyOptions::with_segment)),
    /// also fits and scores each segment on its own.
    ///
    /// A journey belongs to the segment it closes in. Models that read whole timelines count
    /// persons instead, by their first row, so that a segment's totals by such a model can differ
    /// from those by journey. What fitted models credit in segments need not add up to what they
    /// credit in all. Where a segment or a bootstrap replicate has conversions but no time that
    /// anybody was watched for ([`Error::NoExposure`]), no rate can be known, and its conversions
    /// stay unattributed.
    ///
    /// # Errors
    /// Two models of one name; or, named by the model: the journeys lack what it needs, or the
    /// evidence supports no model.
    pub fn run(self, journeys: &Journeys) -> Result<ComparisonTable> {
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
        let all: Vec<&Named> = self.entries.iter().collect();
        let tables = self.compare(&all, journeys.sample(), None)?;
        let mut segments = Vec::new();
        let Protected { groups, withheld } = journeys.segments(self.minimum);
        for (name, group) in groups {
            let segment = journeys.segment(&group);
            let (whole, windows): (Vec<&Named>, Vec<&Named>) =
                all.iter().partition(|(_, entry)| entry.needs().timeline);
            let mut models =
                self.compare(&windows, segment.sample(false), Some(segment.draws(false)))?;
            models.extend(self.compare(&whole, segment.sample(true), Some(segment.draws(true)))?);
            models.sort_by_key(|table| {
                self.entries
                    .iter()
                    .position(|(name, _)| *name == table.model)
            });
            segments.push(SegmentTable {
                segment: name,
                totals: segment.totals()?,
                models,
            });
        }
        Ok(
            ComparisonTable::new(journeys.totals(), self.bootstrap, tables, segments)
                .with_withheld(withheld),
        )
    }

    /// The table of each model: of all journeys, or of a segment's, whose costs nobody knows.
    fn compare(
        &self,
        entries: &[&Named],
        sample: Sample<'_>,
        segment: Option<&BootstrapWeights>,
    ) -> Result<Vec<ModelTable>> {
        if entries.is_empty() {
            return Ok(Vec::new());
        }
        let fitted = fit_all(entries, sample, None, segment.is_some())?;
        let scored = score_all(sample, &fitted)?;
        let costs = if segment.is_none() {
            sample.journeys.costs()
        } else {
            None
        };
        let mut tables = Vec::with_capacity(fitted.len());
        for (((name, _), Timed { item: model, spent }), scored) in
            entries.iter().zip(&fitted).zip(&scored)
        {
            tables.push(ModelTable::new(
                name,
                &**model,
                &scored.item,
                costs,
                *spent + scored.spent,
            ));
        }
        if let Some(bootstrap) = &self.bootstrap {
            let replicates = bootstrap.run(
                sample.journeys,
                needs_evidence(entries),
                segment,
                |sample| {
                    let fitted = fit_all(entries, sample, Some(&fitted), true)?;
                    Ok(score_all(sample, &fitted)?
                        .into_iter()
                        .map(|credits| credits.item)
                        .collect::<Vec<Credits>>())
                },
            )?;
            for (model, table) in tables.iter_mut().enumerate() {
                table.set_intervals(
                    bootstrap,
                    &replicates
                        .iter()
                        .map(|credits| &credits[model])
                        .collect::<Vec<_>>(),
                );
            }
        }
        Ok(tables)
    }
}

type Named = (String, Box<dyn Entry>);

fn needs_evidence(entries: &[&Named]) -> bool {
    entries.iter().any(|(_, entry)| entry.needs_evidence())
}

/// The models the journeys support; those of a replicate start from the ones of all journeys. A
/// model of rates that a part of the journeys has no exposure for attributes nothing there.
fn fit_all(
    entries: &[&Named],
    sample: Sample<'_>,
    earlier: Option<&[Timed<Fitted>]>,
    part: bool,
) -> Result<Vec<Timed<Fitted>>> {
    let channels = sample.journeys.channels();
    let fresh = || {
        Everything(
            entries
                .iter()
                .map(|(_, entry)| Timed::new(entry.evidence(channels)))
                .collect(),
        )
    };
    let gathered = if needs_evidence(entries) {
        sample.accumulate(fresh)?
    } else {
        fresh()
    };
    let mut fitted = Vec::with_capacity(entries.len());
    for (at, ((name, entry), Timed { item, spent })) in entries.iter().zip(gathered.0).enumerate() {
        let started = Instant::now();
        let model = match entry.solve(item, earlier.map(|earlier| &*earlier[at].item)) {
            Err(Error::NoExposure { .. }) if part => Arc::new(Unknown(entry.needs())),
            solved => solved?,
        };
        check::<dyn AttributionModel>(sample.journeys, &*model, name)?;
        fitted.push(Timed {
            item: model,
            spent: spent + started.elapsed(),
        });
    }
    Ok(fitted)
}

/// Every model's credit.
fn score_all(sample: Sample<'_>, fitted: &[Timed<Fitted>]) -> Result<Vec<Timed<Credits>>> {
    let fresh = || {
        let scoring = fitted.iter().map(|model| {
            let model: &dyn AttributionModel = &*model.item;
            Timed::new(Scoring::new(sample.journeys, model))
        });
        Everything(scoring.collect())
    };
    let scored = sample.accumulate_converting(fresh)?.0;
    scored
        .into_iter()
        .map(|Timed { item, spent }| {
            Ok(Timed {
                item: item.finish()?,
                spent,
            })
        })
        .collect()
}

/// A model that can be told apart from others, for fits that start from an earlier one.
trait Model: AttributionModel + Any {}

impl<M: AttributionModel + Any> Model for M {}

type Fitted = Arc<dyn Model>;

/// The model of which no rate is known: it attributes nothing.
struct Unknown(Needs);

impl AttributionModel for Unknown {
    fn needs(&self) -> Needs {
        self.0
    }

    fn weigh(&self, _: Journey<'_>, _: &mut [f64]) -> f64 {
        0.0
    }
}

/// What a comparison needs of each of its models: the object-safe twin of [`Fit`].
trait Entry: Send + Sync {
    fn needs(&self) -> Needs;
    fn needs_evidence(&self) -> bool;
    fn evidence(&self, channels: &Channels) -> Box<dyn Evidence>;
    fn solve(&self, evidence: Box<dyn Evidence>, earlier: Option<&dyn Model>) -> Result<Fitted>;
}

struct Ready(Fitted);

impl Entry for Ready {
    fn needs(&self) -> Needs {
        self.0.needs()
    }

    fn needs_evidence(&self) -> bool {
        false
    }

    fn evidence(&self, _: &Channels) -> Box<dyn Evidence> {
        Box::new(Nothing)
    }

    fn solve(&self, _: Box<dyn Evidence>, _: Option<&dyn Model>) -> Result<Fitted> {
        Ok(self.0.clone())
    }
}

struct ToFit<F>(F);

impl<F> Entry for ToFit<F>
where
    F: Fit + Send + Sync,
    F::Evidence: 'static,
    F::Model: 'static,
{
    fn needs(&self) -> Needs {
        self.0.needs()
    }

    fn needs_evidence(&self) -> bool {
        self.0.needs().journeys
    }

    fn evidence(&self, channels: &Channels) -> Box<dyn Evidence> {
        Box::new(Gathering::new(self.0.evidence(channels), self.0.needs()))
    }

    fn solve(&self, evidence: Box<dyn Evidence>, earlier: Option<&dyn Model>) -> Result<Fitted> {
        let evidence: Box<dyn Any> = evidence;
        let Gathering { evidence, .. } = *evidence
            .downcast::<Gathering<F::Evidence>>()
            .expect("the evidence this entry started");
        let earlier = earlier.and_then(|model| (model as &dyn Any).downcast_ref::<F::Model>());
        Ok(Arc::new(match earlier {
            Some(model) => self.0.solve_from(evidence, model)?,
            None => self.0.solve(evidence)?,
        }))
    }
}

/// The object-safe twin of [`Accumulator`].
trait Evidence: Any + Send {
    fn observe_block(&mut self, block: Block<'_>);
    fn merge(&mut self, later: Box<dyn Evidence>) -> Result<()>;
}

impl<A: Accumulator + Any> Evidence for A {
    fn observe_block(&mut self, block: Block<'_>) {
        Accumulator::observe_block(self, block);
    }

    fn merge(&mut self, later: Box<dyn Evidence>) -> Result<()> {
        let later: Box<dyn Any> = later;
        Accumulator::merge(
            self,
            *later
                .downcast::<A>()
                .expect("the evidence of the same entry"),
        )
    }
}

/// The evidence of a model that needs none.
struct Nothing;

impl Accumulator for Nothing {
    fn observe(&mut self, _: Journey<'_>) {}

    fn observe_block(&mut self, _: Block<'_>) {}

    fn merge(&mut self, _: Self) -> Result<()> {
        Ok(())
    }
}

impl Accumulator for Box<dyn Evidence> {
    fn observe(&mut self, _: Journey<'_>) {
        unreachable!("boxed evidence takes in whole blocks");
    }

    fn observe_block(&mut self, block: Block<'_>) {
        (**self).observe_block(block);
    }

    fn merge(&mut self, later: Self) -> Result<()> {
        (**self).merge(later)
    }
}

/// One accumulator with the processor time it took.
struct Timed<A> {
    item: A,
    spent: Duration,
}

impl<A> Timed<A> {
    fn new(item: A) -> Self {
        Self {
            item,
            spent: Duration::ZERO,
        }
    }
}

/// Accumulators that take in each block one after the other, while it is in the cache.
struct Everything<A>(Vec<Timed<A>>);

impl<A: Accumulator> Accumulator for Everything<A> {
    fn observe(&mut self, journey: Journey<'_>) {
        self.0
            .iter_mut()
            .for_each(|timed| timed.item.observe(journey));
    }

    fn observe_block(&mut self, block: Block<'_>) {
        for timed in &mut self.0 {
            let started = Instant::now();
            timed.item.observe_block(block.clone());
            timed.spent += started.elapsed();
        }
    }

    fn merge(&mut self, later: Self) -> Result<()> {
        for (timed, other) in self.0.iter_mut().zip(later.0) {
            timed.item.merge(other.item)?;
            timed.spent += other.spent;
        }
        Ok(())
    }
}

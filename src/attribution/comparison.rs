//! Several models side by side, in one traversal for all evidence and one for all credit.

use super::credits::Credits;
use super::table::{ComparisonTable, ModelTable};
use super::{AttributionModel, Fit, Needs, Scoring, check, check_needs};
use crate::channel::Channels;
use crate::error::{Error, Result};
use crate::journey::Journey;
use crate::journeys::{Accumulator, Block, Journeys};
use std::any::Any;
use std::time::{Duration, Instant};

/// Models to be compared on the same journeys.
///
/// ```
/// use mixtouch::{Comparison, LastTouch, Linear, Markov, Outcome, PathTable};
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
    entries: Vec<(String, Box<dyn Entry>)>,
}

impl std::fmt::Debug for Comparison {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.entries.iter().map(|(name, _)| name)).finish()
    }
}

impl Comparison {
    /// No models yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a model that needs no fitting.
    #[must_use]
    pub fn model(mut self, name: impl Into<String>, model: impl AttributionModel + 'static) -> Self {
        self.entries.push((name.into(), Box::new(Ready(Some(Box::new(model))))));
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
        self.entries.push((name.into(), Box::new(ToFit(specification))));
        self
    }

    /// Fits what is to be fitted and scores all journeys by every model.
    ///
    /// # Errors
    /// Two models of one name; or, named by the model: the journeys lack what it needs, or the evidence supports no model.
    pub fn run(self, journeys: &Journeys) -> Result<ComparisonTable> {
        let mut names: Vec<&str> = self.entries.iter().map(|(name, _)| name.as_str()).collect();
        names.sort_unstable();
        if let Some(twice) = names.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(Error::setting("the name of a model", twice[0], "a name of its own for each model"));
        }
        for (name, entry) in &self.entries {
            check_needs(journeys, entry.needs(), name)?;
        }
        let gathered =
            journeys.accumulate(|| Everything(self.entries.iter().map(|(_, entry)| entry.evidence(journeys.channels())).collect()))?;
        let mut models = Vec::with_capacity(self.entries.len());
        for ((name, mut entry), Timed { item, spent }) in self.entries.into_iter().zip(gathered.0) {
            let started = Instant::now();
            let model = entry.solve(item)?;
            check(journeys, &*model, &name)?;
            models.push((name, model, spent + started.elapsed()));
        }
        let fresh = || Everything(models.iter().map(|(_, model, _)| Timed::new(scoring(model, journeys))).collect());
        let scored = journeys.accumulate_converting(fresh)?;
        let tables = models.iter().zip(scored.0).map(|((name, model, fitted), Timed { item, spent })| {
            ModelTable::new(name, &**model, &item.finish(), journeys.costs(), *fitted + spent)
        });
        Ok(ComparisonTable::new(journeys.totals(), tables.collect()))
    }
}

type BoxedModel = Box<dyn AttributionModel>;

fn scoring<'a>(model: &'a BoxedModel, journeys: &Journeys) -> Scoring<'a, dyn AttributionModel> {
    Scoring { model: &**model, credits: Credits::new(journeys.channels().clone()) }
}

/// What a comparison needs of each of its models: the object-safe twin of [`Fit`].
trait Entry: Send + Sync {
    fn needs(&self) -> Needs;
    fn evidence(&self, channels: &Channels) -> Timed<Box<dyn Evidence>>;
    fn solve(&mut self, evidence: Box<dyn Evidence>) -> Result<BoxedModel>;
}

struct Ready(Option<BoxedModel>);

impl Entry for Ready {
    fn needs(&self) -> Needs {
        self.0.as_ref().map(|model| model.needs()).unwrap_or_default()
    }

    fn evidence(&self, _: &Channels) -> Timed<Box<dyn Evidence>> {
        Timed::new(Box::new(Nothing))
    }

    fn solve(&mut self, _: Box<dyn Evidence>) -> Result<BoxedModel> {
        Ok(self.0.take().expect("a comparison solves each entry once"))
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

    fn evidence(&self, channels: &Channels) -> Timed<Box<dyn Evidence>> {
        Timed::new(Box::new(self.0.evidence(channels)))
    }

    fn solve(&mut self, evidence: Box<dyn Evidence>) -> Result<BoxedModel> {
        let evidence: Box<dyn Any> = evidence;
        let evidence = evidence.downcast::<F::Evidence>().expect("the evidence this entry started");
        Ok(Box::new(self.0.solve(*evidence)?))
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
        Accumulator::merge(self, *later.downcast::<A>().expect("the evidence of the same entry"))
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
        Self { item, spent: Duration::ZERO }
    }
}

/// Accumulators that take in each block one after the other, while it is in the cache.
struct Everything<A>(Vec<Timed<A>>);

impl<A: Accumulator> Accumulator for Everything<A> {
    fn observe(&mut self, journey: Journey<'_>) {
        self.0.iter_mut().for_each(|timed| timed.item.observe(journey));
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

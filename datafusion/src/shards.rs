//! The aggregates over persons, `evidence`, `credits` and `journey_counts`: what partitions hand on.

use crate::chunk::Chunk;
use crate::error::{argument, external};
use crate::kpis::JourneyCounts;
use crate::settings::LogSettings;
use crate::text::{self, constant_of, constant_type};
use datafusion::arrow::array::{ArrayRef, AsArray};
use datafusion::arrow::datatypes::{DataType, Field, FieldRef};
use datafusion::error::Result;
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::{
    Accumulator, AggregateUDF, AggregateUDFImpl, Signature, Volatility,
};
use datafusion::scalar::ScalarValue;
use mixtouch::Journeys;
use mixtouch::attribution::{ShardCredits, ShardEvidence, ShardModels, ShardedComparison};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::{Arc, Mutex};

/// `evidence(comparison, settings, person, journeys)`: the evidence of a comparison's models.
pub(crate) fn evidence() -> AggregateUDF {
    function(Step::Evidence)
}

/// `credits(models, settings, person, journeys)`: the credit of all conversions by solved models.
pub(crate) fn credits() -> AggregateUDF {
    function(Step::Credits)
}

/// `journey_counts(steps, settings, person, journeys)`: counts for KPIs over journeys.
pub(crate) fn journey_counts() -> AggregateUDF {
    function(Step::JourneyCounts)
}

fn function(step: Step) -> AggregateUDF {
    AggregateUDF::from(OverPersons {
        step,
        signature: Signature::user_defined(Volatility::Immutable),
    })
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Step {
    Evidence,
    Credits,
    JourneyCounts,
}

impl Step {
    fn name(self) -> &'static str {
        match self {
            Self::Evidence => "evidence",
            Self::Credits => "credits",
            Self::JourneyCounts => "journey_counts",
        }
    }

    /// The first argument.
    fn first(self) -> &'static str {
        match self {
            Self::Evidence => "the comparison",
            Self::Credits => "the models",
            Self::JourneyCounts => "the steps",
        }
    }
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct OverPersons {
    step: Step,
    signature: Signature,
}

impl AggregateUDFImpl for OverPersons {
    fn name(&self) -> &str {
        self.step.name()
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>> {
        let text = constant_type;
        match types {
            [_, _, person, _] => Ok(vec![text(), text(), person.clone(), DataType::LargeBinary]),
            _ => {
                let first = self.step.first();
                let told = format!("expected: {first}, the settings, the person, journeys");
                Err(argument(self.name(), told))
            }
        }
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::LargeUtf8)
    }

    fn state_fields(&self, args: StateFieldsArgs<'_>) -> Result<Vec<FieldRef>> {
        let name = format!("{}[part]", args.name);
        Ok(vec![Arc::new(Field::new(name, DataType::LargeUtf8, true))])
    }

    fn accumulator(&self, _: AccumulatorArgs<'_>) -> Result<Box<dyn Accumulator>> {
        Ok(match self.step {
            Step::Evidence => Box::new(Gathering::<ShardedComparison>::default()),
            Step::Credits => Box::new(Gathering::<ShardModels>::default()),
            Step::JourneyCounts => Box::new(Gathering::<Counting>::default()),
        })
    }
}

/// What is known of journeys before they are read, and makes mergeable parts of them.
trait Gatherer: DeserializeOwned + Send + 'static {
    const STEP: Step;
    type Part: Serialize + DeserializeOwned + Send;

    /// None where there is nothing to gather.
    fn part(&self, journeys: &Journeys) -> mixtouch::Result<Option<Self::Part>>;
    fn merge(part: &mut Self::Part, later: Self::Part) -> mixtouch::Result<()>;
}

impl Gatherer for ShardedComparison {
    const STEP: Step = Step::Evidence;
    type Part = ShardEvidence;

    fn part(&self, journeys: &Journeys) -> mixtouch::Result<Option<ShardEvidence>> {
        self.gather(journeys).map(Some)
    }

    fn merge(part: &mut ShardEvidence, later: ShardEvidence) -> mixtouch::Result<()> {
        part.merge(later)
    }
}

impl Gatherer for ShardModels {
    const STEP: Step = Step::Credits;
    type Part = ShardCredits;

    fn part(&self, journeys: &Journeys) -> mixtouch::Result<Option<ShardCredits>> {
        self.comparison().credit(self, journeys).map(Some)
    }

    fn merge(part: &mut ShardCredits, later: ShardCredits) -> mixtouch::Result<()> {
        part.merge(later)
    }
}

/// What the steps of a journey are, to count them.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Counting {
    Channels,
}

impl Gatherer for Counting {
    const STEP: Step = Step::JourneyCounts;
    type Part = JourneyCounts;

    fn part(&self, journeys: &Journeys) -> mixtouch::Result<Option<JourneyCounts>> {
        let some = !journeys.is_empty();
        match self {
            Self::Channels => some.then(|| JourneyCounts::new(journeys)).transpose(),
        }
    }

    fn merge(part: &mut JourneyCounts, later: JourneyCounts) -> mixtouch::Result<()> {
        part.merge(later)
    }
}

/// The persons of one partition on their way to one part. The engine wants to share it between
/// threads, which a lock allows and nothing uses.
struct Gathering<G: Gatherer>(Mutex<Gathered<G>>);

struct Gathered<G: Gatherer> {
    /// The first two arguments and what was read from them.
    known: Option<(String, String, G, Arc<LogSettings>)>,
    chunk: Option<Chunk>,
    /// The most bytes that a chunk took: the engine adds up what sizes grow by and takes nothing off
    /// where they fall, so that every chunk would count anew.
    chunk_size: usize,
    part: Option<G::Part>,
    /// About how many bytes the part takes.
    part_size: usize,
}

impl<G: Gatherer> Default for Gathering<G> {
    fn default() -> Self {
        Self(Mutex::new(Gathered {
            known: None,
            chunk: None,
            chunk_size: 0,
            part: None,
            part_size: 0,
        }))
    }
}

impl<G: Gatherer> fmt::Debug for Gathering<G> {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(G::STEP.name())
    }
}

impl<G: Gatherer> Gathered<G> {
    fn know(&mut self, first: &ArrayRef, settings: &ArrayRef) -> Result<bool> {
        let name = G::STEP.name();
        let first = constant_of(first, name, "the first argument")?;
        let settings = constant_of(settings, name, "the settings")?;
        let (Some(first), Some(settings)) = (first, settings) else {
            return Ok(false);
        };
        match &self.known {
            Some((own, own_settings, ..)) if *own == first && *own_settings == settings => {}
            Some(_) => return Err(argument(name, "models and settings differ between rows")),
            None => {
                let gatherer = text::read(&first, name, G::STEP.first())?;
                let read = text::read(&settings, name, "the settings")?;
                self.known = Some((first, settings, gatherer, Arc::new(read)));
            }
        }
        Ok(true)
    }

    fn add(&mut self, persons: &ArrayRef, states: &ArrayRef) -> Result<()> {
        let Some((.., settings)) = &self.known else {
            return Ok(());
        };
        let mut chunk = match self.chunk.take() {
            Some(chunk) => chunk,
            None => Chunk::new(Arc::clone(settings)),
        };
        chunk.add(persons, states)?;
        self.chunk_size = self.chunk_size.max(chunk.size());
        let is_full = chunk.is_full();
        self.chunk = Some(chunk);
        if is_full { self.close() } else { Ok(()) }
    }

    /// Makes a part of the chunk at work.
    fn close(&mut self) -> Result<()> {
        let (Some(chunk), Some((_, _, gatherer, _))) = (self.chunk.take(), &self.known) else {
            return Ok(());
        };
        let journeys = chunk.journeys()?;
        match gatherer.part(&journeys).map_err(external)? {
            Some(part) => self.merge(part),
            None => Ok(()),
        }
    }

    fn merge(&mut self, later: G::Part) -> Result<()> {
        match &mut self.part {
            Some(part) => G::merge(part, later).map_err(external),
            none => {
                *none = Some(later);
                Ok(())
            }
        }
    }

    fn text(&mut self) -> Result<ScalarValue> {
        self.close()?;
        let text = self.part.as_ref().map(serde_json::to_string).transpose();
        let text = text.map_err(external)?;
        self.part_size = text.as_ref().map_or(0, String::len);
        Ok(ScalarValue::LargeUtf8(text))
    }
}

impl<G: Gatherer> Gathering<G> {
    fn gathered(&mut self) -> &mut Gathered<G> {
        self.0
            .get_mut()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl<G: Gatherer> Accumulator for Gathering<G> {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        let gathered = self.gathered();
        if gathered.know(&values[0], &values[1])? {
            gathered.add(&values[2], &values[3])?;
        }
        Ok(())
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        let gathered = self.gathered();
        for text in states[0].as_string::<i64>().iter().flatten() {
            gathered.part_size = gathered.part_size.max(text.len());
            gathered.merge(text::read(text, G::STEP.name(), "a part")?)?;
        }
        Ok(())
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        Ok(vec![self.gathered().text()?])
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        self.gathered().text()
    }

    fn size(&self) -> usize {
        let gathered = self
            .0
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        let texts = gathered
            .known
            .as_ref()
            .map_or(0, |(first, ..)| 2 * first.len());
        size_of_val(self) + gathered.chunk_size + texts + gathered.part_size
    }
}

//! The scalar functions `credit` and `attribute`: the credit of each touch.

use crate::chunk::Chunk;
use crate::error::{argument, external};
use crate::settings::LogSettings;
use crate::text::{self, constant_of, constant_type};
use datafusion::arrow::array::{
    Array, ArrayRef, AsArray, Float64Builder, ListArray, StringBuilder, StructArray,
    TimestampSecondBuilder, UInt32Array,
};
use datafusion::arrow::buffer::{OffsetBuffer, ScalarBuffer};
use datafusion::arrow::compute::{cast, take};
use datafusion::arrow::datatypes::{DataType, Field, Fields, TimeUnit};
use datafusion::error::Result;
use datafusion::logical_expr::{
    ColumnarValue, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};
use mixtouch::attribution::{
    AttributionModel, ModelName, ModelSettings, ShardModels, ShardedComparison, stream_credits,
};
use mixtouch::{Journeys, PersonKey};
use std::collections::HashMap;
use std::sync::Arc;

/// `credit(models, model, settings, person, journeys)`: a list of what each touch of a person's
/// converting journeys is credited with by a solved model.
pub(crate) fn credit() -> ScalarUDF {
    function(By::Models)
}

/// `attribute(model, settings, person, journeys)`: the same by a rule, which needs no fit.
pub(crate) fn attribute() -> ScalarUDF {
    function(By::Rule)
}

fn function(by: By) -> ScalarUDF {
    ScalarUDF::from(Touches {
        by,
        signature: Signature::user_defined(Volatility::Immutable),
    })
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum By {
    Models,
    Rule,
}

impl By {
    /// The arguments ahead of the person.
    fn texts(self) -> &'static [&'static str] {
        match self {
            Self::Models => &["the models", "the model", "the settings"],
            Self::Rule => &["the model", "the settings"],
        }
    }
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct Touches {
    by: By,
    signature: Signature,
}

/// What each touch says, by name.
pub(crate) const NAMES: [&str; 5] = ["channel", "touched", "closed", "conversions", "value"];

fn fields() -> Fields {
    let seconds = DataType::Timestamp(TimeUnit::Second, None);
    let types = [
        DataType::Utf8,
        seconds.clone(),
        seconds,
        DataType::Float64,
        DataType::Float64,
    ];
    let each = NAMES.into_iter().zip(types);
    each.map(|(name, of)| Field::new(name, of, true)).collect()
}

impl ScalarUDFImpl for Touches {
    fn name(&self) -> &str {
        match self.by {
            By::Models => "credit",
            By::Rule => "attribute",
        }
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>> {
        let texts = self.by.texts();
        if types.len() != texts.len() + 2 {
            let told = format!("expected: {}, the person, journeys", texts.join(", "));
            return Err(argument(self.name(), told));
        }
        let mut wanted = vec![constant_type(); texts.len()];
        wanted.extend([types[texts.len()].clone(), DataType::LargeBinary]);
        Ok(wanted)
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::List(Arc::new(item())))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let arrays = ColumnarValue::values_to_arrays(&args.args)?;
        let (texts, log) = arrays.split_at(self.by.texts().len());
        let named = texts.iter().zip(self.by.texts());
        let texts = named.map(|(array, what)| constant_of(array, self.name(), what));
        let texts: Option<Vec<String>> = texts.collect::<Result<_>>()?;
        let Some(texts) = texts else {
            return Ok(ColumnarValue::Array(Rows::default().array(&[])?));
        };
        let settings = texts[texts.len() - 1].as_str();
        let settings: LogSettings = text::read(settings, self.name(), "the settings")?;
        let mut chunk = Chunk::new(Arc::new(settings));
        chunk.add(&log[0], &log[1])?;
        let journeys = chunk.journeys()?;
        let (models, name) = match self.by {
            By::Models => (text::read(&texts[0], "credit", "the models")?, &texts[1]),
            By::Rule => (rule(&texts[0], &journeys)?, &texts[0]),
        };
        let model = model_of(&models, name)?;
        Ok(ColumnarValue::Array(listed(&log[0], &journeys, model)?))
    }
}

fn item() -> Field {
    Field::new("item", DataType::Struct(fields()), false)
}

fn model_of<'a>(models: &'a ShardModels, name: &str) -> Result<&'a dyn AttributionModel> {
    let known = || {
        let names = models.comparison().models().iter();
        names
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join(", ")
    };
    let model = models.model(name);
    model.ok_or_else(|| argument("credit", format!("model {name:?}, expected: {}", known())))
}

/// A rule of that name, which no journey teaches anything.
fn rule(name: &str, journeys: &Journeys) -> Result<ShardModels> {
    const RULES: [ModelName; 9] = [
        ModelName::LastTouch,
        ModelName::FirstTouch,
        ModelName::LastNonDirect,
        ModelName::Linear,
        ModelName::TimeDecay,
        ModelName::PositionBased,
        ModelName::PositionJ,
        ModelName::PositionInverseJ,
        ModelName::Shapley,
    ];
    let found = RULES.into_iter().find(|rule| rule.to_string() == name);
    let rule = found.ok_or_else(|| {
        let names = RULES.map(|rule| rule.to_string()).join(", ");
        argument(
            "attribute",
            format!("model {name:?}, expected a rule: {names}"),
        )
    })?;
    let solve = || {
        let comparison = ShardedComparison::new([rule], ModelSettings::default())?;
        comparison.solve(comparison.gather(journeys)?)
    };
    solve().map_err(external)
}

/// Each person's list.
fn listed(
    persons: &ArrayRef,
    journeys: &Journeys,
    model: &dyn AttributionModel,
) -> Result<ArrayRef> {
    let names = cast(persons, &DataType::Utf8)?;
    let names = names.as_string::<i32>();
    let keyed = names.iter().enumerate();
    let keyed = keyed.filter_map(|(row, name)| Some((PersonKey::from(name?), row)));
    let rows_of: HashMap<PersonKey<'_>, usize> = keyed.collect();
    let mut rows = Rows::default();
    let mut owners = Vec::new();
    let streamed = stream_credits(journeys, model, |credit| {
        let Some(&row) = credit.person.and_then(|person| rows_of.get(&person)) else {
            return Ok(());
        };
        for touch in credit.touches() {
            let name = journeys.channels().name(touch.channel);
            rows.channel.append_value(name);
            rows.touched.append_option(touch.time.map(i64::from));
            rows.closed.append_value(i64::from(credit.journey.close()));
            rows.conversions.append_value(touch.conversions);
            rows.value.append_value(touch.value);
            owners.push(row);
        }
        Ok(())
    });
    streamed.map_err(external)?;
    rows.array(&places(persons.len(), &owners))
}

/// For each list the places of its rows.
fn places(lists: usize, owners: &[usize]) -> Vec<Vec<u32>> {
    let mut places = vec![Vec::new(); lists];
    for (at, &owner) in (0..).zip(owners) {
        places[owner].push(at);
    }
    places
}

/// Credited touches, a column each.
#[derive(Default)]
struct Rows {
    channel: StringBuilder,
    touched: TimestampSecondBuilder,
    closed: TimestampSecondBuilder,
    conversions: Float64Builder,
    value: Float64Builder,
}

impl Rows {
    fn array(mut self, lists: &[Vec<u32>]) -> Result<ArrayRef> {
        let columns: Vec<ArrayRef> = vec![
            Arc::new(self.channel.finish()),
            Arc::new(self.touched.finish()),
            Arc::new(self.closed.finish()),
            Arc::new(self.conversions.finish()),
            Arc::new(self.value.finish()),
        ];
        let order = UInt32Array::from_iter_values(lists.iter().flatten().copied());
        let columns = columns.iter().map(|column| Ok(take(column, &order, None)?));
        let columns = columns.collect::<Result<Vec<_>>>()?;
        let items = StructArray::try_new(fields(), columns, None)?;
        let ends = lists.iter().scan(0, |end, list| {
            *end += list.len() as i32;
            Some(*end)
        });
        let offsets: Vec<i32> = std::iter::once(0).chain(ends).collect();
        let offsets = OffsetBuffer::new(ScalarBuffer::from(offsets));
        let list = ListArray::try_new(Arc::new(item()), offsets, Arc::new(items), None)?;
        Ok(Arc::new(list))
    }
}

//! The aggregate `journeys`: the rows of one person, packed.

use crate::error::{argument, external};
use crate::grouped::Grouped;
use crate::packed::{self, NO_CHANNEL};
use crate::settings::LogSettings;
use crate::text::{self, constant_of, constant_type};
use datafusion::arrow::array::{ArrayRef, AsArray, BooleanArray, RecordBatch, UInt64Array};
use datafusion::arrow::compute::filter;
use datafusion::arrow::datatypes::{DataType, Field, FieldRef};
use datafusion::error::{DataFusionError, Result};
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::{
    Accumulator, AggregateUDF, AggregateUDFImpl, EmitTo, GroupsAccumulator, Signature, Volatility,
};
use datafusion::scalar::ScalarValue;
use mixtouch::io::EventColumns;
use mixtouch::{Events, Kind, PersonKey};
use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

const NAME: &str = "journeys";

/// The arguments after the settings, by the names of the library's columns.
pub(crate) const COLUMNS: [&str; 8] = [
    "timestamp",
    "channel",
    "kind",
    "value",
    "cost",
    "interaction",
    "goal",
    "order_id",
];
/// How many of them every log has.
pub(crate) const REQUIRED: usize = 3;

/// `journeys(settings, timestamp, channel, kind [, value, cost, interaction, goal, order_id])`
pub(crate) fn function() -> AggregateUDF {
    AggregateUDF::from(Journeys {
        signature: Signature::user_defined(Volatility::Immutable),
    })
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct Journeys {
    signature: Signature,
}

impl AggregateUDFImpl for Journeys {
    fn name(&self) -> &str {
        NAME
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>> {
        let most = 1 + COLUMNS.len();
        if !(1 + REQUIRED..=most).contains(&types.len()) {
            let told = format!(
                "{} arguments, expected: settings, {}",
                types.len(),
                COLUMNS.join(", ")
            );
            return Err(argument(NAME, told));
        }
        let columns = types[1..].iter().cloned();
        Ok(std::iter::once(constant_type()).chain(columns).collect())
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::LargeBinary)
    }

    fn state_fields(&self, args: StateFieldsArgs<'_>) -> Result<Vec<FieldRef>> {
        let name = format!("{}[rows]", args.name);
        Ok(vec![Arc::new(Field::new(
            name,
            DataType::LargeBinary,
            true,
        ))])
    }

    fn accumulator(&self, _: AccumulatorArgs<'_>) -> Result<Box<dyn Accumulator>> {
        Ok(Box::<OnePerson>::default())
    }

    fn groups_accumulator_supported(&self, _: AccumulatorArgs<'_>) -> bool {
        true
    }

    fn create_groups_accumulator(
        &self,
        _: AccumulatorArgs<'_>,
    ) -> Result<Box<dyn GroupsAccumulator>> {
        Ok(Box::<Persons>::default())
    }
}

/// The packed rows of many persons.
#[derive(Debug, Default)]
struct Persons {
    reader: Reader,
    grouped: Grouped,
}

impl GroupsAccumulator for Persons {
    fn update_batch(
        &mut self,
        values: &[ArrayRef],
        groups: &[usize],
        keep: Option<&BooleanArray>,
        total: usize,
    ) -> Result<()> {
        self.grouped.resize(total);
        self.reader.pack(values, groups, keep, &mut self.grouped)
    }

    fn merge_batch(&mut self, values: &[ArrayRef], groups: &[usize], total: usize) -> Result<()> {
        self.grouped.resize(total);
        let states = groups.iter().zip(values[0].as_binary::<i64>());
        states
            .filter_map(|(&group, state)| Some((group, state?)))
            .try_for_each(|(group, state)| self.grouped.merge(group, state))
    }

    fn state(&mut self, emit_to: EmitTo) -> Result<Vec<ArrayRef>> {
        Ok(vec![self.evaluate(emit_to)?])
    }

    fn evaluate(&mut self, emit_to: EmitTo) -> Result<ArrayRef> {
        Ok(Arc::new(self.grouped.take(emit_to)?))
    }

    /// Each row as a state of its own: what the engine does where nearly every row is another
    /// person's.
    fn convert_to_state(
        &self,
        values: &[ArrayRef],
        keep: Option<&BooleanArray>,
    ) -> Result<Vec<ArrayRef>> {
        let groups: Vec<usize> = (0..values[0].len()).collect();
        let mut grouped = Grouped::default();
        grouped.resize(groups.len());
        self.reader.pack(values, &groups, keep, &mut grouped)?;
        Ok(vec![Arc::new(grouped.take(EmitTo::All)?)])
    }

    fn size(&self) -> usize {
        self.grouped.size()
    }
}

/// The packed rows of one person, where there is no `GROUP BY`.
#[derive(Debug, Default)]
struct OnePerson {
    persons: Persons,
}

impl OnePerson {
    fn taken(&mut self) -> Result<ScalarValue> {
        self.persons.grouped.resize(1);
        ScalarValue::try_from_array(&self.persons.evaluate(EmitTo::All)?, 0)
    }
}

impl Accumulator for OnePerson {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        let groups = vec![0; values[0].len()];
        self.persons.update_batch(values, &groups, None, 1)
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        let groups = vec![0; states[0].len()];
        self.persons.merge_batch(states, &groups, 1)
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        Ok(vec![self.taken()?])
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        self.taken()
    }

    fn size(&self) -> usize {
        size_of_val(self) + self.persons.size()
    }
}

/// What the settings say, read once.
#[derive(Debug, Default)]
struct Reader {
    /// The settings as text, and what was read from it.
    known: OnceLock<(String, Numbers)>,
}

/// The numbers of the channels.
#[derive(Debug)]
struct Numbers {
    fingerprint: u32,
    of: HashMap<String, u16>,
}

impl Reader {
    /// The numbers of the channels of these settings; none where there is no row.
    fn numbers(&self, settings: &ArrayRef) -> Result<Option<&Numbers>> {
        let Some(text) = constant_of(settings, NAME, "the settings")? else {
            return Ok(None);
        };
        if self.known.get().is_none() {
            let settings: LogSettings = text::read(&text, NAME, "the settings")?;
            let channels = settings.channels().iter().cloned().zip(0..);
            let numbers = Numbers {
                fingerprint: settings.fingerprint(),
                of: channels.collect(),
            };
            // whoever was faster read the same or is told so below
            let _ = self.known.set((text.clone(), numbers));
        }
        match self.known.get() {
            Some((known, numbers)) if *known == text => Ok(Some(numbers)),
            _ => Err(argument(NAME, "the settings differ between rows")),
        }
    }

    /// Adds the rows of a batch to those of their groups.
    fn pack(
        &self,
        values: &[ArrayRef],
        groups: &[usize],
        keep: Option<&BooleanArray>,
        to: &mut Grouped,
    ) -> Result<()> {
        let Some(numbers) = self.numbers(&values[0])? else {
            return Ok(());
        };
        to.state_header(packed::header(numbers.fingerprint))?;
        let events = read(&values[1..], groups, keep)?;
        // rows share few names
        let known = events.channels().map(|name| numbers.of.get(name).copied());
        let known: Vec<Option<u16>> = known.collect();
        for (row, event) in events.iter().enumerate() {
            let PersonKey::Number(person) = event.person() else {
                continue;
            };
            let number = || events.channel_index(row).and_then(|at| known[at]);
            let channel = match event.kind() {
                Kind::Touch => number().ok_or_else(|| unknown(event.channel()))?,
                _ => NO_CHANNEL,
            };
            to.push((person - FIRST_PERSON) as usize, |rows| {
                packed::push(rows, &event, events.fraction(row), channel);
            });
        }
        Ok(())
    }
}

/// The error of a touch of a channel that the settings do not have.
#[cold]
pub(crate) fn unknown(channel: Option<&str>) -> DataFusionError {
    let name = channel.unwrap_or_default();
    let told = format!("channel {name:?} is not among those of the settings");
    argument(NAME, told)
}

/// A number no placeholder for a missing person has. Groups are read as persons from here on: who
/// the person is, and whether one is missing, is asked where persons are.
pub(crate) const FIRST_PERSON: u64 = 1 << 40;

/// The rows as the library reads them.
fn read(columns: &[ArrayRef], groups: &[usize], keep: Option<&BooleanArray>) -> Result<Events> {
    let persons = groups.iter().map(|&group| FIRST_PERSON + group as u64);
    let persons: ArrayRef = Arc::new(UInt64Array::from_iter_values(persons));
    let mut events = Events::new();
    read_rows(&mut events, &persons, columns, keep)?;
    Ok(events)
}

/// Adds rows of these persons as the library reads them, the other columns in the order of
/// [`COLUMNS`]; a column of nulls without a type is left out.
pub(crate) fn read_rows(
    events: &mut Events,
    persons: &ArrayRef,
    columns: &[ArrayRef],
    keep: Option<&BooleanArray>,
) -> Result<()> {
    let named = COLUMNS.into_iter().zip(columns);
    let stated = named.filter(|(_, array)| array.data_type() != &DataType::Null);
    let all = std::iter::once(("person", persons)).chain(stated);
    let kept = all.map(|(name, array)| match keep {
        Some(keep) => Ok((name, filter(array, keep)?)),
        None => Ok((name, Arc::clone(array))),
    });
    let batch = RecordBatch::try_from_iter(kept.collect::<Result<Vec<_>>>()?)?;
    events
        .extend_from_record_batch(&batch, &EventColumns::default())
        .map_err(external)
}

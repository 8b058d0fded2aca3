//! The aggregate `journeys`: the rows of one person, packed.

use crate::error::{argument, external};
use crate::packed::{self, NO_CHANNEL};
use crate::settings::LogSettings;
use crate::text::{self, constant_of, constant_type};
use datafusion::arrow::array::{
    ArrayRef, AsArray, BooleanArray, LargeBinaryArray, RecordBatch, UInt64Array,
};
use datafusion::arrow::compute::filter;
use datafusion::arrow::datatypes::{DataType, Field, FieldRef};
use datafusion::error::Result;
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::{
    Accumulator, AggregateUDF, AggregateUDFImpl, EmitTo, GroupsAccumulator, Signature, Volatility,
};
use datafusion::scalar::ScalarValue;
use mixtouch::io::EventColumns;
use mixtouch::{Event, Events, Kind, PersonKey};
use std::collections::HashMap;
use std::sync::Arc;

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
    states: Vec<Vec<u8>>,
    /// Of all states, on the heap.
    bytes: usize,
}

impl Persons {
    fn emit(&mut self, emit_to: EmitTo) -> ArrayRef {
        let states = emit_to.take_needed(&mut self.states);
        self.bytes -= states.iter().map(Vec::capacity).sum::<usize>();
        let rows = states
            .iter()
            .map(|state| (!state.is_empty()).then_some(state));
        Arc::new(rows.collect::<LargeBinaryArray>())
    }
}

impl GroupsAccumulator for Persons {
    fn update_batch(
        &mut self,
        values: &[ArrayRef],
        groups: &[usize],
        keep: Option<&BooleanArray>,
        total: usize,
    ) -> Result<()> {
        self.states.resize_with(total, Vec::new);
        let Some(numbers) = self.reader.numbers(&values[0])? else {
            return Ok(());
        };
        let events = read(&values[1..], groups, keep)?;
        for (row, event) in events.iter().enumerate() {
            let PersonKey::Number(person) = event.person() else {
                continue;
            };
            let state = &mut self.states[(person - FIRST_PERSON) as usize];
            let before = state.capacity();
            if state.is_empty() {
                *state = packed::start(numbers.fingerprint);
            }
            let channel = numbers.channel(&event)?;
            packed::push(state, &event, events.fraction(row), channel);
            self.bytes += state.capacity() - before;
        }
        Ok(())
    }

    fn merge_batch(&mut self, values: &[ArrayRef], groups: &[usize], total: usize) -> Result<()> {
        self.states.resize_with(total, Vec::new);
        let packed = values[0].as_binary::<i64>();
        for (&group, state) in groups.iter().zip(packed) {
            if let Some(state) = state {
                let own = &mut self.states[group];
                let before = own.capacity();
                packed::merge(own, state)?;
                self.bytes += own.capacity() - before;
            }
        }
        Ok(())
    }

    fn state(&mut self, emit_to: EmitTo) -> Result<Vec<ArrayRef>> {
        Ok(vec![self.emit(emit_to)])
    }

    fn evaluate(&mut self, emit_to: EmitTo) -> Result<ArrayRef> {
        Ok(self.emit(emit_to))
    }

    /// Each row as a state of its own: what the engine does where nearly every row is another
    /// person's.
    fn convert_to_state(
        &self,
        values: &[ArrayRef],
        keep: Option<&BooleanArray>,
    ) -> Result<Vec<ArrayRef>> {
        let rows = values[0].len();
        let groups: Vec<usize> = (0..rows).collect();
        let mut persons = Self::default();
        persons.update_batch(values, &groups, keep, rows)?;
        persons.state(EmitTo::All)
    }

    fn size(&self) -> usize {
        self.bytes + self.states.capacity() * size_of::<Vec<u8>>()
    }
}

/// The packed rows of one person, where there is no `GROUP BY`.
#[derive(Debug, Default)]
struct OnePerson {
    persons: Persons,
}

impl OnePerson {
    fn taken(&mut self) -> Result<ScalarValue> {
        self.persons.states.resize_with(1, Vec::new);
        ScalarValue::try_from_array(&self.persons.emit(EmitTo::All), 0)
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
    known: Option<(String, Numbers)>,
}

/// The numbers of the channels.
#[derive(Debug)]
struct Numbers {
    fingerprint: u32,
    of: HashMap<String, u16>,
}

impl Reader {
    /// The numbers of the channels of these settings; none where there is no row.
    fn numbers(&mut self, settings: &ArrayRef) -> Result<Option<&Numbers>> {
        let Some(text) = constant_of(settings, NAME, "the settings")? else {
            return Ok(None);
        };
        if self.known.as_ref().is_none_or(|(known, _)| *known != text) {
            let settings: LogSettings = text::read(&text, NAME, "the settings")?;
            let channels = settings.channels().iter().cloned().zip(0..);
            let numbers = Numbers {
                fingerprint: settings.fingerprint(),
                of: channels.collect(),
            };
            self.known = Some((text, numbers));
        }
        Ok(self.known.as_ref().map(|(_, numbers)| numbers))
    }
}

impl Numbers {
    fn channel(&self, event: &Event<'_>) -> Result<u16> {
        if event.kind() != Kind::Touch {
            return Ok(NO_CHANNEL);
        }
        let name = event.channel().unwrap_or_default();
        let number = self.of.get(name).copied();
        number.ok_or_else(|| {
            let told = format!("channel {name:?} is not among those of the settings");
            argument(NAME, told)
        })
    }
}

/// A number no placeholder for a missing person has. Groups are read as persons from here on: who
/// the person is, and whether one is missing, is asked where persons are.
pub(crate) const FIRST_PERSON: u64 = 1 << 40;

/// The rows as the library reads them.
fn read(columns: &[ArrayRef], groups: &[usize], keep: Option<&BooleanArray>) -> Result<Events> {
    let persons = groups.iter().map(|&group| FIRST_PERSON + group as u64);
    let persons: ArrayRef = Arc::new(UInt64Array::from_iter_values(persons));
    read_rows(&persons, columns, keep)
}

/// Rows of these persons as the library reads them, the other columns in the order of [`COLUMNS`];
/// a column of nulls without a type is left out.
pub(crate) fn read_rows(
    persons: &ArrayRef,
    columns: &[ArrayRef],
    keep: Option<&BooleanArray>,
) -> Result<Events> {
    let named = COLUMNS.into_iter().zip(columns);
    let stated = named.filter(|(_, array)| array.data_type() != &DataType::Null);
    let all = std::iter::once(("person", persons)).chain(stated);
    let kept = all.map(|(name, array)| match keep {
        Some(keep) => Ok((name, filter(array, keep)?)),
        None => Ok((name, Arc::clone(array))),
    });
    let batch = RecordBatch::try_from_iter(kept.collect::<Result<Vec<_>>>()?)?;
    let mut events = Events::new();
    events
        .extend_from_record_batch(&batch, &EventColumns::default())
        .map_err(external)?;
    Ok(events)
}

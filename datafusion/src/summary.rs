//! The aggregate `log_settings`: what all partitions have to agree on, read off the log.

use crate::error::{argument, external};
use crate::journeys::{FIRST_PERSON, read_rows};
use crate::settings::LogSettings;
use crate::text::{self, constant_of, constant_type};
use datafusion::arrow::array::{Array, ArrayRef, AsArray, UInt64Array};
use datafusion::arrow::datatypes::{DataType, Field, FieldRef};
use datafusion::error::Result;
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::{
    Accumulator, AggregateUDF, AggregateUDFImpl, Signature, Volatility,
};
use datafusion::scalar::ScalarValue;
use mixtouch::{Events, JourneyOptions, Kind};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::sync::Arc;

const NAME: &str = "log_settings";

/// `log_settings(options, timestamp, channel, kind)`: the channels of all touches, and journey
/// options with the last second of the log as the end of observation unless they state one.
pub(crate) fn function() -> AggregateUDF {
    AggregateUDF::from(Summary {
        signature: Signature::user_defined(Volatility::Immutable),
    })
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct Summary {
    signature: Signature,
}

impl AggregateUDFImpl for Summary {
    fn name(&self) -> &str {
        NAME
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>> {
        match types {
            [_, columns @ ..] if columns.len() == 3 => Ok(std::iter::once(constant_type())
                .chain(columns.to_vec())
                .collect()),
            _ => Err(argument(
                NAME,
                "expected: options, timestamp, channel, kind",
            )),
        }
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Utf8)
    }

    fn state_fields(&self, args: StateFieldsArgs<'_>) -> Result<Vec<FieldRef>> {
        let name = format!("{}[seen]", args.name);
        Ok(vec![Arc::new(Field::new(name, DataType::Utf8, true))])
    }

    fn accumulator(&self, _: AccumulatorArgs<'_>) -> Result<Box<dyn Accumulator>> {
        Ok(Box::<Seen>::default())
    }
}

/// What rows so far say.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Seen {
    options: Option<String>,
    channels: BTreeSet<String>,
    last: Option<i64>,
}

impl Accumulator for Seen {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        let Some(options) = constant_of(&values[0], NAME, "the options")? else {
            return Ok(());
        };
        self.options = Some(options);
        // who did it does not matter, but for somebody there has to be
        let somebody: ArrayRef = Arc::new(UInt64Array::from_value(FIRST_PERSON, values[0].len()));
        let mut events = Events::new();
        read_rows(&mut events, &somebody, &values[1..], None)?;
        let mut touched = vec![false; events.channels().len()];
        for (row, event) in events.iter().enumerate() {
            self.last = self.last.max(Some(event.time()));
            let channel = events.channel_index(row);
            if let Some(at) = channel.filter(|_| event.kind() == Kind::Touch) {
                touched[at] = true;
            }
        }
        for (name, is_touched) in events.channels().zip(touched) {
            if is_touched && !self.channels.contains(name) {
                self.channels.insert(name.to_owned());
            }
        }
        Ok(())
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        for state in states[0].as_string::<i32>().iter().flatten() {
            let other: Self = text::read(state, NAME, "a part")?;
            self.options = self.options.take().or(other.options);
            self.channels.extend(other.channels);
            self.last = self.last.max(other.last);
        }
        Ok(())
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        let state = serde_json::to_string(self).map_err(external)?;
        Ok(vec![ScalarValue::Utf8(Some(state))])
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        let (Some(options), Some(last)) = (&self.options, self.last) else {
            return Ok(ScalarValue::Utf8(None));
        };
        let options: JourneyOptions = text::read(options, NAME, "the options")?;
        let channels = self.channels.iter().cloned().collect();
        let settings = LogSettings::of_log(channels, last, options)?;
        let text = serde_json::to_string(&settings).map_err(external)?;
        Ok(ScalarValue::Utf8(Some(text)))
    }

    fn size(&self) -> usize {
        let names: usize = self.channels.iter().map(|name| name.len() + 48).sum();
        size_of_val(self) + names
    }
}

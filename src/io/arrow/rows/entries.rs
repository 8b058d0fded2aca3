//! Key/value lists, such as `event_params` of GA4: for each row, the values of a few keys.

use crate::error::{Error, Result};
use crate::io::arrow::rows::column::Column;
use crate::io::record::{FieldPath, Value};
use arrow_array::cast::AsArray;
use arrow_array::{Array, StructArray};
use arrow_buffer::NullBuffer;
use arrow_schema::DataType;
use std::borrow::Cow;

/// What the field of a key is called.
pub(in crate::io) const KEYS: [&str; 3] = ["key", "name", "keys"];

/// No entry of this key.
const NONE: u32 = u32::MAX;

/// No key that is wanted.
const UNWANTED: usize = usize::MAX;

/// A list of structs of key and value in each row.
#[derive(Debug)]
pub(super) struct Entries<'a> {
    /// Where each row's entries begin, and behind the last row where they end.
    offsets: Cow<'a, [i32]>,
    nulls: Option<NullBuffer>,
    keys: Column<'a>,
    /// How many entries all rows have.
    entries: usize,
    /// The value by type, of which an entry has one.
    values: Vec<Column<'a>>,
    wanted: Vec<String>,
    /// For each key the entry of each row.
    found: Vec<Vec<u32>>,
}

impl<'a> Entries<'a> {
    /// # Errors
    /// If the column is no list of structs with a key and a value.
    pub(super) fn new(array: &'a dyn Array, path: &FieldPath) -> Result<Self> {
        let bad = || {
            Error::setting(
                format!("the type of the column of {path}"),
                array.data_type(),
                "a list of structs of key and value",
            )
        };
        let (offsets, entries): (Cow<'a, [i32]>, &'a dyn Array) = match array.data_type() {
            DataType::List(_) => {
                let list = array.as_list::<i32>();
                (Cow::Borrowed(list.value_offsets()), list.values().as_ref())
            }
            DataType::LargeList(_) => {
                let list = array.as_list::<i64>();
                let offsets = list
                    .value_offsets()
                    .iter()
                    .map(|&at| i32::try_from(at).ok());
                let offsets: Option<Vec<i32>> = offsets.collect();
                (Cow::Owned(offsets.ok_or_else(bad)?), list.values().as_ref())
            }
            DataType::Map(..) => {
                let map = array.as_map();
                (Cow::Borrowed(map.value_offsets()), map.entries())
            }
            _ => return Err(bad()),
        };
        let entries = entries.as_struct_opt().ok_or_else(bad)?;
        let keys = KEYS.iter().find_map(|name| entries.column_by_name(name));
        let keys = Column::new(keys.ok_or_else(bad)?.as_ref(), entries.nulls(), &path.text)?;
        let mut values = Self::values(entries, path)?;
        if values.is_empty() {
            return Err(bad());
        }
        values.retain(Column::has_values);
        Ok(Self {
            offsets,
            nulls: array.nulls().cloned(),
            keys,
            entries: entries.len(),
            values,
            wanted: Vec::new(),
            found: Vec::new(),
        })
    }

    /// The value's columns: one, or one for each type.
    fn values(entries: &'a StructArray, path: &FieldPath) -> Result<Vec<Column<'a>>> {
        let value = ["value", "values"]
            .iter()
            .find_map(|name| entries.column_by_name(name));
        let Some(value) = value else {
            return Ok(Vec::new());
        };
        match value.as_struct_opt() {
            None => Ok(vec![Column::new(
                value.as_ref(),
                entries.nulls(),
                &path.text,
            )?]),
            Some(types) => {
                let nulls = NullBuffer::union(entries.nulls(), types.nulls());
                let columns = types.columns().iter();
                columns
                    .filter(|column| !column.data_type().is_nested())
                    .map(|column| Column::new(column.as_ref(), nulls.as_ref(), &path.text))
                    .collect()
            }
        }
    }

    /// Adds a key to find; returns its number.
    pub(super) fn add(&mut self, key: &str) -> usize {
        let known = self.wanted.iter().position(|other| other == key);
        known.unwrap_or_else(|| {
            self.wanted.push(key.to_owned());
            self.wanted.len() - 1
        })
    }

    /// Finds the keys in all rows; where a row has one twice, the first holds.
    pub(super) fn find(&mut self) {
        let rows = self.offsets.len().saturating_sub(1);
        self.found = vec![vec![NONE; rows]; self.wanted.len()];
        let place = |key: &str| self.wanted.iter().position(|wanted| wanted == key);
        let wanted = self.keys.map_texts(self.entries, UNWANTED, &|key| {
            place(key).unwrap_or(UNWANTED)
        });
        for row in 0..rows {
            if self.nulls.as_ref().is_some_and(|nulls| nulls.is_null(row)) {
                continue;
            }
            for entry in self.offsets[row]..self.offsets[row + 1] {
                let Some(found) = self.found.get_mut(wanted[entry as usize]) else {
                    continue;
                };
                if found[row] == NONE {
                    found[row] = entry as u32;
                }
            }
        }
    }

    /// Whether some row has the key.
    pub(super) fn has_values(&self, key: usize) -> bool {
        self.found[key].iter().any(|&entry| entry != NONE)
    }

    /// The value of a key in a row: the first type that has one.
    #[inline]
    pub(super) fn value(&self, key: usize, row: usize) -> Value<'_> {
        let entry = self.found[key][row];
        if entry == NONE {
            return Value::Missing;
        }
        let mut values = self
            .values
            .iter()
            .map(|column| column.value(entry as usize));
        let is_known = |value: &Value<'_>| *value != Value::Missing;
        values.find(is_known).unwrap_or(Value::Missing)
    }
}

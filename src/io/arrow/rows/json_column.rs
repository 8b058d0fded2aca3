//! A column of JSON texts, taken apart once a batch.

use crate::error::{Error, Result};
use crate::io::arrow::arrays::wrong_type;
use crate::io::file::json::{Cells, JsonPaths};
use crate::io::record::Value;
use arrow_array::cast::AsArray;
use arrow_array::types::Int32Type;
use arrow_array::{Array, BinaryArray, LargeStringArray, StringArray, StringViewArray};
use arrow_schema::DataType;

/// The texts, what is asked of them, and what was found.
#[derive(Debug)]
pub(super) struct JsonColumn<'a> {
    name: String,
    texts: Texts<'a>,
    rows: usize,
    paths: JsonPaths,
    cells: Cells<'a>,
    /// The rows that are no JSON, in order.
    faults: Vec<(usize, String)>,
}

/// Arrays of texts.
#[derive(Debug)]
enum Texts<'a> {
    Text(&'a StringArray),
    Large(&'a LargeStringArray),
    View(&'a StringViewArray),
    Bytes(&'a BinaryArray),
    Dictionary(&'a dyn Array, Vec<usize>, Box<Texts<'a>>),
}

impl<'a> Texts<'a> {
    fn new(array: &'a dyn Array, name: &str) -> Result<Self> {
        Ok(match array.data_type() {
            DataType::Utf8 => Self::Text(array.as_string()),
            DataType::LargeUtf8 => Self::Large(array.as_string()),
            DataType::Utf8View => Self::View(array.as_string_view()),
            DataType::Binary => Self::Bytes(array.as_binary()),
            DataType::Dictionary(..) => {
                let dictionary = array.as_any_dictionary();
                let values = Self::new(dictionary.values().as_ref(), name)?;
                let keys = match dictionary.keys().as_primitive_opt::<Int32Type>() {
                    Some(keys) => keys.values().iter().map(|&key| key as usize).collect(),
                    None if dictionary.values().is_empty() => vec![0; array.len()],
                    None => dictionary.normalized_keys(),
                };
                Self::Dictionary(array, keys, Box::new(values))
            }
            _ => return Err(wrong_type(name, array, "JSON as text")),
        })
    }

    /// The text of a row; none where it is null.
    fn text(&self, row: usize) -> Option<&'a [u8]> {
        match self {
            Self::Text(texts) => texts.is_valid(row).then(|| texts.value(row).as_bytes()),
            Self::Large(texts) => texts.is_valid(row).then(|| texts.value(row).as_bytes()),
            Self::View(texts) => texts.is_valid(row).then(|| texts.value(row).as_bytes()),
            Self::Bytes(texts) => texts.is_valid(row).then(|| texts.value(row)),
            Self::Dictionary(array, keys, values) => {
                array.is_valid(row).then(|| values.text(keys[row]))?
            }
        }
    }
}

impl<'a> JsonColumn<'a> {
    /// # Errors
    /// If the column holds no texts.
    pub(super) fn new(array: &'a dyn Array, name: &str) -> Result<Self> {
        Ok(Self {
            name: name.to_owned(),
            texts: Texts::new(array, name)?,
            rows: array.len(),
            paths: JsonPaths::default(),
            cells: Cells::default(),
            faults: Vec::new(),
        })
    }

    pub(super) fn add_inside(&mut self, fields: &str) -> usize {
        self.paths.add_inside(fields)
    }

    pub(super) fn add_entry(&mut self, key: &str) -> usize {
        self.paths.add_entry(key)
    }

    /// Takes all texts apart.
    pub(super) fn read(&mut self) {
        for row in 0..self.rows {
            let text = self.texts.text(row).unwrap_or(b"{}").trim_ascii();
            let text: &[u8] = if matches!(text, b"" | b"null") {
                b"{}"
            } else {
                text
            };
            if let Err(fault) = self.paths.append(text, &mut self.cells) {
                self.faults.push((row, fault));
            }
        }
    }

    /// What rows told of the field of a slot.
    pub(super) fn sightings(&self, slot: usize) -> u8 {
        self.cells.sightings(slot)
    }

    /// The value of a slot in a row, which has this number in the file.
    ///
    /// # Errors
    /// If the row is no JSON, or the value is an object or a list.
    #[inline]
    pub(super) fn value(&self, slot: usize, row: usize, line: u64) -> Result<Value<'_>> {
        if !self.faults.is_empty()
            && let Ok(at) = self.faults.binary_search_by_key(&row, |(row, _)| *row)
        {
            return Err(self.fault(line, &self.faults[at].1));
        }
        let value = self.cells.value(row * self.paths.slots() + slot);
        value.map_err(|fault| self.fault(line, &format!("holds a value that {fault}")))
    }

    #[cold]
    fn fault(&self, line: u64, fault: &str) -> Error {
        Error::Malformed {
            row: line,
            reason: format!("column {:?} {fault}", self.name),
        }
    }
}

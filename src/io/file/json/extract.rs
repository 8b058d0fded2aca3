//! One text, read for the values that paths ask of it.

use crate::io::file::json::cells::{Cell, Cells};
use crate::io::file::json::tree::{JsonPaths, Node};
use crate::io::seen::{INSIDE_NULL, INSIDE_OBJECT, THERE};
use serde::de::{
    DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor,
};
use std::fmt;

/// The fields of objects that hold the values of entries, in exports of GA4.
const TYPED: [&str; 4] = ["string_value", "int_value", "float_value", "double_value"];
impl JsonPaths {
    /// Reads the paths' values of one text.
    ///
    /// # Errors
    /// If the text is no JSON object, holds more behind it, or is nested deeper than 128 levels.
    /// The error does not repeat the text.
    pub(in crate::io) fn read<'de>(
        &self,
        text: &'de [u8],
        cells: &mut Cells<'de>,
    ) -> Result<(), String> {
        cells.clear();
        self.append(text, cells)
    }

    /// Like [`JsonPaths::read`], for a column of texts: the values go behind those of the texts
    /// before.
    pub(in crate::io) fn append<'de>(
        &self,
        text: &'de [u8],
        cells: &mut Cells<'de>,
    ) -> Result<(), String> {
        cells.begin(self.slots);
        let mut from = serde_json::Deserializer::from_slice(text);
        let root = Root {
            node: &self.root,
            cells,
        };
        let read = root.deserialize(&mut from).and_then(|()| from.end());
        read.map_err(|error| match error.classify() {
            serde_json::error::Category::Data => "is no JSON object".into(),
            serde_json::error::Category::Eof => {
                format!("is not JSON: {error}; a line holds one object")
            }
            _ => format!("is not JSON: {error}"),
        })
    }
}

/// The object of a whole text, or its key/value list.
struct Root<'p, 'c, 'de> {
    node: &'p Node,
    cells: &'c mut Cells<'de>,
}

impl<'de> DeserializeSeed<'de> for Root<'_, '_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Root<'_, '_, 'de> {
    type Value = ();

    fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        read_fields(self.node, self.cells, map).map(|_| ())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<(), A::Error> {
        if self.node.entries.is_empty() {
            return Err(A::Error::custom("a list"));
        }
        read_entries(self.node, self.cells, list).map(|_| ())
    }
}

/// A value at a place that is asked for.
struct Place<'p, 'c, 'de> {
    node: &'p Node,
    cells: &'c mut Cells<'de>,
}

impl<'de> DeserializeSeed<'de> for Place<'_, '_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        let cell = from.deserialize_any(Any {
            node: Some(self.node),
            cells: self.cells,
        })?;
        for &(slot, steps) in &self.node.slots {
            self.cells.see(slot, THERE);
            self.cells.set(slot, steps, &cell);
        }
        if matches!(cell, Cell::Missing) {
            // a field that is null says nothing of what it would hold
            self.node
                .each_inside(&mut |slot| self.cells.see(slot, INSIDE_NULL));
        } else {
            let cells = self.cells;
            self.node.each_field(|slot| cells.see(slot, INSIDE_OBJECT));
        }
        Ok(())
    }
}

/// The value of an entry of a key/value list.
struct EntryValue<'c, 'de>(&'c mut Cells<'de>);

impl<'de> DeserializeSeed<'de> for EntryValue<'_, 'de> {
    type Value = Cell<'de>;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Cell<'de>, D::Error> {
        from.deserialize_any(Any {
            node: None,
            cells: self.0,
        })
    }
}

/// Any value: what it is, while the fields inside go to their slots. Without a node it is the value
/// of an entry, which may be an object of a field for each type.
struct Any<'p, 'c, 'de> {
    node: Option<&'p Node>,
    cells: &'c mut Cells<'de>,
}

impl<'de> Visitor<'de> for Any<'_, '_, 'de> {
    type Value = Cell<'de>;

    fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str("any value")
    }

    fn visit_unit<E>(self) -> Result<Cell<'de>, E> {
        Ok(Cell::Missing)
    }

    fn visit_bool<E>(self, is: bool) -> Result<Cell<'de>, E> {
        Ok(Cell::Boolean(is))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Cell<'de>, E> {
        Ok(Cell::Integer(number))
    }

    /// A number beyond 63 bits is an identifier: its digits stay.
    fn visit_u64<E>(self, number: u64) -> Result<Cell<'de>, E> {
        Ok(match i64::try_from(number) {
            Ok(number) => Cell::Integer(number),
            Err(_) => self.cells.unescape(&number.to_string()),
        })
    }

    fn visit_f64<E>(self, number: f64) -> Result<Cell<'de>, E> {
        Ok(match number.abs() < u64::MAX as f64 {
            true => Cell::Number(number),
            false => Cell::Unusable("is a number of more than 64 bits, expected: a text"),
        })
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Cell<'de>, E> {
        Ok(Cell::Text(text))
    }

    fn visit_str<E>(self, text: &str) -> Result<Cell<'de>, E> {
        Ok(self.cells.unescape(text))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Cell<'de>, A::Error> {
        if let Some(node) = self.node {
            let is_empty = read_fields(node, self.cells, map)?;
            return Ok(unless_empty(
                is_empty,
                "is an object, expected: a text or a number",
            ));
        }
        let mut found = Cell::Missing;
        while let Some(is_typed) = map.next_key_seed(Name(|name: &str| TYPED.contains(&name)))? {
            if is_typed && matches!(found, Cell::Missing) {
                found = map.next_value_seed(EntryValue(self.cells))?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(found)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Cell<'de>, A::Error> {
        let is_empty = match self.node {
            Some(node) if !node.entries.is_empty() => read_entries(node, self.cells, list)?,
            _ => {
                let is_empty = list.next_element::<IgnoredAny>()?.is_none();
                while list.next_element::<IgnoredAny>()?.is_some() {}
                is_empty
            }
        };
        Ok(unless_empty(
            is_empty,
            "is a list, expected: a text or a number",
        ))
    }
}

/// Some languages write `{}` and `[]` where there is nothing.
fn unless_empty<'de>(is_empty: bool, what: &'static str) -> Cell<'de> {
    match is_empty {
        true => Cell::Missing,
        false => Cell::Unusable(what),
    }
}

/// Reads the fields that are asked for; returns whether there are none at all.
fn read_fields<'de, A: MapAccess<'de>>(
    node: &Node,
    cells: &mut Cells<'de>,
    mut map: A,
) -> Result<bool, A::Error> {
    let mut is_empty = true;
    let find = |name: &str| (node.field(name), node.entry(name));
    while let Some((field, entry)) = map.next_key_seed(Name(find))? {
        is_empty = false;
        match (field, entry) {
            (Some(node), _) => map.next_value_seed(Place { node, cells })?,
            (None, Some(entry)) => {
                let cell = map.next_value_seed(EntryValue(cells))?;
                set_entry(node, entry, &cell, cells);
            }
            (None, None) => {
                map.next_value::<IgnoredAny>()?;
            }
        }
    }
    Ok(is_empty)
}

/// Gives a value to every slot that asks for the key of an entry.
fn set_entry<'de>(node: &Node, entry: usize, cell: &Cell<'de>, cells: &mut Cells<'de>) {
    let key = &node.entries[entry].0;
    for (other, slot) in &node.entries {
        if other == key {
            cells.see(*slot, THERE);
            cells.set_first(*slot, cell);
        }
    }
}

/// Reads the entries of a key/value list; returns whether there are none at all.
fn read_entries<'de, A: SeqAccess<'de>>(
    node: &Node,
    cells: &mut Cells<'de>,
    mut list: A,
) -> Result<bool, A::Error> {
    let mut is_empty = true;
    while list.next_element_seed(Entry { node, cells })?.is_some() {
        is_empty = false;
    }
    Ok(is_empty)
}

/// One entry `{"key": "source", "value": {"string_value": "google"}}`, in any order, the value also
/// plain or its typed fields beside the key.
struct Entry<'p, 'c, 'de> {
    node: &'p Node,
    cells: &'c mut Cells<'de>,
}

impl<'de> DeserializeSeed<'de> for Entry<'_, '_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_any(self)
    }
}

/// The part of an entry that a field holds.
#[derive(Clone, Copy)]
enum Part {
    Key,
    Value,
    Other,
}

impl<'de> Visitor<'de> for Entry<'_, '_, 'de> {
    type Value = ();

    fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str("an entry with a key and a value")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let part = |name: &str| match name {
            "key" | "name" => Part::Key,
            "value" => Part::Value,
            name if TYPED.contains(&name) => Part::Value,
            _ => Part::Other,
        };
        let (mut entry, mut value) = (None, Cell::Missing);
        while let Some(part) = map.next_key_seed(Name(part))? {
            match part {
                Part::Key => entry = map.next_value_seed(Name(|key: &str| self.node.entry(key)))?,
                Part::Value if matches!(value, Cell::Missing) => {
                    value = map.next_value_seed(EntryValue(self.cells))?;
                }
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        if let Some(entry) = entry {
            set_entry(self.node, entry, &value, self.cells);
        }
        Ok(())
    }
}

/// A name or key, as what a function makes of it.
struct Name<F>(F);

impl<'de, T, F: FnOnce(&str) -> T> DeserializeSeed<'de> for Name<F> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<T, D::Error> {
        from.deserialize_str(self)
    }
}

impl<T, F: FnOnce(&str) -> T> Visitor<'_> for Name<F> {
    type Value = T;

    fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str("a name")
    }

    fn visit_str<E>(self, name: &str) -> Result<T, E> {
        Ok(self.0(name))
    }
}

//! The values that paths ask of one JSON object, without a tree of the rest.

use crate::io::record::{FieldPath, Value};
use serde::de::{
    DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor,
};
use std::fmt;
use std::ops::Range;

/// The most points of a path each of which may separate fields or belong to a name.
const POINTS: usize = 6;

/// The fields of objects that hold the values of entries, in exports of GA4.
const TYPED: [&str; 4] = ["string_value", "int_value", "float_value", "double_value"];

/// The paths that are asked for, as a tree of fields.
#[derive(Debug, Default)]
pub(in crate::io) struct JsonPaths {
    root: Node,
    slots: usize,
}

/// What is asked for at one place of an object.
#[derive(Debug, Default)]
struct Node {
    fields: Vec<(String, Node)>,
    /// The slots of the value here, each with the number of steps of its path: where a path can be
    /// read in several ways, that of the fewest steps holds.
    slots: Vec<(usize, u8)>,
    /// The keys whose values are asked for, where this is a key/value list.
    entries: Vec<(String, usize)>,
}

impl JsonPaths {
    /// Adds a path into the object; returns its slot.
    pub(super) fn add(&mut self, path: &FieldPath) -> usize {
        let slot = self.slots;
        self.slots += 1;
        if let Some((list, key)) = path.entry() {
            self.root.add(list, 1, &mut |node, _| {
                node.entries.push((key.to_owned(), slot))
            });
        }
        self.add_fields(&path.text, slot);
        slot
    }

    /// Adds fields inside the object, joined by points; returns their slot.
    pub(in crate::io) fn add_inside(&mut self, fields: &str) -> usize {
        let slot = self.slots;
        self.slots += 1;
        self.add_fields(fields, slot);
        slot
    }

    /// Adds a key, where the text is a key/value list; returns its slot.
    pub(in crate::io) fn add_entry(&mut self, key: &str) -> usize {
        let slot = self.slots;
        self.slots += 1;
        self.root.entries.push((key.to_owned(), slot));
        slot
    }

    fn add_fields(&mut self, fields: &str, slot: usize) {
        self.root
            .add(fields, 1, &mut |node, steps| node.slots.push((slot, steps)));
    }

    /// Reads the paths' values of one text.
    ///
    /// # Errors
    /// If the text is no JSON object, holds more behind it, or is nested deeper than 128 levels.
    /// The error does not repeat the text.
    pub(super) fn read<'de>(&self, text: &'de [u8], cells: &mut Cells<'de>) -> Result<(), String> {
        cells.clear();
        self.append(text, cells)
    }

    /// The number of slots.
    #[cfg(feature = "parquet")]
    pub(in crate::io) fn slots(&self) -> usize {
        self.slots
    }

    /// Like [`JsonPaths::read`], for a column of texts: the values go behind those of the texts
    /// before.
    pub(in crate::io) fn append<'de>(
        &self,
        text: &'de [u8],
        cells: &mut Cells<'de>,
    ) -> Result<(), String> {
        cells.base = cells.cells.len();
        cells
            .cells
            .resize(cells.base + self.slots, (Cell::Missing, u8::MAX));
        let mut from = serde_json::Deserializer::from_slice(text);
        let root = Root {
            node: &self.root,
            cells,
        };
        let read = root.deserialize(&mut from).and_then(|()| from.end());
        read.map_err(|error| match error.classify() {
            serde_json::error::Category::Data => "is no JSON object".into(),
            _ => format!("is not JSON: {error}"),
        })
    }
}

impl Node {
    /// Calls `take` with the place of each reading of a path: `a.b` is `b` inside `a`, or one name.
    fn add(&mut self, path: &str, steps: u8, take: &mut impl FnMut(&mut Self, u8)) {
        take(self.child(path), steps);
        let points = path.match_indices('.');
        let readings = if path.matches('.').count() > POINTS {
            1
        } else {
            POINTS
        };
        for (point, _) in points.take(readings) {
            let child = self.child(&path[..point]);
            child.add(&path[point + 1..], steps.saturating_add(1), take);
        }
    }

    fn child(&mut self, name: &str) -> &mut Self {
        let at = self.fields.iter().position(|(other, _)| other == name);
        let at = at.unwrap_or_else(|| {
            self.fields.push((name.to_owned(), Self::default()));
            self.fields.len() - 1
        });
        &mut self.fields[at].1
    }

    fn field(&self, name: &str) -> Option<&Self> {
        let found = self.fields.iter().find(|(other, _)| other == name);
        found.map(|(_, node)| node)
    }

    fn entry(&self, key: &str) -> Option<usize> {
        self.entries.iter().position(|(other, _)| other == key)
    }
}

/// The values found, by slot.
#[derive(Debug, Default)]
pub(in crate::io) struct Cells<'de> {
    cells: Vec<(Cell<'de>, u8)>,
    /// Where the slots of the text at hand begin.
    base: usize,
    /// Texts that the JSON has with escapes.
    unescaped: String,
}

/// One value.
#[derive(Debug, Clone, Default)]
enum Cell<'de> {
    #[default]
    Missing,
    Text(&'de str),
    Unescaped(Range<usize>),
    Integer(i64),
    Number(f64),
    Boolean(bool),
    /// An object or a list that is not empty, or a number too large to be known exactly.
    Unusable(&'static str),
}

impl<'de> Cells<'de> {
    /// The same memory for another text.
    pub(super) fn recycled<'other>(mut self) -> Cells<'other> {
        self.cells.clear();
        self.unescaped.clear();
        Cells {
            cells: self.cells.into_iter().map(|_| (Cell::Missing, 0)).collect(),
            base: 0,
            unescaped: self.unescaped,
        }
    }

    fn clear(&mut self) {
        self.cells.clear();
        self.unescaped.clear();
    }

    /// The value of a slot, counted from the first text's.
    ///
    /// # Errors
    /// If it is an object, a list or a number too large.
    pub(in crate::io) fn value(&self, slot: usize) -> Result<Value<'_>, &'static str> {
        let Some((cell, _)) = self.cells.get(slot) else {
            return Ok(Value::Missing);
        };
        Ok(match cell {
            Cell::Missing => Value::Missing,
            Cell::Text(text) => Value::Text(text),
            Cell::Unescaped(range) => Value::Text(&self.unescaped[range.clone()]),
            Cell::Integer(number) => Value::Integer(*number),
            Cell::Number(number) => Value::Number(*number),
            Cell::Boolean(is) => Value::Boolean(*is),
            Cell::Unusable(what) => return Err(what),
        })
    }

    /// Keeps a value where the slot has none of fewer steps.
    fn set(&mut self, slot: usize, steps: u8, cell: &Cell<'de>) {
        if let Some(held) = self.cells.get_mut(self.base + slot)
            && (steps <= held.1 || matches!(held.0, Cell::Missing))
            && !matches!(cell, Cell::Missing)
        {
            *held = (cell.clone(), steps);
        }
    }

    /// Keeps the first value of a key.
    fn set_first(&mut self, slot: usize, cell: &Cell<'de>) {
        if matches!(self.cells.get(self.base + slot), Some((Cell::Missing, _))) {
            self.set(slot, 1, cell);
        }
    }

    fn unescape(&mut self, text: &str) -> Cell<'de> {
        let start = self.unescaped.len();
        self.unescaped.push_str(text);
        Cell::Unescaped(start..self.unescaped.len())
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
            self.cells.set(slot, steps, &cell);
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

#[cfg(test)]
mod tests {
    use super::*;

    fn read(paths: &[&str], text: &str) -> Result<Vec<String>, String> {
        let mut tree = JsonPaths::default();
        for path in paths {
            tree.add(&FieldPath::new(*path));
        }
        let mut cells = Cells::default();
        tree.read(text.as_bytes(), &mut cells)?;
        let show = |slot| match cells.value(slot) {
            Ok(value) => format!("{value:?}"),
            Err(fault) => format!("({fault})"),
        };
        Ok((0..paths.len()).map(show).collect())
    }

    fn one(path: &str, text: &str) -> String {
        read(&[path], text).unwrap().remove(0)
    }

    #[test]
    fn values_by_path() {
        let text = r#"{"person":"ann","n":5,"x":-1.5e2,"ok":true,"none":null,
            "geo":{"country":"FR","city":{"name":"Paris"}},"big":18446744073709551615,
            "a.b":1,"a":{"b":2,"c":"\u00e9\n"},"e":{},"l":[]}"#;
        let paths = [
            "person",
            "n",
            "x",
            "ok",
            "none",
            "geo.country",
            "geo.city.name",
            "big",
        ];
        assert_eq!(
            read(&paths, text).unwrap(),
            [
                "Text(\"ann\")",
                "Integer(5)",
                "Number(-150.0)",
                "Boolean(true)",
                "Missing",
                "Text(\"FR\")",
                "Text(\"Paris\")",
                "Text(\"18446744073709551615\")",
            ]
        );
        assert_eq!(
            one("a.b", text),
            "Integer(1)",
            "a name with a point comes first"
        );
        assert_eq!(one("a.c", text), "Text(\"é\\n\")");
        assert_eq!(
            one("geo", text),
            "(is an object, expected: a text or a number)"
        );
        for missing in ["e", "l", "z", "geo.z", "person.z", "e.z"] {
            assert_eq!(one(missing, text), "Missing", "{missing}");
        }
        assert_eq!(
            one("x", r#"{"x":1e30}"#),
            "(is a number of more than 64 bits, expected: a text)"
        );
        assert_eq!(one("x", r#"{"x":1,"x":2}"#), "Integer(2)");
    }

    #[test]
    fn values_by_key() {
        let text = r#"{"event_params":[
            {"key":"source","value":{"string_value":"google","int_value":null}},
            {"value":{"string_value":null,"int_value":"123"},"key":"ga_session_id"},
            {"key":"engaged","value":{"int_value":1}},
            {"key":"plain","value":"x"},
            {"key":"source","value":{"string_value":"later"}},
            {"key":"flat","double_value":0.5}, null],
            "user":{"plan":"pro"}}"#;
        let keys = [
            "param:source",
            "param:ga_session_id",
            "param:engaged",
            "param:plain",
        ];
        assert_eq!(
            read(&keys, text).unwrap(),
            [
                "Text(\"google\")",
                "Text(\"123\")",
                "Integer(1)",
                "Text(\"x\")"
            ]
        );
        assert_eq!(one("event_params:flat", text), "Number(0.5)");
        assert_eq!(one("user:plan", text), "Text(\"pro\")");
        assert_eq!(one("param:none", text), "Missing");
        assert_eq!(
            read(&["param:source", "param:source"], text).unwrap()[1],
            "Text(\"google\")"
        );
    }

    #[test]
    fn bad_texts_are_named_without_their_content() {
        let fault = |text: &str| read(&["a"], text).unwrap_err();
        for text in ["\"ann@example.com\"", "5", "null", "[{\"a\":1}]"] {
            assert_eq!(fault(text), "is no JSON object", "{text}");
        }
        for text in [
            "",
            "{",
            "{\"a\":}",
            "{\"a\":1}x",
            "{\"a\":NaN}",
            "{\"a\":1e999}",
        ] {
            assert!(fault(text).starts_with("is not JSON: "), "{text}");
        }
        let deep = format!("{{\"a\":{}", "[".repeat(100_000));
        assert!(fault(&deep).starts_with("is not JSON: "));
        let deep = format!("{{\"b\":{}", "[".repeat(100_000));
        assert!(fault(&deep).starts_with("is not JSON: "));
        let nested = ["a"; 200].join(".");
        assert!(read(&[&nested], "{}").is_ok());
    }
}

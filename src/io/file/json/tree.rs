//! The paths that are asked for, as a tree of fields.

use crate::io::record::FieldPath;

/// The most points of a path each of which may separate fields or belong to a name.
const POINTS: usize = 6;

/// The paths that are asked for, as a tree of fields.
#[derive(Debug, Default)]
pub(in crate::io) struct JsonPaths {
    pub(super) root: Node,
    /// How many there are.
    pub(super) slots: usize,
}

/// What is asked for at one place of an object.
#[derive(Debug, Default)]
pub(super) struct Node {
    fields: Vec<(String, Node)>,
    /// The slots of the value here, each with the number of steps of its path: where a path can be
    /// read in several ways, that of the fewest steps holds.
    pub(super) slots: Vec<(usize, u8)>,
    /// The keys whose values are asked for, where this is a key/value list.
    pub(super) entries: Vec<(String, usize)>,
}

impl JsonPaths {
    /// Adds a path into the object; returns its slot.
    pub(in crate::io) fn add(&mut self, path: &FieldPath) -> usize {
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

    /// The number of slots.
    #[cfg(feature = "parquet")]
    pub(in crate::io) fn slots(&self) -> usize {
        self.slots
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

    pub(super) fn field(&self, name: &str) -> Option<&Self> {
        let found = self.fields.iter().find(|(other, _)| other == name);
        found.map(|(_, node)| node)
    }

    /// Shows the slots of all that is asked for inside this place.
    pub(super) fn each_inside(&self, show: &mut impl FnMut(usize)) {
        self.entries.iter().for_each(|(_, slot)| show(*slot));
        for (_, node) in &self.fields {
            node.slots.iter().for_each(|(slot, _)| show(*slot));
            node.each_inside(show);
        }
    }

    /// Shows the slots of the fields of this place itself.
    pub(super) fn each_field(&self, show: impl FnMut(usize)) {
        let fields = self.fields.iter().flat_map(|(_, node)| &node.slots);
        fields.map(|(slot, _)| *slot).for_each(show);
    }

    pub(super) fn entry(&self, key: &str) -> Option<usize> {
        self.entries.iter().position(|(other, _)| other == key)
    }
}

//! Conditions on the values of a row.

use crate::channel::{Condition, Pattern};
use crate::error::Result;
use crate::io::mapping::slot::Slot;
use crate::io::record::Value;

/// A condition made ready.
#[derive(Debug)]
pub(super) struct CompiledCondition {
    /// For reports: the condition as written.
    pub(super) text: String,
    block: Block,
}

/// Fields that must match one of their patterns, and blocks of which one or none must hold.
#[derive(Debug)]
struct Block {
    fields: Vec<(Slot, Vec<Pattern>)>,
    any: Option<Vec<Block>>,
    not: Vec<Block>,
}

impl CompiledCondition {
    /// # Errors
    /// If a pattern is unusable.
    pub(super) fn new(condition: &Condition, mut slot: impl FnMut(&str) -> Slot) -> Result<Self> {
        Ok(Self {
            text: serde_json::to_string(condition).unwrap_or_default(),
            block: Block::new(condition, &mut slot)?,
        })
    }

    pub(super) fn holds(&self, row: &[Value<'_>]) -> bool {
        self.block.holds(row)
    }

    /// The columns that it asks about.
    pub(super) fn slots(&self) -> Vec<&Slot> {
        let mut slots = Vec::new();
        self.block.add_slots(&mut slots);
        slots
    }
}

impl Block {
    fn new(condition: &Condition, slot: &mut dyn FnMut(&str) -> Slot) -> Result<Self> {
        let mut fields = Vec::new();
        for (name, patterns) in condition.fields() {
            let about = format!("a condition on {name}");
            let patterns = patterns
                .iter()
                .map(|pattern| Pattern::new(&about, pattern, true));
            fields.push((slot(name), patterns.collect::<Result<_>>()?));
        }
        let mut blocks = |blocks: &[Condition]| -> Result<Vec<Self>> {
            blocks.iter().map(|block| Self::new(block, slot)).collect()
        };
        Ok(Self {
            fields,
            any: condition.any().map(&mut blocks).transpose()?,
            not: blocks(condition.not())?,
        })
    }

    fn add_slots<'s>(&'s self, slots: &mut Vec<&'s Slot>) {
        slots.extend(self.fields.iter().map(|(slot, _)| slot));
        let blocks = self.any.iter().flatten().chain(&self.not);
        blocks.for_each(|block| block.add_slots(slots));
    }

    fn holds(&self, row: &[Value<'_>]) -> bool {
        let matches = |(slot, patterns): &(Slot, Vec<Pattern>)| {
            let text = slot.text(row);
            let text = text.trim();
            patterns.iter().any(|pattern| pattern.matches(text))
        };
        let holds = |block: &Self| block.holds(row);
        self.fields.iter().all(matches)
            && self.any.as_ref().is_none_or(|any| any.iter().any(holds))
            && !self.not.iter().any(holds)
    }
}

//! Rows that stand in columns. What follows from the decisive columns is decided once for all rows of
//! a batch that say the same there; only the other columns are read row by row.
//!
//! ```text
//! event      source  medium  page | person  time   session
//! start      google  cpc     /    | ann     09:15  17      decided: a touch of Paid Search
//! start      google  cpc     /    | bob     09:16  18      the same again
//! page_view  google  cpc     /    | bob     09:17  18      decided: ..
//! ```

use crate::error::Result;
use crate::io::arrow::rows::BatchRows;
use crate::io::mapping::conditions::CompiledCondition;
use crate::io::mapping::decision::Decision;
use crate::io::mapping::layout::{Layout, Rule};
use crate::io::mapping::mapper::Mapper;
use crate::io::mapping::slot::Slot;

impl Mapper<'_> {
    /// Takes the rows of a batch. Gives what [`Mapper::take`] gives of each in turn.
    ///
    /// # Errors
    /// If a row cannot be read and bad rows are refused, or a table of the log is full.
    pub(super) fn take_batch(&mut self, rows: &BatchRows<'_>) -> Result<()> {
        let decisive = rows.select(&decisive(self.keeper.layout));
        let stated = rows.select(&stated(self.keeper.layout));
        let (Some(decisive), Some(stated)) = (decisive, stated) else {
            return rows.each(&mut |line, row| self.take(line, row));
        };
        let Some(shapes) = rows.shapes(&decisive) else {
            return rows.each(&mut |line, row| self.take(line, row));
        };
        let mut decisions: Vec<Option<Decision<'static>>> = Vec::new();
        decisions.resize_with(shapes.len(), || None);
        let mut values = rows.blank();
        for row in 0..rows.len() {
            let (line, decision) = (rows.line(row), &mut decisions[shapes.of(row)]);
            if decision.is_none() {
                rows.fill(&decisive, row, &mut values);
                let events = &self.keeper.rows.events;
                match self.decider.decide(events, line, &values) {
                    Ok(decided) => *decision = Some(decided.into_owned()),
                    Err(error) => self.count(Err(error))?,
                }
            }
            if let Some(decision) = decision {
                rows.fill(&stated, row, &mut values);
                let taken = self.keeper.keep(line, &values, decision);
                self.count(taken)?;
            }
        }
        Ok(())
    }
}

/// Which paths decide what is made of a row: those that [`Decider`] reads.
///
/// [`Decider`]: crate::io::mapping::decision::Decider
fn decisive(layout: &Layout) -> Vec<bool> {
    let tags = layout.tags.slots().into_iter().chain(&layout.tags.further);
    let drops = layout.drops.iter().flat_map(CompiledCondition::slots);
    let slots = [&layout.event, &layout.channel].into_iter();
    paths_of(layout, slots.chain(tags).chain(drops))
}

/// Which paths say what a row that is kept states: all that [`Keeper`] reads.
///
/// [`Keeper`]: crate::io::mapping::mapper::Keeper
fn stated(layout: &Layout) -> Vec<bool> {
    let slots = [
        &layout.person,
        &layout.time.slot,
        &layout.value.slot,
        &layout.cost.slot,
        &layout.currency,
        &layout.order,
        &layout.goal,
        &layout.interaction,
        &layout.place,
    ];
    let texts = layout.texts.iter().map(|(_, slot)| slot);
    let rules = layout.rules.iter().flat_map(Rule::slots);
    let slots = slots.into_iter().chain(texts).chain(&layout.same);
    paths_of(layout, slots.chain(rules))
}

fn paths_of<'s>(layout: &Layout, slots: impl Iterator<Item = &'s Slot>) -> Vec<bool> {
    let mut is_path = vec![false; layout.paths.len()];
    slots
        .flat_map(Slot::places)
        .for_each(|&path| is_path[path] = true);
    is_path
}

#[cfg(test)]
mod tests;

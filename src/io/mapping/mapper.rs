//! Rows of a file, mapped to events.

use crate::channel::GroupCodes;
use crate::error::Result;
use crate::event::details::NO_TEXT;
use crate::event::{Events, Kind, unknown_person};
use crate::io::mapping::decision::{Decider, Decision, Kept};
use crate::io::mapping::layout::Layout;
use crate::io::mapping::origin::Origin;
use crate::io::mapping::rows::{MappedRows, Mark, RowOrigin};
use crate::io::mapping::statement::{Reader, Statement};
use crate::io::mapping::tolerance::BadRows;
use crate::io::record::Value;
use crate::util::blanks::trimmed;
use crate::util::interner::Interner;

/// Maps the rows of one piece of a file.
pub(super) struct Mapper<'a> {
    bad_rows: BadRows,
    pub(super) decider: Decider<'a>,
    pub(super) keeper: Keeper<'a>,
}

impl<'a> Mapper<'a> {
    /// A mapper that fills an empty log.
    pub(super) fn new(layout: &'a Layout, bad_rows: BadRows, events: Events) -> Self {
        Self {
            bad_rows,
            decider: Decider::new(layout),
            keeper: Keeper {
                layout,
                reader: Reader::new(layout, events.placeholders().clone()),
                rows: MappedRows::new(events),
            },
        }
    }

    pub(super) fn into_rows(self) -> MappedRows {
        self.keeper.rows
    }

    /// Takes a row of the file, or what is wrong with it.
    ///
    /// # Errors
    /// If the row cannot be read and bad rows are refused, or a table of the log is full.
    pub(super) fn take(&mut self, line: u64, row: Result<&[Value<'_>]>) -> Result<()> {
        let taken = row.and_then(|row| {
            let mut decision = self.decider.decide(&self.keeper.rows.events, line, row)?;
            self.keeper.keep(line, row, &mut decision)
        });
        self.count(taken)
    }

    /// Counts a row that was taken, or skips what is wrong with it.
    ///
    /// # Errors
    /// If the row could not be read and bad rows are refused.
    pub(super) fn count(&mut self, taken: Result<()>) -> Result<()> {
        let tally = &mut self.keeper.rows.tally;
        tally.rows += 1;
        match taken {
            Err(error) if self.bad_rows != BadRows::Refuse && error.row().is_some() => {
                tally.skipped.add(error);
                Ok(())
            }
            result => result,
        }
    }
}

/// Keeps what rows state.
pub(super) struct Keeper<'a> {
    pub(super) layout: &'a Layout,
    reader: Reader<'a>,
    pub(super) rows: MappedRows,
}

impl Keeper<'_> {
    /// Does with a row what was decided.
    ///
    /// # Errors
    /// If a value of the row cannot be used, or a table of the log is full.
    pub(super) fn keep(
        &mut self,
        line: u64,
        row: &[Value<'_>],
        decision: &mut Decision<'_>,
    ) -> Result<()> {
        let MappedRows { tally, events, .. } = &mut self.rows;
        match decision {
            Decision::Kept(kept) => return self.keep_events(line, row, kept),
            Decision::Dropped(condition) => tally.dropped.add(&self.layout.drops[*condition].text),
            Decision::PassedOver(event) => tally.passed_over.add(event.trim()),
            Decision::Counted(kind) => events.ignore(*kind),
            Decision::WithoutSource => tally.without_source += 1,
            Decision::Unassigned => tally.unassigned += 1,
        }
        Ok(())
    }

    /// Reads all that the row states before it keeps any of it, so that a row is kept whole or not
    /// at all.
    fn keep_events(&mut self, line: u64, row: &[Value<'_>], kept: &mut Kept<'_>) -> Result<()> {
        let (layout, rows) = (self.layout, &mut self.rows);
        let (at, kind) = (kept.rule, kept.kind);
        let rule = layout.rules.get(at);
        let mut stated = self.reader.read(line, row, rule, kind)?;
        let mut conversion = self.reader.conversion(line, row, at, &stated)?;
        stated.person = self.reader.person(line, row, &mut rows.events)?;
        let mark = self.reader.mark(at, row);
        rows.tally.used += 1;
        if let Some(origin) = &mut kept.origin {
            let session = self.reader.session(rule, row);
            let from = RowOrigin {
                session,
                ..mark.from
            };
            let mark = Mark { from, ..mark };
            push_touch(layout, rows, row, &stated, origin, mark)?;
        }
        if kind != Kind::Touch {
            push_other(layout, rows, row, &stated, mark)?;
        }
        if let Some((conversion, mark)) = &mut conversion {
            conversion.person = stated.person;
            push_other(layout, rows, row, conversion, *mark)?;
        }
        let conversion = conversion.iter().map(|(conversion, _)| conversion);
        for stated in conversion.chain([&stated]) {
            if let Some([value, cost]) = stated.amounts {
                rows.tally.amount(&layout.currency.text(row), value, cost);
            }
        }
        Ok(())
    }
}

fn push_touch(
    layout: &Layout,
    rows: &mut MappedRows,
    row: &[Value<'_>],
    stated: &Statement<'_>,
    origin: &mut Origin<'_>,
    mark: Mark,
) -> Result<()> {
    rows.tally.stated += 1;
    if !origin.is_matched {
        rows.tally.unmatched.add(&origin.source_medium);
    }
    let events = &mut rows.events;
    let Some(person) = stated.person else {
        events.leave_out(Kind::Touch, stated.time, &origin.channel, stated.cost);
        return Ok(());
    };
    let GroupCodes { channel, levels } = origin_codes(events, origin)?;
    push_texts(layout, events, row, levels)?;
    let (time, met, cost) = (stated.time, stated.interaction, stated.cost);
    events.push_row(person, time, channel, Kind::Touch, met, cost, None);
    events.push_fraction(stated.nanoseconds);
    // an order that counts once may well have been met by two touches
    let once = if stated.kind == Kind::Touch {
        mark.once
    } else {
        0
    };
    let from = RowOrigin {
        is_touch: true,
        ..mark.from
    };
    rows.marks.push(Mark { once, from, ..mark });
    Ok(())
}

/// The numbers of an origin's texts: looked up once for each group of visits.
fn origin_codes(events: &mut Events, origin: &mut Origin<'_>) -> Result<GroupCodes> {
    let codes = origin.codes.get_mut();
    if let Some(codes) = codes {
        return Ok(*codes);
    }
    let channel = events.intern_channel(&origin.channel)?;
    let levels = level_codes(events, [&origin.source_medium, &origin.campaign])?;
    Ok(*codes.insert(GroupCodes { channel, levels }))
}

/// The numbers of the texts of the levels below the channel.
fn level_codes(events: &mut Events, levels: [&str; 2]) -> Result<[u32; 2]> {
    let mut codes = [0; 2];
    for ((column, level), code) in events.text_columns_mut().zip(levels).zip(&mut codes) {
        *code = column.texts.intern(level)?;
    }
    Ok(codes)
}

fn push_other(
    layout: &Layout,
    rows: &mut MappedRows,
    row: &[Value<'_>],
    stated: &Statement<'_>,
    mark: Mark,
) -> Result<()> {
    rows.tally.stated += 1;
    let (goal, order, place) = (stated.goal.trim(), stated.order.trim(), stated.place.trim());
    let events = &mut rows.events;
    let person = match stated.person {
        Some(person) => person,
        None if stated.kind == Kind::Conversion => {
            events.count_unknown(Kind::Conversion, stated.time);
            unknown_person(stated.time, stated.value, [place, goal, order])
        }
        None => {
            events.leave_out(stated.kind, stated.time, place, 0.0);
            return Ok(());
        }
    };
    let channel = events.intern_channel(place)?;
    let goal = optional(goal, events.goals_mut(stated.kind))?;
    let order = optional(order, events.orders_mut())?;
    let levels = level_codes(events, ["", ""])?;
    push_texts(layout, events, row, levels)?;
    let sale = Some((stated.value, goal, order));
    events.push_row(person, stated.time, channel, stated.kind, None, 0.0, sale);
    events.push_fraction(stated.nanoseconds);
    rows.marks.push(mark);
    Ok(())
}

/// Fills the named columns of the next row: the levels below the channel, then further texts.
fn push_texts(
    layout: &Layout,
    events: &mut Events,
    row: &[Value<'_>],
    levels: [u32; 2],
) -> Result<()> {
    let mut columns = events.text_columns_mut();
    // levels first: the one that ends must not have taken a column
    for (level, column) in levels.into_iter().zip(columns.by_ref()) {
        column.codes.push(level);
    }
    for (column, (_, slot)) in columns.zip(&layout.texts) {
        let code = column.texts.intern(trimmed(&slot.text(row)))?;
        column.codes.push(code);
    }
    Ok(())
}

fn optional(text: &str, table: &mut Interner) -> Result<u32> {
    if text.is_empty() {
        Ok(NO_TEXT)
    } else {
        table.intern(text)
    }
}

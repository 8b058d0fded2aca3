//! The names a builder has seen, as tables of texts.

use crate::channel::ChannelNames;
use crate::error::Result;
use crate::event::person::{PersonTable, plain_number};
use crate::journeys::build::names::Names;
use crate::journeys::state::reader::{StateReader, damaged};
use crate::journeys::state::writer::StateWriter;
use crate::util::interner::Interner;
use std::io::{Read, Write};

pub(super) fn write<W: Write>(names: &Names, writer: &mut StateWriter<W>) -> Result<()> {
    let Names {
        people,
        channels,
        places,
        goals,
        orders,
        segments,
        labels,
    } = names;
    writer.texts(people.all_texts())?;
    writer.texts(channels.iter())?;
    writer.texts(places.iter())?;
    [goals, orders, segments, labels]
        .into_iter()
        .try_for_each(|table| writer.texts(table.iter()))
}

pub(super) fn read<R: Read>(reader: &mut StateReader<R>) -> Result<Names> {
    Ok(Names {
        people: people(reader)?,
        channels: channels(reader)?,
        places: channels(reader)?,
        goals: texts(reader)?,
        orders: texts(reader)?,
        segments: texts(reader)?,
        labels: texts(reader)?,
    })
}

fn people<R: Read>(reader: &mut StateReader<R>) -> Result<PersonTable> {
    let mut table = PersonTable::default();
    reader.texts(|number, text| {
        if text.is_empty() || plain_number(text.as_bytes()).is_some() {
            return Err(damaged(format!("{text:?} is among the texts of persons")));
        }
        let code = table.text(text)?;
        once(PersonTable::text_of(code) == Some(number as usize), text)
    })?;
    Ok(table)
}

/// Channels, or places of sale.
fn channels<R: Read>(reader: &mut StateReader<R>) -> Result<ChannelNames> {
    let mut table = ChannelNames::default();
    reader.texts(|number, text| {
        let id = table.id(text)?;
        once(id.index() == number as usize && !text.is_empty(), text)
    })?;
    Ok(table)
}

fn texts<R: Read>(reader: &mut StateReader<R>) -> Result<Interner> {
    let mut table = Interner::default();
    reader.texts(|number, text| once(table.intern(text)? == number, text))?;
    Ok(table)
}

/// Fails unless a text of a table stands there for the first time.
fn once(first: bool, text: &str) -> Result<()> {
    if first {
        Ok(())
    } else {
        Err(damaged(format!("{text:?} stands twice in a table")))
    }
}

//! The rows of a batch, column by column.

use crate::channel::ChannelId;
use crate::error::Result;
use crate::event::details::NO_TEXT;
use crate::event::person::PersonTable;
use crate::journeys::build::codes::PersonCodes;
use crate::journeys::build::names::Names;
use crate::journeys::build::partition::{
    PARTITIONS, PartitionedRows, SaleRow, offsets, partition_of,
};
use crate::journeys::options::JourneyOptions;
use crate::journeys::state::reader::{StateReader, damaged};
use crate::journeys::state::writer::StateWriter;
use crate::time::limits::LARGEST;
use crate::util::interner::Interner;
use std::io::{Read, Write};

/// How persons' codes are stored: as distances from the least one, or as they are.
const NEAR: u64 = 1;
const FAR: u64 = 2;

/// Stands for no second.
const NEVER: u64 = u64::MAX;

pub(super) fn write<W: Write>(batch: &PartitionedRows, writer: &mut StateWriter<W>) -> Result<()> {
    let PartitionedRows {
        person,
        time,
        channel,
        cost,
        interaction,
        segment,
        label,
        fraction,
        offsets: _,
        sales,
        sale_offsets: _,
        returns,
        return_offsets: _,
        last,
    } = batch;
    match person {
        PersonCodes::Near { least, distances } => {
            writer.number(NEAR)?;
            writer.number(*least)?;
            writer.cells(distances)?;
        }
        PersonCodes::Far(codes) => {
            writer.number(FAR)?;
            writer.cells(codes)?;
        }
    }
    writer.cells(time)?;
    writer.cells(channel)?;
    writer.cells(cost)?;
    writer.cells(interaction)?;
    writer.cells(segment)?;
    writer.cells(label)?;
    writer.cells(fraction)?;
    write_sales(sales, writer)?;
    write_sales(returns, writer)?;
    writer.number(last.map_or(NEVER, u64::from))
}

fn write_sales<W: Write>(sales: &[SaleRow], writer: &mut StateWriter<W>) -> Result<()> {
    writer.column(sales.iter().map(|sale| sale.person))?;
    writer.column(sales.iter().map(|sale| sale.time))?;
    writer.column(sales.iter().map(|sale| sale.fraction))?;
    writer.column(sales.iter().map(|sale| sale.place))?;
    writer.column(sales.iter().map(|sale| sale.goal))?;
    writer.column(sales.iter().map(|sale| sale.order))?;
    writer.column(sales.iter().map(|sale| sale.segment))?;
    writer.column(sales.iter().map(|sale| sale.value))
}

/// A batch whose codes are those of `names`. Format 1 has no fractions of seconds.
pub(super) fn read<R: Read>(
    reader: &mut StateReader<R>,
    format: u32,
    names: &Names,
    options: &JourneyOptions,
) -> Result<PartitionedRows> {
    let mut batch = PartitionedRows {
        person: read_persons(reader)?,
        time: reader.column()?,
        channel: reader.column()?,
        cost: reader.column()?,
        interaction: reader.column()?,
        segment: reader.column()?,
        label: reader.column()?,
        fraction: fractions(reader, format)?,
        sales: read_sales(reader, format)?,
        returns: read_sales(reader, format)?,
        last: match reader.number()? {
            NEVER => None,
            second => Some(u32::try_from(second).map_err(|_| damaged("a second is none"))?),
        },
        ..PartitionedRows::default()
    };
    check_lengths(&batch, options)?;
    check_touches(&batch, names)?;
    check_sales(&batch.sales, names, options)?;
    check_sales(&batch.returns, names, options)?;
    let touched = (0..batch.time.len()).map(|row| batch.person.get(row));
    batch.offsets = partitions(touched, names)?;
    batch.sale_offsets = partitions(batch.sales.iter().map(|sale| sale.person), names)?;
    if !batch.returns.is_empty() {
        let returned = batch.returns.iter().map(|each| each.person);
        batch.return_offsets = partitions(returned, names)?;
    }
    Ok(batch)
}

fn read_persons<R: Read>(reader: &mut StateReader<R>) -> Result<PersonCodes> {
    match reader.number()? {
        NEAR => {
            let (least, distances) = (reader.number()?, reader.column::<u32>()?);
            let most = distances.iter().max().copied().unwrap_or(0);
            if least.checked_add(most.into()).is_none() {
                return Err(damaged("a person's code is beyond 2^64"));
            }
            Ok(PersonCodes::Near { least, distances })
        }
        FAR => reader.column().map(PersonCodes::Far),
        other => Err(damaged(format!("persons are stored as {other}"))),
    }
}

fn fractions<R: Read>(reader: &mut StateReader<R>, format: u32) -> Result<Vec<u32>> {
    let fractions: Vec<u32> = if format < 2 {
        Vec::new()
    } else {
        reader.column()?
    };
    if fractions.iter().any(|&fraction| fraction >= 1_000_000_000) {
        return Err(damaged("a fraction of a second is 1 or more"));
    }
    Ok(fractions)
}

fn read_sales<R: Read>(reader: &mut StateReader<R>, format: u32) -> Result<Vec<SaleRow>> {
    let person: Vec<u64> = reader.column()?;
    let time: Vec<u32> = reader.column()?;
    let mut fraction = fractions(reader, format)?;
    if format < 2 {
        fraction.resize(person.len(), 0);
    }
    let place: Vec<ChannelId> = reader.column()?;
    let goal: Vec<u32> = reader.column()?;
    let order: Vec<u32> = reader.column()?;
    let segment: Vec<u32> = reader.column()?;
    let value: Vec<f64> = reader.column()?;
    let others = [
        fraction.len(),
        place.len(),
        goal.len(),
        order.len(),
        segment.len(),
        value.len(),
    ];
    if time.len() != person.len() || others.iter().any(|&len| len != person.len()) {
        return Err(damaged("columns of conversions differ in length"));
    }
    let sale = |at: usize| SaleRow {
        person: person[at],
        time: time[at],
        fraction: fraction[at],
        place: place[at],
        goal: goal[at],
        order: order[at],
        segment: segment[at],
        value: value[at],
    };
    Ok((0..person.len()).map(sale).collect())
}

fn check_lengths(batch: &PartitionedRows, options: &JourneyOptions) -> Result<()> {
    let rows = batch.time.len();
    let optional = [
        batch.cost.len(),
        batch.interaction.len(),
        batch.fraction.len(),
    ];
    let asked = |asked: bool| if asked { rows } else { 0 };
    let same = batch.person.len() == rows
        && batch.channel.len() == rows
        && batch.segment.len() == asked(options.segment.is_some())
        && batch.label.len() == asked(!options.touch_columns.is_empty())
        && optional.iter().all(|&len| len == 0 || len == rows);
    if !same {
        return Err(damaged("columns of touches differ in length"));
    }
    if u32::try_from(rows.max(batch.sales.len()).max(batch.returns.len())).is_err() {
        return Err(damaged("a batch has 2^32 rows"));
    }
    Ok(())
}

fn check_touches(batch: &PartitionedRows, names: &Names) -> Result<()> {
    let channels = names.channels.len();
    if batch.channel.iter().any(|id| id.index() >= channels) {
        return Err(damaged("a touch has a channel without name"));
    }
    if batch
        .cost
        .iter()
        .any(|cost| !(0.0..=LARGEST).contains(cost))
    {
        return Err(damaged("a touch has a cost that no log can have"));
    }
    for (what, codes, texts) in [
        ("segment", &batch.segment, &names.segments),
        ("label", &batch.label, &names.labels),
    ] {
        if codes.iter().any(|&code| !is_text(code, texts.len())) {
            return Err(damaged(format!("a touch has a {what} without name")));
        }
    }
    Ok(())
}

fn check_sales(sales: &[SaleRow], names: &Names, options: &JourneyOptions) -> Result<()> {
    // what is not asked for is 0 in all rows
    let texts = |asked: bool, table: &Interner| if asked { table.len() } else { 1 };
    let orders = texts(options.names_orders(), &names.orders);
    let segments = texts(options.segment.is_some(), &names.segments);
    let placed = |place: ChannelId| place == ChannelId::NONE || place.index() < names.places.len();
    let known = |code: u32, texts: usize| code == NO_TEXT || is_text(code, texts);
    let good = |sale: &SaleRow| {
        placed(sale.place)
            && known(sale.goal, names.goals.len())
            && known(sale.order, orders)
            && is_text(sale.segment, segments)
            && (0.0..=LARGEST).contains(&sale.value)
    };
    if sales.iter().all(good) {
        Ok(())
    } else {
        Err(damaged(
            "a conversion has a name or value that no log can have",
        ))
    }
}

fn is_text(code: u32, texts: usize) -> bool {
    (code as usize) < texts
}

/// Where each partition begins among rows of these persons, who stand by partition.
fn partitions(persons: impl Iterator<Item = u64>, names: &Names) -> Result<Vec<u32>> {
    let (mut counts, mut last) = (vec![0usize; PARTITIONS], 0);
    for code in persons {
        if PersonTable::text_of(code).is_some_and(|text| text >= names.people.texts()) {
            return Err(damaged("a row has a person without key"));
        }
        let partition = partition_of(names.people.rank(code));
        if partition < last {
            return Err(damaged("persons are out of order"));
        }
        counts[partition] += 1;
        last = partition;
    }
    Ok(offsets(counts.into_iter()))
}

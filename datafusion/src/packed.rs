//! One person's rows in few bytes: the state of the aggregate `journeys`.
//!
//! ```text
//! state   version 1 byte, fingerprint of the channels 4, then rows in any order
//! row     second 4, channel 2, flags 1, and what the flags say: fraction 4, value 8, cost 8,
//!         place, goal and order as 4 bytes of length and the text
//! ```
//!
//! A touch without cost takes 7 bytes, a sale with its value 15. Numbers are big-endian, so that rows
//! of one second sort by channel.

use crate::error::argument;
use datafusion::error::Result;
use mixtouch::{Event, Interaction, Kind};
use std::cmp::Ordering;

const VERSION: u8 = 1;
pub(crate) const HEADER: usize = 5;
/// The bytes of a row whose flags say nothing.
const PLAIN: usize = 7;

/// The channel of a row that is no touch.
pub(crate) const NO_CHANNEL: u16 = u16::MAX;

const CONVERSION: u8 = 1;
const CLICK: u8 = 2;
const VIEW: u8 = 4;
const FRACTION: u8 = 8;
const VALUE: u8 = 16;
const COST: u8 = 32;
const TEXTS: u8 = 64;

/// One row as it was packed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Row<'a> {
    pub(crate) time: u32,
    /// Nanoseconds inside the second.
    pub(crate) fraction: u32,
    pub(crate) channel: u16,
    pub(crate) kind: Kind,
    pub(crate) interaction: Option<Interaction>,
    pub(crate) value: f64,
    pub(crate) cost: f64,
    /// Place of sale, goal and order; empty where not stated.
    pub(crate) texts: [&'a str; 3],
}

/// What a state of rows whose channels have this fingerprint begins with.
pub(crate) fn header(fingerprint: u32) -> [u8; HEADER] {
    let [first, second, third, fourth] = fingerprint.to_be_bytes();
    [VERSION, first, second, third, fourth]
}

/// Adds a row to those of a state. `channel` is the number of a touch's channel.
pub(crate) fn push(state: &mut Vec<u8>, event: &Event<'_>, fraction: u32, channel: u16) {
    let is_sale = event.kind() == Kind::Conversion;
    let place = event.channel().filter(|_| is_sale);
    let texts = [place, event.goal(), event.order_id()];
    let interaction = match event.interaction() {
        Some(Interaction::Click) => CLICK,
        Some(Interaction::View) => VIEW,
        None => 0,
    };
    let flag = |flag: u8, is_set: bool| if is_set { flag } else { 0 };
    let flags = interaction
        | flag(CONVERSION, is_sale)
        | flag(FRACTION, fraction > 0)
        | flag(VALUE, event.value() != 0.0)
        | flag(COST, event.cost() != 0.0)
        | flag(TEXTS, texts.iter().any(Option::is_some));
    let mut plain = [flags; PLAIN];
    plain[..4].copy_from_slice(&(event.time() as u32).to_be_bytes());
    plain[4..6].copy_from_slice(&channel.to_be_bytes());
    state.extend_from_slice(&plain);
    if fraction > 0 {
        state.extend(fraction.to_be_bytes());
    }
    for amount in [event.value(), event.cost()] {
        if amount != 0.0 {
            state.extend(amount.to_be_bytes());
        }
    }
    if flags & TEXTS != 0 {
        for text in texts.map(Option::unwrap_or_default) {
            state.extend((text.len() as u32).to_be_bytes());
            state.extend(text.as_bytes());
        }
    }
}

/// Calls `visit` with the rows of a state by time; those of one second by channel, conversions last.
/// What `places` holds does not matter: room for where rows start.
///
/// # Errors
/// If it is of another version or other channels, or cut short.
pub(crate) fn each_row<'a>(
    state: &'a [u8],
    fingerprint: u32,
    places: &mut Vec<Place>,
    mut visit: impl FnMut(Row<'a>),
) -> Result<()> {
    let rows = rows_of(state, fingerprint)?;
    places.clear();
    let mut rest = rows;
    while !rest.is_empty() {
        let start = rows.len() - rest.len();
        let row = read(&mut rest).ok_or_else(cut_short)?;
        places.push(Place {
            time: row.time,
            fraction: row.fraction,
            start,
        });
    }
    let order = |one: &Place, other: &Place| {
        let key = |place: &Place| (place.time, place.fraction);
        let by_time = key(one).cmp(&key(other));
        by_time.then_with(|| within_second(&rows[one.start..], &rows[other.start..]))
    };
    // most logs are in order of time
    if !places.is_sorted_by(|one, other| order(one, other).is_le()) {
        places.sort_unstable_by(order);
    }
    let read = |place: &Place| read(&mut &rows[place.start..]);
    places.iter().filter_map(read).for_each(&mut visit);
    Ok(())
}

/// The rows behind the header of a state.
fn rows_of(state: &[u8], fingerprint: u32) -> Result<&[u8]> {
    let Some((header, rows)) = state.split_at_checked(HEADER) else {
        return Err(cut_short());
    };
    if header[0] != VERSION {
        let told = format!(
            "packed rows are of version {}, expected: {VERSION}",
            header[0]
        );
        return Err(argument("journeys", told));
    }
    if header[1..] != fingerprint.to_be_bytes() {
        let told = "journeys were packed by settings with other channels";
        return Err(argument("journeys", told));
    }
    Ok(rows)
}

/// When a row was and where it starts. Rows are read twice, since one that is read takes 80 bytes.
#[derive(Debug)]
pub(crate) struct Place {
    time: u32,
    fraction: u32,
    start: usize,
}

/// The order of two rows of one second, each at the start of bytes: that of
/// [`JourneyBuilder::with_ties_by_name`](mixtouch::JourneyBuilder::with_ties_by_name), then any.
fn within_second(one: &[u8], other: &[u8]) -> Ordering {
    let (mut behind_one, mut behind_other) = (one, other);
    let rows = (read(&mut behind_one), read(&mut behind_other));
    let (Some(row), Some(other_row)) = rows else {
        return Ordering::Equal;
    };
    let by_channel = row.channel.cmp(&other_row.channel);
    let by_value = by_channel.then_with(|| row.value.total_cmp(&other_row.value));
    let by_texts = by_value.then_with(|| row.texts.cmp(&other_row.texts));
    let bytes = &one[..one.len() - behind_one.len()];
    by_texts.then_with(|| bytes.cmp(&other[..other.len() - behind_other.len()]))
}

fn cut_short() -> datafusion::error::DataFusionError {
    argument("journeys", "packed rows end early")
}

/// Reads a row and moves behind it.
fn read<'a>(rest: &mut &'a [u8]) -> Option<Row<'a>> {
    let time = number(rest)?;
    let channel = u16::from_be_bytes(take(rest)?);
    let [flags] = take(rest)?;
    let has = |flag: u8| flags & flag != 0;
    let fraction = if has(FRACTION) { number(rest)? } else { 0 };
    let value = if has(VALUE) { amount(rest)? } else { 0.0 };
    let cost = if has(COST) { amount(rest)? } else { 0.0 };
    let mut texts = [""; 3];
    if has(TEXTS) {
        for text in &mut texts {
            let len = number(rest)? as usize;
            let (bytes, after) = rest.split_at_checked(len)?;
            *rest = after;
            *text = std::str::from_utf8(bytes).ok()?;
        }
    }
    Some(Row {
        time,
        fraction,
        channel,
        kind: if has(CONVERSION) {
            Kind::Conversion
        } else {
            Kind::Touch
        },
        interaction: match (has(CLICK), has(VIEW)) {
            (true, _) => Some(Interaction::Click),
            (_, true) => Some(Interaction::View),
            _ => None,
        },
        value,
        cost,
        texts,
    })
}

fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (bytes, after) = rest.split_first_chunk::<N>()?;
    *rest = after;
    Some(*bytes)
}

fn number(rest: &mut &[u8]) -> Option<u32> {
    take(rest).map(u32::from_be_bytes)
}

fn amount(rest: &mut &[u8]) -> Option<f64> {
    take(rest).map(f64::from_be_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(state: &[u8], fingerprint: u32) -> Result<Vec<Row<'_>>> {
        let (mut rows, mut places) = (Vec::new(), Vec::new());
        each_row(state, fingerprint, &mut places, |row| rows.push(row))?;
        Ok(rows)
    }

    fn sample() -> Vec<u8> {
        let mut state = header(7).to_vec();
        let sale = Event::conversion("ann", 50)
            .with_value(9.5)
            .with_order_id("A-1");
        push(&mut state, &sale.with_channel("shop"), 3, NO_CHANNEL);
        let seen = Event::touch("ann", 50, "tv").with_interaction(Interaction::View);
        push(&mut state, &seen.with_cost(0.25), 0, 258);
        push(&mut state, &Event::touch("ann", 50, "e-mail"), 0, 2);
        state
    }

    #[test]
    fn rows_come_back_by_time_and_channel() {
        let state = sample();
        let rows = rows(&state, 7).unwrap();
        let channels: Vec<u16> = rows.iter().map(|row| row.channel).collect();
        assert_eq!(channels, [2, 258, NO_CHANNEL]);
        assert_eq!(
            (rows[1].cost, rows[1].interaction),
            (0.25, Some(Interaction::View))
        );
        let sale = rows[2];
        assert_eq!(
            (sale.kind, sale.value, sale.fraction),
            (Kind::Conversion, 9.5, 3)
        );
        assert_eq!(sale.texts, ["shop", "", "A-1"]);
    }

    #[test]
    fn a_touch_takes_seven_bytes() {
        let mut state = header(7).to_vec();
        push(&mut state, &Event::touch("ann", 50, "tv"), 0, 1);
        assert_eq!(state.len(), HEADER + 7);
    }

    #[test]
    fn states_that_are_cut_or_of_other_channels_are_refused() {
        let state = sample();
        // an end between two rows cannot be told from a shorter state, but none panics
        for end in 0..state.len() {
            let _ = rows(&state[..end], 7);
        }
        assert!(rows(&state[..state.len() - 1], 7).is_err());
        assert!(
            rows(&state, 8)
                .err()
                .unwrap()
                .to_string()
                .contains("other channels")
        );
        let mut later = state.clone();
        later[0] = 2;
        assert!(
            rows(&later, 7)
                .err()
                .unwrap()
                .to_string()
                .contains("version 2, expected: 1")
        );
    }
}

//! The cells of columns, and how each is a number of a few bytes.

use crate::channel::ChannelId;
use crate::event::Interaction;

/// A cell of a column.
pub(super) trait Cell: Copy {
    /// How many bytes it takes in a file.
    const BYTES: usize;

    /// The cell as a number of that many bytes.
    fn to_number(self) -> u64;

    /// The cell of a number, if there is one.
    fn from_number(number: u64) -> Option<Self>;
}

impl Cell for u32 {
    const BYTES: usize = 4;

    fn to_number(self) -> u64 {
        self.into()
    }

    fn from_number(number: u64) -> Option<Self> {
        number.try_into().ok()
    }
}

impl Cell for u64 {
    const BYTES: usize = 8;

    fn to_number(self) -> u64 {
        self
    }

    fn from_number(number: u64) -> Option<Self> {
        Some(number)
    }
}

impl Cell for f64 {
    const BYTES: usize = 8;

    fn to_number(self) -> u64 {
        self.to_bits()
    }

    fn from_number(number: u64) -> Option<Self> {
        Some(Self::from_bits(number))
    }
}

impl Cell for u8 {
    const BYTES: usize = 1;

    fn to_number(self) -> u64 {
        self.into()
    }

    fn from_number(number: u64) -> Option<Self> {
        number.try_into().ok()
    }
}

impl Cell for ChannelId {
    const BYTES: usize = 2;

    fn to_number(self) -> u64 {
        self.0.into()
    }

    fn from_number(number: u64) -> Option<Self> {
        number.try_into().ok().map(Self)
    }
}

impl Cell for Option<Interaction> {
    const BYTES: usize = 1;

    fn to_number(self) -> u64 {
        match self {
            None => 0,
            Some(Interaction::Click) => 1,
            Some(Interaction::View) => 2,
        }
    }

    fn from_number(number: u64) -> Option<Self> {
        match number {
            0 => Some(None),
            1 => Some(Some(Interaction::Click)),
            2 => Some(Some(Interaction::View)),
            _ => None,
        }
    }
}

//! Changes of a person's state, and the state at the moment.

use crate::channel::ChannelId;
use std::ops::Range;

/// At a second, a channel's most recent touch moves into a bin, or out of all: the second, the
/// channel and one more than the bin from high bits to low, so that one comparison of numbers puts
/// changes in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Change(u64);

impl Change {
    pub(super) fn new(at: u32, channel: ChannelId, bin: Option<usize>) -> Self {
        Self(u64::from(at) << 32 | u64::from(channel.0) << 16 | bin.map_or(0, |bin| bin as u64 + 1))
    }

    pub(super) fn at(self) -> u32 {
        (self.0 >> 32) as u32
    }

    pub(super) fn channel(self) -> u32 {
        u32::from((self.0 >> 16) as u16)
    }

    pub(super) fn bin(self) -> Option<u32> {
        u32::from(self.0 as u16).checked_sub(1)
    }
}

/// The features that are 1 at the moment, in order, with their fingerprint.
#[derive(Default)]
pub(super) struct Active {
    pub(super) features: Vec<u32>,
    pub(super) fingerprint: u128,
}

impl Active {
    /// Puts `feature`, if any, in the place of what there is of the features in `own`.
    #[inline]
    pub(super) fn replace(&mut self, own: Range<u32>, feature: Option<u32>, marks: &[u128]) {
        let place = self
            .features
            .iter()
            .take_while(|&&other| other < own.start)
            .count();
        let present = self
            .features
            .get(place)
            .copied()
            .filter(|other| own.contains(other));
        match (present, feature) {
            (Some(_), Some(feature)) => self.features[place] = feature,
            (Some(_), None) => drop(self.features.remove(place)),
            (None, Some(feature)) => self.features.insert(place, feature),
            (None, None) => {}
        }
        let mark = |feature: Option<u32>| feature.map_or(0, |feature| marks[feature as usize]);
        self.fingerprint = self
            .fingerprint
            .wrapping_sub(mark(present))
            .wrapping_add(mark(feature));
    }
}

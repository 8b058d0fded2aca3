//! Exclusion, path transforms and trimming of one journey's touches.

use crate::channel::{ChannelId, Channels};
use crate::error::Result;
use crate::journeys::options::{JourneyOptions, Transform};

/// One touch while a journey is being cut: its channel, second and label.
pub(super) type Touch = (ChannelId, u32, u32);

impl JourneyOptions {
    /// Whether a journey's touches are more than a window's.
    pub(super) fn reshapes(&self) -> bool {
        !self.exclude.is_empty() || self.transform != Transform::None || self.trim.is_some()
    }

    /// Which channels are excluded, by number.
    pub(super) fn excluded(&self, channels: &Channels) -> Result<Vec<bool>> {
        let mut excluded = vec![false; channels.len()];
        for name in &self.exclude {
            excluded[known("exclude", name, channels)?.index()] = true;
        }
        Ok(excluded)
    }

    /// Excludes, transforms and trims the touches of one journey; `seen` is scratch, one cell a
    /// channel, all false.
    pub(super) fn reshape(&self, touches: &mut Vec<Touch>, excluded: &[bool], seen: &mut [bool]) {
        if !self.exclude.is_empty() {
            exclude(touches, excluded);
        }
        self.transform.apply(touches, seen);
        if let Some(most) = self.trim {
            touches.drain(..touches.len().saturating_sub(most.get()));
        }
    }
}

/// The channel an option names; one that is not there would be a slip of the pen.
pub(super) fn known(role: &'static str, name: &str, channels: &Channels) -> Result<ChannelId> {
    let unknown = || channels.undeclared(role, name);
    channels.id(name).ok_or_else(unknown)
}

/// Leaves out the excluded channels unless nothing would remain.
fn exclude(touches: &mut Vec<Touch>, excluded: &[bool]) {
    if touches
        .iter()
        .any(|(channel, ..)| !excluded[channel.index()])
    {
        touches.retain(|(channel, ..)| !excluded[channel.index()]);
    }
}

impl Transform {
    /// Applies the transform; `seen` is scratch, one cell a channel, all false before and after.
    fn apply(self, touches: &mut Vec<Touch>, seen: &mut [bool]) {
        match self {
            Self::None => {}
            Self::Exposure => touches.dedup_by(|later, kept| {
                let repeat = later.0 == kept.0;
                if repeat {
                    *kept = *later;
                }
                repeat
            }),
            Self::First => keep_first(touches, seen),
            Self::Last => {
                touches.reverse();
                keep_first(touches, seen);
                touches.reverse();
            }
        }
    }
}

fn keep_first(touches: &mut Vec<Touch>, seen: &mut [bool]) {
    touches.retain(|(channel, ..)| !std::mem::replace(&mut seen[channel.index()], true));
    for (channel, ..) in touches {
        seen[channel.index()] = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn transformed(transform: Transform) -> (String, Vec<u32>) {
        let mut touches: Vec<Touch> = "DABBCDCC"
            .bytes()
            .zip(0..)
            .map(|(letter, at)| (ChannelId(u16::from(letter - b'A')), at, at))
            .collect();
        let mut seen = [false; 4];
        transform.apply(&mut touches, &mut seen);
        assert_eq!(seen, [false; 4]);
        touches
            .iter()
            .map(|&(channel, at, _)| (char::from(b'A' + channel.0 as u8), at))
            .unzip()
    }

    #[test]
    fn the_worked_example() {
        // the sequence D,A,B,B,C,D,C,C and its three transforms stand in fractribution's
        // documentation
        assert_eq!(transformed(Transform::None).0, "DABBCDCC");
        assert_eq!(
            transformed(Transform::Exposure),
            ("DABCDC".into(), vec![0, 1, 3, 4, 5, 7])
        );
        assert_eq!(
            transformed(Transform::First),
            ("DABC".into(), vec![0, 1, 2, 4])
        );
        assert_eq!(
            transformed(Transform::Last),
            ("ABDC".into(), vec![1, 3, 5, 7])
        );
    }

    #[test]
    fn exclusion_never_empties_a_journey() {
        let touch = |channel| (ChannelId(channel), 0, 0);
        let mut mixed = vec![touch(0), touch(1), touch(0)];
        exclude(&mut mixed, &[true, false]);
        assert_eq!(mixed, [touch(1)]);
        let mut only = vec![touch(0), touch(0)];
        exclude(&mut only, &[true, false]);
        assert_eq!(only.len(), 2);
    }
}

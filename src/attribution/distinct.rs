//! The distinct channels of a path, and weights spread over their touches.

use crate::channel::ChannelId;

/// Up to this many touches a journey's channels are compared pair by pair, which needs no memory of
/// its own.
const PAIRWISE: usize = 32;

/// The weight of each touch where a channel's weight is spread evenly over its touches.
#[inline]
pub(super) fn spread_evenly(
    channels: &[ChannelId],
    weights: &mut [f64],
    weight: impl Fn(ChannelId) -> f64,
) {
    // where the number of weights is known to the compiler, so is that of the channels then
    let channels = &channels[..weights.len()];
    if channels.len() <= PAIRWISE {
        for (at, &channel) in channels.iter().enumerate() {
            let touches = channels.iter().filter(|&&other| other == channel).count();
            weights[at] = weight(channel) / touches as f64;
        }
        return;
    }
    let sorted = sorted(channels);
    for (at, channel) in channels.iter().enumerate() {
        let first = sorted.partition_point(|other| other < channel);
        let touches = sorted[first..].partition_point(|other| other == channel);
        weights[at] = weight(*channel) / touches as f64;
    }
}

/// The channels in order, repeats kept.
fn sorted(channels: &[ChannelId]) -> Vec<ChannelId> {
    let mut sorted = channels.to_vec();
    sorted.sort_unstable();
    sorted
}

/// The distinct channels in order.
pub(super) fn distinct(channels: &[ChannelId]) -> Vec<ChannelId> {
    let mut sorted = sorted(channels);
    sorted.dedup();
    sorted
}

/// Hands on the distinct channels in order, without a detour over the heap for journeys of usual
/// length.
#[inline]
pub(super) fn with_distinct<T>(channels: &[ChannelId], take: impl FnOnce(&[ChannelId]) -> T) -> T {
    if channels.len() > PAIRWISE {
        return take(&distinct(channels));
    }
    let mut set = [ChannelId::NONE; PAIRWISE];
    let mut len = 0;
    for &channel in channels {
        let at = set[..len]
            .iter()
            .position(|&other| other >= channel)
            .unwrap_or(len);
        if at == len || set[at] != channel {
            set.copy_within(at..len, at + 1);
            set[at] = channel;
            len += 1;
        }
    }
    take(&set[..len])
}

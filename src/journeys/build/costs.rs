//! Costs on touches and costs of a table brought together.

use crate::channel::Channels;
use crate::error::{Error, Result};
use crate::event::{ChannelCosts, CostSource, CostTable};
use crate::journeys::options::JourneyOptions;

/// What each channel cost over the period: `of_touches` and what the table says; nothing where
/// neither says anything.
///
/// # Errors
/// If both state costs of a channel, and the options do not say which hold.
pub(in crate::journeys) fn settled_costs(
    mut of_touches: Vec<f64>,
    table: &CostTable,
    channels: &Channels,
    options: &JourneyOptions,
) -> Result<Option<Vec<f64>>> {
    let by_channel = table.by_channel(options.period);
    if by_channel.is_empty() && of_touches.iter().all(|&cost| cost == 0.0) {
        return Ok(None);
    }
    for (name, costs) in by_channel {
        let Some(channel) = channels.id(name) else {
            continue;
        };
        let on_touches = &mut of_touches[channel.index()];
        *on_touches = settled(name, *on_touches, costs, options.cost_source)?;
    }
    Ok(Some(of_touches))
}

fn settled(
    channel: &str,
    kept: f64,
    ChannelCosts { stated, of_touches }: ChannelCosts,
    source: Option<CostSource>,
) -> Result<f64> {
    let on_touches = kept + of_touches;
    if on_touches == 0.0 || stated == 0.0 {
        return Ok(on_touches + stated);
    }
    match source {
        Some(CostSource::Touches) => Ok(on_touches),
        Some(CostSource::Table) => Ok(stated),
        Some(CostSource::Sum) => Ok(on_touches + stated),
        None => Err(Error::setting(
            format!("the cost of channel {channel:?}"),
            format!("{on_touches} on touches and {stated} in the cost table"),
            "one of both, or JourneyOptions::with_cost_source to say which holds",
        )),
    }
}

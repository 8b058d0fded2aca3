//! What a curve says that the data have not shown.

use crate::mix::panel::Channel;
use crate::mix::posterior::findings::finding::FitFinding;
use crate::mix::posterior::model::Posterior;
use crate::mix::posterior::synergy::SynergySummary;
use crate::mix::transform::{Adstock, ChannelCurve, Saturation, TransformParameter};

/// A share of the contribution below the least spend seen that is worth a word.
const UNSEEN: f64 = 0.3;
/// Draws this near to an end of a parameter's range, as a share of the range, lie at it.
const NEAR: f64 = 0.05;
/// The share of draws at an end that is worth a word.
const AT_END: f64 = 0.3;

/// Channels much of whose contribution lies below the least that worked.
pub(super) fn unseen(posterior: &Posterior) -> Vec<FitFinding> {
    let channels = posterior.channels().into_iter();
    let columns = posterior.panel.channels().iter();
    channels
        .zip(columns)
        .filter(|(channel, _)| channel.unseen_share > UNSEEN)
        .map(|(channel, column)| FitFinding::Unseen {
            channel: channel.channel,
            share: channel.unseen_share,
            paused: column.activity().contains(&0.0),
        })
        .collect()
}

/// Channels that ran, but in no period that was fitted.
pub(super) fn before_fit(posterior: &Posterior) -> Vec<FitFinding> {
    let ran = |channel: &&Channel| {
        let active = channel.activity().iter().enumerate();
        let mut active = active.filter(|(_, activity)| **activity > 0.0).peekable();
        active.peek().is_some() && active.all(|(row, _)| !posterior.is_fitted(row))
    };
    let channels = posterior.panel.channels().iter().filter(ran);
    let found = channels.map(|channel| FitFinding::BeforeFit {
        channel: channel.name().to_owned(),
    });
    found.collect()
}

/// Channels measured in reach and frequency whose frequency hardly varies.
pub(super) fn unvaried(posterior: &Posterior) -> Vec<FitFinding> {
    let channels = posterior.panel.channels().iter().enumerate();
    let channels = channels
        .filter(|(at, channel)| channel.frequency().is_some() && !posterior.frequency_varies(*at));
    let found = channels.map(|(_, channel)| FitFinding::FrequencyUnvaried {
        channel: channel.name().to_owned(),
        frequency: channel.mean_frequency(0..posterior.panel.rows()),
    });
    found.collect()
}

/// Synergies that cannot be told from nothing.
pub(super) fn unproven(posterior: &Posterior) -> Vec<FitFinding> {
    let synergies = posterior.synergies().into_iter();
    let unproven = synergies.filter(SynergySummary::is_unproven);
    let found = unproven.map(|together| FitFinding::SynergyUnproven {
        first: together.first,
        second: together.second,
    });
    found.collect()
}

/// Parameters whose draws crowd at an end of their range.
pub(super) fn at_ends(posterior: &Posterior) -> Vec<FitFinding> {
    let mut findings = vec![];
    for (c, column) in posterior.panel.channels().iter().enumerate() {
        let name = column.name();
        let settings = posterior.specification.settings(name);
        let window = posterior
            .specification
            .window_for(name, posterior.panel.period());
        let Ok((adstock, saturation)) =
            window.and_then(|w| settings.parameters(column, w.length()))
        else {
            continue;
        };
        let of_adstock = |curve: &ChannelCurve| curve.adstock.parameters();
        let of_saturation = |curve: &ChannelCurve| curve.saturation.parameters();
        findings.extend(ends_of(posterior, c, &adstock, &of_adstock));
        findings.extend(ends_of(posterior, c, &saturation, &of_saturation));
    }
    findings
}

fn ends_of(
    posterior: &Posterior,
    channel: usize,
    parameters: &[TransformParameter],
    values: &dyn Fn(&ChannelCurve) -> Vec<(&'static str, f64)>,
) -> Vec<FitFinding> {
    let curves: Vec<Vec<(&str, f64)>> = posterior
        .draws
        .iter()
        .map(|draw| values(&draw.curves[channel]))
        .collect();
    let found = parameters.iter().enumerate().filter_map(|(i, parameter)| {
        let (low, high) = (
            parameter.prior().quantile(0.0),
            parameter.prior().quantile(1.0),
        );
        // How far along its range a value lies, by logarithms where the range is that of a scale.
        let along = |x: f64| match low > 0.0 {
            true => libm::log(x / low) / libm::log(high / low),
            false => (x - low) / (high - low),
        };
        let share = |at_end: &dyn Fn(f64) -> bool| {
            let at_end = curves.iter().filter(|curve| at_end(along(curve[i].1)));
            at_end.count() as f64 / curves.len() as f64
        };
        // A rate of 0 is no edge but the absence of carry-over, and a fixed value is no estimate.
        let upper = high > low && share(&|at| at >= 1.0 - NEAR) > AT_END;
        let lower = low > 0.0 && high > low && share(&|at| at <= NEAR) > AT_END;
        (upper || lower).then(|| FitFinding::AtEndOfRange {
            channel: posterior.panel.channels()[channel].name().to_owned(),
            parameter: parameter.name().to_owned(),
            end: if upper { high } else { low },
        })
    });
    found.collect()
}

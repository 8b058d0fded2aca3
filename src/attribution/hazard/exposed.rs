//! Conversions under each channel's exposure.

use crate::attribution::hazard::design::Design;
use crate::attribution::hazard::rows::Rows;
use crate::attribution::sensitivity::Sensitivity;

/// By channel, the conversions while one of its touches could have an effect, and how many of them
/// the rates give to it. A pair's part goes half to each channel.
pub(super) fn sensitivities(rows: &Rows, rates: &[f64], design: &Design) -> Vec<Sensitivity> {
    let mut all = vec![Sensitivity::default(); design.channels];
    let own = design.classes() * design.basis.len();
    let mut parts: Vec<(usize, f64)> = Vec::new();
    for row in rows.iter() {
        parts.clear();
        let mut intensity = rates[rates.len() - 1];
        for (&feature, value) in row.features.iter().zip(row.values) {
            let (feature, part) = (feature as usize, rates[feature as usize] * value);
            intensity += part;
            if feature < design.singles() {
                parts.push((feature / own, part));
            } else {
                let (one, other) = design.pair_channels(feature);
                parts.extend([one, other].map(|channel| (channel.index(), part / 2.0)));
            }
        }
        parts.sort_by_key(|part| part.0);
        for channel in parts.chunk_by(|one, other| one.0 == other.0) {
            let sum: f64 = channel.iter().map(|part| part.1).sum();
            let sensitivity = &mut all[channel[0].0];
            sensitivity.exposed += row.weight;
            if intensity > 0.0 {
                sensitivity.caused += row.weight * sum / intensity;
            }
        }
    }
    all
}

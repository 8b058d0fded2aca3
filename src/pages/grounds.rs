//! What a model's credit of a channel rests on.

use crate::attribution::{Calibration, ChannelCredit, ComparisonTable, ModelTable, Parameter};
use crate::stats::{holm, normal};

/// Effects that tests find by chance more often than this are not told.
const CHANCE: f64 = 0.05;
/// How many times as much last touch credits a channel near the sale as a model of earlier touches.
const NEAR: f64 = 2.0;
/// The least share of last touch's credit of a channel that is named as near.
const LARGE: f64 = 0.02;

/// The channels of a model by what their credit rests on.
pub(crate) struct Grounds<'a> {
    main: &'a ModelTable,
    found: Vec<&'a str>,
    assumed: &'a [String],
}

impl<'a> Grounds<'a> {
    pub(crate) fn new(main: &'a ModelTable) -> Self {
        let assumed = match main.parameters.get("demand_capture") {
            Some(Parameter::Names(names)) => names.as_slice(),
            _ => &[],
        };
        Self {
            main,
            found: found(&main.calibration),
            assumed,
        }
    }

    /// Whether the channel causes nothing because the caller says so, and not the data.
    pub(crate) fn is_assumed(&self, channel: &str) -> bool {
        self.assumed.iter().any(|name| name == channel)
    }

    /// Whether tests found more than chance, of all channels tested (Holm).
    pub(crate) fn is_found(&self, channel: &str) -> bool {
        self.found.contains(&channel)
    }

    pub(crate) fn is_tested(&self, channel: &str) -> bool {
        let mut tested = self.main.calibration.iter();
        tested.any(|row| row.channel == channel)
    }

    /// The names of some channels, those with the most credit first.
    fn of(&self, is: impl Fn(&ChannelCredit) -> bool) -> Vec<&'a str> {
        let channels = self.main.channels.iter();
        let mut channels: Vec<&ChannelCredit> = channels.filter(|one| is(one)).collect();
        channels.sort_by(|a, b| b.conversions.total_cmp(&a.conversions));
        let names = channels.into_iter().map(|one| one.channel.as_str());
        names.collect()
    }

    pub(crate) fn assumed(&self) -> Vec<&'a str> {
        self.of(|channel| self.is_assumed(&channel.channel))
    }

    /// The channels with credit that no test tells of.
    pub(crate) fn untested(&self) -> Vec<&'a str> {
        self.of(|channel| {
            let name = &channel.channel;
            channel.conversions > 0.0 && !self.is_tested(name) && !self.is_assumed(name)
        })
    }

    /// The channels with costs whose return the data speak of.
    pub(crate) fn paid(&self) -> Vec<&'a ChannelCredit> {
        let channels = self.main.channels.iter();
        channels
            .filter(|channel| channel.roas.is_some() && !self.is_assumed(&channel.channel))
            .collect()
    }

    /// What the credit rests on in a word; none of a model without a baseline, which only divides.
    pub(crate) fn word(&self, channel: &str) -> Option<&'static str> {
        self.main.baseline?;
        Some(match () {
            () if self.is_assumed(channel) => "assumed",
            () if self.is_found(channel) => "tests",
            () if self.is_tested(channel) => "weak tests",
            () => "log",
        })
    }
}

/// The channels whose tests found more than chance.
fn found(tested: &[Calibration]) -> Vec<&str> {
    let z = tested.iter().map(|row| row.tested / row.tested_error);
    let p_values: Vec<f64> = z.map(normal::two_sided).collect();
    let adjusted = holm(&p_values).unwrap_or_default();
    let told = tested.iter().zip(adjusted);
    told.filter(|(row, p)| row.tested > 0.0 && *p < CHANCE)
        .map(|(row, _)| row.channel.as_str())
        .collect()
}

/// Of some channels those nearest to the sale, the nearest first: last touch credits them with much
/// more than first touch, or linear, does, by more than two standard errors of two counts.
pub(crate) fn near_the_sale<'a>(table: &ComparisonTable, of: &[&'a str]) -> Vec<&'a str> {
    let earlier = table.model("first-touch").or_else(|| table.model("linear"));
    let Some((last, earlier)) = table.model("last-touch").zip(earlier) else {
        return Vec::new();
    };
    let credit = |model: &ModelTable, name: &str| {
        let channel = model.channel(name);
        channel.map_or(0.0, |channel| channel.conversions)
    };
    let all: f64 = last.channels.iter().map(|one| one.conversions).sum();
    let share = |name: &str| {
        let late = credit(last, name);
        late / (late + credit(earlier, name))
    };
    let near = |name: &&str| {
        let (late, early) = (credit(last, name), credit(earlier, name));
        let beyond_chance = late - early > 2.0 * (late + early).sqrt();
        late > LARGE * all && late >= NEAR * early && beyond_chance
    };
    let mut near: Vec<&str> = of.iter().copied().filter(near).collect();
    near.sort_by(|a, b| share(b).total_cmp(&share(a)));
    near
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tested(channel: &str, brought: f64, error: f64) -> Calibration {
        serde_json::from_value(serde_json::json!({
            "channel": channel, "log": 100.0, "log_error": 5.0, "tested": brought,
            "tested_error": error, "disagreement": 0.0, "kept": 0.5, "kept_low": 0.0,
            "kept_high": 1.0, "selection": 0.5, "tests": []
        }))
        .unwrap()
    }

    #[test]
    fn tests_find_what_is_beyond_chance_of_all_tests() {
        // two-sided: .025 alone, .05 of two
        let [one, two] = [tested("tv", 22.4, 10.0), tested("radio", 1.0, 10.0)];
        assert_eq!(found(std::slice::from_ref(&one)), ["tv"]);
        assert_eq!(found(&[one, two]), [""; 0]);
        assert_eq!(found(&[tested("tv", -40.0, 10.0)]), [""; 0]);
        assert_eq!(found(&[tested("tv", 0.0, 0.0)]), [""; 0]);
    }
}

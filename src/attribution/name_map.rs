//! A model's channels and those of other journeys, matched by name.

use crate::attribution::model::AttributionModel;
use crate::attribution::shares::ChannelShares;
use crate::channel::{ChannelId, Channels};
use crate::error::Result;
use crate::journeys::Journey;
use crate::journeys::journey::Timeline;

/// The model's number of each channel of the journeys; none for channels the model does not know.
#[derive(Debug, Clone)]
pub(crate) struct NameMap(Vec<Option<ChannelId>>);

impl NameMap {
    /// Nothing where both number the same channels alike and the model knows them all. Channels
    /// that `learned` lacks, by the model's numbers, count as unknown.
    pub(crate) fn new(
        model: &Channels,
        journeys: &Channels,
        learned: Option<&[bool]>,
    ) -> Option<Self> {
        let is_learned = |id: ChannelId| learned.is_none_or(|learned| learned[id.index()]);
        let same = model.same_as(journeys).is_ok();
        if same && model.ids().all(is_learned) {
            return None;
        }
        let number = |name: &str| model.id(name).filter(|&id| is_learned(id));
        Some(Self(journeys.iter().map(number).collect()))
    }

    /// The same for a model given ready: channels that its fit saw no touch of count as unknown.
    pub(crate) fn of_ready<M: AttributionModel + ?Sized>(
        model: &M,
        journeys: &Channels,
    ) -> Option<Self> {
        let (known, unseen) = (model.channels()?, model.unseen_channels());
        let mut learned = vec![true; known.len()];
        unseen.iter().for_each(|id| learned[id.index()] = false);
        Self::new(known, journeys, Some(&learned))
    }

    /// Whether the model knows any of these channels of the journeys.
    pub(crate) fn knows_any(&self, channels: &[ChannelId]) -> bool {
        channels.iter().any(|id| self.0[id.index()].is_some())
    }

    /// The journeys' channels that the model does not know.
    pub(crate) fn unknown(&self) -> impl Iterator<Item = ChannelId> + '_ {
        let numbers = self.0.iter().enumerate();
        numbers.filter_map(|(at, id)| id.is_none().then_some(ChannelId(at as u16)))
    }

    /// The model's weights of the touches it knows, in a journey without the others; 0 for those.
    pub(crate) fn weigh<M: AttributionModel + ?Sized>(
        &self,
        model: &M,
        journey: Journey<'_>,
        weights: &mut [f64],
    ) -> f64 {
        let window = self.known(journey.channels, journey.times);
        let whole = journey
            .timeline
            .map(|timeline| self.known(timeline.channels, timeline.times));
        let known = Journey {
            channels: &window.channels,
            times: &window.times,
            timeline: whole.as_ref().map(|whole| Timeline {
                channels: &whole.channels,
                times: &whole.times,
            }),
            ..journey
        };
        let places = &whole.as_ref().unwrap_or(&window).places;
        if places.is_empty() {
            return 0.0;
        }
        let mut known_weights = vec![0.0; places.len()];
        let baseline = model.weigh(known, &mut known_weights);
        for (&place, weight) in places.iter().zip(known_weights) {
            weights[place] = weight;
        }
        baseline
    }

    fn known(&self, channels: &[ChannelId], times: &[u32]) -> KnownTouches {
        let mut known = KnownTouches::default();
        for (place, channel) in channels.iter().enumerate() {
            if let Some(id) = self.0[channel.index()] {
                known.channels.push(id);
                known.times.extend(times.get(place));
                known.places.push(place);
            }
        }
        known
    }

    /// The effects by the journeys' channels, 0 for those the model does not know.
    pub(crate) fn shares(&self, shares: &ChannelShares) -> Result<ChannelShares> {
        ChannelShares::new(
            self.column(shares.removal_effects()),
            self.column(shares.value_removal_effects()),
        )
    }

    /// A column by the model's channels as one by the journeys'; 0 for channels it does not know.
    pub(crate) fn column(&self, column: &[f64]) -> Vec<f64> {
        let entry = |id: &Option<ChannelId>| id.map_or(0.0, |id| column[id.index()]);
        self.0.iter().map(entry).collect()
    }
}

/// The touches of a journey whose channels a model knows, by its numbers.
#[derive(Debug, Default)]
struct KnownTouches {
    channels: Vec<ChannelId>,
    times: Vec<u32>,
    /// Which touches of the journey they are.
    places: Vec<usize>,
}

#[cfg(test)]
mod tests {
    use crate::attribution::engine::attribute;
    use crate::attribution::fit::Fit;
    use crate::attribution::markov::Markov;
    use crate::attribution::shapley::SetRateShapley;
    use crate::attribution::stream::stream_credits;
    use crate::journeys::arena::Journeys;
    use crate::journeys::{Outcome, PathTable};

    fn journeys(paths: &[&[&str]]) -> Journeys {
        let mut table = PathTable::new();
        for path in paths {
            let outcome = Outcome::new(4.0, 6.0, 40.0).unwrap();
            table.push(path.iter().copied(), outcome).unwrap();
        }
        table.journeys().unwrap()
    }

    #[test]
    fn journeys_of_fewer_and_of_new_channels_are_scored_by_name() {
        let fitted = journeys(&[&["search"], &["tv", "search"], &["tv"], &["e-mail"]]);
        let model = Markov::order(1)
            .unwrap()
            .fit(&fitted)
            .unwrap()
            .within_journeys();
        let old = attribute(&journeys(&[&["tv", "search"]]), &model).unwrap();
        let new = journeys(&[&["tv", "tiktok", "search"], &["tiktok"]]);
        let credits = attribute(&new, &model).unwrap();
        for name in ["tv", "search"] {
            assert_eq!(credits.channel(name), old.channel(name));
        }
        assert_eq!(credits.channel("tiktok").unwrap().conversions, 0.0);
        assert_eq!(credits.unattributed().conversions, 4.0);
        assert_eq!(credits.total().conversions, 8.0);
        let mut unattributed = 0;
        stream_credits(&new, &model, |credit| {
            unattributed += usize::from(credit.is_unattributed());
            Ok(())
        })
        .unwrap();
        assert_eq!(unattributed, 1);
    }

    #[test]
    fn shares_of_known_channels_divide_what_they_took_part_in() {
        let fitted = journeys(&[&["search"], &["tv", "search"], &["tv"]]);
        let model = Markov::order(1).unwrap().fit(&fitted).unwrap();
        let credits = attribute(&journeys(&[&["tv", "tiktok"], &["tiktok"]]), &model).unwrap();
        assert_eq!(credits.channel("tv").unwrap().conversions, 4.0);
        assert_eq!(credits.unattributed().conversions, 4.0);
    }

    #[test]
    fn sets_are_looked_up_without_new_channels() {
        let model = SetRateShapley
            .fit(&journeys(&[&["b"], &["b", "c"]]))
            .unwrap();
        let credits = attribute(&journeys(&[&["a", "b"]]), &model).unwrap();
        assert_eq!(credits.channel("b").unwrap().conversions, 4.0);
    }
}

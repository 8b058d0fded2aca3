//! What is known of a journey beside its touches and outcome.

use crate::journeys::arena::columns::Journeys;
use crate::journeys::arena::conversions::Conversion;
use crate::journeys::journey::Journey;

impl Journeys {
    /// The names of the columns whose texts touches keep, from the broadest to the narrowest.
    pub(crate) fn touch_columns(&self) -> &[String] {
        self.labels.as_ref().map_or(&[], |labels| &labels.columns)
    }

    /// The texts that a label has in those columns.
    pub(crate) fn label_texts(&self, label: u32) -> &[String] {
        let labels = self.labels.as_ref();
        labels.map_or(&[], |labels| &labels.texts[label as usize])
    }

    /// The labels of the touches that a model weighs in a journey, by its number; nothing where
    /// touches have none.
    pub(crate) fn credited_labels(&self, number: usize, journey: Journey<'_>) -> &[u32] {
        let own = self.starts.get(number)..self.ends.get(number);
        let (touches, range) = match (journey.timeline, &self.people) {
            (Some(timeline), Some(people)) => {
                let person = people.journey_ends.first_above(number);
                let before = person.checked_sub(1);
                let start = before.map_or(0, |before| people.touch_ends.get(before));
                let touches = self.timeline.as_ref().unwrap_or(&self.touches);
                (touches, start..start + timeline.channels.len())
            }
            _ => (&self.touches, own),
        };
        touches.labels.get(range).unwrap_or(&[])
    }

    /// The single conversions of a journey, by its number; nothing unless the
    /// options keep them.
    pub(crate) fn conversions(
        &self,
        journey: usize,
    ) -> impl ExactSizeIterator<Item = Conversion<'_>> {
        let kept = self.conversions.as_ref();
        let rows = kept.map_or(&[][..], |kept| kept.of_journey(journey));
        rows.iter().map(move |row| Conversion {
            order_id: kept.and_then(|kept| kept.order(row)),
            goal: kept.and_then(|kept| kept.goal(row)),
            place: kept.and_then(|kept| kept.place(row)),
            value: row.value,
        })
    }

    /// The segment that a journey closes in; none where journeys have no segments.
    pub(crate) fn journey_segment(&self, journey: usize) -> Option<&str> {
        let segments = self.segments.as_ref()?;
        let code = *segments.by_journey.get(journey)?;
        segments.names.get(code as usize).map(String::as_str)
    }

    /// Where the conversion of a journey took place, if its row says so.
    pub(crate) fn journey_place(&self, journey: usize) -> Option<&str> {
        let places = self.places.as_ref()?;
        self.place(journey).map(|place| places.names.name(place))
    }
}

//! Conversion rates: of the whole, by channel, and of those who use several channels.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::journeys::arena::Journeys;
use crate::kpi::journeys::merged_channels::shown_channels;
use crate::kpi::options::KpiOptions;
use crate::report::{Cell, Report, Section, Table};
use crate::stats::Proportion;
use crate::time::TimeRange;

/// How many of the persons reached converted.
///
/// A person counts once, however often touched, so that intervals are those of persons. Touches are
/// those that attribution sees: a touch that no conversion and no later touch follows within the
/// lookback does not count.
///
/// ```
/// use mixtouch::kpi::KpiOptions;
/// use mixtouch::kpi::journeys::ConversionRates;
/// use mixtouch::{Event, Events, JourneyOptions, Journeys};
///
/// let mut log = Events::new();
/// log.push(Event::touch("ann", 1_767_225_600, "social"))?;
/// log.push(Event::conversion("ann", 1_767_229_200))?;
/// log.push(Event::touch("bob", 1_767_225_600, "social"))?;
/// let journeys = Journeys::from_events(&log, JourneyOptions::default())?;
/// let rates = ConversionRates::new(&journeys, &KpiOptions::default())?;
/// assert_eq!((rates.population, rates.overall.rate), (2, Some(0.5)));
/// assert_eq!(rates.channel("social").and_then(|rate| rate.rate), Some(0.5));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ConversionRates {
    /// The range reported.
    pub window: TimeRange,
    /// Persons with at least one touch.
    pub population: u64,
    /// Share of them with a conversion after a touch.
    pub overall: Proportion,
    /// Share of them with a conversion after touches of two channels or more in one journey; of a
    /// population of 0 where those, or the others, are some, but fewer than the minimum group.
    pub omnichannel: Proportion,
    /// Share of them who used two channels or more, in one journey or in several; likewise protected.
    pub cross_channel: Proportion,
    /// By channel: share of the persons it touched who converted in a journey with that channel.
    pub by_channel: Vec<ChannelRate>,
    /// By the channel of a person's first touch: share of these persons with a conversion after a
    /// touch.
    pub by_first_channel: Vec<ChannelRate>,
    /// Persons with a conversion after no touch; none where they are fewer than the minimum group.
    /// Such a conversion does not make a person part of the population.
    pub buyers_without_touch: Option<u64>,
    /// All conversions, as attribution counts them.
    pub conversions: f64,
    /// Value of all conversions.
    pub value: f64,
}

/// The rate of one channel.
///
/// ```
/// use mixtouch::kpi::KpiOptions;
/// use mixtouch::kpi::journeys::ConversionRates;
/// use mixtouch::{Event, Events, JourneyOptions, Journeys};
///
/// let mut log = Events::new();
/// log.push(Event::touch("ann", 1_767_225_600, "social"))?;
/// log.push(Event::conversion("ann", 1_767_229_200))?;
/// log.push(Event::touch("bob", 1_767_225_600, "social"))?;
/// let journeys = Journeys::from_events(&log, JourneyOptions::default())?;
/// let rates = ConversionRates::new(&journeys, &KpiOptions::default())?;
/// let social = &rates.by_channel[0];
/// assert_eq!((social.channel.as_str(), social.rate.population), ("social", 2));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ChannelRate {
    /// The channel.
    pub channel: String,
    /// Share of the persons reached who converted.
    pub rate: Proportion,
}

impl ConversionRates {
    /// Merges or leaves out the rates of too few persons.
    pub(super) fn protected(self, journeys: &Journeys, options: &KpiOptions) -> Result<Self> {
        let minimum = options.minimum();
        let named = |rows: Vec<ChannelRate>| -> Vec<(String, Proportion)> {
            rows.into_iter()
                .map(|row| (row.channel, row.rate))
                .collect()
        };
        let rows = |rates: Vec<(String, Proportion)>| {
            let row = |(channel, rate)| ChannelRate { channel, rate };
            rates.into_iter().map(row).collect()
        };
        let by_channel = named(self.by_channel);
        // those of the whole who are not counted are a group as well
        let shown = |rate: Proportion, wholes: &[u64]| {
            let rest = |&whole: &u64| minimum.allows(whole.saturating_sub(rate.count));
            if minimum.allows(rate.count) && wholes.iter().all(rest) {
                rate
            } else {
                Proportion::from_counts(0, 0, options.level())
            }
        };
        let (persons, converted) = (self.population, self.overall.count);
        Ok(Self {
            omnichannel: shown(self.omnichannel, &[persons, converted]),
            cross_channel: shown(self.cross_channel, &[persons]),
            buyers_without_touch: self
                .buyers_without_touch
                .filter(|&buyers| minimum.allows(buyers)),
            by_channel: rows(shown_channels(
                by_channel,
                journeys,
                minimum,
                options.level(),
            )?),
            by_first_channel: rows(minimum.apply(named(self.by_first_channel)).groups),
            ..self
        })
    }

    /// The conversion rate of a channel.
    pub fn channel(&self, name: &str) -> Option<&Proportion> {
        self.by_channel
            .iter()
            .find(|row| row.channel == name)
            .map(|row| &row.rate)
    }

    /// The conversion rate of the persons whose first touch was in a channel.
    pub fn first_channel(&self, name: &str) -> Option<&Proportion> {
        self.by_first_channel
            .iter()
            .find(|row| row.channel == name)
            .map(|row| &row.rate)
    }
}

impl Report for ConversionRates {
    fn title(&self) -> String {
        let Self {
            window, population, ..
        } = self;
        format!("conversion, {window}: {population} persons touched")
    }

    fn sections(&self) -> Vec<Section> {
        let rates = |heading: &str, rows: &[ChannelRate]| {
            let row = |row: &ChannelRate| {
                let persons = Cell::count(row.rate.population);
                [
                    Cell::from(&row.channel),
                    persons,
                    Cell::percent(row.rate.rate, 2),
                ]
            };
            Table::new([heading, "persons", "converted"]).with_rows(rows.iter().map(row))
        };
        let line = |what: &str, rate: &Proportion| match rate.population {
            0 if self.population > 0 => format!("{what}: too few persons to be shown"),
            _ => format!("{what} {rate}"),
        };
        vec![
            Section::new()
                .with_line(line("converted", &self.overall))
                .with_line(line("after two channels or more", &self.omnichannel))
                .with_line(line("used two channels or more", &self.cross_channel))
                .with_table(rates("channel", &self.by_channel))
                .with_table(rates("first channel", &self.by_first_channel)),
        ]
    }
}

impl fmt::Display for ConversionRates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.document().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Event, Events};
    use crate::journeys::JourneyOptions;
    use crate::privacy::MinimumGroup;

    #[test]
    fn a_group_below_the_minimum_is_not_shown() {
        let mut log = Events::new();
        for person in 0..30_u64 {
            log.push(Event::touch(person, 1_767_225_600, "social"))
                .unwrap();
        }
        // three persons use a second channel, two of them convert after it
        for person in 0..3_u64 {
            log.push(Event::touch(person, 1_767_225_700, "search"))
                .unwrap();
        }
        for person in 0..2_u64 {
            log.push(Event::conversion(person, 1_767_225_800)).unwrap();
        }
        let journeys = Journeys::from_events(&log, JourneyOptions::default()).unwrap();
        let rates = |persons: u64| {
            let minimum = MinimumGroup::new(persons).unwrap();
            let options = KpiOptions::default().with_minimum(minimum);
            ConversionRates::new(&journeys, &options).unwrap()
        };
        let all = rates(1);
        assert_eq!((all.omnichannel.count, all.cross_channel.count), (2, 3));
        let some = rates(3);
        assert_eq!((some.omnichannel.rate, some.cross_channel.count), (None, 3));
        let text = some.to_string();
        assert!(text.contains("after two channels or more: too few persons to be shown"));
        assert!(text.contains("used two channels or more 10.00 %"), "{text}");
        assert_eq!(rates(4).cross_channel.population, 0);
    }
}

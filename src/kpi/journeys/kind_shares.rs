//! Which kinds of journeys bring conversions and value.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::journeys::Accumulator;
use crate::journeys::Journey;
use crate::journeys::arena::{Block, Journeys};
use crate::kpi::journeys::kind::JourneyKind;
use crate::kpi::members::least_persons;
use crate::kpi::options::KpiOptions;
use crate::privacy::{Group, MinimumGroup, SmallGroups};
use crate::report::{Cell, Report, Section, Table};
use crate::stats::{Proportion, RatioSums};
use crate::time::TimeRange;

/// Purchases and their value by kind of journey.
///
/// ```
/// use mixtouch::kpi::journeys::{KindShares};
/// use mixtouch::kpi::{KpiOptions, OfflineChannels};
/// use mixtouch::{Event, Events, JourneyOptions, Journeys};
///
/// let mut log = Events::new();
/// log.push(Event::touch("ann", 1_767_225_600, "social"))?;
/// log.push(Event::conversion("ann", 1_767_225_800).with_value(50.0).with_channel("store"))?;
/// log.push(Event::touch("bob", 1_767_225_600, "social"))?;
/// log.push(Event::conversion("bob", 1_767_225_900).with_value(30.0))?;
/// let journeys = Journeys::from_events(&log, JourneyOptions::default())?;
/// let options = KpiOptions::default().with_offline(OfflineChannels::new(["store"]));
/// let shares = KindShares::new(&journeys, &options)?;
/// assert_eq!((shares.population, shares.value), (2, 80.0));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct KindShares {
    /// The range reported.
    pub window: TimeRange,
    /// Purchases: journeys that converted, those without a touch included.
    pub population: u64,
    /// Value of these purchases.
    pub value: f64,
    /// Shares by kind, in the order of [`JourneyKind::ALL`].
    pub kinds: Vec<KindShare>,
}

/// Purchases and value of one kind of journey.
///
/// ```
/// use mixtouch::kpi::journeys::{JourneyKind, KindShares};
/// use mixtouch::kpi::{KpiOptions, OfflineChannels};
/// use mixtouch::{Event, Events, JourneyOptions, Journeys};
///
/// let mut log = Events::new();
/// log.push(Event::touch("ann", 1_767_225_600, "social"))?;
/// log.push(Event::conversion("ann", 1_767_225_800).with_value(50.0).with_channel("store"))?;
/// log.push(Event::touch("bob", 1_767_225_600, "social"))?;
/// log.push(Event::conversion("bob", 1_767_225_900).with_value(30.0))?;
/// let journeys = Journeys::from_events(&log, JourneyOptions::default())?;
/// let options = KpiOptions::default().with_offline(OfflineChannels::new(["store"]));
/// let shares = KindShares::new(&journeys, &options)?;
/// let to_store = shares.kind(JourneyKind::OnlineToOffline).expect("every kind is shown");
/// assert_eq!((to_store.purchases.rate, to_store.value), (Some(0.5), 50.0));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct KindShare {
    /// The kind.
    pub kind: JourneyKind,
    /// Persons with a purchase of this kind.
    pub persons: u64,
    /// The kind's share of all purchases; its interval is by person.
    pub purchases: Proportion,
    /// Value of these purchases.
    pub value: f64,
    /// The kind's share of all value; none if there is no value.
    pub value_share: Option<f64>,
}

impl KindShares {
    /// The shares of all conversions;
    /// [`KpiOptions::with_offline`](crate::kpi::KpiOptions::with_offline) says what is offline.
    ///
    /// ```
    /// use mixtouch::kpi::journeys::{JourneyKind, KindShares};
    /// use mixtouch::kpi::{KpiOptions, OfflineChannels};
    /// use mixtouch::{Event, Events, JourneyOptions, Journeys};
    ///
    /// let mut log = Events::new();
    /// log.push(Event::touch("ann", 1_767_225_600, "social"))?;
    /// log.push(Event::conversion("ann", 1_767_225_800).with_value(50.0).with_channel("store"))?;
    /// let journeys = Journeys::from_events(&log, JourneyOptions::default())?;
    /// let options = KpiOptions::default().with_offline(OfflineChannels::new(["store"]));
    /// let shares = KindShares::new(&journeys, &options)?;
    /// let to_store = shares.kind(JourneyKind::OnlineToOffline);
    /// assert_eq!(to_store.and_then(|kind| kind.value_share), Some(1.0));
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    ///
    /// # Errors
    /// If an offline channel is neither a channel nor a place of sale of the log, or journeys have
    /// no persons and times.
    pub fn new(journeys: &Journeys, options: &KpiOptions) -> Result<Self> {
        let start = KindCounts::new(journeys, options)?;
        journeys
            .accumulate_converting(|| start.clone())?
            .report(options)
    }

    /// The share of a kind; none if it is not shown.
    pub fn kind(&self, kind: JourneyKind) -> Option<&KindShare> {
        self.kinds.iter().find(|row| row.kind == kind)
    }
}

/// A kind, and what tells how many persons it has together with others.
struct Counted {
    share: KindShare,
    /// The sum over persons of their purchases of this kind times all their purchases.
    products: f64,
}

impl Group for Counted {
    fn persons(&self) -> u64 {
        self.share.persons
    }

    /// Kinds are left out rather than shown together.
    fn merge(&mut self, _: Self) {}

    /// A person may have purchases of several kinds.
    fn persons_together(groups: &[&Self]) -> u64 {
        let most = groups.iter().map(|group| group.persons()).max();
        let purchases: u64 = groups.iter().map(|group| group.share.purchases.count).sum();
        let products = groups.iter().map(|group| group.products).sum();
        most.unwrap_or(0)
            .max(least_persons(purchases as f64, products))
    }
}

/// Leaves out kinds of too few persons, with the next smallest while those left out are too few
/// together.
fn protected(kinds: Vec<Counted>, minimum: &MinimumGroup) -> Vec<KindShare> {
    let named = kinds
        .into_iter()
        .map(|kind| (kind.share.kind.to_string(), kind));
    let shown = minimum.with_small(SmallGroups::Suppress).apply(named);
    let groups = shown.groups.into_iter();
    groups.map(|(_, kind)| kind.share).collect()
}

impl Report for KindShares {
    fn title(&self) -> String {
        let Self {
            window,
            population,
            value,
            ..
        } = self;
        format!("kinds of journeys, {window}: {population} purchases worth {value:.2}")
    }

    fn sections(&self) -> Vec<Section> {
        let row = |row: &KindShare| {
            [
                Cell::text(row.kind.name()),
                Cell::count(row.purchases.count),
                Cell::percent(row.purchases.rate, 2),
                Cell::number(row.value, 2),
                Cell::percent(row.value_share, 2),
            ]
        };
        let kinds = self.kinds.iter().filter(|row| row.purchases.count > 0);
        let table = Table::new(["kind", "purchases", "share", "value", "share of value"]);
        vec![Section::new().with_table(table.with_rows(kinds.map(row)))]
    }
}

impl fmt::Display for KindShares {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.document().fmt(f)
    }
}

/// Counts behind [`KindShares`]; counts of parts merge to those of the whole. They read the places
/// of sale of their journeys.
///
/// ```
/// use mixtouch::kpi::journeys::{JourneyKind, KindCounts};
/// use mixtouch::kpi::{KpiOptions, OfflineChannels};
/// use mixtouch::{Event, Events, JourneyOptions, Journeys};
///
/// let mut log = Events::new();
/// log.push(Event::touch("ann", 1_767_225_600, "social"))?;
/// log.push(Event::conversion("ann", 1_767_225_800).with_value(50.0).with_channel("store"))?;
/// log.push(Event::touch("bob", 1_767_225_600, "social"))?;
/// log.push(Event::conversion("bob", 1_767_225_900).with_value(30.0))?;
/// let journeys = Journeys::from_events(&log, JourneyOptions::default())?;
/// let options = KpiOptions::default().with_offline(OfflineChannels::new(["store"]));
/// let empty = KindCounts::new(&journeys, &options)?;
/// let shares = journeys.accumulate(|| empty.clone())?.report(&options)?;
/// assert_eq!(shares.kind(JourneyKind::OnlineOnly).map(|kind| kind.value), Some(30.0));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct KindCounts<'a> {
    journeys: &'a Journeys,
    /// By channel and by place, whether it is offline.
    channels: Vec<bool>,
    places: Vec<bool>,
    tallies: [Tally; JourneyKind::ALL.len()],
}

/// The purchases of one kind.
#[derive(Debug, Clone, Copy, Default)]
struct Tally {
    persons: u64,
    purchases: RatioSums,
    value: f64,
    /// Purchases of the person at hand.
    own: u64,
}

impl<'a> KindCounts<'a> {
    /// Counts of no journey.
    ///
    /// # Errors
    /// If an offline channel is neither a channel nor a place of sale of the log, or journeys have
    /// no persons and times.
    pub fn new(journeys: &'a Journeys, options: &KpiOptions) -> Result<Self> {
        journeys.observed_range()?;
        let offline = options.offline();
        offline.check(&[Some(journeys.channels()), journeys.place_names()])?;
        let (channels, places) = (
            offline.flags(Some(journeys.channels())),
            offline.flags(journeys.place_names()),
        );
        Ok(Self {
            journeys,
            channels,
            places,
            tallies: Default::default(),
        })
    }

    /// Counts a journey, if it converted, for the person at hand.
    fn add(&mut self, journey: Journey<'_>, place: Option<bool>) {
        let outcome = journey.outcome();
        if outcome.conversions() == 0.0 {
            return;
        }
        let steps = journey
            .channels()
            .iter()
            .map(|channel| self.channels[channel.index()]);
        let kind = JourneyKind::of_steps(steps.chain(place));
        let tally = &mut self.tallies[kind as usize];
        tally.own += 1;
        tally.value += outcome.value();
    }

    /// Counts the person at hand, whose journeys are added.
    fn finish_person(&mut self) {
        let all = self.tallies.iter().map(|tally| tally.own).sum();
        for tally in &mut self.tallies {
            let own = std::mem::take(&mut tally.own);
            tally.persons += u64::from(own > 0);
            tally.purchases.add_counts(own, all);
        }
    }

    /// The shares of the journeys counted.
    ///
    /// # Errors
    /// If the journeys have no persons and times; [`KindCounts::new`] has checked that they do.
    pub fn report(&self, options: &KpiOptions) -> Result<KindShares> {
        let population = self.tallies[0].purchases.totals().1 as u64;
        let value: f64 = self.tallies.iter().map(|tally| tally.value).sum();
        let kind = |(kind, tally): (JourneyKind, &Tally)| Counted {
            share: KindShare {
                kind,
                persons: tally.persons,
                purchases: Proportion::clustered(&tally.purchases, options.level()),
                value: tally.value,
                value_share: (value > 0.0).then(|| tally.value / value),
            },
            products: tally.purchases.squares()[1],
        };
        let kinds = JourneyKind::ALL.into_iter().zip(&self.tallies).map(kind);
        Ok(KindShares {
            window: options.shown(self.journeys.observed_range()?),
            population,
            value,
            kinds: protected(kinds.collect(), options.minimum()),
        })
    }
}

impl Accumulator for KindCounts<'_> {
    fn observe(&mut self, journey: Journey<'_>) {
        self.add(journey, None);
        self.finish_person();
    }

    fn observe_block(&mut self, block: Block<'_>) {
        for person in block.people() {
            for (at, journey) in person.journeys() {
                let place = self
                    .journeys
                    .place(at)
                    .map(|place| self.places[place.index()]);
                self.add(journey, place);
            }
            self.finish_person();
        }
    }

    fn merge(&mut self, later: Self) -> Result<()> {
        for (tally, more) in self.tallies.iter_mut().zip(later.tallies) {
            tally.persons += more.persons;
            tally.purchases.merge(&more.purchases);
            tally.value += more.value;
        }
        Ok(())
    }
}

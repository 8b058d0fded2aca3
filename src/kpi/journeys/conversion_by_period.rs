//! Conversion over time.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::journeys::arena::Journeys;
use crate::journeys::{Accumulator, Block, Journey};
use crate::kpi::options::KpiOptions;
use crate::privacy::{Group, MinimumGroup, SmallGroups};
use crate::report::{Cell, Report, Section, Table};
use crate::stats::{ConfidenceLevel, Mean, Proportion, RatioSums};
use crate::time::{Periods, TimeRange};

/// Who was there in each period, who of them bought, and for how much.
///
/// ```
/// use mixtouch::kpi::KpiOptions;
/// use mixtouch::kpi::journeys::ConversionByPeriod;
/// use mixtouch::time::Periods;
/// use mixtouch::{Event, Events, JourneyOptions, Journeys, TimeZone};
///
/// let (january, february) = (1_767_225_600, 1_769_904_000);
/// let mut log = Events::new();
/// log.push(Event::touch("ann", january, "social"))?;
/// log.push(Event::touch("bob", january, "social"))?;
/// log.push(Event::conversion("ann", january + 3_600).with_value(50.0))?;
/// log.push(Event::touch("bob", february, "search"))?;
/// let journeys = Journeys::from_events(&log, JourneyOptions::default())?;
/// let months = Periods::months("2026-01-01".parse()?, 2, 1, &TimeZone::utc())?;
/// let options = KpiOptions::default().with_periods(months);
/// let by_month = ConversionByPeriod::new(&journeys, &options)?;
/// let rates: Vec<_> = by_month.periods.iter().map(|month| month.bought.rate).collect();
/// assert_eq!(rates, [Some(0.5), Some(0.0)]);
/// assert_eq!(by_month.periods[0].order_value.mean, Some(50.0));
/// assert!(!by_month.periods[1].over, "the log ends in February");
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ConversionByPeriod {
    /// The range reported.
    pub window: TimeRange,
    /// The periods of enough persons, oldest first, of those that had begun when observation ended.
    pub periods: Vec<PeriodConversion>,
}

/// One period.
///
/// An example is at [`ConversionByPeriod`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PeriodConversion {
    /// The period's name, such as `2026-01`.
    pub name: String,
    /// The period.
    pub window: TimeRange,
    /// Whether all of it was observed, but for a thirtieth: shares of a period in part are not those
    /// of a whole one.
    pub over: bool,
    /// Persons with a conversion in it, of those with a touch or a conversion in it.
    pub bought: Proportion,
    /// Value of a conversion, with its interval by person.
    pub order_value: Mean,
}

impl ConversionByPeriod {
    /// Conversion in the periods of the options, or else of the whole range.
    ///
    /// # Errors
    /// If journeys have no persons and times, like those of a path table.
    pub fn new(journeys: &Journeys, options: &KpiOptions) -> Result<Self> {
        let observed = journeys.observed_range()?;
        let periods = options.periods_or(observed)?;
        let counts = journeys.accumulate(|| Counts::new(&periods))?;
        let each = periods.ranges().enumerate();
        let periods = each
            .filter(|(_, window)| window.from() < observed.to() && window.to() > observed.from())
            .map(|(at, window)| counts.period(at, window, observed, options.level()));
        let minimum = options.minimum();
        Ok(Self {
            window: options.shown(observed),
            periods: protected(periods.collect(), minimum),
        })
    }
}

/// The periods with enough persons, and enough or no buyers.
fn protected(periods: Vec<PeriodConversion>, minimum: &MinimumGroup) -> Vec<PeriodConversion> {
    let group = |row: PeriodConversion| {
        let bought = row.bought;
        let few = !minimum.allows(bought.count);
        let persons = if few { bought.count } else { bought.population };
        (row.name.clone(), Counted { row, persons })
    };
    let rule = minimum.with_small(SmallGroups::Suppress);
    let shown = rule.apply(periods.into_iter().map(group)).groups;
    shown.into_iter().map(|(_, counted)| counted.row).collect()
}

/// A period, and the persons that decide on it: the buyers where these are too few.
struct Counted {
    row: PeriodConversion,
    persons: u64,
}

impl Group for Counted {
    fn persons(&self) -> u64 {
        self.persons
    }

    /// Periods are left out rather than shown together.
    fn merge(&mut self, _: Self) {}

    /// The same persons may be in every period, so at least as many as in the largest: of persons,
    /// and of buyers if there are any, as the whole range may be shown elsewhere.
    fn persons_together(groups: &[&Self]) -> u64 {
        let most = |count: fn(&Proportion) -> u64| {
            let counts = groups.iter().map(|group| count(&group.row.bought));
            counts.max().unwrap_or(0)
        };
        let (persons, buyers) = (
            most(|bought| bought.population),
            most(|bought| bought.count),
        );
        if buyers > 0 {
            persons.min(buyers)
        } else {
            persons
        }
    }
}

/// Counts by period.
struct Counts<'a> {
    periods: &'a Periods,
    persons: Vec<u64>,
    bought: Vec<u64>,
    values: Vec<RatioSums>,
    /// Of the person at hand: the periods seen, and by period value and number of conversions.
    seen: Vec<usize>,
    own: Vec<Option<(f64, f64)>>,
}

impl<'a> Counts<'a> {
    fn new(periods: &'a Periods) -> Self {
        let count = periods.count();
        Self {
            periods,
            persons: vec![0; count],
            bought: vec![0; count],
            values: vec![RatioSums::default(); count],
            seen: Vec::new(),
            own: vec![None; count],
        }
    }

    fn see(&mut self, time: u32, value: f64, conversions: f64) {
        let Some(at) = self.periods.position(time) else {
            return;
        };
        if self.own[at].is_none() {
            self.seen.push(at);
        }
        let own = self.own[at].get_or_insert((0.0, 0.0));
        own.0 += value;
        own.1 += conversions;
    }

    /// All touches of a person, also those too long before a close to be of a journey.
    fn observe_person<'j>(&mut self, touches: &[u32], journeys: impl Iterator<Item = Journey<'j>>) {
        for &time in touches {
            self.see(time, 0.0, 0.0);
        }
        for journey in journeys {
            let outcome = journey.outcome();
            if outcome.conversions() > 0.0 {
                self.see(journey.close(), outcome.value(), outcome.conversions());
            }
        }
        for at in std::mem::take(&mut self.seen) {
            self.persons[at] += 1;
            if let Some((value, conversions)) = self.own[at].take().filter(|own| own.1 > 0.0) {
                self.bought[at] += 1;
                self.values[at].add_person(value, conversions);
            }
        }
    }

    fn period(
        &self,
        at: usize,
        window: TimeRange,
        observed: TimeRange,
        level: ConfidenceLevel,
    ) -> PeriodConversion {
        PeriodConversion {
            name: window.label(),
            window,
            over: is_over(window, observed),
            bought: Proportion::from_counts(self.bought[at], self.persons[at], level),
            order_value: Mean::clustered(&self.values[at], level),
        }
    }
}

/// The first row of a log that begins with a month is some minutes into it, and the last one before
/// its end.
fn is_over(window: TimeRange, observed: TimeRange) -> bool {
    let missing = (observed.from() - window.from()).max(0) + (window.to() - observed.to()).max(0);
    30 * missing <= window.to() - window.from()
}

impl Accumulator for Counts<'_> {
    /// A journey on its own is a person of its own.
    fn observe(&mut self, journey: Journey<'_>) {
        self.observe_person(journey.times(), std::iter::once(journey));
    }

    fn observe_block(&mut self, block: Block<'_>) {
        for person in block.people() {
            let journeys = person.journeys().map(|(_, journey)| journey);
            self.observe_person(person.times(), journeys);
        }
    }

    fn merge(&mut self, later: Self) -> Result<()> {
        for at in 0..self.persons.len() {
            self.persons[at] += later.persons[at];
            self.bought[at] += later.bought[at];
            self.values[at].merge(&later.values[at]);
        }
        Ok(())
    }
}

impl Report for ConversionByPeriod {
    fn title(&self) -> String {
        format!("conversion by period, {}", self.window)
    }

    fn sections(&self) -> Vec<Section> {
        let row = |period: &PeriodConversion| {
            let ends = |cell: Cell, ends: Option<crate::stats::Interval>| {
                cell.with_interval(ends.map(|ends| ends.low()), ends.map(|ends| ends.high()))
            };
            let note = if period.over { "" } else { "in part" };
            [
                Cell::from(&period.name),
                Cell::count(period.bought.population),
                ends(Cell::percent(period.bought.rate, 2), period.bought.interval),
                ends(
                    Cell::number(period.order_value.mean, 2),
                    period.order_value.interval,
                ),
                Cell::from(note),
            ]
        };
        let columns = ["period", "persons", "bought", "value of a conversion", ""];
        let table = Table::new(columns).with_rows(self.periods.iter().map(row));
        vec![Section::new().with_table(table)]
    }
}

impl fmt::Display for ConversionByPeriod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.document().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Event, Events};
    use crate::journeys::JourneyOptions;
    use crate::time::TimeZone;

    const JANUARY: i64 = 1_767_225_600;
    const FEBRUARY: i64 = 1_769_904_000;
    const MARCH: i64 = 1_772_323_200;

    fn by_month(log: &Events, minimum: u64) -> ConversionByPeriod {
        let journeys = Journeys::from_events(log, JourneyOptions::default()).unwrap();
        let start = "2026-01-01".parse().unwrap();
        let months = Periods::months(start, 3, 1, &TimeZone::utc()).unwrap();
        let options = KpiOptions::default()
            .with_periods(months)
            .with_minimum(MinimumGroup::new(minimum).unwrap());
        ConversionByPeriod::new(&journeys, &options).unwrap()
    }

    /// Three of ten buy in January, one of them twice; nobody of four in February.
    fn log() -> Events {
        let mut log = Events::new();
        for person in 0..10u64 {
            log.push(Event::touch(person, JANUARY, "tv")).unwrap();
            if person < 3 {
                let sale = Event::conversion(person, JANUARY + 60).with_value(30.0);
                log.push(sale).unwrap();
            }
            if person < 4 {
                log.push(Event::touch(person, FEBRUARY, "tv")).unwrap();
            }
        }
        let again = Event::conversion(0u64, JANUARY + 90_000).with_value(10.0);
        log.push(again).unwrap();
        log.push(Event::touch(9u64, MARCH, "tv")).unwrap();
        log
    }

    #[test]
    fn persons_count_once_a_period() {
        let months = by_month(&log(), 1).periods;
        let counts = months
            .iter()
            .map(|month| (month.bought.count, month.bought.population));
        assert_eq!(counts.collect::<Vec<_>>(), [(3, 10), (0, 4), (0, 1)]);
        // 30 + 10, 30, 30: 100 of 4 conversions
        assert_eq!(months[0].order_value.mean, Some(25.0));
        assert_eq!(months[1].order_value.mean, None);
        let over: Vec<bool> = months.iter().map(|month| month.over).collect();
        assert_eq!(over, [true, true, false]);
    }

    #[test]
    fn a_period_is_over_but_for_a_thirtieth() {
        let range = |from: i64, to: i64| TimeRange::new(from, to).unwrap();
        let month = range(JANUARY, JANUARY + 30 * 86_400);
        let seen = |from: i64, to: i64| is_over(month, range(JANUARY + from, JANUARY + to));
        assert!(seen(-5, 31 * 86_400) && seen(9, 30 * 86_400 - 36));
        assert!(seen(86_400, 30 * 86_400) && !seen(86_401, 30 * 86_400));
        assert!(!seen(0, 29 * 86_400 - 1));
    }

    #[test]
    fn small_periods_are_not_shown() {
        let shown: Vec<String> = by_month(&log(), 3)
            .periods
            .into_iter()
            .map(|month| month.name)
            .collect();
        // one person in March, whom February alone would give away
        assert_eq!(shown, ["2026-01"]);
    }

    #[test]
    fn any_number_of_threads_says_the_same() {
        let mut log = Events::new();
        for person in 0..9_000u64 {
            let time = JANUARY + (person as i64 * 7_919) % (59 * 86_400);
            log.push(Event::touch(person, time, "tv")).unwrap();
            let sale = Event::conversion(person, time + 60).with_value(0.1 * (person % 7) as f64);
            if person % 3 == 0 {
                log.push(sale).unwrap();
            }
        }
        let on = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
            pool.build().unwrap().install(|| by_month(&log, 1))
        };
        assert_eq!(on(1), on(7));
    }
}

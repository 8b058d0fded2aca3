//! KPIs of a business over journeys and persons.
//!
//! Figures about touches and conversions come from [`Journeys`](crate::Journeys), the same arena
//! that attribution reads, so that both agree. Figures about purchases come from
//! [`Purchases`](customers::Purchases), which are made of the same journeys. Figures about returns,
//! carts, surveys and cases come from a log that keeps such rows
//! ([`Events::keep_all`](crate::Events::keep_all)), read person by person through
//! [`PersonTimelines`].
//!
//! | question | report |
//! |---|---|
//! | how many of the persons reached convert, by channel, after several channels? | [`ConversionRates`](journeys::ConversionRates) |
//! | how long and how many touches does a purchase take? | [`PurchasePaths`](journeys::PurchasePaths) |
//! | what do journeys online, offline and across bring? | [`KindShares`](journeys::KindShares) |
//! | what do new customers cost, what does spend return? | [`CustomerAcquisitionCost`](spend::CustomerAcquisitionCost), [`ReturnOnAdSpend`](spend::ReturnOnAdSpend) |
//! | are e-mails opened and clicked? | [`EmailRates`](spend::EmailRates) |
//! | who stays, who comes back, who is due? | [`Retention`](customers::Retention), [`Cohorts`](customers::Cohorts), [`Repurchase`](customers::Repurchase), [`InterpurchaseTimes`](customers::InterpurchaseTimes) |
//! | who are the best customers, and what are they worth? | [`RfmSegments`](customers::RfmSegments), [`CustomerLifetimeValue`](customers::CustomerLifetimeValue), [`lifetime`](customers::lifetime) |
//! | what do customers say, and are those with several channels happier? | [`VoiceOfCustomer`](service::VoiceOfCustomer) |
//! | what do they say in their own words? | `verbatims::Verbatims` (feature `verbatims`) |
//! | how long do cases take, who works on them, and how well? | [`CaseResolutions`](service::CaseResolutions), [`ServiceTeams`](service::ServiceTeams) |
//! | which paths do journeys take, where do they lose conversions? | [`JourneyMap`](map::JourneyMap), [`FrequentPaths`](map::FrequentPaths) |
//! | which carts are left, on which device and in which channel? | [`CartAbandonment`](customers::CartAbandonment) |
//! | all of it, in one document? | [`Dashboard`](dashboard::Dashboard) |
//!
//! Every report is made by `new` from its data and [`KpiOptions`]: confidence level, smallest
//! group, range, periods, time zone, goal, lookback, offline channels. It states its range and
//! population, implements [`Report`](crate::report::Report), and serialises. Its estimates carry
//! intervals:
//!
//! | figure | type | interval |
//! |---|---|---|
//! | proportion | [`Proportion`](crate::stats::Proportion) | Wilson's score interval, by person |
//! | mean | [`Mean`](crate::stats::Mean) | Student's t, of answers by person |
//! | quantiles of a distribution | [`Distribution`](crate::stats::Distribution) | order statistics |
//! | times of which some are open | [`Survival`](crate::stats::Survival) | Brookmeyer and Crowley's, by person |
//! | promoters less detractors | [`NetScore`](service::NetScore) | adjusted Wald, by person |
//!
//! Persons are independent of each other; their e-mails, carts, cases, answers and journeys are
//! not. Where these repeat within persons, intervals are those of persons
//! ([`Proportion::clustered`](crate::stats::Proportion::clustered)); where each person counts once,
//! the two are one. Intervals of order statistics take values as independent.
//!
//! A figure over nothing, such as a proportion of 0 persons, is `None`, never NaN. So is a figure
//! of what lies beyond the end of observation, such as the churn of a month that is not over. Sums,
//! and ratios of sums such as a cost per customer, carry no interval.
//!
//! # A new KPI
//! A KPI over journeys is an [`Accumulator`](crate::Accumulator): it observes journeys one by one
//! or in blocks of whole persons, and merges what was gathered from later ones. Merged parts must
//! equal the whole; then no number of threads changes a bit, and parts from several machines add
//! up.
//!
//! ```
//! use mixtouch::kpi::KpiOptions;
//! use mixtouch::report::{Report, Section};
//! use mixtouch::stats::Proportion;
//! use mixtouch::{Accumulator, Event, Events, Journey, JourneyOptions, Journeys, Result};
//!
//! /// Conversions after a single touch.
//! #[derive(Default)]
//! struct Impulse {
//!     single: u64,
//!     all: u64,
//! }
//!
//! impl Accumulator for Impulse {
//!     fn observe(&mut self, journey: Journey<'_>) {
//!         let converted = journey.outcome().conversions() > 0.0 && !journey.is_empty();
//!         self.all += u64::from(converted);
//!         self.single += u64::from(converted && journey.len() == 1);
//!     }
//!
//!     fn merge(&mut self, later: Self) -> Result<()> {
//!         self.all += later.all;
//!         self.single += later.single;
//!         Ok(())
//!     }
//! }
//!
//! /// The share of purchases after a single touch.
//! struct ImpulseRate {
//!     range: mixtouch::time::TimeRange,
//!     rate: Proportion,
//! }
//!
//! impl ImpulseRate {
//!     fn new(journeys: &Journeys, options: &KpiOptions) -> Result<Self> {
//!         let counts = journeys.accumulate(Impulse::default)?;
//!         Ok(Self {
//!             range: journeys.observed_range()?,
//!             rate: Proportion::from_counts(counts.single, counts.all, options.level()),
//!         })
//!     }
//! }
//!
//! impl Report for ImpulseRate {
//!     fn title(&self) -> String {
//!         format!("impulse purchases, {}", self.range)
//!     }
//!
//!     fn sections(&self) -> Vec<Section> {
//!         vec![Section::new().with_line(format!("after one touch {}", self.rate))]
//!     }
//! }
//!
//! let mut log = Events::new();
//! for (person, channels) in [("ann", &["social"][..]), ("bob", &["social", "search"])] {
//!     for (time, channel) in (1_767_225_600..).zip(channels) {
//!         log.push(Event::touch(person, time, *channel))?;
//!     }
//!     log.push(Event::conversion(person, 1_767_229_200))?;
//! }
//! let journeys = Journeys::from_events(&log, JourneyOptions::default())?;
//! let impulse = ImpulseRate::new(&journeys, &KpiOptions::default())?;
//! assert_eq!(impulse.rate.rate, Some(0.5));
//! assert!(impulse.to_text().contains("after one touch"));
//!
//! // the merge law: parts, merged in order, are the whole
//! let mut merged = Impulse::default();
//! for at in 0..journeys.len() {
//!     let mut part = Impulse::default();
//!     journeys.get(at).into_iter().for_each(|journey| part.observe(journey));
//!     merged.merge(part)?;
//! }
//! assert_eq!((merged.single, merged.all), (1, 2));
//! # Ok::<(), mixtouch::Error>(())
//! ```
//!
//! A KPI over rows of any kind reads [`PersonTimelines`]: fold each person alone, and combine in
//! their order. Persons stand in the order of a hash of their keys, so that the order of rows does
//! not matter.
//!
//! ```
//! use mixtouch::kpi::service::NetScore;
//! use mixtouch::kpi::{KpiOptions, PersonTimelines};
//! use mixtouch::{Event, Events, Kind, Result};
//!
//! /// The net promoter score of every person's latest answer.
//! fn latest_answers(timelines: &PersonTimelines<'_>, options: &KpiOptions) -> Result<NetScore> {
//!     let range = timelines.reported_range(options)?;
//!     let [mut promoters, mut passives, mut detractors] = [0; 3];
//!     for person in timelines.iter() {
//!         let answers = person.within(range).of_kind(Kind::Survey);
//!         match answers.filter(|row| row.goal() == Some("nps")).last() {
//!             Some(answer) if answer.value() >= 9.0 => promoters += 1,
//!             Some(answer) if answer.value() <= 6.0 => detractors += 1,
//!             Some(_) => passives += 1,
//!             None => {}
//!         }
//!     }
//!     Ok(NetScore::new(promoters, passives, detractors, options.level()))
//! }
//!
//! let mut log = Events::new().keep_all();
//! let answers = [(0, "ann", 3.0), (1, "ann", 10.0), (2, "bob", 9.0), (3, "cem", 3.0)];
//! for (time, person, answer) in answers {
//!     let row = Event::of_kind(Kind::Survey, person, 1_767_225_600 + time);
//!     log.push(row.with_goal("nps").with_value(answer))?;
//! }
//! let score = latest_answers(&PersonTimelines::new(&log)?, &KpiOptions::default())?;
//! assert_eq!(score.to_string(), "33.3 (95 % interval -51.3 to 84.7, 3 answers)");
//! # Ok::<(), mixtouch::Error>(())
//! ```

pub mod customers;
pub mod dashboard;
pub mod journeys;
pub mod map;
mod members;
mod options;
pub mod service;
pub mod spend;
mod timelines;
#[cfg(feature = "verbatims")]
pub mod verbatims;

pub use self::options::{KpiOptions, OfflineChannels};
pub use self::timelines::{PersonTimeline, PersonTimelines};

//! What a business steers its channels by: KPIs over journeys and persons.
//!
//! Figures about touches and conversions come from [`Journeys`](crate::journeys::arena::Journeys), the same arena
//! that attribution reads, so that both agree. Figures about purchases come from [`Purchases`],
//! which are made of the same journeys. What needs further kinds of rows - returns, carts, surveys,
//! cases - comes from a log that keeps them ([`Events::keep_all`](crate::event::Events::keep_all),
//! [`EventColumns::keep_all`](crate::io::EventColumns::keep_all)), read person by person through
//! [`PersonTimelines`].
//!
//! | question | report |
//! |---|---|
//! | how many of the persons reached convert, by channel, after several channels? | [`ConversionRates`] |
//! | how long and how many touches does it take? | [`PurchasePaths`] |
//! | what do journeys online, offline and across bring? | [`KindShares`] |
//! | what do new customers cost, what does spend return? | [`CustomerAcquisitionCost`], [`ReturnOnAdSpend`] |
//! | are e-mails opened and clicked? | [`EmailRates`] |
//! | who stays, who comes back, who is due? | [`Retention`], [`Cohorts`], [`Repurchase`], [`InterpurchaseTimes`] |
//! | who are the best customers, what are they worth, and will be? | [`RfmSegments`], [`CustomerLifetimeValue`], [`lifetime`] |
//! | what do customers say, and are those who use several channels happier? | [`VoiceOfCustomer`] |
//! | how long do cases take, who works on them, and how well? | [`Resolutions`], [`Service`] |
//! | which ways do journeys take, where do they lose conversions? | [`JourneyMap`], [`FrequentPaths`] |
//! | which carts are left, on which device and in which channel? | [`CartAbandonment`] |
//!
//! Goals, lookbacks and the period are those of the journeys. Several folds over the arena go in
//! one pass as a tuple:
//! `journeys.accumulate(|| (ConversionCounts::new(channels), PathLengths::default()))`. Reports by
//! group take or apply a [`MinimumGroup`](crate::privacy::MinimumGroup).
//!
//! Every report states its [`Window`] and population, and every estimate carries an [`Interval`]:
//!
//! | figure | type | interval |
//! |---|---|---|
//! | a proportion with its denominator | [`Proportion`] | Wilson's score interval |
//! | a mean | [`Mean`] | Student's t |
//! | a distribution's quantiles | [`Distribution`] | order statistics |
//! | promoters less detractors | [`NetScore`] | normal, on the trinomial |
//!
//! A figure without anything to be taken over - a rate of nobody - is `None`, never NaN. Sums, and
//! ratios of sums such as a cost per customer, are what they are: they carry no interval.
//!
//! # A new KPI
//! One family a file. Take [`PersonTimelines`], fold each [`History`] on its own, and gather in their
//! order: persons stand in the order of a hash of their keys, so neither the order of rows nor the
//! number of threads can change a bit. Give back a report of public fields with [`Window`],
//! population and the figures above, serialisable and with `Display`.
//!
//! ```
//! use mixtouch::kpi::service::NetScore;
//! use mixtouch::kpi::timelines::PersonTimelines;
//! use mixtouch::stats::ConfidenceLevel;
//! use mixtouch::time::Window;
//! use mixtouch::{Event, Events, Kind};
//!
//! let mut log = Events::new().keep_all();
//! for (person, answer) in [("ann", 10.0), ("bob", 9.0), ("cem", 3.0)] {
//!     log.push(Event::of_kind(Kind::Survey, person, 1_767_225_600).with_goal("nps").with_value(answer))?;
//! }
//! let histories = PersonTimelines::new(&log)?.within(Window::new(1_767_225_600, 1_767_312_000)?);
//! let answers: Vec<f64> = histories.of_kind(Kind::Survey).filter(|row| row.goal() == Some("nps")).map(|row| row.value()).collect();
//! let count = |inside: fn(&f64) -> bool| answers.iter().filter(|&answer| inside(answer)).count() as u64;
//! let score = NetScore::new(count(|&x| x >= 9.0), count(|&x| x > 6.0 && x < 9.0), count(|&x| x <= 6.0), ConfidenceLevel::default());
//! assert_eq!(score.to_string(), "33.3 (95 % interval -73.4 to 100.0, 3 answers)");
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

pub use self::options::{KpiOptions, OfflineChannels};
pub use self::timelines::{PersonTimeline, PersonTimelines};

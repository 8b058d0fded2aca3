//! What a business steers its channels by: KPIs over journeys and persons.
//!
//! Figures about touches and conversions come from [`Journeys`](crate::Journeys), the same arena
//! that attribution reads, so that both agree. Figures about purchases come from [`Purchases`],
//! which are made of the same journeys. What needs further kinds of rows - returns, carts, surveys,
//! cases - comes from a log that keeps them ([`Events::keep_all`](crate::Events::keep_all),
//! [`EventColumns::keep_all`](crate::EventColumns::keep_all)), read person by person through
//! [`Histories`].
//!
//! | question | report |
//! |---|---|
//! | how many of the persons reached convert, by channel, after several channels? | [`ConversionRates`] |
//! | how long and how many touches does it take? | [`PurchasePaths`] |
//! | what do journeys online, offline and across bring? | [`KindShares`] |
//! | what do new customers cost, what does spend return? | [`Acquisition`], [`SpendReturns`] |
//! | are e-mails opened and clicked? | [`MailingRates`] |
//! | who stays, who comes back, who is due? | [`Retention`], [`Cohorts`], [`Repurchase`], [`BuyingCycles`] |
//! | who are the best customers, what are they worth, and will be? | [`RfmSegments`], [`LifetimeValues`], [`lifetime`] |
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
//! | a share of so many | [`Rate`] | Wilson's score interval |
//! | a mean | [`Mean`] | Student's t |
//! | a distribution's quantiles | [`Distribution`] | order statistics |
//! | promoters less detractors | [`NetScore`] | normal, on the trinomial |
//!
//! A figure without anything to be taken over - a rate of nobody - is `None`, never NaN. Sums, and
//! ratios of sums such as a cost per customer, are what they are: they carry no interval.
//!
//! # A new KPI
//! One family a file. Take [`Histories`], fold each [`History`] on its own, and gather in their
//! order: persons stand in the order of a hash of their keys, so neither the order of rows nor the
//! number of threads can change a bit. Give back a report of public fields with [`Window`],
//! population and the figures above, serialisable and with `Display`.
//!
//! ```
//! use mixtouch::omnichannel::{Histories, Level, NetScore, Window};
//! use mixtouch::{Event, Events, Kind};
//!
//! let mut log = Events::new().keep_all();
//! for (person, answer) in [("ann", 10.0), ("bob", 9.0), ("cem", 3.0)] {
//!     log.push(Event::of_kind(Kind::Survey, person, 1_767_225_600).with_goal("nps").with_value(answer))?;
//! }
//! let histories = Histories::new(&log)?.within(Window::new(1_767_225_600, 1_767_312_000)?);
//! let answers: Vec<f64> = histories.of_kind(Kind::Survey).filter(|row| row.goal() == Some("nps")).map(|row| row.value()).collect();
//! let count = |inside: fn(&f64) -> bool| answers.iter().filter(|&answer| inside(answer)).count() as u64;
//! let score = NetScore::new(count(|&x| x >= 9.0), count(|&x| x > 6.0 && x < 9.0), count(|&x| x <= 6.0), Level::default());
//! assert_eq!(score.to_string(), "33.3 (95 % interval -73.4 to 100.0, 3 answers)");
//! # Ok::<(), mixtouch::Error>(())
//! ```

mod acquisition;
mod breakdown;
mod carts;
mod cases;
mod cohorts;
mod contrast;
mod conversion;
mod course;
mod distribution;
mod figures;
mod grouping;
mod history;
mod instrument;
mod kind;
mod kind_shares;
pub mod lifetime;
mod mailing;
mod map;
mod periods;
mod purchase_paths;
mod purchases;
mod repurchase;
mod resolutions;
mod retention;
mod returns;
mod rfm;
mod score;
mod service;
mod table;
mod value;
mod voice;
mod window;

pub use acquisition::{Acquisition, ChannelAcquisition};
pub use breakdown::{Breakdown, GroupFigures, PeriodFigures};
pub use carts::{CartAbandonment, CartFigures, CartGroup, CartOptions};
pub use cohorts::{Cohort, Cohorts};
pub use contrast::{Contrast, Finding, GroupComparison};
pub use conversion::{ChannelRate, ConversionCounts, ConversionRates};
pub use course::ChannelUse;
pub use distribution::{Distribution, Quantile};
pub use figures::{Interval, Level, Mean, Rate};
pub use grouping::Grouping;
pub use history::{Histories, History};
pub use instrument::{Instrument, Questions, Score};
pub use kind::{JourneyKind, OfflineChannels};
pub use kind_shares::{KindCounts, KindShare, KindShares};
pub use mailing::MailingRates;
pub use map::{
    Excess, FrequentPath, FrequentPaths, FrictionPoint, HandOver, JourneyMap, MapCounts, MapEdge,
    Node, PathCounts, Stage, StepFigures, Steps,
};
pub use periods::Periods;
pub use purchase_paths::{PathLengths, PurchasePaths};
pub use purchases::{CustomerPurchases, Purchases};
pub use repurchase::{BuyingCycles, DuePurchase, Regularity, Repurchase};
pub use resolutions::{CaseFigures, Resolutions};
pub use retention::{Retention, RetentionPeriod};
pub use returns::{ChannelReturn, SpendReturn, SpendReturns};
pub use rfm::{RfmGroup, RfmScore, RfmSegment, RfmSegments};
pub use score::NetScore;
pub use service::{Served, Service, ServiceColumns, ServiceFigures};
pub use value::{
    CustomerValue, FittedForecast, Forecast, GroupValue, LifetimeValues, ValueToCost, ValuesToCost,
};
pub use voice::{AnswerFigures, QuestionVoice, VoiceOfCustomer};
pub use window::Window;

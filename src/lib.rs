//! mixtouch answers "which marketing worked, and where should the next euro go?" from two sides:
//! multi-touch attribution over millions of person-level journeys, and marketing-mix models of
//! sales over time.
//!
//! The road of attribution: [`Events`] (or a [`PathTable`]) -> [`Journeys`], cut as
//! [`JourneyOptions`] say -> an [`AttributionModel`], which a specification that implements [`Fit`]
//! learns -> [`Credits`], or a [`Comparison`] of several models.
//!
//! ```
//! use mixtouch::attribution::markov::Markov;
//! use mixtouch::attribution::rules::LastTouch;
//! use mixtouch::{Comparison, Event, Events, JourneyOptions, Journeys, attribute};
//!
//! let mut log = Events::new();
//! log.push(Event::touch("ann", 1_767_225_600, "social"))?;
//! log.push(Event::touch("ann", 1_767_312_000, "search"))?;
//! log.push(Event::conversion("ann", 1_767_315_600).with_value(50.0))?;
//! let journeys = Journeys::from_events(&log, JourneyOptions::default())?;
//!
//! let credits = attribute(&journeys, &LastTouch)?;
//! assert_eq!(credits.channel("search").map(|tally| tally.value), Some(50.0));
//!
//! let table = Comparison::new().model("last-touch", LastTouch).fit("markov", Markov::order(1)?).run(&journeys)?;
//! println!("{table}");
//! # Ok::<(), mixtouch::Error>(())
//! ```
//!
//! Whatever the model, credited + baseline + unattributed = total, and results are the same to the
//! bit on any number of threads and in any order of different persons' rows. [`simulate`] makes
//! worlds whose truth is known, to try models on.
//!
//! Where rows name cookies, accounts and cards in place of a person, [`identity`] comes first: it
//! finds who is who, under guards and with consent. [`privacy`] keeps small groups out of reports.
//!
//! The road of the mix model: [`mix::Panel`] -> [`mix::MixSpecification`] -> contributions, returns,
//! response curves and a plan. Lift tests from [`experiment`] and, by choice, attribution
//! ([`calibration`]) pull it towards what was measured. [`omnichannel`] has the KPIs: conversion,
//! cost of acquisition, retention, the value of customers.
//!
//! Features: `csv` (files in and out) and `time` (RFC 3339, calendar days in time zones), both on
//! by default; `parquet` (Parquet files and Arrow record batches in).

#![warn(clippy::print_stdout, clippy::print_stderr, clippy::dbg_macro)]

pub mod attribution;
pub mod budget;
pub mod calibration;
pub mod channel;
mod error;
pub mod event;
pub mod experiment;
#[cfg(all(feature = "csv", feature = "time"))]
pub mod guide;
pub mod identity;
#[cfg(any(feature = "csv", feature = "parquet"))]
pub mod io;
pub mod journeys;
pub mod kpi;
mod linalg;
pub mod mix;
pub mod privacy;
pub mod progress;
pub mod report;
pub mod simulate;
pub mod stats;
pub mod time;
pub mod util;

pub use attribution::{AttributionModel, Comparison, ComparisonTable, Credits, Fit, attribute};
pub use channel::{ChannelId, Channels};
pub use error::{Error, Result};
pub use event::{CostTable, Event, Events, Interaction, Kind, PersonKey};
pub use journeys::{
    Accumulator, Journey, JourneyBuilder, JourneyOptions, Journeys, Lookback, Outcome, PathTable,
    Totals,
};
pub use time::{Day, TimeZone};

/// The README's examples, run as tests.
#[cfg(all(doctest, feature = "csv", feature = "time"))]
#[doc = include_str!("../README.md")]
struct Readme;

//! mixtouch answers "which marketing worked, and where should the next euro go?" from two sides:
//! multi-touch attribution over millions of person-level journeys, and marketing-mix models of
//! sales over time.
//!
//! # Attribution in four steps
//! Build [`Events`], cut [`Journeys`], fit a model, attribute credit.
//!
//! ```
//! use mixtouch::attribution::markov::Markov;
//! use mixtouch::{Event, Events, Fit, JourneyOptions, Journeys, attribute};
//!
//! // 1. Build events: a row for each touch and each conversion, in any order.
//! let mut log = Events::new();
//! log.push(Event::touch("ann", 1_767_225_600, "social"))?;
//! log.push(Event::touch("ann", 1_767_312_000, "search"))?;
//! log.push(Event::conversion("ann", 1_767_315_600).with_value(50.0))?;
//! log.push(Event::touch("bob", 1_767_312_000, "search"))?;
//!
//! // 2. Cut journeys: each person's touches up to a conversion or the end of observation.
//! let journeys = Journeys::from_events(&log, JourneyOptions::default())?;
//!
//! // 3. Fit a model. Rules such as `LastTouch` need no fitting.
//! let model = Markov::order(1)?.fit(&journeys)?;
//!
//! // 4. Attribute credit.
//! let credits = attribute(&journeys, &model)?;
//! let value = |channel| credits.channel(channel).map_or(0.0, |tally| tally.value);
//! assert!((value("social") + value("search") - 50.0).abs() < 1e-12);
//! # Ok::<(), mixtouch::Error>(())
//! ```
//!
//! [`Comparison`] scores several models side by side, with bootstrap intervals where asked for.
//! Whatever the model, credited + baseline + unattributed = total, and results are the same to the
//! bit on any number of threads and in any order of different persons' rows.
//!
//! # The mix model in three
//! Build a [`Panel`](mix::panel::Panel), specify and fit a model, plan a budget.
//!
//! ```
//! use mixtouch::budget::Goal;
//! use mixtouch::mix::estimate::Search;
//! use mixtouch::mix::specification::MixSpecification;
//! use mixtouch::simulate::panels::PanelWorld;
//!
//! // 1. A panel: spend, KPI and controls by week; here a simulated one.
//! let panel = PanelWorld::small_business()?.simulate(1).panel()?;
//!
//! // 2. Say what is modelled, and how it is fitted.
//! let search = Search::default().with_evaluations(200);
//! let fit = search.fit(&MixSpecification::new(), &panel)?;
//! let model = fit.posterior();
//!
//! // 3. Plan the next four weeks with the same total.
//! let budget = model.budget(4, 0.5, 1.5)?;
//! let total = budget.channels().iter().map(|channel| channel.now()).sum();
//! let plan = budget.plan(&model.response_curves(4)?, Goal::Outcome { total })?;
//! assert!(plan.outcome_planned() >= plan.outcome_now());
//! # Ok::<(), mixtouch::Error>(())
//! ```
//!
//! # Modules
//! | module | answers |
//! |---|---|
//! | [`event`], [`channel`] | What is in the log? |
//! | [`identity`] | Which cookies, accounts and cards are one person? |
//! | [`journeys`] | Which touches came before which conversion? |
//! | [`attribution`] | How much of a conversion does each touch get? |
//! | [`kpi`] | Who converts, returns and stays, at what cost? |
//! | [`mix`] | What did each channel bring to sales over time? |
//! | [`budget`] | How should the next budget be split? |
//! | [`experiment`] | Did a test work, and how many persons does it need? |
//! | [`calibration`] | What does attribution tell a mix model? |
//! | [`privacy`] | Which groups are too small to show? |
//! | [`simulate`] | How does a method do where the truth is known? |
//! | `io` | How are CSV files, Parquet files and Arrow batches read? |
//! | [`report`] | How do figures become text, CSV and JSON? |
//! | [`stats`], [`time`] | Intervals and tests; days, time zones and ranges |
//! | [`progress`] | How is long work watched and stopped? |
//!
//! The `guide` has a chapter for each task, from choosing a model to several machines.
//!
//! # Features
//! | feature | | default |
//! |---|---|---|
//! | `csv` | CSV files in and out | yes |
//! | `time` | RFC 3339, calendar days in time zones | yes |
//! | `linfa` | least squares, and mix designs as datasets for any linfa regressor | yes |
//! | `parquet` | Parquet files and Arrow record batches in | no |
//! | `mapping` | logs and spend tables as tools export them: [mappings](io::Mapping), presets, [channels from tags](channel::Grouping), dialects, compressed files | no |
//! | `html` | [charts](report), SVG files and self-contained HTML pages | no |
//! | `verbatims` | which words set groups of customers apart (in `html`) | no |
//! | `laws` | tests that check the laws of attribution on a model of your own | no |

#![warn(clippy::print_stdout, clippy::print_stderr, clippy::dbg_macro)]

pub mod attribution;
pub mod budget;
pub mod calibration;
pub mod channel;
mod error;
pub mod event;
pub mod experiment;
#[cfg(all(feature = "csv", feature = "time", feature = "linfa"))]
pub mod guide;
pub mod identity;
#[cfg(any(feature = "csv", feature = "parquet"))]
pub mod io;
pub mod journeys;
pub mod kpi;
mod linalg;
pub mod mix;
#[cfg(feature = "html")]
pub mod pages;
pub mod privacy;
pub mod progress;
pub mod report;
pub mod simulate;
pub mod stats;
pub mod time;
mod util;

pub use attribution::{AttributionModel, Comparison, ComparisonTable, Credits, Fit, attribute};
pub use channel::{ChannelId, Channels};
pub use error::{Error, Result};
pub use event::{CostTable, Event, Events, Interaction, Kind, PersonKey};
pub use journeys::{
    Accumulator, Journey, JourneyBuilder, JourneyOptions, Journeys, Lookback, Outcome, PathTable,
    Totals,
};
pub use time::{Day, TimeRange, TimeZone};

/// The README's examples, run as tests.
#[cfg(all(doctest, feature = "csv", feature = "time"))]
#[doc = include_str!("../README.md")]
struct Readme;

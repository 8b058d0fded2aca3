//! Results as pages: charts of attribution, journeys, mix and plan, and a page that sums them up.
//!
//! Each kind of result has a chapter, a [`report::html::Chapter`](crate::report::html::Chapter) of
//! charts whose titles are findings made from figures by rule. [`Results`] puts chapters behind a
//! first page that answers five questions: what worked, what would have come anyway, what to
//! change, how sure that is, and what to test next.
//!
//! ```
//! use mixtouch::attribution::rules::{FirstTouch, LastTouch};
//! use mixtouch::pages::Results;
//! use mixtouch::{Comparison, Outcome, PathTable};
//!
//! let mut paths = PathTable::new();
//! paths.push(["social", "search"], Outcome::new(20.0, 5.0, 0.0)?)?;
//! paths.push(["e-mail"], Outcome::new(3.0, 0.0, 0.0)?)?;
//! let journeys = paths.journeys()?;
//! let table = Comparison::new()
//!     .model("first-touch", FirstTouch)
//!     .model("last-touch", LastTouch)
//!     .run(&journeys)?;
//! let page = Results::new("A shop").with_attribution(&table).with_journeys(&journeys).page();
//! assert!(page.html().contains("What worked?"));
//! # Ok::<(), mixtouch::Error>(())
//! ```

mod answers;
mod anyway;
mod apart;
mod attribution;
mod attribution_checks;
mod attribution_top;
mod business;
mod calendar;
mod calibration_chart;
mod channels_table;
mod credit_charts;
mod credit_places;
mod credit_table;
mod experiment_charts;
mod experiment_checks;
mod experiment_models;
mod experiments;
mod filled;
mod fingerprint;
mod friction;
mod grounds;
mod journey_charts;
mod journey_counts;
mod journey_kinds;
mod journeys;
mod kpi_charts;
mod kpi_name;
mod kpi_top;
mod kpi_trends;
mod kpis;
mod largest;
mod main_model;
mod mix;
mod mix_checks;
mod mix_curves;
mod mix_over_time;
mod mix_returns;
mod mix_top;
mod personas;
mod plan;
mod plan_top;
mod results;
mod service_charts;
mod stage_charts;
mod survey_charts;
mod test_plans;
mod trend;
mod trends;
mod verbatim_charts;
mod words;
mod worth_charts;

pub use self::attribution::AttributionChapter;
pub use self::experiments::ExperimentsChapter;
pub use self::journeys::JourneysChapter;
pub use self::kpis::KpiPages;
pub use self::mix::MixChapter;
pub use self::plan::PlanChapter;
pub use self::results::Results;

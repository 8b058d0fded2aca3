//! Pages: results as one HTML file that needs nothing else.
//!
//! A [`Page`] opens offline, prints, and reads on a phone and in the dark. It has no script to be
//! read with: a few lines of it sort tables and copy them as CSV. No clock is read, so that the
//! same results give the same bytes.
//!
//! ```
//! use mixtouch::report::chart::{Bars, Chart, Measure};
//! use mixtouch::report::html::{Card, Chapter, Page};
//!
//! let bars = Bars::new(Measure::new("visits").with_digits(0), ["tv", "radio"])
//!     .with_series("", [30.0, 12.0]);
//! let page = Page::new("TV brings 30 of 42 visits")
//!     .with_chip("period", "May 2024")
//!     .with_card(Card::new("visits", "42"))
//!     .with_chapter(Chapter::new("Visits").with_chart(Chart::new("TV leads", bars)));
//! let html = page.html();
//! assert!(html.starts_with("<!DOCTYPE html>") && !html.contains("http-equiv"));
//! ```

mod answer;
mod card;
mod chapter;
mod check;
mod figure;
mod page;
mod page_table;
mod render;
mod script;
mod style;
mod table;

pub use self::answer::Answer;
pub use self::card::Card;
pub use self::chapter::{Block, Chapter};
pub use self::check::{Check, Verdict};
pub use self::page::Page;
pub use self::page_table::PageTable;

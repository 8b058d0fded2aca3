//! Reports as plain data: tables, sections, and one way each to text, CSV and JSON.
//!
//! A type that has something to report implements [`Report`]: a title, and sections of lines and
//! tables. It then reads as aligned text ([`Report::to_text`]), as CSV with one figure a row
//! ([`Report::write_csv`], feature `csv`), and as JSON ([`Report::document`] is `Serialize`).
//!
//! Names come from logs, and so from anybody. In text, characters that act on a terminal become
//! blanks; in CSV, a text that a spreadsheet would take for a formula stands behind `'` (OWASP, CSV
//! injection). JSON has texts as they are.
//!
//! ```
//! use mixtouch::report::{Cell, Table};
//!
//! let table = Table::new(["channel", "conversions", "share"]).with_rows([
//!     [Cell::from("search"), Cell::number(1_168.25, 1), Cell::percent(0.75, 1)],
//!     [Cell::from("e-mail"), Cell::number(389.0, 1), Cell::percent(0.25, 1)],
//! ]);
//! assert_eq!(
//!     table.to_string(),
//!     "channel  conversions   share\n\
//!      search       1,168.2  75.0 %\n\
//!      e-mail         389.0  25.0 %\n"
//! );
//! ```

mod cell;
#[cfg(feature = "html")]
pub mod chart;
mod contract;
#[cfg(feature = "csv")]
pub(crate) mod csv;
mod document;
mod drawn;
pub(crate) mod escape;
mod figure;
#[cfg(feature = "html")]
pub mod html;
mod section;
#[cfg(feature = "html")]
mod svg;
mod table;
pub(crate) mod text;

pub use self::cell::Cell;
pub use self::contract::Report;
pub use self::document::Document;
pub use self::figure::{digits_for, figure};
pub use self::section::{Block, Section};
pub use self::table::{Alignment, Column, Table};

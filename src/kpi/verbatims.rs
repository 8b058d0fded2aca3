//! What customers say in their own words (feature `verbatims`).
//!
//! The rows are those of surveys, their texts a column of the log. [`Verbatims`] finds the terms that
//! set those who are content apart from those who are not, channels from each other, and periods. A
//! [`Lexicon`] or a function of yours adds how answers feel.
//!
//! A term is shown only where every group it is counted in has enough persons who used it, or none.

mod answers;
mod contrasts;
mod lexicon;
mod log_odds;
mod report;
mod sentiment;
mod verbatim_options;
mod words;

pub use self::contrasts::{Term, TermContrast};
pub use self::lexicon::Lexicon;
pub use self::log_odds::LogOdds;
pub use self::report::Verbatims;
pub use self::sentiment::Sentiment;
pub use self::verbatim_options::VerbatimOptions;

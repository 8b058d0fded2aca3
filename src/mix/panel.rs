//! The panel: what was spent, what else happened and what came of it, by period and geo.

#[cfg(feature = "csv")]
mod absent;
mod append;
mod build;
mod change;
mod check;
mod column;
#[cfg(feature = "csv")]
mod columns;
mod finding;
mod period;
mod reach;
#[cfg(feature = "csv")]
mod reach_columns;
#[cfg(feature = "csv")]
mod read;
mod rules;
mod view;
#[cfg(feature = "csv")]
mod weekdays;

pub use self::build::Panel;
pub use self::change::Change;
pub use self::column::{Channel, Control};
#[cfg(feature = "csv")]
pub use self::columns::PanelColumns;
pub use self::finding::Finding;
pub use self::period::Frequency;

//! Panels of spend and sales in which every channel's contribution is known.
//!
//! A [`PanelWorld`] says how a market works; [`PanelWorld::simulate`] draws a [`SimulatedPanel`]
//! from it: the columns that a mix model reads, and the truth. The worlds of
//! [`PanelWorld::small_business`] and its siblings belong to the family of a published benchmark;
//! [`PanelWorld::confounded`] is one that no regression gets right without an experiment.

mod businesses;
mod channel;
mod presets;
mod simulated;
mod spend;
mod table;
#[cfg(test)]
mod tests;
mod world;

pub use self::channel::{TrueChannel, TrueSaturation};
pub use self::simulated::SimulatedPanel;
pub use self::spend::SpendPattern;
pub use self::world::{PanelWorld, TrueControl};

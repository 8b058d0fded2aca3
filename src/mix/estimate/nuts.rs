//! The posterior by the No-U-Turn Sampler.
//!
//! [`Nuts`] draws transform parameters, effects and noise from their joint posterior; the baseline
//! is integrated out exactly and drawn afterwards. The sampler itself is that of `nuts-rs`; density
//! and gradient are here.

mod chains;
mod density;
mod draws;
mod effect;
mod fit;
mod forward;
mod layout;
mod learned;
mod mode;
mod report;
mod settings;
mod test_rows;
#[cfg(test)]
mod tests;
mod transformed;
mod unconstrained;
mod whitened;

pub use self::fit::NutsFit;
pub use self::learned::{Learned, Source as LearnedFrom};
pub use self::report::{NutsReport, ParameterReport};
pub use self::settings::Nuts;

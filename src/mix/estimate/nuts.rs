//! The posterior by the No-U-Turn Sampler.
//!
//! [`Nuts`] draws transform parameters, effects and noise from their joint posterior; the baseline
//! is integrated out exactly and drawn afterwards. The sampler itself is that of `nuts-rs`; density
//! and gradient are here.

mod belief_line;
mod bent;
mod by_row;
mod chain;
mod chains;
mod confounding;
mod contributions;
mod cross_validation;
mod density;
mod draw_table;
mod draws;
mod effect;
mod fit;
mod forward;
mod layout;
mod learned;
mod likelihood;
mod mode;
#[cfg(test)]
mod multiplied_tests;
mod multipliers;
mod predictive;
mod prior_check;
mod refusals;
mod report;
mod scaled;
mod settings;
mod size;
mod start;
mod term;
mod test_rows;
#[cfg(test)]
mod tests;
mod transformed;
mod unconstrained;
mod way_back;
mod whitened;

pub use self::cross_validation::{CrossValidation, LeftOut};
pub use self::draw_table::{DrawTable, VariableSummary};
pub use self::fit::NutsFit;
pub use self::learned::{Learned, Source as LearnedFrom};
pub use self::predictive::{PredictiveCheck, PredictiveChecks};
pub use self::prior_check::{PriorFigures, PriorPredictive};
pub use self::report::{NutsReport, ParameterReport};
pub use self::settings::Nuts;

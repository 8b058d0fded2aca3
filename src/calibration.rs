//! Attribution, the mix model and experiments in one answer.
//!
//! Attribution sees persons, the mix model sees weeks; each has faults that the other does not
//! share, and tests settle what neither can see. [`Reconciliation`] takes what each says of the same
//! channels over the same period, says where they contradict each other, and joins them where they
//! do not. What comes out goes back to touches ([`Reconciled::kept_share`]) and to the panel
//! ([`Reconciled::roi_priors`]).
//!
//! Lift tests also go into each half as they are:
//! [`MixSpecification::with_lift_tests`](crate::mix::specification::MixSpecification::with_lift_tests).

mod channel_totals;
mod common_period;
mod reconciled;
mod reconciliation;
mod report;
mod tested_share;
#[cfg(test)]
mod tests;

pub use self::channel_totals::{ChannelTotals, Outcomes};
pub use self::reconciled::{Reconciled, ReconciledChannel};
pub use self::reconciliation::Reconciliation;
pub use self::tested_share::tested_share;

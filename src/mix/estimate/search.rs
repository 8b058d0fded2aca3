//! The search over transforms and penalty: low-discrepancy exploration, then refinement by walkers
//! that inform one another.
//!
//! A candidate is a point of the unit cube: the priors' quantiles of every transform parameter, and
//! the penalty's. Exploration takes points of Roberts' additive recurrence, which fill the cube
//! evenly at any number. The best become walkers; in every round each walker proposes, channel by
//! channel, a step along the difference of two other walkers (differential evolution Monte Carlo,
//! ter Braak 2006) or a fresh draw from the prior, and moves with the probability exp(difference of
//! scores). As the score is a log-evidence and the cube carries the prior, the walkers' positions
//! are draws from the posterior of the transforms: their average is the estimate with the smallest
//! expected squared error, which is why the mean over draws beats the best candidate.
//!
//! Walkers move in two halves, each half on the other's last positions, with random numbers of
//! their own, so that the result is the same on any number of threads.

mod assemble;
mod candidate;
mod explore;
mod fit;
mod pareto_front;
mod relevel;
mod report;
mod reweigh;
mod run;
mod settings;
mod shared_shapes;
mod smoothness;
mod walker;
mod watch;

pub use self::report::{SearchFit, SearchReport};
pub use self::settings::Search;
pub use self::shared_shapes::{SharedChannel, SharedFit};

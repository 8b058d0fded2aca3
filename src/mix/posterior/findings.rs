//! What a fit leaves unexplained, and what to do about it.
//!
//! | file | looks for |
//! |---|---|
//! | `series` | the residuals by geo and for all geos together |
//! | `autocorrelation` | residuals that repeat |
//! | `level_break` | a step of the level |
//! | `spread` | unequal variance and single rows far off |
//! | `candidates` | draws of a search that are of few candidates |
//! | `curves` | contributions and parameters that no data have shown |
//! | `collect` | all of these and a negative baseline |

mod autocorrelation;
mod candidates;
mod collect;
mod curves;
mod finding;
mod level_break;
mod series;
mod spread;

pub use self::finding::{FitFinding, Outlier};

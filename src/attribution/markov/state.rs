//! Where a walk can be, and where it goes next.

use crate::channel::ChannelId;
use serde::Serialize;

/// Where a walk can be.
///
/// ```
/// use mixtouch::attribution::markov::{Markov, State};
/// use mixtouch::{Fit, Outcome, PathTable};
///
/// let mut paths = PathTable::new();
/// paths.push(["social"], Outcome::new(1.0, 9.0, 50.0)?)?;
/// paths.push(["social", "search"], Outcome::new(4.0, 6.0, 200.0)?)?;
/// let journeys = paths.journeys()?;
/// let model = Markov::order(1)?.fit(&journeys)?;
/// let starts = model.transitions().filter(|step| step.from == State::Start);
/// assert_eq!(starts.count(), 1, "all journeys start with social");
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State<'a> {
    /// Before the first touch.
    Start,
    /// After these touches, oldest first: as many as the order, or all of a shorter path.
    Channels(&'a [ChannelId]),
    /// Converted.
    Conversion,
    /// Ended without a conversion.
    Null,
}

/// One entry of the transition matrix.
///
/// ```
/// use mixtouch::attribution::markov::{Markov, State};
/// use mixtouch::{Fit, Outcome, PathTable};
///
/// let mut paths = PathTable::new();
/// paths.push(["social"], Outcome::new(1.0, 9.0, 50.0)?)?;
/// paths.push(["social", "search"], Outcome::new(4.0, 6.0, 200.0)?)?;
/// let journeys = paths.journeys()?;
/// let model = Markov::order(1)?.fit(&journeys)?;
/// let search = journeys.channels().id("search").unwrap();
/// let converts = model
///     .transitions()
///     .find(|step| step.from == State::Channels(&[search]) && step.to == State::Conversion)
///     .unwrap();
/// assert_eq!((converts.weight, converts.probability), (4.0, 0.4));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Transition<'a> {
    /// The state left.
    pub from: State<'a>,
    /// The state entered.
    pub to: State<'a>,
    /// The number of steps, weighted by outcomes.
    pub weight: f64,
    /// The share of all steps that leave `from`, 0 to 1.
    pub probability: f64,
}

impl<'a> Transition<'a> {
    pub(super) fn new(from: State<'a>, to: State<'a>, weight: f64, all: f64) -> Self {
        Self {
            from,
            to,
            weight,
            probability: weight / all,
        }
    }
}

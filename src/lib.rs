//! mixtouch answers "which marketing worked, and where should the next euro go?".

mod attribution;
mod channel;
mod date;
mod error;
mod event;
pub mod experiment;
mod intern;
mod io;
mod journey;
mod journeys;
pub mod mix;
mod person;
mod random;
pub mod simulate;
mod zone;

pub use attribution::{
    AttributionModel, ChannelCredit, ChannelShares, Coalitions, Comparison, ComparisonTable, Credits, ExactSetShapley, FirstTouch, Fit,
    JourneyCredit, LastNonDirect, LastNonDirectModel, LastTouch, Linear, Markov, MarkovJourneys, MarkovModel, ModelTable, Names, Needs,
    OrderedShapley, Parameter, Parameters, Participation, Position, SetRateShapley, SetRateShapleyModel, State, SubsetSumShapley, Tally,
    TimeDecay, TouchCredit, Transition, Transitions, WShaped, WShapedModel, attribute, stream_credits,
};
pub use attribution::{Exposures, FitReport, Intensity, LogHazard, LogHazardModel, PersonTime, TimeToEvent, TimeToEventModel, TouchEffect};
pub use channel::{ChannelId, Channels};
pub use date::Day;
pub use error::{Error, Result};
pub use event::{Event, Events, Interaction, Kind, PassedOver};
pub use experiment::LiftTest;
pub use io::EventColumns;
#[cfg(feature = "csv")]
pub use io::EventReader;
pub use journey::{Journey, Outcome};
pub use journeys::{
    Accumulator, Block, CostTable, JourneyBuilder, JourneyOptions, Journeys, Lookback, PathTable, Period, Totals, Transform,
};
pub use person::PersonKey;
pub use random::Random;
pub use zone::Zone;

//! The eight models that a log is usually looked at with.

use mixtouch::Comparison;
use mixtouch::attribution::markov::Markov;
use mixtouch::attribution::rules::{
    FirstTouch, LastNonDirect, LastTouch, Linear, Position, TimeDecay,
};
use mixtouch::attribution::shapley::SimplifiedShapley;

/// All eight, to be run in one traversal for Markov's evidence and one for all credit.
pub(crate) fn comparison() -> Comparison {
    Comparison::new()
        .model("last-touch", LastTouch)
        .model("first-touch", FirstTouch)
        .fit("last-non-direct", LastNonDirect::default())
        .model("linear", Linear)
        .model(
            "time-decay",
            TimeDecay::days(7.0).expect("7 days are a half-life"),
        )
        .model("position-based", Position::u())
        .fit("markov", Markov::order(1).expect("there is an order 1"))
        .model("shapley", SimplifiedShapley)
}

//! Adstock and saturation: how spend turns into effect over time.

pub(crate) mod activity;
pub(crate) mod adstock;
pub(crate) mod curve;
mod fast_pow;
mod parameter;
mod reach;
pub(crate) mod saturation;

pub use self::adstock::{
    Adstock, AdstockFamily, AdstockKernel, Binomial, Delayed, Geometric, LagWindow, RobynGeometric,
    WeibullCdf, WeibullPdf,
};
pub use self::curve::{ChannelCurve, Order};
pub use self::parameter::{Prior, TransformParameter};
pub use self::saturation::{
    Hill, Log, LogisticSaturation, MichaelisMenten, RobynHill, Root, Saturation, SaturationCurve,
    SaturationFamily, Tanh,
};

//! Adstock and saturation: how spend turns into effect over time.

pub(crate) mod adstock;
pub(crate) mod curve;
mod fast_pow;
mod parameter;
mod saturation;

pub use self::adstock::binomial::Binomial;
pub use self::adstock::delayed::Delayed;
pub use self::adstock::geometric::{Geometric, RobynGeometric};
pub use self::adstock::weibull::{WeibullCdf, WeibullPdf};
pub use self::adstock::{Adstock, AdstockFamily, AdstockKernel, LagWindow};
pub use self::curve::{ChannelCurve, Order};
pub use self::parameter::{Prior, TransformParameter};
pub use self::saturation::exponential::{LogisticSaturation, Tanh};
pub use self::saturation::hill::{Hill, RobynHill};
pub use self::saturation::power::{Log, Root};
pub use self::saturation::rational::MichaelisMenten;
pub use self::saturation::{Saturation, SaturationCurve, SaturationFamily};

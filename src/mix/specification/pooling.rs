//! How geos share coefficients, and on which scale they are compared.

use serde::{Deserialize, Serialize};

/// How geos share the media's coefficients. Transforms are always common to all geos, on spend in
/// units of the geo's own maximum.
///
/// ```
/// use mixtouch::mix::specification::{MixSpecification, Pooling};
///
/// // A geo's own data weigh as much as the other geos' after a year of weeks.
/// let specification = MixSpecification::new().with_pooling(Pooling::Partial(52.0));
/// assert_ne!(specification, MixSpecification::new());
/// assert_eq!(Pooling::default(), Pooling::Pooled);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Pooling {
    /// One coefficient per channel.
    #[default]
    Pooled,
    /// One per channel and geo, drawn to the pooled one as if by this many periods of data. A
    /// posterior by NUTS draws how far geos lie apart: the standard deviation of the logarithm is
    /// half-normal with scale 0.1 x square root of (a year of periods / this many).
    Partial(f64),
    /// One per channel and geo.
    Separate,
}

/// On which scale geos are compared: a pooled coefficient is the same share of each geo's scale.
///
/// ```
/// use mixtouch::mix::specification::{GeoScale, MixSpecification};
///
/// // A spend that is the same share of each geo's maximum lifts the KPI by the same share of its mean.
/// let specification = MixSpecification::new().with_geo_scale(GeoScale::Mean);
/// assert_ne!(specification, MixSpecification::new());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GeoScale {
    /// Population where the panel has it; else one scale for all geos as long as their mean KPIs
    /// lie within a factor of 1.25, and each geo's own mean beyond that.
    #[default]
    Auto,
    /// One scale for all geos: a coefficient is the same amount of KPI everywhere.
    Common,
    /// Each geo's mean KPI.
    Mean,
}

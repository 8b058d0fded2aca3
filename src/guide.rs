// the first definition of a link counts: pages here, files beside each other elsewhere
//! [choosing_a_model]: self::choosing_a_model
//! [formats]: self::formats
//! [channels]: self::channels
//! [identity]: self::identity
//! [mix]: self::mix
//! [bayes]: self::bayes
//! [experiments]: self::experiments
//! [kpis]: self::kpis
//! [exports]: self::exports
//! [reports]: self::reports
//! [privacy]: self::privacy
//! [services]: self::services
//! [scale]: self::scale
//! [limits]: self::limits
//! [speed]: self::speed

#![doc = include_str!("../guide/index.md")]

#[doc = include_str!("../guide/choosing_a_model.md")]
pub mod choosing_a_model {}

#[doc = include_str!("../guide/formats.md")]
pub mod formats {}

#[cfg(feature = "mapping")]
#[doc = include_str!("../guide/channels.md")]
pub mod channels {}

#[cfg(feature = "mapping")]
#[doc = include_str!("../guide/exports.md")]
pub mod exports {}

#[cfg(feature = "mapping")]
pub mod presets;

#[doc = include_str!("../guide/identity.md")]
pub mod identity {}

#[doc = include_str!("../guide/mix.md")]
pub mod mix {}

#[cfg(feature = "bayes")]
#[doc = include_str!("../guide/bayes.md")]
pub mod bayes {}

#[doc = include_str!("../guide/experiments.md")]
pub mod experiments {}

#[doc = include_str!("../guide/kpis.md")]
pub mod kpis {}

#[doc = include_str!("../guide/reports.md")]
pub mod reports {}

#[doc = include_str!("../guide/privacy.md")]
pub mod privacy {}

#[doc = include_str!("../guide/services.md")]
pub mod services {}

#[doc = include_str!("../guide/scale.md")]
pub mod scale {}

#[doc = include_str!("../guide/limits.md")]
pub mod limits {}

#[doc = include_str!("../guide/speed.md")]
pub mod speed {}

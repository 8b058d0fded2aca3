//! KPIs of journeys: conversion, kinds of journeys, paths to purchase, contact paths compared.

pub(crate) mod breakdown;
pub(crate) mod contact_path;
pub(crate) mod contrast;
mod conversion;
mod conversion_by_period;
mod conversion_counts;
mod kind;
mod kind_shares;
mod merged_channels;
mod purchase_paths;

pub use self::breakdown::{Breakdown, GroupFigures, PeriodFigures};
pub use self::contact_path::ChannelUse;
pub use self::contrast::{Contrast, Finding, GroupComparison};
pub use self::conversion::{ChannelRate, ConversionRates};
pub use self::conversion_by_period::{ConversionByPeriod, PeriodConversion};
pub use self::conversion_counts::ConversionCounts;
pub use self::kind::JourneyKind;
pub use self::kind_shares::{KindCounts, KindShare, KindShares};
pub use self::purchase_paths::{PathLengths, PurchasePaths};

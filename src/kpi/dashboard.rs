//! Every KPI of a business in one document: conversion, customers, service and journeys.

mod conversion;
mod customers;
mod dashboard_options;
mod families;
mod family;
mod findings;
mod history;
mod journeys;
mod service;

pub use self::conversion::ConversionKpis;
pub use self::customers::CustomerKpis;
pub use self::dashboard_options::DashboardOptions;
pub use self::families::Dashboard;
pub use self::family::{Family, SectionOfFamilies};
pub use self::findings::Finding;
pub use self::journeys::JourneyKpis;
pub use self::service::ServiceKpis;

//! What a business steers its channels by: conversion, cost per customer, retention, journeys.
//!
//!     cargo run --release --example kpi_dashboard

use mixtouch::attribution::rules::LastTouch;
use mixtouch::kpi::dashboard::{Dashboard, DashboardOptions};
use mixtouch::kpi::journeys::ConversionRates;
use mixtouch::kpi::{KpiOptions, OfflineChannels};
use mixtouch::privacy::MinimumGroup;
use mixtouch::simulate::retailer::Retailer;
use mixtouch::{JourneyOptions, Journeys, Result};

fn main() -> Result<()> {
    // 90 days of a simulated retailer with a shop and a call centre.
    let retailer = Retailer::new(5_000, 1)?;
    let journeys = Journeys::from_events(&retailer.events, JourneyOptions::default())?;

    // Groups of fewer than 20 persons are merged or left out.
    let kpis = KpiOptions::default()
        .with_minimum(MinimumGroup::new(20)?)
        .with_offline(OfflineChannels::new(["tv", "store", "call centre"]));

    // One report alone. Rates carry their denominator and interval.
    let rates = ConversionRates::new(&journeys, &kpis)?;
    println!("{} of those reached converted\n", rates.overall);

    // All reports on one page; serialised, the dashboard is a JSON document of the same figures.
    let options = DashboardOptions::default()
        .with_kpis(kpis)
        .with_model_name("last-touch")
        .with_margin(0.4);
    let dashboard = Dashboard::new(&retailer.events, &journeys, &LastTouch, &options)?;
    print!("{dashboard}");
    Ok(())
}

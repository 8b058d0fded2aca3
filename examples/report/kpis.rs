//! The KPIs of the retailer's log, as further chapters.

use mixtouch::attribution::rules::FirstTouch;
use mixtouch::kpi::dashboard::{Dashboard, DashboardOptions};
use mixtouch::kpi::map::Stage;
use mixtouch::kpi::{KpiOptions, OfflineChannels};
use mixtouch::pages::KpiPages;
use mixtouch::report::html::Chapter;
use mixtouch::simulate::retailer::Retailer;
use mixtouch::{Journeys, Result};

/// Conversion, customers, and how far journeys come.
pub(crate) fn dashboard(retailer: &Retailer, journeys: &Journeys) -> Result<Dashboard> {
    let stage = |name: &str| match name {
        "tv" | "social" | "display" => Stage::Discovery,
        "e-mail" => Stage::Loyalty,
        "search" | "direct" => Stage::Consideration,
        _ => Stage::Purchase,
    };
    let channels = journeys.channels().iter();
    let offline = OfflineChannels::new(["store", "call centre"]);
    let options = DashboardOptions::default()
        .with_kpis(KpiOptions::default().with_offline(offline))
        .with_model_name("first-touch")
        .with_stages(channels.map(|name| (name, stage(name))));
    Dashboard::new(&retailer.events, journeys, &FirstTouch, &options)
}

pub(crate) fn chapters(dashboard: &Dashboard) -> Vec<Chapter> {
    KpiPages::new(dashboard).chapters()
}

//! The KPIs of the persons found, family by family.

use crate::channels;
use crate::family::Family;
use crate::options::Options;
use crate::stitching::Stitching;
use mixtouch::omnichannel::{
    Acquisition, BuyingCycles, Cohorts, ConversionRates, CustomerPurchases, Forecast, FrequentPaths, Histories, JourneyMap, KindShares,
    Level, LifetimeValues, MailingRates, Periods, PurchasePaths, Purchases, Regularity, Repurchase, Retention, RfmSegments, SpendReturns,
    Steps, Window,
};
use mixtouch::privacy::MinimumGroup;
use mixtouch::{Day, Fit, Result, TimeToEvent, Zone, attribute};
use serde::Serialize;
use std::fmt::Display;

/// A family of every kind of figure; credit is divided by time to event.
pub(crate) fn families(options: &Options, stitching: &Stitching) -> Result<Vec<Family>> {
    let (log, level, minimum) = (&stitching.after.events, Level::default(), options.minimum_group()?);
    let journeys = channels::journeys(options, log, &stitching.after.costs)?;
    let histories = Histories::new(log)?;
    let purchases = Purchases::of(&journeys)?.with_margin(options.margin)?.with_returns(&histories);
    let months = months(purchases.window(), &options.zone()?.unwrap_or_default())?;
    let model = TimeToEvent::default().fit(&journeys)?;
    let acquisition = Acquisition::of(&journeys, &model)?;
    let values = lifetime_values(&purchases, &minimum, level);
    let steps = Steps::channels(journeys.channels());
    let mut families = vec![
        family("conversion", &ConversionRates::of(&journeys, level)?.protected(&minimum)),
        family("purchase_paths", &PurchasePaths::of(&journeys, level)?),
        family("journey_kinds", &KindShares::of(&journeys, &options.offline_channels(log), level)?.protected(&minimum)),
        family("returns", &SpendReturns::of(&journeys, &attribute(&journeys, &model)?, options.margin)?),
        family("acquisition", &acquisition),
        family("retention", &Retention::of(&purchases, &months, options.active_days, level)?),
        family("cohorts", &Cohorts::of(&purchases, &months, level).protected(&minimum)),
        family("repurchase", &Repurchase::of(&purchases, level)),
        family("buying_cycles", &BuyingCycles::of(&purchases, Regularity::default(), level)),
        family("rfm", &RfmSegments::of(&purchases, &minimum, level)),
        family("lifetime_value", &values),
        family("value_to_cost", &values.to_cost(&acquisition)),
        family("journey_map", &JourneyMap::of(&journeys, &steps, level)?.protected(&minimum)),
        family("frequent_paths", &FrequentPaths::of(&journeys, &steps, 10, &minimum, level)?),
    ];
    let mails = MailingRates::of(&histories, &options.mail, None, level)?;
    if mails.population > 0 {
        families.push(family("mailing", &mails));
    }
    Ok(families)
}

fn family(name: &'static str, report: &(impl Serialize + Display)) -> Family {
    Family { name, text: report.to_string(), json: serde_json::to_value(report).expect("numbers and texts") }
}

/// Value by acquiring channel: with what the next year will bring where the models can be fitted, so far where not.
fn lifetime_values(purchases: &Purchases<'_>, minimum: &MinimumGroup, level: Level) -> LifetimeValues {
    let channel = |customer: &CustomerPurchases<'_>| customer.first_channel().unwrap_or("(none)").to_owned();
    let year = Forecast::new(30.0, 12, 0.01).expect("twelve steps of 30 days");
    LifetimeValues::predicted(purchases, year, channel, minimum, level).unwrap_or_else(|error| {
        eprintln!("no forecast of customers' value: {error}");
        LifetimeValues::historic(purchases, channel, minimum, level)
    })
}

/// The calendar months that a window touches.
fn months(window: Window, zone: &Zone) -> Result<Periods> {
    let day = |second: i64| Day::new((second / 86_400) as i32);
    let (first, last) = (day(window.from())?.calendar(), day(window.to() - 1)?.calendar());
    let count = 12 * (last.0 - first.0) + last.1 as i32 - first.1 as i32 + 1;
    Periods::months(Day::from_calendar(first.0, first.1, 1)?, count as u32, 1, zone)
}

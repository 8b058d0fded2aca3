//! The KPIs of the persons found, from the library's dashboard.

use crate::by_month;
use crate::channels;
use crate::options::{Credit, Grain, Options};
use crate::stitching::Stitching;
use mixtouch::attribution::hazard::AdditiveHazard;
use mixtouch::attribution::rules::{FirstTouch, LastTouch, Linear};
use mixtouch::kpi::dashboard::{Dashboard, DashboardOptions};
use mixtouch::kpi::spend::EmailRates;
use mixtouch::kpi::{KpiOptions, PersonTimelines};
use mixtouch::progress::Progress;
use mixtouch::time::TimeRange;
use mixtouch::{AttributionModel, Day, Error, Events, Fit, Journeys, Result};

/// The dashboard of the contacts, with e-mails from the log that has those that only arrived; and
/// the options of its reports and the journeys of both.
pub(crate) fn dashboard(
    options: &Options,
    stitching: &Stitching,
    progress: &dyn Progress,
) -> Result<(Dashboard, KpiOptions, Journeys)> {
    let contacts = &stitching.after.events;
    let journeys = channels::journeys(options, contacts, &stitching.after.costs, progress)?;
    let model = fitted(options, &journeys)?;
    let served = served(options, &stitching.log, &journeys)?;
    let kpis = KpiOptions::default()
        .with_minimum(options.minimum_group()?)
        .with_lookback(options.contacts_count_for()?)
        .with_offline(options.offline_channels(contacts)?)
        .with_zone(options.zone()?.unwrap_or_default())
        .with_range(served);
    let settings = DashboardOptions::default()
        .with_kpis(kpis.clone())
        .with_model_name(options.model().name())
        .with_margin(options.margin)
        .with_active_days(options.active_days)
        .with_purchases_by_day(options.grain == Grain::Day)
        .with_stages(options.stages_of(&journeys)?);
    let mut dashboard =
        Dashboard::new(contacts, &journeys, &*model, &settings).map_err(without_row)?;
    let campaign = stitching.log.columns().find(|name| *name == "campaign");
    let timelines = PersonTimelines::new(&stitching.log)?;
    let mail = options.mail(&stitching.log)?;
    let emails = EmailRates::new(&timelines, &mail, campaign, &by_month(served, &kpis)?)?;
    dashboard.conversion.email = Some(emails).filter(EmailRates::has_rates);
    Ok((dashboard, kpis, journeys))
}

/// The time of answers, cases and carts: that of the journeys, or where no days are asked for all
/// of the log, which may go on after the last touch or conversion.
fn served(options: &Options, log: &Events, journeys: &Journeys) -> Result<TimeRange> {
    let window = journeys.observed_range()?;
    let all = PersonTimelines::new(log)?.range().unwrap_or(window);
    let asked = |day: Option<Day>| day.is_some() || options.events.is_none();
    let (mut from, mut to) = (window.from(), window.to());
    if !asked(options.from) {
        from = from.min(all.from());
    }
    if !asked(options.to) {
        to = to.max(all.to());
    }
    TimeRange::new(from, to)
}

/// The rows of stitched logs are not those of the file.
fn without_row(error: Error) -> Error {
    match error {
        Error::Field {
            column,
            value,
            expected,
            ..
        } => Error::Setting {
            name: column.into(),
            value: format!("{value:?}"),
            expected,
        },
        other => other,
    }
}

/// The model of that name for these journeys.
fn fitted(options: &Options, journeys: &Journeys) -> Result<Box<dyn AttributionModel>> {
    let hazard = || {
        let capture = options.demand_capture.iter().cloned();
        AdditiveHazard::default()
            .with_demand_capture(capture)
            .fit(journeys)
    };
    Ok(match options.model() {
        Credit::FirstTouch => Box::new(FirstTouch),
        Credit::LastTouch => Box::new(LastTouch),
        Credit::Linear => Box::new(Linear),
        Credit::AdditiveHazard => Box::new(hazard()?),
    })
}

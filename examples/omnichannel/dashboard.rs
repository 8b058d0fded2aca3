//! The KPIs of the persons found, from the library's dashboard.

use crate::by_month;
use crate::channels;
use crate::options::{Credit, Grain, Options};
use crate::stitching::Stitching;
use mixtouch::attribution::hazard::AdditiveHazard;
use mixtouch::attribution::rules::{FirstTouch, LastTouch, Linear};
use mixtouch::event::PersonKey;
use mixtouch::kpi::dashboard::{Dashboard, DashboardOptions};
use mixtouch::kpi::spend::EmailRates;
use mixtouch::kpi::{KpiOptions, PersonTimelines};
use mixtouch::progress::Progress;
use mixtouch::time::TimeRange;
use mixtouch::{AttributionModel, Day, Error, Events, Fit, JourneyBuilder, Journeys, Result};

/// The dashboard of the contacts, with e-mails from the log that has those that only arrived; and
/// the options of its reports and the journeys of both.
pub(crate) fn dashboard(
    options: &Options,
    stitching: &Stitching,
    progress: &dyn Progress,
) -> Result<(Dashboard, KpiOptions, Journeys)> {
    let contacts = &stitching.after.events;
    let journeys = channels::journeys(options, contacts, &stitching.after.costs, progress)?;
    let kpis = kpis(options, stitching, &journeys)?;
    let model = fitted(options, &journeys)?;
    let settings = settings(options, &kpis, &journeys)?;
    let mut dashboard =
        Dashboard::new(contacts, &journeys, &*model, &settings).map_err(without_row)?;
    dashboard.conversion.email = emails(options, &stitching.log, &stitching.log, &kpis)?;
    Ok((dashboard, kpis, journeys))
}

/// The dashboard of the persons wanted, over the time and the channels of all; none where these saw
/// and bought nothing. What it costs to reach them is that of their own touches.
#[cfg_attr(not(feature = "html"), expect(dead_code))]
pub(crate) fn of_some(
    options: &Options,
    stitching: &Stitching,
    kpis: &KpiOptions,
    all: &Journeys,
    wanted: impl Fn(PersonKey<'_>) -> bool,
) -> Result<Option<Dashboard>> {
    let (contacts, _) = stitching
        .after
        .events
        .retained(|event| wanted(event.person()));
    let (log, _) = stitching.log.retained(|event| wanted(event.person()));
    let period = options.journeys()?.with_period(all.observed_range()?);
    let mut builder = JourneyBuilder::new(period);
    builder.add_channels(all.channels().iter())?;
    builder.extend(&contacts)?;
    let journeys = builder.build()?;
    if journeys.is_empty() {
        return Ok(None);
    }
    let settings = settings(options, kpis, all)?;
    let mut dashboard = Dashboard::new(&contacts, &journeys, &Linear, &settings)?;
    dashboard.conversion.email = emails(options, &stitching.log, &log, kpis)?;
    Ok(Some(dashboard))
}

/// What every report is asked for.
fn kpis(options: &Options, stitching: &Stitching, journeys: &Journeys) -> Result<KpiOptions> {
    let served = served(options, &stitching.log, journeys)?;
    Ok(KpiOptions::default()
        .with_minimum(options.minimum_group()?)
        .with_lookback(options.contacts_count_for()?)
        .with_offline(options.offline_channels(&stitching.after.events)?)
        .with_zone(options.zone()?.unwrap_or_default())
        .with_range(served))
}

fn settings(options: &Options, kpis: &KpiOptions, journeys: &Journeys) -> Result<DashboardOptions> {
    Ok(DashboardOptions::default()
        .with_kpis(kpis.clone())
        .with_model_name(options.model().name())
        .with_margin(options.margin)
        .with_active_days(options.active_days)
        .with_purchases_by_day(options.grain == Grain::Day)
        .with_stages(options.stages_of(journeys)?))
}

/// The e-mails in a log by month; `all` says which channel they are.
fn emails(
    options: &Options,
    all: &Events,
    log: &Events,
    kpis: &KpiOptions,
) -> Result<Option<EmailRates>> {
    let campaign = log.columns().find(|name| *name == "campaign");
    let timelines = PersonTimelines::new(log)?;
    let kpis = match kpis.range() {
        Some(range) => by_month(range, kpis)?,
        None => kpis.clone(),
    };
    let emails = EmailRates::new(&timelines, &options.mail(all)?, campaign, &kpis)?;
    Ok(Some(emails).filter(EmailRates::has_rates))
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

//! The KPIs of a log, family by family: as tables and as JSON.

use mixtouch::omnichannel::{
    Acquisition, BuyingCycles, Cohorts, ConversionRates, Forecast, Histories, KindShares, Level, LifetimeValues, MailingRates,
    OfflineChannels, Periods, PurchasePaths, Purchases, Regularity, Repurchase, Retention, RfmSegments, SpendReturns, ValuesToCost, Window,
};
use mixtouch::privacy::MinimumGroup;
use mixtouch::{AttributionModel, Day, Events, Journeys, Result, Zone, attribute};
use serde::Serialize;
use std::fmt;

/// What the figures depend on beside the log.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) offline: OfflineChannels,
    pub(crate) mail: String,
    /// The share of value that is margin.
    pub(crate) margin: f64,
    /// Days after a purchase for which a customer counts as active.
    pub(crate) active_days: f64,
    pub(crate) minimum: MinimumGroup,
    pub(crate) zone: Zone,
    pub(crate) level: Level,
}

/// Every family's report; those that the log cannot give are left out.
#[derive(Debug, Serialize)]
pub(crate) struct Dashboard {
    conversion: ConversionRates,
    purchase_paths: PurchasePaths,
    journey_kinds: KindShares,
    returns: SpendReturns,
    acquisition: Acquisition,
    #[serde(skip_serializing_if = "Option::is_none")]
    mailing: Option<MailingRates>,
    retention: Retention,
    cohorts: Cohorts,
    repurchase: Repurchase,
    buying_cycles: BuyingCycles,
    rfm: RfmSegments,
    lifetime_value: LifetimeValues,
    value_to_cost: ValuesToCost,
}

impl Dashboard {
    /// The figures of `log` and the journeys made of it, credit divided by `model`.
    pub(crate) fn of(log: &Events, journeys: &Journeys, model: &(impl AttributionModel + ?Sized), settings: &Settings) -> Result<Self> {
        let Settings { level, minimum, .. } = *settings;
        let histories = Histories::new(log)?;
        let purchases = Purchases::of(journeys)?.with_margin(settings.margin)?.with_returns(&histories);
        let months = months(purchases.window(), &settings.zone)?;
        let acquisition = Acquisition::of(journeys, model)?;
        let lifetime_value = lifetime_value(&purchases, settings);
        Ok(Self {
            conversion: ConversionRates::of(journeys, level)?.protected(&minimum),
            purchase_paths: PurchasePaths::of(journeys, level)?,
            journey_kinds: KindShares::of(journeys, &settings.offline, level)?.protected(&minimum),
            returns: SpendReturns::of(journeys, &attribute(journeys, model)?, settings.margin)?,
            mailing: Some(MailingRates::of(&histories, &settings.mail, None, level)?).filter(|rates| rates.population > 0),
            retention: Retention::of(&purchases, &months, settings.active_days, level)?,
            cohorts: Cohorts::of(&purchases, &months, level).protected(&minimum),
            repurchase: Repurchase::of(&purchases, level),
            buying_cycles: BuyingCycles::of(&purchases, Regularity::default(), level),
            rfm: RfmSegments::of(&purchases, &minimum, level),
            value_to_cost: lifetime_value.to_cost(&acquisition),
            lifetime_value,
            acquisition,
        })
    }
}

/// Value by acquiring channel: with what the next year will bring where the models can be fitted, so far where not.
fn lifetime_value(purchases: &Purchases<'_>, settings: &Settings) -> LifetimeValues {
    let Settings { level, minimum, .. } = settings;
    let year = Forecast::new(30.0, 12, 0.01).expect("twelve steps of 30 days");
    let predicted = LifetimeValues::predicted(purchases, year, |one| one.first_channel().unwrap_or("(none)").to_owned(), minimum, *level);
    predicted.unwrap_or_else(|error| {
        eprintln!("no forecast of customers' value: {error}");
        LifetimeValues::historic(purchases, |one| one.first_channel().unwrap_or("(none)").to_owned(), minimum, *level)
    })
}

/// The calendar months that a window touches.
fn months(window: Window, zone: &Zone) -> Result<Periods> {
    let day = |second: i64| Day::new((second / 86_400) as i32);
    let (first, last) = (day(window.from())?, day(window.to() - 1)?);
    let ((year, month, _), (last_year, last_month, _)) = (first.calendar(), last.calendar());
    let count = 12 * (last_year - year) + last_month as i32 - month as i32 + 1;
    Periods::months(Day::from_calendar(year, month, 1)?, count as u32, 1, zone)
}

impl fmt::Display for Dashboard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n{}\n{}", self.conversion, self.purchase_paths, self.journey_kinds)?;
        writeln!(f, "{}\n{}", self.returns, self.acquisition)?;
        self.mailing.iter().try_for_each(|mailing| writeln!(f, "{mailing}"))?;
        writeln!(f, "{}\n{}\n{}\n{}", self.retention, self.cohorts, self.repurchase, self.buying_cycles)?;
        write!(f, "{}\n{}\n{}", self.rfm, self.lifetime_value, self.value_to_cost)
    }
}

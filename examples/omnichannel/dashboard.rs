//! The KPIs of the persons found, family by family.

use crate::channels;
use crate::family::{CONVERSION, CUSTOMERS, Family, JOURNEYS};
use crate::options::{Credit, Options};
use crate::stitching::Stitching;
use mixtouch::attribution::hazard::AdditiveHazard;
use mixtouch::attribution::rules::{FirstTouch, LastTouch, Linear};
use mixtouch::kpi::PersonTimelines;
use mixtouch::kpi::customers::{
    Cohorts, CustomerLifetimeValue, CustomerPurchases, ForecastHorizon, InterpurchaseTimes,
    Purchases, Regularity, Repurchase, Retention, RfmScore, RfmSegments,
};
use mixtouch::kpi::journeys::{ConversionRates, KindShares, PurchasePaths};
use mixtouch::kpi::map::{JourneyMap, MapCounts, PathCounts, Stage, Steps};
use mixtouch::kpi::spend::{CustomerAcquisitionCost, EmailRates, ReturnOnAdSpend};
use mixtouch::privacy::MinimumGroup;
use mixtouch::stats::ConfidenceLevel;
use mixtouch::time::{Periods, Window};
use mixtouch::{AttributionModel, Day, Error, Events, Fit, Journeys, Result, TimeZone, attribute};
use std::collections::BTreeMap;

/// The log of persons, its journeys, and the model that divides credit.
pub(crate) struct Dashboard<'a> {
    pub(crate) options: &'a Options,
    /// All rows.
    log: &'a Events,
    /// The rows of contacts.
    pub(crate) contacts: &'a Events,
    journeys: Journeys,
    model: Box<dyn AttributionModel>,
    months: Periods,
    /// The time of answers, cases and carts: the same, or where no days are asked for all of the
    /// log, which may go on after the last touch or conversion.
    pub(crate) served: Window,
    pub(crate) minimum: MinimumGroup,
    pub(crate) level: ConfidenceLevel,
}

impl<'a> Dashboard<'a> {
    pub(crate) fn new(options: &'a Options, stitching: &'a Stitching) -> Result<Self> {
        let contacts = &stitching.after.events;
        let journeys = channels::journeys(options, contacts, &stitching.after.costs)?;
        let (model, window) = (fitted(options.model, &journeys)?, Window::of(&journeys)?);
        let all = PersonTimelines::new(&stitching.log)?
            .window()
            .unwrap_or(window);
        let asked = |day: Option<Day>| day.is_some() || options.events.is_none();
        let from = if asked(options.from) {
            window.from()
        } else {
            window.from().min(all.from())
        };
        let to = if asked(options.to) {
            window.to()
        } else {
            window.to().max(all.to())
        };
        let served = Window::new(from, to)?;
        let months = months(window, &options.zone()?.unwrap_or_default())?;
        let (minimum, level) = (options.minimum_group()?, ConfidenceLevel::default());
        Ok(Self {
            options,
            log: &stitching.log,
            contacts,
            journeys,
            model,
            months,
            served,
            minimum,
            level,
        })
    }

    /// Conversion rates, ways to a purchase, return on spend, what new customers cost, e-mails.
    pub(crate) fn conversion(&self) -> Result<Vec<Family>> {
        let Self {
            options,
            journeys,
            minimum,
            level,
            ..
        } = self;
        let returns = ReturnOnAdSpend::new(
            journeys,
            &attribute(journeys, &*self.model)?,
            options.margin,
        )?;
        let offline = options.offline_channels(self.contacts);
        let credited = format!("credited by {}", options.model.name());
        let mut families = vec![
            Family::new(
                CONVERSION,
                "conversion",
                &ConversionRates::new(journeys, *level)?.protected(minimum),
            ),
            Family::new(
                CONVERSION,
                "purchase_paths",
                &PurchasePaths::new(journeys, *level)?,
            ),
            Family::new(
                CONVERSION,
                "journey_kinds",
                &KindShares::new(journeys, &offline, *level)?.protected(minimum),
            ),
            Family::new(CONVERSION, "returns", &returns.protected(minimum)).under(&credited),
            Family::new(
                CONVERSION,
                "acquisition",
                &CustomerAcquisitionCost::new(journeys, &*self.model)?.protected(minimum),
            )
            .under(&credited),
        ];
        let campaign = self.log.columns().find(|column| *column == "campaign");
        let mails = EmailRates::new(
            &PersonTimelines::new(self.log)?.within(self.served),
            &options.mail,
            campaign,
            *level,
        )?;
        if mails.population > 0 {
            families.push(Family::new(CONVERSION, "mailing", &mails));
        }
        Ok(families)
    }

    /// Who stays, who comes back, what they are worth.
    pub(crate) fn customers(&self) -> Result<Vec<Family>> {
        let Self {
            options,
            journeys,
            months,
            minimum,
            level,
            ..
        } = self;
        let histories = PersonTimelines::new(self.contacts)?;
        let mut purchases = Purchases::new(journeys)?.with_margin(options.margin)?;
        if self.contacts.columns().any(|column| column == "margin") {
            purchases = purchases
                .with_margins(&histories, "margin")
                .map_err(without_row)?;
        }
        let purchases = purchases.with_returns(&histories);
        if purchases.unmatched_returns() > 0 {
            eprintln!(
                "returns of persons without a purchase, taken off nobody's value: {}",
                purchases.unmatched_returns()
            );
        }
        let channel = |customer: &CustomerPurchases<'_>| {
            customer.first_channel().unwrap_or("(none)").to_owned()
        };
        let by_channel = self.lifetime_values(&purchases, channel);
        let segments: BTreeMap<String, &str> = purchases
            .customers()
            .zip(RfmScore::all(&purchases))
            .map(|(customer, score)| (customer.person().to_string(), score.segment().name()))
            .collect();
        let segment =
            |customer: &CustomerPurchases<'_>| segments[&customer.person().to_string()].to_owned();
        let by_segment = match by_channel.forecast {
            Some(_) => self.lifetime_values(&purchases, segment),
            None => CustomerLifetimeValue::historic(&purchases, segment, minimum, *level),
        };
        // the channel a customer began with is set against what customers credited to the first
        // touch cost
        let to_cost = by_channel.to_cost(&CustomerAcquisitionCost::new(journeys, &FirstTouch)?);
        Ok(vec![
            Family::new(
                CUSTOMERS,
                "retention",
                &Retention::new(&purchases, months, options.active_days, *level)?
                    .protected(minimum),
            ),
            Family::new(
                CUSTOMERS,
                "cohorts",
                &Cohorts::new(&purchases, months, *level).protected(minimum),
            ),
            Family::new(
                CUSTOMERS,
                "repurchase",
                &Repurchase::new(&purchases, *level),
            ),
            Family::new(
                CUSTOMERS,
                "buying_cycles",
                &InterpurchaseTimes::new(&purchases, Regularity::default(), *level),
            ),
            Family::new(
                CUSTOMERS,
                "rfm",
                &RfmSegments::new(&purchases, minimum, *level),
            ),
            Family::new(CUSTOMERS, "lifetime_value", &by_channel)
                .under("by the channel of the first touch"),
            Family::new(CUSTOMERS, "lifetime_value_by_segment", &by_segment).under("by segment"),
            Family::new(CUSTOMERS, "value_to_cost", &to_cost)
                .under("by the channel of the first touch, which the cost is credited by too"),
        ])
    }

    /// The map of journeys and the ways most often taken.
    pub(crate) fn journeys(&self) -> Result<Vec<Family>> {
        let Self {
            journeys,
            minimum,
            level,
            ..
        } = self;
        let steps = Steps::channels(journeys.channels());
        let (map, paths) =
            journeys.accumulate(|| (MapCounts::new(steps.clone()), PathCounts::new(&steps)))?;
        let mut families = vec![
            Family::new(
                JOURNEYS,
                "journey_map",
                &map.report(journeys, *level)?.protected(minimum),
            )
            .under("by channels"),
        ];
        if let Some(stages) = self.options.stages()? {
            let touched = |(name, _): &&(String, Stage)| {
                self.options.events.is_some() || journeys.channels().id(name).is_some()
            };
            let stages = stages
                .iter()
                .filter(touched)
                .map(|(name, stage)| (name.as_str(), *stage));
            let steps = Steps::stages(journeys.channels(), stages)?;
            let map = JourneyMap::new(journeys, &steps, *level)?.protected(minimum);
            families.push(Family::new(JOURNEYS, "journey_stages", &map).under("by stages"));
        }
        families.push(Family::new(
            JOURNEYS,
            "frequent_paths",
            &paths.report(journeys, 10, minimum, *level)?,
        ));
        Ok(families)
    }

    /// With what the next year will bring where the models can be fitted, so far where not.
    fn lifetime_values<F>(&self, purchases: &Purchases<'_>, group: F) -> CustomerLifetimeValue
    where
        F: Fn(&CustomerPurchases<'_>) -> String,
    {
        let year = ForecastHorizon::new(30.0, 12, 0.01).expect("twelve steps of 30 days");
        CustomerLifetimeValue::predicted(purchases, year, &group, &self.minimum, self.level)
            .unwrap_or_else(|error| {
                eprintln!("no forecast of customers' value: {error}");
                CustomerLifetimeValue::historic(purchases, &group, &self.minimum, self.level)
            })
    }
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
fn fitted(model: Credit, journeys: &Journeys) -> Result<Box<dyn AttributionModel>> {
    Ok(match model {
        Credit::FirstTouch => Box::new(FirstTouch),
        Credit::LastTouch => Box::new(LastTouch),
        Credit::Linear => Box::new(Linear),
        Credit::AdditiveHazard => Box::new(AdditiveHazard::default().fit(journeys)?),
    })
}

/// The calendar months that a window touches.
pub(crate) fn months(window: Window, zone: &TimeZone) -> Result<Periods> {
    let day = |second: i64| Day::new((second / 86_400) as i32);
    let (first, last) = (
        day(window.from())?.calendar(),
        day(window.to() - 1)?.calendar(),
    );
    let count = 12 * (last.0 - first.0) + last.1 as i32 - first.1 as i32 + 1;
    Periods::months(
        Day::from_calendar(first.0, first.1, 1)?,
        count as u32,
        1,
        zone,
    )
}

//! Conversion and cost.

use serde::{Deserialize, Serialize};

use crate::attribution::{AttributionModel, attribute};
use crate::error::Result;
use crate::journeys::arena::Journeys;
use crate::kpi::dashboard::dashboard_options::DashboardOptions;
use crate::kpi::dashboard::family::Family;
use crate::kpi::journeys::{ConversionByPeriod, ConversionRates, KindShares, PurchasePaths};
use crate::kpi::spend::{CustomerAcquisitionCost, EmailRates, ReturnOnAdSpend};
use crate::report::Report;

/// Conversion rates, paths to a purchase, return on spend, cost of new customers, e-mails.
///
/// ```
/// use mixtouch::attribution::rules::LastTouch;
/// use mixtouch::kpi::dashboard::{Dashboard, DashboardOptions};
/// use mixtouch::{Event, Events, JourneyOptions, Journeys};
///
/// let mut log = Events::new().keep_all();
/// log.push(Event::touch("ann", 1_767_225_600, "social").with_cost(4.0))?;
/// log.push(Event::conversion("ann", 1_767_398_400).with_value(50.0))?;
/// log.push(Event::touch("bob", 1_767_225_600, "search").with_cost(6.0))?;
/// let journeys = Journeys::from_events(&log, JourneyOptions::default())?;
/// let dashboard = Dashboard::new(&log, &journeys, &LastTouch, &DashboardOptions::default())?;
/// let conversion = &dashboard.conversion;
/// assert_eq!(conversion.conversion.overall.rate, Some(0.5));
/// assert_eq!(conversion.returns.report.whole.roas, Some(5.0));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ConversionKpis {
    /// Conversion rates.
    pub conversion: ConversionRates,
    /// Conversion by period.
    #[serde(
        rename = "conversion_by_period",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub by_period: Option<ConversionByPeriod>,
    /// Time and touches to a purchase.
    pub purchase_paths: PurchasePaths,
    /// Purchases by kind of journey: online, offline and across.
    pub journey_kinds: KindShares,
    /// Return on ad spend.
    pub returns: Family<ReturnOnAdSpend>,
    /// Customer acquisition cost.
    pub acquisition: Family<CustomerAcquisitionCost>,
    /// Opened and clicked e-mails; none unless the caller adds them. E-mails that only arrived are
    /// no contacts.
    #[serde(rename = "mailing", skip_serializing_if = "Option::is_none")]
    pub email: Option<EmailRates>,
}

impl ConversionKpis {
    pub(crate) fn new<M: AttributionModel + ?Sized>(
        journeys: &Journeys,
        model: &M,
        options: &DashboardOptions,
    ) -> Result<Self> {
        let kpis = &options.kpis;
        let periods = options.over(journeys.observed_range()?)?;
        let credits = attribute(journeys, model)?;
        let returns = ReturnOnAdSpend::new(journeys, &credits, options.margin, kpis)?;
        let acquisition = CustomerAcquisitionCost::new(journeys, model, kpis)?;
        let basis = format!("credited by {}", options.model_name);
        Ok(Self {
            conversion: ConversionRates::new(journeys, kpis)?,
            by_period: Some(ConversionByPeriod::new(journeys, &periods)?),
            purchase_paths: PurchasePaths::new(journeys, kpis)?,
            journey_kinds: KindShares::new(journeys, kpis)?,
            returns: Family::new(returns).with_basis(&basis),
            acquisition: Family::new(acquisition).with_basis(&basis),
            email: None,
        })
    }

    pub(crate) fn reports(&self) -> Vec<&dyn Report> {
        let mut reports: Vec<&dyn Report> = vec![
            &self.conversion,
            &self.purchase_paths,
            &self.journey_kinds,
            &self.returns,
            &self.acquisition,
        ];
        reports.extend(self.by_period.iter().map(|periods| periods as &dyn Report));
        reports.extend(self.email.iter().map(|email| email as &dyn Report));
        reports
    }
}

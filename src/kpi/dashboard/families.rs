//! The dashboard of a business.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::attribution::AttributionModel;
use crate::error::Result;
use crate::event::Events;
use crate::journeys::arena::Journeys;
use crate::kpi::dashboard::conversion::ConversionKpis;
use crate::kpi::dashboard::customers::CustomerKpis;
use crate::kpi::dashboard::dashboard_options::DashboardOptions;
use crate::kpi::dashboard::family::SectionOfFamilies;
use crate::kpi::dashboard::findings::{Finding, findings};
use crate::kpi::dashboard::history::history;
use crate::kpi::dashboard::journeys::JourneyKpis;
use crate::kpi::dashboard::service::ServiceKpis;
use crate::kpi::timelines::PersonTimelines;
use crate::time::TimeRange;

/// Every KPI of a business: a JSON object with one field for each family of figures, and a page of
/// text.
///
/// ```
/// use mixtouch::attribution::rules::LastTouch;
/// use mixtouch::kpi::dashboard::{Dashboard, DashboardOptions};
/// use mixtouch::{Event, Events, JourneyOptions, Journeys};
///
/// let mut log = Events::new().keep_all();
/// log.push(Event::touch("ann", 1_767_225_600, "social").with_cost(4.0))?;
/// log.push(Event::touch("ann", 1_767_312_000, "search").with_cost(6.0))?;
/// log.push(Event::conversion("ann", 1_767_398_400).with_value(50.0))?;
/// log.push(Event::touch("bob", 1_767_225_600, "social").with_cost(4.0))?;
/// let journeys = Journeys::from_events(&log, JourneyOptions::default())?;
/// let options = DashboardOptions::default().with_model_name("last-touch");
/// let dashboard = Dashboard::new(&log, &journeys, &LastTouch, &options)?;
/// assert_eq!(dashboard.conversion.conversion.overall.rate, Some(0.5));
/// assert_eq!(dashboard.conversion.acquisition.report.cost_per_customer, Some(14.0));
/// let document = serde_json::to_value(&dashboard)?;
/// assert_eq!(document["returns"]["basis"], "credited by last-touch");
/// assert!(dashboard.to_string().starts_with("CONVERSION AND COST"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Dashboard {
    /// Conversion and cost.
    #[serde(flatten)]
    pub conversion: ConversionKpis,
    /// Customers and what they are worth.
    #[serde(flatten)]
    pub customers: CustomerKpis,
    /// What customers say, and how they are served; only what the log has.
    #[serde(flatten)]
    pub service: ServiceKpis,
    /// Paths of journeys, and where they end.
    #[serde(flatten)]
    pub journeys: JourneyKpis,
    /// What makes figures of this log doubtful.
    #[serde(default)]
    pub findings: Vec<Finding>,
}

impl Dashboard {
    /// The KPIs of a log and its journeys, with conversions and new customers credited by `model`.
    ///
    /// A text column `margin` holds margins of purchases; columns `agent`, `team`, `tool` and
    /// `device` say who served with what, and on which device carts are filled. Answers off their
    /// scale are counted and left out. Without a range in the options, answers, cases and carts are
    /// those of the whole log. Where journeys have a first day, customers keep what the log says of
    /// the time before: who bought then is no new customer, and whoever does not come back is gone.
    /// Conversions of the journeys' goal count everywhere, net of returns where journeys are; where journeys leave out rows that
    /// repeat another one, so does every report.
    ///
    /// # Errors
    /// If journeys lack persons and times or any touch or conversion, a margin is not a number, an
    /// offline channel is none of the log, a channel lacks its stage, or the options and the
    /// journeys have different goals.
    pub fn new<M: AttributionModel + ?Sized>(
        log: &Events,
        journeys: &Journeys,
        model: &M,
        options: &DashboardOptions,
    ) -> Result<Self> {
        let options = &options.for_journeys(journeys)?;
        let mut timelines = PersonTimelines::new(log)?;
        if journeys
            .options()
            .is_some_and(|options| options.deduplicate)
        {
            timelines = timelines.without_duplicates();
        }
        let reported = journeys.observed_range()?;
        let history = history(log, journeys)?;
        let all = timelines.range().unwrap_or(reported);
        let whole = TimeRange::new(reported.from().min(all.from()), reported.to().max(all.to()))?;
        let served = options.kpis.range().unwrap_or(whole);
        Ok(Self {
            conversion: ConversionKpis::new(journeys, model, options)?,
            customers: CustomerKpis::new(&timelines, journeys, history.as_ref(), options)?,
            service: ServiceKpis::new(&timelines, &options.over(served)?)?,
            journeys: JourneyKpis::new(journeys, options)?,
            findings: findings(journeys),
        })
    }

    /// The reports by heading, in the order of the page.
    pub fn sections(&self) -> Vec<SectionOfFamilies<'_>> {
        let sections = [
            ("Conversion and cost", self.conversion.reports()),
            (
                "Customers and what they are worth",
                self.customers.reports(),
            ),
            (
                "What customers say, and how they are served",
                self.service.reports(),
            ),
            (
                "Where journeys go, and where they end",
                self.journeys.reports(),
            ),
        ];
        sections
            .into_iter()
            .filter(|(_, reports)| !reports.is_empty())
            .map(|(heading, reports)| SectionOfFamilies { heading, reports })
            .collect()
    }
}

impl fmt::Display for Dashboard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.sections()
            .iter()
            .try_for_each(|section| section.fmt(f))?;
        let mut findings = self.findings.iter();
        findings.try_for_each(|finding| writeln!(f, "note: {finding}"))
    }
}

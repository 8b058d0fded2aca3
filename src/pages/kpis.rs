//! The chapters of a dashboard.

use crate::kpi::dashboard::Dashboard;
use crate::pages::trends::{self, Trend};
use crate::pages::{kpi_charts, kpi_trends, words};
use crate::report::html::{Card, Chapter, Check, Page, Verdict};

/// The cards of page one.
const CARDS: usize = 6;

/// Pages of a dashboard of KPIs: cards with their course, alerts, and chapters of charts.
///
/// A figure that is kept back for a small group stays kept back. A change counts where it exceeds
/// its noise: its p-value, adjusted over all figures of the page (Holm 1979), is below .05.
///
/// ```
/// use mixtouch::attribution::rules::LastTouch;
/// use mixtouch::kpi::dashboard::{Dashboard, DashboardOptions};
/// use mixtouch::pages::KpiPages;
/// use mixtouch::{Event, Events, JourneyOptions, Journeys};
///
/// let mut log = Events::new().keep_all();
/// log.push(Event::touch("ann", 1_767_225_600, "social").with_cost(4.0))?;
/// log.push(Event::conversion("ann", 1_767_398_400).with_value(50.0))?;
/// log.push(Event::touch("bob", 1_767_225_600, "social").with_cost(4.0))?;
/// let journeys = Journeys::from_events(&log, JourneyOptions::default())?;
/// let options = DashboardOptions::default().with_model_name("last-touch");
/// let dashboard = Dashboard::new(&log, &journeys, &LastTouch, &options)?;
/// let page = KpiPages::new(&dashboard).page("A shop");
/// assert!(page.headline().contains("of persons reached bought"));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct KpiPages<'a> {
    dashboard: &'a Dashboard,
    trends: Vec<Trend>,
}

impl<'a> KpiPages<'a> {
    /// Pages of this dashboard.
    pub fn new(dashboard: &'a Dashboard) -> Self {
        Self {
            dashboard,
            trends: kpi_trends::all(dashboard),
        }
    }

    /// The chapters: changes, conversion, customers, service.
    pub fn chapters(&self) -> Vec<Chapter> {
        let dashboard = self.dashboard;
        let alerts = trends::alerts(&self.trends);
        let changes = self.trends.iter().map(|trend| trend.chart(&alerts));
        let chapters = [
            Chapter::new("Changes").with_charts(changes),
            Chapter::new("Journeys and conversion").with_charts(kpi_charts::conversion(dashboard)),
            Chapter::new("Customers").with_charts(kpi_charts::customers(dashboard)),
            Chapter::new("Service").with_charts(kpi_charts::service(dashboard)),
        ];
        chapters
            .into_iter()
            .filter(|chapter| !chapter.blocks().is_empty())
            .collect()
    }

    /// Alerts where a figure changed more than chance does, and what makes figures doubtful.
    pub fn checks(&self) -> Vec<Check> {
        let findings = self.dashboard.findings.iter();
        let findings = findings.map(|finding| {
            Check::new(Verdict::Watch, words::sentence(&finding.to_string()))
                .with_action("Settle this in the log before the figures are used.")
        });
        trends::checks(&self.trends)
            .into_iter()
            .chain(findings)
            .collect()
    }

    /// The last figures with their courses.
    pub fn cards(&self) -> Vec<Card> {
        let conversion = &self.dashboard.conversion.conversion;
        let overall = conversion.overall.rate.map(|rate| {
            let note = format!(
                "of {} persons",
                words::short(conversion.overall.population as f64)
            );
            Card::new("Conversion", words::percent(rate)).with_note(note)
        });
        let value = Card::new("Value", words::short(conversion.value)).with_note(format!(
            "{} conversions",
            words::short(conversion.conversions)
        ));
        let courses = self.trends.iter().filter_map(Trend::card);
        overall
            .into_iter()
            .chain([value])
            .chain(courses)
            .take(CARDS)
            .collect()
    }

    /// One page of all of it.
    pub fn page(&self, about: impl Into<String>) -> Page {
        let page = Page::new(self.headline())
            .with_about(about)
            .with_chip(
                "period",
                self.dashboard.conversion.conversion.window.to_string(),
            )
            .with_chip("version", env!("CARGO_PKG_VERSION"));
        let page = self.cards().into_iter().fold(page, Page::with_card);
        let page = self.checks().into_iter().fold(page, Page::with_check);
        self.chapters().into_iter().fold(page, Page::with_chapter)
    }

    fn headline(&self) -> String {
        let overall = &self.dashboard.conversion.conversion.overall;
        let bought = overall.rate.map_or_else(
            || "Too few persons for a rate of conversion".to_owned(),
            |rate| {
                let ends = overall.interval.map_or_else(String::new, |ends| {
                    format!(
                        " ({} to {})",
                        words::percent(ends.low()),
                        words::percent(ends.high())
                    )
                });
                format!("{}{ends} of persons reached bought", words::percent(rate))
            },
        );
        let alerts = trends::alerts(&self.trends);
        let names: Vec<&str> = alerts.iter().map(|(name, _)| name.as_str()).collect();
        match names.len() {
            0 => bought,
            1 => format!("{bought}; {} changed beyond chance", names[0]),
            _ => format!("{bought}; {} changed beyond chance", words::listed(&names)),
        }
    }
}

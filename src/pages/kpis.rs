//! The chapters of a dashboard.

use crate::journeys::Journeys;
use crate::kpi::customers::IdentityMatch;
use crate::kpi::dashboard::Dashboard;
use crate::kpi::map::JourneyMap;
use crate::kpi::service::VoiceOfCustomer;
use crate::kpi::verbatims::Verbatims;
use crate::pages::kpi_top::KpiTop;
use crate::pages::kpi_trends::{of_rate, told};
use crate::pages::personas;
use crate::pages::trends::Trends;
use crate::pages::{
    fingerprint, kpi_charts, kpi_trends, service_charts, stage_charts, verbatim_charts, words,
    worth_charts,
};
use crate::privacy::MinimumGroup;
use crate::report::html::{Card, Chapter, Check, Page, Verdict};
use crate::stats::Proportion;

/// The cards of page one.
const CARDS: usize = 6;

/// Pages of a dashboard of KPIs: cards with their course, alerts, and chapters of charts.
///
/// A figure that is kept back for a small group stays kept back. All changes from one period to the
/// next are tested, of all figures and periods. One counts where it exceeds its noise: its p-value,
/// adjusted for their number (Benjamini and Hochberg 1995), is below .05. Of such alerts one in
/// twenty is false on average; of 4,000 simulated pages without any change, 5.3 % had one.
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
    trends: Trends,
    personas: Vec<(String, &'a Dashboard)>,
    devices: Vec<(String, &'a JourneyMap)>,
    verbatims: Option<&'a Verbatims>,
    identity: Option<&'a IdentityMatch>,
    agents: Option<&'a VoiceOfCustomer>,
    journeys: Option<&'a Journeys>,
    chips: Vec<(String, String)>,
    minimum: MinimumGroup,
}

impl<'a> KpiPages<'a> {
    /// Pages of this dashboard.
    pub fn new(dashboard: &'a Dashboard) -> Self {
        Self {
            dashboard,
            trends: Trends::new(kpi_trends::all(dashboard)),
            personas: Vec::new(),
            devices: Vec::new(),
            verbatims: None,
            identity: None,
            agents: None,
            journeys: None,
            chips: Vec::new(),
            minimum: MinimumGroup::default(),
        }
    }

    /// The same pages without figures of all persons, or of all customers, where these are fewer
    /// than the minimum; the dashboard itself has protected its groups.
    ///
    /// ```
    /// use mixtouch::attribution::rules::LastTouch;
    /// use mixtouch::kpi::dashboard::{Dashboard, DashboardOptions};
    /// use mixtouch::pages::KpiPages;
    /// use mixtouch::privacy::MinimumGroup;
    /// use mixtouch::{Event, Events, JourneyOptions, Journeys};
    ///
    /// let mut log = Events::new().keep_all();
    /// log.push(Event::touch("ann", 1_767_225_600, "social"))?;
    /// log.push(Event::conversion("ann", 1_767_398_400).with_value(50.0))?;
    /// let journeys = Journeys::from_events(&log, JourneyOptions::default())?;
    /// let dashboard = Dashboard::new(&log, &journeys, &LastTouch, &DashboardOptions::default())?;
    /// let pages = KpiPages::new(&dashboard).with_minimum(MinimumGroup::new(10)?);
    /// assert!(pages.cards().is_empty(), "what one person bought is kept back");
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    #[must_use]
    pub fn with_minimum(self, minimum: MinimumGroup) -> Self {
        Self { minimum, ..self }
    }

    /// The same pages with one more mark of what they come from, such as a seed.
    #[must_use]
    pub fn with_chip(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.chips.push((name.into(), value.into()));
        self
    }

    /// The same pages with the dashboard of one segment of persons more, such as a persona. Two or
    /// more stand side by side, each figure with whether they differ beyond chance.
    ///
    /// ```
    /// use mixtouch::attribution::rules::LastTouch;
    /// use mixtouch::kpi::dashboard::{Dashboard, DashboardOptions};
    /// use mixtouch::pages::KpiPages;
    /// use mixtouch::{Event, Events, JourneyOptions, Journeys};
    ///
    /// // a tenth of the one persona buys, and half of the other
    /// let dashboard = |every: u64| {
    ///     let mut log = Events::new();
    ///     for person in 0..200u64 {
    ///         log.push(Event::touch(person, 1_767_225_600, "social"))?;
    ///         if person % every == 0 {
    ///             log.push(Event::conversion(person, 1_767_229_200))?;
    ///         }
    ///     }
    ///     let journeys = Journeys::from_events(&log, JourneyOptions::default())?;
    ///     Dashboard::new(&log, &journeys, &LastTouch, &DashboardOptions::default())
    /// };
    /// let (students, parents) = (dashboard(10)?, dashboard(2)?);
    /// let pages = KpiPages::new(&parents)
    ///     .with_persona("students", &students)
    ///     .with_persona("parents", &parents);
    /// let chapters = pages.chapters();
    /// let personas = chapters.iter().find(|one| one.heading() == "Segments side by side").unwrap();
    /// let conversion = personas.charts().next().unwrap();
    /// assert_eq!(conversion.title(), "Conversion: highest with parents, lowest with students");
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    #[must_use]
    pub fn with_persona(mut self, name: impl Into<String>, dashboard: &'a Dashboard) -> Self {
        self.personas.push((name.into(), dashboard));
        self
    }

    /// The same pages with the map of journeys on one device more: with two or more, where each
    /// device loses conversions.
    #[must_use]
    pub fn with_device(mut self, name: impl Into<String>, map: &'a JourneyMap) -> Self {
        self.devices.push((name.into(), map));
        self
    }

    /// The same pages with what customers say in their own words.
    #[must_use]
    pub fn with_verbatims(self, verbatims: &'a Verbatims) -> Self {
        Self {
            verbatims: Some(verbatims),
            ..self
        }
    }

    /// The same pages with how well persons are known.
    #[must_use]
    pub fn with_identity(self, identity: &'a IdentityMatch) -> Self {
        Self {
            identity: Some(identity),
            ..self
        }
    }

    /// The same pages with what those who serve answer themselves: a survey whose persons are
    /// agents.
    #[must_use]
    pub fn with_agent_survey(self, agents: &'a VoiceOfCustomer) -> Self {
        Self {
            agents: Some(agents),
            ..self
        }
    }

    /// The same pages with the journeys that the dashboard is of: a hash of them and the number of
    /// their channels stand on the page, as on that of [`Results`](crate::pages::Results).
    #[must_use]
    pub fn with_journeys(self, journeys: &'a Journeys) -> Self {
        Self {
            journeys: Some(journeys),
            ..self
        }
    }

    /// The chapters: changes, segments side by side, conversion, customers, service, verbatims.
    pub fn chapters(&self) -> Vec<Chapter> {
        let dashboard = self.dashboard;
        let changes = Chapter::new("Changes").with_text(self.trends.rule());
        let stages = dashboard.journeys.journey_stages.as_ref();
        let stages = stages.map(|stages| &stages.report);
        let chapters = [
            changes.with_charts(self.trends.charts()),
            Chapter::new("Segments side by side")
                .with_charts(personas::charts(&self.personas, self.minimum)),
            Chapter::new("Journeys and conversion")
                .with_charts(kpi_charts::conversion(dashboard))
                .with_charts(stages.and_then(stage_charts::funnel))
                .with_charts(service_charts::by_device(&self.devices)),
            Chapter::new("Customers")
                .with_charts(kpi_charts::customers(dashboard))
                .with_charts(self.identity.and_then(service_charts::identity)),
            Chapter::new("Service")
                .with_charts(kpi_charts::service(dashboard))
                .with_charts(
                    dashboard
                        .service
                        .teams
                        .as_ref()
                        .and_then(service_charts::teams),
                )
                .with_charts(self.agents.into_iter().flat_map(service_charts::agents)),
            self.verbatims.map_or_else(
                || Chapter::new("In customers' words"),
                verbatim_charts::chapter,
            ),
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
        let checks = self.trends.checks();
        checks.into_iter().chain(findings).collect()
    }

    /// The last figures with their courses, and where these are few, figures of the whole time.
    pub fn cards(&self) -> Vec<Card> {
        let overall = &self.dashboard.conversion.conversion.overall;
        let conversion = self.of_share("Conversion", overall, "person reached", "persons reached");
        let courses = self.trends.cards();
        let again = &self.dashboard.customers.repurchase.bought_again;
        let several = &self.dashboard.conversion.conversion.cross_channel;
        conversion
            .into_iter()
            .chain(self.value())
            .chain(courses)
            .chain(self.of_share(
                "Bought again",
                again,
                "customer: two purchases or more so far",
                "customers: two purchases or more so far",
            ))
            .chain(self.of_share(
                "Several channels",
                several,
                "person reached",
                "persons reached",
            ))
            .take(CARDS)
            .collect()
    }

    /// A share with its interval; none of too few to be shown.
    fn of_share(&self, name: &str, share: &Proportion, one: &str, many: &str) -> Option<Card> {
        let all = share.population;
        let rate = share.rate.filter(|_| self.minimum.allows(all))?;
        let of = format!("of {}", words::counted(all as f64, one, many));
        let note = match of_rate(share).interval() {
            Some((low, high)) => format!("{}, {of}", words::ends(low, high, words::percent)),
            None => of,
        };
        Some(Card::new(name, words::percent(rate)).with_note(note))
    }

    /// What a customer is worth, and all conversions are.
    fn value(&self) -> Option<Card> {
        let worth = self.top().worth_of_one()?;
        let value = worth
            .value()
            .filter(|_| worth_charts::has_values(self.dashboard))?;
        let conversion = &self.dashboard.conversion.conversion;
        let all = format!(
            "{} in all, of {}",
            words::short(conversion.value),
            words::counted(conversion.conversions, "conversion", "conversions")
        );
        let note = match worth.interval() {
            Some((low, high)) => format!("{}; {all}", words::ends(low, high, words::short)),
            None => all,
        };
        Some(Card::new("Value of a customer", words::short(value)).with_note(note))
    }

    fn top(&self) -> KpiTop<'_> {
        KpiTop::new(
            self.dashboard,
            &self.trends,
            self.minimum,
            &self.personas,
            &self.devices,
        )
    }

    /// One page of all of it: five answers, cards, findings and checks, then the chapters.
    pub fn page(&self, about: impl Into<String>) -> Page {
        let page = Page::new(self.headline()).with_about(about).with_chip(
            "period",
            words::days(self.dashboard.conversion.conversion.window),
        );
        let overall = self.dashboard.conversion.conversion.overall;
        let page = match overall.interval {
            Some(ends) => page.with_chip("intervals", words::level(ends.level())),
            None => page,
        };
        let page = match self.journeys {
            Some(journeys) => page
                .with_chip("channels", journeys.channels().len().to_string())
                .with_chip("journeys hash", fingerprint::of_journeys(journeys)),
            None => page,
        };
        let page = page.with_chip("version", env!("CARGO_PKG_VERSION"));
        let chips = self.chips.iter();
        let page = chips.fold(page, |page, (name, value)| page.with_chip(name, value));
        let top = self.top();
        let page = top.answers().into_iter().fold(page, Page::with_answer);
        let page = self.cards().into_iter().fold(page, Page::with_card);
        let page = top
            .findings()
            .into_iter()
            .fold(page, |page, (finding, figures)| {
                page.with_finding(finding, figures)
            });
        let page = self.checks().into_iter().fold(page, Page::with_check);
        self.chapters().into_iter().fold(page, Page::with_chapter)
    }

    fn headline(&self) -> String {
        let bought = self.dashboard.conversion.conversion.overall;
        let shown = self.minimum.allows(bought.population);
        let bought = bought.rate.filter(|_| shown).map_or_else(
            || "Too few persons for a rate of conversion".to_owned(),
            |_| {
                format!(
                    "{} of persons reached bought",
                    told(&of_rate(&bought), words::percent)
                )
            },
        );
        let names = self.trends.changed();
        match names.len() {
            0 => bought,
            1 => format!("{bought}; {} changed beyond chance", names[0]),
            _ => format!("{bought}; {} changed beyond chance", words::listed(&names)),
        }
    }
}

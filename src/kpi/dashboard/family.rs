//! One report of a dashboard, with its basis.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::report::{Report, Section};

/// A report and, where a dashboard has several of its kind, its basis, such as `by segment`.
///
/// ```
/// use mixtouch::kpi::KpiOptions;
/// use mixtouch::kpi::customers::{Purchases, Repurchase};
/// use mixtouch::kpi::dashboard::Family;
/// use mixtouch::{Event, Events, JourneyOptions, Journeys};
///
/// let mut log = Events::new();
/// log.push(Event::conversion("ann", 1_767_225_600))?;
/// let journeys = Journeys::from_events(&log, JourneyOptions::default())?;
/// let repurchase = Repurchase::new(&Purchases::new(&journeys)?, &KpiOptions::default());
/// let family = Family::new(repurchase).with_basis("web shop alone");
/// assert!(family.to_string().contains("1 customers (web shop alone)"));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Family<R> {
    /// The report.
    #[serde(flatten)]
    pub report: R,
    /// The model, grouping or steps that the report is based on, if a dashboard has several of its
    /// kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub basis: Option<String>,
}

impl<R> Family<R> {
    /// A report without a basis.
    pub fn new(report: R) -> Self {
        Self {
            report,
            basis: None,
        }
    }

    /// Sets the basis.
    #[must_use]
    pub fn with_basis(self, basis: impl Into<String>) -> Self {
        Self {
            basis: Some(basis.into()),
            ..self
        }
    }
}

impl<R: Report> Report for Family<R> {
    fn title(&self) -> String {
        let title = self.report.title();
        match &self.basis {
            Some(basis) => format!("{title} ({basis})"),
            None => title,
        }
    }

    fn sections(&self) -> Vec<Section> {
        self.report.sections()
    }
}

impl<R: Report> fmt::Display for Family<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.document().fmt(f)
    }
}

/// The reports of a dashboard under one heading.
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
/// let headings: Vec<&str> = dashboard.sections().iter().map(|section| section.heading).collect();
/// assert_eq!(headings[0], "Conversion and cost");
/// # Ok::<(), mixtouch::Error>(())
/// ```
pub struct SectionOfFamilies<'a> {
    /// The heading.
    pub heading: &'static str,
    /// The reports in their order.
    pub reports: Vec<&'a dyn Report>,
}

impl fmt::Debug for SectionOfFamilies<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let titles: Vec<String> = self.reports.iter().map(|report| report.title()).collect();
        f.debug_struct("SectionOfFamilies")
            .field("heading", &self.heading)
            .field("reports", &titles)
            .finish()
    }
}

impl fmt::Display for SectionOfFamilies<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let texts: Vec<String> = self.reports.iter().map(|report| report.to_text()).collect();
        writeln!(f, "{}\n\n{}", self.heading.to_uppercase(), texts.join("\n"))
    }
}

//! What customers say, how they are served, and which carts they abandon.

use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::kpi::customers::{CartAbandonment, CartOptions};
use crate::kpi::options::KpiOptions;
use crate::kpi::service::{
    CaseResolutions, Questions, ServiceColumns, ServiceTeams, VoiceOfCustomer,
};
use crate::kpi::timelines::PersonTimelines;
use crate::report::Report;

/// Answers, cases, agents and teams, and carts; each only if the log has any.
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
/// let service = &dashboard.service;
/// assert!(service.voice.is_none() && service.carts.is_none(), "the log has neither");
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ServiceKpis {
    /// Answers to surveys.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub voice: Option<VoiceOfCustomer>,
    /// Service cases.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resolutions: Option<CaseResolutions>,
    /// Agents and teams.
    #[serde(rename = "service", skip_serializing_if = "Option::is_none")]
    pub teams: Option<ServiceTeams>,
    /// Carts bought and abandoned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub carts: Option<CartAbandonment>,
}

impl ServiceKpis {
    pub(crate) fn new(timelines: &PersonTimelines<'_>, kpis: &KpiOptions) -> Result<Self> {
        let questions = Questions::default().leave_out_off_scale();
        let columns = ServiceColumns::of_log(timelines.log());
        let voice = VoiceOfCustomer::new(timelines, &questions, kpis)?;
        let off_scale: u64 = voice.questions.iter().map(|one| one.off_scale).sum();
        let resolutions = CaseResolutions::new(timelines, &columns, kpis)?;
        let teams = (columns != ServiceColumns::default())
            .then(|| ServiceTeams::new(timelines, &columns, &questions, kpis))
            .transpose()?;
        let carts = CartAbandonment::new(timelines, &CartOptions::default(), kpis)?;
        Ok(Self {
            voice: Some(voice).filter(|voice| voice.population + voice.unknown + off_scale > 0),
            resolutions: Some(resolutions).filter(|cases| cases.population > 0),
            teams: teams.filter(|teams| teams.population > 0),
            carts: Some(carts).filter(|carts| carts.population + carts.undecided > 0),
        })
    }

    pub(crate) fn reports(&self) -> Vec<&dyn Report> {
        let voice = self.voice.iter().map(|report| report as &dyn Report);
        let cases = self.resolutions.iter().map(|report| report as &dyn Report);
        let teams = self.teams.iter().map(|report| report as &dyn Report);
        let carts = self.carts.iter().map(|report| report as &dyn Report);
        voice.chain(cases).chain(teams).chain(carts).collect()
    }
}

//! Where journeys go, and where they end.

use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::journeys::arena::Journeys;
use crate::kpi::dashboard::dashboard_options::DashboardOptions;
use crate::kpi::dashboard::family::Family;
use crate::kpi::map::{FrequentPaths, JourneyMap, MapCounts, PathCounts, Steps};
use crate::report::Report;

/// The map of journeys by channels and by stages, and the most frequent paths.
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
/// let journeys = &dashboard.journeys;
/// assert_eq!(journeys.frequent_paths.distinct, 2);
/// assert!(journeys.journey_stages.is_none(), "no stages are stated");
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct JourneyKpis {
    /// The map by channels.
    pub journey_map: Family<JourneyMap>,
    /// The map by stages; none unless the options state stages.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub journey_stages: Option<Family<JourneyMap>>,
    /// The most frequent paths.
    pub frequent_paths: FrequentPaths,
}

impl JourneyKpis {
    pub(crate) fn new(journeys: &Journeys, options: &DashboardOptions) -> Result<Self> {
        let kpis = &options.kpis;
        let steps = Steps::channels(journeys.channels());
        // both in one pass over the journeys
        let (map, paths) =
            journeys.accumulate(|| (MapCounts::new(steps.clone()), PathCounts::new(&steps)))?;
        let stages = options
            .stages
            .iter()
            .map(|(name, stage)| (name.as_str(), *stage));
        let by_stages = (!options.stages.is_empty())
            .then(|| JourneyMap::new(journeys, &Steps::stages(journeys.channels(), stages)?, kpis))
            .transpose()?;
        let counted = journeys.counted()?;
        Ok(Self {
            journey_map: Family::new(map.report(&counted, kpis)?).with_basis("by channels"),
            journey_stages: by_stages.map(|map| Family::new(map).with_basis("by stages")),
            frequent_paths: paths.report(&counted, options.most_paths, kpis)?,
        })
    }

    pub(crate) fn reports(&self) -> Vec<&dyn Report> {
        let mut reports: Vec<&dyn Report> = vec![&self.journey_map];
        reports.extend(self.journey_stages.iter().map(|map| map as &dyn Report));
        reports.push(&self.frequent_paths);
        reports
    }
}

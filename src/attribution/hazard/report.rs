//! How fitting a hazard went.

use serde::{Deserialize, Serialize};

/// How fitting went.
///
/// ```
/// use mixtouch::attribution::hazard::AdditiveHazard;
/// use mixtouch::{Event, Events, Fit, JourneyOptions, Journeys};
///
/// let mut log = Events::new();
/// log.push(Event::touch("ann", 1_767_225_600, "social"))?;
/// log.push(Event::conversion("ann", 1_767_229_200))?;
/// log.push(Event::touch("bob", 1_767_225_600, "search"))?;
/// log.push(Event::touch("bob", 1_769_904_000, "search"))?;
/// let journeys = Journeys::from_events(&log, JourneyOptions::default())?;
/// let report = AdditiveHazard::default().fit(&journeys)?.report();
/// assert_eq!((report.converged, report.conversions), (true, 1.0));
/// // two exponentials of each channel, as there are few conversions, and the baseline
/// assert_eq!(report.rates, 5);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FitReport {
    /// Of the conversions inside the likelihood, at the rates found.
    pub log_likelihood: f64,
    /// EM steps taken, over all fits the options ask for.
    pub steps: u64,
    /// Whether the likelihood had stopped rising; if not, the steps ran out and shares may still
    /// move.
    pub converged: bool,
    /// Conversions inside the likelihood: those from their person's first touch on.
    pub conversions: f64,
    /// How many rates or coefficients were free: those with exposure, and the baseline's. Pairs
    /// count where they were kept. 0 in a model that an earlier version stored.
    #[serde(default)]
    pub rates: usize,
    /// Days watched over all persons, from their first touch to the end of observation.
    pub person_days: f64,
}

//! Effects of touches and pairs of channels, and the intensities they add up to.

/// The fitted effect of one touch over a stretch of its age.
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
/// let model = AdditiveHazard::default().fit(&journeys)?;
/// let strongest = model.effects().max_by(|a, b| a.rate.total_cmp(&b.rate)).unwrap();
/// assert_eq!(strongest.channel, "social");
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct TouchEffect<'a> {
    /// The channel.
    pub channel: &'a str,
    /// Fewest same-channel touches in the 7 days before: 0, 1, 2 or 4; 0 without frequency
    /// classes.
    pub earlier_touches: u32,
    /// Days of age from which it holds; 0 for an exponential.
    pub from: f64,
    /// Days of age up to which it holds; for an exponential its time constant.
    pub to: f64,
    /// Conversions a day that one touch adds; for an exponential, in all.
    pub rate: f64,
    /// Its standard error, where asked for and the rate is > 0.
    pub standard_error: Option<f64>,
}

/// The fitted effect of two channels together.
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
/// let model = AdditiveHazard::default().fit(&journeys)?;
/// assert_eq!(model.pairs().count(), 0, "pairs are fitted on request only");
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct PairEffect<'a> {
    /// Both, by name.
    pub channels: [&'a str; 2],
    /// Conversions a day that come on top while both had a touch within 7 days.
    pub rate: f64,
    /// Its standard error, where asked for.
    pub standard_error: Option<f64>,
}

/// A person's intensity, part by part, in conversions a day.
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
/// let model = AdditiveHazard::default().fit(&journeys)?;
/// let converted = journeys.iter().next().unwrap();
/// let intensity = model.predict(converted);
/// assert!(intensity.total() > intensity.baseline);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Intensity {
    /// What comes without marketing; with what pairs and touches of demand-capture channels add.
    pub baseline: f64,
    /// What each touch adds.
    pub touches: Vec<f64>,
}

impl Intensity {
    /// All of it.
    pub fn total(&self) -> f64 {
        self.baseline + self.touches.iter().sum::<f64>()
    }
}

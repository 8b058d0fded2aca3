//! The chapter of journeys.

use crate::journeys::Journeys;
use crate::pages::friction;
use crate::pages::journey_charts::JourneyCharts;
use crate::report::html::Chapter;

/// Charts of journeys: what follows what, where they end without a conversion, at which place channels
/// stand, how long it takes.
///
/// All figures are sums over many journeys; a path is shown from ten conversions on.
///
/// ```
/// use mixtouch::pages::JourneysChapter;
/// use mixtouch::{Outcome, PathTable};
///
/// let mut paths = PathTable::new();
/// paths.push(["social", "search"], Outcome::new(20.0, 5.0, 0.0)?)?;
/// let chapter = JourneysChapter::new(&paths.journeys()?).chapter();
/// assert_eq!(chapter.heading(), "Journeys");
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct JourneysChapter<'a> {
    journeys: &'a Journeys,
}

impl<'a> JourneysChapter<'a> {
    /// A chapter on these journeys.
    pub const fn new(journeys: &'a Journeys) -> Self {
        Self { journeys }
    }

    /// The chapter.
    pub fn chapter(&self) -> Chapter {
        let chapter = Chapter::new("Journeys");
        let charts = JourneyCharts::new(self.journeys);
        let drawn = [
            charts.flow(),
            charts.steps(),
            charts.dead_ends(),
            friction::by_channel(self.journeys),
            charts.roles(),
            charts.together(),
            charts.lengths(),
            charts.days(),
            charts.paths(),
        ];
        chapter.with_charts(drawn.into_iter().flatten())
    }
}

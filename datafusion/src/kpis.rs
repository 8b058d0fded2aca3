//! KPIs over journeys whose counts merge.

use mixtouch::journeys::CountedJourneys;
use mixtouch::kpi::KpiOptions;
use mixtouch::kpi::journeys::{ConversionCounts, ConversionRates, PathLengths, PurchasePaths};
use mixtouch::kpi::map::{FrequentPaths, JourneyMap, MapCounts, PathCounts, Steps};
use mixtouch::{Accumulator, Journeys, Result, Totals};
use serde::{Deserialize, Serialize};

/// Counts of journeys for four KPIs: how many persons convert, how long and how many touches a purchase
/// takes, which ways journeys go and where they lose conversions, and which whole paths are frequent.
///
/// Those of parts merge to those of the whole. They take 8 bytes a conversion, and some 60 a path that
/// no other journey took: what partitions hand on grows with the number of different paths.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JourneyCounts {
    counted: CountedJourneys,
    totals: Totals,
    conversions: ConversionCounts,
    lengths: PathLengths,
    map: MapCounts,
    paths: PathCounts,
}

impl JourneyCounts {
    /// Those of journeys, whose steps are channels.
    ///
    /// # Errors
    /// If journeys have no persons and times, or neither touch nor conversion.
    pub fn new(journeys: &Journeys) -> Result<Self> {
        let steps = Steps::channels(journeys.channels());
        let counted = journeys.counted()?;
        let channels = journeys.channels();
        let ((conversions, lengths), (map, paths)) = journeys.accumulate(|| {
            let ways = (MapCounts::new(steps.clone()), PathCounts::new(&steps));
            let purchases = (ConversionCounts::new(channels), PathLengths::default());
            (purchases, ways)
        })?;
        Ok(Self {
            counted,
            totals: journeys.totals(),
            conversions,
            lengths,
            map,
            paths,
        })
    }

    /// Takes in those of another part.
    ///
    /// # Errors
    /// If they are of other channels.
    pub fn merge(&mut self, later: Self) -> Result<()> {
        self.counted.merge(&later.counted)?;
        self.totals.merge(later.totals)?;
        self.conversions.merge(later.conversions)?;
        self.lengths.merge(later.lengths)?;
        self.map.merge(later.map)?;
        self.paths.merge(later.paths)
    }

    /// How many of the persons reached converted, by channel too.
    ///
    /// # Errors
    /// If the options set a minimum group: channels of few persons are merged by persons, whom counts
    /// no longer tell apart.
    pub fn conversion_rates(&self, options: &KpiOptions) -> Result<ConversionRates> {
        self.conversions
            .report_counted(&self.counted, self.totals, options)
    }

    /// How long and how many touches a purchase takes.
    pub fn purchase_paths(&self, options: &KpiOptions) -> PurchasePaths {
        self.lengths.report(&self.counted, options)
    }

    /// Which ways journeys take between channels, and where they lose conversions.
    ///
    /// # Errors
    /// If the map cannot be told from the counts.
    pub fn journey_map(&self, options: &KpiOptions) -> Result<JourneyMap> {
        self.map.report(&self.counted, options)
    }

    /// The `most` frequent paths.
    ///
    /// # Errors
    /// If the paths cannot be told from the counts.
    pub fn frequent_paths(&self, most: usize, options: &KpiOptions) -> Result<FrequentPaths> {
        self.paths.clone().report(&self.counted, most, options)
    }
}

//! Segments by recency, frequency and monetary value.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::kpi::customers::purchases::{CustomerPurchases, Purchases};
use crate::kpi::options::KpiOptions;
use crate::privacy::Group;
use crate::report::{Cell, Report, Section, Table};
use crate::stats::{ConfidenceLevel, Mean, Proportion};
use crate::time::TimeRange;
use crate::time::limits::DAY;

/// A customer's scores, 1 to 5 each: how recent the last purchase, how many purchases, how much
/// they were worth.
///
/// A score is 1 + the number of fifths of all customers who are strictly below: equal customers
/// score alike, and as long as most bought once, buying once scores 1.
///
/// ```
/// use mixtouch::kpi::customers::{Purchases, RfmScore};
/// use mixtouch::{Event, Events, JourneyOptions, Journeys};
///
/// let mut log = Events::new();
/// for person in 0..10u64 {
///     let day = 86_400 * person as i64;
///     log.push(Event::conversion(person, 1_767_225_600 + day).with_value(20.0))?;
/// }
/// let journeys = Journeys::from_events(&log, JourneyOptions::default())?;
/// let purchases = Purchases::new(&journeys)?;
/// let best = RfmScore::all(&purchases).into_iter().max_by_key(|score| score.recency);
/// assert_eq!(best.map(|score| (score.recency, score.frequency)), Some((5, 1)));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RfmScore {
    /// Score of recency, 1 to 5: 5 for the most recent last purchases.
    pub recency: u8,
    /// Score of frequency, 1 to 5: 5 for the most purchases.
    pub frequency: u8,
    /// Score of monetary value less refunds, 1 to 5: 5 for the greatest value.
    pub monetary: u8,
}

/// A segment of customers in a grid of three by three: recency score 4-5, 3, 1-2 by frequency score
/// 4-5, 2-3, 1.
///
/// ```
/// use mixtouch::kpi::customers::RfmSegment;
///
/// assert_eq!(RfmSegment::ALL.len(), 9);
/// assert_eq!(RfmSegment::NewCustomers.to_string(), "new customers");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RfmSegment {
    /// Recent and frequent.
    Champions,
    /// Recent, and more than once.
    PotentialLoyalists,
    /// Recent, for the first time.
    NewCustomers,
    /// Frequent, a while ago.
    Loyal,
    /// More than once, a while ago.
    NeedAttention,
    /// Once, a while ago.
    Promising,
    /// Frequent, long ago.
    AtRisk,
    /// More than once, long ago.
    AboutToSleep,
    /// Once, long ago.
    Lost,
}

impl RfmSegment {
    /// Every segment, in the order of reports.
    pub const ALL: [Self; 9] = [
        Self::Champions,
        Self::PotentialLoyalists,
        Self::NewCustomers,
        Self::Loyal,
        Self::NeedAttention,
        Self::Promising,
        Self::AtRisk,
        Self::AboutToSleep,
        Self::Lost,
    ];

    /// The name, as in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Champions => "champions",
            Self::PotentialLoyalists => "potential loyalists",
            Self::NewCustomers => "new customers",
            Self::Loyal => "loyal",
            Self::NeedAttention => "need attention",
            Self::Promising => "promising",
            Self::AtRisk => "at risk",
            Self::AboutToSleep => "about to sleep",
            Self::Lost => "lost",
        }
    }
}

impl fmt::Display for RfmSegment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.name().fmt(f)
    }
}

impl RfmScore {
    /// The segment of these scores.
    pub fn segment(&self) -> RfmSegment {
        let row = match self.recency {
            4.. => 0,
            3 => 1,
            _ => 2,
        };
        let column = match self.frequency {
            4.. => 0,
            2..=3 => 1,
            _ => 2,
        };
        RfmSegment::ALL[3 * row + column]
    }

    /// The scores of all customers, in their order.
    ///
    /// ```
    /// use mixtouch::kpi::customers::{Purchases, RfmScore, RfmSegment};
    /// use mixtouch::{Event, Events, JourneyOptions, Journeys};
    ///
    /// let mut log = Events::new();
    /// for person in 0..10u64 {
    ///     let day = 86_400 * person as i64;
    ///     log.push(Event::conversion(person, 1_767_225_600 + day).with_value(20.0))?;
    /// }
    /// let journeys = Journeys::from_events(&log, JourneyOptions::default())?;
    /// let scores = RfmScore::all(&Purchases::new(&journeys)?);
    /// let is_new = |score: &&RfmScore| score.segment() == RfmSegment::NewCustomers;
    /// assert_eq!(scores.iter().filter(is_new).count(), 4);
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    pub fn all(purchases: &Purchases<'_>) -> Vec<Self> {
        let recency = fifths(purchases, |customer| {
            f64::from(customer.times().last().copied().unwrap_or(0))
        });
        let frequency = fifths(purchases, |customer| customer.len() as f64);
        let monetary = fifths(purchases, |customer| customer.value());
        let score = |((recency, frequency), monetary)| Self {
            recency,
            frequency,
            monetary,
        };
        recency
            .into_iter()
            .zip(frequency)
            .zip(monetary)
            .map(score)
            .collect()
    }
}

fn fifths(purchases: &Purchases<'_>, value: impl Fn(&CustomerPurchases<'_>) -> f64) -> Vec<u8> {
    let values: Vec<f64> = purchases
        .customers()
        .map(|customer| value(&customer))
        .collect();
    let mut sorted = values.clone();
    sorted.sort_unstable_by(f64::total_cmp);
    values
        .iter()
        .map(|value| 1 + (5 * sorted.partition_point(|other| other < value) / sorted.len()) as u8)
        .collect()
}

/// Customers by RFM segment.
///
/// ```
/// use mixtouch::kpi::KpiOptions;
/// use mixtouch::kpi::customers::{Purchases, RfmSegments};
/// use mixtouch::{Event, Events, JourneyOptions, Journeys};
///
/// let mut log = Events::new();
/// for person in 0..10u64 {
///     let day = 86_400 * person as i64;
///     log.push(Event::conversion(person, 1_767_225_600 + day).with_value(20.0))?;
/// }
/// let journeys = Journeys::from_events(&log, JourneyOptions::default())?;
/// let purchases = Purchases::new(&journeys)?;
/// let segments = RfmSegments::new(&purchases, &KpiOptions::default());
/// assert_eq!((segments.population, segments.value), (10, 200.0));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RfmSegments {
    /// The range reported; recency counts to its end.
    pub window: TimeRange,
    /// All customers.
    pub population: u64,
    /// Value of all purchases, less refunds.
    pub value: f64,
    /// The segments that have customers.
    pub segments: Vec<RfmGroup>,
}

/// The customers of one segment.
///
/// ```
/// use mixtouch::kpi::KpiOptions;
/// use mixtouch::kpi::customers::{Purchases, RfmSegment, RfmSegments};
/// use mixtouch::{Event, Events, JourneyOptions, Journeys};
///
/// let mut log = Events::new();
/// for person in 0..10u64 {
///     let day = 86_400 * person as i64;
///     log.push(Event::conversion(person, 1_767_225_600 + day).with_value(20.0))?;
/// }
/// let journeys = Journeys::from_events(&log, JourneyOptions::default())?;
/// let purchases = Purchases::new(&journeys)?;
/// let segments = RfmSegments::new(&purchases, &KpiOptions::default());
/// let new = segments.segment(RfmSegment::NewCustomers).expect("four bought lately");
/// assert_eq!((new.purchases.mean, new.value_share), (Some(1.0), Some(0.4)));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RfmGroup {
    /// The segment's name.
    pub segment: String,
    /// The segment's customers, of all customers.
    pub customers: Proportion,
    /// Days since the last purchase, per customer.
    pub recency_days: Mean,
    /// Purchases per customer.
    pub purchases: Mean,
    /// Value of purchases per customer, less refunds.
    pub value: Mean,
    /// The segment's share of all value; none unless the value of all is > 0.
    pub value_share: Option<f64>,
}

impl RfmSegments {
    /// The segments of all customers; those of too few customers are merged or left out.
    ///
    /// ```
    /// use mixtouch::kpi::KpiOptions;
    /// use mixtouch::kpi::customers::{Purchases, RfmSegment, RfmSegments};
    /// use mixtouch::{Event, Events, JourneyOptions, Journeys};
    ///
    /// let mut log = Events::new();
    /// for person in 0..10u64 {
    ///     let day = 86_400 * person as i64;
    ///     log.push(Event::conversion(person, 1_767_225_600 + day).with_value(20.0))?;
    /// }
    /// let journeys = Journeys::from_events(&log, JourneyOptions::default())?;
    /// let segments = RfmSegments::new(&Purchases::new(&journeys)?, &KpiOptions::default());
    /// let new = segments.segment(RfmSegment::NewCustomers).expect("four bought lately");
    /// assert_eq!((new.customers.rate, new.value.mean), (Some(0.4), Some(20.0)));
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    pub fn new(purchases: &Purchases<'_>, options: &KpiOptions) -> Self {
        let mut members: Vec<Vec<[f64; 3]>> = vec![Vec::new(); RfmSegment::ALL.len()];
        for (customer, score) in purchases.customers().zip(RfmScore::all(purchases)) {
            let last = i64::from(customer.times().last().copied().unwrap_or(0));
            let recency = (purchases.observed_to() - last) as f64 / f64::from(DAY);
            members[score.segment() as usize].push([
                recency,
                customer.len() as f64,
                customer.value(),
            ]);
        }
        let value = members
            .iter()
            .flatten()
            .fold(0.0, |sum, member| sum + member[2]);
        let groups = RfmSegment::ALL
            .into_iter()
            .zip(members)
            .filter(|(_, members)| !members.is_empty());
        let groups = options
            .minimum()
            .apply(groups.map(|(segment, members)| (segment.name().to_owned(), Members(members))))
            .groups;
        let window = options.shown(purchases.window());
        let population = purchases.len() as u64;
        let group = |(segment, Members(members))| {
            RfmGroup::new(segment, members, population, value, options.level())
        };
        Self {
            window,
            population,
            value,
            segments: groups.into_iter().map(group).collect(),
        }
    }

    /// The customers of a segment; none if the segment is empty or not shown.
    pub fn segment(&self, segment: RfmSegment) -> Option<&RfmGroup> {
        self.segments
            .iter()
            .find(|group| group.segment == segment.name())
    }
}

/// Recency, frequency and value by customer.
struct Members(Vec<[f64; 3]>);

impl Group for Members {
    fn persons(&self) -> u64 {
        self.0.len() as u64
    }

    fn merge(&mut self, other: Self) {
        self.0.extend(other.0);
    }
}

impl RfmGroup {
    fn new(
        segment: String,
        members: Vec<[f64; 3]>,
        population: u64,
        value: f64,
        level: ConfidenceLevel,
    ) -> Self {
        let column = |at: usize| {
            members
                .iter()
                .map(|member| member[at])
                .collect::<Vec<f64>>()
        };
        let [recency_days, purchases, worth] =
            [0, 1, 2].map(|at| Mean::from_values(&column(at), level));
        Self {
            segment,
            customers: Proportion::from_counts(members.len() as u64, population, level),
            recency_days,
            purchases,
            value: worth,
            value_share: (value > 0.0).then(|| column(2).iter().sum::<f64>() / value),
        }
    }
}

impl Report for RfmSegments {
    fn title(&self) -> String {
        let Self {
            window, population, ..
        } = self;
        format!("recency, frequency, value, {window}: {population} customers")
    }

    fn sections(&self) -> Vec<Section> {
        let row = |row: &RfmGroup| {
            let [days, purchases, value] = [&row.recency_days, &row.purchases, &row.value]
                .map(|mean| Cell::number(mean.mean, 2));
            [
                Cell::from(&row.segment),
                Cell::count(row.customers.count),
                Cell::percent(row.customers.rate, 2),
                days,
                purchases,
                value,
                Cell::percent(row.value_share, 2),
            ]
        };
        let heading = [
            "segment",
            "customers",
            "share",
            "days since",
            "purchases",
            "value each",
            "share of value",
        ];
        let table = Table::new(heading).with_rows(self.segments.iter().map(row));
        vec![Section::new().with_table(table)]
    }
}

impl fmt::Display for RfmSegments {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.document().fmt(f)
    }
}

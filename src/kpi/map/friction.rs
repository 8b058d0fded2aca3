//! Where conversions are lost and where people leave.

use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::experiment::compare_clustered;
use crate::kpi::map::by_person::{Pair, PartSums};
use crate::kpi::map::edges::EdgeCounts;
use crate::kpi::map::map_counts::{MapCounts, StepCounts};
use crate::stats::{ConfidenceLevel, Difference, Interval, Proportion, RatioSums, holm};

/// A step whose journeys convert less often than journeys do on average.
///
/// Lost conversions = journeys through the step x (average conversion rate - its conversion rate);
/// the average is that of all journeys with a step. The step is tested against the journeys that do
/// not pass it, by person. The loss is associational, not causal: persons who pass the step may
/// differ.
///
/// ```
/// use mixtouch::kpi::KpiOptions;
/// use mixtouch::kpi::map::{JourneyMap, Steps};
/// use mixtouch::{Event, Events, JourneyOptions, Journeys};
///
/// let mut log = Events::new();
/// for person in 0..40u64 {
///     // chat comes before half of the journeys' end; of these none converts
///     let channel = if person % 2 == 0 { "chat" } else { "store" };
///     log.push(Event::touch(person, 1_767_225_600, "search"))?;
///     log.push(Event::touch(person, 1_767_229_200, channel))?;
///     if channel == "store" {
///         log.push(Event::conversion(person, 1_767_232_800))?;
///     }
/// }
/// let journeys = Journeys::from_events(&log, JourneyOptions::default())?;
/// let steps = Steps::channels(journeys.channels());
/// let map = JourneyMap::new(&journeys, &steps, &KpiOptions::default())?;
/// let chat = &map.friction[0];
/// assert_eq!((chat.step.as_str(), chat.conversion.rate), ("chat", Some(0.0)));
/// assert_eq!(chat.lost.count, 10.0);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FrictionPoint {
    /// The step.
    pub step: String,
    /// Share of the journeys through it that convert.
    pub conversion: Proportion,
    /// Conversions lost against the average, with their interval.
    pub lost: Excess,
}

/// A handoff from one step to another after which more journeys end without a conversion than
/// after handoffs on average.
///
/// Excess leavers = handoffs x (their share of journeys that end right there - that share of all
/// handoffs), tested by person against all other handoffs.
///
/// ```
/// use mixtouch::kpi::KpiOptions;
/// use mixtouch::kpi::map::{JourneyMap, Steps};
/// use mixtouch::{Event, Events, JourneyOptions, Journeys};
///
/// let mut log = Events::new();
/// for person in 0..40u64 {
///     // chat comes before half of the journeys' end; of these none converts
///     let channel = if person % 2 == 0 { "chat" } else { "store" };
///     log.push(Event::touch(person, 1_767_225_600, "search"))?;
///     log.push(Event::touch(person, 1_767_229_200, channel))?;
///     if channel == "store" {
///         log.push(Event::conversion(person, 1_767_232_800))?;
///     }
/// }
/// let journeys = Journeys::from_events(&log, JourneyOptions::default())?;
/// let steps = Steps::channels(journeys.channels());
/// let map = JourneyMap::new(&journeys, &steps, &KpiOptions::default())?;
/// let worst = &map.handoffs[0];
/// assert_eq!((worst.from.as_str(), worst.to.as_str()), ("search", "chat"));
/// assert_eq!((worst.persons, worst.left.rate), (20, Some(1.0)));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Handoff {
    /// The step left.
    pub from: String,
    /// The step reached.
    pub to: String,
    /// Persons who went from one to the other.
    pub persons: u64,
    /// Share of the handoffs after which the journey ended without a conversion.
    pub left: Proportion,
    /// Leavers above the average, with their interval.
    pub excess: Excess,
}

/// An excess over the average, in numbers, with its interval and test.
///
/// ```
/// use mixtouch::stats::ConfidenceLevel;
/// use mixtouch::kpi::KpiOptions;
/// use mixtouch::kpi::map::{JourneyMap, Steps};
/// use mixtouch::{Event, Events, JourneyOptions, Journeys};
///
/// let mut log = Events::new();
/// for person in 0..40u64 {
///     // chat comes before half of the journeys' end; of these none converts
///     let channel = if person % 2 == 0 { "chat" } else { "store" };
///     log.push(Event::touch(person, 1_767_225_600, "search"))?;
///     log.push(Event::touch(person, 1_767_229_200, channel))?;
///     if channel == "store" {
///         log.push(Event::conversion(person, 1_767_232_800))?;
///     }
/// }
/// let journeys = Journeys::from_events(&log, JourneyOptions::default())?;
/// let steps = Steps::channels(journeys.channels());
/// let map = JourneyMap::new(&journeys, &steps, &KpiOptions::default())?;
/// let lost = &map.friction[0].lost;
/// assert_eq!(lost.count, 10.0);
/// assert!(lost.is_told(ConfidenceLevel::new(0.95)?));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Excess {
    /// Number above the average.
    pub count: f64,
    /// Interval of the number.
    pub interval: Option<Interval>,
    /// Rate less the rate of all others, with its test.
    pub difference: Option<Difference>,
    /// The p value adjusted for all steps, or all handoffs, of the map (Holm 1979), 0 to 1.
    pub adjusted_p_value: Option<f64>,
}

impl Excess {
    /// Whether the adjusted p value is significant at this level.
    pub fn is_told(&self, level: ConfidenceLevel) -> bool {
        self.adjusted_p_value.is_some_and(|p| p < 1.0 - level.get())
    }
}

/// A part of the whole: how many count, of how many, and its sums by person.
struct Part {
    counts: Pair,
    sums: PartSums,
}

/// How far the parts are above the whole - below, where `sign` is negative -, each tested against
/// the rest of the whole.
fn excesses(
    parts: &[Part],
    whole: &RatioSums,
    sign: f64,
    level: ConfidenceLevel,
) -> Result<Vec<Excess>> {
    let mut excesses: Vec<Excess> = parts
        .iter()
        .map(|part| excess(part, whole, sign, level))
        .collect::<Result<_>>()?;
    let p_values: Vec<f64> = excesses
        .iter()
        .filter_map(|excess| excess.difference)
        .map(|difference| difference.p_value)
        .collect();
    let mut adjusted = holm(&p_values)?.into_iter();
    let tested = excesses
        .iter_mut()
        .filter(|excess| excess.difference.is_some());
    tested.for_each(|excess| excess.adjusted_p_value = adjusted.next());
    Ok(excesses)
}

fn excess(part: &Part, whole: &RatioSums, sign: f64, level: ConfidenceLevel) -> Result<Excess> {
    let ([count, of], (whole_count, whole_of)) = (part.counts, whole.totals());
    let rest = (whole_count as u64).saturating_sub(count);
    let rest_of = (whole_of as u64).saturating_sub(of);
    if of == 0 || rest_of == 0 {
        return Ok(Excess {
            count: 0.0,
            interval: None,
            difference: None,
            adjusted_p_value: None,
        });
    }
    let difference = compare_clustered(
        Proportion::new(rest, rest_of)?,
        Proportion::new(count, of)?,
        part.sums.design_effect(part.counts, whole),
        level,
    )?;
    // the part is in the whole: it differs from the whole by the rest's share of what it differs
    // from the rest
    let scale = sign * of as f64 * (rest_of as f64 / whole_of);
    let ends = [difference.interval.low(), difference.interval.high()].map(|end| scale * end);
    let interval = Interval::new(ends[0].min(ends[1]), ends[0].max(ends[1]), level).ok();
    Ok(Excess {
        count: scale * difference.estimate,
        interval,
        difference: Some(difference),
        adjusted_p_value: None,
    })
}

/// Steps that lose conversions, the greatest loss first.
pub(crate) fn friction(counts: &MapCounts, level: ConfidenceLevel) -> Result<Vec<FrictionPoint>> {
    let part = |step: &StepCounts| Part {
        counts: [step.converted, step.journeys],
        sums: step.sums.converted,
    };
    let parts: Vec<Part> = counts.by_step.iter().map(part).collect();
    let excesses = excesses(&parts, &counts.sums.walked, -1.0, level)?;
    let named = counts.steps.names().iter().zip(&counts.by_step).zip(parts);
    let point = |(((step, counts), part), lost): (((&String, &StepCounts), Part), Excess)| {
        let sums = part.sums.own(counts.persons, part.counts);
        FrictionPoint {
            step: step.clone(),
            conversion: Proportion::clustered(&sums, level),
            lost,
        }
    };
    let points = named.zip(excesses).map(point);
    let mut points: Vec<FrictionPoint> = points.filter(|point| point.lost.count > 0.0).collect();
    points.sort_by(|left, right| right.lost.count.total_cmp(&left.lost.count));
    Ok(points)
}

/// Handoffs after which people leave, the most excess leavers first.
pub(crate) fn handoffs(counts: &MapCounts, level: ConfidenceLevel) -> Result<Vec<Handoff>> {
    let steps = counts.by_step.len();
    let is_step = |node: u32| (node as usize) < steps;
    let edges: Vec<_> = counts
        .sorted_edges()
        .into_iter()
        .filter(|edge| is_step(edge.from) && is_step(edge.to))
        .collect();
    let part = |edge: &EdgeCounts| Part {
        counts: [edge.left, edge.count],
        sums: edge.sums.left,
    };
    let parts: Vec<Part> = edges.iter().map(part).collect();
    let names = counts.steps.names();
    let excesses = excesses(&parts, &counts.sums.handoffs, 1.0, level)?;
    let point = |(edge, excess): (&EdgeCounts, Excess)| Handoff {
        from: names[edge.from as usize].clone(),
        to: names[edge.to as usize].clone(),
        persons: edge.persons,
        left: Proportion::clustered(
            &edge.sums.left.own(edge.persons, [edge.left, edge.count]),
            level,
        ),
        excess,
    };
    let mut points: Vec<Handoff> = edges
        .iter()
        .zip(excesses)
        .map(point)
        .filter(|point| point.excess.count > 0.0)
        .collect();
    points.sort_by(|left, right| right.excess.count.total_cmp(&left.excess.count));
    Ok(points)
}

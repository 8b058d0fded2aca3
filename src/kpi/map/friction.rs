//! Where conversions are lost and where people leave.

use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::experiment::compare_proportions;
use crate::kpi::map::map_counts::{EdgeCounts, MapCounts};
use crate::stats::{ConfidenceLevel, Difference, Interval, Proportion, holm};

/// A step whose journeys convert less often than journeys do on average.
///
/// Lost conversions = journeys through the step x (average conversion rate - its conversion rate),
/// the average being that of all journeys with a step. What the step is tested against are the
/// journeys that do not pass it. It says where conversions are missing, not that they would come
/// without the step: those who pass it may be others.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FrictionPoint {
    /// The step.
    pub step: String,
    /// Of the journeys through it, those that convert.
    pub conversion: Proportion,
    /// Conversions lost against the average, with their interval.
    pub lost: Excess,
}

/// A handoff from one step to another after which more journeys end without a conversion than
/// after handoffs on average.
///
/// Excess leavers = handoffs x (their share of journeys that end right there - that share of all
/// handoffs), tested against all other handoffs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Handoff {
    /// The step left.
    pub from: String,
    /// The step reached.
    pub to: String,
    /// Persons who did it.
    pub persons: u64,
    /// Of the handoffs, those after which the journey ended without a conversion.
    pub left: Proportion,
    /// Leavers beyond the average, with their interval.
    pub excess: Excess,
}

/// How many more or fewer than the average there are, and how sure that is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Excess {
    /// How many.
    pub count: f64,
    /// Interval of the number: of the difference from all others, in numbers.
    pub interval: Option<Interval>,
    /// The rate less that of all others.
    pub difference: Option<Difference>,
    /// The p value when all steps, or all handoffs, are tested together (Holm 1979).
    pub adjusted_p_value: Option<f64>,
}

impl Excess {
    /// Whether it is significant at this level.
    pub fn is_told(&self, level: ConfidenceLevel) -> bool {
        self.adjusted_p_value.is_some_and(|p| p < 1.0 - level.get())
    }
}

/// A count, and of how many.
type Part = (u64, u64);

/// How far the parts are above the whole - below, where `sign` is negative -, each tested against
/// the rest of the whole.
fn excesses(parts: &[Part], whole: Part, sign: f64, level: ConfidenceLevel) -> Result<Vec<Excess>> {
    let mut excesses: Vec<Excess> = parts
        .iter()
        .map(|&part| excess(part, whole, sign, level))
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

fn excess(
    (count, of): Part,
    (whole_count, whole_of): Part,
    sign: f64,
    level: ConfidenceLevel,
) -> Result<Excess> {
    let (rest, rest_of) = (whole_count - count, whole_of - of);
    if of == 0 || rest_of == 0 {
        return Ok(Excess {
            count: 0.0,
            interval: None,
            difference: None,
            adjusted_p_value: None,
        });
    }
    let difference = compare_proportions(
        Proportion::new(rest, rest_of)?,
        Proportion::new(count, of)?,
        level,
    )?;
    // the part is in the whole: it differs from the whole by the rest's share of what it differs
    // from the rest
    let scale = sign * of as f64 * (rest_of as f64 / whole_of as f64);
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
    let parts: Vec<Part> = counts
        .by_step
        .iter()
        .map(|step| (step.converted, step.journeys))
        .collect();
    let excesses = excesses(
        &parts,
        (counts.walked_converted, counts.walked),
        -1.0,
        level,
    )?;
    let point = |((step, (converted, journeys)), lost): ((&String, Part), Excess)| FrictionPoint {
        step: step.clone(),
        conversion: Proportion::from_counts(converted, journeys, level),
        lost,
    };
    let points = counts
        .steps
        .names()
        .iter()
        .zip(parts)
        .zip(excesses)
        .map(point);
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
    let parts: Vec<Part> = edges.iter().map(|edge| (edge.left, edge.count)).collect();
    let whole = parts
        .iter()
        .fold((0, 0), |sum, part| (sum.0 + part.0, sum.1 + part.1));
    let names = counts.steps.names();
    let excesses = excesses(&parts, whole, 1.0, level)?;
    let point = |(edge, excess): (&EdgeCounts, Excess)| Handoff {
        from: names[edge.from as usize].clone(),
        to: names[edge.to as usize].clone(),
        persons: edge.persons,
        left: Proportion::from_counts(edge.left, edge.count, level),
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

//! The curve of Kaplan and Meier, and how far it is known.

use crate::stats::confidence::ConfidenceLevel;
use crate::stats::interval::Interval;
use crate::stats::mean::Mean;
use crate::stats::spell::{AtRisk, Moment, Owned};
use crate::stats::student::Student;

/// How far a survival may lie from a probability and still count as equal to it: products of
/// fractions such as 3/4 x 2/3 miss 1/2 by a rounding.
const ROUNDING: f64 = 1e-9;

/// The steps of a Kaplan-Meier curve, one for each time with an event.
pub(crate) struct Curve<'a> {
    spells: &'a [Owned],
    steps: Vec<Step>,
    /// The persons of the spells, where these repeat within persons.
    persons: Option<usize>,
    level: ConfidenceLevel,
}

#[derive(Clone, Copy)]
struct Step {
    time: f64,
    ended: f64,
    at_risk: f64,
    /// The share that lasts longer.
    survival: f64,
    /// The variance of the survival's logarithm.
    variance: f64,
}

impl Step {
    /// What it adds to Greenwood's sum.
    fn greenwood(&self) -> f64 {
        self.ended / (self.at_risk * (self.at_risk - self.ended))
    }
}

/// A quantile with the ends of its interval.
pub(crate) type Ends = (Option<f64>, [Option<f64>; 2]);

impl<'a> Curve<'a> {
    /// Of spells in their order, whose persons are numbered from 0; `persons` is their number where
    /// they have several spells.
    pub(crate) fn new(spells: &'a [Owned], persons: Option<usize>, level: ConfidenceLevel) -> Self {
        let mut curve = Self {
            spells,
            steps: steps(spells),
            persons,
            level,
        };
        if let Some(persons) = persons {
            let variances = curve.variances_by_person(persons, |_| 1.0);
            let steps = curve.steps.iter_mut().zip(variances);
            steps.for_each(|(step, variance)| step.variance = variance);
        }
        curve
    }

    /// Half of the width of intervals in standard errors: by person that of Student's distribution.
    fn width(&self) -> f64 {
        match self.persons {
            Some(persons) if persons > 1 => {
                Student::new(persons as f64 - 1.0).quantile(self.level.upper())
            }
            _ => self.level.z(),
        }
    }

    /// The time by which the event has come with a probability.
    pub(crate) fn quantile(&self, probability: f64) -> Ends {
        let width = self.width();
        let low = self.reaching(probability, |step| match step.survival {
            0.0 => 0.0,
            survival => survival * libm::exp(-width * step.variance.sqrt()),
        });
        // at 0 the variance is infinite, and the upper limit unknown
        let high = self.reaching(probability, |step| match step.survival {
            0.0 => 1.0,
            survival => survival * libm::exp(width * step.variance.sqrt()),
        });
        let value = self.reaching(probability, |step| step.survival);
        (value, [low, high])
    }

    /// The time at which a curve over the steps falls to 1 - probability.
    fn reaching(&self, probability: f64, curve: impl Fn(&Step) -> f64) -> Option<f64> {
        let wanted = 1.0 - probability;
        let is_reached = |step: &Step| curve(step) <= wanted + ROUNDING;
        let at = self.steps.iter().position(is_reached)?;
        let (step, next) = (&self.steps[at], self.steps.get(at + 1));
        match next.filter(|_| (curve(step) - wanted).abs() <= ROUNDING) {
            Some(next) => Some(0.5 * (step.time + next.time)),
            None => Some(step.time),
        }
    }

    /// The mean: the area under the curve, if it falls to 0.
    pub(crate) fn mean(&self) -> Mean {
        let reaches_0 = self.steps.last().is_some_and(|step| step.survival == 0.0);
        let area = self.area().filter(|_| reaches_0);
        let interval = area.and_then(|area| {
            let half = self.width() * self.area_variance()?.sqrt();
            Interval::new(area - half, area + half, self.level).ok()
        });
        Mean {
            population: self.spells.len() as u64,
            mean: area,
            interval,
        }
    }

    /// The area under the curve up to its last step.
    fn area(&self) -> Option<f64> {
        self.steps.last()?;
        let (mut area, mut before) = (0.0, (0.0, 1.0));
        for step in &self.steps {
            area += (step.time - before.0) * before.1;
            before = (step.time, step.survival);
        }
        Some(area)
    }

    /// The area behind each step.
    fn areas_behind(&self) -> Vec<f64> {
        let mut later = self.steps.last().map_or(0.0, |step| step.time);
        let mut behind = 0.0;
        let area = |step: &Step| {
            behind += (later - step.time) * step.survival;
            later = step.time;
            behind
        };
        let mut areas: Vec<f64> = self.steps.iter().rev().map(area).collect();
        areas.reverse();
        areas
    }

    fn area_variance(&self) -> Option<f64> {
        let behind = self.areas_behind();
        if let Some(persons) = self.persons {
            let variances = self.variances_by_person(persons, |at| behind[at]);
            return variances.into_iter().rfind(|variance| variance.is_finite());
        }
        let steps = self.steps.iter().zip(&behind).rev();
        let counted = steps.filter(|&(_, &behind)| behind > 0.0);
        Some(counted.fold(0.0, |sum, (step, behind)| {
            sum + behind * behind * step.greenwood()
        }))
    }

    #[cfg(test)]
    pub(crate) fn variances(&self) -> impl Iterator<Item = f64> + '_ {
        self.steps.iter().map(|step| step.variance)
    }

    /// The variance, up to each step, of the sum of the steps' hazards times their weights: the
    /// squares of what each person adds to it (Ying and Wei 1994). Where each person has one spell
    /// it is Greenwood's sum.
    fn variances_by_person(&self, persons: usize, weight: impl Fn(usize) -> f64) -> Vec<f64> {
        let (mut squares, mut at_risk) = (Squares::new(persons), AtRisk::new(self.spells));
        let count = persons as f64;
        let mut variances = Vec::with_capacity(self.steps.len());
        for (at, step) in self.steps.iter().enumerate() {
            let Moment {
                entered,
                left,
                leaving,
                ..
            } = at_risk.at(step.time);
            entered
                .iter()
                .for_each(|&(_, person)| squares.change(person, 1.0, 0.0));
            left.iter()
                .for_each(|&(person, _)| squares.change(person, -1.0, 0.0));
            let lasting = step.at_risk - step.ended;
            // of one person nothing is known of how much persons differ
            if lasting == 0.0 || persons < 2 {
                break;
            }
            let event = weight(at) / lasting;
            squares.fall(event * step.ended / step.at_risk);
            for &(person, spell) in leaving {
                squares.change(person, -1.0, if spell.is_ended() { event } else { 0.0 });
            }
            variances.push(count / (count - 1.0) * squares.sum.max(0.0));
        }
        variances.resize(self.steps.len(), f64::INFINITY);
        variances
    }
}

fn steps(spells: &[Owned]) -> Vec<Step> {
    let (mut survival, mut variance) = (1.0, 0.0);
    let (mut steps, mut at_risk) = (Vec::new(), AtRisk::new(spells));
    for same in spells.chunk_by(|a, b| a.1.time() == b.1.time()) {
        let time = same[0].1.time();
        let all = at_risk.at(time).at_risk as f64;
        let ended = same.iter().filter(|(_, spell)| spell.is_ended()).count() as f64;
        if ended > 0.0 {
            survival *= (all - ended) / all;
            let mut step = Step {
                time,
                ended,
                at_risk: all,
                survival,
                variance,
            };
            variance += step.greenwood();
            step.variance = variance;
            steps.push(step);
        }
    }
    steps
}

/// The sum over persons of the squares of their sums, which fall alike for every spell at risk.
///
/// A person's sum is brought up to date when the person changes alone: with k spells at risk it has
/// fallen by k times what one has. The sums of k^2 and of k times the sums say what falls together.
struct Squares {
    persons: Vec<PersonSum>,
    fallen: f64,
    sum: f64,
    with_spells: f64,
    spells: f64,
}

#[derive(Clone, Copy, Default)]
struct PersonSum {
    spells: f64,
    sum: f64,
    /// How far all had fallen when it was brought up to date.
    fallen: f64,
}

impl Squares {
    fn new(persons: usize) -> Self {
        Self {
            persons: vec![PersonSum::default(); persons],
            fallen: 0.0,
            sum: 0.0,
            with_spells: 0.0,
            spells: 0.0,
        }
    }

    /// A person has so many spells more at risk, and adds so much to its sum.
    fn change(&mut self, person: u32, spells: f64, adds: f64) {
        let own = &mut self.persons[person as usize];
        let sum = own.sum - own.spells * (self.fallen - own.fallen);
        let now = PersonSum {
            spells: own.spells + spells,
            sum: sum + adds,
            fallen: self.fallen,
        };
        self.sum += now.sum * now.sum - sum * sum;
        self.with_spells += now.spells * now.sum - own.spells * sum;
        self.spells += now.spells * now.spells - own.spells * own.spells;
        *own = now;
    }

    /// Each spell at risk takes so much from its person's sum.
    fn fall(&mut self, by: f64) {
        self.sum += by * (by * self.spells - 2.0 * self.with_spells);
        self.with_spells -= by * self.spells;
        self.fallen += by;
    }
}

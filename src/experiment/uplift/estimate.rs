//! The doubly robust estimate over a channel's moments.

use crate::experiment::uplift::folds::FOLDS;
use crate::experiment::uplift::moments::{Moment, Moments};
use crate::experiment::uplift::{least_squares, propensity};
use crate::linalg::dot::dot_in_order;
use crate::stats::student::Student;
use crate::stats::{ConfidenceLevel, Difference, RatioSums};

/// Moments that each fit needs of those with the ad shown and of the others.
const LEAST: usize = 20;

/// What the moments with a like on the other side tell.
pub(super) struct Found {
    /// Of all, and of those with the ad shown.
    pub(super) effect: Option<Difference>,
    pub(super) effect_on_shown: Option<Difference>,
    /// Moments with the ad shown that count.
    pub(super) shown: u64,
    /// Moments left out.
    pub(super) trimmed: u64,
}

/// The regressions fitted on the other folds.
struct Fitted {
    shown: Vec<f64>,
    /// Outcome with the ad shown, and without.
    outcomes: [Vec<f64>; 2],
}

/// By fold, the regression of whether the ad was shown on the moments of the others, with the
/// penalty that tells most of each fold from the others.
fn propensities(moments: &[Moment]) -> Vec<Vec<f64>> {
    let Some(first) = moments.first() else {
        return vec![Vec::new(); FOLDS];
    };
    let others = (0..FOLDS).map(|fold| -> Vec<(&[f64], bool)> {
        let others = moments.iter().filter(|moment| moment.fold != fold);
        others
            .map(|moment| (&*moment.history, moment.shown))
            .collect()
    });
    let others: Vec<Vec<(&[f64], bool)>> = others.collect();
    let mut last = vec![vec![0.0; first.history.len()]; FOLDS];
    let told = |fits: &[Vec<f64>]| -> f64 {
        let each = moments.iter().map(|moment| {
            propensity::log_likelihood(&fits[moment.fold], &moment.history, moment.shown)
        });
        each.sum()
    };
    let fits = propensity::RIDGES.map(|ridge| {
        let fits = others.iter().zip(std::mem::take(&mut last));
        last = fits
            .map(|(rows, from)| propensity::fit(rows, from, ridge))
            .collect();
        (told(&last), last.clone())
    });
    let best = fits.into_iter().reduce(|best, next| match next.0 > best.0 {
        true => next,
        false => best,
    });
    best.map_or_else(Vec::new, |(_, fits)| fits)
}

/// None where a fold has too few moments to learn from.
fn fitted(moments: &[Moment], fold: usize, shown: &[f64]) -> Option<Fitted> {
    let others = || moments.iter().filter(|moment| moment.fold != fold);
    let size = moments.first()?.history.len();
    let outcomes = [true, false].map(|wanted| {
        let arm = others().filter(|moment| moment.shown == wanted);
        arm.map(|moment| (&*moment.history, moment.outcome))
            .collect::<Vec<_>>()
    });
    if outcomes.iter().any(|arm| arm.len() < LEAST) {
        return None;
    }
    Some(Fitted {
        shown: shown.to_vec(),
        outcomes: outcomes.map(|arm| least_squares::fit(&arm, size)),
    })
}

/// A moment's parts of both estimates.
struct Parts {
    person: u32,
    shown: bool,
    outcome: f64,
    /// psi, and its part for the effect on those shown.
    psi: [f64; 2],
    /// The outcome without the ad, by the doubly robust estimate.
    without: f64,
}

impl Fitted {
    /// None where the moment has no like on the other side.
    fn parts(&self, moment: &Moment, trim: f64) -> Option<Parts> {
        let e = propensity::probability(&self.shown, &moment.history);
        if !(trim..=1.0 - trim).contains(&e) || e <= 0.0 || e >= 1.0 {
            return None;
        }
        let [with, without] = [0, 1].map(|arm| dot_in_order(&self.outcomes[arm], &moment.history));
        let (y, shown) = (moment.outcome, f64::from(u8::from(moment.shown)));
        let missed = (1.0 - shown) * (y - without);
        let counterfactual = without + missed / (1.0 - e);
        let psi = with + shown * (y - with) / e - counterfactual;
        let on_shown = shown * (y - without) - missed * e / (1.0 - e);
        Some(Parts {
            person: moment.person,
            shown: moment.shown,
            outcome: y,
            psi: [psi, on_shown],
            without: counterfactual,
        })
    }
}

pub(super) fn estimated(moments: &Moments, trim: f64, level: ConfidenceLevel) -> Found {
    let shown = propensities(&moments.all);
    let fits = shown.iter().enumerate();
    let fits = fits.map(|(fold, shown)| fitted(&moments.all, fold, shown));
    let fits: Vec<Option<Fitted>> = fits.collect();
    let parts = moments.all.iter().filter_map(|moment| {
        let fit = fits[moment.fold].as_ref()?;
        fit.parts(moment, trim)
    });
    let parts: Vec<Parts> = parts.collect();
    let shown = parts.iter().filter(|part| part.shown);
    let (count, outcome) = shown.fold((0_u64, 0.0), |(count, sum), part| {
        (count + 1, sum + part.outcome)
    });
    let known = fits.iter().all(Option::is_some);
    let all = by_person(&parts, |part| (part.psi[0], 1.0));
    let on_shown = by_person(&parts, |part| {
        (part.psi[1], f64::from(u8::from(part.shown)))
    });
    let without = parts.iter().map(|part| part.without).sum::<f64>() / parts.len().max(1) as f64;
    let effect = difference(&all, level);
    let effect_on_shown = difference(&on_shown, level);
    Found {
        effect: effect.filter(|_| known).map(|found| Difference {
            control: without,
            treatment: without + found.estimate,
            ..found
        }),
        effect_on_shown: effect_on_shown.filter(|_| known).map(|found| Difference {
            control: outcome / count as f64 - found.estimate,
            treatment: outcome / count as f64,
            ..found
        }),
        shown: count,
        trimmed: (moments.all.len() - parts.len()) as u64,
    }
}

/// The sums of two parts over persons; moments are in order of persons.
fn by_person(parts: &[Parts], figures: impl Fn(&Parts) -> (f64, f64)) -> RatioSums {
    let mut sums = RatioSums::default();
    for own in parts.chunk_by(|one, other| one.person == other.person) {
        let (y, m) = own
            .iter()
            .map(&figures)
            .fold((0.0, 0.0), |sum, part| (sum.0 + part.0, sum.1 + part.1));
        sums.add_person(y, m);
    }
    sums
}

/// None for a single person, or where nothing varies.
fn difference(sums: &RatioSums, level: ConfidenceLevel) -> Option<Difference> {
    let (estimate, standard_error) = (sums.ratio()?, sums.standard_error()?);
    let student = Student::new(sums.persons() as f64 - 1.0);
    (standard_error > 0.0).then_some(Difference {
        control: 0.0,
        treatment: estimate,
        estimate,
        standard_error,
        interval: sums.interval(level)?,
        p_value: student.two_sided(estimate / standard_error),
    })
}

//! From attribution to the mix model: what journeys say of returns, as weak prior beliefs.
//!
//! Lift tests are measured and go into the mix model as they are, by
//! [`MixSpecification::with_lift_tests`]. Attribution is modelled: it enters only as a prior, whose
//! width the caller sets, and it is optional.
//!
//! [`MixSpecification::with_lift_tests`]: crate::mix::specification::MixSpecification::with_lift_tests

use crate::attribution::ModelTable;
use crate::error::{Error, Result};
use crate::mix::specification::RoiPrior;

/// A prior belief about the return of every channel with a cost: its mean is the credited value /
/// cost, its standard deviation `spread` times that.
///
/// Use a model that estimates a baseline ([`AdditiveHazard`](crate::attribution::hazard::AdditiveHazard)): what rules credit
/// includes what would have come anyway, and would pull returns up. A `spread` of 0.5 to 1 leaves
/// the regression free to disagree. Channels are those of the log; name the panel's columns alike,
/// or pick and rename priors before use.
///
/// ```
/// use mixtouch::calibration::roi_priors;
/// use mixtouch::{Comparison, CostTable, Event, Events, JourneyBuilder, JourneyOptions};
/// use mixtouch::attribution::rules::Linear;
///
/// let mut log = Events::new();
/// log.push(Event::touch("ann", 1_767_225_600, "social").with_cost(10.0))?;
/// log.push(Event::conversion("ann", 1_767_229_200).with_value(50.0))?;
/// let mut builder = JourneyBuilder::new(JourneyOptions::default());
/// builder.extend(&log)?;
/// let table = Comparison::new().model("linear", Linear).run(&builder.build()?)?;
/// let priors = roi_priors(&table.models()[0], 0.5)?;
/// assert_eq!((priors[0].channel(), priors[0].mean(), priors[0].standard_deviation()), ("social", 5.0, 2.5));
/// # Ok::<(), mixtouch::Error>(())
/// ```
///
/// # Errors
/// If `spread` is not a finite number > 0, or no channel of the table has a cost.
pub fn roi_priors(credit: &ModelTable, spread: f64) -> Result<Vec<RoiPrior>> {
    if !(spread > 0.0 && spread.is_finite()) {
        return Err(Error::setting(
            "the spread of returns",
            spread,
            "a finite number > 0",
        ));
    }
    let returns = credit
        .channels
        .iter()
        .filter_map(|row| Some((row, row.roas?)));
    let returns: Vec<_> = returns.collect();
    if returns.is_empty() {
        return Err(Error::MissingInput {
            model: credit.model.clone().into(),
            needs: "what channels cost".into(),
        });
    }
    // A channel without credit would otherwise be believed to return nothing, for certain.
    let typical = returns.iter().map(|(_, roas)| roas).sum::<f64>() / returns.len() as f64;
    let floor = if typical > 0.0 { 0.1 * typical } else { 1.0 };
    returns
        .into_iter()
        .map(|(row, roas)| RoiPrior::new(row.channel.clone(), roas, spread * roas.abs().max(floor)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attribution::Comparison;
    use crate::attribution::rules::LastTouch;
    use crate::event::{Event, Events};
    use crate::journeys::JourneyOptions;
    use crate::journeys::arena::Journeys;

    fn table(cost: f64) -> ModelTable {
        let mut log = Events::new();
        log.push(Event::touch("ann", 1, "display").with_cost(cost))
            .unwrap();
        log.push(Event::touch("ann", 2, "search").with_cost(cost * 2.0))
            .unwrap();
        log.push(Event::conversion("ann", 3).with_value(40.0))
            .unwrap();
        let journeys = Journeys::from_events(&log, JourneyOptions::default()).unwrap();
        Comparison::new()
            .model("last-touch", LastTouch)
            .run(&journeys)
            .unwrap()
            .models()[0]
            .clone()
    }

    #[test]
    fn channels_without_credit_stay_uncertain() {
        let priors = roi_priors(&table(10.0), 0.5).unwrap();
        let prior = |at: usize| {
            (
                priors[at].channel(),
                priors[at].mean(),
                priors[at].standard_deviation(),
            )
        };
        // search returns 40 / 20; display 0, give or take half of a tenth of the mean return, 1
        assert_eq!(
            (prior(0), prior(1)),
            (("display", 0.0, 0.05), ("search", 2.0, 1.0))
        );
    }

    #[test]
    fn spreads_and_costs_are_needed() {
        for spread in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!(roi_priors(&table(10.0), spread).is_err());
        }
        assert_eq!(
            roi_priors(&table(0.0), 0.5).unwrap_err().to_string(),
            "last-touch needs what channels cost, which these journeys lack"
        );
    }
}

//! All models fitted in one traversal, and all scored in another.

use crate::attribution::comparison::entry::{Fitted, Named};
use crate::attribution::comparison::timed::{Everything, Timed};
use crate::attribution::comparison::watch::Counter;
use crate::attribution::credits::Credits;
use crate::attribution::engine::{Scoring, check};
use crate::attribution::model::AttributionModel;
use crate::attribution::needs::Needs;
use crate::error::{Error, Result};
use crate::journeys::{Journey, Sample};
use crate::progress::Progress;
use std::sync::Arc;
use std::time::Instant;

pub(crate) fn needs_evidence(entries: &[&Named]) -> bool {
    entries.iter().any(|(_, entry)| entry.needs_evidence())
}

/// The models the journeys support; those of a replicate start from the ones of all journeys. A
/// model of rates that a part of the journeys has no exposure for attributes nothing there. Counts
/// the models in `fitting`, which may stop a fit.
pub(crate) fn fit_all(
    entries: &[&Named],
    sample: Sample<'_>,
    earlier: Option<&[Timed<Fitted>]>,
    part: bool,
    fitting: Option<&Counter<'_>>,
) -> Result<Vec<Timed<Fitted>>> {
    let channels = sample.journeys.channels();
    let fresh = || {
        Everything(
            entries
                .iter()
                .map(|(_, entry)| Timed::new(entry.evidence(channels)))
                .collect(),
        )
    };
    let gathered = if needs_evidence(entries) {
        sample.accumulate(fresh)?
    } else {
        fresh()
    };
    let mut fitted = Vec::with_capacity(entries.len());
    for (at, ((name, entry), Timed { item, spent })) in entries.iter().zip(gathered.0).enumerate() {
        let started = Instant::now();
        let earlier = earlier.map(|earlier| &*earlier[at].item);
        let progress = fitting.map_or(&() as &dyn Progress, |fitting| fitting);
        let model = match entry.solve(item, earlier, progress) {
            Err(Error::NoExposure { .. }) if part => Arc::new(Unknown(entry.needs())),
            solved => solved?,
        };
        check::<dyn AttributionModel>(sample.journeys, &*model, name)?;
        fitted.push(Timed {
            item: model,
            spent: spent + started.elapsed(),
        });
        fitting.map_or(Ok(()), |fitting| fitting.add(1))?;
    }
    Ok(fitted)
}

/// Every model's credit.
pub(crate) fn score_all(
    sample: Sample<'_>,
    fitted: &[Timed<Fitted>],
) -> Result<Vec<Timed<Credits>>> {
    let fresh = || {
        let scoring = fitted.iter().map(|model| {
            let model: &dyn AttributionModel = &*model.item;
            Timed::new(Scoring::new(sample.journeys, model))
        });
        Everything(scoring.collect())
    };
    let scored = sample.accumulate_converting(fresh)?.0;
    scored
        .into_iter()
        .map(|Timed { item, spent }| {
            Ok(Timed {
                item: item.finish()?,
                spent,
            })
        })
        .collect()
}

/// The model of a part of the journeys without exposure: it attributes nothing.
struct Unknown(Needs);

impl AttributionModel for Unknown {
    fn needs(&self) -> Needs {
        self.0
    }

    fn weigh(&self, _: Journey<'_>, _: &mut [f64]) -> f64 {
        0.0
    }
}

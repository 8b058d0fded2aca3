//! All models fitted in one traversal, and all scored in another.

use crate::attribution::comparison::entry::{Evidence, Fitted, Named, Start};
use crate::attribution::comparison::finding::Finding;
use crate::attribution::comparison::timed::{Everything, Timed};
use crate::attribution::comparison::watch::Counter;
use crate::attribution::credits::Credits;
use crate::attribution::engine::Scoring;
use crate::attribution::model::AttributionModel;
use crate::attribution::name_map::NameMap;
use crate::attribution::needs::Needs;
use crate::attribution::replicate::Replicate;
use crate::channel::Channels;
use crate::error::{Error, Result};
use crate::journeys::arena::Journeys;
use crate::journeys::{Journey, Sample};
use crate::progress::Progress;
use std::sync::Arc;
use std::time::Instant;

/// A model of a comparison, and how the scored journeys' channels match those it was fitted on.
pub(crate) struct Entrant<'a> {
    pub(crate) named: &'a Named,
    pub(crate) names: Option<NameMap>,
}

impl<'a> Entrant<'a> {
    /// `learned` says by channel whether the journeys fitted on touch it.
    pub(crate) fn new(
        named: &'a Named,
        model: &Fitted,
        scored: &Channels,
        learned: Option<&[bool]>,
    ) -> Self {
        let names = if named.entry.needs_evidence() {
            let known = AttributionModel::channels(&**model);
            known.and_then(|known| NameMap::new(known, scored, learned))
        } else {
            NameMap::of_ready(&**model, scored)
        };
        Self { named, names }
    }
}

/// Why a model is left out, if the error says that the journeys do not support it and it was not
/// asked for by name.
pub(crate) fn left_out(named: &Named, error: Error) -> Result<Finding> {
    match error {
        Error::Cancelled { .. } | Error::Io(_) | Error::UndeclaredChannel { .. } => Err(error),
        _ if named.optional => Ok(Finding::LeftOut {
            model: named.name.clone(),
            reason: error.to_string(),
        }),
        _ => Err(error),
    }
}

/// Entries with their fitted models.
pub(crate) type FittedEntries<'a> = Vec<(&'a Named, Timed<Fitted>)>;

/// The models that the journeys support, fitted, and those left out. `scored` are the journeys to
/// be scored.
pub(crate) fn fit_whole<'a>(
    entries: &[&'a Named],
    sample: Sample<'_>,
    scored: &Journeys,
    fitting: &Counter<'_>,
) -> Result<(FittedEntries<'a>, Vec<Finding>)> {
    let (mut fitted, mut findings) = (Vec::with_capacity(entries.len()), Vec::new());
    solve_each(
        entries,
        sample,
        scored,
        Known::Nothing,
        Some(fitting),
        |named, solved| {
            match solved {
                Ok(model) => fitted.push((named, model)),
                Err(error) => findings.push(left_out(named, error)?),
            }
            fitting.add(1)
        },
    )?;
    Ok((fitted, findings))
}

/// Models that a fit may start from, one of each entry.
#[derive(Clone, Copy)]
pub(crate) enum Known<'a> {
    Nothing,
    /// The models of all journeys, where a segment's are fitted.
    Whole(&'a [Timed<Fitted>]),
    /// The models of the part that a replicate is drawn from.
    Drawn(&'a [Timed<Fitted>], &'a Replicate),
}

impl<'a> Known<'a> {
    fn start(self, at: usize) -> Start<'a> {
        match self {
            Self::Nothing => Start::Fresh,
            Self::Whole(models) => Start::Segment(&*models[at].item),
            Self::Drawn(models, replicate) => Start::Replicate(&*models[at].item, replicate),
        }
    }
}

/// The models of a part of the journeys or of a replicate, which start from those known.
/// A model of rates that a part has no exposure for attributes nothing there.
pub(crate) fn fit_part(
    entries: &[&Named],
    sample: Sample<'_>,
    scored: &Journeys,
    known: Known<'_>,
    fitting: Option<&Counter<'_>>,
) -> Result<Vec<Timed<Fitted>>> {
    let mut fitted = Vec::with_capacity(entries.len());
    solve_each(entries, sample, scored, known, fitting, |named, solved| {
        fitted.push(match solved {
            Err(Error::NoExposure { .. }) => unknown(named),
            Err(error) => {
                left_out(named, error)?;
                unknown(named)
            }
            Ok(model) => model,
        });
        fitting.map_or(Ok(()), |fitting| fitting.add(1))
    })?;
    Ok(fitted)
}

/// A model that attributes nothing, as of a part of the journeys without exposure.
pub(super) fn unknown(named: &Named) -> Timed<Fitted> {
    Timed::new(Arc::new(Unknown(named.entry.needs())))
}

/// Gathers the evidence of all entries in one pass and hands on each one's model.
fn solve_each<'a>(
    entries: &[&'a Named],
    sample: Sample<'_>,
    scored: &Journeys,
    known: Known<'_>,
    fitting: Option<&Counter<'_>>,
    mut take: impl FnMut(&'a Named, Result<Timed<Fitted>>) -> Result<()>,
) -> Result<()> {
    let gathered = gather_each(entries, sample, scored)?;
    solve_gathered(entries, gathered, known, fitting, |named, solved| {
        let checked = solved.and_then(|model| {
            model.item.needs().check(scored, &named.name)?;
            Ok(model)
        });
        take(named, checked)
    })
}

/// The evidence of all entries, in one pass. Entries that look names up only know those of the
/// journeys to be scored.
pub(super) fn gather_each(
    entries: &[&Named],
    sample: Sample<'_>,
    scored: &Journeys,
) -> Result<Vec<Timed<Box<dyn Evidence>>>> {
    let evidence = |Named { entry, .. }: &Named| {
        Timed::new(entry.evidence(if entry.needs_evidence() {
            sample.journeys
        } else {
            scored
        }))
    };
    let fresh = || Everything(entries.iter().map(|named| evidence(named)).collect());
    let gathered = if entries.iter().any(|named| named.entry.needs_evidence()) {
        sample.accumulate(fresh)?
    } else {
        fresh()
    };
    Ok(gathered.0)
}

/// Hands on each entry's model by its evidence.
pub(super) fn solve_gathered<'a>(
    entries: &[&'a Named],
    gathered: Vec<Timed<Box<dyn Evidence>>>,
    known: Known<'_>,
    fitting: Option<&Counter<'_>>,
    mut take: impl FnMut(&'a Named, Result<Timed<Fitted>>) -> Result<()>,
) -> Result<()> {
    for (at, (&named, Timed { item, spent })) in entries.iter().zip(gathered).enumerate() {
        let started = Instant::now();
        let progress = fitting.map_or(&() as &dyn Progress, |fitting| fitting);
        let solved = named.entry.solve(item, known.start(at), progress);
        let timed = solved.map(|model| Timed {
            item: model,
            spent: spent + started.elapsed(),
        });
        take(named, timed)?;
    }
    Ok(())
}

/// Every model's credit.
pub(crate) fn score_all(
    sample: Sample<'_>,
    entrants: &[&Entrant<'_>],
    fitted: &[Timed<Fitted>],
) -> Result<Vec<Timed<Credits>>> {
    let fresh = || {
        let each = entrants.iter().zip(fitted);
        let scoring = each.map(|(entrant, model)| {
            let model: &dyn AttributionModel = &*model.item;
            let names = entrant.names.as_ref();
            Timed::new(Scoring::new(sample.journeys, model, names))
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

//! The tables of one part of the journeys: of all, or of one segment's.

use crate::attribution::comparison::bootstrap::Bootstrap;
use crate::attribution::comparison::entry::{Fitted, Named};
use crate::attribution::comparison::fitting::{Entrant, Known, fit_part, score_all};
use crate::attribution::comparison::intervals::set_intervals;
use crate::attribution::comparison::model_table::ModelTable;
use crate::attribution::comparison::timed::Timed;
use crate::attribution::comparison::watch::Watch;
use crate::attribution::credits::Credits;
use crate::attribution::replicate::Replicate;
use crate::error::Result;
use crate::journeys::arena::Journeys;
use crate::journeys::{BootstrapWeights, PoissonResampler, Sample};

/// Some of the models on some of the journeys.
pub(crate) struct Part<'a> {
    pub(crate) entrants: Vec<&'a Entrant<'a>>,
    pub(crate) sample: Sample<'a>,
    /// Which journeys count; all where nothing is said.
    pub(crate) segment: Option<&'a BootstrapWeights>,
    /// By channel; empty where none are known.
    pub(crate) costs: Vec<Option<f64>>,
}

impl Part<'_> {
    fn entries(&self) -> Vec<&Named> {
        self.entrants.iter().map(|entrant| entrant.named).collect()
    }

    /// Whether null journeys matter, as they do to models that learn.
    fn needs_evidence(&self) -> bool {
        let mut entrants = self.entrants.iter();
        entrants.any(|entrant| entrant.named.entry.needs_evidence())
    }

    /// The part's tables without intervals, by fitted models.
    pub(crate) fn tables(
        &self,
        fitted: &[Timed<Fitted>],
        watch: &Watch<'_>,
    ) -> Result<Vec<ModelTable>> {
        watch.scoring.add(0)?;
        let scored = score_all(self.sample, &self.entrants, fitted)?;
        watch.scoring.add(self.entrants.len())?;
        let each = self.entrants.iter().zip(fitted).zip(&scored);
        let table = |((entrant, model), scored): ((&&Entrant<'_>, &Timed<Fitted>), _)| {
            let scored: &Timed<Credits> = scored;
            let (name, names) = (&entrant.named.name, entrant.names.as_ref());
            let spent = model.spent + scored.spent;
            ModelTable::new(name, &*model.item, names, &scored.item, &self.costs, spent)
        };
        Ok(each.map(table).collect())
    }

    /// The part's tables by models fitted on the part, with intervals if there is a bootstrap. The
    /// models fitted on all journeys are given, which are those of the part where it is all of them.
    pub(crate) fn fit_and_score(
        &self,
        whole: Vec<Timed<Fitted>>,
        bootstrap: Option<&Bootstrap>,
        watch: &Watch<'_>,
    ) -> Result<Vec<ModelTable>> {
        if self.entrants.is_empty() {
            return Ok(Vec::new());
        }
        let (entries, journeys) = (self.entries(), self.sample.journeys);
        let fitted = match self.segment {
            None => whole,
            Some(_) => {
                let known = Known::Whole(&whole);
                fit_part(&entries, self.sample, journeys, known, Some(&watch.fitting))?
            }
        };
        let mut tables = self.tables(&fitted, watch)?;
        if let Some(bootstrap) = bootstrap {
            watch.bootstrapping.add(0)?;
            let resampler = PoissonResampler::new(journeys);
            let all = self.needs_evidence();
            let replicates = bootstrap.run(|stream| {
                let mut draws = resampler.draw(stream, all);
                self.segment
                    .iter()
                    .for_each(|segment| draws.restrict(segment));
                let sample = resampler.sample(&draws);
                let replicate = Replicate::of_stream(stream);
                let known = Known::Drawn(&fitted, &replicate);
                let fitted = fit_part(&entries, sample, journeys, known, None)?;
                let scored = score_all(sample, &self.entrants, &fitted)?;
                watch.bootstrapping.add(1)?;
                Ok(scored)
            })?;
            set_intervals(&mut tables, bootstrap, &items(&replicates));
        }
        Ok(tables)
    }
}

/// The tables of several parts of journeys other than those the models were fitted on, with
/// intervals if there is a bootstrap: a replicate counts a person as often in the one as in the
/// other.
pub(crate) fn score_parts(
    entries: &[&Named],
    fitted: &[Timed<Fitted>],
    train: &Journeys,
    parts: &[Part<'_>],
    bootstrap: Option<&Bootstrap>,
    watch: &Watch<'_>,
) -> Result<Vec<Vec<ModelTable>>> {
    let tables = parts.iter().map(|part| {
        let own = own_models(entries, fitted, &part.entrants);
        part.tables(&own, watch)
    });
    let mut tables = tables.collect::<Result<Vec<_>>>()?;
    let (Some(bootstrap), Some(first)) = (bootstrap, parts.first()) else {
        return Ok(tables);
    };
    watch.bootstrapping.add(0)?;
    let learning = PoissonResampler::new(train);
    let scoring = PoissonResampler::new(first.sample.journeys);
    let report = first.sample.journeys;
    let replicates: Vec<Vec<Vec<Timed<Credits>>>> = bootstrap.run(|stream| {
        let draws = learning.draw(stream, true);
        let sample = learning.sample(&draws);
        let replicate = Replicate::of_stream(stream);
        let known = Known::Drawn(fitted, &replicate);
        let fitted = fit_part(entries, sample, report, known, None)?;
        let score = |part: &Part<'_>| {
            let mut draws = scoring.draw(stream, false);
            part.segment
                .iter()
                .for_each(|segment| draws.restrict(segment));
            let own = own_models(entries, &fitted, &part.entrants);
            score_all(scoring.sample(&draws), &part.entrants, &own)
        };
        let scored = parts.iter().map(score).collect::<Result<Vec<_>>>()?;
        watch.bootstrapping.add(1)?;
        Ok(scored)
    })?;
    let mut by_part: Vec<Vec<Vec<Timed<Credits>>>> = parts.iter().map(|_| Vec::new()).collect();
    for replicate in replicates {
        let each = by_part.iter_mut().zip(replicate);
        each.for_each(|(part, scored)| part.push(scored));
    }
    for (tables, replicates) in tables.iter_mut().zip(&by_part) {
        set_intervals(tables, bootstrap, &items(replicates));
    }
    Ok(tables)
}

/// The models of some entrants, out of those of all entries.
pub(crate) fn own_models(
    entries: &[&Named],
    fitted: &[Timed<Fitted>],
    entrants: &[&Entrant<'_>],
) -> Vec<Timed<Fitted>> {
    let model = |entrant: &&Entrant<'_>| {
        let same = |named: &&Named| named.name == entrant.named.name;
        let at = entries.iter().position(same)?;
        Some(Timed {
            item: fitted[at].item.clone(),
            spent: fitted[at].spent,
        })
    };
    entrants.iter().filter_map(model).collect()
}

/// The credit of each replicate, by model.
fn items(replicates: &[Vec<Timed<Credits>>]) -> Vec<Vec<&Credits>> {
    let each = replicates.iter();
    each.map(|models| models.iter().map(|credits| &credits.item).collect())
        .collect()
}

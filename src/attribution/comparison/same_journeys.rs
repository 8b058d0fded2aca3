//! Models fitted and compared on the same journeys.

use crate::attribution::comparison::entry::{Fitted, Named};
use crate::attribution::comparison::fitted_models::FittedModels;
use crate::attribution::comparison::fitting::{Entrant, fit_whole};
use crate::attribution::comparison::lessons::{Lessons, unknown_channels};
use crate::attribution::comparison::log_facts::LogFacts;
use crate::attribution::comparison::part::{Part, own_models};
use crate::attribution::comparison::run::Comparison;
use crate::attribution::comparison::segment_parts::{
    check_segments, known_costs, segment_part, segment_table, whole,
};
use crate::attribution::comparison::sightings::Sightings;
use crate::attribution::comparison::table::ComparisonTable;
use crate::attribution::comparison::timed::Timed;
use crate::attribution::comparison::watch::Watch;
use crate::attribution::provenance::Provenance;
use crate::error::Result;
use crate::journeys::arena::Journeys;
use crate::privacy::Protected;
use crate::progress::Progress;

impl Comparison {
    /// The table, and the models fitted on all journeys.
    pub(super) fn on_same(
        &self,
        journeys: &Journeys,
        progress: &dyn Progress,
    ) -> Result<(ComparisonTable, FittedModels)> {
        let (entries, mut findings) = self.usable(&[journeys])?;
        let Protected { groups, withheld } = journeys.segments(self.minimum);
        check_segments(groups.len(), journeys)?;
        let kinds = [true, false].map(|kind| entries.iter().any(|named| whole(named) == kind));
        let kinds = kinds.iter().filter(|is_there| **is_there).count();
        let replicates = self.bootstrap.map_or(0, |bootstrap| bootstrap.replicates());
        let watch = Watch::new(
            progress,
            entries.len() * (1 + groups.len()),
            replicates * (1 + kinds * groups.len()),
        );
        watch.fitting.add(0)?;
        let (fitted, left_out) = fit_whole(&entries, journeys.sample(), journeys, &watch.fitting)?;
        findings.extend(left_out);
        let entrants = fitted
            .iter()
            .map(|(named, model)| Entrant::new(named, &model.item, journeys.channels(), None));
        let entrants: Vec<Entrant<'_>> = entrants.collect();
        let (entries_of, fitted): (Vec<&Named>, Vec<Timed<Fitted>>) = fitted.into_iter().unzip();
        let log = LogFacts::of(journeys);
        let learned = entrants.iter().any(|own| own.named.entry.needs_evidence());
        let sightings = learned.then(|| Sightings::over(journeys));
        let lessons = Lessons::new(&log, sightings.as_ref(), &entrants, &fitted);
        let models = FittedModels::new(&entrants, &fitted);
        let all = Part {
            entrants: entrants.iter().collect(),
            sample: journeys.sample(),
            segment: None,
            costs: known_costs(journeys),
        };
        let bootstrap = self.bootstrap.as_ref();
        let whole = |part: &Part<'_>| own_models(&entries_of, &fitted, &part.entrants);
        let tables = all.fit_and_score(whole(&all), bootstrap, &watch)?;
        let mut segments = Vec::with_capacity(groups.len());
        for (name, group) in groups {
            let segment = journeys.segment(&group);
            let mut models = Vec::with_capacity(entrants.len());
            for kind in [false, true] {
                let part = segment_part(&segment, kind, &entrants);
                models.extend(part.fit_and_score(whole(&part), bootstrap, &watch)?);
            }
            segments.push(segment_table(name, &segment, models, &entrants)?);
        }
        let unknown = unknown_channels(journeys, &entrants);
        findings.extend(lessons.findings(&log, unknown, &tables, self.refuse_unknown)?);
        let learns = entries.iter().any(|named| named.entry.needs_evidence());
        let provenance = Provenance::new(learns.then_some(&log), Some(&log));
        let table = ComparisonTable::new(log.totals, self.bootstrap, tables, segments);
        let table = table.with_withheld(withheld).with_findings(findings);
        Ok((table.with_provenance(provenance), models))
    }
}

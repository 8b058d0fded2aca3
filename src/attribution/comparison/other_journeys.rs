//! Models fitted on some journeys and compared on others.

use crate::attribution::comparison::entry::{Fitted, Named};
use crate::attribution::comparison::fitted_models::FittedModels;
use crate::attribution::comparison::fitting::{Entrant, fit_whole};
use crate::attribution::comparison::lessons::{Lessons, unknown_channels};
use crate::attribution::comparison::log_facts::LogFacts;
use crate::attribution::comparison::part::{Part, score_parts};
use crate::attribution::comparison::run::Comparison;
use crate::attribution::comparison::segment_parts::{
    check_segments, known_costs, segment_part, segment_table,
};
use crate::attribution::comparison::sightings::Sightings;
use crate::attribution::comparison::table::ComparisonTable;
use crate::attribution::comparison::timed::Timed;
use crate::attribution::comparison::watch::Watch;
use crate::attribution::provenance::Provenance;
use crate::attribution::touched::touched;
use crate::error::Result;
use crate::journeys::Segment;
use crate::journeys::arena::Journeys;
use crate::privacy::Protected;
use crate::progress::Progress;

impl Comparison {
    /// The table of the journeys scored, and the models fitted on the others.
    pub(super) fn on_other(
        &self,
        fitted_on: &Journeys,
        scored: &Journeys,
        progress: &dyn Progress,
    ) -> Result<(ComparisonTable, FittedModels)> {
        let (entries, mut findings) = self.usable(&[fitted_on, scored])?;
        let Protected { groups, withheld } = scored.segments(self.minimum);
        check_segments(groups.len(), scored)?;
        let replicates = self.bootstrap.map_or(0, |bootstrap| bootstrap.replicates());
        let watch = Watch::new(progress, entries.len() * (1 + groups.len()), replicates);
        watch.fitting.add(0)?;
        let (fitted, left_out) = fit_whole(&entries, fitted_on.sample(), scored, &watch.fitting)?;
        findings.extend(left_out);
        let touched = touched(fitted_on);
        let entrants = fitted.iter().map(|(named, model)| {
            Entrant::new(named, &model.item, scored.channels(), Some(&touched))
        });
        let entrants: Vec<Entrant<'_>> = entrants.collect();
        let (entries, fitted): (Vec<&Named>, Vec<Timed<Fitted>>) = fitted.into_iter().unzip();
        let (learned, told) = (LogFacts::of(fitted_on), LogFacts::of(scored));
        let learns = entrants.iter().any(|own| own.named.entry.needs_evidence());
        let sightings = learns.then(|| Sightings::over(fitted_on));
        let lessons = Lessons::new(&learned, sightings.as_ref(), &entrants, &fitted);
        let models = FittedModels::new(&entrants, &fitted);

        let groups = groups.into_iter();
        let segments: Vec<(String, Segment<'_>)> = groups
            .map(|(name, group)| (name, scored.segment(&group)))
            .collect();
        let mut parts = vec![Part {
            entrants: entrants.iter().collect(),
            sample: scored.sample(),
            segment: None,
            costs: known_costs(scored),
        }];
        for (_, segment) in &segments {
            parts.extend([false, true].map(|kind| segment_part(segment, kind, &entrants)));
        }
        let bootstrap = self.bootstrap.as_ref();
        let scored_parts = score_parts(&entries, &fitted, fitted_on, &parts, bootstrap, &watch)?;
        let mut by_part = scored_parts.into_iter();
        let tables = by_part.next().unwrap_or_default();
        let mut segment_tables = Vec::with_capacity(segments.len());
        for (name, segment) in &segments {
            let models = by_part.by_ref().take(2).flatten().collect();
            segment_tables.push(segment_table(name.clone(), segment, models, &entrants)?);
        }
        let unknown = unknown_channels(scored, &entrants);
        findings.extend(lessons.findings(&told, unknown, &tables, self.refuse_unknown)?);
        let table = ComparisonTable::new(told.totals, self.bootstrap, tables, segment_tables);
        let provenance = Provenance::new(Some(&learned), Some(&told));
        let table = table.with_withheld(withheld).with_findings(findings);
        Ok((table.with_provenance(provenance), models))
    }
}

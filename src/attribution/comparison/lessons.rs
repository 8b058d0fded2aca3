//! What weakens the lessons that models drew from journeys.

use crate::attribution::comparison::entry::Fitted;
use crate::attribution::comparison::finding::Finding;
use crate::attribution::comparison::fit_findings;
use crate::attribution::comparison::fitting::Entrant;
use crate::attribution::comparison::log_facts::LogFacts;
use crate::attribution::comparison::model_table::ModelTable;
use crate::attribution::comparison::sightings::Sightings;
use crate::attribution::comparison::timed::Timed;
use crate::attribution::model::AttributionModel;
use crate::attribution::touched::touched;
use crate::error::{Error, Result};
use crate::journeys::arena::Journeys;
use crate::stats::ratio::is_material;

/// The share of all conversions beyond which a baseline's bias is told.
const TOLERATED: f64 = 0.02;

/// Findings about the journeys fitted on and the models fitted.
pub(crate) struct Lessons(Vec<Finding>);

impl Lessons {
    /// `sightings` are those of the journeys, gathered where a model learns from them.
    pub(crate) fn new(
        log: &LogFacts,
        sightings: Option<&Sightings>,
        entrants: &[Entrant<'_>],
        fitted: &[Timed<Fitted>],
    ) -> Self {
        let mut findings = Vec::new();
        let learns = |entrant: &Entrant<'_>| entrant.named.entry.needs_evidence();
        if let Some(sightings) = sightings {
            findings.extend(fit_findings::of_log(log, sightings));
        }
        for (entrant, model) in entrants.iter().zip(fitted) {
            let (name, model) = (&entrant.named.name, &*model.item);
            let stored = AttributionModel::fit_record(model).map(|record| record.findings);
            let stored = stored.into_iter().flatten();
            findings.extend(stored.map(|finding| finding.clone().of_model(name)));
            let conversions = learns(entrant).then_some(log.totals.conversions);
            for finding in fit_findings::of_model(name, model, conversions) {
                if !findings.contains(&finding) {
                    findings.push(finding);
                }
            }
        }
        Self(findings)
    }

    /// The same with what scoring showed; `unknown` are the channels that models do not know.
    ///
    /// # Errors
    /// If channels that a model was not fitted on are refused, and there is one.
    pub(crate) fn findings(
        self,
        scored: &LogFacts,
        unknown: Vec<Finding>,
        tables: &[ModelTable],
        refuse_unknown: bool,
    ) -> Result<Vec<Finding>> {
        let mut findings = self.0.clone();
        let forgotten = scored.forgotten.map(|time| Finding::Forgotten { time });
        findings.extend(forgotten.filter(|told| !self.0.contains(told)));
        let log = scored.irregularities();
        if !log.is_empty() {
            findings.push(Finding::IrregularLog { log });
        }
        findings.extend(without_touch(scored, tables));
        if let Some((model, channel)) = unknown.iter().find_map(first_unknown)
            && refuse_unknown
        {
            return Err(refused(model, channel));
        }
        findings.extend(unknown);
        findings.extend(tables.iter().flat_map(|table| beyond_total(table, scored)));
        findings.extend(tables.iter().filter_map(|table| biased(table, scored)));
        findings.extend(tables.iter().filter_map(at_limit));
        Ok(findings)
    }
}

/// A rule leaves unattributed what has no touch, other models more.
fn without_touch(scored: &LogFacts, tables: &[ModelTable]) -> Option<Finding> {
    let all = scored.totals.conversions;
    let left = tables.iter().map(|table| table.unattributed.conversions);
    let conversions = left.fold(f64::INFINITY, f64::min);
    (conversions.is_finite() && conversions > 0.5 * all)
        .then_some(Finding::WithoutTouch { conversions, all })
}

/// By model, the channels touched that it was not fitted on.
pub(crate) fn unknown_channels(scored: &Journeys, entrants: &[Entrant<'_>]) -> Vec<Finding> {
    let maps = || entrants.iter().filter_map(|entrant| entrant.names.as_ref());
    if maps().all(|names| names.unknown().next().is_none()) {
        return Vec::new();
    }
    let touched = touched(scored);
    let finding = |entrant: &Entrant<'_>| {
        let unknown = entrant.names.as_ref()?.unknown();
        let names = unknown
            .filter(|id| touched[id.index()])
            .map(|id| scored.channels().name(id).to_owned());
        let channels: Vec<String> = names.collect();
        (!channels.is_empty()).then(|| Finding::UnknownChannels {
            model: entrant.named.name.clone(),
            channels,
        })
    };
    entrants.iter().filter_map(finding).collect()
}

fn first_unknown(finding: &Finding) -> Option<(&str, &str)> {
    match finding {
        Finding::UnknownChannels { model, channels } => Some((model, channels.first()?)),
        _ => None,
    }
}

fn refused(model: &str, channel: &str) -> Error {
    Error::setting(
        format!("a channel to be scored by {model}"),
        format!("{channel:?}"),
        "one that the model was fitted on; fit it on journeys that touch the channel, or let its \
         touches go without credit",
    )
}

fn biased(table: &ModelTable, scored: &LogFacts) -> Option<Finding> {
    let conversions = scored.totals.conversions;
    let bias = table.baseline?.conversions_bias?;
    (bias.abs() > TOLERATED * conversions).then(|| Finding::Biased {
        model: table.model.clone(),
        bias,
        conversions,
    })
}

/// Of a model with replicates, none of which moves its baseline.
fn at_limit(table: &ModelTable) -> Option<Finding> {
    let baseline = table.baseline?;
    let share = baseline.share?;
    let moved = baseline.conversions_low.is_some();
    (baseline.conversions_bias.is_some() && !moved).then(|| Finding::AtLimit {
        model: table.model.clone(),
        share,
    })
}

fn beyond_total<'a>(
    table: &'a ModelTable,
    scored: &LogFacts,
) -> impl Iterator<Item = Finding> + use<'a> {
    let conversions = scored.totals.conversions;
    let beyond = move |credit: f64| is_material(credit.abs() - conversions, conversions);
    let rows = table
        .channels
        .iter()
        .filter(move |row| beyond(row.conversions));
    rows.map(move |row| Finding::BeyondTotal {
        model: table.model.clone(),
        channel: row.channel.clone(),
        credited: row.conversions,
        conversions,
    })
}

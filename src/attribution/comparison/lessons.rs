//! What weakens the lessons that models drew from journeys.

use crate::attribution::comparison::entry::Fitted;
use crate::attribution::comparison::finding::Finding;
use crate::attribution::comparison::fitting::Entrant;
use crate::attribution::comparison::sightings::Sightings;
use crate::attribution::comparison::table::ModelTable;
use crate::attribution::comparison::timed::Timed;
use crate::attribution::model::AttributionModel;
use crate::channel::ChannelId;
use crate::error::{Error, Result};
use crate::journeys::arena::Journeys;
use crate::stats::ratio::is_material;
use crate::time::TimeRange;
use crate::time::limits::DAY;

/// Conversions for each free parameter below which intervals are not to be trusted (Vittinghoff and
/// McCulloch 2007).
const ENOUGH: f64 = 5.0;
/// Days below which not every day of the week was seen.
const WEEK: f64 = 7.0;

/// The share of all conversions beyond which a baseline's bias is told.
const TOLERATED: f64 = 0.02;

/// Findings about the journeys fitted on and the models fitted.
pub(crate) struct Lessons(Vec<Finding>);

impl Lessons {
    pub(crate) fn new(
        journeys: &Journeys,
        entrants: &[Entrant<'_>],
        fitted: &[Timed<Fitted>],
    ) -> Result<Self> {
        let forgotten = journeys.forgotten();
        let mut findings: Vec<Finding> = forgotten.into_iter().map(told).collect();
        let learns = |entrant: &Entrant<'_>| entrant.named.entry.needs_evidence();
        if entrants.iter().any(learns) {
            findings.extend(short_fit(journeys));
            findings.extend(never_alone(journeys)?);
        }
        for (entrant, model) in entrants.iter().zip(fitted) {
            let name = &entrant.named.name;
            if learns(entrant) {
                findings.extend(few_conversions(name, &model.item, journeys));
            }
            findings.extend(mostly_prior(name, &model.item));
        }
        Ok(Self(findings))
    }

    /// The same with what scoring showed.
    ///
    /// # Errors
    /// If channels that a model was not fitted on are refused, and there is one.
    pub(crate) fn findings(
        self,
        scored: &Journeys,
        entrants: &[Entrant<'_>],
        tables: &[ModelTable],
        refuse_unknown: bool,
    ) -> Result<Vec<Finding>> {
        let mut findings = self.0.clone();
        let forgotten = scored.forgotten().map(told);
        findings.extend(forgotten.filter(|told| !self.0.contains(told)));
        let log = scored.irregularities();
        if !log.is_empty() {
            findings.push(Finding::IrregularLog { log });
        }
        let unknown = unknown_channels(scored, entrants)?;
        if let Some((model, channel)) = unknown.iter().find_map(first_unknown)
            && refuse_unknown
        {
            return Err(refused(model, channel));
        }
        findings.extend(unknown);
        findings.extend(tables.iter().flat_map(|table| beyond_total(table, scored)));
        findings.extend(tables.iter().filter_map(|table| biased(table, scored)));
        Ok(findings)
    }
}

fn told(time: TimeRange) -> Finding {
    Finding::Forgotten { time }
}

fn short_fit(journeys: &Journeys) -> Option<Finding> {
    let days = journeys.observed()?.seconds() as f64 / DAY as f64;
    (days < WEEK).then_some(Finding::ShortFit { days })
}

fn never_alone(journeys: &Journeys) -> Result<Vec<Finding>> {
    let name = |id: ChannelId| journeys.channels().name(id).to_owned();
    let sightings = Sightings::over(journeys)?;
    let findings = sightings
        .never_alone()
        .map(|(id, with)| Finding::NeverAlone {
            channel: name(id),
            with: with.iter().copied().map(name).collect(),
        });
    Ok(findings.collect())
}

fn few_conversions(name: &str, model: &Fitted, journeys: &Journeys) -> Option<Finding> {
    let parameters = model.free_parameters()?;
    let kept = model.fitted_conversions();
    let conversions = kept.unwrap_or(journeys.totals().conversions);
    (conversions < ENOUGH * parameters as f64).then(|| Finding::FewConversions {
        model: name.to_owned(),
        conversions,
        parameters,
    })
}

fn mostly_prior(name: &str, model: &Fitted) -> Option<Finding> {
    let share = model.prior_share().filter(|&share| share > 0.5)?;
    let model = name.to_owned();
    Some(Finding::MostlyPrior { model, share })
}

fn unknown_channels(scored: &Journeys, entrants: &[Entrant<'_>]) -> Result<Vec<Finding>> {
    let maps = || entrants.iter().filter_map(|entrant| entrant.names.as_ref());
    if maps().all(|names| names.unknown().next().is_none()) {
        return Ok(Vec::new());
    }
    let touched = Sightings::over(scored)?.touched();
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
    Ok(entrants.iter().filter_map(finding).collect())
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

fn biased(table: &ModelTable, scored: &Journeys) -> Option<Finding> {
    let conversions = scored.totals().conversions;
    let bias = table.baseline?.conversions_bias?;
    (bias.abs() > TOLERATED * conversions).then(|| Finding::Biased {
        model: table.model.clone(),
        bias,
        conversions,
    })
}

fn beyond_total<'a>(
    table: &'a ModelTable,
    scored: &Journeys,
) -> impl Iterator<Item = Finding> + use<'a> {
    let conversions = scored.totals().conversions;
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

//! Who is who: before, after, and how well.

use crate::family::Family;
use crate::input::{Input, Truth};
use crate::options::Options;
use mixtouch::identity::{Identities, PairCounts, Resolver, Rules, Stitched};
use mixtouch::report::{Cell, Section, Table};
use mixtouch::{CostTable, Event, Events, Kind, Result};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// The log of persons, with what became of it on the way.
pub(crate) struct Stitching {
    pub(crate) identities: Identities,
    /// One history a person, e-mails that only arrived included.
    pub(crate) log: Events,
    /// One history a person, of contacts alone.
    pub(crate) after: Stitched,
    /// One history an identifier, as without links.
    pub(crate) before: Stitched,
    /// How long it took to resolve.
    pub(crate) resolved: Duration,
}

impl Stitching {
    pub(crate) fn run(options: &Options, input: &Input) -> Result<Self> {
        let started = Instant::now();
        let identities = resolve(input, options.rules()?, true)?;
        let resolved = started.elapsed();
        let apart = resolve(input, options.rules()?, false)?;
        let stitch =
            |identities: &Identities| identities.stitch(&input.log, options.without_consent());
        let contacts = |mut stitched: Stitched| -> Result<Stitched> {
            (stitched.events, stitched.costs) = visits(options, &stitched.events, stitched.costs)?;
            Ok(stitched)
        };
        let after = stitch(&identities)?;
        Ok(Self {
            log: after.events.clone(),
            after: contacts(after)?,
            before: contacts(stitch(&apart)?)?,
            identities,
            resolved,
        })
    }
}

/// The log of contacts, one a visit if asked for; what the other rows cost stays due.
pub(crate) fn visits(
    options: &Options,
    log: &Events,
    mut costs: CostTable,
) -> Result<(Events, CostTable)> {
    let (mut visits, left_out) = contacts(options, log)?;
    costs.append(left_out);
    if let Some(sessions) = options.sessions() {
        let (first_or_last, others) = visits.sessions(sessions);
        (visits, _) = (first_or_last, costs.append(others));
    }
    Ok((visits, costs))
}

/// The log without e-mails that only arrived, where it tells which were opened or clicked: nobody
/// need have seen the others.
fn contacts(options: &Options, log: &Events) -> Result<(Events, CostTable)> {
    let mail = options.mail(log)?;
    let is_mail =
        |event: &Event<'_>| event.kind() == Kind::Touch && event.channel() == Some(mail.as_str());
    let tells = log
        .iter()
        .any(|event| is_mail(&event) && event.interaction().is_some());
    if !tells {
        return Ok((log.clone(), CostTable::new()));
    }
    Ok(log.retained(|event| !is_mail(&event) || event.interaction().is_some()))
}

/// Persons with all that is known, or with nothing that is known.
fn resolve(input: &Input, rules: Rules, linked: bool) -> Result<Identities> {
    let mut resolver = Resolver::new(rules);
    if linked {
        resolver.add_links(input.links.clone());
        resolver.add_events(&input.log);
    }
    match &input.consent {
        Some((consent, purpose)) => resolver
            .with_consent(consent.clone(), purpose.clone())?
            .resolve(),
        None => resolver.resolve(),
    }
}

/// Persons found, how they compare with the true ones, and what the guards kept from happening.
pub(crate) fn family(input: &Input, stitching: &Stitching) -> Result<Family> {
    let identities = &stitching.identities;
    let melted = resolve(input, identities.rules().without_guards(), true)?;
    let mut table = Table::new([
        "identity resolution",
        "persons",
        "largest",
        "precision",
        "recall",
        "of what links support",
    ]);
    let mut rows = Vec::new();
    for (name, found) in [("guarded", identities), ("without guards", &melted)] {
        let truth = input.truth.as_ref();
        let quality = truth
            .map(|truth| quality(input, found, truth))
            .transpose()?;
        let largest = found.largest().map_or(0, |(_, identifiers)| identifiers);
        let counts = [found.persons(), largest].map(Cell::from);
        let shares = quality.map_or([None; 3], |shares| shares.map(Some));
        let shares = shares.map(|share| Cell::number(share, 5));
        table.push_row([Cell::from(name)].into_iter().chain(counts).chain(shares));
        rows.push(resolution(name, found.persons(), largest, quality));
    }
    let section = Section::new()
        .set_apart()
        .with_table(table)
        .with_line("(largest: identifiers of the largest person)")
        .with_line("")
        .with_lines(format!("links: {}", identities.rejected_links()).lines());
    let json = json!({
        "identifiers": identities.len(),
        "resolutions": rows,
        "refused": identities.rejected_links(),
        "seconds": stitching.resolved.as_secs_f64(),
    });
    Ok(Family {
        name: "identity",
        section,
        json,
    })
}

/// How many persons one set of rules finds, and how well, if the truth is known.
fn resolution(rules: &str, persons: usize, largest: usize, quality: Option<[f64; 3]>) -> Value {
    let mut row = json!({"rules": rules, "persons": persons, "largest_person": largest});
    if let Some([precision, recall, supported]) = quality {
        row["pairwise_precision"] = precision.into();
        row["pairwise_recall"] = recall.into();
        row["pairwise_recall_of_what_links_support"] = supported.into();
    }
    row
}

/// Precision, recall, and recall of what links support, over pairs of rows that may be used.
fn quality(input: &Input, identities: &Identities, truth: &Truth) -> Result<[f64; 3]> {
    let rows: Vec<usize> = (0..input.log.len())
        .filter(|&row| identities.allows(input.log.identifiers(row)))
        .collect();
    let all: Vec<u64> = identities
        .persons_of_rows(&input.log)
        .map(|person| person.key())
        .collect();
    let usable = |labels: &[u64]| rows.iter().map(|&row| labels[row]).collect::<Vec<u64>>();
    let found = usable(&all);
    let pairs = PairCounts::new(&found, &usable(&truth.persons))?;
    let supported = PairCounts::new(&found, &usable(&truth.supported))?;
    Ok([pairs.precision(), pairs.recall(), supported.recall()])
}

//! The same KPIs of several segments of persons.

use crate::dashboard;
use crate::options::Options;
use crate::stitching::Stitching;
use mixtouch::event::PersonKey;
use mixtouch::kpi::KpiOptions;
use mixtouch::kpi::dashboard::Dashboard;
use mixtouch::privacy::Group;
use mixtouch::{Error, Events, Journeys, Result};
use std::collections::{BTreeMap, HashMap};

/// The most segments that are told apart on a page.
const MOST: usize = 20;

/// The persons of a segment.
#[derive(Default)]
struct Members<'a>(Vec<PersonKey<'a>>);

impl Group for Members<'_> {
    fn persons(&self) -> u64 {
        self.0.len() as u64
    }

    fn merge(&mut self, other: Self) {
        self.0.extend(other.0);
    }
}

/// The dashboard of each segment that the column asked for names, that of most persons first; none
/// without a column.
pub(crate) fn dashboards(
    options: &Options,
    stitching: &Stitching,
    kpis: &KpiOptions,
    journeys: &Journeys,
) -> Result<Vec<(String, Dashboard)>> {
    let Some(column) = &options.personas else {
        return Ok(Vec::new());
    };
    let groups = segments(&stitching.log, column)?;
    let mut groups = options.minimum_group()?.apply(groups).groups;
    if groups.len() > MOST {
        return Err(Error::Setting {
            name: "--personas".into(),
            value: format!("column {column:?} with {} values", groups.len()),
            expected: format!(
                "a column with {MOST} values at most; --minimum-group takes small ones together"
            )
            .into(),
        });
    }
    groups.sort_by_key(|(_, members)| std::cmp::Reverse(members.persons()));
    let names: HashMap<PersonKey<'_>, &str> = groups
        .iter()
        .flat_map(|(name, members)| members.0.iter().map(|person| (*person, name.as_str())))
        .collect();
    let mut dashboards = Vec::new();
    for (name, _) in &groups {
        let is_one = |person: PersonKey<'_>| names.get(&person) == Some(&name.as_str());
        let found = dashboard::of_some(options, stitching, kpis, journeys, is_one)?;
        dashboards.extend(found.map(|dashboard| (name.clone(), dashboard)));
    }
    Ok(dashboards)
}

/// Persons by the first value that the column has for them.
fn segments<'a>(log: &'a Events, column: &str) -> Result<BTreeMap<String, Members<'a>>> {
    if !log.columns().any(|name| name == column) {
        return Err(Error::MissingColumn {
            column: column.to_owned(),
            found: log.columns().map(str::to_owned).collect(),
        });
    }
    let mut first: HashMap<PersonKey<'_>, &str> = HashMap::new();
    for (row, event) in log.iter().enumerate() {
        let value = log.text(row, column).unwrap_or("");
        if !value.is_empty() {
            first.entry(event.person()).or_insert(value);
        }
    }
    let mut segments: BTreeMap<String, Members<'_>> = BTreeMap::new();
    for (person, value) in first {
        segments.entry(value.to_owned()).or_default().0.push(person);
    }
    Ok(segments)
}

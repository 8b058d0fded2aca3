//! Persons by the number of channels they use, small groups protected.

use crate::family::Family;
use crate::input::Input;
use crate::options::Options;
use crate::stitching::Stitching;
use mixtouch::Result;
use mixtouch::identity::Profile;
use mixtouch::privacy::{Group, Protected};
use mixtouch::report::{Cell, Section, Table};
use serde::Serialize;
use serde_json::json;
use std::collections::BTreeMap;

/// What a group of persons adds up to.
#[derive(Debug, Clone, Default, Serialize)]
struct Figures {
    persons: u64,
    buyers: u64,
    purchases: u64,
    value: f64,
    devices: u64,
}

impl Figures {
    fn cells(&self, name: &str) -> [Cell; 7] {
        let per_person = |count: u64| count as f64 / self.persons as f64;
        [
            Cell::from(name),
            Cell::count(self.persons),
            Cell::count(self.buyers),
            Cell::percent(per_person(self.buyers), 2),
            Cell::count(self.purchases),
            Cell::number(self.value, 0),
            Cell::number(per_person(self.devices), 2),
        ]
    }
}

impl Group for Figures {
    fn persons(&self) -> u64 {
        self.persons
    }

    fn merge(&mut self, other: Self) {
        self.persons += other.persons;
        self.buyers += other.buyers;
        self.purchases += other.purchases;
        self.value += other.value;
        self.devices += other.devices;
    }
}

impl From<&Profile> for Figures {
    fn from(profile: &Profile) -> Self {
        let Profile {
            purchases,
            value,
            devices,
            ..
        } = *profile;
        Self {
            persons: 1,
            buyers: u64::from(purchases > 0),
            purchases,
            value,
            devices,
        }
    }
}

pub(crate) fn family(options: &Options, input: &Input, stitching: &Stitching) -> Result<Family> {
    let profiles = stitching.identities.profiles(&input.log);
    let mut groups: BTreeMap<usize, Figures> = BTreeMap::new();
    profiles.iter().for_each(|profile| {
        groups
            .entry(profile.channels.len())
            .or_default()
            .merge(profile.into())
    });
    let named = groups.into_iter().map(|(channels, figures)| {
        (
            format!("{channels} channel{}", if channels == 1 { "" } else { "s" }),
            figures,
        )
    });
    let Protected { groups, withheld } = options.minimum_group()?.apply(named);
    let columns = [
        "persons who touched",
        "persons",
        "buyers",
        "bought",
        "purchases",
        "value",
        "devices a person",
    ];
    let mut table = Table::new(columns);
    let mut rows = Vec::new();
    for (name, figures) in &groups {
        table.push_row(figures.cells(name));
        let mut row = serde_json::to_value(figures).expect("numbers");
        row["group"] = name.as_str().into();
        rows.push(row);
    }
    let (first, last) = profiles
        .iter()
        .fold((i64::MAX, 0), |(first, last), profile| {
            (first.min(profile.first_seen), last.max(profile.last_seen))
        });
    let json = json!({
        "population": {"persons": profiles.len(), "what": "persons with consent in the log"},
        "window": {"first": if profiles.is_empty() { 0 } else { first }, "last": last},
        "groups": rows,
        "withheld": withheld,
    });
    let note =
        withheld.map(|withheld| format!("({} small groups together or left out)", withheld.groups));
    let section = Section::new().set_apart();
    Ok(Family {
        name: "persons",
        section: section.with_table(table).with_lines(note),
        json,
    })
}

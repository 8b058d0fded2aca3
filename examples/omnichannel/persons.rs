//! Persons by the number of channels they use, small groups protected.

use crate::family::{Family, Table};
use crate::input::Input;
use crate::options::Options;
use crate::stitching::Stitching;
use mixtouch::Result;
use mixtouch::identity::Profile;
use mixtouch::privacy::{Group, Protected};
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
    let mut table = Table::new(
        "persons who touched",
        [
            "persons",
            "buyers",
            "buyers %",
            "purchases",
            "value",
            "devices a person",
        ],
    );
    let mut rows = Vec::new();
    for (name, figures) in &groups {
        let Figures {
            persons,
            buyers,
            purchases,
            value,
            devices,
        } = figures.clone();
        let of = |part: u64| Some(part as f64 / persons as f64);
        let share = Some(100.0 * buyers as f64 / persons as f64);
        let row = [
            Some(persons as f64),
            Some(buyers as f64),
            share,
            Some(purchases as f64),
            Some(value),
            of(devices),
        ];
        table.row(name, row, [0, 0, 2, 0, 0, 2]);
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
    let note = withheld.map_or(String::new(), |withheld| {
        format!("({} small groups together or left out)\n", withheld.groups)
    });
    Ok(Family {
        name: "persons",
        text: format!("{table}{note}"),
        json,
    })
}

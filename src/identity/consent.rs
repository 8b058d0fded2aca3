//! Who may be measured, and for what.

use crate::error::{Error, Result};
use crate::event::identifier::Identifier;
use crate::time::limits::{bad_time, second};
use crate::util::interner::Interner;
use std::collections::BTreeMap;

/// What holders of identifiers have agreed to, as records in any order. For each identifier and
/// purpose the latest record counts; of records of one second a refusal does. An identifier without
/// a record has not agreed.
///
/// ```
/// use mixtouch::identity::{Consent, HashKey, Pseudonymiser, Rules};
///
/// let hasher = Pseudonymiser::new(HashKey::new([7; 32]), &Rules::standard());
/// let cookie = hasher.identifier("cookie", "c-81")?;
/// let mut consent = Consent::new();
/// consent.push(cookie, "measurement", true, 1_767_225_600)?;
/// assert!(consent.is_granted(cookie, "measurement"));
/// assert!(!consent.is_granted(cookie, "advertising"));
/// consent.push(cookie, "measurement", false, 1_767_312_000)?;
/// assert!(!consent.is_granted(cookie, "measurement"));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Consent {
    purposes: Interner,
    /// The latest second and whether it was granted then.
    latest: BTreeMap<(Identifier, u32), (u32, bool)>,
    records: u64,
}

impl Consent {
    /// Nobody has agreed to anything.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a record: from that second on, the identifier's holder agrees to the purpose, or no
    /// longer does.
    ///
    /// # Errors
    /// If the purpose is empty or the time lies outside 1970-01-01 to 2106-02-07; the error names
    /// the record, counted from 1.
    pub fn push(
        &mut self,
        identifier: Identifier,
        purpose: &str,
        granted: bool,
        time: i64,
    ) -> Result<()> {
        let row = self.records + 1;
        let time = second(time).ok_or_else(|| bad_time(row, "timestamp", time))?;
        if purpose.is_empty() {
            return Err(Error::field(row, "purpose", purpose, "any text"));
        }
        self.push_checked(identifier, purpose, granted, time)
    }

    pub(crate) fn push_checked(
        &mut self,
        identifier: Identifier,
        purpose: &str,
        granted: bool,
        time: u32,
    ) -> Result<()> {
        let purpose = self.purposes.intern(purpose)?;
        self.count(identifier, purpose, (time, granted));
        self.records += 1;
        Ok(())
    }

    fn count(&mut self, identifier: Identifier, purpose: u32, (time, granted): (u32, bool)) {
        let latest = self
            .latest
            .entry((identifier, purpose))
            .or_insert((time, granted));
        if time > latest.0 {
            *latest = (time, granted);
        } else if time == latest.0 {
            latest.1 &= granted;
        }
    }

    /// Adds all of `later`'s records.
    ///
    /// # Errors
    /// If there are more than 2^32 purposes.
    pub fn append(&mut self, later: Self) -> Result<()> {
        let purposes = self.purposes.absorb(&later.purposes)?;
        later
            .latest
            .into_iter()
            .for_each(|((identifier, purpose), latest)| {
                self.count(identifier, purposes[purpose as usize], latest)
            });
        self.records += later.records;
        Ok(())
    }

    /// How many records there are.
    pub fn records(&self) -> u64 {
        self.records
    }

    /// The purposes that records name.
    pub fn purposes(&self) -> impl Iterator<Item = &str> {
        self.purposes.iter()
    }

    /// Whether the latest record grants it.
    pub fn is_granted(&self, identifier: Identifier, purpose: &str) -> bool {
        let latest = self
            .purposes
            .find(purpose)
            .and_then(|purpose| self.latest.get(&(identifier, purpose)));
        latest.is_some_and(|(_, granted)| *granted)
    }

    /// Everybody who agrees to a purpose, sorted.
    pub(super) fn granted(&self, purpose: &str) -> Vec<Identifier> {
        let Some(purpose) = self.purposes.find(purpose) else {
            return Vec::new();
        };
        let granted = self
            .latest
            .iter()
            .filter(|((_, other), (_, granted))| *other == purpose && *granted);
        granted.map(|((identifier, _), _)| *identifier).collect()
    }

    /// Leaves out every record of these sorted identifiers.
    pub(super) fn without(&self, sorted: &[Identifier]) -> Self {
        let kept = |((identifier, _), _): &(&(Identifier, u32), &(u32, bool))| {
            sorted.binary_search(identifier).is_err()
        };
        let latest: BTreeMap<_, _> = self
            .latest
            .iter()
            .filter(kept)
            .map(|(key, value)| (*key, *value))
            .collect();
        // Older records count no more once a newer one is there, so only the latest are known.
        Self {
            purposes: self.purposes.clone(),
            records: latest.len() as u64,
            latest,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_record_counts_in_any_order() {
        let id = Identifier::new(9 << 8, 0);
        let records = [(5, true), (9, false), (9, true), (7, true)];
        for rotation in 0..records.len() {
            let mut consent = Consent::new();
            for at in 0..records.len() {
                let (time, granted) = records[(at + rotation) % records.len()];
                consent.push(id, "measurement", granted, time).unwrap();
            }
            assert!(
                !consent.is_granted(id, "measurement"),
                "at 9 it was refused, whatever else was said then"
            );
            consent.push(id, "measurement", true, 10).unwrap();
            assert_eq!(consent.granted("measurement"), [id]);
            assert!(consent.granted("advertising").is_empty());
        }
    }

    #[test]
    fn bad_records_are_named() {
        let mut consent = Consent::new();
        let id = Identifier::new(9 << 8, 0);
        assert_eq!(
            consent.push(id, "", true, 1).unwrap_err().to_string(),
            "row 1: purpose is \"\", expected: any text"
        );
        assert!(
            consent
                .push(id, "p", true, -1)
                .unwrap_err()
                .to_string()
                .starts_with("row 1: timestamp")
        );
    }
}

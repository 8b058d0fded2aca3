//! Records that two identifiers are one person's.

use crate::error::{Error, Result};
use crate::event::identifier::Identifier;
use crate::time::limits::{bad_time, second};

/// A record that two identifiers belong to one person: a cookie signed in to an account at a time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Link {
    /// The one identifier.
    pub left: Identifier,
    /// The other.
    pub right: Identifier,
    /// When it was seen, in seconds since 1970-01-01T00:00:00Z.
    pub time: i64,
    /// How sure it is, 0 to 1: 1 for a login, less for a guess.
    pub confidence: f64,
}

/// Link records, 40 bytes each, in any order.
///
/// ```
/// use mixtouch::identity::{HashKey, Link, Links, Pseudonymiser, Rules};
///
/// let hasher = Pseudonymiser::new(HashKey::new([7; 32]), &Rules::standard());
/// let left = hasher.identifier("cookie", "c-81")?;
/// let right = hasher.identifier("account", "ann")?;
/// let mut links = Links::new();
/// links.push(Link { left, right, time: 1_767_225_600, confidence: 1.0 })?;
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Links {
    pub(super) left: Vec<Identifier>,
    pub(super) right: Vec<Identifier>,
    pub(super) time: Vec<u32>,
    pub(super) confidence: Vec<u32>,
    pub(super) placeholders: u64,
}

/// Confidence as an integer: steps of 2^-32, finer than anybody knows.
pub(super) fn steps(confidence: f64) -> u32 {
    (confidence * f64::from(u32::MAX)).round() as u32
}

impl Links {
    /// No records yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.left.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.left.is_empty()
    }

    /// How many records of a file were left out, as they name a
    /// [placeholder](crate::event::Placeholders) in place of an identifier.
    pub fn placeholders(&self) -> u64 {
        self.placeholders
    }

    #[cfg(feature = "csv")]
    pub(crate) fn leave_out(&mut self) {
        self.placeholders += 1;
    }

    /// Adds a record. A link of an identifier with itself says nothing; it is taken and counted as
    /// such.
    ///
    /// # Errors
    /// The row, counted from 1: a time outside 1970-01-01 to 2106-02-07, a confidence outside 0 to
    /// 1.
    pub fn push(&mut self, link: Link) -> Result<()> {
        let row = self.len() as u64 + 1;
        let time = second(link.time).ok_or_else(|| bad_time(row, "timestamp", link.time))?;
        if !(0.0..=1.0).contains(&link.confidence) {
            return Err(Error::field(
                row,
                "confidence",
                link.confidence.to_string(),
                "0 to 1",
            ));
        }
        self.push_checked(link.left, link.right, time, link.confidence);
        Ok(())
    }

    pub(crate) fn push_checked(
        &mut self,
        left: Identifier,
        right: Identifier,
        time: u32,
        confidence: f64,
    ) {
        self.left.push(left);
        self.right.push(right);
        self.time.push(time);
        self.confidence.push(steps(confidence));
    }

    /// Adds all of `later`'s records behind these.
    pub fn append(&mut self, mut later: Self) {
        self.left.append(&mut later.left);
        self.right.append(&mut later.right);
        self.time.append(&mut later.time);
        self.confidence.append(&mut later.confidence);
        self.placeholders += later.placeholders;
    }

    /// One record, if there is one; its confidence is rounded to steps of 2^-32.
    pub fn get(&self, at: usize) -> Option<Link> {
        let left = *self.left.get(at)?;
        let confidence = f64::from(self.confidence[at]) / f64::from(u32::MAX);
        Some(Link {
            left,
            right: self.right[at],
            time: self.time[at].into(),
            confidence,
        })
    }

    /// The records in order.
    pub fn iter(&self) -> impl Iterator<Item = Link> {
        (0..self.len()).filter_map(|at| self.get(at))
    }

    /// Leaves out every record that names one of these sorted identifiers.
    pub(super) fn without(&self, sorted: &[Identifier]) -> Self {
        let named = |identifier| sorted.binary_search(identifier).is_ok();
        let mut kept = Self {
            placeholders: self.placeholders,
            ..Self::new()
        };
        for at in (0..self.len()).filter(|&at| !named(&self.left[at]) && !named(&self.right[at])) {
            kept.left.push(self.left[at]);
            kept.right.push(self.right[at]);
            kept.time.push(self.time[at]);
            kept.confidence.push(self.confidence[at]);
        }
        kept
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bad_records_are_named() {
        let id = |n: u128| Identifier::new(n << 8, 0);
        let mut links = Links::new();
        let mut error = |time, confidence| {
            links
                .push(Link {
                    left: id(1),
                    right: id(2),
                    time,
                    confidence,
                })
                .unwrap_err()
                .to_string()
        };
        assert!(error(-1, 1.0).starts_with("row 1: timestamp is \"-1\""));
        assert!(error(1_767_225_600_000, 1.0).contains("milliseconds"));
        for confidence in [f64::NAN, -0.1, 1.000001, f64::INFINITY] {
            assert!(
                error(1, confidence).starts_with("row 1: confidence is"),
                "{confidence}"
            );
        }
        links
            .push(Link {
                left: id(1),
                right: id(1),
                time: 1,
                confidence: 0.5,
            })
            .unwrap();
        assert!((links.get(0).unwrap().confidence - 0.5).abs() < 1e-9);
        assert_eq!((steps(0.0), steps(1.0)), (0, u32::MAX));
    }
}

//! The kinds of identifiers there are, and what links must fulfil.

use crate::error::{Error, Result};
use crate::identity::identifier_kind::IdentifierKind;
use crate::util::known_fields::read_settings;
use serde::{Deserialize, Serialize};

/// The kinds of identifiers there are, and what links must fulfil.
///
/// Where a row carries several identifiers, the kinds' order decides: the most trusted comes first.
///
/// ```
/// use mixtouch::identity::{IdentifierKind, Rules};
///
/// // two kinds: guests of a hotel, who sign in to its network from any number of devices
/// let guest = IdentifierKind::known("guest")?.with_most_values(1)?;
/// let device = IdentifierKind::anonymous("device")?.with_most_persons(4)?;
/// let rules = Rules::new([guest, device])?.with_confidence(0.8)?.with_back_stitching(false);
/// assert_eq!(rules.kinds().len(), 2);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Rules {
    kinds: Vec<IdentifierKind>,
    confidence: f64,
    back_stitching: bool,
}

#[derive(Deserialize)]
#[serde(default)]
struct RulesFields {
    kinds: Vec<IdentifierKind>,
    confidence: f64,
    back_stitching: bool,
}

read_settings!(Rules, RulesFields);

impl Default for RulesFields {
    fn default() -> Self {
        let Rules {
            kinds,
            confidence,
            back_stitching,
        } = Rules::standard();
        Self {
            kinds,
            confidence,
            back_stitching,
        }
    }
}

impl TryFrom<RulesFields> for Rules {
    type Error = Error;

    fn try_from(fields: RulesFields) -> Result<Self> {
        Ok(Self::new(fields.kinds)?
            .with_confidence(fields.confidence)?
            .with_back_stitching(fields.back_stitching))
    }
}

impl Rules {
    /// The most kinds.
    pub const MOST_KINDS: usize = 256;

    /// Rules of these kinds, the most trusted first.
    ///
    /// # Errors
    /// If there is no kind, more than 256, or two of one name.
    pub fn new(kinds: impl IntoIterator<Item = IdentifierKind>) -> Result<Self> {
        let kinds: Vec<IdentifierKind> = kinds.into_iter().collect();
        if !(1..=Self::MOST_KINDS).contains(&kinds.len()) {
            return Err(Error::setting(
                "the number of kinds of identifiers",
                kinds.len(),
                "1 to 256",
            ));
        }
        let twice = kinds
            .iter()
            .enumerate()
            .find(|(at, kind)| kinds[..*at].iter().any(|other| other.name() == kind.name()));
        if let Some((_, kind)) = twice {
            return Err(Error::setting(
                "a kind of identifier",
                format!("{:?} twice", kind.name()),
                "each kind once",
            ));
        }
        Ok(Self {
            kinds,
            confidence: 0.0,
            back_stitching: true,
        })
    }

    /// A shop's usual kinds: `account` (one a person), `card` (two), `e-mail`, in any case, and
    /// `phone` (five each); and, anonymous, `cookie` and `device`, each of one person and at most
    /// fifty of them, and `address`, of at most ten persons.
    pub fn standard() -> Self {
        let kind = IdentifierKind::with_guards;
        let kinds = vec![
            kind("account", false, Some(1), None),
            kind("card", false, Some(2), None),
            kind("e-mail", false, Some(5), None).ignoring_case(),
            kind("phone", false, Some(5), None),
            kind("cookie", true, Some(50), Some(1)),
            kind("device", true, Some(50), Some(1)),
            kind("address", true, None, Some(10)),
        ];
        Self {
            kinds,
            confidence: 0.0,
            back_stitching: true,
        }
    }

    /// The least confidence of a link, 0 to 1 (default 0): links below it are rejected.
    ///
    /// # Errors
    /// If the confidence lies outside 0 to 1.
    pub fn with_confidence(self, confidence: f64) -> Result<Self> {
        if !(0.0..=1.0).contains(&confidence) {
            return Err(Error::setting(
                "the least confidence of links",
                confidence,
                "0 to 1",
            ));
        }
        Ok(Self { confidence, ..self })
    }

    /// Whether what an anonymous identifier did before its first link counts as its person's (the
    /// default), or as those of an unknown person.
    #[must_use]
    pub fn with_back_stitching(self, back_stitching: bool) -> Self {
        Self {
            back_stitching,
            ..self
        }
    }

    /// The same kinds without guards and without a least confidence, to see what both prevent.
    #[must_use]
    pub fn without_guards(&self) -> Self {
        let kinds = self
            .kinds
            .iter()
            .map(IdentifierKind::without_guards)
            .collect();
        Self {
            kinds,
            confidence: 0.0,
            back_stitching: self.back_stitching,
        }
    }

    /// The kinds, the most trusted first.
    pub fn kinds(&self) -> impl ExactSizeIterator<Item = &IdentifierKind> {
        self.kinds.iter()
    }

    /// The least confidence of a link, 0 to 1.
    pub fn confidence(&self) -> f64 {
        self.confidence
    }

    /// Whether anonymous history joins the person.
    pub fn back_stitching(&self) -> bool {
        self.back_stitching
    }

    pub(super) fn kind(&self, number: usize) -> Option<&IdentifierKind> {
        self.kinds.get(number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn rules_are_checked() {
        for name in ["", " ", " card"] {
            assert!(IdentifierKind::known(name).is_err(), "{name:?}");
        }
        let card = || IdentifierKind::known("card").unwrap();
        assert!(card().with_most_values(0).is_err() && card().with_most_persons(0).is_err());
        assert!(
            card().with_validity(Duration::from_millis(999)).is_err()
                && card().with_validity(Duration::MAX).is_err()
        );
        assert_eq!(
            Rules::new([]).unwrap_err().to_string(),
            "the number of kinds of identifiers is 0, expected: 1 to 256"
        );
        assert!(
            Rules::new([card(), card()])
                .unwrap_err()
                .to_string()
                .contains("\"card\" twice")
        );
        for confidence in [-0.1, 1.1, f64::NAN] {
            assert!(
                Rules::standard().with_confidence(confidence).is_err(),
                "{confidence}"
            );
        }
    }

    #[test]
    fn files_are_checked_too() {
        let rules = Rules::standard()
            .with_confidence(0.5)
            .unwrap()
            .with_back_stitching(false);
        let text = serde_json::to_string(&rules).unwrap();
        assert_eq!(serde_json::from_str::<Rules>(&text).unwrap(), rules);
        assert_eq!(text.matches("ignores_case").count(), 1);
        assert!(
            serde_json::from_str::<Rules>(&text.replace("\"most_values\":2", "\"most_values\":0"))
                .is_err()
        );
        assert!(serde_json::from_str::<Rules>(&text.replace("0.5", "1.5")).is_err());
        assert!(serde_json::from_str::<Rules>(&text.replace("\"card\"", "\"account\"")).is_err());
    }
}

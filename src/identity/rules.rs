//! Guards against wrong merges: what is expected, kind by kind.

use crate::error::{Error, Result};
use crate::time::limits::LENGTH;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// A kind of identifier and its guards.
///
/// A *known* kind says who somebody is: an account, an e-mail address, a loyalty card. An
/// *anonymous* kind says where somebody is: a cookie, a device, an office's address. Where a row
/// carries both, the known one decides.
///
/// ```
/// use mixtouch::identity::IdentifierKind;
/// use std::time::Duration;
///
/// // a person has one loyalty card; a tablet at the till is whoever's signed in to it within the last half hour
/// let card = IdentifierKind::known("card")?.with_most_values(1)?;
/// let tablet = IdentifierKind::anonymous("tablet")?.with_validity(Duration::from_secs(1800))?;
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "KindFields")]
pub struct IdentifierKind {
    name: String,
    anonymous: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    most_values: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    most_persons: Option<u32>,
    /// Seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    validity: Option<u32>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    ignores_case: bool,
}

#[derive(Deserialize)]
struct KindFields {
    name: String,
    anonymous: bool,
    most_values: Option<u16>,
    most_persons: Option<u32>,
    validity: Option<u32>,
    #[serde(default)]
    ignores_case: bool,
}

impl TryFrom<KindFields> for IdentifierKind {
    type Error = Error;

    fn try_from(fields: KindFields) -> Result<Self> {
        let KindFields {
            name,
            anonymous,
            most_values,
            most_persons,
            validity,
            ignores_case,
        } = fields;
        let mut kind = Self {
            ignores_case,
            ..Self::new(name, anonymous)?
        };
        kind = most_values.map_or(Ok(kind.clone()), |most| kind.with_most_values(most))?;
        kind = most_persons.map_or(Ok(kind.clone()), |most| kind.with_most_persons(most))?;
        validity.map_or(Ok(kind.clone()), |seconds| {
            kind.with_validity(Duration::from_secs(seconds.into()))
        })
    }
}

impl IdentifierKind {
    fn new(name: impl Into<String>, anonymous: bool) -> Result<Self> {
        let name = name.into();
        if name.trim().is_empty() || name.trim() != name {
            return Err(Error::setting(
                "the name of a kind of identifier",
                format!("{name:?}"),
                "a text without blanks around it",
            ));
        }
        Ok(Self {
            name,
            anonymous,
            most_values: None,
            most_persons: None,
            validity: None,
            ignores_case: false,
        })
    }

    /// A kind that says who somebody is, without guards.
    ///
    /// # Errors
    /// A name that is blank or has blanks around it.
    pub fn known(name: impl Into<String>) -> Result<Self> {
        Self::new(name, false)
    }

    /// A kind that says where somebody is, without guards.
    ///
    /// # Errors
    /// As [`IdentifierKind::known`].
    pub fn anonymous(name: impl Into<String>) -> Result<Self> {
        Self::new(name, true)
    }

    /// The most distinct values of this kind that one person may have. A link that would give a
    /// person more is refused.
    ///
    /// # Errors
    /// 0.
    pub fn with_most_values(self, most: u16) -> Result<Self> {
        if most == 0 {
            return Err(Error::setting(
                "the most values of a person",
                most,
                "1 to 65535",
            ));
        }
        Ok(Self {
            most_values: Some(most),
            ..self
        })
    }

    /// The most persons that one value of this kind may join: beyond, it is a shared device, and
    /// all its links are refused.
    ///
    /// How many persons a value joins is known from what it is linked with, whatever the order: a
    /// value linked with 7 accounts, where a person has at most 2, joins at least 4 persons. So it
    /// takes other kinds with a [most number of values](IdentifierKind::with_most_values).
    ///
    /// # Errors
    /// 0.
    pub fn with_most_persons(self, most: u32) -> Result<Self> {
        if most == 0 {
            return Err(Error::setting(
                "the most persons of a value",
                most,
                "1 or more",
            ));
        }
        Ok(Self {
            most_persons: Some(most),
            ..self
        })
    }

    /// How long a link of a value of this kind holds: until so long after it, or until the value's
    /// next link. Such a value joins no persons; it belongs to one after the other. Without, links
    /// hold for ever.
    ///
    /// # Errors
    /// Less than a second, or more than the 136 years a log can span.
    pub fn with_validity(self, validity: Duration) -> Result<Self> {
        let seconds = u32::try_from(validity.as_secs())
            .ok()
            .filter(|&seconds| seconds > 0);
        let bad = || {
            Error::setting(
                "the validity of links",
                format!("{} s", validity.as_secs()),
                LENGTH,
            )
        };
        Ok(Self {
            validity: Some(seconds.ok_or_else(bad)?),
            ..self
        })
    }

    /// Takes values that differ only in the case of the letters a to z as one: `Ann@Example.org` is
    /// `ann@example.org`.
    #[must_use]
    pub fn ignoring_case(self) -> Self {
        Self {
            ignores_case: true,
            ..self
        }
    }

    /// What it is called.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether it says where somebody is rather than who.
    pub fn is_anonymous(&self) -> bool {
        self.anonymous
    }

    /// The most distinct values of a person, if limited.
    pub fn most_values(&self) -> Option<u16> {
        self.most_values
    }

    /// The most persons of a value, if limited.
    pub fn most_persons(&self) -> Option<u32> {
        self.most_persons
    }

    /// For how many seconds a link holds, if limited.
    pub fn validity(&self) -> Option<u32> {
        self.validity
    }

    /// Whether values that differ only in case are one.
    pub fn ignores_case(&self) -> bool {
        self.ignores_case
    }

    fn without_guards(&self) -> Self {
        Self {
            most_values: None,
            most_persons: None,
            validity: None,
            ..self.clone()
        }
    }
}

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
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "RulesFields")]
pub struct Rules {
    kinds: Vec<IdentifierKind>,
    confidence: f64,
    back_stitching: bool,
}

#[derive(Deserialize)]
struct RulesFields {
    kinds: Vec<IdentifierKind>,
    confidence: f64,
    back_stitching: bool,
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
    /// No kind, more than 256, or two of one name.
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
            .find(|(at, kind)| kinds[..*at].iter().any(|other| other.name == kind.name));
        if let Some((_, kind)) = twice {
            return Err(Error::setting(
                "a kind of identifier",
                format!("{:?} twice", kind.name),
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
        let kind = |name: &str, anonymous, most_values, most_persons| IdentifierKind {
            name: name.to_owned(),
            anonymous,
            most_values,
            most_persons,
            validity: None,
            ignores_case: false,
        };
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

    /// The least confidence of a link, from 0 to 1: links below it are refused. 0 by default.
    ///
    /// # Errors
    /// A confidence outside 0 to 1.
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
    /// default), or as somebody's whom nobody knows.
    #[must_use]
    pub fn with_back_stitching(self, back_stitching: bool) -> Self {
        Self {
            back_stitching,
            ..self
        }
    }

    /// The same kinds with every guard taken off, to see what the guards keep from happening.
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

    /// The least confidence of a link.
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

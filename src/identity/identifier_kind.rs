//! A kind of identifier and its guards against wrong merges.

use crate::error::{Error, Result};
use crate::time::limits::LENGTH;
use crate::util::known_fields::read_settings;
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
/// // a person has one loyalty card; a tablet at the till belongs to whoever signed in to it
/// // within the last half hour
/// let card = IdentifierKind::known("card")?.with_most_values(1)?;
/// let tablet = IdentifierKind::anonymous("tablet")?.with_validity(Duration::from_secs(1800))?;
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
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
    #[serde(default)]
    anonymous: bool,
    most_values: Option<u16>,
    most_persons: Option<u32>,
    validity: Option<u32>,
    #[serde(default)]
    ignores_case: bool,
}

read_settings!(IdentifierKind, KindFields);

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
    /// If the name is blank or has blanks around it.
    pub fn known(name: impl Into<String>) -> Result<Self> {
        Self::new(name, false)
    }

    /// A kind that says where somebody is, without guards.
    ///
    /// # Errors
    /// If [`IdentifierKind::known`] fails.
    pub fn anonymous(name: impl Into<String>) -> Result<Self> {
        Self::new(name, true)
    }

    /// The most distinct values of this kind that one person may have. A link that would give a
    /// person more is rejected.
    ///
    /// # Errors
    /// If `most` is 0.
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

    /// The most persons that one value of this kind may join. A value that joins more is a shared
    /// device, and all its links are rejected.
    ///
    /// How many persons a value joins is known from what it is linked with, whatever the order: a
    /// value linked with 7 accounts, where a person has at most 2, joins at least 4 persons. So it
    /// takes other kinds with a [most number of values](IdentifierKind::with_most_values).
    ///
    /// # Errors
    /// If `most` is 0.
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

    /// How long a link of a value of this kind holds, or until the value's next link if that comes
    /// earlier. Such a value joins no persons; it belongs to one after the other. By default links
    /// hold for ever.
    ///
    /// # Errors
    /// If it is less than a second, or more than the 136 years a log can span.
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

    /// A kind with guards that are in range.
    pub(super) fn with_guards(
        name: &str,
        anonymous: bool,
        most_values: Option<u16>,
        most_persons: Option<u32>,
    ) -> Self {
        Self {
            name: name.to_owned(),
            anonymous,
            most_values,
            most_persons,
            validity: None,
            ignores_case: false,
        }
    }

    pub(super) fn without_guards(&self) -> Self {
        Self {
            most_values: None,
            most_persons: None,
            validity: None,
            ..self.clone()
        }
    }
}

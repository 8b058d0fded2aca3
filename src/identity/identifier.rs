//! Makes identifiers of values, with a key.

use crate::error::{Error, Result};
use crate::event::Placeholders;
use crate::event::identifier::Identifier;
use crate::identity::identifier_kind::IdentifierKind;
use crate::identity::key::HashKey;
use crate::identity::rules::Rules;
use std::borrow::Cow;

/// Makes [`Identifier`]s of kinds and values, with a key.
///
/// Values are taken as they are but for blanks around them: `+49 30 1234567` and `030 1234567` are two identifiers, so write
/// them alike first. Only case does not matter where the kind
/// [ignores](crate::identity::IdentifierKind::ignoring_case) it.
///
/// ```
/// use mixtouch::identity::{HashKey, Pseudonymiser, Rules};
///
/// let hasher = Pseudonymiser::new(HashKey::new([7; 32]), &Rules::standard());
/// let mail = hasher.identifier("e-mail", "ann@example.org")?;
/// assert_eq!(mail, hasher.identifier("e-mail", "Ann@Example.org")?);
/// assert!(!format!("{mail:?}").contains("ann"));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pseudonymiser {
    key: HashKey,
    kinds: Vec<IdentifierKind>,
    placeholders: Placeholders,
    shows_values: bool,
}

impl Pseudonymiser {
    /// With this key, of the kinds of these rules.
    pub fn new(key: HashKey, rules: &Rules) -> Self {
        Self {
            key,
            kinds: rules.kinds().cloned().collect(),
            placeholders: Placeholders::default(),
            shows_values: false,
        }
    }

    /// Whether errors repeat what rows say: not by default, since a row in disorder may have an
    /// e-mail address in any column. Row and column are always named.
    ///
    /// ```
    /// # #[cfg(feature = "csv")] {
    /// use mixtouch::identity::{HashKey, Links, Pseudonymiser, Rules};
    ///
    /// let hasher = Pseudonymiser::new(HashKey::new([7; 32]), &Rules::standard());
    /// let file = "\
    /// kind,value,linked_kind,linked_value,timestamp
    /// cookie,c-81,account,1767225600,ann@example.org
    /// ";
    /// let error = |hasher: &Pseudonymiser| {
    ///     Links::from_csv(file.as_bytes(), hasher).unwrap_err().to_string()
    /// };
    /// assert!(error(&hasher).starts_with("row 2: timestamp is \"not shown\", expected: "));
    /// let for_finding_faults = hasher.with_values_in_errors(true);
    /// assert!(error(&for_finding_faults).contains("ann@example.org"));
    /// # }
    /// ```
    #[must_use]
    pub fn with_values_in_errors(self, shown: bool) -> Self {
        Self {
            shows_values: shown,
            ..self
        }
    }

    /// The error of reading rows of raw values, without these unless they are to be shown.
    #[cfg(any(feature = "csv", feature = "parquet"))]
    pub(crate) fn told(&self, error: Error, is_known: impl Fn(&str) -> bool) -> Error {
        if self.shows_values {
            error
        } else {
            error.without_values(is_known)
        }
    }

    /// The texts that stand for a missing value of any kind: by default the
    /// [usual ones](Placeholders). As identifiers they would join strangers to one person.
    ///
    /// ```
    /// use mixtouch::event::Placeholders;
    /// use mixtouch::identity::{HashKey, Pseudonymiser, Rules};
    ///
    /// let hasher = Pseudonymiser::new(HashKey::new([7; 32]), &Rules::standard());
    /// assert!(hasher.identifier("account", "undefined").is_err());
    /// let hasher = hasher.with_placeholders(Placeholders::default().with("guest"));
    /// assert!(hasher.identifier("account", "guest").is_err());
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    #[must_use]
    pub fn with_placeholders(self, placeholders: Placeholders) -> Self {
        Self {
            placeholders,
            ..self
        }
    }

    /// The identifier of that kind and value.
    ///
    /// # Errors
    /// If the rules do not have the kind, or the value is blank or a placeholder.
    pub fn identifier(&self, kind: &str, value: &str) -> Result<Identifier> {
        let number = self.kind(kind).ok_or_else(|| {
            Error::setting(
                "the kind of an identifier",
                format!("{kind:?}"),
                self.known(),
            )
        })?;
        self.of_kind(number, value).ok_or_else(|| {
            let (value, expected) = if value.trim().is_empty() {
                ("empty", VALUE)
            } else {
                ("a placeholder", "a value that stands for somebody")
            };
            let name = format!("the value of an identifier of kind {kind}");
            Error::setting(name, value, expected)
        })
    }

    /// The number of a kind.
    pub(crate) fn kind(&self, name: &str) -> Option<usize> {
        self.kinds.iter().position(|other| other.name() == name)
    }

    /// The name of a numbered kind.
    #[cfg(any(feature = "csv", feature = "parquet"))]
    pub(crate) fn name(&self, kind: usize) -> &str {
        self.kinds[kind].name()
    }

    /// What kinds there are, for messages.
    pub(crate) fn known(&self) -> String {
        let names: Vec<&str> = self.kinds.iter().map(IdentifierKind::name).collect();
        format!("a kind of the rules: {}", names.join(", "))
    }

    /// The identifier of a value of the numbered kind, unless the value is blank or a placeholder.
    /// Blanks around it do not count.
    pub(crate) fn of_kind(&self, kind: usize, value: &str) -> Option<Identifier> {
        let value = value.trim();
        if value.is_empty() || self.placeholders.has(value.as_bytes()) {
            return None;
        }
        let rule = &self.kinds[kind];
        let is_small = |value: &str| !value.bytes().any(|byte| byte.is_ascii_uppercase());
        let value = if rule.ignores_case() && !is_small(value) {
            Cow::Owned(value.to_ascii_lowercase())
        } else {
            Cow::Borrowed(value)
        };
        Some(Identifier::new(self.key.hash(rule.name(), &value), kind))
    }
}

/// What a value may be.
pub(crate) const VALUE: &str = "any text that is not blank";

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn hasher(key: u8) -> Pseudonymiser {
        Pseudonymiser::new(HashKey::new([key; 32]), &Rules::standard())
    }

    #[test]
    fn what_cannot_be_an_identifier_is_named() {
        let error = |kind, value| hasher(1).identifier(kind, value).unwrap_err().to_string();
        assert!(error("passport", "x").starts_with(
            "the kind of an identifier is \"passport\", expected: a kind of the rules: account"
        ));
        for blank in ["", " ", "\t\n"] {
            assert_eq!(
                error("card", blank),
                "the value of an identifier of kind card is empty, expected: any text that is not blank"
            );
        }
    }

    #[test]
    fn case_is_ignored_where_the_kind_says_so() {
        let of = |kind, value| hasher(1).identifier(kind, value).unwrap();
        assert_eq!(
            of("e-mail", "Ann@EXAMPLE.org"),
            of("e-mail", "ann@example.org")
        );
        assert_ne!(of("card", "A1"), of("card", "a1"));
        // letters beyond a to z are what they are, whatever Unicode has to say
        assert_ne!(
            of("e-mail", "ÄNN@example.org"),
            of("e-mail", "änn@example.org")
        );
    }

    proptest! {
        #[test]
        fn another_key_shares_no_value(
            values in prop::collection::btree_set("[a-z0-9@.]{1,12}", 1..40)
        ) {
            let hasher = |key| hasher(key).with_placeholders(Placeholders::none());
            let identifiers = |key: u8| -> Vec<Identifier> {
                let hash = |value| hasher(key).identifier("e-mail", value).unwrap();
                values.iter().map(|value: &String| hash(value)).collect()
            };
            let (mut all, other) = (identifiers(1), identifiers(2));
            all.extend(other);
            all.sort_unstable();
            all.dedup();
            prop_assert_eq!(all.len(), 2 * values.len());
            // nor does another kind
            let kinds = values.iter().map(|value| hasher(1).identifier("card", value).unwrap());
            prop_assert!(kinds.into_iter().all(|identifier| !all.contains(&identifier)));
        }
    }
}

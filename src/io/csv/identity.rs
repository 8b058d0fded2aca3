//! Link records and consent from CSV.

use crate::error::{Error, Result};
use crate::identity::{Consent, Identifier, Links, Pseudonymiser, VALUE};
use crate::io::csv::table::{Row, Table};
use crate::io::timestamp;
use std::io::Read;

/// The columns that one identifier stands in.
struct Pair {
    kind: (usize, &'static str),
    value: (usize, &'static str),
}

impl Pair {
    fn find(table: &Table, kind: &'static str, value: &'static str) -> Result<Self> {
        Ok(Self {
            kind: (table.column(kind)?, kind),
            value: (table.column(value)?, value),
        })
    }

    /// The identifier; none where the value is a placeholder.
    fn read(&self, row: Row<'_>, hasher: &Pseudonymiser) -> Result<Option<Identifier>> {
        let (kind, value) = (row.text(self.kind.0), row.text(self.value.0));
        let number = hasher
            .kind(kind)
            .ok_or_else(|| Error::field(row.line, self.kind.1, kind, hasher.known()))?;
        if value.trim().is_empty() {
            return Err(Error::field(row.line, self.value.1, value, VALUE));
        }
        Ok(hasher.of_kind(number, value))
    }
}

impl Links {
    /// Reads `kind,value,linked_kind,linked_value,timestamp,confidence`; timestamps are seconds
    /// since 1970-01-01T00:00:00Z, or RFC 3339 with offset; confidence from 0 to 1, and 1 where the
    /// field is empty or there is no such column. A record that names a
    /// [placeholder](crate::event::Placeholders) is left out and [counted](Links::placeholders).
    ///
    /// # Errors
    /// If a column is missing or there are no rows. With the row, if the rules lack a kind, a value
    /// is empty, a timestamp is unusable, or a confidence is no number within 0 to 1.
    ///
    /// ```
    /// use mixtouch::identity::{HashKey, Links, Pseudonymiser, Rules};
    ///
    /// let hasher = Pseudonymiser::new(HashKey::new([7; 32]), &Rules::standard());
    /// let file = "\
    /// kind,value,linked_kind,linked_value,timestamp,confidence
    /// cookie,c-81,account,ann,2026-01-01T10:00:00Z,0.9
    /// ";
    /// assert_eq!(Links::from_csv(file.as_bytes(), &hasher)?.len(), 1);
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    pub fn from_csv(reader: impl Read, hasher: &Pseudonymiser) -> Result<Self> {
        read_links(reader, hasher)
            .map_err(|error| hasher.told(error, |name| LINK_COLUMNS.contains(&name)))
    }
}

/// The columns of link records.
const LINK_COLUMNS: [&str; 6] = [
    "kind",
    "value",
    "linked_kind",
    "linked_value",
    "timestamp",
    "confidence",
];

fn read_links(reader: impl Read, hasher: &Pseudonymiser) -> Result<Links> {
    let mut rows = Table::new("the table of identifiers", reader)?;
    let (left, right) = (
        Pair::find(&rows, "kind", "value")?,
        Pair::find(&rows, "linked_kind", "linked_value")?,
    );
    let (time, confidence) = (rows.column("timestamp")?, rows.optional("confidence")?);
    let mut links = Links::new();
    while let Some(row) = rows.next_row()? {
        let (left, right) = (left.read(row, hasher)?, right.read(row, hasher)?);
        let second = timestamp::parse(row.text(time).as_bytes(), row.line, "timestamp")?;
        let text = confidence.map_or("", |column| row.text(column));
        let sure = if text.is_empty() {
            1.0
        } else {
            text.parse().unwrap_or(f64::NAN)
        };
        if !(0.0..=1.0).contains(&sure) {
            return Err(Error::field(
                row.line,
                "confidence",
                text,
                "a number from 0 to 1",
            ));
        }
        match left.zip(right) {
            Some((left, right)) => links.push_checked(left, right, second, sure),
            None => links.leave_out(),
        }
    }
    Ok(links)
}

impl Consent {
    /// Reads `kind,value,purpose,granted,timestamp`; granted is `true` or `false`, `1` or `0`,
    /// `yes` or `no`, in capitals or not; timestamps are seconds since 1970-01-01T00:00:00Z, or RFC
    /// 3339 with offset. A record of a [placeholder](crate::event::Placeholders) has no
    /// effect.
    ///
    /// # Errors
    /// If a column is missing or there are no rows. With the row, if the rules lack a kind, a value
    /// or purpose is empty, `granted` is another word, or a timestamp is unusable.
    ///
    /// ```
    /// use mixtouch::identity::{Consent, HashKey, Pseudonymiser, Rules};
    ///
    /// let hasher = Pseudonymiser::new(HashKey::new([7; 32]), &Rules::standard());
    /// let file = "\
    /// kind,value,purpose,granted,timestamp
    /// cookie,c-81,measurement,true,1767225600
    /// ";
    /// let consent = Consent::from_csv(file.as_bytes(), &hasher)?;
    /// assert!(consent.is_granted(hasher.identifier("cookie", "c-81")?, "measurement"));
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    pub fn from_csv(reader: impl Read, hasher: &Pseudonymiser) -> Result<Self> {
        read_consent(reader, hasher)
            .map_err(|error| hasher.told(error, |name| CONSENT_COLUMNS.contains(&name)))
    }
}

/// The columns of consent.
const CONSENT_COLUMNS: [&str; 5] = ["kind", "value", "purpose", "granted", "timestamp"];

fn read_consent(reader: impl Read, hasher: &Pseudonymiser) -> Result<Consent> {
    let mut rows = Table::new("the table of consent", reader)?;
    let holder = Pair::find(&rows, "kind", "value")?;
    let (purpose, granted, time) = (
        rows.column("purpose")?,
        rows.column("granted")?,
        rows.column("timestamp")?,
    );
    let mut consent = Consent::new();
    while let Some(row) = rows.next_row()? {
        let holder = holder.read(row, hasher)?;
        let second = timestamp::parse(row.text(time).as_bytes(), row.line, "timestamp")?;
        let agrees = agrees(row.text(granted)).ok_or_else(|| {
            Error::field(
                row.line,
                "granted",
                row.text(granted),
                "true, false, 1, 0, yes, no",
            )
        })?;
        if row.text(purpose).is_empty() {
            return Err(Error::field(row.line, "purpose", "", "any text"));
        }
        if let Some(holder) = holder {
            consent.push_checked(holder, row.text(purpose), agrees, second)?;
        }
    }
    Ok(consent)
}

/// What a word for granted says; programs write `True` and `TRUE` too.
fn agrees(word: &str) -> Option<bool> {
    let is = |words: [&str; 3]| words.iter().any(|known| word.eq_ignore_ascii_case(known));
    if is(["true", "1", "yes"]) {
        Some(true)
    } else {
        is(["false", "0", "no"]).then_some(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::{HashKey, Rules};

    fn hasher() -> Pseudonymiser {
        Pseudonymiser::new(HashKey::new([7; 32]), &Rules::standard()).with_values_in_errors(true)
    }

    #[test]
    fn bad_links_are_named() {
        let file = |row: &str| {
            format!(
                "kind,value,linked_kind,linked_value,timestamp,confidence\ncookie,a,card,1,5,1\n{row}\n"
            )
        };
        let error = |row: &str| {
            Links::from_csv(file(row).as_bytes(), &hasher())
                .unwrap_err()
                .to_string()
        };
        assert!(
            error("tattoo,a,card,1,5,1")
                .starts_with("row 3: kind is \"tattoo\", expected: a kind of the rules: account")
        );
        assert!(error("cookie,a,tattoo,1,5,1").starts_with("row 3: linked_kind is \"tattoo\""));
        assert_eq!(
            error("cookie,,card,1,5,1"),
            "row 3: value is \"\", expected: any text that is not blank"
        );
        assert_eq!(
            error("cookie,a,card,  ,5,1"),
            "row 3: linked_value is \"  \", expected: any text that is not blank"
        );
        assert!(error("cookie,a,card,1,soon,1").starts_with("row 3: timestamp is \"soon\""));
        assert!(error("cookie,a,card,1,-5,1").starts_with("row 3: timestamp is \"-5\""));
        assert!(error("cookie,a,card,1,1767225600000,1").contains("milliseconds"));
        for confidence in ["NaN", "1.5", "-1", "sure", "inf"] {
            assert_eq!(
                error(&format!("cookie,a,card,1,5,{confidence}")),
                format!("row 3: confidence is {confidence:?}, expected: a number from 0 to 1")
            );
        }
        assert_eq!(
            error("cookie,a,card,1,5"),
            "row 3: has 5 fields, the header has 6"
        );
        let missing = Links::from_csv(
            "kind,value,linked_kind,linked_value\n".as_bytes(),
            &hasher(),
        )
        .unwrap_err()
        .to_string();
        assert_eq!(
            missing,
            "no column \"timestamp\", found: kind, value, linked_kind, linked_value"
        );
    }

    #[test]
    fn what_is_left_out_is_certain() {
        let plain = Links::from_csv(
            "kind,value,linked_kind,linked_value,timestamp\ncookie,a,card,1,5\n".as_bytes(),
            &hasher(),
        )
        .unwrap();
        assert_eq!(plain.get(0).unwrap().confidence, 1.0);
        let empty = Links::from_csv(
            "kind,value,linked_kind,linked_value,timestamp\n".as_bytes(),
            &hasher(),
        )
        .unwrap_err()
        .to_string();
        assert!(
            empty.starts_with("the table of identifiers is empty"),
            "{empty}"
        );
    }

    #[test]
    fn bad_consent_is_named() {
        let file = |row: &str| format!("kind,value,purpose,granted,timestamp\n{row}\n");
        let error = |row: &str| {
            Consent::from_csv(file(row).as_bytes(), &hasher())
                .unwrap_err()
                .to_string()
        };
        assert_eq!(
            error("cookie,a,p,maybe,5"),
            "row 2: granted is \"maybe\", expected: true, false, 1, 0, yes, no"
        );
        for (word, granted) in [
            ("true", true),
            ("True", true),
            ("YES", true),
            ("1", true),
            ("FALSE", false),
            ("no", false),
            ("0", false),
        ] {
            let consent =
                Consent::from_csv(file(&format!("cookie,a,p,{word},5")).as_bytes(), &hasher())
                    .unwrap();
            assert_eq!(
                consent.is_granted(hasher().identifier("cookie", "a").unwrap(), "p"),
                granted,
                "{word}"
            );
        }
        assert_eq!(
            error("cookie,a,,1,5"),
            "row 2: purpose is \"\", expected: any text"
        );
        assert!(error("tattoo,a,p,1,5").starts_with("row 2: kind is"));
        assert!(error("cookie,a,p,1,").starts_with("row 2: timestamp is"));
    }
}

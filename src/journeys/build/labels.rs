//! The texts of a touch's chosen columns, as one number a touch however many columns there are.

use crate::error::{Error, Result};
use crate::event::{Events, Kind};
use crate::journeys::options::JourneyOptions;
use crate::util::interner::Interner;
use std::collections::HashMap;
use std::ops::Range;

/// The labels of a batch's rows.
#[derive(Debug)]
pub(crate) struct BatchLabels {
    /// By row: a number of `labels`; that of rows other than touches has no meaning.
    pub(crate) codes: Vec<u32>,
    /// Each label once, joined to one text.
    pub(crate) labels: Interner,
}

impl BatchLabels {
    /// Nothing where the options choose no columns.
    ///
    /// # Errors
    /// If the log lacks one of the columns.
    pub(crate) fn new(events: &Events, options: &JourneyOptions) -> Result<Option<Self>> {
        if options.touch_columns.is_empty() {
            return Ok(None);
        }
        let find = |name: &String| column(events, name);
        let chosen: Vec<usize> = options
            .touch_columns
            .iter()
            .map(find)
            .collect::<Result<_>>()?;
        let columns = chosen.iter().map(|&at| events.text_column(at));
        let columns: Vec<_> = columns.collect();
        let mut read = Self {
            codes: vec![0; events.len()],
            labels: Interner::default(),
        };
        let mut known: HashMap<Vec<u32>, u32> = HashMap::new();
        let mut codes = vec![0; columns.len()];
        let kinds = events.kinds().iter().enumerate();
        for (row, _) in kinds.filter(|(_, kind)| kind.0 == Kind::Touch) {
            for (code, column) in codes.iter_mut().zip(&columns) {
                *code = column.codes[row];
            }
            read.codes[row] = match known.get(&codes) {
                Some(&label) => label,
                None => {
                    let texts = columns.iter().zip(&codes);
                    let label = join(texts.map(|(column, &code)| column.texts.get(code)));
                    let label = read.labels.intern(&label)?;
                    known.insert(codes.clone(), label);
                    label
                }
            };
        }
        Ok(Some(read))
    }
}

/// Where a named column stands in a log.
pub(crate) fn column(events: &Events, name: &str) -> Result<usize> {
    let found = events.columns().position(|column| column == name);
    found.ok_or_else(|| Error::MissingColumn {
        column: name.to_owned(),
        found: events.columns().map(str::to_owned).collect(),
    })
}

/// Texts as one, each with its length ahead, so that no text can pass for two.
fn join<'a>(texts: impl Iterator<Item = &'a str>) -> String {
    texts.map(|text| format!("{}:{text}", text.len())).collect()
}

/// The first text of a joined one, and what follows it.
fn first(label: &str) -> Option<(Range<usize>, usize)> {
    let (len, _) = label.split_once(':')?;
    let start = len.len() + 1;
    let end = start.checked_add(len.parse().ok()?)?;
    label.get(start..end)?;
    Some((start..end, end))
}

/// The texts of a joined one; nothing where it is none.
pub(crate) fn split(label: &str) -> Option<Vec<&str>> {
    let (mut texts, mut rest) = (Vec::new(), label);
    while !rest.is_empty() {
        let (text, end) = first(rest)?;
        texts.push(&rest[text]);
        rest = &rest[end..];
    }
    Some(texts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joined_texts_come_apart() {
        for texts in [
            vec![],
            vec![""],
            vec!["", ""],
            vec!["3:a", ":", "é:1"],
            vec!["a", ""],
        ] {
            assert_eq!(split(&join(texts.iter().copied())).unwrap(), texts);
        }
        for bad in [
            "a",
            "1",
            "2:a",
            "1:é",
            ":",
            "-1:a",
            "99999999999999999999:a",
        ] {
            assert_eq!(split(bad), None, "{bad}");
        }
    }
}

//! The texts of touches' chosen columns.

use crate::util::interner::Interner;

/// Which texts touches have in columns beside the channel. Touches refer to them by number, 4 bytes
/// each.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::journeys) struct TouchLabels {
    /// The names of the columns.
    pub(in crate::journeys) columns: Vec<String>,
    /// The texts in those columns, by number of the label.
    pub(in crate::journeys) texts: Vec<Vec<String>>,
}

impl TouchLabels {
    /// The labels of a builder, whose texts `split` takes apart.
    pub(in crate::journeys) fn new<'a>(
        columns: &[String],
        labels: &'a Interner,
        split: impl Fn(&'a str) -> Option<Vec<&'a str>>,
    ) -> Self {
        let texts = |label| split(label).unwrap_or_default();
        let owned = |texts: Vec<&str>| texts.into_iter().map(str::to_owned).collect();
        Self {
            columns: columns.to_vec(),
            texts: labels.iter().map(|label| owned(texts(label))).collect(),
        }
    }
}

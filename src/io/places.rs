//! Where the columns of an event log stand in a table.

/// The names of the standard columns.
pub(super) const STANDARD: [&str; 9] = [
    "person",
    "timestamp",
    "channel",
    "kind",
    "value",
    "cost",
    "interaction",
    "goal",
    "order_id",
];

/// A standard column.
#[derive(Debug, Clone, Copy)]
pub(super) enum Field {
    Person,
    Timestamp,
    Channel,
    Kind,
    Value,
    Cost,
    Interaction,
    Goal,
    OrderId,
}

/// The positions of the columns in one table.
#[derive(Debug, Clone)]
pub(super) struct Places {
    pub(super) standard: [Option<usize>; STANDARD.len()],
    pub(super) texts: Vec<usize>,
    #[cfg_attr(not(feature = "csv"), expect(dead_code))]
    pub(super) width: usize,
    /// Kind and column of identifiers, the most trusted kind first.
    pub(super) identifiers: Vec<(usize, usize)>,
    pub(super) zone: Option<usize>,
}

impl Places {
    /// Every column that is read.
    #[cfg(feature = "parquet")]
    pub(super) fn all(&self) -> Vec<usize> {
        let identifiers = self.identifiers.iter().map(|(_, at)| at);
        self.standard
            .iter()
            .flatten()
            .chain(&self.texts)
            .chain(identifiers)
            .chain(&self.zone)
            .copied()
            .collect()
    }

    #[inline]
    pub(super) fn of(&self, field: Field) -> Option<usize> {
        self.standard[field as usize]
    }
}

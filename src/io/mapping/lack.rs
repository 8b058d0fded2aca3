//! What it means that a file lacks a column.

/// What it means that a file lacks a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lack {
    /// There is no table without it.
    Unusable,
    /// A mistake of the mapping; presets name columns that not all exports have.
    Mistake,
    /// It may stand in another table that the mapping is for.
    Usual,
}

impl Lack {
    /// Whether a file is refused that lacks this column.
    pub(super) fn is_refused(self, column: &str, excused: Excused<'_>) -> bool {
        match self {
            Self::Unusable => true,
            Self::Mistake => !excused.has(column),
            Self::Usual => false,
        }
    }

    /// That of the columns which only rules for channels name: logs and spend tables share these, so
    /// that one of them may lack what the other has.
    pub(super) fn of_rules(are_shared: bool) -> Self {
        if are_shared {
            Self::Usual
        } else {
            Self::Mistake
        }
    }
}

/// The columns that files may lack: those of presets, but not those that a mapping states itself.
#[derive(Debug, Clone, Copy)]
pub(super) struct Excused<'a> {
    pub(super) has_preset: bool,
    pub(super) stated: &'a [String],
}

impl Excused<'_> {
    /// Whether files may lack a column.
    pub(super) fn has(self, column: &str) -> bool {
        self.has_preset && !self.stated.iter().any(|own| own == column)
    }
}

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
    /// Whether such a file is refused, where presets' columns may be missing or not.
    pub(super) fn is_refused(self, may_lack: bool) -> bool {
        match self {
            Self::Unusable => true,
            Self::Mistake => !may_lack,
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

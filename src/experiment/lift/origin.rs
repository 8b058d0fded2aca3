//! Where a lift test was read from.

/// The file and row a test was read from, for later errors; not part of what the test says, so all
/// origins are equal.
#[derive(Debug, Clone, Default)]
pub(crate) struct Origin {
    pub(crate) row: Option<u64>,
    #[cfg(feature = "csv")]
    pub(crate) file: Option<std::path::PathBuf>,
}

impl PartialEq for Origin {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

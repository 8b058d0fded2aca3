//! What a regression column has of a channel's response.

/// What a regression column has of a channel's response.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Part<'a> {
    /// All of it.
    Whole,
    /// As far as a knot counts in each period.
    Hat(&'a [f64]),
    /// Its product with another channel's response in each row.
    Product(&'a [f64]),
    /// As much of it as each row says.
    #[cfg(feature = "bayes")]
    Rows(&'a [f64]),
}

impl Part<'_> {
    /// By what the response counts in a row.
    pub(crate) fn counts(self, row: usize, periods: usize) -> f64 {
        match self {
            Self::Whole => 1.0,
            Self::Hat(hat) => hat[row % periods],
            Self::Product(other) => other[row],
            #[cfg(feature = "bayes")]
            Self::Rows(counts) => counts[row],
        }
    }

    /// How much of the column's contribution is the channel's own.
    pub(crate) const fn owned(self) -> f64 {
        match self {
            Self::Whole | Self::Hat(_) => 1.0,
            Self::Product(_) => 0.5,
            #[cfg(feature = "bayes")]
            Self::Rows(_) => 1.0,
        }
    }
}

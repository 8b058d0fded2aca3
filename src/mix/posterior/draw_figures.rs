//! What one draw says of a channel in a geo.

/// One channel's figures under one draw.
#[derive(Debug, Clone, Copy)]
pub(crate) struct DrawFigures {
    /// Contribution, in units of the KPI.
    pub(crate) contribution: f64,
    /// Contribution in money, where the panel prices the KPI.
    pub(crate) worth: f64,
    /// The part of the contribution owed to the same period's spend.
    pub(crate) immediate: f64,
    /// Derivative of the worth by the logarithm of the scale of all spend.
    pub(crate) scaled_worth: f64,
    /// The part of the contribution that lies below the least that ran in any period.
    pub(crate) unseen: f64,
}

impl DrawFigures {
    /// Of two geos together.
    pub(crate) fn plus(self, other: Self) -> Self {
        Self {
            contribution: self.contribution + other.contribution,
            worth: self.worth + other.worth,
            immediate: self.immediate + other.immediate,
            scaled_worth: self.scaled_worth + other.scaled_worth,
            unseen: self.unseen + other.unseen,
        }
    }
}

//! Derivatives by row.

/// Derivatives by row, in memory that evaluations take over from each other.
#[derive(Debug, Clone, Default)]
pub(super) struct ByRow {
    /// By each response of a channel; those of a term at work are before its multipliers.
    pub(super) response: Vec<f64>,
    /// By multipliers of a term; none where the effect is the same everywhere.
    pub(super) multiplier: Vec<f64>,
}

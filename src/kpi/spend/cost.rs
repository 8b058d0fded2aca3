//! Sums of spend.

/// The spend of all channels.
pub(crate) fn total_spend(costs: Option<&[f64]>) -> Option<f64> {
    costs.map(|costs| costs.iter().fold(0.0, |sum, cost| sum + cost))
}

/// The spend of two channels together.
pub(crate) fn sum(one: Option<f64>, other: Option<f64>) -> Option<f64> {
    one.zip(other)
        .map(|(one, other)| one + other)
        .or(one)
        .or(other)
}

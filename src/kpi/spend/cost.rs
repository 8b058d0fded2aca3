//! Spend by conversion or customer.

/// Spend per conversion or customer; none without spend or without any.
pub(crate) fn cost_each(spend: Option<f64>, count: f64) -> Option<f64> {
    spend
        .filter(|&spend| spend > 0.0 && count > 0.0)
        .map(|spend| spend / count)
}

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

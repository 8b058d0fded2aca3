//! Ratios of money to a credited quantity.

/// The least share of all units whose cost or return is stated. What a model leaves of a rate that
/// died out (1e-16 conversions) is rounding: dividing by it gives a cost of 10^22.
pub(crate) const LEAST_SHARE: f64 = 1e-9;

/// Whether a part is large enough beside the whole to divide by it or to state its return.
pub(crate) fn is_material(part: f64, whole: f64) -> bool {
    part > 0.0 && part > LEAST_SHARE * whole.abs()
}

/// Spend for each of `units`, a part of `all`; none without spend, or where the units are none or a
/// negligible part of all.
pub(crate) fn cost_each(spend: Option<f64>, units: f64, all: f64) -> Option<f64> {
    spend
        .filter(|&spend| spend > 0.0 && is_material(units, all))
        .map(|spend| spend / units)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_credit_that_died_out_has_no_cost() {
        assert_eq!(cost_each(Some(131.0), 1.6e-16, 12.0), None);
        assert_eq!(cost_each(Some(131.0), 0.0, 12.0), None);
        assert_eq!(cost_each(Some(0.0), 4.0, 12.0), None);
        assert_eq!(cost_each(None, 4.0, 12.0), None);
        assert_eq!(cost_each(Some(12.0), 4.0, 12.0), Some(3.0));
    }

    #[test]
    fn one_conversion_of_a_hundred_million_has_a_cost() {
        assert_eq!(cost_each(Some(5.0), 1.0, 1e8), Some(5.0));
    }
}

//! The weight of a coalition in a Shapley value.

/// `1 / (players x C(players - 1, others))`: how often, over all orders of the players, a given one
/// comes right behind `others` given others.
pub(super) fn weight(players: usize, others: usize) -> f64 {
    let mut choose = 1.0;
    // The smaller side of the symmetric binomial: going up to the larger one overflows half-way
    // from about 1,030 players on.
    for step in 0..others.min(players - 1 - others) {
        choose *= (players - 1 - step) as f64 / (step + 1) as f64;
    }
    1.0 / (players as f64 * choose)
}

#[cfg(test)]
mod tests {
    use super::weight;

    #[test]
    fn weights_over_all_sets_sum_to_one() {
        assert_eq!(weight(3, 0), 1.0 / 3.0);
        assert_eq!(weight(3, 1), 1.0 / 6.0);
        assert_eq!(weight(5000, 4999), 1.0 / 5000.0);
        assert_eq!(weight(5000, 4998), 1.0 / 5000.0 / 4999.0);
        for players in 1..25 {
            let binomial = |k: usize| {
                (0..k).fold(1.0, |product, step| {
                    product * (players - 1 - step) as f64 / (step + 1) as f64
                })
            };
            let sum: f64 = (0..players)
                .map(|others| weight(players, others) * binomial(others))
                .sum();
            approx::assert_relative_eq!(sum, 1.0, max_relative = 1e-12);
        }
    }
}

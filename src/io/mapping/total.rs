//! Sums that do not depend on the order of their terms.

/// A sum, exact to 2^-60: the same in any order, and to the last digit for amounts of money.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Total(i128);

/// How many parts make one.
const PARTS: f64 = (1_u64 << 60) as f64;

impl Total {
    /// Adds an amount; one that is not known adds nothing.
    pub(super) fn add(&mut self, amount: f64) {
        self.0 = self.0.saturating_add((amount * PARTS) as i128);
    }

    pub(super) fn append(&mut self, other: Self) {
        self.0 = self.0.saturating_add(other.0);
    }

    pub(super) fn value(self) -> f64 {
        self.0 as f64 / PARTS
    }
}

impl FromIterator<f64> for Total {
    fn from_iter<I: IntoIterator<Item = f64>>(amounts: I) -> Self {
        let mut total = Self::default();
        amounts.into_iter().for_each(|amount| total.add(amount));
        total
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_amounts_does_not_matter() {
        let amounts = [0.1, 1e15, -0.3, 2.5e-3, 0.2, -1e15, 59.99];
        let forward: Total = amounts.into_iter().collect();
        let backward: Total = amounts.into_iter().rev().collect();
        assert_eq!(forward.value(), backward.value());
        assert!((forward.value() - 59.9925).abs() < 1e-14);
        let dimes: Total = std::iter::repeat_n(0.1, 10).collect();
        assert_eq!(dimes.value(), 1.0);
        let unknown: Total = [f64::NAN, 2.0].into_iter().collect();
        assert_eq!(unknown.value(), 2.0);
    }
}

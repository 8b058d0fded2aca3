//! From an amount to a place.

use crate::report::svg::length::Tenths;

/// A straight line from amounts to places.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scale {
    low: f64,
    high: f64,
    from: Tenths,
    to: Tenths,
}

impl Scale {
    /// `low` lies at `from`, `high` at `to`.
    pub(crate) const fn new(low: f64, high: f64, from: Tenths, to: Tenths) -> Self {
        Self {
            low,
            high,
            from,
            to,
        }
    }

    /// The place of an amount, at the nearer end for one beyond the ends.
    pub(crate) fn at(&self, amount: f64) -> Tenths {
        let part = ((amount - self.low) / (self.high - self.low)).clamp(0.0, 1.0);
        if part.is_nan() {
            return self.from;
        }
        self.from + (part * f64::from(self.to - self.from)).round() as Tenths
    }

    /// Whether an amount lies between the ends.
    pub(crate) fn holds(&self, amount: f64) -> bool {
        (self.low..=self.high).contains(&amount)
    }

    /// The place of zero, or of the end nearer to it.
    pub(crate) fn zero(&self) -> Tenths {
        self.at(0.0)
    }
}

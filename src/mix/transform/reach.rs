//! Channels measured in reach and frequency: frequency saturates, then reach carries over.
//!
//! Source: the media effect of reach and frequency channels in Meridian's model specification,
//! coefficient x adstock(reach x hill(frequency)).

use std::borrow::Cow;

use crate::mix::transform::activity::{Activity, joined};
use crate::mix::transform::curve::ChannelCurve;
use crate::mix::transform::saturation::curve::SaturationCurve;

impl Activity {
    /// The same with the frequency of reach, given like the activity; `scale` is one unit of it.
    pub(crate) fn with_frequency(self, earlier: &[f64], values: &[f64], scale: f64) -> Self {
        let geos = values.len() / self.periods;
        let frequency = joined(earlier, values, &vec![scale; geos]);
        Self {
            frequency: Some(frequency),
            ..self
        }
    }

    /// What is carried over under a curve, and by which curve: of reach with its frequency, reach
    /// times the saturated frequency, which saturates no more; the activity and the curve as they
    /// are of anything else.
    pub(crate) fn carried(&self, curve: &ChannelCurve) -> (Cow<'_, Self>, ChannelCurve) {
        let Some(frequency) = &self.frequency else {
            return (Cow::Borrowed(self), *curve);
        };
        let mut values = frequency.clone();
        curve.saturation.apply(&mut values);
        let reached = values.iter_mut().zip(&self.values);
        reached.for_each(|(value, reach)| *value *= reach);
        let carried = Self {
            values,
            frequency: None,
            ..*self
        };
        let linear = ChannelCurve {
            saturation: SaturationCurve::None,
            ..*curve
        };
        (Cow::Owned(carried), linear)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mix::transform::{AdstockKernel, Geometric, Hill, LagWindow};

    #[test]
    fn frequency_saturates_and_reach_carries_over() {
        let window = LagWindow::new(2, false).unwrap();
        let adstock = AdstockKernel::Geometric(Geometric::new(0.5, window).unwrap());
        let saturation = SaturationCurve::Hill(Hill::new(0.5, 1.0).unwrap());
        let curve = ChannelCurve::new(adstock, saturation);
        let activity = Activity::new(&[10.0], &[20.0, 0.0, 40.0], &[40.0]);
        let activity = activity.with_frequency(&[2.0], &[2.0, 0.0, 4.0], 4.0);
        let (carried, linear) = activity.carried(&curve);
        // Half the largest frequency is half saturated, the largest two thirds.
        let expected = [0.25 * 0.5, 0.5 * 0.5, 0.0, 1.0 * 2.0 / 3.0];
        for (found, expected) in carried.of_geo(0).iter().zip(expected) {
            assert!((found - expected).abs() < 1e-15);
        }
        assert_eq!(linear.saturation(), &SaturationCurve::None);
        let plain = Activity::new(&[], &[1.0, 2.0], &[2.0]);
        assert!(matches!(plain.carried(&curve), (Cow::Borrowed(_), same) if same == curve));
    }
}

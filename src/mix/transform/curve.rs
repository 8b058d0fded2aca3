//! A channel's two transforms, applied in either order.

use serde::{Deserialize, Serialize};

use crate::mix::transform::activity::Activity;
use crate::mix::transform::adstock::carry::Adstock;
use crate::mix::transform::adstock::family::AdstockFamily;
use crate::mix::transform::adstock::kernel::AdstockKernel;
use crate::mix::transform::adstock::window::LagWindow;
use crate::mix::transform::saturation::curve::SaturationCurve;
use crate::mix::transform::saturation::family::SaturationFamily;

/// Which transform comes first.
///
/// ```
/// use mixtouch::mix::transform::{AdstockKernel, ChannelCurve, Order, SaturationCurve};
///
/// let curve = ChannelCurve::new(AdstockKernel::None, SaturationCurve::None);
/// assert_eq!(curve.order(), Order::AdstockFirst);
/// let burst = curve.with_order(Order::SaturationFirst);
/// assert_eq!(burst.order(), Order::SaturationFirst);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Order {
    /// Spend carries over, then saturates.
    #[default]
    AdstockFirst,
    /// Spend saturates period by period, then carries over.
    SaturationFirst,
}

/// A point of the search: families with parameter values, not yet bound to data.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Transform {
    pub(crate) adstock: AdstockFamily,
    pub(crate) adstock_at: Vec<f64>,
    pub(crate) saturation: SaturationFamily,
    pub(crate) saturation_at: Vec<f64>,
    pub(crate) window: LagWindow,
    pub(crate) order: Order,
}

/// A channel's fitted transforms: adstock and saturation of activity in units of the geo's maximum.
///
/// ```
/// use mixtouch::mix::transform::{
///     AdstockKernel, ChannelCurve, Geometric, Hill, LagWindow, Order, SaturationCurve,
/// };
///
/// let adstock = AdstockKernel::Geometric(Geometric::new(0.5, LagWindow::new(8, true)?)?);
/// let curve = ChannelCurve::new(adstock, SaturationCurve::Hill(Hill::new(0.4, 1.0)?));
/// assert_eq!(curve.order(), Order::AdstockFirst);
/// assert_eq!(curve.saturation().name(), "hill");
/// assert!((curve.adstock().half_life().unwrap() - 1.0).abs() < 1e-12);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ChannelCurve {
    pub(crate) adstock: AdstockKernel,
    pub(crate) saturation: SaturationCurve,
    pub(crate) order: Order,
}

impl Transform {
    /// The transforms bound to a channel's activity, whose largest carried-over value some curves
    /// are in units of; frequency is in units of its largest value.
    pub(crate) fn bind(&self, activity: &Activity) -> ChannelCurve {
        let adstock = self.adstock.kernel(&self.adstock_at, self.window);
        let max = if self.saturation == SaturationFamily::RobynHill && !activity.is_reach() {
            let mut carried = vec![0.0; activity.periods()];
            activity.series().fold(0.0_f64, |largest, series| {
                adstock.carry(series, &mut carried);
                carried.iter().fold(largest, |m, x| m.max(*x))
            })
        } else {
            1.0
        };
        let saturation = self
            .saturation
            .curve(&self.saturation_at, if max > 0.0 { max } else { 1.0 });
        ChannelCurve {
            adstock,
            saturation,
            order: self.order,
        }
    }
}

impl ChannelCurve {
    /// Transforms a channel's activity in every geo, by geo, then period.
    pub(crate) fn apply_all(
        &self,
        activity: &Activity,
        scratch: &mut Scratch,
        transformed: &mut [f64],
    ) {
        for (from, to) in activity
            .series()
            .zip(transformed.chunks_mut(activity.periods()))
        {
            self.apply(from, scratch, to);
        }
    }

    /// A curve that carries activity over, then saturates it.
    pub const fn new(adstock: AdstockKernel, saturation: SaturationCurve) -> Self {
        Self {
            adstock,
            saturation,
            order: Order::AdstockFirst,
        }
    }

    /// The same curve with its transforms in the given order.
    #[must_use]
    pub const fn with_order(mut self, order: Order) -> Self {
        self.order = order;
        self
    }

    /// Which transform comes first.
    pub const fn order(&self) -> Order {
        self.order
    }

    /// The adstock.
    pub const fn adstock(&self) -> &AdstockKernel {
        &self.adstock
    }

    /// The saturation, for activity in units of the geo's maximum.
    pub const fn saturation(&self) -> &SaturationCurve {
        &self.saturation
    }

    /// Transforms one geo's series, whose first values are history where it is longer than
    /// `transformed`; `scratch` is for weights and intermediate values.
    pub(crate) fn apply(&self, activity: &[f64], scratch: &mut Scratch, transformed: &mut [f64]) {
        match self.order {
            Order::AdstockFirst => {
                self.adstock
                    .carry_with(activity, &mut scratch.weights, transformed);
                self.saturation.apply(transformed);
            }
            Order::SaturationFirst => {
                scratch.series.clear();
                scratch.series.extend_from_slice(activity);
                self.saturation.apply(&mut scratch.series);
                self.adstock
                    .carry_with(&scratch.series, &mut scratch.weights, transformed);
            }
        }
    }
}

/// Buffers kept between calls.
#[derive(Debug, Clone, Default)]
pub(crate) struct Scratch {
    pub(crate) weights: Vec<f64>,
    pub(crate) series: Vec<f64>,
}

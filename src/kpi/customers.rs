//! KPIs of customers: purchases, retention, cohorts, RFM, repurchase, carts, lifetime value.

mod carts;
mod cohorts;
pub mod lifetime;
mod lifetime_value;
mod purchases;
mod repurchase;
mod retention;
mod rfm;

pub use self::carts::{CartAbandonment, CartFigures, CartGroup, CartOptions};
pub use self::cohorts::{Cohort, Cohorts};
pub use self::lifetime_value::{
    CustomerLifetimeValue, CustomerValue, FittedForecast, Forecast, GroupValue, ValueToCost,
    ValuesToCost,
};
pub use self::purchases::{CustomerPurchases, Purchases};
pub use self::repurchase::{DuePurchase, InterpurchaseTimes, Regularity, Repurchase};
pub use self::retention::{Retention, RetentionPeriod};
pub use self::rfm::{RfmGroup, RfmScore, RfmSegment, RfmSegments};

//! KPIs of customers: purchases, retention, cohorts, RFM, repurchase, carts, lifetime value.

mod cart_log;
mod carts;
mod cohorts;
mod forecast;
mod identity_match;
pub mod lifetime;
mod lifetime_value;
mod payback;
mod purchase_columns;
mod purchases;
mod refunds;
mod repurchase;
mod retention;
mod rfm;
mod value_to_cost;

pub use self::carts::{CartAbandonment, CartFigures, CartGroup, CartOptions};
pub use self::cohorts::{Cohort, Cohorts};
pub use self::forecast::{FittedForecast, ForecastHorizon};
pub use self::identity_match::IdentityMatch;
pub use self::lifetime_value::{CustomerLifetimeValue, CustomerValue, GroupValue};
pub use self::payback::{Payback, PaybackRow};
pub use self::purchases::{CustomerPurchases, Purchases};
pub use self::repurchase::{DuePurchase, InterpurchaseTimes, Regularity, Repurchase};
pub use self::retention::{Retention, RetentionPeriod};
pub use self::rfm::{RfmGroup, RfmScore, RfmSegment, RfmSegments};
pub use self::value_to_cost::{ValueToCost, ValuesToCost};

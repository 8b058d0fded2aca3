//! KPIs of spend: return on ad spend, customer acquisition cost, e-mail.

mod acquisition;
mod email;
mod roas;

pub use self::acquisition::{ChannelAcquisition, CustomerAcquisitionCost};
pub use self::email::EmailRates;
pub use self::roas::{ChannelReturn, ReturnOnAdSpend, SpendReturn};

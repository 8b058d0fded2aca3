//! KPIs of spend: return on ad spend, customer acquisition cost, e-mail.

pub(crate) mod acquisition;
mod buyers;
mod cost;
mod email;
mod roas;

pub use self::acquisition::{ChannelAcquisition, CustomerAcquisitionCost};
pub use self::email::{EmailFigures, EmailRates};
pub use self::roas::{ChannelReturn, ReturnOnAdSpend, SpendReturn};

//! KPIs of spend: return on ad spend, customer acquisition cost, e-mail.

mod acquisition;
mod email;
mod roas;

pub use self::acquisition::{Acquisition, ChannelAcquisition};
pub use self::email::MailingRates;
pub use self::roas::{ChannelReturn, SpendReturn, SpendReturns};

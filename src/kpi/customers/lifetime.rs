//! Customer lifetime value: what customers will still buy, and what it is worth today.
//!
//! [`BgNbd`] says how many purchases to expect of a customer, [`GammaGamma`] what each is worth;
//! [`discounted_value`] puts both together. Time is in any unit, the same throughout (the doc tests
//! use weeks).

pub(crate) mod bg_nbd;
pub(crate) mod customer;
pub(crate) mod discounted_value;
pub(crate) mod gamma_gamma;
#[cfg(test)]
mod tests;

pub use self::bg_nbd::BgNbd;
pub use self::customer::Customer;
pub use self::discounted_value::discounted_value;
pub use self::gamma_gamma::{GammaGamma, RepeatSpend};

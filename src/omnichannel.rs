//! What a business steers its channels by: KPIs over journeys and persons.

pub mod lifetime;

//! What the laws ask of a specification.

use crate::attribution::model::Fit;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fmt::Debug;

/// A specification that can be checked: it, its evidence and its model can be stored.
/// Implemented for all that can.
pub trait Lawful: Fit<Model: Lasting> + Lasting + Sync {}

impl<F: Fit<Model: Lasting> + Lasting + Sync> Lawful for F {}

/// Something that can be stored, compared and shown. Implemented for all that can.
pub trait Lasting: Serialize + DeserializeOwned + PartialEq + Debug {}

impl<T: Serialize + DeserializeOwned + PartialEq + Debug> Lasting for T {}

//! Errors of the library as errors of the engine.

use datafusion::error::DataFusionError;
use std::error::Error;

/// An error of the library or of a format, as the engine carries it.
pub(crate) fn external(error: impl Error + Send + Sync + 'static) -> DataFusionError {
    DataFusionError::External(Box::new(error))
}

/// An argument that is not what a function expects.
pub(crate) fn argument(function: &str, told: impl std::fmt::Display) -> DataFusionError {
    DataFusionError::Execution(format!("{function}: {told}"))
}

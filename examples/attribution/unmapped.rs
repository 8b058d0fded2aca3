//! Without cargo's feature `mapping` there are no mappings.

use crate::options::{Options, bad};
use mixtouch::{CostTable, JourneyBuilder, Result};
use serde_json::Value;
use std::convert::Infallible;
use std::path::Path;

/// An error where an option needs a mapping.
pub(crate) fn mapping(options: &Options) -> Result<Option<Infallible>> {
    let given = [
        ("--mapping", options.mapping.is_some()),
        ("--preset", options.preset.is_some()),
        ("--dialect", !options.dialect.is_empty()),
        ("--skip-bad", options.skip_bad.is_some()),
    ];
    match given.iter().find(|(_, given)| *given) {
        Some((option, _)) => Err(bad(option, "given", "only with cargo's --features mapping")),
        None => Ok(None),
    }
}

pub(crate) fn read_log(
    _: &Options,
    _: &Path,
    mapping: &Infallible,
    _: &mut JourneyBuilder,
) -> Result<Value> {
    match *mapping {}
}

pub(crate) fn check_together(_: &Options, _: &[(&'static str, Value)]) -> Result<()> {
    Ok(())
}

pub(crate) fn read_costs(
    options: &Options,
    preset: Option<&str>,
    _: &Path,
) -> Result<Option<(CostTable, Value)>> {
    mapping(options)?;
    match preset {
        Some(name) => Err(bad(
            "--costs",
            name,
            "FILE; PRESET=FILE needs cargo's --features mapping",
        )),
        None => Ok(None),
    }
}

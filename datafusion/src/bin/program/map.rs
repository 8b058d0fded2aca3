//! Companies' logs to tables that `submit` reads.

use crate::Result;
use clap::Args;
use mixtouch::io::Mapping;
use mixtouch_datafusion::map_file;
use std::path::{Path, PathBuf};

#[derive(Args)]
pub(crate) struct Options {
    /// Files of exports; each becomes a Parquet file
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// A preset by name, such as ga4, or a file of a mapping in TOML
    #[arg(long)]
    mapping: String,
    /// Folder of the Parquet files; it is made where there is none
    #[arg(long, value_name = "FOLDER")]
    out: PathBuf,
}

pub(crate) fn run(options: &Options) -> Result<()> {
    let mapping = match Mapping::presets().any(|name| name == options.mapping) {
        true => Mapping::preset(&options.mapping)?,
        false => Mapping::load(Path::new(&options.mapping))?,
    };
    std::fs::create_dir_all(&options.out)?;
    for file in &options.files {
        let mapped = map_file(file, &mapping, &options.out)?;
        println!("{}:\n{}", mapped.path.display(), mapped.report);
    }
    Ok(())
}

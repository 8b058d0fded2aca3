//! Pages and pictures of what was found, if asked for.

use clap::Args;
#[cfg(feature = "html")]
use mixtouch::report::html::Page;
use mixtouch::{Error, Result};
use std::path::PathBuf;

#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Pictures")]
pub(crate) struct PictureOptions {
    /// Write a self-contained HTML page to this file (with --features html)
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Write every chart as an SVG file into this folder (with --features html)
    #[arg(long, value_name = "DIR")]
    svg: Option<PathBuf>,
}

impl PictureOptions {
    /// Whether anything is to be drawn.
    ///
    /// # Errors
    /// If it is, and the feature that draws is missing.
    pub(crate) fn are_asked(&self) -> Result<bool> {
        let asked = [("--html", &self.html), ("--svg", &self.svg)];
        let asked = asked
            .iter()
            .find_map(|(name, path)| Some((*name, path.as_ref()?)));
        match asked {
            Some((name, path)) if cfg!(not(feature = "html")) => Err(Error::Setting {
                name: name.into(),
                value: path.display().to_string(),
                expected: "--features html".into(),
            }),
            asked => Ok(asked.is_some()),
        }
    }

    /// Writes what is asked for.
    #[cfg(feature = "html")]
    pub(crate) fn write(&self, page: &Page) -> Result<()> {
        if let Some(path) = &self.html {
            named(path, std::fs::write(path, page.html()))?;
        }
        if let Some(folder) = &self.svg {
            named(folder, std::fs::create_dir_all(folder))?;
            for (name, chart) in page.charts() {
                let path = folder.join(format!("{name}.svg"));
                named(&path, std::fs::write(&path, chart.svg()))?;
            }
        }
        Ok(())
    }
}

/// The result with the path in its error.
#[cfg(feature = "html")]
fn named(path: &std::path::Path, result: std::io::Result<()>) -> Result<()> {
    result.map_err(|error| Error::File {
        path: path.to_path_buf(),
        source: Box::new(error.into()),
    })
}

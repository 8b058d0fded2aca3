//! A progress bar on standard error.

use indicatif::{ProgressBar, ProgressStyle};
use mixtouch::progress::{Progress, Stage};
use std::io::IsTerminal;
use std::ops::ControlFlow;
use std::sync::Mutex;

/// Shows how far each stage has come, on a terminal only; elsewhere it shows nothing.
pub(crate) struct Bar(Option<Mutex<Shown>>);

/// The bar of the stage under way.
struct Shown {
    stage: Option<Stage>,
    bar: ProgressBar,
}

impl Bar {
    /// A bar, or none if `quiet` or if standard error is no terminal.
    pub(crate) fn new(quiet: bool) -> Self {
        let visible = !quiet && std::io::stderr().is_terminal();
        Self(visible.then(|| {
            Mutex::new(Shown {
                stage: None,
                bar: ProgressBar::new(0),
            })
        }))
    }
}

impl Progress for Bar {
    fn advance(&self, stage: Stage, done: u64, total: Option<u64>) -> ControlFlow<()> {
        let Some(Ok(mut shown)) = self.0.as_ref().map(Mutex::lock) else {
            return ControlFlow::Continue(());
        };
        if shown.stage.replace(stage) != Some(stage) {
            shown.bar.reset();
            shown.bar.set_style(style(total.is_some()));
            shown.bar.set_message(stage.name());
        }
        if let Some(total) = total {
            shown.bar.set_length(total);
        }
        // threads may report out of order
        let furthest = done.max(shown.bar.position());
        shown.bar.set_position(furthest);
        ControlFlow::Continue(())
    }

    fn diverged(&self, draws: u64) {
        if let Some(Ok(shown)) = self.0.as_ref().map(Mutex::lock) {
            shown.bar.set_message(format!("sampling, {draws} diverged"));
        }
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        if let Some(Ok(shown)) = self.0.as_ref().map(Mutex::lock) {
            shown.bar.finish_and_clear();
        }
    }
}

fn style(has_total: bool) -> ProgressStyle {
    if !has_total {
        return ProgressStyle::default_spinner();
    }
    ProgressStyle::with_template("{msg:>14} {wide_bar} {pos}/{len} {eta:>4}")
        .unwrap_or_else(|_| ProgressStyle::default_bar())
}

//! Ctrl-C ends a fit early, which keeps what it has; a second one, or one at any other time, ends the
//! program.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};

use mixtouch::progress::{Progress, Stage};
use tokio::runtime::Builder;

/// Whether a fit is under way that nobody asked to end yet.
static MAY_END: AtomicBool = AtomicBool::new(false);
/// What a shell reports of a program that Ctrl-C ended.
const INTERRUPTED: i32 = 130;

/// Does work that Ctrl-C may end early, told of it by what it tells of its progress.
pub(crate) fn may_end<T>(progress: &dyn Progress, work: impl FnOnce(&dyn Progress) -> T) -> T {
    MAY_END.store(true, Ordering::SeqCst);
    std::thread::spawn(listen);
    let done = work(&Ending(progress));
    MAY_END.store(false, Ordering::SeqCst);
    done
}

/// Waits for Ctrl-C; where that cannot be, it ends the program as ever.
fn listen() {
    let Ok(runtime) = Builder::new_current_thread().enable_all().build() else {
        return;
    };
    runtime.block_on(async {
        while tokio::signal::ctrl_c().await.is_ok() {
            if !MAY_END.swap(false, Ordering::SeqCst) {
                std::process::exit(INTERRUPTED);
            }
            eprintln!("stopping; press Ctrl-C again to end without a result");
        }
    });
}

/// Progress that asks to stop once Ctrl-C was pressed.
struct Ending<'a>(&'a dyn Progress);

impl Progress for Ending<'_> {
    fn advance(&self, stage: Stage, done: u64, total: Option<u64>) -> ControlFlow<()> {
        self.0.advance(stage, done, total)?;
        match MAY_END.load(Ordering::SeqCst) {
            true => ControlFlow::Continue(()),
            false => ControlFlow::Break(()),
        }
    }

    fn diverged(&self, draws: u64) {
        self.0.diverged(draws);
    }
}

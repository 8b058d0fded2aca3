//! How an example ends.

use mixtouch::{Error, Result};
use std::process::ExitCode;

/// Success, or exit status 2 with one message on standard error, as for a bad option.
pub(crate) fn code(result: Result<()>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever reads the output has read enough.
        Err(Error::Io(error)) if error.kind() == std::io::ErrorKind::BrokenPipe => {
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

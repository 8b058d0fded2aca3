//! CSV files in.

mod chunks;
mod costs;
mod events;
mod paths;
mod table;

pub use events::{EventPiece, EventReader};

/// The line on which a row starts, counted from 1. The parser says where it began to look; blank lines there are passed over.
fn line_of(bytes: &[u8], began: &csv::Position) -> u64 {
    let ahead = bytes.get(began.byte() as usize..).unwrap_or_default();
    let blank = ahead.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).filter(|&&byte| byte == b'\n').count();
    began.line() + blank as u64
}

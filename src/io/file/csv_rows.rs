//! Rows of files whose fields are separated by a sign, in any dialect.

mod header;
mod layout;
mod piece;
mod raw;
mod reader;

pub(in crate::io) use self::piece::CsvPiece;
pub(in crate::io) use self::reader::CsvRows;

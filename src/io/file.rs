//! Files as companies export them, taken apart into rows of values: formats, dialects, encodings and
//! compression, stated or guessed.

mod csv_rows;
mod decoded;
mod escaped;
pub(super) mod format;
pub(super) mod forms;
pub(super) mod guess;
pub(super) mod input;
pub(super) mod json;
mod json_rows;
pub(super) mod paths;
pub(super) mod rows;
mod unpacked;

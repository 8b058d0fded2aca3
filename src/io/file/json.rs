//! The values that paths ask of one JSON object, without a tree of the rest.

mod cells;
mod extract;
mod tree;

pub(in crate::io) use self::cells::Cells;
pub(in crate::io) use self::tree::JsonPaths;

#[cfg(test)]
mod tests;

//! Tables and figures as text.

pub(crate) mod text;

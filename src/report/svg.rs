//! Charts drawn as SVG: one kind a file, on common scales, axes and texts.
//!
//! All lengths are whole tenths of a pixel, and the labels of axes come from decimal text, so that
//! a chart has the same bytes on every machine. Marks carry classes; the colours stand in one file.

mod area;
mod bars;
mod canvas;
mod drawing;
mod dumbbell;
mod flow;
mod forest;
mod frame;
mod heat_map;
mod histogram;
mod legend;
mod length;
mod lines;
mod path;
mod response;
mod rows;
mod scale;
mod scatter;
mod sparkline;
mod spread;
mod stand_alone;
pub(crate) mod style;
#[cfg(test)]
mod tests;
mod text;
mod ticks;
mod told;
mod upright;
mod waterfall;
mod xml;

pub(crate) use self::canvas::Canvas;
pub(crate) use self::drawing::{Drawing, draw};
pub(crate) use self::forest::{draw_beyond, draw_interval};
pub(crate) use self::scale::Scale;
pub(crate) use self::xml::escaped;

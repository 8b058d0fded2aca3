//! An upright axis with lines across, for what runs from left to right.

use crate::report::svg::canvas::{Anchor, Canvas};
use crate::report::svg::length::{Tenths, px};
use crate::report::svg::scale::Scale;
use crate::report::svg::text;
use crate::report::svg::ticks::Ticks;

/// The room to draw in and its upright axis.
pub(crate) struct Upright {
    pub(crate) left: Tenths,
    pub(crate) right: Tenths,
    pub(crate) top: Tenths,
    pub(crate) bottom: Tenths,
    pub(crate) scale: Scale,
}

impl Upright {
    /// Draws the axis over a range of amounts, under the name of what it measures.
    pub(crate) fn draw(
        canvas: &mut Canvas,
        (low, high): (f64, f64),
        height: Tenths,
        percent: bool,
        name: &str,
    ) -> Self {
        canvas.paragraph("mut", name, Canvas::FONT);
        canvas.extend(px(8));
        let count = (height / px(48)).clamp(2, 6) as usize;
        let ticks = Ticks::around(low, high, count);
        let labels = ticks.labels(percent);
        let wide = labels
            .iter()
            .map(|(_, label)| text::width(label, Canvas::FONT));
        let left = wide.max().unwrap_or(0) + px(8);
        let (top, right) = (canvas.bottom(), canvas.width() - px(6));
        let bottom = top + height;
        let scale = Scale::new(ticks.low(), ticks.high(), bottom, top);
        for (amount, label) in &labels {
            let y = scale.at(*amount);
            let class = if *amount == 0.0 { "axis" } else { "grid" };
            canvas.line(class, (left, y), (right, y));
            canvas.text("mut", (left - px(6), y + px(5)), Anchor::End, label);
        }
        canvas.extend(height);
        Self {
            left,
            right,
            top,
            bottom,
            scale,
        }
    }

    /// Labels below the axis at these places, as many as fit.
    pub(crate) fn labels(&self, canvas: &mut Canvas, labels: &[(Tenths, &str)]) {
        let y = canvas.bottom() + px(21);
        let widest = labels
            .iter()
            .map(|(_, label)| text::width(label, Canvas::FONT))
            .max();
        let room = widest.unwrap_or(0).min(canvas.width() / 2) + px(12);
        let mut free = 0;
        for (x, label) in labels {
            let label = text::cut(label, Canvas::FONT, room);
            let wide = text::width(&label, Canvas::FONT);
            let start = (x - wide / 2).max(0).min(canvas.width() - wide);
            if start >= free {
                canvas.line("axis", (*x, self.bottom), (*x, self.bottom + px(4)));
                canvas.text("mut", (start + wide / 2, y), Anchor::Middle, &label);
                free = start + room;
            }
        }
        canvas.extend(px(27));
    }

    /// A level axis of amounts below the room: its scale and what it measures.
    pub(crate) fn across(
        &self,
        canvas: &mut Canvas,
        (low, high): (f64, f64),
        percent: bool,
        name: &str,
    ) -> Scale {
        let count = ((self.right - self.left) / px(80)).clamp(2, 8) as usize;
        let ticks = Ticks::around(low, high, count);
        let scale = Scale::new(ticks.low(), ticks.high(), self.left, self.right);
        let labels = ticks.labels(percent);
        let labels: Vec<(Tenths, &str)> = labels
            .iter()
            .map(|(amount, label)| (scale.at(*amount), label.as_str()))
            .collect();
        self.labels(canvas, &labels);
        canvas.paragraph("mut", name, Canvas::FONT);
        scale
    }
}

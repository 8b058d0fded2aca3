//! A row for each name, and an axis below them.

use crate::report::chart::Measure;
use crate::report::svg::canvas::{Anchor, Canvas};
use crate::report::svg::length::{Tenths, px};
use crate::report::svg::scale::Scale;
use crate::report::svg::text;
use crate::report::svg::ticks::Ticks;

/// The least pixels between two labels of an axis.
const APART: Tenths = px(70);

/// Where names, marks and figures stand.
pub(crate) struct Rows {
    /// Names stand beside their marks, or above them where they are too long.
    beside: bool,
    lines: Vec<Vec<String>>,
    left: Tenths,
    content: Tenths,
    top: Tenths,
    scale: Scale,
    ticks: Vec<(f64, String)>,
}

impl Rows {
    /// Rows of such a height for these names, with room for figures to the right, over a range.
    pub(crate) fn new(
        canvas: &Canvas,
        names: &[String],
        content: Tenths,
        figures: &[String],
        (low, high): (f64, f64),
        measure: &Measure,
    ) -> Self {
        let font = Canvas::FONT;
        let widest = |texts: &[String]| texts.iter().map(|text| text::width(text, font)).max();
        let longest = widest(names).unwrap_or(0);
        let beside = !canvas.is_narrow() && longest <= canvas.width() * 3 / 10;
        let left = if beside { longest + px(10) } else { px(2) };
        let figures = widest(figures).unwrap_or(0);
        let right = canvas.width()
            - if figures == 0 {
                px(14)
            } else {
                figures + px(12)
            };
        let right = right.max(left + px(60));
        let room = if beside { longest } else { canvas.width() };
        let count = ((right - left) / APART).clamp(2, 8) as usize;
        let ticks = Ticks::around(low, high, count);
        Self {
            beside,
            lines: names
                .iter()
                .map(|name| text::wrapped(name, font, room))
                .collect(),
            left,
            content: content.max(if beside { Canvas::LINE } else { 0 }),
            top: canvas.bottom(),
            scale: Scale::new(ticks.low(), ticks.high(), left, right),
            ticks: ticks.labels(measure.is_share()),
        }
    }

    pub(crate) const fn scale(&self) -> Scale {
        self.scale
    }

    pub(crate) const fn top(&self) -> Tenths {
        self.top
    }

    /// Where the last row ends.
    pub(crate) fn bottom(&self) -> Tenths {
        let heights = (0..self.lines.len()).map(|row| self.height(row));
        self.top + heights.sum::<Tenths>()
    }

    fn height(&self, row: usize) -> Tenths {
        let above = if self.beside {
            0
        } else {
            self.lines[row].len() as Tenths * Canvas::LINE
        };
        above + self.content + px(7)
    }

    /// The lines of the grid, behind what is drawn.
    pub(crate) fn grid(&self, canvas: &mut Canvas) {
        let bottom = self.bottom() + px(4);
        for (amount, _) in &self.ticks {
            let x = self.scale.at(*amount);
            let class = if *amount == 0.0 { "axis" } else { "grid" };
            canvas.line(class, (x, self.top), (x, bottom));
        }
    }

    /// The next row: its name, and the top of where its marks go.
    pub(crate) fn next(&self, canvas: &mut Canvas, row: usize) -> Tenths {
        let top = canvas.bottom();
        canvas.extend(self.height(row));
        if self.beside {
            let base = top + self.content / 2 + px(8);
            for (at, line) in self.lines[row].iter().enumerate() {
                let y = base + at as Tenths * Canvas::LINE;
                canvas.text("ink", (self.left - px(10), y), Anchor::End, line);
            }
            return top + px(3);
        }
        for (at, line) in self.lines[row].iter().enumerate() {
            let y = top + (at as Tenths + 1) * Canvas::LINE - px(3);
            canvas.text("ink halo", (0, y), Anchor::Start, line);
        }
        top + self.lines[row].len() as Tenths * Canvas::LINE + px(2)
    }

    /// A figure to the right of a row's marks.
    pub(crate) fn figure(&self, canvas: &mut Canvas, top: Tenths, figure: &str) {
        let at = (canvas.width(), top + self.content / 2 + px(5));
        canvas.text("num", at, Anchor::End, figure);
    }

    /// The labels of the axis and what it measures.
    pub(crate) fn axis(&self, canvas: &mut Canvas, measure: &Measure) {
        let y = canvas.bottom() + px(16);
        let mut free = Tenths::MIN;
        for (amount, label) in &self.ticks {
            let half = text::width(label, Canvas::FONT) / 2;
            let x = self.scale.at(*amount);
            let x = x.max(half).min(canvas.width() - half);
            if x - half > free {
                canvas.text("mut", (x, y), Anchor::Middle, label);
                free = x + half + px(4);
            }
        }
        canvas.extend(px(20));
        canvas.paragraph("mut", measure.name(), Canvas::FONT);
    }
}

//! Heat maps.

use crate::report::chart::{HeatMap, Mark};
use crate::report::svg::canvas::{Anchor, Canvas};
use crate::report::svg::length::{Tenths, px};
use crate::report::svg::text;
use crate::report::svg::told::told;

/// The steps of colour: full enough to tell apart, light enough for text on them.
const STEPS: f64 = 9.0;
/// The least room for a heading of a column.
const HEADING: Tenths = px(17);
/// The longest heading that runs upward; the longest name of a model of attribution fits.
const UPWARD: Tenths = px(170);

/// Where the fields stand, and what is written in them.
struct Fields {
    left: Tenths,
    wide: Tenths,
    high: Tenths,
    figures: Figures,
}

/// How the figures of a map are written: all of them alike, as a reader takes a field without one for
/// a small one.
#[derive(Clone, Copy, PartialEq)]
enum Figures {
    Whole,
    /// As whole numbers without their unit.
    Short,
    None,
}

impl Figures {
    /// The longest way that fits into every field.
    fn that_fit(map: &HeatMap, wide: Tenths) -> Self {
        let values = map.rows().iter().flat_map(|row| row.marks());
        let values: Vec<f64> = values.filter_map(|mark| mark.value()).collect();
        let fits = |way: &Self| {
            let mut written = values.iter().filter_map(|value| way.written(map, *value));
            written.all(|figure| text::width(&figure, Canvas::FONT) <= wide - px(4))
        };
        let mut ways = [Self::Whole, Self::Short].into_iter();
        ways.find(fits).unwrap_or(Self::None)
    }

    fn written(self, map: &HeatMap, value: f64) -> Option<String> {
        match self {
            Self::Whole => Some(map.measure().written(value)),
            Self::Short => Some(map.measure().shortly(value)),
            Self::None => None,
        }
    }

    /// What the figures are, below the map.
    fn named(self, map: &HeatMap) -> String {
        let name = map.measure().name();
        match self == Self::Short && map.measure().is_share() {
            true => format!("{name}, in %"),
            false => name.to_owned(),
        }
    }
}

pub(crate) fn draw(map: &HeatMap, canvas: &mut Canvas) {
    let font = Canvas::FONT;
    let names = map.names();
    let widest = names
        .iter()
        .map(|name| text::width(name, font))
        .max()
        .unwrap_or(0);
    let share = if canvas.is_narrow() { 32 } else { 26 };
    let room = widest.min(canvas.width() * share / 100);
    let count = map.columns().len().max(1) as Tenths;
    let left = room + px(8);
    let wide = ((canvas.width() - left - px(2)) / count).min(px(110));
    let lines: Vec<Vec<String>> = names
        .iter()
        .map(|name| text::wrapped_into(name, font, room, 2))
        .collect();
    draw_headings(map, canvas, left, wide);
    let figures = Figures::that_fit(map, wide);
    let most = map
        .rows()
        .iter()
        .flat_map(|row| row.marks())
        .filter_map(|mark| mark.value());
    let most = most.map(f64::abs).fold(0.0, f64::max);
    for (row, lines) in map.rows().iter().zip(&lines) {
        let high = (lines.len() as Tenths * Canvas::LINE).max(px(22));
        let top = canvas.bottom();
        for (at, line) in lines.iter().enumerate() {
            let first = top + high / 2 + px(5) - (lines.len() as Tenths - 1) * Canvas::LINE / 2;
            let y = first + at as Tenths * Canvas::LINE;
            canvas.text("ink", (left - px(8), y), Anchor::End, line);
        }
        let fields = Fields {
            left,
            wide,
            high,
            figures,
        };
        for (at, mark) in row.marks().iter().enumerate() {
            let figure = told(row.name(), &map.columns()[at], &map.measure().told(*mark));
            canvas.told(&figure, |canvas| fields.draw(canvas, map, at, *mark, most));
        }
        canvas.extend(high);
    }
    canvas.extend(px(4));
    canvas.paragraph("mut", &figures.named(map), font);
}

impl Fields {
    fn draw(&self, canvas: &mut Canvas, map: &HeatMap, at: usize, mark: Mark, most: f64) {
        let (x, y) = (self.left + at as Tenths * self.wide, canvas.bottom());
        let size = (self.wide - px(1), self.high - px(1));
        let middle = (x + self.wide / 2, y + self.high / 2 + px(5));
        let Some(value) = mark.value() else {
            canvas.rect("none", (x, y), size);
            return;
        };
        let part = if most > 0.0 { value.abs() / most } else { 0.0 };
        let step = (part * STEPS).round() as u32;
        let side = if value < 0.0 { "neg" } else { "pos" };
        canvas.rect(&format!("{side} h{step}"), (x, y), size);
        if let Some(figure) = self.figures.written(map, value) {
            canvas.text("ink", middle, Anchor::Middle, &figure);
        }
    }
}

/// The names of the columns: level where all fit, else upward; every second or third where the
/// columns are narrower than a line.
fn draw_headings(map: &HeatMap, canvas: &mut Canvas, left: Tenths, wide: Tenths) {
    let font = Canvas::FONT;
    let columns = map.columns();
    let widest = columns
        .iter()
        .map(|name| text::width(name, font))
        .max()
        .unwrap_or(0);
    let middle = |at: usize| left + at as Tenths * wide + wide / 2;
    if widest <= wide - px(4) {
        canvas.extend(Canvas::LINE);
        for (at, name) in columns.iter().enumerate() {
            canvas.text(
                "mut",
                (middle(at), canvas.bottom() - px(4)),
                Anchor::Middle,
                name,
            );
        }
        return;
    }
    let room = widest.min(UPWARD);
    canvas.extend(room + px(6));
    let every = (HEADING + wide.max(1) - 1) / wide.max(1);
    for (at, name) in columns.iter().enumerate().step_by(every.max(1) as usize) {
        let name = text::cut(name, font, room);
        canvas.upward_text("mut", (middle(at) + px(5), canvas.bottom() - px(5)), &name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::chart::Measure;

    /// Large shares were left blank beside small ones, which fitted.
    #[test]
    fn all_fields_have_their_figure_or_none_has() {
        let of = |wide: Tenths| {
            let names = ["a", "b"];
            let map = HeatMap::new(Measure::share("share").with_digits(0), names);
            let map = map.with_row("a", [0.74, 0.05]);
            let figures = Figures::that_fit(&map, wide);
            let written = [0.74, 0.05].map(|value| figures.written(&map, value));
            (written, figures.named(&map))
        };
        let whole = [Some("74 %".to_owned()), Some("5 %".to_owned())];
        assert_eq!(of(px(60)), (whole, "share".to_owned()));
        let short = [Some("74".to_owned()), Some("5".to_owned())];
        assert_eq!(of(px(30)), (short, "share, in %".to_owned()));
        assert_eq!(of(px(12)), ([None, None], "share".to_owned()));
    }
}

//! Forests, and the intervals of all charts with rows.

use crate::report::chart::{Forest, Mark, Series};
use crate::report::svg::canvas::{Anchor, Canvas};
use crate::report::svg::legend;
use crate::report::svg::length::{Tenths, px};
use crate::report::svg::path::Path;
use crate::report::svg::rows::Rows;
use crate::report::svg::scale::Scale;
use crate::report::svg::spread;
use crate::report::svg::style::{fill, legend_of, stroke};
use crate::report::svg::text;
use crate::report::svg::told::told;

/// What is said below an axis that ends before some amounts.
const CUT: &str = "Arrows point beyond the axis; their figures stand beside.";

pub(crate) fn draw(forest: &Forest, canvas: &mut Canvas) {
    let (series, measure) = (forest.series(), forest.measure());
    let entries = legend_of(series);
    legend::draw(canvas, &entries);
    let always: Vec<f64> = forest.reference().iter().map(|(value, _)| *value).collect();
    let each = px(11);
    let content = (each * series.len().max(1) as Tenths).max(px(13));
    let (range, is_cut) = spread::range_of_rows(&by_row(forest), &always);
    let figures = figures(forest, canvas.is_narrow(), range);
    if forest.reference().is_some() {
        // a name at the very top needs room for all of its letters
        let above = if entries.is_empty() { px(3) } else { 0 };
        canvas.extend(Canvas::LINE + above);
    }
    let rows = Rows::new(canvas, forest.names(), content, &figures, range, measure);
    rows.grid(canvas);
    // behind names that stand above their marks
    draw_reference(forest, canvas, &rows);
    for (row, name) in forest.names().iter().enumerate() {
        let top = rows.next(canvas, row);
        for (at, series) in series.iter().enumerate() {
            let middle =
                top + (2 * at as Tenths + 1) * content / (2 * forest.series().len() as Tenths);
            let mark = series.marks()[row];
            canvas.told(&told(name, series.name(), &measure.told(mark)), |canvas| {
                draw_estimate(canvas, at, rows.scale(), middle, mark);
            });
        }
        if let Some(figure) = figures.get(row) {
            rows.figure(canvas, top, figure);
        }
    }
    rows.axis(canvas, measure);
    if is_cut {
        canvas.paragraph("mut", CUT, Canvas::FONT);
    }
}

fn by_row(forest: &Forest) -> Vec<Vec<Mark>> {
    let marks = |row: usize| {
        let series = forest.series().iter();
        series.map(|series| series.marks()[row]).collect()
    };
    (0..forest.names().len()).map(marks).collect()
}

/// The figures beside the marks, where there is one series; with their intervals where there is
/// room. Of several series those beyond the axis.
fn figures(forest: &Forest, narrow: bool, (low, high): (f64, f64)) -> Vec<String> {
    let [only]: &[Series] = forest.series() else {
        let beyond = |mark: &Mark| {
            let value = mark.value().filter(|value| *value < low || *value > high);
            value.map(|value| forest.measure().written(value))
        };
        let figures = |row: &Vec<Mark>| row.iter().filter_map(beyond).collect::<Vec<_>>();
        let figures = |row: &Vec<Mark>| figures(row).join("; ");
        let all: Vec<String> = by_row(forest).iter().map(figures).collect();
        return match all.iter().all(String::is_empty) {
            true => Vec::new(),
            false => all,
        };
    };
    let figure = |mark: &Mark| match mark.value() {
        None => String::new(),
        Some(value) if narrow => forest.measure().written(value),
        Some(_) => forest.measure().told(*mark),
    };
    only.marks().iter().map(figure).collect()
}

fn draw_reference(forest: &Forest, canvas: &mut Canvas, rows: &Rows) {
    let Some((value, name)) = forest.reference() else {
        return;
    };
    let x = rows.scale().at(value);
    canvas.line("ref", (x, rows.top() - px(2)), (x, rows.bottom()));
    let half = text::width(name, Canvas::FONT) / 2;
    let middle = x.max(half).min(canvas.width() - half);
    canvas.text("ink", (middle, rows.top() - px(6)), Anchor::Middle, name);
}

fn draw_estimate(canvas: &mut Canvas, at: usize, scale: Scale, middle: Tenths, mark: Mark) {
    let Some(value) = mark.value() else {
        let place = (scale.zero() + px(4), middle + px(5));
        if at == 0 {
            canvas.text("mut", place, Anchor::Start, "not estimated");
        }
        return;
    };
    let line = format!("{} thick", stroke(at));
    if !scale.holds(value) {
        return draw_beyond(canvas, &line, scale, middle, value);
    }
    draw_interval(canvas, &line, scale, middle, mark);
    canvas.circle(
        &format!("{} dot", fill(at)),
        (scale.at(value), middle),
        px(5),
    );
}

/// An arrow at the end of the axis that an amount lies beyond.
pub(crate) fn draw_beyond(
    canvas: &mut Canvas,
    class: &str,
    scale: Scale,
    middle: Tenths,
    value: f64,
) {
    let end = scale.at(value);
    let back = if value > 0.0 { -px(6) } else { px(6) };
    let mut path = Path::default();
    path.through(&[(end + 3 * back, middle), (end, middle)]);
    path.through(&[
        (end + back, middle - px(5)),
        (end, middle),
        (end + back, middle + px(5)),
    ]);
    canvas.path("under", &path);
    canvas.path(class, &path);
}

/// The line from one end of an interval to the other, with a halo; an arrow where it leaves the
/// axis.
pub(crate) fn draw_interval(
    canvas: &mut Canvas,
    class: &str,
    scale: Scale,
    middle: Tenths,
    mark: Mark,
) {
    let Some((low, high)) = mark.interval() else {
        return;
    };
    let (left, right) = (scale.at(low), scale.at(high));
    let mut path = Path::default();
    path.through(&[(left, middle), (right, middle)]);
    for (end, x, back) in [(low, left, px(5)), (high, right, -px(5))] {
        if scale.holds(end) {
            path.through(&[(x, middle - px(3)), (x, middle + px(3))]);
        } else {
            path.through(&[
                (x + back, middle - px(4)),
                (x, middle),
                (x + back, middle + px(4)),
            ]);
        }
    }
    canvas.path("under", &path);
    canvas.path(class, &path);
}

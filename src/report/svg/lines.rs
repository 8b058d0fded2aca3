//! Lines over time.

use crate::report::chart::{Lines, Mark, Series};
use crate::report::svg::canvas::{Anchor, Canvas};
use crate::report::svg::frame::Frame;
use crate::report::svg::legend;
use crate::report::svg::length::px;
use crate::report::svg::path::Path;
use crate::report::svg::spread;
use crate::report::svg::style::{band, fill, legend_of, stroke};
use crate::report::svg::text;
use crate::report::svg::upright::Upright;

pub(crate) fn draw(lines: &Lines, canvas: &mut Canvas) {
    let (series, measure) = (lines.series(), lines.measure());
    legend::draw(canvas, &legend_of(series));
    if lines.divider().is_some() {
        canvas.extend(px(10));
    }
    let always: &[f64] = if lines.is_from_zero() { &[0.0] } else { &[] };
    let range = spread::range(series, always);
    let height = if canvas.is_narrow() { px(190) } else { px(230) };
    let name = measure.name();
    let upright = Upright::draw(canvas, range, height, measure.is_share(), name);
    let frame = Frame::new(upright, lines.positions().len());
    draw_divider(lines, &frame, canvas);
    for (at, series) in series.iter().enumerate() {
        draw_band(canvas, at, series, &frame);
    }
    for (at, series) in series.iter().enumerate() {
        draw_line(canvas, at, series, &frame);
    }
    frame.labels(canvas, lines.positions());
}

/// The stretches of positions at which something is known.
pub(crate) fn runs(marks: &[Mark], known: impl Fn(&Mark) -> bool) -> Vec<std::ops::Range<usize>> {
    let mut runs: Vec<std::ops::Range<usize>> = Vec::new();
    for (at, _) in marks.iter().enumerate().filter(|(_, mark)| known(mark)) {
        match runs.last_mut() {
            Some(run) if run.end == at => run.end += 1,
            _ => runs.push(at..at + 1),
        }
    }
    runs
}

fn draw_band(canvas: &mut Canvas, at: usize, series: &Series, frame: &Frame) {
    for run in runs(series.marks(), |mark| mark.interval().is_some()) {
        let ends = |at: usize| series.marks()[at].interval().unwrap_or_default();
        let mut path = Path::default();
        let mut points: Vec<_> = run.clone().map(|at| frame.at(at, ends(at).1)).collect();
        points.extend(run.rev().map(|at| frame.at(at, ends(at).0)));
        path.through(&points);
        path.close();
        canvas.path(&band(at), &path);
    }
}

fn draw_line(canvas: &mut Canvas, at: usize, series: &Series, frame: &Frame) {
    for run in runs(series.marks(), |mark| mark.value().is_some()) {
        let value = |at: usize| series.marks()[at].value().unwrap_or_default();
        let points: Vec<_> = run.map(|at| frame.at(at, value(at))).collect();
        if let [only] = points[..] {
            canvas.circle(fill(at), only, px(3));
            continue;
        }
        let mut path = Path::default();
        path.through(&points);
        canvas.path(&stroke(at), &path);
    }
}

fn draw_divider(lines: &Lines, frame: &Frame, canvas: &mut Canvas) {
    let Some((position, name)) = lines.divider() else {
        return;
    };
    let before = frame.x(position.saturating_sub(1));
    let x = (before + frame.x(position)) / 2;
    canvas.line(
        "ref",
        (x, frame.upright.top - px(6)),
        (x, frame.upright.bottom),
    );
    let wide = text::width(name, Canvas::FONT);
    let (at, anchor) = match x + wide + px(6) > frame.upright.right {
        true => (x - px(5), Anchor::End),
        false => (x + px(5), Anchor::Start),
    };
    canvas.text("ink halo", (at, frame.upright.top + px(4)), anchor, name);
}

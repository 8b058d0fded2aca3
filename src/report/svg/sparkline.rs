//! Sparklines.

use crate::report::chart::{Mark, Sparkline};
use crate::report::svg::canvas::Canvas;
use crate::report::svg::length::px;
use crate::report::svg::lines::runs;
use crate::report::svg::path::Path;
use crate::report::svg::scale::Scale;
use crate::report::svg::spread;
use crate::report::svg::style::{band, fill, stroke};

pub(crate) fn draw(sparkline: &Sparkline, canvas: &mut Canvas) {
    let marks = sparkline.marks();
    let high = px(34);
    let top = canvas.bottom() + px(4);
    // the room that chance has is in the picture: what moves within it is no rise or fall
    let range = spread::range_of(marks.iter().copied(), &[]);
    let up = Scale::new(range.0, range.1, top + high - px(8), top);
    let last = marks.len().saturating_sub(1).max(1) as f64;
    let across = Scale::new(0.0, last, px(4), canvas.width() - px(6));
    let at = |position: usize| {
        let value = marks[position].value().unwrap_or_default();
        (across.at(position as f64), up.at(value))
    };
    for run in runs(marks, |mark: &Mark| mark.interval().is_some()) {
        let end = |position: usize, high: bool| {
            let (low, most) = marks[position].interval().unwrap_or_default();
            let end = if high { most } else { low }.clamp(range.0, range.1);
            (across.at(position as f64), up.at(end))
        };
        let mut points: Vec<_> = run.clone().map(|position| end(position, true)).collect();
        points.extend(run.rev().map(|position| end(position, false)));
        let mut path = Path::default();
        path.through(&points);
        path.close();
        canvas.path(&band(0), &path);
    }
    for run in runs(marks, |mark: &Mark| mark.value().is_some()) {
        let mut path = Path::default();
        path.through(&run.map(at).collect::<Vec<_>>());
        canvas.path(&stroke(0), &path);
    }
    if let Some(end) = marks.iter().rposition(|mark| mark.value().is_some()) {
        canvas.circle(&format!("{} dot", fill(0)), at(end), px(4));
    }
    canvas.extend(high);
}

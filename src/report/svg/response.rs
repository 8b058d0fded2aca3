//! Response curves.

use crate::report::chart::{Mark, ResponseCurve};
use crate::report::svg::canvas::Canvas;
use crate::report::svg::legend;
use crate::report::svg::length::px;
use crate::report::svg::lines::runs;
use crate::report::svg::path::Path;
use crate::report::svg::spread;
use crate::report::svg::style::{band, fill, stroke};
use crate::report::svg::upright::Upright;

pub(crate) fn draw(curve: &ResponseCurve, canvas: &mut Canvas) {
    let (across, up) = (curve.across(), curve.up());
    let dots = curve.dots().iter().enumerate();
    let entries: Vec<(String, &str)> = dots
        .clone()
        .map(|(at, (name, _))| (fill(at).to_owned(), name.as_str()))
        .collect();
    legend::draw(canvas, &entries);
    let marks: Vec<Mark> = curve.points().iter().map(|(_, mark)| *mark).collect();
    let range = spread::range_of(marks.iter().copied(), &[0.0]);
    let upright = Upright::draw(canvas, range, px(170), up.is_share(), up.name());
    let places = curve.points().iter().map(|(at, _)| *at);
    let places = places.chain(curve.dots().iter().map(|(_, at)| *at));
    let places = spread::bounds(places).unwrap_or((0.0, 1.0));
    let scale = upright.across(canvas, places, across.is_share(), across.name());
    let at =
        |point: usize, amount: f64| (scale.at(curve.points()[point].0), upright.scale.at(amount));
    for run in runs(&marks, |mark| mark.interval().is_some()) {
        let ends = |point: usize| marks[point].interval().unwrap_or_default();
        let mut path = Path::default();
        let mut points: Vec<_> = run.clone().map(|point| at(point, ends(point).1)).collect();
        points.extend(run.rev().map(|point| at(point, ends(point).0)));
        path.through(&points);
        path.close();
        canvas.path(&band(0), &path);
    }
    for run in runs(&marks, |mark| mark.value().is_some()) {
        let value = |point: usize| marks[point].value().unwrap_or_default();
        let mut path = Path::default();
        path.through(&run.map(|point| at(point, value(point))).collect::<Vec<_>>());
        canvas.path(&stroke(0), &path);
    }
    for (order, (name, place)) in dots {
        if let Some(height) = curve.height(*place) {
            let figures = [across.written(*place), up.written(height)].join(", ");
            canvas.told(&format!("{name}: {figures}"), |canvas| {
                let place = (scale.at(*place), upright.scale.at(height));
                canvas.circle(&format!("{} dot", fill(order)), place, px(6));
            });
        }
    }
}

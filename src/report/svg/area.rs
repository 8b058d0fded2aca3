//! Stacked areas.

use crate::report::chart::{Area, Series};
use crate::report::svg::canvas::Canvas;
use crate::report::svg::frame::Frame;
use crate::report::svg::legend;
use crate::report::svg::length::px;
use crate::report::svg::path::Path;
use crate::report::svg::spread;
use crate::report::svg::style::{fill, legend_of};
use crate::report::svg::upright::Upright;

/// Where a layer starts and ends at each position.
type Layer = Vec<(f64, f64)>;

pub(crate) fn draw(area: &Area, canvas: &mut Canvas) {
    let measure = area.measure();
    legend::draw(canvas, &legend_of(area.layers()));
    let (above, below) = (stacked(area, |x| x.max(0.0)), stacked(area, |x| x.min(0.0)));
    let ends = above.iter().chain(&below).flatten().map(|(_, end)| *end);
    let range = spread::bounds(ends.chain([0.0])).unwrap_or((0.0, 1.0));
    let height = if canvas.is_narrow() { px(210) } else { px(270) };
    let upright = Upright::draw(canvas, range, height, measure.is_share(), measure.name());
    let frame = Frame::new(upright, area.positions().len());
    for (at, layer) in area.layers().iter().enumerate() {
        canvas.told(layer.name(), |canvas| {
            for part in [&above[at], &below[at]] {
                draw_layer(canvas, at, part, &frame);
            }
        });
    }
    frame.labels(canvas, area.positions());
}

/// The layers on each other, of one side of the zero line.
fn stacked(area: &Area, side: impl Fn(f64) -> f64) -> Vec<Layer> {
    let mut stands = vec![0.0; area.positions().len()];
    let mut layer = |layer: &Series| {
        let each = layer.marks().iter().zip(&mut stands);
        each.map(|(mark, stands)| {
            let from = *stands;
            *stands += side(mark.value().unwrap_or(0.0));
            (from, *stands)
        })
        .collect()
    };
    area.layers().iter().map(&mut layer).collect()
}

fn draw_layer(canvas: &mut Canvas, at: usize, layer: &Layer, frame: &Frame) {
    if layer.iter().all(|(from, to)| from == to) {
        return;
    }
    let mut path = Path::default();
    let ends = layer.iter().enumerate();
    let mut points: Vec<_> = ends
        .clone()
        .map(|(at, (_, to))| frame.at(at, *to))
        .collect();
    points.extend(ends.rev().map(|(at, (from, _))| frame.at(at, *from)));
    path.through(&points);
    path.close();
    canvas.path(&format!("{} edge", fill(at)), &path);
}

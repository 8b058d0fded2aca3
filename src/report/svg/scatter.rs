//! Scatters.

use crate::report::chart::{Scatter, ScatterPoint};
use crate::report::svg::canvas::{Anchor, Canvas};
use crate::report::svg::length::{Tenths, px};
use crate::report::svg::path::Path;
use crate::report::svg::scale::Scale;
use crate::report::svg::spread;
use crate::report::svg::style::{fill, stroke};
use crate::report::svg::text;
use crate::report::svg::upright::Upright;

/// A stretch of the picture: left, right, top and bottom.
type Box = (Tenths, Tenths, Tenths, Tenths);

pub(crate) fn draw(scatter: &Scatter, canvas: &mut Canvas) {
    let (across, up) = (scatter.across(), scatter.up());
    let points = scatter.points().iter();
    let ranges = [
        spread::range_of(points.clone().map(|point| point.across), &[]),
        spread::range_of(points.clone().map(|point| point.up), &[]),
    ];
    let height = if canvas.is_narrow() { px(220) } else { px(280) };
    let upright = Upright::draw(canvas, ranges[1], height, up.is_share(), up.name());
    let scale = upright.across(canvas, ranges[0], across.is_share(), across.name());
    if scatter.has_diagonal() {
        draw_diagonal(canvas, ranges, scale, upright.scale);
    }
    let placed: Vec<(&ScatterPoint, (Tenths, Tenths))> = points
        .filter_map(|point| {
            let (x, y) = (point.across.value()?, point.up.value()?);
            Some((point, (scale.at(x), upright.scale.at(y))))
        })
        .collect();
    for (point, at) in &placed {
        let figures = [across.told(point.across), up.told(point.up)].join(", ");
        canvas.told(&format!("{}: {figures}", point.name), |canvas| {
            draw_crosses(canvas, point, *at, scale, upright.scale);
            let class = fill(usize::from(point.chosen));
            canvas.circle(
                &format!("{class} dot"),
                *at,
                if point.chosen { px(7) } else { px(5) },
            );
        });
    }
    let inside = (upright.left, upright.right, upright.top, upright.bottom);
    draw_names(canvas, &placed, inside);
}

fn draw_diagonal(canvas: &mut Canvas, [across, up]: [(f64, f64); 2], x: Scale, y: Scale) {
    let (from, to) = (across.0.max(up.0), across.1.min(up.1));
    if from < to {
        canvas.line("ref", (x.at(from), y.at(from)), (x.at(to), y.at(to)));
    }
}

fn draw_crosses(
    canvas: &mut Canvas,
    point: &ScatterPoint,
    (x, y): (Tenths, Tenths),
    across: Scale,
    up: Scale,
) {
    let mut path = Path::default();
    if let Some((low, high)) = point.across.interval() {
        path.through(&[(across.at(low), y), (across.at(high), y)]);
    }
    if let Some((low, high)) = point.up.interval() {
        path.through(&[(x, up.at(low)), (x, up.at(high))]);
    }
    if !path.as_str().is_empty() {
        canvas.path(
            &format!("{} faint", stroke(usize::from(point.chosen))),
            &path,
        );
    }
}

/// Names beside their points, the chosen first, where nothing stands in the way.
fn draw_names(canvas: &mut Canvas, placed: &[(&ScatterPoint, (Tenths, Tenths))], inside: Box) {
    let around = |&(x, y): &(Tenths, Tenths)| (x - px(6), x + px(6), y - px(6), y + px(6));
    let mut taken: Vec<Box> = placed.iter().map(|(_, at)| around(at)).collect();
    let chosen = placed.iter().filter(|(point, _)| point.chosen);
    for &(point, (x, y)) in chosen.chain(placed.iter().filter(|(point, _)| !point.chosen)) {
        let name = text::cut(&point.name, Canvas::FONT, px(150));
        let wide = text::width(&name, Canvas::FONT);
        // right, left, above, below
        let places = [
            (x + px(9), y),
            (x - px(9) - wide, y),
            (x - wide / 2, y - px(15)),
            (x - wide / 2, y + px(15)),
        ];
        let own =
            |(from, middle): (Tenths, Tenths)| (from, from + wide, middle - px(8), middle + px(7));
        let free = places.into_iter().find(|&place| {
            let own = own(place);
            let fits = own.0 >= inside.0 && own.1 <= inside.1;
            // half a letter beyond the axis, for a point on it
            let fits = fits && own.2 >= inside.2 - px(7) && own.3 <= inside.3 + px(7);
            fits && taken.iter().all(|other| !overlap(own, *other))
        });
        if let Some(place) = free {
            taken.push(own(place));
            canvas.text("ink halo", (place.0, place.1 + px(5)), Anchor::Start, &name);
        }
    }
}

fn overlap(a: Box, b: Box) -> bool {
    a.0 < b.1 && b.0 < a.1 && a.2 < b.3 && b.2 < a.3
}

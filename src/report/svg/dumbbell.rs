//! Dumbbells.

use crate::report::chart::Dumbbell;
use crate::report::svg::canvas::{Anchor, Canvas};
use crate::report::svg::legend;
use crate::report::svg::length::px;
use crate::report::svg::rows::Rows;
use crate::report::svg::spread;
use crate::report::svg::style::{fill, legend_of};
use crate::report::svg::told::told;

pub(crate) fn draw(dumbbell: &Dumbbell, canvas: &mut Canvas) {
    let (sides, measure) = (dumbbell.sides(), dumbbell.measure());
    legend::draw(canvas, &legend_of(sides));
    let amounts = sides
        .iter()
        .flat_map(|side| side.marks())
        .filter_map(|mark| mark.value());
    let range = spread::bounds(amounts.chain([0.0])).unwrap_or((0.0, 1.0));
    let rows = Rows::new(canvas, dumbbell.names(), px(14), &[], range, measure);
    rows.grid(canvas);
    for (row, name) in dumbbell.names().iter().enumerate() {
        let middle = rows.next(canvas, row) + px(7);
        let places: Vec<_> = sides
            .iter()
            .map(|side| {
                side.marks()[row]
                    .value()
                    .map(|value| rows.scale().at(value))
            })
            .collect();
        if let [Some(from), Some(to)] = places[..] {
            canvas.line("link", (from, middle), (to, middle));
        }
        for (at, (side, place)) in sides.iter().zip(&places).enumerate() {
            let figure = told(name, side.name(), &measure.told(side.marks()[row]));
            canvas.told(&figure, |canvas| match place {
                Some(x) => canvas.circle(&format!("{} dot", fill(at)), (*x, middle), px(6)),
                None if at == 0 => {
                    let at = (rows.scale().zero() + px(4), middle + px(5));
                    canvas.text("mut", at, Anchor::Start, "not estimated");
                }
                None => {}
            });
        }
    }
    rows.axis(canvas, measure);
}

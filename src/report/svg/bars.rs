//! Bars.

use crate::report::chart::{Bars, Mark};
use crate::report::svg::canvas::{Anchor, Canvas};
use crate::report::svg::forest::draw_interval;
use crate::report::svg::legend;
use crate::report::svg::length::{Tenths, px};
use crate::report::svg::rows::Rows;
use crate::report::svg::scale::Scale;
use crate::report::svg::spread;
use crate::report::svg::style::{fill, legend_of};
use crate::report::svg::told::told;

pub(crate) fn draw(bars: &Bars, canvas: &mut Canvas) {
    let (series, measure) = (bars.series(), bars.measure());
    legend::draw(canvas, &legend_of(series));
    let thick = if series.len() > 1 { px(10) } else { px(15) };
    let figures = only_figures(bars);
    let content = thick * series.len().max(1) as Tenths;
    let range = spread::range(series, &[0.0]);
    let rows = Rows::new(canvas, bars.names(), content, &figures, range, measure);
    rows.grid(canvas);
    for (row, name) in bars.names().iter().enumerate() {
        let top = rows.next(canvas, row);
        for (at, series) in series.iter().enumerate() {
            let mark = series.marks()[row];
            let place = (top + at as Tenths * thick, thick - px(2));
            canvas.told(&told(name, series.name(), &measure.told(mark)), |canvas| {
                let text = at == 0 || thick > Canvas::FONT;
                draw_bar(canvas, (fill(at), text), rows.scale(), place, mark);
            });
        }
        if let Some(figure) = figures.get(row) {
            rows.figure(canvas, top, figure);
        }
    }
    rows.axis(canvas, measure);
}

/// The figures beside the bars, where there is one series.
fn only_figures(bars: &Bars) -> Vec<String> {
    match bars.series() {
        [only] => {
            let marks = only.marks().iter();
            let value = |mark: &Mark| {
                mark.value()
                    .map_or(String::new(), |x| bars.measure().written(x))
            };
            marks.map(value).collect()
        }
        _ => Vec::new(),
    }
}

fn draw_bar(
    canvas: &mut Canvas,
    (class, says_missing): (&str, bool),
    scale: Scale,
    (top, thick): (Tenths, Tenths),
    mark: Mark,
) {
    let zero = scale.zero();
    let Some(value) = mark.value() else {
        // below a name of the tallest common font, where bars are thin
        let at = (zero + px(4), top + (thick / 2 + px(5)).max(px(12)));
        if says_missing {
            canvas.text("mut", at, Anchor::Start, "not estimated");
        }
        return;
    };
    canvas.rect(class, (zero, top), (scale.at(value) - zero, thick));
    draw_interval(canvas, "iv", scale, top + thick / 2, mark);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::chart::Measure;

    /// On a phone, where names stand above bars, a line of the tallest common font lay over the next.
    #[test]
    fn what_is_not_estimated_is_said_a_line_below_the_name() {
        let bars = Bars::new(Measure::new("x"), ["tv"]).with_series("a", [f64::NAN]);
        let bars = bars.with_series("b", [1.0]);
        let mut canvas = Canvas::new(px(360));
        draw(&bars, &mut canvas);
        let svg = canvas.into_elements();
        let place = |text: &str| -> f64 {
            let before = svg.split(text).next().unwrap();
            let y = before.rsplit(" y=\"").next().unwrap();
            y.split('"').next().unwrap().parse().unwrap()
        };
        let apart = place(">not estimated<") - place(">tv<");
        assert!(apart >= 17.0, "{apart}");
    }
}

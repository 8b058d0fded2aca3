//! A chart's picture of some width.

use crate::report::chart::{Chart, Mark, Plot};
use crate::report::svg::canvas::Canvas;
use crate::report::svg::length::{Tenths, push};
use crate::report::svg::xml::{attribute, escaped};
use crate::report::svg::{
    area, bars, dumbbell, flow, forest, heat_map, histogram, lines, response, scatter, sparkline,
    spread, waterfall,
};

/// Elements with their size.
pub(crate) struct Drawing {
    pub(crate) elements: String,
    pub(crate) width: Tenths,
    pub(crate) height: Tenths,
}

/// Draws what a chart shows, without its title.
pub(crate) fn draw(chart: &Chart, width: Tenths) -> Drawing {
    let mut canvas = Canvas::new(width);
    plot(chart.plot(), &mut canvas);
    Drawing::new(canvas)
}

/// Draws one kind.
pub(crate) fn plot(plot: &Plot, canvas: &mut Canvas) {
    match plot {
        Plot::Bars(kind) => bars::draw(kind, canvas),
        Plot::Dumbbell(kind) => dumbbell::draw(kind, canvas),
        Plot::Forest(kind) => forest::draw(kind, canvas),
        Plot::Waterfall(kind) => waterfall::draw(kind, canvas),
        Plot::Lines(kind) => lines::draw(kind, canvas),
        Plot::Area(kind) => area::draw(kind, canvas),
        Plot::ResponseCurve(kind) => response::draw(kind, canvas),
        Plot::Scatter(kind) => scatter::draw(kind, canvas),
        Plot::Histogram(kind) => histogram::draw(kind, canvas),
        Plot::HeatMap(kind) => heat_map::draw(kind, canvas),
        Plot::Flow(kind) => flow::draw(kind, canvas),
        Plot::Sparkline(kind) => sparkline::draw(kind, canvas),
    }
}

impl Drawing {
    pub(crate) fn new(canvas: Canvas) -> Self {
        let (width, height) = (canvas.width(), canvas.bottom().max(1));
        Self {
            elements: canvas.into_elements(),
            width,
            height,
        }
    }

    /// The range of estimates and a reference, for those who draw them elsewhere.
    pub(crate) fn range(marks: &[Mark], reference: Option<f64>) -> (f64, f64) {
        let always: Vec<f64> = reference.into_iter().collect();
        let rows: Vec<Vec<Mark>> = marks.iter().map(|mark| vec![*mark]).collect();
        spread::range_of_rows(&rows, &always).0
    }

    /// The opening tag of the picture, its title and what it shows, under ids that start so.
    pub(crate) fn open(&self, class: &str, id: &str, title: &str, about: &str) -> String {
        let mut out = "<svg xmlns=\"http://www.w3.org/2000/svg\"".to_owned();
        attribute(&mut out, "class", class);
        let mut size = "0 0 ".to_owned();
        push(&mut size, self.width);
        size.push(' ');
        push(&mut size, self.height);
        attribute(&mut out, "viewBox", &size);
        out.push_str(" role=\"img\"");
        attribute(&mut out, "aria-labelledby", &format!("{id}t {id}d"));
        out.push_str(&format!(
            "><title id=\"{id}t\">{}</title><desc id=\"{id}d\">{}</desc>",
            escaped(title),
            escaped(about)
        ));
        out
    }
}

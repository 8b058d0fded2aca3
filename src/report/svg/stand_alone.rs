//! A chart as a file of its own.

use crate::report::chart::{Chart, Size};
use crate::report::svg::canvas::Canvas;
use crate::report::svg::drawing::{Drawing, plot};
use crate::report::svg::length::{Tenths, px};
use crate::report::svg::style;

impl Size {
    /// The width of a picture of that size on a screen.
    pub(crate) const fn wide(self) -> Tenths {
        match self {
            Self::Full => px(1120),
            Self::Half => px(532),
            Self::Third => px(336),
        }
    }

    /// The width of any picture on a phone.
    pub(crate) const NARROW: Tenths = px(320);
}

impl Chart {
    /// The chart as an SVG file with its title, in light and in dark as the reader has it.
    ///
    /// The same chart gives the same bytes, on every machine.
    ///
    /// ```
    /// use mixtouch::report::chart::{Bars, Chart, Measure};
    ///
    /// let bars = Bars::new(Measure::new("visits"), ["tv"]).with_series("", [3.0]);
    /// let svg = Chart::new("TV brings the visits", bars).svg();
    /// assert!(svg.starts_with("<svg") && svg.ends_with("</svg>\n"));
    /// ```
    pub fn svg(&self) -> String {
        let width = match self.size() {
            Size::Full => px(820),
            size => size.wide(),
        };
        self.svg_of(width)
    }

    /// The chart as an SVG file as wide as a phone.
    ///
    /// ```
    /// use mixtouch::report::chart::{Bars, Chart, Measure};
    ///
    /// let bars = Bars::new(Measure::new("visits"), ["tv"]).with_series("", [3.0]);
    /// assert!(Chart::new("TV", bars).narrow_svg().contains("viewBox=\"-12 -12 344 "));
    /// ```
    pub fn narrow_svg(&self) -> String {
        self.svg_of(Size::NARROW)
    }

    fn svg_of(&self, width: Tenths) -> String {
        let mut canvas = Canvas::new(width);
        canvas.paragraph("ink title", self.title(), Canvas::FONT * 5 / 4);
        canvas.paragraph("mut", self.subtitle(), Canvas::FONT);
        canvas.extend(px(4));
        plot(self.plot(), &mut canvas);
        let drawing = Drawing::new(canvas);
        let margin = 12;
        let (wide, high) = (
            (width + 9) / 10 + 2 * margin,
            (drawing.height + 9) / 10 + 2 * margin,
        );
        let open = drawing.open("mixtouch", "c", self.title(), self.subtitle());
        let (before, after) = open.split_once(" viewBox=").unwrap_or((&open, ""));
        let after = after.split_once(" role=").map_or(after, |(_, rest)| rest);
        format!(
            "{before} viewBox=\"-{margin} -{margin} {wide} {high}\" width=\"{wide}\" \
             height=\"{high}\" role={after}<style>{}</style>\
             <rect class=\"page\" x=\"-{margin}\" y=\"-{margin}\" width=\"{wide}\" \
             height=\"{high}\"/>\
             {}</svg>\n",
            style::literal(),
            drawing.elements
        )
    }
}

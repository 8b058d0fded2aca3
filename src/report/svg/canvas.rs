//! What is drawn on: elements one after the other, and how far down they reach.

use crate::report::svg::length::{Tenths, push, px};
use crate::report::svg::path::Path;
use crate::report::svg::text;
use crate::report::svg::xml::{attribute, escaped};

/// To which side of its point a text lies.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Anchor {
    Start,
    Middle,
    End,
}

/// The elements of a picture.
pub(crate) struct Canvas {
    out: String,
    width: Tenths,
    /// Where the next part of the picture starts.
    bottom: Tenths,
}

impl Canvas {
    /// The size of letters, 13.5 px: 12 px or more where a page shows the picture a tenth smaller.
    pub(crate) const FONT: Tenths = 135;
    /// The height of a line of text.
    pub(crate) const LINE: Tenths = px(17);

    /// An empty picture of that width.
    pub(crate) const fn new(width: Tenths) -> Self {
        Self {
            out: String::new(),
            width,
            bottom: 0,
        }
    }

    pub(crate) const fn width(&self) -> Tenths {
        self.width
    }

    pub(crate) const fn bottom(&self) -> Tenths {
        self.bottom
    }

    /// Moves the bottom down.
    pub(crate) const fn extend(&mut self, by: Tenths) {
        self.bottom += by;
    }

    /// Whether the picture is one for a phone.
    pub(crate) const fn is_narrow(&self) -> bool {
        self.width < px(420)
    }

    /// The elements.
    pub(crate) fn into_elements(self) -> String {
        self.out
    }

    fn number(&mut self, name: &str, value: Tenths) {
        self.out.push(' ');
        self.out.push_str(name);
        self.out.push_str("=\"");
        push(&mut self.out, value);
        self.out.push('"');
    }

    fn open(&mut self, element: &str, class: &str) {
        self.out.push('<');
        self.out.push_str(element);
        if !class.is_empty() {
            attribute(&mut self.out, "class", class);
        }
    }

    fn numbers(&mut self, values: &[(&str, Tenths)]) {
        for (name, value) in values {
            self.number(name, *value);
        }
        self.out.push_str("/>");
    }

    /// A rectangle; drawn from the other side where its width or height is negative.
    pub(crate) fn rect(&mut self, class: &str, at: (Tenths, Tenths), size: (Tenths, Tenths)) {
        let (x, width) = (at.0.min(at.0 + size.0), size.0.abs());
        let (y, height) = (at.1.min(at.1 + size.1), size.1.abs());
        self.open("rect", class);
        self.numbers(&[("x", x), ("y", y), ("width", width), ("height", height)]);
    }

    pub(crate) fn line(&mut self, class: &str, from: (Tenths, Tenths), to: (Tenths, Tenths)) {
        self.open("line", class);
        self.numbers(&[("x1", from.0), ("y1", from.1), ("x2", to.0), ("y2", to.1)]);
    }

    pub(crate) fn circle(&mut self, class: &str, at: (Tenths, Tenths), radius: Tenths) {
        self.open("circle", class);
        self.numbers(&[("cx", at.0), ("cy", at.1), ("r", radius)]);
    }

    pub(crate) fn path(&mut self, class: &str, path: &Path) {
        self.open("path", class);
        attribute(&mut self.out, "d", path.as_str());
        self.out.push_str("/>");
    }

    /// A text on its base line.
    pub(crate) fn text(
        &mut self,
        class: &str,
        at: (Tenths, Tenths),
        anchor: Anchor,
        content: &str,
    ) {
        let side = match anchor {
            Anchor::Start => "",
            Anchor::Middle => "mid",
            Anchor::End => "end",
        };
        let class = [class, side].map(str::trim).join(" ");
        self.open("text", class.trim());
        self.number("x", at.0);
        self.number("y", at.1);
        self.out.push('>');
        self.out.push_str(&escaped(content));
        self.out.push_str("</text>");
    }

    /// A text turned to read upwards from its point.
    pub(crate) fn upward_text(&mut self, class: &str, at: (Tenths, Tenths), content: &str) {
        self.open("text", class);
        let mut place = "translate(".to_owned();
        push(&mut place, at.0);
        place.push(' ');
        push(&mut place, at.1);
        place.push_str(") rotate(-90)");
        attribute(&mut self.out, "transform", &place);
        self.out.push('>');
        self.out.push_str(&escaped(content));
        self.out.push_str("</text>");
    }

    /// Elements that tell a text when pointed at.
    pub(crate) fn told(&mut self, what: &str, draw: impl FnOnce(&mut Self)) {
        self.out.push_str("<g><title>");
        self.out.push_str(&escaped(what));
        self.out.push_str("</title>");
        draw(self);
        self.out.push_str("</g>");
    }

    /// Lines of text below all that is there.
    pub(crate) fn paragraph(&mut self, class: &str, content: &str, font: Tenths) {
        if content.is_empty() {
            return;
        }
        let line = font * 13 / 10;
        for part in text::wrapped_into(content, font, self.width, 6) {
            self.extend(line);
            self.text(class, (0, self.bottom - line / 4), Anchor::Start, &part);
        }
        self.extend(px(4));
    }
}

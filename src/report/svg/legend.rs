//! Which colour is which series.

use crate::report::svg::canvas::{Anchor, Canvas};
use crate::report::svg::length::{Tenths, px};
use crate::report::svg::text;

const SWATCH: Tenths = px(11);
const GAP: Tenths = px(16);

/// Draws swatches with names, as many to a line as fit.
pub(crate) fn draw(canvas: &mut Canvas, entries: &[(String, &str)]) {
    let named = entries
        .iter()
        .any(|(class, name)| !class.is_empty() && !name.is_empty());
    if !named {
        return;
    }
    let mut x = 0;
    canvas.extend(Canvas::LINE);
    for (class, name) in entries {
        let room = canvas.width() - SWATCH - px(6);
        let name = text::cut(name, Canvas::FONT, room);
        let wide = SWATCH + px(6) + text::width(&name, Canvas::FONT);
        if x > 0 && x + wide > canvas.width() {
            canvas.extend(Canvas::LINE);
            x = 0;
        }
        let base = canvas.bottom() - px(4);
        canvas.rect(class, (x, base - SWATCH + px(1)), (SWATCH, SWATCH));
        canvas.text("ink", (x + SWATCH + px(6), base), Anchor::Start, &name);
        x += wide + GAP;
    }
    canvas.extend(px(6));
}

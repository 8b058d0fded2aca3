//! Histograms.

use crate::report::chart::Histogram;
use crate::report::svg::canvas::Canvas;
use crate::report::svg::length::px;
use crate::report::svg::spread;
use crate::report::svg::style::fill;
use crate::report::svg::upright::Upright;

pub(crate) fn draw(histogram: &Histogram, canvas: &mut Canvas) {
    let (across, up, bins) = (histogram.across(), histogram.up(), histogram.bins());
    let amounts = bins.iter().map(|bin| bin.amount).chain([0.0]);
    let amounts = spread::bounds(amounts).unwrap_or((0.0, 1.0));
    let height = if canvas.is_narrow() { px(170) } else { px(190) };
    let upright = Upright::draw(canvas, amounts, height, up.is_share(), up.name());
    let places = bins.iter().flat_map(|bin| [bin.from, bin.to]);
    let places = spread::bounds(places).unwrap_or((0.0, 1.0));
    let scale = upright.across(canvas, places, across.is_share(), across.name());
    let zero = upright.scale.zero();
    for bin in bins {
        let (left, right) = (scale.at(bin.from), scale.at(bin.to));
        let [from, to] = [bin.from, bin.to].map(|place| across.written(place));
        let told = format!("{from} to {to}: {}", up.written(bin.amount));
        canvas.told(&told, |canvas| {
            let size = (right - left, upright.scale.at(bin.amount) - zero);
            canvas.rect(&format!("{} edge", fill(0)), (left, zero), size);
        });
    }
}

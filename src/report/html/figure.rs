//! A chart in a page: drawn wide and narrow, with the table behind it.

use crate::report::chart::{Chart, Plot, Size, Sparkline};
use crate::report::html::table;
use crate::report::svg::{draw, escaped};

/// Adds a chart; `number` is its place in the page.
pub(crate) fn chart(out: &mut String, chart: &Chart, size: Size, number: usize) {
    let class = match size {
        Size::Full => "full",
        Size::Half => "half",
        Size::Third => "third",
    };
    out.push_str(&format!(
        "<figure class=\"{class}\"><figcaption><h3>{}</h3>",
        escaped(chart.title())
    ));
    if !chart.subtitle().is_empty() {
        out.push_str(&format!("<p>{}</p>", escaped(chart.subtitle())));
    }
    out.push_str("</figcaption>");
    match size {
        Size::Third => picture(out, chart, "both", Size::NARROW, number),
        size => {
            picture(out, chart, "wide", size.wide(), number);
            picture(out, chart, "narrow", Size::NARROW, number);
        }
    }
    out.push_str("<details><summary>Figures behind this chart</summary>");
    table::table(out, chart.title(), &chart.table());
    out.push_str("</details></figure>\n");
}

fn picture(out: &mut String, chart: &Chart, class: &str, width: i32, number: usize) {
    let drawing = draw(chart, width);
    let id = format!("c{number}{}", &class[..1]);
    out.push_str(&drawing.open(class, &id, chart.title(), chart.subtitle()));
    out.push_str(&drawing.elements);
    out.push_str("</svg>\n");
}

/// Adds a course of a card.
pub(crate) fn course(out: &mut String, name: &str, course: &Sparkline, number: usize) {
    let chart = Chart::new(name, Plot::from(course.clone()));
    let drawing = draw(&chart, 1600);
    let known = course.marks().iter().filter_map(|mark| mark.value());
    let ends: Vec<f64> = known.collect();
    let about = match ends[..] {
        [first, .., last] => {
            let [first, last] = [first, last].map(|x| course.measure().written(x));
            format!("from {first} to {last}")
        }
        _ => "too short for a course".to_owned(),
    };
    out.push_str(&drawing.open("spark", &format!("s{number}"), name, &about));
    out.push_str(&drawing.elements);
    out.push_str("</svg>");
}

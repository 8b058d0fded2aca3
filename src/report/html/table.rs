//! Tables as HTML.

use crate::report::cell::Cell;
use crate::report::chart::Mark;
use crate::report::html::page_table::PageTable;
use crate::report::svg::{Canvas, Drawing, Scale, draw_beyond, draw_interval, escaped};
use crate::report::table::{Alignment, Table};

/// The size of a drawn interval, in tenths of a pixel.
const FOREST: (i32, i32) = (1200, 180);

/// A table with headings that say what they are of; missing figures are "not estimated".
pub(crate) fn table(out: &mut String, name: &str, table: &Table) {
    open(out, name);
    heading(out, table, None);
    for row in table.rows() {
        out.push_str("<tr>");
        for (at, column) in table.columns().iter().enumerate() {
            cell(out, at, column.alignment(), row.get(at));
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody></table></div>");
}

fn open(out: &mut String, name: &str) {
    let name = escaped(name);
    out.push_str(&format!(
        "<div class=\"scroll\" role=\"region\" aria-label=\"Table: {name}\" tabindex=\"0\">\
         <table><caption class=\"unseen\">{name}</caption>"
    ));
}

fn heading(out: &mut String, table: &Table, drawn: Option<usize>) {
    out.push_str("<thead><tr>");
    for (at, column) in table.columns().iter().enumerate() {
        let side = if column.alignment() == Alignment::Right {
            " class=\"r\""
        } else {
            ""
        };
        let name = match column.name() {
            "" if at == 0 => "name".to_owned(),
            "" => "note".to_owned(),
            name => escaped(name),
        };
        out.push_str(&format!("<th scope=\"col\"{side}>{name}</th>"));
        if drawn == Some(at) {
            out.push_str("<th scope=\"col\" data-drawn>interval</th>");
        }
    }
    out.push_str("</tr></thead><tbody>\n");
}

fn cell(out: &mut String, at: usize, side: Alignment, cell: Option<&Cell>) {
    let text = cell.map_or_else(String::new, shown);
    match (at, side) {
        (0, _) => {
            let name = if text.trim().is_empty() {
                "(no name)"
            } else {
                &text
            };
            out.push_str(&format!("<th scope=\"row\">{name}</th>"));
        }
        (_, Alignment::Right) => out.push_str(&format!("<td class=\"r\">{text}</td>")),
        (_, Alignment::Left) => out.push_str(&format!("<td>{text}</td>")),
    }
}

/// A cell as it reads, its interval in an element of its own.
fn shown(cell: &Cell) -> String {
    let unknown = cell.value().is_some_and(|value| !value.is_finite());
    if cell.is_missing() || unknown {
        return "<span class=\"mute\">not estimated</span>".to_owned();
    }
    let value = escaped(&cell.shown());
    match cell
        .shown_interval()
        .filter(|text| !text.contains("NaN") && !text.contains("inf"))
    {
        Some(interval) => format!("{value} <small>{}</small>", escaped(&interval)),
        None => value,
    }
}

/// A table of a page, with the intervals of a column drawn if asked for.
pub(crate) fn page_table(out: &mut String, page: &PageTable) {
    let Some((drawn, reference)) = page.forest() else {
        return table(out, page.heading(), page.table());
    };
    let rows = page.table().rows();
    let mark = |row: &[Cell]| row.get(drawn).map_or(Mark::MISSING, mark_of);
    let marks: Vec<Mark> = rows.iter().map(|row| mark(row)).collect();
    // what is no channel, such as the baseline, sets no scale
    let is_named = |row: &[Cell]| {
        row.first()
            .is_none_or(|name| !name.to_string().starts_with('('))
    };
    let named = rows.iter().zip(&marks).filter(|(row, _)| is_named(row));
    let named: Vec<Mark> = named.map(|(_, mark)| *mark).collect();
    let (low, high) = Drawing::range(&named, reference);
    let within = |mark: &Mark| mark.value().is_some_and(|it| (low..=high).contains(&it));
    let scale = Scale::new(low, high, 60, FOREST.0 - 60);
    open(out, page.heading());
    heading(out, page.table(), Some(drawn));
    for (row, mark) in rows.iter().zip(&marks) {
        out.push_str("<tr>");
        for (at, column) in page.table().columns().iter().enumerate() {
            cell(out, at, column.alignment(), row.get(at));
            if at == drawn {
                out.push_str("<td>");
                let mark = if is_named(row) || within(mark) {
                    *mark
                } else {
                    Mark::MISSING
                };
                out.push_str(&interval(mark, scale, reference));
                out.push_str("</td>");
            }
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody></table></div>");
}

fn mark_of(cell: &Cell) -> Mark {
    let mark = Mark::new(cell.value());
    cell.interval()
        .map_or(mark, |(low, high)| mark.with_interval(low, high))
}

/// An interval drawn small; its figures stand beside it.
fn interval(mark: Mark, scale: Scale, reference: Option<f64>) -> String {
    let mut canvas = Canvas::new(FOREST.0);
    let middle = FOREST.1 / 2;
    if let Some(reference) = reference {
        let x = scale.at(reference);
        canvas.line("ref", (x, 0), (x, FOREST.1));
    }
    match mark.value() {
        Some(value) if scale.holds(value) => {
            draw_interval(&mut canvas, "l1", scale, middle, mark);
            canvas.circle("s1 dot", (scale.at(value), middle), 45);
        }
        Some(value) => draw_beyond(&mut canvas, "l1", scale, middle, value),
        None => {}
    }
    format!(
        "<svg class=\"small\" viewBox=\"0 0 {} {}\" aria-hidden=\"true\">{}</svg>",
        FOREST.0 / 10,
        FOREST.1 / 10,
        canvas.into_elements()
    )
}

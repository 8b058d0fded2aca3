//! A page as HTML.

use crate::report::chart::{Chart, Size};
use crate::report::html::answer::Answer;
use crate::report::html::card::Card;
use crate::report::html::chapter::{Block, Chapter};
use crate::report::html::check::Check;
use crate::report::html::page::Page;
use crate::report::html::{figure, script, style, table};
use crate::report::svg::escaped;

/// The letters of a file's name after which no word is added.
const LONGEST: usize = 32;

impl Page {
    /// All charts with a short name of each for files, which says the chapter and what is drawn:
    /// `01-attribution-credited-conversions-by-channel`, ...
    ///
    /// ```
    /// use mixtouch::report::chart::{Bars, Chart, Measure};
    /// use mixtouch::report::html::{Chapter, Page};
    ///
    /// let bars = Bars::new(Measure::new("visits"), ["tv"]).with_series("", [3.0]);
    /// let chart = Chart::new("TV brings most", bars).with_subtitle("Visits by channel, a week");
    /// let chapter = Chapter::new("Who came?").with_chart(chart);
    /// let page = Page::new("Visits").with_chapter(chapter);
    /// assert_eq!(page.charts()[0].0, "01-who-came-visits-by-channel");
    /// ```
    pub fn charts(&self) -> Vec<(String, &Chart)> {
        let charts = self.chapters.iter().flat_map(|chapter| {
            let name = file_name(chapter.heading());
            let drawn = |chart| format!("{name}-{}", file_name(subject(chart)));
            let each: Vec<_> = chapter
                .charts()
                .map(|chart| (drawn(chart), chart))
                .collect();
            each
        });
        let named = charts.enumerate();
        named
            .map(|(at, (name, chart))| (format!("{:02}-{name}", at + 1), chart))
            .collect()
    }

    /// The page as one HTML file. The same page gives the same bytes, on every machine.
    pub fn html(&self) -> String {
        page(self)
    }
}

/// The whole file.
fn page(page: &Page) -> String {
    let mut out = String::with_capacity(1 << 16);
    let headline = escaped(&page.headline);
    out.push_str(&format!(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\
         <meta name=\"color-scheme\" content=\"light dark\">\
         <meta name=\"generator\" content=\"mixtouch {}\">\
         <title>{headline}</title><style>{}</style></head>\n<body><main>\n\
         <header><h1>{headline}</h1>",
        env!("CARGO_PKG_VERSION"),
        style::sheet()
    ));
    if !page.about.is_empty() {
        out.push_str(&format!("<p class=\"about\">{}</p>", escaped(&page.about)));
    }
    chips(&mut out, &page.chips);
    out.push_str("</header>\n");
    answers(&mut out, &page.answers);
    cards(&mut out, &page.cards);
    contents(&mut out, &page.chapters);
    findings(&mut out, &page.findings);
    top_table(&mut out, page);
    if !page.checks.is_empty() {
        out.push_str("<section><h2 id=\"checks\">Checks</h2>");
        checks(&mut out, &page.checks);
        out.push_str("</section>\n");
    }
    let mut number = 0;
    for (at, part) in page.chapters.iter().enumerate() {
        chapter(&mut out, part, at, &mut number);
    }
    out.push_str("</main>\n<script>");
    out.push_str(script::SCRIPT);
    out.push_str("</script></body></html>\n");
    out
}

fn chips(out: &mut String, chips: &[(String, String)]) {
    if chips.is_empty() {
        return;
    }
    out.push_str("<ul class=\"chips\">");
    for (name, value) in chips {
        let (name, value) = (escaped(name), escaped(value));
        out.push_str(&format!("<li>{name} <b>{value}</b></li>"));
    }
    out.push_str("</ul>");
}

fn answers(out: &mut String, answers: &[Answer]) {
    if answers.is_empty() {
        return;
    }
    out.push_str("<section aria-label=\"Answers\"><dl class=\"answers\">");
    for answer in answers {
        out.push_str(&format!(
            "<div><dt>{}</dt><dd><b>{}</b>",
            escaped(answer.question()),
            escaped(answer.answer())
        ));
        if !answer.detail().is_empty() {
            out.push_str(&format!(" <span>{}</span>", escaped(answer.detail())));
        }
        out.push_str("</dd></div>");
    }
    out.push_str("</dl></section>\n");
}

fn cards(out: &mut String, cards: &[Card]) {
    if cards.is_empty() {
        return;
    }
    out.push_str("<section aria-label=\"Main figures\"><ul class=\"cards\">");
    for (at, card) in cards.iter().enumerate() {
        out.push_str(&format!(
            "<li><span>{}</span><b>{}</b>",
            escaped(card.name()),
            escaped(card.figure())
        ));
        if !card.note().is_empty() {
            out.push_str(&format!("<small>{}</small>", escaped(card.note())));
        }
        if let Some(course) = card.course() {
            figure::course(out, card.name(), course, at);
        }
        out.push_str("</li>");
    }
    out.push_str("</ul></section>\n");
}

fn contents(out: &mut String, chapters: &[Chapter]) {
    if chapters.len() < 2 {
        return;
    }
    out.push_str("<nav aria-label=\"Chapters\">");
    for (at, chapter) in chapters.iter().enumerate() {
        let heading = escaped(chapter.heading());
        out.push_str(&format!("<a href=\"#p{at}\">{heading}</a> "));
    }
    out.push_str("</nav>\n");
}

fn findings(out: &mut String, findings: &[(String, String)]) {
    if findings.is_empty() {
        return;
    }
    out.push_str("<section><h2 id=\"findings\">Findings</h2><ul class=\"findings\">");
    for (finding, figures) in findings {
        let (finding, figures) = (escaped(finding), escaped(figures));
        out.push_str(&format!("<li><b>{finding}</b> {figures}</li>"));
    }
    out.push_str("</ul></section>\n");
}

fn top_table(out: &mut String, page: &Page) {
    if let Some(shown) = &page.table {
        let heading = escaped(shown.heading());
        out.push_str(&format!("<section><h2 id=\"table\">{heading}</h2>"));
        table::page_table(out, shown);
        out.push_str("</section>\n");
    }
}

fn checks(out: &mut String, checks: &[Check]) {
    out.push_str("<ul class=\"checks\">");
    for check in checks {
        let verdict = check.verdict().name();
        out.push_str(&format!(
            "<li class=\"{verdict}\"><b class=\"verdict\">{verdict}</b> <span>{}",
            escaped(check.text())
        ));
        if !check.action().is_empty() {
            out.push_str(&format!(" <em>{}</em>", escaped(check.action())));
        }
        out.push_str("</span></li>");
    }
    out.push_str("</ul>");
}

fn chapter(out: &mut String, chapter: &Chapter, at: usize, number: &mut usize) {
    let heading = escaped(chapter.heading());
    out.push_str(&format!(
        "<section><h2 id=\"p{at}\">{heading}</h2><div class=\"charts\">\n"
    ));
    let sizes = sizes(chapter.blocks());
    for (block, size) in chapter.blocks().iter().zip(sizes) {
        match block {
            Block::Text(text) => out.push_str(&format!("<p class=\"full\">{}</p>", escaped(text))),
            Block::Chart(chart) => {
                figure::chart(out, chart, size, *number);
                *number += 1;
            }
            Block::Table(shown) => {
                let heading = escaped(shown.heading());
                out.push_str(&format!("<div class=\"full box\"><h3>{heading}</h3>"));
                table::page_table(out, shown);
                out.push_str("</div>");
            }
            Block::Checks(list) => {
                out.push_str("<div class=\"full\">");
                checks(out, list);
                out.push_str("</div>");
            }
        }
    }
    out.push_str("</div></section>\n");
}

/// The width of each block. A half that would have nothing beside it takes all; thirds that do not
/// fill their last row become halves there.
fn sizes(blocks: &[Block]) -> Vec<Size> {
    let own = |block: &Block| match block {
        Block::Chart(chart) => chart.size(),
        _ => Size::Full,
    };
    let mut sizes: Vec<Size> = blocks.iter().map(own).collect();
    for run in sizes.chunk_by_mut(|a, b| a == b) {
        if run[0] == Size::Third {
            let halves = [0, 4, 2][run.len() % 3].min(run.len());
            let from = run.len() - halves;
            run[from..].fill(Size::Half);
        }
    }
    for run in sizes.chunk_by_mut(|a, b| a == b) {
        if run[0] == Size::Half && run.len() % 2 == 1 {
            run[run.len() - 1] = Size::Full;
        }
    }
    sizes
}

/// What a chart draws: the start of its subtitle, which stays the same whatever the figures are, or
/// its title.
fn subject(chart: &Chart) -> &str {
    let start = |text: &'_ str| text.find([',', ';', ':', '.', '(']).unwrap_or(text.len());
    let subtitle = chart.subtitle();
    let subject = &subtitle[..start(subtitle)];
    match subject.starts_with(|first: char| first.is_alphabetic()) {
        true => subject,
        false => chart.title(),
    }
}

/// A text as a part of a file's name: letters and digits of its first words, the rest as `-`.
fn file_name(text: &str) -> String {
    let mut name = String::new();
    for letter in text.chars() {
        if name.len() >= LONGEST && !letter.is_ascii_alphanumeric() {
            break;
        }
        if letter.is_ascii_alphanumeric() {
            name.push(letter.to_ascii_lowercase());
        } else if !name.is_empty() && !name.ends_with('-') {
            name.push('-');
        }
    }
    let name = name.trim_end_matches('-');
    if name.is_empty() {
        "chart".to_owned()
    } else {
        name.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::chart::{Bars, Measure};

    #[test]
    fn every_row_is_full() {
        let of = |letters: &str| -> String {
            let block = |letter: char| {
                let size = match letter {
                    'h' => Size::Half,
                    't' => Size::Third,
                    _ => Size::Full,
                };
                let bars = Bars::new(Measure::new("x"), ["a"]);
                Block::Chart(Chart::new("x", bars).with_size(size))
            };
            let letter = |size: &Size| match size {
                Size::Full => 'f',
                Size::Half => 'h',
                Size::Third => 't',
            };
            let blocks: Vec<Block> = letters.chars().map(block).collect();
            sizes(&blocks).iter().map(letter).collect()
        };
        assert_eq!(of("fhhfh"), "fhhff");
        assert_eq!(of("hhhfttt"), "hhffttt");
        assert_eq!([of("t"), of("tt"), of("tttt")], ["f", "hh", "hhhh"]);
        assert_eq!([of("ttttt"), of("ttttttt")], ["ttthh", "ttthhhh"]);
        // halves before thirds that become halves: in pairs together
        assert_eq!(of("htt"), "hhf");
        assert_eq!(of(""), "");
    }
}

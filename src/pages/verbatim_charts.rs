//! What customers say, drawn.

use crate::kpi::verbatims::{Term, TermContrast, Verbatims};
use crate::pages::kpi_trends::of_mean;
use crate::pages::words;
use crate::report::chart::{Chart, Forest, HeatMap, Lines, Mark, Measure, Size};
use crate::report::html::Chapter;
use crate::report::{Cell, Table};

/// The terms that a chart and a title show.
const MOST: usize = 16;
const NAMED: usize = 3;

/// The chapter; none without answers.
pub(crate) fn chapter(said: &Verbatims) -> Chapter {
    let chapter = Chapter::new("In customers' words");
    if said.population == 0 {
        return chapter;
    }
    let about = format!(
        "{} answers in text of {} persons. A term counts once a person, and is shown only where \
         enough persons of a group used it, or none.",
        words::short(said.population as f64),
        words::short(said.persons as f64)
    );
    chapter
        .with_text(about)
        .with_charts(said.by_score.as_ref().map(by_score))
        .with_charts(sentiment(said))
        .with_charts(by_group("channels", &said.by_channel))
        .with_charts(by_group("periods", &said.by_period))
}

fn odds() -> Measure {
    Measure::new("log-odds").with_digits(2)
}

fn named(terms: &[&Term]) -> String {
    let names: Vec<&str> = terms.iter().take(NAMED).map(|term| &*term.term).collect();
    words::listed(&names)
}

/// Terms of those who are content and of those who are not.
fn by_score(contrast: &TermContrast) -> Chart {
    let shown: Vec<&Term> = contrast.terms.iter().take(MOST).collect();
    let mut order = shown;
    order.sort_by(|a, b| b.odds.value.total_cmp(&a.odds.value));
    let marks = order.iter().map(|term| {
        let ends = term.odds.interval;
        Mark::new(term.odds.value).with_interval(ends.low(), ends.high())
    });
    let forest = Forest::new(odds(), order.iter().map(|term| term.term.clone()))
        .with_series("", marks)
        .with_reference(0.0, "alike");
    let (group, other) = (words::sentence(&contrast.group), &contrast.other);
    let [own, others] = contrast.sure();
    let title = match (own.is_empty(), others.is_empty()) {
        (true, true) => format!("{group} and {other} use the same words, within chance"),
        (false, true) => format!("{group} speak of {}", named(&own)),
        (true, false) => format!("{} speak of {}", words::sentence(other), named(&others)),
        (false, false) => format!(
            "{} speak of {}; {} of {}",
            words::sentence(other),
            named(&others),
            contrast.group,
            named(&own)
        ),
    };
    let level = contrast.terms.first().map_or_else(String::new, |term| {
        format!(", {} intervals", words::level(term.odds.interval.level()))
    });
    let chart = Chart::new(title, forest).with_table(table(contrast));
    chart.with_subtitle(format!(
        "Terms by how much more often {} ({} persons) use them than {other} ({}){level}",
        contrast.group, contrast.persons[0], contrast.persons[1]
    ))
}

fn table(contrast: &TermContrast) -> Table {
    let columns = [
        "term",
        &contrast.group,
        &contrast.other,
        "log-odds",
        "z",
        "adjusted p",
    ];
    let rows = contrast.terms.iter().map(|term| {
        let ends = term.odds.interval;
        [
            Cell::from(&term.term),
            Cell::count(term.persons[0]),
            Cell::count(term.persons[1]),
            Cell::number(term.odds.value, 2).with_interval(ends.low(), ends.high()),
            Cell::number(term.odds.z, 1),
            Cell::number(term.adjusted_p_value, 3),
        ]
    });
    Table::new(columns).with_rows(rows)
}

/// What sets each group apart from all others; only terms that do so beyond chance somewhere.
fn by_group(what: &str, contrasts: &[TermContrast]) -> Option<Chart> {
    if contrasts.len() < 2 {
        return None;
    }
    let mut sure: Vec<(&Term, &str)> = contrasts
        .iter()
        .flat_map(|contrast| {
            contrast
                .terms
                .iter()
                .map(move |term| (term, &*contrast.group))
        })
        .filter(|(term, _)| term.is_sure() && term.odds.value > 0.0)
        .collect();
    sure.sort_by(|a, b| {
        b.0.odds
            .z
            .total_cmp(&a.0.odds.z)
            .then(a.0.term.cmp(&b.0.term))
    });
    let mut terms: Vec<&str> = Vec::new();
    for (term, _) in &sure {
        if !terms.contains(&&*term.term) && terms.len() < MOST {
            terms.push(&term.term);
        }
    }
    let value = |contrast: &TermContrast, name: &str| {
        let known = contrast.terms.iter().find(|term| term.term == name);
        known.map(|term| term.odds.value)
    };
    let groups = contrasts.iter().map(|contrast| contrast.group.clone());
    let (first, group) = sure.first()?;
    let title = format!("What sets {what} apart: {} in {group}", first.term);
    let map = HeatMap::new(odds().with_digits(1), groups);
    let map = terms.iter().fold(map, |map, name| {
        map.with_row(
            *name,
            contrasts.iter().map(|contrast| value(contrast, name)),
        )
    });
    let chart = Chart::new(title, map).with_size(Size::Half);
    Some(chart.with_subtitle(
        "Log-odds of a term against all others; only terms beyond chance in some column",
    ))
}

/// How answers feel, by period or else by kind of journey.
fn sentiment(said: &Verbatims) -> Option<Chart> {
    let feeling = said.sentiment.as_ref()?;
    let mean = feeling.overall.score.mean?;
    let measure = Measure::new("mean score of answers").with_digits(2);
    let title = format!("Answers score {} on average", measure.written(mean));
    let subtitle = format!("How {} answers feel", feeling.overall.answers);
    let periods = &feeling.periods;
    let chart = if periods.len() > 1 {
        let names = periods.iter().map(|period| period.name.clone());
        let lines = Lines::new(measure, names);
        let marks = periods.iter().map(|period| of_mean(&period.figures.score));
        Chart::new(title, lines.with_series("", marks))
            .with_subtitle(format!("{subtitle}, by period"))
    } else {
        let known = feeling.by_use.iter().chain(&feeling.by_kind);
        let known: Vec<_> = known.filter(|group| group.figures.answers > 0).collect();
        let forest = Forest::new(measure, known.iter().map(|group| group.group.clone()));
        let marks = known.iter().map(|group| of_mean(&group.figures.score));
        Chart::new(title, forest.with_series("", marks))
            .with_subtitle(format!("{subtitle}, by channels used before"))
    };
    Some(chart.with_size(Size::Half))
}

//! Colours and classes, for a page and for a picture on its own.

use crate::report::chart::Series;

/// A colour by its name, in light and in dark.
type Colour = (&'static str, &'static str, &'static str);

/// Colours of series, in the order in which they are given out. The first four are told apart with
/// any kind of colour blindness, and so is each from the one before it; all stand out from the
/// page.
pub(crate) const SERIES: [(&str, &str); 11] = [
    ("#0a66b0", "#5aa9ee"),
    ("#d55e00", "#f28e4b"),
    ("#6c1346", "#8466e0"),
    ("#2a9d6a", "#7fe8cc"),
    ("#8683e7", "#b8605a"),
    ("#7a4a00", "#f2e27a"),
    ("#2f93b8", "#b175a2"),
    ("#8c2f5e", "#9fd6f5"),
    ("#a58100", "#c98a3e"),
    ("#2a2f6e", "#6589e3"),
    ("#c2557a", "#f5b8c8"),
];

/// All else: the page, what is written on it, and greys.
pub(crate) const OTHERS: [Colour; 7] = [
    ("page", "#ffffff", "#0d1117"),
    ("card", "#f6f8fa", "#161b22"),
    ("ink", "#1f2328", "#e6edf3"),
    ("mut", "#57606a", "#9aa4af"),
    ("grid", "#d8dee4", "#2d333b"),
    ("axis", "#818b96", "#6e7781"),
    ("rest", "#757f8a", "#8b949e"),
];

const CLASSES: [&str; 12] = [
    "s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10", "s11", "s0",
];

/// The class of what is filled in the colour of a series; all beyond the eleventh are grey.
pub(crate) fn fill(series: usize) -> &'static str {
    CLASSES[series.min(SERIES.len())]
}

/// The class of a line in the colour of a series.
pub(crate) fn stroke(series: usize) -> String {
    fill(series).replace('s', "l")
}

/// The class of a band in the colour of a series.
pub(crate) fn band(series: usize) -> String {
    fill(series).replace('s', "b")
}

/// The entries of a legend: none for a series alone.
pub(crate) fn legend_of(series: &[Series]) -> Vec<(String, &str)> {
    if series.len() == 1 && series[0].name().is_empty() {
        return Vec::new();
    }
    let entries = series.iter().enumerate();
    entries
        .map(|(at, series)| (fill(at).to_owned(), series.name()))
        .collect()
}

/// Rules for the classes of marks, with colours by this function of their name.
fn rules(colour: impl Fn(&str) -> String) -> String {
    let mut css = String::new();
    for class in CLASSES {
        let (name, colour) = (&class[1..], colour(class));
        css.push_str(&format!(
            ".s{name}{{fill:{colour}}}.l{name}{{stroke:{colour};stroke-width:2;fill:none;\
             stroke-linejoin:round}}.b{name}{{fill:{colour};fill-opacity:.22}}"
        ));
    }
    let [page, card, ink, muted, grid, axis, rest] = OTHERS.map(|(name, _, _)| colour(name));
    let (gain, loss) = (colour("s1"), colour("s2"));
    css.push_str(&format!(
        ".page{{fill:{page}}}.ink,.num{{fill:{ink}}}.mut{{fill:{muted}}}\
         .grid{{stroke:{grid}}}.axis{{stroke:{axis}}}.tot,.quiet{{fill:{rest}}}\
         .quiet.flow{{fill-opacity:.16}}.gain,.pos{{fill:{gain}}}.loss,.neg{{fill:{loss}}}\
         .none{{fill:{grid};fill-opacity:.5}}.link{{stroke:{axis};stroke-width:2}}\
         .ref{{stroke:{ink};stroke-dasharray:4 3}}.iv{{stroke:{ink};stroke-width:1.5;fill:none}}\
         .under{{stroke:{card};stroke-width:3.6;fill:none}}.thick{{stroke-width:2.2}}\
         .halo{{paint-order:stroke;stroke:{card};stroke-width:3.5;stroke-linejoin:round}}\
         .dot{{stroke:{card};stroke-width:1.5}}.edge{{stroke:{card};stroke-width:.7}}"
    ));
    css
}

/// Rules that do not depend on colours.
fn shapes() -> String {
    let mut css =
        "svg text{font:13.5px system-ui,-apple-system,\"Segoe UI\",Roboto,Helvetica,Arial,\
                   sans-serif}.num{font-weight:600}.mid{text-anchor:middle}.end{text-anchor:end}\
                   .flow{fill-opacity:.38}.faint{stroke-opacity:.4}"
            .to_owned();
    for step in 0..=9 {
        let hundredths = 6 * step;
        css.push_str(&format!(".h{step}{{fill-opacity:.{hundredths:02}}}"));
    }
    css
}

/// The rules of a page, whose colours are variables of it.
pub(crate) fn with_variables() -> String {
    let all = rules(|name| format!("var(--{name})"));
    format!("{}{all}", shapes())
}

/// The variables of a page, in light or in dark.
pub(crate) fn variables(dark: bool) -> String {
    let pick = |light: &'static str, night: &'static str| if dark { night } else { light };
    let series = CLASSES.iter().zip(SERIES);
    let series = series.map(|(class, (light, night))| format!("--{class}:{}", pick(light, night)));
    let rest = OTHERS[6];
    let others = OTHERS
        .iter()
        .map(|(name, light, night)| format!("--{name}:{}", pick(light, night)));
    let all: Vec<String> = series
        .chain([format!("--s0:{}", pick(rest.1, rest.2))])
        .chain(others)
        .collect();
    all.join(";")
}

fn literal_colour(name: &str, dark: bool) -> String {
    let pick = |light: &str, night: &str| if dark { night } else { light }.to_owned();
    let series = CLASSES.iter().position(|class| *class == name);
    if let Some((light, night)) = series.and_then(|at| SERIES.get(at)) {
        return pick(light, night);
    }
    // on its own a picture stands on the page, without a card
    let name = match name {
        "s0" => "rest",
        "card" => "page",
        other => other,
    };
    let other = OTHERS.iter().find(|(known, _, _)| *known == name);
    other.map_or_else(String::new, |(_, light, night)| pick(light, night))
}

/// The rules of a picture on its own: literal colours, others in the dark.
pub(crate) fn literal() -> String {
    format!(
        "{}.title{{font-size:17px;font-weight:600}}{}@media(prefers-color-scheme:dark){{{}}}",
        shapes(),
        rules(|name| literal_colour(name, false)),
        rules(|name| literal_colour(name, true))
    )
}

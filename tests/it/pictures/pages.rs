//! Pages: one file that needs nothing else.

use crate::pictures::gallery::Data;
use crate::pictures::xml::elements;

#[test]
fn a_page_is_well_formed_and_asks_for_nothing() {
    for data in [Data::usual(), Data::odd(), Data::many(3), Data::many(40)] {
        let html = data.page().html();
        let names = elements(&html);
        assert_eq!(names.iter().filter(|name| *name == "script").count(), 1);
        for word in ["src=", "href=\"http", "@import", "url(", "<link"] {
            assert!(!html.contains(word), "{word}");
        }
        // the one address is the name of the SVG language
        assert_eq!(
            html.matches("http").count(),
            html.matches("http://www.w3.org/2000/svg").count()
        );
    }
}

#[test]
fn every_chart_has_its_figures_behind_it() {
    let page = Data::odd().page();
    let html = page.html();
    let charts = page.charts().len();
    assert_eq!(html.matches("<figure").count(), charts);
    assert_eq!(
        html.matches("<summary>Figures behind this chart").count(),
        charts
    );
    assert_eq!(
        html.matches("<table>").count(),
        charts + 1,
        "and the table on top"
    );
    assert_eq!(
        html.matches("<th scope=\"row\">").count(),
        html.matches("<tr><th scope=\"row\">").count()
    );
}

#[test]
fn no_figure_is_nan() {
    let html = Data::odd().page().html();
    let body = html
        .split("<body>")
        .nth(1)
        .unwrap()
        .split("<script>")
        .next()
        .unwrap();
    // the heading of a column of the test is called so
    assert_eq!(body.matches("NaN").count(), 1);
    assert!(!body.contains(">inf") && !body.contains(" inf"));
    assert!(body.contains("<span class=\"mute\">not estimated</span>"));
}

#[test]
fn ids_are_given_once() {
    let html = Data::usual().page().html();
    let mut ids: Vec<&str> = html
        .split(" id=\"")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap())
        .collect();
    let all = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), all);
}

#[test]
fn charts_have_names_for_files() {
    let page = Data::odd().page();
    let names: Vec<String> = page.charts().into_iter().map(|(name, _)| name).collect();
    assert!(names[0].starts_with("01-every-kind-"), "{names:?}");
    // the chapter and what is drawn, however long that is
    let parts = |name: &String| name.len() > "01-every-kind-".len() && name.len() < 90;
    assert!(names.iter().all(parts), "{names:?}");
    assert!(
        names
            .iter()
            .all(|name| name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-'))
    );
}

/// Pages of names and amounts of every kind, for `scripts/pages.mjs` to open in a browser.
#[test]
#[ignore = "writes pages into the folder that MIXTOUCH_PAGES names"]
fn pages_for_a_browser() {
    let folder = std::env::var_os("MIXTOUCH_PAGES").expect("MIXTOUCH_PAGES names a folder");
    let pages = [
        ("usual", Data::usual()),
        ("odd", Data::odd()),
        ("three", Data::many(3)),
        ("forty", Data::many(40)),
    ];
    for (name, data) in pages {
        let path = std::path::Path::new(&folder).join(format!("{name}.html"));
        std::fs::write(path, data.page().html()).unwrap();
    }
}

//! What holds of every picture, whatever its figures and names.

use crate::pictures::gallery::Data;
use crate::pictures::xml::elements;
use mixtouch::report::chart::Chart;
use proptest::prelude::*;

/// The values of an attribute, as numbers.
fn numbers<'a>(svg: &'a str, name: &'a str) -> impl Iterator<Item = f64> + 'a {
    let start = format!(" {name}=\"");
    let places = svg
        .match_indices(&start)
        .map(|(at, _)| at)
        .collect::<Vec<_>>();
    places.into_iter().map(move |at| {
        let rest = &svg[at + start.len()..];
        rest[..rest.find('"').unwrap()].parse().expect("a number")
    })
}

/// All is finite, within the width, and whole in tenths of a pixel.
fn check(svg: &str) {
    let svg = &svg[svg.find("</style>").unwrap()..];
    elements(&format!("<svg><style>{svg}"));
    for word in ["NaN", "inf", "-0\""] {
        let shown = svg.match_indices(word).any(|(at, _)| {
            let before = svg[..at].rfind(['<', '>']).unwrap();
            &svg[before..=before] == "<"
        });
        assert!(!shown, "{word} in a place");
    }
    let width = numbers(svg, "width").next().unwrap();
    for (name, low, high) in [
        ("x", -12.0, width),
        ("cx", 0.0, width),
        ("x1", 0.0, width),
        ("x2", 0.0, width),
    ] {
        for x in numbers(svg, name) {
            assert!((low..=high).contains(&x), "{name} = {x} of {width}");
            assert!(
                ((10.0 * x).round() - 10.0 * x).abs() < 1e-6,
                "{x} is no tenth"
            );
        }
    }
    for name in ["width", "height", "r"] {
        assert!(numbers(svg, name).all(|size| size >= 0.0));
    }
}

fn check_all(charts: &[Chart]) {
    for chart in charts {
        for svg in [chart.svg(), chart.narrow_svg()] {
            check(&svg);
        }
    }
}

#[test]
fn usual_odd_and_many_channels_are_drawn_inside_their_picture() {
    check_all(&Data::usual().charts());
    check_all(&Data::odd().charts());
    check_all(&Data::many(40).charts());
    check_all(&Data::many(1).charts());
}

#[test]
fn charts_without_anything_are_drawn() {
    let none = Data {
        names: vec!["a".into()],
        amounts: vec![f64::NAN],
    };
    check_all(&none.charts());
}

#[test]
fn what_is_missing_says_so() {
    let charts = Data::odd().charts();
    for chart in &charts[..4] {
        assert!(chart.svg().contains("not estimated"), "{}", chart.title());
    }
}

#[test]
fn names_are_text_and_no_code() {
    for chart in Data::odd().charts() {
        for svg in [chart.svg(), chart.narrow_svg()] {
            let names = elements(&svg);
            assert!(!names.contains(&"script".to_owned()), "{}", chart.title());
            assert!(!svg.contains("<script") && !svg.contains("onload=\"alert"));
        }
    }
}

#[test]
fn the_same_chart_has_the_same_bytes_on_one_and_seven_threads() {
    let draw = || Data::odd().page().html();
    let once = draw();
    let pool = |threads| rayon_pool(threads, draw);
    assert_eq!(once, pool(1));
    assert_eq!(once, pool(7));
}

fn rayon_pool(threads: usize, draw: impl Fn() -> String + Sync) -> String {
    let pages: Vec<String> = std::thread::scope(|scope| {
        let handles: Vec<_> = (0..threads).map(|_| scope.spawn(&draw)).collect();
        handles
            .into_iter()
            .map(|handle| handle.join().unwrap())
            .collect()
    });
    assert!(pages.windows(2).all(|pair| pair[0] == pair[1]));
    pages.into_iter().next().unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_names_and_amounts(
        names in prop::collection::vec(any::<String>(), 1..9),
        amounts in prop::collection::vec(any::<f64>(), 9),
    ) {
        let amounts = amounts[..names.len()].to_vec();
        check_all(&Data { names, amounts }.charts());
    }
}

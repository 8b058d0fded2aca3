//! Pictures worked out by hand, and the tables behind them.

use crate::pictures::xml::elements;
use mixtouch::report::chart::{
    Area, Bars, Chart, Flow, FlowNode, Forest, HeatMap, Lines, Mark, Measure, ResponseCurve,
    Waterfall,
};

/// The values of an attribute of elements of a class, as written.
fn values(svg: &str, class: &str, name: &str) -> Vec<String> {
    let tags = svg
        .split('<')
        .filter(|tag| tag.contains(&format!("class=\"{class}\"")));
    let start = format!(" {name}=\"");
    let value = |tag: &str| {
        let rest = &tag[tag.find(&start)? + start.len()..];
        Some(rest[..rest.find('"')?].to_owned())
    };
    tags.filter_map(value).collect()
}

#[test]
fn bars_are_as_long_as_their_amounts() {
    let bars =
        Bars::new(Measure::new("visits"), ["a", "b", "c"]).with_series("", [40.0, 10.0, -20.0]);
    let svg = Chart::new("Visits", bars).svg();
    let wide = values(&svg, "s1", "width")
        .iter()
        .map(|x| x.parse::<f64>().unwrap())
        .collect::<Vec<_>>();
    assert!((wide[0] / wide[1] - 4.0).abs() < 0.01, "{wide:?}");
    assert!((wide[2] / wide[1] - 2.0).abs() < 0.01, "{wide:?}");
    // the bar below zero ends where the others start
    let x: Vec<f64> = values(&svg, "s1", "x")
        .iter()
        .map(|x| x.parse().unwrap())
        .collect();
    assert!((x[2] + wide[2] - x[0]).abs() < 0.11);
}

#[test]
fn a_waterfall_goes_on_where_it_stood() {
    let waterfall = Waterfall::new(Measure::new("sales").with_digits(0))
        .with_level("base", 700.0)
        .with_change("price", -80.0)
        .with_change("lost", f64::NAN)
        .with_change("media", 275.0)
        .with_level("total", 895.0);
    let chart = Chart::new("Sales", waterfall);
    let svg = chart.svg();
    let place = |class: &str, name: &str| values(&svg, class, name)[0].parse::<f64>().unwrap();
    let end = |class: &str| place(class, "x") + place(class, "width");
    assert!(
        (end("loss") - end("tot")).abs() < 0.11,
        "the loss starts at the end of the base"
    );
    assert!((place("loss", "x") - place("gain", "x")).abs() < 0.11);
    assert!(svg.contains("+275") && svg.contains("-80") && svg.contains("not estimated"));
    assert_eq!(chart.table().rows()[2][1].to_string(), "-");
}

#[test]
fn an_interval_far_beyond_the_others_is_cut_with_an_arrow() {
    let forest = Forest::new(Measure::new("ROI"), ["a", "b"]).with_series(
        "",
        [
            Mark::new(2.0).with_interval(1.5, 2.5),
            Mark::new(1.0).with_interval(-900.0, 900.0),
        ],
    );
    let svg = Chart::new("ROI", forest).svg();
    let dots = values(&svg, "s1 dot", "cx");
    let [first, second] = [0, 1].map(|at| dots[at].parse::<f64>().unwrap());
    assert!(first - second > 40.0, "the estimates stay apart: {dots:?}");
    assert!(
        svg.contains("-900.00 to 900.00"),
        "the figures tell all of it"
    );
}

#[test]
fn one_amount_far_beyond_the_others_does_not_press_them_flat() {
    let amounts = [
        Mark::new(40.0).with_interval(30.0, 50.0),
        Mark::new(2.0).with_interval(1.5, 2.5),
        Mark::new(1.0),
    ];
    let forest = Forest::new(Measure::new("ROI"), ["a", "b", "c"]);
    let svg = Chart::new("ROI", forest.clone().with_series("", amounts)).svg();
    let dots = values(&svg, "s1 dot", "cx");
    let [first, second] = [0, 1].map(|at| dots[at].parse::<f64>().unwrap());
    assert!(dots.len() == 2 && first - second > 40.0, "{dots:?}");
    assert!(svg.contains("point beyond the axis") && svg.contains("40.00 (30.00 to 50.00)"));
    // of two series, the figure stands beside the arrow too
    let two = forest
        .clone()
        .with_series("estimate", amounts)
        .with_series("truth", [44.0, 2.0, 1.0]);
    let svg = Chart::new("ROI", two).svg();
    assert!(svg.contains(">40.00; 44.00<"), "{svg}");
    let near = forest.with_series("", [4.0, 2.0, 1.0]);
    assert!(
        !Chart::new("ROI", near)
            .svg()
            .contains("point beyond the axis")
    );
}

#[test]
fn lines_leave_gaps_and_areas_stack() {
    let lines = Lines::new(Measure::new("sales"), ["a", "b", "c", "d"])
        .with_series("", [Some(1.0), Some(2.0), None, Some(4.0)]);
    let svg = Chart::new("Sales", lines).svg();
    assert_eq!(values(&svg, "l1", "d").len(), 1, "one stretch of two");
    assert_eq!(values(&svg, "s1", "cx").len(), 1, "and a point alone");
    let area = Area::new(Measure::new("sales"), ["a", "b"])
        .with_layer("base", [5.0, 5.0])
        .with_layer("price", [-1.0, -2.0])
        .with_layer("none", [0.0, 0.0]);
    let svg = Chart::new("Sales", area).svg();
    assert_eq!(
        values(&svg, "s1 edge", "d").len() + values(&svg, "s2 edge", "d").len(),
        2
    );
    assert_eq!(
        values(&svg, "s3 edge", "d").len(),
        0,
        "what is nothing is not drawn"
    );
}

#[test]
fn a_response_curve_has_its_dots_on_it() {
    let curve = ResponseCurve::new(Measure::new("spend"), Measure::new("sales"))
        .with_points([(0.0, 0.0), (100.0, 50.0), (200.0, 60.0)])
        .with_dot("now", 50.0)
        .with_dot("beyond", 300.0);
    assert_eq!(
        (curve.height(50.0), curve.height(300.0)),
        (Some(25.0), None)
    );
    let chart = Chart::new("Curve", curve);
    assert_eq!(values(&chart.svg(), "s1 dot", "cx").len(), 1);
    assert_eq!(
        values(&chart.svg(), "s2 dot", "cx").len(),
        0,
        "no dot where no curve is"
    );
    let rows = chart.table();
    assert_eq!(
        rows.rows()[1]
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>(),
        ["50.00", "25.00", "now"]
    );
}

#[test]
fn a_heat_map_has_a_field_for_each_row_and_column() {
    let map = HeatMap::new(Measure::share("kept"), ["0", "1"])
        .with_row("May", [Some(1.0), Some(0.5)])
        .with_row("June", [Some(1.0), None]);
    let svg = Chart::new("Kept", map).svg();
    assert_eq!(values(&svg, "pos h9", "x").len(), 2);
    assert_eq!(values(&svg, "pos h5", "x").len(), 1);
    assert_eq!(values(&svg, "none", "x").len(), 1);
    assert!(svg.contains("June, 1: not estimated"));
}

#[test]
fn a_flow_draws_a_band_for_each_link_that_exists() {
    let flow = Flow::new(Measure::new("journeys").with_digits(0))
        .with_stage("1st", [FlowNode::new("a"), FlowNode::new("b")])
        .with_stage("end", [FlowNode::new("bought"), FlowNode::quiet("left")])
        .with_link(0, 0, 0, 3.0)
        .with_link(0, 1, 1, 1.0)
        .with_link(0, 5, 0, 1.0)
        .with_link(1, 0, 0, 1.0)
        .with_link(0, 0, 1, f64::NAN);
    assert_eq!(flow.links().len(), 2);
    let svg = Chart::new("Flow", flow).svg();
    assert_eq!(
        elements(&svg).iter().filter(|name| *name == "path").count(),
        2
    );
    assert_eq!(values(&svg, "quiet flow", "d").len(), 1);
    assert!(svg.contains("a to bought: 3") && svg.contains("b to left: 1"));
}

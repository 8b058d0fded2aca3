//! The service that the guide goes through.

use crate::examples::run::run;

#[test]
fn a_crash_changes_no_figure_and_an_order_is_scored() {
    let (status, out, told) = run("service", &[]);
    assert_eq!((status, told.as_str()), (0, ""), "{out}");
    let days = |number: u32| {
        out.lines()
            .filter(move |line| line.starts_with(&format!("day {number}:")))
    };
    for number in 41..46 {
        let lines: Vec<&str> = days(number).collect();
        assert!(lines.len() == 2 && lines[0] == lines[1], "{out}");
        assert!(!lines[0].contains(": 0 orders"), "{out}");
    }
    // the queue of the third day is taken again from where the state says
    let starts: Vec<&str> = out
        .lines()
        .filter(|line| line.starts_with("starts at"))
        .collect();
    assert_eq!(starts.len(), 3, "{out}");
    assert_eq!(starts[..2], ["starts at message 0"; 2]);
    assert_ne!(starts[2], starts[0]);
    assert!(out.contains("all figures are the same to the bit"), "{out}");
    assert!(out.contains("of an order of 80: 80.00 to search"), "{out}");
    assert!(
        out.contains("of an order of 80: 0.00 to a channel of tomorrow"),
        "{out}"
    );
}

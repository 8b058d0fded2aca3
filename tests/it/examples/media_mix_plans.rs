//! The example `media_mix`: scenarios, plans and beliefs on a panel whose prices and pauses matter.

use super::run::{self, File};
use std::fmt::Write;

/// Seventy weeks: tv is off in the last quarter of a year, a unit sold brings 25.
fn panel() -> String {
    let mut text = "week,sales,tv,search,price,worth\n".to_owned();
    for week in 0..70_u32 {
        let date = mixtouch::Day::new(18_000 + 7 * week as i32).unwrap();
        let tv = if week < 50 { 10 * (week * 7 % 11) } else { 0 };
        let (search, price) = (5 * (week * 5 % 13), 9 + week % 3);
        let sales = 400 + tv + 2 * search + week * 3 % 7 - 10 * price;
        writeln!(text, "{date},{sales},{tv},{search},{price},25").unwrap();
    }
    text
}

fn run(panel: &File, options: &[&str]) -> (i32, String, String) {
    let columns = [
        "--panel",
        panel.name(),
        "--date",
        "week",
        "--kpi",
        "sales",
        "--media",
        "tv,search",
        "--controls",
        "price",
        "--trials",
        "40",
        "--front-trials",
        "0",
    ];
    run::run("media_mix", &[&columns[..], options].concat())
}

fn read(panel: &File, options: &[&str]) -> String {
    let (status, out, notes) = run(panel, options);
    assert_eq!(status, 0, "{notes}");
    out
}

#[test]
fn plans_in_money_say_revenue() {
    let panel = File::new("plans-revenue.csv", &panel());
    let plan = ["--budget", "120", "--plan-periods", "4", "--sensitivity"];
    let units = read(&panel, &plan);
    assert!(units.contains("the KPI gains"), "{units}");
    let money = read(
        &panel,
        &[&plan[..], &["--revenue-per-kpi", "worth"]].concat(),
    );
    assert!(money.contains(": revenue gains"), "{money}");
    assert!(money.contains("how much more revenue the plan"), "{money}");
    assert!(!money.contains("the KPI gains"), "{money}");
}

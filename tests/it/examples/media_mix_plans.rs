//! The example `media_mix`: scenarios, plans and beliefs on a panel whose prices and pauses matter.

use super::run::{self, File};
use serde_json::Value;
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

fn json(panel: &File, options: &[&str]) -> Value {
    serde_json::from_str(&read(panel, &[options, &["--json"]].concat())).unwrap()
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

#[test]
fn a_scenario_lists_controls_that_change() {
    let panel = File::new("plans-control.csv", &panel());
    let out = read(&panel, &["--scenario", "price+1,tv*0.7"]);
    let row = out.lines().find(|line| line.contains("control price"));
    assert!(row.is_some(), "{out}");
    let answer = json(&panel, &["--scenario", "price+1"]);
    assert_eq!(answer["scenario"]["baseline"][0][0]["name"], "price");
}

#[test]
fn a_scenario_of_the_periods_to_come_is_answered() {
    let panel = File::new("plans-future.csv", &panel());
    let mut next = "week,tv,search,price\n".to_owned();
    for week in 70..74 {
        let date = mixtouch::Day::new(18_000 + 7 * week).unwrap();
        writeln!(next, "{date},50,20,10").unwrap();
    }
    let next = File::new("plans-next.csv", &next);
    let forecast = ["--forecast", next.name()];
    let answer = json(
        &panel,
        &[&forecast[..], &["--forecast-scenario", "tv*0.5"]].concat(),
    );
    let scenario = &answer["forecast_scenario"];
    assert_eq!(scenario["spend_difference"], -100.0);
    assert_eq!(scenario["periods"].as_array().unwrap().len(), 4);
    let (status, _, told) = run(&panel, &["--forecast-scenario", "tv*0.5"]);
    assert!(status != 0 && told.contains("--forecast"), "{told}");
}

#[test]
fn plans_beyond_what_was_seen_say_so() {
    let panel = File::new("plans-far.csv", &panel());
    let far = ["--budget", "2000", "--budget-bounds", "0..100"];
    let out = read(&panel, &far);
    assert!(out.contains("note: search is taken to 2"), "{out}");
    assert_eq!(
        json(&panel, &far)["plan"]["beyond_seen"][0]["column"],
        "search"
    );
    assert!(!read(&panel, &["--budget", "30"]).contains("nothing was seen"));
}

#[test]
fn a_target_that_no_spend_meets_is_told() {
    let panel = File::new("plans-target.csv", &panel());
    let bounds = ["--budget-bounds", "0..2", "--goal", "target-roi=1000"];
    let out = read(&panel, &bounds);
    assert!(
        out.contains("no spend within the bounds returns 1000"),
        "{out}"
    );
}

#[test]
fn a_plan_without_spend_now_names_the_option() {
    let dark = panel()
        .lines()
        .enumerate()
        .map(|(at, line)| {
            let mut cells: Vec<&str> = line.split(',').collect();
            if at > 50 {
                cells[3] = "0";
            }
            cells.join(",") + "\n"
        })
        .collect::<String>();
    let panel = File::new("plans-dark.csv", &dark);
    let (status, _, told) = run(&panel, &["--budget", "500"]);
    assert!(status != 0 && told.contains("--now"), "{told}");
}

#[test]
fn a_return_that_is_believed_moves_the_search() {
    let panel = File::new("plans-belief.csv", &panel());
    let roi = |options: &[&str]| {
        let fitted = json(&panel, options);
        fitted["channels"][0]["roi"].as_f64().unwrap()
    };
    let believed = roi(&["--prior", "tv.roi=normal(3,0.05)"]);
    assert!((believed - 3.0).abs() < 0.3, "{believed}");
    assert!((roi(&[]) - 3.0).abs() > 1.0);
    let (status, _, told) = run(&panel, &["--prior", "tv.roi=between(0.5,4,0.9)"]);
    assert!(status != 0 && told.contains("NUTS"), "{told}");
}

#[test]
fn too_few_periods_name_the_option_that_left_them() {
    let panel = File::new("plans-few.csv", &panel());
    let (_, _, told) = run(&panel, &["--holdout", "64"]);
    assert!(told.contains("--holdout is 64 x 1, which leaves"), "{told}");
    let (_, _, told) = run(&panel, &["--burn-in", "200"]);
    assert!(told.contains("first periods not to fit is 200"), "{told}");
}

#[test]
fn a_control_is_held_over_the_periods_to_come() {
    let panel = File::new("plans-held.csv", &panel());
    let next = |price: &str| {
        let mut table = format!(
            "week,tv,search{}\n",
            if price.is_empty() { "" } else { ",price" }
        );
        let date = mixtouch::Day::new(18_000 + 490).unwrap();
        writeln!(table, "{date},50,20{price}").unwrap();
        table
    };
    // The last week has a price of 9.
    let stated = File::new("plans-stated.csv", &next(",9"));
    let lacking = File::new("plans-lacking.csv", &next(""));
    let held = ["--forecast", lacking.name(), "--hold", "price"];
    assert_eq!(
        json(&panel, &held)["forecast"],
        json(&panel, &["--forecast", stated.name()])["forecast"]
    );
    let (status, _, told) = run(&panel, &["--forecast", lacking.name()]);
    assert!(status != 0 && told.contains("price"), "{told}");
    let wrong = ["--forecast", lacking.name(), "--hold", "weather"];
    let (_, _, told) = run(&panel, &wrong);
    assert!(told.contains("control to hold is weather"), "{told}");
}

#[cfg(feature = "html")]
#[test]
fn a_page_shows_other_totals_and_says_what_now_is() {
    let (panel, folder) = (
        File::new("totals.csv", &panel()),
        run::Folder::new("totals"),
    );
    let path = folder.file("page.html");
    let asked = ["--budget", "150", "--plan-periods", "4", "--now", "30"];
    read(&panel, &[&asked[..], &["--html", &path]].concat());
    let html = std::fs::read_to_string(&path).unwrap();
    assert!(html.contains("Best outcome by total budget"));
    let (first, last) = (40, 69);
    let [first, last] = [first, last].map(|week| mixtouch::Day::new(18_000 + 7 * week).unwrap());
    let said = format!("Spend now is the mean of the periods from {first} to {last}.");
    assert!(html.contains(&said), "{said}");
}

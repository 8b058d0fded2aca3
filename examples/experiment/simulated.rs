//! All questions on simulated data, with the truth beside the answers.

use mixtouch::Result;
use mixtouch::experiment::{Effect, GeoSelection, GeoTest, PersonTest, PowerAnalysis, Uplift};
use mixtouch::report::figure;
use mixtouch::simulate::panels::PanelWorld;
use mixtouch::simulate::{SimulatedOpportunities, SimulatedPersonTest};
use mixtouch::stats::ConfidenceLevel;
use serde_json::json;

use crate::geos::Outcomes;
use crate::{Output, geos, persons, plans, uplift};

/// What the simulated change of spend does to the treated geos' sales.
const LIFT: f64 = 0.15;

pub(crate) fn run() -> Result<Output> {
    let world = SimulatedPersonTest::new(20_000, 0.1, 1)?;
    let lift = PersonTest::new("withheld").lift(&world.assignments, &world.log)?;
    let person_test = persons::output(&lift, Some(0.1))?;

    let auctions = SimulatedOpportunities::new(10_000, 1)?;
    let uplift = uplift::output(&Uplift::default().report(&auctions.log)?)?;

    let (days, outcomes) = regions()?;
    let selection = GeoSelection::new(days.clone(), outcomes.clone())?.with_return(2.0);
    let geo_plan = plans::candidates(&selection.candidates()?, 5);
    let (geo_test, geo_truth) = geo_test((days, outcomes))?;

    let rate = lift.control.converted.rate.unwrap_or(0.5);
    let effect = Effect::Rates {
        control: rate,
        treatment: 1.05 * rate,
    };
    let person_plan = plans::persons_needed(PowerAnalysis::new(effect))?;
    let text = format!(
        "A TEST ON PERSONS (simulated: the ad brought {} conversions)\n{}\n\
         AUCTIONS WON AND LOST (simulated: the ads shown brought {} conversions)\n{}\n\
         A TEST ON GEOS (simulated: the change brought {})\n{}\n\
         THE NEXT TEST ON PERSONS, TO FIND 5 % MORE\n{}\n\
         THE NEXT TEST ON GEOS, AT A RETURN OF 2\n{}",
        figure(world.brought, 0),
        person_test.text,
        figure(auctions.brought, 0),
        uplift.text,
        figure(geo_truth, 0),
        geo_test.text,
        person_plan.text,
        geo_plan.text
    );
    let json = json!({
        "persons": person_test.json,
        "uplift": uplift.json,
        "geos": geo_test.json,
        "plan_persons": person_plan.json,
        "plan_geos": geo_plan.json,
        "truth": {"persons": world.brought, "uplift": auctions.brought, "geos": geo_truth},
    });
    Ok(Output { text, json })
}

/// A simulated market of regions, weekly.
fn regions() -> Result<Outcomes> {
    let panel = PanelWorld::regional()?.simulate(1);
    let names = panel.geo_names().map(str::to_owned);
    let outcomes = names.zip(panel.kpi.chunks(panel.periods).map(<[f64]>::to_vec));
    Ok((panel.dates[..panel.periods].to_vec(), outcomes.collect()))
}

/// Two regions sell more in the last eight weeks, and what a test makes of it.
fn geo_test(
    (days, mut outcomes): (Vec<mixtouch::Day>, Vec<(String, Vec<f64>)>),
) -> Result<(Output, f64)> {
    let start = days.len() - 8;
    let mut truth = 0.0;
    for (_, sales) in &mut outcomes[..2] {
        for value in &mut sales[start..] {
            truth += LIFT * *value;
            *value *= 1.0 + LIFT;
        }
    }
    let treated: Vec<String> = outcomes[..2].iter().map(|(geo, _)| geo.clone()).collect();
    let treated: Vec<&str> = treated.iter().map(String::as_str).collect();
    let (from, to) = (days[start], days[days.len() - 1].plus(6));
    let lift = GeoTest::new(days, outcomes, &treated, from, to)?
        .difference_in_differences(ConfidenceLevel::P90)?;
    Ok((geos::output(&lift, Some(("tv", truth / 2.0)))?, truth))
}

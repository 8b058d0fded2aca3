//! Settings, events, mappings and truths of simulations.

use super::{Saved, saved, settings};
use crate::promises::{compared, told};
use crate::samples::{self, JOURNEYS};
use mixtouch::attribution::Bootstrap;
use mixtouch::event::{OwnedEvent, SessionTouch, Sessions};
use mixtouch::identity::WithoutConsent;
use mixtouch::io::{CostReader, EventReader, Mapping};
use mixtouch::kpi::customers::{CartAbandonment, CartOptions, Regularity};
use mixtouch::kpi::service::{Questions, ServiceColumns, SurveyScale};
use mixtouch::kpi::verbatims::VerbatimOptions;
use mixtouch::kpi::{KpiOptions, PersonTimelines};
use mixtouch::privacy::{DifferentialPrivacy, MinimumGroup};
use mixtouch::simulate::panels::PanelWorld;
use mixtouch::simulate::worlds::World;
use mixtouch::{CostTable, Event, Events, JourneyOptions, Journeys, Lookback, Outcome, TimeRange};
use std::time::Duration;

const LOG: &[u8] = b"person,timestamp,channel,kind,value\nann,2026-01-01,tv,touch,\nann,2026-01-02,,conversion,5\n";

pub(super) fn all() -> Vec<Saved> {
    let mut all = of_logs();
    let world = World::Baseline.simulate(20, 1).unwrap();
    let panel = PanelWorld::small_business().unwrap().simulate(1);
    all.extend([
        settings(&Lookback::default()),
        settings(&TimeRange::default()),
        settings(&Outcome::new(1.0, 2.0, 3.0).unwrap()),
        settings(&Bootstrap::new(50, 1).unwrap()),
        settings(&MinimumGroup::default()),
        settings(&DifferentialPrivacy::new(1.0).unwrap()),
        settings(&CostTable::new()),
        settings(JOURNEYS.channels()),
        settings(&KpiOptions::default()),
        settings(&Regularity::new(3, 0.5).unwrap()),
        settings(&Questions::new([("nps", SurveyScale::NetPromoter)])),
        settings(&ServiceColumns::of_log(&samples::log())),
        settings(&VerbatimOptions::default()),
        settings(&WithoutConsent::default()),
        settings(&World::Baseline),
        settings(world.truth()),
        settings(&panel.truth[0]),
    ]);
    all
}

/// Events, and what is made of logs.
fn of_logs() -> Vec<Saved> {
    let sale = Event::conversion("ann", 1_767_225_600).with_value(5.0);
    let sale = OwnedEvent::from(sale).with_text("device", "phone");
    vec![
        saved(&sale, |event: OwnedEvent| {
            let mut log = Events::with_columns(["device"]).keep_all();
            match log.push_owned(&event) {
                Ok(()) => match Journeys::from_events(&log, JourneyOptions::default()) {
                    Ok(journeys) => drop(compared(&journeys)),
                    Err(error) => told(&error),
                },
                Err(error) => told(&error),
            }
        }),
        saved(
            &Sessions::new(Duration::from_secs(1_800))
                .unwrap()
                .with_touch(SessionTouch::Last),
            |sessions: Sessions| {
                let (log, _) = samples::log().sessions(sessions);
                match Journeys::from_events(&log, JourneyOptions::default()) {
                    Ok(journeys) => drop(compared(&journeys)),
                    Err(error) => told(&error),
                }
            },
        ),
        saved(&CartOptions::default(), |options: CartOptions| {
            let log = samples::log();
            let timelines = PersonTimelines::new(&log).unwrap();
            let carts = CartAbandonment::new(&timelines, &options, &KpiOptions::default());
            if let Err(error) = carts {
                told(&error);
            }
        }),
        saved(&Mapping::preset("ga4").unwrap(), |mapping: Mapping| {
            let reader = EventReader::new(mapping.clone()).with_bytes(LOG);
            if let Err(error) = reader.read() {
                told(&error);
            }
            if let Err(error) = CostReader::new(mapping).with_bytes(LOG).read() {
                told(&error);
            }
        }),
    ]
}

//! CSV logs: the same in pieces and at once, then journeys, models and reports.

use crate::bytes::InPieces;
use crate::promises::{compared, shown, told};
use mixtouch::attribution::rules::LastTouch;
use mixtouch::io::EventColumns;
use mixtouch::kpi::dashboard::{Dashboard, DashboardOptions};
use mixtouch::{Events, JourneyOptions, Journeys, TimeZone};

pub fn run(data: &[u8]) {
    let Some((&way, file)) = data.split_first() else {
        return;
    };
    let mut columns = EventColumns::default();
    if way & 1 != 0 {
        columns = columns.keep_all();
    }
    if way & 2 != 0 {
        columns = columns.with_zone(TimeZone::new("America/New_York").unwrap());
    }
    let whole = Events::from_csv(file, columns.clone());
    let pieces = Events::from_csv(InPieces(file), columns);
    match (whole, pieces) {
        (Ok(whole), Ok(pieces)) => {
            assert_eq!(whole.len(), pieces.len());
            assert!((0..whole.len()).all(|row| whole.get(row) == pieces.get(row)));
            used(&whole, way);
        }
        (Err(whole), Err(pieces)) => {
            told(&whole);
            assert_eq!(whole.to_string(), pieces.to_string());
        }
        (whole, pieces) => panic!("{:?} but {:?}", whole.err(), pieces.err()),
    }
}

/// Journeys of a log, all models, and all figures where the log kept all rows.
pub fn used(log: &Events, way: u8) {
    let journeys = match Journeys::from_events(log, JourneyOptions::default()) {
        Ok(journeys) => journeys,
        Err(error) => return told(&error),
    };
    compared(&journeys);
    if way & 1 == 0 {
        return;
    }
    let options = DashboardOptions::default().with_model_name("last-touch");
    match Dashboard::new(log, &journeys, &LastTouch, &options) {
        Ok(dashboard) => {
            shown(&dashboard.to_string());
            serde_json::to_string(&dashboard).unwrap();
        }
        Err(error) => told(&error),
    }
}

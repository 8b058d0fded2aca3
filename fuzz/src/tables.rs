//! Small tables and texts: paths, costs, links, consent, panels, lift tests, holidays, zones, keys.

use crate::promises::{compared, told};
use mixtouch::experiment::{Assignments, LiftTest};
use mixtouch::identity::{Consent, HashKey, Links, Pseudonymiser, Rules};
use mixtouch::io::{Mapping, Rates};
use mixtouch::kpi::verbatims::Lexicon;
use mixtouch::mix::panel::{Panel, PanelColumns};
use mixtouch::mix::specification::Holidays;
use mixtouch::{CostTable, Day, Error, PathTable, TimeZone};

fn tell<T>(read: Result<T, Error>) -> Option<T> {
    read.inspect_err(told).ok()
}

pub fn run(data: &[u8]) {
    let Some((&which, file)) = data.split_first() else {
        return;
    };
    let hasher = Pseudonymiser::new(HashKey::new([7; 32]), &Rules::standard());
    match which % 12 {
        0 => {
            let table = tell(PathTable::from_csv(file, " > "));
            if let Some(journeys) = table.and_then(|table| tell(table.journeys())) {
                compared(&journeys);
            }
        }
        1 => drop(tell(CostTable::from_csv(file, TimeZone::utc()))),
        2 => drop(tell(Links::from_csv(file, &hasher))),
        3 => drop(tell(Consent::from_csv(file, &hasher))),
        4 => panel(file),
        5 => drop(tell(LiftTest::read_csv(file))),
        6 => drop(tell(Holidays::read(file))),
        7 => drop(tell(Lexicon::from_csv(file))),
        8 => drop(tell(Assignments::read_csv(file))),
        9 => mapping(file),
        10 => drop(tell(Rates::from_csv(file))),
        _ => {
            let text = String::from_utf8_lossy(file);
            drop(tell(TimeZone::new(&text)));
            drop(tell(text.parse::<HashKey>()));
            if let Some(day) = tell(text.parse::<Day>()) {
                assert_eq!(day.to_string().parse::<Day>().unwrap(), day);
            }
        }
    }
}

/// Rules, rates and columns that a mapping states.
fn mapping(file: &[u8]) {
    let text = String::from_utf8_lossy(file);
    if let Some(mapping) = tell(Mapping::from_toml(&text)) {
        let stored = serde_json::to_string(&mapping).unwrap();
        let back: Mapping =
            serde_json::from_str(&stored).unwrap_or_else(|e| panic!("{e}: {stored}"));
        assert_eq!(serde_json::to_string(&back).unwrap(), stored);
    }
}

fn panel(file: &[u8]) {
    let columns = PanelColumns::new("date", "y")
        .channel("tv")
        .control("price");
    let Some(panel) = tell(columns.read(file)) else {
        return;
    };
    let _ = panel.check();
    let json = serde_json::to_string(&panel).unwrap();
    let back: Panel = serde_json::from_str(&json).unwrap();
    assert_eq!(back, panel);
}

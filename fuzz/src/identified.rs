//! Logs of identifiers: read, resolved, stitched, erased; nothing raw in any error.

use crate::promises::{compared, told};
use mixtouch::identity::{HashKey, Pseudonymiser, Resolver, Rules, WithoutConsent};
use mixtouch::io::{EventColumns, IdentifiedReader};
use mixtouch::{JourneyOptions, Journeys};

/// Stands for whatever a file must not give away.
const SECRET: &str = "s3cret@example.org";

pub fn run(data: &[u8]) {
    let rules = Rules::standard();
    let hasher = Pseudonymiser::new(HashKey::new([7; 32]), &rules);
    let text = String::from_utf8_lossy(data).replace('~', SECRET);
    let reader = IdentifiedReader::csv(text.as_bytes(), EventColumns::default(), &hasher);
    let log = match reader.and_then(|mut reader| reader.read_all()) {
        Ok(log) => log,
        Err(error) => {
            told(&error);
            assert!(!format!("{error} {error:?}").contains(SECRET), "{error}");
            return;
        }
    };
    let mut resolver = Resolver::new(rules);
    resolver.add_events(&log);
    let Ok(identities) = resolver.resolve() else {
        return;
    };
    let Ok(stitched) = identities.stitch(&log, WithoutConsent::default()) else {
        return;
    };
    if let Ok(journeys) = Journeys::from_events(&stitched.events, JourneyOptions::default()) {
        compared(&journeys);
    }
}

//! Parquet, byte by byte: as a log of the crate's own and through a mapping.

use crate::promises::told;
use mixtouch::identity::{HashKey, Pseudonymiser, Rules};
use mixtouch::io::{EventColumns, EventReader, IdentifiedReader, Mapping, ParquetReader};
use mixtouch::{JourneyOptions, Journeys};
use std::sync::Once;

const MAPPING: &str = "
[columns]
person = \"person\"
time = \"timestamp\"
channel = \"channel\"
";

/// The library tells a decoder's panic as damage, where the fuzzer would end at every panic.
static OF_DECODERS_PASS: Once = Once::new();

fn let_decoders_panic() {
    let ends = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let file = panic.location().map_or("", |at| at.file());
        if !["/parquet-", "/arrow-", "/core/", "/alloc/", "/std/"]
            .iter()
            .any(|of| file.contains(of))
        {
            ends(panic);
        }
    }));
}

pub fn run(data: &[u8]) {
    OF_DECODERS_PASS.call_once(let_decoders_panic);
    match ParquetReader::from_bytes(data.to_vec(), EventColumns::default()) {
        Ok(mut reader) => loop {
            match reader.next_batches() {
                Ok(None) => break,
                Ok(Some(batches)) => {
                    for log in batches {
                        if let Err(error) = Journeys::from_events(&log, JourneyOptions::default()) {
                            told(&error);
                        }
                    }
                }
                Err(error) => {
                    told(&error);
                    break;
                }
            }
        },
        Err(error) => told(&error),
    }
    let mapping = Mapping::from_toml(MAPPING).unwrap();
    if let Err(error) = EventReader::new(mapping).with_bytes(data).read() {
        told(&error);
    }
    identified(data);
}

/// The same as a log of identifiers, which is read from an open file.
fn identified(data: &[u8]) {
    let path = std::env::temp_dir().join(format!("fuzzed-{}.parquet", std::process::id()));
    std::fs::write(&path, data).unwrap();
    let hasher = Pseudonymiser::new(HashKey::new([7; 32]), &Rules::standard());
    let file = std::fs::File::open(&path).unwrap();
    let reader = IdentifiedReader::parquet(file, EventColumns::default(), &hasher);
    if let Err(error) = reader.and_then(|mut reader| reader.read_all()) {
        told(&error);
    }
}

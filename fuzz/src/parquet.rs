//! Parquet, byte by byte: as a log of the crate's own and through a mapping.

use crate::promises::told;
use mixtouch::io::{EventColumns, EventReader, Mapping, ParquetReader};
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
}

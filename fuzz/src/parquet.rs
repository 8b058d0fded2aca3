//! Parquet, byte by byte: as a log of the crate's own and through a mapping.

use crate::promises::told;
use mixtouch::io::{EventColumns, EventReader, Mapping, ParquetReader};
use mixtouch::{JourneyOptions, Journeys};

const MAPPING: &str = "
[columns]
person = \"person\"
time = \"timestamp\"
channel = \"channel\"
";

pub fn run(data: &[u8]) {
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

//! Logs and spend as tools export them: a preset or a mapping in TOML, over CSV or JSON lines.

use crate::bytes::Choices;
use crate::promises::told;
use mixtouch::io::{CostReader, EventReader, Mapping};
use mixtouch::{JourneyOptions, Journeys};

pub fn run(data: &[u8]) {
    let mut choices = Choices(data);
    let presets: Vec<&str> = Mapping::presets().collect();
    let way = choices.byte();
    let preset = match way {
        0..128 => usize::from(way) % presets.len(),
        _ => presets.len(),
    };
    let rest = choices.0;
    // a mapping of the fuzzer's own ends where the first zero byte stands
    let (mapping, file) = match presets.get(preset) {
        Some(preset) => (Mapping::preset(preset), rest),
        None => {
            let end = rest
                .iter()
                .position(|byte| *byte == 0)
                .unwrap_or(rest.len());
            let text = String::from_utf8_lossy(&rest[..end]);
            (
                Mapping::from_toml(&text),
                rest.get(end + 1..).unwrap_or(b""),
            )
        }
    };
    let mapping = match mapping {
        Ok(mapping) => mapping,
        Err(error) => return told(&error),
    };
    match EventReader::new(mapping.clone())
        .keep_all()
        .with_bytes(file)
        .read()
    {
        Ok(reading) => {
            serde_json::to_string(&reading.report).unwrap();
            if let Err(error) = Journeys::from_events(&reading.events, JourneyOptions::default()) {
                told(&error);
            }
        }
        Err(error) => told(&error),
    }
    if let Err(error) = CostReader::new(mapping).with_bytes(file).read() {
        told(&error);
    }
}

//! State files of a builder: their bytes, and damage to one that was written.

use crate::bytes::Choices;
use crate::promises::{compared, told};
use crate::samples;
use mixtouch::JourneyBuilder;

pub fn run(data: &[u8]) {
    let mut choices = Choices(data);
    let bytes = if choices.yes() {
        let mut state = samples::state();
        while !choices.is_empty() {
            let place = usize::from(choices.byte()) << 8 | usize::from(choices.byte());
            let at = place % state.len();
            match choices.byte() % 4 {
                0 => state.truncate(at.max(1)),
                1 => state.insert(at, choices.byte()),
                _ => state[at] = choices.byte(),
            }
        }
        state
    } else {
        choices.0.to_vec()
    };
    match JourneyBuilder::read_state::<u64>(&bytes[..]) {
        Ok((builder, _)) => {
            if let Ok(journeys) = builder.build() {
                compared(&journeys);
            }
        }
        Err(error) => told(&error),
    }
}

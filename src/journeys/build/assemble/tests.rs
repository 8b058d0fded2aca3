//! Parts come to one arena, however they are added.

use crate::channel::ChannelId;
use crate::journeys::build::assemble::GrowingArena;
use crate::journeys::build::cut_journeys::{CutJourneys, Extent};
use crate::journeys::journey::Outcome;
use crate::util::interner::Interner;
use std::collections::BTreeMap;

/// A part of a few persons with a journey each, of whom `number % 3` have a conversion.
fn part(number: u32) -> CutJourneys {
    let (converting, mut part) = ((number % 3) as usize, CutJourneys::default());
    for person in 0..4 {
        if person as usize == converting {
            part.converting = Extent {
                persons: converting,
                journeys: part.closes.len(),
                timeline: part.timeline.channels.len(),
                touches: part.touches.channels.len(),
            };
        }
        let start = part.timeline.channels.len() as u32;
        for touch in 0..(number + person) % 3 {
            for touches in [&mut part.timeline, &mut part.touches] {
                touches.channels.push(ChannelId(touch as u16));
                touches.times.push(100 * number + person);
            }
        }
        let end = part.timeline.channels.len() as u32;
        part.persons.push(u64::from(10 * number + person));
        part.touch_ends.push(end);
        part.starts.push(start);
        part.ends.push(end);
        part.closes.push(number + person);
        part.journey_ends.push(part.closes.len() as u32);
        part.segments.push(number);
        part.person_segments.push(person);
        part.bought_before.push(person == 1);
        if (person as usize) < converting {
            part.outcomes.push(Outcome::conversion(f64::from(number)));
            part.places.push(ChannelId(person as u16));
        }
    }
    part
}

#[test]
fn parts_come_to_the_same_arena_however_many_are_added_at_a_time() {
    let parts: Vec<CutJourneys> = (0..20).map(part).collect();
    let rows = parts.iter().map(|part| part.timeline.channels.len()).sum();
    for shared in [true, false] {
        let assembled = |at_a_time| {
            let mut assembly = GrowingArena::new(parts.len(), rows);
            parts
                .chunks(at_a_time)
                .for_each(|parts| assembly.add(parts, shared));
            format!(
                "{:?}",
                assembly.finish(shared, &Interner::default(), BTreeMap::new())
            )
        };
        let whole = assembled(parts.len());
        for at_a_time in [1, 3, 7] {
            assert_eq!(assembled(at_a_time), whole);
        }
    }
}

#[test]
fn journeys_keep_their_touches_in_the_arena() {
    let mut assembly = GrowingArena::new(3, 12);
    (1..4).for_each(|number| assembly.add(&[part(number)], true));
    let arena = assembly.finish(true, &Interner::default(), BTreeMap::new());
    // those with a conversion: one person of part 1, two of part 2
    assert_eq!(
        arena.people.codes,
        [10, 20, 21, 11, 12, 13, 22, 23, 30, 31, 32, 33]
    );
    for (journey, &person) in arena.people.codes.iter().enumerate() {
        let (number, person) = (person as u32 / 10, person as u32 % 10);
        let run = arena.starts.get(journey)..arena.ends.get(journey);
        assert_eq!(
            arena.touches.times[run],
            vec![100 * number + person; ((number + person) % 3) as usize]
        );
    }
}

#[test]
fn one_part_with_most_rows_does_not_ask_for_as_much_for_all() {
    let mut assembly = GrowingArena::new(2_048, 1_010);
    let part = |persons| CutJourneys {
        persons: vec![7; persons],
        ..CutJourneys::default()
    };
    assembly.add(&[part(1_000)], true);
    assert!((1_010..=2_020).contains(&assembly.back.persons.capacity()));
    assembly.add(&[part(10)], true);
    assert_eq!(assembly.back.persons.len(), 1_010);
}

#[test]
fn alike_parts_are_copied_once() {
    let mut assembly = GrowingArena::new(64, 64_000);
    let part = || CutJourneys {
        persons: vec![7; 1_000],
        ..CutJourneys::default()
    };
    assembly.add(&[part()], true);
    let place = assembly.back.persons.as_ptr();
    (1..64).for_each(|_| assembly.add(&[part()], true));
    assert_eq!(
        (assembly.back.persons.len(), assembly.back.persons.as_ptr()),
        (64_000, place)
    );
}

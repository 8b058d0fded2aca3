//! Runs of partitions come to the arena that partitions one by one come to.

use super::*;
use crate::event::{Event, Events};
use crate::journeys::build::partition::PARTITIONS;
use crate::journeys::build::read::partitioned;
use std::sync::Mutex;

fn log() -> Events {
    let mut log = Events::new();
    for row in 0..4_000u64 {
        let (person, time) = (row * row % 701, 1_767_225_600 + (row * 37 % 4_000) as i64);
        let channel = ["tv", "search", "social"][(row % 3) as usize];
        log.push(Event::touch(person, time, channel)).unwrap();
        if row % 17 == 0 {
            let sale = Event::conversion(row % 901, time + 5).with_value(0.1 * row as f64);
            log.push(sale.with_goal(if row % 2 == 0 { "sale" } else { "lead" }))
                .unwrap();
        }
    }
    log
}

/// The arena of runs of that many partitions, written out.
fn arena(log: &Events, options: &JourneyOptions, width: usize) -> String {
    let mut names = Names::default();
    let batches = partitioned(log, &Mutex::new(&mut names), options, 1_000);
    let batches = batches.unwrap().batches;
    let channels = Channels::new(names.channels.iter()).unwrap();
    let ranks = names.channels.iter().filter_map(|name| channels.id(name));
    let cutter = PartitionCutter::new(options, &channels, ranks.collect(), 1_767_300_000).unwrap();
    let orders = Orders::new(&[], &[], 0, &names.people, options);
    let source = Source {
        batches: &batches,
        table: &names.people,
        options,
        orders: &orders,
        ties: None,
    };
    let mut arena = GrowingArena::new(PARTITIONS / width, log.len());
    let mut scratch = Scratch::default();
    for start in (0..PARTITIONS).step_by(width) {
        let part = cutter.cut(source.gather(&(start..start + width), &mut scratch));
        arena.add(&[part], options.keeps_runs());
    }
    let shared = options.keeps_runs();
    format!(
        "{:?}",
        arena.finish(shared, &names.segments, BTreeMap::new())
    )
}

#[test]
fn runs_of_any_width_come_to_one_arena() {
    let log = log();
    for options in [
        JourneyOptions::default(),
        JourneyOptions::default().with_reuse(true),
        JourneyOptions::default().with_transform(crate::journeys::Transform::Exposure),
    ] {
        let one_by_one = arena(&log, &options, 1);
        for width in [2, 64, PARTITIONS] {
            assert_eq!(arena(&log, &options, width), one_by_one, "{width}");
        }
    }
}

//! Simulated worlds: the same for a seed, and their logs agree with their truths.

use mixtouch::simulate::worlds::{Simulation, World};
use mixtouch::{Event, Events, JourneyOptions, Kind};

fn rows(simulation: &Simulation) -> impl Iterator<Item = Event<'_>> {
    simulation.batches().iter().flat_map(Events::iter)
}

#[test]
fn the_seed_fixes_the_log_and_persons_do_not_depend_on_each_other() {
    for world in World::ALL {
        let (one, other) = (
            world.simulate(300, 9).unwrap(),
            world.simulate(300, 10).unwrap(),
        );
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(3)
            .build()
            .unwrap();
        let (again, larger) = pool.install(|| {
            (
                world.simulate(300, 9).unwrap(),
                world.simulate(4_200, 9).unwrap(),
            )
        });
        assert!(
            rows(&one).eq(rows(&again)) && one.truth() == again.truth(),
            "{world}"
        );
        assert!(
            rows(&one).eq(rows(&larger).take(rows(&one).count())),
            "{world}: the first persons of a larger world"
        );
        assert!(!rows(&one).eq(rows(&other)), "{world}");
        assert_eq!(world.name().parse::<World>().unwrap(), world);
    }
    let message = "narnia".parse::<World>().unwrap_err().to_string();
    assert!(
        message.starts_with("the world is narnia, expected: additive, baseline"),
        "{message}"
    );
    assert!(
        World::Additive.simulate(0, 1).is_err() && World::Additive.simulate(u64::MAX, 1).is_err()
    );
}

#[test]
fn logs_have_as_many_conversions_as_their_truth_expects() {
    for world in World::ALL {
        let simulation = world.simulate(3_000, 3).unwrap();
        let truth = simulation.truth();
        let conversions = rows(&simulation)
            .filter(|event| event.kind() == Kind::Conversion)
            .count() as f64;
        let expected = truth.total + truth.baseline;
        assert!(
            (conversions - expected).abs() < 4.0 * expected.sqrt(),
            "{world}: {conversions} of {expected}"
        );
        assert_eq!(
            simulation
                .journeys(JourneyOptions::default())
                .unwrap()
                .totals()
                .conversions,
            conversions,
            "{world}"
        );
        assert!(
            (6..=8).contains(&truth.channels.len())
                && truth.channels.iter().any(|row| row.channel == "tv"),
            "{world}"
        );
    }
}

#[test]
fn truths_add_up_where_they_should() {
    for world in World::ALL {
        let simulation = world.simulate(1_000, 3).unwrap();
        let truth = simulation.truth();
        let sum = |of: fn(&mixtouch::simulate::worlds::ChannelTruth) -> f64| {
            truth.channels.iter().map(of).sum::<f64>()
        };
        let (removals, shapley) = (sum(|row| row.removal), sum(|row| row.shapley));
        assert!(
            (shapley / truth.total - 1.0).abs() < 1e-9,
            "{world}: Shapley values {shapley} add up to {}",
            truth.total
        );
        let interacts = matches!(
            world,
            World::Saturation | World::Upstream | World::Multiplicative
        );
        assert_eq!(
            (removals / truth.total - 1.0).abs() > 1e-6,
            interacts,
            "{world}: removals {removals}, total {}",
            truth.total
        );
        assert!(
            truth
                .channels
                .iter()
                .all(|row| row.removal >= 0.0 && row.shapley <= row.removal + 1e-9),
            "{world}"
        );
    }
}

#[test]
fn a_distance_is_0_for_the_truth_and_at_most_2() {
    let simulation = World::Upstream.simulate(500, 1).unwrap();
    let truth = simulation.truth();
    let removal = |channel: &str| {
        truth
            .channels
            .iter()
            .find(|row| row.channel == channel)
            .map_or(0.0, |row| row.removal)
    };
    assert!(truth.distance(removal) < 1e-12);
    assert_eq!(
        truth.distance(|channel| if channel == "branded_search" {
            1.0
        } else {
            0.0
        }),
        2.0,
        "it is not paid"
    );
    assert_eq!(truth.distance(|_| 0.0), 2.0);
}

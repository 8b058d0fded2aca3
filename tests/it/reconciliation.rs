//! Both halves joined: a mix model that a hidden demand misleads with attribution that it does not,
//! and both fitted to one world.

use mixtouch::attribution::hazard::AdditiveHazard;
use mixtouch::attribution::{Bootstrap, Comparison};
use mixtouch::calibration::{ChannelTotals, Outcomes, ReconciledChannel, Reconciliation};
use mixtouch::mix::estimate::{Estimator, Search};
use mixtouch::mix::panel::Panel;
use mixtouch::mix::specification::MixSpecification;
use mixtouch::simulate::panels::PanelWorld;
use mixtouch::simulate::worlds::{Simulation, World};
use mixtouch::stats::Estimate;
use mixtouch::{Day, Events, JourneyOptions, Kind};

#[test]
fn the_joint_answer_is_near_the_truth_where_a_demand_misleads_the_mix_model() {
    let world = PanelWorld::confounded().unwrap().simulate(1);
    let panel = world.panel().unwrap();
    let search = Search::default().with_evaluations(400);
    let posterior = search.estimate(&MixSpecification::new(), &panel).unwrap();
    let (from, to): (Day, Day) = (panel.dates()[0], panel.dates()[panel.periods() - 1]);
    let mix = ChannelTotals::of_mix(&posterior, from, to).unwrap();
    for (channel, summary) in panel.channel_names().zip(posterior.channels()) {
        let (total, contribution) = (mix.total(channel).unwrap(), summary.contribution.value());
        assert!(
            (total / contribution - 1.0).abs() < 1e-9,
            "{channel}: {total} {contribution}"
        );
        let interval = summary.contribution.interval();
        let error = mix.standard_error(channel).unwrap();
        assert!(error > interval.half_width() / 3.0, "{channel}: {error}");
    }
    // Attribution as it would be without error, give or take a tenth.
    let truth = |at: usize| world.contribution(at);
    let credited = world.channels.iter().enumerate().map(|(at, name)| {
        let total = truth(at);
        (name.as_str(), total, 0.1 * total)
    });
    let log = ChannelTotals::new("attribution", credited).unwrap();
    let log = log.with_structural_error(0.05);
    let outcomes: f64 = panel.kpi().iter().sum();
    let reconciliation = Reconciliation::new(outcomes, log, mix);
    let answer = reconciliation.solve().unwrap();
    for (at, name) in world.channels.iter().enumerate() {
        let row = answer.channel(name).unwrap();
        let (mix, together) = (row.mix.unwrap(), row.together.unwrap());
        assert!(
            mix.value() > 1.3 * truth(at),
            "the demand is credited to {name}"
        );
        let ratio = together.value() / truth(at);
        assert!((0.8..1.25).contains(&ratio), "{name}: {ratio}");
        let width = |estimate: Estimate| estimate.interval().half_width();
        let sharper = width(together) < width(row.attribution.unwrap());
        assert!(sharper && width(together) < width(mix), "{name}");
    }

    // A test of one channel moves it, and it alone.
    let name = &world.channels[0];
    let days = (world.dates[60], world.dates[71].plus(6));
    let test = world.lift_test(name, None, days, 0.0, 0.05, 3).unwrap();
    let spent: f64 = (0..panel.rows()).map(|row| world.spend[[row, 0]]).sum();
    let share = -test.spend_change() / spent;
    let tested = reconciliation.with_test(&test, share).solve().unwrap();
    let [before, after] = [&answer, &tested].map(|answer| answer.channel(name).unwrap());
    let width = |row: &ReconciledChannel| row.together.unwrap().interval().half_width();
    assert!(width(after) < width(before) && after.tests.is_some());
    let (baseline, total) = (tested.baseline.unwrap(), |row: &ReconciledChannel| {
        row.together.unwrap().value()
    });
    let whole = baseline.value() + tested.channels.iter().map(total).sum::<f64>();
    assert!((whole / outcomes - 1.0).abs() < 1e-12);
}

/// What each channel spent and how many conversions there were on each day of a world.
fn daily(world: &Simulation) -> Panel {
    let first: Day = "2026-01-01".parse().unwrap();
    let dates: Vec<Day> = (0..90).map(|day| first.plus(day)).collect();
    let paid = world.truth().channels.iter().filter(|row| row.paid);
    let names: Vec<&str> = paid.map(|row| row.channel.as_str()).collect();
    let mut conversions = vec![0.0; 90];
    let mut spend = vec![vec![0.0; 90]; names.len()];
    for event in world.batches().iter().flat_map(Events::iter) {
        let day = (event.time() / 86_400) as usize - first.days() as usize;
        match (event.kind(), event.channel()) {
            (Kind::Conversion, _) => conversions[day] += 1.0,
            (_, Some(channel)) => {
                if let Some(at) = names.iter().position(|name| *name == channel) {
                    spend[at][day] += event.cost();
                }
            }
            _ => {}
        }
    }
    let panel = Panel::national(dates, conversions).unwrap();
    let channels = names.iter().zip(spend);
    channels.fold(panel, |panel, (name, spend)| {
        panel.with_channel(*name, spend).unwrap()
    })
}

#[test]
fn both_halves_of_one_world_are_joined_over_the_same_days() {
    let world = World::Baseline.simulate(20_000, 5).unwrap();
    let journeys = world.journeys(JourneyOptions::default()).unwrap();
    let table = Comparison::new()
        .fit("hazard", AdditiveHazard::default())
        .bootstrap(Bootstrap::new(30, 1).unwrap())
        .run(&journeys)
        .unwrap();
    let log = ChannelTotals::of_attribution(&table, "hazard", Outcomes::Conversions).unwrap();
    let panel = daily(&world);
    let search = Search::default().with_evaluations(100);
    let posterior = search.estimate(&MixSpecification::new(), &panel).unwrap();
    let (first, last) = (panel.dates()[0], panel.dates()[89]);
    assert_eq!(log.days(), Some((first, last)));
    let mix = ChannelTotals::of_mix(&posterior, first, last).unwrap();
    assert_eq!(mix.days(), Some((first, last)));
    let outcomes = table.totals().conversions;
    let answer = Reconciliation::new(outcomes, log.clone(), mix);
    let answer = answer.solve().unwrap();
    let width = |estimate: Estimate| estimate.interval().half_width();
    for truth in &world.truth().channels {
        let row = answer.channel(&truth.channel).unwrap();
        let (log, mix) = (row.attribution.unwrap(), row.mix.unwrap());
        let together = row.together.unwrap();
        assert!(width(together) < width(log) && width(together) < width(mix));
        let error = width(together) / 1.645;
        assert!(
            (together.value() - truth.removal).abs() < 3.0 * error,
            "{row:?}"
        );
    }

    // The mix model's first sixty days are another period than the log's.
    let part = ChannelTotals::of_mix(&posterior, first, first.plus(59)).unwrap();
    let told = Reconciliation::new(outcomes, log, part).solve();
    let told = told.unwrap_err().to_string();
    assert!(
        told.contains("period of mix model is 2026-01-01 to 2026-03-01"),
        "{told}"
    );
}

//! A mix model that a hidden demand misleads, joined with attribution that it does not.

use mixtouch::Day;
use mixtouch::calibration::{ChannelTotals, ReconciledChannel, Reconciliation};
use mixtouch::mix::estimate::{Estimator, Search};
use mixtouch::mix::specification::MixSpecification;
use mixtouch::simulate::panels::PanelWorld;
use mixtouch::stats::Estimate;

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

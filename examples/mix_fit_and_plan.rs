//! From weeks of spend and sales to what each channel returned, and the next month's budget.
//!
//!     cargo run --release --example mix_fit_and_plan

use mixtouch::Result;
use mixtouch::budget::Goal;
use mixtouch::mix::estimate::Search;
use mixtouch::mix::specification::MixSpecification;
use mixtouch::simulate::panels::PanelWorld;
use mixtouch::stats::ConfidenceLevel;

fn main() -> Result<()> {
    // Two years of weeks of a small business whose true returns are known.
    let simulated = PanelWorld::small_business()?.simulate(1);
    let panel = simulated.panel()?;
    let specification = MixSpecification::new();
    for finding in specification.check(&panel)? {
        println!("note: {finding}");
    }

    // What is modelled is one thing, how it is fitted another. The seed makes the search repeat.
    let search = Search::default().with_evaluations(1_000).with_seed(1);
    let fit = search.fit(&specification, &panel)?;
    let model = fit.posterior();
    let truth = (0..panel.channels().len()).map(|channel| simulated.roas(channel));
    print!("{}", model.report().with_true_roi(truth));

    // The next four weeks: the same total, each channel at half to twice its mean spend so far.
    let budget = model.budget(4, 0.5, 2.0)?;
    let total = budget.channels().iter().map(|channel| channel.now()).sum();
    let plan = budget.plan(&model.response_curves(4)?, Goal::Outcome { total })?;
    println!("\nfour weeks with {total:.0} in all      now  planned");
    for channel in plan.channels() {
        println!(
            "{:<22} {:>9.0} {:>8.0}",
            channel.channel, channel.now, channel.planned
        );
    }
    print!("expected gain {:.0}", plan.gain());
    if let Some(interval) = plan.gain_interval(ConfidenceLevel::P90) {
        print!(" (90 %: {:.0} to {:.0})", interval.low(), interval.high());
    }
    println!();
    Ok(())
}

//! The main figures for reading.

use mixtouch::budget::Plan;
use mixtouch::mix::estimate::BootstrapChannel;
use mixtouch::mix::posterior::{ChannelSummary, Posterior};
use mixtouch::stats::{ConfidenceLevel, Estimate};

use crate::Outcome;

/// Fit, channels, baseline, lift tests and plan.
pub(crate) fn table(outcome: &Outcome) -> String {
    let mut text = headline(outcome);
    text += "channel                 spend  contribution (90 %)                   share  ROI (90 %)               marginal  half-life\n";
    for (c, summary) in outcome.model.channels().iter().enumerate() {
        text += &line(summary, &outcome.bootstrap.channels()[c]);
        if let Some(truth) = &outcome.truth {
            text += &format!("  true ROI {:.2}", truth.roas(c));
        }
        text += if summary.hardly_informed {
            "  hardly informed by the data\n"
        } else {
            "\n"
        };
    }
    text += &baseline(&outcome.model);
    text += &tests(&outcome.model);
    outcome
        .plan
        .iter()
        .fold(text, |text, plan| text + &plan_table(plan))
}

fn headline(outcome: &Outcome) -> String {
    let (model, panel, fit) = (
        &outcome.model,
        outcome.model.panel(),
        outcome.model.fit_statistics(),
    );
    let simulated = if outcome.truth.is_some() {
        "a simulated panel, true returns beside the estimates: "
    } else {
        ""
    };
    let periods = format!("{:?}s", panel.period()).to_lowercase();
    let geos = if panel.geos().len() > 1 {
        format!(" x {} geos", panel.geos().len())
    } else {
        String::new()
    };
    let validation = fit
        .validation_nrmse
        .map_or(String::new(), |v| format!(", on later periods {v:.3}"));
    format!(
        "{simulated}{} {periods}{geos}, {} candidates tried, {} averaged\nR2 {:.3}, NRMSE {:.3}{validation}, MAPE {:.1} %, Durbin-Watson {:.2}\n\n",
        panel.periods(),
        model.tried(),
        model.members().len(),
        fit.r2,
        fit.nrmse,
        100.0 * fit.mape,
        fit.durbin_watson
    )
}

/// A channel's figures: the ensemble's means, with the bootstrap's intervals.
fn line(summary: &ChannelSummary, resampled: &BootstrapChannel) -> String {
    let spread = |mean: f64, range: Estimate, digits: usize| {
        format!(
            "{:.*} ({:.*} to {:.*})",
            digits,
            mean,
            digits,
            range.low(),
            digits,
            range.high()
        )
    };
    format!(
        "{:<18} {:>10.0}  {:<34} {:>6.1} %  {:<24} {:>8}  {:>9}",
        summary.channel,
        summary.spend,
        spread(summary.contribution.value(), resampled.contribution, 0),
        100.0 * summary.effect_share,
        summary
            .roi
            .zip(resampled.roi)
            .map_or_else(|| "-".into(), |(roi, range)| spread(roi.value(), range, 2)),
        summary
            .marginal_roi
            .map_or_else(|| "-".into(), |roi| format!("{:.2}", roi.value())),
        summary
            .half_life
            .map_or_else(|| "-".into(), |h| format!("{h:.1}")),
    )
}

fn baseline(model: &Posterior) -> String {
    let parts = model.decomposition();
    let (baseline, all) = (
        parts.baseline().iter().sum::<f64>(),
        parts.prediction().iter().sum::<f64>(),
    );
    format!(
        "the baseline brought {baseline:.0}, {:.1} % of all; shares are of what media brought\n",
        100.0 * baseline / all
    )
}

fn tests(model: &Posterior) -> String {
    let line = |test: mixtouch::mix::posterior::TestReport| {
        let geo = test
            .geo
            .as_ref()
            .map_or(String::new(), |geo| format!(" in {geo}"));
        format!(
            "lift test on {}{geo} from {} to {}: measured {:.0} +- {:.0}, predicted {:.0} ({:+.1} standard errors)\n",
            test.channel,
            test.start,
            test.end,
            test.measured,
            test.standard_error,
            test.predicted.value(),
            test.deviation()
        )
    };
    model.lift_report().into_iter().map(line).collect()
}

fn plan_table(plan: &Plan) -> String {
    let interval = plan
        .gain_interval(ConfidenceLevel::P90)
        .map_or(String::new(), |gain| {
            format!(" ({:.0} to {:.0})", gain.low(), gain.high())
        });
    let mut text = format!(
        "\nnext period's plan of {:.0}: gains {:.0}{interval} over spending as now\n",
        plan.total(),
        plan.gain()
    );
    text += "channel                   now       planned\n";
    for c in plan.channels() {
        let bound = c.at_bound.map_or(String::new(), |b| {
            format!("  at its bound: {b:?}").to_lowercase()
        });
        text += &format!(
            "{:<18} {:>10.0} -> {:>10.0}{bound}\n",
            c.channel, c.now, c.planned
        );
    }
    text
}

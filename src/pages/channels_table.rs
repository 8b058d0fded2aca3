//! The channels of all results, side by side.

use crate::attribution::{ComparisonTable, ModelTable};
use crate::mix::posterior::ChannelSummary;
use crate::pages::credit_table::channel_table;
use crate::pages::filled::filled;
use crate::pages::largest::Largest;
use crate::pages::main_model::{main_model, shares};
use crate::pages::mix_returns::has_shares;
use crate::pages::mix_top::MixTop;
use crate::report::digits_for;
use crate::report::html::PageTable;
use crate::report::{Cell, Table};

/// The factor up to which attribution and mix agree on a channel's share.
const ALIKE: f64 = 1.5;
/// The column of returns.
const ROI: usize = 2;

/// The channels of a mix model with their credit beside; without one, credit alone.
pub(crate) fn channels_table(
    mix: Option<&MixTop<'_>>,
    attribution: Option<&ComparisonTable>,
) -> Option<PageTable> {
    let main = attribution.and_then(main_model);
    let Some(mix) = mix else {
        let (table, main) = attribution.zip(main)?;
        return Some(channel_table(table, main).with_heading("Channels"));
    };
    let channels = mix.channels();
    let spends: Vec<f64> = channels.iter().map(|channel| channel.spend).collect();
    let order = Largest::of(&spends, channels.len()).named;
    // a log whose channels go by other names cannot be set beside the panel
    let same = |main: &&ModelTable| {
        let known = |name: &str| main.channels.iter().any(|channel| channel.channel == name);
        channels.iter().any(|channel| known(&channel.channel))
    };
    let has_shares = has_shares(channels);
    let credit = main.filter(same).filter(|_| has_shares);
    let roi = match mix.kpi().in_money {
        true => "ROI (90 %)".to_owned(),
        false => format!("{} (90 %)", mix.kpi().return_unit()),
    };
    let mut columns = vec![
        "channel",
        "spend",
        &roi,
        "next unit, as spent",
        "share of effect",
    ];
    if credit.is_some() {
        columns.extend(["share of credit", "methods"]);
    }
    let returns = channels.iter().filter_map(|channel| channel.roi);
    let digits = digits_for(returns.map(|roi| roi.value()), 2);
    let share = |at: usize| has_shares.then_some(channels[at].effect_share);
    let rows = order
        .iter()
        .map(|&at| row(&channels[at], share(at), credit, digits));
    let table = filled(&Table::new(columns).with_rows(rows));
    let shown = PageTable::new("Channels", table);
    let break_even = mix.kpi().in_money.then_some(1.0);
    Some(match channels.iter().any(|channel| channel.roi.is_some()) {
        true => shown.with_forest(ROI, break_even),
        false => shown,
    })
}

fn row(
    channel: &ChannelSummary,
    share_of_effect: Option<f64>,
    credit: Option<&ModelTable>,
    digits: usize,
) -> Vec<Cell> {
    let mut row = vec![
        Cell::from(&channel.channel),
        Cell::number(channel.spend, 0),
        channel.roi.map(|roi| Cell::estimate(roi, digits)).into(),
        Cell::number(channel.marginal_roi.map(|roi| roi.value()), digits),
        Cell::percent(share_of_effect, 1),
    ];
    if let Some(main) = credit {
        let mut names = main.channels.iter().map(|credit| &credit.channel);
        let at = names.position(|name| *name == channel.channel);
        let share = at.map(|at| shares(main)[at]);
        row.push(Cell::percent(share, 1));
        row.push(
            share
                .map(|share| Cell::from(compared(channel, share)))
                .into(),
        );
    }
    row
}

/// Whether attribution gives a channel about the share that the mix model does.
fn compared(channel: &ChannelSummary, credit: f64) -> &'static str {
    let effect = channel.effect_share;
    let each = match channel.contribution.value() {
        0.0 => 0.0,
        whole => effect / whole,
    };
    let ends = [channel.contribution.low(), channel.contribution.high()].map(|end| end * each);
    let (low, high) = (ends[0].min(ends[1]), ends[0].max(ends[1]));
    told(credit, effect, (low, high))
}

/// What a share of credit says beside a share of effect and its interval.
fn told(credit: f64, effect: f64, (low, high): (f64, f64)) -> &'static str {
    match credit {
        // both nothing, or none much more than the other
        _ if credit <= ALIKE * effect && effect <= ALIKE * credit => "agree",
        _ if low <= credit && credit <= high => "within its interval",
        _ if credit > effect => "attribution says more",
        _ => "mix says more",
    }
}

#[cfg(test)]
mod tests {
    use super::told;

    #[test]
    fn shares_agree_by_factor_and_not_by_points() {
        let cases = [
            (0.10, 0.01, (0.005, 0.02), "attribution says more"),
            (0.01, 0.10, (0.05, 0.2), "mix says more"),
            (0.12, 0.10, (0.09, 0.11), "agree"),
            (0.30, 0.10, (-0.1, 0.4), "within its interval"),
            (0.0, 0.0, (0.0, 0.0), "agree"),
        ];
        for (credit, effect, ends, says) in cases {
            assert_eq!(told(credit, effect, ends), says, "{credit} beside {effect}");
        }
    }
}

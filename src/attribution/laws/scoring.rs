//! Laws of weights and credit.

use crate::attribution::engine::attribute;
use crate::attribution::fit::Fit;
use crate::attribution::laws::verdict::{Verdict, ensure, ensure_close};
use crate::attribution::laws::worlds::{DAY, Row, build, same, worlds};
use crate::attribution::model::AttributionModel;
use crate::attribution::stream::stream_credits;
use crate::attribution::tally::Tally;
use crate::attribution::weights::check_weights;
use crate::journeys::JourneyOptions;
use crate::journeys::arena::Journeys;

pub(super) fn weights(specification: &(impl Fit + Sync)) -> Verdict {
    for journeys in worlds(specification) {
        let model = specification.fit(journeys)?;
        if let Some(channels) = model.channels() {
            channels.same_as(journeys.channels())?;
        }
        let block = journeys.converting_block();
        let block = if model.needs().timeline {
            block.with_timelines()
        } else {
            block
        };
        for journey in block {
            let mut weights = vec![0.0; journey.credited_channels().len()];
            if weights.is_empty() {
                continue;
            }
            let baseline = model.weigh(journey, &mut weights);
            check_weights(&weights, baseline, model.name(), model.is_signed())?;
            ensure!(baseline >= 0.0, "the weight of the baseline is {baseline}");
        }
    }
    Ok(())
}

pub(super) fn conservation(specification: &(impl Fit + Sync)) -> Verdict {
    for journeys in worlds(specification) {
        let model = specification.fit(journeys)?;
        let credits = attribute(journeys, &model)?;
        let total = Tally {
            conversions: journeys.totals().conversions,
            value: journeys.totals().value,
        };
        let mut parts = credits.credited();
        parts += credits.baseline();
        parts += credits.unattributed();
        ensure_close(
            "the outcomes, and credit + baseline + unattributed",
            total,
            parts,
            total,
        )?;
        ensure_close(
            "the outcomes, and the total of the credits",
            total,
            credits.total(),
            total,
        )?;
        let (streamed, untouched) = stream(journeys, &model)?;
        ensure_close("the outcomes, and those streamed", total, streamed, total)?;
        let unattributed = credits.unattributed();
        ensure_close(
            "outcomes without touches, and what is unattributed, some of it with touches",
            total,
            untouched,
            unattributed,
        )?;
    }
    Ok(())
}

/// The outcomes of all journeys streamed, and of those without touches; shares add up to 1.
fn stream(journeys: &Journeys, model: &impl AttributionModel) -> Verdict<(Tally, Tally)> {
    let (mut streamed, mut untouched) = (Tally::default(), Tally::default());
    let mut odd = None;
    stream_credits(journeys, model, |credit| {
        let all = credit.shares.iter().sum::<f64>() + credit.baseline;
        let missing = if credit.is_unattributed() { 1.0 } else { 0.0 };
        if (all + missing - 1.0).abs() >= 1e-9 {
            odd = odd.or(Some(all));
        }
        let outcome = Tally::from(credit.journey.outcome());
        streamed += outcome;
        if credit.shares.is_empty() {
            untouched += outcome;
        }
        Ok(())
    })?;
    ensure!(odd.is_none(), "shares of a journey add up to {odd:?}");
    Ok((streamed, untouched))
}

pub(super) fn one_touch(specification: &(impl Fit + Sync)) -> Verdict {
    for journeys in worlds(specification) {
        let (mut seen, mut odd) = (0, None);
        let model = specification.fit(journeys)?;
        stream_credits(journeys, &model, |credit| {
            if let [share] = *credit.shares {
                seen += 1;
                let whole = (share + credit.baseline - 1.0).abs() < 1e-12;
                if !(whole && (share > 0.0 || credit.baseline > 0.0)) {
                    odd = odd.or(Some((share, credit.baseline)));
                }
            }
            Ok(())
        })?;
        ensure!(
            odd.is_none(),
            "the only touch and the baseline share {odd:?}"
        );
        ensure!(seen > 100, "{seen} journeys of one touch");
    }
    let rows = [
        Row::touch(1, 10 * DAY, "tv"),
        Row::conversion(1, 11 * DAY, 8.0),
    ];
    let journeys = build(&rows, &JourneyOptions::default(), same);
    let credits = attribute(&journeys, &specification.fit(&journeys)?)?;
    let mut all = credits.channel("tv").unwrap_or_default();
    all += credits.baseline();
    let whole = Tally {
        conversions: 1.0,
        value: 8.0,
    };
    ensure_close("the only touch of a log", whole, all, whole)
}

//! Every figure as JSON.

use mixtouch::Result;
use mixtouch::budget::Plan;
use mixtouch::mix::posterior::{ChannelSummary, Decomposition};
use mixtouch::stats::{ConfidenceLevel, Estimate};
use serde_json::{Map, Value, json};

use crate::Outcome;

/// The whole document.
pub(crate) fn document(outcome: &Outcome, by_geo: bool) -> Result<Value> {
    let model = &outcome.model;
    let decomposition = model.decomposition();
    let mut channels = vec![];
    for geo in 0..decomposition.geos().len() {
        channels.extend(model.channels_in(geo)?.iter().map(|c| channel(c, by_geo)));
    }
    let mut document = json!({
        "fit": model.fit_statistics(),
        "channels": channels,
        "baseline": decomposition.baseline().iter().sum::<f64>(),
        "contributions": contributions(&decomposition, by_geo),
        "front": model.front().iter().map(|m| json!(m.objectives())).collect::<Vec<_>>(),
        "candidates": {"tried": model.tried(), "averaged": model.members().len()},
        "bootstrap": outcome.bootstrap,
        "seconds": {"fit": outcome.seconds},
    });
    if !model.lift_report().is_empty() {
        document["lift_tests"] = json!(model.lift_report());
    }
    if let Some(plan) = &outcome.plan {
        document["plan"] = plan_document(plan)?;
    }
    Ok(document)
}

/// One channel, in one geo where there are several.
fn channel(summary: &ChannelSummary, by_geo: bool) -> Value {
    let parameters = |family: &str, spreads: &[(String, Estimate)]| -> Map<String, Value> {
        let values = spreads
            .iter()
            .map(|(name, spread)| (name.clone(), json!(spread.value())));
        [("family".to_owned(), json!(family))]
            .into_iter()
            .chain(values)
            .collect()
    };
    let optional = [
        ("geo", by_geo.then(|| json!(summary.geo))),
        ("roi", summary.roi.map(|r| json!(r.value()))),
        ("roi_low", summary.roi.map(|r| json!(r.low()))),
        ("roi_high", summary.roi.map(|r| json!(r.high()))),
        (
            "marginal_roi",
            summary.marginal_roi.map(|r| json!(r.value())),
        ),
        ("cpa", summary.cpa.map(|c| json!(c))),
        ("half_life", summary.half_life.map(|h| json!(h))),
    ];
    let mut fields = json!({
        "channel": summary.channel,
        "spend": summary.spend,
        "contribution": summary.contribution.value(),
        "contribution_low": summary.contribution.low(),
        "contribution_high": summary.contribution.high(),
        "immediate": summary.immediate,
        "share": summary.effect_share,
        "spend_share": summary.spend_share,
        "adstock": parameters(&summary.adstock_family, &summary.adstock),
        "saturation": parameters(&summary.saturation_family, &summary.saturation),
        "coefficient": summary.coefficient.value(),
        "hardly_informed": summary.hardly_informed,
    });
    for (name, value) in optional {
        if let Some(value) = value {
            fields[name] = value;
        }
    }
    fields
}

/// One row for each geo and period.
fn contributions(decomposition: &Decomposition, by_geo: bool) -> Vec<Value> {
    let mut rows = vec![];
    for (geo, name) in decomposition.geos().iter().enumerate() {
        for (t, date) in decomposition.dates().iter().enumerate() {
            let row = decomposition.row(geo, t);
            let mut fields = Map::new();
            fields.insert("date".into(), json!(date));
            if by_geo {
                fields.insert("geo".into(), json!(name));
            }
            fields.insert("baseline".into(), json!(decomposition.baseline()[row]));
            for (c, channel) in decomposition.channels().iter().enumerate() {
                fields.insert(channel.clone(), json!(decomposition.contribution(c)[row]));
            }
            rows.push(Value::Object(fields));
        }
    }
    rows
}

/// The plan, with the interval of its gain.
fn plan_document(plan: &Plan) -> Result<Value> {
    let channels: Vec<Value> =
        plan.channels().iter().map(|c| json!({"channel": c.channel, "now": c.now, "planned": c.planned, "at_bound": c.at_bound})).collect();
    let mut document = json!({
        "total": plan.total(),
        "expected_gain": plan.gain(),
        "marginal_return": plan.marginal_return(),
        "kkt_residual": plan.kkt_residual(),
        "channels": channels,
    });
    if let Some(gain) = plan.gain_interval(ConfidenceLevel::P90) {
        document["gain_low"] = json!(gain.low());
        document["gain_high"] = json!(gain.high());
    }
    Ok(document)
}

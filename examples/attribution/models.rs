//! Models by name.

use crate::options::Options;
use mixtouch::attribution::hazard::{AdditiveHazard, LogLinearHazard};
use mixtouch::attribution::markov::Markov;
use mixtouch::attribution::regression::{LogisticRegression, ShaoLi};
use mixtouch::attribution::rules::{
    FirstTouch, LastNonDirect, LastTouch, Linear, Position, WShaped,
};
use mixtouch::attribution::shapley::{SetRateShapley, SimplifiedShapley};
use mixtouch::attribution::{Bootstrap, Counterfactual};
use mixtouch::{AttributionModel, Comparison, Error, Journeys, Result};

const DEFAULT: [&str; 9] = [
    "last-touch",
    "first-touch",
    "last-non-direct",
    "linear",
    "time-decay",
    "position-based",
    "markov",
    "shapley",
    "time-to-event",
];
const FURTHER: [&str; 9] = [
    "position-j",
    "position-inverse-j",
    "position-w",
    "markov-within-journeys",
    "shapley-set-rate",
    "counterfactual",
    "logistic",
    "shao-li",
    "time-to-event-log-link",
];
const REPORTS: [&str; 3] = ["participation", "shapley-ordered", "shapley-exact-set"];

/// Channels of the simulated retailer that people touch because they are about to buy.
pub(crate) const CAPTURE: [&str; 4] = ["search", "direct", "store", "call centre"];

/// What the command line asks for.
pub(crate) struct Chosen {
    pub(crate) comparison: Comparison,
    pub(crate) reports: Vec<String>,
}

pub(crate) fn chosen(options: &Options, journeys: &Journeys) -> Result<Chosen> {
    Markov::order(options.order)?;
    for (role, names) in [
        ("--demand-capture", &options.demand_capture),
        ("--upstream", &options.upstream),
    ] {
        if let Some(name) = names
            .iter()
            .find(|name| journeys.channels().id(name).is_none())
        {
            let known = journeys.channels().iter().map(str::to_owned).collect();
            return Err(Error::UnknownChannel {
                role: role.into(),
                channel: name.clone(),
                known,
            });
        }
    }
    let mut chosen = Chosen {
        comparison: Comparison::new(),
        reports: Vec::new(),
    };
    if let Some(replicates) = options.bootstrap {
        chosen.comparison = chosen
            .comparison
            .bootstrap(Bootstrap::new(replicates, options.seed)?);
    }
    for name in &options.models {
        if REPORTS.contains(&name.as_str()) {
            chosen.reports.push(name.clone());
        } else {
            chosen.comparison = add(chosen.comparison, name, options, journeys)?;
        }
    }
    if options.models.is_empty() {
        for name in DEFAULT {
            if name.starts_with("time") && !journeys.has_times() {
                eprintln!(
                    "{name} is left out: it needs the times of touches, which a path table lacks"
                );
                continue;
            }
            chosen.comparison = add(chosen.comparison, name, options, journeys)?;
        }
        if options.is_simulated() && options.demand_capture.is_empty() {
            let flagged = time_to_event(options).with_demand_capture(CAPTURE);
            chosen.comparison = chosen.comparison.fit("time-to-event-flagged", flagged);
        }
    }
    Ok(chosen)
}

fn add(to: Comparison, name: &str, options: &Options, journeys: &Journeys) -> Result<Comparison> {
    let markov =
        || Ok::<_, Error>(Markov::order(options.order)?.with_ignore_nulls(options.ignore_nulls));
    Ok(match name {
        "last-touch" => to.model(name, LastTouch),
        "first-touch" => to.model(name, FirstTouch),
        "last-non-direct" => to.fit(name, LastNonDirect::new(options.direct.iter().cloned())),
        "linear" => to.model(name, Linear),
        "time-decay" => to.model(name, options.time_decay()?),
        "position-based" => to.model(name, Position::u()),
        "position-j" => to.model(name, Position::j()),
        "position-inverse-j" => to.model(name, Position::inverse_j()),
        "position-w" if options.stage.is_empty() => {
            let expected =
                "at least one channel, whose first touch is the stage of position-w".into();
            return Err(Error::Setting {
                name: "--stage".into(),
                value: "not given".into(),
                expected,
            });
        }
        "position-w" => to.fit(name, WShaped::new(options.stage.iter().cloned())?),
        "markov" => to.fit(name, markov()?),
        "markov-within-journeys" => to.model(name, within_journeys(markov()?, journeys)?),
        "shapley" => to.model(name, SimplifiedShapley),
        "shapley-set-rate" => to.fit(name, SetRateShapley),
        "counterfactual" => to.fit(name, Counterfactual),
        "logistic" => to.fit(name, LogisticRegression::new()),
        "shao-li" => to.fit(name, ShaoLi),
        "time-to-event" => to.fit(name, time_to_event(options)),
        "time-to-event-log-link" => to.fit(name, LogLinearHazard::default()),
        _ => {
            let known = [&DEFAULT[..], &FURTHER, &REPORTS].concat().join(", ");
            return Err(Error::Setting {
                name: "--model".into(),
                value: format!("{name:?}"),
                expected: known.into(),
            });
        }
    })
}

fn time_to_event(options: &Options) -> AdditiveHazard {
    let model = AdditiveHazard::default().with_pairs(options.pairs);
    model
        .with_demand_capture(options.demand_capture.iter().cloned())
        .with_upstream(options.upstream.iter().cloned())
}

fn within_journeys(
    specification: Markov,
    journeys: &Journeys,
) -> Result<impl AttributionModel + use<>> {
    use mixtouch::Fit;
    Ok(specification.fit(journeys)?.within_journeys())
}

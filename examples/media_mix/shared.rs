//! Several KPIs of one table, fitted at once.

use std::collections::BTreeMap;

use mixtouch::mix::panel::Panel;
use mixtouch::mix::specification::MixSpecification;
use mixtouch::report::Report;
use mixtouch::{Error, Result};
use serde_json::json;

use crate::options::{self, EstimatorName, Options};
use crate::progress::Bar;

/// What each option that is for one KPI alone is called, where it is set.
fn for_one_kpi(options: &Options) -> Result<Option<&'static str>> {
    let asked = [
        (options.lift.is_some(), "--lift"),
        (
            options.questions.is_asked(),
            "--scenario, --forecast and --holdout",
        ),
        (
            options.checks.is_asked(),
            "--placebo, --stability and --compare",
        ),
        (options.reconcile.is_asked(), "--reconcile"),
        (options.plan.goal()?.is_some(), "--budget and --goal"),
        (options.estimator != EstimatorName::Search, "--estimator"),
    ];
    let found = asked.into_iter().find(|(asked, _)| *asked);
    Ok(found.map(|(_, name)| name))
}

/// The models of all KPIs, and the table of channels over all of them, as text or JSON.
pub(crate) fn fitted(options: &Options) -> Result<String> {
    if let Some(name) = for_one_kpi(options)? {
        return Err(Error::Setting {
            name: name.into(),
            value: format!("with the KPIs {}", options.kpi.join(", ")),
            expected: "one KPI, as it is about one".into(),
        });
    }
    let models = options.kpi.iter().map(|kpi| {
        let mut own = options.clone();
        own.kpi = vec![kpi.clone()];
        let panel = options::panel(&own, None)?;
        let mix = options::specification(&own, &panel)?;
        for finding in mix.check(&panel)? {
            eprintln!("note: {kpi}: {finding}");
        }
        Ok((kpi.as_str(), mix, panel))
    });
    let models = models.collect::<Result<Vec<(&str, MixSpecification, Panel)>>>()?;
    let models: Vec<(&str, &MixSpecification, &Panel)> = models
        .iter()
        .map(|(kpi, mix, panel)| (*kpi, mix, panel))
        .collect();
    let bar = Bar::new(options.json);
    let fit = options::search(options).fit_shared_with_progress(&models, &bar)?;
    drop(bar);
    if options.json {
        let kpis: BTreeMap<&str, _> = fit
            .models()
            .map(|(kpi, model)| (kpi, json!(model.report().with_geos(options.geo.is_some()))))
            .collect();
        return Ok(format!(
            "{}\n",
            json!({"kpis": kpis, "combined": fit.combined()})
        ));
    }
    let reports = fit.models().map(|(kpi, model)| {
        let mut document = model.report().document();
        document.title = format!("{kpi}: {}", document.title);
        document.to_string()
    });
    let reports: Vec<String> = reports.chain([fit.document().to_string()]).collect();
    Ok(reports.join("\n"))
}

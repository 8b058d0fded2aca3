//! Last touch by channel before and after stitching: what fragmentation hides.

use crate::family::{Family, Table};
use crate::input::Input;
use crate::options::Options;
use crate::stitching::{Stitching, visits};
use mixtouch::attribution::ModelTable;
use mixtouch::attribution::rules::LastTouch;
use mixtouch::privacy::Group;
use mixtouch::{Comparison, CostTable, Events, JourneyBuilder, Journeys, Result};
use serde_json::{Value, json};

pub(crate) fn journeys(options: &Options, events: &Events, costs: &CostTable) -> Result<Journeys> {
    let mut builder = JourneyBuilder::new(options.journeys()?);
    builder.add_costs(costs);
    builder.extend(events)?;
    builder.build()
}

fn last_touch(journeys: &Journeys) -> Result<ModelTable> {
    let table = Comparison::new()
        .model("last-touch", LastTouch)
        .run(journeys)?;
    Ok(table
        .model("last-touch")
        .expect("the model that was added")
        .clone())
}

/// A channel's conversions by column, and how many it caused.
struct Credits(Vec<f64>, Option<f64>);

impl Group for Credits {
    /// Those of the column that knows most of them: a conversion stands for a person.
    fn persons(&self) -> u64 {
        self.0.iter().copied().fold(0.0, f64::max) as u64
    }

    fn merge(&mut self, other: Self) {
        self.0
            .iter_mut()
            .zip(other.0)
            .for_each(|(credit, more)| *credit += more);
        self.1 = self
            .1
            .zip(other.1)
            .map(|(caused, more)| caused + more)
            .or(self.1)
            .or(other.1);
    }

    fn is_empty(&self) -> bool {
        self.0.iter().all(|&credit| credit == 0.0)
    }
}

pub(crate) fn family(options: &Options, input: &Input, stitching: &Stitching) -> Result<Family> {
    let (before, after) = (&stitching.before, &stitching.after);
    let mut columns = vec![
        (
            "before",
            last_touch(&journeys(options, &before.events, &before.costs)?)?,
        ),
        (
            "after",
            last_touch(&journeys(options, &after.events, &after.costs)?)?,
        ),
    ];
    if let Some(truth) = &input.truth {
        let (known, costs) = visits(options, &truth.known, CostTable::new())?;
        columns.push((
            "everybody known",
            last_touch(&journeys(options, &known, &costs)?)?,
        ));
    }
    let mut names: Vec<String> = columns
        .iter()
        .flat_map(|(_, model)| &model.channels)
        .map(|row| row.channel.clone())
        .collect();
    names.sort_unstable();
    names.dedup();
    let caused = |name: &str| {
        input
            .truth
            .as_ref()?
            .incremental
            .iter()
            .find(|(other, _)| *other == name)
            .map(|(_, caused)| *caused)
    };
    let title = "last touch, conversions";
    let mut table = Table::new(
        title,
        columns
            .iter()
            .map(|(name, _)| *name)
            .chain(input.truth.as_ref().map(|_| "caused")),
    );
    let mut rows: Vec<Value> = Vec::new();
    let credit =
        |name: &str, model: &ModelTable| model.channel(name).map_or(0.0, |row| row.conversions);
    let credits = |name: &str| {
        Credits(
            columns
                .iter()
                .map(|(_, model)| credit(name, model))
                .collect(),
            caused(name),
        )
    };
    let shown = options
        .minimum_group()?
        .apply(names.iter().map(|name| (name.clone(), credits(name))))
        .groups;
    for (name, Credits(credits, caused)) in shown {
        let mut figures: Vec<Option<f64>> = credits.iter().copied().map(Some).collect();
        figures.extend(input.truth.as_ref().map(|_| Some(caused.unwrap_or(0.0))));
        table.row(&name, figures, [1; 4]);
        let mut row = json!({"channel": name, "caused": caused});
        columns
            .iter()
            .zip(credits)
            .for_each(|((column, _), credit)| row[column.replace(' ', "_")] = credit.into());
        rows.push(row);
    }
    let unattributed = |model: &ModelTable| model.unattributed.conversions;
    let mut figures: Vec<Option<f64>> = columns
        .iter()
        .map(|(_, model)| Some(unattributed(model)))
        .collect();
    figures.extend(input.truth.as_ref().map(|truth| Some(truth.baseline)));
    table.row("(unattributed)", figures, [1; 4]);
    let none: serde_json::Map<String, Value> = columns
        .iter()
        .map(|(column, model)| (column.replace(' ', "_"), unattributed(model).into()))
        .collect();
    let text = format!("{table}{}", explanation(input));
    Ok(Family {
        name: "last_touch",
        text,
        json: json!({"channels": rows, "unattributed": none}),
    })
}

fn explanation(input: &Input) -> &'static str {
    if input.truth.is_none() {
        return "(before: each identifier a person of its own)\n";
    }
    "(before: each identifier a person of its own; everybody known: had all identifiers of everybody been known, consent or not;\n \
     caused: purchases each channel brought about, and beside (unattributed) those that would have come anyway)\n"
}

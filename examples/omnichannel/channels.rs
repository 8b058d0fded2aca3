//! Last touch by channel before and after stitching: what fragmentation hides.

use crate::family::Family;
use crate::input::Input;
use crate::options::Options;
use crate::stitching::{Stitching, visits};
use mixtouch::attribution::ModelTable;
use mixtouch::attribution::rules::LastTouch;
use mixtouch::privacy::Group;
use mixtouch::progress::Progress;
use mixtouch::report::{Cell, Section, Table};
use mixtouch::{Comparison, CostTable, Events, JourneyBuilder, Journeys, Result};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

const MODEL: &str = "last-touch";
const TITLE: &str = "last touch, conversions";

pub(crate) fn journeys(
    options: &Options,
    events: &Events,
    costs: &CostTable,
    progress: &dyn Progress,
) -> Result<Journeys> {
    let mut builder = JourneyBuilder::new(options.journeys()?);
    builder.add_costs(costs);
    builder.add_channels(options.add_channel.iter().map(String::as_str))?;
    builder.extend(events)?;
    builder.build_with_progress(progress)
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

/// What last touch credits, one column for each state of knowledge.
struct LastTouchColumns(Vec<(&'static str, ModelTable)>);

impl LastTouchColumns {
    fn new(
        options: &Options,
        input: &Input,
        stitching: &Stitching,
        progress: &dyn Progress,
    ) -> Result<Self> {
        let last_touch = |events: &Events, costs: &CostTable| -> Result<ModelTable> {
            let journeys = journeys(options, events, costs, progress)?;
            let table = Comparison::new().model(MODEL, LastTouch).run(&journeys)?;
            Ok(table.model(MODEL).expect("the model added").clone())
        };
        let (before, after) = (&stitching.before, &stitching.after);
        let mut columns = vec![
            ("before", last_touch(&before.events, &before.costs)?),
            ("after", last_touch(&after.events, &after.costs)?),
        ];
        if let Some(truth) = &input.truth {
            let (known, costs) = visits(options, &truth.known, CostTable::new())?;
            columns.push(("everybody known", last_touch(&known, &costs)?));
        }
        Ok(Self(columns))
    }

    fn names(&self) -> impl Iterator<Item = &'static str> {
        self.0.iter().map(|(name, _)| *name)
    }

    /// Every channel that some column credits, in order of names.
    fn channels(&self) -> BTreeSet<&str> {
        let rows = self.0.iter().flat_map(|(_, model)| &model.channels);
        rows.map(|row| row.channel.as_str()).collect()
    }

    fn credits(&self, channel: &str) -> Vec<f64> {
        let row = |model: &ModelTable| model.channel(channel).map(|row| row.conversions);
        let credits = self.0.iter().map(|(_, model)| row(model).unwrap_or(0.0));
        credits.collect()
    }

    fn unattributed(&self) -> Vec<f64> {
        let columns = self.0.iter();
        columns
            .map(|(_, model)| model.unattributed.conversions)
            .collect()
    }

    /// Conversions as JSON fields named by the columns.
    fn fields(&self, credits: &[f64]) -> Map<String, Value> {
        let named = self.names().zip(credits);
        named
            .map(|(name, &credit)| (name.replace(' ', "_"), credit.into()))
            .collect()
    }
}

pub(crate) fn family(
    options: &Options,
    input: &Input,
    stitching: &Stitching,
    progress: &dyn Progress,
) -> Result<Family> {
    let columns = LastTouchColumns::new(options, input, stitching, progress)?;
    let truth = input.truth.as_ref();
    let caused = |channel: &str| {
        let mut incremental = truth?.incremental.iter();
        let (_, caused) = incremental.find(|(other, _)| *other == channel)?;
        Some(*caused)
    };
    let groups = columns.channels().into_iter().map(|channel| {
        let credits = Credits(columns.credits(channel), caused(channel));
        (channel.to_owned(), credits)
    });
    let shown = options.minimum_group()?.apply(groups).groups;
    let heading = [TITLE].into_iter().chain(columns.names());
    let mut table = Table::new(heading.chain(truth.map(|_| "caused")));
    let mut rows: Vec<Value> = Vec::new();
    for (channel, Credits(credits, caused)) in &shown {
        let known = truth.map(|_| caused.unwrap_or(0.0));
        table.push_row(cells(channel, credits, known));
        let mut row = columns.fields(credits);
        row.insert("channel".into(), channel.as_str().into());
        row.insert("caused".into(), json!(caused));
        rows.push(row.into());
    }
    let unattributed = columns.unattributed();
    let baseline = truth.map(|truth| truth.baseline);
    table.push_row(cells("(unattributed)", &unattributed, baseline));
    let section = Section::new().set_apart().with_table(table);
    Ok(Family {
        name: "last_touch",
        section: section.with_lines(explanation(input).lines()),
        json: json!({"channels": rows, "unattributed": columns.fields(&unattributed)}),
    })
}

fn cells(name: &str, credits: &[f64], caused: Option<f64>) -> Vec<Cell> {
    let figures = credits.iter().copied().chain(caused);
    let figures = figures.map(|conversions| Cell::number(conversions, 1));
    [Cell::from(name)].into_iter().chain(figures).collect()
}

fn explanation(input: &Input) -> &'static str {
    if input.truth.is_none() {
        return "(before: each identifier a person of its own)";
    }
    "(before: each identifier a person of its own; everybody known: all identifiers of everybody\n \
     known, consent or not; caused: purchases each channel brought about, and in the row\n \
     (unattributed) those that would have come anyway)"
}

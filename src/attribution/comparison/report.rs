//! A comparison as a report: a table for each figure, with a column for each model.

use crate::attribution::comparison::calibration_report;
use crate::attribution::comparison::model_table::{BaselineCredit, ChannelCredit, ModelTable};
use crate::attribution::comparison::table::ComparisonTable;
use crate::attribution::tally::Tally;
use crate::journeys::arena::Totals;
use crate::report::{Cell, Document, Report, Section, Table, figure};
use std::fmt;

impl fmt::Display for ComparisonTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.document().fmt(f)
    }
}

/// A section for each figure; those of each segment follow those of all journeys.
impl Report for ComparisonTable {
    fn title(&self) -> String {
        summary(&self.totals())
    }

    fn sections(&self) -> Vec<Section> {
        sections(self, usize::MAX)
    }

    /// Writes what [`ComparisonTable::write_csv`] writes.
    #[cfg(feature = "csv")]
    fn write_csv(&self, writer: &mut dyn std::io::Write) -> crate::error::Result<()> {
        Self::write_csv(self, writer)
    }
}

impl ComparisonTable {
    /// The report with the `most` channels that have the largest credit by any model; the credit of
    /// the others is summed up in a row of its own.
    ///
    /// ```
    /// use mixtouch::attribution::rules::{FirstTouch, LastTouch};
    /// use mixtouch::{Comparison, Outcome, PathTable};
    ///
    /// let mut paths = PathTable::new();
    /// paths.push(["social", "search"], Outcome::new(20.0, 5.0, 0.0)?)?;
    /// paths.push(["e-mail"], Outcome::new(3.0, 0.0, 0.0)?)?;
    /// paths.push(["radio"], Outcome::new(2.0, 0.0, 0.0)?)?;
    /// let table = Comparison::new()
    ///     .model("first-touch", FirstTouch)
    ///     .model("last-touch", LastTouch)
    ///     .run(&paths.journeys()?)?;
    /// assert_eq!(
    ///     table.top(2).to_string(),
    ///     "30 journeys, 55 touchpoints, 25 conversions worth 0, 5 without a conversion\n\
    ///      \n\
    ///      conversions     first-touch  last-touch\n\
    ///      search                  0.0        20.0\n\
    ///      social                 20.0         0.0\n\
    ///      (2 more)                5.0         5.0\n\
    ///      (unattributed)          0.0         0.0\n"
    /// );
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    pub fn top(&self, most: usize) -> Document {
        Document {
            title: self.title(),
            sections: sections(self, most),
        }
    }
}

fn summary(totals: &Totals) -> String {
    let [journeys, touchpoints, conversions, value, nulls] = [
        totals.journeys,
        totals.touchpoints,
        totals.conversions,
        totals.value,
        totals.nulls,
    ]
    .map(|total| figure(total, 0));
    format!(
        "{journeys} journeys, {touchpoints} touchpoints, {conversions} conversions worth {value}, \
         {nulls} without a conversion"
    )
}

fn sections(table: &ComparisonTable, most: usize) -> Vec<Section> {
    let level = table.bootstrap().map(|bootstrap| bootstrap.level().get());
    let sheet = |totals: Totals, models| Sheet {
        totals,
        models,
        level,
        order: order(models),
        most,
    };
    let mut sections = sheet(table.totals(), table.models()).sections();
    sections.extend(biases(table.models()));
    let models = table.models().iter();
    sections.extend(models.clone().filter_map(calibration_report::section));
    sections.extend(models.filter_map(calibration_report::sensitivity));
    sections.extend(fitted_before(table.models()));
    for segment in table.segments() {
        let heading = format!(
            "segment {:?}: {}",
            segment.segment,
            summary(&segment.totals)
        );
        sections.push(Section::new().with_heading(heading).set_apart());
        sections.extend(sheet(segment.totals, &segment.models).sections());
    }
    if let Some(withheld) = table.withheld() {
        let line = format!(
            "segments with too few persons to be shown: {}",
            withheld.groups
        );
        sections.push(Section::new().with_line(line).set_apart());
    }
    if !table.findings().is_empty() {
        let texts: Vec<String> = table.findings().iter().map(ToString::to_string).collect();
        let lines = texts.iter().flat_map(|text| text.lines());
        let section = Section::new().with_heading("findings").set_apart();
        sections.push(section.with_lines(lines.map(|line| format!("  {line}"))));
    }
    sections
}

/// How far replicates lie from the fit on average, for models that estimate a baseline.
fn biases(models: &[ModelTable]) -> Option<Section> {
    let lines = models.iter().filter_map(|table| {
        let bias = table.baseline?.conversions_bias?;
        let (model, bias) = (&table.model, figure(bias, 1));
        Some(format!(
            "{model}: the baseline's replicates less its estimate: {bias} on average"
        ))
    });
    let lines: Vec<String> = lines.collect();
    (!lines.is_empty()).then(|| Section::new().set_apart().with_lines(lines))
}

/// Which models were given as they were stored, and where those come from.
fn fitted_before(models: &[ModelTable]) -> Option<Section> {
    let lines = models.iter().filter_map(|table| {
        let provenance = table.provenance.as_ref()?;
        let time = provenance.fitted_on();
        let on = time.map_or_else(String::new, |time| format!(" on {time}"));
        let (model, version) = (&table.model, provenance.version());
        Some(format!("{model} was fitted{on} by mixtouch {version}"))
    });
    let lines: Vec<String> = lines.collect();
    (!lines.is_empty()).then(|| Section::new().set_apart().with_lines(lines))
}

/// The places of channels by their largest credit in any model, largest first.
fn order(models: &[ModelTable]) -> Vec<usize> {
    let channels = models.first().map_or(0, |model| model.channels.len());
    let largest = |at: usize| {
        let credits = models.iter().map(|model| model.channels[at].conversions);
        credits.fold(f64::MIN, f64::max)
    };
    let mut order: Vec<usize> = (0..channels).collect();
    order.sort_by(|&left, &right| largest(right).total_cmp(&largest(left)));
    order
}

/// A figure that adds up over channels, baseline and what is unattributed to the total.
#[derive(Clone, Copy)]
enum Measure {
    Conversions,
    Value,
}

impl Measure {
    fn name(self) -> &'static str {
        match self {
            Self::Conversions => "conversions",
            Self::Value => "value",
        }
    }

    fn cell(self, tally: Tally) -> Cell {
        match self {
            Self::Conversions => Cell::number(tally.conversions, 1),
            Self::Value => Cell::number(tally.value, 0),
        }
    }

    fn channel(self, row: &ChannelCredit) -> Cell {
        let cell = self.cell(tally(row));
        match self {
            Self::Conversions => cell.with_interval(row.conversions_low, row.conversions_high),
            Self::Value => cell.with_interval(row.value_low, row.value_high),
        }
    }

    fn baseline(self, row: &BaselineCredit) -> Cell {
        let cell = self.cell(Tally {
            conversions: row.conversions,
            value: row.value,
        });
        match self {
            Self::Conversions => cell.with_interval(row.conversions_low, row.conversions_high),
            Self::Value => cell.with_interval(row.value_low, row.value_high),
        }
    }
}

fn tally(row: &ChannelCredit) -> Tally {
    Tally {
        conversions: row.conversions,
        value: row.value,
    }
}

/// The models of all journeys or of one segment's, and which channels to show.
struct Sheet<'a> {
    totals: Totals,
    models: &'a [ModelTable],
    /// The level of intervals, if there are any.
    level: Option<f64>,
    order: Vec<usize>,
    most: usize,
}

impl Sheet<'_> {
    fn sections(&self) -> Vec<Section> {
        if self.models.is_empty() {
            return Vec::new();
        }
        let mut tables = vec![self.credit(Measure::Conversions)];
        if self.totals.value > 0.0 {
            tables.push(self.credit(Measure::Value));
        }
        let mut rows = self.models.iter().flat_map(|model| &model.channels);
        if rows.any(|row| row.roas.is_some()) {
            tables.push(self.ratio("return on ad spend (value / cost)", |row| row.roas));
            tables.push(self.ratio("cost per acquisition (cost / conversions)", |row| row.cpa));
        }
        let section = |table| Section::new().with_table(table).set_apart();
        tables.into_iter().map(section).collect()
    }

    fn table(&self, name: &str) -> Table {
        let models = self.models.iter().map(|model| model.model.as_str());
        Table::new(std::iter::once(name).chain(models))
    }

    /// A row named `name` with a cell of each model.
    fn row(&self, name: impl Into<Cell>, cell: impl Fn(&ModelTable) -> Cell) -> Vec<Cell> {
        let cells = self.models.iter().map(cell);
        std::iter::once(name.into()).chain(cells).collect()
    }

    fn channel_rows(&self, cell: impl Fn(&ChannelCredit) -> Cell) -> Vec<Vec<Cell>> {
        let row = |&at: &usize| {
            let name = &self.models[0].channels[at].channel;
            self.row(name, |model| cell(&model.channels[at]))
        };
        self.order.iter().take(self.most).map(row).collect()
    }

    fn credit(&self, measure: Measure) -> Table {
        let name = match self.level {
            Some(level) => format!("{} ({} % interval)", measure.name(), 100.0 * level),
            None => measure.name().to_owned(),
        };
        let mut rows = self.channel_rows(|row| measure.channel(row));
        let hidden = self.order.get(self.most..).unwrap_or_default();
        if !hidden.is_empty() {
            rows.push(self.row(format!("({} more)", hidden.len()), |model| {
                let mut sum = Tally::default();
                hidden
                    .iter()
                    .for_each(|&at| sum += tally(&model.channels[at]));
                measure.cell(sum)
            }));
        }
        if self.models.iter().any(|model| model.baseline.is_some()) {
            rows.push(self.row("(baseline)", |model| {
                model.baseline.map(|row| measure.baseline(&row)).into()
            }));
        }
        rows.push(self.row("(unattributed)", |model| measure.cell(model.unattributed)));
        self.table(&name).with_rows(rows)
    }

    fn ratio(&self, name: &str, ratio: fn(&ChannelCredit) -> Option<f64>) -> Table {
        let rows = self.channel_rows(|row| Cell::number(ratio(row), 2));
        self.table(name).with_rows(rows)
    }
}

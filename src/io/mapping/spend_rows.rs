//! Spend tables, read by a mapping.

use crate::channel::{CachedGrouping, Group, Grouping, Traffic};
use crate::error::{Error, Result};
use crate::event::{CostTable, Kind};
use crate::io::mapping::column::MappedColumn;
use crate::io::mapping::conditions::CompiledCondition;
use crate::io::mapping::currency::{Conversion, Rates};
use crate::io::mapping::lack::{Excused, Lack};
use crate::io::mapping::pieces::Pieces;
use crate::io::mapping::slot::{Amount, Places, Signs, Slot, Timed};
use crate::io::mapping::specification::Mapping;
use crate::io::mapping::spend::{SpendMapping, TotalRow};
use crate::io::mapping::spend_report::{SpendReading, SpendReport};
use crate::io::mapping::tolerance::{BadRows, Skips};
use crate::io::record::{FieldPath, Value};
use crate::time::{Day, TimeZone};

/// A mapping made ready to read spend by.
pub(super) struct SpendLayout {
    pub(super) paths: Vec<FieldPath>,
    date: Timed,
    cost: Amount,
    /// The cost of the line of totals, in units.
    total: Amount,
    clicks: Amount,
    currency: Slot,
    pub(super) conversion: Conversion,
    channel: Slot,
    tags: [Slot; 5],
    further: Vec<Slot>,
    /// Whether the mapping is for logs too.
    has_events: bool,
    grouping: Grouping,
    skips: Vec<CompiledCondition>,
    totals: Vec<Slot>,
    total_row: TotalRow,
}

impl SpendLayout {
    /// # Errors
    /// If the mapping has no `spend`, or one of its settings is unusable.
    pub(super) fn new(mapping: &Mapping, rates: Option<&Rates>, signs: Signs) -> Result<Self> {
        let spend = mapping.spend.as_ref().ok_or_else(|| {
            Error::setting(
                "spend",
                "unset",
                "where a spend table has its date and cost",
            )
        })?;
        for (name, column) in [("date", &spend.date), ("cost", &spend.cost)] {
            if column.is_unset() {
                let setting = format!("spend.{name}");
                return Err(Error::setting(setting, "unset", "the name of a column"));
            }
        }
        mapping.bad_rows.check()?;
        let none = mapping.spend_file().null.iter().chain(&spend.missing.0);
        let none = none.cloned().chain(["--", "-"].map(str::to_owned));
        let mut places = Places::new(none, signs);
        let grouping = mapping.grouping()?;
        let further = grouping.further_fields().iter();
        let further = further
            .map(|name| places.slot(&named(spend, name)))
            .collect();
        let mut total = spend.cost.clone();
        total.unit = None;
        let tags = [
            &spend.source,
            &spend.medium,
            &spend.campaign,
            &spend.term,
            &spend.content,
        ];
        let skips = spend.skip.iter().map(|condition| {
            CompiledCondition::new(condition, |name| places.bare_slot(&named(spend, name)))
        });
        let skips = skips.collect::<Result<_>>()?;
        let totals = spend.check.columns.0.iter();
        let totals = totals
            .map(|name| places.bare_slot(&MappedColumn::at(name)))
            .collect();
        let mut date = spend.date.clone();
        date.zone.get_or_insert_with(|| "UTC".to_owned()); // a day is a day wherever it was
        Ok(Self {
            date: places.timed(&date)?,
            cost: places.amount(&spend.cost)?,
            total: places.amount(&total)?,
            clicks: places.amount(&spend.clicks)?,
            currency: places.slot(&spend.currency),
            conversion: mapping.conversion(&spend.currency, rates)?,
            channel: places.slot(&spend.channel),
            tags: tags.map(|column| places.slot(column)),
            further,
            has_events: !mapping.columns.person.is_unset(),
            grouping,
            skips,
            totals,
            total_row: spend.check.total_row,
            paths: places.into_paths(),
        })
    }

    /// The zone of the days.
    pub(super) fn zone(&self) -> TimeZone {
        self.date.zone()
    }

    /// Whether a row is the line of totals: it says so, and unless that is all it says it has no
    /// day. A campaign may be called `Total Body Workout`.
    fn is_total(&self, line: u64, row: &[Value<'_>]) -> bool {
        let said = self.totals.iter().map(|slot| total_said(&slot.text(row)));
        match said.max().unwrap_or(TotalSaid::No) {
            TotalSaid::No => false,
            TotalSaid::Begins => self.date.read(line, row).is_err(),
            TotalSaid::Alone => true,
        }
    }

    /// What a row costs whatever else is wrong with it, in the currency converted to; none where
    /// that cannot be said.
    fn cost_alone(&self, line: u64, row: &[Value<'_>]) -> Option<f64> {
        let cost = self.cost.read(line, row, Kind::Touch).ok()?.unwrap_or(0.0);
        if !self.currency.is_set() || cost == 0.0 {
            return Some(cost);
        }
        let currency = self.currency.text(row);
        let moment = self.date.read(line, row);
        let day = moment.and_then(|moment| self.date.day(moment.second)).ok();
        let factor = self.conversion.factor_where_known(&currency, day)?;
        Some(cost * factor)
    }

    /// Where the columns that the mapping names stand, and what it means that one is missing.
    pub(super) fn columns(&self) -> impl Iterator<Item = (&Slot, Lack)> {
        let needed = [&self.date.slot, &self.cost.slot].map(|slot| (slot, Lack::Unusable));
        let others = [&self.clicks.slot, &self.currency, &self.channel];
        let conditions = self.skips.iter().flat_map(CompiledCondition::slots);
        let others = others.into_iter().chain(&self.tags).chain(conditions);
        let others = others.map(|slot| (slot, Lack::Mistake));
        let of_rules = Lack::of_rules(self.has_events);
        let further = self.further.iter().map(move |slot| (slot, of_rules));
        needed.into_iter().chain(others).chain(further)
    }
}

/// The column that a name means: one of the mapping, or one of the file.
fn named(spend: &SpendMapping, name: &str) -> MappedColumn {
    let column = match name {
        "date" => &spend.date,
        "cost" => &spend.cost,
        "clicks" => &spend.clicks,
        "currency" => &spend.currency,
        "channel" => &spend.channel,
        "source" => &spend.source,
        "medium" => &spend.medium,
        "campaign" => &spend.campaign,
        "network" => &spend.network,
        _ => return MappedColumn::at(name),
    };
    if column.is_unset() {
        MappedColumn::at(name)
    } else {
        column.clone()
    }
}

/// Reads the rows of spend tables.
pub(super) struct SpendRows<'a> {
    layout: &'a SpendLayout,
    bad_rows: BadRows,
    grouping: CachedGrouping<'a>,
    costs: &'a mut CostTable,
    report: &'a mut SpendReport,
    skips: &'a mut Skips,
    /// The sum of the file's costs, as stated: what its line of totals says.
    stated: f64,
    /// Lines of totals: the row, the amount in units, and the amount as rows state theirs.
    totals: Vec<(u64, f64, f64)>,
}

impl<'a> SpendRows<'a> {
    pub(super) fn new(
        layout: &'a SpendLayout,
        bad_rows: BadRows,
        reading: &'a mut SpendReading,
        skips: &'a mut Skips,
    ) -> Self {
        Self {
            layout,
            bad_rows,
            grouping: layout.grouping.cached(),
            costs: &mut reading.costs,
            report: &mut reading.report,
            skips,
            stated: 0.0,
            totals: Vec::new(),
        }
    }

    /// Another file begins.
    ///
    /// # Errors
    /// If it lacks a column that the mapping names; presets' columns but date and cost may be
    /// missing.
    pub(super) fn begin_file(
        &mut self,
        name: &str,
        pieces: &Pieces<'_>,
        excused: Excused<'_>,
    ) -> Result<()> {
        self.stated = 0.0;
        let files = &mut self.report.files;
        files.begin(name, pieces, self.layout.columns(), excused)
    }

    /// Takes a row of the file, or what is wrong with it.
    ///
    /// # Errors
    /// If the row cannot be read and bad rows are refused.
    pub(super) fn take(&mut self, line: u64, row: Result<&[Value<'_>]>) -> Result<()> {
        self.report.rows += 1;
        let values = row.as_ref().ok().copied();
        match row.and_then(|row| self.read(line, row)) {
            Err(error) if self.bad_rows != BadRows::Refuse && error.row().is_some() => {
                self.skips.add(error);
                if !values.is_some_and(|row| self.layout.is_total(line, row)) {
                    let cost = values.and_then(|row| self.layout.cost_alone(line, row));
                    self.report.lost(cost, true);
                }
                self.skips.check_so_far(self.bad_rows, self.report.rows)
            }
            result => result,
        }
    }

    fn read(&mut self, line: u64, row: &[Value<'_>]) -> Result<()> {
        let layout = self.layout;
        if layout.skips.iter().any(|condition| condition.holds(row)) {
            self.report.left_out += 1;
            if !layout.is_total(line, row) {
                self.report.lost(layout.cost_alone(line, row), false);
            }
            return Ok(());
        }
        if layout.is_total(line, row) {
            return self.keep_total(line, row);
        }
        let moment = layout.date.read(line, row)?;
        let day = layout.date.day(moment.second)?;
        let stated = layout.cost.read(line, row, Kind::Touch)?.unwrap_or(0.0);
        let clicks = layout.clicks.read(line, row, Kind::Touch)?.unwrap_or(0.0);
        let mut cost = stated;
        let has_currency = layout.currency.is_set() && cost != 0.0;
        if has_currency {
            let currency = layout.currency.text(row);
            let name = &layout.currency.name;
            cost *= layout.conversion.factor(&currency, day, line, name)?;
        }
        self.push(line, row, day, cost, clicks)?;
        self.stated += stated;
        if has_currency {
            let currency = layout.currency.text(row);
            self.report.currency(&currency, stated);
        }
        Ok(())
    }

    fn push(
        &mut self,
        line: u64,
        row: &[Value<'_>],
        day: Day,
        cost: f64,
        clicks: f64,
    ) -> Result<()> {
        let layout = self.layout;
        let [source, medium, campaign, term, content] =
            layout.tags.each_ref().map(|slot| slot.text(row));
        let further: Vec<_> = layout.further.iter().map(|slot| slot.text(row)).collect();
        let further: Vec<&str> = further.iter().map(|text| &**text).collect();
        let traffic = Traffic {
            source: source.trim(),
            medium: medium.trim(),
            campaign: campaign.trim(),
            term: term.trim(),
            content: content.trim(),
            further: &further,
            ..Traffic::default()
        };
        let stated = layout.channel.text(row);
        let stated = Some(stated.trim()).filter(|stated| !stated.is_empty());
        let group = match self.grouping.group(&traffic) {
            Ok(group) => Some(group),
            // a channel that the table states needs no rule
            Err(_) if stated.is_some() => None,
            Err(error) => return Err(malformed(line, &error)),
        };
        let Some(channel) = stated.or(group.and_then(Group::channel)) else {
            self.report.unassigned += 1;
            self.report.unassigned_cost += cost;
            return Ok(());
        };
        let levels = group.map_or(["", ""], |group| [group.source_medium(), group.campaign()]);
        let pushed = self.costs.push_at(channel, &levels, day, cost);
        pushed.map_err(|error| malformed(line, &error))?;
        let is_matched = stated.is_some() || group.is_some_and(Group::is_matched);
        self.report.cost(channel, day, cost, clicks, is_matched);
        Ok(())
    }

    /// Keeps a line of totals until all rows of the file are known: it may stand above them.
    fn keep_total(&mut self, line: u64, row: &[Value<'_>]) -> Result<()> {
        let layout = self.layout;
        if layout.total_row == TotalRow::Ignore {
            self.report.left_out += 1;
            return Ok(());
        }
        // a report with rows in micros has its total in units
        let in_units = layout.total.read(line, row, Kind::Touch)?;
        let as_rows = layout.cost.read(line, row, Kind::Touch)?;
        match in_units.zip(as_rows) {
            Some((in_units, as_rows)) => {
                self.report.totals += 1;
                self.totals.push((line, in_units, as_rows));
            }
            None => self.report.left_out += 1,
        }
        Ok(())
    }

    /// The file ends: compares its own totals with the sum of its rows, to the cent.
    ///
    /// # Errors
    /// If a total is another and that is refused.
    pub(super) fn end_file(&mut self) -> Result<()> {
        let stated = self.stated;
        let is_sum = |total: f64| (total - stated).abs() < 0.0051;
        for (line, in_units, as_rows) in std::mem::take(&mut self.totals) {
            if is_sum(in_units) || is_sum(as_rows) {
                continue;
            }
            let expected = format!("{stated:.2}, the sum of the rows");
            let name = format!("the total of {}", self.layout.cost.slot.name);
            let error = Error::field(line, name, in_units.to_string(), expected);
            match (self.layout.total_row, self.bad_rows) {
                (TotalRow::Refuse, BadRows::Refuse) => return Err(error),
                (TotalRow::Refuse, _) => {
                    self.report.totals -= 1;
                    self.skips.add(error);
                }
                _ => self.report.wrong_totals.push(error.to_string()),
            }
        }
        Ok(())
    }
}

/// An error, said of a row.
#[cold]
fn malformed(row: u64, error: &Error) -> Error {
    Error::Malformed {
        row,
        reason: error.to_string(),
    }
}

/// What a cell says of totals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum TotalSaid {
    No,
    /// It begins with `Total`, as in `Total: Campaigns`.
    Begins,
    /// It is `Total` or `Totals`, and nothing else.
    Alone,
}

fn total_said(text: &str) -> TotalSaid {
    let text = text.trim();
    let starts = text
        .get(..5)
        .is_some_and(|start| start.eq_ignore_ascii_case("total"));
    match text.get(5..).filter(|_| starts) {
        None => TotalSaid::No,
        Some("" | "s" | "S" | ":") => TotalSaid::Alone,
        Some(rest) if rest.starts_with(|next: char| next.is_alphanumeric()) => TotalSaid::No,
        Some(_) => TotalSaid::Begins,
    }
}

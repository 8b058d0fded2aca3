//! Small bars and intervals beside the tables of a text.

use crate::report::cell::Cell;
use crate::report::document::Document;
use crate::report::section::{Block, Section};
use crate::report::table::{Alignment, Column, Table};

/// The width of a drawing, in characters.
const WIDTH: usize = 24;
/// An eighth of a character to a whole one.
const EIGHTHS: [char; 8] = ['▏', '▎', '▍', '▌', '▋', '▊', '▉', '█'];

impl Document {
    /// The same document for a terminal: tables whose figures have intervals, or are shares, get a
    /// column more at their right, in which these are drawn in Unicode's blocks and lines.
    ///
    /// Intervals of one table are on one scale, which holds zero. All other columns stay as they
    /// are. Not for files and further programs: see whether the output is a terminal first.
    ///
    /// ```
    /// use mixtouch::report::{Cell, Document, Section, Table};
    ///
    /// let table = Table::new(["channel", "share"]).with_rows([
    ///     [Cell::from("search"), Cell::percent(0.75, 0)],
    ///     [Cell::from("e-mail"), Cell::percent(0.25, 0)],
    /// ]);
    /// let document = Document {
    ///     title: "Credit".into(),
    ///     sections: vec![Section::new().with_table(table)],
    /// };
    /// assert_eq!(
    ///     document.with_drawings().to_string(),
    ///     "Credit\n  \
    ///        channel  share\n  \
    ///        search    75 %  ████████████████████████\n  \
    ///        e-mail    25 %  ████████\n"
    /// );
    /// ```
    #[must_use]
    pub fn with_drawings(self) -> Self {
        let sections = self.sections.into_iter().map(Section::with_drawings);
        Self {
            sections: sections.collect(),
            ..self
        }
    }
}

impl Section {
    /// The same section with drawings beside its tables, as [`Document::with_drawings`] has them.
    #[must_use]
    pub fn with_drawings(self) -> Self {
        self.map_blocks(|block| match block {
            Block::Table(table) => Block::Table(drawn(&table).unwrap_or(table)),
            line => line,
        })
    }
}

/// The table with its drawings; none where there is nothing to draw.
fn drawn(table: &Table) -> Option<Table> {
    let count = |at: usize, is: &dyn Fn(&Cell) -> bool| {
        let cells = table.rows().iter().filter_map(|row| row.get(at));
        cells.filter(|cell| is(cell)).count()
    };
    let columns = || 0..table.columns().len();
    let has_interval = |cell: &Cell| ends(cell).is_some();
    let is_share = |cell: &Cell| cell.is_share() && known(cell).is_some();
    let with_intervals = columns().find(|&at| count(at, &has_interval) > 1);
    let shares = || columns().find(|&at| count(at, &is_share) > 1);
    let at = with_intervals.or_else(shares)?;
    let scale = Scale::of(cells(table, at).filter_map(ends_and_middle).flatten());
    let most = cells(table, at).filter_map(known).fold(0.0, f64::max);
    let draw = |cell: &Cell| match with_intervals {
        Some(_) => scale.interval(cell),
        None => bar(cell, most),
    };
    let width = table.columns().len();
    let rows = table.rows().iter().map(|row| {
        let picture = row.get(at).map_or_else(String::new, draw);
        let blank = std::iter::repeat_with(|| Cell::text(""));
        let own = row.iter().cloned().chain(blank).take(width);
        own.chain([Cell::text(picture)]).collect::<Vec<Cell>>()
    });
    let heading = table.columns().iter().cloned();
    let heading = heading.fold(Table::new(Vec::<String>::new()), Table::with_column);
    // which of several columns with intervals is drawn
    let several = columns().filter(|&at| count(at, &has_interval) > 1).count() > 1;
    let name = match several {
        true => format!("({})", table.columns()[at].name()),
        false => String::new(),
    };
    let heading = heading.with_column(Column::new(name, Alignment::Left));
    Some(heading.with_rows(rows.collect::<Vec<_>>()))
}

fn cells(table: &Table, at: usize) -> impl Iterator<Item = &Cell> {
    table.rows().iter().filter_map(move |row| row.get(at))
}

fn known(cell: &Cell) -> Option<f64> {
    cell.value().filter(|value| value.abs() <= 1e300)
}

fn ends(cell: &Cell) -> Option<(f64, f64)> {
    let (low, high) = cell.interval()?;
    (low.abs() <= 1e300 && high.abs() <= 1e300 && low <= high).then_some((low, high))
}

fn ends_and_middle(cell: &Cell) -> Option<[f64; 3]> {
    let (low, high) = ends(cell)?;
    Some([low, known(cell)?, high])
}

/// A bar of a share; nothing below zero.
fn bar(cell: &Cell, most: f64) -> String {
    let share = known(cell).unwrap_or(0.0).max(0.0);
    if most <= 0.0 {
        return String::new();
    }
    let eighths = (8.0 * WIDTH as f64 * share / most).round() as usize;
    let (whole, rest) = (eighths / 8, eighths % 8);
    let mut text: String = std::iter::repeat_n(EIGHTHS[7], whole).collect();
    text.extend(rest.checked_sub(1).map(|rest| EIGHTHS[rest]));
    text
}

/// From the least to the largest, zero included.
struct Scale {
    low: f64,
    high: f64,
}

impl Scale {
    fn of(values: impl Iterator<Item = f64>) -> Self {
        let start = Self {
            low: 0.0,
            high: 0.0,
        };
        values.fold(start, |scale, value| Self {
            low: scale.low.min(value),
            high: scale.high.max(value),
        })
    }

    /// The character a value falls on.
    fn at(&self, value: f64) -> usize {
        let span = self.high / 2.0 - self.low / 2.0;
        let share = (value / 2.0 - self.low / 2.0) / span;
        ((WIDTH - 1) as f64 * share).round() as usize
    }

    fn interval(&self, cell: &Cell) -> String {
        let Some([low, value, high]) = ends_and_middle(cell).filter(|_| self.high > self.low)
        else {
            return String::new();
        };
        let (low, value, high) = (self.at(low), self.at(value), self.at(high));
        let zero = self.at(0.0);
        let letter = |at: usize| match at {
            _ if at == value => '●',
            _ if at == low => '├',
            _ if at == high => '┤',
            _ if low < at && at < high => '─',
            _ if at == zero => '┊',
            _ => ' ',
        };
        (0..WIDTH).map(letter).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(table: Table) -> String {
        let drawn = Section::new().with_table(table).with_drawings();
        drawn.set_apart().to_string()
    }

    #[test]
    fn intervals_stand_on_one_scale_with_zero() {
        let row = |name: &str, value: f64, low: f64, high: f64| {
            [
                Cell::from(name),
                Cell::number(value, 0).with_interval(low, high),
            ]
        };
        let table = Table::new(["channel", "change"]).with_rows([
            row("tv", 10.0, -5.0, 18.0),
            row("social", 2.0, 1.0, 4.0),
            row("search", -5.0, -5.0, 3.0),
        ]);
        assert_eq!(
            text(table),
            "channel         change\n\
             tv       10 (-5 to 18)  ├──────────────●───────┤\n\
             social    2 (1 to 4)         ┊├●─┤\n\
             search   -5 (-5 to 3)   ●───────┤\n"
        );
    }

    #[test]
    fn of_several_columns_the_one_drawn_is_named() {
        let cell = |value: f64| Cell::number(value, 0).with_interval(value - 1.0, value + 1.0);
        let table = Table::new(["channel", "last-touch", "markov"]).with_rows([
            [Cell::from("tv"), cell(10.0), cell(3.0)],
            [Cell::from("search"), cell(5.0), cell(12.0)],
        ]);
        let text = text(table);
        let heading = text.lines().next().unwrap_or_default();
        assert!(heading.ends_with("  (last-touch)"), "{text}");
    }

    #[test]
    fn tables_without_shares_and_intervals_stay_as_they_are() {
        let table = Table::new(["channel", "persons"]).with_rows([
            [Cell::from("tv"), Cell::count(3)],
            [Cell::from("web"), Cell::count(4)],
        ]);
        assert_eq!(text(table.clone()), table.to_string());
    }

    #[test]
    fn odd_figures_are_not_drawn() {
        for odd in [f64::NAN, f64::INFINITY, -0.5] {
            let shares = [0.5, 0.25, odd].map(|share| [Cell::from("x"), Cell::percent(share, 0)]);
            let drawn = text(Table::new(["a", "share"]).with_rows(shares));
            let lines: Vec<&str> = drawn.lines().collect();
            assert!(
                lines[1].ends_with(&"█".repeat(WIDTH)) && lines[2].ends_with("█"),
                "{drawn}"
            );
            assert!(!lines[3].contains('█'), "{drawn}");
        }
        let intervals = [
            (1.0, f64::NAN),
            (f64::NEG_INFINITY, 2.0),
            (0.0, 0.0),
            (0.0, 0.0),
        ];
        let rows = intervals.map(|(low, high)| {
            [
                Cell::from("x"),
                Cell::number(0.0, 0).with_interval(low, high),
            ]
        });
        assert!(!text(Table::new(["a", "b"]).with_rows(rows)).contains('●'));
        let huge = [1.0, -1.0].map(|sign| {
            let cell = Cell::number(sign * 9e299, 0).with_interval(-9e299, 9e299);
            [Cell::from("x"), cell]
        });
        assert!(text(Table::new(["a", "b"]).with_rows(huge)).contains('●'));
    }

    #[test]
    fn a_short_row_keeps_its_place() {
        let mut table = Table::new(["a", "share", "note"]);
        table.push_row([Cell::from("x"), Cell::percent(0.5, 0), Cell::from("n")]);
        table.push_row([Cell::from("y"), Cell::percent(0.25, 0)]);
        table.push_row([Cell::from("z")]);
        let drawn = text(table);
        let column = drawn.lines().nth(1).unwrap().find('█').unwrap();
        assert_eq!(drawn.lines().nth(2).unwrap().find('█'), Some(column));
    }
}

//! Tables without columns that say nothing.

use crate::report::{Cell, Table};

/// The table without columns of which no row has anything; the first, which names rows, stays.
pub(crate) fn filled(table: &Table) -> Table {
    let rows = table.rows();
    let says = |at: usize| {
        let cells = rows.iter().filter_map(|row| row.get(at));
        let nothing = |cell: &Cell| cell.is_missing() || cell.shown().is_empty();
        cells.into_iter().any(|cell| !nothing(cell))
    };
    let kept: Vec<usize> = (0..table.columns().len())
        .filter(|at| *at == 0 || says(*at))
        .collect();
    let nothing = Table::new(std::iter::empty::<&str>());
    let columns = kept.iter().map(|&at| table.columns()[at].clone());
    let shown = columns.fold(nothing, Table::with_column);
    let cell = |row: &[Cell], at: usize| row.get(at).cloned().unwrap_or(Cell::MISSING);
    shown.with_rows(rows.iter().map(|row| {
        let cells = kept.iter().map(|&at| cell(row, at));
        cells.collect::<Vec<_>>()
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_without_any_figure_is_left_out() {
        let table = Table::new(["channel", "cost", "visits"]).with_rows([
            [Cell::from("tv"), Cell::MISSING, Cell::count(3)],
            [Cell::from("radio"), Cell::MISSING, Cell::MISSING],
        ]);
        let shown = filled(&table);
        let names: Vec<&str> = shown.columns().iter().map(|column| column.name()).collect();
        assert_eq!(names, ["channel", "visits"]);
        assert_eq!(shown.rows()[0], [Cell::from("tv"), Cell::count(3)]);
    }
}

//! One family of figures: an object of the JSON document, a section of the page.

use serde_json::Value;
use std::fmt;

pub(crate) struct Family {
    pub(crate) name: &'static str,
    pub(crate) text: String,
    pub(crate) json: Value,
}

/// Named rows of figures under titles.
pub(crate) struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    pub(crate) fn new(
        title: &'static str,
        columns: impl IntoIterator<Item = &'static str>,
    ) -> Self {
        Self {
            rows: vec![
                std::iter::once(title)
                    .chain(columns)
                    .map(str::to_owned)
                    .collect(),
            ],
        }
    }

    /// Adds a row; `digits` behind the point by column.
    pub(crate) fn row(
        &mut self,
        name: &str,
        figures: impl IntoIterator<Item = Option<f64>>,
        digits: impl IntoIterator<Item = usize>,
    ) {
        let text = |(figure, digits): (Option<f64>, usize)| {
            figure.map_or("-".to_owned(), |figure| format!("{figure:.digits$}"))
        };
        self.rows.push(
            std::iter::once(name.to_owned())
                .chain(figures.into_iter().zip(digits).map(text))
                .collect(),
        );
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = |column: usize| {
            self.rows
                .iter()
                .filter_map(|row| row.get(column))
                .map(|cell| cell.chars().count())
                .max()
                .unwrap_or(0)
        };
        for row in &self.rows {
            write!(f, "{:<1$}", row[0], width(0))?;
            row.iter()
                .enumerate()
                .skip(1)
                .try_for_each(|(column, cell)| write!(f, "  {cell:>0$}", width(column)))?;
            writeln!(f)?;
        }
        Ok(())
    }
}

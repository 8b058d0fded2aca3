//! Where a table has what a log needs.

use crate::error::argument;
use crate::journeys::{COLUMNS, REQUIRED};
use datafusion::error::Result;
use datafusion::logical_expr::{Expr, ident, lit};
use datafusion::scalar::ScalarValue;

/// The columns of a table by what they say: the names of the library's logs (`person`, `timestamp`,
/// `channel`, `kind`, and `value`) unless stated otherwise. `cost`, `interaction`, `goal` and
/// `order_id` are read where they are stated. Each is any expression over the table.
///
/// Types are those that [`mixtouch::Events::extend_from_record_batch`] takes.
///
/// ```
/// use datafusion::prelude::col;
/// use mixtouch_datafusion::LogColumns;
///
/// let columns = LogColumns::default().with("person", col("user_id"))?.with("cost", col("price"))?;
/// # Ok::<(), datafusion::error::DataFusionError>(())
/// ```
#[derive(Debug, Clone)]
pub struct LogColumns {
    pub(crate) person: Expr,
    pub(crate) others: Vec<(&'static str, Option<Expr>)>,
}

impl Default for LogColumns {
    fn default() -> Self {
        // the value behind them is usual too
        let is_usual = |at: usize| at <= REQUIRED;
        let others = COLUMNS.into_iter().enumerate();
        let others = others.map(|(at, name)| (name, is_usual(at).then(|| ident(name))));
        Self {
            person: ident("person"),
            others: others.collect(),
        }
    }
}

impl LogColumns {
    /// The same with this expression for the column of that name.
    ///
    /// # Errors
    /// If no log has a column of that name.
    pub fn with(mut self, name: &str, expression: Expr) -> Result<Self> {
        if name == "person" {
            self.person = expression;
        } else {
            *self.other(name)? = Some(expression);
        }
        Ok(self)
    }

    /// The same without that column, which the table lacks: `value`, `cost`, `interaction`, `goal` or
    /// `order_id`.
    ///
    /// # Errors
    /// If no log has a column of that name, or every log has one.
    pub fn without(mut self, name: &str) -> Result<Self> {
        if COLUMNS[..REQUIRED].contains(&name) {
            return Err(argument(
                "columns",
                format!("every log has the column {name:?}"),
            ));
        }
        *self.other(name)? = None;
        Ok(self)
    }

    fn other(&mut self, name: &str) -> Result<&mut Option<Expr>> {
        let found = self.others.iter_mut().find(|(own, _)| *own == name);
        let found = found.map(|(_, expression)| expression);
        found.ok_or_else(|| argument("columns", format!("no log has a column {name:?}")))
    }

    /// The column of that name other than persons, where it is stated.
    pub(crate) fn get(&self, name: &str) -> Option<Expr> {
        let mut others = self.others.iter();
        let found = others.find(|(own, _)| *own == name);
        found.and_then(|(_, expression)| expression.clone())
    }

    /// The arguments of the aggregate `journeys` after the settings.
    pub(crate) fn arguments(&self) -> Vec<Expr> {
        let null = || lit(ScalarValue::Null);
        let each = self.others.iter();
        each.map(|(_, own)| own.clone().unwrap_or_else(null))
            .collect()
    }
}

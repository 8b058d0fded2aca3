//! Orders that rows of several persons state.

use crate::collect::collect;
use crate::columns::LogColumns;
use crate::error::argument;
use crate::person;
use datafusion::arrow::array::AsArray;
use datafusion::arrow::datatypes::{DataType, Int64Type};
use datafusion::dataframe::DataFrame;
use datafusion::error::Result;
use datafusion::functions_aggregate::expr_fn::{count, max, min};
use datafusion::logical_expr::{Expr, cast, ident, lit};
use mixtouch::JourneyOptions;

/// # Errors
/// If rows of several persons state one order that is to count once: persons are split over
/// partitions, none of which sees the others' rows.
pub(crate) async fn check(
    rows: &DataFrame,
    columns: &LogColumns,
    options: &JourneyOptions,
) -> Result<()> {
    let written = serde_json::to_value(options).unwrap_or_default();
    let (Some(order), Some(kind)) = (columns.get("order_id"), columns.get("kind")) else {
        return Ok(());
    };
    if written["unique_orders"].as_bool() == Some(false) {
        return Ok(());
    }
    let text = |of: Expr| cast(of, DataType::Utf8);
    let person = text(person::function().call(vec![columns.person.clone()]));
    let goal = columns.get("goal").map_or(lit(""), text);
    let sales = rows
        .clone()
        .filter(kind.eq(lit("conversion")))?
        .select(vec![
            person.alias("person"),
            text(order).alias("order"),
            goal.alias("goal"),
        ])?;
    let named = sales.filter(ident("order").not_eq(lit("")))?;
    let persons = vec![
        min(ident("person")).alias("first"),
        max(ident("person")).alias("last"),
    ];
    let orders = named.aggregate(vec![ident("order"), ident("goal")], persons)?;
    let shared = orders.filter(ident("first").not_eq(ident("last")))?;
    let number = shared.aggregate(vec![], vec![count(lit(1)).alias("number")])?;
    let number = collect(number).await?;
    let counts = number.iter().flat_map(|batch| {
        let counts = batch.column(0).as_primitive::<Int64Type>();
        counts.values().iter().copied()
    });
    match counts.sum::<i64>() {
        0 => Ok(()),
        number => Err(argument(
            "log",
            format!(
                "{number} orders are stated by rows of several persons, expected: none; keep one \
                 row of each, or let each row count (JourneyOptions::with_unique_orders)"
            ),
        )),
    }
}

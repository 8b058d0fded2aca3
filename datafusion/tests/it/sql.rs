//! The functions in SQL.

use crate::logs::{batch, context, lines, table};
use datafusion::arrow::array::AsArray;
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Float64Type};
use datafusion::prelude::SessionContext;
use mixtouch::JourneyOptions;
use mixtouch::attribution::{ModelName, ModelSettings, ShardedComparison};
use mixtouch::simulate::worlds::World;
use mixtouch_datafusion::{Log, LogColumns};

/// The one text that a query gives.
async fn text(context: &SessionContext, query: &str) -> String {
    let batches = context.sql(query).await.unwrap().collect().await.unwrap();
    let column = batches
        .iter()
        .find(|batch| batch.num_rows() > 0)
        .unwrap()
        .column(0);
    cast(column, &DataType::Utf8)
        .unwrap()
        .as_string::<i32>()
        .value(0)
        .to_owned()
}

/// The rows of a query whose first columns are texts and whose last one is a number.
async fn rows(context: &SessionContext, query: &str) -> Vec<(String, f64)> {
    let batches = context.sql(query).await.unwrap().collect().await.unwrap();
    let mut rows = Vec::new();
    for batch in batches {
        let last = batch.num_columns() - 1;
        let figures = cast(batch.column(last), &DataType::Float64).unwrap();
        let figures = figures.as_primitive::<Float64Type>().clone();
        let texts = (0..last).map(|at| cast(batch.column(at), &DataType::Utf8).unwrap());
        let texts: Vec<_> = texts.collect();
        for row in 0..batch.num_rows() {
            let words = texts
                .iter()
                .map(|column| column.as_string::<i32>().value(row));
            let name = words.collect::<Vec<_>>().join(" ");
            rows.push((name, figures.value(row)));
        }
    }
    rows
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_comparison_in_five_queries_is_that_of_the_front() {
    let context = context(3);
    mixtouch_datafusion::register(&context);
    table(&context, &batch(&lines(World::Additive, 400)), 3);
    let comparison = r#"{"models": ["linear", "markov"]}"#;

    let settings = text(
        &context,
        "SELECT log_settings('{}', timestamp, channel, kind) FROM log",
    )
    .await;
    let persons = format!(
        "CREATE TABLE persons AS
         SELECT person_key(person) AS person,
                journeys('{settings}', timestamp, channel, kind, value) AS journeys
         FROM log GROUP BY person_key(person)"
    );
    context
        .sql(&persons)
        .await
        .unwrap()
        .collect()
        .await
        .unwrap();
    let query = format!(
        "SELECT fit(evidence('{comparison}', '{settings}', person, journeys)) FROM persons"
    );
    let models = text(&context, &query).await;
    let query = format!("SELECT credits('{models}', '{settings}', person, journeys) FROM persons");
    let credits = text(&context, &query).await;
    let query = format!(
        "SELECT get_field(row, 'model'), get_field(row, 'channel'), get_field(row, 'conversions')
         FROM (SELECT unnest(comparison_table('{models}', '{credits}')) AS row)"
    );
    let found = rows(&context, &query).await;

    let frame = context.table("log").await.unwrap();
    let log = Log::new(frame, LogColumns::default(), JourneyOptions::default())
        .await
        .unwrap();
    let names = [ModelName::Linear, ModelName::Markov];
    let compared = ShardedComparison::new(names, ModelSettings::default()).unwrap();
    let table = log.compare(compared).await.unwrap();
    let mut seen = 0;
    for model in table.models() {
        for row in &model.channels {
            let name = format!("{} {}", model.model, row.channel);
            let (_, conversions) = found.iter().find(|(found, _)| *found == name).unwrap();
            assert!((conversions - row.conversions).abs() < 1e-9, "{name}");
            seen += 1;
        }
    }
    assert!(seen > 5);

    // touches, by the solved model and by a rule in one go
    for credit in [
        format!("credit('{models}', 'linear', '{settings}', person, journeys)"),
        format!("attribute('linear', '{settings}', person, journeys)"),
    ] {
        let query = format!(
            "SELECT get_field(touch, 'channel'), sum(get_field(touch, 'conversions'))
             FROM (SELECT unnest({credit}) AS touch FROM persons) GROUP BY get_field(touch, 'channel')"
        );
        let found = rows(&context, &query).await;
        for (name, conversions) in &found {
            let row = table.model("linear").unwrap().channel(name).unwrap();
            assert!((conversions - row.conversions).abs() < 1e-9, "{name}");
        }
        assert!(found.len() > 2);
    }
}

#[tokio::test]
async fn what_a_function_does_not_take_is_told() {
    let context = context(1);
    mixtouch_datafusion::register(&context);
    table(&context, &batch(&lines(World::Additive, 20)), 1);
    for (query, told) in [
        (
            "SELECT journeys('{}', timestamp) FROM log",
            "expected: settings, timestamp",
        ),
        (
            "SELECT journeys('{}', timestamp, channel, kind) FROM log",
            "the settings: missing field",
        ),
        (
            "SELECT journeys(channel, timestamp, channel, kind) FROM log",
            "one text for all rows",
        ),
        (
            "SELECT evidence('{}', '{}', person) FROM log",
            "expected: the comparison, the settings",
        ),
        (
            "SELECT log_settings('{}', timestamp, channel) FROM log",
            "expected: options, timestamp",
        ),
        (
            "SELECT attribute('markov', '{}', person, NULL) FROM log",
            "the settings: missing field",
        ),
        (
            "SELECT fit('no evidence')",
            "fit: the evidence: expected ident",
        ),
    ] {
        let told_by = match context.sql(query).await {
            Ok(frame) => frame.collect().await.map(drop).unwrap_err().to_string(),
            Err(error) => error.to_string(),
        };
        assert!(told_by.contains(told), "{query}: {told_by}");
    }
}

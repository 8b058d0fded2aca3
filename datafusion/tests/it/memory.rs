//! A log in memory answers as one that the engine reads for each step.

use crate::documents::difference;
use datafusion::dataframe::DataFrame;
use datafusion::prelude::{SessionConfig, SessionContext, ident};
use mixtouch::JourneyOptions;
use mixtouch::attribution::{ModelName, ModelSettings, ShardedComparison};
use mixtouch::kpi::KpiOptions;
use mixtouch_datafusion::{Log, LogColumns, LogSettings};

/// Touches and conversions of one second, against the order of their names and values; one order on
/// rows of two persons; blanks around persons; nobody.
const ROWS: &str = "SELECT * FROM (VALUES
    ('ann', 50, 'tv', 'touch', 0.0, NULL), ('ann', 50, 'search', 'touch', 0.0, NULL),
    (' ann', 50, 'e-mail', 'touch', 0.0, NULL), ('ann', 60, NULL, 'conversion', 9.0, 'A'),
    ('ann', 60, 'shop', 'conversion', 5.0, 'B'), ('ann', 60, NULL, 'conversion', 5.0, 'C'),
    ('ann', 90, 'tv', 'touch', 0.0, NULL), ('ann', 99, NULL, 'conversion', 9.0, 'A'),
    ('bob', 70, 'tv', 'touch', 0.0, NULL), ('bob', 70, NULL, 'conversion', 7.0, 'A'),
    ('bob', 80, 'search', 'touch', 0.0, NULL), (NULL, 80, NULL, 'conversion', 3.0, 'A'),
    (NULL, 80, 'tv', 'touch', 0.0, NULL), ('cem', 80, 'tv', 'survey', 0.0, NULL))
    AS log(person, timestamp, channel, kind, value, order_id)";

async fn rows() -> DataFrame {
    let config = SessionConfig::new().with_target_partitions(3);
    let context = SessionContext::new_with_config(config);
    context.sql(ROWS).await.unwrap()
}

fn columns() -> LogColumns {
    let columns = LogColumns::default();
    columns.with("order_id", ident("order_id")).unwrap()
}

fn settings(channels: &[&str]) -> LogSettings {
    let options = JourneyOptions::default().with_observation_end(100);
    LogSettings::new(channels.iter().copied(), options).unwrap()
}

#[tokio::test]
async fn a_log_in_memory_is_the_same_log() {
    let names = [
        ModelName::FirstTouch,
        ModelName::LastTouch,
        ModelName::Linear,
        ModelName::Markov,
    ];
    let comparison = ShardedComparison::new(names, ModelSettings::default()).unwrap();
    let settings = settings(&["e-mail", "search", "tv"]);
    let read = Log::with_settings(rows().await, columns(), settings);
    let kept = read.clone().in_memory().await.unwrap();
    let tables = [
        read.compare(comparison.clone()).await.unwrap(),
        kept.compare(comparison).await.unwrap(),
    ];
    // ann's second row of an order does not count, but bob's does
    assert_eq!(tables[1].totals().conversions, 5.0);
    let first = tables[1].model("first-touch").unwrap();
    assert_eq!(first.channel("tv").unwrap().conversions, 1.0);
    let [one, other] = tables.map(|table| serde_json::to_value(table).unwrap());
    assert!(difference(&one["models"], &other["models"], "models") <= 1e-12);
    assert_eq!(one["totals"], other["totals"]);

    let options = KpiOptions::default();
    let mut paths = Vec::new();
    for log in [read, kept] {
        let counts = log.journey_counts().await.unwrap();
        paths.push(serde_json::to_value(counts.frequent_paths(9, &options).unwrap()).unwrap());
    }
    assert!(difference(&paths[0], &paths[1], "paths") <= 1e-12);
}

/// Without a look at the log beforehand, channels and the end of observation are what one finds.
#[tokio::test]
async fn a_log_read_once_has_the_settings_of_one_read_before() {
    let unique = || JourneyOptions::default().with_unique_orders(false);
    for options in [unique(), unique().with_observation_end(85)] {
        let before = Log::new(rows().await, columns(), options.clone());
        let once = Log::read(rows().await, columns(), options);
        let (before, once) = (before.await.unwrap(), once.await.unwrap());
        assert_eq!(before.settings(), once.settings());
        // so that evidence of both merges
        let comparison = ShardedComparison::new([ModelName::Linear], ModelSettings::default());
        let comparison = comparison.unwrap();
        let mut evidence = before.evidence(&comparison).await.unwrap();
        evidence
            .merge(once.evidence(&comparison).await.unwrap())
            .unwrap();
    }
    let shared = Log::read(rows().await, columns(), JourneyOptions::default()).await;
    let told = shared.map(drop).unwrap_err().to_string();
    assert!(told.contains("rows of several persons"), "{told}");
    let none = rows().await.filter(ident("person").eq(ident("kind")));
    let none = Log::read(none.unwrap(), columns(), JourneyOptions::default()).await;
    let told = none.map(drop).unwrap_err().to_string();
    assert!(told.contains("at least one"), "{told}");
}

#[tokio::test]
async fn a_log_in_memory_refuses_what_cannot_be_used() {
    let fewer = Log::with_settings(rows().await, columns(), settings(&["search", "tv"]));
    let told = fewer.in_memory().await.map(drop).unwrap_err().to_string();
    assert!(
        told.contains("\"e-mail\" is not among those of the settings"),
        "{told}"
    );
    let none = rows().await.filter(ident("person").eq(ident("kind")));
    let none = Log::with_settings(none.unwrap(), columns(), settings(&["tv"]));
    let told = none.in_memory().await.map(drop).unwrap_err().to_string();
    assert!(told.contains("at least one"), "{told}");
    let early = rows().await.select(vec![
        ident("person"),
        (ident("timestamp") - datafusion::prelude::lit(60)).alias("timestamp"),
        ident("channel"),
        ident("kind"),
        ident("value"),
    ]);
    let early = Log::with_settings(
        early.unwrap(),
        LogColumns::default(),
        settings(&["e-mail", "search", "tv"]),
    );
    let told = early.in_memory().await.map(drop).unwrap_err().to_string();
    assert!(told.contains("timestamp") && told.contains("-10"), "{told}");
}

//! The engine's tables are those of one process of the library.

use crate::documents::difference;
use crate::logs::{Line, batch, context, frame, lines};
use mixtouch::attribution::rules::WShaped;
use mixtouch::attribution::{Bootstrap, ModelName, ModelSettings, ShardedComparison};
use mixtouch::io::EventColumns;
use mixtouch::simulate::worlds::World;
use mixtouch::{Comparison, ComparisonTable, Events, JourneyOptions, Journeys, Lookback};
use mixtouch_datafusion::{Log, LogColumns};

pub(crate) fn settings() -> ModelSettings {
    ModelSettings::default().with_position_w(WShaped::new(["video"]).unwrap())
}

fn journeys(lines: &[Line]) -> Journeys {
    let mut events = Events::new();
    let columns = EventColumns::default();
    events
        .extend_from_record_batch(&batch(lines), &columns)
        .unwrap();
    Journeys::from_events(&events, JourneyOptions::default()).unwrap()
}

pub(crate) fn whole(lines: &[Line], names: &[ModelName], bootstrap: Bootstrap) -> ComparisonTable {
    let journeys = journeys(lines);
    let add = |comparison: Comparison, &name: &ModelName| comparison.named(name, &settings());
    let comparison = names.iter().try_fold(Comparison::new(), add).unwrap();
    comparison.bootstrap(bootstrap).run(&journeys).unwrap()
}

async fn compare(
    names: &[ModelName],
    lines: &[Line],
    (partitions, replicates): (&[usize], usize),
    most: f64,
) {
    let bootstrap = Bootstrap::new(replicates, 5).unwrap();
    let expected = whole(lines, names, bootstrap);
    let rows = batch(lines);
    for &number in partitions {
        let frame = frame(&rows, number).await;
        let (columns, options) = (LogColumns::default(), JourneyOptions::default());
        let log = match number {
            2 => Log::read(frame, columns, options).await,
            _ => Log::new(frame, columns, options).await,
        };
        let log = log.unwrap();
        let comparison = ShardedComparison::new(names.iter().copied(), settings()).unwrap();
        let found = log.compare(comparison.bootstrap(bootstrap)).await.unwrap();
        assert_same(&expected, &found, &format!("{number} partitions"), most);
    }
}

/// Prints the largest difference of each model; counts have none.
pub(crate) fn assert_same(
    expected: &ComparisonTable,
    found: &ComparisonTable,
    asked: &str,
    most: f64,
) {
    let (one, other) = (expected.totals(), found.totals());
    assert_eq!(one.journeys, other.journeys);
    assert_eq!(one.conversions, other.conversions);
    assert_eq!(one.nulls, other.nulls);
    assert_eq!(one.touchpoints, other.touchpoints);
    for (own, model) in expected.models().iter().zip(found.models()) {
        let [one, other] = [own, model].map(|model| {
            let mut model = serde_json::to_value(model).unwrap();
            model.as_object_mut().unwrap().remove("spent");
            model
        });
        let largest = difference(&one, &other, &own.model);
        println!("{asked}, {}: {largest:e}", own.model);
        assert!(largest <= most, "{asked}, {}: {largest:e}", own.model);
        if ["last-touch", "first-touch"].contains(&own.model.as_str()) {
            for (row, found) in own.channels.iter().zip(&model.channels) {
                assert_eq!(found.conversions, row.conversions);
                assert_eq!(found.conversions_low, row.conversions_low);
                assert_eq!(found.conversions_high, row.conversions_high);
            }
        }
    }
    let findings = [expected, found].map(|table| serde_json::to_value(table.findings()));
    let [one, other] = findings.map(Result::unwrap);
    assert!(difference(&one, &other, "findings") <= most);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_model_is_that_of_one_process() {
    let lines = lines(World::Baseline, 1_500);
    compare(&ModelName::ALL, &lines, (&[1, 2, 7], 4), 1e-12).await;
}

/// One person with more rows than all others, and rows in any order. 200,000 shares of one conversion
/// are added to sums of another size, so that more of their last digits differ.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_person_may_have_most_rows() {
    use ModelName::{LastTouch, Linear, Markov, Shapley};
    let mut lines = lines(World::Additive, 300);
    let (first, last) = (lines[0].1, lines.iter().map(|line| line.1).max().unwrap());
    let channels = ["display", "e-mail", "search"];
    for at in 0..200_000_i64 {
        let channel = channels[(at % 3) as usize].to_owned();
        let time = first + at * (last - first) / 200_000;
        lines.push(("heavy".to_owned(), time, Some(channel), false, 0.0));
    }
    lines.push(("heavy".to_owned(), last, None, true, 7.5));
    lines.sort_by_key(|line| (line.1, line.3, line.2.clone()));
    compare(
        &[LastTouch, Linear, Markov, Shapley],
        &lines,
        (&[2, 3], 2),
        1e-10,
    )
    .await;
}

/// Half of all rows in one of four partitions, and one that has none; first as the engine does where
/// persons repeat, then as it does where nearly every row is another person's.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn partitions_may_be_of_any_size() {
    use datafusion::datasource::MemTable;
    use datafusion::prelude::SessionContext;
    use std::sync::Arc;
    let lines = lines(World::Additive, 300);
    let rows = batch(&lines);
    let (half, tenth) = (lines.len() / 2, lines.len() / 10);
    let parts = [
        vec![rows.slice(0, half)],
        vec![],
        vec![rows.slice(half, tenth)],
        vec![rows.slice(half + tenth, lines.len() - half - tenth)],
    ];
    let names = [ModelName::Linear, ModelName::Markov];
    let expected = whole(&lines, &names, Bootstrap::new(2, 1).unwrap());
    for probed in [1_000_000, 1] {
        let mut config = context(4).copied_config();
        let execution = &mut config.options_mut().execution;
        execution.skip_partial_aggregation_probe_rows_threshold = probed;
        execution.skip_partial_aggregation_probe_ratio_threshold = 0.0;
        let table = MemTable::try_new(rows.schema(), parts.to_vec()).unwrap();
        let context = SessionContext::new_with_config(config);
        let read = context.read_table(Arc::new(table)).unwrap();
        let log = Log::new(read, LogColumns::default(), JourneyOptions::default());
        let comparison = ShardedComparison::new(names, settings()).unwrap();
        let found = log.await.unwrap().compare(comparison).await.unwrap();
        assert_eq!(found.totals().journeys, expected.totals().journeys);
        for (own, other) in expected.models().iter().zip(found.models()) {
            for (own, other) in own.channels.iter().zip(&other.channels) {
                assert!((own.conversions - other.conversions).abs() < 1e-10);
            }
        }
    }
}

/// What of a log the functions carry beside touches: costs, views, goals, orders, places, fractions.
#[tokio::test]
async fn what_rows_state_beside_a_touch_is_carried() {
    use datafusion::prelude::{SessionContext, ident};
    let context = SessionContext::new();
    let rows = context
        .sql(
            "SELECT person, CAST(at AS TIMESTAMP) AS timestamp, channel, kind, value, cost, seen,
                    goal, order_id
             FROM (VALUES
               ('ann', '2026-01-01T00:00:00.5', 'tv', 'touch', 0.0, 0.25, 'view', NULL, NULL),
               ('ann', '2026-01-01T00:00:00.2', 'search', 'touch', 0.0, 0.5, 'click', NULL, NULL),
               (' ann', '2026-01-02T00:00:00', 'shop', 'conversion', 30.0, 0.0, NULL, 'sale', 'A'),
               ('ann', '2026-01-02T00:00:00', 'shop', 'conversion', 20.0, 0.0, NULL, 'sale', 'A'),
               ('ann', '2026-01-02T00:01:00', 'shop', 'conversion', 20.0, 0.0, NULL, 'sale', 'A'),
               ('ann', '2026-01-03T00:00:00', NULL, 'conversion', 9.0, 0.0, NULL, 'lead', 'B'),
               ('bob', '2026-01-01T00:00:00', 'tv', 'touch', 0.0, 0.25, 'view', NULL, NULL),
               ('bob', '2026-01-04T00:00:00', NULL, 'cart', 0.0, 0.0, NULL, NULL, NULL),
               (NULL, '2026-01-01T00:00:00', 'tv', 'touch', 0.0, 0.25, 'view', NULL, NULL),
               ('null', '2026-01-01T00:00:00', 'tv', 'touch', 0.0, 0.5, 'view', NULL, NULL))
             AS rows(person, at, channel, kind, value, cost, seen, goal, order_id)",
        )
        .await
        .unwrap();
    let columns = EventColumns::default()
        .rename("interaction", "seen")
        .unwrap();
    let mut events = Events::new();
    for batch in rows.clone().collect().await.unwrap() {
        events.extend_from_record_batch(&batch, &columns).unwrap();
    }
    let lookback = Lookback::days(30.0).unwrap();
    let options = JourneyOptions::default()
        .with_goal("sale")
        .with_lookback(lookback);
    let journeys = Journeys::from_events(&events, options.clone()).unwrap();
    let names = [ModelName::LastTouch, ModelName::Linear];
    let add = |comparison: Comparison, &name: &ModelName| comparison.named(name, &settings());
    let expected = names
        .iter()
        .try_fold(Comparison::new(), add)
        .unwrap()
        .run(&journeys)
        .unwrap();

    let mut columns = LogColumns::default()
        .with("interaction", ident("seen"))
        .unwrap();
    for name in ["cost", "goal", "order_id"] {
        columns = columns.with(name, ident(name)).unwrap();
    }
    let log = Log::new(rows, columns, options).await.unwrap();
    let comparison = ShardedComparison::new(names, settings()).unwrap();
    let found = log.compare(comparison).await.unwrap();
    assert_eq!(found.totals(), expected.totals());
    assert_eq!(found.totals().conversions, 1.0);
    assert_eq!(found.totals().value, 50.0);
    for (own, model) in expected.models().iter().zip(found.models()) {
        assert_eq!(own.channels, model.channels);
    }
    let touch = found.model("last-touch").unwrap();
    assert_eq!(touch.channel("tv").unwrap().conversions, 1.0);
    assert_eq!(touch.channel("tv").unwrap().cost, Some(1.25));
}

/// KPIs over journeys are those of one process, whatever persons a partition has.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kpis_over_journeys_are_those_of_one_process() {
    use mixtouch::kpi::KpiOptions;
    use mixtouch::kpi::journeys::{ConversionRates, PurchasePaths};
    use mixtouch::kpi::map::{FrequentPaths, JourneyMap, Steps};
    let lines = lines(World::Baseline, 1_500);
    let journeys = journeys(&lines);
    let options = KpiOptions::default();
    let steps = Steps::channels(journeys.channels());
    let expected = serde_json::json!([
        ConversionRates::new(&journeys, &options).unwrap(),
        PurchasePaths::new(&journeys, &options).unwrap(),
        JourneyMap::new(&journeys, &steps, &options).unwrap(),
        FrequentPaths::new(&journeys, &steps, 20, &options).unwrap(),
    ]);
    for partitions in [1, 2, 7] {
        let frame = frame(&batch(&lines), partitions).await;
        let log = Log::new(frame, LogColumns::default(), JourneyOptions::default());
        let counts = log.await.unwrap().journey_counts().await.unwrap();
        let found = serde_json::json!([
            counts.conversion_rates(&options).unwrap(),
            counts.purchase_paths(&options),
            counts.journey_map(&options).unwrap(),
            counts.frequent_paths(20, &options).unwrap(),
        ]);
        assert!(difference(&expected, &found, "KPIs") <= 1e-12);
    }
}

#[tokio::test]
async fn touch_credit_adds_up_to_the_table() {
    use datafusion::functions_aggregate::expr_fn::sum;
    use datafusion::prelude::col;
    let lines = lines(World::Additive, 400);
    let frame = frame(&batch(&lines), 3).await;
    let log = Log::new(frame, LogColumns::default(), JourneyOptions::default())
        .await
        .unwrap();
    let comparison = ShardedComparison::new([ModelName::Linear], settings()).unwrap();
    let evidence = log.evidence(&comparison).await.unwrap();
    let models = comparison.solve(evidence).unwrap();
    let table = comparison
        .table(&models, log.credits(&models).await.unwrap())
        .unwrap();
    let touches = log.touch_credit(&models, "linear").unwrap();
    let sums = touches
        .aggregate(
            vec![col("channel")],
            vec![sum(col("conversions")), sum(col("value"))],
        )
        .unwrap();
    let mut seen = 0;
    for batch in sums.collect().await.unwrap() {
        use datafusion::arrow::array::AsArray;
        use datafusion::arrow::datatypes::Float64Type;
        let names = batch.column(0).as_string::<i32>();
        let conversions = batch.column(1).as_primitive::<Float64Type>();
        for (name, found) in names.iter().zip(conversions.iter()) {
            let row = table
                .model("linear")
                .unwrap()
                .channel(name.unwrap())
                .unwrap();
            assert!((row.conversions - found.unwrap()).abs() < 1e-9);
            seen += 1;
        }
    }
    assert!(seen > 2);
    assert!(log.touch_credit(&models, "markov").is_err());
}

//! What may go wrong: too little memory, damaged files, parts that do not belong together.

use crate::logs::{batch, context, frame, lines, table};
use datafusion::arrow::array::RecordBatch;
use datafusion::execution::disk_manager::{DiskManagerBuilder, DiskManagerMode};
use datafusion::execution::memory_pool::FairSpillPool;
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::parquet::arrow::ArrowWriter;
use datafusion::prelude::{ParquetReadOptions, SessionConfig, SessionContext};
use mixtouch::JourneyOptions;
use mixtouch::attribution::{ModelName, ModelSettings, ShardedComparison};
use mixtouch::simulate::worlds::World;
use mixtouch_datafusion::{Log, LogColumns, LogSettings};
use std::fs::File;
use std::path::Path;
use std::sync::Arc;

fn comparison() -> ShardedComparison {
    let names = [ModelName::Linear, ModelName::Markov];
    ShardedComparison::new(names, ModelSettings::default()).unwrap()
}

pub(crate) fn write(rows: &RecordBatch, path: &Path) {
    let file = File::create(path).unwrap();
    let mut writer = ArrowWriter::try_new(file, rows.schema(), None).unwrap();
    writer.write(rows).unwrap();
    writer.close().unwrap();
}

/// A context that may take so many bytes, and puts what is beyond them on disk.
fn limited(bytes: usize) -> SessionContext {
    let disk = DiskManagerBuilder::default().with_mode(DiskManagerMode::OsTmpDirectory);
    let runtime = RuntimeEnvBuilder::new()
        .with_memory_pool(Arc::new(FairSpillPool::new(bytes)))
        .with_disk_manager_builder(disk)
        .build_arc()
        .unwrap();
    let config = SessionConfig::new()
        .with_target_partitions(2)
        .with_batch_size(512);
    SessionContext::new_with_config_rt(config, runtime)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_does_not_fit_memory_goes_to_disk_and_comes_back_the_same() {
    let lines = lines(World::Additive, 60_000);
    let rows = batch(&lines);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.parquet");
    write(&rows, &path);
    let expected = Log::new(
        frame(&rows, 1).await,
        LogColumns::default(),
        JourneyOptions::default(),
    );
    let expected = expected.await.unwrap().compare(comparison()).await.unwrap();

    let limited = limited(10_000_000);
    let path = path.to_str().unwrap();
    let read = limited
        .read_parquet(path, ParquetReadOptions::default())
        .await
        .unwrap();
    let log = Log::new(read, LogColumns::default(), JourneyOptions::default())
        .await
        .unwrap();
    let plan = log.persons().unwrap().create_physical_plan().await.unwrap();
    let spilled = datafusion::physical_plan::collect(Arc::clone(&plan), limited.task_ctx()).await;
    spilled.unwrap();
    assert!(spill_count(&*plan) > 0, "nothing was spilled");
    let found = log.compare(comparison()).await.unwrap();
    assert_eq!(found.totals().journeys, expected.totals().journeys);
    for (own, other) in expected.models().iter().zip(found.models()) {
        for (own, other) in own.channels.iter().zip(&other.channels) {
            assert!((own.conversions - other.conversions).abs() < 1e-9);
        }
    }
}

/// How often a plan put something on disk.
fn spill_count(plan: &dyn datafusion::physical_plan::ExecutionPlan) -> usize {
    let own = plan.metrics().and_then(|metrics| metrics.spill_count());
    let below = plan
        .children()
        .into_iter()
        .map(|child| spill_count(&**child));
    own.unwrap_or(0) + below.sum::<usize>()
}

/// Damaged where the file says what it has, and where it has it.
#[tokio::test]
async fn a_damaged_file_is_named() {
    let rows = batch(&lines(World::Additive, 50));
    for is_footer in [true, false] {
        let folder = tempfile::tempdir().unwrap();
        for name in ["january.parquet", "february.parquet"] {
            write(&rows, &folder.path().join(name));
        }
        let damaged = folder.path().join("february.parquet");
        let mut bytes = std::fs::read(&damaged).unwrap();
        let end = bytes.len() - 8;
        let footer = u32::from_le_bytes(bytes[end..][..4].try_into().unwrap()) as usize;
        let damage = if is_footer {
            end - 200..end
        } else {
            4..end - footer
        };
        bytes[damage].fill(0xff);
        std::fs::write(&damaged, bytes).unwrap();
        let told = error_of(&rows, folder.path()).await;
        assert!(told.contains("february.parquet"), "{told}");
        assert!(!told.contains("january"), "{told}");
    }
}

async fn error_of(rows: &RecordBatch, folder: &Path) -> String {
    let schema = rows.schema();
    let options = ParquetReadOptions::default().schema(&schema);
    let context = SessionContext::new();
    match context
        .read_parquet(folder.to_str().unwrap(), options)
        .await
    {
        Ok(read) => {
            let log = Log::new(read, LogColumns::default(), JourneyOptions::default());
            log.await.map(drop).unwrap_err().to_string()
        }
        Err(error) => error.to_string(),
    }
}

#[tokio::test]
async fn a_bad_row_is_an_error_that_names_its_value() {
    let mut lines = lines(World::Additive, 50);
    lines[20].1 = -5;
    let log = Log::new(
        frame(&batch(&lines), 2).await,
        LogColumns::default(),
        JourneyOptions::default(),
    );
    let told = log.await.map(drop).unwrap_err().to_string();
    assert!(told.contains("timestamp") && told.contains("-5"), "{told}");
    let empty = batch(&[]);
    let log = Log::new(
        frame(&empty, 2).await,
        LogColumns::default(),
        JourneyOptions::default(),
    );
    let told = log.await.map(drop).unwrap_err().to_string();
    assert!(told.contains("at least one"), "{told}");
}

#[tokio::test]
async fn what_does_not_belong_together_is_refused() {
    let rows = batch(&lines(World::Additive, 50));
    let log = Log::new(
        frame(&rows, 2).await,
        LogColumns::default(),
        JourneyOptions::default(),
    );
    let log = log.await.unwrap();
    let settings = log.settings();
    let evidence = log.evidence(&comparison()).await.unwrap();

    // another comparison
    let other = ShardedComparison::new([ModelName::Linear], ModelSettings::default()).unwrap();
    assert!(
        other
            .solve(log.evidence(&comparison()).await.unwrap())
            .is_err()
    );

    // a channel that settings do not have
    let fewer = settings.channels()[1..].to_vec();
    let options = settings.options().clone();
    let fewer = LogSettings::new(fewer, options.clone()).unwrap();
    let partial = Log::with_settings(frame(&rows, 2).await, LogColumns::default(), fewer);
    let told = partial
        .evidence(&comparison())
        .await
        .unwrap_err()
        .to_string();
    assert!(
        told.contains("is not among those of the settings"),
        "{told}"
    );

    // channels that other evidence does not have, and another end of observation
    let more = settings
        .channels()
        .iter()
        .cloned()
        .chain(["carrier pigeon".to_owned()]);
    let longer = options.clone().with_observation_end(2_000_000_000);
    for settings in [
        LogSettings::new(more, options).unwrap(),
        LogSettings::new(settings.channels().to_vec(), longer).unwrap(),
    ] {
        let log = Log::with_settings(frame(&rows, 2).await, LogColumns::default(), settings);
        let mut merged = log.evidence(&comparison()).await.unwrap();
        let own: String = serde_json::to_string(&evidence).unwrap();
        assert!(merged.merge(serde_json::from_str(&own).unwrap()).is_err());
    }
    // evidence of a later version
    let later =
        serde_json::to_string(&evidence)
            .unwrap()
            .replacen("\"version\":1", "\"version\":9", 1);
    let context = context(2);
    mixtouch_datafusion::register(&context);
    let asked = context
        .sql(&format!("SELECT fit('{}')", later.replace('\'', "''")))
        .await;
    let told = match asked {
        Ok(frame) => frame.collect().await.unwrap_err().to_string(),
        Err(error) => error.to_string(),
    };
    assert!(told.contains("version"), "{told}");
}

#[tokio::test]
async fn options_that_partitions_cannot_have_are_refused() {
    let rows = batch(&lines(World::Additive, 50));
    let options = JourneyOptions::default;
    for (options, word) in [
        (options().with_segment("device"), "device"),
        (options().with_touch_columns(["campaign"]), "campaign"),
        (options().with_net_of_returns(true), "net_of_returns"),
        (options().with_exclude(["carrier pigeon"]), "carrier pigeon"),
    ] {
        let log = Log::new(frame(&rows, 2).await, LogColumns::default(), options);
        let told = log.await.map(drop).unwrap_err().to_string();
        assert!(told.contains(word), "{told}");
    }
    assert!(LogSettings::new(["tv"], options()).is_err());
    assert!(
        LogColumns::default()
            .with("colour", datafusion::prelude::ident("x"))
            .is_err()
    );
    assert!(LogColumns::default().without("kind").is_err());
}

/// No partition sees the rows of another's persons, so such an order would count twice.
#[tokio::test]
async fn an_order_of_several_persons_is_refused() {
    let context = context(2);
    let of = |other: &str| {
        format!(
            "SELECT * FROM (VALUES
               ('ann', 1767225600, 'tv', 'touch', NULL), ('ann', 1767229200, NULL, 'conversion', 'A'),
               ('ann', 1767229900, NULL, 'conversion', 'A'), ('bob', 1767229200, NULL, 'conversion', ''),
               ('cem', 1767229200, NULL, 'conversion', ''), ('bob', 1767229200, NULL, 'conversion', '{other}'))
             AS log(person, timestamp, channel, kind, order_id)"
        )
    };
    let columns = LogColumns::default().without("value").unwrap();
    let columns = columns
        .with("order_id", datafusion::prelude::ident("order_id"))
        .unwrap();
    let log = async |other: &str, options: JourneyOptions| {
        let rows = context.sql(&of(other)).await.unwrap();
        Log::new(rows, columns.clone(), options).await
    };
    let told = log("A", JourneyOptions::default())
        .await
        .map(drop)
        .unwrap_err()
        .to_string();
    assert!(
        told.contains("1 orders are stated by rows of several persons"),
        "{told}"
    );
    let each = JourneyOptions::default().with_unique_orders(false);
    assert!(log("A", each).await.is_ok());
    assert!(log("B", JourneyOptions::default()).await.is_ok());
}

/// Packed rows carry the channels they were packed by.
#[tokio::test]
async fn journeys_of_other_channels_are_refused_in_sql() {
    let context = context(2);
    mixtouch_datafusion::register(&context);
    table(&context, &batch(&lines(World::Additive, 50)), 2);
    let log = Log::new(
        context.table("log").await.unwrap(),
        LogColumns::default(),
        JourneyOptions::default(),
    );
    let log = log.await.unwrap();
    let own = serde_json::to_string(log.settings()).unwrap();
    let more = own.replacen("\"channels\":[", "\"channels\":[\"carrier pigeon\",", 1);
    assert_ne!(own, more);
    let comparison = serde_json::to_string(&comparison()).unwrap();
    let query = format!(
        "SELECT evidence('{comparison}', '{more}', person, journeys) FROM (
           SELECT person, journeys('{own}', timestamp, channel, kind, value) AS journeys
           FROM log GROUP BY person)"
    );
    let told = context
        .sql(&query)
        .await
        .unwrap()
        .collect()
        .await
        .unwrap_err()
        .to_string();
    assert!(told.contains("other channels"), "{told}");
}

//! Processes of a cluster on this machine: the same answer whatever becomes of them, or an error.

use crate::faults::write;
use crate::logs::{Line, batch, lines};
use crate::matrix::{assert_same, settings, whole};
use datafusion::arrow::datatypes::{Field, Schema};
use datafusion::prelude::{ParquetReadOptions, SessionContext};
use mixtouch::attribution::{Bootstrap, ComparisonTable, ModelName, ShardedComparison};
use mixtouch::simulate::worlds::World;
use mixtouch::{JourneyOptions, Lookback};
use mixtouch_datafusion::{Log, LogColumns, cluster};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;

const PROGRAM: &str = env!("CARGO_BIN_EXE_mixtouch-datafusion");

/// A scheduler and executors, which end with it.
struct Cluster {
    port: u16,
    scheduler: Child,
    executors: Vec<Child>,
    folder: TempDir,
}

impl Cluster {
    fn start(executors: usize) -> Self {
        let port = free_port();
        let mut cluster = Self {
            port,
            scheduler: scheduler(port),
            executors: Vec::new(),
            folder: tempfile::tempdir().unwrap(),
        };
        for _ in 0..executors {
            cluster.add_executor();
        }
        cluster
    }

    fn add_executor(&mut self) {
        let folder = self.folder.path().display();
        let executor = start(&[
            "executor".into(),
            format!("--scheduler=localhost:{}", self.port),
            format!("--port={}", free_port()),
            "--cores=2".into(),
            "--memory=500000000".into(),
            format!("--folder={folder}"),
        ]);
        self.executors.push(executor);
    }

    fn restart_scheduler(&mut self) {
        end(&mut self.scheduler);
        self.scheduler = scheduler(self.port);
    }

    /// As `kill -9`: it has no time to say anything.
    fn kill_an_executor(&mut self) {
        end(&mut self.executors.remove(0));
    }

    async fn context(&self) -> SessionContext {
        let address = format!("df://localhost:{}", self.port);
        cluster::connect(&address, 4).await.unwrap()
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let all = self.executors.iter_mut().chain([&mut self.scheduler]);
        all.for_each(end);
    }
}

fn end(process: &mut Child) {
    let _ = process.kill();
    let _ = process.wait();
}

fn scheduler(port: u16) -> Child {
    let process = start(&["scheduler".into(), format!("--port={port}")]);
    let answers = || TcpStream::connect(("localhost", port)).is_ok();
    let answered = (0..600).any(|_| {
        std::thread::sleep(Duration::from_millis(50));
        answers()
    });
    assert!(answered, "the scheduler does not answer");
    process
}

fn start(arguments: &[String]) -> Child {
    let mut command = Command::new(PROGRAM);
    let command = command.args(arguments).stdin(Stdio::null());
    command.env("RUST_LOG", "off").spawn().unwrap()
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// The rows in five files of a folder.
fn files(lines: &[Line]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (number, part) in lines.chunks(lines.len().div_ceil(5)).enumerate() {
        let path = folder.path().join(format!("{number}.parquet"));
        write(&batch(part), &path);
    }
    folder
}

/// The columns of those files.
fn schema() -> Schema {
    let schema = batch(&[]).schema();
    let may_be_null = |field: &Arc<Field>| field.as_ref().clone().with_nullable(true);
    Schema::new(schema.fields().iter().map(may_be_null).collect::<Vec<_>>())
}

async fn ask(
    context: &SessionContext,
    files: &TempDir,
    comparison: ShardedComparison,
) -> datafusion::error::Result<ComparisonTable> {
    let path = files.path().to_str().unwrap();
    // the engine's own look at the files does not name one that is damaged
    let schema = schema();
    let options = ParquetReadOptions::default().schema(&schema);
    let rows = context.read_parquet(path, options);
    let log = Log::new(
        rows.await?,
        LogColumns::default(),
        JourneyOptions::default(),
    )
    .await?;
    log.compare(comparison).await
}

fn comparison(names: &[ModelName], replicates: usize) -> ShardedComparison {
    let comparison = ShardedComparison::new(names.iter().copied(), settings()).unwrap();
    comparison.bootstrap(Bootstrap::new(replicates, 5).unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_executor_and_three_answer_as_one_process() {
    let lines = lines(World::Baseline, 1_500);
    let files = files(&lines);
    let expected = whole(&lines, &ModelName::ALL, Bootstrap::new(4, 5).unwrap());
    for executors in [1, 3] {
        let cluster = Cluster::start(executors);
        let context = cluster.context().await;
        let found = ask(&context, &files, comparison(&ModelName::ALL, 4));
        let asked = format!("{executors} executors");
        assert_same(&expected, &found.await.unwrap(), &asked, 1e-12);
    }
}

const FEW: [ModelName; 2] = [ModelName::LastTouch, ModelName::Markov];

/// An executor dies with what it had shuffled: its job ends and is asked again. Another comes in its
/// place. Then the scheduler starts anew, and executors find it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn processes_may_end_and_come() {
    let lines = lines(World::Additive, 20_000);
    let files = files(&lines);
    let expected = whole(&lines, &FEW, Bootstrap::new(20, 5).unwrap());
    let mut cluster = Cluster::start(2);
    let context = cluster.context().await;
    ask(&context, &files, comparison(&FEW, 20)).await.unwrap();

    let start = std::time::Instant::now();
    ask(&context, &files, comparison(&FEW, 20)).await.unwrap();
    let whole_time = start.elapsed();
    let (asked, ()) = tokio::join!(ask(&context, &files, comparison(&FEW, 20)), async {
        tokio::time::sleep(whole_time / 2).await;
        cluster.kill_an_executor();
        cluster.add_executor();
    });
    assert_same(&expected, &asked.unwrap(), "an executor killed", 1e-10);

    cluster.restart_scheduler();
    let context = cluster.context().await;
    let found = ask(&context, &files, comparison(&FEW, 20)).await;
    assert_same(&expected, &found.unwrap(), "a scheduler restarted", 1e-10);
}

/// A scheduler without executors never answers: who states how long to wait is told.
#[test]
fn an_answer_is_waited_for_as_long_as_stated() {
    let folder = files(&lines(World::Additive, 50));
    let cluster = Cluster::start(0);
    let asked = Command::new(PROGRAM)
        .args(["submit", folder.path().to_str().unwrap(), "--give-up=2"])
        .arg(format!("--scheduler=df://localhost:{}", cluster.port))
        .output()
        .unwrap();
    let told = String::from_utf8(asked.stderr).unwrap();
    assert!(
        !asked.status.success() && told.contains("no answer in 2 seconds"),
        "{told}"
    );
}

/// A scheduler that stops in the middle of a job forgets it: an error, no wait without end.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_scheduler_that_stops_is_an_error() {
    let lines = lines(World::Additive, 20_000);
    let files = files(&lines);
    let mut cluster = Cluster::start(1);
    let context = cluster.context().await;
    ask(&context, &files, comparison(&FEW, 20)).await.unwrap();
    let (asked, ()) = tokio::join!(ask(&context, &files, comparison(&FEW, 20)), async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        end(&mut cluster.scheduler);
    });
    asked.map(drop).unwrap_err();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_executors_refuse_is_told_to_the_client() {
    let rows = lines(World::Additive, 50);
    let cluster = Cluster::start(1);
    let context = cluster.context().await;

    let damaged = files(&rows);
    let path = damaged.path().join("3.parquet");
    let mut bytes = std::fs::read(&path).unwrap();
    let end = bytes.len() - 8;
    let footer = u32::from_le_bytes(bytes[end..][..4].try_into().unwrap()) as usize;
    bytes[4..end - footer].fill(0xff);
    std::fs::write(&path, bytes).unwrap();
    let told = ask(&context, &damaged, comparison(&FEW, 2)).await;
    let told = told.map(drop).unwrap_err().to_string();
    assert!(told.contains("3.parquet"), "{told}");

    let mut wrong = rows;
    wrong[20].1 = -5;
    let told = ask(&context, &files(&wrong), comparison(&FEW, 2)).await;
    let told = told.map(drop).unwrap_err().to_string();
    assert!(told.contains("timestamp") && told.contains("-5"), "{told}");
}

/// The front in SQL on executors: functions are known there by their names.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rules_in_sql_run_on_executors() {
    let lines = lines(World::Additive, 300);
    let files = files(&lines);
    let cluster = Cluster::start(1);
    let context = cluster.context().await;
    let path = files.path().to_str().unwrap();
    let options = ParquetReadOptions::default();
    context
        .register_parquet("log", path, options)
        .await
        .unwrap();
    let rows = context.table("log").await.unwrap();
    let lookback = JourneyOptions::default().with_lookback(Lookback::days(30.0).unwrap());
    let log = Log::new(rows, LogColumns::default(), lookback)
        .await
        .unwrap();
    let settings = serde_json::to_string(log.settings()).unwrap();
    let query = format!(
        "WITH persons AS (
           SELECT person_key(person) AS person,
                  journeys('{settings}', timestamp, channel, kind, value) AS journeys
           FROM log GROUP BY person_key(person)),
         touches AS (
           SELECT unnest(attribute('linear', '{settings}', person, journeys)) AS touch FROM persons)
         SELECT get_field(touch, 'channel') AS channel,
                sum(get_field(touch, 'conversions')) AS conversions
         FROM touches GROUP BY 1"
    );
    let sums = context.sql(&query).await.unwrap().collect().await.unwrap();
    let linear = log
        .compare(comparison(&[ModelName::Linear], 2))
        .await
        .unwrap();
    let linear = linear.model("linear").unwrap();
    let mut seen = 0;
    for batch in sums {
        use datafusion::arrow::array::AsArray;
        use datafusion::arrow::compute::cast;
        use datafusion::arrow::datatypes::{DataType, Float64Type};
        let names = cast(batch.column(0), &DataType::Utf8).unwrap();
        let found = batch.column(1).as_primitive::<Float64Type>();
        for (name, found) in names.as_string::<i32>().iter().zip(found) {
            let row = linear.channel(name.unwrap()).unwrap();
            assert!((row.conversions - found.unwrap()).abs() < 1e-9);
            seen += 1;
        }
    }
    assert!(seen > 2);
}

//! A comparison of models on a log, by a cluster or in this process.

use crate::Result;
use clap::Args;
use datafusion::dataframe::DataFrame;
use datafusion::prelude::{CsvReadOptions, ParquetReadOptions, SessionContext, ident};
use mixtouch::JourneyOptions;
use mixtouch::attribution::{
    Bootstrap, ComparisonTable, ModelName, ModelSettings, ShardedComparison,
};
use mixtouch_datafusion::{Log, LogColumns, cluster};
use std::time::Duration;

#[derive(Args)]
pub(crate) struct Options {
    /// A file, a folder or a URL of Parquet files, or of CSV files whose names end in .csv
    log: String,
    /// Address of a scheduler; none: this process does the work
    #[arg(long, value_name = "df://HOST:PORT")]
    scheduler: Option<String>,
    /// Models by name
    #[arg(
        long,
        value_delimiter = ',',
        default_value = "last-touch,first-touch,linear,time-decay,position-based,markov"
    )]
    models: Vec<String>,
    /// A column of the log under another name, such as person=user_id; cost, interaction, goal and
    /// order_id are read only where they are stated
    #[arg(long = "column", value_name = "NAME=COLUMN", value_parser = pair)]
    columns: Vec<(String, String)>,
    /// Replicates of a bootstrap for intervals
    #[arg(long, value_name = "REPLICATES")]
    intervals: Option<u32>,
    /// Seed of the bootstrap
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Partitions that persons are dealt out over; none: one a core of this machine, two on a cluster
    #[arg(long)]
    partitions: Option<usize>,
    /// Seconds until the answer is no longer waited for; none: as long as it takes
    #[arg(long, value_name = "SECONDS")]
    give_up: Option<u64>,
    /// JSON in place of tables
    #[arg(long)]
    json: bool,
}

pub(crate) async fn run(options: &Options) -> Result<()> {
    let answer = compared(options);
    let table = match options.give_up {
        None => answer.await?,
        Some(seconds) => {
            let answer = tokio::time::timeout(Duration::from_secs(seconds), answer);
            let late = |_| format!("no answer in {seconds} seconds; ask again, or wait longer");
            answer.await.map_err(late)??
        }
    };
    if options.json {
        println!("{}", serde_json::to_string(&table)?);
    } else {
        print!("{table}");
    }
    Ok(())
}

async fn compared(options: &Options) -> Result<ComparisonTable> {
    let mut comparison =
        ShardedComparison::new(models(&options.models)?, ModelSettings::default())?;
    if let Some(replicates) = options.intervals {
        comparison = comparison.bootstrap(Bootstrap::new(replicates as usize, options.seed)?);
    }
    let context = context(options).await?;
    let rows = read(&context, &options.log).await?;
    let (columns, journeys) = (columns(&options.columns)?, JourneyOptions::default());
    let log = match options.scheduler {
        Some(_) => Log::new(rows, columns, journeys).await?,
        // no limit makes this process put rows on disk: to bring persons together takes as much memory
        None => Log::read(rows, columns, journeys).await?,
    };
    Ok(log.compare(comparison).await?)
}

fn models(names: &[String]) -> Result<Vec<ModelName>> {
    let parsed = names.iter().map(|name| name.parse());
    Ok(parsed.collect::<mixtouch::Result<_>>()?)
}

async fn context(options: &Options) -> Result<SessionContext> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let partitions = |usual: usize| options.partitions.unwrap_or(usual).max(1);
    Ok(match &options.scheduler {
        Some(address) => cluster::connect(address, partitions(2 * cores)).await?,
        None => cluster::local(partitions(cores))?,
    })
}

async fn read(context: &SessionContext, log: &str) -> Result<DataFrame> {
    Ok(if log.ends_with(".csv") {
        context.read_csv(log, CsvReadOptions::default()).await?
    } else {
        context
            .read_parquet(log, ParquetReadOptions::default())
            .await?
    })
}

fn columns(stated: &[(String, String)]) -> Result<LogColumns> {
    let columns = stated
        .iter()
        .try_fold(LogColumns::default(), |columns, (name, column)| {
            columns.with(name, ident(column))
        });
    Ok(columns?)
}

fn pair(text: &str) -> std::result::Result<(String, String), String> {
    let found = text.split_once('=');
    let found = found.map(|(name, column)| (name.to_owned(), column.to_owned()));
    found.ok_or_else(|| format!("{text:?}, expected: NAME=COLUMN"))
}

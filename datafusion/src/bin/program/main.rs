//! A Ballista cluster that knows the models of mixtouch, and a client to ask it:
//!
//!     mixtouch-datafusion cluster --executors 2
//!     mixtouch-datafusion map export.json.gz --mapping ga4 --out logs/
//!     mixtouch-datafusion submit logs/ --scheduler df://localhost:50050 --models linear,markov
//!
//! `cluster` starts the other processes on this machine; on several machines `scheduler` and `executor`
//! do, each of this same program.

mod map;
mod processes;
mod submit;

use clap::{Args, Parser};
use mixtouch_datafusion::cluster::{
    ExecutorOptions, SchedulerOptions, run_executor, run_scheduler,
};
use std::error::Error;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::process::ExitCode;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

#[derive(Parser)]
#[command(
    version,
    about = "The attribution models of mixtouch on a Ballista cluster"
)]
enum Program {
    /// A scheduler and executors on this machine, until it is interrupted
    Cluster(Cluster),
    /// The one process that plans queries and deals out tasks
    Scheduler(Scheduler),
    /// A process that reads files and runs tasks
    Executor(Executor),
    /// Reads companies' exports by a mapping into the Parquet files that `submit` takes
    Map(map::Options),
    /// Compares models on a log and prints the table
    Submit(submit::Options),
}

#[derive(Args)]
struct Cluster {
    /// How many executors
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u16).range(1..=64))]
    executors: u16,
    /// Port of the scheduler
    #[arg(long, default_value_t = 50050)]
    port: u16,
    #[command(flatten)]
    limits: Limits,
}

#[derive(Args)]
struct Scheduler {
    /// Address that it binds
    #[arg(long, default_value = "127.0.0.1")]
    bind: IpAddr,
    /// Port
    #[arg(long, default_value_t = 50050)]
    port: u16,
    /// Name by which executors and clients reach it
    #[arg(long, default_value = "localhost")]
    host: String,
}

#[derive(Args)]
struct Executor {
    /// Host and port of the scheduler
    #[arg(long, default_value = "localhost:50050", value_parser = processes::host_and_port)]
    scheduler: (String, u16),
    /// Address that it binds
    #[arg(long, default_value = "127.0.0.1")]
    bind: IpAddr,
    /// Port for shuffles
    #[arg(long, default_value_t = 50051)]
    port: u16,
    /// Name by which other executors and clients reach it
    #[arg(long, default_value = "localhost")]
    host: String,
    #[command(flatten)]
    limits: Limits,
}

/// What one executor may take.
#[derive(Args, Clone)]
struct Limits {
    /// Tasks of one executor at once; none: the machine's cores
    #[arg(long)]
    cores: Option<usize>,
    /// Bytes that one executor's tasks may hold before they put rows on disk; none: its share of 70 %
    /// of the machine's memory
    #[arg(long)]
    memory: Option<u64>,
    /// Folder for shuffles and rows on disk; none: one that the system chooses
    #[arg(long)]
    folder: Option<PathBuf>,
}

impl Limits {
    fn cores(&self) -> usize {
        let all = || std::thread::available_parallelism().map_or(1, usize::from);
        self.cores.unwrap_or_else(all)
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    // Ballista tells what goes wrong by its log; more of it by RUST_LOG=info
    env_logger::Builder::from_env(env_logger::Env::default().default_filter_or("warn")).init();
    match run(Program::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(program: Program) -> Result<()> {
    match program {
        Program::Cluster(options) => processes::run(&options).await,
        Program::Scheduler(options) => {
            let address = SocketAddr::new(options.bind, options.port);
            let host = options.host;
            Ok(run_scheduler(&SchedulerOptions { address, host }).await?)
        }
        Program::Executor(options) => execute(options).await,
        Program::Map(options) => map::run(&options),
        Program::Submit(options) => submit::run(&options).await,
    }
}

async fn execute(options: Executor) -> Result<()> {
    let cores = options.limits.cores();
    let own = format!("mixtouch-executor-{}", options.port);
    let folder = options.limits.folder.unwrap_or_else(std::env::temp_dir);
    let folder = folder.join(own);
    std::fs::create_dir_all(&folder)?;
    let options = ExecutorOptions {
        address: SocketAddr::new(options.bind, options.port),
        host: options.host,
        scheduler: options.scheduler,
        cores,
        memory: options.limits.memory,
        folder,
    };
    Ok(run_executor(&options).await?)
}

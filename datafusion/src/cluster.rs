//! A [Ballista](https://datafusion.apache.org/ballista/) cluster whose processes know the functions of
//! this crate: queries of a [`connect`]ed context run on its executors.
//!
//! ```no_run
//! # use datafusion::prelude::ParquetReadOptions;
//! # use mixtouch::JourneyOptions;
//! # use mixtouch::attribution::{ModelName, ModelSettings, ShardedComparison};
//! # use mixtouch_datafusion::{Log, LogColumns, cluster};
//! # tokio::runtime::Runtime::new()?.block_on(async {
//! // `mixtouch-datafusion cluster --executors 2` runs elsewhere
//! let context = cluster::connect("df://localhost:50050", 4).await?;
//! let rows = context.read_parquet("s3://shop/log/", ParquetReadOptions::default()).await?;
//! let log = Log::new(rows, LogColumns::default(), JourneyOptions::default()).await?;
//! let models = [ModelName::Linear, ModelName::Markov];
//! let table = log.compare(ShardedComparison::new(models, ModelSettings::default())?).await?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Scheduling, shuffles and the wire format are Ballista's. All processes have to be of one version of
//! this crate. Files must be at the same path or URL for all of them: local folders, or with the
//! features `s3`, `gs` and `az` object stores, whose credentials each process takes from its
//! environment (`AWS_ACCESS_KEY_ID`, `AWS_ENDPOINT` and so on).
//!
//! The scheduler keeps its state in memory: jobs that run when it stops end with an error and have to
//! be asked again. A job ends with an error when an executor that worked for it dies, at once where
//! others ask for what it had shuffled, else after 20 seconds: a [`Log`](crate::Log) and
//! [`collect`](crate::collect()) ask again, so that no row counts twice or is missed.
//!
//! [`Log::read`](crate::Log::read) has no use here, since what a client holds is not on the
//! executors.

mod executor;
mod lost;
mod scheduler;
mod stores;

use crate::{aggregates, scalars};
use ballista::prelude::SessionContextExt;
use ballista_core::config::TaskSchedulingPolicy;
use ballista_core::extension::SessionConfigExt;
use datafusion::common::Result;
use datafusion::execution::runtime_env::{RuntimeEnv, RuntimeEnvBuilder};
use datafusion::execution::{FunctionRegistry, SessionState, SessionStateBuilder};
use datafusion::prelude::{SessionConfig, SessionContext};
use std::sync::Arc;

pub use self::executor::{ExecutorOptions, run_executor};
pub use self::scheduler::{SchedulerOptions, run_scheduler};

/// The largest message between processes: models and evidence travel in one piece.
const MESSAGE: u32 = 1 << 30;

/// Executors ask for tasks, so that nothing has to reach them but shuffles, and one that a scheduler
/// has lost is known again by its next question.
const POLICY: TaskSchedulingPolicy = TaskSchedulingPolicy::PullStaged;

/// Seconds between two signs of life of an executor, and without one until it is given up.
const HEARTBEAT: u64 = 4;
const GIVEN_UP: u64 = 20;

/// A context whose queries run on the executors of this scheduler, an address such as
/// `df://localhost:50050`. Persons are dealt out over so many partitions; some two a core are usual.
///
/// # Errors
/// If the address is none. That nobody answers there is found by the first query.
pub async fn connect(scheduler: &str, partitions: usize) -> Result<SessionContext> {
    let state = session(config().with_target_partitions(partitions))?;
    let context = SessionContext::remote_with_state(scheduler, state).await?;
    // a remote context starts without those of the state it is made from
    crate::register(&context);
    Ok(context)
}

/// A context of this process with the functions and object stores that a cluster has, persons dealt out
/// over so many partitions.
///
/// # Errors
/// If the engine cannot be set up.
pub fn local(partitions: usize) -> Result<SessionContext> {
    let config = SessionConfig::new().with_target_partitions(partitions);
    Ok(SessionContext::new_with_state(session(config)?))
}

fn config() -> SessionConfig {
    SessionConfig::new_with_ballista()
        .with_ballista_grpc_client_max_message_size(MESSAGE as usize)
        // plans that change on the way lose a stage whose executor ended: their jobs wait for ever
        .with_ballista_adaptive_query_planner(false)
        // sums over fields of a struct that were pulled out early are not found again on the scheduler
        .set_bool(
            "datafusion.optimizer.enable_leaf_expression_pushdown",
            false,
        )
}

/// A session that knows the functions of this crate and the object stores.
fn session(config: SessionConfig) -> Result<SessionState> {
    let mut state = SessionStateBuilder::new()
        .with_config(config)
        .with_runtime_env(runtime()?)
        .with_default_features()
        .build();
    for function in aggregates() {
        state.register_udaf(Arc::new(function))?;
    }
    for function in scalars() {
        state.register_udf(Arc::new(function))?;
    }
    Ok(state)
}

fn runtime() -> Result<Arc<RuntimeEnv>> {
    let stores = Arc::new(stores::Stores::default());
    RuntimeEnvBuilder::new()
        .with_object_store_registry(stores)
        .build_arc()
}

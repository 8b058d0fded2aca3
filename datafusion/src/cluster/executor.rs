//! The processes that read files and run tasks.

use super::{HEARTBEAT, MESSAGE, POLICY, config, runtime, session};
use ballista_core::error::Result;
use ballista_core::registry::BallistaFunctionRegistry;
use ballista_executor::executor_process::{ExecutorProcessConfig, start_executor_process};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

/// Seconds between two looks for data of old jobs, and until a job is old.
const CLEAN_UP: u64 = 60;
const OLD: u64 = 1_800;

/// Where an executor listens and what it may take.
#[derive(Debug, Clone)]
pub struct ExecutorOptions {
    /// Address and port that it binds for shuffles.
    pub address: SocketAddr,
    /// The name by which other executors and clients reach it.
    pub host: String,
    /// Host and port of the scheduler.
    pub scheduler: (String, u16),
    /// How many tasks run at once.
    pub cores: usize,
    /// Bytes that its tasks may hold before they put rows on disk; none takes 70 % of the machine's.
    pub memory: Option<u64>,
    /// Where shuffles and spilled rows go.
    pub folder: PathBuf,
}

/// Runs an executor until it is told to stop. It waits a minute for its scheduler.
///
/// # Errors
/// If its port is taken or the scheduler does not answer.
pub async fn run_executor(options: &ExecutorOptions) -> Result<()> {
    let state = session(config())?;
    let functions = BallistaFunctionRegistry::from(&state);
    let settings = ExecutorProcessConfig {
        bind_host: options.address.ip().to_string(),
        external_host: Some(options.host.clone()),
        port: options.address.port(),
        scheduler_host: options.scheduler.0.clone(),
        scheduler_port: options.scheduler.1,
        scheduler_connect_timeout_seconds: 60,
        vcores: options.cores,
        task_scheduling_policy: POLICY,
        memory_pool_size: options.memory,
        work_dir: Some(options.folder.to_string_lossy().into_owned()),
        job_data_ttl_seconds: OLD,
        job_data_clean_up_interval_seconds: CLEAN_UP,
        executor_heartbeat_interval_seconds: HEARTBEAT,
        grpc_max_decoding_message_size: MESSAGE,
        grpc_max_encoding_message_size: MESSAGE,
        override_function_registry: Some(Arc::new(functions)),
        override_config_producer: Some(Arc::new(config)),
        override_runtime_producer: Some(Arc::new(|_| runtime())),
        ..ExecutorProcessConfig::default()
    };
    start_executor_process(Arc::new(settings)).await
}

//! The process that plans queries and deals out their tasks.

use super::lost::{Scheduler, end_jobs};
use super::{GIVEN_UP, HEARTBEAT, MESSAGE, POLICY, config, session};
use ballista_core::error::Result;
use ballista_scheduler::cluster::BallistaCluster;
use ballista_scheduler::config::SchedulerConfig;
use ballista_scheduler::scheduler_process::{create_scheduler, start_grpc_service};
use std::net::SocketAddr;
use std::sync::Arc;

/// Where a scheduler listens.
#[derive(Debug, Clone)]
pub struct SchedulerOptions {
    /// Address and port that it binds.
    pub address: SocketAddr,
    /// The name by which executors and clients reach it.
    pub host: String,
}

/// Runs a scheduler until the process ends.
///
/// # Errors
/// If its port is taken.
pub async fn run_scheduler(options: &SchedulerOptions) -> Result<()> {
    let settings = SchedulerConfig {
        external_host: options.host.clone(),
        bind_host: options.address.ip().to_string(),
        bind_port: options.address.port(),
        scheduling_policy: POLICY,
        executor_timeout_seconds: GIVEN_UP,
        expire_dead_executor_interval_seconds: HEARTBEAT,
        no_executors_grace_period_seconds: 2 * GIVEN_UP,
        // a job does not go on without what an executor had shuffled
        stage_max_failures: 1,
        grpc_server_max_decoding_message_size: MESSAGE,
        grpc_server_max_encoding_message_size: MESSAGE,
        grpc_client_max_message_size: MESSAGE,
        override_session_builder: Some(Arc::new(session)),
        override_config_producer: Some(Arc::new(config)),
        ..SchedulerConfig::default()
    };
    let cluster = BallistaCluster::new_from_config(&settings).await?;
    settings.validate()?;
    let scheduler: Scheduler = create_scheduler(cluster, Arc::new(settings)).await?;
    let events = scheduler.cluster_state_events().await?;
    tokio::spawn(end_jobs(scheduler.clone(), events));
    start_grpc_service(options.address, scheduler).await
}

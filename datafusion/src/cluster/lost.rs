//! The end of jobs that counted on an executor which ended.
//!
//! Ballista 55 runs the lost tasks again and keeps what other executors had shuffled; a stage that
//! has to begin anew then hands on its rows twice. So a job does not go on here: it ends, and
//! whoever asked asks again.

use ballista_core::error::Result;
use ballista_core::serde::protobuf::failed_task::FailedReason;
use ballista_core::serde::protobuf::task_status::Status;
use ballista_scheduler::cluster::{ClusterStateEvent, ClusterStateEventStream};
use ballista_scheduler::scheduler_server::SchedulerServer;
use ballista_scheduler::state::execution_stage::{ExecutionStage, TaskInfo};
use datafusion_proto::protobuf::{LogicalPlanNode, PhysicalPlanNode};
use futures::StreamExt;

pub(super) type Scheduler = SchedulerServer<LogicalPlanNode, PhysicalPlanNode>;

/// Ends jobs for as long as the scheduler runs.
pub(super) async fn end_jobs(scheduler: Scheduler, mut events: ClusterStateEventStream) {
    while let Some(event) = events.next().await {
        let ClusterStateEvent::RemovedExecutor { executor_id } = event else {
            continue;
        };
        if end_jobs_of(&scheduler, &executor_id).await.is_err() {
            // the scheduler has ended, and jobs with it
            return;
        }
    }
}

async fn end_jobs_of(scheduler: &Scheduler, executor: &str) -> Result<()> {
    let jobs = scheduler.state.task_manager.get_running_job_cache();
    for (job, running) in jobs.iter() {
        let graph = running.execution_graph.read().await;
        let counted_on = graph.stages().values().any(|stage| lost(stage, executor));
        drop(graph);
        if counted_on {
            scheduler.cancel_job(job.clone()).await?;
        }
    }
    Ok(())
}

/// Whether a stage has tasks of the executor, or had some that Ballista has given up already.
fn lost(stage: &ExecutionStage, executor: &str) -> bool {
    let (attempt, tasks): (usize, &[TaskInfo]) = match stage {
        ExecutionStage::UnResolved(stage) => (stage.stage_attempt_num, &[]),
        ExecutionStage::Resolved(stage) => (stage.stage_attempt_num, &[]),
        ExecutionStage::Running(stage) => (stage.stage_attempt_num, &stage.task_infos),
        ExecutionStage::Successful(stage) => (stage.stage_attempt_num, &stage.task_infos),
        ExecutionStage::Failed(_) => (0, &[]),
    };
    attempt > 0
        || tasks
            .iter()
            .any(|task| is_lost(&task.task_status, executor))
}

fn is_lost(task: &Status, executor: &str) -> bool {
    match task {
        Status::Running(task) => task.executor_id == executor,
        Status::Successful(task) => task.executor_id == executor,
        Status::Failed(task) => matches!(task.failed_reason, Some(FailedReason::ResultLost(_))),
    }
}

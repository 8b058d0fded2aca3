//! The rows of a query, asked again where a cluster lost what it needed for them.

use datafusion::arrow::array::RecordBatch;
use datafusion::dataframe::DataFrame;
use datafusion::error::{DataFusionError, Result};

/// How often a query is asked at most.
const TIMES: usize = 4;

/// What errors of Ballista say when an executor ended: its shuffles or the answer cannot be fetched, or
/// the scheduler ended the job.
const LOST: [&str; 5] = [
    "failed: Cancelled",
    "FetchFailed",
    "has failed 1 times",
    "tcp connect error",
    "h2 protocol error",
];

/// The rows of a query. On a cluster a job ends with an error when an executor that worked for it does;
/// the query is then asked again, three times at most.
///
/// ```
/// # tokio::runtime::Runtime::new()?.block_on(async {
/// use datafusion::prelude::SessionContext;
///
/// let query = SessionContext::new().sql("SELECT 1").await?;
/// assert_eq!(mixtouch_datafusion::collect(query).await?[0].num_rows(), 1);
/// # Ok::<(), datafusion::error::DataFusionError>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// If the query fails in itself, or executors end each time.
pub async fn collect(query: DataFrame) -> Result<Vec<RecordBatch>> {
    for _ in 1..TIMES {
        match query.clone().collect().await {
            Err(error) if is_of_a_lost_executor(&error) => {}
            found => return found,
        }
    }
    query.collect().await
}

fn is_of_a_lost_executor(error: &DataFusionError) -> bool {
    let told = error.to_string();
    LOST.iter().any(|part| told.contains(part))
}

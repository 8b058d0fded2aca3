//! Which file is damaged: the engine's own errors of a file do not always name it.

use datafusion::catalog::TableProvider;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::datasource::listing::{ListingTable, ListingTableConfig, ListingTableUrl};
use datafusion::datasource::source_as_provider;
use datafusion::error::{DataFusionError, Result};
use datafusion::execution::SessionState;
use datafusion::logical_expr::LogicalPlan;
use datafusion::prelude::SessionContext;
use futures::StreamExt;
use std::sync::Arc;

/// The error of a plan with the name of the first file that cannot be read by itself, if there is
/// one. Files are read again to find it.
pub(crate) async fn named(
    error: DataFusionError,
    state: SessionState,
    plan: &LogicalPlan,
) -> DataFusionError {
    if !may_be_of_a_file(&error) {
        return error;
    }
    let context = SessionContext::new_with_state(state);
    for table in tables(plan) {
        let Some(listing) = table.downcast_ref::<ListingTable>() else {
            continue;
        };
        for url in listing.table_paths() {
            // a folder that cannot be listed is what the first error is about
            if let Ok(Some((file, cause))) = damaged(&context, listing, url).await {
                return cause.context(format!("file {file} cannot be read"));
            }
        }
    }
    error
}

/// Whether a file may be to blame; memory, what a query lacks and what the library refuses are not.
fn may_be_of_a_file(error: &DataFusionError) -> bool {
    match error.find_root() {
        DataFusionError::ResourcesExhausted(_)
        | DataFusionError::Plan(_)
        | DataFusionError::SchemaError(..) => false,
        // what a cluster's executors tell has no type
        DataFusionError::Execution(told) => {
            let of_files = ["Parquet error", "Object Store error", "Arrow error"];
            of_files.iter().any(|kind| told.contains(kind))
        }
        DataFusionError::External(cause) => !cause.is::<mixtouch::Error>(),
        _ => true,
    }
}

fn tables(plan: &LogicalPlan) -> Vec<Arc<dyn TableProvider>> {
    let mut tables = Vec::new();
    // it cannot fail, since the closure does not
    let _ = plan.apply_with_subqueries(|node| {
        if let LogicalPlan::TableScan(scan) = node {
            tables.extend(source_as_provider(&scan.source));
        }
        Ok(TreeNodeRecursion::Continue)
    });
    tables
}

/// The first file of a folder that cannot be read, and why.
async fn damaged(
    context: &SessionContext,
    table: &ListingTable,
    folder: &ListingTableUrl,
) -> Result<Option<(String, DataFusionError)>> {
    let state = context.state();
    let store = state.runtime_env().object_store(folder)?;
    let options = table.options();
    let mut files = folder
        .list_all_files(&state, &*store, &options.file_extension)
        .await?;
    while let Some(file) = files.next().await {
        let file = format!("{}{}", folder.object_store().as_str(), file?.location);
        if let Err(cause) = read(context, table, &file).await {
            return Ok(Some((file, cause)));
        }
    }
    Ok(None)
}

/// Reads one file as the table would.
async fn read(context: &SessionContext, table: &ListingTable, file: &str) -> Result<()> {
    let config = ListingTableConfig::new(ListingTableUrl::parse(file)?)
        .with_listing_options(table.options().clone())
        .with_schema(table.schema());
    let alone = ListingTable::try_new(config)?;
    let rows = context.read_table(Arc::new(alone))?;
    let mut rows = rows.execute_stream().await?;
    while let Some(batch) = rows.next().await {
        batch?;
    }
    Ok(())
}

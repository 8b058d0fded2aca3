//! The front in Rust.

use crate::collect::collect;
use crate::columns::LogColumns;
use crate::error::{argument, external};
use crate::kpis::JourneyCounts;
use crate::settings::LogSettings;
use crate::text::{self, constant};
use crate::{files, journeys, kept, orders, person, shards, summary, touches};
use datafusion::arrow::array::{Array, AsArray};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::DataType;
use datafusion::common::UnnestOptions;
use datafusion::dataframe::DataFrame;
use datafusion::error::Result;
use datafusion::logical_expr::{Expr, ident, lit};
use mixtouch::attribution::{
    ComparisonTable, ModelName, ModelSettings, ShardCredits, ShardEvidence, ShardModels,
    ShardedComparison,
};
use mixtouch::{JourneyOptions, Journeys};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::sync::Arc;

/// A log that DataFusion reads: a table, the files of an object store, the answer to a query.
///
/// [`compare`](Self::compare) does what [`mixtouch::Comparison`] does, with the engine's partitions as
/// shards of a [`ShardedComparison`]. Its steps are there one by one for those who save evidence or
/// score by models of last month. Each step reads the log once, unless it is
/// [`read`](Self::read) into memory.
///
/// Rows of one person and second that state no fraction of it have no order in a table: they are taken
/// in the order of their channels' names. Rows of several persons that state one order are refused,
/// unless each row counts
/// ([`JourneyOptions::with_unique_orders`](mixtouch::JourneyOptions::with_unique_orders)).
#[derive(Debug, Clone)]
pub struct Log {
    rows: DataFrame,
    columns: LogColumns,
    settings: LogSettings,
    /// Where they are kept in memory.
    kept: Option<Arc<Journeys>>,
}

impl Log {
    /// The log of these rows. It is read once, for its channels and, where the options state no end of
    /// observation, for its last second.
    ///
    /// # Errors
    /// If a row cannot be used, there is none, the options ask for what partitions do not have, or rows
    /// of several persons state one order.
    pub async fn new(
        rows: DataFrame,
        columns: LogColumns,
        options: JourneyOptions,
    ) -> Result<Self> {
        named(orders::check(&rows, &columns, &options).await, &rows).await?;
        let mut arguments = vec![text_of(&options)?];
        arguments.extend(columns.arguments().into_iter().take(3));
        let found = answer(rows.clone(), summary::function().call(arguments)).await?;
        let found = found.ok_or_else(|| argument("log", "no row, expected: at least one"))?;
        let settings = text::read(&found, "log", "the settings")?;
        Ok(Self::with_settings(rows, columns, settings))
    }

    /// The log of these rows with all journeys in this process's memory: the engine reads once, and the
    /// library brings persons together, which is several times faster than [`new`](Self::new).
    /// Evidence, credit and counts then read nothing, and their figures are the same. It takes 14
    /// bytes a touch while it reads, then 6 a touch, 12 a journey and 16 a person; the engine's memory
    /// limit does not count them, and nothing goes to disk. [`persons`](Self::persons) and
    /// [`touch_credit`](Self::touch_credit) read the rows as before.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub async fn read(
        rows: DataFrame,
        columns: LogColumns,
        options: JourneyOptions,
    ) -> Result<Self> {
        named(orders::check(&rows, &columns, &options).await, &rows).await?;
        let journeys = kept::journeys(rows.clone(), &columns, options.clone(), &[]).await;
        let journeys = named(journeys, &rows).await?;
        let channels = journeys.channels().iter().map(ToOwned::to_owned).collect();
        let last = journeys.observed_range().map_err(external)?.to() - 1;
        let settings = LogSettings::of_log(channels, last, options)?;
        // evidence of other parts states the end, too
        let journeys = journeys.with_stated_end();
        let log = Self::with_settings(rows, columns, settings);
        Ok(log.with_journeys(journeys))
    }

    /// The log of these rows, whose channels and end of observation are known: nothing is read yet, and
    /// orders are not checked: one that rows of several persons state counts for each.
    pub fn with_settings(rows: DataFrame, columns: LogColumns, settings: LogSettings) -> Self {
        Self {
            rows,
            columns,
            settings,
            kept: None,
        }
    }

    /// The channels, and how journeys are cut.
    pub fn settings(&self) -> &LogSettings {
        &self.settings
    }

    /// The same log [`read`](Self::read) into this process's memory.
    ///
    /// # Errors
    /// If a row cannot be used, or there is none.
    pub async fn in_memory(self) -> Result<Self> {
        let (options, channels) = (self.settings.options().clone(), self.settings.channels());
        let journeys = kept::journeys(self.rows.clone(), &self.columns, options, channels).await;
        let journeys = named(journeys, &self.rows).await?;
        let is_known = |name: &str| channels.iter().any(|own| own == name);
        if let Some(name) = journeys.channels().iter().find(|name| !is_known(name)) {
            return Err(journeys::unknown(Some(name)));
        }
        Ok(self.with_journeys(journeys))
    }

    fn with_journeys(self, journeys: Journeys) -> Self {
        Self {
            kept: Some(Arc::new(journeys)),
            ..self
        }
    }

    /// A row for each person: `person`, and `journeys`, which has the person's rows packed as the
    /// functions in SQL take them.
    ///
    /// # Errors
    /// If the rows lack a column.
    pub fn persons(&self) -> Result<DataFrame> {
        let mut arguments = vec![text_of(&self.settings)?];
        arguments.extend(self.columns.arguments());
        let person = person::function().call(vec![self.columns.person.clone()]);
        let journeys = journeys::function().call(arguments);
        let rows = self.rows.clone();
        rows.aggregate(
            vec![person.alias("person")],
            vec![journeys.alias("journeys")],
        )
    }

    /// The comparison with the number of the log's conversions, where a model asks for it. The log is
    /// read only then.
    ///
    /// # Errors
    /// If [`Log::evidence`] fails.
    pub async fn prepared(&self, comparison: ShardedComparison) -> Result<ShardedComparison> {
        if !comparison.depends_on_conversions() {
            return Ok(comparison);
        }
        let count = ShardedComparison::new([ModelName::LastTouch], ModelSettings::default());
        let counted = self.evidence(&count.map_err(external)?).await?;
        Ok(comparison.for_conversions(counted.conversions()))
    }

    /// The evidence of all persons, to solve, to save or to merge with that of other logs.
    ///
    /// # Errors
    /// If a row cannot be used, there is none, or the journeys lack what a model needs.
    pub async fn evidence(&self, comparison: &ShardedComparison) -> Result<ShardEvidence> {
        if let Some(journeys) = &self.kept {
            return comparison.gather(journeys).map_err(external);
        }
        self.gathered(shards::evidence().call(self.arguments(text_of(comparison)?)?))
            .await
    }

    /// The credit of all conversions by solved models.
    ///
    /// # Errors
    /// If a row cannot be used, there is none, or the models are of other channels.
    pub async fn credits(&self, models: &ShardModels) -> Result<ShardCredits> {
        if let Some(journeys) = &self.kept {
            return models
                .comparison()
                .credit(models, journeys)
                .map_err(external);
        }
        self.gathered(shards::credits().call(self.arguments(text_of(models)?)?))
            .await
    }

    /// The table of a comparison: evidence, models, credit.
    ///
    /// # Errors
    /// If a row cannot be used, there is none, or a model cannot be fitted.
    pub async fn compare(&self, comparison: ShardedComparison) -> Result<ComparisonTable> {
        let comparison = self.prepared(comparison).await?;
        let evidence = self.evidence(&comparison).await?;
        let models = comparison.solve(evidence).map_err(external)?;
        let credits = self.credits(&models).await?;
        comparison.table(&models, credits).map_err(external)
    }

    /// Counts of all journeys for KPIs: how long purchases take, which ways journeys go.
    ///
    /// # Errors
    /// If a row cannot be used, or there is none.
    pub async fn journey_counts(&self) -> Result<JourneyCounts> {
        if let Some(journeys) = &self.kept {
            return JourneyCounts::new(journeys).map_err(external);
        }
        let arguments = self.arguments(text_of(&"channels")?)?;
        self.gathered(shards::journey_counts().call(arguments))
            .await
    }

    /// A row for each touch of a converting journey, with what a solved model credits it with:
    /// `person`, `channel`, `touched` and `closed`, which are timestamps of whole seconds, and the
    /// touch's share of `conversions` and `value`. Nothing is read yet.
    ///
    /// # Errors
    /// If the rows lack a column, or there is no model of that name.
    pub fn touch_credit(&self, models: &ShardModels, model: &str) -> Result<DataFrame> {
        if models.model(model).is_none() {
            return Err(argument("credit", format!("there is no model {model:?}")));
        }
        let settings = text_of(&self.settings)?;
        let (models, model) = (text_of(models)?, lit(constant(model)));
        let arguments = vec![models, model, settings, ident("person"), ident("journeys")];
        let credit = touches::credit().call(arguments).alias("credit");
        let lists = self.persons()?.select(vec![ident("person"), credit])?;
        let options = UnnestOptions::new().with_preserve_nulls(false);
        let touches = lists.unnest_columns_with_options(&["credit"], options)?;
        let touches = touches.unnest_columns(&["credit"])?;
        let named = touches::NAMES.map(|name| ident(format!("credit.{name}")).alias(name));
        touches.select(std::iter::once(ident("person")).chain(named))
    }

    /// What an aggregate over persons is given.
    fn arguments(&self, first: Expr) -> Result<Vec<Expr>> {
        let settings = text_of(&self.settings)?;
        Ok(vec![first, settings, ident("person"), ident("journeys")])
    }

    async fn gathered<T: DeserializeOwned>(&self, aggregate: Expr) -> Result<T> {
        let text = answer(self.persons()?, aggregate).await?;
        let text = text.ok_or_else(|| argument("log", "no person, expected: at least one"))?;
        text::read(&text, "log", "the answer")
    }
}

/// A literal of the JSON of a setting.
fn text_of(setting: &impl Serialize) -> Result<Expr> {
    let text = serde_json::to_string(setting).map_err(external)?;
    Ok(lit(constant(text)))
}

/// The one text that an aggregate over all rows comes to.
async fn answer(rows: DataFrame, aggregate: Expr) -> Result<Option<String>> {
    let answer = rows.aggregate(vec![], vec![aggregate.alias("answer")])?;
    let batches = named(collect(answer.clone()).await, &answer).await?;
    let column = batches.iter().find(|batch| batch.num_rows() > 0);
    let Some(column) = column.map(|batch| batch.column(0)) else {
        return Ok(None);
    };
    let texts = cast(column, &DataType::LargeUtf8)?;
    let texts = texts.as_string::<i64>();
    Ok(texts.is_valid(0).then(|| texts.value(0).to_owned()))
}

/// What a query came to; an error has the name of the damaged file, if there is one.
async fn named<T>(found: Result<T>, query: &DataFrame) -> Result<T> {
    match found {
        Ok(found) => Ok(found),
        Err(error) => {
            let (state, plan) = query.clone().into_parts();
            Err(files::named(error, state, &plan).await)
        }
    }
}

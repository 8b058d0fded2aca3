//! The scalar functions `fit` and `comparison_table`: what one machine does between the passes.

use crate::error::{argument, external};
use crate::text;
use datafusion::arrow::array::{
    ArrayRef, AsArray, Float64Builder, LargeStringArray, ListArray, StringBuilder, StructArray,
};
use datafusion::arrow::buffer::OffsetBuffer;
use datafusion::arrow::datatypes::{DataType, Field, Fields};
use datafusion::error::Result;
use datafusion::logical_expr::{
    ColumnarValue, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};
use mixtouch::ComparisonTable;
use mixtouch::attribution::{ShardCredits, ShardEvidence, ShardModels};
use std::sync::Arc;

const NAME: &str = "comparison_table";

/// `fit(evidence)`: the models that the evidence supports.
pub(crate) fn fit() -> ScalarUDF {
    function(Step::Fit)
}

/// `comparison_table(models, credits)`: a list with a row for each model and channel.
pub(crate) fn table() -> ScalarUDF {
    function(Step::Table)
}

fn function(step: Step) -> ScalarUDF {
    let texts = match step {
        Step::Fit => vec![DataType::LargeUtf8],
        Step::Table => vec![DataType::LargeUtf8; 2],
    };
    ScalarUDF::from(Solving {
        step,
        signature: Signature::exact(texts, Volatility::Immutable),
    })
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Step {
    Fit,
    Table,
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct Solving {
    step: Step,
    signature: Signature,
}

impl ScalarUDFImpl for Solving {
    fn name(&self) -> &str {
        match self.step {
            Step::Fit => "fit",
            Step::Table => NAME,
        }
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(match self.step {
            Step::Fit => DataType::LargeUtf8,
            Step::Table => DataType::List(Arc::new(item())),
        })
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let arrays = ColumnarValue::values_to_arrays(&args.args)?;
        let array = match self.step {
            Step::Fit => fitted(&arrays[0])?,
            Step::Table => tables(&arrays[0], &arrays[1])?,
        };
        Ok(ColumnarValue::Array(array))
    }
}

fn fitted(evidence: &ArrayRef) -> Result<ArrayRef> {
    let fit = |text: &str| {
        let evidence: ShardEvidence = text::read(text, "fit", "the evidence")?;
        let models = evidence.comparison().clone().solve(evidence);
        serde_json::to_string(&models.map_err(external)?).map_err(external)
    };
    let each = evidence.as_string::<i64>().iter();
    let texts: LargeStringArray = each
        .map(|text| text.map(fit).transpose())
        .collect::<Result<_>>()?;
    Ok(Arc::new(texts))
}

/// The texts of the table's rows, then its figures.
const TEXTS: [&str; 2] = ["model", "channel"];
const FIGURES: [&str; 7] = [
    "conversions",
    "conversions_low",
    "conversions_high",
    "value",
    "value_low",
    "value_high",
    "cost",
];

fn fields() -> Fields {
    let texts = TEXTS.map(|name| Field::new(name, DataType::Utf8, true));
    let figures = FIGURES.map(|name| Field::new(name, DataType::Float64, true));
    texts.into_iter().chain(figures).collect()
}

fn item() -> Field {
    Field::new("item", DataType::Struct(fields()), true)
}

/// The rows of some tables, a column each.
#[derive(Default)]
struct Rows {
    texts: [StringBuilder; TEXTS.len()],
    figures: [Float64Builder; FIGURES.len()],
    rows: usize,
}

impl Rows {
    fn add(&mut self, table: &ComparisonTable) {
        for model in table.models() {
            for row in &model.channels {
                let figures = [
                    Some(row.conversions),
                    row.conversions_low,
                    row.conversions_high,
                    Some(row.value),
                    row.value_low,
                    row.value_high,
                    row.cost,
                ];
                self.push([&model.model, &row.channel], figures);
            }
            let (baseline, rest) = (&model.baseline, model.unattributed);
            if let Some(row) = baseline {
                let figures = [
                    Some(row.conversions),
                    row.conversions_low,
                    row.conversions_high,
                    Some(row.value),
                    row.value_low,
                    row.value_high,
                    None,
                ];
                self.push([&model.model, "(baseline)"], figures);
            }
            if rest.conversions > 0.0 {
                let mut figures = [None; FIGURES.len()];
                (figures[0], figures[3]) = (Some(rest.conversions), Some(rest.value));
                self.push([&model.model, "(unattributed)"], figures);
            }
        }
    }

    fn push(&mut self, texts: [&str; TEXTS.len()], figures: [Option<f64>; FIGURES.len()]) {
        let each = self.texts.iter_mut().zip(texts);
        each.for_each(|(column, text)| column.append_value(text));
        let each = self.figures.iter_mut().zip(figures);
        each.for_each(|(column, figure)| column.append_option(figure));
        self.rows += 1;
    }
}

fn tables(models: &ArrayRef, credits: &ArrayRef) -> Result<ArrayRef> {
    let (mut rows, mut lengths) = (Rows::default(), Vec::new());
    let pairs = models.as_string::<i64>().iter();
    for pair in pairs.zip(credits.as_string::<i64>()) {
        let before = rows.rows;
        let (Some(models), Some(credits)) = pair else {
            return Err(argument(NAME, "models or credit are null"));
        };
        let models: ShardModels = text::read(models, NAME, "the models")?;
        let credits: ShardCredits = text::read(credits, NAME, "the credit")?;
        let table = models.comparison().table(&models, credits);
        rows.add(&table.map_err(external)?);
        lengths.push(rows.rows - before);
    }
    let texts = rows
        .texts
        .iter_mut()
        .map(|column| -> ArrayRef { Arc::new(column.finish()) });
    let figures = rows.figures.iter_mut();
    let figures = figures.map(|column| -> ArrayRef { Arc::new(column.finish()) });
    let items = StructArray::try_new(fields(), texts.chain(figures).collect(), None)?;
    let offsets = OffsetBuffer::from_lengths(lengths);
    let list = ListArray::try_new(Arc::new(item()), offsets, Arc::new(items), None)?;
    Ok(Arc::new(list))
}

//! Draws of a mix model to Parquet.

use std::io::Write;
use std::sync::Arc;

use ::parquet::arrow::ArrowWriter;
use ::parquet::basic::{Compression, ZstdLevel};
use ::parquet::file::properties::WriterProperties;
use arrow_array::{ArrayRef, Float64Array, Int64Array, RecordBatch};

use crate::error::Result;
use crate::io::parquet::loaded::failed;
use crate::mix::estimate::DrawTable;

impl DrawTable {
    /// Writes the draws as Parquet, compressed by Zstandard: `chain` and `draw`, both from 0, and a
    /// column a variable. xarray makes of it what ArviZ reads:
    /// `xarray.Dataset.from_dataframe(frame.set_index(["chain", "draw"]))`.
    ///
    /// ```
    /// use mixtouch::mix::estimate::Nuts;
    /// use mixtouch::mix::specification::MixSpecification;
    /// use mixtouch::simulate::panels::PanelWorld;
    ///
    /// let panel = PanelWorld::small_business()?.simulate(1).panel()?;
    /// let fit = Nuts::default().with_draws(60).fit(&MixSpecification::new(), &panel)?;
    /// let mut bytes = Vec::new();
    /// fit.draws().write_parquet(&mut bytes)?;
    /// assert_eq!(&bytes[..4], b"PAR1");
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the writer fails.
    pub fn write_parquet(&self, writer: impl Write + Send) -> Result<()> {
        let (chains, draws) = self.size();
        let numbers = |number: fn(usize, usize) -> usize| -> ArrayRef {
            let all = (0..chains * draws).map(|row| number(row, draws) as i64);
            Arc::new(Int64Array::from_iter_values(all))
        };
        let mut columns = vec![
            ("chain", numbers(|row, draws| row / draws)),
            ("draw", numbers(|row, draws| row % draws)),
        ];
        for (name, values) in self.variables() {
            let column = Float64Array::from_iter_values(values.iter().copied());
            let column: ArrayRef = Arc::new(column);
            columns.push((name, column));
        }
        let batch = RecordBatch::try_from_iter(columns).map_err(|error| failed(error.into()))?;
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            .build();
        let mut file =
            ArrowWriter::try_new(writer, batch.schema(), Some(properties)).map_err(failed)?;
        file.write(&batch).map_err(failed)?;
        file.close().map_err(failed)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use ::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
    use arrow_array::cast::AsArray;
    use arrow_array::types::{Float64Type, Int64Type};

    use crate::mix::estimate::Nuts;
    use crate::mix::specification::MixSpecification;
    use crate::simulate::panels::PanelWorld;

    #[test]
    fn draws_come_back() {
        let world = PanelWorld::small_business().unwrap().simulate(1);
        let nuts = Nuts::default().with_warmup(50).with_draws(20);
        let fit = nuts
            .fit(&MixSpecification::new(), &world.panel().unwrap())
            .unwrap();
        let draws = fit.draws();
        let mut bytes = Vec::new();
        draws.write_parquet(&mut bytes).unwrap();
        let reader = ParquetRecordBatchReaderBuilder::try_new(bytes::Bytes::from(bytes)).unwrap();
        let batch = reader.build().unwrap().next().unwrap().unwrap();
        assert_eq!(batch.num_rows(), 80);
        let chain = batch
            .column_by_name("chain")
            .unwrap()
            .as_primitive::<Int64Type>();
        assert_eq!((chain.value(19), chain.value(20)), (0, 1));
        for (name, values) in draws.variables() {
            let column = batch
                .column_by_name(name)
                .unwrap()
                .as_primitive::<Float64Type>();
            assert_eq!(column.values().as_ref(), values, "{name}");
        }
        assert!(draws.variable("roi[Email]").is_some());
    }
}

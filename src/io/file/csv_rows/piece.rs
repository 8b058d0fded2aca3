//! A run of whole rows, parsed.

use crate::error::Result;
use crate::io::csv::chunks::Chunk;
use crate::io::file::csv_rows::layout::Layout;
use crate::io::file::csv_rows::raw::RawRows;
use crate::io::file::json::Cells;
use crate::io::record::{Value, Visit, recycled};
use std::sync::Arc;

/// A run of whole rows, not yet parsed.
#[derive(Debug)]
pub(in crate::io) struct CsvPiece {
    pub(super) chunk: Chunk,
    pub(super) layout: Arc<Layout>,
}
impl CsvPiece {
    /// Shows every row.
    ///
    /// # Errors
    /// The visitor's.
    pub(in crate::io) fn each(&self, visit: &mut Visit<'_>) -> Result<()> {
        let (Chunk { bytes, line }, layout) = (&self.chunk, &*self.layout);
        let mut rows = RawRows::new(bytes, layout.dialect);
        let mut record = csv::ByteRecord::new();
        let mut spare: Vec<Value<'static>> = Vec::with_capacity(layout.sources.len());
        let mut spare_cells: Vec<Cells<'static>> = Vec::new();
        spare_cells.resize_with(layout.json.len(), Cells::default);
        while let Some(ahead) = rows.read(&mut record)? {
            let line = line + ahead;
            let mut cells = recycled_cells(spare_cells);
            let read = layout
                .check_width(&record, line)
                .and_then(|()| layout.read_json(&record, line, &mut cells));
            let mut values = recycled(spare);
            let read = read.and_then(|()| layout.values(&record, line, &cells, &mut values));
            visit(line, read.map(|()| values.as_slice()))?;
            spare = recycled(values);
            spare_cells = recycled_cells(cells);
        }
        layout.see(&spare_cells);
        Ok(())
    }
}

/// The same memory for another row.
fn recycled_cells<'a, 'b>(cells: Vec<Cells<'a>>) -> Vec<Cells<'b>> {
    cells.into_iter().map(Cells::recycled).collect()
}

//! The records of a table as a source, which says where in the table each of them stands.

use std::sync::Arc;

use super::origin::Places;
use crate::record::read::{Batches, Origin, ReadError, ReadOptions, RecordSource, Spool};

/// The records that a mapping made of a table, to be read as often as one likes. They are kept in a temporary file; what is to be
/// said of one is said of its row and column.
#[derive(Debug, Clone)]
pub struct TableRecords {
    records: Spool,
    places: Arc<Places>,
}

impl TableRecords {
    pub(super) fn new(records: Spool, places: Places) -> Self {
        Self { records, places: Arc::new(places) }
    }
}

impl RecordSource for TableRecords {
    fn name(&self) -> Arc<str> {
        self.records.name()
    }

    fn open(&self, options: &ReadOptions) -> Result<Batches<'_>, ReadError> {
        let lines = self.records.reader().map_err(|cause| ReadError::Open { name: self.name(), cause })?;
        let places: Arc<dyn Origin> = Arc::clone(&self.places) as _;
        Ok(Batches::of_derived(self.name(), lines, places, options))
    }
}

//! Records that wait together, so that what is asked about them can be asked of many at once. Owns copies of what their
//! source lent, in memory that the next batch uses again.

use super::record::ObjectRecord;

/// Room for so many records; whoever fills it looks whether it is full.
#[derive(Debug, Default)]
pub struct RecordBatch {
    text: String,
    rows: Vec<Row>,
}

/// Where the text of a record is, and everything about it that is no text.
#[derive(Debug, Clone, Copy)]
struct Row {
    bucket: Span,
    key: Span,
    version_id: Option<Span>,
    etag: Option<Span>,
    storage_class: Option<Span>,
    facts: ObjectRecord<'static>,
}

#[derive(Debug, Clone, Copy)]
struct Span {
    start: usize,
    end: usize,
}

impl RecordBatch {
    /// As many as have their places in a table at hand, in the caches of the processor, and enough that waiting for the
    /// memory they are in is waiting once.
    pub const ROWS: usize = 1024;

    pub fn push(&mut self, record: &ObjectRecord<'_>) {
        let ObjectRecord { is_latest, is_delete_marker, size, last_modified, .. } = *record;
        let row = Row {
            bucket: self.keep(record.bucket),
            key: self.keep(record.key),
            version_id: record.version_id.map(|text| self.keep(text)),
            etag: record.etag.map(|text| self.keep(text)),
            storage_class: record.storage_class.map(|text| self.keep(text)),
            facts: ObjectRecord {
                is_latest,
                is_delete_marker,
                size,
                last_modified,
                ..ObjectRecord::default()
            },
        };
        self.rows.push(row);
    }

    pub fn len(&self) -> usize {
        self.rows.len()
    }

    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    pub fn is_full(&self) -> bool {
        self.rows.len() >= Self::ROWS
    }

    /// In the order in which they came.
    pub fn records(&self) -> impl Iterator<Item = ObjectRecord<'_>> {
        self.rows.iter().map(|row| ObjectRecord {
            bucket: self.kept(row.bucket),
            key: self.kept(row.key),
            version_id: row.version_id.map(|span| self.kept(span)),
            etag: row.etag.map(|span| self.kept(span)),
            storage_class: row.storage_class.map(|span| self.kept(span)),
            ..row.facts
        })
    }

    pub fn clear(&mut self) {
        self.text.clear();
        self.rows.clear();
    }

    fn keep(&mut self, text: &str) -> Span {
        let start = self.text.len();
        self.text.push_str(text);
        Span { start, end: self.text.len() }
    }

    fn kept(&self, span: Span) -> &str {
        self.text.get(span.start..span.end).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_come_out_as_they_went_in() {
        let whole = ObjectRecord {
            bucket: "b-1",
            key: "żó/日",
            version_id: Some("null"),
            is_latest: Some(false),
            is_delete_marker: true,
            size: Some(7),
            last_modified: Some(-1),
            etag: Some(""),
            storage_class: Some("GLACIER"),
        };
        let bare = ObjectRecord { bucket: "b-2", key: "k", ..ObjectRecord::default() };
        let mut batch = RecordBatch::default();
        for round in [[whole, bare], [bare, whole]] {
            round.iter().for_each(|record| batch.push(record));
            assert_eq!(batch.records().collect::<Vec<_>>(), round);
            assert!(!batch.is_full());
            batch.clear();
        }
        (0..RecordBatch::ROWS).for_each(|_| batch.push(&bare));
        assert!(batch.is_full());
    }
}

//! What a row costs: a manifest parsed, decoded, chosen from and written again, with and without looking for doubles; the
//! rows of a report; and a check of all of it.

use std::io::{Read, Sink, sink};
use std::ops::ControlFlow;

use divan::Bencher;
use divan::counter::ItemsCount;
use opsctl_engine::manifest::lint::{LintOptions, lint};
use opsctl_engine::manifest::report::{ReportReader, ResultWriter, Summary, TaskResult, TaskStatus};
use opsctl_engine::manifest::{
    Columns, Conditions, Filter, ManifestReader, ManifestWriter, ObjectRecord, RecordBatch, Seen,
};

/// What the figures are asked for, and few enough for the reports to be made in memory.
const ROWS: u64 = 10_000_000;
const RESULTS: u64 = 1_000_000;
/// Every so many keys has something to be encoded.
const NASTY: u64 = 4;

fn main() {
    divan::main();
}

/// A manifest that is made while it is read: nothing of it is held.
struct Rows {
    next: u64,
    end: u64,
    line: Vec<u8>,
    given: usize,
}

impl Rows {
    fn new(rows: u64) -> Self {
        Rows { next: 0, end: rows, line: Vec::new(), given: 0 }
    }
}

impl Read for Rows {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let mut filled = 0;
        loop {
            let count = (buffer.len() - filled).min(self.line.len() - self.given);
            buffer[filled..filled + count].copy_from_slice(&self.line[self.given..self.given + count]);
            filled += count;
            self.given += count;
            if filled == buffer.len() || self.next == self.end {
                return Ok(filled);
            }
            let number = self.next;
            let rest = if number.is_multiple_of(NASTY) {
                "caf%C3%A9%20menu%2Bfinal.pdf"
            } else {
                "part-00001.parquet"
            };
            use std::io::Write as _;
            self.line.clear();
            writeln!(self.line, "bench-data-1,logs/2026/11/{:02}/{number:09}/{rest}", number % 28)?;
            self.given = 0;
            self.next += 1;
        }
    }
}

fn filter() -> Filter {
    let conditions = Conditions { prefixes: vec!["logs/2026/".to_owned()], ..Conditions::default() };
    Filter::new(conditions).unwrap_or_else(|bad| panic!("{bad:?}"))
}

fn through(mut seen: Option<Seen>) -> u64 {
    let filter = filter();
    let mut reader = ManifestReader::new(Rows::new(ROWS), Columns::usual(false));
    let mut writer = ManifestWriter::new(sink(), false);
    let mut batch = RecordBatch::default();
    loop {
        let record = reader.read().unwrap_or_else(|error| panic!("{error}"));
        match (&record, &mut seen) {
            (Some(record), _) if filter.wants(record) != Ok(true) => continue,
            (Some(record), None) => write(&mut writer, record),
            (Some(record), Some(seen)) => {
                batch.push(record);
                if batch.is_full() {
                    write_new(&mut writer, seen, &mut batch);
                }
            }
            (None, Some(seen)) => write_new(&mut writer, seen, &mut batch),
            (None, None) => {}
        }
        if record.is_none() {
            return writer.written().rows;
        }
    }
}

fn write(writer: &mut ManifestWriter<Sink>, record: &ObjectRecord<'_>) {
    if let Err(error) = writer.write(record) {
        panic!("{error}");
    }
}

fn write_new(writer: &mut ManifestWriter<Sink>, seen: &mut Seen, batch: &mut RecordBatch) {
    match seen.insert_all(batch) {
        Ok(new) => {
            batch.records().zip(new).filter(|(_, new)| *new).for_each(|(record, _)| write(writer, &record))
        }
        Err(error) => panic!("{error}"),
    }
    batch.clear();
}

#[divan::bench(sample_count = 3, sample_size = 1)]
fn made_only(bencher: Bencher) {
    bencher.counter(ItemsCount::new(ROWS)).bench(|| std::io::copy(&mut Rows::new(ROWS), &mut sink()));
}

#[divan::bench(sample_count = 3, sample_size = 1)]
fn parsed_decoded_filtered_written(bencher: Bencher) {
    bencher.counter(ItemsCount::new(ROWS)).bench(|| assert_eq!(through(None), ROWS));
}

#[divan::bench(sample_count = 3, sample_size = 1)]
fn and_without_doubles(bencher: Bencher) {
    bencher.counter(ItemsCount::new(ROWS)).bench(|| assert_eq!(through(Some(Seen::new(u64::MAX))), ROWS));
}

#[divan::bench(sample_count = 3, sample_size = 1)]
fn checked(bencher: Bencher) {
    bencher.counter(ItemsCount::new(ROWS)).bench(|| {
        let options = LintOptions { max_objects: u64::MAX, ..LintOptions::default() };
        let checked = lint(Rows::new(ROWS), options, Some(sink()), |_| ControlFlow::Continue(()));
        assert!(checked.is_ok_and(|(findings, _)| findings.errors() == 0 && findings.rows == ROWS));
    });
}

/// One in ten has failed, with a message in quotes.
fn report() -> Vec<u8> {
    let mut writer = ResultWriter::new(Vec::new());
    for number in 0..RESULTS {
        let key = format!("logs/2026/11/{number:09}/part 00001.parquet");
        let failed = number.is_multiple_of(10);
        let result = TaskResult {
            bucket: "bench-data-1",
            key: &key,
            version_id: Some("d8302942061139062434ce929733e884"),
            status: if failed { TaskStatus::Failed } else { TaskStatus::Succeeded },
            error_code: failed.then_some("AccessDenied"),
            http_status: Some(if failed { 403 } else { 200 }),
            message: if failed { "denied: \"no\",\nnever" } else { "Successful" },
        };
        if let Err(error) = writer.write(&result) {
            panic!("{error}");
        }
    }
    writer.finish().map(|(report, _)| report).unwrap_or_default()
}

#[divan::bench(sample_count = 5, sample_size = 1)]
fn report_rows(bencher: Bencher) {
    let report = report();
    bencher.counter(ItemsCount::new(RESULTS)).bench(|| {
        let (mut reader, mut summary) = (ReportReader::new(report.as_slice()), Summary::new());
        loop {
            match reader.read() {
                Ok(Some(result)) => summary.add(&result),
                Ok(None) => return summary.all.tasks(),
                Err(error) => panic!("{error}"),
            }
        }
    });
}

#[divan::bench(sample_count = 5, sample_size = 1)]
fn objects_written(bencher: Bencher) {
    let record =
        ObjectRecord { bucket: "bench-data-1", key: "logs/2026/11/a menu.pdf", ..ObjectRecord::default() };
    bencher.counter(ItemsCount::new(ROWS)).bench(|| {
        let mut writer = ManifestWriter::new(sink(), false);
        for _ in 0..ROWS {
            if let Err(error) = writer.write(&record) {
                panic!("{error}");
            }
        }
        writer.written().bytes
    });
}

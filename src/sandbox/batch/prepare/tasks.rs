//! A list of objects as the tasks of a job: lent one after the other, from the start as often as it is asked for. No
//! list is held whole.

use crate::sandbox::batch::job::Failure;
use crate::sandbox::batch::objects::ContentRead;
use crate::sandbox::batch::task::Task;
use crate::sandbox::s3::store::content::Content;
use opsctl_engine::manifest::{
    Columns, InventoryReader, ListError, ManifestReader, ObjectRecord, Plain, Schema,
};
use std::io;
use std::sync::Arc;

/// Where the rows are.
#[derive(Debug, Clone)]
pub enum List {
    Csv { content: Content, columns: Columns },
    Inventory { files: Arc<[Content]>, schema: Schema },
}

pub struct Tasks {
    list: List,
    reader: Reader,
    task: Task,
}

enum Reader {
    Csv(Box<ManifestReader<ContentRead>>),
    /// The file that is read next, and the one that is open.
    Inventory(usize, Option<Box<InventoryReader<Plain<ContentRead>>>>),
}

impl List {
    /// From the first row.
    pub fn tasks(&self) -> Result<Tasks, Failure> {
        let reader = match self {
            List::Csv { content, columns } => {
                let input = ContentRead::new(content).map_err(unreadable)?;
                Reader::Csv(Box::new(ManifestReader::new(input, columns.clone())))
            }
            List::Inventory { .. } => Reader::Inventory(0, None),
        };
        Ok(Tasks { list: self.clone(), reader, task: Task::default() })
    }

    /// The number of its rows, once all could be read.
    pub fn check(&self) -> Result<u64, Failure> {
        let mut tasks = self.tasks()?;
        let mut total = 0;
        while tasks.next()?.is_some() {
            total += 1;
        }
        Ok(total)
    }
}

impl Tasks {
    pub fn next(&mut self) -> Result<Option<&Task>, Failure> {
        loop {
            match &mut self.reader {
                Reader::Csv(reader) => {
                    let Some(record) = reader.read().map_err(bad_row)? else { return Ok(None) };
                    set(&mut self.task, &record);
                    return Ok(Some(&self.task));
                }
                Reader::Inventory(_, Some(reader)) => {
                    if let Some(record) = reader.read().map_err(bad_row)? {
                        set(&mut self.task, &record);
                        return Ok(Some(&self.task));
                    }
                    self.close();
                }
                Reader::Inventory(..) => {
                    if !self.open()? {
                        return Ok(None);
                    }
                }
            }
        }
    }

    /// The next file of an inventory, if there is one.
    fn open(&mut self) -> Result<bool, Failure> {
        let (List::Inventory { files, schema }, Reader::Inventory(next, open)) =
            (&self.list, &mut self.reader)
        else {
            return Ok(false);
        };
        let Some(content) = files.get(*next) else { return Ok(false) };
        let plain = ContentRead::new(content).and_then(Plain::new).map_err(unreadable)?;
        *open = Some(Box::new(InventoryReader::new(plain, schema.clone()).keeping_empty_versions()));
        *next += 1;
        Ok(true)
    }

    fn close(&mut self) {
        if let Reader::Inventory(_, open) = &mut self.reader {
            *open = None;
        }
    }
}

/// Into the room that the last one had.
fn set(task: &mut Task, record: &ObjectRecord<'_>) {
    task.bucket.clear();
    task.bucket.push_str(record.bucket);
    task.key.clear();
    task.key.push_str(record.key);
    match (record.version_id, &mut task.version_id) {
        (Some(version), Some(room)) => {
            room.clear();
            room.push_str(version);
        }
        (version, room) => *room = version.map(str::to_owned),
    }
}

fn bad_row(error: ListError) -> Failure {
    Failure::new("InvalidManifestContent", format!("Failed to parse the manifest: {error}"))
}

pub fn unreadable(error: io::Error) -> Failure {
    Failure::new("ManifestUnreadable", format!("Failed to read the manifest: {error}"))
}

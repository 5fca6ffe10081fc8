//! An execution on disk: its start, whatever came to it with its time, and its end, a line each. A line that is written
//! stays when the sandbox is killed; half a line at the end is one that nobody was told of. Contents of objects are in
//! files beside it. No file stays open: there may be more executions than a process may have files.

use super::head::{Ended, Head, Standing};
use crate::files;
use jiff::Timestamp;
use opsctl_engine::asl::Payload;
use opsctl_engine::asl::execution::{Adjustment, Answer, DemandId, Entry, Status, What};
use opsctl_engine::asl::history::Failure;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Payloads are JSON in a text, so that none is too deep for its line.
#[derive(Debug, Serialize, Deserialize)]
enum Line {
    Start {
        head: Head,
        input: String,
    },
    Time {
        at: Timestamp,
    },
    Stop {
        at: Timestamp,
        error: Option<String>,
        cause: Option<String>,
    },
    Started {
        at: Timestamp,
        demand: u64,
        worker: Option<String>,
    },
    Submitted {
        at: Timestamp,
        demand: u64,
        output: String,
    },
    Heartbeat {
        at: Timestamp,
        demand: u64,
    },
    Succeeded {
        at: Timestamp,
        demand: u64,
        output: String,
    },
    Failed {
        at: Timestamp,
        demand: u64,
        error: Option<String>,
        cause: Option<String>,
    },
    TimedOut {
        at: Timestamp,
        demand: u64,
        error: Option<String>,
        cause: Option<String>,
    },
    Object {
        at: Timestamp,
        demand: u64,
    },
    Listed {
        at: Timestamp,
        demand: u64,
        objects: Vec<Value>,
    },
    Written {
        at: Timestamp,
        demand: u64,
    },
    Adjust {
        at: Timestamp,
        map_run: String,
        max_concurrency: Option<u64>,
        tolerated_count: Option<u64>,
        tolerated_percentage: Option<f64>,
    },
    Redrive {
        at: Timestamp,
        /// What the caller knows this redrive by.
        token: Option<String>,
    },
    /// Nothing comes behind it but a redrive.
    End {
        at: Timestamp,
        status: String,
        output: Option<String>,
        error: Option<String>,
        cause: Option<String>,
        #[serde(default)]
        events: u64,
        /// The ids of its map runs.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        map_runs: Vec<String>,
    },
}

/// All that is written down of an execution.
pub struct Story {
    pub head: Head,
    pub input: Payload,
    pub entries: Vec<Entry>,
    /// What it gave at its end, if it is there.
    pub end: Option<(Option<Payload>, Failure)>,
}

/// What is known of an execution without what came to it.
pub struct Outline {
    pub head: Head,
    pub standing: Standing,
    pub token: Option<String>,
    pub map_runs: Vec<String>,
}

#[derive(Clone)]
pub struct Journal {
    path: PathBuf,
}

impl Journal {
    pub fn new(folder: &Path, id: &str) -> Self {
        Journal { path: folder.join(format!("{id}.jsonl")) }
    }

    pub fn start(&self, head: &Head, input: &Payload) -> io::Result<()> {
        if let Some(folder) = self.path.parent() {
            files::make_private_folder(folder)?;
        }
        self.append(&Line::Start { head: head.clone(), input: input.text() })
    }

    pub fn entry(&self, entry: &Entry) -> io::Result<()> {
        let at = entry.at;
        let line = match &entry.what {
            What::Time => Line::Time { at },
            What::Stop(Failure { error, cause }) => Line::Stop { at, error: text(error), cause: text(cause) },
            What::Redrive => Line::Redrive { at, token: None },
            What::Adjust(adjustment) => Line::Adjust {
                at,
                map_run: adjustment.map_run.to_string(),
                max_concurrency: adjustment.max_concurrency,
                tolerated_count: adjustment.tolerated_count,
                tolerated_percentage: adjustment.tolerated_percentage,
            },
            What::Answer(DemandId(demand), answer) => {
                let demand = *demand;
                match answer {
                    Answer::Started { worker } => Line::Started { at, demand, worker: text(worker) },
                    Answer::Submitted(output) => Line::Submitted { at, demand, output: output.text() },
                    Answer::Heartbeat => Line::Heartbeat { at, demand },
                    Answer::Succeeded(output) => Line::Succeeded { at, demand, output: output.text() },
                    Answer::Failed(Failure { error, cause }) => {
                        Line::Failed { at, demand, error: text(error), cause: text(cause) }
                    }
                    Answer::TimedOut(Failure { error, cause }) => {
                        Line::TimedOut { at, demand, error: text(error), cause: text(cause) }
                    }
                    Answer::Object(bytes) => {
                        files::write_private(&self.object(demand), bytes)?;
                        Line::Object { at, demand }
                    }
                    Answer::Listed(objects) => Line::Listed { at, demand, objects: objects.clone() },
                    Answer::Written => Line::Written { at, demand },
                }
            }
        };
        self.append(&line)
    }

    pub fn redrive(&self, at: Timestamp, token: Option<&str>) -> io::Result<()> {
        self.append(&Line::Redrive { at, token: token.map(str::to_owned) })
    }

    pub fn end(
        &self,
        ended: Ended,
        map_runs: Vec<String>,
        output: Option<&Payload>,
        failure: &Failure,
    ) -> io::Result<()> {
        self.append(&Line::End {
            at: ended.at,
            status: ended.status.name().to_owned(),
            output: output.map(Payload::text),
            error: text(&failure.error),
            cause: text(&failure.cause),
            events: ended.events,
            map_runs,
        })
    }

    pub fn remove(&self) {
        // It may never have been written, and what stays behind does no harm.
        let _ = fs::remove_file(&self.path);
        let (Some(folder), Some(stem)) = (self.path.parent(), self.path.file_stem()) else { return };
        let beside = format!("{}.object-", stem.display());
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            if entry.file_name().to_string_lossy().starts_with(&beside) {
                let _ = fs::remove_file(entry.path());
            }
        }
    }

    /// The start, the redrives and the end. What came between is skimmed.
    pub fn outline(&self) -> io::Result<Outline> {
        let (mut outline, mut last) = (None, None);
        let mut lines = self.lines()?;
        while let Some(line) = lines.next()? {
            if !SKIMMED.iter().any(|kind| line.starts_with(kind)) {
                continue;
            }
            match (serde_json::from_slice::<Line>(line)?, &mut outline) {
                (Line::Start { head, .. }, none @ None) => {
                    let standing = Standing::default();
                    *none = Some(Outline { head, standing, token: None, map_runs: Vec::new() });
                }
                (Line::Redrive { at, token }, Some(outline)) => {
                    outline.standing = outline.standing.redriven_at(at);
                    outline.token = token;
                }
                (Line::End { at, status, events, map_runs, .. }, Some(outline)) => {
                    let status = self::status(&status)?;
                    outline.standing.ended = Some(Ended { status, at, events });
                    last = Some(map_runs);
                }
                _ => {}
            }
        }
        let mut outline = outline.ok_or_else(no_start)?;
        outline.map_runs = last.unwrap_or_default();
        Ok(outline)
    }

    /// Takes away half a line that a sandbox which was killed left.
    pub fn mend(&self) -> io::Result<()> {
        let mut lines = self.lines()?;
        while lines.next()?.is_some() {}
        match lines.line.is_empty() {
            true => Ok(()),
            false => OpenOptions::new().write(true).open(&self.path)?.set_len(lines.whole),
        }
    }

    pub fn read(&self) -> io::Result<Story> {
        let (mut start, mut entries, mut end) = (None, Vec::new(), None);
        let mut lines = self.lines()?;
        while let Some(line) = lines.next()? {
            let answer = |demand: u64, answer: Answer| What::Answer(DemandId(demand), answer);
            let (at, what) = match serde_json::from_slice::<Line>(line)? {
                Line::Start { head, input } => {
                    start = Some((head, payload(&input)?));
                    continue;
                }
                Line::End { output, error, cause, .. } => {
                    let output = output.as_deref().map(payload).transpose()?;
                    end = Some((output, failure(error, cause)));
                    continue;
                }
                Line::Redrive { at, .. } => {
                    end = None;
                    (at, What::Redrive)
                }
                Line::Adjust { at, map_run, max_concurrency, tolerated_count, tolerated_percentage } => {
                    let map_run = map_run.into();
                    let adjustment =
                        Adjustment { map_run, max_concurrency, tolerated_count, tolerated_percentage };
                    (at, What::Adjust(adjustment))
                }
                Line::Time { at } => (at, What::Time),
                Line::Stop { at, error, cause } => (at, What::Stop(failure(error, cause))),
                Line::Started { at, demand, worker } => {
                    (at, answer(demand, Answer::Started { worker: worker.map(Into::into) }))
                }
                Line::Submitted { at, demand, output } => {
                    (at, answer(demand, Answer::Submitted(payload(&output)?)))
                }
                Line::Heartbeat { at, demand } => (at, answer(demand, Answer::Heartbeat)),
                Line::Succeeded { at, demand, output } => {
                    (at, answer(demand, Answer::Succeeded(payload(&output)?)))
                }
                Line::Failed { at, demand, error, cause } => {
                    (at, answer(demand, Answer::Failed(failure(error, cause))))
                }
                Line::TimedOut { at, demand, error, cause } => {
                    (at, answer(demand, Answer::TimedOut(failure(error, cause))))
                }
                Line::Object { at, demand } => {
                    (at, answer(demand, Answer::Object(fs::read(self.object(demand))?.into())))
                }
                Line::Listed { at, demand, objects } => (at, answer(demand, Answer::Listed(objects))),
                Line::Written { at, demand } => (at, answer(demand, Answer::Written)),
            };
            entries.push(Entry { at, what });
        }
        let (head, input) = start.ok_or_else(no_start)?;
        Ok(Story { head, input, entries, end })
    }

    fn lines(&self) -> io::Result<Lines> {
        Ok(Lines { reader: BufReader::new(File::open(&self.path)?), line: Vec::new(), whole: 0 })
    }

    fn object(&self, demand: u64) -> PathBuf {
        self.path.with_extension(format!("object-{demand}"))
    }

    fn append(&self, line: &Line) -> io::Result<()> {
        let mut bytes = serde_json::to_vec(line)?;
        bytes.push(b'\n');
        let mut file = OpenOptions::new().append(true).create(true).mode(0o600).open(&self.path)?;
        file.write_all(&bytes)
    }
}

/// How the lines begin that tell how an execution stands.
const SKIMMED: [&[u8]; 3] = [b"{\"Start\":", b"{\"Redrive\":", b"{\"End\":"];

/// The whole lines of a journal.
struct Lines {
    reader: BufReader<File>,
    /// The last that was read; half a line at the end.
    line: Vec<u8>,
    /// Bytes in whole lines.
    whole: u64,
}

impl Lines {
    fn next(&mut self) -> io::Result<Option<&[u8]>> {
        self.line.clear();
        let length = self.reader.read_until(b'\n', &mut self.line)?;
        if self.line.last() != Some(&b'\n') {
            return Ok(None);
        }
        self.whole += length as u64;
        Ok(Some(&self.line))
    }
}

fn no_start() -> io::Error {
    io::Error::other("it has no start")
}

/// The journals in a folder.
pub fn all(folder: &Path) -> Vec<Journal> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let paths = entries.flatten().map(|entry| entry.path());
    paths
        .filter(|path| path.extension().is_some_and(|extension| extension == "jsonl"))
        .map(|path| Journal { path })
        .collect()
}

fn text(shared: &Option<Arc<str>>) -> Option<String> {
    shared.as_deref().map(str::to_owned)
}

fn failure(error: Option<String>, cause: Option<String>) -> Failure {
    Failure { error: error.map(Into::into), cause: cause.map(Into::into) }
}

fn payload(text: &str) -> io::Result<Payload> {
    Ok(Payload::new(serde_json::from_str(text)?))
}

fn status(name: &str) -> io::Result<Status> {
    let all = [Status::Succeeded, Status::Failed, Status::TimedOut, Status::Aborted];
    all.into_iter()
        .find(|status| status.name() == name)
        .ok_or_else(|| io::Error::other(format!("no status is {name}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::states::Kind;
    use serde_json::json;

    #[test]
    fn what_is_written_is_read_and_half_a_line_is_dropped() {
        let folder = std::env::temp_dir().join(format!("opsctl-journal-{}", crate::random::hex(16).unwrap()));
        let head = Head {
            id: "1".into(),
            arn: "arn".into(),
            name: "e".into(),
            machine: "m".into(),
            machine_arn: "arn".into(),
            kind: Kind::Standard,
            region: "eu-west-1".into(),
            version: Some(1),
            alias: None,
            revision: "r".into(),
            started: Timestamp::UNIX_EPOCH,
            seed: [7; 32],
            trace_header: None,
        };
        let mut deep = json!(1);
        for _ in 0..120 {
            deep = json!([deep]);
        }
        let failure = Failure { error: Some("E".into()), cause: None };
        let answers = [
            Answer::Started { worker: Some("w".into()) },
            Answer::Submitted(Payload::new(deep.clone())),
            Answer::Heartbeat,
            Answer::Succeeded(Payload::new(deep)),
            Answer::Failed(failure.clone()),
            Answer::TimedOut(failure.clone()),
            Answer::Object(b"\xff\n"[..].into()),
            Answer::Listed(vec![json!({"Key": "a"})]),
            Answer::Written,
        ];
        let mut whats: Vec<What> =
            answers.into_iter().map(|answer| What::Answer(DemandId(3), answer)).collect();
        let adjustment = Adjustment {
            map_run: "arn".into(),
            max_concurrency: Some(3),
            tolerated_count: None,
            tolerated_percentage: Some(12.5),
        };
        whats.extend([What::Time, What::Stop(failure.clone()), What::Adjust(adjustment), What::Redrive]);
        let journal = Journal::new(&folder, "1");
        journal.start(&head, &Payload::empty()).unwrap();
        let at: Timestamp = "2026-01-01T00:00:00.123456789Z".parse().unwrap();
        for what in &whats {
            journal.entry(&Entry { at, what: what.clone() }).unwrap();
        }
        OpenOptions::new().append(true).open(&journal.path).unwrap().write_all(b"{\"Time\"").unwrap();
        let story = journal.read().unwrap();
        assert_eq!(story.head, head);
        assert!(story.end.is_none());
        assert!(story.entries.iter().all(|entry| entry.at == at));
        let read: Vec<String> = story.entries.iter().map(|entry| format!("{:?}", entry.what)).collect();
        assert_eq!(read, whats.iter().map(|what| format!("{what:?}")).collect::<Vec<_>>());

        // Half a line is there still, for whoever goes on with the execution.
        journal.mend().unwrap();
        let ended = Ended { status: Status::Failed, at, events: 9 };
        journal.end(ended, vec!["m".into()], None, &failure).unwrap();
        assert_eq!(journal.read().unwrap().end, Some((None, failure)));
        let outline = all(&folder)[0].outline().unwrap();
        let standing = Standing { redrives: 1, redriven: Some(at), ended: Some(ended) };
        assert_eq!((outline.head, outline.standing), (head, standing));
        assert_eq!((outline.token, outline.map_runs), (None, vec!["m".to_owned()]));
        journal.redrive(at, Some("t")).unwrap();
        let outline = journal.outline().unwrap();
        assert_eq!((outline.standing.redrives, outline.standing.ended), (2, None));
        assert_eq!(outline.token.as_deref(), Some("t"));
        assert!(journal.read().unwrap().end.is_none());
        journal.remove();
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);
        fs::remove_dir_all(folder).unwrap();
    }
}

//! What a report says in all: how many tasks ended how, and the failed ones by error, HTTP status and prefix. Holds a
//! group for each of those that differ, up to a number of them.

use hashbrown::HashTable;
use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::{TaskResult, TaskStatus};

/// Prefixes are an open set: of the groups beyond, those of one error are counted together.
const MAX_GROUPS: usize = 10_000;
/// Tasks of a group that are named.
const EXAMPLES: usize = 3;
/// Of a message, in characters: enough to know it again.
const EXCERPT: usize = 300;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    pub succeeded: u64,
    pub failed: u64,
}

impl Counts {
    pub fn tasks(self) -> u64 {
        self.succeeded + self.failed
    }
}

/// Failed tasks that are alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Empty where the report has none.
    pub error_code: String,
    pub http_status: Option<u16>,
    /// Of the keys, up to their first slash; none for those that were too many to be told apart.
    pub prefix: Option<String>,
    pub tasks: u64,
    /// The first few; at least one.
    pub examples: Vec<Example>,
}

/// One of the failed tasks of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    pub bucket: String,
    pub key: String,
    pub version_id: Option<String>,
    /// Cut.
    pub message: String,
}

impl Group {
    fn another(&mut self, result: &TaskResult<'_>) {
        self.tasks += 1;
        if self.examples.len() < EXAMPLES {
            self.examples.push(Example::of(result));
        }
    }

    fn merge(&mut self, other: Group) {
        self.tasks += other.tasks;
        let room = EXAMPLES.saturating_sub(self.examples.len());
        self.examples.extend(other.examples.into_iter().take(room));
    }
}

impl Example {
    fn of(result: &TaskResult<'_>) -> Self {
        Example {
            bucket: result.bucket.to_owned(),
            key: result.key.to_owned(),
            version_id: result.version_id.map(str::to_owned),
            message: result.message.chars().take(EXCERPT).collect(),
        }
    }
}

/// Counts while results go by; those of several files can be merged.
#[derive(Debug, Clone, Default)]
pub struct Summary {
    pub all: Counts,
    groups: HashTable<Group>,
}

impl Summary {
    pub fn new() -> Self {
        Summary::default()
    }

    pub fn add(&mut self, result: &TaskResult<'_>) {
        match result.status {
            TaskStatus::Succeeded => self.all.succeeded += 1,
            TaskStatus::Failed => {
                self.all.failed += 1;
                self.failed(result);
            }
        }
    }

    /// Takes in what was counted of other files.
    pub fn merge(&mut self, other: Summary) {
        self.all.succeeded += other.all.succeeded;
        self.all.failed += other.all.failed;
        for group in other.groups {
            let prefix = group
                .prefix
                .as_deref()
                .filter(|prefix| self.has_room(&group.error_code, group.http_status, prefix));
            let prefix = prefix.map(str::to_owned);
            let hash = hash(&group.error_code, group.http_status, prefix.as_deref());
            let is_same = |known: &Group| {
                known.error_code == group.error_code
                    && known.http_status == group.http_status
                    && known.prefix == prefix
            };
            match self.groups.find_mut(hash, is_same) {
                Some(known) => known.merge(group),
                None => {
                    self.groups.insert_unique(hash, Group { prefix, ..group }, rehash);
                }
            }
        }
    }

    /// Most tasks first; the order of those with as many is that of their texts.
    pub fn groups(&self) -> impl Iterator<Item = &Group> {
        let mut groups: Vec<&Group> = self.groups.iter().collect();
        groups.sort_by(|one, other| {
            let texts = |it: &Group| (it.error_code.clone(), it.http_status, it.prefix.clone());
            other.tasks.cmp(&one.tasks).then_with(|| texts(one).cmp(&texts(other)))
        });
        groups.into_iter()
    }

    fn has_room(&self, error_code: &str, http_status: Option<u16>, prefix: &str) -> bool {
        self.groups.len() < MAX_GROUPS || {
            let hash = hash(error_code, http_status, Some(prefix));
            self.groups.find(hash, |known| is(known, error_code, http_status, Some(prefix))).is_some()
        }
    }

    fn failed(&mut self, result: &TaskResult<'_>) {
        let (error_code, http_status) = (result.error_code.unwrap_or_default(), result.http_status);
        let prefix = prefix(result.key);
        let found = hash(error_code, http_status, Some(prefix));
        if let Some(group) = self.groups.find_mut(found, |it| is(it, error_code, http_status, Some(prefix))) {
            group.another(result);
            return;
        }
        let prefix = (self.groups.len() < MAX_GROUPS).then_some(prefix);
        let hash = hash(error_code, http_status, prefix);
        if let Some(group) = self.groups.find_mut(hash, |it| is(it, error_code, http_status, prefix)) {
            group.another(result);
            return;
        }
        let group = Group {
            error_code: error_code.to_owned(),
            http_status,
            prefix: prefix.map(str::to_owned),
            tasks: 1,
            examples: vec![Example::of(result)],
        };
        self.groups.insert_unique(hash, group, rehash);
    }
}

fn is(group: &Group, error_code: &str, http_status: Option<u16>, prefix: Option<&str>) -> bool {
    group.error_code == error_code && group.http_status == http_status && group.prefix.as_deref() == prefix
}

fn hash(error_code: &str, http_status: Option<u16>, prefix: Option<&str>) -> u64 {
    let seed = xxh3_64_with_seed(error_code.as_bytes(), http_status.map_or(0, u64::from));
    prefix.map_or(seed, |prefix| xxh3_64_with_seed(prefix.as_bytes(), seed))
}

fn rehash(group: &Group) -> u64 {
    hash(&group.error_code, group.http_status, group.prefix.as_deref())
}

/// Up to the first slash, with it; nothing for a key without one.
fn prefix(key: &str) -> &str {
    memchr::memchr(b'/', key.as_bytes()).and_then(|slash| key.get(..=slash)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed<'a>(key: &'a str, error_code: &'a str, http_status: u16) -> TaskResult<'a> {
        TaskResult {
            bucket: "data-1",
            key,
            version_id: None,
            status: TaskStatus::Failed,
            error_code: Some(error_code).filter(|code| !code.is_empty()),
            http_status: Some(http_status),
            message: "a message",
        }
    }

    fn told(summary: &Summary) -> Vec<(String, Option<String>, u64)> {
        summary.groups().map(|it| (it.error_code.clone(), it.prefix.clone(), it.tasks)).collect()
    }

    fn group(code: &str, prefix: &str, tasks: u64) -> (String, Option<String>, u64) {
        (code.to_owned(), Some(prefix.to_owned()), tasks)
    }

    #[test]
    fn failed_tasks_are_grouped_and_files_merged() {
        let mut first = Summary::new();
        for key in ["logs/a", "logs/b/c", "top", "/x"] {
            first.add(&failed(key, "AccessDenied", 403));
        }
        first.add(&failed("logs/a", "AccessDenied", 400));
        first.add(&TaskResult {
            status: TaskStatus::Succeeded,
            error_code: None,
            ..failed("logs/a", "", 200)
        });
        let mut other = Summary::new();
        for key in ["logs/a", "logs/b/c", "logs/d"] {
            other.add(&failed(key, "", 500));
            other.add(&failed(key, "AccessDenied", 403));
        }
        first.merge(other);
        assert_eq!((first.all.succeeded, first.all.failed, first.all.tasks()), (1, 11, 12));
        assert_eq!(
            told(&first),
            [
                group("AccessDenied", "logs/", 5),
                group("", "logs/", 3),
                // Of another status.
                group("AccessDenied", "logs/", 1),
                group("AccessDenied", "", 1),
                group("AccessDenied", "/", 1),
            ]
        );
        let largest = first.groups().next().unwrap();
        let keys: Vec<&str> = largest.examples.iter().map(|example| example.key.as_str()).collect();
        // Of both files, in their order, and no more than a few.
        assert_eq!(keys, ["logs/a", "logs/b/c", "logs/a"]);
        assert_eq!(largest.examples[0].message, "a message");
    }

    #[test]
    fn prefixes_beyond_all_measure_are_counted_together() {
        let count = |from: u64| {
            let mut summary = Summary::new();
            for number in from..from + 12_000 {
                summary.add(&failed(&format!("{number}/a"), "NoSuchKey", 404));
            }
            summary
        };
        let mut summary = count(0);
        assert_eq!(summary.groups().count(), MAX_GROUPS + 1);
        assert_eq!(told(&summary)[0], ("NoSuchKey".to_owned(), None, 2000));
        summary.merge(count(0));
        assert_eq!((summary.groups().count(), summary.all.failed), (MAX_GROUPS + 1, 24_000));
        summary.merge(count(1_000_000));
        assert_eq!(summary.groups().count(), MAX_GROUPS + 1);
        assert_eq!(summary.groups().map(|group| group.tasks).sum::<u64>(), 36_000);
    }
}

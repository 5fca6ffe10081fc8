//! What is added to a sandbox while it runs: buckets, functions and notifications. The texts are on disk, so that the next
//! sandbox of the folder has what they say too. What they may say is the configuration's business.

use super::account::Account;
use super::config::Additions as Tables;
use super::deliveries::Destination;
use super::services::ServiceError;
use super::shelf::Shelf;
use crate::input::Mistake;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

pub struct Additions {
    shelf: Shelf,
    /// In the order they came.
    kept: Mutex<Vec<Kept>>,
}

/// A file as it was read by who added it.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Kept {
    number: u64,
    /// Its name: functions run in its folder.
    file: String,
    text: String,
}

impl Kept {
    fn name(&self) -> String {
        format!("{:06}", self.number)
    }

    fn tables(&self, region: &str) -> Result<Tables, Vec<Mistake>> {
        Tables::parse(&self.file, &self.text, region)
    }
}

impl Additions {
    pub fn open(folder: &Path) -> Self {
        let shelf = Shelf::new(folder.join("additions"));
        let mut kept: Vec<Kept> = shelf.all();
        kept.sort_by_key(|kept| kept.number);
        Additions { shelf, kept: Mutex::new(kept) }
    }

    fn kept(&self) -> MutexGuard<'_, Vec<Kept>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Adds what a file says, and answers with what that is. What is there already stays: a bucket keeps its objects. A
/// function becomes what is said now. It is on disk when this returns.
pub fn add(account: &Account, file: String, text: String) -> Result<Value, ServiceError> {
    let mut kept = account.additions.kept();
    let number = kept.last().map_or(1, |last| last.number + 1);
    let new = Kept { number, file, text };
    let region = &account.identity.region;
    let tables = new.tables(region).map_err(|mistakes| {
        // Who asks has looked for them before.
        let first = mistakes.first().map(ToString::to_string).unwrap_or_default();
        ServiceError::new("ValidationException", first)
    })?;
    let is_added = |name: &String| tables.functions.iter().any(|added| added.function.name == *name);
    for notification in &tables.notifications {
        if let Destination::Function(name) = &notification.to
            && !is_added(name)
        {
            account.lambda.find(name)?;
        }
    }
    let shelf = &account.additions.shelf;
    shelf.try_keep(&new.name(), &new).map_err(|error| {
        ServiceError::internal(format!("the sandbox cannot write down what is added: {error}"))
    })?;
    // Of what is said once more the last is enough.
    kept.retain(|old| {
        let is_needed = !old.tables(region).is_ok_and(|old| is_within(&old, &tables));
        if !is_needed {
            shelf.remove(&old.name());
        }
        is_needed
    });
    kept.push(new);
    apply(account, tables)
}

/// Once more what was added to earlier sandboxes of the folder. Their buckets are there, or somebody has deleted them.
pub fn restore(account: &Account) {
    let kept = account.additions.kept();
    for kept in kept.iter() {
        match kept.tables(&account.identity.region) {
            Ok(tables) => {
                let applied = apply(account, Tables { buckets: Vec::new(), ..tables });
                if let Err(error) = applied {
                    tracing::warn!(
                        error = error.message,
                        file = kept.file,
                        "what was added cannot be added again"
                    );
                }
            }
            Err(mistakes) => {
                let error = mistakes.first().map(ToString::to_string).unwrap_or_default();
                tracing::warn!(error, file = kept.file, "what was added cannot be added again");
            }
        }
    }
}

fn apply(account: &Account, tables: Tables) -> Result<Value, ServiceError> {
    let mut added = Vec::new();
    for bucket in &tables.buckets {
        let is_new = account.s3.store.add_bucket(bucket)?;
        added.push(json!({ "Kind": "bucket", "Name": bucket.name, "IsNew": is_new }));
    }
    for settings in &tables.functions {
        let name = &settings.function.name;
        let is_new = account.lambda.find(name).is_err();
        added.push(json!({ "Kind": "function", "Name": name, "IsNew": is_new }));
    }
    account.lambda.deploy(&tables.functions);
    for notification in tables.notifications {
        let name = notification.description();
        let is_new = account.notifications.add(notification);
        added.push(json!({ "Kind": "notification", "Name": name, "IsNew": is_new }));
    }
    Ok(json!({ "Added": added }))
}

/// Whether the new tables say something of everything that the old ones do.
fn is_within(old: &Tables, new: &Tables) -> bool {
    let buckets = old.buckets.iter().all(|old| new.buckets.iter().any(|new| new.name == old.name));
    let functions = old
        .functions
        .iter()
        .all(|old| new.functions.iter().any(|new| new.function.name == old.function.name));
    buckets && functions && old.notifications.iter().all(|old| new.notifications.contains(old))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::services::testing;

    const FUNCTION: &str = "[[functions]]\nname = \"f\"\ntimeout_ms = 20000\ncommand = [\"echo\", \"N\"]\n";
    const TOLD: &str =
        "[[buckets]]\nname = \"pics\"\n[[notifications]]\nbucket = \"pics\"\nfunction = \"f\"\n";

    async fn answer(account: &Account) -> String {
        let invoked = account.lambda.invoke("f", "{}".into()).await.unwrap();
        String::from_utf8(invoked.payload.to_vec()).unwrap().trim().to_owned()
    }

    #[tokio::test]
    async fn what_was_added_is_there_again_and_the_last_word_counts() {
        let name = format!("opsctl-additions-{}", crate::random::hex(16).unwrap());
        let folder = std::env::temp_dir().join(name);
        let function = |answer: &str| FUNCTION.replace('N', answer);
        // The sandbox's own functions come first.
        let open = || testing::account_in(&folder, &function("0"));
        let account = open();
        for text in [function("1"), TOLD.to_owned(), function("2")] {
            add(&account, "/tmp/more.toml".into(), text).unwrap();
        }
        assert!(add(&account, "/tmp/more.toml".into(), "[[functions]]".into()).is_err());
        let mode = |path: &Path| {
            use std::os::unix::fs::PermissionsExt as _;
            std::fs::metadata(path).unwrap().permissions().mode() & 0o777
        };
        let mut files: Vec<_> =
            std::fs::read_dir(folder.join("additions")).unwrap().map(|file| file.unwrap().path()).collect();
        files.sort();
        // The first says nothing that the last does not.
        assert_eq!(files.len(), 2);
        assert!(files.iter().all(|path| mode(path) == 0o600));
        drop(account);
        let account = open();
        assert_eq!(answer(&account).await, "0");
        restore(&account);
        assert_eq!(answer(&account).await, "2");
        let added = add(&account, "/tmp/more.toml".into(), TOLD.to_owned()).unwrap();
        let is_new: Vec<_> =
            added["Added"].as_array().unwrap().iter().map(|added| added["IsNew"].clone()).collect();
        assert_eq!(is_new, [false, false]);
        std::fs::remove_dir_all(folder).unwrap();
    }
}

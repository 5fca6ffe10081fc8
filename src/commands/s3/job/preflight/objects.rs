//! A few objects of the sample: whether they are there, small enough for a copy, and of a class that the operation can do
//! something with.

use aws_sdk_s3::Client;
use futures_util::StreamExt as _;
use opsctl_engine::batch::{JobDocument, Operation};

use super::findings::Finding;
use super::sample::{Count, Row, Sample};
use crate::commands::s3::building::LARGEST_COPY;
use crate::error::Result;

/// Objects that are asked for one by one where the list does not tell of them, and how many at a time.
const ASKED: usize = 8;
const AT_ONCE: usize = 4;
/// Objects that are named.
const NAMED: usize = 3;

/// What is known of one.
enum Known {
    There { size: Option<u64>, class: Option<String>, is_restored: bool },
    Missing,
    NotTold,
}

pub async fn look(client: &Client, document: &JobDocument, sample: &Sample) -> Result<Vec<Finding>> {
    let known: Vec<(&Row, Known)> = match sample.rows.iter().all(|row| row.size.is_some()) {
        true => sample
            .rows
            .iter()
            .map(|row| {
                // A list does not tell of restores.
                let class = row.storage_class.clone();
                (row, Known::There { size: row.size, class, is_restored: false })
            })
            .collect(),
        false => {
            let chosen = spread(&sample.rows);
            futures_util::stream::iter(chosen).map(|row| head(client, row)).buffered(AT_ONCE).collect().await
        }
    };
    let mut found = vec![coverage(&known, sample)];
    let total = known.len();
    let missing = named(&known, |known| matches!(known, Known::Missing));
    if let Some(missing) = missing {
        found.push(Finding::warning(
            "objects",
            format!("of {total} objects looked at, there is none at {missing}"),
        ));
    }
    let class = |known: &Known| match known {
        Known::There { class, .. } => Some(class.clone().unwrap_or_else(|| "STANDARD".to_owned())),
        Known::Missing | Known::NotTold => None,
    };
    let is_archived = |known: &Known| class(known).is_some_and(|class| is_archive(&class));
    let is_readable = |known: &Known| matches!(known, Known::There { is_restored: true, .. });
    match &document.operation {
        Operation::S3PutObjectCopy(_) => {
            let is_large = |known: &Known| matches!(known, Known::There { size: Some(size), .. } if *size > LARGEST_COPY);
            if let Some(large) = named(&known, is_large) {
                let message = format!("over 5 GB, which a copy job cannot copy: {large}");
                found.push(Finding::warning("objects", message));
            }
            if let Some(archived) = named(&known, |known| is_archived(known) && !is_readable(known)) {
                let message = format!("archived, and cannot be copied before they are restored: {archived}");
                found.push(Finding::warning("objects", message));
            }
        }
        Operation::S3InitiateRestoreObject(restore) => {
            let classes = known.iter().filter_map(|(row, known)| Some((*row, class(known)?)));
            let mut not_archived = Vec::new();
            for (row, class) in classes {
                let Err(why) = restore.fits(&class) else { continue };
                match is_archive(&class) || class == "INTELLIGENT_TIERING" {
                    true => {
                        let message = format!("s3://{}/{} is in {class}, {why}", row.bucket, row.key);
                        found.push(
                            Finding::bad("objects", message)
                                .hint("--days N, or --intelligent-tiering without it"),
                        );
                        break;
                    }
                    false => not_archived.push(format!("s3://{}/{}", row.bucket, row.key)),
                }
            }
            if !not_archived.is_empty() {
                let message =
                    format!("not archived, so that there is nothing to restore: {}", some(&not_archived));
                found.push(Finding::warning("objects", message));
            }
        }
        Operation::S3ReplicateObject(_) => {
            if let Some(archived) = named(&known, is_archived) {
                let message = format!("archived, and cannot be replicated: {archived}");
                found.push(Finding::warning("objects", message));
            }
        }
        _ => {}
    }
    Ok(found)
}

/// How many of how many were looked at: of the others nothing is said.
fn coverage(known: &[(&Row, Known)], sample: &Sample) -> Finding {
    let looked_at = known.iter().filter(|(_, known)| !matches!(known, Known::NotTold)).count() as u64;
    let all = match sample.count {
        Count::Exactly(count) if count == looked_at => {
            return Finding::good("objects", format!("all {count} objects looked at"));
        }
        Count::Exactly(count) => count.to_string(),
        Count::About(count) => format!("about {count}"),
        Count::Unknown => "an unknown number of".to_owned(),
    };
    Finding::partly("objects", format!("{looked_at} of {all} objects looked at"))
}

fn is_archive(class: &str) -> bool {
    matches!(class, "GLACIER" | "DEEP_ARCHIVE")
}

async fn head<'a>(client: &Client, row: &'a Row) -> (&'a Row, Known) {
    let call = client.head_object().bucket(&row.bucket).key(&row.key).set_version_id(row.version_id.clone());
    let known = match call.send().await {
        Ok(answer) => Known::There {
            size: answer.content_length().and_then(|size| u64::try_from(size).ok()),
            class: answer.storage_class().map(|class| class.as_str().to_owned()),
            is_restored: answer.restore().is_some_and(|told| told.contains("ongoing-request=\"false\"")),
        },
        Err(error) if error.raw_response().is_some_and(|raw| raw.status().as_u16() == 404) => Known::Missing,
        Err(_) => Known::NotTold,
    };
    (row, known)
}

/// Rows from the whole of the sample.
fn spread(rows: &[Row]) -> Vec<&Row> {
    rows.iter().step_by((rows.len() / ASKED).max(1)).take(ASKED).collect()
}

/// Those it is true of, by name; none where there are none.
fn named(known: &[(&Row, Known)], is_so: impl Fn(&Known) -> bool) -> Option<String> {
    let all: Vec<String> = known
        .iter()
        .filter(|(_, known)| is_so(known))
        .map(|(row, _)| format!("s3://{}/{}", row.bucket, row.key))
        .collect();
    (!all.is_empty()).then(|| some(&all))
}

fn some(names: &[String]) -> String {
    let shown = names.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(NAMED) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

//! The objects of a list that was counted when it was built: what an operation stumbles over is known of all of them, not
//! of a sample.

use opsctl_engine::batch::Operation;

use super::findings::Finding;
use crate::commands::s3::building::{Census, Group};

pub fn look(operation: &Operation, census: &Census) -> Vec<Finding> {
    let mut found = vec![Finding::good("objects", format!("all {} objects looked at", census.objects))];
    let classes = || census.by_class.iter();
    let archived = || classes().filter(|(class, _)| is_archive(class));
    match operation {
        Operation::S3PutObjectCopy(_) => {
            if census.too_large_to_copy.count > 0 {
                let large = told([&census.too_large_to_copy]);
                let message = format!("over 5 GB, which a copy job cannot copy: {large}");
                found.push(Finding::warning("objects", message).hint("--smaller-than 5GB leaves them out"));
            }
            if archived().next().is_some() {
                let archived = told(archived().map(|(_, group)| group));
                let message = format!("archived, and cannot be copied before they are restored: {archived}");
                found.push(Finding::warning("objects", message));
            }
        }
        Operation::S3InitiateRestoreObject(restore) => {
            let unfit =
                classes().filter_map(|(class, group)| Some((class, group, restore.fits(class).err()?)));
            let (wrong, not_archived): (Vec<_>, Vec<_>) =
                unfit.partition(|(class, ..)| is_archive(class) || *class == "INTELLIGENT_TIERING");
            for (class, group, why) in wrong {
                found.push(
                    Finding::bad("objects", format!("in {class}, {why}: {}", told([group])))
                        .hint("--days N, or --intelligent-tiering without it"),
                );
            }
            if !not_archived.is_empty() {
                let named = told(not_archived.into_iter().map(|(_, group, _)| group));
                let message = format!("not archived, so that there is nothing to restore: {named}");
                found.push(Finding::warning("objects", message));
            }
        }
        Operation::S3ReplicateObject(_) if archived().next().is_some() => {
            let archived = told(archived().map(|(_, group)| group));
            let message = format!("archived, and cannot be replicated: {archived}");
            found.push(Finding::warning("objects", message));
        }
        _ => {}
    }
    found
}

fn is_archive(class: &str) -> bool {
    matches!(class, "GLACIER" | "DEEP_ARCHIVE")
}

/// `2 objects, as s3://b/x, s3://b/y`
fn told<'a>(groups: impl IntoIterator<Item = &'a Group>) -> String {
    let (mut count, mut names) = (0, Vec::new());
    for group in groups {
        count += group.count;
        names.extend(group.named.iter().map(String::as_str));
    }
    names.truncate(Group::NAMED);
    let objects = if count == 1 { "object" } else { "objects" };
    let such = if count > names.len() as u64 { "such as " } else { "" };
    format!("{count} {objects}, {such}{}", names.join(", "))
}

#[cfg(test)]
mod tests {
    use opsctl_engine::batch::{Copy, Restore};
    use opsctl_engine::manifest::ObjectRecord;

    use super::*;

    fn census(objects: &[(&str, u64, &str)]) -> Census {
        let mut census = Census::default();
        for (key, size, class) in objects {
            let (size, storage_class) = (Some(*size), Some(*class));
            census.add(&ObjectRecord { bucket: "b-1", key, size, storage_class, ..Default::default() });
        }
        census
    }

    fn messages(operation: &Operation, census: &Census) -> Vec<String> {
        look(operation, census).into_iter().skip(1).map(|finding| finding.message).collect()
    }

    #[test]
    fn all_that_a_copy_cannot_copy_is_counted() {
        let largest = 5 << 30;
        let copy = Operation::S3PutObjectCopy(Box::<Copy>::default());
        let objects = census(&[
            ("fits", largest, "STANDARD"),
            ("a", largest + 1, "STANDARD"),
            ("b", largest + 1, "STANDARD"),
            ("c", largest + 1, "STANDARD"),
            ("d", largest + 1, "STANDARD"),
            ("cold", 1, "GLACIER"),
        ]);
        assert_eq!(
            messages(&copy, &objects),
            [
                "over 5 GB, which a copy job cannot copy: 4 objects, such as s3://b-1/a, s3://b-1/b, s3://b-1/c",
                "archived, and cannot be copied before they are restored: 1 object, s3://b-1/cold",
            ]
        );
        assert_eq!(messages(&copy, &census(&[("x", 1, "STANDARD")])), [""; 0]);
    }

    #[test]
    fn a_restore_is_held_against_every_class() {
        let objects = census(&[("x", 1, "STANDARD"), ("cold", 1, "DEEP_ARCHIVE")]);
        let with_days = Restore { expiration_in_days: Some(3), ..Restore::default() };
        let found = messages(&Operation::S3InitiateRestoreObject(with_days), &objects);
        assert_eq!(found, ["not archived, so that there is nothing to restore: 1 object, s3://b-1/x"]);
        let without = Operation::S3InitiateRestoreObject(Restore::default());
        let found = look(&without, &objects);
        assert_eq!(found[0].message, "all 2 objects looked at");
        assert!(found[1].message.starts_with("in DEEP_ARCHIVE, "), "{found:?}");
        assert_eq!(found[1].state, super::super::findings::State::Bad);
    }
}

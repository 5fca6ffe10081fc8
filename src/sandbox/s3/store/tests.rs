use super::bucket::{Ownership, Versioning};
use super::checksum::{Algorithm, ChecksumType};
use super::list::{Item, Place, Query, VersionItem};
use super::version::{Headers, LockMode, Retention, StorageClass, Tag};
use super::*;
use proptest::prelude::*;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

/// A folder that goes with the value.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("opsctl-store-{}-{number}", std::process::id());
        Scratch(std::env::temp_dir().join(name))
    }

    fn store(&self, first: &[FirstBucket]) -> Store {
        Store::open(&self.0, first, Duration::ZERO).unwrap()
    }

    fn blobs(&self) -> usize {
        std::fs::read_dir(self.0.join("blobs")).map_or(0, Iterator::count)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn first(name: &str, versioning: Versioning, fill: Vec<Fill>) -> FirstBucket {
    let settings = BucketSettings { versioning, ..BucketSettings::new("us-east-1") };
    FirstBucket { name: name.into(), settings, fill }
}

fn draft(store: &Store, bytes: &[u8]) -> Draft {
    let mut writer = store.writer(Algorithm::Crc64Nvme);
    writer.write(bytes).unwrap();
    Draft::new(writer.finish())
}

fn put(store: &Store, key: &str, bytes: &[u8]) -> Arc<Version> {
    store.put("b", key, draft(store, bytes)).unwrap()
}

impl Store {
    pub(in crate::sandbox) fn read(&self, target: &Target<'_>) -> Result<Vec<u8>, ServiceError> {
        let (_, mut reader) = self.open_object(target, 0, u64::MAX)?;
        let mut bytes = Vec::new();
        while let Some(chunk) = reader.next_chunk().unwrap() {
            bytes.extend(chunk);
        }
        Ok(bytes)
    }
}

fn at(key: &str) -> Target<'_> {
    Target { bucket: "b", key, version: None }
}

fn code<T>(result: Result<T, ServiceError>) -> Option<String> {
    result.err().map(|error| error.code.into_owned())
}

fn keys(store: &Store, prefix: &str, delimiter: Option<&str>, most: usize) -> Vec<String> {
    let (mut all, mut after) = (Vec::new(), Place::Start);
    loop {
        let page = store.list("b", &Query { prefix, delimiter, after, most }).unwrap();
        assert!(page.items.len() <= most);
        all.extend(page.items.into_iter().map(|item| match item {
            Item::Object { key, .. } => key,
            Item::Prefix(prefix) => format!("{prefix}*"),
        }));
        match page.next {
            Some(next) => after = next,
            None => return all,
        }
    }
}

#[test]
fn objects_keep_what_was_put_and_etags_are_md5() {
    let scratch = Scratch::new();
    let store = scratch.store(&[first("b", Versioning::Off, vec![])]);
    let large = vec![7; 300_000];
    for bytes in [&b""[..], b"hello", &large] {
        let version = put(&store, "k", bytes);
        assert_eq!((version.id, version.size()), (VersionId::NULL, bytes.len() as u64));
        assert_eq!(store.read(&at("k")).unwrap(), bytes);
    }
    let version = put(&store, "k", b"hello");
    assert_eq!(version.data().unwrap().etag.to_string(), "5d41402abc4b2a76b9719d911017c592");
    assert_eq!(scratch.blobs(), 0, "what was written over is gone");
    assert_eq!(code(store.head(&at("nothing"))).unwrap(), "NoSuchKey");
    assert_eq!(code(store.put("c", "k", draft(&store, b""))).unwrap(), "NoSuchBucket");
    assert_eq!(code(store.put("b", &"k".repeat(1025), draft(&store, b""))).unwrap(), "KeyTooLongError");
    assert!(store.put("b", &"k".repeat(1024), draft(&store, b"")).is_ok());
}

#[test]
fn a_range_is_read_over_the_joints_of_parts() {
    let scratch = Scratch::new();
    let store = scratch.store(&[first("b", Versioning::Off, vec![])]);
    let bytes: Vec<u8> = (0..12_000_000_u32).map(|n| (n % 251) as u8).collect();
    let which = upload(&store, &bytes, 6_000_000, Algorithm::Crc64Nvme, ChecksumType::FullObject);
    let version = complete(&store, &which, 2).unwrap();
    let data = version.data().unwrap();
    assert_eq!((data.etag.parts, data.content.size()), (2, 12_000_000));
    assert!(data.etag.to_string().ends_with("-2"));
    assert_eq!(data.checksum.unwrap().digest, Algorithm::Crc64Nvme.of(&bytes));
    for (start, size) in [(0, 12_000_000), (5_999_999, 2), (6_000_000, 1), (11_999_999, 9), (12_000_000, 1)] {
        let (_, mut reader) = store.open_object(&at("k"), start, size).unwrap();
        let mut read = Vec::new();
        while let Some(chunk) = reader.next_chunk().unwrap() {
            read.extend(chunk);
        }
        let end = (start + size).min(12_000_000) as usize;
        assert_eq!(read, &bytes[start as usize..end], "{start} {size}");
    }
}

fn upload(store: &Store, bytes: &[u8], part: usize, algorithm: Algorithm, kind: ChecksumType) -> String {
    let upload = Upload::new(StorageClass::Standard, Attributes::new(), algorithm, kind);
    let id = store.begin_upload("b", "k", upload).unwrap();
    for (index, bytes) in bytes.chunks(part).enumerate() {
        let mut writer = store.writer(algorithm);
        writer.write(bytes).unwrap();
        let which = UploadId { bucket: "b", key: "k", id: &id };
        store.put_part(&which, index as u16 + 1, writer.finish()).unwrap();
    }
    id
}

fn complete(store: &Store, id: &str, count: u16) -> Result<Arc<Version>, ServiceError> {
    let which = UploadId { bucket: "b", key: "k", id };
    let parts = store.upload(&which)?.parts;
    let named = (1..=count).map(|number| CompletedPart {
        number,
        etag: parts.get(&number).map(Part::etag).unwrap_or_default(),
        checksum: None,
    });
    store.complete_upload(&which, &named.collect::<Vec<_>>(), Condition::None, None)
}

#[test]
fn an_upload_is_held_against_the_rules_of_parts() {
    let scratch = Scratch::new();
    let store = scratch.store(&[first("b", Versioning::Off, vec![])]);
    let bytes = vec![1; 11 << 20];
    let id = upload(&store, &bytes, 5 << 20, Algorithm::Sha256, ChecksumType::Composite);
    assert_eq!(code(complete(&store, &id, 4)).unwrap(), "InvalidPart");
    assert_eq!(code(complete(&store, &id, 0)).unwrap(), "MalformedXML");
    let version = complete(&store, &id, 3).unwrap();
    assert_eq!(version.data().unwrap().checksum.unwrap().kind, ChecksumType::Composite);
    assert_eq!(code(complete(&store, &id, 3)).unwrap(), "NoSuchUpload");
    let small = upload(&store, &bytes[..300], 100, Algorithm::Crc32, ChecksumType::Composite);
    assert_eq!(code(complete(&store, &small, 3)).unwrap(), "EntityTooSmall");
    let which = UploadId { bucket: "b", key: "k", id: &small };
    let wrong_order = [2, 1].map(|number| CompletedPart { number, etag: String::new(), checksum: None });
    let refused = store.complete_upload(&which, &wrong_order, Condition::None, None);
    assert_eq!(code(refused).unwrap(), "InvalidPartOrder");
    store.abort_upload(&which).unwrap();
    assert_eq!(code(store.upload(&which)).unwrap(), "NoSuchUpload");
    // A copy comes in one piece, whatever its source was.
    let copied = store.copy(&at("k"), "b", "copy", Copy::default()).unwrap().version;
    assert_eq!(copied.data().unwrap().etag.parts, 0);
    assert_eq!(copied.data().unwrap().checksum.unwrap().kind, ChecksumType::FullObject);
}

fn set_versioning(store: &Store, versioning: Versioning) {
    let set = |settings: &mut BucketSettings| {
        settings.versioning = versioning;
        Ok(())
    };
    store.configure("b", set).unwrap();
}

#[test]
fn versions_pile_up_are_hidden_and_come_back() {
    let scratch = Scratch::new();
    let store = scratch.store(&[first("b", Versioning::Off, vec![])]);
    put(&store, "k", b"null");
    set_versioning(&store, Versioning::Enabled);
    let one = put(&store, "k", b"one").id.to_string();
    let two = put(&store, "k", b"two").id.to_string();
    assert_eq!(store.read(&at("k")).unwrap(), b"two");
    let of = |version: &str| store.read(&Target { version: Some(version), ..at("k") });
    assert_eq!((of("null").unwrap(), of(&one).unwrap()), (b"null".to_vec(), b"one".to_vec()));
    assert_eq!(code(of("x")).unwrap(), "InvalidArgument");
    assert_eq!(code(of(&VersionId(5).to_string())).unwrap(), "NoSuchVersion");

    let hidden = store.delete(&at("k"), false).unwrap();
    assert!(hidden.marker);
    let marker = hidden.id.unwrap().to_string();
    assert_eq!(code(store.head(&at("k"))).unwrap(), "NoSuchKey");
    assert_eq!(code(of(&marker)).unwrap(), "MethodNotAllowed");
    assert_eq!(keys(&store, "", None, 10), Vec::<String>::new());
    let uncovered = store.delete(&Target { version: Some(&marker), ..at("k") }, false).unwrap();
    assert!(uncovered.marker);
    assert_eq!(store.read(&at("k")).unwrap(), b"two");

    set_versioning(&store, Versioning::Suspended);
    put(&store, "k", b"new null");
    assert_eq!(of("null").unwrap(), b"new null", "a new null version replaces the old one");
    let ids = versions(&store, 10).into_iter().map(|(_, id, _)| id).collect::<Vec<_>>();
    assert_eq!(ids, ["null", &two, &one], "newest first");
    store.delete(&at("k"), false).unwrap();
    assert_eq!(code(of("null")).unwrap(), "MethodNotAllowed", "the marker has the id null");
}

/// Key, id and whether it is the latest, over all pages.
fn versions(store: &Store, most: usize) -> Vec<(String, String, bool)> {
    let (mut all, mut after) = (Vec::new(), Place::Start);
    loop {
        let page = store.list_versions("b", &Query { prefix: "", delimiter: None, after, most }).unwrap();
        all.extend(page.items.into_iter().map(|item| match item {
            VersionItem::Version { key, version, latest } => (key, version.id.to_string(), latest),
            VersionItem::Prefix(prefix) => (prefix, String::new(), false),
        }));
        match page.next {
            Some(next) => after = next,
            None => return all,
        }
    }
}

#[test]
fn conditions_decide_about_a_write() {
    let scratch = Scratch::new();
    let store = scratch.store(&[first("b", Versioning::Off, vec![])]);
    let etag = put(&store, "there", b"x").data().unwrap().etag.to_string();
    for (case, key, condition, expected) in [
        ("absent", "new", Condition::Absent, None),
        ("not absent", "there", Condition::Absent, Some("PreconditionFailed")),
        ("present", "there", Condition::Present(None), None),
        ("not present", "nothing", Condition::Present(None), Some("NoSuchKey")),
        ("this one", "there", Condition::Present(Some(etag)), None),
        ("another", "there", Condition::Present(Some("0".repeat(32))), Some("PreconditionFailed")),
    ] {
        let draft = Draft { condition, ..draft(&store, b"x") };
        assert_eq!(code(store.put("b", key, draft)).as_deref(), expected, "{case}");
    }
}

#[test]
fn locks_hold_until_they_end() {
    let scratch = Scratch::new();
    let mut bucket = first("b", Versioning::Enabled, vec![]);
    bucket.settings.object_lock = true;
    let store = scratch.store(&[bucket, first("plain", Versioning::Off, vec![Fill::new("k", "x")])]);
    let plain = Target { bucket: "plain", key: "k", version: None };
    assert_eq!(code(store.put_legal_hold(&plain, true)).unwrap(), "InvalidRequest");
    let id = put(&store, "k", b"x").id.to_string();
    let exactly = Target { version: Some(&id), ..at("k") };
    store.put_legal_hold(&exactly, true).unwrap();
    assert_eq!(code(store.delete(&exactly, true)).unwrap(), "AccessDenied");
    assert!(store.delete(&at("k"), false).unwrap().marker, "a delete marker hides and destroys nothing");
    store.put_legal_hold(&exactly, false).unwrap();

    let until = |mode, days: i64| Some(Retention { mode, until: now() + days * 86_400_000 });
    let (governance, compliance) = (LockMode::Governance, LockMode::Compliance);
    for (case, retention, bypass, expected) in [
        ("in the past", until(governance, -1), Bypass::No, Some("InvalidArgument")),
        ("the first", until(governance, 9), Bypass::No, None),
        ("longer", until(governance, 10), Bypass::No, None),
        ("shorter", until(governance, 5), Bypass::No, Some("AccessDenied")),
        ("shorter with leave", until(governance, 5), Bypass::Yes, None),
        ("removed with leave", None, Bypass::Yes, None),
        ("compliance", until(compliance, 5), Bypass::No, None),
        ("removed", None, Bypass::Yes, Some("AccessDenied")),
        ("shortened", until(compliance, 4), Bypass::Yes, Some("AccessDenied")),
        ("loosened", until(governance, 9), Bypass::Yes, Some("AccessDenied")),
        ("extended", until(compliance, 6), Bypass::No, None),
    ] {
        assert_eq!(code(store.put_retention(&exactly, retention, bypass)).as_deref(), expected, "{case}");
    }
    assert_eq!(code(store.delete(&exactly, true)).unwrap(), "AccessDenied");
}

#[test]
fn archived_objects_are_read_after_a_restore_alone() {
    let scratch = Scratch::new();
    let archived = Fill { class: StorageClass::DeepArchive, ..Fill::new("old", "text") };
    let buckets = [first("b", Versioning::Off, vec![archived, Fill::new("new", "text")])];
    let store = Store::open(&scratch.0, &buckets, Duration::from_secs(3600)).unwrap();
    assert_eq!(code(store.read(&at("old"))).unwrap(), "InvalidObjectState");
    assert_eq!(code(store.copy(&at("old"), "b", "copy", Copy::default())).unwrap(), "InvalidObjectState");
    assert_eq!(code(store.restore(&at("new"), Some(1))).unwrap(), "InvalidObjectState");
    assert_eq!(code(store.restore(&at("old"), None)).unwrap(), "MalformedXML");
    assert!(!store.restore(&at("old"), Some(1)).unwrap());
    assert_eq!(code(store.restore(&at("old"), Some(1))).unwrap(), "RestoreAlreadyInProgress");
    assert_eq!(code(store.read(&at("old"))).unwrap(), "InvalidObjectState", "it takes an hour");
    drop(store);
    let scratch = Scratch::new();
    let store = scratch.store(&buckets);
    assert!(!store.restore(&at("old"), Some(1)).unwrap());
    assert_eq!(store.read(&at("old")).unwrap(), b"text");
    assert!(store.restore(&at("old"), Some(5)).unwrap(), "it was there");
    let restored = store.head(&at("old")).unwrap().attributes().restore.unwrap();
    assert!(restored.expires > now() + 4 * 86_400_000);
}

#[test]
fn a_copy_takes_what_it_is_told_to() {
    let scratch = Scratch::new();
    let huge = Fill { size: Some(6 << 30), ..Fill::new("huge", "") };
    let store = scratch.store(&[first("b", Versioning::Enabled, vec![huge])]);
    let mut source = draft(&store, b"text");
    source.attributes.tags = vec![Tag { key: "a".into(), value: "1".into() }];
    source.attributes.headers.content_type = Some("text/plain".into());
    store.put("b", "k", source).unwrap();
    let kept = store.copy(&at("k"), "b", "kept", Copy::default()).unwrap().version;
    assert_eq!(kept.attributes().tags.len(), 1);
    assert_eq!(kept.attributes().headers.content_type.as_deref(), Some("text/plain"));
    let other = Copy {
        headers: Some(Headers::new()),
        tags: Some(Vec::new()),
        class: Some(StorageClass::GlacierIr),
        ..Copy::default()
    };
    let other = store.copy(&at("k"), "b", "other", other).unwrap().version;
    assert_eq!(other.attributes(), &Attributes::new());
    assert_eq!(other.data().unwrap().class, StorageClass::GlacierIr);
    assert_eq!(code(store.copy(&at("k"), "b", "k", Copy::default())).unwrap(), "InvalidRequest");
    assert_eq!(code(store.copy(&at("huge"), "b", "x", Copy::default())).unwrap(), "InvalidRequest");
    assert_eq!(store.head(&at("huge")).unwrap().size(), 6 << 30);
}

#[test]
fn without_acls_only_the_owners_own_is_taken() {
    let scratch = Scratch::new();
    let mut writers = first("c", Versioning::Off, vec![Fill::new("k", "x")]);
    writers.settings.ownership = Ownership::ObjectWriter;
    let store = scratch.store(&[first("b", Versioning::Off, vec![Fill::new("k", "x")]), writers]);
    let public = || {
        let everyone = version::Grantee::Uri("http://acs.amazonaws.com/groups/global/AllUsers".into());
        Some(vec![version::Grant { grantee: everyone, permission: version::Permission::Read }])
    };
    assert_eq!(code(store.put_acl(&at("k"), public())).unwrap(), "AccessControlListNotSupported");
    assert!(store.put_acl(&at("k"), None).is_ok());
    assert!(store.put_acl(&Target { bucket: "c", key: "k", version: None }, public()).is_ok());
}

#[test]
fn what_was_acknowledged_is_there_after_a_restart_and_nothing_else() {
    let scratch = Scratch::new();
    let fill = Fill { count: 3, ..Fill::new("n/{n}", "x") };
    let buckets = [first("b", Versioning::Enabled, vec![fill])];
    let large = vec![5; 50_000];
    let (before, upload_id) = {
        let store = scratch.store(&buckets);
        assert!(!scratch.0.exists(), "nothing is written before the first change");
        let id = put(&store, "large", &large).id;
        put(&store, "small", b"s");
        store.put_tags(&at("small"), vec![Tag { key: "a".into(), value: "b".into() }]).unwrap();
        store.copy(&at("large"), "b", "copy", Copy::default()).unwrap();
        store.delete(&Target { version: Some(&id.to_string()), ..at("large") }, false).unwrap();
        store.delete(&at("n/1"), false).unwrap();
        let upload_id = upload(&store, &large, 30_000, Algorithm::Crc32, ChecksumType::Composite);
        store.create_bucket("new", BucketSettings::new("eu-west-1")).unwrap();
        store.create_bucket("gone", BucketSettings::new("eu-west-1")).unwrap();
        store.delete_bucket("gone").unwrap();
        (versions(&store, 1000), upload_id)
    };
    // A write that was cut off by a kill, and a body that nobody came to speak of.
    use std::io::Write as _;
    let mut journal = std::fs::File::options().append(true).open(scratch.0.join("journal")).unwrap();
    journal.write_all(b"{\"Put\":{\"bucket\":\"b\"").unwrap();
    std::fs::write(scratch.0.join("blobs/stray"), "x").unwrap();
    for restart in 1..3 {
        let store = scratch.store(&buckets);
        assert_eq!(versions(&store, 1000), before, "{restart}");
        assert_eq!(store.read(&at("copy")).unwrap(), large);
        assert_eq!(store.head(&at("small")).unwrap().attributes().tags[0].value, "b");
        let names: Vec<String> = store.buckets().into_iter().map(|(name, ..)| name).collect();
        assert_eq!(names, ["b", "new"]);
        let which = UploadId { bucket: "b", key: "k", id: &upload_id };
        assert_eq!(store.upload(&which).unwrap().parts.len(), 2);
        assert_eq!(scratch.blobs(), 3, "one body and two parts");
    }
}

#[test]
fn a_journal_that_is_damaged_is_not_believed() {
    let scratch = Scratch::new();
    put(&scratch.store(&[first("b", Versioning::Off, vec![])]), "k", b"x");
    let path = scratch.0.join("journal");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replacen("Put", "Puk", 1)).unwrap();
    let error = Store::open(&scratch.0, &[], Duration::ZERO).err().unwrap();
    assert!(error.to_string().starts_with("line 2 cannot be read: "), "{error}");
}

#[test]
fn a_journal_that_is_mostly_history_is_written_anew() {
    let scratch = Scratch::new();
    let buckets = [first("b", Versioning::Off, vec![])];
    let store = scratch.store(&buckets);
    for _ in 0..1100 {
        put(&store, "k", b"x");
    }
    drop(store);
    let size = || std::fs::metadata(scratch.0.join("journal")).unwrap().len();
    let before = size();
    let store = scratch.store(&buckets);
    assert!(size() * 100 < before, "{before} {}", size());
    put(&store, "more", b"y");
    drop(store);
    assert_eq!(keys(&scratch.store(&buckets), "", None, 10), ["k", "more"]);
}

#[test]
fn a_bucket_full_of_delete_markers_gives_short_pages_and_all_keys() {
    let scratch = Scratch::new();
    let fill = Fill { count: 45_000, ..Fill::new("n/{n}", "x") };
    let store = scratch.store(&[first("b", Versioning::Off, vec![fill, Fill::new("z", "x")])]);
    let mut state = store.lock();
    let bucket = state.bucket_mut("b").unwrap();
    for number in 1..=45_000 {
        let marker = Version { id: VersionId::NULL, modified: 0, kind: Kind::DeleteMarker, attributes: None };
        bucket.put(&format!("n/{number:05}"), Arc::new(marker));
    }
    drop(state);
    let page =
        store.list("b", &Query { prefix: "", delimiter: None, after: Place::Start, most: 10 }).unwrap();
    assert!(page.items.is_empty() && page.next.is_some());
    assert_eq!(keys(&store, "", None, 10), ["z"]);
    assert_eq!(keys(&store, "", Some("/"), 10), ["z"]);
}

/// What S3 lists, made from a sorted list.
fn model(keys: &std::collections::BTreeSet<String>, prefix: &str, delimiter: Option<&str>) -> Vec<String> {
    let mut listed = Vec::new();
    for key in keys.iter().filter(|key| key.starts_with(prefix)) {
        let rest = &key[prefix.len()..];
        let rolled = delimiter.and_then(|delimiter| rest.find(delimiter).map(|at| at + delimiter.len()));
        let entry = rolled.map_or(key.clone(), |end| format!("{prefix}{}*", &rest[..end]));
        if listed.last() != Some(&entry) {
            listed.push(entry);
        }
    }
    listed
}

proptest! {
    /// Whatever the keys and the size of the pages are, the pages are the sorted keys.
    #[test]
    fn pages_are_the_sorted_keys(
        keys_of_bucket in proptest::collection::btree_set("[ab/é\u{10ffff}\u{1}.]{1,6}", 0..60),
        prefix in "[ab/é]{0,2}",
        delimiter in prop_oneof![Just(None), Just(Some("/")), Just(Some("a/")), Just(Some("é"))],
        after in "[ab/é\u{10ffff}]{0,4}",
        most in 1_usize..9,
    ) {
        let scratch = Scratch::new();
        let fill = keys_of_bucket.iter().map(|key| Fill::new(key, "")).collect();
        let store = scratch.store(&[first("b", Versioning::Off, fill)]);
        prop_assert_eq!(keys(&store, &prefix, delimiter, most), model(&keys_of_bucket, &prefix, delimiter));
        // From any place on, whether it is a key or not.
        let query = Query { prefix: &prefix, delimiter: None, after: Place::Key(after.clone()), most: 1000 };
        let behind: Vec<String> = store.list("b", &query).unwrap().items.into_iter().map(|item| match item {
            Item::Object { key, .. } | Item::Prefix(key) => key,
        }).collect();
        let expected: Vec<String> =
            keys_of_bucket.iter().filter(|key| key.starts_with(&prefix) && **key > after).cloned().collect();
        prop_assert_eq!(behind, expected);
    }

    /// The same for versions, of which a key may have several.
    #[test]
    fn pages_of_versions_are_all_of_them_newest_first(
        writes in proptest::collection::vec(("[ab/]{1,2}", any::<bool>()), 0..30),
        most in 1_usize..6,
    ) {
        let scratch = Scratch::new();
        let store = scratch.store(&[first("b", Versioning::Enabled, vec![])]);
        let mut expected: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (key, deleted) in &writes {
            let id = if *deleted {
                store.delete(&at(key), false).unwrap().id.unwrap()
            } else {
                put(&store, key, b"x").id
            };
            expected.entry(key.clone()).or_default().insert(0, id.to_string());
        }
        let expected: Vec<(String, String, bool)> = expected
            .into_iter()
            .flat_map(|(key, ids)| {
                let entry = move |(index, id)| (key.clone(), id, index == 0);
                ids.into_iter().enumerate().map(entry)
            })
            .collect();
        prop_assert_eq!(versions(&store, most), expected);
    }
}

//! pip's AWS CLI against the sandbox's S3: a client that knows nothing of opsctl.

use std::path::Path;

use serde_json::{Value, json};

use crate::support::{Ran, Sealed, with_the_aws_cli};

const CONFIG: &str = r#"
[[buckets]]
name = "data"
objects = [{ key = "logs/{n}.txt", count = 2500, body = "line" }, { key = "z", body = "last" }]

[[buckets]]
name = "kept"
versioning = "enabled"

[[buckets]]
name = "locked"
object_lock = true

[[buckets]]
name = "shared"
ownership = "ObjectWriter"

[[buckets]]
name = "far"
region = "eu-west-1"
objects = [{ key = "here", body = "far away" }]
"#;

/// Runs a script inside a sandbox; none without an AWS CLI.
fn inside(script: &str) -> Option<Ran> {
    inside_of(CONFIG, script)
}

fn inside_of(config: &str, script: &str) -> Option<Ran> {
    let sealed = Sealed::new();
    sealed.write("sandbox.toml", config);
    let script = format!("set -eu\n{script}");
    with_the_aws_cli(&sealed, ["sandbox", "run", "--config", "sandbox.toml", "--", "bash", "-c", &script])
}

#[test]
fn files_are_copied_listed_and_removed() {
    let script = "
        printf hello > f; mkdir d; printf a > d/a; printf b > 'd/b c'
        aws s3 cp --quiet f s3://data/new/f
        aws s3 cp --quiet s3://data/new/f -; echo
        aws s3 sync --quiet d s3://data/d/
        aws s3 sync --quiet s3://data/d/ e; cat e/a 'e/b c'; echo
        aws s3 ls s3://data/ | sed 's/.* //'
        aws s3 ls s3://data/ --recursive | wc -l
        aws s3 rm --quiet --recursive s3://data/d/
        aws s3 rm --quiet s3://data/new/f
        aws s3 ls s3://data/d/ || echo gone
        aws s3 mb s3://made; aws s3 mv --quiet s3://data/z s3://made/z; aws s3 cp --quiet s3://made/z -; echo
        aws s3 rb s3://made 2>&1 | grep -o BucketNotEmpty
        aws s3 rb --force s3://made > removed; aws s3 ls | sed 's/.* //'
    ";
    let Some(ran) = inside(script) else { return };
    let expected = "hello\nab\nd/\nlogs/\nnew/\nz\n2504\ngone\nmake_bucket: made\nlast\nBucketNotEmpty\ndata\nfar\nkept\n\
                    locked\nshared\n";
    assert_eq!(ran.expect(0).stdout, expected);
}

#[test]
fn lists_begin_anywhere_and_have_pages() {
    let script = "
        list() { aws s3api list-objects-v2 --bucket data --output text \"$@\"; }
        list --start-after logs/2498 --query 'Contents[].Key'
        list --start-after logs/2498.txt --prefix logs/ --query 'Contents[].Key'
        list --delimiter / --query '[CommonPrefixes[].Prefix, Contents[].Key]'
        aws s3api list-objects-v2 --bucket data --page-size 900 --query 'Contents[2500].Key'
        aws s3api list-objects --bucket data --query 'length(Contents)'
    ";
    let Some(ran) = inside(script) else { return };
    let expected = "logs/2498.txt\tlogs/2499.txt\tlogs/2500.txt\tz\nlogs/2499.txt\tlogs/2500.txt\nlogs/\nz\n\"z\"\n2501\n";
    assert_eq!(ran.expect(0).stdout, expected);
}

#[test]
fn versions_are_kept_hidden_and_removed_for_good() {
    let script = "
        for text in one two; do printf $text > f; aws s3 cp --quiet f s3://kept/k; done
        aws s3 rm --quiet s3://kept/k
        aws s3 cp s3://kept/k - 2>&1 | grep -o '(404)'
        list() { aws s3api list-object-versions --bucket kept --output text \"$@\"; }
        list --query '[Versions[].IsLatest, DeleteMarkers[].IsLatest]'
        marker=$(list --query 'DeleteMarkers[0].VersionId'); old=$(list --query 'Versions[1].VersionId')
        aws s3api delete-object --bucket kept --key k --version-id $marker --query DeleteMarker
        aws s3api get-object --bucket kept --key k --version-id $old out > answer; cat out; echo
        aws s3api put-bucket-versioning --bucket kept --versioning-configuration Status=Suspended
        aws s3 cp --quiet f s3://kept/k; list --query 'Versions[0].VersionId'
        aws s3api get-bucket-versioning --bucket kept --query Status --output text
        aws s3api delete-objects --bucket kept --delete 'Objects=[{Key=k},{Key=nothing}]' --query 'length(Deleted)'
        list --query 'Versions[].Size'
    ";
    let Some(ran) = inside(script) else { return };
    let expected = "(404)\nFalse\tFalse\nTrue\ntrue\none\nnull\nSuspended\n2\n3\t3\n";
    assert_eq!(ran.expect(0).stdout, expected);
}

#[test]
fn tags_acls_and_locks_are_set_and_read() {
    let script = "
        refused() { ! \"$@\" > refusal 2>&1; grep -o '([A-Za-z0-9]*)' refusal; }
        printf x > f
        aws s3api put-object-tagging --bucket data --key z --tagging 'TagSet=[{Key=a,Value=b c}]'
        aws s3api get-object-tagging --bucket data --key z --query TagSet --output text
        aws s3api delete-object-tagging --bucket data --key z
        aws s3api get-object-tagging --bucket data --key z --query 'length(TagSet)'
        refused aws s3api put-object-acl --bucket data --key z --acl public-read
        aws s3api put-object --bucket shared --key k --body f --acl public-read > answer
        aws s3api get-object-acl --bucket shared --key k --query 'Grants[].Permission' --output text
        aws s3api put-object --bucket locked --key k --body f --object-lock-legal-hold-status ON > answer
        id=$(aws s3api head-object --bucket locked --key k --query VersionId --output text)
        refused aws s3api delete-object --bucket locked --key k --version-id $id
        aws s3api put-object-legal-hold --bucket locked --key k --legal-hold Status=OFF
        aws s3api put-object-retention --bucket locked --key k \
            --retention Mode=GOVERNANCE,RetainUntilDate=2099-01-01T00:00:00Z
        aws s3api get-object-retention --bucket locked --key k --query Retention.Mode --output text
        refused aws s3api delete-object --bucket locked --key k --version-id $id
        aws s3api delete-object --bucket locked --key k --version-id $id --bypass-governance-retention > answer
        refused aws s3api head-object --bucket locked --key k
        refused aws s3api put-object-retention --bucket locked --key k --retention Mode=GOVERNANCE
        aws s3api get-object-lock-configuration --bucket locked --query ObjectLockConfiguration.ObjectLockEnabled --output text
    ";
    let Some(ran) = inside(script) else { return };
    let expected = "a\tb c\n0\n(AccessControlListNotSupported)\nFULL_CONTROL\tREAD\n(AccessDenied)\nGOVERNANCE\n\
                    (AccessDenied)\n(404)\n(MalformedXML)\nEnabled\n";
    assert_eq!(ran.expect(0).stdout, expected);
}

#[test]
fn large_objects_come_and_go_in_parts() {
    let script = "
        head -c 20000000 /dev/urandom > big
        aws s3 cp --quiet big s3://data/big && aws s3 cp --quiet s3://data/big back && cmp big back
        aws s3api head-object --bucket data --key big --query ETag --output text | grep -o -- '-3'
        aws s3 cp --quiet s3://data/big s3://kept/copy && aws s3 cp --quiet s3://kept/copy back && cmp big back
        aws s3api get-object --bucket data --key big --range bytes=8388600-8388615 part > answer
        cmp part <(tail -c +8388601 big | head -c 16)
        for algorithm in CRC32 SHA256; do
            aws s3 cp --quiet --checksum-algorithm $algorithm big s3://data/$algorithm
            aws s3api head-object --bucket data --key $algorithm --checksum-mode ENABLED --query ChecksumType --output text
            aws s3 cp --quiet --checksum-mode ENABLED s3://data/$algorithm back && cmp big back
        done
        id=$(aws s3api create-multipart-upload --bucket data --key parts --query UploadId --output text)
        aws s3api upload-part --bucket data --key parts --upload-id $id --part-number 1 --body big > answer
        aws s3api list-parts --bucket data --key parts --upload-id $id --query 'Parts[].Size' --output text
        aws s3api list-multipart-uploads --bucket data --query 'Uploads[].Key' --output text
        aws s3api abort-multipart-upload --bucket data --key parts --upload-id $id
        aws s3api list-multipart-uploads --bucket data --query 'length(Uploads || `[]`)'
    ";
    let Some(ran) = inside(script) else { return };
    assert_eq!(ran.expect(0).stdout, "-3\nCOMPOSITE\nCOMPOSITE\n20000000\nparts\n0\n");
}

#[test]
fn a_bucket_elsewhere_is_found_where_it_is() {
    let script = "
        aws s3api get-bucket-location --bucket far --query LocationConstraint --output text
        aws s3api get-object --bucket far --key here --region eu-west-1 out > answer; cat out; echo
        aws s3api head-bucket --bucket far 2>&1 | grep -o '(301)' || aws s3api head-bucket --bucket far --query BucketRegion --output text
        aws s3api put-bucket-replication --bucket kept --replication-configuration \
            '{\"Role\":\"arn:aws:iam::111122223333:role/r\",\"Rules\":[{\"Status\":\"Enabled\",\"Priority\":1,\"Filter\":{\"Prefix\":\"a/\"},\"DeleteMarkerReplication\":{\"Status\":\"Disabled\"},\"Destination\":{\"Bucket\":\"arn:aws:s3:::locked\"}}]}'
        aws s3api get-bucket-replication --bucket kept --query 'ReplicationConfiguration.Rules[0].Destination.Bucket' --output text
        aws s3api get-bucket-ownership-controls --bucket shared --query 'OwnershipControls.Rules[0].ObjectOwnership' --output text
        aws s3api get-bucket-encryption --bucket shared --query 'ServerSideEncryptionConfiguration.Rules[0].ApplyServerSideEncryptionByDefault.SSEAlgorithm' --output text
    ";
    let Some(ran) = inside(script) else { return };
    let ran = ran.expect(0);
    let lines: Vec<&str> = ran.stdout.lines().collect();
    assert_eq!(lines[..2], ["eu-west-1", "far away"], "{ran:?}");
    assert!(["(301)", "eu-west-1"].contains(&lines[2]), "{ran:?}");
    assert_eq!(lines[3..], ["arn:aws:s3:::locked", "ObjectWriter", "AES256"], "{ran:?}");
}

/// Keys that are hard to write down, besides those of the samples.
const KEYS: [&str; 14] = [
    "a b",
    "a+b",
    "a%20b",
    "100%",
    "é",
    "e\u{301}",
    "日本/🚀",
    "/leading",
    "double//slash",
    "a\tb\r\nc",
    "\u{1}\u{1f}",
    "<&>\"'",
    "{\"k\": 1}",
    "dots/../up",
];

#[test]
fn every_nasty_key_goes_in_and_comes_out() {
    let mut keys: Vec<String> = KEYS.iter().map(|key| (*key).to_owned()).collect();
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/samples/s3-batch/manifest/keys.json");
    match std::fs::read_to_string(&samples) {
        Ok(text) => keys.extend(serde_json::from_str::<Vec<String>>(&text).unwrap()),
        Err(_) => eprintln!("the samples are not here: only the keys of this test"),
    }
    keys.sort();
    keys.dedup();
    let objects: Vec<String> = keys.iter().map(|key| format!("{{ key = {} }}", toml_text(key))).collect();
    let config = format!("[[buckets]]\nname = \"nasty\"\nobjects = [{}]\n{CONFIG}", objects.join(", "));
    let script = "
        list() { aws s3api list-objects-v2 --bucket $1 --query 'Contents[].Key' --output json | tr -d '\\n'; echo; }
        list nasty; aws s3 cp --quiet --recursive s3://nasty s3://kept; list kept
        aws s3 rm --quiet --recursive s3://nasty; list nasty
    ";
    let Some(ran) = inside_of(&config, script) else { return };
    let ran = ran.expect(0);
    let lists: Vec<Value> = ran.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    // What looks like a folder is not copied by this client.
    let copied: Vec<&String> = keys.iter().filter(|key| !key.ends_with('/')).collect();
    assert_eq!(lists, [json!(keys), json!(copied), Value::Null]);
}

/// As TOML writes any text.
pub fn toml_text(text: &str) -> String {
    let letters = text.chars().map(|letter| match letter {
        '"' | '\\' => format!("\\{letter}"),
        letter if letter.is_control() => format!("\\u{:04X}", u32::from(letter)),
        letter => letter.to_string(),
    });
    format!("\"{}\"", letters.collect::<String>())
}

//! Jobs from files: YAML and JSON, examples, and all mistakes of one at once.

use super::Rehearsal;
use crate::support::Sealed;

const OPERATIONS: [&str; 11] = [
    "copy",
    "acl",
    "tag",
    "untag",
    "restore",
    "lambda",
    "legal-hold",
    "retention",
    "replicate",
    "checksum",
    "encrypt",
];

#[test]
fn a_file_with_several_mistakes_tells_all_with_line_and_column() {
    let sealed = Sealed::new();
    let job = sealed.write(
        "job.yaml",
        "Operation:\n  S3PutObjectRetention:\n    Retention: {Mode: GOVERNANCE, RetainUntilDate: 2020-01-01}\n\
         Report: {Enabled: false}\nPriority: -1\nRoleArn: batch\nTgas: []\n",
    );
    let ran = sealed.run(["s3", "job", "create", "-f", job.to_str().unwrap()]).expect(2);
    let name = job.display();
    for line in [
        format!("error: the job in {name} is wrong in 5 places\n"),
        format!(
            "cause: {name}:3:52: Operation.S3PutObjectRetention.Retention.RetainUntilDate: \
                 2020-01-01T00:00:00Z is in the past (now is 2026-11-22T12:00:00Z)\n"
        ),
        format!("cause: {name}:5:11: Priority: -1 is not a whole number from 0 to 2147483647\n"),
        format!("cause: {name}:6:10: RoleArn: `batch` is not the ARN of a role\n"),
        format!("cause: {name}:7:1: Tgas: unknown field; did you mean `Tags`?\n"),
        "neither `Manifest` nor `ManifestGenerator` says which objects\n".to_owned(),
    ] {
        assert!(ran.stderr.contains(&line), "{line}: {ran:?}");
    }
}

#[test]
fn a_file_that_is_not_there_or_empty_is_told_as_such() {
    let sealed = Sealed::new();
    let ran = sealed.run(["s3", "job", "create", "-f", "none.yaml"]).expect(3);
    assert!(ran.stderr.starts_with("error: cannot read the job none.yaml\n"), "{ran:?}");
    for text in ["", "\n", "# nothing\n", "---\n"] {
        let job = sealed.write("empty.yaml", text);
        let ran = sealed.run(["s3", "job", "create", "-f", job.to_str().unwrap()]).expect(2);
        assert!(ran.stderr.contains(":1:1: it is empty, and says nothing of a job\n"), "{text:?}: {ran:?}");
    }
}

/// Which of two operations is meant nobody knows; what is wrong in each is told all the same.
#[test]
fn mistakes_inside_of_two_operations_are_told_too() {
    let sealed = Sealed::new();
    let example = sealed.run(["s3", "job", "create", "--example", "copy"]).expect(0).stdout;
    let two = "Operation:\n  S3PutObjectTagging:\n    TagSet:\n      - {Key: a, Valeu: b}\n      - {Key: 'aws:x', Value: c}\n";
    let job =
        sealed.write("job.yaml", &example.replacen("Operation:\n", two, 1).replace("STANDARD_IA", "COLD"));
    let ran = sealed.run(["s3", "job", "create", "-f", job.to_str().unwrap()]).expect(2);
    for told in [
        "only one of them is allowed\n",
        "TagSet[0].Valeu: unknown field; did you mean `Value`?\n",
        "TagSet[0]: `Value` is missing\n",
        "TagSet[1].Key: `aws:x` begins with aws:, which is reserved\n",
        "StorageClass: `COLD` is not one of ",
    ] {
        assert!(ran.stderr.contains(told), "{told}: {ran:?}");
    }
}

#[test]
fn an_unknown_option_of_an_operation_has_a_near_match() {
    let sealed = Sealed::new();
    let example = sealed.run(["s3", "job", "create", "--example", "copy"]).expect(0).stdout;
    let job = sealed.write("job.yaml", &example.replace("StorageClass", "StorageKlass"));
    let ran = sealed.run(["s3", "job", "create", "-f", job.to_str().unwrap()]).expect(2);
    assert!(ran.stderr.contains("StorageKlass: unknown field; did you mean `StorageClass`?"), "{ran:?}");
    let ran = sealed.run(["s3", "job", "create", "copy", "--storage-clas", "GLACIER"]).expect(2);
    assert!(ran.stderr.contains("--storage-class"), "{ran:?}");
    let ran = sealed.run(["s3", "job", "create", "--example", "coppy"]).expect(2);
    assert!(ran.stderr.contains("did you mean copy?"), "{ran:?}");
}

#[test]
fn limits_of_tags_are_told_for_options_too() {
    let rehearsal = Rehearsal::new();
    let tags: Vec<String> = (0..11).map(|number| format!("k{number}=v")).collect();
    let long = format!("{}=v", "k".repeat(129));
    let source = ["--manifest", "s3://lists/data.csv", "--role", "batch", "--no-report", "--tag", &long];
    let words: Vec<&str> =
        ["create", "tag"].into_iter().chain(tags.iter().map(String::as_str)).chain(source).collect();
    let ran = rehearsal.job(&words).expect(2);
    assert!(ran.stderr.contains("error: the job cannot be created: 2 settings are wrong\n"), "{ran:?}");
    assert!(ran.stderr.contains("cause: KEY=VALUE: has 11 tags; at most 10 are allowed\n"), "{ran:?}");
    assert!(ran.stderr.contains("cause: --tag: has 129 characters; 1 to 128 are allowed\n"), "{ran:?}");
}

#[test]
fn a_retention_in_the_past_and_a_restore_without_days_are_refused() {
    let rehearsal = Rehearsal::new();
    let how = ["--manifest", "s3://lists/locked.csv", "--role", "batch", "--no-report"];
    let past = ["create", "retention", "--until", "2020-01-01", "--mode", "governance"];
    let ran = rehearsal.job(&[&past[..], &how].concat()).expect(2);
    assert!(ran.stderr.contains("cause: --until: 2020-01-01T00:00:00Z is in the past"), "{ran:?}");
    let ran = rehearsal.job(&[&["create", "restore"], &how[..]].concat()).expect(2);
    assert!(ran.stderr.contains("--days"), "{ran:?}");
    let ran = rehearsal.job(&[&["create", "restore", "--days", "0"], &how[..]].concat()).expect(2);
    assert!(ran.stderr.contains("cause: --days: must be at least 1"), "{ran:?}");
}

#[test]
fn every_example_is_taken_as_a_job() {
    let sealed = Sealed::new();
    for operation in OPERATIONS {
        let text = sealed.run(["s3", "job", "create", "--example", operation]).expect(0).stdout;
        let file = sealed.write("job.yaml", &text);
        let args = ["s3", "job", "policy", "--objects", "s3://data", "-f", file.to_str().unwrap()];
        let policy = sealed.run(args).expect(0).json();
        assert!(policy["Statement"].as_array().unwrap().len() >= 3, "{operation}: {policy}");
    }
}

#[test]
fn a_file_and_stdin_make_jobs() {
    let rehearsal = Rehearsal::new();
    let dry = [
        "create",
        "tag",
        "a=b",
        "--manifest",
        "s3://lists/data.csv",
        "--role",
        "batch",
        "--no-report",
        "--dry-run",
        "--query",
        "item.parameters",
        "-o",
        "json",
    ];
    let mut document = rehearsal.job(&dry).expect(0).json();
    document.as_object_mut().unwrap().remove("ClientRequestToken");
    let json = rehearsal.sealed.write("job.json", &document.to_string());
    let first = rehearsal.created(&["-f", json.to_str().unwrap()]);
    let args = ["--sandbox", "s3", "job", "create", "-f", "-", "--if-exists", "ok"];
    let ran = rehearsal.sealed.run_with(args, document.to_string().as_bytes()).expect(0);
    assert_eq!(ran.stdout.trim_end(), first);
    document["Manifest"]["Location"]["ETag"] = "0123".into();
    let stale = rehearsal.sealed.write("stale.json", &document.to_string());
    let ran = rehearsal.job(&["create", "-f", stale.to_str().unwrap()]).expect(9);
    assert!(ran.stderr.contains("its ETag is not 0123"), "{ran:?}");
}

#[test]
fn a_policy_is_for_exactly_what_the_job_touches() {
    let sealed = Sealed::new();
    let trust =
        ["s3", "job", "policy", "tag", "--trust", "--account", "111122223333", "--region", "eu-west-1"];
    let trust = sealed.run(trust).expect(0).json();
    let statement = &trust["Statement"][0];
    assert_eq!(statement["Principal"]["Service"], "batchoperations.s3.amazonaws.com");
    assert_eq!(statement["Condition"]["StringEquals"]["aws:SourceAccount"], "111122223333");
    assert_eq!(statement["Condition"]["ArnLike"]["aws:SourceArn"], "arn:aws:s3:eu-west-1:111122223333:job/*");
    let args = [
        "s3",
        "job",
        "policy",
        "copy",
        "--objects",
        "s3://data/logs/",
        "--to",
        "s3://copies/moved",
        "--inventory",
        "s3://lists/inv/data/daily/2026-11-01T01-00Z/manifest.json",
        "--report",
        "s3://reports/batch",
        "--kms-key",
        "arn:aws:kms:eu-west-1:111122223333:key/0f1e2d3c",
    ];
    let policy = sealed.run(args).expect(0).json();
    let resources: Vec<&str> = policy["Statement"]
        .as_array()
        .unwrap()
        .iter()
        .map(|statement| statement["Resource"][0].as_str().unwrap())
        .collect();
    assert_eq!(
        resources,
        [
            "arn:aws:s3:::data/logs/*",
            "arn:aws:s3:::data",
            "arn:aws:s3:::copies/moved/*",
            "arn:aws:s3:::lists/inv/data/daily/*",
            "arn:aws:s3:::reports/batch/*",
            "arn:aws:kms:eu-west-1:111122223333:key/0f1e2d3c",
        ]
    );
    let ran = sealed.run(["s3", "job", "policy", "copy", "--objects", "s3://data", "--generate"]).expect(2);
    assert!(ran.stderr.contains("depend on --to"), "{ran:?}");
}

/// A key may hold what a policy takes for any text, and other keys are not to be opened by it.
#[test]
fn a_policy_of_keys_with_wildcards_is_for_those_keys_alone() {
    let sealed = Sealed::new();
    let args = [
        "s3",
        "job",
        "policy",
        "tag",
        "--objects",
        "s3://data/a*b?/$c",
        "--manifest",
        "s3://lists/what?.csv",
        "--report",
        "s3://reports/100$",
    ];
    let policy = sealed.run(args).expect(0).json();
    let resource = |at: usize| policy["Statement"][at]["Resource"][0].clone();
    assert_eq!(resource(0), "arn:aws:s3:::data/a${*}b${?}/${$}c*");
    assert_eq!(resource(2), "arn:aws:s3:::lists/what${?}.csv");
    assert_eq!(resource(3), "arn:aws:s3:::reports/100${$}/*");
}

#[test]
fn a_policy_of_a_document_is_for_its_partition() {
    let sealed = Sealed::new();
    let example = sealed.run(["s3", "job", "create", "--example", "copy"]).expect(0).stdout;
    let file = sealed.write("job.yaml", &example.replace("arn:aws:", "arn:aws-cn:"));
    let file = file.to_str().unwrap();
    for (more, partition, other) in [
        (&["--objects", "s3://data"][..], "arn:aws-cn:s3", "arn:aws:"),
        (&["--trust", "--region", "cn-north-1"], "arn:aws-cn:s3:cn-north-1:", "arn:aws:"),
        (&["--objects", "s3://data", "--partition", "aws-us-gov"], "arn:aws-us-gov:s3", "arn:aws:"),
    ] {
        let ran = sealed.run([&["s3", "job", "policy", "-f", file][..], more].concat()).expect(0);
        assert!(ran.stdout.contains(partition) && !ran.stdout.contains(other), "{ran:?}");
    }
}

/// A prefix may end in a slash, which is not doubled.
#[test]
fn the_report_of_a_prefix_with_a_slash_is_found() {
    let rehearsal = Rehearsal::new();
    let dry = [
        "create",
        "tag",
        "a=b",
        "--manifest",
        "s3://lists/missing.csv",
        "--role",
        "batch",
        "--report",
        "s3://reports/batch/",
    ];
    let plan =
        rehearsal.job(&[&dry[..], &["--dry-run", "-o", "json", "--query", "item.parameters"]].concat());
    let mut document = plan.expect(0).json();
    document.as_object_mut().unwrap().remove("ClientRequestToken");
    document["Report"]["Prefix"] = "batch/".into();
    let file = rehearsal.sealed.write("job.json", &document.to_string()).display().to_string();
    let id = rehearsal.created(&["-f", &file, "--run", "--no-preflight"]);
    let job = rehearsal.until(&id, "Complete");
    assert_eq!(job["report"]["Prefix"], "batch/", "{job}");
    let shown = rehearsal.job(&["show", &id]).expect(0);
    assert!(shown.stdout.contains(&format!("s3://reports/batch/job-{id}/manifest.json")), "{shown:?}");
    let ran = rehearsal.job(&["report", &id]).expect(6);
    assert!(ran.stderr.contains("2 tasks reported: 1 succeeded, 1 failed"), "{ran:?}");
    rehearsal.job(&["retry", &id, "--dry-run"]).expect(0);
}

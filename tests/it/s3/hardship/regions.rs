//! Buckets in another region: what is read is read there, and what is written is not written past the own one.

use crate::s3::job::Rehearsal;

#[test]
fn lists_and_objects_of_another_region_are_read_there() {
    let rehearsal = Rehearsal::new();
    let run = |words: &str| rehearsal.opsctl(&words.split(' ').collect::<Vec<_>>());
    for words in [
        "s3 manifest build s3://far/ --to -",
        "s3 manifest build s3://far/ --versions --to -",
        "s3 manifest build manifest:s3://far/data.csv --to -",
        "s3 manifest check s3://far/data.csv",
        "s3 manifest stats s3://far/data.csv",
        "s3 manifest head s3://far/data.csv",
    ] {
        run(words).expect(0);
    }
    // What is not there is missed there.
    for words in [
        "s3 manifest build inventory:s3://far/manifest.json --to m.csv",
        "s3 manifest build report:s3://far/job-1/manifest.json --to m.csv",
        "s3 job report s3://far/job-1/manifest.json",
    ] {
        let ran = run(words).expect(3);
        assert!(ran.stderr.contains("NoSuchKey"), "{words}: {ran:?}");
    }
}

#[test]
fn a_manifest_goes_nowhere_else_than_to_the_region_that_is_asked() {
    let rehearsal = Rehearsal::new();
    let line = ["s3", "manifest", "build", "s3://data/", "--to", "s3://far/m.csv"];
    let ran = rehearsal.opsctl(&line).expect(1);
    assert!(ran.stderr.contains("s3://far/m.csv is in eu-central-1, and eu-west-1 is written to"), "{ran:?}");
    assert!(ran.stderr.contains("hint: --region eu-central-1"), "{ran:?}");
    rehearsal.opsctl(&[&line[..], &["--region", "eu-central-1"]].concat()).expect(0);
    let head = rehearsal.opsctl(&["s3", "manifest", "head", "s3://far/m.csv"]).expect(0);
    assert!(head.stdout.contains("a b.csv"), "{head:?}");
}

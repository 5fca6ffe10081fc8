//! Buckets in another region: whatever is done with them, the answer says where they are.

use crate::s3::job::Rehearsal;

#[test]
fn the_region_of_a_bucket_is_told_by_everything_that_meets_it() {
    let rehearsal = Rehearsal::new();
    rehearsal.sealed.write("list.csv", "data,a%20b.csv\n");
    for words in [
        "s3 manifest build s3://far/ --to m.csv",
        "s3 manifest build s3://far/ --versions --to m.csv",
        "s3 manifest build s3://far/ --to -",
        "s3 manifest build list.csv --to s3://far/m.csv",
        "s3 manifest build manifest:s3://far/data.csv --to m.csv",
        "s3 manifest build inventory:s3://far/manifest.json --to m.csv",
        "s3 manifest build report:s3://far/job-1/manifest.json --to m.csv",
        "s3 manifest check s3://far/data.csv",
        "s3 manifest stats s3://far/data.csv",
        "s3 manifest head s3://far/data.csv",
        "s3 job report s3://far/job-1/manifest.json",
    ] {
        let ran = rehearsal.opsctl(&words.split(' ').collect::<Vec<_>>()).expect(1);
        assert!(ran.stderr.contains("PermanentRedirect"), "{words}: {ran:?}");
        let hint = "hint: the bucket is in eu-central-1: --region eu-central-1\n";
        assert!(ran.stderr.contains(hint), "{words}: {ran:?}");
        assert!(!rehearsal.sealed.path("m.csv").exists(), "{words}");
    }
}

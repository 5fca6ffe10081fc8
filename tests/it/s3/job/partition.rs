//! What ARNs begin with follows from the region, whichever command writes them.

use crate::s3::job::Rehearsal;

#[test]
fn every_command_has_the_partition_of_the_region() {
    for (region, partition) in
        [("eu-west-1", "aws"), ("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov")]
    {
        let rehearsal = Rehearsal::of(&format!(
            "region = \"{region}\"\n[[buckets]]\nname = \"data-1\"\nobjects = [{{ key = \"a\", body = \"1\" }}]\n\
             [[buckets]]\nname = \"copies-1\"\n[[roles]]\nname = \"batch\"\n"
        ));
        let bucket = |name: &str| format!("arn:{partition}:s3:::{name}");
        let words = ["s3", "manifest", "build", "s3://data-1/", "--to", "s3://copies-1/m.csv", "-o", "json"];
        let built = rehearsal.opsctl(&words).expect(0).json();
        assert_eq!(built["item"]["arn"], bucket("copies-1/m.csv"));
        let create = ["create", "copy", "--to", "s3://copies-1", "--manifest", "s3://copies-1/m.csv"];
        let how = ["--role", "batch", "--report", "s3://copies-1/r", "--run", "--wait", "-o", "json"];
        let made = rehearsal.job(&[&create[..], &how, &["--interval", "100ms"]].concat()).expect(0).json();
        let job = &made["item"];
        let account = "111122223333";
        assert_eq!(job["roleArn"], format!("arn:{partition}:iam::{account}:role/batch"));
        assert_eq!(job["source"]["Manifest"]["Location"]["ObjectArn"], bucket("copies-1/m.csv"));
        assert_eq!(job["report"]["Bucket"], bucket("copies-1"));
        let target = &job["operationParameters"]["S3PutObjectCopy"]["TargetResource"];
        assert_eq!(*target, bucket("copies-1"));
        let start = format!("arn:{partition}:s3:{region}:{account}:job/");
        assert!(job["jobArn"].as_str().unwrap().starts_with(&start), "{job}");

        let policy = ["s3", "job", "policy", "copy", "--objects", "s3://data-1", "--to", "s3://copies-1"];
        let policy = [&policy[..], &["--generate", "--region", region]].concat();
        let printed = rehearsal.sealed.run(&policy).expect(0).stdout;
        assert!(printed.contains(&format!("\"{}", bucket("data-1"))), "{printed}");
        let others = printed.split("arn:").skip(1).filter(|arn| !arn.starts_with(&format!("{partition}:")));
        assert_eq!(others.count(), 0, "{printed}");
        // What is named stands.
        let named = rehearsal.sealed.run([&policy[..], &["--partition", "aws-cn"]].concat()).expect(0).stdout;
        assert!(named.contains("arn:aws-cn:s3:::data-1") && !named.contains("arn:aws:"), "{named}");
    }
}

//! A sandbox of several accounts and regions, through the built binary: each is a world of its own.

use std::ffi::OsStr;
use std::path::Path;

use crate::support::{Ran, Sealed, with_the_aws_cli};

pub const FILE: &str = r#"
nodes = [
    { name = "web-1" },
    { name = "far-1", region = "eu-west-1" },
    { name = "stage-1", account = "444455556666" },
    { name = "stage-2", account = "444455556666", region = "eu-west-1" },
]
[[accounts]]
id = "444455556666"
name = "staging"
caller = "ann"
roles = [{ name = "deploy" }]
"#;

/// In a sandbox of the file and a folder, if one is given.
fn run(sealed: &Sealed, dir: Option<&Path>, script: &str) -> Ran {
    let config = sealed.write("sandbox.toml", FILE);
    let mut line = vec!["sandbox".as_ref(), "run".as_ref(), "--config".as_ref(), config.as_os_str()];
    if let Some(dir) = dir {
        line.extend(["--dir".as_ref(), dir.as_os_str()]);
    }
    let script = format!("set -e\n{script}");
    line.extend::<[&OsStr; 4]>(["--".as_ref(), "sh".as_ref(), "-c".as_ref(), script.as_ref()]);
    sealed.run(line)
}

#[test]
fn every_account_and_region_has_its_own_nodes_and_alarms() {
    let script = r#"
names() { opsctl "$@" -o text --columns name; }
names ssm list
names --region eu-west-1 ssm list
names --profile staging ssm list
names --profile staging --region eu-west-1 ssm list
names --region ap-south-1 ssm list
opsctl --profile staging --region eu-west-1 alarm create late --preset sqs/age --dimension QueueName=q --threshold 900 --yes >/dev/null
for region in us-east-1 eu-west-1; do
    for profile in default staging; do
        echo $profile $region $(names --profile $profile --region $region alarm list)
    done
done
opsctl --profile staging whoami -o text --columns account,arn
opsctl --region eu-west-1 ssm exec far-1 -- echo reached
opsctl --profile staging --region eu-west-1 ssm exec stage-2 -- echo staged
"#;
    let ran = run(&Sealed::new(), None, script).expect(0);
    assert_eq!(
        ran.stdout,
        "web-1\nfar-1\nstage-1\nstage-2\n\
         default us-east-1\nstaging us-east-1\ndefault eu-west-1\nstaging eu-west-1 late\n\
         444455556666\tarn:aws:iam::444455556666:user/ann\nreached\nstaged\n"
    );
}

#[test]
fn a_role_of_another_account_acts_there() {
    let script = r#"
cat >>"$AWS_CONFIG_FILE" <<END
[profile across]
region = us-east-1
role_arn = arn:aws:iam::444455556666:role/deploy
role_session_name = bob
source_profile = default
[profile nobodys]
region = us-east-1
role_arn = arn:aws:iam::444455556666:role/other
source_profile = default
END
opsctl --profile across whoami -o text --columns account,arn
opsctl --profile across ssm list -o text --columns name
opsctl --profile across --region eu-west-1 ssm list -o text --columns name
opsctl --profile nobodys ssm list
"#;
    let ran = run(&Sealed::new(), None, script);
    assert_eq!(
        ran.stdout,
        "444455556666\tarn:aws:sts::444455556666:assumed-role/deploy/bob\nstage-1\nstage-2\n"
    );
    assert_ne!(ran.code, 0);
    assert!(ran.stderr.contains("is not authorized to perform: sts:AssumeRole"), "{ran:?}");
}

#[test]
fn what_was_made_in_them_is_there_in_the_next_sandbox_of_the_folder() {
    let sealed = Sealed::new();
    let dir = sealed.path("kept");
    let create = r#"
create() { opsctl "$@" --preset sqs/age --dimension QueueName=q --threshold 900 --yes >/dev/null; }
create --region eu-west-1 alarm create far
create --profile staging alarm create stage
printf x | opsctl --profile staging sandbox put - s3://none/a && exit 9
printf '[[buckets]]\nname = "staged-1"\n' | opsctl --profile staging --region eu-west-1 sandbox add - >/dev/null
printf x | opsctl --profile staging --region eu-west-1 sandbox put - s3://staged-1/a >/dev/null
"#;
    run(&sealed, Some(&dir), create).expect(0);
    assert!(dir.join("accounts/444455556666/us-east-1").is_dir());
    let look = r#"
opsctl --region eu-west-1 alarm list -o text --columns name
opsctl --profile staging alarm list -o text --columns name
opsctl alarm list -o text --columns name
opsctl --profile staging --region eu-west-1 s3 manifest build s3://staged-1/ --to -
opsctl s3 manifest build s3://staged-1/ --to -
"#;
    let ran = run(&sealed, Some(&dir), look).expect(3);
    assert_eq!(ran.stdout, "far\nstage\nstaged-1,a\n");
    assert!(ran.stderr.contains("staged-1"), "{ran:?}");
}

#[test]
fn a_region_that_aws_does_not_have_is_refused() {
    let ran = run(&Sealed::new(), None, "opsctl --region eu-west-12 ssm list");
    assert!(ran.code != 0 && ran.stderr.contains("Credential should be scoped to a valid region"), "{ran:?}");
}

#[test]
fn a_running_sandbox_says_how_many_nodes_all_of_it_has() {
    let sealed = Sealed::new();
    let script = r#"
opsctl sandbox status -o text --columns nodes --dir "$DIR"
grep -c '^\[' "$DIR/credentials" && ls -l "$DIR/config" | cut -c1-10
AWS_CONFIG_FILE=$DIR/config AWS_SHARED_CREDENTIALS_FILE=$DIR/credentials
export AWS_CONFIG_FILE AWS_SHARED_CREDENTIALS_FILE
env -u AWS_ACCESS_KEY_ID -u AWS_SECRET_ACCESS_KEY -u AWS_ENDPOINT_URL -u AWS_REGION -u AWS_DEFAULT_REGION \
    opsctl --profile staging ssm list -o text --columns name
"#;
    let dir = sealed.path("kept");
    let ran = run(&sealed, Some(&dir), &format!("DIR={}\n{script}", dir.display())).expect(0);
    assert_eq!(ran.stdout, "4\n2\n-rw-------\nstage-1\n");
}

#[test]
fn the_aws_cli_goes_by_the_same_profiles() {
    let sealed = Sealed::new();
    let config = sealed.write("sandbox.toml", FILE);
    let script = "aws --profile staging --region eu-west-1 ssm describe-instance-information --output text \
                  --query 'InstanceInformationList[].ComputerName'\n\
                  aws --profile staging sts get-caller-identity --query Arn --output text";
    let line = ["sandbox", "run", "--config", config.to_str().unwrap(), "--", "sh", "-c", script];
    let Some(ran) = with_the_aws_cli(&sealed, line.to_vec()) else { return };
    let ran = ran.expect(0);
    let lines: Vec<&str> = ran.stdout.lines().collect();
    assert!(lines[0].contains(".eu-west-1.compute.internal"), "{ran:?}");
    assert_eq!(lines[1..], ["arn:aws:iam::444455556666:user/ann"]);
}

use super::world;
use crate::support::Sealed;

fn with_program(line: &str) -> Sealed {
    let sealed = Sealed::new();
    let text = format!("[profile tool]\nregion = us-east-1\ncredential_process = {line}\n");
    sealed.write("home/.aws/config", &text);
    sealed
}

#[test]
fn a_program_gives_the_keys() {
    let (sealed, sandbox) =
        world("", "[profile tool]\nregion = us-east-1\ncredential_process = sh keys.sh\n");
    let file = std::fs::read_to_string(sandbox.dir.join("credentials")).unwrap();
    let value = |key: &str| {
        file.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(" = ")).unwrap().to_owned()
    };
    let (id, secret) = (value("aws_access_key_id"), value("aws_secret_access_key"));
    let answer = format!(r#"{{"Version": 1, "AccessKeyId": "{id}", "SecretAccessKey": "{secret}"}}"#);
    sealed.write("keys.sh", &format!("echo '{answer}'\n"));
    let ran = sealed.run(["whoami", "--profile", "tool", "-o", "json"]).expect(0);
    assert_eq!(ran.json()["item"]["arn"], "arn:aws:iam::111122223333:user/rehearsal");
}

#[test]
fn a_program_that_fails_is_named_and_its_answer_is_not_told() {
    for (line, told) in [
        ("sh -c 'echo plantedSecret; echo no key here >&2; exit 3'", "cause: no key here"),
        (
            "echo plantedSecret",
            "echo, which gives the credentials of the profile tool, has not answered in JSON",
        ),
        (
            "/no/such/tool plantedSecret",
            "tool, which gives the credentials of the profile tool, cannot be run",
        ),
    ] {
        for way in [&["-q"][..], &["--debug", "--log", "trace"]] {
            let sealed = with_program(line);
            let ran = sealed.run(way.iter().chain(&["whoami", "--profile", "tool"])).expect(4);
            assert!(ran.stderr.contains(told) && !ran.stderr.contains("planted"), "{ran:?}");
        }
    }
}

#[test]
fn the_limit_of_a_command_ends_a_program_that_hangs() {
    let sealed = with_program("sleep 600");
    sealed.run(["whoami", "--profile", "tool", "--timeout", "1s"]).expect(8);
}

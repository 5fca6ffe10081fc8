//! What is offered, and in which form, without a shell.

use std::io::Read as _;
use std::process::Stdio;

use super::{ask, ask_as, ask_line, aws_with, node, patient, sealed_in, values, web};
use crate::support::{Sandbox, finish};

#[test]
fn nodes_are_offered_by_name_and_by_id() {
    let aws = web();
    let sealed = sealed_in(&aws);
    let offered = |value: &str, about: &str| (value.to_owned(), about.to_owned());
    assert_eq!(
        ask(&sealed, "opsctl ssm connect we"),
        [
            offered("web-1", "Online, i-0000000000000000a, Debian"),
            offered("web-2", "Online, i-0000000000000000b, Debian"),
        ]
    );
    assert_eq!(
        ask(&sealed, "opsctl ssm connect i-0000000000000000b"),
        [offered("i-0000000000000000b", "Online, web-2, Debian")]
    );
    assert_eq!(values(&sealed, "opsctl ssm connect "), ["web-1", "web-2"]);
    assert!(values(&sealed, "opsctl ssm connect x").is_empty());
}

#[test]
fn documents_nodes_and_folders_of_a_sandbox() {
    let sealed = patient();
    let sandbox = Sandbox::with_config(&sealed, Some("[preferences]\n[[nodes]]\nname = \"db-1\"\n"));
    let dir = sandbox.dir.display();
    assert_eq!(values(&sealed, "opsctl --sandbox ssm connect "), ["db-1"]);
    assert_eq!(values(&sealed, "opsctl ssm connect --sandbox d"), ["db-1"]);
    assert_eq!(values(&sealed, &format!("opsctl --sandbox={dir} ssm connect d")), ["db-1"]);
    let documents = ask(&sealed, "opsctl --sandbox ssm connect --document ");
    for (name, about) in [
        ("AWS-StartInteractiveCommand", "of Amazon"),
        ("AWS-StartSSHSession", "of Amazon"),
        ("SSM-SessionManagerRunShell", "of 111122223333"),
    ] {
        assert!(documents.contains(&(name.to_owned(), about.to_owned())), "{name}: {documents:?}");
    }
    let commands = values(&sealed, "opsctl --sandbox ssm run --document ");
    assert_eq!(commands, ["AWS-RunShellScript", "AWS-RunPowerShellScript"]);
    assert_eq!(values(&sealed, "opsctl --sandbox ssm run d"), ["db-1"]);
    let about = format!("{}, us-east-1", sandbox.endpoint);
    assert_eq!(ask(&sealed, "opsctl ssm list --sandbox="), [(format!("--sandbox={dir}"), about)]);
}

#[test]
fn profiles_come_from_the_files_and_regions_are_known() {
    let mut sealed = patient();
    let config = "[default]\nregion = eu-west-1\n[profile prod]\nrole_arn = arn:aws:iam::111122223333:role/ops\n\
                  source_profile = default\n[profile pair]\nsso_account_id = 444455556666\nsso_role_name = dev\n";
    let config = sealed.write("aws/config", config);
    let keys = "[default]\naws_access_key_id = AKIA\naws_secret_access_key = secret\n";
    let credentials = sealed.write("aws/credentials", keys);
    sealed.set("AWS_CONFIG_FILE", config.to_str().unwrap());
    sealed.set("AWS_SHARED_CREDENTIALS_FILE", credentials.to_str().unwrap());
    // One that does not exist is no reason not to offer the others.
    sealed.set("AWS_PROFILE", "missing");
    let offered = |value: &str, about: &str| (value.to_owned(), about.to_owned());
    assert_eq!(
        ask(&sealed, "opsctl --profile "),
        [
            offered("default", "eu-west-1, keys"),
            offered("pair", "SSO, account 444455556666, dev"),
            offered("prod", "role arn:aws:iam::111122223333:role/ops"),
        ]
    );
    assert_eq!(values(&sealed, "opsctl ssm list --profile=pr"), ["--profile=prod"]);
    assert_eq!(ask(&sealed, "opsctl --region eu-west-3"), [offered("eu-west-3", "Paris")]);
    sealed.write("aws/config", "not a config\n");
    assert!(values(&sealed, "opsctl --profile ").is_empty());
}

#[test]
fn columns_are_those_of_the_list() {
    let sealed = patient();
    let offered = ask(&sealed, "opsctl ssm list --columns l");
    assert_eq!(offered, [("last-ping".to_owned(), "LAST PING".to_owned())]);
    assert_eq!(values(&sealed, "opsctl ssm list --columns name,i"), ["name,id", "name,ip"]);
    assert_eq!(values(&sealed, "opsctl ssm list --sort -i"), ["-id", "-ip"]);
}

#[test]
fn sessions_are_chosen_by_owner_and_age_with_what_is_usual() {
    let sealed = patient();
    assert_eq!(values(&sealed, "opsctl ssm session list --owner "), ["me", "anyone"]);
    let times = ["1h", "8h", "today", "yesterday", "7d"];
    assert_eq!(values(&sealed, "opsctl ssm session list --since "), times);
    assert_eq!(values(&sealed, "opsctl ssm session terminate --until y"), ["yesterday"]);
}

#[test]
fn a_session_is_offered_by_its_id() {
    let sealed = patient();
    let _sandbox = Sandbox::up(&sealed);
    let mut command = sealed.command(["--sandbox", "ssm", "connect", "web-1", "--reason", "ticket 4711"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    // Its first words: the session is connected.
    child.stdout.as_mut().unwrap().read_exact(&mut [0]).unwrap();
    for verb in ["show", "terminate"] {
        let offered = ask(&sealed, &format!("opsctl --sandbox ssm session {verb} rehearsal-"));
        let [(id, about)] = offered.as_slice() else { panic!("{verb}: {offered:?}") };
        assert!(id.starts_with("rehearsal-") && about.contains(", Connected, since "), "{about}");
    }
    drop(child.stdin.take());
    child.wait().unwrap();
}

/// Names of nodes that are anything but names.
#[test]
fn hostile_names_reach_no_shell_as_anything_but_one_word() {
    let aws = aws_with(vec![
        node("i-0000000000000000a", "$(touch x)"),
        node("i-0000000000000000b", "a:b c"),
        node("i-0000000000000000c", "esc\u{1b}]0;title\u{7}"),
        node("i-0000000000000000d", "--version"),
        node("i-0000000000000000e", "it's \"so\""),
    ]);
    let sealed = sealed_in(&aws);
    let first = |text: String| {
        let values = text.lines().map(|line| line.split('\t').next().unwrap().to_owned());
        values.collect::<Vec<_>>()
    };
    let line = "opsctl ssm connect ";
    let named = |quoted: [&str; 3]| {
        let [touch, colon, quotes] = quoted;
        // What cannot be typed is offered by its id.
        [touch, "i-0000000000000000d", colon, "i-0000000000000000c", quotes].map(str::to_owned)
    };
    for shell in ["fish", "elvish"] {
        let offered = first(ask_as(&sealed, shell, line).stdout);
        assert_eq!(offered, named(["$(touch x)", "a:b c", "it's \"so\""]), "{shell}");
    }
    let offered = ask_as(&sealed, "zsh", line).stdout;
    let offered =
        offered.lines().map(|line| line.split(":Online").next().unwrap().strip_prefix('=').unwrap());
    assert_eq!(offered.collect::<Vec<_>>(), named(["$(touch x)", "a\\:b c", "it's \"so\""]));
    let bash = ask_line(&sealed, "bash", line, "").stdout;
    assert_eq!(first(bash), named(["\\$\\(touch\\ x\\)", "a:b\\ c", "it\\'s\\ \\\"so\\\""]));
    let powershell = ask_line(&sealed, "powershell", line, "").stdout;
    assert_eq!(first(powershell), named(["'$(touch x)'", "'a:b c'", "'it''s \"so\"'"]));
    // By their ids they can be reached, and what is said of them is harmless.
    let ids = ask(&sealed, "opsctl ssm connect i-0000000000000000c");
    assert_eq!(ids[0].1, r"Online, esc\x1b]0;title\x07, Debian");
}

#[test]
fn powershell_and_bash_give_the_line_as_it_stands() {
    let aws = web();
    let sealed = sealed_in(&aws);
    let line = |shell: &str, line: &str, replaced: &str| ask_line(&sealed, shell, line, replaced).stdout;
    let described = "web-1\tweb-1\tOnline, i-0000000000000000a, Debian\n";
    assert_eq!(line("powershell", "opsctl ssm connect web-1", "web-1"), described);
    assert_eq!(
        line("powershell", r"C:\bin\opsctl.exe ssm list --columns name,st", "st"),
        "state\tstate\tSTATE\n".replace("\tstate", "\tname,state")
    );
    assert_eq!(line("powershell", "opsctl ssm con", "con").split('\t').next(), Some("connect"));
    assert_eq!(
        line("bash", "opsctl --region=eu-west-1 ssm connect --region=eu-west-3", "eu-west-3"),
        "eu-west-3\n"
    );
    assert_eq!(line("bash", "A=b opsctl ssm connect 'web-1", "web-1"), "web-1\n");
    assert_eq!(line("bash", "opsctl ssm connect \"web-1", "web-1"), "web-1\n");
}

#[test]
fn files_are_offered_for_options_that_name_one() {
    let sealed = patient();
    sealed.write("my sandbox.toml", "");
    sealed.write("more/x.toml", "");
    assert_eq!(values(&sealed, "opsctl sandbox run --config m"), ["more/", "my sandbox.toml"]);
    let bash = ask_line(&sealed, "bash", "opsctl sandbox run --config m", "m").stdout;
    assert_eq!(bash, "more/\nmy\\ sandbox.toml\n");
    assert_eq!(ask_as(&sealed, "zsh", "opsctl sandbox run --config mo").stdout, "+more/\n");
    assert_eq!(values(&sealed, "opsctl sandbox up --dir m"), ["more/"]);
    assert_eq!(values(&sealed, "opsctl sandbox run -- more/"), ["more/x.toml"]);
}

#[test]
fn only_a_script_is_answered_as_one() {
    let sealed = patient();
    for (shell, args) in [("fish", &["--version"][..]), ("tcsh", &["--version"]), ("", &["--version"])] {
        let mut command = sealed.command(args);
        command.env("OPSCTL_COMPLETE", shell);
        assert!(finish(command, b"").expect(0).stdout.starts_with("opsctl "), "{shell} {args:?}");
    }
    let mut command = sealed.command(["--"]);
    command.env("OPSCTL_COMPLETE", "fish");
    finish(command, b"").expect(2);
}

#[test]
fn each_script_is_printed_and_written() {
    let sealed = patient();
    let dir = sealed.path("scripts");
    std::fs::create_dir(&dir).unwrap();
    sealed.run(["completions", "--dir", dir.to_str().unwrap()]).expect(0);
    for (shell, file) in [
        ("bash", "opsctl.bash"),
        ("zsh", "_opsctl"),
        ("fish", "opsctl.fish"),
        ("powershell", "_opsctl.ps1"),
        ("elvish", "opsctl.elv"),
    ] {
        let printed = sealed.run(["completions", shell]).expect(0).stdout;
        assert_eq!(printed, std::fs::read_to_string(dir.join(file)).unwrap(), "{shell}");
        // What a release knows must not be in them.
        assert!(!printed.contains("connect"), "{shell}");
    }
    let nowhere = sealed.run(["completions", "--dir", "missing"]).expect(1);
    assert!(nowhere.stderr.starts_with("error: cannot write missing/opsctl.bash\n"), "{nowhere:?}");
}

#[test]
fn the_config_file_of_the_user_counts_here_too() {
    let mut sealed = patient();
    let sandbox = Sandbox::in_dir(&sealed, "rehearsal", None);
    let file = "home/.config/opsctl/config.toml";
    sealed.write(
        file,
        "region = 'us-east-1'\n[alias]\nopen = 'ssm connect'\nw = 'open --reason w'\nssm = 'whoami'\nl = 'l'\n",
    );
    // Only the region of the file is there to find the nodes.
    let keys = std::fs::read_to_string(sandbox.dir.join("credentials")).unwrap();
    let keys = sealed.write("keys", &keys);
    sealed.set("AWS_SHARED_CREDENTIALS_FILE", keys.to_str().unwrap());
    sealed.set("AWS_ENDPOINT_URL", &sandbox.endpoint);
    assert_eq!(ask(&sealed, "opsctl op"), [("open".to_owned(), "alias of ssm connect".to_owned())]);
    assert_eq!(values(&sealed, "opsctl w we"), ["web-1", "web-2"]);
    assert_eq!(values(&sealed, "opsctl -q open we"), ["web-1", "web-2"]);
    assert_eq!(values(&sealed, "opsctl ssm con"), ["connect"]);
    // A file full of mistakes takes nothing away but itself.
    sealed.write(file, "output = 5\n[alias\n");
    assert_eq!(values(&sealed, "opsctl --region us-east-1 ssm connect we"), ["web-1", "web-2"]);
}

use super::*;
use crate::sandbox::sessions::ExtraFrame;
use crate::sandbox::sso::Approve;

fn mistakes(text: &str) -> Vec<String> {
    let mistakes = Settings::parse("sandbox.toml", text).unwrap_err();
    mistakes.iter().map(ToString::to_string).collect()
}

#[test]
fn the_template_and_an_empty_file_are_the_defaults() {
    for text in [TEMPLATE, ""] {
        assert_eq!(Settings::parse("sandbox.toml", text), Ok(Settings::default()));
    }
}

#[test]
fn what_the_template_comments_out_is_valid_too() {
    let setting = |line: &str| !line.contains(" ") || line.contains(" = ") || line.starts_with('[');
    let lines = TEMPLATE.lines().map(|line| match line.strip_prefix("# ") {
        Some(rest) if setting(rest) => rest,
        _ => line,
    });
    let settings = Settings::parse("sandbox.toml", &lines.collect::<Vec<_>>().join("\n")).unwrap();
    assert_eq!(settings.deny, ["ssm:DescribeInstanceProperties"]);
    assert_eq!(settings.preferences.unwrap().idle_timeout_minutes, Some(20));
    let faults = settings.faults.unwrap();
    assert_eq!((faults.rates.reorder, faults.delay.as_millis(), faults.jitter.as_millis()), (0.05, 200, 50));
    assert_eq!((faults.cut.after, faults.cut.every), (Some(500), Some(200)));
    assert_eq!((faults.bye, faults.pause_every), (faults.cut, Some(200)));
    assert_eq!((faults.agent_dies_after, faults.expired_calls), (Some(500), 3));
    assert_eq!((faults.extra_frame, faults.resume_refused), (Some(ExtraFrame::StartPublication), true));
    assert_eq!(settings.documents[0].name, "Uptime");
    assert_eq!((settings.buckets.len(), settings.buckets[0].fill[1].count), (1, 200_000));
    assert!(settings.buckets[0].settings.object_lock && settings.buckets[0].settings.denies("secret/x"));
    assert_eq!((settings.s3.latency.as_millis(), settings.s3.slow_down_per_s), (80, Some(500)));
    assert_eq!(settings.nodes[0].ip, Ipv4Addr::new(10, 0, 0, 11));
    let role = &settings.roles[0];
    assert_eq!((role.mfa, role.external_id.as_deref(), role.max_duration), (true, Some("partner-1"), 7200));
    assert!(!settings.any_role && settings.mfa.serial.is_some());
    let other = &settings.accounts[0];
    assert_eq!(
        (other.name.as_str(), other.roles[0].name.as_str(), other.any_role),
        ("staging", "deploy", false)
    );
    assert_eq!(settings.nodes[0].region.as_deref(), Some("eu-west-1"));
    let accounts = settings.sso.accounts.unwrap();
    assert_eq!((settings.sso.approve, accounts[0].roles.len()), (Approve::AfterPolls(3), 2));
}

#[test]
fn a_node_is_read_with_all_it_can_have() {
    let text = r#"
        nodes = [{ name = "a.b_c", kind = "hybrid", platform = "Windows", ping = "offline", ip = "192.0.2.7",
                   agent_version = "2.3.68.0", shell = "/bin/bash", throttle = "agent", tags = { env = "test", empty = "" } }]
    "#;
    let settings = Settings::parse("sandbox.toml", text).unwrap();
    let expected = NodeSettings {
        name: "a.b_c".into(),
        account: None,
        region: None,
        tags: BTreeMap::from([("env".into(), "test".into()), ("empty".into(), String::new())]),
        kind: NodeKind::Hybrid,
        platform: Platform::Windows,
        dies: None,
        ping: Ping::Offline,
        ip: Ipv4Addr::new(192, 0, 2, 7),
        agent_version: "2.3.68.0".into(),
        shell: "/bin/bash".into(),
        throttle: Throttle::Agent,
    };
    assert_eq!(settings.nodes, [expected]);
    assert!(Settings::parse("sandbox.toml", "nodes = []").unwrap().nodes.is_empty());
}

#[test]
fn all_mistakes_are_reported_with_their_places() {
    let text = "\
acount = \"111122223333\"
region = \"nowhere\"
page_size = 0
latency_ms = -1

[[nodes]]
name = \"web-1\"
pnig = \"online\"
platform = \"BeOS\"

[[nodes]]
name = \"web-1\"
tags = { role = 1 }

[[nodes]]
shell = \"\"

[deny]
actions = [\"ssm:StartSesion\", 7]

[faults]
loss = 1.5
delay_ms = 5001
cut_after = 0
extra_frame = \"pause\"
resume_refused = 1
bye_evry = 7
";
    assert_eq!(
        mistakes(text),
        [
            "sandbox.toml:1:1: unknown key `acount`; did you mean `account`?",
            "sandbox.toml:2:10: `region` must be a region such as \"eu-west-1\"",
            "sandbox.toml:3:13: `page_size` must be a whole number from 1 to 1000",
            "sandbox.toml:4:14: `latency_ms` must be a whole number from 0 to 60000",
            "sandbox.toml:8:1: unknown key `pnig`; did you mean `ping`?",
            "sandbox.toml:9:12: `platform` must be one of \"Linux\", \"MacOS\", \"Windows\"",
            "sandbox.toml:11:1: there is another node called `web-1`",
            "sandbox.toml:13:17: the value of a tag must be text",
            "sandbox.toml:15:1: a node needs a `name`",
            "sandbox.toml:16:9: `shell` must be the name or path of a program",
            "sandbox.toml:19:12: no action of the sandbox is called \"ssm:StartSesion\"; did you mean \"ssm:StartSession\"?",
            "sandbox.toml:19:31: an action must be text, as \"ssm:StartSession\"",
            "sandbox.toml:22:8: `loss` must be a number from 0 to 1",
            "sandbox.toml:23:12: `delay_ms` must be a whole number from 0 to 5000",
            "sandbox.toml:24:13: `cut_after` must be a whole number from 1 to 18446744073709551615",
            "sandbox.toml:25:15: `extra_frame` must be one of \"start-publication\", \"acknowledgement\"",
            "sandbox.toml:26:18: `resume_refused` must be true or false",
            "sandbox.toml:27:1: unknown key `bye_evry`; did you mean `bye_every`?",
        ]
    );
}

#[test]
fn mistakes_in_buckets_are_reported_with_their_places() {
    let text = "\
[[buckets]]
name = \"My_Data\"
region = \"here\"
versioning = \"on\"
onwership = \"ObjectWriter\"

[[buckets]]
name = \"locked\"
object_lock = true
versioning = \"off\"
denied_prefixes = [\"\", \"a/\"]
objects = [
  { body = \"x\" },
  { key = \"\", body = 1 },
  { key = \"a\", count = 2, storage_class = \"COLD\" },
  { key = \"b\", body = \"x\", size = 5 },
  { key = \"c\", tags = { \"aws:x\" = \"1\" } },
  7,
]

[[buckets]]
name = \"locked\"

[[buckets]]
objects = [{ key = \"{n}\", count = 10000001 }]

[s3]
latency_ms = -1
slow_down_per_s = 0
restore = 5
";
    assert_eq!(
        mistakes(text),
        [
            "sandbox.toml:2:8: `name` must be 3 to 63 lower-case letters, digits, dots or dashes, as S3 allows them",
            "sandbox.toml:3:10: `region` must be a region such as \"eu-west-1\"",
            "sandbox.toml:4:14: `versioning` must be one of \"off\", \"enabled\", \"suspended\"",
            "sandbox.toml:5:1: unknown key `onwership`; did you mean `ownership`?",
            "sandbox.toml:10:14: a bucket with `object_lock` has `versioning = \"enabled\"`",
            "sandbox.toml:11:20: a prefix must be text, as \"secret/\"",
            "sandbox.toml:13:3: an object needs a `key`",
            "sandbox.toml:14:11: `key` must be a key of 1 to 1024 bytes",
            "sandbox.toml:14:22: `body` must be text",
            "sandbox.toml:15:3: the `key` of several objects has {n} for their number",
            "sandbox.toml:15:43: `storage_class` must be one of \"STANDARD\", \"REDUCED_REDUNDANCY\", \"STANDARD_IA\", \"ONEZONE_IA\", \"INTELLIGENT_TIERING\", \"GLACIER\", \"DEEP_ARCHIVE\", \"GLACIER_IR\"",
            "sandbox.toml:16:23: an object has a `body` or a `size` that it pretends, not both",
            "sandbox.toml:17:23: System tags cannot be added/updated by requester",
            "sandbox.toml:18:3: `objects` must be a list of tables, as [{ key = \"a.txt\", body = \"text\" }]",
            "sandbox.toml:21:1: there is another bucket called `locked`",
            "sandbox.toml:24:1: a bucket needs a `name`",
            "sandbox.toml:25:35: `count` must be a whole number from 1 to 10000000",
            "sandbox.toml:28:14: `latency_ms` must be a whole number from 0 to 60000",
            "sandbox.toml:29:19: `slow_down_per_s` must be a whole number from 1 to 1000000",
            "sandbox.toml:30:1: unknown key `restore`",
        ]
    );
}

#[test]
fn broken_toml_hides_what_would_follow_from_it() {
    for text in ["region = \npage_size = \"ten\"\n", "[[nodes]\nname = \"web-1\"\n"] {
        let found = mistakes(text);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with("sandbox.toml:1:"), "{found:?}");
    }
    let found = mistakes("region = \n[[nodes]\n");
    assert!(found.len() == 2 && found[1].starts_with("sandbox.toml:2:"), "{found:?}");
}

#[test]
fn names_that_would_leave_the_folder_are_mistakes() {
    for name in ["", ".", "..", "a/b", "-x", "é", &"x".repeat(64)] {
        let found = mistakes(&format!("[[nodes]]\nname = {name:?}\n"));
        assert!(found[0].starts_with("sandbox.toml:2:8: `name` must be"), "{name}: {found:?}");
    }
}

#[test]
fn columns_count_characters() {
    let found = mistakes("nodes = [{ name = \"a\", tags = { \"é\" = \"ü\", b = 1 } }]");
    assert_eq!(found, ["sandbox.toml:1:48: the value of a tag must be text"]);
}

proptest::proptest! {
    #[test]
    fn no_text_makes_the_reader_panic(text in "(\\[\\[?[a-z]{0,6}\\]?\\]?|[a-z_]{0,9} ?= ?[\"0-9{\\[.a-z]{0,8}|.{0,8}|\n){0,12}") {
        let _ = Settings::parse("sandbox.toml", &text);
    }
}

#[test]
fn a_throttle_is_of_the_sandbox_and_a_node_may_have_its_own() {
    for (text, expected) in [
        ("", [Throttle::None; 3].as_slice()),
        ("throttle = \"agent\"", &[Throttle::Agent; 3]),
        (
            "throttle = \"agent\"\nnodes = [{ name = \"a\" }, { name = \"b\", throttle = \"none\" }]",
            &[Throttle::Agent, Throttle::None],
        ),
        ("nodes = [{ name = \"a\", throttle = \"agent\" }]", &[Throttle::Agent]),
    ] {
        let nodes = Settings::parse("sandbox.toml", text).unwrap().nodes;
        assert_eq!(nodes.iter().map(|node| node.throttle).collect::<Vec<_>>(), expected, "{text}");
    }
    assert_eq!(
        mistakes("throttle = \"fast\""),
        ["sandbox.toml:1:12: `throttle` must be one of \"none\", \"agent\""]
    );
}

#[test]
fn topics_and_queues_are_lists_of_names() {
    let settings =
        Settings::parse("sandbox.toml", "topics = [\"done\", \"a-b_1.fifo\"]\nqueues = []").unwrap();
    let names = |names: &[&str]| Some(names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>());
    assert_eq!((settings.topics, settings.queues), (names(&["done", "a-b_1.fifo"]), names(&[])));
    assert_eq!(
        mistakes("topics = \"done\"\nqueues = [\"a.b\", 1, \"arn:aws:sqs:eu-west-1:111122223333:work\"]"),
        [
            "sandbox.toml:1:10: `topics` must be a list of names, as [\"done\"]",
            "sandbox.toml:2:11: the name of a queue is letters, digits, dashes and underscores, then .fifo perhaps",
            "sandbox.toml:2:18: the name of a queue is letters, digits, dashes and underscores, then .fifo perhaps",
            "sandbox.toml:2:21: the name of a queue is letters, digits, dashes and underscores, then .fifo perhaps",
        ]
    );
}

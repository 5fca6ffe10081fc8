//! Nothing that opens a door is ever written: keys, tokens and passwords are planted, every command tells all it can in
//! every way, and neither a stream nor a file may hold one of them.

use std::path::Path;

use base64::Engine as _;
use opsctl_engine::session::{AgentEncryption, SessionType};

use crate::cli::COMMANDS;
use crate::support::session_aws::{granting, granting_with_data_key, signed_in_to, token};
use crate::support::tunnel::{ConnectProxy, TlsFront, authority};
use crate::support::{FakeAws, Gateway, Node, Ran, Reply, Sealed};

const SECRET_KEY: &str = "plantedSecret/K7MDENG+bPxRfiCYEXAMPLEKEY";
const SESSION_TOKEN: &str = "plantedSession//////////wEaCXVzLWVhc3QtMSJHMEUCIQ==";
const PROXY_PASSWORD: &str = "plantedProxyPassword";
const SIGNATURE: &str = "plantedSignaturef3a9c07b51e86d24";
/// 64 bytes.
const DATA_KEY: &str = "plantedPlaintextplantedPlaintextplantedPlaintextplantedPlaintext";

/// Every way to be talkative, and whether all is told in it.
const WAYS: [(&[&str], bool); 6] = [
    (&["-v"], false),
    (&["-vv"], false),
    (&["--debug"], true),
    (&["--log", "trace"], true),
    (&["--log-file", "opsctl.log"], true),
    (&["--log-file", "opsctl.log", "--log", "trace"], true),
];

const FORMS: [&[&str]; 2] = [&["--log-format", "text"], &["--log-format", "json", "-o", "json"]];

/// What a command is given, so that it does all it can, and how it ends then. Every command has its line.
const ARGUMENTS: &[(&[&str], &[&str], i32)] = &[
    (&[], &[], 2),
    (&["ssm"], &[], 2),
    (&["ssm", "list"], &[], 0),
    (&["ssm", "connect"], &["i-0123456789abcdef0"], 0),
    (&["ssm", "exec"], &["i-0123456789abcdef0", "--", "true"], 0),
    (&["ssm", "run"], &["i-0123456789abcdef0", "--no-wait", "--", "true"], 1),
    // Nobody is at the gateway for these.
    (&["ssm", "forward"], &["i-0123456789abcdef0", "-L", "0:80"], 1),
    (&["ssm", "proxy"], &["i-0123456789abcdef0"], 1),
    (&["ssm", "ssh-config"], &["--host", "web-*"], 0),
    (&["ssm", "session"], &[], 2),
    (&["ssm", "session", "list"], &[], 0),
    (&["ssm", "session", "show"], &["tester-0a1b2c3d4e5f6a7b8"], 0),
    (&["ssm", "session", "terminate"], &["--all", "--yes"], 0),
    (&["s3"], &[], 2),
    (&["s3", "manifest"], &[], 2),
    // What is typed into all of them is no manifest.
    (&["s3", "manifest", "build"], &["-", "--to", "-"], 1),
    (&["s3", "manifest", "check"], &["-"], 6),
    (&["s3", "manifest", "stats"], &["-"], 1),
    (&["s3", "job"], &[], 2),
    (&["s3", "job", "create"], &[], 2),
    // Beyond the proxy nobody has a name with a bucket or an account in it.
    (
        &["s3", "job", "create", "copy"],
        &["--to", "s3://copies", "--manifest", "s3://lists/a.csv", "--role", "batch", "--no-report"],
        75,
    ),
    (
        &["s3", "job", "create", "acl"],
        &["private", "--manifest", "s3://lists/a.csv", "--role", "batch", "--no-report"],
        75,
    ),
    (
        &["s3", "job", "create", "tag"],
        &["a=b", "--manifest", "s3://lists/a.csv", "--role", "batch", "--no-report"],
        75,
    ),
    (
        &["s3", "job", "create", "untag"],
        &["--manifest", "s3://lists/a.csv", "--role", "batch", "--no-report"],
        75,
    ),
    (
        &["s3", "job", "create", "restore"],
        &["--days", "1", "--manifest", "s3://lists/a.csv", "--role", "batch", "--no-report"],
        75,
    ),
    (
        &["s3", "job", "create", "lambda"],
        &["f", "--manifest", "s3://lists/a.csv", "--role", "batch", "--no-report"],
        75,
    ),
    (
        &["s3", "job", "create", "legal-hold"],
        &["on", "--manifest", "s3://lists/a.csv", "--role", "batch", "--no-report"],
        75,
    ),
    (
        &["s3", "job", "create", "retention"],
        &[
            "--remove",
            "--bypass-governance",
            "--manifest",
            "s3://lists/a.csv",
            "--role",
            "batch",
            "--no-report",
        ],
        75,
    ),
    (
        &["s3", "job", "create", "replicate"],
        &["--manifest", "s3://lists/a.csv", "--role", "batch", "--no-report"],
        75,
    ),
    (
        &["s3", "job", "create", "checksum"],
        &["--manifest", "s3://lists/a.csv", "--role", "batch", "--no-report"],
        75,
    ),
    (
        &["s3", "job", "create", "encrypt"],
        &["--kms-key", "k", "--manifest", "s3://lists/a.csv", "--role", "batch", "--no-report"],
        75,
    ),
    (&["s3", "job", "list"], &[], 75),
    (&["s3", "job", "show"], &["5b6f8a1e-3c1d"], 75),
    (&["s3", "job", "watch"], &["5b6f8a1e-3c1d", "--timeout", "1s"], 8),
    (&["s3", "job", "confirm"], &["5b6f8a1e-3c1d", "--yes"], 75),
    (&["s3", "job", "cancel"], &["5b6f8a1e-3c1d", "--yes"], 75),
    (&["s3", "job", "priority"], &["5b6f8a1e-3c1d", "1", "--yes"], 75),
    (&["s3", "job", "policy"], &["tag", "--trust"], 0),
    (&["s3", "manifest", "head"], &["-"], 1),
    (&["s3", "job", "report"], &["none/"], 3),
    (&["s3", "job", "retry"], &["5b6f8a1e-3c1d"], 75),
    (&["sandbox"], &[], 2),
    (&["sandbox", "run"], &["--", "true"], 0),
    (&["sandbox", "up"], &["--timeout", "1ms"], 8),
    (&["sandbox", "status"], &[], 0),
    (&["sandbox", "down"], &[], 3),
    (&["sandbox", "init"], &[], 0),
    // This is no sandbox.
    (&["sandbox", "put"], &["-", "s3://rehearsal-data/x"], 2),
    (&["whoami"], &[], 0),
    (&["config"], &[], 2),
    (&["config", "show"], &["--origin"], 0),
    (&["config", "check"], &[], 0),
    (&["help"], &["environment"], 0),
    (&["completions"], &["zsh"], 0),
    (&["man"], &[], 0),
    (&["version"], &[], 0),
];

/// The commands that call AWS.
const CALLING: [&[&str]; 9] = [
    &["ssm", "list"],
    &["ssm", "connect"],
    &["ssm", "exec"],
    &["ssm", "forward"],
    &["ssm", "proxy"],
    &["ssm", "session", "list"],
    &["ssm", "session", "show"],
    &["ssm", "session", "terminate"],
    &["whoami"],
];

#[test]
fn no_command_writes_a_secret_anywhere() {
    for command in COMMANDS {
        let known = ARGUMENTS.iter().find(|(words, ..)| words == command);
        let (_, arguments, code) = known.unwrap_or_else(|| panic!("{command:?} is not in ARGUMENTS"));
        for (way, all) in WAYS {
            for form in FORMS {
                let session = match command {
                    ["ssm", "connect"] => Some(encrypted_session(SessionType::StandardStream)),
                    ["ssm", "exec"] => Some(encrypted_session(SessionType::NonInteractiveCommands)),
                    _ => None,
                };
                let world = World::new(session.as_ref());
                let words = [*command, way, form, arguments].concat();
                let ran = world.sealed.run_with(words, b"exit\n");
                assert_eq!(ran.code, *code, "{command:?} {way:?} {form:?}: {ran:?}");
                if CALLING.contains(command) && all {
                    let log = std::fs::read_to_string(world.sealed.path("opsctl.log")).unwrap_or_default();
                    assert!(log.len().max(ran.stderr.len()) > 2000, "nothing was logged: {ran:?}");
                    assert!(!world.proxy.heads().is_empty(), "the proxy was not asked");
                }
                assert_silent(&ran, &world.sealed);
                if let Some(session) = session {
                    session.end();
                }
            }
        }
    }
}

/// An encrypted session that is cut and resumed.
fn encrypted_session(session_type: SessionType) -> Gateway<()> {
    Gateway::start(move |door| {
        let mut peer = door.accept();
        let mut node = Node::new(|options| {
            options.handshake = true;
            options.session_type = session_type;
            options.encryption = Some(AgentEncryption {
                key_id: "alias/sessions".into(),
                challenge: true,
                require_challenge: false,
            });
        });
        node.data_key = DATA_KEY.into();
        node.connected();
        node.serve_until_started(&mut peer);
        node.disconnected();
        drop(peer);
        let mut peer = door.accept();
        node.connected();
        if session_type == SessionType::StandardStream {
            node.serve_until_typed(&mut peer, "exit\n");
        } else {
            let now = node.now();
            node.agent.send_exit_code(0, now);
        }
        node.close(peer, "");
    })
}

/// AWS and a gateway behind TLS, and a proxy that wants a password before both.
struct World {
    sealed: Sealed,
    proxy: ConnectProxy,
    _aws: FakeAws,
}

impl World {
    fn new(session: Option<&Gateway<()>>) -> Self {
        let path = session.map_or("/", Gateway::path);
        let aws = granting_with_data_key(format!("wss://gateway.example.test{path}"), DATA_KEY.as_bytes());
        let front = TlsFront::before(aws.address).address;
        let gateway = session.map_or(front, |session| TlsFront::before(session.address).address);
        let names = [("aws.example.test:443", front), ("gateway.example.test:443", gateway)];
        let proxy = ConnectProxy::to(names);
        let mut sealed = planted(&aws);
        let way_out = format!("http://me:{PROXY_PASSWORD}@{}", proxy.address);
        sealed
            .set("AWS_ENDPOINT_URL", "https://aws.example.test")
            .set("AWS_CA_BUNDLE", authority().to_str().unwrap())
            .set("HTTPS_PROXY", way_out);
        World { sealed, proxy, _aws: aws }
    }
}

fn planted(aws: &FakeAws) -> Sealed {
    let mut sealed = signed_in_to(aws);
    sealed.set("AWS_SECRET_ACCESS_KEY", SECRET_KEY).set("AWS_SESSION_TOKEN", SESSION_TOKEN);
    sealed
}

/// Secrets, and what they become on their way.
fn secrets() -> Vec<String> {
    let base64 = |text: &str| base64::engine::general_purpose::STANDARD.encode(text);
    let bytes: Vec<String> = DATA_KEY.bytes().map(|byte| byte.to_string()).collect();
    vec![
        SECRET_KEY.into(),
        SESSION_TOKEN.into(),
        token(0),
        token(1),
        PROXY_PASSWORD.into(),
        base64(&format!("me:{PROXY_PASSWORD}")),
        SIGNATURE.into(),
        DATA_KEY.into(),
        base64(DATA_KEY),
        bytes.join(", "),
    ]
}

#[track_caller]
fn assert_silent(ran: &Ran, sealed: &Sealed) {
    let mut written =
        vec![("stdout".to_owned(), ran.stdout.clone()), ("stderr".to_owned(), ran.stderr.clone())];
    read_all(&sealed.path(""), &mut written);
    for secret in secrets() {
        // Also not percent-encoded, and not the greater part of it.
        for part in
            [secret.as_str(), &secret[..secret.len() - 4], &secret[secret.len() - 14..], &secret[..14]]
        {
            for (place, text) in &written {
                let line = text.lines().find(|line| line.contains(part));
                assert!(line.is_none(), "{place} shows {part}: {line:?}");
            }
        }
    }
}

/// Every file of the place: logs, state, caches.
fn read_all(folder: &Path, written: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let kind = path.symlink_metadata().unwrap().file_type();
        if kind.is_dir() {
            read_all(&path, written);
        } else if kind.is_file() {
            let text = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
            written.push((path.display().to_string(), text));
        }
    }
}

/// It asks AWS too, and keeps what it heard in the cache.
#[test]
fn a_completion_writes_no_secret_anywhere() {
    let mut world = World::new(None);
    world.sealed.set("OPSCTL_COMPLETE", "bash").set("OPSCTL_COMPLETE_LINE", "opsctl ssm connect ");
    let ran = world.sealed.set("OPSCTL_COMPLETE_WORD", "").run(["--"]).expect(0);
    assert!(ran.stdout.contains("i-0123456789abcdef0"), "{ran:?}");
    assert!(world.sealed.path("home/.cache/opsctl").is_dir(), "nothing was kept");
    assert_silent(&ran, &world.sealed);
}

/// Whoever was handed such an address needs nothing else to get in.
#[test]
fn a_signed_address_shows_no_signature() {
    for (way, _) in WAYS {
        let gateway = Gateway::start(|door| {
            let mut peer = door.accept();
            let mut node = Node::with_handshake();
            node.connected();
            node.serve_until_started(&mut peer);
            node.serve_until_typed(&mut peer, "exit\n");
            node.close(peer, "");
        });
        let signed = format!("X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature={SIGNATURE}");
        let aws = granting(format!("{}&{signed}", gateway.stream_url()));
        let sealed = planted(&aws);
        let ran = sealed.run_with(["ssm", "connect", "i-0123456789abcdef0"].iter().chain(way), b"exit\n");
        let ran = ran.expect(0);
        gateway.end();
        assert_silent(&ran, &sealed);
    }
}

#[test]
fn a_failure_shows_no_key_and_no_token() {
    for (way, _) in WAYS {
        for form in FORMS {
            let aws = FakeAws::start(|_| Reply::error(400, "AccessDeniedException", "no"));
            let sealed = planted(&aws);
            let args = [&["ssm", "connect", "i-0123456789abcdef0"], way, form].concat();
            assert_silent(&sealed.run(args).expect(5), &sealed);
        }
    }
}

//! Nothing that opens a door is ever written: keys, tokens and passwords are planted, every command tells all it can in
//! every way, and neither a stream nor a file may hold one of them.

mod alarm;
pub mod commands;
mod s3;
mod sfn;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::LazyLock;

use base64::Engine as _;
use opsctl_engine::session::{AgentEncryption, SessionType};

use self::commands::{Known, known};
use crate::cli::COMMANDS;
use crate::support::session_aws::{granting, granting_with_data_key, signed_in_to, token};
use crate::support::tunnel::{ConnectProxy, TlsFront, authority};
use crate::support::{FakeAws, Gateway, Node, Ran, Reply, Sealed};

const SECRET_KEY: &str = "plantedSecret/K7MDENG+bPxRfiCYEXAMPLEKEY";
const SESSION_TOKEN: &str = "plantedSession//////////wEaCXVzLWVhc3QtMSJHMEUCIQ==";
const PROXY_PASSWORD: &str = "plantedProxyPassword";
const TASK_TOKEN: &str = "plantedTaskTokenAQCEAAAAKgAAAAMAAAAAAAAAAeyJ0b2tlbiI6";
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

/// Commands that begin with these words have a test of their own: the longest that fits.
const GROUPS: [&[&str]; 8] =
    [&[], &["ssm"], &["s3"], &["s3", "job"], &["s3", "job", "create"], &["sfn"], &["alarm"], &["metric"]];

#[test]
fn no_command_at_the_top_writes_a_secret_anywhere() {
    no_command_writes_a_secret_anywhere(&[]);
}

#[test]
fn no_command_of_sessions_writes_a_secret_anywhere() {
    no_command_writes_a_secret_anywhere(&["ssm"]);
}

#[test]
fn no_command_of_manifests_writes_a_secret_anywhere() {
    no_command_writes_a_secret_anywhere(&["s3"]);
}

#[test]
fn no_command_of_jobs_writes_a_secret_anywhere() {
    no_command_writes_a_secret_anywhere(&["s3", "job"]);
}

#[test]
fn no_command_that_creates_a_job_writes_a_secret_anywhere() {
    no_command_writes_a_secret_anywhere(&["s3", "job", "create"]);
}

#[test]
fn no_command_of_state_machines_writes_a_secret_anywhere() {
    no_command_writes_a_secret_anywhere(&["sfn"]);
}

#[test]
fn no_command_of_alarms_writes_a_secret_anywhere() {
    no_command_writes_a_secret_anywhere(&["alarm"]);
}

#[test]
fn no_command_of_metrics_writes_a_secret_anywhere() {
    no_command_writes_a_secret_anywhere(&["metric"]);
}

fn no_command_writes_a_secret_anywhere(group: &[&str]) {
    let group_of = |command: &[&str]| {
        GROUPS.into_iter().filter(|group| command.starts_with(group)).max_by_key(|group| group.len())
    };
    for command in COMMANDS.iter().filter(|command| group_of(command) == Some(group)) {
        let Known { arguments, code, calls_aws } = known(command);
        for (way, all) in WAYS {
            for form in FORMS {
                let session = match command {
                    ["ssm", "connect"] => Some(encrypted_session(SessionType::StandardStream)),
                    ["ssm", "exec"] => Some(encrypted_session(SessionType::NonInteractiveCommands)),
                    _ => None,
                };
                let world = World::new(session.as_ref());
                let words = [*command, way, form, &arguments].concat();
                let ran = world.sealed.run_with(words, b"exit\n");
                assert_eq!(ran.code, code, "{command:?} {way:?} {form:?}: {ran:?}");
                if calls_aws && all {
                    let log = std::fs::read_to_string(world.sealed.path("opsctl.log")).unwrap_or_default();
                    assert!(log.len().max(ran.stderr.len()) > 2000, "nothing was logged: {ran:?}");
                    assert!(!world.proxy.heads().is_empty(), "the proxy was not asked");
                    let is_asked = !world.s3.requests().is_empty();
                    assert_eq!(is_asked, command.starts_with(&["s3"]), "{command:?} and S3");
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

/// One of each for all worlds: what they are asked is not looked at, and every server keeps its port to the end.
static STATES: LazyLock<SocketAddr> = LazyLock::new(|| TlsFront::before(sfn::start().address).address);
static MONITORING: LazyLock<SocketAddr> = LazyLock::new(|| TlsFront::before(alarm::start().address).address);

/// AWS and a gateway behind TLS, and a proxy that wants a password before both.
struct World {
    sealed: Sealed,
    proxy: ConnectProxy,
    s3: FakeAws,
    _aws: FakeAws,
}

impl World {
    fn new(session: Option<&Gateway<()>>) -> Self {
        let path = session.map_or("/", Gateway::path);
        let aws = granting_with_data_key(format!("wss://gateway.example.test{path}"), DATA_KEY.as_bytes());
        let front = TlsFront::before(aws.address).address;
        let gateway = session.map_or(front, |session| TlsFront::before(session.address).address);
        let s3 = s3::start();
        // Buckets and accounts are in the names.
        let proxy = ConnectProxy::to([
            ("aws.example.test:443", front),
            ("states.aws.example.test:443", *STATES),
            ("monitoring.aws.example.test:443", *MONITORING),
            ("*.aws.example.test:443", TlsFront::before(s3.address).address),
            ("gateway.example.test:443", gateway),
        ]);
        let mut sealed = planted(&aws);
        sealed.write("home/.aws/config", "[default]\ns3 =\n  addressing_style = virtual\n");
        sealed.write("orders.asl.json", r#"{"StartAt":"A","States":{"A":{"Type":"Succeed"}}}"#);
        let way_out = format!("http://me:{PROXY_PASSWORD}@{}", proxy.address);
        sealed
            .set("AWS_ENDPOINT_URL", "https://aws.example.test")
            .set("AWS_ENDPOINT_URL_CLOUDWATCH", "https://monitoring.aws.example.test")
            .set("AWS_ENDPOINT_URL_SFN", "https://states.aws.example.test")
            .set("AWS_CA_BUNDLE", authority().to_str().unwrap())
            .set("HTTPS_PROXY", way_out);
        World { sealed, proxy, s3, _aws: aws }
    }
}

fn planted(aws: &FakeAws) -> Sealed {
    let mut sealed = signed_in_to(aws);
    sealed.set("AWS_SECRET_ACCESS_KEY", SECRET_KEY).set("AWS_SESSION_TOKEN", SESSION_TOKEN);
    sealed.set("TASK_TOKEN", TASK_TOKEN);
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
        TASK_TOKEN.into(),
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
        // Any more of it has one of its ends, and an end is the same percent-encoded.
        for part in [&secret[..14], &secret[secret.len() - 14..]] {
            for (place, text) in &written {
                let line = || text.lines().find(|line| line.contains(part));
                assert!(!text.contains(part), "{place} shows {part}: {:?}", line());
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
    world.sealed.set("OPSCTL_COMPLETE_WORD", "").set("OPSCTL_COMPLETION_LIMIT", "30s");
    let ran = world.sealed.run(["--"]).expect(0);
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

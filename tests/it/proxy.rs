//! `ssm proxy` and `ssm ssh-config`: bytes through stdin and stdout, and a real ssh that logs in through them.

use std::io::{Read, Write};
use std::net::Shutdown;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::forward::{
    LIMIT, assert_same, closed_port, echo, noise, open_sessions, sandbox_with_agent, server,
};
use crate::support::{Ran, Sandbox, Sealed, finish, peak_memory};

fn start(sealed: &Sealed, port: u16) -> Child {
    let mut command = sealed.command(["--sandbox", "ssm", "proxy", "web-1", &port.to_string()]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

#[test]
fn every_byte_goes_both_ways_and_nothing_else_is_on_stdout() {
    for (name, config) in [
        ("today", "[[nodes]]\nname = \"web-1\"\n"),
        ("an old agent", "[[nodes]]\nname = \"web-1\"\nagent_version = \"2.3.0.0\"\n"),
        (
            "a bad network",
            "[faults]\nloss = 0.01\nreorder = 0.05\ncut_every = 3000\n[[nodes]]\nname = \"web-1\"\n",
        ),
    ] {
        let sealed = Sealed::new();
        let _sandbox = Sandbox::with_config(&sealed, Some(config));
        let mut child = start(&sealed, echo());
        let (mut stdin, mut stdout) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        // Alone in a read, each of these has been changed on the way by others.
        for byte in [b"\n", b"\r", b"\x03", b"\0"] {
            stdin.write_all(byte).unwrap();
            let mut came = [0];
            stdout.read_exact(&mut came).unwrap();
            assert_eq!(&came, byte, "{name}");
        }
        let data = noise(11, 3 << 20);
        let sent = data.clone();
        let writing = std::thread::spawn(move || {
            stdin.write_all(&sent).unwrap();
            stdin
        });
        let mut came = vec![0; data.len()];
        stdout.read_exact(&mut came).unwrap();
        assert_same(&came, &data);
        drop(writing.join().unwrap());
        let mut rest = Vec::new();
        stdout.read_to_end(&mut rest).unwrap();
        assert_eq!((rest.len(), child.wait().unwrap().code()), (0, Some(0)), "{name}");
        assert_eq!(open_sessions(&sealed), 0, "{name}");
    }
}

#[test]
fn what_was_said_before_the_end_of_stdin_arrives() {
    let sealed = Sealed::new();
    let _sandbox = Sandbox::up(&sealed);
    let (ended, end) = std::sync::mpsc::channel();
    let ended = std::sync::Mutex::new(ended);
    let sink = server(move |mut stream| {
        let mut all = Vec::new();
        stream.read_to_end(&mut all).unwrap();
        ended.lock().unwrap().send(all).unwrap();
    });
    let data = noise(2, 2 << 20);
    let proxy = ["--sandbox", "ssm", "proxy", "web-1", &sink.to_string()];
    let ran = sealed.run_with(proxy, &data).expect(0);
    assert_eq!((ran.stdout.as_str(), ran.stderr.as_str()), ("", ""));
    assert_same(&end.recv_timeout(LIMIT).unwrap(), &data);
}

#[test]
fn it_ends_with_the_far_side_whose_last_bytes_are_there() {
    let sealed = Sealed::new();
    let _sandbox = Sandbox::up(&sealed);
    let source = server(|mut stream| {
        stream.write_all(&noise(6, 2 << 20)).unwrap();
        stream.shutdown(Shutdown::Write).unwrap();
    });
    let mut child = start(&sealed, source);
    let _stdin = child.stdin.take();
    let mut came = Vec::new();
    child.stdout.take().unwrap().read_to_end(&mut came).unwrap();
    assert_same(&came, &noise(6, 2 << 20));
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn each_end_has_its_exit_code() {
    let sealed = Sealed::new();
    let _sandbox = Sandbox::up(&sealed);
    let mut child = start(&sealed, closed_port());
    let stdin = child.stdin.take();
    let refused = child.wait_with_output().unwrap();
    drop(stdin);
    let said = String::from_utf8(refused.stderr).unwrap();
    assert_eq!((refused.status.code(), refused.stdout.len()), (Some(1), 0), "{said}");
    assert!(said.contains("Unable to connect to specified port"), "{said}");
    sealed.run(["--sandbox", "ssm", "proxy", "nobody"]).expect(3);
    let document = ["--document", "AWS-StartPortForwardingSession", "--parameter", "portNumber=80"];
    sealed.run(["--sandbox", "ssm", "proxy", "web-1"].iter().chain(&document)).expect(2);
    // ssh hangs up on its proxy when it has done its work: no failure.
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143), (Signal::HUP, 0)] {
        if signal == Signal::HUP && crate::support::hang_ups_are_ignored() {
            continue;
        }
        let mut child = start(&sealed, echo());
        let mut stdin = child.stdin.take().unwrap();
        stdin.write_all(b"x").unwrap();
        child.stdout.as_mut().unwrap().read_exact(&mut [0]).unwrap();
        kill_process(Pid::from_child(&child), signal).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(code));
        assert_eq!(open_sessions(&sealed), 0, "{signal:?}");
    }
}

#[test]
fn a_reader_that_takes_nothing_makes_the_node_wait() {
    // More than the buffers of all sockets on the way.
    const LENGTH: usize = 24 << 20;
    let sealed = Sealed::new();
    let _sandbox = sandbox_with_agent(&sealed, "3.3.2299.0", "");
    let (told, tells) = std::sync::mpsc::channel();
    let told = std::sync::Mutex::new(told);
    // Says how much it could get rid of.
    let source = server(move |mut stream| {
        for part in noise(6, LENGTH).chunks(64 * 1024) {
            stream.write_all(part).unwrap();
            told.lock().unwrap().send(part.len()).unwrap();
        }
    });
    let mut child = start(&sealed, source);
    let _stdin = child.stdin.take();
    let mut stdout = child.stdout.take().unwrap();
    let mut came = vec![0; 1];
    stdout.read_exact(&mut came).unwrap();
    let mut sent = 0;
    while let Ok(length) = tells.recv_timeout(Duration::from_secs(1)) {
        sent += length;
    }
    assert!(sent < LENGTH, "nobody waited");
    let peak = peak_memory(child.id());
    assert!(peak < 64 * 1024, "{peak} kB");
    stdout.read_to_end(&mut came).unwrap();
    assert_same(&came, &noise(6, LENGTH));
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn the_host_block_names_this_program_and_the_aws_that_is_meant() {
    let sealed = Sealed::new();
    let binary = crate::support::BINARY;
    let shown = |args: &[&str]| sealed.run(["ssm", "ssh-config"].iter().chain(args)).expect(0).stdout;
    assert_eq!(shown(&[]), format!("Host i-* mi-*\n    ProxyCommand {binary} ssm proxy %h %p\n"));
    assert_eq!(
        shown(&["--host", "web-*", "db-1", "--profile", "my prod", "--region", "eu-west-1"]),
        format!(
            "Host i-* mi-* web-* db-1\n    ProxyCommand {binary} --profile='my prod' --region=eu-west-1 ssm proxy %h %p\n"
        )
    );
    sealed.run(["ssm", "ssh-config", "--host", "a b"]).expect(2);
}

/// An sshd of our own on loopback, for our own account.
struct Sshd {
    child: Child,
    port: u16,
}

impl Sshd {
    /// None where there is no openssh.
    fn start(sealed: &Sealed) -> Option<Sshd> {
        let sshd = Path::new("/usr/sbin/sshd");
        let tools = ["ssh", "scp", "sftp", "ssh-keygen"];
        let is_there = |tool: &&str| Path::new("/usr/bin").join(tool).exists();
        if !sshd.exists() || !tools.iter().all(is_there) {
            eprintln!("there is no openssh here: not tried");
            return None;
        }
        for key in ["host_key", "user_key"] {
            let file = sealed.path(key);
            let mut keygen = Command::new("ssh-keygen");
            keygen.args(["-q", "-t", "ed25519", "-N", "", "-f"]).arg(&file);
            finish(keygen, b"").expect(0);
        }
        std::fs::copy(sealed.path("user_key.pub"), sealed.path("authorized_keys")).unwrap();
        let port = closed_port();
        let path = |name: &str| sealed.path(name).display().to_string();
        let config = format!(
            "Port {port}\nListenAddress 127.0.0.1\nHostKey {}\nAuthorizedKeysFile {}\nPidFile none\nUsePAM no\n\
             StrictModes no\nPasswordAuthentication no\nPermitRootLogin yes\nSubsystem sftp internal-sftp\n",
            path("host_key"),
            path("authorized_keys"),
        );
        let config = sealed.write("sshd_config", &config);
        let mut child = Command::new(sshd)
            .args(["-D", "-e", "-f"])
            .arg(config)
            .stdin(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut log = String::new();
        let mut stderr = child.stderr.take().unwrap();
        let start = Instant::now();
        while !log.contains("listening on 127.0.0.1") {
            let mut byte = [0];
            if stderr.read(&mut byte).unwrap() == 0 || start.elapsed() > LIMIT {
                eprintln!("this sshd does not start here, not tried: {log}");
                let _ = child.kill();
                let _ = child.wait();
                return None;
            }
            log.push(char::from(byte[0]));
        }
        std::thread::spawn(move || std::io::copy(&mut stderr, &mut std::io::sink()));
        Some(Sshd { child, port })
    }
}

impl Drop for Sshd {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn ssh_and_scp_work_through_the_printed_lines() {
    let sealed = Sealed::new();
    let sandbox = Sandbox::up(&sealed);
    let Some(sshd) = Sshd::start(&sealed) else { return };
    let dir = format!("--sandbox={}", sandbox.dir.display());
    let block = sealed.run(["ssm", "ssh-config", "--host", "web-*", &dir]).expect(0).stdout;
    let known = sealed.path("known_hosts");
    let settings = format!(
        "{block}    Port {}\n    IdentityFile {}\n    IdentitiesOnly yes\n    UserKnownHostsFile {}\n    \
         StrictHostKeyChecking no\n    LogLevel ERROR\n",
        sshd.port,
        sealed.path("user_key").display(),
        known.display(),
    );
    let config = sealed.write("ssh_config", &settings);
    let tool = |name: &str, args: &[&str]| -> Ran {
        let mut command = Command::new(name);
        sealed.seal(&mut command);
        command.arg("-F").arg(&config).args(args);
        finish(command, b"")
    };
    let ran = tool("ssh", &["web-1", "echo hello; echo aside >&2; exit 3"]).expect(3);
    assert_eq!((ran.stdout.as_str(), ran.stderr.as_str()), ("hello\n", "aside\n"));

    let data = noise(9, 4 << 20);
    std::fs::write(sealed.path("up"), &data).unwrap();
    let there = sealed.path("there").display().to_string();
    tool("scp", &["-q", "up", &format!("web-1:{there}")]).expect(0);
    assert_same(&std::fs::read(&there).unwrap(), &data);
    tool("scp", &["-q", &format!("web-1:{there}"), "back"]).expect(0);
    assert_same(&std::fs::read(sealed.path("back")).unwrap(), &data);
    assert!(std::fs::metadata(&there).unwrap().permissions().mode() & 0o400 != 0);

    // By its id, too.
    let list = ["--sandbox", "ssm", "list", "--query", "items[0].instanceId", "-o", "text"];
    let id = sealed.run(list).expect(0).stdout;
    let ran = tool("ssh", &[id.trim(), "wc -c"]).expect(0);
    assert_eq!(ran.stdout.trim(), "0");
    assert_eq!(open_sessions(&sealed), 0);
}

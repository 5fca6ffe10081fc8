//! A folder and an environment of its own for every test: no inherited variable, a fixed clock and width.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use opsctl::aws::{Asker, Aws, AwsOptions, AwsSettings, Pools};
use opsctl::output::{Format, Reporter, ReporterSettings, Stream};
use opsctl::settings::Environment;
use opsctl::terminal::Terminals;
use rustix::process::{Pid, Signal, kill_process};

pub const BINARY: &str = env!("CARGO_BIN_EXE_opsctl");

/// Far beyond what any program here takes: one that hangs is killed, and fails its test.
const LIMIT: Duration = Duration::from_secs(120);

/// A place that knows nothing of the machine around it.
pub struct Sealed {
    folder: PathBuf,
    variables: Vec<(String, String)>,
}

/// What a program left behind.
#[derive(Debug)]
pub struct Ran {
    pub stdout: String,
    pub stderr: String,
    pub code: i32,
}

impl Sealed {
    pub fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("sealed-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        std::fs::create_dir_all(folder.join("home")).unwrap();
        Sealed { folder, variables: Vec::new() }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    pub fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        path
    }

    /// Sets a variable for every program that is run from here on.
    pub fn set(&mut self, name: &str, value: impl Into<String>) -> &mut Self {
        self.variables.push((name.to_owned(), value.into()));
        self
    }

    /// Keys and a region, so that only the endpoint is missing.
    pub fn signed_in(&mut self) -> &mut Self {
        self.set("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
            .set("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
            .set("AWS_REGION", "eu-west-1")
    }

    /// The binary, not started yet.
    pub fn command<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Command {
        let mut command = Command::new(BINARY);
        self.seal(&mut command);
        command.args(args);
        command
    }

    /// Takes everything inherited from `command`.
    pub fn seal(&self, command: &mut Command) {
        let binaries = Path::new(BINARY).parent().unwrap().display().to_string();
        command
            .env_clear()
            .env("HOME", self.path("home"))
            .env("PATH", format!("{binaries}:/usr/local/bin:/usr/bin:/bin"))
            .env("LANG", "C.UTF-8")
            .env("TERM", "xterm")
            .env("TZ", "UTC")
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("OPSCTL_FIXED_CLOCK", "2026-11-22T12:00:00Z")
            .current_dir(&self.folder);
        for (name, value) in &self.variables {
            command.env(name, value);
        }
    }

    pub fn run<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Ran {
        self.run_with(args, b"")
    }

    /// Runs the binary with `input` on stdin.
    pub fn run_with<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>, input: &[u8]) -> Ran {
        finish(self.command(args), input)
    }
}

impl Drop for Sealed {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// Under `nohup` a hang-up ends nothing: what waits for it to must not be tried.
pub fn hang_ups_are_ignored() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:")).unwrap_or("0").trim();
    let ignored = u64::from_str_radix(mask, 16).unwrap() & 1 == 1;
    if ignored {
        eprintln!("SIGHUP is ignored here (nohup): not tried");
    }
    ignored
}

/// Runs `command` to its end.
pub fn finish(mut command: Command, input: &[u8]) -> Ran {
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    // A program that does not read its input is no failure.
    let writer = std::thread::spawn(move || {
        let _ = stdin.write_all(&input);
    });
    let (ended, end) = channel::<()>();
    let pid = Pid::from_child(&child);
    let watchdog = std::thread::spawn(move || {
        if end.recv_timeout(LIMIT) == Err(RecvTimeoutError::Timeout) {
            let _ = kill_process(pid, Signal::KILL);
        }
    });
    let output = child.wait_with_output().unwrap();
    drop(ended);
    watchdog.join().unwrap();
    writer.join().unwrap();
    Ran {
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        code: output.status.code().unwrap_or(-1),
    }
}

impl Ran {
    /// The answer as JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("no JSON ({error}): {self:?}"))
    }

    #[track_caller]
    pub fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{self:#?}");
        self
    }
}

/// `sandbox up` in the background, ended with the value.
pub struct Sandbox {
    child: Child,
    pub endpoint: String,
    pub dir: PathBuf,
}

impl Sandbox {
    /// A sandbox with the defaults.
    pub fn up(sealed: &Sealed) -> Self {
        Sandbox::with_config(sealed, None)
    }

    /// Whoever may do everything in it, for clients of the SDK.
    pub async fn aws(&self) -> Aws {
        let connection = opsctl::sandbox::find(Some(&self.dir), || unreachable!()).unwrap();
        let (options, env) = (AwsOptions::default(), Environment::default());
        let (quiet, verbosity, progress, format) = (true, 0, false, Format::default());
        let stderr = Stream::default();
        let silent = ReporterSettings { quiet, verbosity, progress, stderr, format };
        let reporter = Reporter::to(std::io::sink(), silent);
        Aws::load(AwsSettings {
            options: &options,
            env: &env,
            pools: &Pools::default(),
            sandbox: Some(connection),
            asker: Asker::new(&reporter, Terminals::default(), true),
        })
        .await
        .unwrap()
    }

    /// A sandbox with this `sandbox.toml`.
    pub fn with_config(sealed: &Sealed, config: Option<&str>) -> Self {
        Sandbox::in_dir(sealed, "sandbox", config)
    }

    pub fn in_dir(sealed: &Sealed, dir: &str, config: Option<&str>) -> Self {
        let dir = sealed.path(dir);
        let mut args =
            vec!["sandbox".into(), "up".into(), "-o".into(), "json".into(), "--dir".into(), dir.clone()];
        if let Some(config) = config {
            args.extend(["--config".into(), sealed.write("sandbox.toml", config)]);
        }
        let mut child = sealed
            .command(args)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut ready = String::new();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        while let Ok(length) = stdout.read_line(&mut ready)
            && length > 0
            && serde_json::from_str::<serde_json::Value>(&ready).is_err()
        {}
        let ready: serde_json::Value =
            serde_json::from_str(&ready).unwrap_or_else(|error| panic!("no ready line ({error}): {ready}"));
        let endpoint = ready["item"]["endpoint"].as_str().unwrap().to_owned();
        // Whatever it says later must not stop it.
        std::thread::spawn(move || std::io::copy(&mut stdout, &mut std::io::sink()));
        Sandbox { child, endpoint, dir }
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Until it has ended by itself: its exit code.
    pub fn wait(mut self) -> Option<i32> {
        self.child.wait().unwrap().code()
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        // Once it has been waited for, its number may be somebody else's.
        if let Ok(None) = self.child.try_wait()
            && let Some(pid) = i32::try_from(self.child.id()).ok().and_then(rustix::process::Pid::from_raw)
        {
            let _ = rustix::process::kill_process(pid, rustix::process::Signal::TERM);
        }
        let _ = self.child.wait();
    }
}

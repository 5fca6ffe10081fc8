//! The figures of a port forward: `cargo bench --bench forward`. The built binary forwards to a port of a sandbox node,
//! both on this machine; rates, CPU seconds and memory are those of the forwarding process alone, from /proc.

#![expect(clippy::print_stdout, reason = "the figures are the answer")]

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, fs, thread};

const OPSCTL: &str = env!("CARGO_BIN_EXE_opsctl");
const MIB: u64 = 1 << 20;
const TRANSFER: u64 = 256 * MIB;
const LARGE: u64 = 1024 * MIB;
const THROTTLED: u64 = 4 * MIB;
const STARTS: usize = 21;
/// Of one clock tick in /proc, on every Linux that Rust runs on.
const TICKS: f64 = 100.0;

const NODES: &str = r#"
[[nodes]]
name = "fast"

[[nodes]]
name = "slow"
throttle = "agent"
"#;

fn main() -> io::Result<()> {
    let sandbox = Sandbox::start()?;
    let (sink, source) = (serve(drain)?, serve(fill)?);

    let mut starts: Vec<Duration> = Vec::new();
    for _ in 0..STARTS {
        starts.push(Forward::start(&sandbox, "fast", sink, 1)?.started_in);
    }
    starts.sort_unstable();
    println!("start of the process to open port, median of {STARTS}: {:.1?}", starts[STARTS / 2]);

    for (name, port, work) in
        [("upload", sink, upload as fn(SocketAddr, u64) -> io::Result<()>), ("download", source, download)]
    {
        let forward = Forward::start(&sandbox, "fast", port, 1)?;
        let mut rates: Vec<f64> = Vec::new();
        let mut costs: Vec<f64> = Vec::new();
        for _ in 0..5 {
            let (begin, cpu) = (Instant::now(), forward.cpu_seconds()?);
            work(forward.local, TRANSFER)?;
            let mib = (TRANSFER / MIB) as f64;
            rates.push(mib / begin.elapsed().as_secs_f64());
            costs.push((forward.cpu_seconds()? - cpu) / mib);
        }
        println!(
            "{name}, 1 KiB payloads, median of 5: {:.1} MiB/s, {:.4} CPU s a MiB",
            median(&mut rates),
            median(&mut costs)
        );
        work(forward.local, LARGE)?;
        println!("{name} of 1 GiB more: peak memory {:.1} MB", forward.peak_megabytes()?);
    }

    let mut rates = Vec::new();
    for sessions in [1, 8] {
        let forward = Forward::start(&sandbox, "slow", source, sessions)?;
        let begin = Instant::now();
        let connections: Vec<_> = (0..8)
            .map(|_| thread::spawn(move || download(forward.local, THROTTLED / 8 * sessions)))
            .collect();
        for connection in connections {
            connection.join().map_err(|_| io::Error::other("a download panicked"))??;
        }
        let mib = (THROTTLED * sessions) as f64 / MIB as f64;
        rates.push(mib / begin.elapsed().as_secs_f64());
    }
    println!(
        "download, agent throttled, 8 connections: {:.2} MiB/s with 1 session, {:.2} with 8: {:.1} times",
        rates[0],
        rates[1],
        rates[1] / rates[0]
    );
    Ok(())
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// A sandbox that stays until it is dropped.
struct Sandbox {
    dir: PathBuf,
    child: Child,
}

impl Sandbox {
    fn start() -> io::Result<Sandbox> {
        let dir = env::temp_dir().join(format!("opsctl-bench-{}", std::process::id()));
        fs::create_dir_all(&dir)?;
        fs::write(dir.join("sandbox.toml"), NODES)?;
        let child = opsctl(&dir).args(["sandbox", "up", "--dir"]).arg(&dir).stderr(Stdio::null()).spawn()?;
        let sandbox = Sandbox { dir, child };
        let begin = Instant::now();
        while !sandbox.opsctl().args(["whoami"]).stderr(Stdio::null()).output()?.status.success() {
            if begin.elapsed() > Duration::from_secs(20) {
                return Err(io::Error::other("the sandbox does not come up"));
            }
        }
        Ok(sandbox)
    }

    fn opsctl(&self) -> Command {
        let mut command = opsctl(&self.dir);
        command.arg(format!("--sandbox={}", self.dir.display()));
        command
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = fs::remove_dir_all(&self.dir);
    }
}

fn opsctl(home: &Path) -> Command {
    let mut command = Command::new(OPSCTL);
    command.env_clear().env("HOME", home).env("PATH", env::var_os("PATH").unwrap_or_default());
    command.stdout(Stdio::null());
    command
}

struct Forward {
    child: Child,
    local: SocketAddr,
    started_in: Duration,
}

impl Forward {
    fn start(sandbox: &Sandbox, node: &str, port: u16, sessions: u64) -> io::Result<Forward> {
        let begin = Instant::now();
        let mut command = sandbox.opsctl();
        command.args(["ssm", "forward", node, "-o", "ndjson", "--sessions", &sessions.to_string()]);
        command.args(["-L", &format!("0:{port}")]).stdout(Stdio::piped());
        let mut child = command.spawn()?;
        let mut ready = String::new();
        if let Some(stdout) = child.stdout.take() {
            BufReader::new(stdout).read_line(&mut ready)?;
        }
        let started_in = begin.elapsed();
        let digits = ready.split("\"localPort\":").nth(1).unwrap_or_default();
        let port: String = digits.chars().take_while(char::is_ascii_digit).collect();
        let port = port.parse().map_err(|_| io::Error::other(format!("not a ready line: {ready}")))?;
        Ok(Forward { child, local: (Ipv4Addr::LOCALHOST, port).into(), started_in })
    }

    fn cpu_seconds(&self) -> io::Result<f64> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.child.id()))?;
        // After the name in parentheses: utime and stime are the twelfth and the thirteenth.
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
        let ticks = |field: usize| fields.get(field).and_then(|text| text.parse::<f64>().ok()).unwrap_or(0.0);
        Ok((ticks(11) + ticks(12)) / TICKS)
    }

    fn peak_megabytes(&self) -> io::Result<f64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
        let kib: f64 = line.trim().trim_end_matches(" kB").parse().map_err(io::Error::other)?;
        Ok(kib * 1024.0 / 1e6)
    }
}

impl Drop for Forward {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Serves every connection with `work` for as long as the process lives.
fn serve(work: fn(TcpStream) -> io::Result<()>) -> io::Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let port = listener.local_addr()?.port();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            thread::spawn(move || work(stream));
        }
    });
    Ok(port)
}

/// Takes as much as is announced, and confirms it: no multiplexer carries the end of one direction alone.
fn drain(mut stream: TcpStream) -> io::Result<()> {
    let mut announced = [0; 8];
    stream.read_exact(&mut announced)?;
    let taken = io::copy(&mut (&stream).take(u64::from_be_bytes(announced)), &mut io::sink())?;
    stream.write_all(&taken.to_be_bytes())
}

/// Gives as much as it is asked for.
fn fill(mut stream: TcpStream) -> io::Result<()> {
    let mut wanted = [0; 8];
    stream.read_exact(&mut wanted)?;
    io::copy(&mut io::repeat(b'x').take(u64::from_be_bytes(wanted)), &mut stream).map(drop)
}

fn upload(to: SocketAddr, bytes: u64) -> io::Result<()> {
    let mut stream = TcpStream::connect(to)?;
    stream.write_all(&bytes.to_be_bytes())?;
    let chunk = vec![b'x'; 64 * 1024];
    let mut left = bytes;
    while left > 0 {
        let length = left.min(chunk.len() as u64);
        stream.write_all(&chunk[..length as usize])?;
        left -= length;
    }
    let mut taken = [0; 8];
    stream.read_exact(&mut taken)?;
    if u64::from_be_bytes(taken) != bytes {
        return Err(io::Error::other("bytes were lost"));
    }
    Ok(())
}

fn download(from: SocketAddr, bytes: u64) -> io::Result<()> {
    let mut stream = TcpStream::connect(from)?;
    stream.write_all(&bytes.to_be_bytes())?;
    if io::copy(&mut stream, &mut io::sink())? != bytes {
        return Err(io::Error::other("bytes were lost"));
    }
    Ok(())
}

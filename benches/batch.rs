//! The figures of manifests, jobs and reports: `cargo bench --bench batch`. The built binary works on lists that are
//! made here; CPU seconds and peak memory are those that GNU time tells of its process, of the sandbox those in /proc.

#![expect(clippy::print_stdout, reason = "the figures are the answer")]

use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, fs};

const OPSCTL: &str = env!("CARGO_BIN_EXE_opsctl");
const MANIFEST_ROWS: u64 = 10_000_000;
const REPORT_ROWS: u64 = 5_000_000;
const REPORT_FILES: u64 = 10;
const TASKS: u64 = 200_000;

fn main() -> io::Result<()> {
    let folder = Folder::new()?;
    manifests(&folder)?;
    reports(&folder)?;
    jobs(&folder)
}

fn manifests(folder: &Folder) -> io::Result<()> {
    let (list, built) = (folder.0.join("list.csv"), folder.0.join("built.csv"));
    let mut file = BufWriter::new(fs::File::create(&list)?);
    for row in 0..MANIFEST_ROWS {
        writeln!(file, "opsctl-sample-data,{}", key(row))?;
    }
    file.flush()?;
    for (name, options) in [("without dedupe", &["--keep-duplicates"][..]), ("with dedupe", &[])] {
        let mut command = opsctl(&folder.0, true);
        command.args(["s3", "manifest", "build"]).arg(&list).args(["--suffix", ".gz"]).args(options);
        let cost = Cost::of(command.arg("--to").arg(&built))?;
        cost.tell(&format!("manifest of {MANIFEST_ROWS} rows, {name}"), MANIFEST_ROWS);
        fs::remove_file(&built)?;
    }
    fs::remove_file(&list)
}

/// Every fifth has something in it that is encoded.
fn key(row: u64) -> String {
    let day = row % 28 + 1;
    let space = if row.is_multiple_of(5) { "%20" } else { "-" };
    format!("logs/2026/11/{day:02}/host-{:04}/part{space}{row:010}.json.gz", row % 4096)
}

fn reports(folder: &Folder) -> io::Result<()> {
    let job = folder.0.join("job-5b6f8a1e-0000-4000-8000-0c7d2f1e4a90");
    let results = job.join("results");
    fs::create_dir_all(&results)?;
    for file in 0..REPORT_FILES {
        let mut out = BufWriter::new(fs::File::create(results.join(format!("{file:040x}.csv")))?);
        for row in 0..REPORT_ROWS / REPORT_FILES {
            let key = key(row);
            match file {
                0 => writeln!(out, "opsctl-sample-data,{key},,failed,AccessDenied,403,Access Denied")?,
                _ => writeln!(out, "opsctl-sample-data,{key},,succeeded,,200,Successful")?,
            }
        }
        out.flush()?;
    }
    let cost = Cost::of(opsctl(&folder.0, true).args(["s3", "job", "report"]).arg(&job))?;
    cost.tell(&format!("report over {REPORT_ROWS} rows"), REPORT_ROWS);
    fs::remove_dir_all(&job)
}

fn jobs(folder: &Folder) -> io::Result<()> {
    let sandbox = Sandbox::start(folder)?;
    let list = folder.0.join("tasks.csv");
    let mut file = BufWriter::new(fs::File::create(&list)?);
    for number in 1..=TASKS {
        writeln!(file, "bench-data,logs/{number:06}.txt")?;
    }
    file.flush()?;
    sandbox.run(&["sandbox", "put", &list.display().to_string(), "s3://bench-manifests/tasks.csv"])?;
    let begin = Instant::now();
    sandbox.run(&[
        "s3",
        "job",
        "create",
        "tag",
        "team=storage",
        "--manifest",
        "s3://bench-manifests/tasks.csv",
        "--report",
        "s3://bench-reports/bench",
        "--role",
        "opsctl-batch",
        "--run",
        "--wait",
    ])?;
    println!(
        "job of {TASKS} tag tasks: {:.1} s from CreateJob to Complete, peak memory of the sandbox {:.0} MB",
        begin.elapsed().as_secs_f64(),
        sandbox.peak_megabytes()?
    );
    Ok(())
}

/// What a run took.
struct Cost {
    cpu_seconds: f64,
    wall_seconds: f64,
    peak_megabytes: f64,
}

impl Cost {
    /// `command` runs under GNU time: see [`opsctl`].
    fn of(command: &mut Command) -> io::Result<Cost> {
        let output = command.stdout(Stdio::null()).output()?;
        let stderr = String::from_utf8_lossy(&output.stderr);
        let told = stderr.lines().rev().find_map(|line| line.strip_prefix("cost ")).unwrap_or_default();
        let figures: Vec<f64> = told.split(' ').filter_map(|word| word.parse().ok()).collect();
        match (figures.as_slice(), output.status.code()) {
            (&[user, system, wall, kib], Some(0 | 6)) => Ok(Cost {
                cpu_seconds: user + system,
                wall_seconds: wall,
                peak_megabytes: kib * 1024.0 / 1e6,
            }),
            _ => Err(io::Error::other(format!("{command:?} failed: {stderr}"))),
        }
    }

    fn tell(&self, what: &str, rows: u64) {
        let Cost { cpu_seconds, wall_seconds, peak_megabytes } = self;
        let rate = rows as f64 / cpu_seconds / 1e6;
        println!(
            "{what}: {rate:.2} M rows a CPU second ({cpu_seconds:.2} CPU s, {wall_seconds:.2} s), \
             peak memory {peak_megabytes:.0} MB"
        );
    }
}

fn opsctl(home: &Path, timed: bool) -> Command {
    let mut command = if timed { Command::new("/usr/bin/time") } else { Command::new(OPSCTL) };
    if timed {
        command.args(["-f", "cost %U %S %e %M", OPSCTL]);
    }
    command.env_clear().env("HOME", home).env("PATH", env::var_os("PATH").unwrap_or_default());
    command
}

/// A folder that is gone when it is dropped.
struct Folder(PathBuf);

impl Folder {
    fn new() -> io::Result<Folder> {
        let path = env::temp_dir().join(format!("opsctl-bench-{}", std::process::id()));
        fs::create_dir_all(&path)?;
        Ok(Folder(path))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A sandbox that stays until it is dropped.
struct Sandbox<'a> {
    folder: &'a Folder,
    child: Child,
}

impl Sandbox<'_> {
    fn start(folder: &Folder) -> io::Result<Sandbox<'_>> {
        let dir = folder.0.join("sandbox");
        fs::create_dir_all(&dir)?;
        let config = format!(
            "[[buckets]]\nname = \"bench-data\"\nobjects = [{{ key = \"logs/{{n}}.txt\", count = {TASKS}, body = \"x\" }}]\n\
             [[buckets]]\nname = \"bench-manifests\"\n[[buckets]]\nname = \"bench-reports\"\n"
        );
        fs::write(dir.join("sandbox.toml"), config)?;
        let child = opsctl(&folder.0, false)
            .args(["sandbox", "up", "--dir"])
            .arg(&dir)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let sandbox = Sandbox { folder, child };
        let begin = Instant::now();
        while sandbox.run(&["whoami"]).is_err() {
            if begin.elapsed() > Duration::from_secs(60) {
                return Err(io::Error::other("the sandbox does not come up"));
            }
        }
        Ok(sandbox)
    }

    fn run(&self, words: &[&str]) -> io::Result<()> {
        let mut command = opsctl(&self.folder.0, false);
        let output = command.arg("--sandbox").args(words).output()?;
        match output.status.success() {
            true => Ok(()),
            false => {
                let stderr = String::from_utf8_lossy(&output.stderr);
                Err(io::Error::other(format!("opsctl {} failed: {stderr}", words.join(" "))))
            }
        }
    }

    fn peak_megabytes(&self) -> io::Result<f64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
        let kib: f64 = line.trim().trim_end_matches(" kB").parse().map_err(io::Error::other)?;
        Ok(kib * 1024.0 / 1e6)
    }
}

impl Drop for Sandbox<'_> {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

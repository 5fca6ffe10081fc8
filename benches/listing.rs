//! The figures of a live listing: `cargo bench --bench listing`. A server on loopback has its pages prepared and takes 80 ms
//! for each; the built binary makes a manifest of one and of ten million keys. Seconds and memory are those of the binary
//! alone, from `/usr/bin/time`.

#![expect(clippy::print_stdout, reason = "the figures are the answer")]

use std::fmt::Write as _;
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};
use std::{env, fs, thread};

const OPSCTL: &str = env!("CARGO_BIN_EXE_opsctl");
const LATENCY: Duration = Duration::from_millis(80);
const PAGE: usize = 1000;

/// Keys by their number, in the order of their bytes.
#[derive(Clone, Copy)]
struct Keys {
    name: &'static str,
    count: usize,
    key: fn(usize, usize) -> String,
}

fn main() -> io::Result<()> {
    let folder = env::temp_dir().join(format!("opsctl-bench-{}", std::process::id()));
    fs::create_dir_all(&folder)?;
    let million = 1_000_000;
    for (name, key) in [
        ("digits", digits as fn(usize, usize) -> String),
        ("hex", hex),
        ("nested", nested),
        ("dates", dates),
        ("skewed", skewed),
    ] {
        run(Keys { name, count: million, key }, false, &folder)?;
    }
    run(Keys { name: "nested", count: million, key: nested }, true, &folder)?;
    run(Keys { name: "digits", count: 10 * million, key: digits }, false, &folder)?;
    fs::remove_dir_all(&folder)
}

fn digits(n: usize, _: usize) -> String {
    format!("{n:09}")
}

fn hash(n: usize) -> u64 {
    (n as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

fn hex(n: usize, count: usize) -> String {
    let step = u64::from(u32::MAX) / count as u64;
    format!("{:08x}-{:04x}-4{:03x}", n as u64 * step + hash(n) % step, hash(n) >> 48, hash(n) >> 20 & 0xfff)
}

fn nested(n: usize, _: usize) -> String {
    let words = ["alpha", "beta", "delta", "gamma", "kappa", "lambda", "omega", "sigma", "tau", "zeta"];
    let (top, middle, file) = (n / 100_000 % 10, n / 1000 % 100, n % 1000);
    format!("{}/{}-{middle:02}/file-{file:04}.json", words[top], words[middle / 10])
}

fn dates(n: usize, _: usize) -> String {
    let (day, hour, of_hour) = (n / 1200 / 24, n / 1200 % 24, n % 1200);
    let (month, day) = (day / 28 + 1, day % 28 + 1);
    format!(
        "logs/app/2026/{month:02}/{day:02}/{hour:02}/host-{:02}-{:06}.log.gz",
        of_hour / 60,
        of_hour % 60 * 977
    )
}

fn skewed(n: usize, count: usize) -> String {
    let small = count / 20;
    match n {
        n if n < small => format!("a/{:03}/{n:06}", n / (small / 500)),
        n if n < count - small => format!("m/deep/er/still/events/part-{:07}", n - small),
        n => format!("z/{:03}/{:06}", (n - (count - small)) / (small / 500), n - (count - small)),
    }
}

fn run(keys: Keys, versions: bool, folder: &Path) -> io::Result<()> {
    let endpoint = serve(keys, versions)?;
    let manifest = folder.join("manifest.csv");
    let mut command = Command::new("/usr/bin/time");
    command.args(["-f", "%U %S %M", OPSCTL, "--quiet", "s3", "manifest", "build", "s3://data-1/", "--to"]);
    command.arg(&manifest).args(versions.then_some("--versions"));
    command.env_clear().env("HOME", folder).env("AWS_ENDPOINT_URL", endpoint).env("AWS_REGION", "eu-west-1");
    command.env("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE").env("AWS_SECRET_ACCESS_KEY", "none");
    command.env("AWS_EC2_METADATA_DISABLED", "true").stdout(Stdio::null());
    let begin = Instant::now();
    let output = command.output()?;
    let wall = begin.elapsed();
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    let last = told.lines().last().unwrap_or_default();
    let numbers: Vec<f64> = last.split(' ').filter_map(|text| text.parse().ok()).collect();
    let &[user, system, kib] = numbers.as_slice() else { return Err(io::Error::other(told)) };
    let rows = BufReader::new(fs::File::open(&manifest)?).lines().count();
    if !output.status.success() || rows != keys.count {
        return Err(io::Error::other(format!("{rows} rows: {told}")));
    }
    println!(
        "{}{}, {rows} keys: {:.2} s, {:.2} CPU s, {:.0} objects a CPU second, peak memory {:.1} MB",
        keys.name,
        if versions { ", as versions" } else { "" },
        wall.as_secs_f64(),
        user + system,
        rows as f64 / (user + system),
        kib * 1024.0 / 1e6
    );
    Ok(())
}

/// What an object is in an answer, for each key; joined to a page when it is asked for.
struct Prepared {
    keys: Keys,
    versions: bool,
    entries: String,
    ends: Vec<usize>,
}

fn serve(keys: Keys, versions: bool) -> io::Result<String> {
    let element = if versions { "Version" } else { "Contents" };
    let more = if versions { "<VersionId>null</VersionId><IsLatest>true</IsLatest>" } else { "" };
    let mut prepared = Prepared { keys, versions, entries: String::new(), ends: vec![0] };
    // A page of ten million would be 3 GB: they are spelled when they are asked for.
    if keys.count <= 1_000_000 {
        for n in 0..keys.count {
            entry(&mut prepared.entries, element, &(keys.key)(n, keys.count), more);
            prepared.ends.push(prepared.entries.len());
        }
    }
    let prepared = Arc::new(prepared);
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let endpoint = format!("http://{}", listener.local_addr()?);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let prepared = Arc::clone(&prepared);
            thread::spawn(move || prepared.answer(stream));
        }
    });
    Ok(endpoint)
}

fn entry(into: &mut String, element: &str, key: &str, more: &str) {
    let _ = write!(
        into,
        "<{element}><Key>{key}</Key>{more}<LastModified>2026-11-20T01:02:03.000Z</LastModified>\
         <ETag>&quot;9e107d9d372bb6826bd81d3542a419d6&quot;</ETag><Size>12345</Size>\
         <StorageClass>STANDARD</StorageClass></{element}>"
    );
}

impl Prepared {
    fn answer(&self, mut stream: TcpStream) -> io::Result<()> {
        stream.set_nodelay(true)?;
        let mut reader = BufReader::new(stream.try_clone()?);
        loop {
            let mut first = String::new();
            if reader.read_line(&mut first)? == 0 {
                return Ok(());
            }
            let mut line = String::new();
            while reader.read_line(&mut line)? > 2 {
                line.clear();
            }
            let page = self.page(&first);
            thread::sleep(LATENCY);
            write!(
                stream,
                "HTTP/1.1 200 OK\r\ncontent-type: application/xml\r\ncontent-length: {}\r\n\r\n",
                page.len()
            )?;
            stream.write_all(page.as_bytes())?;
        }
    }

    fn page(&self, first: &str) -> String {
        let query = first.split([' ', '?']).nth(2).unwrap_or_default();
        let value = |name: &str| {
            let found = query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
            percent_encoding::percent_decode_str(found.unwrap_or_default()).decode_utf8_lossy().into_owned()
        };
        if value("delimiter") == "/" {
            return self.names(&value("prefix"));
        }
        let start = match value("continuation-token") {
            token if token.is_empty() => {
                self.behind(&value(if self.versions { "key-marker" } else { "start-after" }))
            }
            token => token.parse().unwrap_or(0),
        };
        let end = (start + PAGE).min(self.keys.count);
        let (root, element) =
            if self.versions { ("ListVersionsResult", "Version") } else { ("ListBucketResult", "Contents") };
        let mut page = format!(
            "<{root}><EncodingType>url</EncodingType><IsTruncated>{}</IsTruncated>",
            end < self.keys.count
        );
        if end < self.keys.count {
            let _ = match self.versions {
                true => write!(
                    page,
                    "<NextKeyMarker>{}</NextKeyMarker><NextVersionIdMarker>null</NextVersionIdMarker>",
                    (self.keys.key)(end - 1, self.keys.count)
                ),
                false => write!(page, "<NextContinuationToken>{end}</NextContinuationToken>"),
            };
        }
        match (self.ends.get(start), self.ends.get(end)) {
            (Some(start), Some(end)) => page.push_str(&self.entries[*start..*end]),
            _ => {
                (start..end).for_each(|n| entry(&mut page, element, &(self.keys.key)(n, self.keys.count), ""))
            }
        }
        let _ = write!(page, "</{root}>");
        page
    }

    /// The folders and keys behind a text, as far as a page goes.
    fn names(&self, prefix: &str) -> String {
        let root = if self.versions { "ListVersionsResult" } else { "ListBucketResult" };
        let mut text = String::new();
        let (mut at, mut count) = (if prefix.is_empty() { 0 } else { self.behind(prefix) }, 0);
        let mut more = false;
        while at < self.keys.count {
            let key = (self.keys.key)(at, self.keys.count);
            let Some(rest) = key.strip_prefix(prefix) else { break };
            more = count == PAGE;
            if more {
                break;
            }
            count += 1;
            at = match rest.split_once('/') {
                Some((folder, _)) => {
                    let name = format!("{prefix}{folder}/");
                    let _ = write!(text, "<CommonPrefixes><Prefix>{name}</Prefix></CommonPrefixes>");
                    self.behind(&format!("{name}\u{10ffff}"))
                }
                None => {
                    entry(&mut text, if self.versions { "Version" } else { "Contents" }, &key, "");
                    at + 1
                }
            };
        }
        let next = if more { "<NextContinuationToken>0</NextContinuationToken>" } else { "" };
        format!(
            "<{root}><EncodingType>url</EncodingType><IsTruncated>{more}</IsTruncated>{next}{text}</{root}>"
        )
    }

    /// The number of the first key behind that text.
    fn behind(&self, text: &str) -> usize {
        let (mut low, mut high) = (0, self.keys.count);
        while low < high {
            let middle = low.midpoint(high);
            if (self.keys.key)(middle, self.keys.count).as_str() <= text {
                low = middle + 1
            } else {
                high = middle
            }
        }
        low
    }
}

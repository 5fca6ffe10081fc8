//! A bucket on loopback with what tests of listings need: pages of any length, a latency, storms of refusals, prefixes that
//! are denied, versions; and uploads that are kept. It checks no signature.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

pub const BUCKET: &str = "data-1";

/// What a key has, the newest first.
#[derive(Debug, Clone)]
pub struct Version {
    pub id: String,
    pub delete_marker: bool,
    pub size: u64,
}

#[derive(Default)]
pub struct Settings {
    /// Of a page, at most.
    pub page: usize,
    pub latency: Duration,
    /// So many requests, the first ones, are asked to slow down; later, every so many-th.
    pub storm: usize,
    pub slow_every: usize,
    /// No prefix that begins with this may be listed; from so many requests on.
    pub denied: Option<String>,
    pub denied_from: usize,
    /// From so many requests on, unless 0, whoever asks is no longer signed in; until that is mended.
    pub expires_after: usize,
    /// No part may be uploaded but the first.
    pub refuse_parts: bool,
    /// No part but the first is answered before [`Bucket::release`].
    pub hold_parts: bool,
}

pub struct Bucket {
    pub endpoint: String,
    shared: Arc<Shared>,
}

struct Shared {
    settings: Settings,
    objects: BTreeMap<String, Vec<Version>>,
    requests: AtomicUsize,
    signed_in_again: AtomicBool,
    log: Mutex<Vec<String>>,
    called: Condvar,
    held: Mutex<bool>,
    released: Condvar,
    uploads: Mutex<BTreeMap<String, Vec<u8>>>,
    parts: Mutex<BTreeMap<usize, Vec<u8>>>,
}

impl Bucket {
    pub fn of<'a>(keys: impl IntoIterator<Item = &'a str>, settings: Settings) -> Self {
        let one = || vec![Version { id: "null".to_owned(), delete_marker: false, size: 1 }];
        Bucket::start(keys.into_iter().map(|key| (key.to_owned(), one())).collect(), settings)
    }

    pub fn start(objects: BTreeMap<String, Vec<Version>>, settings: Settings) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let shared = Arc::new(Shared {
            held: Mutex::new(settings.hold_parts),
            released: Condvar::new(),
            settings,
            objects,
            requests: AtomicUsize::new(0),
            signed_in_again: AtomicBool::new(false),
            log: Mutex::default(),
            called: Condvar::new(),
            uploads: Mutex::default(),
            parts: Mutex::default(),
        });
        let state = Arc::clone(&shared);
        // Ends with the test's process.
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let state = Arc::clone(&state);
                std::thread::spawn(move || {
                    let mut reader = BufReader::new(stream);
                    while state.answer(&mut reader).is_some() {}
                });
            }
        });
        Bucket { endpoint, shared }
    }

    /// The first lines of all requests.
    pub fn log(&self) -> Vec<String> {
        self.shared.log.lock().unwrap().clone()
    }

    /// Until so many requests have come.
    pub fn wait_for(&self, requests: usize) {
        let log = self.shared.log.lock().unwrap();
        let limit = Duration::from_secs(60);
        let (log, waited) =
            self.shared.called.wait_timeout_while(log, limit, |log| log.len() < requests).unwrap();
        drop(log);
        assert!(!waited.timed_out(), "no {requests} requests came");
    }

    pub fn sign_in_again(&self) {
        self.shared.signed_in_again.store(true, Ordering::Relaxed);
    }

    /// Until a request comes whose first line has this in it.
    pub fn wait_for_line(&self, part: &str) {
        let log = self.shared.log.lock().unwrap();
        let is_missing = |log: &mut Vec<String>| !log.iter().any(|line| line.contains(part));
        let (log, waited) =
            self.shared.called.wait_timeout_while(log, Duration::from_secs(60), is_missing).unwrap();
        assert!(!waited.timed_out(), "no {part} came: {log:?}");
    }

    /// Answers what was held, and holds nothing any more.
    pub fn release(&self) {
        *self.shared.held.lock().unwrap() = false;
        self.shared.released.notify_all();
    }

    pub fn uploaded(&self, key: &str) -> Option<Vec<u8>> {
        self.shared.uploads.lock().unwrap().get(key).cloned()
    }
}

impl Shared {
    fn answer(&self, reader: &mut BufReader<TcpStream>) -> Option<()> {
        let mut first = String::new();
        if reader.read_line(&mut first).ok()? == 0 {
            return None;
        }
        let mut length = 0;
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).ok()?;
            match line.trim_end().split_once(':') {
                Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                    length = value.trim().parse().ok()?;
                }
                Some(_) => {}
                None => break,
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).ok()?;
        let (method, target) = first.split_once(' ')?;
        let target = target.split(' ').next()?;
        self.log.lock().unwrap().push(format!("{method} {target}"));
        self.called.notify_all();
        std::thread::sleep(self.settings.latency);
        let (status, headers, text) = self.respond(method, target, body);
        let stream = reader.get_mut();
        let head = format!("HTTP/1.1 {status} Scripted\r\ncontent-length: {}\r\n{headers}\r\n", text.len());
        stream.write_all(format!("{head}{text}").as_bytes()).ok()?;
        stream.flush().ok()
    }

    fn respond(&self, method: &str, target: &str, body: Vec<u8>) -> (u16, String, String) {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let decode =
            |text: &str| percent_decode_str(&text.replace('+', "%20")).decode_utf8_lossy().into_owned();
        let query: BTreeMap<String, String> = query
            .split('&')
            .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
            .map(|(name, value)| (decode(name), decode(value)))
            .collect();
        let (bucket, key) =
            path.trim_start_matches('/').split_once('/').unwrap_or((path.trim_matches('/'), ""));
        if bucket != BUCKET {
            return refused(404, "NoSuchBucket", "The specified bucket does not exist");
        }
        match (method, key) {
            ("GET", "") => self.list(&query),
            ("PUT", key) => self.put(key, &query, body),
            ("POST", key) => self.post(key, &query),
            ("DELETE", _) => {
                self.parts.lock().unwrap().clear();
                (204, String::new(), String::new())
            }
            _ => refused(405, "MethodNotAllowed", "no"),
        }
    }

    fn list(&self, query: &BTreeMap<String, String>) -> (u16, String, String) {
        let Settings { page, storm, slow_every, ref denied, denied_from, expires_after, .. } = self.settings;
        let number = self.requests.fetch_add(1, Ordering::Relaxed) + 1;
        if number <= storm || slow_every > 0 && number.is_multiple_of(slow_every) {
            return refused(503, "SlowDown", "Please reduce your request rate.");
        }
        let get = |name: &str| query.get(name).map(String::as_str).unwrap_or_default();
        let prefix = get("prefix");
        if expires_after > 0 && number > expires_after && !self.signed_in_again.load(Ordering::Relaxed) {
            return refused(400, "ExpiredToken", "The provided token has expired.");
        }
        if number > denied_from && denied.as_ref().is_some_and(|denied| prefix.starts_with(denied.as_str())) {
            return refused(403, "AccessDenied", "Access Denied");
        }
        let versions = query.contains_key("versions");
        if get("delimiter") == "/" {
            return self.folders(prefix, page.clamp(1, 1000), versions);
        }
        let entries = self.objects.iter().filter(|(key, _)| key.starts_with(prefix));
        let entries: Vec<(&String, &Version, bool)> = entries
            .flat_map(|(key, all)| all.iter().enumerate().map(move |(at, version)| (key, version, at == 0)))
            .filter(|(_, version, latest)| versions || *latest && !version.delete_marker)
            .collect();
        let start = match (get("continuation-token"), get("version-id-marker")) {
            (token, _) if !token.is_empty() => token.parse().unwrap(),
            (_, "") => {
                let after = if versions { get("key-marker") } else { get("start-after") };
                entries.partition_point(|(key, ..)| key.as_str() <= after)
            }
            (_, id) => {
                let marker = get("key-marker");
                entries.iter().position(|(key, version, _)| *key == marker && version.id == id).unwrap() + 1
            }
        };
        let end = (start + page.clamp(1, 1000)).min(entries.len());
        let spell = |key: &str| utf8_percent_encode(key, NON_ALPHANUMERIC).to_string().replace("%20", "+");
        let mut text = String::new();
        for (key, version, latest) in entries.get(start..end).unwrap_or_default() {
            let element = match (versions, version.delete_marker) {
                (false, _) => "Contents",
                (true, false) => "Version",
                (true, true) => "DeleteMarker",
            };
            text += &format!(
                "<{element}><Key>{}</Key><LastModified>2026-11-20T01:02:03.000Z</LastModified>",
                spell(key)
            );
            if versions {
                text += &format!("<VersionId>{}</VersionId><IsLatest>{latest}</IsLatest>", version.id);
            }
            if !version.delete_marker {
                text += &format!("<Size>{}</Size><StorageClass>STANDARD</StorageClass>", version.size);
            }
            text += &format!("</{element}>");
        }
        let more = end < entries.len();
        let root = if versions { "ListVersionsResult" } else { "ListBucketResult" };
        let next = match entries.get(end.wrapping_sub(1)) {
            Some((key, version, _)) if more && versions => format!(
                "<NextKeyMarker>{}</NextKeyMarker><NextVersionIdMarker>{}</NextVersionIdMarker>",
                spell(key),
                version.id
            ),
            _ if more => format!("<NextContinuationToken>{end}</NextContinuationToken>"),
            _ => String::new(),
        };
        let page = format!(
            "<?xml version=\"1.0\"?><{root}><Name>{BUCKET}</Name><EncodingType>url</EncodingType>\
             <IsTruncated>{more}</IsTruncated>{next}{text}</{root}>"
        );
        (200, "content-type: application/xml\r\n".to_owned(), page)
    }

    /// The first of the folders below a prefix; of keys, none.
    fn folders(&self, prefix: &str, page: usize, versions: bool) -> (u16, String, String) {
        let keys = self.objects.keys().filter_map(|key| key.strip_prefix(prefix)?.split_once('/'));
        let mut folders: Vec<&str> = keys.map(|(folder, _)| folder).collect();
        folders.dedup();
        let more = folders.len() > page;
        folders.truncate(page);
        let root = if versions { "ListVersionsResult" } else { "ListBucketResult" };
        let text: String = folders
            .iter()
            .map(|folder| {
                let name = utf8_percent_encode(&format!("{prefix}{folder}/"), NON_ALPHANUMERIC).to_string();
                format!("<CommonPrefixes><Prefix>{name}</Prefix></CommonPrefixes>")
            })
            .collect();
        let next = if more { "<NextContinuationToken>no</NextContinuationToken>" } else { "" };
        let page = format!(
            "<{root}><EncodingType>url</EncodingType><IsTruncated>{more}</IsTruncated>{next}{text}</{root}>"
        );
        (200, "content-type: application/xml\r\n".to_owned(), page)
    }

    fn put(&self, key: &str, query: &BTreeMap<String, String>, body: Vec<u8>) -> (u16, String, String) {
        let Some(number) = query.get("partNumber") else {
            self.uploads.lock().unwrap().insert(key.to_owned(), unchunked(&body));
            return (200, "etag: \"one\"\r\nx-amz-version-id: v1\r\n".to_owned(), String::new());
        };
        let number: usize = number.parse().unwrap();
        if number > 1 && self.settings.refuse_parts {
            return refused(403, "AccessDenied", "Access Denied");
        }
        if number > 1 {
            let held = self.held.lock().unwrap();
            drop(self.released.wait_while(held, |held| *held).unwrap());
        }
        self.parts.lock().unwrap().insert(number, unchunked(&body));
        (200, format!("etag: \"part-{number}\"\r\n"), String::new())
    }

    fn post(&self, key: &str, query: &BTreeMap<String, String>) -> (u16, String, String) {
        if query.contains_key("uploads") {
            let text =
                "<InitiateMultipartUploadResult><UploadId>up-1</UploadId></InitiateMultipartUploadResult>";
            return (200, String::new(), text.to_owned());
        }
        let parts = std::mem::take(&mut *self.parts.lock().unwrap());
        let etag = format!("many-{}", parts.len());
        self.uploads.lock().unwrap().insert(key.to_owned(), parts.into_values().flatten().collect());
        let text = format!(
            "<CompleteMultipartUploadResult><ETag>&quot;{etag}&quot;</ETag></CompleteMultipartUploadResult>"
        );
        (200, "x-amz-version-id: v2\r\n".to_owned(), text)
    }
}

fn refused(status: u16, code: &str, message: &str) -> (u16, String, String) {
    let text = format!("<Error><Code>{code}</Code><Message>{message}</Message></Error>");
    (status, "content-type: application/xml\r\n".to_owned(), text)
}

/// The content of a body that may be sent in chunks with a checksum behind them.
fn unchunked(body: &[u8]) -> Vec<u8> {
    let mut content = Vec::new();
    let mut rest = body;
    loop {
        let Some(end) = rest.windows(2).position(|two| two == b"\r\n") else { return body.to_vec() };
        let head = std::str::from_utf8(&rest[..end]).unwrap_or("x");
        let Ok(length) = usize::from_str_radix(head.split(';').next().unwrap(), 16) else {
            return body.to_vec();
        };
        if length == 0 {
            return content;
        }
        content.extend_from_slice(&rest[end + 2..end + 2 + length]);
        rest = &rest[end + 2 + length + 2..];
    }
}

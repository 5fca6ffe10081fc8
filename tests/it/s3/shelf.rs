//! A scripted S3 on loopback for what the sandbox's does not do: connections that break off, objects that change while
//! they are read. It has objects and can list them.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use crate::support::Sealed;

/// Objects by path, such as `/bucket/key`, as it is in the request.
pub struct Shelf {
    pub endpoint: String,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    objects: BTreeMap<String, Vec<u8>>,
    /// Bytes after which a connection breaks off, for so many of them.
    break_off: Option<(usize, u32)>,
    /// Once one has broken off, the objects are others.
    changes: bool,
    denies: bool,
    requests: Vec<String>,
}

impl Shelf {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let state = Arc::new(Mutex::new(State::default()));
        let shared = Arc::clone(&state);
        // Ends with the test's process.
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let shared = Arc::clone(&shared);
                std::thread::spawn(move || serve(stream, &shared));
            }
        });
        Shelf { endpoint, state }
    }

    pub fn put(&self, path: &str, content: impl Into<Vec<u8>>) -> &Self {
        self.state.lock().unwrap().objects.insert(path.to_owned(), content.into());
        self
    }

    pub fn breaking_off(&self, after: usize, times: u32) -> &Self {
        self.state.lock().unwrap().break_off = Some((after, times));
        self
    }

    pub fn changing(&self) -> &Self {
        self.state.lock().unwrap().changes = true;
        self
    }

    pub fn denying(&self) -> &Self {
        self.state.lock().unwrap().denies = true;
        self
    }

    /// Lines such as `GET /bucket/key bytes=10-`.
    pub fn requests(&self) -> Vec<String> {
        self.state.lock().unwrap().requests.clone()
    }

    /// A place to run in that knows this S3.
    pub fn sealed(&self) -> Sealed {
        let mut sealed = Sealed::new();
        sealed.signed_in().set("AWS_ENDPOINT_URL_S3", &self.endpoint);
        sealed
    }
}

fn serve(stream: TcpStream, shared: &Mutex<State>) {
    let mut reader = BufReader::new(stream);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap_or(0) == 0 {
            return;
        }
        let mut words = line.split_whitespace();
        let (method, target) = (words.next().unwrap().to_owned(), words.next().unwrap().to_owned());
        let (mut range, mut if_match) = (String::new(), String::new());
        loop {
            let mut header = String::new();
            reader.read_line(&mut header).unwrap();
            match header.trim_end().split_once(':') {
                Some((name, value)) if name.eq_ignore_ascii_case("range") => range = value.trim().to_owned(),
                Some((name, value)) if name.eq_ignore_ascii_case("if-match") => {
                    if_match = value.trim().to_owned()
                }
                Some(_) => {}
                None => break,
            }
        }
        let mut state = shared.lock().unwrap();
        let path = target.split('?').next().unwrap().to_owned();
        state.requests.push(format!("{method} {path} {range}").trim_end().to_owned());
        let (status, content, etag) = answer(&state, &target, &path, &range, &if_match);
        let breaks = match &mut state.break_off {
            Some((after, times @ 1..)) if *after < content.len() => {
                *times -= 1;
                Some(*after)
            }
            _ => None,
        };
        drop(state);
        let head = format!(
            "HTTP/1.1 {status} Scripted\r\ncontent-length: {}\r\netag: {etag}\r\nx-amz-request-id: R1\r\n\r\n",
            content.len()
        );
        let part = breaks.and_then(|after| content.get(..after)).unwrap_or(&content);
        let sent = reader.get_mut().write_all(&[head.as_bytes(), part].concat());
        if sent.is_err() || breaks.is_some() {
            return;
        }
    }
}

fn answer(
    state: &State,
    target: &str,
    path: &str,
    range: &str,
    if_match: &str,
) -> (u16, Vec<u8>, &'static str) {
    let etag = if state.changes && !range.is_empty() { "\"e2\"" } else { "\"e1\"" };
    let failure = |status, code: &str| {
        let body = format!("<Error><Code>{code}</Code><Message>scripted</Message></Error>");
        (status, body.into_bytes(), etag)
    };
    if state.denies {
        return failure(403, "AccessDenied");
    }
    if target.contains("list-type=2") {
        let bucket = format!("{}/", path.trim_end_matches('/'));
        let prefix = target.split(['?', '&']).find_map(|field| field.strip_prefix("prefix=")).unwrap_or("");
        let prefix = prefix.replace("%2F", "/");
        let keys = state.objects.keys().filter_map(|path| path.strip_prefix(&bucket));
        let found: String = keys
            .filter(|key| key.starts_with(&prefix))
            .map(|key| format!("<Contents><Key>{key}</Key><Size>1</Size></Contents>"))
            .collect();
        let page = format!("<ListBucketResult><IsTruncated>false</IsTruncated>{found}</ListBucketResult>");
        return (200, page.into_bytes(), etag);
    }
    let bucket = path.split('/').nth(1).unwrap_or_default();
    let Some(content) = state.objects.get(path) else {
        let known = state.objects.keys().any(|path| path.split('/').nth(1) == Some(bucket));
        return failure(404, if known { "NoSuchKey" } else { "NoSuchBucket" });
    };
    if !if_match.is_empty() && if_match != etag {
        return failure(412, "PreconditionFailed");
    }
    match range.strip_prefix("bytes=").and_then(|range| range.strip_suffix('-')) {
        Some(from) => (206, content[from.parse::<usize>().unwrap()..].to_vec(), etag),
        None => (200, content.clone(), etag),
    }
}

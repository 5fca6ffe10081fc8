//! A scripted AWS on loopback for what the sandbox does not do: odd answers, denials, a clock that is off. It
//! checks no signature and records every request.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use super::cbor;

/// A request as it came.
#[derive(Debug, Clone)]
pub struct Request {
    /// The last part of X-Amz-Target or of the path of an operation, or the form field Action.
    pub operation: String,
    /// `GET /bucket/key?query`.
    pub line: String,
    pub headers: Vec<(String, String)>,
    pub body: String,
    /// The body of a request that is no text.
    pub bytes: Vec<u8>,
}

impl Request {
    /// The body of a request in CBOR.
    pub fn cbor(&self) -> serde_json::Value {
        opsctl::aws::cbor::read(&self.bytes).unwrap()
    }
}

/// What is answered.
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Reply {
    pub fn json(body: serde_json::Value) -> Self {
        Reply { status: 200, headers: Vec::new(), body: body.to_string().into_bytes() }
    }

    /// What services say in CBOR.
    pub fn cbor(body: &serde_json::Value) -> Self {
        let headers = [("content-type", "application/cbor"), ("smithy-protocol", "rpc-v2-cbor")];
        let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned()));
        Reply { status: 200, headers: headers.into(), body: cbor::encode(body) }
    }

    /// A failure as services in CBOR tell it.
    pub fn cbor_error(status: u16, code: &str, message: &str) -> Self {
        let body = serde_json::json!({ "__type": code, "message": message });
        Reply { status, ..Reply::cbor(&body) }
    }

    /// The connection ends without an answer.
    pub fn none() -> Self {
        Reply { status: 0, headers: Vec::new(), body: Vec::new() }
    }

    /// What query services say.
    pub fn xml(body: impl Into<String>) -> Self {
        Reply {
            status: 200,
            headers: vec![("content-type".into(), "text/xml".into())],
            body: body.into().into_bytes(),
        }
    }

    /// A failure as JSON services tell it.
    pub fn error(status: u16, code: &str, message: &str) -> Self {
        let body = serde_json::json!({ "__type": code, "message": message });
        Reply { status, ..Reply::json(body) }
    }
}

pub struct FakeAws {
    pub address: SocketAddr,
    pub endpoint: String,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl FakeAws {
    pub fn start(answer: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let endpoint = format!("http://{address}");
        let requests = Arc::new(Mutex::new(Vec::new()));
        let record = Arc::clone(&requests);
        let answer = Arc::new(answer);
        // Ends with the test's process.
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (record, answer) = (Arc::clone(&record), Arc::clone(&answer));
                std::thread::spawn(move || {
                    let mut reader = BufReader::new(stream);
                    while let Some(request) = read(&mut reader) {
                        let reply = answer(&request);
                        record.lock().unwrap().push(request);
                        if reply.status == 0 || write(reader.get_mut(), &reply).is_err() {
                            return;
                        }
                    }
                });
            }
        });
        FakeAws { address, endpoint, requests }
    }

    pub fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }

    /// The operations in the order they came.
    pub fn operations(&self) -> Vec<String> {
        self.requests().into_iter().map(|request| request.operation).collect()
    }
}

fn read(reader: &mut BufReader<TcpStream>) -> Option<Request> {
    let mut line = String::new();
    if reader.read_line(&mut line).ok()? == 0 {
        return None;
    }
    let asked = line.split_whitespace().take(2).collect::<Vec<_>>().join(" ");
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        match line.trim_end().split_once(':') {
            Some((name, value)) => headers.push((name.to_ascii_lowercase(), value.trim().to_owned())),
            None => break,
        }
    }
    let header = |name: &str| headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
    let mut body = vec![0; header("content-length").and_then(|text| text.parse().ok()).unwrap_or(0)];
    reader.read_exact(&mut body).ok()?;
    let (body, bytes) = (String::from_utf8_lossy(&body).into_owned(), body);
    let target = header("x-amz-target").and_then(|target| target.rsplit('.').next().map(str::to_owned));
    let action = || body.split('&').find_map(|field| field.strip_prefix("Action=")).map(str::to_owned);
    let named = asked.split_once("/operation/").map(|(_, operation)| operation.to_owned());
    let operation = target.or(named).or_else(action).unwrap_or_default();
    Some(Request { operation, line: asked, headers, body, bytes })
}

fn write(stream: &mut TcpStream, reply: &Reply) -> std::io::Result<()> {
    let mut head = format!("HTTP/1.1 {} Scripted\r\ncontent-length: {}\r\n", reply.status, reply.body.len());
    head.push_str("x-amzn-requestid: 11111111-2222-3333-4444-555555555555\r\n");
    for (name, value) in &reply.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    stream.write_all(&[head.as_bytes(), b"\r\n", &reply.body].concat())?;
    stream.flush()
}

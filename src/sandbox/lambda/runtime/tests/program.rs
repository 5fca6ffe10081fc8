//! A program on the Lambda Runtime API: this very test binary, started once more with the one test below. It speaks HTTP
//! by hand, so that it can do what no runtime would.

// A program ends with the code that a test is about.
#![allow(clippy::exit)]

use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;

/// The command line that starts the program of this module or of another.
pub fn command(module: &str) -> Vec<String> {
    let binary = std::env::current_exe().unwrap().display().to_string();
    let name = format!("{}::the_program", module.split_once("::").unwrap().1);
    [&binary, "--exact", &name, "--nocapture", "--test-threads=1"].map(str::to_owned).to_vec()
}

pub const MODULE: &str = module_path!();

struct Api {
    stream: BufReader<TcpStream>,
    host: String,
}

struct Answer {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Api {
    fn connect() -> Self {
        let host = std::env::var("AWS_LAMBDA_RUNTIME_API").unwrap();
        Api { stream: BufReader::new(TcpStream::connect(&host).unwrap()), host }
    }

    fn call(&mut self, line: &str, headers: &str, body: &[u8]) -> Answer {
        let host = &self.host;
        let length = body.len();
        let head = format!("{line} HTTP/1.1\r\nHost: {host}\r\nContent-Length: {length}\r\n{headers}\r\n");
        let stream = self.stream.get_mut();
        // One that is too large is answered before it has left.
        let _ = stream.write_all(&[head.as_bytes(), body].concat());
        let mut lines = Vec::new();
        loop {
            let mut line = String::new();
            self.stream.read_line(&mut line).unwrap();
            match line.trim_end() {
                "" => break,
                line => lines.push(line.to_owned()),
            }
        }
        let status = lines[0].split(' ').nth(1).unwrap().parse().unwrap();
        let header = |line: &String| line.split_once(": ").map(|(name, value)| (name.into(), value.into()));
        let headers: Vec<(String, String)> = lines.iter().filter_map(header).collect();
        let mut answer = Answer { status, headers, body: Vec::new() };
        answer.body.resize(answer.header("content-length").parse().unwrap(), 0);
        self.stream.read_exact(&mut answer.body).unwrap();
        answer
    }

    fn next(&mut self) -> Answer {
        self.call("GET /2018-06-01/runtime/invocation/next", "", b"")
    }

    fn post(&mut self, path: &str, body: &[u8]) -> Answer {
        self.call(&format!("POST /2018-06-01/runtime/{path}"), "", body)
    }
}

impl Answer {
    fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map_or("", |(_, value)| value.as_str())
    }

    fn kind(&self) -> Value {
        let said: Value = serde_json::from_slice(&self.body).unwrap_or_default();
        json!([self.status, said["errorType"]])
    }
}

/// Does nothing unless it is started as a function.
#[test]
fn the_program() {
    if std::env::var("AWS_LAMBDA_RUNTIME_API").is_err() {
        return;
    }
    let mut api = Api::connect();
    match std::env::var("START").as_deref() {
        Ok("error") => {
            let said = json!({"errorType": "Missing.Table", "errorMessage": "no table", "stackTrace": []});
            let told = api.call(
                "POST /2018-06-01/runtime/init/error",
                "Lambda-Runtime-Function-Error-Type: Runtime.Init\r\n",
                said.to_string().as_bytes(),
            );
            assert_eq!(told.status, 202);
            std::process::exit(1);
        }
        Ok("exit") => std::process::exit(4),
        Ok("end") => std::process::exit(0),
        Ok("hang") => std::thread::sleep(std::time::Duration::from_secs(1000)),
        _ => {}
    }
    let mut count = 0;
    loop {
        let event = api.next();
        count += 1;
        let id = event.header("lambda-runtime-aws-request-id").to_owned();
        let asked: Value = serde_json::from_slice(&event.body).unwrap();
        let response = format!("invocation/{id}/response");
        match asked["do"].as_str().unwrap_or_default() {
            "error" => {
                let said = json!({"errorType": "NoOrder", "errorMessage": "no such order"});
                api.post(&format!("invocation/{id}/error"), said.to_string().as_bytes());
            }
            "unnamed" => {
                api.call(
                    &format!("POST /2018-06-01/runtime/invocation/{id}/error"),
                    "Lambda-Runtime-Function-Error-Type: Own.Name\r\n",
                    b"not even JSON",
                );
            }
            "exit" => std::process::exit(3),
            "end" => std::process::exit(0),
            "hang" => std::thread::sleep(std::time::Duration::from_secs(1000)),
            "large" => {
                let told = api.post(&response, &vec![b'1'; 6 << 20 | 101]);
                assert_eq!(told.status, 413);
                // What it had still to send is lost with the connection.
                api = Api::connect();
            }
            "leave" => {
                api.post(&response, b"\"bye\"");
                std::process::exit(0);
            }
            "linger" => {
                api.post(&response, b"\"done\"");
                std::thread::sleep(std::time::Duration::from_secs(1000));
            }
            "misbehave" => {
                let seen = json!([
                    api.next().kind(),
                    api.post("invocation/other/response", b"1").kind(),
                    api.post("init/error", b"{}").kind(),
                    api.call("PUT /2018-06-01/runtime/invocation/next", "", b"").kind(),
                    api.call("GET /2018-06-01/extension/register", "", b"").kind(),
                    api.call(
                        "GET /2018-06-01/runtime/invocation/next",
                        "Sec-Fetch-Site: cross-site\r\n",
                        b""
                    )
                    .kind(),
                ]);
                api.post(&response, seen.to_string().as_bytes());
            }
            "text" => {
                api.post(&response, b"  no JSON  ");
            }
            _ => {
                let mut stdout = std::io::stdout();
                writeln!(stdout, "seen {asked}").unwrap();
                stdout.flush().unwrap();
                let names = ["deadline-ms", "invoked-function-arn", "trace-id", "client-context"];
                let headers = names.map(|name| json!(event.header(&format!("lambda-runtime-{name}"))));
                let told = json!({
                    "event": asked, "id": id, "count": count, "process": std::process::id(), "headers": headers,
                });
                api.post(&response, told.to_string().as_bytes());
            }
        }
    }
}

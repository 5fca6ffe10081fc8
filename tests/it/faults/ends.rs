//! Faults that end a session: each within a limit, with a message that says what happened and an exit code for it.

use std::io::Write as _;
use std::time::{Duration, Instant};

use super::{Ended, Place, Running};
use crate::forward::{self, connect, server};

/// Nothing here waits for longer than the sandbox takes to notice that a node is gone.
const SOON: Duration = Duration::from_secs(20);

struct Case {
    name: &'static str,
    config: &'static str,
    options: &'static [&'static str],
    code: i32,
    /// All of these are said.
    says: &'static [&'static str],
}

const CASES: &[Case] = &[
    Case {
        name: "credentials that expire before the resume and are not renewed",
        config: "[faults]\ncut_after = 20\nexpired_calls = 1000000\n",
        options: &["--resume-timeout", "1s"],
        code: 4,
        says: &[
            "lost (",
            "still resuming the session on",
            "error: cannot resume the session",
            "ExpiredToken",
        ],
    },
    Case {
        name: "a resume without a token",
        config: "[faults]\nbye_after = 20\nresume_refused = true\n",
        options: &[],
        code: 1,
        says: &["lost (closed with 1000 Bye)", "has ended while the connection was down"],
    },
    Case {
        name: "a resume that is denied",
        config: "[faults]\ncut_after = 20\n[deny]\nactions = [\"ssm:ResumeSession\"]\n",
        options: &[],
        code: 5,
        says: &["lost (", "error: cannot resume the session", "not authorized to perform: ssm:ResumeSession"],
    },
    Case {
        name: "the agent is gone",
        config: "[faults]\nagent_dies_after = 20\n",
        options: &[],
        code: 1,
        says: &["lost (", "has ended while the connection was down"],
    },
];

/// All at the same time: most of a case is waiting.
fn each(rehearse: impl Fn(&Case) + Sync) {
    std::thread::scope(|scope| {
        for case in CASES {
            scope.spawn(|| rehearse(case));
        }
    });
}

/// Output without end or input without end, until something ends it.
fn flood(place: &Place, case: &Case, direction: &str) -> Running {
    let work = match direction {
        "output" => "cat /dev/zero",
        _ => "cat >/dev/null",
    };
    let command = format!("command=stty raw -echo; printf x; {work}");
    let args = ["ssm", "connect", "web-1", "--no-eof", "--document", "AWS-StartInteractiveCommand"];
    let mut running = place.start(&[&args[..], &["--parameter", &command], case.options].concat());
    assert_eq!(running.read(1), b"x", "{}", case.name);
    running
}

#[track_caller]
fn expect(case: &Case, direction: &str, ended: &Ended) {
    expect_code(case, direction, ended, case.code);
}

#[track_caller]
fn expect_code(case: &Case, direction: &str, ended: &Ended, code: i32) {
    let Case { name, says, .. } = case;
    assert_eq!(ended.code, Some(code), "{name}, {direction}: {ended:#?}");
    for text in *says {
        assert!(ended.stderr.contains(text), "{name}, {direction}, {text}: {ended:#?}");
    }
    assert!(ended.after < SOON, "{name}, {direction}: {ended:#?}");
}

#[test]
fn what_ends_a_session_is_told_in_the_middle_of_its_output() {
    each(|case| {
        let place = Place::new(case.config);
        let (_, ended) = flood(&place, case, "output").end();
        expect(case, "output", &ended);
    });
}

#[test]
fn what_ends_a_session_is_told_in_the_middle_of_its_input() {
    each(|case| {
        let place = Place::new(case.config);
        let mut running = flood(&place, case, "input");
        // More than any buffer on the way takes: it ends with the session.
        running.write(&vec![b'x'; 64 << 20]);
        let (_, ended) = running.end();
        expect(case, "input", &ended);
    });
}

/// The codes below 255 are those of the command.
const OWN_FAILURE: i32 = 255;

#[test]
fn what_ends_a_session_is_told_in_the_middle_of_a_commands_output() {
    each(|case| {
        let place = Place::new(case.config);
        let args = [&["ssm", "exec", "web-1"][..], case.options, &["--", "cat", "/dev/zero"]];
        let (_, ended) = place.start(&args.concat()).end();
        expect_code(case, "output of a command", &ended, OWN_FAILURE);
    });
}

#[test]
fn what_ends_a_session_is_told_in_the_middle_of_a_commands_input() {
    each(|case| {
        let place = Place::new(case.config);
        let command = ["--", "sh", "-c", "stty raw -echo; printf x; cat >/dev/null"];
        let args = [&["ssm", "exec", "web-1", "--pty"][..], case.options, &command];
        let mut running = place.start(&args.concat());
        assert_eq!(running.read(1), b"x", "{}", case.name);
        running.write(&vec![b'x'; 64 << 20]);
        let (_, ended) = running.end();
        expect_code(case, "input of a command", &ended, OWN_FAILURE);
    });
}

/// A program at the local port that sends, or is sent to, for as long as the session lasts.
fn forwarded(place: &Place, case: &Case, direction: &str) -> Ended {
    let port = match direction {
        "download" => server(|mut stream| while stream.write_all(&[b'x'; 4096]).is_ok() {}),
        _ => server(|mut stream| drop(std::io::copy(&mut stream, &mut std::io::sink()))),
    };
    let started = Instant::now();
    let listen = format!("0:{port}");
    let mut running =
        forward::Running::forward(&place.sealed, &[&["-L", &listen][..], case.options].concat());
    let mut stream = connect(running.port());
    // Its end is that of the session.
    let moved = match direction {
        "download" => std::io::copy(&mut stream, &mut std::io::sink()).map(drop),
        _ => (0..100_000).try_for_each(|_| stream.write_all(&[b'x'; 4096])),
    };
    drop(moved);
    drop(stream);
    let (code, stderr) = running.end();
    Ended { code: Some(code), stderr, after: started.elapsed() }
}

#[test]
fn what_ends_a_session_ends_its_forward_in_the_middle_of_a_download() {
    each(|case| {
        let place = Place::new(case.config);
        expect(case, "download", &forwarded(&place, case, "download"));
    });
}

#[test]
fn what_ends_a_session_ends_its_forward_in_the_middle_of_an_upload() {
    each(|case| {
        let place = Place::new(case.config);
        expect(case, "upload", &forwarded(&place, case, "upload"));
    });
}

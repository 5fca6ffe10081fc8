//! Agents of before 3.0.197.0, which carry one connection at a time.

use std::io::{Read, Write};
use std::sync::atomic::{AtomicU64, Ordering};

use super::*;

const OLD: &str = "3.0.196.0";

#[test]
fn connections_take_turns_and_the_wait_is_told_once() {
    let sealed = Sealed::new();
    let _sandbox = sandbox_with_agent(&sealed, OLD, "");
    let args = ["-L", &format!("0:{}", echo()), "--half-close-timeout", "200ms"];
    let mut forward = Running::forward(&sealed, &args);
    let port = forward.port();
    let mut first = connect(port);
    said_back(&mut first, b"one");
    let mut second = connect(port);
    second.write_all(b"two").unwrap();
    let mut third = connect(port);
    third.write_all(b"three").unwrap();
    forward.wait_for("takes one connection at a time");
    said_back(&mut first, &noise(4, 256 << 10));
    drop(first);
    let mut came = [0; 3];
    second.read_exact(&mut came).unwrap();
    assert_eq!(&came, b"two");
    drop(second);
    let mut came = [0; 5];
    third.read_exact(&mut came).unwrap();
    assert_eq!(&came, b"three");
    drop(third);
    let said = forward.interrupt(&sealed);
    assert_eq!(said.matches("takes one connection at a time").count(), 1, "{said}");
}

#[test]
fn what_the_far_side_says_first_waits_for_the_first_connection() {
    let sealed = Sealed::new();
    let _sandbox = sandbox_with_agent(&sealed, OLD, "");
    let banner = server(|mut stream| {
        stream.write_all(b"220 ready\r\n").unwrap();
        let _ = read_all(&stream);
    });
    let mut forward = Running::forward(&sealed, &["-L", &format!("0:{banner}")]);
    let mut local = connect(forward.port());
    let mut came = [0; 11];
    local.read_exact(&mut came).unwrap();
    assert_eq!(&came, b"220 ready\r\n");
    forward.interrupt(&sealed);
}

#[test]
fn nothing_of_one_connection_reaches_the_next_even_on_a_bad_network() {
    let sealed = Sealed::new();
    let faults = "[faults]\nloss = 0.03\nreorder = 0.1\n";
    let _sandbox = sandbox_with_agent(&sealed, OLD, faults);
    // Every connection gets letters of its own, and far more than it reads.
    let count = AtomicU64::new(0);
    let letters = server(move |mut stream| {
        let mut go = [0];
        if stream.read_exact(&mut go).is_ok() {
            let letter = b'a' + count.fetch_add(1, Ordering::Relaxed) as u8;
            let _ = stream.write_all(&[letter; 300_000]);
            let _ = read_all(&stream);
        }
    });
    let mut forward = Running::forward(&sealed, &["-L", &format!("0:{letters}")]);
    let port = forward.port();
    for letter in *b"abc" {
        let mut local = connect(port);
        local.write_all(b"!").unwrap();
        let mut came = vec![0; 50_000];
        local.read_exact(&mut came).unwrap();
        // It leaves in the middle.
        assert_same(&came, &vec![letter; 50_000]);
    }
    forward.interrupt(&sealed);
}

#[test]
fn a_port_where_nobody_listens_ends_the_session_with_the_reason() {
    let sealed = Sealed::new();
    let _sandbox = sandbox_with_agent(&sealed, OLD, "");
    let closed = closed_port();
    let forward = Running::forward(&sealed, &["-L", &format!("0:{closed}")]);
    let (code, said) = forward.end();
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("Unable to connect to specified port"), "{said}");
}

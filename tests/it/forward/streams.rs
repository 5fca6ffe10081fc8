//! How single connections begin and end.

use std::io::{Read, Write};
use std::net::Shutdown;
use std::sync::Mutex;

use super::*;

#[test]
fn who_has_finished_sending_still_gets_the_answer() {
    let sealed = Sealed::new();
    let _sandbox = Sandbox::up(&sealed);
    let (go, wait) = channel::<()>();
    let wait = Mutex::new(wait);
    let answering = server(move |mut stream| {
        let mut question = [0; 9];
        stream.read_exact(&mut question).unwrap();
        wait.lock().unwrap().recv().unwrap();
        stream.write_all(&question).unwrap();
    });
    let mut forward = Running::forward(&sealed, &["-L", &format!("0:{answering}")]);
    let mut local = connect(forward.port());
    local.write_all(b"question?").unwrap();
    local.shutdown(Shutdown::Write).unwrap();
    go.send(()).unwrap();
    assert_eq!(read_all(&local).unwrap(), b"question?");
    forward.interrupt(&sealed);
}

#[test]
fn a_far_side_that_stays_silent_is_told_of_the_end_after_a_while() {
    let sealed = Sealed::new();
    let _sandbox = Sandbox::up(&sealed);
    let (ended, end) = channel();
    let ended = Mutex::new(ended);
    let silent = server(move |stream| {
        ended.lock().unwrap().send(read_all(&stream).unwrap()).unwrap();
    });
    let args = ["-L", &format!("0:{silent}"), "--half-close-timeout", "300ms"];
    let mut forward = Running::forward(&sealed, &args);
    let mut local = connect(forward.port());
    let data = noise(3, 300_000);
    local.write_all(&data).unwrap();
    local.shutdown(Shutdown::Write).unwrap();
    assert_same(&end.recv_timeout(LIMIT).unwrap(), &data);
    assert_eq!(read_all(&local).unwrap(), b"");
    forward.interrupt(&sealed);
}

#[test]
fn a_local_program_that_breaks_off_ends_its_connection_alone() {
    let sealed = Sealed::new();
    let _sandbox = Sandbox::up(&sealed);
    let (ended, end) = channel();
    let ended = Mutex::new(ended);
    let watching = server(move |mut stream| {
        let mut buffer = [0; 1024];
        while let Ok(length) = stream.read(&mut buffer)
            && length > 0
        {
            stream.write_all(&buffer[..length]).unwrap();
        }
        ended.lock().unwrap().send(()).unwrap();
    });
    let mut forward = Running::forward(&sealed, &["-L", &format!("0:{watching}")]);
    let port = forward.port();
    let mut stays = connect(port);
    said_back(&mut stays, b"one");
    let mut leaves = connect(port);
    leaves.write_all(b"two").unwrap();
    // Unread data makes the end of a socket a reset.
    leaves.peek(&mut [0; 3]).unwrap();
    drop(leaves);
    end.recv_timeout(LIMIT).unwrap();
    said_back(&mut stays, b"three");
    forward.interrupt(&sealed);
}

#[test]
fn a_destination_that_refuses_closes_that_connection_and_nothing_else() {
    let sealed = Sealed::new();
    let _sandbox = Sandbox::up(&sealed);
    let (closed, echo) = (closed_port(), echo());
    let args = ["-L", &format!("0:{closed}"), "-L", &format!("0:{echo}")];
    let mut forward = Running::forward(&sealed, &args);
    let (refused, open) = (forward.port(), forward.port());
    let mut stays = connect(open);
    said_back(&mut stays, b"one");
    for _ in 0..3 {
        assert!(read_all(&connect(refused)).is_err(), "it ended as if something had answered");
    }
    forward.wait_for(&format!(
        "cannot connect to web-1:{closed}: a connection to 127.0.0.1:{refused} is closed"
    ));
    said_back(&mut stays, b"two");
    said_back(&mut connect(open), b"three");
    let said = forward.interrupt(&sealed);
    assert_eq!(said.matches("cannot connect to").count(), 3, "{said}");
}

#[test]
fn a_connection_that_is_never_used_costs_nothing() {
    let sealed = Sealed::new();
    let _sandbox = Sandbox::up(&sealed);
    let mut forward = Running::forward(&sealed, &["-L", &format!("0:{}", echo())]);
    let port = forward.port();
    let unused: Vec<_> = (0..20).map(|_| connect(port)).collect();
    said_back(&mut connect(port), &noise(5, 100_000));
    drop(unused);
    said_back(&mut connect(port), b"after");
    forward.interrupt(&sealed);
}

#[test]
fn another_loopback_address_is_reached_through_the_node() {
    let sealed = Sealed::new();
    let _sandbox = Sandbox::up(&sealed);
    let listener = TcpListener::bind("127.0.0.2:0").unwrap();
    let remote = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            stream.write_all(b"from 127.0.0.2").unwrap();
        }
    });
    let mut forward = Running::forward(&sealed, &["-L", &format!("0:127.0.0.2:{}", remote.port())]);
    let line = forward.line();
    assert!(line.ends_with(&format!(" -> {remote} through web-1")), "{line}");
    let port = line.split(" -> ").next().unwrap().rsplit(':').next().unwrap();
    assert_eq!(read_all(&connect(port.parse().unwrap())).unwrap(), b"from 127.0.0.2");
    forward.interrupt(&sealed);
}

//! Every byte arrives, whatever the network does, and no connection stops another.

use std::io::{Read, Write};
use std::net::Shutdown;

use super::*;

/// A network that loses, doubles, reorders, damages and cuts.
const BAD: &str = "[faults]\nloss = 0.01\nduplicate = 0.02\nreorder = 0.05\nflip = 0.002\ncut_every = 4000\n";

#[test]
fn both_directions_at_once_come_through_a_bad_network_whole() {
    let sealed = Sealed::new();
    let _sandbox = Sandbox::with_config(&sealed, Some(&format!("{BAD}[[nodes]]\nname = \"web-1\"\n")));
    let mut forward = Running::forward(&sealed, &["-L", &format!("0:{}", echo())]);
    let port = forward.port();
    let data = noise(7, 10 << 20);
    let came = both_ways(connect(port), data.clone());
    assert_same(&came, &data);
    let said = forward.interrupt(&sealed);
    assert!(said.contains("lost (") && said.contains(" resumed\n"), "it was never cut: {said}");
}

#[test]
fn one_and_many_connections_share_sessions_of_any_number() {
    for sessions in ["1", "3"] {
        let sealed = Sealed::new();
        let _sandbox = Sandbox::up(&sealed);
        let args = ["-L", &format!("0:{}", echo()), "--sessions", sessions];
        let mut forward = Running::forward(&sealed, &args);
        let port = forward.port();
        let threads: Vec<_> = (0..200u64)
            .map(|number| {
                std::thread::spawn(move || {
                    let data = noise(number, 20_000);
                    let came = both_ways(connect(port), data.clone());
                    assert_same(&came, &data);
                })
            })
            .collect();
        for thread in threads {
            thread.join().unwrap();
        }
        assert_eq!(open_sessions(&sealed).to_string(), sessions);
        forward.interrupt(&sealed);
    }
}

/// What a process holds: files, and kilobytes at most.
fn held(forward: &Running) -> (usize, u64) {
    let pid = forward.child.id();
    let files = std::fs::read_dir(format!("/proc/{pid}/fd")).unwrap().count();
    (files, crate::support::peak_memory(pid))
}

#[test]
fn one_after_another_leave_nothing_behind() {
    let sealed = Sealed::new();
    let _sandbox = Sandbox::up(&sealed);
    let mut forward = Running::forward(&sealed, &["-L", &format!("0:{}", echo())]);
    let port = forward.port();
    let turn = |count: u32| {
        for number in 0..count {
            said_back(&mut connect(port), &number.to_le_bytes());
        }
    };
    turn(200);
    let (files, memory) = held(&forward);
    turn(800);
    let (files_after, memory_after) = held(&forward);
    assert!(files_after <= files + 4, "{files} files became {files_after}");
    assert!(memory_after <= memory + 2048, "{memory} kB became {memory_after}");
    forward.interrupt(&sealed);
}

/// Has little room for what it does not read, or much would lie in its socket before anybody has to wait.
fn connect_narrow(port: u16) -> TcpStream {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().unwrap();
    let connected = runtime.block_on(async {
        let socket = tokio::net::TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(64 * 1024).unwrap();
        socket.connect(([127, 0, 0, 1], port).into()).await.unwrap()
    });
    let stream = connected.into_std().unwrap();
    stream.set_nonblocking(false).unwrap();
    stream.set_read_timeout(Some(LIMIT)).unwrap();
    stream
}

#[test]
fn who_does_not_read_stops_nobody_and_loses_nothing() {
    // More than may wait in memory and in sockets.
    const LENGTH: usize = 12 << 20;
    let sealed = Sealed::new();
    let _sandbox = Sandbox::up(&sealed);
    let (source, echo) = (source(LENGTH), echo());
    // One session for both, so that they share it: the server says which of the two it is to be.
    let either = server(move |mut stream| {
        let mut choice = [0];
        stream.read_exact(&mut choice).unwrap();
        let far = connect(if choice == [b's'] { source } else { echo });
        let (mut there, mut back) = (far.try_clone().unwrap(), stream.try_clone().unwrap());
        let up = std::thread::spawn(move || {
            let _ = std::io::copy(&mut stream, &mut there);
        });
        let _ = std::io::copy(&mut &far, &mut back);
        let _ = back.shutdown(Shutdown::Both);
        up.join().unwrap();
    });
    let mut forward = Running::forward(&sealed, &["-L", &format!("0:{either}")]);
    let port = forward.port();

    let mut slow = connect_narrow(port);
    slow.write_all(b"s").unwrap();
    let mut fast = connect(port);
    fast.write_all(b"e").unwrap();
    for number in 0..8 {
        said_back(&mut fast, &noise(number, 256 << 10));
    }
    let (_, peak) = held(&forward);
    assert!(peak < 64 * 1024, "{peak} kB");
    let came = read_all(&slow).unwrap();
    assert_same(&came, &noise(1, LENGTH));
    said_back(&mut fast, b"still there");
    forward.interrupt(&sealed);
}

#[test]
fn who_is_alone_and_does_not_read_makes_the_node_wait() {
    // More than the buffers of all sockets on the way.
    const LENGTH: usize = 24 << 20;
    let sealed = Sealed::new();
    let _sandbox = Sandbox::up(&sealed);
    let (told, tells) = channel();
    let told = std::sync::Mutex::new(told);
    // Says how much it could get rid of.
    let source = server(move |mut stream| {
        let data = noise(1, LENGTH);
        for part in data.chunks(64 * 1024) {
            stream.write_all(part).unwrap();
            told.lock().unwrap().send(part.len()).unwrap();
        }
    });
    let mut forward = Running::forward(&sealed, &["-L", &format!("0:{source}"), "--spool-limit", "0"]);
    let slow = connect_narrow(forward.port());
    // With no file to put it in, going on reading would have cost the connection.
    let mut sent = 0;
    while let Ok(length) = tells.recv_timeout(Duration::from_secs(1)) {
        sent += length;
    }
    assert!(sent < LENGTH, "nobody waited");
    assert_same(&read_all(&slow).unwrap(), &noise(1, LENGTH));
    forward.interrupt(&sealed);
}

#[test]
fn who_falls_too_far_behind_is_closed_alone() {
    let sealed = Sealed::new();
    let _sandbox = Sandbox::up(&sealed);
    let greeting = server(|mut stream| {
        let mut choice = [0];
        stream.read_exact(&mut choice).unwrap();
        let _ = match choice {
            [b's'] => stream.write_all(&noise(1, 32 << 20)),
            _ => stream.write_all(&choice).and_then(|()| stream.read(&mut choice).map(drop)),
        };
    });
    let args = ["-L", &format!("0:{greeting}"), "--spool-limit", "1"];
    let mut forward = Running::forward(&sealed, &args);
    let port = forward.port();
    let mut fast = connect(port);
    said_back(&mut fast, b"f");
    let mut slow = connect(port);
    slow.write_all(b"s").unwrap();
    forward.wait_for(&format!("a connection to 127.0.0.1:{port} is closed: it takes what comes too slowly"));
    assert!(read_all(&slow).is_err(), "it ended as if all had come");
    said_back(&mut connect(port), b"f");
    forward.interrupt(&sealed);
    drop(fast);
}

//! `ssm forward`: a program on this machine and one behind the node, both threads of the test.

use std::io::{Read, Write};

use super::{Fault, Place, data, hash, over_every_fault};
use crate::forward::{Running, connect, read_all, server};

/// Moves data through a forward to the port, and ends it.
fn through(fault: &Fault, place: &Place, port: u16, moved: impl FnOnce(u16)) {
    let mut forward = Running::forward(&place.sealed, &["-L", &format!("0:{port}")]);
    moved(forward.port());
    let said = forward.interrupt(&place.sealed);
    fault.expect_losses(&said);
}

fn download(fault: &Fault, place: &Place) {
    let data = data(fault.bytes);
    let sent = data.clone();
    let port = server(move |mut stream| {
        let _ = stream.write_all(&sent);
    });
    through(fault, place, port, |port| {
        let came = read_all(&connect(port)).unwrap();
        assert_eq!(hash(&came), hash(&data), "{}", fault.name);
    });
}

fn upload(fault: &Fault, place: &Place) {
    let data = data(fault.bytes);
    let length = data.len();
    let port = server(move |mut stream| {
        let mut came = vec![0; length];
        let _ = stream.read_exact(&mut came);
        let _ = stream.write_all(hash(&came).as_bytes());
    });
    through(fault, place, port, |port| {
        let mut stream = connect(port);
        stream.write_all(&data).unwrap();
        let told = String::from_utf8(read_all(&stream).unwrap()).unwrap();
        assert_eq!(told, hash(&data), "{}", fault.name);
    });
}

#[test]
fn a_download_is_whole_over_every_fault() {
    over_every_fault(download);
}

#[test]
fn an_upload_is_whole_over_every_fault() {
    over_every_fault(upload);
}

//! `ssm connect`, the terminal set to pass every byte. Its end is only asked for when all has come: a node waits two
//! seconds for acknowledgements, no longer.

use super::{Fault, Place, Running, data, hash, over_every_fault};

const BEGIN: &[u8] = b"<begin>";
const END: &[u8] = b"<end>";

/// A session that runs `work` between its begin and its end, and goes on until a byte is typed.
fn session(place: &Place, work: &str) -> Running {
    let line = format!("stty raw -echo; printf '<begin>'; {work}; printf '<end>'; head -c 1 >/dev/null");
    let command = format!("command={line}");
    let document = ["--document", "AWS-StartInteractiveCommand", "--parameter", &command];
    let mut running = place.start(&[&["ssm", "connect", "web-1", "--no-eof"][..], &document].concat());
    assert_eq!(running.read(BEGIN.len()), BEGIN);
    running
}

fn output(fault: &Fault, place: &Place) {
    let data = data(fault.bytes);
    std::fs::write(place.on_node("data"), &data).unwrap();
    let mut running = session(place, "cat data");
    let came = running.read(data.len());
    assert_eq!(hash(&came), hash(&data), "{}", fault.name);
    assert_eq!(running.read(END.len()), END, "{}", fault.name);
    running.write(b"q");
    let (rest, ended) = running.end();
    assert_eq!(rest, b"", "{}", fault.name);
    ended.expect_borne(fault, 0);
}

fn input(fault: &Fault, place: &Place) {
    let data = data(fault.bytes);
    let mut running = session(place, &format!("head -c {} >got", data.len()));
    running.write(&data);
    assert_eq!(running.read(END.len()), END, "{}", fault.name);
    running.write(b"q");
    let (rest, ended) = running.end();
    assert_eq!(rest, b"", "{}", fault.name);
    let got = std::fs::read(place.on_node("got")).unwrap();
    assert_eq!(hash(&got), hash(&data), "{}", fault.name);
    ended.expect_borne(fault, 0);
}

#[test]
fn output_is_whole_over_every_fault() {
    over_every_fault(output);
}

#[test]
fn input_is_whole_over_every_fault() {
    over_every_fault(input);
}

//! `ssm exec`: the output of a command that needs no terminal, and what is typed to one that has one. As with a shell,
//! the command ends only when all has come.

use super::{Fault, Place, data, hash, over_every_fault};

const BEGIN: &[u8] = b"<begin>";
const END: &[u8] = b"<end>";

fn output(fault: &Fault, place: &Place) {
    let data = data(fault.bytes);
    std::fs::write(place.on_node("data"), &data).unwrap();
    // An agent keeps the bytes of a character that is not whole until more comes: the end is whole.
    let script = "cat data; printf '<end>'; until test -e gate; do sleep 0.02; done; exit 33";
    let mut running = place.start(&["ssm", "exec", "web-1", "--", "sh", "-c", script]);
    let came = running.read(data.len());
    assert_eq!(hash(&came), hash(&data), "{}", fault.name);
    assert_eq!(running.read(END.len()), END, "{}", fault.name);
    std::fs::write(place.on_node("gate"), "").unwrap();
    let (rest, ended) = running.end();
    assert_eq!(rest, b"", "{}", fault.name);
    ended.expect_borne(fault, 33);
}

fn input(fault: &Fault, place: &Place) {
    let data = data(fault.bytes);
    let length = data.len();
    let script = format!(
        "stty raw -echo; printf '<begin>'; head -c {length} >got; printf '<end>'; head -c 1 >/dev/null"
    );
    let mut running = place.start(&["ssm", "exec", "web-1", "--pty", "--", "sh", "-c", &script]);
    assert_eq!(running.read(BEGIN.len()), BEGIN, "{}", fault.name);
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

//! A bad network: every byte of both streams and the exit code come all the same.

use super::{ONE_NODE, bytes, home, rehearse};

/// Both streams at once, compared with what was sent.
#[track_caller]
fn both_streams(faults: &str, size: usize) {
    let (sealed, sandbox) = rehearse(&format!("{ONE_NODE}[faults]\nseed = 7\n{faults}"));
    let script = format!(
        "head -c {size} /dev/urandom > a; head -c {size} /dev/urandom > b; cat a & cat b >&2; wait; exit 33"
    );
    let ran = bytes(&sealed, &["web-1", "-q", "--", "sh", "-c", &script]);
    let sent = |name: &str| std::fs::read(home(&sandbox, "web-1").join(name)).unwrap();
    let end = String::from_utf8_lossy(&ran.stderr[ran.stderr.len().saturating_sub(300)..]).into_owned();
    assert_eq!(ran.status.code(), Some(33), "{faults}: {end}");
    assert!(ran.stdout == sent("a"), "{faults}: {} bytes of stdout", ran.stdout.len());
    assert!(ran.stderr == sent("b"), "{faults}: {} bytes of stderr", ran.stderr.len());
}

#[test]
fn ten_mebibytes_of_each_stream() {
    both_streams("", 10 << 20);
}

#[test]
fn loss_and_duplicates() {
    both_streams("loss = 0.005\nduplicate = 0.01\n", 1 << 20);
    both_streams("loss = 0.1\nduplicate = 0.1\n", 200_000);
}

#[test]
fn another_order() {
    both_streams("reorder = 0.2\n", 1 << 20);
}

#[test]
fn damage() {
    both_streams("flip = 0.02\ntruncate = 0.02\n", 500_000);
}

#[test]
fn cuts() {
    both_streams("cut_every = 200\n", 1 << 20);
}

#[test]
fn all_of_it_at_once() {
    both_streams(
        "loss = 0.01\nduplicate = 0.01\nreorder = 0.05\nflip = 0.001\ntruncate = 0.001\ncut_every = 300\n",
        1 << 20,
    );
}

#[test]
fn encrypted_it_is_the_same() {
    let key = "cut_every = 250\nloss = 0.01\n[preferences]\nkms_key_id = \"alias/sessions\"\n";
    both_streams(key, 500_000);
}

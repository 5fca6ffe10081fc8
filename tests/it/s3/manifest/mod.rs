//! `opsctl s3 manifest`: check, stats and head, of files, stdin and objects.

mod check;
mod inventory;
mod report;
mod source;
mod stats;

use std::io::Write;
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;

/// Keys that a careless list spoils.
const NASTY: [&str; 16] = [
    "with space/a b.txt",
    "comma/a,b.csv",
    "quote/say \"hi\".txt",
    "newline/line1\nline2.txt",
    "cr/a\r\nb.txt",
    "tab/a\tb.txt",
    "unicode/żółć-日本語-🚀",
    "nfd/e\u{301}",
    "percent/100%.txt",
    "percent/already%20encoded",
    "plus/a+b",
    "/leading//double/",
    "control/\u{1}\u{1f}\u{7f}",
    "{\"origKey\":\"a\",\"newKey\":\"b\"}",
    "=cmd()",
    "null",
];

pub fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

pub fn md5(bytes: &[u8]) -> String {
    use md5::Digest as _;
    md5::Md5::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Byte by byte, by nobody's tables.
fn encoded(key: &str) -> String {
    let bare = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~/".contains(&byte);
    key.bytes()
        .map(|byte| if bare(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

/// The samples, where there are any.
pub fn samples() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/samples/s3-batch");
    if !folder.is_dir() {
        eprintln!("there are no samples here, not tried");
        return None;
    }
    Some(folder)
}

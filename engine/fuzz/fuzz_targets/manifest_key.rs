//! Any bytes as an encoded key, and any text as a raw one.

#![no_main]

use libfuzzer_sys::fuzz_target;
use opsctl_engine::manifest::{MAX_KEY, key};

fuzz_target!(|text: &[u8]| {
    let (mut buffer, mut out) = (Vec::new(), Vec::new());
    if let Ok(key) = key::decode(text, &mut buffer) {
        assert!(!key.is_empty() && key.len() <= MAX_KEY);
        key::encode(key, &mut out);
        assert_eq!(key::decode(&out, &mut Vec::new()), Ok(key));
    }
    if let Ok(raw) = std::str::from_utf8(text)
        && (1..=MAX_KEY).contains(&raw.len())
    {
        out.clear();
        key::encode(raw, &mut out);
        assert_eq!(key::decode(&out, &mut Vec::new()), Ok(raw));
    }
});

//! The frame reader takes any bytes, and what it reads it can write and read again.

#![no_main]

use bytes::Bytes;
use libfuzzer_sys::fuzz_target;
use opsctl_engine::session::message::{FrameError, Message};

fuzz_target!(|data: &[u8]| {
    let message = match Message::decode(&Bytes::copy_from_slice(data)) {
        Ok(message) => message,
        // A fuzzer finds no digests: go on as if this one had been right.
        Err(FrameError::Digest(message)) => *message,
        Err(_) => return,
    };
    let again = Message::decode(&message.encode());
    assert!(message.created_ms == 0 || again.as_ref() == Ok(&message), "{message:?} {again:?}");
});

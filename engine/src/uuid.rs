//! UUIDs: lower-case text in JSON, and the order of bytes that the header of a data channel's message has. Owns
//! nothing else; where the random bits come from is `random`'s business.

use std::fmt;

use serde::{Serialize, Serializer};

/// A UUID in its textual byte order.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Uuid(pub [u8; 16]);

impl Uuid {
    /// Version 4 out of random bits.
    pub fn from_random(mut bits: [u8; 16]) -> Self {
        bits[6] = (bits[6] & 0x0f) | 0x40;
        bits[8] = (bits[8] & 0x3f) | 0x80;
        Uuid(bits)
    }

    /// The order of a message header: bytes 8 to 15 first.
    pub fn to_wire(self) -> [u8; 16] {
        exchange_halves(self.0)
    }

    pub fn from_wire(bytes: [u8; 16]) -> Self {
        Uuid(exchange_halves(bytes))
    }
}

fn exchange_halves(bytes: [u8; 16]) -> [u8; 16] {
    u128::from_be_bytes(bytes).rotate_left(64).to_be_bytes()
}

impl fmt::Display for Uuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = format!("{:032x}", u128::from_be_bytes(self.0));
        write!(f, "{}-{}-{}-{}-{}", &text[..8], &text[8..12], &text[12..16], &text[16..20], &text[20..])
    }
}

impl fmt::Debug for Uuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Uuid {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_wire_order_differ_by_the_exchange_of_halves() {
        let id = Uuid(*b"\x00\x11\x22\x33\x44\x55\x46\x77\x88\x99\xaa\xbb\xcc\xdd\xee\xff");
        assert_eq!(id.to_string(), "00112233-4455-4677-8899-aabbccddeeff");
        assert_eq!(id.to_wire(), *b"\x88\x99\xaa\xbb\xcc\xdd\xee\xff\x00\x11\x22\x33\x44\x55\x46\x77");
        assert_eq!(Uuid::from_wire(id.to_wire()), id);
    }

    #[test]
    fn random_bits_become_version_4() {
        assert_eq!(Uuid::from_random([0xff; 16]).to_string(), "ffffffff-ffff-4fff-bfff-ffffffffffff");
        assert_eq!(Uuid::from_random([0; 16]).to_string(), "00000000-0000-4000-8000-000000000000");
    }
}

//! `[mfa]` of `sandbox.toml`: the device that the user shows codes of.

use super::MfaSettings;
use crate::input::toml::{Reader, Section, text_where};

pub fn mfa(reader: &mut Reader<'_>, mut section: Section<'_, '_>) -> MfaSettings {
    let in_serial = |byte: u8| byte.is_ascii_alphanumeric() || b"_+=/:,.@-".contains(&byte);
    let is_serial = |serial: &str| (9..=256).contains(&serial.len()) && serial.bytes().all(in_serial);
    let is_code = |code: &str| code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit());
    let defaults = MfaSettings::default();
    let serial = section.value(
        reader,
        "serial",
        text_where(
            "the ARN or serial number of a device, as \"arn:aws:iam::111122223333:mfa/me\"",
            is_serial,
        ),
    );
    let code = section.value(reader, "code", text_where("6 digits in quotes", is_code));
    section.finish(reader);
    MfaSettings { serial, code: code.unwrap_or(defaults.code) }
}

//! Any text as a definition: it is read or refused, and what is refused is refused with words.

#![no_main]

use libfuzzer_sys::fuzz_target;
use opsctl_engine::asl::definition::{MachineType, check};

fuzz_target!(|text: &str| {
    for machine_type in [MachineType::Standard, MachineType::Express] {
        let (machine, diagnostics) = check(text, machine_type);
        assert!(machine.is_some() || !diagnostics.is_empty());
        assert!(diagnostics.iter().all(|diagnostic| !diagnostic.message.is_empty()));
    }
});

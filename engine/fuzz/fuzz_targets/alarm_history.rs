//! Any text as HistoryData, as a state reason and as its data: it is read or kept, and a reason that is kept is kept whole.

#![no_main]

use libfuzzer_sys::fuzz_target;
use opsctl_engine::evaluation::reason::{HistoryData, Reason, ReasonData};

fuzz_target!(|text: &str| {
    for item_type in ["StateUpdate", "Action", "ConfigurationUpdate", "AlarmContributorStateUpdate", ""] {
        let _ = HistoryData::read(item_type, text);
    }
    let _ = ReasonData::read(text);
    let reason = Reason::read(text);
    let written = reason.to_string();
    if let Reason::Other(_) = reason {
        assert_eq!(written, text);
    }
});

//! Any bytes as the manifest.json of a completion report, and as its results; what is read is written and read again.

#![no_main]

use libfuzzer_sys::fuzz_target;
use opsctl_engine::manifest::report::{ReportManifest, ReportReader, ResultWriter, Summary};

fuzz_target!(|data: &[u8]| {
    if let Ok(manifest) = ReportManifest::parse(data) {
        assert_eq!(ReportManifest::parse(&manifest.to_json()), Ok(manifest));
    }
    let (mut reader, mut summary) = (ReportReader::new(data), Summary::new());
    loop {
        match reader.read() {
            Ok(Some(result)) => {
                summary.add(&result);
                let mut writer = ResultWriter::new(Vec::new());
                writer.write(&result).unwrap();
                let (text, _) = writer.finish().unwrap();
                assert_eq!(ReportReader::new(text.as_slice()).read().unwrap(), Some(result));
            }
            Ok(None) => break,
            Err(_) => {}
        }
    }
    assert!(summary.groups().count() as u64 <= summary.all.tasks());
});

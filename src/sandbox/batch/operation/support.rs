//! What a job document can ask for and this sandbox cannot do. It is refused by its name when the job is created: a
//! rehearsal must not pass over what it leaves out.

use crate::sandbox::s3::store::checksum::Algorithm;
use opsctl_engine::batch::Operation;

/// The name of what is not there.
pub fn unsupported(operation: &Operation) -> Option<String> {
    let event_holds = || Some("event holds".to_owned());
    match operation {
        Operation::S3PutObjectCopy(copy) => {
            if copy.is_to_directory_bucket() {
                return Some("directory buckets".to_owned());
            }
            if copy.object_lock_event_hold.is_some() || copy.object_lock_event_hold_duration.is_some() {
                return event_holds();
            }
            let algorithm = copy.checksum_algorithm.as_deref()?;
            Algorithm::named(algorithm).is_none().then(|| format!("copies with checksums of {algorithm}"))
        }
        Operation::S3PutObjectRetention(retention) => {
            let setting = &retention.retention;
            if setting.event_hold.is_some() || setting.event_hold_duration.is_some() {
                return event_holds();
            }
            None
        }
        _ => None,
    }
}

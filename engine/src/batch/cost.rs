//! What a job will cost, as a sum with its arithmetic. List prices of us-east-1 as the price pages had them in November
//! 2026: other regions and agreements differ, so it is a forecast and no bill.

use super::operation::Operation;

/// Money in billionths of a dollar.
type Nano = u64;

const JOB: Nano = 250_000_000;
const OBJECT: Nano = 1_000;
/// For each object in the bucket that a generated manifest is made from.
const GENERATED: Nano = 15;
/// For each gigabyte read by a checksum.
const CHECKSUM_GIGABYTE: Nano = 4_000_000;
/// PUT, COPY and POST requests to S3 Standard.
const WRITE: Nano = 5_000;
const LAMBDA_REQUEST: Nano = 200;
/// Restores are priced by tier and class: a request and each gigabyte.
const RESTORE_BULK: Nano = 25_000;
const RESTORE_STANDARD: Nano = 50_000;
const GIGABYTE: u64 = 1 << 30;

/// The price of one request, for copies by the class they are put into.
fn copy_request(class: Option<&str>) -> Nano {
    match class {
        Some("STANDARD_IA" | "ONEZONE_IA" | "INTELLIGENT_TIERING") => 10_000,
        Some("GLACIER_IR") => 20_000,
        Some("GLACIER") => 30_000,
        Some("DEEP_ARCHIVE") => 50_000,
        _ => WRITE,
    }
}

/// What is known of the work.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Work {
    pub objects: u64,
    /// Bytes of all of them, where it is known.
    pub bytes: Option<u64>,
    /// Objects in the source bucket, where the service lists it itself.
    pub generated_from: Option<u64>,
}

/// A part of the sum.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    pub what: String,
    /// "1,000,000 x $1.00 a million".
    pub arithmetic: String,
    pub nano_dollars: u64,
}

/// A sum with its parts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Forecast {
    pub items: Vec<Item>,
    /// What is charged and not in the sum.
    pub without: Vec<&'static str>,
    /// What the same costs by requests of the client's own, where it can make them.
    pub direct_nano_dollars: Option<u64>,
}

impl Forecast {
    pub fn new(operation: &Operation, work: &Work) -> Self {
        let mut forecast = Forecast::default();
        forecast.items.push(Item { what: "job".into(), arithmetic: "1 x $0.25".into(), nano_dollars: JOB });
        forecast.add("objects processed", work.objects, OBJECT);
        if let Some(objects) = work.generated_from {
            forecast.add("generated manifest, objects in the bucket", objects, GENERATED);
        }
        let requests = forecast.operation(operation, work);
        forecast.direct_nano_dollars = requests;
        forecast
    }

    pub fn total(&self) -> u64 {
        self.items.iter().fold(0, |sum, item| sum.saturating_add(item.nano_dollars))
    }

    /// The requests, whose sum is given back where a client can make them too.
    fn operation(&mut self, operation: &Operation, work: &Work) -> Option<u64> {
        let objects = work.objects;
        match operation {
            Operation::S3PutObjectCopy(copy) => {
                self.without.push("transfer between regions, KMS requests, storage of the copies");
                Some(self.add("COPY requests", objects, copy_request(copy.storage_class.as_deref())))
            }
            Operation::S3PutObjectAcl(_) => Some(self.add("PUT requests", objects, WRITE)),
            Operation::S3PutObjectTagging(_) => {
                self.without.push("tags kept, $0.01 for 10,000 a month");
                Some(self.add("PUT requests", objects, WRITE))
            }
            // DELETE requests are free.
            Operation::S3DeleteObjectTagging(_) => Some(0),
            Operation::S3PutObjectLegalHold(_) | Operation::S3PutObjectRetention(_) => {
                Some(self.add("PUT requests", objects, WRITE))
            }
            Operation::S3InitiateRestoreObject(restore) => {
                self.without.push("the gigabytes restored, and the storage of the restored copies");
                let (what, price) = match restore.glacier_job_tier.as_deref() {
                    Some("BULK") => {
                        ("restore requests, BULK from DEEP_ARCHIVE (free from GLACIER)", RESTORE_BULK)
                    }
                    _ => ("restore requests, STANDARD from GLACIER", RESTORE_STANDARD),
                };
                Some(self.add(what, objects, price))
            }
            Operation::LambdaInvoke(_) => {
                self.without.push("the function's run time, and what it calls");
                self.add("Lambda requests", objects, LAMBDA_REQUEST);
                None
            }
            Operation::S3ReplicateObject(_) => {
                self.without.push("transfer between regions, storage of the replicas");
                self.add("PUT requests at the destination", objects, WRITE);
                None
            }
            Operation::S3ComputeObjectChecksum(_) => {
                match work.bytes {
                    Some(bytes) => {
                        let gigabytes = bytes.div_ceil(GIGABYTE);
                        self.add("gigabytes read for checksums", gigabytes, CHECKSUM_GIGABYTE);
                    }
                    None => self.without.push("checksums, $0.004 a gigabyte: the sizes are not known"),
                }
                None
            }
            Operation::S3UpdateObjectEncryption(_) => {
                self.without.push("KMS requests");
                self.add("requests", objects, WRITE);
                None
            }
        }
    }

    fn add(&mut self, what: &str, count: u64, price: Nano) -> u64 {
        let nano_dollars = count.saturating_mul(price);
        let arithmetic = match price >= 1_000_000 {
            true => format!("{} x {}", grouped(count), dollars(price)),
            false => format!("{} x {} a million", grouped(count), dollars(price.saturating_mul(1_000_000))),
        };
        self.items.push(Item { what: what.to_owned(), arithmetic, nano_dollars });
        nano_dollars
    }

    /// What direct calls would cost, where they cost less than the job.
    pub fn cheaper_directly(&self) -> Option<u64> {
        self.direct_nano_dollars.filter(|direct| *direct < self.total())
    }
}

/// "$1.00", "$0.0005": at least cents, and no more digits than say something.
pub fn dollars(nano: u64) -> String {
    let (whole, rest) = (nano / 1_000_000_000, nano % 1_000_000_000);
    let digits = format!("{rest:09}");
    let cents = digits.trim_end_matches('0').len().max(2);
    // Beyond a dollar nobody looks at less than a cent.
    let cents = if whole > 0 { 2 } else { cents };
    format!("${}.{}", grouped(whole), digits.get(..cents).unwrap_or("00"))
}

fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::{Checksum, Copy, Nothing, Tagging};

    fn lines(operation: &Operation, work: Work) -> Vec<String> {
        let forecast = Forecast::new(operation, &work);
        let line =
            |item: &Item| format!("{}: {} = {}", item.what, item.arithmetic, dollars(item.nano_dollars));
        let mut lines: Vec<String> = forecast.items.iter().map(line).collect();
        lines.push(dollars(forecast.total()));
        lines
    }

    #[test]
    fn a_sum_shows_its_parts() {
        let tagging = Operation::S3PutObjectTagging(Tagging::default());
        assert_eq!(
            lines(&tagging, Work { objects: 1_500_000, bytes: None, generated_from: Some(2_000_000) }),
            [
                "job: 1 x $0.25 = $0.25",
                "objects processed: 1,500,000 x $1.00 a million = $1.50",
                "generated manifest, objects in the bucket: 2,000,000 x $0.015 a million = $0.03",
                "PUT requests: 1,500,000 x $5.00 a million = $7.50",
                "$9.28",
            ]
        );
        let checksum = Operation::S3ComputeObjectChecksum(Checksum::default());
        let work = Work { objects: 10, bytes: Some(3 * GIGABYTE + 1), generated_from: None };
        assert_eq!(lines(&checksum, work)[2], "gigabytes read for checksums: 4 x $0.004 = $0.016");
        let copy = Copy { storage_class: Some("GLACIER_IR".into()), ..Copy::default() };
        let work = Work { objects: 1_000_000, ..Work::default() };
        assert_eq!(
            lines(&Operation::S3PutObjectCopy(Box::new(copy)), work)[2],
            "COPY requests: 1,000,000 x $20.00 a million = $20.00"
        );
    }

    #[test]
    fn few_objects_are_cheaper_directly_and_a_function_never_is() {
        let tagging = Operation::S3PutObjectTagging(Tagging::default());
        let work = Work { objects: 10_000, ..Work::default() };
        assert_eq!(Forecast::new(&tagging, &work).cheaper_directly().map(dollars).as_deref(), Some("$0.05"));
        let replicate = Operation::S3ReplicateObject(Nothing {});
        assert_eq!(Forecast::new(&replicate, &work).cheaper_directly(), None);
    }

    #[test]
    fn nothing_overflows() {
        let tagging = Operation::S3PutObjectTagging(Tagging::default());
        let work = Work { objects: u64::MAX, bytes: Some(u64::MAX), generated_from: Some(u64::MAX) };
        assert_eq!(Forecast::new(&tagging, &work).total(), u64::MAX);
        assert_eq!(
            (dollars(0), dollars(400), dollars(1_234_567_890_000)),
            ("$0.00".into(), "$0.0000004".into(), "$1,234.56".into())
        );
    }
}

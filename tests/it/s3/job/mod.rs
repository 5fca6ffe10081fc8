//! `opsctl s3 job`: what came of tasks, and the failed ones again.

mod report;
mod retry;

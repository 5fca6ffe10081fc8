//! What an execution asks of the world around it, and what the world answers. Every answer names the demand it is for;
//! answers to demands that are over are ignored.

use std::sync::Arc;

use bytes::Bytes;
use serde_json::Value;

use crate::asl::Payload;
use crate::asl::definition::Resource;
use crate::asl::history::{Credentials, Failure};

/// Numbers of demands rise in the order they were made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DemandId(pub u64);

#[derive(Debug, Clone)]
pub enum Demand {
    Task(DemandId, Box<TaskRequest>),
    /// The content of an object, for an ItemReader.
    Read(DemandId, ObjectRequest),
    /// The objects under a prefix, as ListObjectsV2 gives them.
    List(DemandId, ObjectRequest),
    /// An object to be written, for a ResultWriter.
    Write(DemandId, WriteRequest),
    /// The answer to this demand is not waited for any longer.
    Cancel(DemandId),
}

/// One attempt at a task.
#[derive(Debug, Clone)]
pub struct TaskRequest {
    pub state: Arc<str>,
    /// Counts from 0; retries count up.
    pub attempt: u64,
    /// Whether it is part of an iteration or a child of a Map.
    pub is_iteration: bool,
    pub resource: Resource,
    pub input: Payload,
    /// Seconds.
    pub timeout: Option<u64>,
    pub heartbeat: Option<u64>,
    /// What SendTaskSuccess and its siblings name this attempt by: callbacks, jobs and activities.
    pub token: Option<Arc<str>>,
    pub credentials: Option<Credentials>,
}

/// The evaluated `Parameters` or `Arguments` of an ItemReader: Bucket, Key, Prefix and whatever else S3 takes.
#[derive(Debug, Clone)]
pub struct ObjectRequest {
    pub state: Arc<str>,
    pub arguments: Value,
}

#[derive(Debug, Clone)]
pub struct WriteRequest {
    pub state: Arc<str>,
    pub bucket: String,
    pub key: String,
    pub body: Bytes,
}

#[derive(Debug, Clone)]
pub enum Answer {
    /// The task is being worked on, by this worker of an activity. The time of a call begins with it.
    Started {
        worker: Option<Arc<str>>,
    },
    /// `.sync` and `.waitForTaskToken`: the call was made and this is what it returned.
    Submitted(Payload),
    Heartbeat,
    Succeeded(Payload),
    Failed(Failure),
    /// The attempt took too long, as whoever worked on it says.
    TimedOut(Failure),
    /// To a read: the bytes of the object.
    Object(Bytes),
    /// To a listing: the objects, each {Etag, Key, LastModified, Size, StorageClass}.
    Listed(Vec<Value>),
    /// To a write.
    Written,
}

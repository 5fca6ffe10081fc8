//! What was published to topics and sent to queues: SNS and SQS as far as senders see them. Nothing is delivered; what
//! came is kept on disk, the oldest making room, for whoever wants to look at it.

mod batch;
mod channel;
mod draft;
mod message;
mod store;

pub use batch::check_batch;
pub use channel::{Channels, is_queue_name, is_topic_name};
pub use draft::{Draft, Said};
pub use message::{Attribute, Posted, md5_of_attributes, md5_of_body};
pub use store::Messages;

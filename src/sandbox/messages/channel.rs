//! Topics and queues by their names, ARNs and addresses. Every name of the account is one, unless `sandbox.toml` says
//! which there are.

use crate::sandbox::identity::Identity;
use crate::sandbox::services::ServiceError;

/// What keeps the order of its messages ends so.
const FIFO: &str = ".fifo";

/// A topic that there is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Topic(String);

/// A queue that there is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Queue(String);

pub struct Channels {
    account: String,
    /// None: all that are asked for.
    topics: Option<Vec<String>>,
    queues: Option<Vec<String>>,
}

impl Channels {
    pub fn new(identity: &Identity, topics: Option<Vec<String>>, queues: Option<Vec<String>>) -> Self {
        Channels { account: identity.account.clone(), topics, queues }
    }

    /// The topic of an ARN, of any region.
    pub fn topic(&self, arn: &str) -> Result<Topic, ServiceError> {
        let parts: Vec<&str> = arn.split(':').collect();
        let ["arn", _, "sns", _, account, name] = parts.as_slice() else {
            return Err(ServiceError::new("InvalidParameter", "Invalid parameter: TopicArn"));
        };
        if !is_topic_name(name) {
            return Err(ServiceError::new("InvalidParameter", "Invalid parameter: TopicArn"));
        }
        if *account != self.account || !is_in(self.topics.as_deref(), name) {
            return Err(ServiceError::new("NotFound", "Topic does not exist").status(404));
        }
        Ok(Topic((*name).to_owned()))
    }

    /// The queue of an address, whatever host it names.
    pub fn queue(&self, url: &str) -> Result<Queue, ServiceError> {
        let mut steps = url.rsplit('/');
        let (name, account) = (steps.next().unwrap_or_default(), steps.next().unwrap_or_default());
        if account != self.account {
            return Err(no_queue());
        }
        self.queue_named(name)
    }

    pub fn queue_named(&self, name: &str) -> Result<Queue, ServiceError> {
        if is_queue_name(name) && is_in(self.queues.as_deref(), name) {
            Ok(Queue(name.to_owned()))
        } else {
            Err(no_queue())
        }
    }
}

impl Topic {
    pub fn name(&self) -> &str {
        &self.0
    }

    pub fn is_fifo(&self) -> bool {
        self.0.ends_with(FIFO)
    }
}

impl Queue {
    pub fn name(&self) -> &str {
        &self.0
    }

    pub fn is_fifo(&self) -> bool {
        self.0.ends_with(FIFO)
    }
}

fn no_queue() -> ServiceError {
    ServiceError::new("QueueDoesNotExist", "The specified queue does not exist.")
}

fn is_in(names: Option<&[String]>, name: &str) -> bool {
    names.is_none_or(|names| names.iter().any(|other| other == name))
}

pub fn is_topic_name(name: &str) -> bool {
    is_name(name, 256)
}

pub fn is_queue_name(name: &str) -> bool {
    is_name(name, 80)
}

fn is_name(name: &str, most: usize) -> bool {
    let stem = name.strip_suffix(FIFO).unwrap_or(name);
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    !stem.is_empty() && name.len() <= most && stem.bytes().all(allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn channels(topics: Option<&[&str]>, queues: Option<&[&str]>) -> Channels {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Channels { account: "111122223333".into(), topics: topics.map(names), queues: queues.map(names) }
    }

    #[test]
    fn every_name_of_the_account_is_a_channel_unless_some_are_named() {
        let any = channels(None, None);
        let named = channels(Some(&["done"]), Some(&["work"]));
        let arn = |account: &str, name: &str| format!("arn:aws:sns:eu-west-1:{account}:{name}");
        for (arn, all, some) in [
            (arn("111122223333", "done"), "", ""),
            (arn("111122223333", "other"), "", "NotFound"),
            (arn("444455556666", "done"), "NotFound", "NotFound"),
            (arn("111122223333", "a b"), "InvalidParameter", "InvalidParameter"),
            (arn("111122223333", "done:sub"), "InvalidParameter", "InvalidParameter"),
            ("done".to_owned(), "InvalidParameter", "InvalidParameter"),
        ] {
            let code =
                |channels: &Channels| channels.topic(&arn).map_or_else(|error| error.code, |_| "".into());
            assert_eq!((&*code(&any), &*code(&named)), (all, some), "{arn}");
        }
        for (url, all, some) in [
            ("http://127.0.0.1:1/111122223333/work", true, true),
            ("https://sqs.eu-west-1.amazonaws.com/111122223333/work", true, true),
            ("https://sqs.eu-west-1.amazonaws.com/111122223333/other", true, false),
            ("https://sqs.eu-west-1.amazonaws.com/444455556666/work", false, false),
            ("https://sqs.eu-west-1.amazonaws.com/111122223333/", false, false),
            ("work", false, false),
            ("", false, false),
        ] {
            assert_eq!((any.queue(url).is_ok(), named.queue(url).is_ok()), (all, some), "{url}");
        }
    }
}

//! Where one instance of a function and those who invoke it meet: which of the two is to do what next. What the instance
//! says in a state in which it may not is refused, as Lambda refuses it. Knows neither HTTP nor processes.

use bytes::Bytes;
use jiff::Timestamp;
use tokio::sync::{oneshot, watch};

/// Lambda takes no larger answers.
pub const RESPONSE_LIMIT: usize = (6 << 20) + 100;

/// One event for a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invocation {
    pub request_id: String,
    pub event: Bytes,
    /// JSON of the caller's own, in one line.
    pub client_context: Option<String>,
    pub trace_id: String,
    /// When it is ended.
    pub deadline: Timestamp,
}

/// What a function says of an invocation, or of its start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    Response(Bytes),
    Error {
        kind: String,
        payload: Bytes,
    },
    /// An answer of so many bytes, or of more than that.
    TooLarge(usize),
}

/// Where the outcome of an invocation arrives, whatever the instance does next. It ends without one when the instance does.
pub type Answer = oneshot::Receiver<Outcome>;

#[derive(Debug)]
enum Stage {
    Starting,
    /// It cannot begin.
    Broken(Outcome),
    /// It has asked for an invocation.
    Ready,
    /// There is one that it has not taken.
    Given(Invocation, oneshot::Sender<Outcome>),
    /// It has taken one: its id.
    Working(String, oneshot::Sender<Outcome>),
    /// It has said what came of it, and not asked for the next.
    Answered,
}

/// Why something that an instance says is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// There is no such invocation, or no longer.
    UnknownId,
    NotNow,
}

pub struct Exchange(watch::Sender<Stage>);

impl Exchange {
    pub fn new() -> Self {
        Exchange(watch::Sender::new(Stage::Starting))
    }

    /// The instance asks for its next invocation, and waits for it.
    pub async fn next(&self) -> Result<Invocation, Refused> {
        let mut changes = self.0.subscribe();
        let mut result = Ok(());
        self.0.send_if_modified(|stage| match stage {
            Stage::Starting | Stage::Answered => {
                *stage = Stage::Ready;
                true
            }
            Stage::Ready | Stage::Given(..) => false,
            Stage::Working(..) | Stage::Broken(_) => {
                result = Err(Refused::NotNow);
                false
            }
        });
        result?;
        loop {
            let mut taken = None;
            self.0.send_if_modified(|stage| {
                // What stands there in between nobody sees.
                match std::mem::replace(stage, Stage::Answered) {
                    Stage::Given(invocation, hand_in) => {
                        *stage = Stage::Working(invocation.request_id.clone(), hand_in);
                        taken = Some(invocation);
                        true
                    }
                    other => {
                        *stage = other;
                        false
                    }
                }
            });
            if let Some(invocation) = taken {
                return Ok(invocation);
            }
            // The sender lives as long as this.
            let _ = changes.changed().await;
        }
    }

    /// The instance says what came of an invocation.
    pub fn answer(&self, request_id: &str, outcome: Outcome) -> Result<(), Refused> {
        let mut result = Ok(());
        self.0.send_if_modified(|stage| match std::mem::replace(stage, Stage::Answered) {
            Stage::Working(id, hand_in) if id == request_id => {
                // Nobody may be there to take it.
                let _ = hand_in.send(outcome);
                true
            }
            other => {
                let is_working = matches!(other, Stage::Working(..));
                *stage = other;
                result = Err(if is_working { Refused::UnknownId } else { Refused::NotNow });
                false
            }
        });
        result
    }

    /// The instance says that it cannot begin.
    pub fn break_off(&self, outcome: Outcome) -> Result<(), Refused> {
        let is_starting = self.0.send_if_modified(|stage| {
            let is_starting = matches!(stage, Stage::Starting);
            if is_starting {
                *stage = Stage::Broken(outcome);
            }
            is_starting
        });
        if is_starting { Ok(()) } else { Err(Refused::NotNow) }
    }

    /// Until the instance can be given something. An error is what it says of why it cannot.
    pub async fn ready(&self) -> Result<(), Outcome> {
        let mut stages = self.0.subscribe();
        let stage = stages.wait_for(|stage| matches!(stage, Stage::Ready | Stage::Broken(_))).await;
        match stage.as_deref() {
            Ok(Stage::Broken(outcome)) => Err(outcome.clone()),
            _ => Ok(()),
        }
    }

    /// For an instance that is ready.
    pub fn give(&self, invocation: Invocation) -> Answer {
        let (hand_in, answer) = oneshot::channel();
        self.0.send_replace(Stage::Given(invocation, hand_in));
        answer
    }

    /// Why the instance cannot begin, if it has said so.
    pub fn broken(&self) -> Option<Outcome> {
        match &*self.0.borrow() {
            Stage::Broken(outcome) => Some(outcome.clone()),
            _ => None,
        }
    }

    /// Whether what was given has been taken.
    pub fn is_taken(&self) -> bool {
        !matches!(*self.0.borrow(), Stage::Given(..))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn invocation(id: &str) -> Invocation {
        Invocation {
            request_id: id.to_owned(),
            event: Bytes::from_static(b"{}"),
            client_context: None,
            trace_id: "Root=1".into(),
            deadline: Timestamp::UNIX_EPOCH,
        }
    }

    fn response() -> Outcome {
        Outcome::Response(Bytes::from_static(b"1"))
    }

    /// An array, since what is awaited gives what can be awaited itself.
    async fn given_when_ready(exchange: &Exchange, id: &str) -> [Answer; 1] {
        exchange.ready().await.unwrap();
        [exchange.give(invocation(id))]
    }

    #[tokio::test]
    async fn an_instance_takes_answers_and_asks_again() {
        let exchange = Exchange::new();
        for id in ["a", "b"] {
            let (given, [answer]) = tokio::join!(exchange.next(), given_when_ready(&exchange, id));
            assert_eq!(given.unwrap().request_id, id);
            assert!(exchange.is_taken() && exchange.broken().is_none());
            assert_eq!(exchange.next().await, Err(Refused::NotNow), "it has not answered");
            assert_eq!(exchange.answer("x", response()), Err(Refused::UnknownId));
            assert_eq!(exchange.answer(id, response()), Ok(()));
            assert_eq!(exchange.answer(id, response()), Err(Refused::NotNow), "said once");
            assert_eq!(answer.await, Ok(response()));
        }
    }

    #[tokio::test]
    async fn an_answer_arrives_though_the_instance_asks_for_the_next_at_once() {
        let exchange = Exchange::new();
        let (_, [answer]) = tokio::join!(exchange.next(), given_when_ready(&exchange, "a"));
        exchange.answer("a", response()).unwrap();
        let mut next = std::pin::pin!(exchange.next());
        tokio::select! {
            biased;
            _ = &mut next => panic!(),
            ready = exchange.ready() => ready.unwrap(),
        }
        assert_eq!(answer.await, Ok(response()));
    }

    #[tokio::test]
    async fn an_instance_that_cannot_begin_says_so_before_it_asks() {
        let exchange = Exchange::new();
        assert_eq!(exchange.answer("a", response()), Err(Refused::NotNow));
        exchange.break_off(response()).unwrap();
        assert_eq!(exchange.ready().await, Err(response()));
        assert_eq!(exchange.next().await, Err(Refused::NotNow));
        assert_eq!(exchange.break_off(response()), Err(Refused::NotNow));
    }

    #[tokio::test]
    async fn one_invocation_goes_to_one_of_two_who_ask() {
        let exchange = Exchange::new();
        let mut one = std::pin::pin!(exchange.next());
        let mut two = std::pin::pin!(exchange.next());
        tokio::select! {
            biased;
            _ = &mut one => panic!(),
            _ = &mut two => panic!(),
            () = std::future::ready(()) => drop(exchange.give(invocation("a"))),
        }
        let taken = tokio::select! { taken = one => taken, taken = two => taken };
        assert_eq!(taken.unwrap().request_id, "a");
    }
}

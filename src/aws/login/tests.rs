//! When a device asks, and when it gives up.

use std::cell::RefCell;
use std::future::ready;

use super::*;

type Told = fn() -> Result<Answer, Error>;

/// What it is answered in turn, the last for ever; how it ended, and how many seconds it waited each time.
async fn polled(interval: u64, left: u64, answers: &[Told]) -> (String, Vec<u64>) {
    let (count, waited) = (RefCell::new(0..), RefCell::new(Vec::new()));
    let pace = Pace { interval: Duration::from_secs(interval), left: Duration::from_secs(left) };
    let ask = || {
        let at = count.borrow_mut().next().unwrap();
        ready(answers.get(at).or(answers.last()).unwrap()())
    };
    let pause = |wait: Duration| {
        waited.borrow_mut().push(wait.as_secs());
        ready(())
    };
    let ended = poll(pace, ask, pause).await.unwrap_err().to_string();
    (ended, waited.into_inner())
}

#[tokio::test]
async fn a_device_asks_at_the_pace_it_is_told() {
    let pending: Told = || Ok(Answer::Pending);
    let slow_down: Told = || Ok(Answer::SlowDown);
    let refused: Told = || Ok(Answer::Refused);
    let answers = [pending, slow_down, pending, slow_down, pending, refused];
    assert_eq!(polled(2, 600, &answers).await, ("the login was refused".to_owned(), vec![2, 7, 7, 12, 12]));
    let unapproved = "nobody has approved the login in time".to_owned();
    assert_eq!(polled(4, 10, &[pending]).await, (unapproved, vec![4, 4, 2]));
}

#[tokio::test]
async fn a_network_that_is_away_for_a_while_ends_nothing_and_a_failure_does() {
    let away: Told = || Err(Error::new(Kind::Temporary, "away"));
    let expired: Told = || Ok(Answer::Expired);
    let unapproved = "nobody has approved the login in time".to_owned();
    assert_eq!(polled(1, 600, &[away, away, expired]).await, (unapproved, vec![1, 1]));
    let broken: Told = || Err(Error::failed("broken"));
    assert_eq!(polled(1, 600, &[broken]).await, ("broken".to_owned(), vec![]));
}

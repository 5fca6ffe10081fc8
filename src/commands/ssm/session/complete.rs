//! Candidates: the sessions that are open, and what the options that choose among them know.

use super::api::{self, Selection};
use super::model::Session;
use super::view;
use crate::completion::{self, ArgValueCompleter, Candidate};

/// Sessions by their ids.
pub fn sessions() -> ArgValueCompleter {
    completion::live("ssm.sessions", async |aws| {
        let mut first = Vec::new();
        api::sessions(&aws.ssm(), &Selection::default(), &mut |page| {
            first = page;
            Ok(false)
        })
        .await?;
        Ok(of_sessions(&first))
    })
}

/// What --owner knows besides ARNs.
pub fn owners() -> ArgValueCompleter {
    completion::fixed(|| {
        vec![
            Candidate::new("me").described("those that these credentials have started"),
            Candidate::new("anyone").described("all of the account and region"),
        ]
    })
}

/// Times that are asked for often.
pub fn moments() -> ArgValueCompleter {
    completion::fixed(|| {
        let often = [
            ("1h", "an hour ago"),
            ("8h", "8 hours ago"),
            ("today", ""),
            ("yesterday", ""),
            ("7d", "a week ago"),
        ];
        often.into_iter().map(|(time, about)| Candidate::new(time).described(about)).collect()
    })
}

fn of_sessions(sessions: &[Session]) -> Vec<Candidate> {
    let candidate =
        |session: &Session| Candidate::new(&session.session_id).described(view::description(session));
    sessions.iter().map(candidate).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_ssm::types::{self, SessionStatus};

    #[test]
    fn a_session_is_offered_by_its_id_and_described() {
        let session = types::Session::builder().session_id("jane-0abc").target("i-0abc");
        let session = session.status(SessionStatus::Connected).reason("ticket 4711").build();
        let found = of_sessions(&[Session::try_from(session).unwrap()]);
        assert_eq!(found, [Candidate::new("jane-0abc").described("on i-0abc, Connected, ticket 4711")]);
    }
}

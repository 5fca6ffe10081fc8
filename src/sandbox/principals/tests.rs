use super::*;

const NOW: i64 = 1_790_000_000;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(NOW + seconds).unwrap()
}

fn principals() -> (Identity, Principals) {
    let identity = Identity::new("111122223333", "us-east-1", "rehearsal").unwrap();
    let principals = Principals::new(&identity).unwrap();
    (identity, principals)
}

fn role_session(name: &str) -> Principal {
    Principal {
        account: "111122223333".into(),
        arn: format!("arn:aws:sts::111122223333:assumed-role/deploy/{name}"),
        user_id: format!("AROAEXAMPLE:{name}"),
        name: name.into(),
        kind: Kind::RoleSession,
    }
}

#[test]
fn the_key_of_the_user_is_a_long_term_one_and_needs_no_token() {
    let (identity, principals) = principals();
    let found = principals.find(&identity.access_key_id, None, at(0)).unwrap();
    assert_eq!((found.principal.arn.as_str(), found.principal.kind), (identity.arn().as_str(), Kind::User));
    let somebodys = principals.find(&identity.access_key_id, Some("x"), at(0));
    assert_eq!(somebodys.unwrap_err(), Refusal::UnknownKey);
    assert_eq!(principals.find("AKIAABCDEFGHIJKLMNOP", None, at(0)).unwrap_err(), Refusal::UnknownKey);
}

#[test]
fn a_temporary_key_is_good_with_its_token_until_it_ends() {
    let (_, principals) = principals();
    let ann = principals.issue(role_session("ann"), at(900), at(0)).unwrap();
    let other = principals.issue(role_session("bob"), at(900), at(0)).unwrap();
    assert!(ann.key.access_key_id.starts_with("ASIA") && ann.key.access_key_id.len() == 20);
    let find = |token: Option<&str>, seconds| {
        principals.find(&ann.key.access_key_id, token, at(seconds)).map(|key| key.principal.name.clone())
    };
    assert_eq!(find(Some(&ann.token), 899), Ok("ann".to_owned()));
    for (case, token, seconds, refusal) in [
        ("no token", None, 0, Refusal::UnknownKey),
        ("an empty one", Some(""), 0, Refusal::UnknownKey),
        ("another's", Some(other.token.as_str()), 0, Refusal::UnknownKey),
        ("at its end", Some(ann.token.as_str()), 900, Refusal::Expired),
        ("another's, late", Some(other.token.as_str()), 901, Refusal::UnknownKey),
    ] {
        assert_eq!(find(token, seconds), Err(refusal), "{case}");
    }
}

#[test]
fn one_that_has_long_ended_is_forgotten_when_the_next_is_issued() {
    let (_, principals) = principals();
    let ann = principals.issue(role_session("ann"), at(900), at(0)).unwrap();
    let day = 24 * 3600;
    assert_eq!(
        principals.find(&ann.key.access_key_id, Some(ann.token.as_str()), at(day)).unwrap_err(),
        Refusal::Expired
    );
    principals.issue(role_session("bob"), at(day + 900), at(day)).unwrap();
    assert!(principals.get(&ann.key.access_key_id).is_none());
}

#[test]
fn of_too_many_the_one_that_ends_first_is_forgotten() {
    let (_, principals) = principals();
    let first = principals.issue(role_session("first"), at(1000), at(0)).unwrap();
    let soonest = principals.issue(role_session("soonest"), at(900), at(0)).unwrap();
    for number in 2..=MOST_SESSIONS {
        principals.issue(role_session(&number.to_string()), at(2000), at(0)).unwrap();
    }
    assert_eq!(principals.issued.lock().unwrap().len(), MOST_SESSIONS);
    assert!(principals.get(&soonest.key.access_key_id).is_none());
    assert!(principals.get(&first.key.access_key_id).is_some());
}

#[test]
fn no_secret_is_in_debug_output() {
    let (_, principals) = principals();
    let Issued { key, token, .. } = principals.issue(role_session("ann"), at(900), at(0)).unwrap();
    let shown = format!("{key:?}");
    assert!(shown.contains("assumed-role/deploy/ann"), "{shown}");
    for secret in [key.secret_access_key(), &*token, &key.access_key_id] {
        assert!(!shown.contains(secret), "{shown}");
    }
}

#[tokio::test]
async fn who_calls_is_known_where_the_work_is_done_and_nowhere_else() {
    let ann = Arc::new(role_session("ann"));
    assert_eq!(caller(), None);
    calling(Arc::clone(&ann), async {
        tokio::task::yield_now().await;
        assert_eq!(caller(), Some(Arc::clone(&ann)));
        calling_now(Arc::new(role_session("bob")), || assert_eq!(caller().unwrap().name, "bob"));
        assert_eq!(caller(), Some(Arc::clone(&ann)));
        assert_eq!(tokio::spawn(async { caller() }).await.unwrap(), None);
    })
    .await;
    assert_eq!(caller(), None);
}

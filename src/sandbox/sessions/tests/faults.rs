//! A bad wire between client and agent: every byte arrives once and in order all the same.

use super::*;
use opsctl_engine::session::faults::FaultRates;

async fn count_over(faults: FaultSettings, last: u32) -> TestClient {
    let house = House::with(|settings, _| settings.faults = Some(faults));
    let mut client = house.command(&format!("seq 1 {last}; read line; echo \"<$line>\"")).await;
    client.until(&format!("\r\n{last}\r\n")).await;
    client.type_in("done\n");
    client.until("<done>\r\n").await;
    let numbers: String = (1..=last).map(|number| format!("{number}\r\n")).collect();
    assert_eq!(client.text(), format!("{numbers}done\r\n<done>\r\n"));
    house.sessions.shutdown().await;
    client
}

#[tokio::test]
async fn a_bad_wire_delivers_everything() {
    let rates = FaultRates { loss: 0.05, duplicate: 0.05, reorder: 0.1, flip: 0.02, truncate: 0.02 };
    let client = count_over(FaultSettings { rates, seed: 1, ..FaultSettings::default() }, 50_000).await;
    assert!(client.engine.stats().duplicates > 0, "{:?}", client.engine.stats());
    assert!(client.engine.stats().dropped > 0, "{:?}", client.engine.stats());
}

#[tokio::test]
async fn no_cut_takes_the_end_of_the_session_away() {
    for cut_every in 1..=12 {
        let cut = Rhythm { after: None, every: Some(cut_every) };
        let house = House::with(|settings, _| {
            settings.faults = Some(FaultSettings { cut, ..FaultSettings::default() });
        });
        let mut client = house.command("seq 1 200").await;
        assert_eq!(client.until_closed().await, "", "{cut_every}");
        assert!(client.text().ends_with("\r\n200\r\n"), "{cut_every}");
    }
}

#[tokio::test]
async fn a_socket_that_ends_again_and_again_delivers_everything() {
    let often = Rhythm { after: None, every: Some(20) };
    let cut = FaultSettings { cut: often, ..FaultSettings::default() };
    let bye = FaultSettings { bye: often, ..FaultSettings::default() };
    for faults in [cut, bye] {
        let client = count_over(faults, 50_000).await;
        // Frames are taken from a socket in batches, so that how many it took is chance.
        assert!(client.sockets_opened >= 2, "{}", client.sockets_opened);
    }
}

#[tokio::test]
async fn a_socket_that_ends_once_is_the_last_but_one() {
    let once = Rhythm { after: Some(50), every: None };
    let cut = FaultSettings { cut: once, ..FaultSettings::default() };
    let bye = FaultSettings { bye: once, ..FaultSettings::default() };
    for faults in [cut, bye] {
        assert_eq!(count_over(faults, 50_000).await.sockets_opened, 2);
    }
}

#[tokio::test]
async fn a_slow_wire_delivers_everything_and_repeats_little() {
    let (delay, jitter) = (Duration::from_millis(100), Duration::from_millis(20));
    let start = std::time::Instant::now();
    let client = count_over(FaultSettings { delay, jitter, ..FaultSettings::default() }, 50_000).await;
    assert!(start.elapsed() >= delay * 3, "output, input and its echo: {:?}", start.elapsed());
    let stats = client.engine.stats();
    assert!(stats.duplicates < 50, "{stats:?}");
}

#[tokio::test]
async fn a_storm_of_pauses_delivers_everything() {
    count_over(FaultSettings { pause_every: Some(5), ..FaultSettings::default() }, 50_000).await;
}

#[tokio::test]
async fn a_frame_more_behind_the_handshake_changes_nothing() {
    for extra in [ExtraFrame::StartPublication, ExtraFrame::Acknowledgement] {
        let house = House::with(|settings, _| {
            settings.preferences.kms_key_id = Some("alias/sessions".to_owned());
            settings.faults = Some(FaultSettings { extra_frame: Some(extra), ..FaultSettings::default() });
        });
        let mut client = house.command("echo hello").await;
        assert_eq!(client.until_closed().await, "");
        assert_eq!(client.text(), "hello\r\n");
        // Challenge, request and completion, the greeting, and one more.
        let frames = client.engine.stats().frames_in;
        let quiet = House::with(|settings, _| {
            settings.preferences.kms_key_id = Some("alias/sessions".to_owned());
        });
        let mut client = quiet.command("echo hello").await;
        client.until_closed().await;
        assert!(frames > client.engine.stats().frames_in, "{frames}");
    }
}

#[tokio::test]
async fn a_node_that_is_gone_leaves_a_session_that_is_over() {
    let house = House::with(|settings, limits| {
        settings.faults = Some(FaultSettings { agent_dies_after: Some(5), ..FaultSettings::default() });
        limits.notice = Duration::from_millis(50);
    });
    let mut client = house.command("while :; do echo .; done").await;
    client.until_true(|client| client.engine.stats().frames_out >= 5).await;
    house.until_terminated(&client.session_id).await;
    assert_eq!(house.sessions.resume(&client.session_id).unwrap().map(drop), None);
    assert_eq!(client.closed(), None, "nobody is there to say so");
}

#[tokio::test]
async fn a_resume_that_is_refused_has_no_token_though_the_session_lives() {
    let house = House::with(|settings, _| {
        settings.faults = Some(FaultSettings { resume_refused: true, ..FaultSettings::default() });
    });
    let client = house.shell().await;
    assert!(house.sessions.is_open(&client.session_id));
    assert_eq!(house.sessions.resume(&client.session_id).unwrap().map(drop), None);
    house.sessions.shutdown().await;
}

#[tokio::test]
async fn credentials_expire_at_the_first_cut_and_for_so_many_calls() {
    let cut = Rhythm { after: Some(5), every: Some(20) };
    let house = House::with(|settings, _| {
        settings.faults = Some(FaultSettings { cut, expired_calls: 2, ..FaultSettings::default() });
    });
    assert!(!house.sessions.credentials_have_expired());
    let mut client = house.command("seq 1 50000").await;
    client.until_closed().await;
    let calls: Vec<_> = (0..4).map(|_| house.sessions.credentials_have_expired()).collect();
    assert_eq!(calls, [true, true, false, false], "of {} sockets", client.sockets_opened);
}

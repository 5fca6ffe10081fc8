//! A bad wire between client and agent: every byte arrives once and in order all the same.

use super::*;

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
    let client = count_over(FaultSettings { rates, seed: 1, cut_every: None }, 50_000).await;
    assert!(client.engine.stats().duplicates > 0, "{:?}", client.engine.stats());
    assert!(client.engine.stats().dropped > 0, "{:?}", client.engine.stats());
}

#[tokio::test]
async fn no_cut_takes_the_end_of_the_session_away() {
    for cut_every in 1..=12 {
        let rates = FaultRates::default();
        let house = House::with(|settings, _| {
            settings.faults = Some(FaultSettings { rates, seed: 1, cut_every: Some(cut_every) });
        });
        let mut client = house.command("seq 1 200").await;
        assert_eq!(client.until_closed().await, "", "{cut_every}");
        assert!(client.text().ends_with("\r\n200\r\n"), "{cut_every}");
    }
}

#[tokio::test]
async fn a_socket_that_is_cut_again_and_again_delivers_everything() {
    let faults = FaultSettings { rates: FaultRates::default(), seed: 1, cut_every: Some(20) };
    let client = count_over(faults, 50_000).await;
    assert!(client.sockets_opened > 3, "{}", client.sockets_opened);
}

//! What runs in a session, and that every byte of it arrives.

use super::*;
use opsctl_engine::session::{ClientEvent, SessionType};
use std::os::unix::fs::PermissionsExt as _;

#[tokio::test]
async fn a_shell_greets_echoes_and_ends() {
    let house = House::new();
    let mut client = house.shell().await;
    client.until("[sandbox] web-1 $ ").await;
    let home = house.node.home.display();
    let banner =
        format!("sandbox node web-1 ({NODE}): a real shell of somebody on this machine, in {home}\r\n");
    assert!(client.text().starts_with(&banner), "{}", client.text());
    assert_eq!(house.status(&client.session_id), SessionStatus::Connected);

    client.type_in("echo $((6 * 7))\n");
    client.until("\r\n42\r\n").await;
    client.type_in("exit\n");
    assert_eq!(client.until_closed().await, "");
    house.until_terminated(&client.session_id).await;
    assert_eq!(house.sessions.resume(&client.session_id).unwrap(), None);
}

#[tokio::test]
async fn a_command_has_a_clean_environment_and_only_its_own_output() {
    let house = House::new();
    let mut client = house.command("pwd; env | sort; tty -s && echo terminal; id -u >/dev/null").await;
    assert_eq!(client.until_closed().await, "");
    let home = house.node.home.display().to_string();
    let text = client.text();
    let (environment, rest): (Vec<_>, Vec<_>) = text.lines().partition(|line| line.contains('='));
    assert_eq!(rest, [home.as_str(), "terminal"]);
    let names: Vec<_> = environment.iter().filter_map(|line| line.split('=').next()).collect();
    assert_eq!(names, ["HOME", "LANG", "LOGNAME", "PATH", "PS1", "PWD", "SHELL", "TERM", "USER"]);
    assert!(environment.contains(&"TERM=xterm-256color") && environment.contains(&"LANG=C.UTF-8"));
    let mode = std::fs::metadata(&house.node.home).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
}

#[tokio::test]
async fn the_terminal_has_the_size_the_client_says_and_none_before() {
    let house = House::new();
    let mut client = house.command("stty size; read line; stty size").await;
    client.until("0 0\r\n").await;
    client.engine.resize(132, 43, Clock::start().now());
    client.type_in("\n");
    client.until_closed().await;
    assert_eq!(client.text(), "0 0\r\n\r\n43 132\r\n");
}

#[tokio::test]
async fn a_lot_of_output_arrives_whole() {
    let house = House::new();
    let mut client = house.command("seq 1 200000").await;
    assert_eq!(client.until_closed().await, "");
    let expected: String = (1..=200_000).map(|number| format!("{number}\r\n")).collect();
    assert!(client.text() == expected, "{} bytes", client.output.len());
}

#[tokio::test]
async fn a_lot_of_input_arrives_whole_at_a_program_that_reads_late() {
    let house = House::new();
    let mut client = house.command("stty raw -echo; echo ready; read go; head -c 3000000 | cksum").await;
    client.until("ready").await;
    let input: Vec<u8> = (0..3_000_000u32).map(|i| (i.wrapping_mul(i) >> 7) as u8).collect();
    client.type_in("go\n");
    client.type_in(&input);
    client.until_closed().await;
    let text = client.text();
    let expected = format!("{} 3000000", cksum(&input));
    assert!(text.contains(&expected), "{text} without {expected}");
}

/// As POSIX has it.
fn cksum(bytes: &[u8]) -> u32 {
    let length =
        std::iter::successors(Some(bytes.len()), |rest| Some(rest >> 8)).take_while(|rest| *rest > 0);
    let all = bytes.iter().copied().chain(length.map(|rest| rest as u8));
    !all.fold(0u32, |crc, byte| {
        (0..8).fold(crc ^ (u32::from(byte) << 24), |crc, _| {
            crc << 1 ^ if crc >> 31 == 1 { 0x04c1_1db7 } else { 0 }
        })
    })
}

#[tokio::test]
async fn an_encrypted_session_shakes_hands_and_works() {
    let house =
        House::with(|settings, _| settings.preferences.kms_key_id = Some("alias/sessions".to_owned()));
    let mut client = house.shell().await;
    client.until("$ ").await;
    client.type_in("echo $((6 * 7)); exit\n");
    assert_eq!(client.until_closed().await, "");
    assert!(client.text().contains("\r\n42\r\n"), "{}", client.text());
    let started = client.events.iter().find_map(|event| match event {
        ClientEvent::Started { session_type, encrypted, agent_version, .. } => {
            Some((*session_type, *encrypted, agent_version.is_some()))
        }
        _ => None,
    });
    assert_eq!(started, Some((SessionType::StandardStream, true, true)));
}

#[tokio::test]
async fn a_client_that_names_another_target_gets_no_encrypted_session() {
    let house =
        House::with(|settings, _| settings.preferences.kms_key_id = Some("alias/sessions".to_owned()));
    let started = house.start(SessionDocument::StandardStream);
    let mut client = TestClient::connect(&house, &started, "i-0fedcba9876543210").await;
    let closed = client.until_closed().await;
    assert!(closed.contains("fetching the data key failed"), "{closed}");
    assert_eq!(client.text(), "");
}

#[test]
fn preferences_that_name_an_unknown_key_are_refused() {
    let kms = Arc::new(Kms::new(REGION, ACCOUNT, ["alias/sessions"]).unwrap());
    let settings = SessionSettings {
        launcher: Launcher { program: "env".into(), arguments: Vec::new() },
        kms,
        preferences: Preferences { kms_key_id: Some("alias/other".to_owned()), ..Preferences::default() },
        faults: None,
        user: String::new(),
        path: OsString::new(),
    };
    assert_eq!(Sessions::new(settings).err(), Some(KmsError::UnknownKey("alias/other".to_owned())));
}

//! The ways a session ends, and that its shell ends with it.

use super::*;
use opsctl_engine::session::Flag;

fn process_lives(id: &str) -> bool {
    let id = rustix::process::Pid::from_raw(id.parse().unwrap()).unwrap();
    rustix::process::test_kill_process(id).is_ok()
}

/// A client whose program has said its process id.
async fn client_with_process(house: &House, command: &str) -> (TestClient, String) {
    let mut client = house.command(&format!("echo \"<$$>\"; {command}")).await;
    client.until(">").await;
    let text = client.text();
    let id = text.split(['<', '>']).nth(1).unwrap().to_owned();
    assert!(process_lives(&id));
    (client, id)
}

#[tokio::test]
async fn terminate_closes_the_channel_and_ends_the_shell() {
    let house = House::new();
    let (mut client, id) = client_with_process(&house, "read line").await;
    assert!(house.sessions.terminate(&client.session_id));
    assert_eq!(client.until_closed().await, "");
    house.until_terminated(&client.session_id).await;
    assert!(!process_lives(&id));
    assert!(!house.sessions.is_open(&client.session_id));
    assert!(house.sessions.terminate(&client.session_id), "it is known still");
    assert!(!house.sessions.terminate("somebody-0"));
}

#[tokio::test]
async fn the_flag_of_the_client_ends_it_too() {
    let house = House::new();
    let (mut client, id) = client_with_process(&house, "read line").await;
    client.engine.send_flag(Flag::TerminateSession, Clock::start().now());
    assert_eq!(client.until_closed().await, "");
    house.until_terminated(&client.session_id).await;
    assert!(!process_lives(&id));
}

#[tokio::test]
async fn what_ignores_the_hang_up_is_killed() {
    let house = House::with(|_, limits| limits.hang_up = Duration::from_millis(50));
    let (client, id) = client_with_process(&house, "trap '' HUP; while :; do sleep 0.05; done").await;
    house.sessions.terminate(&client.session_id);
    house.until_terminated(&client.session_id).await;
    assert!(!process_lives(&id));
}

#[tokio::test]
async fn shutdown_ends_every_shell_with_and_without_a_client() {
    let house = House::new();
    let (client, id) = client_with_process(&house, "read line").await;
    let waiting = house.start(SessionDocument::StandardStream);
    house.sessions.shutdown().await;
    for session_id in [&client.session_id, &waiting.session_id] {
        assert!(house.status(session_id).is_terminated());
    }
    assert!(!process_lives(&id));
    house.sessions.shutdown().await;
}

#[tokio::test]
async fn a_session_without_data_times_out() {
    let house = House::with(|settings, _| settings.preferences.idle_timeout = Duration::from_millis(300));
    let mut client = house.command("read line").await;
    assert_eq!(client.until_closed().await, "Your session timed out due to inactivity.");
}

#[tokio::test]
async fn output_keeps_a_session_open_until_its_longest_duration() {
    let house = House::with(|settings, _| {
        settings.preferences.idle_timeout = Duration::from_millis(400);
        settings.preferences.max_duration = Some(Duration::from_millis(1200));
    });
    let mut client = house.command("while :; do echo .; sleep 0.1; done").await;
    assert_eq!(client.until_closed().await, "Your session reached its maximum duration.");
}

#[tokio::test]
async fn a_shell_that_cannot_start_says_why() {
    let house = House::new();
    std::fs::create_dir_all(house.folder.join("nodes")).unwrap();
    std::fs::write(&house.node.home, "a file").unwrap();
    let mut client = house.shell().await;
    let closed = client.until_closed().await;
    assert!(closed.starts_with("----------ERROR-------\nUnable to start shell: "), "{closed}");
}

#[tokio::test]
async fn a_program_that_leaves_others_on_its_terminal_ends_all_the_same() {
    let house = House::new();
    let mut client = house.command("sleep 30 & echo \"<$!>\"").await;
    assert_eq!(client.until_closed().await, "");
    let text = client.text();
    let id = rustix::process::Pid::from_raw(text.split(['<', '>']).nth(1).unwrap().parse().unwrap()).unwrap();
    rustix::process::kill_process(id, rustix::process::Signal::KILL).unwrap();
}

/// The shell leads a process session of its own here, which `env` does not give it.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn what_is_left_in_the_background_ends_with_the_session() {
    for command in ["sleep 988 & echo \"<$!>\"", "(trap '' HUP; exec sleep 988) & echo \"<$!>\""] {
        let house = House::with(|settings, limits| {
            settings.launcher = Launcher { program: "setsid".into(), arguments: vec!["-c".into()] };
            limits.hang_up = Duration::from_millis(50);
        });
        let mut client = house.command(command).await;
        assert_eq!(client.until_closed().await, "");
        house.until_terminated(&client.session_id).await;
        let text = client.text();
        let id = text.split(['<', '>']).nth(1).unwrap();
        // One whose parent has not asked after it is dead all the same.
        let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
        assert!(stat.is_empty() || stat.contains(") Z "), "{command}: {stat}");
    }
}

#[tokio::test]
async fn the_oldest_ended_sessions_are_forgotten() {
    let house = House::with(|_, limits| limits.history = 2);
    let mut ids = Vec::new();
    let first = house.start(SessionDocument::StandardStream);
    for _ in 0..4 {
        let started = house.start(SessionDocument::StandardStream);
        house.sessions.terminate(&started.session_id);
        house.until_terminated(&started.session_id).await;
        ids.push(started.session_id);
    }
    let last = house.start(SessionDocument::StandardStream);
    let records = house.sessions.describe();
    let kept: Vec<_> = records.iter().map(|record| &record.session_id).collect();
    assert_eq!(kept, [&first.session_id, &ids[3], &last.session_id]);
    house.sessions.shutdown().await;
}

#[tokio::test]
async fn a_program_that_ends_before_its_client_comes_is_heard_all_the_same() {
    let house = House::new();
    let started =
        house.start(SessionDocument::InteractiveCommands { command: "echo hello; exit 3".to_owned() });
    let end = house.node.home.join("end");
    let second = house.start(SessionDocument::InteractiveCommands { command: "echo > end".to_owned() });
    while !end.exists() {
        tokio::task::yield_now().await;
    }
    let mut client = TestClient::connect(&house, &started, NODE).await;
    assert_eq!(client.until_closed().await, "");
    assert_eq!(client.text(), "hello\r\n");
    assert_eq!(house.status(&second.session_id), SessionStatus::Connecting);
    house.sessions.shutdown().await;
}

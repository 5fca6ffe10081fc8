use super::*;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// A folder for scripts, and the commands of a sandbox in it.
struct Rehearsal {
    folder: PathBuf,
    commands: Commands,
}

impl Rehearsal {
    fn new() -> Self {
        let folder = std::env::temp_dir().join(format!("commands-{}", random::hex(12).unwrap()));
        let commands = Commands::new(Place {
            folder: folder.join("commands"),
            region: "eu-west-1".into(),
            user: "tester".into(),
            path: "/usr/bin:/bin".into(),
        });
        Rehearsal { folder, commands }
    }

    fn recipients(&self, fates: &[Fate]) -> Vec<Recipient> {
        let recipient = |(index, fate): (usize, &Fate)| Recipient {
            node: Arc::new(Node {
                id: format!("i-{index}"),
                name: format!("web-{index}"),
                tags: BTreeMap::new(),
                ip: "10.0.0.1".into(),
                host_name: "web".into(),
                agent_version: "3.3.0.0".into(),
                online: true,
                home: self.folder.join(format!("nodes/web-{index}")),
                shell: "sh".into(),
                throttle: crate::sandbox::sessions::Throttle::None,
            }),
            fate: *fate,
        };
        fates.iter().enumerate().map(recipient).collect()
    }

    fn send(&self, fates: &[Fate], script: &str, rates: (&str, &str)) -> Arc<Command> {
        self.send_within(Duration::from_secs(60), fates, script, rates)
    }

    fn send_within(
        &self,
        limit: Duration,
        fates: &[Fate],
        script: &str,
        rates: (&str, &str),
    ) -> Arc<Command> {
        let request = CommandRequest {
            document: "AWS-RunShellScript".into(),
            parameters: HashMap::new(),
            comment: None,
            instance_ids: Vec::new(),
            targets: Vec::new(),
            max_concurrency: rates.0.into(),
            max_errors: rates.1.into(),
            timeout: limit,
            script: Script { text: script.into(), working_directory: String::new(), limit },
            recipients: self.recipients(fates),
        };
        self.commands.send(request).unwrap()
    }
}

impl Drop for Rehearsal {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn statuses(command: &Command) -> Vec<Status> {
    (0..3).for_each(|_| drop(command.look()));
    command.seen().into_iter().map(|invocation| invocation.status).collect()
}

#[tokio::test]
async fn every_node_runs_the_script_in_its_own_home() {
    let rehearsal = Rehearsal::new();
    let command = rehearsal.send(&[Fate::Runs; 3], "basename \"$PWD\"", ("50", "0"));
    command.over().await;
    assert_eq!(statuses(&command), [Status::Success; 3]);
    let outputs: Vec<_> = command.seen().into_iter().map(|invocation| invocation.stdout).collect();
    assert_eq!(outputs, ["web-0\n", "web-1\n", "web-2\n"]);
    assert_eq!(command.summary().details, "Success");
}

#[tokio::test]
async fn one_failure_stops_those_that_wait_and_leaves_those_that_run() {
    let rehearsal = Rehearsal::new();
    // The first two run at a time: one fails at once, the other goes on until it sees that and more.
    let script = "case $AWS_SSM_INSTANCE_ID in i-0) exit 3;; *) sleep 0.3; echo done;; esac";
    let command = rehearsal.send(&[Fate::Runs; 4], script, ("2", "0"));
    command.over().await;
    let expected = [Status::Failed, Status::Success, Status::Terminated, Status::Terminated];
    assert_eq!(statuses(&command), expected);
    let summary = command.summary();
    assert_eq!((summary.details, summary.completed, summary.errors), ("Failed", 4, 1));
    assert_eq!(command.seen()[0].response_code, 3);
}

#[tokio::test]
async fn failures_within_bounds_stop_nothing() {
    let rehearsal = Rehearsal::new();
    let command = rehearsal.send(&[Fate::Runs; 4], "[ $AWS_SSM_INSTANCE_ID != i-0 ]", ("1", "25%"));
    command.over().await;
    let expected = [Status::Failed, Status::Success, Status::Success, Status::Success];
    assert_eq!(statuses(&command), expected);
    assert_eq!(command.summary().details, "Incomplete");
}

#[tokio::test]
async fn no_more_run_at_a_time_than_may() {
    let rehearsal = Rehearsal::new();
    // Each takes one of two places, and fails when both are taken.
    let lock = rehearsal.folder.display();
    let script = format!(
        "for place in 1 2; do if mkdir {lock}/place-$place 2>/dev/null; then sleep 0.1; rmdir {lock}/place-$place; exit 0; fi; done; exit 1"
    );
    let command = rehearsal.send(&[Fate::Runs; 8], &script, ("25%", "100%"));
    command.over().await;
    assert_eq!(statuses(&command), [Status::Success; 8]);
}

#[tokio::test]
async fn nodes_out_of_reach_end_in_their_own_ways() {
    let rehearsal = Rehearsal::new();
    let fates = [Fate::OutOfReach, Fate::DiesMeanwhile, Fate::Gone, Fate::WrongPlatform];
    let begun = [Status::Delayed, Status::InProgress, Status::Undeliverable, Status::InvalidPlatform];
    let command = rehearsal.send(&fates, "true", ("50", "0"));
    let mut changes = command.changes.subscribe();
    while statuses(&command) != begun {
        changes.changed().await.unwrap();
    }
    command.cancel(None, SystemTime::now());
    command.over().await;
    assert_eq!(statuses(&command)[..2], [Status::Cancelled; 2]);

    let command = rehearsal.send_within(Duration::from_millis(50), &fates, "true", ("50", "0"));
    command.over().await;
    let over =
        [Status::DeliveryTimedOut, Status::ExecutionTimedOut, Status::Undeliverable, Status::InvalidPlatform];
    assert_eq!(statuses(&command), over);
    assert!(command.seen().iter().all(|invocation| invocation.response_code == -1));
}

#[tokio::test]
async fn a_command_that_is_cancelled_ends_where_it_runs_and_begins_nowhere_else() {
    let rehearsal = Rehearsal::new();
    let command = rehearsal.send(&[Fate::Runs; 3], "echo begun; sleep 300", ("1", "0"));
    let mut changes = command.changes.subscribe();
    while statuses(&command)[0] != Status::InProgress {
        changes.changed().await.unwrap();
    }
    let unknown = command.cancel(Some(&["i-9".to_owned()]), SystemTime::now());
    assert_eq!(unknown, Cancelled::UnknownNode("i-9".into()));
    assert_eq!(command.cancel(None, SystemTime::now()), Cancelled::Asked);
    assert_eq!(command.summary().status, "Cancelling");
    command.over().await;
    assert_eq!(statuses(&command), [Status::Cancelled; 3]);
    assert_eq!(command.summary().details, "Cancelled");
}

#[tokio::test]
async fn a_new_command_shows_itself_bit_by_bit() {
    let rehearsal = Rehearsal::new();
    let command = rehearsal.send(&[Fate::Gone; 5], "true", ("50", "0"));
    let seen: Vec<usize> = (0..4).map(|_| command.look().len()).collect();
    assert_eq!(seen, [0, 3, 5, 5]);
}

#[tokio::test]
async fn the_end_of_a_sandbox_ends_every_script() {
    let rehearsal = Rehearsal::new();
    let command = rehearsal.send(&[Fate::Runs; 2], "sleep 300", ("50", "0"));
    let mut changes = command.changes.subscribe();
    while statuses(&command) != [Status::InProgress; 2] {
        changes.changed().await.unwrap();
    }
    rehearsal.commands.shutdown().await;
    assert_eq!(statuses(&command), [Status::Cancelled; 2]);
}

#[tokio::test]
async fn the_oldest_that_are_over_are_forgotten() {
    let rehearsal = Rehearsal::new();
    let mut ids = Vec::new();
    for _ in 0..=MOST_COMMANDS {
        let command = rehearsal.send(&[Fate::Gone], "true", ("50", "0"));
        command.over().await;
        ids.push(command.id.clone());
    }
    assert!(rehearsal.commands.find(&ids[0]).is_none());
    assert!(rehearsal.commands.find(&ids[1]).is_some());
    assert_eq!(rehearsal.commands.all()[0].id, ids[MOST_COMMANDS]);
}

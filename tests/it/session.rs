//! `ssm session list`, `show` and `terminate`, and with them what every verb that changes things shares: the plan, the
//! question, the dry run, partial failure, the wait.

use std::io::Write as _;
use std::process::{Child, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use crate::support::{FakeAws, Ran, Reply, Sandbox, Sealed, Terminal};

const ME: &str = "arn:aws:iam::111122223333:user/jane";
const NODE: &str = "i-0123456789abcdef0";

fn session(id: &str, status: &str) -> Value {
    json!({
        "SessionId": id, "Target": NODE, "Status": status, "Owner": ME, "StartDate": 1_795_340_000,
        "DocumentName": "SSM-SessionManagerRunShell", "Reason": "ticket 4711", "MaxSessionDuration": "20",
    })
}

fn caller() -> Reply {
    Reply::xml(format!(
        "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>{ME}</Arn><UserId>AIDAEXAMPLE</UserId>\
         <Account>111122223333</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"
    ))
}

/// An account with open sessions `jane-1` to `jane-COUNT`, two a page. A session that is terminated is `left` open for
/// so many looks; `refused` says what TerminateSession answers instead.
struct Account {
    aws: FakeAws,
    sealed: Sealed,
}

impl Account {
    fn new(count: usize) -> Self {
        Account::scripted(count, 0, |_| None)
    }

    fn scripted(
        count: usize,
        left: usize,
        refused: impl Fn(&str) -> Option<Reply> + Send + Sync + 'static,
    ) -> Self {
        let ended: Mutex<Vec<String>> = Mutex::default();
        let looks = AtomicUsize::new(0);
        let aws = FakeAws::start(move |request| {
            let body: Value = serde_json::from_str(&request.body).unwrap_or_default();
            match request.operation.as_str() {
                "GetCallerIdentity" => caller(),
                "TerminateSession" => {
                    let id = body["SessionId"].as_str().unwrap();
                    if let Some(refusal) = refused(id) {
                        return refusal;
                    }
                    ended.lock().unwrap().push(id.to_owned());
                    looks.store(0, Ordering::Relaxed);
                    Reply::json(json!({ "SessionId": id }))
                }
                "DescribeSessions" => {
                    let history = body["State"] == "History";
                    let ended = ended.lock().unwrap();
                    // The history is asked for last in each look.
                    let gone = looks.load(Ordering::Relaxed) >= left;
                    looks.fetch_add(usize::from(history), Ordering::Relaxed);
                    let ids = (1..=count).map(|number| format!("jane-{number}"));
                    let over = |id: &String| ended.contains(id);
                    let listed = ids.filter(|id| over(id) == history).map(|id| {
                        session(
                            &id,
                            if !history {
                                "Connected"
                            } else if gone {
                                "Terminated"
                            } else {
                                "Terminating"
                            },
                        )
                    });
                    page(filtered(listed.collect(), &body), &body)
                }
                other => Reply::error(400, "UnknownOperationException", other),
            }
        });
        let mut sealed = Sealed::new();
        sealed.signed_in().set("AWS_ENDPOINT_URL", &aws.endpoint).set("NO_COLOR", "1");
        Account { aws, sealed }
    }

    fn terminate(&self, args: &[&str]) -> Ran {
        self.sealed.run(["ssm", "session", "terminate"].iter().chain(args))
    }

    /// What was terminated, in this order.
    fn terminated(&self) -> Vec<String> {
        let requests = self.aws.requests().into_iter();
        let changing = requests.filter(|request| request.operation == "TerminateSession");
        let id = |body: &str| {
            serde_json::from_str::<Value>(body).unwrap()["SessionId"].as_str().unwrap().to_owned()
        };
        changing.map(|request| id(&request.body)).collect()
    }

    fn on_terminal(&self, args: &[&str]) -> Terminal {
        Terminal::opsctl(&self.sealed, (100, 30), &[&["ssm", "session", "terminate"], args].concat())
    }
}

fn filtered(sessions: Vec<Value>, body: &Value) -> Vec<Value> {
    let keeps = |session: &Value, filter: &Value| match filter["key"].as_str().unwrap() {
        "SessionId" => session["SessionId"] == filter["value"],
        "Status" => session["Status"] == filter["value"],
        "Target" => session["Target"] == filter["value"],
        "Owner" => session["Owner"] == filter["value"],
        "InvokedAfter" => session["StartDate"].as_i64().unwrap() >= seconds(&filter["value"]),
        "InvokedBefore" => session["StartDate"].as_i64().unwrap() <= seconds(&filter["value"]),
        other => panic!("an unexpected filter: {other}"),
    };
    let filters = body["Filters"].as_array().cloned().unwrap_or_default();
    sessions.into_iter().filter(|session| filters.iter().all(|filter| keeps(session, filter))).collect()
}

/// In the only form that DescribeSessions takes.
fn seconds(time: &Value) -> i64 {
    let time = time.as_str().unwrap();
    assert_eq!(time.len(), "2026-11-22T12:00:00Z".len(), "{time}");
    time.parse::<jiff::Timestamp>().unwrap().as_second()
}

/// Two a page.
fn page(sessions: Vec<Value>, body: &Value) -> Reply {
    let start: usize = body["NextToken"].as_str().map_or(0, |token| token.parse().unwrap());
    let mut answer = json!({ "Sessions": sessions.iter().skip(start).take(2).collect::<Vec<_>>() });
    if start + 2 < sessions.len() {
        answer["NextToken"] = (start + 2).to_string().into();
    }
    Reply::json(answer)
}

/// A shell on `web-1` of the sandbox, open until the value is dropped.
struct Open(Child);

impl Open {
    fn new(sealed: &Sealed) -> Self {
        let mut command = sealed.command(["--sandbox", "ssm", "connect", "web-1", "--reason", "ticket 4711"]);
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        child.stdin.as_mut().unwrap().write_all(b"echo re''ady\n").unwrap();
        let mut shown = std::io::BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        while !line.contains("ready\r") {
            line.clear();
            assert_ne!(std::io::BufRead::read_line(&mut shown, &mut line).unwrap(), 0, "the shell has ended");
        }
        // Whatever it says later must not stop it.
        std::thread::spawn(move || std::io::copy(&mut shown, &mut std::io::sink()));
        Open(child)
    }

    fn wait(mut self) -> Option<i32> {
        self.0.wait().unwrap().code()
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn ids(sealed: &Sealed, options: &[&str]) -> Vec<String> {
    let fixed = ["--sandbox", "ssm", "session", "list", "-o", "text", "--columns", "id"];
    let ran = sealed.run(fixed.iter().chain(options)).expect(0);
    ran.stdout.lines().map(str::to_owned).collect()
}

#[test]
fn a_session_is_listed_ended_and_then_history() {
    let sealed = Sealed::new();
    let _sandbox = Sandbox::up(&sealed);
    assert!(ids(&sealed, &[]).is_empty());
    let open = Open::new(&sealed);
    let listed = sealed.run(["--sandbox", "ssm", "session", "list", "-o", "json"]).expect(0).json();
    let item = &listed["items"][0];
    let id = item["sessionId"].as_str().unwrap();
    assert_eq!((&item["status"], &item["reason"]), (&"Connected".into(), &"ticket 4711".into()));
    for options in [
        &["--owner", "me"][..],
        &["--target", "web-1"],
        &["--state", "connected"],
        &["--state", "CONNECTED"],
        &["--owner", "arn:aws:iam::111122223333:user/rehearsal"],
        &["--since", "2020-01-01", "--until", "2100-01-01T00:00:00Z"],
    ] {
        assert_eq!(ids(&sealed, options), [id], "{options:?}");
    }
    for options in [
        &["--owner", "arn:aws:iam::111122223333:user/other"][..],
        &["--target", "web-2"],
        &["--history"],
        &["--state", "disconnected"],
        &["--since", "2100-01-01"],
        &["--until", "2020-01-01"],
    ] {
        assert!(ids(&sealed, options).is_empty(), "{options:?}");
    }
    let show = |id: &str| sealed.run(["--sandbox", "ssm", "session", "show", id, "-o", "json"]);
    assert_eq!(show(id).expect(0).json()["item"], *item);
    let args = ["--sandbox", "ssm", "session", "terminate", "--target", "web-1", "--yes", "--wait"];
    let ran = sealed.run(args).expect(0);
    assert_eq!((ran.stdout.as_str(), ran.stderr.as_str()), ("", "1 session terminated\n"));
    assert!(ids(&sealed, &[]).is_empty());
    assert_eq!(ids(&sealed, &["--history", "--state", "terminated"]), [id]);
    assert_eq!(ids(&sealed, &["--state", "terminated"]), [id], "the state says which list");
    assert_eq!(open.wait(), Some(0), "the shell's own client is told");
    let shown = show(&format!("arn:aws:ssm:us-east-1:111122223333:session/{id}")).expect(0).json();
    assert_eq!((&shown["item"]["sessionId"], &shown["item"]["status"]), (&id.into(), &"Terminated".into()));
    assert!(shown["item"]["endDate"].is_string(), "{shown}");
}

#[test]
fn a_session_is_shown_in_every_format() {
    let account = Account::new(3);
    let show = |args: &[&str]| account.sealed.run(["ssm", "session", "show", "jane-2"].iter().chain(args));
    for format in ["table", "json", "ndjson", "yaml", "csv", "text"] {
        let ran = show(&["-o", format]).expect(0);
        insta::assert_snapshot!(format!("session_show_{format}"), ran.stdout);
        assert_eq!(ran.stderr, "", "{format}");
    }
    let ran = show(&["--columns", "status,reason", "-o", "text"]).expect(0);
    assert_eq!(ran.stdout, "Connected\tticket 4711\n");
    assert_eq!(show(&["--query", "item.target", "-o", "text"]).expect(0).stdout, format!("{NODE}\n"));
    let ran = show(&["--columns", "sttus"]).expect(2);
    assert!(ran.stderr.contains("did you mean 'status'?"), "{ran:?}");
}

#[test]
fn an_unknown_session_is_not_shown_and_gets_a_near_match() {
    let account = Account::new(3);
    let ran = account.sealed.run(["ssm", "session", "show", "jane_2"]).expect(3);
    assert_eq!(ran.stderr, "error: there is no session jane_2\n  hint: did you mean jane-2?\n");
    assert_eq!(ran.stdout, "");
}

#[test]
fn without_a_name_one_is_chosen_and_shown() {
    let account = Account::new(3);
    let ran = account.sealed.run(["ssm", "session", "show"]).expect(2);
    assert!(ran.stderr.contains("hint: opsctl ssm session show SESSION"), "{ran:?}");
    assert!(account.aws.operations().is_empty(), "{:?}", account.aws.operations());
    let mut terminal = Terminal::opsctl(&account.sealed, (100, 30), &["ssm", "session", "show"]);
    terminal.wait_for("session (3/3) > ");
    terminal.type_text("-3");
    terminal.wait_for("> jane-3");
    terminal.type_text("\r");
    let (shown, status, echoes) = terminal.end();
    assert_eq!((status.code(), echoes), (Some(0), true), "{shown}");
    assert!(shown.contains("jane-3") && shown.contains("ticket 4711"), "{shown}");
}

/// They were started at 09:33:20, and now it is 12:00, in UTC.
#[test]
fn sessions_are_chosen_by_their_age() {
    let account = Account::new(1);
    let list = |args: &[&str]| {
        let fixed = ["ssm", "session", "list", "-o", "text", "--columns", "id"];
        account.sealed.run(fixed.iter().chain(args))
    };
    for (args, found) in [
        (&["--since", "3h"][..], "jane-1\n"),
        (&["--since", "2h"], ""),
        (&["--until", "2h"], "jane-1\n"),
        (&["--until", "3h"], ""),
        (&["--since", "today"], "jane-1\n"),
        (&["--until", "today"], ""),
        (&["--since", "yesterday", "--until", "now"], "jane-1\n"),
        (&["--since", "2026-11-22T09:33:20Z"], "jane-1\n"),
        (&["--since", "2026-11-22T09:33:21"], ""),
    ] {
        assert_eq!(list(args).expect(0).stdout, found, "{args:?}");
    }
    let ran = list(&["--since", "1h", "--until", "2h"]).expect(2);
    let expected = "error: --since 2026-11-22T11:00:00Z is after --until 2026-11-22T10:00:00Z\n";
    assert!(ran.stderr.starts_with(expected), "{ran:?}");
    let ran = list(&["--since", "soon"]).expect(2);
    assert!(ran.stderr.contains("a time looks like 2h (ago), yesterday"), "{ran:?}");
    let old = account.terminate(&["--all", "--until", "3h", "--yes"]).expect(0);
    assert!(account.terminated().is_empty(), "{old:?}");
    account.terminate(&["--all", "--until", "2h", "--yes"]).expect(0);
    assert_eq!(account.terminated(), ["jane-1"]);
}

#[test]
fn every_format_is_as_reviewed() {
    let hostile = json!({
        "SessionId": "jane-2", "Target": NODE, "Status": "Dreaming", "Owner": ME,
        "Reason": "evil\u{1b}[31m\u{202e}reason\n", "StartDate": 1_795_346_000,
    });
    let answer = json!({ "Sessions": [session("jane-1", "Connected"), hostile] });
    let aws = FakeAws::start(move |_| Reply::json(answer.clone()));
    let mut sealed = Sealed::new();
    sealed.signed_in().set("AWS_ENDPOINT_URL", &aws.endpoint).set("NO_COLOR", "1");
    for format in ["table", "json", "ndjson", "yaml", "csv", "text"] {
        let ran = sealed.run(["ssm", "session", "list", "-o", format]).expect(0);
        insta::assert_snapshot!(format!("session_list_{format}"), ran.stdout);
        assert_eq!(ran.stderr, "", "{format}");
    }
    for width in [60, 80, 200] {
        let (shown, status, _) = Terminal::opsctl(&sealed, (width, 24), &["ssm", "session", "list"]).end();
        assert_eq!(status.code(), Some(0), "{shown}");
        insta::assert_snapshot!(format!("session_list_terminal_{width}"), shown.replace('\r', ""));
    }
}

#[test]
fn the_columns_and_limits_of_every_list_are_here_too() {
    let account = Account::new(5);
    let list = |args: &[&str]| account.sealed.run(["ssm", "session", "list"].iter().chain(args));
    let ran = list(&["--columns", "id,document", "--sort", "-id", "--no-header"]).expect(0);
    assert!(ran.stdout.starts_with("jane-5  SSM-SessionManagerRunShell\n"), "{ran:?}");
    let before = account.aws.operations().len();
    assert_eq!(list(&["--limit", "2", "-o", "text", "--columns", "id"]).expect(0).stdout, "jane-1\njane-2\n");
    assert_eq!(account.aws.operations().len() - before, 1, "no page is fetched in vain");
    let ran = list(&["--columns", "ownr"]).expect(2);
    assert!(ran.stderr.contains("did you mean 'owner'?"), "{ran:?}");
    assert!(list(&["--state", "conected"]).expect(2).stderr.contains("connected"), "clap's near match");
}

#[test]
fn a_list_that_is_denied_says_so() {
    let sealed = Sealed::new();
    let _sandbox = Sandbox::with_config(&sealed, Some("[deny]\nactions = [\"ssm:DescribeSessions\"]\n"));
    for args in
        [&["list"][..], &["show", "x-1"], &["terminate", "--all", "--yes"], &["terminate", "x-1", "--yes"]]
    {
        let ran = sealed.run(["--sandbox", "ssm", "session"].iter().chain(args)).expect(5);
        assert!(ran.stderr.contains("is not authorized to perform: ssm:DescribeSessions"), "{ran:?}");
    }
}

#[test]
fn a_dry_run_prints_the_plan_and_changes_nothing() {
    let account = Account::new(3);
    let document = account.terminate(&["--all", "-n", "-o", "json"]).expect(0);
    assert_eq!(document.stderr, "dry run: 3 sessions would be terminated\n");
    let document = document.json();
    assert_eq!(document["kind"], "plan");
    assert_eq!(
        document["items"][2],
        json!({
            "action": "ssm:TerminateSession", "resource": "jane-3",
            "description": format!("on {NODE}, Connected, since 2026-11-22T09:33:20Z, of {ME}, ticket 4711"),
            "parameters": { "SessionId": "jane-3" }, "account": "111122223333", "region": "eu-west-1",
        })
    );
    for format in ["table", "ndjson", "yaml", "csv", "text"] {
        // A yes is no way round it.
        let ran = account.terminate(&["--all", "--dry-run", "--yes", "-o", format]).expect(0);
        for id in ["jane-1", "jane-2", "jane-3"] {
            assert!(ran.stdout.contains(id), "{format}: {ran:?}");
        }
    }
    account.terminate(&["jane-1", "-n"]).expect(0);
    let (shown, status, _) = account.on_terminal(&["--all", "-n"]).end();
    assert_eq!(status.code(), Some(0), "{shown}");
    let mut operations = account.aws.operations();
    operations.sort_unstable();
    operations.dedup();
    assert_eq!(operations, ["DescribeSessions", "GetCallerIdentity"]);
}

#[test]
fn without_a_terminal_and_without_a_yes_nothing_is_sent() {
    let account = Account::new(3);
    for args in [&["--all"][..], &["jane-1"], &["--target", "web-1"], &[], &["--all", "-o", "json"]] {
        // "y" on stdin is not a person.
        let ran =
            account.sealed.run_with(["ssm", "session", "terminate"].iter().chain(args), b"y\n").expect(2);
        assert!(ran.stderr.contains("there is no terminal to ask on"), "{ran:?}");
        assert!(ran.stderr.contains("--yes"), "the option that answers is named: {ran:?}");
        assert_eq!(ran.stdout, "");
    }
    let (shown, status, _) = account.on_terminal(&["--all", "--no-input"]).end();
    assert_eq!(status.code(), Some(2), "{shown}");
    assert!(shown.contains("--no-input forbids to ask"), "{shown}");
    let ran = account.terminate(&["--yes"]).expect(2);
    assert!(ran.stderr.starts_with("error: no session is given, and there is no terminal"), "{ran:?}");
    assert!(account.aws.operations().is_empty(), "{:?}", account.aws.operations());
}

#[test]
fn the_question_says_what_where_and_how_many_and_only_a_yes_is_one() {
    for (answer, code, sent) in [
        ("y\r", 0, 2),
        ("YES\r", 0, 2),
        ("\r", 1, 0),
        ("n\r", 1, 0),
        ("yess\r", 1, 0),
        ("y\u{4}\u{15}\r", 1, 0),
        ("\u{4}", 1, 0),
        ("\u{1b}", 1, 0),
        ("\u{3}", 130, 0),
    ] {
        let account = Account::new(2);
        let mut terminal = account.on_terminal(&["--all"]);
        let shown = terminal.wait_for("terminate 2 sessions? [y/N] ");
        assert!(
            shown.contains("terminate 2 sessions in account 111122223333, region eu-west-1:\r\n"),
            "{shown}"
        );
        assert!(shown.contains(&format!("  jane-2  on {NODE}, Connected")), "{shown}");
        assert!(account.terminated().is_empty(), "nothing is sent before the answer");
        terminal.type_text(answer);
        let (shown, status, echoes) = terminal.end();
        assert_eq!((status.code(), echoes), (Some(code), true), "{answer:?}: {shown}");
        assert_eq!(account.terminated().len(), sent, "{answer:?}: {shown}");
        let told = if sent > 0 { "2 sessions terminated\r\n" } else { "" };
        assert!(shown.contains(told), "{answer:?}: {shown}");
    }
}

#[test]
fn ten_are_agreed_to_by_their_number() {
    for (answer, code, sent) in [("y\r", 1, 0), ("2\r", 1, 0), ("25\r", 0, 25)] {
        let account = Account::new(25);
        let mut terminal = account.on_terminal(&["--all"]);
        let shown = terminal.wait_for("type 25 to terminate sessions: ");
        assert!(shown.contains("  and 5 more; --dry-run shows all\r\n"), "{shown}");
        terminal.type_text(answer);
        let (shown, status, _) = terminal.end();
        assert_eq!((status.code(), account.terminated().len()), (Some(code), sent), "{answer:?}: {shown}");
    }
}

/// Agreeing asks to see what is agreed to.
#[test]
fn quiet_hides_no_question_and_leaves_nothing_else() {
    let account = Account::new(1);
    let mut terminal = account.on_terminal(&["--all", "--quiet"]);
    let shown = terminal.wait_for("terminate 1 session? [y/N] ");
    assert!(shown.contains("jane-1"), "{shown}");
    terminal.type_text("y\r");
    let (shown, status, _) = terminal.end();
    assert_eq!(status.code(), Some(0));
    assert!(!shown.contains("terminated"), "{shown}");
    let account = Account::new(1);
    let ran = account.terminate(&["--all", "--yes", "--quiet"]).expect(0);
    assert_eq!((ran.stdout.as_str(), ran.stderr.as_str()), ("", ""), "cron mails what is printed");
    assert_eq!(account.terminated(), ["jane-1"]);
}

#[test]
fn the_answer_is_the_sessions_where_a_form_is_asked_for() {
    let account = Account::new(2);
    let ran = account.terminate(&["--all", "--yes", "-o", "json"]).expect(0);
    let items = &ran.json()["items"];
    assert_eq!((&items[0]["sessionId"], &items[0]["status"]), (&"jane-1".into(), &"Terminating".into()));
    let ran = account
        .terminate(&["jane-1", "--yes", "--query", "items[].[sessionId, status]", "-o", "text"])
        .expect(0);
    assert_eq!(ran.stdout, "jane-1\tTerminated\n");
}

#[test]
fn an_ended_session_is_no_error() {
    let account = Account::new(2);
    account.terminate(&["jane-1", "--yes"]).expect(0);
    let ran = account.terminate(&["jane-1", "jane-2", "jane-2", "--yes"]).expect(0);
    assert_eq!(ran.stderr, "jane-1 has ended already\n1 session terminated\n");
    assert_eq!(account.terminated(), ["jane-1", "jane-2"], "each is sent once");
    let ran = account.terminate(&["jane-1", "--yes", "--wait"]).expect(0);
    assert_eq!(ran.stderr, "jane-1 has ended already\n");
    let ran = account.terminate(&["--all", "--yes"]).expect(0);
    assert_eq!(ran.stderr, "0 sessions terminated\n");
}

#[test]
fn sessions_are_named_by_their_arn_too() {
    let account = Account::new(2);
    let arn = "arn:aws:ssm:eu-west-1:111122223333:session/jane-2";
    account.terminate(&[arn, "--yes"]).expect(0);
    assert_eq!(account.terminated(), ["jane-2"]);
}

#[test]
fn unknown_sessions_are_all_named_and_nothing_is_sent() {
    let account = Account::new(3);
    let ran = account.terminate(&["jane_2", "--yes"]).expect(3);
    assert_eq!(ran.stderr, "error: there is no session jane_2\n  hint: did you mean jane-2?\n");
    let ran = account.terminate(&["jane-1", "nobody", "none-at-all", "--yes"]).expect(3);
    assert_eq!(
        ran.stderr,
        "error: there is no session nobody, none-at-all\n  hint: opsctl ssm session list\n"
    );
    assert!(account.terminated().is_empty());
}

#[test]
fn who_fails_is_named_and_the_others_are_ended() {
    let denied = |id: &str| {
        (id == "jane-2").then(|| {
            Reply::error(400, "AccessDeniedException", "not authorized to perform: ssm:TerminateSession")
        })
    };
    let account = Account::scripted(3, 0, denied);
    let ran = account.terminate(&["--all", "--yes"]).expect(7);
    insta::assert_snapshot!(ran.stderr, @"
    error: 2 of 3 sessions terminated
      cause: cannot terminate the session jane-2: AccessDeniedException: not authorized to perform: ssm:TerminateSession (request 11111111-2222-3333-4444-555555555555)
      hint: opsctl ssm session terminate jane-2 --yes
    ");
    assert_eq!(account.terminated(), ["jane-1", "jane-2", "jane-3"]);
    let account = Account::scripted(3, 0, denied);
    let ran = account.terminate(&["--all", "--yes", "-o", "json"]).expect(7);
    let (answer, error) = (ran.json(), ran.stderr.lines().last().unwrap());
    assert_eq!(answer["items"].as_array().unwrap().len(), 2);
    assert_eq!((&answer["errors"][0]["code"], answer["errors"].as_array().unwrap().len()), (&5.into(), 1));
    let error: Value = serde_json::from_str(error).unwrap();
    assert_eq!((&error["code"], &error["kind"]), (&7.into(), &"partial".into()));
    // The only one speaks for itself, and so do all when they agree.
    let account = Account::scripted(3, 0, denied);
    let ran = account.terminate(&["jane-2", "--yes"]).expect(5);
    assert!(
        ran.stderr.starts_with("error: cannot terminate the session jane-2\n  cause: AccessDenied"),
        "{ran:?}"
    );
    let account = Account::scripted(3, 0, |_| Some(Reply::error(400, "AccessDeniedException", "no")));
    let ran = account.terminate(&["--all", "--yes"]).expect(5);
    assert!(ran.stderr.starts_with("error: cannot terminate any of 3 sessions\n"), "{ran:?}");
}

#[test]
fn a_wait_ends_when_all_are_gone() {
    let account = Account::scripted(2, 3, |_| None);
    let ran = account.terminate(&[
        "--all",
        "--yes",
        "--wait",
        "--interval",
        "100ms",
        "--query",
        "items[].status",
        "-o",
        "text",
    ]);
    let ran = ran.expect(0);
    assert_eq!(ran.stdout, "Terminated\nTerminated\n");
    let looks = account.aws.requests().iter().filter(|request| request.body.contains("Terminating")).count();
    assert_eq!(looks, 4, "three looks saw them ending");
}

#[test]
fn a_wait_outlives_throttling() {
    let throttled = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&throttled);
    let terminated = AtomicUsize::new(0);
    let aws = FakeAws::start(move |request| match request.operation.as_str() {
        "GetCallerIdentity" => caller(),
        "TerminateSession" => {
            terminated.store(1, Ordering::Relaxed);
            Reply::json(json!({ "SessionId": "jane-1" }))
        }
        _ if terminated.load(Ordering::Relaxed) == 0 => {
            Reply::json(json!({ "Sessions": [session("jane-1", "Connected")] }))
        }
        _ if count.fetch_add(1, Ordering::Relaxed) < 2 => {
            Reply::error(400, "ThrottlingException", "Rate exceeded")
        }
        _ => Reply::json(json!({ "Sessions": [] })),
    });
    let mut sealed = Sealed::new();
    sealed.signed_in().set("AWS_ENDPOINT_URL", &aws.endpoint);
    let args = [
        "-v",
        "ssm",
        "session",
        "terminate",
        "--all",
        "--yes",
        "--wait",
        "--interval",
        "100ms",
        "--max-attempts",
        "1",
    ];
    let ran = sealed.run(args).expect(0);
    assert_eq!(ran.stderr.matches("looking again later").count(), 2, "{ran:?}");
    assert!(throttled.load(Ordering::Relaxed) > 2);
}

/// The command in the last hint.
fn hinted(stderr: &str) -> &str {
    stderr.lines().filter_map(|line| line.trim().strip_prefix("hint: ")).next_back().unwrap()
}

#[test]
fn a_wait_ends_at_the_timeout_and_says_how_to_go_on() {
    let account = Account::scripted(2, 1_000_000, |_| None);
    let ran =
        account.terminate(&["--all", "--yes", "--wait", "--timeout", "1s", "--interval", "100ms"]).expect(8);
    assert!(
        ran.stderr.contains("error: gave up waiting for 2 sessions to end after 1s; it goes on\n"),
        "{ran:?}"
    );
    assert_eq!(hinted(&ran.stderr), "opsctl ssm session terminate jane-1 jane-2 --yes --wait");
    // The answer is complete all the same.
    let ran = account.terminate(&["jane-1", "--yes", "--wait", "--timeout", "1s", "-o", "json"]).expect(8);
    assert_eq!(ran.json()["items"][0]["status"], "Terminating");
    assert_eq!(account.terminated(), ["jane-1", "jane-2"]);
}

#[test]
fn leaving_a_wait_leaves_the_rest_to_its_course_and_says_how_to_go_on() {
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143), (Signal::HUP, 129)] {
        if signal == Signal::HUP && crate::support::hang_ups_are_ignored() {
            continue;
        }
        let account = Account::scripted(1, 1_000_000, |_| None);
        let args = [
            "--region",
            "eu-west-2",
            "ssm",
            "session",
            "terminate",
            "--all",
            "--yes",
            "--wait",
            "--interval",
            "100ms",
        ];
        let mut command = account.sealed.command(args);
        let child =
            command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        until("it waits", || {
            account.aws.requests().iter().any(|request| request.body.contains("Terminating"))
        });
        kill_process(Pid::from_child(&child), signal).unwrap();
        let output = child.wait_with_output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{stderr}");
        assert!(stderr.contains("error: no longer waiting for 1 session to end; it goes on\n"), "{stderr}");
        assert_eq!(hinted(&stderr), "opsctl --region eu-west-2 ssm session terminate jane-1 --yes --wait");
    }
}

#[test]
fn what_is_hinted_goes_on_with_the_wait() {
    let account = Account::scripted(1, 4, |_| None);
    let ran = account.terminate(&["--all", "--yes", "--wait", "--timeout", "0"]).expect(8);
    let line = hinted(&ran.stderr).to_owned();
    let ran = account.sealed.run(line.split(' ').skip(1)).expect(0);
    assert_eq!(ran.stderr, "jane-1 has ended already\n");
    assert_eq!(account.terminated(), ["jane-1"]);
}

#[test]
fn control_c_in_a_wait_on_a_terminal_clears_the_progress() {
    let account = Account::scripted(1, 1_000_000, |_| None);
    let mut terminal = account.on_terminal(&["--all", "--yes", "--wait"]);
    terminal.wait_for("waiting for 1 session to end");
    terminal.type_text("\u{3}");
    let (shown, status, echoes) = terminal.end();
    assert_eq!((status.code(), echoes), (Some(130), true), "{shown}");
    assert!(shown.contains("hint: opsctl ssm session terminate jane-1 --yes --wait"), "{shown}");
}

#[test]
fn a_signal_between_changes_says_what_is_done() {
    // The second answer never comes.
    let hang = |id: &str| {
        if id == "jane-2" {
            std::thread::park();
        }
        None
    };
    let account = Account::scripted(3, 0, hang);
    let args = ["-v", "ssm", "session", "terminate", "--all", "--yes"];
    let mut command = account.sealed.command(args);
    let mut child =
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stderr = std::io::BufReader::new(child.stderr.take().unwrap());
    let mut said = String::new();
    while !said.contains("ssm:TerminateSession on jane-2\n") {
        assert_ne!(std::io::BufRead::read_line(&mut stderr, &mut said).unwrap(), 0, "{said}");
    }
    kill_process(Pid::from_child(&child), Signal::TERM).unwrap();
    std::io::Read::read_to_string(&mut stderr, &mut said).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(143), "{said}");
    assert!(said.contains("error: stopped: 1 of 3 sessions terminated\n"), "{said}");
    assert!(said.contains("cause: jane-2 was under way: it may be terminated or not\n"), "{said}");
    assert_eq!(hinted(&said), "opsctl ssm session terminate jane-2 jane-3 --yes");
    assert_eq!(account.terminated(), ["jane-1"], "the third is never begun");
}

#[test]
fn without_a_name_one_is_chosen_and_asked_about() {
    let account = Account::new(3);
    let mut terminal = account.on_terminal(&[]);
    let shown = terminal.wait_for("session (3/3) > ");
    assert!(!shown.contains("type"), "{shown}");
    terminal.wait_for("Connected, since 2026-11-22T09:33:20Z");
    terminal.type_text("-3");
    let shown = terminal.wait_for("session (3/3) > -3");
    assert!(!shown.contains("> jane-3"), "{shown}");
    terminal.wait_for("> jane-3");
    terminal.type_text("\r");
    terminal.wait_for("terminate 1 session? [y/N] ");
    terminal.type_text("y\r");
    let (shown, status, echoes) = terminal.end();
    assert_eq!((status.code(), echoes), (Some(0), true), "{shown}");
    assert_eq!(account.terminated(), ["jane-3"]);
}

#[test]
fn options_that_contradict_are_a_usage_error() {
    let sealed = Sealed::new();
    for args in [&["x", "--all"][..], &["x", "--target", "web-1"]] {
        let ran = sealed.run(["ssm", "session", "terminate", "--yes"].iter().chain(args)).expect(2);
        assert!(ran.stderr.contains("cannot be used with"), "{args:?}: {ran:?}");
    }
    let ran =
        sealed.run(["ssm", "session", "terminate", "x", "--yes", "--wait", "--interval", "1ms"]).expect(2);
    assert!(ran.stderr.contains("an interval is at least 100ms"), "{ran:?}");
}

#[track_caller]
fn until(what: &str, mut condition: impl FnMut() -> bool) {
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(30);
    while !condition() {
        assert!(std::time::Instant::now() < deadline, "never: {what}");
        std::thread::yield_now();
    }
}

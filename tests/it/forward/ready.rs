//! What is said when the ports accept, and before.

use super::*;
use crate::support::FakeAws;
use crate::support::Reply;
use crate::support::session_aws::signed_in_to;

#[test]
fn each_forward_has_a_line_and_accepts_when_it_is_there() {
    let sealed = Sealed::new();
    let _sandbox = Sandbox::up(&sealed);
    let echo = echo();
    let args = ["-L", &format!("0:{echo}"), "-L", &format!("[::1]:0:{echo}"), "-L", &format!("*:0:{echo}")];
    let mut forward = Running::forward(&sealed, &args);
    let lines = [forward.line(), forward.line(), forward.line()];
    let remote = format!(" -> web-1:{echo}");
    for (line, local) in lines.iter().zip(["127.0.0.1:", "[::1]:", "0.0.0.0:"]) {
        assert!(line.starts_with(local) && line.ends_with(&remote), "{line}");
    }
    let port = |line: &str| line.split(" -> ").next().unwrap().rsplit(':').next().unwrap().parse().unwrap();
    said_back(&mut connect(port(&lines[0])), b"one");
    said_back(&mut TcpStream::connect(("::1", port(&lines[1]))).unwrap(), b"two");
    said_back(&mut connect(port(&lines[2])), b"three");
    let said = forward.interrupt(&sealed);
    assert_eq!(said.matches("warning: 0.0.0.0:").count(), 1, "{said}");
    assert_eq!(said.matches("warning: ").count(), 1, "{said}");
}

#[test]
fn programs_get_records_and_a_file_that_is_there_while_it_is_true() {
    let sealed = Sealed::new();
    let _sandbox = Sandbox::up(&sealed);
    let ready = sealed.write("ready", "of an earlier run");
    let args =
        ["-L", "0:80", "-L", "0:127.0.0.2:81", "--sessions", "2", "-o", "json", "--ready-file", "ready"];
    let mut forward = Running::forward(&sealed, &args);
    let document: serde_json::Value = serde_json::from_str(&forward.line()).unwrap();
    assert_eq!((&document["kind"], &document["schemaVersion"]), (&"ssm.forward".into(), &1.into()));
    let items = document["items"].as_array().unwrap();
    let facts: Vec<_> =
        items.iter().map(|item| (item["remoteHost"].clone(), item["remotePort"].clone())).collect();
    assert_eq!(facts, [(serde_json::Value::Null, 80.into()), ("127.0.0.2".into(), 81.into())]);
    let sessions: Vec<&str> = items
        .iter()
        .flat_map(|item| item["sessionIds"].as_array().unwrap())
        .map(|id| id.as_str().unwrap())
        .collect();
    let mut open = session_ids(&sealed);
    open.sort();
    let mut told = sessions.clone();
    told.sort_unstable();
    assert_eq!(told, open);
    for item in items {
        assert_eq!(item["sessionId"], item["sessionIds"][0]);
        assert_eq!(item["localAddress"], "127.0.0.1");
        connect(item["localPort"].as_u64().unwrap().try_into().unwrap());
    }
    let file = std::fs::read_to_string(&ready).unwrap();
    let lines: Vec<serde_json::Value> =
        file.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(&lines, items);
    forward.interrupt(&sealed);
    assert!(!ready.exists(), "it says so still");
}

#[test]
fn every_mistake_and_every_port_in_use_is_told_before_aws_is_asked() {
    let aws = FakeAws::start(|_| Reply::error(400, "UnknownOperationException", "asked"));
    let sealed = signed_in_to(&aws);
    let taken = [echo(), echo()];
    let specs = taken.map(|port| format!("{port}:80"));
    let forward = ["ssm", "forward", "i-0123456789abcdef0"];
    let one = [&forward[..], &["-L", "0:80", "-L", &specs[0]]].concat();
    let ran = sealed.run(&one).expect(9);
    let named = format!("error: cannot listen on 127.0.0.1:{}: another program uses it\n", taken[0]);
    assert!(ran.stderr.starts_with(&named) && ran.stderr.contains("-L 0:..."), "{ran:?}");
    let both = [&forward[..], &["-L", &specs[0], "-L", &specs[1]]].concat();
    let ran = sealed.run(&both).expect(9);
    for port in taken {
        assert!(ran.stderr.contains(&format!("127.0.0.1:{port}: another program uses it")), "{ran:?}");
    }
    let ran = sealed.run([&forward[..], &["-L", "x:80", "-L", "80:y:0"]].concat()).expect(2);
    for place in ["-L x:80, column 1:", "-L 80:y:0, column 6:"] {
        assert!(ran.stderr.contains(place), "{ran:?}");
    }
    sealed.run([&forward[..], &["-L", "0:80", "--ready-file", "none/ready"]].concat()).expect(1);
    // Opsctl's own failures stay apart from those of a command.
    sealed.run([&forward[..], &["-L", "x:80", "--", "true"]].concat()).expect(255);
    assert_eq!(aws.operations(), [""; 0]);
}

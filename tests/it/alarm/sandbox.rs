//! The verbs against the sandbox's CloudWatch, one after the other.

use aws_sdk_cloudwatch::types::StateValue;
use serde_json::json;

use crate::support::alarms::Alarms;
use crate::support::{Ran, Sandbox, Sealed};

pub struct Place {
    pub sealed: Sealed,
    _sandbox: Sandbox,
    pub alarms: Alarms,
}

impl Place {
    pub fn with(config: Option<&str>) -> Self {
        let sealed = Sealed::new();
        let sandbox = Sandbox::with_config(&sealed, config);
        let alarms = Alarms::of(&sandbox);
        Place { sealed, _sandbox: sandbox, alarms }
    }

    pub fn alarm(&self, line: &str) -> Ran {
        self.run(&line.split(' ').collect::<Vec<_>>())
    }

    pub fn run(&self, words: &[&str]) -> Ran {
        self.sealed.run([&["--sandbox", "alarm"], words].concat())
    }

    /// Sets the clock of the alarms.
    pub fn clock(&self, to: &str) {
        self.sealed.run(["--sandbox", "sandbox", "clock", to]).expect(0);
    }
}

#[test]
fn alarms_are_listed_explored_and_deleted() {
    let place = Place::with(None);
    for name in ["api-5xx", "api-latency", "disk"] {
        place.alarms.put(name, 5.0);
    }
    place.alarms.put_composite("service", "ALARM(api-5xx) OR ALARM(disk)");
    place.alarms.set_state("api-5xx", StateValue::Alarm);
    assert_eq!(place.alarm("watch api-5xx --for-state alarm --interval 100ms").expect(0).stdout, "");
    place.alarm("watch service --for-state alarm --interval 100ms --timeout 60s").expect(0);

    let ran =
        place.alarm("list --state alarm --metric Err* --columns name,metric,condition -o text").expect(0);
    assert_eq!(ran.stdout, "api-5xx\tShop Errors\tSum > 5 in 1 of 1 periods of 1m\n");
    let shown = place.alarm("show service -o json").expect(0).json();
    assert_eq!(shown["item"]["alarm"]["AlarmRule"], "ALARM(api-5xx) OR ALARM(disk)");
    let tree = place.alarm("tree --columns alarm,state -o csv").expect(0).stdout;
    assert!(tree.starts_with("alarm,state\nservice,ALARM\n|- api-5xx,ALARM\n`- disk,"), "{tree}");

    place.alarms.put("api-5xx", 9.0);
    let document = place.alarm("history api-5xx --type configuration -o json").expect(0).json();
    let change = &document["items"][0]["changes"];
    assert_eq!(change, &json!([{ "field": "threshold", "from": 5.0, "to": 9.0 }]), "{document}");
    let states = place.alarm("history api-5xx --type state --columns detail -o text").expect(0).stdout;
    assert!(states.contains("INSUFFICIENT_DATA -> ALARM: it was set"), "{states}");

    place.alarm("disable api-* -y").expect(0);
    let ran = place.alarm("list api-* --columns name,actions -o text").expect(0);
    assert_eq!(ran.stdout, "api-5xx\tdisabled\napi-latency\tdisabled\n");
    place.alarm("enable api-5xx -y").expect(0);

    place.alarm("delete disk -y").expect(9);
    place.alarm("delete * -y").expect(0);
    assert_eq!(place.alarm("list -o text").expect(0).stdout, "");
    assert!(place.alarm("history disk -o text").expect(0).stdout.contains("ConfigurationUpdate"));
}

#[test]
fn an_older_endpoint_is_understood() {
    let place = Place::with(Some("[cloudwatch]\nolder = true\n"));
    place.alarms.put("disk", 5.0);
    assert_eq!(place.alarm("list --columns name -o text").expect(0).stdout, "disk\n");
    assert!(place.alarm("history disk -o text").expect(0).stdout.contains("ConfigurationUpdate"));
}

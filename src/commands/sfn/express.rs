//! Express machines: the service keeps nothing of their executions but what the machine logs. Says where that is.

use opsctl_engine::asl::arn::{Named, StatesArn};

use super::api::Sfn;
use super::machine::machine_of;
use super::model::Logging;
use crate::error::{Error, Report, Result};

/// Why an execution of an Express machine, or all of them, cannot be shown, and where its events are.
pub async fn unkept(sfn: &Sfn, arn: &StatesArn) -> anyhow::Error {
    let name = machine_of(&arn.resource).unwrap_or_default();
    let machine = arn.of(Named::Machine { name: name.to_owned() });
    let execution = matches!(arn.resource, Named::Express { .. }).then_some(arn);
    told(name, execution, sfn.logging(&machine).await).into()
}

/// Whether the service refused to list executions because they are of an Express machine.
pub fn is_unsupported(error: &anyhow::Error) -> bool {
    let code = Report::new(error).aws.and_then(|detail| detail.code);
    code.as_deref() == Some("StateMachineTypeNotSupported")
}

/// The children of a distributed Map may be Express executions of a Standard machine: they are in the log of that.
pub async fn unkept_children(sfn: &Sfn, map_run: &StatesArn) -> anyhow::Error {
    let name = machine_of(&map_run.resource).unwrap_or_default();
    let machine = map_run.of(Named::Machine { name: name.to_owned() });
    let message = "the children of the map run are Express executions: no history of them is kept";
    placed(Error::usage(message), name, None, sfn.logging(&machine).await).into()
}

fn told(name: &str, execution: Option<&StatesArn>, logging: Result<Logging>) -> Error {
    let error = Error::usage(format!(
        "the state machine {name} is of the type EXPRESS: no history of its executions is kept"
    ));
    placed(error, name, execution, logging)
}

/// Says where their events are.
fn placed(error: Error, name: &str, execution: Option<&StatesArn>, logging: Result<Logging>) -> Error {
    let logging = match logging {
        Ok(logging) => logging,
        Err(_) => return error.hint(format!("opsctl sfn show {name} tells the log group of their events")),
    };
    let Some(group) = logging.log_groups.first().filter(|_| !logging.is_off()) else {
        return error.because(format!("the logging of {name} is off: there is nothing of them anywhere"));
    };
    let part = match logging.level.as_str() {
        "ALL" => String::new(),
        level => format!(", of the level {level} alone"),
    };
    let filter = execution.map(|arn| format!(" --filter-pattern '{{ $.execution_arn = \"{arn}\" }}'"));
    error
        .because(format!("their events are in the log group {group}{part}"))
        .hint(format!("aws logs filter-log-events --log-group-name {group}{}", filter.unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_said_where_the_events_are() {
        let arn = StatesArn::parse("arn:aws:states:eu-west-1:111122223333:express:pay:a:1").unwrap();
        let logging = |level: &str, groups: &[&str]| Logging {
            level: level.to_owned(),
            include_execution_data: true,
            log_groups: groups.iter().map(|group| (*group).to_owned()).collect(),
        };
        let told = |execution, logging| Report::new(&told("pay", execution, logging).into());
        let report = told(Some(&arn), Ok(logging("ALL", &["/aws/pay"])));
        assert_eq!(report.causes, ["their events are in the log group /aws/pay"]);
        let filter = format!("--filter-pattern '{{ $.execution_arn = \"{arn}\" }}'");
        assert_eq!(report.hints, [format!("aws logs filter-log-events --log-group-name /aws/pay {filter}")]);
        let report = told(None, Ok(logging("ERROR", &["/aws/pay"])));
        assert_eq!(report.causes, ["their events are in the log group /aws/pay, of the level ERROR alone"]);
        assert_eq!(report.hints, ["aws logs filter-log-events --log-group-name /aws/pay"]);
        let report = told(None, Ok(Logging::off()));
        assert_eq!(report.causes, ["the logging of pay is off: there is nothing of them anywhere"]);
        let report = told(None, Err(Error::failed("denied").into()));
        assert_eq!(report.hints, ["opsctl sfn show pay tells the log group of their events"]);
    }
}

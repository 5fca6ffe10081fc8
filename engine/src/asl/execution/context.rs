//! What is in the context object: `$$` of JSONPath, `$states.context` of JSONata.

use super::frame::{Frame, Item};
use super::run::Run;
use crate::asl::context::{Context, Node};
use crate::asl::history::{StateType, time};

/// The context object of a frame in its present state.
pub(super) fn context(run: &Run, frame: &Frame, token: Option<&str>) -> Context {
    let time = |at| Node::from(time(at).as_str());
    let mut execution = vec![
        ("Id", Node::from(&*run.arn)),
        ("Input", Node::from(&run.input)),
        ("StartTime", time(run.started)),
        ("Name", Node::from(&*run.name)),
    ];
    if !run.role_arn.is_empty() {
        execution.push(("RoleArn", Node::from(&*run.role_arn)));
    }
    execution.push(("RedriveCount", Node::from(run.redrives)));
    execution.extend(run.redriven.map(|at| ("RedriveTime", time(at))));
    let machine = vec![("Id", Node::from(&*run.machine_arn)), ("Name", Node::from(&*run.machine_name))];
    let mut context = vec![("Execution", Node::Object(execution)), ("StateMachine", Node::Object(machine))];
    if let Some(state) = frame.state() {
        let mut fields = vec![("Name", Node::from(&*state.name)), ("EnteredTime", time(frame.entered_at))];
        if matches!(state.kind, StateType::Task | StateType::Parallel | StateType::Map) {
            fields.push(("RetryCount", Node::from(frame.retry_count)));
        }
        context.push(("State", Node::Object(fields)));
    }
    if let Some(token) = token {
        context.push(("Task", Node::Object(vec![("Token", Node::from(token))])));
    }
    if let Some(item) = &frame.item {
        context.push(("Map", map(item)));
    }
    Context::new(Node::Object(context))
}

/// What is said of the item of an iteration or a child.
pub(super) fn map(item: &Item) -> Node {
    let mut fields = vec![("Index", Node::from(item.index)), ("Value", Node::from(&item.value))];
    fields.extend(item.key.as_deref().map(|key| ("Key", Node::from(key))));
    fields.push(("Source", Node::from(item.source.as_deref().unwrap_or("STATE_DATA"))));
    Node::Object(vec![("Item", Node::Object(fields))])
}

//! Runs laid over drawings: the events of real runs, the outcome of each state.

use serde_json::json;

use super::*;
use crate::asl::execution::{Entry, What};
use crate::asl::graph::{Graph, Items, Outcome, Overlay, Shows, StateRun, terminal, tree};

const TASK: &str = "arn:aws:lambda:eu-west-1:111122223333:function:f";

fn laid_over(world: &mut Script, definition: &Value, input: Value) -> (Graph, Overlay) {
    let execution = run_in(world, definition, input);
    let machine = parse(&definition.to_string(), MachineType::Standard).unwrap();
    let graph = Graph::of(&machine);
    let mut overlay = Overlay::of(&graph);
    execution.history().events().iter().for_each(|event| overlay.observe(event));
    (graph, overlay)
}

fn run_of(graph: &Graph, overlay: &Overlay, name: &str) -> StateRun {
    overlay.run(graph.states().into_iter().find(|node| &*node.name == name).unwrap().id)
}

fn outcomes<'a>(graph: &'a Graph, overlay: &Overlay) -> Vec<(&'a str, Outcome)> {
    graph.states().into_iter().map(|node| (&*node.name, overlay.run(node.id).outcome())).collect()
}

#[test]
fn a_caught_error_is_told_from_a_success() {
    let definition = json!({"StartAt": "Ask", "States": {
        "Ask": {"Type": "Task", "Resource": TASK, "Next": "Thank",
            "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Sorry"}]},
        "Thank": {"Type": "Succeed"},
        "Sorry": {"Type": "Pass", "End": true},
    }});
    let mut world = Script::default();
    let (graph, overlay) = laid_over(world.answer("Ask", failed("E")), &definition, json!({}));
    let expected = [("Ask", Outcome::Caught), ("Thank", Outcome::NotReached), ("Sorry", Outcome::Succeeded)];
    assert_eq!(outcomes(&graph, &overlay), expected);
}

#[test]
fn retries_are_counted_and_what_succeeds_in_the_end_has_succeeded() {
    let definition = only(json!({"Type": "Task", "Resource": TASK, "End": true,
        "Retry": [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 2, "BackoffRate": 1, "MaxAttempts": 5}]}));
    let mut world = Script::default();
    world.answer("S", failed("E")).answer("S", failed("E"));
    let (graph, overlay) = laid_over(&mut world, &definition, json!({}));
    let run = run_of(&graph, &overlay, "S");
    assert_eq!((run.outcome(), run.entered, run.retries), (Outcome::Succeeded, 1, 2));
    assert_eq!(run.took.as_secs(), 4);
}

#[test]
fn a_branch_that_fails_ends_the_others() {
    let definition = json!({"StartAt": "Both", "States": {
        "Both": {"Type": "Parallel", "End": true, "Branches": [
            {"StartAt": "Bad", "States": {"Bad": {"Type": "Task", "Resource": TASK, "End": true}}},
            {"StartAt": "Slow", "States": {"Slow": {"Type": "Wait", "Seconds": 60, "End": true}}},
        ], "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "After"}]},
        "After": {"Type": "Pass", "End": true},
    }});
    let mut world = Script::default();
    let (graph, overlay) = laid_over(world.answer("Bad", failed("E")), &definition, json!({}));
    let expected = [
        ("Both", Outcome::Caught),
        ("Bad", Outcome::Failed),
        ("Slow", Outcome::Aborted),
        ("After", Outcome::Succeeded),
    ];
    assert_eq!(outcomes(&graph, &overlay), expected);
    assert_eq!(overlay.visits().failed(), None, "what was caught is none");
    let mut uncaught = definition;
    uncaught["States"]["Both"].as_object_mut().unwrap().remove("Catch");
    let mut world = Script::default();
    let (_, overlay) = laid_over(world.answer("Bad", failed("E")), &uncaught, json!({}));
    assert_eq!(overlay.visits().failed().map(|visit| &*visit.name), Some("Bad"));
}

#[test]
fn the_state_an_execution_fails_in_has_failed() {
    let cases = [
        ("a task", json!({"Type": "Task", "Resource": TASK, "End": true})),
        ("a Fail state", json!({"Type": "Fail"})),
        ("a path that leads nowhere", json!({"Type": "Pass", "InputPath": "$.no", "End": true})),
        (
            "a choice that nothing fits",
            json!({"Type": "Choice", "Choices": [
            {"Variable": "$.n", "NumericEquals": 1, "Next": "S"}]}),
        ),
    ];
    for (name, state) in cases {
        let mut world = Script::default();
        let (graph, overlay) = laid_over(world.answer("S", failed("E")), &only(state), json!({"n": 0}));
        assert_eq!(run_of(&graph, &overlay, "S").outcome(), Outcome::Failed, "{name}");
    }
}

#[test]
fn items_of_a_map_are_visits_of_its_states() {
    let definition = only(json!({"Type": "Map", "End": true, "ItemProcessor": {
        "StartAt": "I", "States": {"I": {"Type": "Wait", "Seconds": 1, "End": true}}}}));
    let (graph, overlay) = laid_over(&mut Script::default(), &definition, json!([1, 2, 3]));
    let run = run_of(&graph, &overlay, "I");
    assert_eq!(
        (run.outcome(), run.entered, run.succeeded, run.took.as_secs()),
        (Outcome::Succeeded, 3, 3, 3)
    );
    assert_eq!(run_of(&graph, &overlay, "S").took.as_secs(), 1);
}

#[test]
fn a_run_that_goes_on_is_shown_as_it_is() {
    let definition = json!({"StartAt": "First", "States": {
        "First": {"Type": "Pass", "Next": "Each"},
        "Each": {"Type": "Map", "Next": "Last", "ItemProcessor": {
            "StartAt": "Item", "States": {"Item": {"Type": "Wait", "Seconds": 90, "End": true}}}},
        "Last": {"Type": "Pass", "End": true},
    }});
    let machine = parse(&definition.to_string(), MachineType::Standard).unwrap();
    let mut execution = Execution::start(&machine, Payload::new(json!([1, 2])), options());
    execution.step(1000);
    let graph = Graph::of(&machine);
    let mut overlay = Overlay::of(&graph);
    execution.history().events().iter().for_each(|event| overlay.observe(event));
    let now = "2030-01-01T00:00:03.25Z".parse().ok();
    let flat = |lines: Vec<crate::asl::graph::Line>| -> Vec<String> {
        lines.iter().map(|line| line.iter().map(|span| span.text.as_str()).collect()).collect()
    };
    let shows = Shows { now, ..Shows::default() };
    assert_eq!(
        flat(tree(&graph, Some(&overlay), shows)),
        [
            "✓ First   Pass  succeeded       0 ms",
            "▸ Each    Map   running 0 of 2  3.2 s",
            "  ▸ Item  Wait  running ×2      3.2 s",
            "  Last    Pass",
        ]
    );
    let narrow = Shows { width: Some(20), is_ascii: true, ..shows };
    assert_eq!(
        flat(tree(&graph, Some(&overlay), narrow)),
        ["+ First   Pass", "> Each    Map", "  > Item  Wait", "  Last    Pass"]
    );
    let drawn = flat(terminal(&graph, Some(&overlay), None, false)).join("\n");
    assert!(
        drawn.contains("│ ✓ First │") && drawn.contains("▸ Item") && drawn.contains("│ Last "),
        "{drawn}"
    );
}

#[test]
fn a_redrive_goes_on_in_the_states_that_had_not_succeeded() {
    let definition = json!({"StartAt": "Both", "States": {
        "Both": {"Type": "Parallel", "End": true, "Branches": [
            {"StartAt": "Good", "States": {"Good": {"Type": "Task", "Resource": TASK, "End": true}}},
            {"StartAt": "Bad", "States": {"Bad": {"Type": "Task", "Resource": TASK, "End": true}}},
            {"StartAt": "Slow", "States": {"Slow": {"Type": "Wait", "Seconds": 60, "End": true}}},
        ]},
    }});
    let machine = parse(&definition.to_string(), MachineType::Standard).unwrap();
    let graph = Graph::of(&machine);
    let mut world = Script::default();
    world.answers("Bad", vec![(Duration::from_secs(1), failed("E"))]);
    let mut execution = run_in(&mut world, &definition, json!({}));
    let shown = |execution: &Execution, most: usize| {
        let mut overlay = Overlay::of(&graph);
        execution.history().events().iter().take(most).for_each(|event| overlay.observe(event));
        overlay
    };
    let before = execution.history().events().len();
    let expected = [
        ("Both", Outcome::Failed),
        ("Good", Outcome::Succeeded),
        ("Bad", Outcome::Failed),
        ("Slow", Outcome::Aborted),
    ];
    assert_eq!(outcomes(&graph, &shown(&execution, before)), expected);
    execution.receive(Entry { at: execution.now(), what: What::Redrive });
    virtual_time::run(&mut execution, &mut world);
    let going = shown(&execution, before + 2);
    assert_eq!(run_of(&graph, &going, "Both").outcome(), Outcome::Running);
    assert_eq!(run_of(&graph, &going, "Bad").outcome(), Outcome::Running);
    let overlay = shown(&execution, usize::MAX);
    assert!(outcomes(&graph, &overlay).iter().all(|(_, outcome)| *outcome == Outcome::Succeeded));
    let bad = run_of(&graph, &overlay, "Bad");
    assert_eq!((bad.entered, bad.succeeded, bad.retries), (1, 1, 0));
}

#[test]
fn a_fail_state_that_is_redriven_is_entered_twice() {
    let definition = only(json!({"Type": "Fail", "Error": "E"}));
    let machine = parse(&definition.to_string(), MachineType::Standard).unwrap();
    let graph = Graph::of(&machine);
    let mut execution = run(&definition, json!({}));
    execution.receive(Entry { at: execution.now(), what: What::Redrive });
    virtual_time::run(&mut execution, &mut Script::default());
    let mut overlay = Overlay::of(&graph);
    execution.history().events().iter().for_each(|event| overlay.observe(event));
    let run = run_of(&graph, &overlay, "S");
    assert_eq!((run.entered, run.failed, run.running), (2, 2, 0));
}

#[test]
fn what_an_event_is_about_and_items_are_told_as_events_come() {
    let definition = only(json!({"Type": "Map", "MaxConcurrency": 1, "End": true, "ItemProcessor": {
        "StartAt": "I", "States": {"I": {"Type": "Task", "Resource": TASK, "End": true}}}}));
    let mut world = Script::default();
    world.answer("I", succeeded(json!(1))).answer("I", failed("E"));
    let execution = run_in(&mut world, &definition, json!([1, 2, 3]));
    let machine = parse(&definition.to_string(), MachineType::Standard).unwrap();
    let graph = Graph::of(&machine);
    let mut overlay = Overlay::of(&graph);
    let mut steps = Vec::new();
    for event in execution.history().events() {
        overlay.observe(event);
        let visits = overlay.visits();
        if let Some(visit) = visits.last() {
            steps.push(format!("{} {} {}", event.happened.name(), visit.name, visits.is_of_item(visit)));
        }
    }
    assert_eq!(steps[0], "MapStateEntered S false");
    assert!(steps.contains(&"TaskStateExited I true".to_owned()), "{steps:?}");
    assert!(steps.contains(&"LambdaFunctionFailed I true".to_owned()), "{steps:?}");
    assert_eq!(run_of(&graph, &overlay, "S").items, Items { total: 3, succeeded: 1, failed: 1 });
}

#[test]
fn the_run_of_a_distributed_map_is_told_from_outside() {
    let definition = only(json!({"Type": "Map", "End": true, "ItemProcessor": {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
        "StartAt": "I", "States": {"I": {"Type": "Wait", "Seconds": 9, "End": true}}}}));
    let execution = run(&definition, json!([1, 2]));
    let machine = parse(&definition.to_string(), MachineType::Standard).unwrap();
    let graph = Graph::of(&machine);
    let mut overlay = Overlay::of(&graph);
    let mut seen = Vec::new();
    for event in execution.history().events() {
        overlay.observe(event);
        for run in overlay.map_runs() {
            overlay.tell_items(&run, Items { total: 2, succeeded: 1, failed: 0 });
            seen.push(run);
        }
    }
    assert!(!seen.is_empty() && overlay.map_runs().is_empty());
    assert_eq!(run_of(&graph, &overlay, "S").items.succeeded, 1);
    // Who looks when all is over has not been told of the items yet.
    let mut late = Overlay::of(&graph);
    execution.history().events().iter().for_each(|event| late.observe(event));
    let asked = late.map_runs();
    assert_eq!(asked, seen[..1]);
    late.tell_items(&asked[0], Items { total: 2, succeeded: 2, failed: 0 });
    assert!(late.map_runs().is_empty());
    assert_eq!(run_of(&graph, &late, "S").items.succeeded, 2);
}

//! Machines as they are drawn, and what holds for any graph whatever its names are.

use std::sync::Arc;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::text::width;
use super::*;
use crate::asl::definition::{MachineType, parse};

fn graph(definition: &Value) -> Graph {
    let machine = parse(&definition.to_string(), MachineType::Standard);
    Graph::of(&machine.unwrap_or_else(|faults| panic!("{faults:?}")))
}

fn flat(lines: &[Line]) -> Vec<String> {
    lines.iter().map(|line| line.iter().map(|span| span.text.as_str()).collect()).collect()
}

fn chain() -> Value {
    json!({"StartAt": "Get", "States": {
        "Get": {"Type": "Task", "Resource": "arn:aws:lambda:eu-west-1:111122223333:function:get", "Next": "Rest"},
        "Rest": {"Type": "Wait", "Seconds": 10, "End": true},
    }})
}

fn choice() -> Value {
    json!({"StartAt": "Which", "States": {
        "Which": {"Type": "Choice", "Choices": [
            {"Variable": "$.n", "NumericGreaterThan": 5, "Next": "Large"},
            {"Not": {"Variable": "$.n", "IsPresent": true}, "Next": "None"},
            {"And": [{"Variable": "$.s", "StringMatches": "a*\\*"}, {"Variable": "$.t", "IsNull": false}],
             "Next": "Large"},
        ], "Default": "None"},
        "Large": {"Type": "Succeed"},
        "None": {"Type": "Fail", "Error": "Nothing"},
    }})
}

fn caught() -> Value {
    json!({"StartAt": "Ask", "States": {
        "Ask": {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "Parameters": {}, "Next": "Thank",
            "Catch": [{"ErrorEquals": ["States.Timeout"], "Next": "Pause"},
                      {"ErrorEquals": ["States.ALL"], "Next": "Give up"}]},
        "Thank": {"Type": "Succeed"},
        "Pause": {"Type": "Wait", "Seconds": 5, "Next": "Ask"},
        "Give up": {"Type": "Fail"},
    }})
}

fn nested() -> Value {
    let pass = |name: &str| json!({"StartAt": name, "States": {name: {"Type": "Pass", "End": true}}});
    json!({"StartAt": "Both", "States": {
        "Both": {"Type": "Parallel", "Branches": [pass("Left"), pass("Right")], "Next": "Each"},
        "Each": {"Type": "Map", "MaxConcurrency": 3, "ItemProcessor": pass("Item"), "End": true},
    }})
}

fn itself() -> Value {
    json!({"QueryLanguage": "JSONata", "StartAt": "Again", "States": {
        "Again": {"Type": "Choice", "Choices": [{"Condition": "{% $n < 3 %}", "Next": "Again"}], "Default": "Out"},
        "Out": {"Type": "Pass", "End": true},
    }})
}

#[test]
fn machines_on_a_terminal() {
    let cases: [(&str, Value, bool, &[&str]); 5] = [
        (
            "a chain of ASCII",
            chain(),
            true,
            &[
                "     Start",
                "       v",
                "+ Task ------+",
                "| Get        |",
                "| lambda get |",
                "+------+-----+",
                "       v",
                "  + Wait --+",
                "  | Rest   |",
                "  | 10 s   |",
                "  +----+---+",
                "       v",
                "      End",
            ],
        ),
        (
            "rules that share targets",
            choice(),
            false,
            &[
                "                    Start",
                "                      ▼",
                "┌ Choice ──────────────────────────────────┐",
                "│ Which                                    │",
                "│ 1 $.n > 5                                │",
                "│ 2 not ($.n is present)                   │",
                r#"│ 3 $.s matches "a*\*" and $.t is not null │"#,
                "└───────────────┬1,3─────────┬2,else───────┘",
                "                ▼            ▼",
                "           ┌ Succeed ┐  ┌ Fail ───┐",
                "           │ Large   │  │ None    │",
                "           └────┬────┘  │ Nothing │",
                "                │       └─────────┘",
                "                ▼",
                "               End",
            ],
        ),
        (
            "errors and a way back",
            caught(),
            false,
            &[
                "        Start",
                "          ▼",
                "┌ Task ─────────────┐",
                "│ Ask               │",
                "│ sqs:sendMessage   │",
                "│ !1 States.Timeout │",
                "│ !2 States.ALL     │",
                "└────┬─────┬!1───┬!2┘",
                "     │     ╎   ▲ ╎",
                "     │     ╎   │ └╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌┐",
                "     │     ╎   └────────┐         ╎",
                "     │     └╌╌╌╌╌╌╌╌┐   │         ╎",
                "     ▼              ▼   │         ▼",
                "┌ Succeed ┐  ┌ Wait ────┴─┐  ┌ Fail ───┐",
                "│ Thank   │  │ Pause      │  │ Give up │",
                "└────┬────┘  │ 5 s        │  └─────────┘",
                "     │       └────────────┘",
                "     ▼",
                "    End",
            ],
        ),
        (
            "states inside of states",
            nested(),
            false,
            &[
                "           Start",
                "             ▼",
                "┌ Parallel ──────────────┐",
                "│ Both                   │",
                "│    Start       Start   │",
                "│      ▼           ▼     │",
                "│ ┌ Pass ──┐  ┌ Pass ──┐ │",
                "│ │ Left   │  │ Right  │ │",
                "│ └────┬───┘  └────┬───┘ │",
                "│      ▼           ▼     │",
                "│     End         End    │",
                "└────────────┬───────────┘",
                "             ▼",
                "  ┌ Map ────────────────┐",
                "  │ Each                │",
                "  │ inline, 3 at a time │",
                "  │        Start        │",
                "  │          ▼          │",
                "  │     ┌ Pass ──┐      │",
                "  │     │ Item   │      │",
                "  │     └────┬───┘      │",
                "  │          ▼          │",
                "  │         End         │",
                "  └──────────┬──────────┘",
                "             ▼",
                "            End",
            ],
        ),
        (
            "a state that leads to itself",
            itself(),
            true,
            &[
                "         Start",
                "           v",
                "+ Choice ------------+",
                "| Again              |",
                "| 1 $n < 3 -> itself |",
                "+----------+else-----+",
                "           v",
                "      + Pass --+",
                "      | Out    |",
                "      +----+---+",
                "           v",
                "          End",
            ],
        ),
    ];
    for (name, definition, is_ascii, expected) in cases {
        let drawn = flat(&terminal(&graph(&definition), None, None, is_ascii));
        assert_eq!(drawn, expected, "{name}:\n{}", drawn.join("\n"));
    }
}

#[test]
fn names_are_whole_where_no_width_limits_them() {
    let long = |end: &str| format!("{}{end}", "level ".repeat(13));
    let (one, other) = (long("A"), long("B"));
    let graph = graph(&json!({"StartAt": one, "States": {
        one.clone(): {"Type": "Pass", "Next": other}, other.clone(): {"Type": "Succeed"},
    }}));
    let lines = |width| flat(&terminal(&graph, None, width, false)).concat();
    for (form, drawn) in [
        ("dot", dot(&graph, None)),
        ("mermaid", mermaid(&graph, None)),
        ("svg", svg(&graph, None).unwrap()),
        ("terminal", lines(None)),
        ("a wide terminal", lines(Some(100))),
    ] {
        assert!(drawn.contains(&one) && drawn.contains(&other), "{form}: {drawn}");
    }
    assert!(!lines(Some(60)).contains(&one));
}

#[test]
fn a_drawing_is_cut_and_then_told_to_fit_a_width() {
    let graph = graph(&caught());
    let whole = flat(&terminal(&graph, None, Some(80), false));
    assert!(whole.iter().any(|line| line.contains("!1 States.Timeout")), "{whole:?}");
    let cut = flat(&terminal(&graph, None, Some(42), false));
    assert!(cut.iter().any(|line| line.contains("┌ Task")), "{cut:?}");
    let told = flat(&terminal(&graph, None, Some(26), false));
    assert_eq!(
        told,
        [
            "Ask      Task",
            "  → Thank",
            "  !1 States.Timeout → Pau…",
            "  !2 States.ALL → Give up",
            "Thank    Succeed",
            "  → End",
            "Pause    Wait",
            "  → Ask",
            "Give up  Fail",
            "  → the execution fails",
        ]
    );
    for limit in 0..90 {
        let lines = flat(&terminal(&graph, None, Some(limit), false));
        assert!(lines.iter().all(|line| width(line) <= limit), "{limit}: {lines:#?}");
    }
}

#[test]
fn documents_of_other_programs() {
    assert_eq!(
        mermaid(&graph(&caught()), None).lines().collect::<Vec<_>>(),
        [
            r##"flowchart TD"##,
            r##"  n0([Start])"##,
            r##"  n1["Ask<br/>Task · sqs:sendMessage"]"##,
            r##"  n2["Thank<br/>Succeed"]"##,
            r##"  n3["Pause<br/>Wait · 5 s"]"##,
            r##"  n4["Give up<br/>Fail"]:::error"##,
            r##"  n5([End])"##,
            r##"  n0 --> n1"##,
            r##"  n1 --> n2"##,
            r##"  n1 -.->|"States.Timeout"| n3"##,
            r##"  n1 -.->|"States.ALL"| n4"##,
            r##"  n2 --> n5"##,
            r##"  n3 --> n1"##,
            r##"  classDef error stroke:#b3261e"##,
        ]
    );
    assert_eq!(
        dot(&graph(&nested()), None).lines().collect::<Vec<_>>(),
        [
            r##"digraph {"##,
            r##"  compound=true;"##,
            r##"  node [shape=box, style="rounded,filled", fillcolor=white, fontname="sans-serif"];"##,
            r##"  edge [fontname="sans-serif", fontsize=10];"##,
            r##"  n0 [label="Start", shape=oval];"##,
            r##"  subgraph cluster_1 {"##,
            r##"    label="Both\nParallel";"##,
            r##"    style="rounded,filled";"##,
            r##"    fillcolor="#ffffff";"##,
            r##"    n2 [label="Start", shape=oval];"##,
            r##"    n3 [label="Left\nPass", fillcolor="#ffffff"];"##,
            r##"    n4 [label="End", shape=oval];"##,
            r##"    n2 -> n3;"##,
            r##"    n3 -> n4;"##,
            r##"    n5 [label="Start", shape=oval];"##,
            r##"    n6 [label="Right\nPass", fillcolor="#ffffff"];"##,
            r##"    n7 [label="End", shape=oval];"##,
            r##"    n5 -> n6;"##,
            r##"    n6 -> n7;"##,
            r##"  }"##,
            r##"  subgraph cluster_8 {"##,
            r##"    label="Each\nMap · inline, 3 at a time";"##,
            r##"    style="rounded,filled";"##,
            r##"    fillcolor="#ffffff";"##,
            r##"    n9 [label="Start", shape=oval];"##,
            r##"    n10 [label="Item\nPass", fillcolor="#ffffff"];"##,
            r##"    n11 [label="End", shape=oval];"##,
            r##"    n9 -> n10;"##,
            r##"    n10 -> n11;"##,
            r##"  }"##,
            r##"  n12 [label="End", shape=oval];"##,
            r##"  n0 -> n2 [lhead=cluster_1];"##,
            r##"  n7 -> n9 [ltail=cluster_1, lhead=cluster_8];"##,
            r##"  n11 -> n12 [ltail=cluster_8];"##,
            r##"}"##,
        ]
    );
}

#[test]
fn an_svg_stands_alone_and_has_two_looks() {
    let svg = svg(&graph(&choice()), None).unwrap();
    assert!(svg.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 "), "{svg}");
    assert!(svg.contains("@media(prefers-color-scheme:dark)"));
    assert!(!svg.contains("href") && !svg.contains("url(") && !svg.contains("@import"));
    assert!(svg.contains(">1 $.n &gt; 5</text>"), "{svg}");
    assert!(svg.contains(">3 $.s matches &quot;a*\\*&quot; and $.t is not null</text>"), "{svg}");
}

#[test]
fn names_that_mean_harm_are_shown_and_do_none() {
    let names = [
        "</text><script>alert(1)</script>",
        "\"]; evil [label=\"x",
        "a\u{1b}[2Jb\nc\rd\te\0",
        "\u{202e}reversed\u{2066}",
        "end",
        "`x` --> n1 %% #quot; |y|",
        "x\\",
        "\u{ffff}\u{fffe}",
    ];
    for name in names {
        let graph = of_names(&[name]);
        let told = flat(&tree(&graph, None, Shows::default())).join("\n");
        let drawn = flat(&terminal(&graph, None, None, false)).join("\n");
        for text in [&told, &drawn] {
            assert!(!text.chars().any(|found| found.is_control() && found != '\n'), "{text:?}");
            assert!(!text.contains('\u{202e}') && !text.contains('\u{2066}'), "{text:?}");
        }
        let mermaid = mermaid(&graph, None);
        let line = mermaid.lines().nth(2).unwrap();
        assert!(line.starts_with("  n1[\"") && line.ends_with("<br/>Pass\"]"), "{line}");
        assert_eq!(line.matches('"').count(), 2, "{line}");
        assert!(!line.contains("-->") && !line.contains('`') && !line.contains('|'), "{line}");
        let svg = svg(&graph, None).unwrap();
        assert!(!svg.contains("<script") && !svg.contains(['\0', '\u{1b}', '\u{ffff}', '\u{202e}']), "{svg}");
        assert_eq!(svg.matches("<text").count(), svg.matches("</text>").count());
        let dot = dot(&graph, None);
        assert_eq!(outside_of_quotes(&dot).matches(';').count(), 6, "{dot}");
    }
}

#[test]
fn wide_characters_take_the_columns_they_have() {
    let drawn = flat(&terminal(&of_names(&["注文を確認", "e\u{301}te\u{301}", "👩‍💻 ok"]), None, None, false));
    let boxes: Vec<&String> =
        drawn.iter().filter(|line| line.contains('│') && line.chars().count() > 3).collect();
    for row in &boxes {
        let frame = drawn.iter().find(|line| line.contains("Pass")).unwrap();
        assert!(width(row) <= width(frame).max(12), "{drawn:#?}");
    }
    assert!(drawn.iter().any(|line| line.trim() == "│ 注文を確認 │"), "{drawn:#?}");
    assert_eq!(text::cut("注文を確認", 6, '…'), "注文…");
    assert_eq!(text::cut("注文を確認", 10, '…'), "注文を確認");
    assert_eq!(text::cut("注文", 1, '…'), "…");
    assert_eq!(text::cut("注文", 0, '…'), "");
}

#[test]
fn what_is_too_large_to_be_drawn_is_told() {
    // Ways that nest: each needs bends of its own on all ranks between its ends.
    let count = 600;
    let names: Vec<String> = (0..count).map(|number| format!("s{number}")).collect();
    let mut graph = of_names(&names.iter().map(String::as_str).collect::<Vec<_>>());
    for number in 1..count / 2 {
        graph.edges.push(edge(number, count + 1 - number, EdgeKind::Catch));
    }
    assert!(svg(&graph, None).is_none());
    let told = flat(&terminal(&graph, None, None, false));
    assert!(told.iter().any(|line| line.starts_with("s599 ")), "{}", told.len());
    assert!(told.iter().any(|line| line.trim() == "! E → s598"), "{}", told.join("\n"));
}

#[test]
fn a_thousand_states_with_one_catcher_each_are_drawn() {
    let names: Vec<String> = (0..1000).map(|number| format!("s{number}")).collect();
    let mut graph = of_names(&names.iter().map(String::as_str).collect::<Vec<_>>());
    for number in 1..1000 {
        graph.edges.push(edge(number, 1000, EdgeKind::Catch));
    }
    let drawn = flat(&terminal(&graph, None, Some(40), false));
    assert!(drawn.iter().any(|line| line.contains("│ s999")));
    // One way for all errors.
    assert!(drawn.iter().all(|line| width(line) <= 24), "{}", drawn.join("\n"));
}

/// Start, and states one after the other.
fn of_names(names: &[&str]) -> Graph {
    let node = |(id, name): (usize, &str), kind| Node {
        id,
        kind,
        name: Arc::from(name),
        detail: String::new(),
        is_distributed: false,
        parts: Vec::new(),
    };
    let mut nodes = vec![node((0, "Start"), Kind::Start)];
    nodes.extend((1..).zip(names.iter().copied()).map(|named| node(named, Kind::State(StateType::Pass))));
    let edges = (0..names.len()).map(|from| edge(from, from + 1, EdgeKind::Next)).collect();
    Graph { nodes, edges }
}

fn edge(from: usize, to: usize, kind: EdgeKind) -> Edge {
    let (mark, label) = match kind {
        EdgeKind::Catch => ("!".to_owned(), "E".to_owned()),
        EdgeKind::Rule => ("1".to_owned(), "x".to_owned()),
        _ => (String::new(), String::new()),
    };
    Edge { from, to, kind, mark, label }
}

fn outside_of_quotes(text: &str) -> String {
    let mut kept = String::new();
    let mut is_quoted = false;
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' if is_quoted => _ = characters.next(),
            '"' => is_quoted = !is_quoted,
            other if !is_quoted => kept.push(other),
            _ => {}
        }
    }
    assert!(!is_quoted, "{text}");
    kept
}

fn any_graph() -> impl Strategy<Value = Graph> {
    let name = prop_oneof![any::<String>(), "[\\x00-\\x7f]{0,12}", "[漢字ｶﾞ👩🏽‍💻]{0,30}"];
    let states = proptest::collection::vec((name, 0..8usize, any::<bool>()), 1..14);
    (states, proptest::collection::vec((0..14usize, 0..14usize, 0..4usize), 0..30)).prop_map(
        |(states, ways)| {
            let count = states.len();
            let names: Vec<String> =
                (0..).zip(&states).map(|(number, (name, ..))| format!("s{number:02}{name}")).collect();
            let mut graph = of_names(&names.iter().map(String::as_str).collect::<Vec<_>>());
            for (from, to, kind) in ways {
                let kinds = [EdgeKind::Next, EdgeKind::Rule, EdgeKind::Default, EdgeKind::Catch];
                graph.edges.push(edge(from % count + 1, to % count + 1, kinds[kind]));
            }
            for (node, (name, kind, is_nested)) in graph.nodes.iter_mut().skip(1).zip(&states) {
                node.kind = Kind::State(StateType::ALL[*kind]);
                node.detail = name.clone();
                if *is_nested {
                    node.parts = vec![of_names(&["in"]), of_names(&["in", "out"])];
                }
            }
            graph
        },
    )
}

proptest! {
    #[test]
    fn every_state_is_in_every_document(graph in any_graph(), limit in 12..120usize, is_ascii in any::<bool>()) {
        let drawn = flat(&terminal(&graph, None, None, is_ascii)).join("\n");
        let fitted = flat(&terminal(&graph, None, Some(limit), is_ascii));
        let told = flat(&tree(&graph, None, Shows { width: Some(limit), is_ascii, exits: true, now: None }));
        for line in fitted.iter().chain(&told) {
            prop_assert!(width(line) <= limit, "{limit}: {line}");
            prop_assert!(!line.chars().any(char::is_control));
        }
        let (fitted, told) = (fitted.join("\n"), told.join("\n"));
        let documents =
            [drawn, fitted, told, mermaid(&graph, None), dot(&graph, None), svg(&graph, None).unwrap()];
        for number in 0..graph.nodes.len() - 1 {
            for document in &documents {
                prop_assert!(document.contains(&format!("s{number:02}")), "{document}");
            }
        }
        outside_of_quotes(&documents[4]);
    }

    #[test]
    fn no_two_boxes_overlap_and_all_have_room(graph in any_graph()) {
        let drawn = flat(&terminal(&graph, None, None, false)).join("\n");
        // A box that another one covers has lost a corner.
        let boxes = graph.states().len();
        for (corner, least) in [('┌', boxes), ('┐', boxes), ('└', boxes), ('┘', boxes)] {
            prop_assert!(drawn.matches(corner).count() >= least, "{corner}\n{drawn}");
        }
        prop_assert_eq!(&drawn, &flat(&terminal(&graph, None, None, false)).join("\n"));
    }
}

//! Any text as a JSONata expression, evaluated when it is one.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use opsctl_engine::asl::context::Context;
use opsctl_engine::asl::jsonata::Bindings;
use opsctl_engine::asl::scope::Variables;
use opsctl_engine::asl::template::QueryTemplate;
use opsctl_engine::random::Random;
use serde_json::{Value, json};

static INPUT: LazyLock<Value> = LazyLock::new(|| json!({"a": [1, "x", {"b": null}], "n": 2.5}));

fuzz_target!(|text: &str| {
    let variables = Variables::default();
    let context = Context::from(INPUT.clone());
    let bindings = Bindings {
        input: &INPUT,
        context: &context,
        result: None,
        error_output: None,
        variables: &variables,
        now: Default::default(),
    };
    if let Ok(template) = QueryTemplate::compile(&json!(format!("{{%{text}%}}")), "Output") {
        let _ = template.render(&bindings, &mut Random::new([0; 32]));
    }
});

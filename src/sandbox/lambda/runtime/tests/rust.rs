//! A function written as they are in Rust, on the crate `lambda_runtime`: this very test binary, started once more.

use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::{Value, json};

pub const MODULE: &str = module_path!();

async fn handle(event: LambdaEvent<Value>) -> Result<Value, Error> {
    match event.payload["do"].as_str() {
        Some("fail") => Err("no such order".into()),
        Some("panic") => panic!("out of orders"),
        _ => Ok(json!({
            "event": event.payload,
            "id": event.context.request_id,
            "arn": event.context.invoked_function_arn,
            "function": event.context.env_config.function_name,
            "memory": event.context.env_config.memory,
            "process": std::process::id(),
        })),
    }
}

/// Does nothing unless it is started as a function.
#[test]
fn the_program() {
    if std::env::var("AWS_LAMBDA_RUNTIME_API").is_ok() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(lambda_runtime::run(service_fn(handle))).unwrap();
    }
}

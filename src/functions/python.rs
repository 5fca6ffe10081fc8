//! Python handlers: `module.handler` by a small program around it that does what Lambda's runtime does. What a handler
//! prints goes to stderr, its result to stdout, an exception as Lambda has it.

/// Runs a handler; its name is the one argument.
const BOOTSTRAP: &str = include_str!("bootstrap.py");

/// The command of a handler, `module.handler` or `package/module.handler`.
pub fn command(handler: &str) -> Vec<String> {
    ["python3", "-c", BOOTSTRAP, handler].map(str::to_owned).to_vec()
}

#[cfg(test)]
mod tests {
    use super::super::{Function, FunctionError, Place, Result, result, run};
    use super::*;
    use serde_json::{Value, json};
    use std::collections::BTreeMap;
    use std::time::Duration;

    const MODULE: &str = "import os\n\
        def echo(event, context):\n    print('seen')\n    return [event, context.function_name, context.aws_request_id]\n\
        def fails(event, context):\n    raise ValueError('no such order')\n\
        def odd(event, context):\n    return {1, 2}\n\
        def leaves(event, context):\n    os._exit(7)\n";

    async fn invoke(handler: &str) -> Option<Result> {
        let folder = std::env::temp_dir().join(format!("opsctl-python-{}", crate::random::hex(16).unwrap()));
        std::fs::create_dir(&folder).unwrap();
        std::fs::write(folder.join("orders.py"), MODULE).unwrap();
        std::fs::write(folder.join("broken.py"), "def f(:\n").unwrap();
        let place =
            Place { path: "/usr/local/bin:/usr/bin:/bin".into(), user: "t".into(), region: "r".into() };
        let function = Function {
            name: "orders".into(),
            command: command(handler),
            folder: folder.clone(),
            timeout: Duration::from_secs(60),
            environment: BTreeMap::from([("AWS_REQUEST_ID".into(), "r-1".into())]),
        };
        let finished = run(&place, &function, b"{\"id\":1}".to_vec()).await;
        std::fs::remove_dir_all(folder).unwrap();
        let result = result(finished, "r-1");
        match &result {
            Err(FunctionError { error, .. }) if error == "Runtime.InvalidEntrypoint" => {
                eprintln!("there is no python3 here");
                None
            }
            _ => Some(result),
        }
    }

    #[tokio::test]
    async fn a_handler_is_run_as_lambda_runs_it() {
        let Some(echo) = invoke("orders.echo").await else { return };
        assert_eq!(echo, Ok(json!([{"id": 1}, "orders", "r-1"])));
        for (handler, error, message) in [
            ("orders.fails", "ValueError", "no such order"),
            (
                "orders.odd",
                "Runtime.MarshalError",
                "Unable to marshal response: Object of type set is not JSON serializable",
            ),
            (
                "orders.leaves",
                "Runtime.ExitError",
                "RequestId: r-1 Error: Runtime exited with error: exit status 7",
            ),
            ("orders.none", "Runtime.HandlerNotFound", "Handler 'none' missing on module 'orders'"),
            (
                "nothing.f",
                "Runtime.ImportModuleError",
                "Unable to import module 'nothing': No module named 'nothing'",
            ),
        ] {
            let failed = invoke(handler).await.unwrap().unwrap_err();
            assert_eq!(
                (failed.error.as_str(), failed.payload["errorMessage"].as_str()),
                (error, Some(message))
            );
        }
        let failed = invoke("orders.fails").await.unwrap().unwrap_err();
        let stack = failed.payload["stackTrace"].as_array().map(Vec::as_slice).unwrap_or_default();
        assert!(
            stack.len() == 1 && stack[0].as_str().unwrap().contains("orders.py\", line 6, in fails"),
            "{stack:?}"
        );
        assert_eq!(failed.payload["requestId"], "r-1");
        let broken = invoke("broken.f").await.unwrap().unwrap_err();
        assert_eq!(broken.error, "Runtime.UserCodeSyntaxError");
        assert_ne!(broken.payload["errorMessage"], Value::Null);
    }
}

//! The functions of the image processor: one program for all of them, which does the step that the name of its function
//! ends with. It speaks the Lambda Runtime API: the same program runs on AWS and in the sandbox.

mod event;
mod pictures;
mod steps;
mod storage;

use lambda_runtime::{Diagnostic, LambdaEvent, service_fn};

use event::Event;
use steps::Step;
use storage::Storage;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let function = std::env::var("AWS_LAMBDA_FUNCTION_NAME")?;
    let step = Step::of(&function)?;
    let storage = Storage::open().await;
    // Attempts at each picture that this function fails, to rehearse with.
    let flaky = std::env::var("FLAKY_ATTEMPTS").ok().and_then(|text| text.parse().ok()).unwrap_or(0);
    let (storage, step) = (&storage, &step);
    lambda_runtime::run(service_fn(|event: LambdaEvent<Event>| async move {
        let event = event.payload;
        if event.attempt < flaky {
            return Err(Diagnostic {
                error_type: "StorageBusy".to_owned(),
                error_message: format!("attempt {} at {} was refused", event.attempt + 1, event.key),
            });
        }
        step.run(storage, &event).await.map_err(Diagnostic::from)
    }))
    .await
}

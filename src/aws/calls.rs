//! What AWS is asked, told to the log once for every call of every client: the operation, its attempts, how they
//! ended, the request id; with `--debug` the call itself. It must not change a call.

use std::fmt;
use std::time::{Duration, Instant};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::{
    BeforeDeserializationInterceptorContextRef, BeforeSerializationInterceptorContextRef,
    BeforeTransmitInterceptorContextRef, FinalizerInterceptorContextRef,
};
use aws_smithy_runtime_api::client::orchestrator::Metadata;
use aws_smithy_runtime_api::client::retries::RequestAttempts;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_runtime_api::http::Headers;
use aws_smithy_types::config_bag::{ConfigBag, Storable, StoreReplace};
use aws_types::SigningName;
use aws_types::region::SigningRegion;
use aws_types::request_id::RequestId;

/// Part of every client.
#[derive(Debug)]
pub struct Calls;

/// When a call and its attempt began.
#[derive(Debug, Clone, Copy)]
struct Began {
    call: Instant,
    attempt: Instant,
}

impl Storable for Began {
    type Storer = StoreReplace<Self>;
}

impl Intercept for Calls {
    fn name(&self) -> &'static str {
        "calls"
    }

    // Before this hook the operation has no name yet.
    fn read_before_serialization(
        &self,
        context: &BeforeSerializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let now = Instant::now();
        cfg.interceptor_state().store_put(Began { call: now, attempt: now });
        let region = cfg.load::<SigningRegion>().map_or("no region", |region| region.as_ref());
        tracing::info!("{} in {region}", Operation(cfg));
        // Its debug form leaves out what the service's model calls sensitive.
        tracing::trace!("{} input: {:?}", Operation(cfg), context.input());
        Ok(())
    }

    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let now = Instant::now();
        let call = cfg.load::<Began>().map_or(now, |began| began.call);
        cfg.interceptor_state().store_put(Began { call, attempt: now });
        let attempt = attempt(cfg);
        if attempt > 1 {
            tracing::debug!("{} is tried again, attempt {attempt}", Operation(cfg));
        }
        let request = context.request();
        let headers = Shown(request.headers());
        tracing::trace!("{} sends: {} {} {headers}", Operation(cfg), request.method(), request.uri());
        Ok(())
    }

    fn read_before_deserialization(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let response = context.response();
        let headers = Shown(response.headers());
        tracing::trace!("{} gets: {} {headers}", Operation(cfg), response.status().as_u16());
        Ok(())
    }

    fn read_after_attempt(
        &self,
        context: &FinalizerInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let took = took(cfg, |began| began.attempt);
        let attempt = attempt(cfg);
        match context.response() {
            Some(response) => {
                let status = response.status().as_u16();
                tracing::debug!("{} attempt {attempt}: status {status} after {took}", Operation(cfg));
            }
            None => tracing::debug!("{} attempt {attempt}: no answer after {took}", Operation(cfg)),
        }
        Ok(())
    }

    fn read_after_execution(
        &self,
        context: &FinalizerInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let outcome = match context.output_or_error() {
            Some(Ok(_)) => "done",
            Some(Err(_)) | None => "failed",
        };
        let id = context.response().and_then(|response| response.request_id().map(str::to_owned));
        let id = id.map_or_else(|| "no request id".to_owned(), |id| format!("request {id}"));
        tracing::info!("{} {outcome} ({id})", Operation(cfg));
        tracing::debug!("{} took {}", Operation(cfg), took(cfg, |began| began.call));
        if let Some(output) = context.output_or_error() {
            tracing::trace!("{} output: {output:?}", Operation(cfg));
        }
        Ok(())
    }
}

/// The operation as a policy names it: `ssm:StartSession`.
pub(super) struct Operation<'a>(pub(super) &'a ConfigBag);

impl fmt::Display for Operation<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let metadata = self.0.load::<Metadata>();
        let service = self.0.load::<SigningName>().map(|name| name.as_ref());
        let service = service.or_else(|| metadata.map(Metadata::service)).unwrap_or("aws");
        write!(f, "{service}:{}", metadata.map_or("call", Metadata::name))
    }
}

struct Shown<'a>(&'a Headers);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.0.iter()).finish()
    }
}

fn attempt(cfg: &ConfigBag) -> u32 {
    cfg.load::<RequestAttempts>().map_or(1, RequestAttempts::attempts)
}

fn took(cfg: &ConfigBag, since: impl Fn(&Began) -> Instant) -> Took {
    Took(cfg.load::<Began>().map_or(Duration::ZERO, |began| since(began).elapsed()))
}

struct Took(Duration);

impl fmt::Display for Took {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ms", self.0.as_millis())
    }
}

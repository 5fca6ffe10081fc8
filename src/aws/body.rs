//! The body of an answer as it came, and that of a request as it is to be, for callers who hand on what a service says
//! whole: the types of an SDK know no member that is newer than they are.

use std::sync::{Arc, Mutex, PoisonError};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::{
    AfterDeserializationInterceptorContextRef, BeforeTransmitInterceptorContextMut,
};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::config_bag::ConfigBag;
use bytes::Bytes;

/// Part of one call, and of its last attempt what is kept.
#[derive(Debug, Clone, Default)]
pub struct Body(Arc<Mutex<Bytes>>);

impl Body {
    /// What came; nothing before there was an answer.
    pub fn take(&self) -> Bytes {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Intercept for Body {
    fn name(&self) -> &'static str {
        "body"
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if let Some(bytes) = context.response().body().bytes() {
            *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Bytes::copy_from_slice(bytes);
        }
        Ok(())
    }
}

/// Part of one call, whose input it is in place of what the SDK makes of its own types. Every attempt has it, signed.
#[derive(Debug, Clone)]
pub struct Input(Bytes);

impl Input {
    pub fn new(bytes: Vec<u8>) -> Self {
        Input(bytes.into())
    }
}

impl Intercept for Input {
    fn name(&self) -> &'static str {
        "input"
    }

    fn modify_before_retry_loop(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let request = context.request_mut();
        request.headers_mut().insert("content-length", self.0.len().to_string());
        *request.body_mut() = SdkBody::from(self.0.clone());
        Ok(())
    }
}

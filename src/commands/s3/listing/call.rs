//! One page of a listing, asked for by the SDK and read by the engine: the SDK signs, finds the endpoint and understands
//! refusals, but takes several times as long for a page of objects as everything else about it.

use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_s3::Client;
use aws_sdk_s3::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::operation::list_object_versions::ListObjectVersionsOutput;
use aws_sdk_s3::operation::list_objects_v2::ListObjectsV2Output;
use aws_sdk_s3::types::EncodingType;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::{
    BeforeDeserializationInterceptorContextMut, Output, OutputOrError,
};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::ser_de::{DeserializeResponse, SharedResponseDeserializer};
use aws_smithy_types::retry::RetryConfig;
use opsctl_engine::listing::{Marker, Page, PageError, Request};
use opsctl_engine::manifest::Location;

use crate::aws::{self, AwsFailure};
use crate::commands::s3::bucket;
use crate::error::{Error, Kind};

/// Why there is no page.
pub enum Trouble {
    /// Too many requests: this one has done nothing.
    SlowDown(Error),
    /// The bucket is in this region.
    Moved(String, Error),
    /// May pass.
    Passing(Error),
    /// Will not pass.
    Lost(Error),
}

/// A request and everything it needs.
pub struct Call {
    client: Client,
    location: Location,
    versions: bool,
    request: Request,
}

impl Call {
    pub fn new(client: &Client, location: &Location, versions: bool, request: Request) -> Self {
        Call { client: client.clone(), location: location.clone(), versions, request }
    }

    /// The page, and where the listing goes on behind it.
    pub async fn answer(self) -> (Request, Result<(Page, Option<Marker>), Trouble>) {
        let answer = match self.versions {
            true => self.versions().await,
            false => self.objects().await,
        };
        let page = answer.and_then(|page| {
            let read = page.and_then(|page| {
                let next = page.next(&self.request)?;
                Ok((page, next))
            });
            read.map_err(|error| self.unreadable(error))
        });
        (self.request, page)
    }

    async fn objects(&self) -> Result<Answer, Trouble> {
        let after = self.request.after.as_ref();
        let token = after.and_then(|after| after.token.clone());
        let start = after.filter(|_| token.is_none()).map(|after| after.key.clone());
        let (raw, slot) = Raw::new(|| Output::erase(ListObjectsV2Output::builder().build()));
        let request = self.client.list_objects_v2().bucket(&self.location.bucket).prefix(self.prefix());
        let request = request.set_delimiter(self.delimiter());
        let request =
            request.encoding_type(EncodingType::Url).set_continuation_token(token).set_start_after(start);
        let sent = request.customize().config_override(no_retries()).interceptor(raw).send().await;
        sent.map_err(|error| self.trouble(&error))?;
        Ok(slot.take())
    }

    async fn versions(&self) -> Result<Answer, Trouble> {
        let after = self.request.after.as_ref();
        let (raw, slot) = Raw::new(|| Output::erase(ListObjectVersionsOutput::builder().build()));
        let request = self.client.list_object_versions().bucket(&self.location.bucket).prefix(self.prefix());
        let request = request
            .set_delimiter(self.delimiter())
            .encoding_type(EncodingType::Url)
            .set_key_marker(after.map(|after| after.key.clone()))
            .set_version_id_marker(after.and_then(|after| after.version.clone()));
        let sent = request.customize().config_override(no_retries()).interceptor(raw).send().await;
        sent.map_err(|error| self.trouble(&error))?;
        Ok(slot.take())
    }

    fn prefix(&self) -> &str {
        self.request.folder.as_deref().unwrap_or(&self.location.key)
    }

    /// What the keys of a folder are rolled up by.
    fn delimiter(&self) -> Option<String> {
        self.request.folder.as_ref().map(|_| "/".to_owned())
    }

    fn trouble<E>(&self, error: &AwsFailure<E>) -> Trouble
    where
        E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    {
        let told = aws::failure(error, format!("cannot list {}", self.location));
        let response = error.raw_response();
        let status = response.map_or(0, |response| response.status().as_u16());
        if let (SdkError::ServiceError(_), 429 | 503) = (error, status) {
            return Trouble::SlowDown(told);
        }
        if aws::is_throttled(error) {
            return Trouble::SlowDown(told);
        }
        if told.kind() == Kind::Temporary {
            return Trouble::Passing(told);
        }
        match bucket::moved_to(&self.client, error) {
            Some(region) => Trouble::Moved(region, told),
            None => Trouble::Lost(told),
        }
    }

    fn unreadable(&self, error: PageError) -> Trouble {
        // An answer that was cut off on its way comes whole the next time.
        Trouble::Passing(Error::failed(format!("cannot list {}", self.location)).because(error))
    }
}

/// The plan makes a request again, when there is room for it.
fn no_retries() -> aws_sdk_s3::config::Builder {
    aws_sdk_s3::config::Builder::new().retry_config(RetryConfig::disabled())
}

type Answer = Result<Page, PageError>;

/// Where the page that was read is put.
#[derive(Debug, Clone, Default)]
struct Slot(Arc<Mutex<Option<Answer>>>);

impl Slot {
    fn put(&self, page: Answer) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(page);
    }

    fn take(&self) -> Answer {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take().unwrap_or(Err(PageError::NoListing))
    }
}

/// Has an answer read by the engine; refusals go the usual way.
#[derive(Debug)]
struct Raw {
    slot: Slot,
    instead: fn() -> Output,
}

impl Raw {
    fn new(instead: fn() -> Output) -> (Self, Slot) {
        let slot = Slot::default();
        (Raw { slot: slot.clone(), instead }, slot)
    }
}

impl Intercept for Raw {
    fn name(&self) -> &'static str {
        "raw"
    }

    fn modify_before_deserialization(
        &self,
        context: &mut BeforeDeserializationInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if !context.response().status().is_success() {
            return Ok(());
        }
        let reader = Reader { slot: self.slot.clone(), instead: self.instead };
        cfg.interceptor_state().store_put(SharedResponseDeserializer::new(reader));
        Ok(())
    }
}

#[derive(Debug)]
struct Reader {
    slot: Slot,
    instead: fn() -> Output,
}

impl DeserializeResponse for Reader {
    fn deserialize_nonstreaming_with_config(&self, response: &HttpResponse, _: &ConfigBag) -> OutputOrError {
        self.slot.put(Page::parse(response.body().bytes().unwrap_or_default()));
        Ok((self.instead)())
    }
}

//! Every call of a client waits for its turn, and the limiter is told when there were too many. What the turn is goes with
//! the request, and [`Paced`](super::paced::Paced) waits for it.

use std::sync::Arc;

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::{
    BeforeTransmitInterceptorContextMut, FinalizerInterceptorContextRef,
};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::{ConfigBag, Storable, StoreReplace};
use aws_types::region::SigningRegion;
use tokio::sync::OnceCell;

use super::calls::Operation;
use super::error::THROTTLED;
use super::identity::Identity;
use super::limiter::{Api, Limiter, Turn};
use super::profile::DEFAULT;

/// The code of an error stands at the beginning of an answer, in JSON, XML and CBOR.
const BEGINNING: usize = 4096;

/// Part of every client but those that sign in.
#[derive(Debug)]
pub struct Turns {
    pub limiter: Limiter,
    pub identity: Arc<OnceCell<Identity>>,
    pub profile: Option<String>,
}

impl Turns {
    /// An account that is not known yet goes by its profile: what is learned of its pace until then is learned again.
    fn api(&self, cfg: &ConfigBag) -> Api {
        let account = self.identity.get().map(|identity| identity.account.as_str());
        Api {
            operation: Operation(cfg).to_string(),
            account: account.or(self.profile.as_deref()).unwrap_or(DEFAULT).to_owned(),
            region: cfg.load::<SigningRegion>().map(|region| region.as_ref().to_owned()).unwrap_or_default(),
        }
    }
}

impl Storable for Turn {
    type Storer = StoreReplace<Self>;
}

impl Intercept for Turns {
    fn name(&self) -> &'static str {
        "turns"
    }

    fn modify_before_transmit(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let turn = Turn::of(self.limiter.pace(self.api(cfg)));
        context.request_mut().add_extension(turn.clone());
        cfg.interceptor_state().store_put(turn);
        Ok(())
    }

    fn read_after_attempt(
        &self,
        context: &FinalizerInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if context.response().is_some_and(is_throttled)
            && let Some(turn) = cfg.load::<Turn>()
            && let Some(sent) = turn.sent.get()
        {
            turn.pace.too_fast(*sent);
        }
        Ok(())
    }
}

fn is_throttled(response: &HttpResponse) -> bool {
    let status = response.status().as_u16();
    let says = |text: &[u8], word: &str| text.windows(word.len()).any(|part| part == word.as_bytes());
    let text = response.body().bytes().unwrap_or_default();
    let text = text.get(..BEGINNING).unwrap_or(text);
    let named = response.headers().get("x-amzn-errortype").unwrap_or_default().as_bytes();
    status == 429 || status >= 400 && THROTTLED.iter().any(|word| says(text, word) || says(named, word))
}

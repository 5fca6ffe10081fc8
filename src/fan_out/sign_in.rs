//! One sign-in: a profile with its guard rails, the account it leads to, asked once, and the contexts of its places.

use tokio::sync::OnceCell;

use super::regions::Regions;
use crate::aws::Aws;
use crate::context::Context;
use crate::error::Result;
use crate::output::{Output, Place};
use crate::settings::Setting;

pub struct SignIn {
    ctx: Context,
    aws: Aws,
    account: OnceCell<Result<String>>,
    pub profile: Option<String>,
    pub regions: Vec<Setting<String>>,
    /// Those that are not enabled are passed over.
    pub takes_all: bool,
}

impl SignIn {
    /// With its credentials at hand: from here on nothing is asked of anybody.
    pub async fn new(profile: Option<Setting<String>>, regions: &Regions, ctx: &Context) -> Result<Self> {
        let name = profile.as_ref().map(|profile| profile.value.clone());
        let ctx = ctx.signing_in(profile, regions.first());
        let aws = ctx.sign_in().await?;
        aws.credentials().await?;
        Ok(SignIn {
            regions: regions.from(aws.region()),
            takes_all: regions.are_all(),
            account: OnceCell::new(),
            profile: name,
            ctx,
            aws,
        })
    }

    /// A guard rail says which account it must be: nothing else is sent before that is known.
    pub fn is_guarded(&self) -> bool {
        self.ctx.expected_account().is_some()
    }

    /// The account; the error is kept too.
    pub async fn account(&self) -> Result<&str, &anyhow::Error> {
        let ask = || async {
            if let Some(expected) = self.ctx.expected_account() {
                self.aws.must_be(expected).await?;
            }
            Ok(self.aws.identity().await?.account)
        };
        self.account.get_or_init(ask).await.as_deref()
    }

    /// The same, if it was asked for.
    pub fn known_account(&self) -> Option<&Result<String>> {
        self.account.get()
    }

    /// The context of one of its regions.
    pub fn place(&self, region: &Setting<String>, out: Output) -> Context {
        self.ctx.in_place(self.aws.in_region(region.clone()), out, &self.label(&region.value))
    }

    /// What a place is called: by its profile where there may be several.
    pub fn label(&self, region: &str) -> String {
        match &self.profile {
            Some(profile) => format!("{profile}/{region}"),
            None => region.to_owned(),
        }
    }

    pub fn of(&self, region: Option<&str>) -> Place {
        Place {
            account: self.known_account().and_then(|account| account.as_ref().ok().cloned()),
            region: region.map(str::to_owned),
            profile: self.aws.profile().map(|profile| profile.value.clone()),
        }
    }
}

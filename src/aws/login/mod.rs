//! Logins at IAM Identity Center: from a token that still lasts over one that refreshes it to one that somebody approves,
//! in a browser of this machine or with a code anywhere. It keeps them where the AWS CLI does. It must not print: what the
//! user has to see goes to who called.

mod browser;
mod callback;
mod center;
mod roles;
mod session;
mod tokens;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use aws_config::profile::ProfileSet;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::region::Region;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use ring::digest::{SHA256, digest};
use tokio::time::{sleep, timeout};

use super::cli_cache::{self, Key};
use super::http::Network;
use super::options::AwsOptions;
use super::profile::Profiles;
use crate::error::{Error, Kind, Result};
use crate::random;
use crate::settings::Environment;

use self::callback::{Brought, Callback};
use self::center::{Answer, Device, Grant, Granted, Way};
use self::tokens::{Registration, Token};

pub use browser::Browser;
pub use session::{OfProfile, Session};
pub use tokens::Damaged;

pub(super) use center::Center;
pub(super) use tokens::{Secret, Tokens};

/// How long a browser may take: as long as the AWS CLI waits.
const BROWSER_PATIENCE: Duration = Duration::from_secs(600);
/// What a device that asks too often waits longer, each time it is told.
const SLOWER: Duration = Duration::from_secs(5);

/// What the user is told on the way to a login.
#[derive(Debug)]
pub enum Step<'a> {
    /// Another program logs in at the same place.
    Waiting,
    Damaged(&'a Damaged),
    /// A browser is on its way to this address.
    Browser {
        url: &'a str,
    },
    /// It was not.
    NoBrowser {
        why: &'a str,
    },
    Code {
        uri: &'a str,
        complete: Option<&'a str>,
        code: &'a str,
    },
}

pub type Tell<'a> = &'a (dyn Fn(Step<'_>) + Sync);

/// How somebody came to be logged in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    Already,
    Refreshed,
    Anew,
}

/// A token that there is, without what it opens.
#[derive(Debug, Clone, PartialEq)]
pub enum State {
    None,
    Damaged,
    /// Good until then, or over since; whether it can be refreshed without anybody.
    Until {
        expires: Timestamp,
        is_over: bool,
        is_refreshable: bool,
    },
}

/// What a logout has taken away.
#[derive(Debug, Default)]
pub struct LoggedOut {
    /// The logins, by their names.
    pub sessions: Vec<String>,
    /// How many credentials of roles.
    pub roles: usize,
    /// Why AWS was not told.
    pub untold: Vec<Error>,
}

/// The logins of the configuration files.
pub struct Logins {
    profiles: Profiles,
    set: Arc<ProfileSet>,
    tokens: Option<Tokens>,
    roles: Option<PathBuf>,
    client: SharedHttpClient,
    retries: RetryConfig,
    timeouts: TimeoutConfig,
}

impl Logins {
    /// Reads the files; calls nobody.
    pub async fn load(options: &AwsOptions, env: &Environment) -> Result<Self> {
        let profiles = Profiles::load(options, env).await?;
        // Those of sign-in: the address of an option is for the other services.
        let endpoint =
            ["AWS_ENDPOINT_URL_SSO_OIDC", "AWS_ENDPOINT_URL"].iter().find_map(|name| env.text(name));
        let network = Network::new(&profiles, env, endpoint.is_some_and(super::is_on_this_machine))?;
        Ok(Logins {
            set: profiles.set().unwrap_or_default(),
            tokens: Tokens::of_user(env),
            roles: cli_cache::credentials_folder(env),
            client: network.http_client(),
            retries: super::retry_config(options, env, &profiles)?,
            timeouts: super::timeouts(options),
            profiles,
        })
    }

    /// The place that is named, or that of the profile in use.
    pub fn asked(&self, name: Option<&str>) -> Result<Session, Error> {
        if let Some(name) = name {
            return session::named(&self.set, name);
        }
        let profile = self.profiles.name();
        match session::of_profile(&self.set, profile)? {
            OfProfile::Session(session) => Ok(session),
            OfProfile::Console => {
                let why = "opsctl makes no login of the console (login_session)";
                let error =
                    Error::new(Kind::Credentials, format!("cannot log in with the profile {profile}"));
                Err(error.because(why).hint(format!("aws login --profile {profile}")))
            }
            OfProfile::Other => {
                let message = format!("the profile {profile} does not log in at IAM Identity Center");
                let error = Error::usage(message);
                let mut names: Vec<&str> = self.set.sso_sessions().collect();
                names.sort_unstable();
                Err(match names.as_slice() {
                    [] => error.hint("aws configure sso makes a profile that does"),
                    names => {
                        error.hint(format!("--sso-session names a place to log in at: {}", names.join(", ")))
                    }
                })
            }
        }
    }

    /// All profiles.
    pub(super) fn set(&self) -> &ProfileSet {
        &self.set
    }

    /// Where this profile logs in.
    pub fn of_profile(&self, profile: &str) -> Result<OfProfile, Error> {
        session::of_profile(&self.set, profile)
    }

    /// Every place to log in at.
    pub fn all(&self) -> Vec<Session> {
        session::all(&self.set)
    }

    /// As the file says it.
    pub fn state(&self, session: &Session) -> State {
        let Some(tokens) = &self.tokens else { return State::None };
        let now = Timestamp::now();
        match tokens.token(&Key::of_token(session)) {
            Ok(None) => State::None,
            Err(_) => State::Damaged,
            Ok(Some(token)) => State::Until {
                expires: token.expires_at.0,
                is_over: !token.lives(now),
                is_refreshable: session.name.is_some() && token.renewal(now).is_some(),
            },
        }
    }

    /// `None` for the browser: with a code.
    pub async fn log_in(
        &self,
        session: &Session,
        browser: Option<&Browser>,
        tell: Tell<'_>,
    ) -> Result<(Timestamp, How)> {
        let Some(tokens) = &self.tokens else {
            let error = Error::failed("there is no place to keep a login: HOME is not set");
            return Err(error.hint("set HOME to an absolute path").into());
        };
        let key = Key::of_token(session);
        let center = self.center(session).await;
        let lasting = async || {
            let token = tokens.token(&key).ok().flatten().filter(|token| token.lasts(Timestamp::now()))?;
            let is_refused = session.is_for_accounts() && center.is_refused(&token).await;
            (!is_refused).then_some((token.expires_at.0, How::Already))
        };
        if let Some(done) = lasting().await {
            return Ok(done);
        }
        let mut has_waited = false;
        let _held = tokens
            .hold(&key, || {
                has_waited = true;
                tell(Step::Waiting);
            })
            .await;
        if has_waited && let Some(done) = lasting().await {
            return Ok(done);
        }
        // Nobody is asked for what cannot be kept.
        let unkept = |error: std::io::Error| {
            Error::failed("cannot keep a login")
                .because(format!("{} cannot be written: {error}", tokens.folder().display()))
        };
        tokens.check_writable().map_err(unkept)?;
        let old = tokens.token(&key).unwrap_or_else(|damaged| {
            tell(Step::Damaged(&damaged));
            None
        });
        let login = Login { center: &center, session, tokens, tell };
        let refreshed = match &old {
            Some(old) => login.refreshed(old).await?,
            None => None,
        };
        let (token, how) = match refreshed {
            Some(token) => (token, How::Refreshed),
            None => (login.anew(browser).await?, How::Anew),
        };
        tokens.write(&key, &token).map_err(unkept)?;
        Ok((token.expires_at.0, how))
    }

    /// Takes a token away, with the credentials that were kept for it, and tells AWS.
    pub async fn log_out(&self, sessions: &[Session]) -> Result<LoggedOut> {
        let mut done = LoggedOut::default();
        let Some(tokens) = &self.tokens else { return Ok(done) };
        for session in sessions {
            let key = Key::of_token(session);
            let _held = tokens.hold(&key, || ()).await;
            if let Ok(Some(token)) = tokens.token(&key)
                && let Err(error) = self.center(session).await.log_out(&token).await
            {
                done.untold.push(error);
            }
            if tokens.remove(&key).map_err(|error| kept(tokens, &error))? {
                done.sessions.push(session.title().to_owned());
            }
            done.roles += roles::remove_those_of(self.roles.as_deref(), session, &self.set);
        }
        Ok(done)
    }

    /// The same for every token that there is, whoever it is of.
    pub async fn log_out_everywhere(&self) -> Result<LoggedOut> {
        let mut done = LoggedOut::default();
        let Some(tokens) = &self.tokens else { return Ok(done) };
        for (path, token) in tokens.all() {
            // What nobody says the region of is a token all the same.
            if let Some(region) = &token.region
                && super::check_region(region).is_ok()
                && let Err(error) = self.center_in(region).await.log_out(&token).await
            {
                done.untold.push(error);
            }
            cli_cache::remove(&path).map_err(|error| kept(tokens, &error))?;
            done.sessions.push(self.title(&path, &token));
        }
        done.roles = roles::remove_all(self.roles.as_deref());
        Ok(done)
    }

    /// What the files call the login that this token is of.
    fn title(&self, path: &std::path::Path, token: &Token) -> String {
        let is_of = |session: &Session| path.ends_with(Key::of_token(session).file());
        let known = self.all().into_iter().find(is_of).map(|session| session.title().to_owned());
        known.or_else(|| token.start_url.clone()).unwrap_or_else(|| path.display().to_string())
    }

    async fn center(&self, session: &Session) -> Center {
        self.center_in(&session.region).await
    }

    async fn center_in(&self, region: &str) -> Center {
        let region = Region::new(region.to_owned());
        let loader = super::loader(region, self.client.clone(), &self.profiles);
        Center::new(
            loader.retry_config(self.retries.clone()).timeout_config(self.timeouts.clone()).load().await,
        )
    }
}

fn kept(tokens: &Tokens, error: &std::io::Error) -> Error {
    Error::failed(format!("cannot take the login out of {}", tokens.folder().display()))
        .because(error.to_string())
}

/// One login on its way.
struct Login<'a> {
    center: &'a Center,
    session: &'a Session,
    tokens: &'a Tokens,
    tell: Tell<'a>,
}

impl Login<'_> {
    /// `None`: only a new login helps. Profiles of the older kind are never refreshed.
    async fn refreshed(&self, old: &Token) -> Result<Option<Token>> {
        let now = Timestamp::now();
        let Some(renewal) = old.renewal(now).filter(|_| self.session.name.is_some()) else { return Ok(None) };
        Ok(self.center.refresh(&renewal, now).await?.map(|granted| granted.renewed(old)))
    }

    async fn anew(&self, browser: Option<&Browser>) -> Result<Token> {
        // The older kind has no way but that of a code.
        if let Some(browser) = browser.filter(|_| self.session.name.is_some())
            && let Some(token) = self.by_browser(browser).await?
        {
            return Ok(token);
        }
        self.by_device(browser.filter(|_| self.session.name.is_none())).await
    }

    /// `None`: the browser could not be opened, as the user was told.
    async fn by_browser(&self, browser: &Browser) -> Result<Option<Token>> {
        let cannot = |error: std::io::Error| Error::failed("cannot wait for a browser").because(error);
        let registration = self.registration(Way::Browser).await?;
        let callback = Callback::listen().await.map_err(cannot)?;
        let state = random::hex(32)?;
        let verifier = Secret::new(URL_SAFE_NO_PAD.encode(random::bytes::<32>()?));
        let challenge = URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.open().as_bytes()));
        let redirect_uri = callback.redirect_uri();
        let url = self.center.authorize_url(&registration, redirect_uri, &state, &challenge).await?;
        let mut opened = match browser.open(url.as_str()) {
            Ok(opened) => opened,
            Err(why) => {
                (self.tell)(Step::NoBrowser { why: &why });
                return Ok(None);
            }
        };
        (self.tell)(Step::Browser { url: url.as_str() });
        let brought = tokio::select! {
            biased;
            brought = timeout(BROWSER_PATIENCE, callback.wait(&state)) => brought,
            why = opened.failed() => {
                (self.tell)(Step::NoBrowser { why: &why });
                return Ok(None);
            }
        };
        let code = match brought {
            Ok(Ok(Brought::Code(code))) => code,
            Ok(Ok(Brought::Refusal(why))) => return Err(refused().because(why).into()),
            Ok(Err(error)) => return Err(cannot(error).into()),
            Err(_) => return Err(unapproved().into()),
        };
        let grant = Grant::Browser { code: &code, verifier: &verifier, redirect_uri };
        match self.center.token(&registration, &grant, Timestamp::now()).await? {
            Answer::Granted(granted) => Ok(Some(granted.token(self.session, &registration))),
            Answer::Refused => Err(refused().into()),
            Answer::Expired | Answer::Pending | Answer::SlowDown => Err(unapproved().into()),
            Answer::Unknown => {
                let _ = self.tokens.remove(&Key::of_registration(self.session));
                Err(Error::new(Kind::Credentials, "AWS does not know opsctl any more; try it once more")
                    .into())
            }
        }
    }

    async fn by_device(&self, browser: Option<&Browser>) -> Result<Token> {
        let (registration, device) = self.device().await?;
        let complete = device.uri_complete.as_deref();
        (self.tell)(Step::Code { uri: &device.uri, complete, code: &device.user_code });
        if let Some(browser) = browser {
            // Who sees no page has the address.
            let _ = browser.open(complete.unwrap_or(&device.uri));
        }
        let grant = Grant::Device(&device.code);
        let left = device.expires.duration_since(Timestamp::now());
        let pace = Pace {
            interval: Duration::from_secs(device.interval.into()),
            left: Duration::try_from(left).unwrap_or_default(),
        };
        let ask = || self.center.token(&registration, &grant, Timestamp::now());
        let granted = poll(pace, ask, sleep).await?;
        Ok(granted.token(self.session, &registration))
    }

    /// A device whose code waits for its user, and the client that it is of.
    async fn device(&self) -> Result<(Registration, Device)> {
        let kept = self.registration(Way::Device).await?;
        if let Some(device) = self.center.start_device(self.session, &kept, Timestamp::now()).await? {
            return Ok((kept, device));
        }
        let new = self.registered(Way::Device).await?;
        match self.center.start_device(self.session, &new, Timestamp::now()).await? {
            Some(device) => Ok((new, device)),
            None => Err(Error::new(Kind::Denied, "AWS does not let opsctl log in with a code").into()),
        }
    }

    /// The client that is kept, if it is one for this way.
    async fn registration(&self, way: Way) -> Result<Registration> {
        let kept = self.tokens.registration(&Key::of_registration(self.session));
        let kept = kept.filter(|kept| kept.lasts(Timestamp::now()) && way.suits(kept));
        match kept {
            Some(kept) => Ok(kept),
            None => self.registered(way).await,
        }
    }

    async fn registered(&self, way: Way) -> Result<Registration> {
        let new = self.center.register(self.session, way).await?;
        if let Err(error) = self.tokens.write(&Key::of_registration(self.session), &new) {
            tracing::debug!("the registration is not kept: {error}");
        }
        Ok(new)
    }
}

/// How often a device asks, and how long.
#[derive(Debug, Clone, Copy)]
struct Pace {
    interval: Duration,
    left: Duration,
}

/// Asks until somebody has decided. AWS out of reach for a while ends nothing.
async fn poll<A, P>(
    mut pace: Pace,
    mut ask: impl FnMut() -> A,
    mut pause: impl FnMut(Duration) -> P,
) -> Result<Granted>
where
    A: Future<Output = Result<Answer, Error>>,
    P: Future<Output = ()>,
{
    loop {
        match ask().await {
            Ok(Answer::Granted(granted)) => return Ok(granted),
            Ok(Answer::Pending) => {}
            Ok(Answer::SlowDown) => pace.interval += SLOWER,
            Ok(Answer::Refused) => return Err(refused().into()),
            Ok(Answer::Expired) => return Err(unapproved().into()),
            Ok(Answer::Unknown) => {
                let message = "AWS does not know the client of the login any more";
                return Err(Error::new(Kind::Denied, message).into());
            }
            Err(error) if error.kind() == Kind::Temporary => {
                tracing::info!("asking again whether the login is approved: {error}");
            }
            Err(error) => return Err(error.into()),
        }
        if pace.left.is_zero() {
            return Err(unapproved().into());
        }
        let wait = pace.interval.min(pace.left);
        pace.left -= wait;
        pause(wait).await;
    }
}

fn refused() -> Error {
    Error::new(Kind::Credentials, "the login was refused")
}

fn unapproved() -> Error {
    Error::new(Kind::Credentials, "nobody has approved the login in time").hint("opsctl login asks once more")
}

#[cfg(test)]
mod tests;

//! What a verb is handed: settings, the clock, facts about the terminal, output, and
//! AWS, made on first use. The only room that reads the environment. It must not call AWS itself.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use jiff::tz::TimeZone;
use tokio::sync::OnceCell;
use tokio::time::Instant;

use crate::aws::login::{Browser, Logins};
use crate::aws::{Asker, Aws, AwsOptions, AwsSettings, Pools, selected_profile};
use crate::cli::{DetailArgs, GlobalArgs, ListArgs, Moment, Origins};
use crate::config::{Guard, Guards};
use crate::error::{Error, Result};
use crate::logging::{self, LogSettings};
use crate::output::{
    ColorEnvironment, Format, Output, OutputSettings, Pager, PagerEnvironment, Place, Query, Reporter,
    ReporterSettings, Stream,
};
use crate::sandbox;
use crate::settings::{Environment, Origin, Setting};
use crate::terminal::{self, Prompter, Terminals};

/// Everything a verb may use of the world around it.
pub struct Context {
    global: GlobalArgs,
    options: AwsOptions,
    origins: Origins,
    guards: Guards,
    guard: Option<Guard>,
    env: Environment,
    terminals: Terminals,
    now: Option<jiff::Timestamp>,
    out: Output,
    reporter: Reporter,
    deadline: OnceLock<Instant>,
    pools: Arc<Pools>,
    aws: OnceCell<Arc<Aws>>,
}

impl Context {
    /// Touches no file but that of `--log-file`, and no network.
    pub fn new(global: GlobalArgs, origins: Origins, guards: Guards, env: Environment) -> Result<Self> {
        let terminals = Terminals::of_this_process();
        let reporter = Reporter::stderr(reporter_settings(&global, &env, terminals));
        logging::start(&log_settings(&global), &reporter)?;
        let now = fixed_clock(&env)?;
        let out = Output::stdout(output_settings(&global, &env, terminals, now)?, reporter.clone());
        let options = aws_options(&global, &origins);
        let guard = guard(&guards, &global, &options, &env);
        let (deadline, pools, aws) = (OnceLock::new(), Arc::default(), OnceCell::new());
        Ok(Context {
            global,
            options,
            origins,
            guards,
            guard,
            env,
            terminals,
            now,
            out,
            reporter,
            deadline,
            pools,
            aws,
        })
    }

    /// For completing a command line: says nothing, asks nothing, tries each call once. Nothing of the environment
    /// can make it fail. It stands behind no guard rail: it changes nothing, and the one call that a TAB may wait for is
    /// not to be spent on the account.
    pub fn for_completion(global: GlobalArgs, origins: Origins, env: Environment) -> Self {
        let global =
            GlobalArgs { query: None, quiet: true, verbose: 0, debug: false, no_input: true, ..global };
        let options = AwsOptions {
            max_attempts: Some(Setting::new(1, Origin::Option("completion".into()))),
            ..aws_options(&global, &origins)
        };
        let terminals = Terminals::default();
        let now = fixed_clock(&env).ok().flatten();
        let stdout = stream(&global, &env, false, None);
        let reporter = Reporter::stderr(reporter_settings(&global, &env, terminals));
        let settings = OutputSettings::new(Format::default(), stdout, now);
        let out = Output::stdout(settings, reporter.clone());
        Context {
            global,
            options,
            origins,
            guards: Guards::default(),
            guard: None,
            env,
            terminals,
            now,
            out,
            reporter,
            deadline: OnceLock::new(),
            pools: Arc::default(),
            aws: OnceCell::new(),
        }
    }

    /// The same for another profile, with its guard rails; in this region where neither it nor the environment names
    /// one. Connections are shared.
    #[must_use]
    pub fn signing_in(&self, profile: Option<Setting<String>>, region: Option<Setting<String>>) -> Self {
        let mut other = self.copied(self.out.clone(), self.reporter.clone());
        other.options.last_region = region;
        if let Some(profile) = profile {
            other.global.profile = Some(profile.value.clone());
            // Wherever it is written: among several it is meant by its name, and nothing else comes before it.
            other.options.profile = Some(Setting::new(profile.value, Origin::Option("--profiles".into())));
            other.guard = guard(&other.guards, &other.global, &other.options, &other.env);
        }
        other
    }

    /// The same in one of several places: signed in, with an output of its own; nobody is asked anything there.
    #[must_use]
    pub fn in_place(&self, aws: Aws, out: Output, label: &str) -> Self {
        let mut other = self.copied(out, self.reporter.at(label));
        other.global.region = Some(aws.region().value.clone());
        other.options.region = Some(aws.region().clone());
        other.global.no_input = true;
        other.aws = OnceCell::new_with(Some(Arc::new(aws)));
        other
    }

    fn copied(&self, out: Output, reporter: Reporter) -> Self {
        Context {
            global: self.global.clone(),
            options: self.options.clone(),
            origins: self.origins.clone(),
            guards: self.guards.clone(),
            guard: self.guard.clone(),
            env: self.env.clone(),
            terminals: self.terminals,
            now: self.now,
            out,
            reporter,
            deadline: self.deadline.clone(),
            pools: Arc::clone(&self.pools),
            aws: OnceCell::new(),
        }
    }

    /// A reporter for failures that come before there is a context.
    pub fn early_reporter(global: &GlobalArgs, env: &Environment) -> Reporter {
        Reporter::stderr(reporter_settings(global, env, Terminals::of_this_process()))
    }

    /// An output for help, which must be shown whatever the settings are.
    pub fn early_output(global: &GlobalArgs, env: &Environment) -> Output {
        let stdout =
            stream(global, env, Terminals::of_this_process().stdout, terminal::size(std::io::stdout()));
        let settings = OutputSettings::new(Format::default(), stdout, None);
        Output::stdout(settings, Context::early_reporter(global, env))
    }

    pub fn env(&self) -> &Environment {
        &self.env
    }

    pub fn global(&self) -> &GlobalArgs {
        &self.global
    }

    /// Where the values of the options came from.
    pub fn origins(&self) -> &Origins {
        &self.origins
    }

    /// What AWS is asked for with; for commands that tell about it.
    pub fn aws_options(&self) -> &AwsOptions {
        &self.options
    }

    /// The guard rails of the profile in use.
    pub fn guard(&self) -> Option<&Guard> {
        self.guard.as_ref()
    }

    pub fn terminals(&self) -> Terminals {
        self.terminals
    }

    pub fn out(&self) -> &Output {
        &self.out
    }

    /// The output as the options of a list want it.
    pub fn list_out(&self, args: &ListArgs) -> Output {
        self.out.with(OutputSettings {
            columns: args.columns.clone(),
            sort: args.sort.clone(),
            no_header: args.no_header,
            limit: args.limit,
            ..self.out.settings().clone()
        })
    }

    /// The output as the options of a detail view want it.
    pub fn detail_out(&self, args: &DetailArgs) -> Output {
        self.out.with(OutputSettings {
            columns: args.columns.clone(),
            no_header: args.no_header,
            ..self.out.settings().clone()
        })
    }

    pub fn reporter(&self) -> &Reporter {
        &self.reporter
    }

    pub fn now(&self) -> jiff::Timestamp {
        self.now.unwrap_or_else(jiff::Timestamp::now)
    }

    /// The moment that the value of an option means.
    pub fn moment(&self, option: &str, moment: Option<Moment>) -> Result<Option<jiff::Timestamp>> {
        self.moment_from(option, moment, self.now())
    }

    /// The same where the present is another one than this machine's.
    pub fn moment_from(
        &self,
        option: &str,
        moment: Option<Moment>,
        now: jiff::Timestamp,
    ) -> Result<Option<jiff::Timestamp>> {
        let resolve = |moment: Moment| {
            moment.resolve(now, &self.out.settings().zone).map_err(|error| {
                Error::usage(format!("{option} is beyond the calendar")).because(error).into()
            })
        };
        moment.map(resolve).transpose()
    }

    /// Who asks; refuses where nobody can be asked. See [`Prompter::new`].
    pub fn prompter(&self, lacking: &str, instead: &str) -> Result<Prompter> {
        Prompter::new(&self.reporter, self.terminals, self.global.no_input, lacking, instead)
    }

    /// Starts the clock of `--timeout`; gives the moment it ends.
    pub fn start_clock(&self) -> Option<Instant> {
        let limit = self.global.timeout?;
        Some(*self.deadline.get_or_init(|| Instant::now() + limit))
    }

    /// When `--timeout` ends a wait. A wait that has something to say about what goes on ends itself then.
    pub fn deadline(&self) -> Option<Instant> {
        self.deadline.get().copied()
    }

    pub fn state_dir(&self) -> Result<PathBuf> {
        state_dir(&self.env)
    }

    /// For what is gone with the process.
    pub fn temporary_dir(&self) -> &Path {
        Path::new(self.env.text("TMPDIR").unwrap_or("/tmp"))
    }

    /// What is there may be deleted at any time. None where there is no home.
    pub fn cache_dir(&self) -> Option<PathBuf> {
        Some(self.env.folder("XDG_CACHE_HOME", ".cache")?.join("opsctl"))
    }

    /// AWS, signed in on first use.
    pub async fn aws(&self) -> Result<&Arc<Aws>> {
        self.aws
            .get_or_try_init(async || {
                let aws = self.sign_in().await?;
                if let Some(expected) = self.expected_account() {
                    aws.must_be(expected).await?;
                }
                Ok(Arc::new(aws))
            })
            .await
    }

    /// The logins of the AWS files: they need no credentials, and no region but their own.
    pub async fn logins(&self) -> Result<Logins> {
        if self.global.sandbox.is_some() {
            let error = Error::usage("nobody logs in to a sandbox: its key is at hand");
            return Err(error.hint("without --sandbox and OPSCTL_SANDBOX it is AWS that is meant").into());
        }
        Logins::load(&self.options, &self.env).await
    }

    /// The browser of who looks on; none where nobody does.
    pub fn browser(&self) -> Option<Browser> {
        let is_seen = self.terminals.stderr && !self.global.no_input;
        Browser::at_hand(&self.env).filter(|_| is_seen)
    }

    /// The account that must be called, by the guard rails of the profile.
    pub fn expected_account(&self) -> Option<&Setting<String>> {
        self.guard.as_ref()?.expected_account.as_ref()
    }

    /// A sign-in that has not been held against the account that is expected: whoever wants one does that before anything
    /// else is sent.
    pub async fn sign_in(&self) -> Result<Aws> {
        let sandbox = match &self.global.sandbox {
            Some(dir) => {
                let dir = (!dir.as_os_str().is_empty()).then_some(dir.as_path());
                Some(sandbox::find(dir, || self.state_dir())?)
            }
            None => None,
        };
        let settings = AwsSettings {
            options: &self.options,
            env: &self.env,
            pools: &self.pools,
            sandbox,
            asker: Asker::new(&self.reporter, self.terminals, self.global.no_input),
        };
        Aws::load(settings).await
    }

    /// Where a failure happened, as far as it is known.
    pub fn place(&self) -> Place {
        let aws = self.aws.get();
        Place {
            account: None,
            region: aws.map(|aws| aws.region().value.clone()),
            profile: aws.and_then(|aws| aws.profile().map(|profile| profile.value.clone())),
        }
    }
}

/// The environment as it is at the start.
pub fn environment_of_this_process() -> Environment {
    std::env::vars_os().collect()
}

fn aws_options(global: &GlobalArgs, origins: &Origins) -> AwsOptions {
    AwsOptions {
        profile: origins.setting("profile", global.profile.clone()),
        region: origins.setting("region", global.region.clone()),
        last_region: None,
        endpoint_url: origins.setting("endpoint-url", global.endpoint_url.clone()),
        max_attempts: origins.setting("max-attempts", global.max_attempts),
        retry_mode: origins.setting("retry-mode", global.retry_mode),
        connect_timeout: global.connect_timeout,
        read_timeout: global.read_timeout,
    }
}

/// There are no profiles in a sandbox, and none where keys in the environment say who calls.
fn guard(guards: &Guards, global: &GlobalArgs, options: &AwsOptions, env: &Environment) -> Option<Guard> {
    let profile = selected_profile(options, env);
    let has_none = global.sandbox.is_some() || profile.is_none() && env.text("AWS_ACCESS_KEY_ID").is_some();
    guards.of(profile.as_ref().map(|profile| profile.value.as_str())).filter(|_| !has_none).cloned()
}

/// By XDG_STATE_HOME and HOME alone: where neither is set, the home that the system has on record may be one that
/// nobody looks into.
pub fn state_dir(env: &Environment) -> Result<PathBuf> {
    let state = env.folder("XDG_STATE_HOME", ".local/state");
    Ok(state.map(|state| state.join("opsctl")).ok_or_else(|| {
        Error::failed("cannot tell the folder for state: HOME is not set")
            .hint("set HOME, or XDG_STATE_HOME to an absolute path")
    })?)
}

/// What is asked for by `--log` or `OPSCTL_LOG`, `--log-file` and `--log-format`.
fn log_settings(global: &GlobalArgs) -> LogSettings<'_> {
    LogSettings {
        filter: global.log.as_deref(),
        file: global.log_file.as_deref(),
        format: global.log_format.unwrap_or_default(),
    }
}

/// Tests fix the clock of what is shown; signatures and timers never follow it.
fn fixed_clock(env: &Environment) -> Result<Option<jiff::Timestamp>> {
    const NAME: &str = "OPSCTL_FIXED_CLOCK";
    let parse = |text: &str| {
        text.parse()
            .map_err(|error| Error::usage(format!("{NAME} is not a time: {text}")).because(error).into())
    };
    env.text(NAME).map(parse).transpose()
}

fn output_settings(
    global: &GlobalArgs,
    env: &Environment,
    terminals: Terminals,
    now: Option<jiff::Timestamp>,
) -> Result<OutputSettings> {
    let stdout = stream(global, env, terminals.stdout, terminal::size(std::io::stdout()));
    Ok(OutputSettings {
        query: global.query.as_deref().map(str::parse::<Query>).transpose()?,
        zone: if global.local { local_zone(env)? } else { TimeZone::UTC },
        absolute: global.utc || global.local,
        pager: if stdout.terminal && !global.no_pager { pager(global, env) } else { None },
        ..OutputSettings::new(global.output.unwrap_or_default(), stdout, now)
    })
}

/// The zone that `TZ` names, or that of the machine; a machine that has none runs on UTC.
fn local_zone(env: &Environment) -> Result<TimeZone> {
    let Some(name) = env.text("TZ") else { return Ok(TimeZone::try_system().unwrap_or(TimeZone::UTC)) };
    let known = name.trim_start_matches(':');
    TimeZone::get(known).or_else(|_| TimeZone::posix(known)).map_err(|error| {
        Error::usage(format!("TZ is no known time zone: {name}"))
            .because(error)
            .hint("use --utc, or set TZ to a name such as Europe/Berlin")
            .into()
    })
}

fn pager(global: &GlobalArgs, env: &Environment) -> Option<Pager> {
    let found = |name: &str| env.found(name).and_then(|value| value.to_str());
    let variables = PagerEnvironment { pager: found("PAGER"), less: found("LESS"), term: env.text("TERM") };
    Pager::choose(global.pager.as_deref(), &variables)
}

fn reporter_settings(global: &GlobalArgs, env: &Environment, terminals: Terminals) -> ReporterSettings {
    ReporterSettings {
        format: global.output.unwrap_or_default(),
        quiet: global.quiet,
        verbosity: if global.debug { 3 } else { global.verbose },
        progress: !global.no_progress && env.text("CI").is_none(),
        stderr: stream(global, env, terminals.stderr, terminal::size(std::io::stderr())),
    }
}

fn stream(global: &GlobalArgs, env: &Environment, terminal: bool, size: Option<terminal::Size>) -> Stream {
    let columns = env.text("COLUMNS").and_then(|text| text.parse().ok()).filter(|columns| *columns > 0);
    Stream {
        terminal,
        color: global.color.unwrap_or_default().decide(
            &ColorEnvironment {
                no_color: env.text("NO_COLOR"),
                clicolor: env.text("CLICOLOR"),
                clicolor_force: env.text("CLICOLOR_FORCE"),
                term: env.text("TERM"),
            },
            terminal,
        ),
        width: terminal.then(|| size.map(|size| usize::from(size.cols)).or(columns).unwrap_or(80)),
        height: size.map(|size| usize::from(size.rows)),
        unicode: ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(|name| env.text(name)).is_some_and(
            |locale| {
                let locale = locale.to_ascii_lowercase();
                locale.contains("utf-8") || locale.contains("utf8")
            },
        ),
    }
}

mod run;

#[cfg(feature = "webhook")]
use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::App;
use super::event_args::FilterArgs;
use crate::front::cli::args::SyncUse;
use crate::front::cli::deliver::{Command, Receiver};
#[cfg(feature = "webhook")]
use crate::front::cli::deliver::{Secret, Webhook, WebhookOptions};
#[cfg(feature = "webhook")]
use crate::front::cli::env;
use crate::front::cli::error::Failure;
use crate::front::cli::input;
use crate::front::cli::pull::{self, Puller};
use crate::front::cli::stop::Stop;
use crate::front::cli::ui::UiError;
use crate::ops::{self, Context, Cursor, CursorPlace, Position, RemoteUse};
use run::Watch;

/// How often a delivery is tried again where it may not be for ever.
const RETRIES: u32 = 3;
/// How long one delivery may take: a command, and a web server.
const COMMAND_TIMEOUT: Duration = Duration::from_secs(300);
const WEBHOOK_TIMEOUT: Duration = Duration::from_secs(30);

/// React to events: run a command or call a web server for each
///
/// Events are delivered in order, one at a time, each until it is taken: until the command exits with
/// 0, or the web server answers 2xx. With --cursor none is lost, however jit ends, and at most the one
/// that was on its way comes twice. Without, a watch begins with what happens from then on.
///
/// The command finds the event on its standard input, and JIT_EVENT_TYPE, JIT_EVENT_ID,
/// JIT_EVENT_ACTOR and JIT_ISSUE_ID in its environment. A web server gets it as the body of a POST,
/// signed with the secret in --secret-file or $JIT_WEBHOOK_SECRET.
#[derive(Args)]
#[command(after_help = "Examples:\n  \
    jit watch --exec 'cat >> events.jsonl' --event-type issue_completed\n  \
    jit watch --exec 'mail -s \"$JIT_EVENT_TYPE\" ada' --cursor mail --once\n  \
    jit watch --webhook https://ci.example.com/jit --secret-file hook.key --cursor ci --sync 60")]
pub(crate) struct WatchArgs {
    /// Run this in a shell for each event
    #[arg(long, value_name = "COMMAND")]
    exec: Option<String>,
    #[command(flatten)]
    webhook: WebhookArgs,
    #[command(flatten)]
    filter: FilterArgs,
    /// Keep what was delivered under this name, or in this file if it has a slash, and go on from there
    #[arg(long, value_name = "NAME|FILE")]
    cursor: Option<String>,
    /// Where there is no cursor yet, begin with the first event there ever was
    #[arg(long)]
    from_start: bool,
    /// Deliver what is new and end
    #[arg(long)]
    once: bool,
    /// Take over what other clones publish, once in so many seconds [default: 30]
    #[arg(id = "sync", long, value_name = "SECONDS", num_args = 0..=1, default_missing_value = "")]
    #[arg(value_parser = SyncUse::parse)]
    sync: Option<SyncUse>,
    /// How often a delivery is tried again [default: 3; a lasting watch tries a web server for ever]
    #[arg(long, value_name = "N")]
    retries: Option<u32>,
    /// Pass over what cannot be delivered, with a warning, instead of ending
    #[arg(long)]
    skip_failed: bool,
    /// How long one attempt may take [default: 5m with --exec, 30s with --webhook]
    #[arg(long, value_name = "DURATION")]
    timeout: Option<String>,
}

/// Where to post events.
#[cfg(feature = "webhook")]
#[derive(Args)]
struct WebhookArgs {
    /// Post each event to this URL
    #[arg(long, value_name = "URL", conflicts_with = "exec")]
    webhook: Option<String>,
    /// Sign with the secret in this file [default: $JIT_WEBHOOK_SECRET]
    #[arg(long, value_name = "FILE", conflicts_with = "exec")]
    secret_file: Option<PathBuf>,
    /// Trust the certificates in this PEM file instead of the usual ones
    #[arg(long, value_name = "FILE", conflicts_with = "exec")]
    ca_file: Option<PathBuf>,
}

/// This program was built without webhooks.
#[cfg(not(feature = "webhook"))]
#[derive(Args)]
struct WebhookArgs {
    #[arg(skip)]
    webhook: Option<String>,
}

impl WatchArgs {
    pub(super) fn run(self, app: &mut App<'_>) -> Result<(), Failure> {
        let every = self.sync.and_then(SyncUse::every);
        if every.is_some() && app.jit.context().remote_use() == RemoteUse::Offline {
            return Err(Failure::usage("--sync talks to the remote: it cannot be --offline"));
        }
        if self.exec.is_none() && self.webhook.webhook.is_none() {
            return Err(Failure::usage(
                "say what is to be done with events: --exec COMMAND, or --webhook URL",
            ));
        }
        let place = self.cursor.as_deref().map(cursor_place).transpose()?;
        if self.once && place.is_none() && !self.from_start {
            return Err(Failure::usage("--once delivers what is new since the last time: name a --cursor"));
        }
        let stop = Stop::on_signals().map_err(UiError::from)?;
        let is_command = self.exec.is_some();
        let timeout = input::secs("timeout", self.timeout.as_deref())?.map(Duration::from_secs);
        let receiver: Box<dyn Receiver> = match self.exec {
            Some(line) => Box::new(Command { line, timeout: timeout.unwrap_or(COMMAND_TIMEOUT) }),
            None => self.webhook.receiver(app.jit.context(), timeout.unwrap_or(WEBHOOK_TIMEOUT))?,
        };
        let filter = self.filter.filter()?;
        let cursor = place.map(|place| app.jit.take_cursor(&place)).transpose()?;
        if self.once && every.is_some() {
            let synced = app.jit.sync(&pull::request())?;
            synced.warnings.iter().for_each(|warning| app.ui.warn(warning));
        }
        let saved = cursor.as_ref().map(Cursor::read).transpose().map_err(ops::Error::from)?.flatten();
        let position = match saved {
            Some(position) => position,
            None if self.from_start => Position::default(),
            None => app.jit.position()?,
        };
        let follower = app.jit.follow(&filter, position.clone())?;
        let puller = every.filter(|_| !self.once);
        let puller = puller.map(|every| Puller::start(app.jit.in_background(), every));
        let retries = self.retries.or((is_command || self.once).then_some(RETRIES));
        Watch::new(app.ui, follower, receiver, cursor, stop)
            .with_patience(retries, self.skip_failed)
            .run(puller.as_ref(), self.once)
    }
}

#[cfg(feature = "webhook")]
impl WebhookArgs {
    fn receiver(self, context: &Context, timeout: Duration) -> Result<Box<dyn Receiver>, Failure> {
        let secret = match &self.secret_file {
            Some(path) => Some(input::file(path)?),
            None => env::webhook_secret().map(OsString::into_encoded_bytes),
        };
        let no_secret = || Failure::usage("the secret is empty");
        let options = WebhookOptions {
            url: self.webhook.unwrap_or_default(),
            secret: secret.map(|secret| Secret::new(&secret).ok_or_else(no_secret)).transpose()?,
            ca: self.ca_file.as_deref().map(input::file).transpose()?,
            timeout,
        };
        let context = context.clone();
        match Webhook::new(options, move || context.now()) {
            Ok(webhook) => Ok(Box::new(webhook)),
            Err(message) => Err(Failure::usage(message)),
        }
    }
}

#[cfg(not(feature = "webhook"))]
impl WebhookArgs {
    fn receiver(self, _: &Context, _: Duration) -> Result<Box<dyn Receiver>, Failure> {
        Err(Failure::usage("this jit was built without webhooks"))
    }
}

/// A name is a cursor of this clone; anything with a slash is a file.
fn cursor_place(text: &str) -> Result<CursorPlace, Failure> {
    if text.contains('/') {
        return Ok(CursorPlace::File(PathBuf::from(text)));
    }
    let is_name = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    if text.is_empty() || text.starts_with('.') || !text.chars().all(is_name) {
        let message = format!("{text:?} is not a name for a cursor: use letters, digits, '-', '_' and '.'");
        return Err(Failure::usage(message));
    }
    Ok(CursorPlace::Named(text.to_owned()))
}

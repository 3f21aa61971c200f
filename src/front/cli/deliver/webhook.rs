//! Posting each event to a web server.
//!
//! Redirects are not followed: what is signed for one receiver must not go to another, and a
//! redirected POST arrives as something else. Certificates are always checked.

use std::sync::Arc;
use std::time::Duration;

use chrono::DateTime;
use ureq::http::{HeaderMap, Response, Uri};
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};
use ureq::{Agent, Body};

use super::signature::Secret;
use super::{Attempt, Receiver};
use crate::front::cli::stop::Stop;
use crate::model::Timestamp;
use crate::store::LoggedEvent;

/// How the signature is sent.
const SIGNATURE: &str = "X-Jit-Signature-256";
const USER_AGENT: &str = concat!("jit/", env!("CARGO_PKG_VERSION"));
/// How much of an answer is shown.
const SHOWN_BYTES: usize = 200;
const MOST_BYTES: u64 = 64 << 10;

/// What is asked of a webhook.
pub(crate) struct WebhookOptions {
    /// Where it is.
    pub(crate) url: String,
    /// What is signed with, if anything.
    pub(crate) secret: Option<Secret>,
    /// Certificates to trust instead of the usual ones, as PEM.
    pub(crate) ca: Option<Vec<u8>>,
    /// How long one attempt may take in all.
    pub(crate) timeout: Duration,
}

/// A web server that takes events.
pub(crate) struct Webhook {
    agent: Agent,
    url: Uri,
    secret: Option<Secret>,
    now: Box<dyn Fn() -> Timestamp>,
}

impl Webhook {
    /// A webhook; or what is wrong with what was asked.
    pub(crate) fn new(
        options: WebhookOptions,
        now: impl Fn() -> Timestamp + 'static,
    ) -> Result<Self, String> {
        let url = parse_url(&options.url)?;
        let mut tls = TlsConfig::builder();
        if let Some(pem) = options.ca {
            tls = tls.root_certs(RootCerts::Specific(Arc::new(certificates(&pem)?)));
        }
        let config = Agent::config_builder()
            .timeout_global(Some(options.timeout))
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            .user_agent(USER_AGENT)
            .tls_config(tls.build());
        Ok(Self { agent: config.build().new_agent(), url, secret: options.secret, now: Box::new(now) })
    }
}

impl Receiver for Webhook {
    fn deliver(&self, event: &LoggedEvent, _: &Stop) -> Attempt {
        let body = event.json.as_bytes();
        let mut request = self
            .agent
            .post(self.url.clone())
            .header("Content-Type", "application/json")
            .header("X-Jit-Event", printable(&event.kind))
            .header("X-Jit-Delivery", event.id.to_string());
        if let Some(secret) = &self.secret {
            request = request.header(SIGNATURE, secret.sign(body));
        }
        match request.send(body) {
            Ok(response) => self.answered(response),
            Err(ureq::Error::Timeout(_)) => {
                Attempt::failed(format!("{} did not answer in time", self.host()))
            }
            Err(ureq::Error::Io(error)) => Attempt::failed(format!("{}: {error}", self.host())),
            Err(error) => Attempt::failed(format!("{}: {error}", self.host())),
        }
    }
}

impl Webhook {
    /// Where it is, without what may be confidential.
    fn host(&self) -> &str {
        self.url.host().unwrap_or_default()
    }

    fn answered(&self, mut response: Response<Body>) -> Attempt {
        let status = response.status();
        // Read to the end, so that the connection can be used again.
        let text = response.body_mut().with_config().limit(MOST_BYTES).lossy_utf8(true).read_to_string();
        if status.is_success() {
            return Attempt::Taken(String::new());
        }
        let host = self.host();
        let location = response.headers().get("Location").and_then(|to| to.to_str().ok());
        let reason = match location {
            Some(to) if status.is_redirection() => {
                format!(
                    "{host} answers {}, and redirects are not followed: it is now at {to}",
                    status.as_u16()
                )
            }
            _ => format!("{host} answers {status}{}", beginning(&text.unwrap_or_default())),
        };
        Attempt::Failed { reason, wait: retry_after(response.headers(), (self.now)()) }
    }
}

fn parse_url(url: &str) -> Result<Uri, String> {
    let parsed: Uri = url.parse().map_err(|error| format!("{url:?} is not a URL: {error}"))?;
    match (parsed.scheme_str(), parsed.authority()) {
        (Some("http" | "https"), Some(authority)) if authority.as_str().contains('@') => {
            Err("the URL has a password in it, which others can see on the command line".to_owned())
        }
        (Some("http" | "https"), Some(authority)) if !authority.host().is_empty() => Ok(parsed),
        _ => Err(format!("{url:?} is not a URL that begins with https:// or http://")),
    }
}

fn certificates(pem: &[u8]) -> Result<Vec<Certificate<'static>>, String> {
    let mut certificates = Vec::new();
    for item in parse_pem(pem) {
        match item {
            Ok(PemItem::Certificate(certificate)) => certificates.push(certificate),
            Ok(_) => {}
            Err(error) => return Err(format!("the certificates cannot be read: {error}")),
        }
    }
    if certificates.is_empty() { Err("there is no certificate in it".to_owned()) } else { Ok(certificates) }
}

/// What may stand in a header.
fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_ascii_graphic() { c } else { '?' }).collect()
}

/// The first line of an answer, if it says anything.
fn beginning(text: &str) -> String {
    let line = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    let end = line.char_indices().map(|(at, _)| at).take_while(|at| *at <= SHOWN_BYTES).last();
    let shown = if line.len() > SHOWN_BYTES { &line[..end.unwrap_or_default()] } else { line };
    if shown.is_empty() { String::new() } else { format!(": {shown}") }
}

/// How long a server asks to be left alone: a number of seconds, or a time.
fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let value = headers.get("Retry-After")?.to_str().ok()?.trim();
    if let Ok(seconds) = value.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let at = DateTime::parse_from_rfc2822(value).ok()?;
    (at.to_utc() - now).to_std().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_urls_of_web_servers_are_taken() {
        for url in ["https://example.com/hook", "http://localhost:8080", "http://[::1]:80/x?y=z"] {
            assert!(parse_url(url).is_ok(), "{url}");
        }
        for url in [
            "",
            "example.com",
            "/hook",
            "ftp://example.com/",
            "file:///etc/passwd",
            "https://",
            "https:// x",
            "http://a:b@c/",
        ] {
            assert!(parse_url(url).is_err(), "{url}");
        }
    }

    #[test]
    fn servers_say_in_two_ways_when_to_come_back() {
        let now = DateTime::parse_from_rfc3339("2026-01-02T03:04:05Z").unwrap().to_utc();
        let after = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert("Retry-After", value.parse().unwrap());
            retry_after(&headers, now).map(|wait| wait.as_secs())
        };
        assert_eq!(after("120"), Some(120));
        assert_eq!(after("Fri, 02 Jan 2026 03:05:05 GMT"), Some(60));
        for value in ["Fri, 02 Jan 2026 03:00:00 GMT", "-1", "soon", ""] {
            assert_eq!(after(value), None, "{value}");
        }
    }

    #[test]
    fn of_an_answer_the_first_line_is_shown() {
        assert_eq!(beginning("\n  no  \nmore"), ": no");
        assert_eq!(beginning(" \n"), "");
        assert_eq!(beginning(&"é".repeat(500)).len(), 2 + SHOWN_BYTES);
    }
}

//! What the server tells its operator: log lines and numbers, never about a person.
//! Must not know what the lines and numbers mean.

pub mod metrics;
pub mod testing;

use crate::config::{Log, LogFormat};
use std::io;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::{SubscriberInitExt, TryInitError};

/// Starts logging to standard error, so that standard output stays for answers.
pub fn init(log: &Log) -> Result<(), TryInitError> {
    let targets: Targets = log.level.parse().unwrap_or_else(|_| fallback());
    let lines = tracing_subscriber::fmt::layer().with_writer(io::stderr);
    let lines = match log.format {
        LogFormat::Text => lines.with_target(true).boxed(),
        LogFormat::Json => lines.json().flatten_event(true).with_span_list(false).boxed(),
    };
    tracing_subscriber::registry().with(lines.with_filter(quiet(targets))).try_init()
}

fn fallback() -> Targets {
    Targets::new().with_default(tracing::Level::INFO)
}

/// Crates below us log whole requests, addresses and SQL with values at their lower levels;
/// they are held at warnings whatever the operator asks for.
fn quiet(targets: Targets) -> Targets {
    let loud = ["hyper", "hyper_util", "reqwest", "rustls", "rustls_acme", "sqlx", "h2"];
    loud.into_iter()
        .fold(targets, |t, name| t.with_target(name, tracing::Level::WARN))
        .with_target(media::LOG_TARGET, tracing::Level::ERROR)
}

/// A few letters that tell two values apart in a log without telling either: for matching
/// lines about one phone number, address or token with each other. New at every start.
#[must_use]
pub fn pseudonym(personal: &str) -> String {
    use hmac::{Hmac, KeyInit, Mac};
    static KEY: std::sync::LazyLock<[u8; 64]> = std::sync::LazyLock::new(crate::adapters::ids::random);
    let mut mac = Hmac::<sha2::Sha256>::new(&(*KEY).into());
    mac.update(personal.as_bytes());
    let digest = mac.finalize().into_bytes();
    digest[..4].iter().map(|b| format!("{b:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use tracing::Level;

    #[test]
    fn crates_that_log_requests_and_values_stay_quiet_at_every_level() {
        let targets = quiet("trace".parse().unwrap());
        assert!(targets.would_enable("server::engine", &Level::TRACE));
        assert!(!targets.would_enable("sqlx::query", &Level::INFO));
        assert!(targets.would_enable("sqlx::query", &Level::WARN));
        assert!(!targets.would_enable("hyper_util::client", &Level::DEBUG));
    }

    #[test]
    fn a_pseudonym_is_steady_and_shows_nothing() {
        assert_eq!(pseudonym("+6281234567"), pseudonym("+6281234567"));
        assert_ne!(pseudonym("+6281234567"), pseudonym("+6281234568"));
        assert_eq!(pseudonym("").len(), 8);
    }
}

//! STUN and TURN servers that pages may use, as operators write them.
//! Must not know who is given which.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Browsers slow down with more.
pub const MAX_SERVERS: usize = 8;
/// Addresses of one server: UDP, TCP and TLS on two ports.
pub const MAX_URLS: usize = 8;
/// RFC 7635 and coturn know no shorter limit; shorter ones are guessed.
const LEAST_SECRET: usize = 16;

/// One server: open (STUN), with a fixed account, or with a secret from which each page gets its own.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct IceServer {
    pub urls: Vec<String>,
    pub username: String,
    pub credential: String,
    /// Shared with the server (coturn: `use-auth-secret`, `static-auth-secret`).
    pub secret: String,
    /// Life of a credential made from the secret.
    pub minutes: u32,
}

impl Default for IceServer {
    fn default() -> Self {
        Self { urls: Vec::new(), username: String::new(), credential: String::new(), secret: String::new(), minutes: 240 }
    }
}

// A credential that reaches a log is a credential lost.
impl fmt::Debug for IceServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IceServer").field("urls", &self.urls).finish_non_exhaustive()
    }
}

/// A sentence for everything that cannot work.
pub(super) fn problems(servers: &[IceServer], wrong: &mut Vec<String>) {
    if servers.len() > MAX_SERVERS {
        wrong.push(format!("media.ice_servers lists {} servers; it may list at most {MAX_SERVERS}", servers.len()));
    }
    for (n, server) in servers.iter().enumerate().take(MAX_SERVERS) {
        let mut say = |what: &str| wrong.push(format!("media.ice_servers, number {}: {what}", n + 1));
        if !(1..=MAX_URLS).contains(&server.urls.len()) || !server.urls.iter().all(|url| is_ice_url(url)) {
            say("urls must list 1 to 8 addresses such as stun:stun.bank.example:3478 or turns:turn.bank.example:443?transport=tcp");
        }
        let relays = server.urls.iter().any(|url| url.starts_with("turn"));
        let (account, secret) = (!server.username.is_empty() || !server.credential.is_empty(), !server.secret.is_empty());
        if account && secret {
            say("give username and credential, or secret, and not both");
        } else if account && (server.username.is_empty() || server.credential.is_empty()) {
            say("username and credential belong together");
        } else if relays && !account && !secret {
            say("a turn server needs a secret, or username and credential");
        } else if secret && server.secret.len() < LEAST_SECRET {
            say("secret must have at least 16 characters");
        }
        if !(10..=1_440).contains(&server.minutes) {
            say("minutes must be from 10 to 1440");
        }
    }
}

/// RFC 7064 and 7065: scheme, host, perhaps a port and a transport.
fn is_ice_url(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else { return false };
    let (place, query) = rest.split_once('?').map_or((rest, None), |(place, query)| (place, Some(query)));
    let plain = place.bytes().all(|b| b.is_ascii_alphanumeric() || b".-:[]".contains(&b));
    let carried = match scheme {
        "stun" | "stuns" => query.is_none(),
        "turn" | "turns" => matches!(query, None | Some("transport=udp" | "transport=tcp")),
        _ => false,
    };
    text.len() <= 300 && !place.is_empty() && plain && carried
}

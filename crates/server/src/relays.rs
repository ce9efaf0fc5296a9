//! STUN and TURN servers for pages, each with credentials of its own that run out.
//! Must not know the configuration file, nor a case.

use crate::config::IceServer as Configured;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::time::Timestamp;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use wire::api::invitations::IceServer;

/// What the operator listed.
#[derive(Clone, Debug, Default)]
pub struct Relays(Vec<Configured>);

impl Relays {
    #[must_use]
    pub fn new(servers: Vec<Configured>) -> Self {
        Self(servers)
    }

    /// The list for one page. `who` is an id, by which the relay tells its users apart.
    #[must_use]
    pub fn of(&self, who: &str, now: Timestamp) -> Vec<IceServer> {
        self.0.iter().map(|server| given(server, who, now)).collect()
    }
}

fn given(server: &Configured, who: &str, now: Timestamp) -> IceServer {
    let (username, credential) = if !server.secret.is_empty() {
        let until = now.as_millis().div_euclid(1_000) + i64::from(server.minutes) * 60;
        let username = format!("{until}:{who}");
        let credential = credential(&server.secret, &username);
        (Some(username), credential)
    } else if server.username.is_empty() {
        (None, None)
    } else {
        (Some(server.username.clone()), Some(server.credential.clone()))
    };
    IceServer { urls: server.urls.clone(), username, credential }
}

/// The TURN REST scheme, which every TURN server speaks: `base64(HMAC-SHA-1(secret, "expiry:user"))`.
fn credential(secret: &str, username: &str) -> Option<String> {
    let mut mac = Hmac::<Sha1>::new_from_slice(secret.as_bytes()).ok()?;
    mac.update(username.as_bytes());
    Some(STANDARD.encode(mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(change: impl FnOnce(&mut Configured)) -> Configured {
        let mut server = Configured { urls: vec!["turn:turn.bank.example:3478".to_owned()], ..Configured::default() };
        change(&mut server);
        server
    }

    #[test]
    fn a_secret_makes_a_credential_that_names_its_end_and_its_page() {
        let relays = Relays::new(vec![server(|s| {
            s.secret = "north wind and sun".to_owned();
            s.minutes = 60;
        })]);
        let now = Timestamp::parse("2026-11-23T09:00:00.9Z").unwrap();
        let mine = relays.of("case_1", now);
        // printf '1795428000:case_1' | openssl dgst -sha1 -hmac 'north wind and sun' -binary | base64
        assert_eq!(mine[0].username.as_deref(), Some("1795428000:case_1"));
        assert_eq!(mine[0].credential.as_deref(), Some("gs1p6SlJgDG/QPchjV0UMi7N5vo="));
        let other = relays.of("case_2", now);
        assert_ne!(mine[0].credential, other[0].credential);
        assert!(!format!("{relays:?}").contains("north wind"));
    }

    #[test]
    fn a_fixed_account_is_given_as_it_is_and_an_open_server_without_one() {
        let fixed = server(|s| {
            s.username = "bank".to_owned();
            s.credential = "word".to_owned();
        });
        let open = server(|s| s.urls = vec!["stun:stun.bank.example".to_owned()]);
        let all = Relays::new(vec![fixed, open]).of("x", Timestamp(0));
        assert_eq!((all[0].username.as_deref(), all[0].credential.as_deref()), (Some("bank"), Some("word")));
        assert_eq!((all[1].username.clone(), all[1].credential.clone()), (None, None));
    }
}

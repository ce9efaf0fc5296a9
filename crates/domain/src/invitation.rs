//! The one-tap link: issue, claim, expire; and the browser it is bound to.
//! Must not know how a token is made or sent.

use crate::digest::Digest;
use crate::ids::{ClientId, InvitationId};
use crate::time::{Span, Timestamp};
use serde::{Deserialize, Serialize};

/// Wrong answers to the case challenge before it locks.
pub const CHALLENGE_TRIES: u8 = 5;
/// How long a link resumes a call that broke off.
pub const RESUME_LIFE: Span = Span::minutes(10);
/// Most links of one case.
pub const MAX_INVITATIONS: u16 = 50;

/// A link that is out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invitation {
    /// Given by the caller.
    pub id: InvitationId,
    /// SHA-256 of the 256-bit token; the token itself is nowhere.
    pub token_hash: Digest,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// When it runs out.
    pub expires_at: Timestamp,
}

/// What a caller provides for a new link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FreshLink {
    /// Id.
    pub id: InvitationId,
    /// Hash of the new token.
    pub token_hash: Digest,
}

/// The browser that holds a link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Binding {
    /// Which browser.
    pub client: ClientId,
    /// SHA-256 of the secret that the browser keeps.
    pub secret_hash: Digest,
    /// When it claimed.
    pub at: Timestamp,
    /// Media of this browser was up while an agent was there: from then on the link is spent.
    pub met: bool,
    /// How many browsers have claimed this case.
    pub devices: u8,
    /// Wrong answers left for another browser.
    pub tries_left: u8,
}

impl Invitation {
    /// Whether the link is past its time.
    #[must_use]
    pub fn expired(&self, now: Timestamp) -> bool {
        now >= self.expires_at
    }
}

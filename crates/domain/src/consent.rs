//! Consent: what was shown and what was agreed to.
//! Must not know the wording.

use crate::digest::Digest;
use crate::pii::Pii;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// Most consents of one case.
pub const MAX_CONSENTS: usize = 50;

/// A consent, as given by a tap.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consent {
    /// When.
    pub at: Timestamp,
    /// Of the text shown (UTF-8).
    pub text_sha256: Digest,
    /// The text shown, so that it can be read years later.
    pub text: String,
    /// Version of the tenant's text.
    pub version: u32,
    /// Locale shown.
    pub locale: String,
    /// Network address.
    pub address: Pii<String>,
    /// Browser's own name.
    pub user_agent: Pii<String>,
    /// What the audit log holds of address and browser.
    pub commitment: Digest,
}

//! What a bank sets about its own look and words: the admin page's "Settings".
//! Must not know what may be set.

use super::agents::CannedReply;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// Everything a bank chooses.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SettingsBody {
    /// The name customers see, 1–60 characters.
    pub brand: String,
    /// `#rrggbb`; white or dark words on it must have a contrast of 4.5.
    pub color: String,
    /// Where "How we use your data" leads: an https address, or `/privacy` for the built-in page.
    pub privacy_url: String,
    /// Where "Go back" leads; absent = nowhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub return_url: Option<String>,
    /// Send the first link by SMS or e-mail too.
    #[serde(default)]
    pub send_first_link: bool,
    /// Supervisors may keep files of recordings, not only watch them; auditors and admins always may.
    #[serde(default)]
    pub supervisors_download: bool,
    /// Origins whose pages may show the customer's page in a frame, at most 20.
    #[serde(default)]
    pub frame_ancestors: Vec<String>,
    /// Own consent texts by locale, 20–600 characters with `{brand}`; a locale without one has the built-in text.
    #[serde(default)]
    pub consent: BTreeMap<String, String>,
    /// Own canned replies, at most 50; one with the key of a built-in reply replaces it.
    #[serde(default)]
    pub canned: Vec<CannedReply>,
    /// Own questions for who is asked some, at most 50; two are drawn at random for a case.
    #[serde(default)]
    pub questions: Vec<OwnQuestion>,
    /// Percent of decisions that somebody looks at again blind.
    #[serde(default = "five")]
    #[schema(minimum = 0, maximum = 100)]
    pub sample_percent: u8,
}

fn five() -> u8 {
    domain::review::SAMPLE_PERCENT
}

/// A question of the bank's own, read aloud by the agent.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OwnQuestion {
    /// Names it in the log: 1–40 of a–z, 0–9 and `_`.
    pub key: String,
    /// Its words by locale, 1–200 characters each.
    pub texts: BTreeMap<String, String>,
}

/// `GET /v1/admin/settings`.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct SettingsView {
    /// Version.
    pub version: u32,
    /// Version of the consent text; grows by itself when its words or the name change.
    pub consent_version: u32,
    /// What is set.
    pub body: SettingsBody,
    /// Locales of the customer's page; the first is the fallback.
    pub locales: Vec<String>,
    /// The built-in consent text of each locale, with `{brand}`.
    pub built_in_consent: BTreeMap<String, String>,
    /// The built-in replies.
    pub built_in_canned: Vec<CannedReply>,
}

/// `PUT /v1/admin/settings`.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SaveSettings {
    /// The version this edit started from; another number now = 409.
    pub from_version: u32,
    /// New settings.
    pub body: SettingsBody,
}

//! The evidence pack of a case, while it is made and when it can be fetched.
//! Must not know what is in it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How a pack stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PackState {
    /// Nobody asked for it, or that was too long ago.
    None,
    /// Being made.
    Working,
    /// To be fetched, for a quarter of an hour.
    Ready,
    /// Could not be made; the reason is in the operator's log.
    Failed,
}

/// Whom a pack is made for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AskPack {
    /// Recipients of age (`age1…`) it is encrypted to, each of whom opens it alone with `age -d`; none makes a plain ZIP.
    #[schema(max_items = 20)]
    pub recipients: Vec<String>,
}

/// The evidence pack of a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PackView {
    /// How it stands.
    pub state: PackState,
    /// How far it is, in thousandths.
    pub permille: u32,
    /// Bytes, once it is ready.
    pub bytes: u64,
    /// What one could expect and is not in it, in sentences.
    pub absent: Vec<String>,
    /// How many recipients it is encrypted to; 0 is a plain ZIP.
    pub recipients: u32,
    /// Where to fetch it, once it is ready; each time is an entry in the log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

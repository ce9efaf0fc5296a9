//! Liveness prompts as both pages show them.
//! Must not decide which comes next.

use crate::terms::{LivenessColor, LivenessNeed, LivenessPart, LivenessPrompt};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A liveness prompt on the customer's screen; the agent's page draws the same from it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PromptView {
    /// Names this prompt in this case.
    pub id: u32,
    /// What to do.
    pub prompt: LivenessPrompt,
    /// The number to read aloud, for `read_number`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// The part of the face to cover, for `cover_part`; left and right are the customer's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<LivenessPart>,
    /// The words to read aloud, for `read_phrase`: indexes into the list of the customer's language.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub words: Option<Vec<u8>>,
    /// Where the dot goes, for `follow_dot`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<Vec<PromptSpot>>,
    /// How the screen lights the face, for `screen_colors`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub colors: Option<Vec<LivenessColor>>,
    /// How long each spot or colour lasts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step_ms: Option<u32>,
    /// What it needs of the customer; an alternative without each is one message away.
    pub needs: Vec<LivenessNeed>,
    /// Seconds it is given. When they are over the agent decides; nothing fails by itself.
    pub seconds: u32,
    /// RFC 3339, when the customer's page showed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shown_at: Option<String>,
    /// The language in which the customer's page showed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
    /// RFC 3339, when its seconds are over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<String>,
    /// The customer said that they cannot do this.
    pub declined: bool,
}

/// A spot on a grid of three by three, 0 to 2 from the customer's upper left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PromptSpot {
    /// Column.
    pub x: u8,
    /// Row.
    pub y: u8,
}

/// One liveness prompt and its outcome.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ChallengeView {
    /// Names this prompt in this case.
    pub id: u32,
    /// What was asked.
    pub prompt: LivenessPrompt,
    /// The number to read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// The part to cover.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<LivenessPart>,
    /// `asked`, `passed`, `failed`, `withdrawn`.
    pub outcome: String,
}

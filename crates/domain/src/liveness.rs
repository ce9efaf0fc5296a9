//! Liveness challenges: a closed list of prompts, what each needs of a person, and how each went.
//! Must not know a random source or a language.

mod draw;

pub use draw::draw;

use crate::ids::SessionId;
use crate::time::{Span, Timestamp};
use serde::{Deserialize, Serialize};

/// Most prompts kept in one case, those that were withdrawn included: a page of them, and an end for a looping page.
pub const MAX_CHALLENGES: usize = 96;
/// How long a prompt is given; when it is over the agent decides, nothing fails by itself.
pub const TIME_LIMIT: Span = Span::seconds(20);
/// How long each spot of a path lasts: slow enough for eyes that follow.
pub const SPOT_MS: u32 = 1_000;
/// How long each colour lasts: under two changes a second, where WCAG 2.3.1 allows three flashes.
pub const COLOR_MS: u32 = 600;
/// Words in each language's list; a phrase is three of them by index.
pub const WORDS: u8 = 32;
/// Words of a phrase.
pub const PHRASE: usize = 3;
/// Spots of a path, on a grid of three by three.
pub const SPOTS: usize = 6;
/// Colours of a sequence: with four to choose from and none twice in a row, 13 bits.
pub const COLORS: usize = 8;

/// What the customer is asked to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Prompt {
    /// Turn the head left.
    TurnLeft,
    /// Turn the head right.
    TurnRight,
    /// Look up.
    LookUp,
    /// Look down.
    LookDown,
    /// Smile.
    Smile,
    /// Blink twice.
    BlinkTwice,
    /// Come closer.
    MoveCloser,
    /// Cover a part of the face with a hand.
    #[serde(alias = "cover_nose")]
    CoverPart,
    /// Read a number aloud.
    ReadNumber,
    /// Read words aloud.
    ReadPhrase,
    /// Pass the document in front of the face.
    PassDocument,
    /// Follow a dot with the eyes.
    FollowDot,
    /// Keep still while the screen lights the face in colours.
    ScreenColors,
}

/// Every prompt that can be drawn.
pub const PROMPTS: [Prompt; 13] = [
    Prompt::TurnLeft,
    Prompt::TurnRight,
    Prompt::LookUp,
    Prompt::LookDown,
    Prompt::Smile,
    Prompt::BlinkTwice,
    Prompt::MoveCloser,
    Prompt::CoverPart,
    Prompt::ReadNumber,
    Prompt::ReadPhrase,
    Prompt::PassDocument,
    Prompt::FollowDot,
    Prompt::ScreenColors,
];

/// What a prompt needs of a person. Who lacks it is given another prompt, and it is not counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Need {
    /// Closing the eyes at will.
    Blink,
    /// Moving head or face.
    Movement,
    /// Speaking.
    Speech,
    /// Hearing one's own voice and the agent's.
    Hearing,
    /// Using a hand.
    Hands,
    /// Seeing the screen.
    Sight,
    /// Bearing light that changes.
    Light,
}

impl Prompt {
    /// What this prompt needs.
    #[must_use]
    pub const fn needs(self) -> &'static [Need] {
        match self {
            Self::TurnLeft | Self::TurnRight | Self::LookUp | Self::LookDown | Self::Smile | Self::MoveCloser => &[Need::Movement],
            Self::BlinkTwice => &[Need::Blink],
            Self::CoverPart | Self::PassDocument => &[Need::Hands],
            // Deaf people speak or not; who asks for an alternative to hearing is not asked to speak by ear.
            Self::ReadNumber | Self::ReadPhrase => &[Need::Speech, Need::Hearing, Need::Sight],
            Self::FollowDot => &[Need::Sight],
            Self::ScreenColors => &[Need::Light],
        }
    }

    /// How long each spot or colour lasts, for prompts that run by themselves.
    #[must_use]
    pub const fn step_ms(self) -> Option<u32> {
        match self {
            Self::FollowDot => Some(SPOT_MS),
            Self::ScreenColors => Some(COLOR_MS),
            Self::TurnLeft
            | Self::TurnRight
            | Self::LookUp
            | Self::LookDown
            | Self::Smile
            | Self::BlinkTwice
            | Self::MoveCloser
            | Self::CoverPart
            | Self::ReadNumber
            | Self::ReadPhrase
            | Self::PassDocument => None,
        }
    }
}

/// A part of the face, left and right as the customer feels them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// Forehead.
    Forehead,
    /// Left eye.
    LeftEye,
    /// Right eye.
    RightEye,
    /// Nose.
    Nose,
    /// Left cheek.
    LeftCheek,
    /// Right cheek.
    RightCheek,
    /// Mouth.
    Mouth,
    /// Chin.
    Chin,
}

/// Every part that can be named.
pub const PARTS: [Part; 8] =
    [Part::Forehead, Part::LeftEye, Part::RightEye, Part::Nose, Part::LeftCheek, Part::RightCheek, Part::Mouth, Part::Chin];

/// A colour of the screen: all of them light, none a saturated red.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Color {
    /// Sky blue.
    Blue,
    /// Mint green.
    Green,
    /// Amber.
    Amber,
    /// Lilac.
    Lilac,
}

/// Every colour of a sequence.
pub const COLOR_SET: [Color; 4] = [Color::Blue, Color::Green, Color::Amber, Color::Lilac];

/// A spot on the grid of three by three: column and row, 0 to 2 from the customer's upper left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Spot {
    /// Column.
    pub x: u8,
    /// Row.
    pub y: u8,
}

/// What was drawn beside the prompt. A bare text is how a number was always kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Detail {
    /// Four digits to read.
    Number(String),
    /// The part to cover.
    Part {
        /// Which.
        part: Part,
    },
    /// Words to read, as indexes into the list of the customer's language.
    Phrase {
        /// [`PHRASE`] different ones below [`WORDS`].
        words: Vec<u8>,
    },
    /// Where the dot goes.
    Path {
        /// [`SPOTS`] of them, none twice in a row.
        path: Vec<Spot>,
    },
    /// How the screen lights the face.
    Colors {
        /// [`COLORS`] of them, none twice in a row.
        colors: Vec<Color>,
    },
}

/// How a challenge went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// On the customer's screen.
    Asked,
    /// The agent saw it done.
    Passed,
    /// The agent did not see it done.
    Failed,
    /// Taken back: the customer cannot do it, or its session is void. Counts for nothing and against nobody.
    Withdrawn,
}

/// When a prompt was on the customer's screen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shown {
    /// When the page said so.
    pub at: Timestamp,
    /// The page's own clock then: a claim, kept as one.
    pub page_at: Timestamp,
    /// The language it was shown in.
    pub locale: String,
}

/// One challenge.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Challenge {
    /// 1, 2, 3, … in this case.
    pub id: u32,
    /// What was asked.
    pub prompt: Prompt,
    /// What was drawn beside it.
    #[serde(default, alias = "number")]
    pub detail: Option<Detail>,
    /// How it went.
    pub outcome: Outcome,
    /// The session it was asked in; none in cases from before this was kept.
    #[serde(default)]
    pub session: Option<SessionId>,
    /// When it was drawn.
    #[serde(default)]
    pub asked_at: Option<Timestamp>,
    /// When the customer's page showed it.
    #[serde(default)]
    pub shown: Option<Shown>,
    /// The customer said that they cannot do this.
    #[serde(default)]
    pub declined: bool,
}

impl Challenge {
    /// The part to cover.
    #[must_use]
    pub fn part(&self) -> Option<Part> {
        match (&self.detail, self.prompt) {
            (Some(Detail::Part { part }), _) => Some(*part),
            // The one part that could be asked for before there were several.
            (None, Prompt::CoverPart) => Some(Part::Nose),
            (None | Some(Detail::Number(_) | Detail::Phrase { .. } | Detail::Path { .. } | Detail::Colors { .. }), _) => None,
        }
    }

    /// When the agent's patience may end: the limit after it was shown, or drawn.
    #[must_use]
    pub fn due(&self) -> Option<Timestamp> {
        let from = self.shown.as_ref().map(|s| s.at).or(self.asked_at)?;
        Some(from + TIME_LIMIT)
    }

    /// Counts as a try of the customer.
    #[must_use]
    pub fn counts(&self) -> bool {
        self.outcome != Outcome::Withdrawn
    }
}

/// SplitMix64 (Steele, Lea, Flood 2014): one step, for draws from a given seed.
#[must_use]
pub const fn split_mix(seed: u64) -> u64 {
    let z = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests;

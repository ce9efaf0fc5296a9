//! Liveness challenges: drawn from a given seed, never twice the same in a case.
//! Must not know a random source.

use serde::{Deserialize, Serialize};

/// Most prompts in one case.
pub const MAX_CHALLENGES: usize = 24;

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
    /// Cover the nose with a hand.
    CoverNose,
    /// Read a number aloud.
    ReadNumber,
}

/// Every prompt that can be drawn.
pub const PROMPTS: [Prompt; 9] = [
    Prompt::TurnLeft,
    Prompt::TurnRight,
    Prompt::LookUp,
    Prompt::LookDown,
    Prompt::Smile,
    Prompt::BlinkTwice,
    Prompt::MoveCloser,
    Prompt::CoverNose,
    Prompt::ReadNumber,
];

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
}

/// One challenge.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Challenge {
    /// 1, 2, 3, … in this case.
    pub id: u32,
    /// What was asked.
    pub prompt: Prompt,
    /// The number to read, for `ReadNumber`.
    pub number: Option<String>,
    /// How it went.
    pub outcome: Outcome,
}

/// SplitMix64 (Steele, Lea, Flood 2014): one step, for draws from a given seed.
#[must_use]
pub const fn split_mix(seed: u64) -> u64 {
    let z = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Draws the next challenge from `seed`: a prompt not asked yet, or, when all were, one that
/// was not the last; a number is never repeated.
#[must_use]
pub fn draw(asked: &[Challenge], seed: u64) -> Challenge {
    let fresh: Vec<Prompt> = PROMPTS.into_iter().filter(|p| asked.iter().all(|c| c.prompt != *p)).collect();
    let last = asked.last().map(|c| c.prompt);
    let again: Vec<Prompt> = PROMPTS.into_iter().filter(|p| Some(*p) != last).collect();
    let pool = if fresh.is_empty() { again } else { fresh };
    let index = usize::try_from(split_mix(seed) % pool.len().max(1) as u64).unwrap_or(0);
    let prompt = pool.get(index).copied().unwrap_or(Prompt::ReadNumber);
    let number = (prompt == Prompt::ReadNumber).then(|| number(asked, seed));
    let id = asked.last().map_or(1, |c| c.id + 1);
    Challenge { id, prompt, number, outcome: Outcome::Asked }
}

fn number(asked: &[Challenge], seed: u64) -> String {
    let mut state = split_mix(seed ^ 0x6e75_6d62);
    loop {
        let text = format!("{:04}", state % 10_000);
        if asked.iter().all(|c| c.number.as_deref() != Some(text.as_str())) {
            return text;
        }
        state = split_mix(state);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn nine_draws_are_nine_different_prompts(seed: u64) {
            let mut asked = Vec::new();
            for n in 0..9u64 {
                asked.push(draw(&asked, seed.wrapping_add(n)));
            }
            let mut prompts: Vec<_> = asked.iter().map(|c| c.prompt).collect();
            prompts.sort();
            prompts.dedup();
            prop_assert_eq!(prompts.len(), 9);
            let tenth = draw(&asked, seed);
            prop_assert_ne!(tenth.prompt, asked[8].prompt);
        }
    }

    #[test]
    fn every_prompt_can_come_first() {
        let mut seen: Vec<_> = (0..500u64).map(|s| draw(&[], s).prompt).collect();
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), PROMPTS.len());
    }
}

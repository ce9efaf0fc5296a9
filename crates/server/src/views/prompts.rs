//! Liveness prompts as wire shapes. Reads only.
//! Must not know whose page shows them.

use domain::case::Case;
use domain::liveness::{Challenge, Detail, Outcome, TIME_LIMIT};
use domain::procedure::Kind;
use wire::api::liveness::{ChallengeView, PromptSpot, PromptView};

/// A prompt of the past or the one that is open, in a line.
pub fn challenge(c: &Challenge) -> ChallengeView {
    let outcome = match c.outcome {
        Outcome::Asked => "asked",
        Outcome::Passed => "passed",
        Outcome::Failed => "failed",
        Outcome::Withdrawn => "withdrawn",
    };
    ChallengeView { id: c.id, prompt: c.prompt.into(), number: number(c), part: c.part().map(Into::into), outcome: outcome.to_owned() }
}

/// The prompt that is on the customer's screen now.
pub fn open(case: &Case) -> Option<PromptView> {
    super::session(case)?;
    let mut all = case.procedure.iter().flat_map(|p| &p.steps).filter(|s| s.kind == Kind::Liveness).flat_map(|s| &s.challenges);
    all.rfind(|c| c.outcome == Outcome::Asked).map(view)
}

fn view(c: &Challenge) -> PromptView {
    let mut view = PromptView {
        id: c.id,
        prompt: c.prompt.into(),
        number: number(c),
        part: c.part().map(Into::into),
        words: None,
        path: None,
        colors: None,
        step_ms: c.prompt.step_ms(),
        needs: c.prompt.needs().iter().map(|n| (*n).into()).collect(),
        seconds: u32::try_from(TIME_LIMIT.as_seconds()).unwrap_or(0),
        shown_at: c.shown.as_ref().map(|s| s.at.to_string()),
        locale: c.shown.as_ref().map(|s| s.locale.clone()),
        due: c.due().map(|d| d.to_string()),
        declined: c.declined,
    };
    match &c.detail {
        None | Some(Detail::Number(_) | Detail::Part { .. }) => {}
        Some(Detail::Phrase { words }) => view.words = Some(words.clone()),
        Some(Detail::Path { path }) => view.path = Some(path.iter().map(|s| PromptSpot { x: s.x, y: s.y }).collect()),
        Some(Detail::Colors { colors }) => view.colors = Some(colors.iter().map(|c| (*c).into()).collect()),
    }
    view
}

fn number(c: &Challenge) -> Option<String> {
    match &c.detail {
        Some(Detail::Number(digits)) => Some(digits.clone()),
        None | Some(Detail::Part { .. } | Detail::Phrase { .. } | Detail::Path { .. } | Detail::Colors { .. }) => None,
    }
}

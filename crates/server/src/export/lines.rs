//! The lines of the case's jurisdiction profile, each with what it rests on. Must not know how a table is drawn.

use super::gather::Material;
use domain::evidence::Recording;
use domain::jurisdiction::profile_or_default;
use domain::procedure::StepState;
use report::Tone;
use serde::Serialize;

/// One line.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Line {
    pub title: String,
    /// Where it stands written.
    pub citation: String,
    /// `met`, `missing`, `waived`.
    pub standing: String,
    /// What meets it, or why nothing does.
    pub evidence: String,
}

impl Line {
    pub fn tone(&self) -> Tone {
        match self.standing.as_str() {
            "met" => Tone::Good,
            "missing" => Tone::Bad,
            _ => Tone::Warn,
        }
    }
}

/// Every line that asked something of this case.
pub(super) fn of(material: &Material) -> Vec<Line> {
    let case = &material.loaded.case;
    let source = profile_or_default(&case.jurisdiction).source;
    let mut lines = Vec::new();
    let mut put = |title: &str, standing: &str, evidence: String| {
        lines.push(Line { title: title.to_owned(), citation: source.to_owned(), standing: standing.to_owned(), evidence });
    };
    match case.consents.last() {
        Some(consent) => put("Consent before the session", "met", format!("Text {} of {}", short(&consent.text_sha256.to_string()), consent.at)),
        None => put("Consent before the session", "missing", "No consent is on file".to_owned()),
    }
    for step in case.procedure.iter().flat_map(|p| &p.steps).filter(|s| s.mandatory) {
        let images: Vec<String> = step.evidence.iter().map(ToString::to_string).collect();
        let passed = step.challenges.iter().filter(|c| c.outcome == domain::liveness::Outcome::Passed).count();
        let proof = match (images.is_empty(), passed) {
            (false, _) => format!("Images {}", images.iter().map(|id| tail(id)).collect::<Vec<_>>().join(", ")),
            (true, 0) => "Seen by the agent in the recording".to_owned(),
            (true, n) => format!("{n} of {} drawn prompts passed", step.challenges.len()),
        };
        let title = super::words::step(step.kind.key());
        match &step.state {
            StepState::Done => put(&title, "met", proof),
            StepState::Waived { reason, .. } => put(&title, "waived", reason.reveal().clone()),
            StepState::Pending => put(&title, "missing", "The step is open".to_owned()),
            StepState::Failed => put(&title, "missing", "The step failed".to_owned()),
        }
    }
    for session in case.every_session() {
        match session.recording {
            Recording::Sealed { segments, head } => {
                put("The session is recorded", "met", format!("{segments} sealed segments, head {}", short(&head.to_string())));
            }
            Recording::Off | Recording::Running { .. } | Recording::Failed { .. } => {
                put("The session is recorded", "missing", "The recording is not complete".to_owned());
            }
        }
    }
    lines
}

/// The first digits of a hash: the whole stands in the annex.
pub(super) fn short(hash: &str) -> String {
    hash.get(..12).map_or_else(|| hash.to_owned(), |head| format!("{head}…"))
}

/// The last digits of an id.
pub(super) fn tail(id: &str) -> String {
    id.len().checked_sub(8).and_then(|at| id.get(at..)).map_or_else(|| id.to_owned(), |tail| format!("…{tail}"))
}

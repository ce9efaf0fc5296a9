//! The procedure: ordered steps built from failure reasons and the jurisdiction profile.
//! Makes `Complete`, the proof without which nobody is verified. Must not know a screen.

use crate::digest::Digest;
use crate::evidence::Slot;
use crate::ground::Ground;
use crate::ids::{EvidenceId, SessionId};
use crate::jurisdiction::Profile;
use crate::liveness::{Challenge, Need, Outcome, split_mix};
use crate::pii::Pii;
use crate::refusal::{Code, Refusal};
use crate::report::{ClaimedData, FailureReason};
use serde::{Deserialize, Serialize};

/// Most stills bound to one step.
pub const MAX_STEP_EVIDENCE: usize = 12;

/// What kind of work a step asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Greet and have the consent said aloud.
    Greet,
    /// Photograph the front.
    DocumentFront,
    /// Photograph the back.
    DocumentBack,
    /// Photograph the tilted document.
    DocumentTilt,
    /// Photograph the face and compare it.
    PortraitMatch,
    /// Random prompts.
    Liveness,
    /// Ask what the customer should know.
    Questions,
    /// A code sent to the phone or e-mail on file.
    OneTimeCode,
    /// The customer states own will and purpose.
    Declaration,
    /// Decide.
    Decision,
}

impl Kind {
    /// The image a step of this kind wants.
    #[must_use]
    pub const fn slot(self) -> Option<Slot> {
        match self {
            Self::DocumentFront => Some(Slot::DocumentFront),
            Self::DocumentBack => Some(Slot::DocumentBack),
            Self::DocumentTilt => Some(Slot::DocumentTilt),
            Self::PortraitMatch => Some(Slot::Portrait),
            Self::Greet | Self::Liveness | Self::Questions | Self::OneTimeCode | Self::Declaration | Self::Decision => None,
        }
    }

    /// Its key in a procedure; a kind occurs once.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Greet => "greet",
            Self::DocumentFront => "document_front",
            Self::DocumentBack => "document_back",
            Self::DocumentTilt => "document_tilt",
            Self::PortraitMatch => "portrait_match",
            Self::Liveness => "liveness",
            Self::Questions => "questions",
            Self::OneTimeCode => "one_time_code",
            Self::Declaration => "declaration",
            Self::Decision => "decision",
        }
    }
}

/// Where a step stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum StepState {
    /// Open.
    Pending,
    /// Done with its evidence.
    Done,
    /// Tried and failed.
    Failed,
    /// Waived.
    Waived {
        /// Why.
        reason: Pii<String>,
        /// What the audit log holds of it.
        commitment: Digest,
    },
}

/// How a question was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// As on file.
    Match,
    /// Not as on file.
    NoMatch,
    /// Not asked.
    NotAsked,
}

/// A question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// `full_name`, `birth_date`, `address`, `document_number`, `purpose`.
    pub key: String,
    /// How it was answered.
    pub answer: Answer,
}

/// One step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// Kind; also names it.
    pub kind: Kind,
    /// Where it stands.
    pub state: StepState,
    /// Without it (or a waiver) nobody is verified.
    pub mandatory: bool,
    /// May be waived.
    pub waivable: bool,
    /// Stills bound to it, oldest first.
    pub evidence: Vec<EvidenceId>,
    /// Prompts drawn for it.
    pub challenges: Vec<Challenge>,
    /// Prompts that must pass.
    pub challenges_wanted: u8,
    /// Questions drawn for it.
    pub questions: Vec<Question>,
    /// The session in which it was closed; none while it is open, and in cases from before this was kept.
    #[serde(default)]
    pub session: Option<SessionId>,
    /// What the customer cannot do: no prompt that needs it is drawn.
    #[serde(default)]
    pub cannot: Vec<Need>,
    /// The customer looks at each photograph and agrees before it is sent.
    #[serde(default)]
    pub review: bool,
}

/// The ordered steps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Procedure {
    /// In the order in which the agent is led.
    pub steps: Vec<Step>,
}

/// Proof that every mandatory step has evidence or a waiver and that the recording holds.
/// Only [`Procedure::complete`] makes one.
#[derive(Debug)]
pub struct Complete(());

impl Procedure {
    /// The built-in procedure for these reasons under this profile.
    #[must_use]
    pub fn build(reasons: &[FailureReason], profile: &Profile, claimed: &ClaimedData, seed: u64) -> Self {
        let mut kinds = vec![Kind::Greet];
        for reason in reasons {
            kinds.extend_from_slice(kinds_for(*reason));
        }
        kinds.extend(profile.tilt.then_some(Kind::DocumentTilt));
        kinds.extend(profile.questions.then_some(Kind::Questions));
        kinds.extend(profile.declaration.then_some(Kind::Declaration));
        kinds.push(Kind::Decision);
        kinds.sort_unstable();
        kinds.dedup();
        let steps = kinds
            .into_iter()
            .map(|kind| Step {
                kind,
                state: StepState::Pending,
                mandatory: kind != Kind::Decision,
                waivable: profile.waivers && !matches!(kind, Kind::Greet | Kind::Decision),
                evidence: Vec::new(),
                challenges: Vec::new(),
                challenges_wanted: if kind == Kind::Liveness { profile.liveness_prompts } else { 0 },
                questions: if kind == Kind::Questions { questions(claimed, seed) } else { Vec::new() },
                session: None,
                cannot: Vec::new(),
                review: profile.photo_review && kind.slot().is_some(),
            })
            .collect();
        Self { steps }
    }

    /// The step of that key.
    ///
    /// # Errors
    /// `unknown_step`.
    pub fn step(&self, key: &str, input: &'static str) -> Result<&Step, Refusal> {
        self.steps.iter().find(|s| s.kind.key() == key).ok_or(Refusal::new(Code::UnknownStep, input, "live"))
    }

    pub(crate) fn step_mut(&mut self, key: &str, input: &'static str) -> Result<&mut Step, Refusal> {
        self.steps.iter_mut().find(|s| s.kind.key() == key).ok_or(Refusal::new(Code::UnknownStep, input, "live"))
    }

    /// Binds a still to the step that asked for it.
    pub(crate) fn bind(&mut self, key: &str, slot: Slot, id: EvidenceId) -> Result<(), Refusal> {
        let step = self.step_mut(key, "still")?;
        if step.kind.slot() != Some(slot) {
            return Err(Refusal::new(Code::EvidenceMismatch, "still", "live"));
        }
        if step.evidence.len() >= MAX_STEP_EVIDENCE {
            return Err(Refusal::new(Code::LimitReached, "still", "live"));
        }
        step.evidence.push(id);
        Ok(())
    }

    /// What still keeps this procedure from being complete, as stable codes with the step's key.
    #[must_use]
    pub fn open(&self, ground: &Ground) -> Vec<String> {
        let mut open: Vec<String> =
            self.steps.iter().filter(|s| s.mandatory && !s.closed(ground)).map(|s| format!("step:{}", s.kind.key())).collect();
        if !ground.recorded() {
            open.push("recording".to_owned());
        }
        open
    }

    /// The proof a verdict "verified" needs.
    ///
    /// # Errors
    /// `steps_incomplete`, `recording_not_sealed`.
    pub fn complete(&self, ground: &Ground) -> Result<Complete, Refusal> {
        if !self.steps.iter().all(|s| !s.mandatory || s.closed(ground)) {
            return Err(Refusal::new(Code::StepsIncomplete, "decide", "live"));
        }
        if !ground.recorded() {
            return Err(Refusal::new(Code::RecordingNotSealed, "decide", "live"));
        }
        Ok(Complete(()))
    }

    /// Opens every step again: the fresh start that some profiles ask for after an interruption.
    /// Prompts stay on record so that none is asked twice.
    pub(crate) fn restart(&mut self) {
        for step in &mut self.steps {
            step.state = StepState::Pending;
            step.session = None;
            step.evidence.clear();
            step.questions.iter_mut().for_each(|q| q.answer = Answer::NotAsked);
            step.challenges.iter_mut().filter(|c| c.outcome != Outcome::Failed).for_each(|c| c.outcome = Outcome::Withdrawn);
        }
    }

    /// Takes back what was asked in a session that is over.
    pub(crate) fn hush(&mut self) {
        let open = self.steps.iter_mut().flat_map(|s| &mut s.challenges).filter(|c| c.outcome == Outcome::Asked);
        open.for_each(|c| c.outcome = Outcome::Withdrawn);
    }
}

impl Step {
    /// Whether the evidence this kind of step needs is there.
    #[must_use]
    pub fn has_evidence(&self) -> bool {
        match self.kind {
            Kind::DocumentFront | Kind::DocumentBack | Kind::DocumentTilt | Kind::PortraitMatch => !self.evidence.is_empty(),
            Kind::Liveness => self.passed() >= usize::from(self.challenges_wanted),
            Kind::Questions => {
                let matched = self.questions.iter().filter(|q| q.answer == Answer::Match).count();
                matched > 0 && self.questions.iter().all(|q| q.answer != Answer::NoMatch)
            }
            Kind::Greet | Kind::Declaration | Kind::Decision => true,
            Kind::OneTimeCode => false,
        }
    }

    /// Prompts passed.
    #[must_use]
    pub fn passed(&self) -> usize {
        self.challenges.iter().filter(|c| c.outcome == Outcome::Passed).count()
    }

    /// Whether what it stands on counts.
    #[must_use]
    pub fn stands(&self, ground: &Ground) -> bool {
        let kept = match self.kind {
            Kind::DocumentFront | Kind::DocumentBack | Kind::DocumentTilt | Kind::PortraitMatch => {
                self.evidence.iter().any(|e| ground.shows(*e))
            }
            Kind::Liveness => {
                let passed = self.challenges.iter().filter(|c| c.outcome == Outcome::Passed && ground.holds(c.session)).count();
                passed >= usize::from(self.challenges_wanted)
            }
            Kind::Greet | Kind::Questions | Kind::OneTimeCode | Kind::Declaration | Kind::Decision => true,
        };
        kept && self.has_evidence()
    }

    /// Whether it is done or waived, in a session that counts and on what counts.
    #[must_use]
    pub fn closed(&self, ground: &Ground) -> bool {
        match self.state {
            StepState::Done => ground.holds(self.session) && self.stands(ground),
            StepState::Waived { .. } => ground.holds(self.session),
            StepState::Pending | StepState::Failed => false,
        }
    }
}

fn kinds_for(reason: FailureReason) -> &'static [Kind] {
    use FailureReason as R;
    match reason {
        R::DocumentGlare | R::DocumentBlur | R::DocumentDark | R::DocumentShadow | R::DocumentCropped | R::DocumentLowResolution => {
            &[Kind::DocumentFront, Kind::PortraitMatch]
        }
        R::DocumentObscured | R::DocumentDamaged => &[Kind::DocumentFront, Kind::DocumentBack, Kind::PortraitMatch],
        R::DocumentExpired | R::DocumentUnsupported | R::DocumentRecentlyIssued => {
            &[Kind::DocumentFront, Kind::DocumentBack, Kind::DocumentTilt, Kind::PortraitMatch, Kind::Questions]
        }
        R::FaceMismatch | R::LivenessFailed => &[Kind::DocumentFront, Kind::PortraitMatch, Kind::Liveness],
        R::NameMismatch | R::DataMismatch => &[Kind::DocumentFront, Kind::PortraitMatch, Kind::Questions],
        R::TechnicalFailure => &[Kind::DocumentFront, Kind::PortraitMatch, Kind::Liveness],
        R::SuspectedTampering | R::SuspectedImpersonation | R::ConfirmedFraud => {
            &[Kind::DocumentFront, Kind::DocumentBack, Kind::DocumentTilt, Kind::PortraitMatch, Kind::Liveness, Kind::Questions]
        }
    }
}

/// Three questions drawn from what is on file, in an order nobody can predict; purpose is always among them.
fn questions(claimed: &ClaimedData, seed: u64) -> Vec<Question> {
    let mut keys = vec!["full_name"];
    keys.extend(claimed.birth_date.is_some().then_some("birth_date"));
    keys.extend(claimed.address.is_some().then_some("address"));
    keys.extend(claimed.document_number.is_some().then_some("document_number"));
    let mut state = split_mix(seed);
    let mut drawn = vec!["purpose"];
    while drawn.len() < 3 && !keys.is_empty() {
        let index = usize::try_from(state % keys.len() as u64).unwrap_or(0);
        drawn.push(keys.swap_remove(index));
        state = split_mix(state);
    }
    let turn = usize::try_from(state % drawn.len() as u64).unwrap_or(0);
    drawn.rotate_left(turn);
    drawn.into_iter().map(|key| Question { key: key.to_owned(), answer: Answer::NotAsked }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{Evidence, Recording, Source};
    use crate::ids::AgentId;
    use crate::jurisdiction::profile;
    use crate::session::{Session, State};
    use crate::time::Timestamp;
    use std::collections::BTreeSet;

    const HERE: SessionId = SessionId(1);

    fn ground(recording: Recording, images: &[u128]) -> Ground {
        let session = Session {
            id: HERE,
            agent: AgentId(1),
            started_at: Timestamp(0),
            state: State::Live,
            up: BTreeSet::new(),
            recording,
            drops: 0,
            commands: Vec::new(),
        };
        let evidence: Vec<Evidence> = images.iter().map(|id| image(*id)).collect();
        Ground::new(Some(&session), std::iter::empty(), &evidence)
    }

    fn image(id: u128) -> Evidence {
        Evidence {
            id: EvidenceId(id),
            slot: Slot::DocumentFront,
            source: Source::Live,
            step: None,
            session: Some(HERE),
            at: Timestamp(0),
            width: 1,
            height: 1,
            bytes: 1,
            sha256: Digest::of(b"a"),
            sealed: Digest::of(b"b"),
            shown_sealed: Digest::of(b"c"),
            stream_width: None,
            void: false,
        }
    }

    fn built(reasons: &[FailureReason], code: &str) -> Procedure {
        Procedure::build(reasons, profile(code).unwrap(), &ClaimedData::default(), 7)
    }

    fn keys(p: &Procedure) -> Vec<&str> {
        p.steps.iter().map(|s| s.kind.key()).collect()
    }

    #[test]
    fn steps_follow_the_reasons_and_the_profile() {
        assert_eq!(keys(&built(&[FailureReason::DocumentGlare], "default")), ["greet", "document_front", "portrait_match", "decision"]);
        assert_eq!(
            keys(&built(&[FailureReason::LivenessFailed], "DE")),
            ["greet", "document_front", "document_tilt", "portrait_match", "liveness", "questions", "declaration", "decision"]
        );
    }

    #[test]
    fn nothing_is_complete_without_every_mandatory_step_and_a_healthy_recording() {
        let running = Recording::Running { segments: 1, head: None };
        let mut p = built(&[FailureReason::DocumentGlare], "default");
        assert_eq!(p.open(&ground(Recording::Off, &[])), ["step:greet", "step:document_front", "step:portrait_match", "recording"]);
        for step in &mut p.steps {
            step.state = StepState::Done;
            step.session = Some(HERE);
            step.evidence = vec![EvidenceId(7)];
        }
        assert!(p.complete(&ground(running, &[7])).is_ok());
        assert_eq!(p.open(&ground(running, &[8])), ["step:document_front", "step:portrait_match"], "the images they name are not there");
        for bad in [Recording::Off, Recording::Running { segments: 0, head: None }, Recording::Failed { segments: 9, head: None }] {
            assert_eq!(p.complete(&ground(bad, &[7])).unwrap_err().code, Code::RecordingNotSealed);
        }
        p.steps[0].session = Some(SessionId(2));
        assert_eq!(p.open(&ground(running, &[7])), ["step:greet"], "done in a session that does not count");
        p.steps[0].session = Some(HERE);
        p.steps[1].state = StepState::Failed;
        assert_eq!(p.complete(&ground(running, &[7])).unwrap_err().code, Code::StepsIncomplete);
    }

    #[test]
    fn a_still_of_the_wrong_kind_is_refused() {
        let mut p = built(&[FailureReason::DocumentGlare], "default");
        assert_eq!(p.bind("document_front", Slot::Portrait, EvidenceId(1)).unwrap_err().code, Code::EvidenceMismatch);
        assert_eq!(p.bind("nothing", Slot::Portrait, EvidenceId(1)).unwrap_err().code, Code::UnknownStep);
    }
}

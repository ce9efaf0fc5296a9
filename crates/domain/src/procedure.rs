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
use std::collections::BTreeMap;

/// Most stills bound to one step.
pub const MAX_STEP_EVIDENCE: usize = 12;

/// Most questions of a tenant's own set.
pub const MAX_OWN: usize = 50;
/// Of these so many are asked in one case: the customer's patience is short.
const OWN_DRAWN: usize = 2;

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
    /// Ask where the customer's device is.
    Location,
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
            Self::Greet | Self::Liveness | Self::Questions | Self::OneTimeCode | Self::Location | Self::Declaration | Self::Decision => {
                None
            }
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
            Self::Location => "location",
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
    /// `full_name`, `birth_date`, `address`, `document_number`, `document_expiry`, `phone`, `purpose`, or the tenant's own.
    pub key: String,
    /// How it was answered.
    pub answer: Answer,
    /// The tenant's own words by locale, as they were when the question was drawn.
    #[serde(default)]
    pub text: BTreeMap<String, String>,
}

/// A question of the tenant's own set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnQuestion {
    /// Names it in the log.
    pub key: String,
    /// Its words by locale.
    pub text: BTreeMap<String, String>,
}

/// What is on file of a customer.
#[derive(Clone, Copy, Debug)]
pub struct OnFile<'a> {
    /// As typed in the bank's form.
    pub claimed: &'a ClaimedData,
    /// A phone number is on file.
    pub phone: bool,
    /// A mailbox is on file.
    pub email: bool,
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
    /// The session in which what it asks for was shown to the server itself: the code typed, the place told.
    #[serde(default)]
    pub proven: Option<SessionId>,
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
    pub fn build(reasons: &[FailureReason], profile: &Profile, on_file: &OnFile<'_>, seed: u64) -> Self {
        let mut kinds = vec![Kind::Greet];
        for reason in reasons {
            kinds.extend_from_slice(kinds_for(*reason));
        }
        // A code nobody can receive proves nothing; a profile that insists on one keeps its step all the same.
        if !(on_file.phone || on_file.email) {
            kinds.retain(|kind| *kind != Kind::OneTimeCode);
        }
        kinds.extend(profile.one_time_code.then_some(Kind::OneTimeCode));
        kinds.extend(profile.location.then_some(Kind::Location));
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
                session: None,
                cannot: Vec::new(),
                review: profile.photo_review && kind.slot().is_some(),
                questions: if kind == Kind::Questions { questions(on_file, seed) } else { Vec::new() },
                proven: None,
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

    /// What a step asks for was shown to the server itself.
    pub(crate) fn prove(&mut self, kind: Kind, session: SessionId, input: &'static str) -> Result<(), Refusal> {
        self.step_mut(kind.key(), input)?.proven = Some(session);
        Ok(())
    }

    /// Draws of the tenant's own questions too, once, before anybody answered, and mixes the order anew;
    /// the drawn keys in the order in which they will be asked.
    pub(crate) fn ask_too(&mut self, set: &[OwnQuestion], seed: u64) -> Option<Vec<String>> {
        let step = self.steps.iter_mut().find(|s| s.kind == Kind::Questions)?;
        let untouched = step.questions.iter().all(|q| q.answer == Answer::NotAsked && q.text.is_empty());
        let mut pool: Vec<&OwnQuestion> = set.iter().take(MAX_OWN).filter(|own| step.questions.iter().all(|q| q.key != own.key)).collect();
        if pool.is_empty() || !untouched {
            return None;
        }
        let mut state = split_mix(seed);
        for _ in 0..OWN_DRAWN.min(pool.len()) {
            let own = pool.swap_remove(pick(&mut state, pool.len()));
            step.questions.push(Question { key: own.key.clone(), answer: Answer::NotAsked, text: own.text.clone() });
        }
        for last in (1..step.questions.len()).rev() {
            step.questions.swap(last, pick(&mut state, last + 1));
        }
        Some(step.questions.iter().map(|q| q.key.clone()).collect())
    }

    /// Opens every step again: the fresh start that some profiles ask for after an interruption.
    /// Prompts stay on record so that none is asked twice.
    pub(crate) fn restart(&mut self) {
        self.steps.iter_mut().for_each(Step::restart);
    }

    /// Opens one step again, for a checker who wants it done once more.
    pub(crate) fn reopen(&mut self, key: &str) -> Result<(), Refusal> {
        self.step_mut(key, "give_review")?.restart();
        Ok(())
    }

    /// Takes back what was asked in a session that is over.
    pub(crate) fn hush(&mut self) {
        let open = self.steps.iter_mut().flat_map(|s| &mut s.challenges).filter(|c| c.outcome == Outcome::Asked);
        open.for_each(|c| c.outcome = Outcome::Withdrawn);
    }
}

impl Step {
    fn restart(&mut self) {
        self.state = StepState::Pending;
        self.session = None;
        self.evidence.clear();
        self.proven = None;
        self.questions.iter_mut().for_each(|q| q.answer = Answer::NotAsked);
        self.challenges.iter_mut().filter(|c| c.outcome != Outcome::Failed).for_each(|c| c.outcome = Outcome::Withdrawn);
    }

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
            Kind::OneTimeCode | Kind::Location => self.proven.is_some(),
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
            Kind::OneTimeCode | Kind::Location => ground.holds(self.proven),
            Kind::Greet | Kind::Questions | Kind::Declaration | Kind::Decision => true,
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
        R::NameMismatch | R::DataMismatch => &[Kind::DocumentFront, Kind::PortraitMatch, Kind::Questions, Kind::OneTimeCode],
        R::TechnicalFailure => &[Kind::DocumentFront, Kind::PortraitMatch, Kind::Liveness],
        R::SuspectedTampering | R::SuspectedImpersonation | R::ConfirmedFraud => {
            &[Kind::DocumentFront, Kind::DocumentBack, Kind::DocumentTilt, Kind::PortraitMatch, Kind::Liveness, Kind::Questions]
        }
    }
}

/// Names of the questions that come from the case itself; a tenant's own have others.
pub const FROM_THE_CASE: [&str; 7] = ["purpose", "full_name", "birth_date", "address", "document_number", "document_expiry", "phone"];

/// Three questions drawn from what is on file, in an order nobody can predict; purpose is always among them.
fn questions(on_file: &OnFile<'_>, seed: u64) -> Vec<Question> {
    let claimed = on_file.claimed;
    let mut keys = vec!["full_name"];
    keys.extend(claimed.birth_date.is_some().then_some("birth_date"));
    keys.extend(claimed.address.is_some().then_some("address"));
    keys.extend(claimed.document_number.is_some().then_some("document_number"));
    keys.extend(claimed.document_expiry.is_some().then_some("document_expiry"));
    keys.extend(on_file.phone.then_some("phone"));
    let mut state = split_mix(seed);
    let mut drawn = vec!["purpose"];
    while drawn.len() < 3 && !keys.is_empty() {
        drawn.push(keys.swap_remove(pick(&mut state, keys.len())));
    }
    for last in (1..drawn.len()).rev() {
        drawn.swap(last, pick(&mut state, last + 1));
    }
    drawn.into_iter().map(|key| Question { key: key.to_owned(), answer: Answer::NotAsked, text: BTreeMap::new() }).collect()
}

/// One of `0..of`, and the next state.
fn pick(state: &mut u64, of: usize) -> usize {
    *state = split_mix(*state);
    usize::try_from(*state % of.max(1) as u64).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{Evidence, Recording, Source};
    use crate::ids::AgentId;
    use crate::jurisdiction::profile;
    use crate::session::Session;
    use crate::time::Timestamp;

    const HERE: SessionId = SessionId(1);

    fn ground(recording: Recording, images: &[u128]) -> Ground {
        let session = Session { recording, ..Session::joining(HERE, AgentId(1), Timestamp(0)) };
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
            of: None,
        }
    }

    fn built(reasons: &[FailureReason], code: &str) -> Procedure {
        Procedure::build(reasons, profile(code).unwrap(), &OnFile { claimed: &ClaimedData::default(), phone: true, email: false }, 7)
    }

    fn keys(p: &Procedure) -> Vec<&str> {
        p.steps.iter().map(|s| s.kind.key()).collect()
    }

    #[test]
    fn steps_follow_the_reasons_and_the_profile() {
        assert_eq!(keys(&built(&[FailureReason::DocumentGlare], "default")), ["greet", "document_front", "portrait_match", "decision"]);
        assert_eq!(
            keys(&built(&[FailureReason::LivenessFailed], "DE")),
            [
                "greet",
                "document_front",
                "document_tilt",
                "portrait_match",
                "liveness",
                "questions",
                "one_time_code",
                "declaration",
                "decision"
            ]
        );
        assert_eq!(
            keys(&built(&[FailureReason::DocumentGlare], "IN")),
            ["greet", "document_front", "portrait_match", "questions", "location", "decision"]
        );
    }

    #[test]
    fn a_name_is_recovered_by_questions_and_a_code_where_a_code_can_go() {
        let with = ["greet", "document_front", "portrait_match", "questions", "one_time_code", "decision"];
        assert_eq!(keys(&built(&[FailureReason::NameMismatch], "default")), with);
        let claimed = ClaimedData::default();
        let nobody = OnFile { claimed: &claimed, phone: false, email: false };
        let unreachable = Procedure::build(&[FailureReason::NameMismatch], profile("default").unwrap(), &nobody, 7);
        assert!(!keys(&unreachable).contains(&"one_time_code"));
        let insisting = Procedure::build(&[FailureReason::NameMismatch], profile("DE").unwrap(), &nobody, 7);
        assert!(keys(&insisting).contains(&"one_time_code"), "what a regulator asks for is not dropped in silence");
    }

    fn own(count: usize) -> Vec<OwnQuestion> {
        let text = BTreeMap::from([("en".to_owned(), "Which branch?".to_owned())]);
        (0..count).map(|n| OwnQuestion { key: format!("own_{n}"), text: text.clone() }).collect()
    }

    #[test]
    fn the_tenants_own_questions_join_those_of_the_case_once_and_in_varying_order() {
        let mut orders = std::collections::BTreeSet::new();
        for seed in 0..200 {
            let mut p = built(&[FailureReason::NameMismatch], "default");
            let keys = p.ask_too(&own(9), seed).unwrap();
            assert_eq!(keys.iter().filter(|k| k.starts_with("own_")).count(), 2);
            assert!(keys.contains(&"purpose".to_owned()));
            assert_eq!(keys.iter().collect::<std::collections::BTreeSet<_>>().len(), keys.len(), "none twice");
            assert_eq!(p.ask_too(&own(9), seed + 1), None, "drawn once");
            orders.insert(keys);
        }
        assert!(orders.len() > 100, "{} orders of 200 draws", orders.len());
        let mut answered = built(&[FailureReason::NameMismatch], "default");
        answered.step_mut("questions", "t").unwrap().questions[0].answer = Answer::Match;
        assert_eq!(answered.ask_too(&own(9), 1), None, "too late");
        assert_eq!(built(&[FailureReason::DocumentGlare], "default").ask_too(&own(9), 1), None, "no such step");
        assert_eq!(built(&[FailureReason::NameMismatch], "default").ask_too(&[], 1), None);
    }

    #[test]
    fn what_the_server_must_see_itself_is_no_evidence_before_it_did() {
        let running = Recording::Running { segments: 1, head: None };
        let mut p = built(&[FailureReason::NameMismatch], "IN");
        for kind in [Kind::OneTimeCode, Kind::Location] {
            assert!(!p.step(kind.key(), "t").unwrap().has_evidence());
            p.prove(kind, HERE, "t").unwrap();
            let step = p.step(kind.key(), "t").unwrap();
            assert!(step.has_evidence() && step.stands(&ground(running, &[])));
            p.prove(kind, SessionId(9), "t").unwrap();
            assert!(!p.step(kind.key(), "t").unwrap().stands(&ground(running, &[])), "another session's");
        }
        p.restart();
        assert!(!p.step("location", "t").unwrap().has_evidence(), "a fresh start");
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

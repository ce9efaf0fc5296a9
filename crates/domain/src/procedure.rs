//! The procedure: ordered steps built from failure reasons and the jurisdiction profile.
//! Makes `Complete`, the proof without which nobody is verified. Must not know a screen.

use crate::digest::Digest;
use crate::evidence::Slot;
use crate::features::{self, Feature, Mark};
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
    /// Look for security features that were drawn.
    SecurityFeatures,
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
            Self::DocumentTilt | Self::SecurityFeatures => Some(Slot::DocumentTilt),
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
            Self::SecurityFeatures => "security_features",
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
    /// Security features drawn for it, and what was seen.
    #[serde(default)]
    pub features: Vec<Mark>,
    /// How many must be seen, of how many categories.
    #[serde(default)]
    pub features_wanted: (u8, u8),
    /// It ends the session: it counts only after every other mandatory step. Kept here, because a session that began
    /// before its profile asked for that is asked for no more.
    #[serde(default)]
    pub last: bool,
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
        let demanded = profile.steps(on_file.claimed);
        kinds.extend(&demanded);
        kinds.push(Kind::Decision);
        kinds.sort_unstable();
        kinds.dedup();
        let mut steps: Vec<Step> = kinds
            .into_iter()
            .map(|kind| Step {
                kind,
                state: StepState::Pending,
                mandatory: kind != Kind::Decision,
                waivable: profile.waivers && !matches!(kind, Kind::Greet | Kind::Decision) && !demanded.contains(&kind),
                evidence: Vec::new(),
                challenges: Vec::new(),
                challenges_wanted: if kind == Kind::Liveness { profile.liveness_prompts } else { 0 },
                session: None,
                cannot: Vec::new(),
                review: profile.photo_review && kind.slot().is_some(),
                questions: if kind == Kind::Questions { questions(on_file, seed) } else { Vec::new() },
                proven: None,
                features: if kind == Kind::SecurityFeatures { drawn(profile, seed) } else { Vec::new() },
                features_wanted: if kind == Kind::SecurityFeatures { profile.features().unwrap_or_default() } else { (0, 0) },
                last: kind == Kind::OneTimeCode && profile.code_last,
            })
            .collect();
        steps.sort_by_key(Step::place);
        Self { steps }
    }

    /// What a profile asks for now and this procedure, built under an earlier version, does not have yet.
    pub(crate) fn catch_up(&mut self, profile: &Profile, on_file: &OnFile<'_>, seed: u64) {
        for fresh in Self::build(&[], profile, on_file, seed).steps {
            match self.steps.iter_mut().find(|s| s.kind == fresh.kind) {
                Some(there) => {
                    there.waivable &= fresh.waivable;
                    there.challenges_wanted = there.challenges_wanted.max(fresh.challenges_wanted);
                    there.features_wanted = there.features_wanted.max(fresh.features_wanted);
                    there.last = fresh.last;
                }
                None => self.steps.push(fresh),
            }
        }
        self.steps.sort_by_key(Step::place);
    }

    /// Draws the security features anew, where nobody has looked at any yet: a new session is not to know them.
    pub(crate) fn draw_features(&mut self, seed: u64) -> Option<Vec<Feature>> {
        let step = self.steps.iter_mut().find(|s| s.kind == Kind::SecurityFeatures)?;
        if step.features.iter().any(|m| m.seen.is_some()) {
            return None;
        }
        let drawn = features::draw(step.features_wanted.0, step.features_wanted.1, seed);
        step.features = drawn.iter().map(|feature| Mark { feature: *feature, seen: None }).collect();
        Some(drawn)
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
    /// In the order in which the agent is led.
    fn place(&self) -> (bool, bool, Kind) {
        (self.kind == Kind::Decision, self.last, self.kind)
    }

    fn restart(&mut self) {
        self.state = StepState::Pending;
        self.session = None;
        self.evidence.clear();
        self.proven = None;
        self.questions.iter_mut().for_each(|q| q.answer = Answer::NotAsked);
        self.features.iter_mut().for_each(|m| m.seen = None);
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
            Kind::SecurityFeatures => !self.evidence.is_empty() && self.enough_features(),
            Kind::Greet | Kind::Declaration | Kind::Decision => true,
            Kind::OneTimeCode | Kind::Location => self.proven.is_some(),
        }
    }

    fn enough_features(&self) -> bool {
        features::enough(&self.features, self.features_wanted.0, self.features_wanted.1)
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
            Kind::DocumentFront | Kind::DocumentBack | Kind::DocumentTilt | Kind::SecurityFeatures | Kind::PortraitMatch => {
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

fn drawn(profile: &Profile, seed: u64) -> Vec<Mark> {
    let (count, categories) = profile.features().unwrap_or_default();
    features::draw(count, categories, seed).into_iter().map(|feature| Mark { feature, seen: None }).collect()
}

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
mod tests;

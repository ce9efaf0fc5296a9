//! No way to "verified" with a step missing, with voided evidence or with evidence of a session that does not count:
//! any sequence of inputs beside a second, naive account of what was done, kept from the inputs alone.

use super::*;
use crate::code::Channel;
use crate::digest::Salt;
use crate::jurisdiction::profile_or_default;
use crate::liveness::Outcome as Went;
use crate::location::Refused;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use std::collections::{BTreeMap, BTreeSet};

/// One thing somebody tries: what, and two numbers that choose among its forms.
type Try = (u8, u8, u8);

const STEPS: [(&str, Slot); 5] = [
    ("document_front", Slot::DocumentFront),
    ("portrait_match", Slot::Portrait),
    ("document_tilt", Slot::DocumentTilt),
    ("document_back", Slot::DocumentBack),
    ("security_features", Slot::DocumentTilt),
];
const KEYS: [&str; 11] = [
    "greet",
    "document_front",
    "portrait_match",
    "liveness",
    "questions",
    "declaration",
    "document_tilt",
    "one_time_code",
    "location",
    "document_back",
    "security_features",
];

#[derive(Clone, Copy, Default)]
struct Taped {
    segments: u64,
    failed: bool,
}

/// The naive account.
#[derive(Default)]
struct Account {
    restarts: bool,
    waivers: bool,
    wanted: usize,
    /// Sessions in order; the last is the newest.
    sessions: Vec<u128>,
    tape: BTreeMap<u128, Taped>,
    /// Valid images for a step, with their session.
    images: BTreeMap<&'static str, Vec<u128>>,
    /// Sessions in which a prompt was passed.
    passes: Vec<u128>,
    matched: BTreeSet<String>,
    /// Every feature that was drawn was seen.
    features: bool,
    /// The machine-readable lines fit and the number was read.
    read: bool,
    /// Sessions in which the code was typed right, and in which the place was told.
    proven: BTreeMap<&'static str, u128>,
    /// Steps closed: the session, and whether by a waiver.
    closed: BTreeMap<String, (u128, bool)>,
}

impl Account {
    fn wipe(&mut self) {
        self.images.clear();
        self.passes.clear();
        self.matched.clear();
        (self.features, self.read) = (false, false);
        self.proven.clear();
        self.closed.clear();
    }

    fn newest(&self) -> u128 {
        self.sessions.last().copied().unwrap_or(0)
    }

    fn healthy(&self, session: u128) -> bool {
        self.tape.get(&session).is_some_and(|t| t.segments > 0 && !t.failed)
    }

    fn counts(&self, session: u128) -> bool {
        session == self.newest() || (!self.restarts && self.sessions.contains(&session) && self.healthy(session))
    }

    /// Why this step is not as a verdict needs it; nothing when it is.
    fn missing(&self, key: &str) -> Option<&'static str> {
        let Some((session, waived)) = self.closed.get(key) else { return Some("never closed") };
        if !self.counts(*session) {
            return Some("closed in a session that does not count");
        }
        if *waived {
            return if self.waivers { None } else { Some("waived where no waiver is allowed") };
        }
        if STEPS.iter().any(|(k, _)| *k == key) && !self.images.get(key).is_some_and(|all| all.iter().any(|s| self.counts(*s))) {
            return Some("no image that counts");
        }
        if key == "liveness" && self.passes.iter().filter(|s| self.counts(**s)).count() < self.wanted {
            return Some("too few prompts that count");
        }
        if ["one_time_code", "location"].contains(&key) && !self.proven.get(key).is_some_and(|s| self.counts(*s)) {
            return Some("never proven where it counts");
        }
        if key == "security_features" && !self.features {
            return Some("features not seen");
        }
        (key == "questions" && self.matched.is_empty()).then_some("no answer that counts")
    }
}

struct Walk {
    case: Case,
    account: Account,
    now: i64,
    next_id: u128,
}

impl Walk {
    fn new(code: &str) -> Self {
        let p = profile_or_default(code);
        let account = Account {
            restarts: p.restart_on_interruption,
            waivers: p.waivers,
            wanted: usize::from(p.liveness_prompts),
            ..Account::default()
        };
        let case = go(&open(FailureReason::FaceMismatch, code), profiles::everything_declared(code), 1);
        Self { case, account, now: 2, next_id: 100 }
    }

    /// Tries an input; the account learns of it only when it was accepted.
    fn give(&mut self, input: Input) -> bool {
        self.now += 1;
        match self.case.handle(input, at(self.now)) {
            Ok(t) => {
                let (was, is) = (self.case.phase_name(), t.next.phase_name());
                // A break that is over, or a session lost in one, is where such a profile starts afresh.
                let lost = |by| matches!(by, EndedBy::CustomerLost | EndedBy::AgentLost);
                let ended = t.next.past.len() > self.case.past.len() && t.next.past.last().is_some_and(|p| lost(p.by));
                self.case = t.next;
                if self.account.restarts && ((was == "interrupted" && is == "live") || ended) {
                    self.account.wipe();
                }
                true
            }
            Err(_) => false,
        }
    }

    fn id(&mut self) -> u128 {
        self.next_id += 1;
        self.next_id
    }

    fn join(&mut self) {
        self.give(claim(7, None));
        self.give(Input::CustomerBack);
        let ring = ReservationId(self.id());
        self.give(Input::Reserve { agent: AGENT, reservation: ring });
        self.give(Input::Drawn { agent: AGENT, reservation: ring, seed: 5 });
        self.give(profiles::trained());
        let session = self.id();
        if self.give(Input::Accept { agent: AGENT, reservation: ring, session: SessionId(session), seed: 3 }) {
            let failed = self.account.tape.get(&self.account.newest()).is_some_and(|t| t.failed);
            if !self.account.sessions.is_empty() && (self.account.restarts || failed) {
                self.account.wipe();
            }
            self.account.sessions.push(session);
            self.account.tape.insert(session, Taped::default());
        }
        self.give(Input::MediaUp { seat: Seat::Agent });
        self.give(Input::MediaUp { seat: Seat::Customer });
    }

    fn pictures(&mut self, a: u8, b: u8) {
        if b % 8 >= 5 {
            (0..5).for_each(|n| self.picture(n, 2));
        } else {
            self.picture(a, b);
        }
    }

    fn picture(&mut self, a: u8, b: u8) {
        let (step, right) = STEPS[usize::from(a) % STEPS.len()];
        let sessions = self.account.sessions.clone();
        // Now and then of another session of this case, or of one that is nobody's.
        let session = match b % 8 {
            0 => 1,
            1 => sessions.first().copied().unwrap_or(1),
            _ => self.account.newest(),
        };
        let slot = if b % 5 == 4 { Slot::Selfie } else { right };
        let id = self.id();
        let Input::Still { mut evidence } = still(id, step, slot) else { return };
        evidence.session = Some(SessionId(session));
        if self.give(Input::Still { evidence }) {
            self.account.images.entry(step).or_default().push(session);
        }
    }

    fn prompt(&mut self, a: u8, b: u8) {
        self.give(Input::Challenge { agent: AGENT, step: "liveness".into(), seed: u64::from(a) * 256 + u64::from(b) });
        let step = self.case.procedure.as_ref().and_then(|p| p.step("liveness", "t").ok());
        let open = step.and_then(|s| s.challenges.iter().find(|c| c.outcome == Went::Asked)).map(|c| (c.id, c.prompt.needs()[0]));
        let Some((id, need)) = open else { return };
        match b % 4 {
            0 => {
                let asked = self.give(Input::ChallengeAlternative { agent: AGENT, id, need, seed: u64::from(a) });
                let passed = asked && self.give(Input::Judge { agent: AGENT, id: id + 1, passed: true });
                if passed {
                    self.account.passes.push(self.account.newest());
                }
                passed
            }
            1 => self.give(Input::Judge { agent: AGENT, id, passed: false }),
            _ => {
                let passed = self.give(Input::Judge { agent: AGENT, id, passed: true });
                if passed {
                    self.account.passes.push(self.account.newest());
                }
                passed
            }
        };
    }

    fn question(&mut self, b: u8) {
        let step = self.case.procedure.as_ref().and_then(|p| p.step("questions", "t").ok());
        let keys: Vec<String> = step.map(|s| s.questions.iter().map(|q| q.key.clone()).collect()).unwrap_or_default();
        let Some(key) = keys.get(usize::from(b) % keys.len().max(1)).cloned() else { return };
        let answer = if b % 7 == 6 { crate::procedure::Answer::NoMatch } else { crate::procedure::Answer::Match };
        if self.give(Input::Answered { agent: AGENT, step: "questions".into(), question: key.clone(), answer }) {
            if b % 7 == 6 {
                self.account.matched.remove(&key)
            } else {
                self.account.matched.insert(key)
            };
        }
    }

    /// The code, right or wrong, and the place, told or not.
    fn find_out(&mut self, a: u8) {
        let salt = Salt([3; 16]);
        let session = self.account.newest();
        if self.give(Input::SendCode { agent: AGENT, channel: Channel::Sms, salt, hash: Digest::commit(&salt, "042517") }) {
            let typed = if a.is_multiple_of(3) { "111111" } else { "042517" };
            if self.give(Input::TryCode { typed: Pii::new(typed.to_owned()) }) && !a.is_multiple_of(3) {
                self.account.proven.insert("one_time_code", session);
            }
        }
        self.look_closely(a);
        self.give(Input::AskLocation { agent: AGENT });
        if a.is_multiple_of(5) {
            self.give(Input::RefuseLocation { why: Refused::Customer });
        } else if self.give(here()) {
            self.account.proven.insert("location", session);
        }
    }

    /// The features that were drawn, and what is printed on the document.
    fn look_closely(&mut self, a: u8) {
        let marks = self.case.procedure.as_ref().and_then(|p| p.step("security_features", "t").ok()).map(|s| s.features.clone());
        let seen = !a.is_multiple_of(7);
        for mark in marks.unwrap_or_default() {
            if self.give(Input::MarkFeature { agent: AGENT, feature: mark.feature, seen }) {
                self.account.features = seen;
            }
        }
        if profiles::readings().into_iter().all(|input| self.give(input)) {
            self.account.read = true;
        }
    }

    fn close_step(&mut self, a: u8, b: u8) {
        if b % 8 >= 4 {
            KEYS.iter().for_each(|key| self.mark(key));
            return;
        }
        let key = KEYS[usize::from(a) % KEYS.len()].to_owned();
        let newest = self.account.newest();
        match b % 8 {
            0 => {
                if self.give(Input::StepState { agent: AGENT, step: key.clone(), failed: b >= 128 }) {
                    self.account.closed.remove(&key);
                }
            }
            1 => {
                let reason = Pii::new("cannot be done".to_owned());
                if self.give(Input::Waive { agent: AGENT, step: key.clone(), reason, salt: Salt([0; 16]) }) {
                    self.account.closed.insert(key, (newest, true));
                }
            }
            _ => self.mark(&key),
        }
    }

    fn mark(&mut self, key: &str) {
        // Marking again what is done and counts is no new marking.
        let stays = self.account.closed.get(key).is_some_and(|(s, waived)| !waived && self.account.counts(*s));
        if self.give(Input::StepDone { agent: AGENT, step: key.to_owned() }) && !stays {
            self.account.closed.insert(key.to_owned(), (self.account.newest(), false));
        }
    }

    fn tape(&mut self, a: u8, b: u8) {
        let sessions = &self.account.sessions;
        let session = if a.is_multiple_of(4) { sessions.first() } else { sessions.last() }.copied().unwrap_or(1);
        let id = SessionId(session);
        if b < 3 {
            if self.give(Input::RecordingFailed { session: id, why: "disk" }) {
                self.account.tape.entry(session).or_default().failed = true;
            }
            return;
        }
        let segments = self.account.tape.get(&session).map_or(0, |t| t.segments) + 1;
        if self.give(Input::RecordingHead { session: id, segments, head: Digest::of(b"h") }) {
            self.account.tape.entry(session).or_default().segments = segments;
        }
    }

    fn attempt(&mut self, (what, a, b): Try) {
        match what {
            0..=2 => self.join(),
            3..=8 => self.pictures(a, b),
            9..=13 => self.prompt(a, b),
            14 => self.question(b),
            15 => {
                self.question(b);
                self.find_out(a);
            }
            16..=24 => self.close_step(a, b),
            25..=27 => self.tape(a, b),
            28 => {
                if a % 3 > 0 {
                    return;
                }
                self.give(Input::MediaDown { seat: if a % 2 == 0 { Seat::Customer } else { Seat::Agent } });
                if b % 3 > 0 {
                    self.give(Input::MediaUp { seat: Seat::Customer });
                    self.give(Input::MediaUp { seat: Seat::Agent });
                }
            }
            29 => {
                let way = match a % 4 {
                    0 => Input::AgentLost,
                    1 => Input::End { agent: AGENT },
                    2 => decide(Verdict::Incomplete, ReasonCode::CustomerLeft),
                    _ => Input::CustomerLeave,
                };
                if b % 3 == 0 {
                    self.give(way);
                }
            }
            30 => {
                if b % 4 == 0 {
                    self.now += 400;
                    let link = link(self.id());
                    self.give(Input::Wake { link, life: Span::minutes(60) });
                }
            }
            _ => {
                self.give(decide(Verdict::Verified, ReasonCode::IdentityConfirmed));
            }
        }
    }

    /// What is wrong with an approval, if there is one; nothing when all is right.
    fn wrong(&self) -> Option<String> {
        let procedure = self.case.procedure.as_ref()?;
        let asks = |kind: &str| self.case.profile().lines.iter().any(|l| l.mandatory && l.ask.kind() == kind);
        if asks("mrz") && !self.account.read {
            return Some("nothing was read".to_owned());
        }
        let broken = self.case.newest_session().is_none_or(|s| s.state != crate::session::State::Live);
        if asks("interruption") && broken {
            return Some("broken off".to_owned());
        }
        let mut steps = procedure.steps.iter().filter(|s| s.mandatory).map(|s| s.kind.key());
        if !self.account.healthy(self.account.newest()) {
            return Some("the recording does not hold".to_owned());
        }
        steps.find_map(|key| self.account.missing(key).map(|why| format!("{key}: {why}")))
    }

    fn approved(&self) -> bool {
        self.case.decision().is_some_and(|d| d.verdict == Verdict::Verified)
    }
}

fn tries() -> impl Strategy<Value = Vec<Try>> {
    prop::collection::vec((0u8..33, any::<u8>(), any::<u8>()), 0..260)
}

const PROFILES: [&str; 4] = ["default", "DE", "IN", "ID"];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_500))]

    #[test]
    fn nothing_leads_to_approval_with_a_step_missing_with_voided_evidence_or_with_another_sessions(code in 0usize..4, all in tries()) {
        let mut walk = Walk::new(PROFILES[code]);
        walk.join();
        for each in all {
            walk.attempt(each);
            if walk.approved() {
                prop_assert_eq!(walk.wrong(), None, "{}", PROFILES[code]);
                break;
            }
            // The lock on the agent's screen says the same as the account, whenever somebody could decide.
            if matches!(walk.case.phase, Phase::Live { .. } | Phase::Deciding { .. }) && walk.case.locked_by().is_empty() {
                prop_assert_eq!(walk.wrong(), None, "unlocked under {}", PROFILES[code]);
            }
        }
    }
}

#[test]
fn the_walks_that_prove_it_do_reach_approval_under_every_profile() {
    let mut runner = TestRunner::deterministic();
    let mut approved = BTreeMap::new();
    for round in 0..1_200 {
        let code = PROFILES[round % PROFILES.len()];
        let mut walk = Walk::new(code);
        walk.join();
        for each in tries().new_tree(&mut runner).unwrap().current() {
            walk.attempt(each);
        }
        *approved.entry(code).or_insert(0) += u32::from(walk.approved());
    }
    assert!(approved.values().all(|n| *n >= 5), "{approved:?}");
}

/// A session in which everything was done, ended without a verdict by the agent; then the next one.
fn done_then_again(code: &str, failed: bool) -> Case {
    let c = worked(&live(code));
    let c = go(&c, Input::RecordingHead { session: SESSION, segments: 3, head: Digest::of(b"h") }, 8);
    let c = if failed { go(&c, Input::RecordingFailed { session: SESSION, why: "disk" }, 8) } else { c };
    let c = go(&c, decide(Verdict::Incomplete, ReasonCode::CustomerLeft), 9);
    let c = go(&c, claim(7, None), 10);
    let c = go(&c, Input::Reserve { agent: AGENT, reservation: RING }, 11);
    let c = go(&c, Input::Accept { agent: AGENT, reservation: RING, session: SessionId(0xd), seed: 3 }, 12);
    let c = go(&c, Input::MediaUp { seat: Seat::Agent }, 13);
    let c = go(&c, Input::MediaUp { seat: Seat::Customer }, 13);
    go(&c, Input::RecordingHead { session: SessionId(0xd), segments: 1, head: Digest::of(b"h") }, 14)
}

#[test]
fn what_an_earlier_session_did_counts_only_where_the_profile_goes_on_and_its_recording_held() {
    assert!(done_then_again("default", false).locked_by().is_empty());
    let all = ["step:greet", "step:document_front", "step:portrait_match"];
    assert_eq!(done_then_again("default", true).locked_by(), all);
    assert!(all.iter().all(|step| done_then_again("DE", false).locked_by().contains(&(*step).to_owned())));
}

#[test]
fn a_recording_lost_afterwards_takes_its_sessions_work_out_of_the_ground() {
    let c = done_then_again("default", false);
    let c = go(&c, Input::RecordingFailed { session: SESSION, why: "disk" }, 15);
    assert_eq!(c.locked_by(), ["step:greet", "step:document_front", "step:portrait_match"]);
    assert_eq!(
        go(&c, Input::StepDone { agent: AGENT, step: "greet".into() }, 16).locked_by(),
        ["step:document_front", "step:portrait_match"]
    );
    let refused = c.handle(Input::StepDone { agent: AGENT, step: "portrait_match".into() }, at(16)).unwrap_err();
    assert_eq!(refused.code, Code::EvidenceMismatch, "its image is of the lost session");
}

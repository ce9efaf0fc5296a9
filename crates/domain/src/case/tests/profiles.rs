//! What each profile promises, generated from its data: a session that meets it is approved, and without any one of its
//! mandatory lines it is not, by that line's name. A new line is tested by being there.

use super::*;
use crate::code::Channel;
use crate::geo::{Country, Point};
use crate::jurisdiction::{Ask, Declared, Gap, Line, PROFILES, Profile, Raised, Rules, Standing, Trained, assess, profile, step_of};
use crate::liveness::Outcome as Went;
use crate::procedure::{Answer as Said, Kind, Step};
use crate::reading::Field;
use crate::review::{Candidate, Finding, Opinion};
use std::collections::BTreeMap;

const CHECKER: AgentId = AgentId(0x2);
const LINES: &str = "I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\nD231458907UTO7408122F1204159<<<<<<<6";
/// When a session is over that began at once.
pub(super) const END: i64 = 60;

fn declared(profile: &Profile, but: Option<&str>) -> Vec<Declared> {
    let of = profile.lines.iter().filter(|l| l.ask.declared() && Some(l.id.as_str()) != but);
    of.map(|l| Declared { line: l.id.clone(), statement: "as in our manual".into(), by: "agt".into(), at: at(0) }).collect()
}

pub(super) fn everything_declared(code: &str) -> Input {
    let rules = Rules { declared: profile(code).map_or_else(Vec::new, |p| declared(p, None)), ..Rules::default() };
    Input::Rules { rules: Box::new(rules) }
}

pub(super) fn trained() -> Input {
    Input::Training { agent: AGENT, trained: Some(Trained { at: at(-86_400), until: at(86_400 * 300) }) }
}

pub(super) fn readings() -> Vec<Input> {
    let read = |field, text: &str| Input::ReadField { agent: AGENT, field, text: Pii::new(text.into()), salt: Salt([4; 16]) };
    vec![read(Field::Mrz, LINES), read(Field::DocumentNumber, "D23145890")]
}

/// A line made mandatory and nothing else.
pub(super) fn required(line: &Line) -> Raised {
    Raised { line: line.id.clone(), mandatory: true, values: BTreeMap::new(), reason: "our own rule".into(), by: "agt".into(), at: at(0) }
}

/// A session under a profile that lacks nothing but `without`, up to the verdict.
pub(super) fn session(code: &str, raised: &[Raised], without: Option<&Line>) -> Case {
    let is = |kind: &str| without.is_some_and(|l| l.ask.kind() == kind);
    let p = profile(code).unwrap();
    let rules = Rules { version: 0, raised: raised.to_vec(), declared: declared(p, without.map(|l| l.id.as_str())) };
    let mut c = go(&open(FailureReason::DocumentGlare, code), claim(7, None), 1);
    c = go(&c, Input::Rules { rules: Box::new(rules) }, 1);
    c = go(&c, Input::Reserve { agent: AGENT, reservation: RING }, 2);
    if !is("assignment") {
        c = go(&c, Input::Drawn { agent: AGENT, reservation: RING, seed: 5 }, 2);
    }
    if !is("training") {
        c = go(&c, trained(), 2);
    }
    c = go(&c, Input::Accept { agent: AGENT, reservation: RING, session: SESSION, seed: 3 }, 3);
    c = go(&c, Input::MediaUp { seat: Seat::Agent }, 4);
    c = go(&c, Input::MediaUp { seat: Seat::Customer }, 4);
    for input in readings() {
        let skipped = matches!((&input, without.map(|l| &l.ask)), (Input::ReadField { field, .. }, Some(ask)) if reads(ask, *field));
        c = if skipped { c } else { go(&c, input, 5) };
    }
    for step in c.procedure.clone().unwrap().steps {
        c = done(c, &step, without.map(|l| &l.ask));
    }
    if !is("recording") {
        c = go(&c, Input::RecordingHead { session: SESSION, segments: 9, head: Digest::of(b"h") }, 50);
    }
    if is("interruption") {
        c = go(&c, Input::MediaDown { seat: Seat::Customer }, 55);
    }
    if is("consent") {
        c.consents.clear();
    }
    c
}

fn reads(ask: &Ask, field: Field) -> bool {
    (matches!(ask, Ask::Mrz {}) && field == Field::Mrz) || matches!(ask, Ask::Readings { fields } if fields.contains(&field))
}

/// The step whose work is left out when a line is left out.
fn left_out(ask: Option<&Ask>) -> Option<Kind> {
    let ask = ask?;
    if let Ask::Photographs { slots } = ask {
        return step_of(*slots.last()?);
    }
    // A place abroad and a field nobody read are told otherwise than by leaving a step out.
    let other_work = matches!(ask, Ask::CountryBlock { .. } | Ask::Mrz {} | Ask::Readings { .. });
    ask.steps(&ClaimedData::default()).first().copied().filter(|_| !other_work)
}

fn done(mut c: Case, step: &Step, without: Option<&Ask>) -> Case {
    if left_out(without) == Some(step.kind) || step.kind == Kind::Decision {
        return c;
    }
    let key = step.kind.key();
    if let Some(slot) = step.kind.slot() {
        c = go(&c, still(u128::try_from(c.evidence.len()).unwrap() + 500, key, slot), 10);
    }
    for mark in &step.features {
        c = go(&c, Input::MarkFeature { agent: AGENT, feature: mark.feature, seen: true }, 11);
    }
    for asked in &step.questions {
        c = go(&c, Input::Answered { agent: AGENT, step: key.into(), question: asked.key.clone(), answer: Said::Match }, 12);
    }
    for seed in 0..u64::from(step.challenges_wanted) {
        c = go(&c, Input::Challenge { agent: AGENT, step: key.into(), seed }, 13);
        let open = c.procedure.as_ref().unwrap().step(key, "t").unwrap().challenges.iter().find(|p| p.outcome == Went::Asked).unwrap().id;
        c = go(&c, Input::Judge { agent: AGENT, id: open, passed: true }, 14);
    }
    if step.kind == Kind::OneTimeCode {
        if !c.code_waits_for().is_empty() {
            // What was left out comes before the code, which therefore cannot be sent either.
            assert!(without.is_some(), "{:?}", c.code_waits_for());
            assert_eq!(c.handle(sent(), at(15)).unwrap_err().code, Code::CodeComesLast);
            return c;
        }
        c = go(&go(&c, sent(), 15), typed(), 16);
    }
    if step.kind == Kind::Location {
        c = go(&c, Input::AskLocation { agent: AGENT }, 17);
        let abroad = matches!(without, Some(Ask::CountryBlock { .. }));
        c = go(&c, located(if abroad { DUBAI } else { at_home(&c) }, Network::NoDatabase), 18);
    }
    go(&c, Input::StepDone { agent: AGENT, step: key.into() }, 20)
}

pub(super) fn sent() -> Input {
    let salt = Salt([3; 16]);
    Input::SendCode { agent: AGENT, channel: Channel::Sms, salt, hash: Digest::commit(&salt, "042517") }
}

pub(super) fn typed() -> Input {
    Input::TryCode { typed: Pii::new("042517".into()) }
}

/// The code sent, typed and its step closed.
pub(super) fn with_code(c: &Case, second: i64) -> Case {
    let c = go(&go(c, sent(), second), typed(), second);
    go(&c, Input::StepDone { agent: AGENT, step: Kind::OneTimeCode.key().into() }, second)
}

const DUBAI: (i32, i32) = (25_204_120, 55_270_320);

/// Somewhere in the first country that the profile lets in.
pub(super) fn at_home(c: &Case) -> (i32, i32) {
    let wanted = c
        .profile()
        .lines
        .iter()
        .find_map(|l| if let Ask::CountryBlock { countries, .. } = &l.ask { countries.first().cloned() } else { None });
    let mumbai = (19_076_120, 72_877_320);
    let Some(wanted) = wanted.filter(|w| w != "IN") else { return mumbai };
    let grid = (-88..88).flat_map(|lat| (-179..179).map(move |lon| (lat * 1_000_000 + 76_120, lon * 1_000_000 + 77_320)));
    let inside = |(lat, lon): &(i32, i32)| Point::new(*lat, *lon).and_then(Country::at).is_some_and(|c| c.code == wanted);
    grid.into_iter().find(inside).expect("a place in the country")
}

pub(super) fn located((lat, lon): (i32, i32), network: Network) -> Input {
    let fix = Fix { lat, lon, accuracy_dm: 350, height: false, age_ms: 100 };
    Input::Located { fixes: Pii::new(vec![fix]), network, salt: Salt([3; 16]) }
}

fn verdict(c: &Case) -> Result<Case, Refusal> {
    c.handle(decide(Verdict::Verified, ReasonCode::IdentityConfirmed), at(END)).map(|t| t.next)
}

/// Approved, by a second person too where that is asked.
pub(super) fn approved(c: &Case) -> Result<Case, Refusal> {
    let c = verdict(c)?;
    if c.phase_name() == "under_review" {
        let candidates = vec![Candidate { id: AGENT, same_team: false }, Candidate { id: CHECKER, same_team: false }];
        let c = go(&c, Input::AssignReview { candidates, seed: 7 }, END + 1);
        let c = go(&c, Input::TakeReview { checker: CHECKER }, END + 2);
        return c.handle(agrees(CHECKER), at(END + 3)).map(|t| t.next);
    }
    Ok(c)
}

fn agrees(checker: AgentId) -> Input {
    let reasons = Finding::Approve.reasons().iter().copied().take(1).collect();
    let (note, note_commitment) = (Pii::new("seen with care".to_owned()), Digest::of(b"note"));
    let opinion = Opinion { checker, finding: Finding::Approve, reasons, note, note_commitment, again: Vec::new() };
    Input::GiveReview { opinion: Box::new(opinion), link: link(98) }
}

pub(super) fn names(refusal: &Refusal, line: &Line) -> bool {
    refusal.lines.iter().any(|l| l.id == line.id && l.title == line.title)
}

/// That this line alone, left out, blocks the approval and is named.
fn blocks(code: &str, raised: &[Raised], line: &Line) {
    if matches!(line.ask, Ask::FourEyes { .. }) {
        let c = verdict(&session(code, raised, None)).unwrap();
        assert_eq!(c.phase_name(), "under_review", "{}", line.id);
        let refusal = c.handle(agrees(AGENT), at(END + 1)).unwrap_err();
        assert!(refusal.code == Code::SamePerson && names(&refusal, line), "{}: {refusal}", line.id);
        return;
    }
    if matches!(line.ask, Ask::Retention { .. }) {
        // It falls due after the approval; what can be left out is the period itself.
        let weaker = Raised { values: BTreeMap::from([("verified_years".into(), 0)]), ..required(line) };
        let faults = Rules { raised: vec![weaker], ..Rules::default() }.faults(profile(code).unwrap());
        assert!(faults.iter().any(|f| f.code == "weaker" && f.line.as_ref().is_some_and(|l| l.id == line.id)), "{}: {faults:?}", line.id);
        return;
    }
    let c = session(code, raised, Some(line));
    let refusal = approved(&c).expect_err(&line.id);
    assert!(names(&refusal, line), "{}: {refusal}", line.id);
    assert!(!c.locked_by().is_empty(), "{}: the lock on the agent's screen is open", line.id);
    let standing = assess(&c, at(END)).into_iter().find(|l| l.id == line.id).unwrap().standing;
    assert!(matches!(standing, Standing::Missing { .. }), "{}: {standing:?}", line.id);
}

#[test]
fn a_session_that_meets_a_profile_is_approved_under_every_profile() {
    for p in PROFILES.iter() {
        let c = session(&p.code, &[], None);
        assert_eq!(c.locked_by(), Vec::<String>::new(), "{}", p.code);
        let c = approved(&c).unwrap_or_else(|refusal| panic!("{}: {refusal}", p.code));
        assert_eq!(c.phase_name(), "verified", "{}", p.code);
        for line in assess(&c, at(END + 4)).iter().filter(|l| l.mandatory) {
            let settled = matches!(line.standing, Standing::Met { .. } | Standing::Declared { .. } | Standing::NotApplicable { .. });
            assert!(settled, "{}: {:?}", line.id, line.standing);
        }
    }
}

#[test]
fn without_any_one_mandatory_line_nobody_is_approved_and_the_line_is_named() {
    let mut tried = 0;
    for p in PROFILES.iter() {
        for line in p.lines.iter().filter(|l| l.mandatory) {
            blocks(&p.code, &[], line);
            tried += 1;
        }
    }
    assert_eq!(tried, PROFILES.iter().flat_map(|p| &p.lines).filter(|l| l.mandatory).count());
    assert!(tried >= 80, "{tried}");
}

#[test]
fn advice_blocks_nobody_until_the_operator_makes_it_mandatory_and_then_by_its_name() {
    for p in PROFILES.iter() {
        for line in p.lines.iter().filter(|l| !l.mandatory) {
            let alone = approved(&session(&p.code, &[], Some(line)));
            // A country's mandatory line may ask for the same thing as an advised one.
            let also = p.lines.iter().any(|l| l.mandatory && l.ask.kind() == line.ask.kind());
            assert!(alone.is_ok() || also, "{}: {alone:?}", line.id);
            let raised = [required(line)];
            assert!(Rules { raised: raised.to_vec(), ..Rules::default() }.faults(p).is_empty(), "{}", line.id);
            let with = approved(&session(&p.code, &raised, None)).unwrap_or_else(|refusal| panic!("{}: {refusal}", line.id));
            assert_eq!(with.phase_name(), "verified", "{}", line.id);
            blocks(&p.code, &raised, line);
        }
    }
}

#[test]
fn a_certificate_that_ran_out_and_a_place_outside_are_told_apart_from_none() {
    let why = |c: &Case, id: &str| {
        let standing = assess(c, at(END)).into_iter().find(|l| l.id == id).unwrap().standing;
        let Standing::Missing { why } = standing else { panic!("{id}: {standing:?}") };
        why
    };
    let c = session("DE", &[], profile("DE").unwrap().line("de.training"));
    assert_eq!(why(&c, "de.training"), Gap::NotTrained);
    let old = Input::Training { agent: AGENT, trained: Some(Trained { at: at(-86_400 * 365), until: at(86_400 * 300) }) };
    let c = go(&c, old, 56);
    assert_eq!(why(&c, "de.training"), Gap::TrainingExpired, "the profile's year is over");
    assert!(approved(&go(&c, trained(), 57)).is_ok());

    let block = profile("IN").unwrap().line("in.country").unwrap();
    assert_eq!(why(&session("IN", &[], Some(block)), "in.country"), Gap::PlaceOutside);
    let c = go(&session("IN", &[], None), Input::AskLocation { agent: AGENT }, 51);
    let elsewhere = go(&c, located(at_home(&c), Network::Country { code: "AE".into() }), 52);
    assert_eq!(why(&elsewhere, "in.country"), Gap::NetworkOutside);
    assert_eq!(verdict(&elsewhere).unwrap_err().code, Code::LineMissing);
    let at_sea = go(&c, located((-45_000_000, -120_000_000), Network::Unknown), 52);
    assert_eq!(why(&at_sea, "in.country"), Gap::PlaceUnknown);
}

#[test]
fn who_was_asked_for_by_name_or_took_over_was_not_drawn() {
    let c = session("DE", &[], None);
    let over = Input::Supervise { supervisor: CHECKER, name: Pii::new("Bo".into()), mode: Some(crate::seats::SupervisorMode::Join) };
    let c = go(&go(&c, over, 51), Input::TakeOver { supervisor: CHECKER }, 52);
    let c = go(&c, Input::MediaUp { seat: Seat::Agent }, 53);
    let mine = Draft {
        reasons: vec![ReasonCode::IdentityConfirmed],
        by: CHECKER,
        note: Pii::default(),
        note_commitment: Digest::of(b""),
        note_salt: Salt([0; 16]),
    };
    let refusal = c.handle(Input::Decide { verdict: Verdict::Verified, draft: Box::new(mine), link: link(99) }, at(END)).unwrap_err();
    let missing: Vec<&str> = refusal.lines.iter().map(|l| l.id.as_str()).collect();
    assert_eq!(missing, ["de.assignment", "de.training"]);
    let c = go(&open(FailureReason::FaceMismatch, "DE"), claim(7, None), 1);
    let c = go(&c, Input::Reserve { agent: AGENT, reservation: RING }, 2);
    let stranger = Input::Drawn { agent: CHECKER, reservation: RING, seed: 5 };
    assert_eq!(c.handle(stranger, at(2)).unwrap_err().code, Code::Stale);
}

#[test]
fn a_feature_that_is_not_on_the_document_is_replaced_and_nobody_draws_until_an_easy_one_comes() {
    let c = session("DE", &[], profile("DE").unwrap().line("de.security_features"));
    let marks = |c: &Case| c.procedure.as_ref().unwrap().step("security_features", "t").unwrap().features.clone();
    let (three, draw) = (marks(&c), Input::DrawFeature { agent: AGENT, seed: 9 });
    assert_eq!(three.len(), 3);
    assert_eq!(c.handle(draw.clone(), at(51)).unwrap_err().code, Code::Stale, "nothing is to be replaced");
    let mark = |c: &Case, n: usize, seen| go(c, Input::MarkFeature { agent: AGENT, feature: marks(c)[n].feature, seen }, 51);
    let c = mark(&mark(&mark(&c, 0, true), 1, false), 2, true);
    let c = go(&c, still(77, "security_features", Slot::DocumentTilt), 51);
    let close = Input::StepDone { agent: AGENT, step: "security_features".into() };
    assert_eq!(c.handle(close.clone(), at(51)).unwrap_err().code, Code::EvidenceMismatch);
    let c = go(&c, draw, 52);
    let c = with_code(&go(&mark(&c, 3, true), close, 53), 54);
    assert_eq!(approved(&c).unwrap().phase_name(), "verified");
    let mut all = session("DE", &[], profile("DE").unwrap().line("de.security_features"));
    for n in 0..crate::features::MAX_DRAWN {
        all = mark(&all, n, false);
        let next = Input::DrawFeature { agent: AGENT, seed: n as u64 };
        match all.handle(next, at(52)) {
            Ok(t) => all = t.next,
            Err(refusal) => assert_eq!(refusal.code, Code::LimitReached, "{n}"),
        }
    }
    assert_eq!(marks(&all).len(), crate::features::MAX_DRAWN);
}

#[test]
fn a_passport_has_no_back_to_photograph() {
    let mut c = open(FailureReason::FaceMismatch, "DE");
    c.claimed.document_type = Some("passport".into());
    let steps = profile("DE").unwrap().steps(&c.claimed);
    assert!(!steps.contains(&Kind::DocumentBack) && steps.contains(&Kind::DocumentFront));
}

#[test]
fn what_a_session_stands_under_is_a_fact_and_a_running_one_is_asked_for_no_more() {
    let p = profile("SG").unwrap();
    let c = go(&open(FailureReason::FaceMismatch, "SG"), claim(7, None), 1);
    let raised = vec![required(p.line("sg.mrz").unwrap())];
    let with = |raised: Vec<Raised>| Input::Rules { rules: Box::new(Rules { version: 0, raised, declared: declared(p, None) }) };
    let waiting = go(&go(&c, with(raised.clone()), 2), Input::Reserve { agent: AGENT, reservation: RING }, 2);
    let t = waiting.handle(Input::Accept { agent: AGENT, reservation: RING, session: SESSION, seed: 3 }, at(3)).unwrap();
    let applied = t.facts.iter().find_map(|f| {
        if let Fact::ProfileApplied { version, sha256, raised, .. } = f { Some((*version, *sha256, raised.clone())) } else { None }
    });
    assert_eq!(applied, Some((p.version, p.sha256, vec!["sg.mrz".to_owned()])));
    assert_eq!(go(&t.next, with(Vec::new()), 5).rules.raised, raised, "nothing is taken away either");
}

#[test]
fn a_case_from_before_profiles_had_lines_is_caught_up_at_its_next_session() {
    let mut old = go(&session("default", &[], None), decide(Verdict::Incomplete, ReasonCode::CustomerLeft), END);
    old.jurisdiction = "SG".into();
    old.rules = Rules::default();
    let back = go(&go(&old, claim(7, None), END + 1), Input::Reserve { agent: AGENT, reservation: RING }, END + 2);
    assert!(back.lines_missing(at(END)).is_empty());
    let next = go(&back, Input::Accept { agent: AGENT, reservation: RING, session: SessionId(9), seed: 1 }, END + 3);
    assert!(next.procedure.as_ref().unwrap().step("questions", "t").is_ok_and(|s| s.mandatory && !s.waivable && s.questions.len() == 3));
    assert!(next.lines_missing(at(END + 3)).iter().any(|l| l.id == "sg.questions"));
    let text = serde_json::to_string(&next).unwrap();
    assert_eq!(serde_json::from_str::<Case>(&text).unwrap(), next);
}

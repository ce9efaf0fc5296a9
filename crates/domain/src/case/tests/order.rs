//! A code that ends the session counts only after everything else: under every profile that asks for one, and by any
//! order of work.

use super::profiles::{END, approved, at_home, located, names, readings, required, sent, session, typed, with_code};
use super::*;
use crate::code::State;
use crate::jurisdiction::{Gap, Line, PROFILES, Raised, Standing, assess, profile};
use crate::procedure::{Kind, StepState};
use crate::reading::Field;

/// When somebody works on after the code.
const LATER: i64 = 51;

/// The line of every profile that asks for a code, as an operator can make it: mandatory and last.
fn lines() -> impl Iterator<Item = (&'static str, &'static Line, Vec<Raised>)> {
    let of = |p: &'static crate::jurisdiction::Profile| p.lines.iter().map(move |l| (p.code.as_str(), l));
    PROFILES.iter().flat_map(of).filter(|(_, l)| l.ask.kind() == "one_time_code").map(|(code, line)| {
        let last = line.ask.values().iter().any(|v| v.name == "last" && v.is == 1);
        let raised = Raised { values: [("last".to_owned(), 1)].into(), ..required(line) };
        (code, line, if last && line.mandatory { Vec::new() } else { vec![raised] })
    })
}

fn before(c: &Case) -> Vec<Kind> {
    let steps = &c.procedure.as_ref().unwrap().steps;
    steps.iter().filter(|s| s.mandatory && s.kind != Kind::OneTimeCode).map(|s| s.kind).collect()
}

fn code_step(c: &Case) -> &crate::procedure::Step {
    c.procedure.as_ref().unwrap().step("one_time_code", "t").unwrap()
}

fn reopen(kind: Kind) -> Input {
    Input::StepState { agent: AGENT, step: kind.key().into(), failed: false }
}

fn done(kind: Kind) -> Input {
    Input::StepDone { agent: AGENT, step: kind.key().into() }
}

fn waive(kind: Kind) -> Input {
    Input::Waive { agent: AGENT, step: kind.key().into(), reason: Pii::new("not needed".into()), salt: Salt([1; 16]) }
}

/// Ways in which a step can be touched and closed again, each on a session that lacked nothing.
fn touched(c: &Case, kind: Kind) -> Vec<(&'static str, Case)> {
    let mut ways = vec![("done again", go(&go(c, reopen(kind), LATER), done(kind), LATER))];
    if let Some(slot) = kind.slot() {
        ways.push(("photographed again", go(c, still(900 + kind as u128, kind.key(), slot), LATER)));
    }
    if let Ok(t) = c.handle(waive(kind), at(LATER)) {
        ways.push(("waived", t.next));
    }
    if kind == Kind::Location {
        let asked = go(c, Input::AskLocation { agent: AGENT }, LATER);
        assert!(approved(&asked).is_ok(), "a question alone changes nothing");
        ways.push(("told again", go(&asked, located(at_home(c), Network::NoDatabase), LATER)));
    }
    ways
}

fn refused_by(c: &Case, line: &Line, how: &str) {
    let refusal = approved(c).expect_err(how);
    assert!(names(&refusal, line), "{} {how}: {refusal}", line.id);
    let standing = assess(c, at(END)).into_iter().find(|l| l.id == line.id).unwrap().standing;
    assert_eq!(standing, Standing::Missing { why: Gap::CodeNotLast }, "{} {how}", line.id);
    assert!(c.locked_by().iter().any(|lock| lock == "step:one_time_code"), "{how}: {:?}", c.locked_by());
}

#[test]
fn a_code_that_was_not_last_approves_nobody_by_that_lines_name_until_it_is_sent_again() {
    let mut ways = std::collections::BTreeMap::new();
    for (code, line, raised) in lines() {
        let c = session(code, &raised, None);
        assert!(c.code_last() && approved(&c).is_ok(), "{code}");
        let order: Vec<Kind> = c.procedure.as_ref().unwrap().steps.iter().map(|s| s.kind).collect();
        assert_eq!(order[order.len() - 2..], [Kind::OneTimeCode, Kind::Decision], "{code}: the agent is led to it last");
        for kind in before(&c) {
            for (how, touched) in touched(&c, kind) {
                refused_by(&touched, line, &format!("{kind:?} {how}"));
                assert!(approved(&with_code(&touched, 52)).is_ok(), "{code} {kind:?} {how}: sent again");
                *ways.entry(how).or_insert(0) += 1;
            }
        }
    }
    assert!(ways.len() == 4 && ways.values().sum::<u32>() > 80, "{ways:?}");
}

#[test]
fn a_code_that_comes_last_is_not_sent_while_anything_before_it_is_open() {
    for (code, line, raised) in lines() {
        let whole = session(code, &raised, None);
        for kind in before(&whole) {
            let open = go(&whole, reopen(kind), LATER);
            assert!(open.code_waits_for().contains(&format!("step:{}", kind.key())), "{:?}", open.code_waits_for());
            let refusal = open.handle(sent(), at(LATER)).unwrap_err();
            assert!(refusal.code == Code::CodeComesLast && names(&refusal, line), "{refusal}");
        }
    }
}

#[test]
fn a_code_typed_while_a_step_was_opened_again_is_worth_nothing() {
    let line = profile("DE").unwrap().line("de.tan").unwrap();
    let c = go(&go(&session("DE", &[], None), reopen(Kind::Greet), 30), done(Kind::Greet), 31);
    let c = go(&go(&c, sent(), 32), reopen(Kind::Greet), 33);
    let t = c.handle(typed(), at(34)).unwrap();
    assert!(matches!(t.facts[..], [Fact::CodeTried { tried: crate::code::Tried::Right, .. }]), "the log says what happened");
    assert_eq!(t.next.identity.code.as_ref().unwrap().state, State::Overtaken);
    assert_eq!(t.next.handle(done(Kind::OneTimeCode), at(35)).unwrap_err().code, Code::EvidenceMismatch);
    refused_by(&go(&t.next, done(Kind::Greet), 36), line, "typed early");
}

#[test]
fn a_field_read_after_the_code_asks_for_it_again_and_one_that_no_line_asks_for_does_not() {
    let line = profile("DE").unwrap().line("de.tan").unwrap();
    let read = |c: &Case, field, text: &str| {
        go(c, Input::ReadField { agent: AGENT, field, text: Pii::new(text.into()), salt: Salt([4; 16]) }, LATER)
    };
    let c = session("DE", &[], None);
    let other = read(&c, Field::DocumentNumber, "D23145891");
    refused_by(&other, line, "another number");
    assert!(approved(&with_code(&other, 52)).is_ok());
    assert!(approved(&read(&c, Field::Nationality, "Utopia")).is_ok(), "no line asks for it");
    let gone = read(&c, Field::Mrz, "");
    assert_eq!(gone.code_waits_for(), ["line:de.mrz"]);
    assert_eq!(gone.handle(sent(), at(52)).unwrap_err().code, Code::CodeComesLast);
    assert!(approved(&with_code(&go(&gone, readings().remove(0), 52), 53)).is_ok());
}

#[test]
fn the_log_says_that_the_step_was_opened_again_and_the_limit_of_codes_holds() {
    let c = session("DE", &[], None);
    let t = c.handle(reopen(Kind::Declaration), at(LATER)).unwrap();
    let opened: Vec<_> =
        t.facts.iter().filter_map(|f| if let Fact::StepReopened { step, .. } = f { Some(step.as_str()) } else { None }).collect();
    assert_eq!(opened, ["declaration", "one_time_code"]);
    let mut c = go(&t.next, done(Kind::Declaration), 52);
    for second in [53, 55] {
        c = with_code(&c, second);
        c = go(&go(&c, reopen(Kind::Greet), second + 1), done(Kind::Greet), second + 1);
    }
    assert_eq!(c.handle(sent(), at(57)).unwrap_err().code, Code::LimitReached);
}

#[test]
fn a_session_from_before_the_code_had_to_be_last_is_asked_for_no_more() {
    let mut text = serde_json::to_value(session("DE", &[], None)).unwrap();
    for step in text["procedure"]["steps"].as_array_mut().unwrap() {
        step.as_object_mut().unwrap().remove("last").expect("kept in the state");
    }
    let old: Case = serde_json::from_value(text).unwrap();
    let c = go(&go(&old, reopen(Kind::Greet), LATER), done(Kind::Greet), LATER);
    assert!(!c.code_last() && c.code_waits_for().is_empty());
    assert_eq!(approved(&c).unwrap().phase_name(), "verified");
}

#[derive(Clone, Copy, Debug)]
enum Work {
    Reopen(usize),
    Close(usize),
    Photograph(usize),
    Read(u8),
    Send,
    Type,
    CloseCode,
}

fn work() -> impl Strategy<Value = Work> {
    prop_oneof![
        (0..20usize).prop_map(Work::Reopen),
        (0..20usize).prop_map(Work::Close),
        (0..20usize).prop_map(Work::Close),
        (0..20usize).prop_map(Work::Photograph),
        (0..3u8).prop_map(Work::Read),
        Just(Work::Send),
        Just(Work::Type),
        Just(Work::Type),
        Just(Work::CloseCode),
    ]
}

fn input(c: &Case, n: usize, of: Work) -> Option<Input> {
    let kinds = before(c);
    let kind = |at: usize| kinds[at % kinds.len()];
    Some(match of {
        Work::Reopen(at) => reopen(kind(at)),
        Work::Close(at) => done(kind(at)),
        Work::Photograph(at) => still(2_000 + n as u128, kind(at).key(), kind(at).slot()?),
        Work::Read(0) => readings().remove(1),
        Work::Read(at) => {
            Input::ReadField { agent: AGENT, field: Field::DocumentNumber, text: Pii::new(format!("D{at}")), salt: Salt([4; 16]) }
        }
        Work::Send => sent(),
        Work::Type => typed(),
        Work::CloseCode => done(Kind::OneTimeCode),
    })
}

proptest! {
    #[test]
    fn whatever_the_order_of_work_nobody_is_approved_unless_the_newest_of_it_was_the_code(all in prop::collection::vec(work(), 1..40)) {
        let mut c = session("DE", &[], None);
        // The naive model: was the newest work that changed anything the code, typed right while all else was closed?
        let mut newest = true;
        for (n, of) in all.into_iter().enumerate() {
            let Some(input) = input(&c, n, of) else { continue };
            let Ok(t) = c.handle(input, at(LATER)) else { continue };
            let closed = before(&t.next).iter().all(|k| {
                matches!(t.next.procedure.as_ref().unwrap().step(k.key(), "t").unwrap().state, StepState::Done)
            });
            match of {
                Work::Type => newest |= t.next.identity.code.as_ref().unwrap().state == State::Matched && closed,
                Work::Send | Work::CloseCode => {}
                Work::Reopen(_) | Work::Close(_) | Work::Photograph(_) | Work::Read(_) => newest &= t.facts.is_empty(),
            }
            c = t.next;
            let typed = code_step(&c).proven.is_some();
            prop_assert_eq!(typed, newest);
            prop_assert_eq!(approved(&c).is_ok(), newest && closed && code_step(&c).state == StepState::Done);
        }
    }
}

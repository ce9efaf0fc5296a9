//! What reading, codes and places promise on a live case. Must not know a clock.

use super::*;
use crate::case::{Claim, Input, JoinMode, Opening};
use crate::consent::Consent;
use crate::ids::{CaseId, ClientId, InvitationId, ReportId, ReservationId, SessionId, TenantId, TicketId};
use crate::invitation::FreshLink;
use crate::report::{CheckOutcome, ClaimedData, Customer, FailureReason, Report, Scores};
use crate::session::Seat;
use crate::time::Span;
use crate::trigger::Policy;

const AGENT: AgentId = AgentId(0xa);
const RING: ReservationId = ReservationId(0xb);
const SALT: Salt = Salt([3; 16]);

fn at(seconds: i64) -> Timestamp {
    Timestamp(seconds * 1_000_000)
}

fn pii(text: &str) -> Pii<String> {
    Pii::new(text.to_owned())
}

fn link(n: u128) -> FreshLink {
    FreshLink { id: InvitationId(n), token_hash: Digest::of(&n.to_be_bytes()) }
}

fn go(case: &Case, input: Input, seconds: i64) -> Case {
    case.handle(input, at(seconds)).unwrap().next
}

fn refused(case: &Case, input: Input) -> Code {
    case.handle(input, at(9)).unwrap_err().code
}

/// A name recovery in a session, under a profile.
fn live(jurisdiction: &str) -> Case {
    let report = Report {
        id: ReportId(1),
        at: at(0),
        attempt: 2,
        outcome: CheckOutcome::Failed,
        reasons: vec![FailureReason::NameMismatch],
        scores: Scores::default(),
        vendor: None,
        vendor_reference: None,
        images: vec![],
    };
    let opening = Opening {
        id: CaseId(1),
        tenant: TenantId(1),
        reference: "onb-1".into(),
        customer: Customer { name: pii("Nguyễn Văn Đức"), locale: "vi".into(), phone: Some(pii("+6591234567")), email: None },
        claimed: ClaimedData {
            birth_date: Some(pii("1982-09-08")),
            address: Some(pii("1 Marine Drive, Mumbai")),
            ..ClaimedData::default()
        },
        jurisdiction: jurisdiction.into(),
        report,
        link: link(1),
    };
    let consent = Consent {
        at: at(1),
        text_sha256: Digest::of(b"text"),
        text: "text".into(),
        version: 1,
        locale: "vi".into(),
        address: Pii::default(),
        user_agent: Pii::default(),
        commitment: Digest::of(b"c"),
    };
    let claim = Claim {
        client: ClientId(7),
        secret_hash: Digest::of(b"s"),
        consent,
        mode: JoinMode::Video,
        birth_date: None,
        ticket: TicketId(7),
        open: true,
    };
    let c = Case::open(opening, &Policy::starting("UTC", jurisdiction), at(0)).next;
    let c = go(&c, Input::Claim(Box::new(claim)), 1);
    let c = go(&c, Input::Reserve { agent: AGENT, reservation: RING }, 2);
    let c = go(&c, Input::Accept { agent: AGENT, reservation: RING, session: SessionId(0xc), seed: 3 }, 3);
    let c = go(&c, Input::MediaUp { seat: Seat::Agent }, 4);
    go(&c, Input::MediaUp { seat: Seat::Customer }, 4)
}

fn read(field: Field, text: &str) -> Input {
    Input::ReadField { agent: AGENT, field, text: pii(text), salt: SALT }
}

fn send(code: &str) -> Input {
    Input::SendCode { agent: AGENT, channel: Channel::Sms, salt: SALT, hash: Digest::commit(&SALT, code) }
}

fn typed(code: &str) -> Input {
    Input::TryCode { typed: pii(code) }
}

fn here(lat: f64, lon: f64) -> Input {
    let fix = Fix { lat: (lat * 1e6) as i32, lon: (lon * 1e6) as i32, accuracy_dm: 350, height: false, age_ms: 100 };
    Input::Located { fixes: Pii::new(vec![fix]), network: Network::NoDatabase, salt: SALT }
}

fn proven(case: &Case, step: &str) -> bool {
    case.procedure.as_ref().unwrap().step(step, "t").unwrap().has_evidence()
}

#[test]
fn a_reading_is_kept_in_the_state_and_only_its_outcome_in_the_log() {
    let c = live("default");
    let t = c.handle(read(Field::Name, "NGUYEN VAN DUC"), at(9)).unwrap();
    assert_eq!(t.next.identity.readings.get(Field::Name), Some("NGUYEN VAN DUC"));
    let (name, body) = t.facts[0].parts();
    assert_eq!((name.as_str(), &body["field"], &body["outcome"]), ("field_read", &"name".into(), &"same_but_marks".into()));
    assert!(!body.to_string().contains("NGUYEN"));
    assert_eq!(t.next.handle(read(Field::Name, "NGUYEN VAN DUC"), at(9)).unwrap().facts, [], "the same again is nothing");
    assert_eq!(refused(&c, read(Field::BirthDate, "yesterday")), Code::OutOfRange);
    assert_eq!(refused(&c, Input::ReadField { agent: AgentId(1), field: Field::Name, text: pii("x"), salt: SALT }), Code::NotYours);
}

#[test]
fn a_code_typed_right_is_the_evidence_of_its_step_and_never_in_a_fact() {
    let c = live("default");
    let done = Input::StepDone { agent: AGENT, step: "one_time_code".into() };
    assert_eq!(refused(&c, typed("042517")), Code::Stale, "none was sent");
    let sent = c.handle(send("042517"), at(10)).unwrap();
    assert!(!format!("{:?}", sent.facts).contains("042517"));
    let wrong = sent.next.handle(typed("111111"), at(20)).unwrap();
    assert_eq!(wrong.facts, [Fact::CodeTried { tried: Tried::Wrong, left: 2 }]);
    assert_eq!(refused(&wrong.next, done.clone()), Code::EvidenceMismatch);
    let right = wrong.next.handle(typed("042517"), at(30)).unwrap();
    assert_eq!(right.facts, [Fact::CodeTried { tried: Tried::Right, left: 2 }]);
    assert!(proven(&right.next, "one_time_code"));
    assert_eq!(refused(&right.next, typed("042517")), Code::Stale, "once");
    assert_eq!(refused(&right.next, send("000000")), Code::Stale, "nothing is left to prove");
    go(&right.next, done, 31);
}

#[test]
fn three_codes_of_three_tries_each_are_all_there_is() {
    let mut c = live("default");
    for round in 1..=SENDS {
        c = go(&c, send("042517"), 10);
        assert_eq!(c.identity.code.as_ref().unwrap().sends, round);
        for _ in 0..TRIES {
            c = go(&c, typed("111111"), 11);
        }
        assert_eq!(refused(&c, typed("042517")), Code::Stale, "locked");
    }
    assert_eq!(refused(&c, send("042517")), Code::LimitReached);
    let late = go(&live("default"), send("042517"), 10);
    let late = go(&late, typed("042517"), 10 + 600);
    assert!(!proven(&late, "one_time_code"));
}

#[test]
fn a_code_goes_only_where_something_is_on_file_and_only_for_its_step() {
    let c = live("default");
    let mail = Input::SendCode { agent: AGENT, channel: Channel::Email, salt: SALT, hash: Digest::of(b"") };
    assert_eq!(refused(&c, mail), Code::OutOfRange);
    let mut plain = c.clone();
    plain.procedure.as_mut().unwrap().steps.retain(|s| s.kind != Kind::OneTimeCode);
    assert_eq!(refused(&plain, send("042517")), Code::UnknownStep);
    let other = Input::SendCode { agent: AgentId(1), channel: Channel::Sms, salt: SALT, hash: Digest::of(b"") };
    assert_eq!(refused(&c, other), Code::NotYours);
}

#[test]
fn the_place_is_asked_only_where_the_procedure_needs_it_and_no_is_an_answer() {
    let ask = Input::AskLocation { agent: AGENT };
    assert_eq!(refused(&live("default"), ask.clone()), Code::UnknownStep);
    let c = live("IN");
    assert_eq!(refused(&c, here(19.076, 72.877)), Code::Stale, "nobody asked");
    let asked = go(&c, ask.clone(), 10);
    let no = asked.handle(Input::RefuseLocation { why: Refused::Customer }, at(11)).unwrap();
    assert_eq!(no.facts, [Fact::LocationRefused { why: Refused::Customer }]);
    assert!(!proven(&no.next, "location"));
    let again = go(&no.next, ask.clone(), 12);
    let t = again.handle(here(19.07612, 72.87732), at(13)).unwrap();
    assert!(proven(&t.next, "location"));
    let (_, body) = t.facts[0].parts();
    assert_eq!((&body["country"], &body["fineness"]), (&"IN".into(), &"street".into()));
    assert!(!body.to_string().contains("19.07") && !body.to_string().contains("19076"), "no coordinates in the log: {body}");
    let mut c = t.next;
    for n in 0..3 {
        c = go(&c, ask.clone(), 14 + n);
    }
    assert_eq!(refused(&c, ask), Code::LimitReached);
}

#[test]
fn impossible_readings_are_refused_and_the_question_stays_open() {
    let asked = go(&live("IN"), Input::AskLocation { agent: AGENT }, 10);
    assert_eq!(refused(&asked, here(91.0, 0.0)), Code::OutOfRange);
    assert_eq!(refused(&asked, Input::Located { fixes: Pii::default(), network: Network::Unknown, salt: SALT }), Code::OutOfRange);
    assert!(asked.identity.location.open.is_some());
}

#[test]
fn a_fresh_start_forgets_what_was_found_out() {
    let c = go(&live("IN"), read(Field::Name, "Duc"), 9);
    let c = go(&go(&c, Input::AskLocation { agent: AGENT }, 10), here(19.07612, 72.87732), 11);
    let c = go(&go(&c, send("042517"), 12), typed("042517"), 13);
    assert!(proven(&c, "location") && proven(&c, "one_time_code"));
    let broken = go(&c, Input::MediaDown { seat: Seat::Customer }, 14);
    let back = go(&broken, Input::MediaUp { seat: Seat::Customer }, 20);
    assert_eq!(back.identity, Identity::default());
    assert!(!proven(&back, "location") && !proven(&back, "one_time_code"));
}

#[test]
fn a_state_of_before_loads_without_any_of_it() {
    let c = live("default");
    let mut value = serde_json::to_value(&c).unwrap();
    value.as_object_mut().unwrap().remove("identity");
    for step in value["procedure"]["steps"].as_array_mut().unwrap() {
        step.as_object_mut().unwrap().remove("proven");
        for question in step["questions"].as_array_mut().unwrap() {
            question.as_object_mut().unwrap().remove("text");
        }
    }
    assert_eq!(serde_json::from_value::<Case>(value).unwrap(), c);
}

#[test]
fn the_tenants_questions_are_drawn_once_at_the_beginning() {
    let own = |key: &str| OwnQuestion { key: key.into(), text: [("en".to_owned(), "Which branch?".to_owned())].into() };
    let ask = Input::OwnQuestions { set: vec![own("branch"), own("card")], seed: 9 };
    let t = live("default").handle(ask.clone(), at(5)).unwrap();
    assert_eq!(t.facts.len(), 1);
    assert_eq!(t.next.handle(ask, at(6)).unwrap().facts, []);
    let answered =
        Input::Answered { agent: AGENT, step: "questions".into(), question: "branch".into(), answer: crate::procedure::Answer::Match };
    go(&t.next, answered, 7);
    assert_eq!(Span::seconds(600), crate::code::LIFE);
}

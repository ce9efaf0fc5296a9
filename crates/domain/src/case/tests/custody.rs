//! Hold and erasure: when evidence may go, and that what is left names nobody.

use super::*;
use crate::retention::{Cause, Custody};

const STAFF: AgentId = AgentId(0x51);

fn erase(cause: Cause) -> Input {
    Input::Custody(Custody::Erase { cause, by: Some(STAFF), key: Digest::of(b"key") })
}

fn hold(reason: &str) -> Input {
    Input::Custody(Custody::Hold { by: STAFF, reason: Pii::new(reason.to_owned()), salt: Salt([1; 16]) })
}

fn lift(reason: &str) -> Input {
    Input::Custody(Custody::Lift { by: STAFF, reason: Pii::new(reason.to_owned()), salt: Salt([2; 16]) })
}

fn closed(outcome: Outcome) -> Case {
    let case = open(FailureReason::DocumentGlare, "SG");
    case.with_phase(Phase::Closed { outcome, decision: None, at: at(100) })
}

/// Past every period of the profile.
fn over() -> Timestamp {
    at(100).plus_years(30)
}

fn code(made: Result<Transition, Refusal>) -> Code {
    made.unwrap_err().code
}

#[test]
fn a_decided_case_is_erased_on_the_day_its_profile_says_and_for_no_cause_before() {
    for outcome in [Outcome::Verified, Outcome::Rejected, Outcome::Escalated] {
        let case = closed(outcome);
        let due = case.erase_due().unwrap();
        assert!(due >= at(100).plus_years(1));
        for cause in [Cause::RetentionOver, Cause::CustomerRequest, Cause::ConsentWithdrawn, Cause::CollectedInError] {
            assert_eq!(code(case.handle(erase(cause), Timestamp(due.0 - 1))), Code::RetentionRuns);
            assert!(case.handle(erase(cause), due).is_ok());
        }
    }
}

#[test]
fn what_nobody_decided_goes_earlier_but_only_when_somebody_asks() {
    for outcome in [Outcome::Abandoned, Outcome::Expired] {
        let case = closed(outcome);
        assert!(case.erase_due().unwrap() > at(200));
        assert_eq!(code(case.handle(erase(Cause::RetentionOver), at(200))), Code::RetentionRuns);
        assert!(case.handle(erase(Cause::CustomerRequest), at(200)).is_ok());
    }
}

#[test]
fn a_case_that_is_under_way_is_never_erased() {
    let case = open(FailureReason::DocumentGlare, "SG");
    assert_eq!((case.phase_name(), case.erase_due()), ("invited", None));
    assert_eq!(code(case.handle(erase(Cause::CustomerRequest), over())), Code::WrongPhase);
}

#[test]
fn a_hold_keeps_evidence_past_its_time_until_somebody_lifts_it_with_a_reason() {
    let case = closed(Outcome::Verified);
    assert_eq!(code(case.handle(hold("  x "), at(200))), Code::ReasonMissing);
    let held = case.handle(hold("a court asked"), at(200)).unwrap();
    assert!(matches!(held.facts[..], [Fact::HoldSet { agent: STAFF, .. }]));
    let held = held.next;
    assert_eq!(code(held.handle(hold("again"), at(201))), Code::UnderHold);
    for cause in [Cause::RetentionOver, Cause::CustomerRequest] {
        assert_eq!(code(held.handle(erase(cause), over())), Code::UnderHold);
    }
    assert_eq!(code(case.handle(lift("none is set"), at(202))), Code::Stale);
    let free = held.handle(lift("the court is done"), at(202)).unwrap().next;
    assert!(free.handle(erase(Cause::RetentionOver), over()).is_ok());
}

#[test]
fn the_log_never_holds_the_words_of_a_reason() {
    let held = closed(Outcome::Verified).handle(hold("Nur Aisyah went to court"), at(200)).unwrap();
    let body = serde_json::to_string(&held.facts).unwrap();
    assert!(!body.contains("court") && body.contains("commitment"), "{body}");
}

#[test]
fn what_is_left_of_an_erased_case_names_nobody_and_says_what_was_decided() {
    let mut case = closed(Outcome::Verified);
    case.notes = Pii::new("Nur Aisyah".to_owned());
    case.reports[0].vendor_reference = Some("Nur-1".to_owned());
    let erased = case.handle(erase(Cause::RetentionOver), over()).unwrap();
    let left = serde_json::to_string(&erased.next).unwrap();
    for word in ["Nur", "Aisyah", "6591234567", "1982", "onb-1"] {
        assert!(!left.contains(word), "{word} in {left}");
    }
    assert_eq!((erased.next.phase_name(), erased.next.jurisdiction.as_str()), ("verified", "SG"));
    let Fact::EvidenceErased { cause, key, due, .. } = erased.facts[0] else { panic!("{:?}", erased.facts) };
    assert_eq!((cause, key, due), (Cause::RetentionOver, Digest::of(b"key"), closed(Outcome::Verified).erase_due().unwrap()));
    assert_eq!(erased.next.erase_due(), None);
}

#[test]
fn an_erased_case_takes_nothing_new_and_a_second_erasure_changes_nothing() {
    let erased = closed(Outcome::Verified).handle(erase(Cause::RetentionOver), over()).unwrap().next;
    assert_eq!(code(erased.handle(hold("too late"), over())), Code::Erased);
    assert_eq!(code(erased.handle(Input::NewLink { link: link(2), life: Span::minutes(1) }, over())), Code::Erased);
    let again = erased.handle(erase(Cause::CustomerRequest), over()).unwrap();
    assert_eq!((again.next, again.facts), (erased, vec![]));
}

#[test]
fn a_recording_that_is_still_being_sealed_is_waited_for_but_not_for_ever() {
    let mut case = closed(Outcome::Abandoned);
    let session = Session::joining(SESSION, AGENT, at(50));
    case.past.push(Past { session, ended_at: at(90), by: EndedBy::CustomerLost });
    assert_eq!(code(case.handle(erase(Cause::CustomerRequest), at(200))), Code::RecordingNotSealed);
    assert!(case.handle(erase(Cause::CustomerRequest), at(200 + 24 * 3600)).is_ok());
}

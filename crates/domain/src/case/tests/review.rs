//! Four eyes: who may look, how long, and what becomes of the case.

use super::*;
use crate::review::{Candidate, Finding, GIVE_WITHIN, Kind, Opinion, State, TAKE_WITHIN, sampled};

const CHECKER: AgentId = AgentId(0x20);
const OTHER: AgentId = AgentId(0x21);

fn present(ids: &[AgentId]) -> Input {
    let candidates = ids.iter().map(|id| Candidate { id: *id, same_team: false }).collect();
    Input::AssignReview { candidates, seed: 7 }
}

fn give(checker: AgentId, finding: Finding, again: &[crate::procedure::Kind]) -> Input {
    let reasons = finding.reasons().iter().copied().take(1).collect();
    let note = Pii::new("seen with care".to_owned());
    let note_commitment = Digest::of(b"note");
    let opinion = Opinion { checker, finding, reasons, note, note_commitment, again: again.to_vec() };
    Input::GiveReview { opinion: Box::new(opinion), link: link(77) }
}

fn code(case: &Case, input: Input, seconds: i64) -> Code {
    case.handle(input, at(seconds)).unwrap_err().code
}

/// In the checker's hand and begun.
fn taken(case: &Case) -> Case {
    let c = go(case, present(&[CHECKER]), 10);
    go(&c, Input::TakeReview { checker: CHECKER }, 12)
}

/// Closed without a profile that asks for a second look, and drawn for a blind one.
fn drawn() -> Case {
    let c = go(&worked(&live("default")), Input::RecordingHead { session: SESSION, segments: 3, head: Digest::of(b"h") }, 8);
    let closed = go(&c, decide(Verdict::Verified, ReasonCode::IdentityConfirmed), 9);
    go(&closed, Input::Sample { seed: 1, percent: 100 }, 9)
}

#[test]
fn a_decision_under_review_closes_when_a_drawn_checker_approves() {
    let c = under_review();
    assert_eq!((c.phase_name(), c.open_review().unwrap().kind), ("under_review", Kind::Required));
    assert_eq!(code(&c, give(CHECKER, Finding::Approve, &[]), 7), Code::NotYours, "nobody was drawn");
    let c = go(&c, present(&[CHECKER]), 10);
    assert_eq!(code(&c, give(CHECKER, Finding::Approve, &[]), 11), Code::Stale, "who approves has looked");
    assert_eq!(code(&c, Input::TakeReview { checker: OTHER }, 11), Code::NotYours);
    let c = go(&c, Input::TakeReview { checker: CHECKER }, 12);
    assert_eq!(go(&c, Input::TakeReview { checker: CHECKER }, 13), c, "a page loaded again begins no second time");
    let t = c.handle(give(CHECKER, Finding::Approve, &[]), at(40)).unwrap();
    assert_eq!(t.next.phase_name(), "verified");
    assert_eq!(t.next.decision().unwrap().reviewed_by, Some(CHECKER));
    let names: Vec<_> = t.facts.iter().map(|f| f.parts().0).collect();
    assert_eq!(names, ["reviewed", "case_closed"]);
    assert!(!serde_json::to_string(&t.facts).unwrap().contains("care"), "the note is in the log by its hash alone");
    assert_eq!(code(&t.next, give(CHECKER, Finding::Approve, &[]), 41), Code::AlreadyVerified);
}

#[test]
fn whoever_took_part_is_neither_drawn_nor_heard() {
    let c = under_review();
    let alone = go(&c, present(&[AGENT]), 10);
    assert_eq!(alone, c, "nobody else is there, so nobody is drawn");
    for seed in 0..500 {
        let candidates = [AGENT, CHECKER].map(|id| Candidate { id, same_team: false }).to_vec();
        let c = go(&c, Input::AssignReview { candidates, seed }, 10);
        assert_eq!(c.open_review().unwrap().holder(), Some(CHECKER));
    }
    // Even a state in which the maker stands as the checker gives the maker nothing.
    let mut forged = taken(&c);
    if let Some(State::Assigned { checker, .. }) = forged.review.as_mut().map(|r| &mut r.state) {
        *checker = AGENT;
    }
    assert_eq!(code(&forged, give(AGENT, Finding::Approve, &[]), 13), Code::SamePerson);
    assert_eq!(code(&forged, Input::TakeReview { checker: AGENT }, 13), Code::SamePerson);
    let mut helped = c;
    helped.past[0].session.former = vec![CHECKER];
    assert_eq!(go(&helped, present(&[CHECKER]), 10), helped, "who held the session before took part as well");
}

#[test]
fn a_checker_who_does_not_begin_or_does_not_finish_makes_room_for_another() {
    let late = |c: &Case, t: Timestamp| c.handle(Input::Wake { link: link(1), life: Span::minutes(1) }, t).unwrap();
    let c = go(&under_review(), present(&[CHECKER]), 10);
    assert_eq!(c.deadline(), Some(at(10) + TAKE_WITHIN));
    assert_eq!(code(&c, Input::TakeReview { checker: CHECKER }, 10 + TAKE_WITHIN.as_seconds()), Code::Stale);
    let t = late(&c, at(10) + TAKE_WITHIN);
    assert_eq!(t.facts, [Fact::ReviewLapsed { checker: CHECKER }]);
    assert_eq!((t.next.phase_name(), t.next.deadline()), ("under_review", None));
    let again = go(&t.next, present(&[CHECKER, OTHER]), 200);
    assert_eq!(again.open_review().unwrap().holder(), Some(OTHER), "who let it lapse comes last");
    let begun = go(&again, Input::TakeReview { checker: OTHER }, 201);
    assert_eq!(begun.deadline(), Some(at(201) + GIVE_WITHIN));
    assert_eq!(code(&begun, give(OTHER, Finding::Approve, &[]), 201 + GIVE_WITHIN.as_seconds()), Code::Stale);
    assert_eq!(late(&begun, at(201) + GIVE_WITHIN).facts, [Fact::ReviewLapsed { checker: OTHER }]);
}

#[test]
fn a_recapture_brings_the_customer_back_for_what_was_named_and_for_nothing_else() {
    use crate::procedure::Kind as Step;
    let c = taken(&under_review());
    assert_eq!(code(&c, give(CHECKER, Finding::Recapture, &[]), 13), Code::OutOfRange);
    assert_eq!(code(&c, give(CHECKER, Finding::Recapture, &[Step::Declaration]), 13), Code::UnknownStep);
    let t = c.handle(give(CHECKER, Finding::Recapture, &[Step::DocumentFront]), at(20)).unwrap();
    assert_eq!(t.next.phase_name(), "invited");
    assert_eq!(t.next.invitation.as_ref().unwrap().id, InvitationId(77));
    assert!(t.facts.iter().any(|f| matches!(f, Fact::InvitationIssued { .. })));
    let state = |key: &str| t.next.procedure.as_ref().unwrap().step(key, "t").unwrap().state.clone();
    assert_eq!(state("document_front"), crate::procedure::StepState::Pending);
    assert_eq!(state("portrait_match"), crate::procedure::StepState::Done);
    let void = |key: &str| t.next.evidence.iter().find(|e| e.step.as_deref() == Some(key)).unwrap().void;
    assert!(void("document_front") && !void("portrait_match"));
    assert!(t.next.open_review().is_none() && t.next.decision().is_none());
}

#[test]
fn deciding_is_told_as_done_while_there_is_a_decision_and_no_longer() {
    use crate::procedure::{Kind as Step, StepState};
    let told = |c: &Case| {
        let told = c.procedure_told().unwrap().steps;
        let kept = &c.procedure.as_ref().unwrap().steps;
        assert!(told.iter().zip(kept).all(|(t, k)| t.kind == Step::Decision || t == k), "every other step is told as it is");
        told.into_iter().find(|s| s.kind == Step::Decision).unwrap().state
    };
    let worked = go(&worked(&live("default")), Input::RecordingHead { session: SESSION, segments: 3, head: Digest::of(b"h") }, 8);
    assert_eq!(told(&worked), StepState::Pending, "the work is done, nobody has decided");
    assert_eq!(told(&go(&worked, decide(Verdict::Verified, ReasonCode::IdentityConfirmed), 9)), StepState::Done);
    assert_eq!(told(&go(&worked, decide(Verdict::Incomplete, ReasonCode::CustomerLeft), 9)), StepState::Pending);
    let checked = taken(&under_review());
    assert_eq!(told(&checked), StepState::Done);
    assert_eq!(told(&go(&checked, give(CHECKER, Finding::Recapture, &[Step::DocumentFront]), 20)), StepState::Pending);
}

#[test]
fn a_checker_who_says_no_decides_and_one_who_hands_on_leaves_it_to_the_bank() {
    let c = taken(&under_review());
    let rejected = go(&c, give(CHECKER, Finding::Reject, &[]), 20);
    let decision = rejected.decision().unwrap();
    assert_eq!((rejected.phase_name(), decision.verdict, decision.by), ("rejected", Verdict::Rejected, CHECKER));
    assert_eq!(decision.reasons, [ReasonCode::FaceDoesNotMatch]);
    assert!(rejected.parties().contains(&AGENT), "the maker stays on record");
    let escalated = go(&c, give(CHECKER, Finding::Escalate, &[]), 20);
    assert_eq!((escalated.phase_name(), escalated.decision().unwrap().verdict), ("escalated", Verdict::Escalated));
}

#[test]
fn a_rejection_under_review_is_never_turned_into_a_yes_by_one_person() {
    let mut c = taken(&under_review());
    if let Phase::UnderReview { decision } = &mut c.phase {
        decision.verdict = Verdict::Rejected;
    }
    if let Some(review) = &mut c.review {
        review.verdict = Verdict::Rejected;
    }
    assert_eq!(code(&c, give(CHECKER, Finding::Approve, &[]), 20), Code::FindingNotOffered);
    let same = go(&c, give(CHECKER, Finding::Reject, &[]), 20);
    assert_eq!((same.phase_name(), same.decision().unwrap().by, same.decision().unwrap().reviewed_by), ("rejected", AGENT, Some(CHECKER)));
}

#[test]
fn what_was_proved_to_the_maker_must_still_hold_for_the_checker() {
    let lost = go(&taken(&under_review()), Input::RecordingFailed { session: SESSION, why: "disk" }, 13);
    assert_eq!(code(&lost, give(CHECKER, Finding::Approve, &[]), 14), Code::RecordingNotSealed);
}

#[test]
fn a_drawn_decision_is_looked_at_blind_and_the_customer_never_waits_for_it() {
    let c = drawn();
    assert_eq!((c.phase_name(), c.open_review().unwrap().kind), ("verified", Kind::Sample));
    let t = taken(&c).handle(give(CHECKER, Finding::Reject, &[]), at(30)).unwrap();
    assert_eq!(t.next.phase_name(), "verified", "nothing changes for the customer");
    assert_eq!(t.next.decision(), c.decision());
    assert!(matches!(t.facts[..], [Fact::Reviewed { agreed: false, kind: Kind::Sample, maker: AGENT, .. }]));
    assert!(t.next.open_review().is_none());
}

#[test]
fn every_decision_is_drawn_for_once_by_a_seed_that_is_on_record() {
    let c = go(&worked(&live("default")), Input::RecordingHead { session: SESSION, segments: 3, head: Digest::of(b"h") }, 8);
    let closed = go(&c, decide(Verdict::Verified, ReasonCode::IdentityConfirmed), 9);
    for seed in 0..60 {
        let t = closed.handle(Input::Sample { seed, percent: 30 }, at(9)).unwrap();
        assert_eq!(t.facts[0], Fact::SampleDrawn { seed, percent: 30, chosen: sampled(seed, 30) });
        assert_eq!(t.next.open_review().is_some(), sampled(seed, 30));
    }
    assert_eq!(go(&closed, Input::Sample { seed: 1, percent: 100 }, 10), closed, "later is too late: the draw belongs to the moment");
    assert_eq!(go(&drawn(), Input::Sample { seed: 2, percent: 100 }, 9), drawn());
    let waiting = under_review();
    assert_eq!(go(&waiting, Input::Sample { seed: 1, percent: 100 }, 6), waiting, "one second look is enough");
}

#[test]
fn a_case_that_was_under_review_before_looks_were_kept_is_still_looked_at() {
    let mut old = under_review();
    old.review = None;
    let t = old.handle(present(&[CHECKER]), at(10)).unwrap();
    let names: Vec<_> = t.facts.iter().map(|f| f.parts().0).collect();
    assert_eq!(names, ["review_asked", "review_assigned"]);
    let mut text = serde_json::to_value(&old).unwrap();
    text.as_object_mut().unwrap().remove("review").unwrap();
    assert_eq!(serde_json::from_value::<Case>(text).unwrap(), old);
}

proptest! {
    #[test]
    fn in_any_schedule_a_required_look_is_given_by_somebody_who_took_no_part(
        moves in prop::collection::vec((0u8..6, 0u128..4, 0i64..120), 0..40),
    ) {
        let people = [AGENT, CHECKER, OTHER, AgentId(0x22)];
        let mut c = under_review();
        let mut now = 10;
        for (choice, who, gap) in moves {
            now += gap;
            let person = people[who as usize];
            let input = match choice {
                0 | 1 => present(&people[..=who as usize]),
                2 => Input::TakeReview { checker: person },
                3 => give(person, Finding::Approve, &[]),
                4 => give(person, Finding::Escalate, &[]),
                _ => Input::Wake { link: link(3), life: Span::minutes(1) },
            };
            let Ok(t) = c.handle(input, at(now)) else { continue };
            for fact in &t.facts {
                if let Fact::Reviewed { checker, maker, .. } = fact {
                    prop_assert!(checker != maker && *checker != AGENT);
                }
            }
            prop_assert!(t.next.open_review().is_none_or(|r| r.holder() != Some(AGENT)));
            c = t.next;
        }
        if c.phase_name() == "verified" {
            prop_assert!(c.decision().unwrap().reviewed_by.is_some_and(|id| id != AGENT));
        }
    }
}

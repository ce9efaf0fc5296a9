//! What a procedure promises: its steps, its draws, and when it is complete. Must not know a case.

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
            "document_back",
            "document_tilt",
            "security_features",
            "portrait_match",
            "liveness",
            "questions",
            "declaration",
            "one_time_code",
            "decision"
        ]
    );
    assert_eq!(
        keys(&built(&[FailureReason::DocumentGlare], "IN")),
        ["greet", "document_front", "portrait_match", "liveness", "questions", "location", "decision"]
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

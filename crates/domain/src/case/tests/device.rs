//! What is promised of commands to the customer's device. Must not know a camera.

use super::*;
use crate::device::{ANSWER_WITHIN, HELD_WITHIN, Kind};

fn ask(id: u32, what: Kind) -> Input {
    Input::CommandSent { agent: AGENT, id, what, detail: "2.0".into() }
}

fn done(id: u32) -> Input {
    Input::CommandDone { id, ok: true, why: String::new(), effect: "zoom=2.0".into() }
}

fn wake() -> Input {
    Input::Wake { link: link(42), life: Span::minutes(15) }
}

fn device(controls: bool) -> Input {
    Input::Device { camera: CameraState::On, controls: Some(controls) }
}

#[test]
fn the_first_answer_counts_and_every_other_is_refused() {
    let c = go(&live("default"), ask(7, Kind::Zoom), 10);
    for stranger in [0, 8, u32::MAX] {
        assert_eq!(c.handle(done(stranger), at(11)).unwrap_err().code, Code::Stale, "an answer to a command nobody sent");
    }
    let answered = c.handle(done(7), at(11)).unwrap();
    assert_eq!(answered.facts, [Fact::CommandDone { id: 7, ok: true, why: String::new(), effect: "zoom=2.0".into() }]);
    assert_eq!(answered.next.handle(done(7), at(12)).unwrap_err().code, Code::Stale, "a second answer");
}

#[test]
fn a_device_that_never_answers_is_told_of_once_and_its_late_answer_is_refused() {
    let c = go(&live("default"), ask(7, Kind::Torch), 10);
    let due = at(10) + ANSWER_WITHIN;
    assert_eq!(c.deadline(), Some(due));
    let silent = c.handle(wake(), due).unwrap();
    assert_eq!(silent.facts, [Fact::CommandTimedOut { id: 7, what: "torch".into() }]);
    assert_eq!(silent.next.phase_name(), "live", "the call goes on");
    assert_eq!(silent.next.deadline(), None);
    assert_eq!(silent.next.handle(done(7), due).unwrap_err().code, Code::Stale);
}

#[test]
fn of_each_kind_one_command_is_under_way() {
    let mut c = live("default");
    for (id, kind) in (1u32..).zip(Kind::ALL) {
        c = go(&c, ask(id, kind), 10);
        assert_eq!(c.handle(ask(id + 100, kind), at(11)).unwrap_err().code, Code::CommandUnderWay);
    }
    let c = go(&c, done(4), 12);
    assert_eq!(
        c.handle(ask(5, Kind::Zoom), at(12)).unwrap_err().code,
        Code::CommandUnderWay,
        "an id that is under way names no second command"
    );
    assert!(c.handle(ask(200, Kind::Zoom), at(12)).is_ok());
}

#[test]
fn a_photograph_waits_for_the_customers_hand_but_not_for_ever() {
    let c = go(&live("default"), ask(1, Kind::Photograph), 10);
    let c = go(&c, Input::CommandHeld { id: 1, why: "review".into() }, 12);
    let due = at(12) + HELD_WITHIN;
    assert_eq!(c.deadline(), Some(due));
    let again = c.handle(Input::CommandHeld { id: 1, why: "review".into() }, at(100));
    assert_eq!(again.unwrap_err().code, Code::Stale, "held once only");
    assert!(c.handle(done(1), at(100)).is_ok());
    assert_eq!(c.handle(wake(), due).unwrap().facts, [Fact::CommandTimedOut { id: 1, what: "photograph".into() }]);
    let zoom = go(&live("default"), ask(2, Kind::Zoom), 10);
    assert_eq!(zoom.handle(Input::CommandHeld { id: 2, why: "review".into() }, at(11)).unwrap_err().code, Code::Stale);
}

#[test]
fn who_refuses_control_keeps_the_device_and_is_still_asked_for_photographs() {
    let refused = live("default").handle(device(false), at(5)).unwrap();
    assert!(refused.facts.contains(&Fact::ControlChanged { allowed: false }));
    let c = refused.next;
    for kind in Kind::ALL {
        let sent = c.handle(ask(1, kind), at(6)).map_err(|r| r.code);
        assert_eq!(sent.is_ok(), !kind.controls(), "{kind:?}");
        assert!(sent.is_ok() || sent.is_err_and(|code| code == Code::ControlRefused));
    }
    let loaded_again = Input::Device { camera: CameraState::On, controls: None };
    assert!(go(&c, loaded_again, 7).controls_refused, "a page that was loaded again does not give it back");
    let back = c.handle(device(true), at(7)).unwrap();
    assert_eq!(back.facts, [Fact::ControlChanged { allowed: true }]);
    assert!(back.next.handle(ask(1, Kind::Torch), at(8)).is_ok());
}

#[test]
fn words_of_a_device_are_cut_to_their_limit() {
    let c = go(&live("default"), ask(1, Kind::Zoom), 10);
    let long = Input::CommandDone { id: 1, ok: false, why: "x".repeat(5_000), effect: "y".repeat(5_000) };
    let Fact::CommandDone { why, effect, .. } = &c.handle(long, at(11)).unwrap().facts[0] else { panic!("no answer") };
    assert_eq!((why.len(), effect.len()), (80, 80));
}

#[test]
fn commands_end_with_their_session() {
    let c = go(&live("default"), ask(1, Kind::Zoom), 10);
    let c = go(&c, Input::End { agent: AGENT }, 11);
    assert!(c.past[0].session.commands.is_empty());
    assert_eq!(c.handle(done(1), at(12)).unwrap_err().code, Code::Stale);
}

#[test]
fn a_session_kept_before_commands_were_reads_as_one_without() {
    let c = live("default");
    let mut old = serde_json::to_value(&c).unwrap();
    old.as_object_mut().unwrap().remove("controls_refused");
    old["phase"]["session"].as_object_mut().unwrap().remove("commands");
    for step in old["procedure"]["steps"].as_array_mut().unwrap() {
        step.as_object_mut().unwrap().remove("review");
    }
    assert_eq!(serde_json::from_value::<Case>(old).unwrap(), c);
}

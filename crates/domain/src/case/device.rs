//! The agent's hands on the customer's device: asked, held, answered, or silent; and the customer's right to refuse.
//! Must not know a camera.

use super::{CameraState, Case, Fact, Phase, Transition};
use crate::device::{ANSWER_WITHIN, HELD_WITHIN, Kind, UnderWay};
use crate::ids::AgentId;
use crate::refusal::{Code, Refusal};
use crate::session::Session;
use crate::time::Timestamp;

/// Longest word about a command, characters.
const MAX_WORDS: usize = 80;

fn short(text: &str) -> String {
    text.chars().take(MAX_WORDS).collect()
}

impl Case {
    pub(super) fn device(&self, camera: CameraState, controls: Option<bool>, now: Timestamp) -> Transition {
        let mut facts = Vec::new();
        if self.camera != camera {
            facts.push(Fact::CameraChanged { camera });
        }
        let allowed = controls.unwrap_or(!self.controls_refused);
        if self.controls_refused == allowed {
            facts.push(Fact::ControlChanged { allowed });
        }
        if facts.is_empty() {
            return self.stay();
        }
        let next = Self { camera, controls_refused: !allowed, ..self.clone() };
        self.step(next, now, facts)
    }

    pub(super) fn command_sent(&self, agent: AgentId, id: u32, what: Kind, detail: &str, now: Timestamp) -> Result<Transition, Refusal> {
        let session = self.held_by(agent, "command")?;
        if self.controls_refused && what.controls() {
            return Err(self.refuse(Code::ControlRefused, "command"));
        }
        // Of two of a kind nobody could tell which was answered.
        if session.commands.iter().any(|c| c.what == what || c.id == id) {
            return Err(self.refuse(Code::CommandUnderWay, "command"));
        }
        let sent = Fact::CommandSent { agent, id, what: what.as_str().to_owned(), detail: short(detail) };
        let change = |s: &mut Session| s.commands.push(UnderWay { id, what, due: now + ANSWER_WITHIN, held: false });
        Ok(self.with_session(change, vec![sent], now))
    }

    /// The device needs the customer's hand or eye first. Once only, so that a page cannot keep a command open for ever.
    pub(super) fn command_held(&self, id: u32, why: &str, now: Timestamp) -> Result<Transition, Refusal> {
        let waiting = |c: &&UnderWay| c.id == id && c.what == Kind::Photograph && !c.held;
        if self.commands().iter().find(waiting).is_none() {
            return Err(self.refuse(Code::Stale, "command_held"));
        }
        let change = |s: &mut Session| {
            for c in s.commands.iter_mut().filter(|c| c.id == id) {
                c.held = true;
                c.due = now + HELD_WITHIN;
            }
        };
        Ok(self.with_session(change, vec![Fact::CommandHeld { id, why: short(why) }], now))
    }

    /// The first answer to a command counts; a second, a late one, and one to a command nobody sent are refused.
    pub(super) fn command_done(&self, id: u32, ok: bool, why: &str, effect: &str, now: Timestamp) -> Result<Transition, Refusal> {
        if !self.commands().iter().any(|c| c.id == id) {
            return Err(self.refuse(Code::Stale, "command_done"));
        }
        let done = Fact::CommandDone { id, ok, why: short(why), effect: short(effect) };
        Ok(self.with_session(|s| s.commands.retain(|c| c.id != id), vec![done], now))
    }

    /// Commands whose time is over are told of as silent.
    pub(super) fn commands_late(&self, now: Timestamp) -> Transition {
        let late = self.commands().iter().filter(|c| c.due <= now);
        let facts = late.map(|c| Fact::CommandTimedOut { id: c.id, what: c.what.as_str().to_owned() }).collect();
        self.with_session(|s| s.commands.retain(|c| c.due > now), facts, now)
    }

    fn commands(&self) -> &[UnderWay] {
        if let Phase::Live { session, .. } = &self.phase { &session.commands } else { &[] }
    }

    fn with_session(&self, change: impl FnOnce(&mut Session), facts: Vec<Fact>, now: Timestamp) -> Transition {
        let mut next = self.clone();
        if let Phase::Live { session, .. } = &mut next.phase {
            change(session);
        }
        self.step(next, now, facts)
    }
}

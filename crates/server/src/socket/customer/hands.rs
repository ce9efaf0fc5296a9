//! What the customer's device tells of itself and of the agent's commands: bounded, passed on, the outcome kept.
//! Must not know what an agent's page does with it.

use super::Page;
use crate::engine::{Actor, EngineError};
use crate::hub::ToAgent;
use crate::socket::{Voice, problem};
use domain::case::Input;
use domain::ids::EvidenceId;
use domain::refusal::Code;
use std::time::{Duration, Instant};
use wire::camera::{CameraAbilities, CameraSettings, MeterReading};
use wire::socket::{AgentPush, CustomerMessage, CustomerPush};
use wire::terms::HeldFor;

/// Readings of the meters passed on, at most 4 a second; a little less, so that a page's own pace of 4 fits through.
const METERS_EVERY: Duration = Duration::from_millis(230);

impl Page {
    pub(super) async fn on_device(&self, voice: &mut Voice, message: CustomerMessage) -> bool {
        if let CustomerMessage::Device { camera, microphone, visible, abilities, settings, controls_allowed, camera_label } = message {
            let agent = self.agent().await;
            let (abilities, settings): (CameraAbilities, CameraSettings) = (abilities.bounded(), settings.bounded());
            self.app.hub.tell(self.case, agent, |t| {
                t.microphone = microphone;
                t.visible = visible;
                t.abilities = abilities;
                t.settings = settings;
                t.camera_label = camera_label.chars().take(200).collect();
            });
            return self.act(voice, Input::Device { camera: camera.into(), controls: controls_allowed }).await;
        }
        if let CustomerMessage::CommandHeld { id, held_for } = message {
            return self.held(voice, id, held_for).await;
        }
        if let CustomerMessage::CommandDone { id, ok, why, evidence, effect } = message {
            return self.done(voice, id, ok, &why, evidence, effect.map(|e| Box::new(e.bounded()))).await;
        }
        true
    }

    async fn done(
        &self,
        voice: &mut Voice,
        id: u32,
        ok: bool,
        why: &str,
        evidence: Option<String>,
        effect: Option<Box<CameraSettings>>,
    ) -> bool {
        let why = code(why);
        let words = effect.as_ref().map(|e| e.words()).unwrap_or_default();
        if !self.counts(voice, Input::CommandDone { id, ok, why: why.clone(), effect: words }).await {
            return true;
        }
        let Ok(case) = self.app.engine.case(self.case).await else { return true };
        let Some(agent) = case.agent() else { return true };
        // A photograph that nobody received is none.
        let evidence = evidence.filter(|e| e.parse::<EvidenceId>().is_ok_and(|e| case.evidence.iter().any(|kept| kept.id == e)));
        if let Some(effect) = &effect {
            self.app.hub.tell(self.case, None, |t| t.settings = effect.as_ref().clone());
        }
        let push = AgentPush::CommandDone { id, ok, why, evidence, effect };
        self.app.hub.to_agent(agent, ToAgent::Push(Box::new(push)));
        true
    }

    async fn held(&self, voice: &mut Voice, id: u32, held_for: HeldFor) -> bool {
        let input = Input::CommandHeld { id, why: held_for.as_str().to_owned() };
        if self.counts(voice, input).await
            && let Some(agent) = self.agent().await
        {
            self.app.hub.to_agent(agent, ToAgent::Push(Box::new(AgentPush::CommandHeld { id, held_for })));
        }
        true
    }

    /// Whether the case takes this word about a command. A second, a late one, or one about a command that nobody sent
    /// is passed over in silence: a slow line makes them, and nobody has to do anything about it.
    async fn counts(&self, voice: &mut Voice, input: Input) -> bool {
        match self.app.engine.tell_case(self.case, &Actor::Customer, input).await {
            Ok(()) => true,
            Err(EngineError::Refused(refusal)) if refusal.code == Code::Stale => {
                tracing::debug!(case.id = %self.case, "an answer to no command under way is passed over");
                false
            }
            Err(error) => {
                let (code, detail) = problem(&error);
                voice.say(&CustomerPush::Problem { code, detail }).await;
                false
            }
        }
    }

    /// Passes a reading on, while a frame is drawn and not more often than eyes can use.
    pub(super) async fn meters(&mut self, reading: MeterReading) {
        let now = Instant::now();
        let early = self.last_meters.is_some_and(|last| now.duration_since(last) < METERS_EVERY);
        if early || self.app.hub.told(self.case).guide.is_none() {
            return;
        }
        self.last_meters = Some(now);
        if let Some(agent) = self.agent().await {
            let push = AgentPush::Meters { case: self.case.to_string(), reading: reading.bounded() };
            self.app.hub.to_agent(agent, ToAgent::Push(Box::new(push)));
        }
    }
}

/// A stable code, or none: what a browser writes freely does not get into the log.
fn code(why: &str) -> String {
    let plain = why.len() <= 40 && why.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    if plain { why.to_owned() } else { "other".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::code;

    #[test]
    fn only_a_code_reaches_the_log() {
        assert_eq!(code("not_supported"), "not_supported");
        assert_eq!(code(""), "");
        for free in ["Nur Aisyah", "<b>", "S1234567A", &"x".repeat(41)] {
            assert_eq!(code(free), "other");
        }
    }
}

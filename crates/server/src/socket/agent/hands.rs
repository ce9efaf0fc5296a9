//! The agent's commands to the customer's device: within bounds, kept by the case, then sent.
//! Must not know how a device obeys.

use super::Page;
use crate::engine::{Actor, EngineError};
use crate::hub::{ToAgent, ToCustomer};
use domain::case::{Case, Input};
use domain::device::Kind;
use domain::refusal::{Code, Refusal};
use wire::camera::Framing;
use wire::command::DeviceCommand;
use wire::socket::{AgentPush, CustomerPush};
use wire::terms::{FrameShape, ImageSlot};

impl Page {
    pub(super) async fn command(&self, case: &str, id: u32, command: DeviceCommand) -> Result<(), EngineError> {
        let case_id = self.case_id(case).await?;
        if !command.sane() {
            return Err(Refusal::new(Code::OutOfRange, "command", "live").into());
        }
        let command = completed(command, &self.app.engine.case(case_id).await?);
        let sent = Input::CommandSent { agent: self.agent, id, what: kind(&command), detail: command.words() };
        self.app.engine.tell_case(case_id, &self.actor(), sent).await?;
        if let DeviceCommand::Guide { slot, frame, auto, step, review } = &command {
            let framing = frame.map(|shape| Framing { shape, auto: *auto, step: step.clone(), review: *review, command: id });
            let slot = *slot;
            self.app.hub.tell(case_id, Some(self.agent), |t| {
                t.guide = slot;
                t.framing = framing;
            });
        }
        if !self.app.hub.connected(case_id) {
            let why = "not_connected".to_owned();
            let lost = Input::CommandDone { id, ok: false, why: why.clone(), effect: String::new() };
            self.app.engine.tell_case(case_id, &Actor::System, lost).await?;
            let push = AgentPush::CommandDone { id, ok: false, why, evidence: None, effect: None };
            self.app.hub.to_agent(self.agent, ToAgent::Push(Box::new(push)));
            return Ok(());
        }
        self.app.hub.to_customer(case_id, &ToCustomer::Push(Box::new(CustomerPush::Command { id, command })));
        Ok(())
    }
}

const fn kind(command: &DeviceCommand) -> Kind {
    match command {
        DeviceCommand::Photograph { .. } => Kind::Photograph,
        DeviceCommand::Flip {} => Kind::Flip,
        DeviceCommand::Torch { .. } => Kind::Torch,
        DeviceCommand::Zoom { .. } => Kind::Zoom,
        DeviceCommand::Camera { .. } => Kind::Camera,
        DeviceCommand::Microphone { .. } => Kind::Microphone,
        DeviceCommand::Guide { .. } => Kind::Guide,
        DeviceCommand::Lens { .. } => Kind::Lens,
        DeviceCommand::Focus { .. } => Kind::Focus,
        DeviceCommand::Resolution { .. } => Kind::Resolution,
        DeviceCommand::Freeze { .. } => Kind::Freeze,
    }
}

/// What the case knows better than the agent's page: whether the customer looks first, and the shape of the frame.
fn completed(command: DeviceCommand, case: &Case) -> DeviceCommand {
    let asks = |step: Option<&String>| {
        let steps = case.procedure.iter().flat_map(|p| &p.steps);
        step.is_some_and(|key| steps.into_iter().any(|s| s.kind.key() == key && s.review))
    };
    match command {
        DeviceCommand::Photograph { slot, step, burst, review } => {
            DeviceCommand::Photograph { slot, review: review || asks(step.as_ref()), burst: burst.max(1), step }
        }
        DeviceCommand::Guide { slot: Some(slot), frame, auto, step, review } => DeviceCommand::Guide {
            slot: Some(slot),
            frame: Some(frame.unwrap_or_else(|| shape(slot, case.claimed.document_type.as_deref().unwrap_or_default()))),
            auto,
            review: review || asks(step.as_ref()),
            step,
        },
        DeviceCommand::Guide { .. }
        | DeviceCommand::Flip {}
        | DeviceCommand::Torch { .. }
        | DeviceCommand::Zoom { .. }
        | DeviceCommand::Camera { .. }
        | DeviceCommand::Microphone { .. }
        | DeviceCommand::Lens { .. }
        | DeviceCommand::Focus { .. }
        | DeviceCommand::Resolution { .. }
        | DeviceCommand::Freeze { .. } => command,
    }
}

/// The frame for what is to be shown: a passport has a larger page than a card.
fn shape(slot: ImageSlot, document: &str) -> FrameShape {
    match slot {
        ImageSlot::Portrait | ImageSlot::Selfie => FrameShape::Face,
        ImageSlot::OtherPage => FrameShape::A4,
        ImageSlot::DocumentFront | ImageSlot::DocumentBack | ImageSlot::DocumentTilt => {
            if document.to_ascii_lowercase().contains("passport") { FrameShape::Id3 } else { FrameShape::Id1 }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_frame_has_the_shape_of_what_is_held_into_it() {
        assert_eq!(shape(ImageSlot::DocumentFront, "id_card"), FrameShape::Id1);
        assert_eq!(shape(ImageSlot::DocumentFront, "Passport"), FrameShape::Id3);
        assert_eq!(shape(ImageSlot::OtherPage, "passport"), FrameShape::A4);
        assert_eq!(shape(ImageSlot::Portrait, "passport"), FrameShape::Face);
    }
}

//! What the customer does together with the agent: look at something, draw on it, read each other's messages.
//! Must not know how anything is drawn.

use super::customer::{Page, clean};
use super::{Voice, agent};
use crate::engine::{Actor, EngineError};
use crate::hub::ToAgent;
use domain::refusal::{Code, Refusal};
use domain::session::Seat;
use wire::board::DrawOp;
use wire::socket::{AgentPush, CustomerPush};

impl Page {
    /// What a page that comes needs to know beside the case.
    pub(super) async fn show_together(&self, voice: &mut Voice) -> bool {
        for board in self.app.boards.view(self.case) {
            if !voice.say(&CustomerPush::Board { board }).await {
                return false;
            }
        }
        let (got, seen) = self.app.hub.told(self.case).agent_read;
        voice.say(&CustomerPush::ChatSeen { got, seen }).await
    }

    pub(super) async fn draw(&self, voice: &mut Voice, n: u32, op: &DrawOp) -> bool {
        let law = op.law(clean).ok_or(Refusal::new(Code::OutOfRange, "draw", "board"));
        match law.and_then(|op| self.app.boards.draw(self.case, Seat::Customer, None, n, &op)) {
            Ok(()) => true,
            Err(refusal) => voice.say(&CustomerPush::DrawRefused { n, code: refusal.code.as_str().to_owned() }).await,
        }
    }

    pub(super) async fn chat_seen(&self, got: u32, seen: u32) -> bool {
        let (got, seen) = agent::read(got, seen);
        self.app.hub.tell(self.case, None, |told| told.customer_read = (got, seen));
        if let Some(agent) = self.agent().await {
            let push = AgentPush::ChatSeen { case: self.case.to_string(), got, seen };
            self.app.hub.to_agent(agent, ToAgent::Push(Box::new(push)));
        }
        true
    }

    /// A message that is refused goes back to the page by its name, so that its words are not lost.
    pub(super) async fn said(&self, voice: &mut Voice, nonce: String, text: String) -> bool {
        let Ok(input) = self.message(nonce.clone(), &text).await else { return true };
        match self.app.engine.tell_case(self.case, &Actor::Customer, input).await {
            Ok(()) => true,
            Err(EngineError::Refused(refusal)) => {
                let nonce = nonce.chars().take(40).collect();
                voice.say(&CustomerPush::ChatRefused { nonce, code: refusal.code.as_str().to_owned() }).await
            }
            Err(error) => {
                let (code, detail) = super::problem(&error);
                voice.say(&CustomerPush::Problem { code, detail }).await
            }
        }
    }
}

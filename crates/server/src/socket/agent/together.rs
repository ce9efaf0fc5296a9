//! What agent and customer do together: look at something, draw on it, read each other's messages.
//! Must not know how anything is drawn.

use super::Page;
use crate::engine::EngineError;
use crate::hub::ToCustomer;
use crate::socket::customer::clean;
use crate::socket::{Voice, problem};
use domain::case::{Input, MAX_CHAT};
use domain::ids::CaseId;
use domain::refusal::{Code, Refusal};
use domain::session::Seat;
use wire::board::{DrawOp, Surface};
use wire::socket::{AgentPush, CustomerPush};

impl Page {
    /// What a page that comes needs to know beside the case.
    pub(super) async fn show_together(&self, voice: &mut Voice) -> bool {
        let Some(id) = self.in_hand().await else { return true };
        if !self.show_board(voice, id).await {
            return false;
        }
        let (got, seen) = self.app.hub.told(id).customer_read;
        voice.say(&AgentPush::ChatSeen { case: id.to_string(), got, seen }).await
    }

    /// The board as it stands.
    pub(super) async fn show_board(&self, voice: &mut Voice, id: CaseId) -> bool {
        for board in self.app.boards.view(id) {
            if !voice.say(&AgentPush::Board { case: id.to_string(), board }).await {
                return false;
            }
        }
        true
    }

    /// A message that is refused goes back to the page by its name, so that its words are not lost.
    pub(super) async fn said(&self, voice: &mut Voice, case: String, nonce: String, text: String) -> bool {
        match self.chat(&case, nonce.clone(), text).await {
            Err(EngineError::Refused(refusal)) => {
                let nonce = nonce.chars().take(40).collect();
                voice.say(&AgentPush::ChatRefused { case, nonce, code: refusal.code.as_str().to_owned() }).await
            }
            other => Self::outcome(voice, "chat", other).await,
        }
    }

    pub(super) async fn look_at(&self, case: &str, surface: Option<Surface>) -> Result<(), EngineError> {
        let id = self.case_id(case).await?;
        let bad = || EngineError::Refused(Refusal::new(Code::OutOfRange, "show", "live"));
        let surface = surface.map(|s| s.law().ok_or_else(bad)).transpose()?;
        let input = Input::Show { agent: self.agent, surface };
        let case = self.app.engine.on_case(id, &self.actor(), input).await?;
        self.app.boards.show(&case, surface);
        Ok(())
    }

    /// The board knows whose it is, so that a moving hand needs no look at the store.
    pub(super) async fn draw(&self, voice: &mut Voice, case: &str, n: u32, op: &DrawOp) -> bool {
        let law = op.law(clean).ok_or(Refusal::new(Code::OutOfRange, "draw", "board"));
        let done = case.parse().map_err(|_| Refusal::new(Code::NotYours, "draw", "board")).and_then(|id| {
            let op = law?;
            self.app.boards.draw(id, Seat::Agent, Some(self.agent), n, &op)
        });
        match done {
            Ok(()) => true,
            Err(refusal) => voice.say(&AgentPush::DrawRefused { n, code: refusal.code.as_str().to_owned() }).await,
        }
    }

    pub(super) async fn board_again(&self, voice: &mut Voice, case: &str) -> bool {
        if let Some(watched) = self.watched().filter(|c| c.id.to_string() == case) {
            return self.show_board(voice, watched.id).await;
        }
        match self.case_id(case).await {
            Ok(_) => self.show_together(voice).await,
            Err(error) => {
                let (code, detail) = problem(&error);
                voice.say(&AgentPush::Problem { code, detail, of: "board_again".to_owned() }).await
            }
        }
    }

    pub(super) async fn chat_seen(&self, case: &str, got: u32, seen: u32) -> bool {
        let Ok(id) = self.case_id(case).await else { return true };
        let (got, seen) = read(got, seen);
        self.app.hub.tell(id, None, |told| told.agent_read = (got, seen));
        self.app.hub.to_customer(id, &ToCustomer::Push(Box::new(CustomerPush::ChatSeen { got, seen })));
        true
    }
}

/// Nobody has read more than there can be, nor more than was received.
pub fn read(got: u32, seen: u32) -> (u32, u32) {
    let got = got.min(u32::try_from(MAX_CHAT).unwrap_or(u32::MAX));
    (got, seen.min(got))
}

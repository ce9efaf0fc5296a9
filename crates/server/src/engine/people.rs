//! Handing a live case from one person to another: two agents and the case move in one commit.
//! Must not know sockets.

use super::{Actor, Engine, EngineError, TRIES};
use domain::agent;
use domain::case::{Case, Input};
use domain::ids::{AgentId, CaseId};
use domain::refusal::{Code, Refusal};
use store::StoreError;
use store::rows::Commit;

impl Engine {
    /// The supervisor becomes the agent; the agent before goes to wrap-up.
    ///
    /// # Errors
    /// A refusal when somebody moved on meanwhile, or a store that does not answer.
    pub async fn take_over(&self, id: CaseId, supervisor: AgentId) -> Result<(), EngineError> {
        let mut tries = 0;
        loop {
            let mut tx = self.load(Some(id), None).await?;
            self.join_tx(&mut tx, supervisor).await?;
            let session = tx.case().and_then(session_of).ok_or(Refusal::new(Code::WrongPhase, "take_over", "not_live"))?;
            tx.feed_other(supervisor, agent::Input::TakeOver { case: id, session })?;
            tx.feed(Input::TakeOver { supervisor })?;
            tries += 1;
            match self.finish(tx, &Actor::Person(supervisor), Commit::default()).await {
                Err(EngineError::Store(StoreError::Conflict)) if tries < TRIES => {}
                other => return other.map(|_| ()),
            }
        }
    }
}

fn session_of(case: &Case) -> Option<domain::ids::SessionId> {
    crate::views::session(case).map(|s| s.id)
}

//! What a tenant set beside its profiles, as it reaches a case; and the certificates of the agents of a transaction.
//! Must not know what a line asks.

use super::tx::Tx;
use super::{Actor, Engine, EngineError};
use domain::case::Input;
use domain::ids::{AgentId, CaseId};
use domain::refusal::Refusal;
use domain::trigger::Policy;

impl Tx {
    /// What stands beside the profile now, before a session begins or a verdict is given.
    pub(super) fn feed_rules(&mut self, policy: &Policy) -> Result<(), Refusal> {
        let Some(code) = self.case().map(|c| c.jurisdiction.clone()) else { return Ok(()) };
        self.feed(Input::Rules { rules: Box::new(policy.rules_of(&code)) })
    }
}

/// Whose certificate an input leans on.
pub(super) fn leans_on(input: &Input) -> Option<AgentId> {
    if let Input::Accept { agent, .. } = input {
        return Some(*agent);
    }
    if let Input::TakeOver { supervisor } = input {
        return Some(*supervisor);
    }
    if let Input::Decide { draft, .. } = input { Some(draft.by) } else { None }
}

impl Engine {
    /// Lets a case know what was declared since its session began.
    ///
    /// # Errors
    /// A store that does not answer.
    pub async fn refresh_rules(&self, id: CaseId) -> Result<(), EngineError> {
        let tenant = self.case(id).await?.tenant;
        let policy = self.tenants.get(tenant).await?.policy.clone();
        self.run(Some(id), None, &Actor::System, |tx| tx.feed_rules(&policy)).await.map(|_| ())
    }
}

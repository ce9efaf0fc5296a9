//! Second looks: the draw at a decision, the checker, the finding; and the rows that stand beside their entries.
//! Must not know who is at the desk.

use super::{Actor, Engine, EngineError};
use domain::audit::Entry;
use domain::case::{Case, Input};
use domain::decision::{Draft, Verdict};
use domain::ids::{AgentId, CaseId};
use domain::review::{Candidate, Opinion};
use domain::time::Timestamp;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use store::rows::{ReviewAskRow, ReviewRow};

impl Engine {
    /// The agent decides, and in the same commit it is drawn whether somebody looks again blind.
    ///
    /// # Errors
    /// A refusal, or a store that does not answer.
    pub async fn decide(&self, id: CaseId, actor: &Actor, verdict: Verdict, draft: Draft) -> Result<(), EngineError> {
        let tenant = self.case(id).await?.tenant;
        let percent = self.tenants.get(tenant).await?.settings.sample_percent;
        let policy = self.tenants.get(tenant).await?.policy.clone();
        let seed = self.ids.seed();
        let (token, link) = self.fresh_link();
        self.run(Some(id), None, actor, |tx| {
            tx.tokens = vec![(link.id, token.clone())];
            // What was declared since the session began counts.
            tx.feed_rules(&policy)?;
            tx.feed(Input::Decide { verdict, draft: Box::new(draft.clone()), link })?;
            tx.feed(Input::Sample { seed, percent })
        })
        .await
        .map(|_| ())
    }

    /// Draws a checker among those who are there.
    ///
    /// # Errors
    /// A refusal when somebody has it already, or a store that does not answer.
    pub async fn assign_review(&self, id: CaseId, candidates: Vec<Candidate>) -> Result<(), EngineError> {
        let input = Input::AssignReview { candidates, seed: self.ids.seed() };
        self.tell_case(id, &Actor::System, input).await
    }

    /// The drawn checker begins.
    ///
    /// # Errors
    /// `not_yours`, `stale`, `same_person`, or a store that does not answer.
    pub async fn take_review(&self, id: CaseId, checker: AgentId) -> Result<Case, EngineError> {
        self.on_case(id, &Actor::Person(checker), Input::TakeReview { checker }).await
    }

    /// The checker's finding.
    ///
    /// # Errors
    /// A refusal, or a store that does not answer.
    pub async fn give_review(&self, id: CaseId, opinion: Opinion) -> Result<Case, EngineError> {
        let actor = Actor::Person(opinion.checker);
        let input = |link, _life| Input::GiveReview { opinion: Box::new(opinion), link };
        Ok(self.with_link(id, &actor, input).await?.case)
    }
}

#[derive(Deserialize)]
struct Asked {
    kind: String,
    maker: AgentId,
    verdict: String,
    codes: Vec<String>,
    decided_at: Timestamp,
}

#[derive(Deserialize)]
struct Given {
    checker: AgentId,
    agreed: bool,
    finding: String,
    reasons: Vec<String>,
    drawn_at: Timestamp,
    taken_at: Timestamp,
    #[serde(flatten)]
    asked: Asked,
}

fn read<T: DeserializeOwned>(entry: &Entry, kind: &str) -> Option<T> {
    if entry.kind == kind { T::deserialize(&entry.body).ok() } else { None }
}

/// The row that stands beside an entry that asks for a second look.
#[must_use]
pub fn asked(entry: &Entry) -> Option<ReviewAskRow> {
    let Asked { kind, maker, verdict, codes, decided_at } = read(entry, "review_asked")?;
    Some(ReviewAskRow { entry: entry.id, tenant: entry.tenant, case: entry.case?, kind, maker, verdict, codes, decided_at })
}

/// The row that stands beside an entry that tells of a second look. One from before looks were kept has none.
#[must_use]
pub fn given(entry: &Entry) -> Option<ReviewRow> {
    let Given { checker, agreed, finding, reasons, drawn_at, taken_at, asked } = read(entry, "reviewed")?;
    Some(ReviewRow {
        entry: entry.id,
        tenant: entry.tenant,
        case: entry.case?,
        kind: asked.kind,
        maker: asked.maker,
        checker,
        verdict: asked.verdict,
        codes: asked.codes,
        finding,
        reasons,
        agreed,
        decided_at: asked.decided_at,
        drawn_at,
        taken_at,
        at: entry.at,
    })
}

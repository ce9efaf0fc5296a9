//! A failed check becomes a case, once per idempotency key; further attempts and links.
//! Must not know HTTP.

use super::sealing::Loaded;
use super::tx::{CaseSlot, Tx};
use super::{Actor, CaseKey, Engine, EngineError, TRIES, outbox::word};
use domain::case::{Case, Input, Opening};
use domain::ids::{CaseId, ReportId, TenantId};
use domain::invitation::FreshLink;
use domain::report::{ClaimedData, Customer, Report};
use domain::time::Span;
use std::sync::Arc;
use store::StoreError;
use store::rows::{Commit, IdempotencyRow, ReportRow};

/// A parsed report, before it has an id.
#[derive(Clone, Debug)]
pub struct NewReport {
    pub reference: String,
    pub customer: Customer,
    pub claimed: ClaimedData,
    pub jurisdiction: String,
    pub report: Report,
}

/// A case with the token of the link that this call issued.
pub struct Opened {
    pub case: Case,
    pub token: Option<String>,
    pub key: CaseKey,
}

impl Engine {
    /// Opens a case. `answer` makes the idempotency row from the case, so that it commits with it.
    ///
    /// # Errors
    /// `Conflict` when the idempotency key was used meanwhile.
    pub async fn open(
        &self,
        tenant: TenantId,
        actor: &Actor,
        new: NewReport,
        answer: impl FnOnce(&Opened) -> Option<IdempotencyRow>,
    ) -> Result<Opened, EngineError> {
        let policy = self.tenants.get(tenant).await?.policy.clone();
        let (token, link) = self.fresh_link();
        let id = CaseId(self.ids.id());
        let (key, key_id) = self.fresh_key(tenant, id).await?;
        let now = self.now();
        let opening = Opening {
            id,
            tenant,
            reference: new.reference,
            customer: new.customer,
            claimed: new.claimed,
            jurisdiction: new.jurisdiction,
            report: Report { id: ReportId(self.ids.id()), at: now, ..new.report },
            link,
        };
        let t = Case::open(opening, &policy, now);
        let mut tx = Tx::new(now);
        tx.tokens.push((link.id, token.clone()));
        let opened = Opened { token: t.next.invitation.is_some().then_some(token), case: t.next.clone(), key: key.clone() };
        let more = Commit { idempotency: answer(&opened), reports: report_row(&t.next).into_iter().collect(), ..Commit::default() };
        tx.case = Some(CaseSlot { was: None, case: t.next, key, key_id, old_key: None, version: 0, facts: t.facts, orders: t.orders });
        self.finish(tx, actor, more).await?;
        Ok(opened)
    }

    /// Adds an attempt. `answer` is asked again when a race was lost.
    ///
    /// # Errors
    /// A refusal, or `Conflict` when the idempotency key was used meanwhile.
    pub async fn add_report(
        &self,
        id: CaseId,
        actor: &Actor,
        report: Report,
        mut answer: impl FnMut(&Opened) -> Option<IdempotencyRow>,
    ) -> Result<Opened, EngineError> {
        let mut tries = 0;
        loop {
            let loaded = self.loaded(id).await?;
            let version = loaded.version;
            let made = self.try_report(loaded, actor, report.clone(), &mut answer).await;
            tries += 1;
            let lost = matches!(made, Err(EngineError::Store(StoreError::Conflict)));
            // Where the case stands still, it was the idempotency key that clashed.
            if !lost || tries >= TRIES || self.loaded(id).await?.version == version {
                return made;
            }
        }
    }

    async fn try_report(
        &self,
        loaded: Loaded,
        actor: &Actor,
        report: Report,
        answer: &mut impl FnMut(&Opened) -> Option<IdempotencyRow>,
    ) -> Result<Opened, EngineError> {
        let policy = self.tenants.get(loaded.case.tenant).await?.policy.clone();
        let now = self.now();
        let report = Report { id: ReportId(self.ids.id()), at: now, ..report };
        let (token, link) = self.fresh_link();
        let mut tx = Tx::new(now);
        let key = loaded.key.clone();
        tx.tokens.push((link.id, token.clone()));
        tx.case = Some(CaseSlot {
            was: Some(Arc::new(loaded.case.clone())),
            case: loaded.case,
            key: loaded.key,
            key_id: loaded.key_id,
            old_key: None,
            version: loaded.version,
            facts: Vec::new(),
            orders: Vec::new(),
        });
        tx.feed(Input::Report { report: Box::new(report), policy: Box::new(policy), link })?;
        let case = tx.case().cloned().ok_or(EngineError::Missing("case"))?;
        let opened = Opened { token: issued(&case, link).then_some(token), case, key };
        let more = Commit { idempotency: answer(&opened), reports: report_row(&opened.case).into_iter().collect(), ..Commit::default() };
        self.finish(tx, actor, more).await?;
        Ok(opened)
    }

    /// Feeds an input that may issue a link, and gives back its token.
    ///
    /// # Errors
    /// A refusal, or a store that does not answer.
    pub async fn with_link(&self, id: CaseId, actor: &Actor, input: impl FnOnce(FreshLink, Span) -> Input) -> Result<Opened, EngineError> {
        let Loaded { case: before, key, .. } = self.loaded(id).await?;
        let life = Span::minutes(i64::from(self.tenants.get(before.tenant).await?.policy.invitation_minutes));
        let (token, link) = self.fresh_link();
        let input = input(link, life);
        let act = |tx: &mut Tx| {
            tx.tokens = vec![(link.id, token.clone())];
            tx.feed(input.clone())
        };
        let done = self.run(Some(id), None, actor, act).await?;
        let case = done.case.map_or(before, |change| Arc::unwrap_or_clone(change.case));
        Ok(Opened { token: issued(&case, link).then_some(token), case, key })
    }
}

/// Whether this link went out.
fn issued(case: &Case, link: FreshLink) -> bool {
    case.invitation.as_ref().is_some_and(|i| i.id == link.id)
}

fn report_row(case: &Case) -> Option<ReportRow> {
    let report = case.reports.last()?;
    let score = |s: Option<domain::report::Score>| s.map(|s| i64::from(s.thousandths()));
    Some(ReportRow {
        id: report.id,
        tenant: case.tenant,
        case: case.id,
        reference: case.reference.clone(),
        at: report.at,
        attempt: i64::from(report.attempt),
        reasons: report.reasons.iter().map(word).collect(),
        document: score(report.scores.document),
        face: score(report.scores.face),
        liveness: score(report.scores.liveness),
        jurisdiction: case.jurisdiction.clone(),
        mode: word(&case.answer.mode),
        rule: case.answer.rule.clone().unwrap_or_default(),
    })
}

//! What a commit sends and counts: webhooks, messages with links, marks for the dashboards.
//! Must not know how anything is delivered.

use super::sealing::{link_url, seal_message};
use super::tx::{CaseSlot, Tx};
use super::{Engine, EngineError};
use crate::push;
use crate::tenant::Tenant;
use crate::texts;
use crate::views;
use domain::case::{Case, Fact, Outcome, TicketEnd};
use domain::ids::{AgentId, DeliveryId, SessionId};
use domain::session::EndedBy;
use domain::time::Timestamp;
use serde::Serialize;
use store::rows::{Channel, Commit, DeliveryRow, MarkRow};
use wire::webhook::{WebhookData, WebhookEvent};

/// A snake_case word of the domain, as it stands in search columns.
#[must_use]
pub fn word<T: Serialize>(value: &T) -> String {
    serde_json::to_value(value).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default()
}

/// Left within this time is a mistaken tap, not an abandonment.
const SHORT_ABANDON_MS: i64 = 5_000;

impl Engine {
    pub(super) fn outbox(&self, slot: &CaseSlot, tx: &Tx, tenant: &Tenant, rows: &mut Commit) -> Result<(), EngineError> {
        let case = &slot.case;
        // Room for 64 deliveries per version keeps the order within a case.
        let mut seq = i64::try_from(case.version).unwrap_or(i64::MAX / 64).saturating_mul(64);
        for fact in &slot.facts {
            for (event, session) in events(fact, case) {
                for endpoint in &tenant.endpoints {
                    let wanted = endpoint.events.is_empty() || endpoint.events.iter().any(|e| e == event);
                    if !wanted || endpoint.disabled_at.is_some() {
                        continue;
                    }
                    seq += 1;
                    rows.deliveries.push(DeliveryRow {
                        id: DeliveryId(self.ids.id()),
                        tenant: case.tenant,
                        case: Some(case.id),
                        seq,
                        channel: Channel::Webhook,
                        endpoint: Some(endpoint.id),
                        event: event.to_owned(),
                        payload: payload(event, case, session, tx.now),
                        created_at: tx.now,
                        next_at: tx.now,
                    });
                }
            }
            if let Fact::RecordingSealed { session, .. } = fact {
                let order = serde_json::to_vec(&push::Order { session: *session }).unwrap_or_default();
                self.copy(slot, tx, push::RECORDING, &order, &mut seq, rows);
            }
            // Without a session there is nothing in a pack that the bank did not send itself.
            if matches!(fact, Fact::CaseClosed { .. }) && !case.past.is_empty() && self.copies.get().is_some_and(|c| c.packs) {
                self.copy(slot, tx, push::PACK, b"{}", &mut seq, rows);
            }
            rows.marks.extend(marks(fact, slot, tx.now));
        }
        self.code_message(slot, tx, tenant, seq + 2, rows)?;
        self.link_message(slot, tx, tenant, seq + 1, rows)
    }

    /// Something is wanted in each of the tenant's own kinds of storage.
    fn copy(&self, slot: &CaseSlot, tx: &Tx, event: &str, payload: &[u8], seq: &mut i64, rows: &mut Commit) {
        for channel in self.copies.get().into_iter().flat_map(|copying| &copying.channels) {
            *seq += 1;
            rows.deliveries.push(DeliveryRow {
                id: DeliveryId(self.ids.id()),
                tenant: slot.case.tenant,
                case: Some(slot.case.id),
                seq: *seq,
                channel: *channel,
                endpoint: None,
                event: event.to_owned(),
                payload: payload.to_vec(),
                created_at: tx.now,
                next_at: tx.now,
            });
        }
    }

    /// A link that the bank's page did not ask for goes to the phone, or else to the mailbox.
    fn link_message(&self, slot: &CaseSlot, tx: &Tx, tenant: &Tenant, seq: i64, rows: &mut Commit) -> Result<(), EngineError> {
        let case = &slot.case;
        let Some(token) = slot.case.invitation.as_ref().and_then(|i| tx.tokens.iter().find(|(id, _)| *id == i.id)).map(|(_, t)| t) else {
            return Ok(());
        };
        let issued = slot.facts.iter().any(|f| matches!(f, Fact::InvitationIssued { .. }));
        let first = slot.was.is_none();
        if !issued || (first && !tenant.settings.send_first_link) {
            return Ok(());
        }
        let (channel, to) = match (&case.customer.phone, &case.customer.email) {
            (Some(phone), _) => (Channel::Sms, phone.reveal().clone()),
            (None, Some(email)) => (Channel::Email, email.reveal().clone()),
            (None, None) => return Ok(()),
        };
        let id = DeliveryId(self.ids.id());
        let url = link_url(&self.public_url, token);
        let text = texts::link_message(&case.customer.locale, &tenant.settings.brand, &url);
        let subject = texts::link_subject(&case.customer.locale, &tenant.settings.brand);
        let plain = serde_json::json!({ "to": to, "subject": subject, "text": text }).to_string();
        let payload = seal_message(&slot.key, id, plain.as_bytes())?;
        rows.deliveries.push(DeliveryRow {
            id,
            tenant: case.tenant,
            case: Some(case.id),
            seq,
            channel,
            endpoint: None,
            event: "link".to_owned(),
            payload,
            created_at: tx.now,
            next_at: tx.now,
        });
        Ok(())
    }
}

fn payload(event: &str, case: &Case, session: Option<SessionId>, now: Timestamp) -> Vec<u8> {
    let data = WebhookData {
        case: case.id.to_string(),
        reference: case.reference.clone(),
        phase: views::phase(case),
        version: case.version,
        decision: case.decision().map(views::decision),
        session: session.map(|s| s.to_string()),
    };
    let event = WebhookEvent { kind: event.to_owned(), timestamp: now.to_string(), data };
    serde_json::to_vec(&event).unwrap_or_default()
}

/// The events a fact becomes.
fn events(fact: &Fact, case: &Case) -> Vec<(&'static str, Option<SessionId>)> {
    let plain = |event| vec![(event, None)];
    let about = |event, session: &SessionId| vec![(event, Some(*session))];
    if let Fact::CaseClosed { outcome } = fact {
        return plain(match outcome {
            Outcome::Verified => "case.verified",
            Outcome::Rejected => "case.rejected",
            Outcome::Escalated => "case.escalated",
            Outcome::Abandoned => "case.abandoned",
            Outcome::Expired => "case.expired",
        });
    }
    if let Fact::SessionEnded { session, by, .. } = fact {
        let mut all = about("session.ended", session);
        let deciding = matches!(by, EndedBy::Agent | EndedBy::Customer) && case.phase_name() == "deciding";
        all.extend(deciding.then_some(("case.deciding", None)));
        return all;
    }
    if let Fact::Decided { .. } = fact {
        return if case.phase_name() == "under_review" { plain("case.under_review") } else { Vec::new() };
    }
    named(fact)
}

fn named(fact: &Fact) -> Vec<(&'static str, Option<SessionId>)> {
    let table: [(bool, &'static str); 8] = [
        (matches!(fact, Fact::CaseReported { .. }), "case.created"),
        (matches!(fact, Fact::ReportAdded { .. }), "case.reported"),
        (matches!(fact, Fact::InvitationIssued { .. }), "case.invited"),
        (matches!(fact, Fact::InvitationClaimed { .. }), "case.claimed"),
        (matches!(fact, Fact::TicketQueued { .. }), "case.waiting"),
        (matches!(fact, Fact::CallbackBooked { .. }), "case.callback"),
        (matches!(fact, Fact::Rated { .. }), "case.rated"),
        (matches!(fact, Fact::EvidenceErased { .. }), "evidence.erased"),
    ];
    if let Some((_, event)) = table.iter().find(|(is, _)| *is) {
        return vec![(event, None)];
    }
    if let Fact::SessionStarted { session, .. } = fact {
        return vec![("session.started", Some(*session))];
    }
    if let Fact::SessionInterrupted { session, .. } = fact {
        return vec![("session.interrupted", Some(*session))];
    }
    if let Fact::SessionResumed { session, .. } = fact {
        return vec![("session.resumed", Some(*session))];
    }
    if let Fact::RecordingSealed { session, .. } = fact {
        return vec![("recording.sealed", Some(*session))];
    }
    if let Fact::RecordingDelivered { session, .. } = fact {
        return vec![("recording.delivered", Some(*session))];
    }
    if let Fact::PackDelivered { .. } = fact {
        return vec![("pack.delivered", None)];
    }
    Vec::new()
}

/// What the dashboards count of a fact.
fn marks(fact: &Fact, slot: &CaseSlot, now: Timestamp) -> Vec<MarkRow> {
    let case = &slot.case;
    let mark = |kind: &str, agent: Option<AgentId>, value: i64| {
        vec![MarkRow { tenant: case.tenant, case: case.id, agent, kind: kind.to_owned(), at: now, value }]
    };
    if let Fact::SessionStarted { agent, waited_ms, .. } = fact {
        return mark("answered", Some(*agent), *waited_ms);
    }
    if let Fact::SessionEnded { talked_ms, .. } = fact {
        return mark("handled", case.past.last().map(|p| p.session.agent), *talked_ms);
    }
    if let Fact::Decided { agent, .. } = fact {
        return mark("decided", Some(*agent), 1);
    }
    if let Fact::CaseClosed { outcome: Outcome::Verified } = fact {
        return mark("recovered", case.agent(), now.since(case.created_at).as_seconds());
    }
    if let Fact::Rated { stars, agent } = fact {
        return mark("rated", *agent, i64::from(*stars));
    }
    if let Fact::TicketEnded { how: TicketEnd::Left | TicketEnd::Lost, .. } = fact {
        let queued_at = slot.was.as_ref().and_then(|w| views::ticket(w)).map_or(now, |t| t.queued_at);
        let waited = now.since(queued_at).as_millis();
        return if waited < SHORT_ABANDON_MS { Vec::new() } else { mark("abandoned", None, waited) };
    }
    if matches!(fact, Fact::TicketQueued { again: false, .. }) {
        return mark("offered", None, 1);
    }
    if matches!(fact, Fact::CaseReported { .. }) {
        return mark("reported", None, 1);
    }
    Vec::new()
}

//! Customers who claim and agents who answer, as inputs of the engine: no browser, no socket.
//! Must not know what is tested.

use crate::test_app::{TestApp, report};
use domain::agent;
use domain::case::{Case, Claim, Input, JoinMode};
use domain::consent::Consent;
use domain::decision::{Draft, ReasonCode, Verdict};
use domain::digest::{Digest, Salt};
use domain::ids::{AgentId, CaseId, ClientId, ReservationId, SessionId, TicketId};
use domain::pii::Pii;
use domain::session::Seat;
use domain::time::Span;
use serde_json::Value;
use server::engine::{Actor, Engine};
use server::seed;
use server::state::App;

/// Somebody on duty, with their page connected.
pub struct OnDuty {
    pub id: AgentId,
    pub socket: u64,
}

/// A customer in the queue, with their page connected.
pub struct Queued {
    pub case: CaseId,
    pub socket: u64,
}

/// The tap of browser `client`.
pub fn claim(client: u128, ticket: u128) -> Input {
    Input::Claim(Box::new(Claim {
        client: ClientId(client),
        secret_hash: Digest::of(&client.to_be_bytes()),
        consent: Consent {
            at: domain::time::Timestamp(1),
            text_sha256: Digest::of(b"text"),
            text: "text".to_owned(),
            version: 1,
            locale: "ms".to_owned(),
            address: Pii::default(),
            user_agent: Pii::default(),
            commitment: Digest::of(b"c"),
        },
        mode: JoinMode::Video,
        birth_date: None,
        ticket: TicketId(ticket),
        open: true,
    }))
}

/// Opens a case by the API.
pub async fn opened(app: &TestApp, reference: &str) -> CaseId {
    opened_as(app, report(reference)).await
}

pub async fn opened_as(app: &TestApp, body: Value) -> CaseId {
    app.case(body).await.0.parse().unwrap()
}

/// A customer who has claimed and waits.
pub async fn queued(app: &TestApp, body: Value) -> Queued {
    let case = opened_as(app, body).await;
    tell(&app.app.engine, case, claim(case.0, case.0)).await;
    let (socket, _) = app.app.hub.join_customer(case, true).unwrap();
    Queued { case, socket }
}

/// An agent who waits for customers.
pub async fn on_duty(app: &TestApp, skills: &[&str]) -> OnDuty {
    let email = format!("agent-{:032x}@bank.test", app.app.engine.ids.id());
    let id = seed::person(&app.app, app.bank.tenant, "Sari Wulandari", &email, "agent", skills).await.unwrap();
    app.app.queue.load(&app.app).await.unwrap();
    let (socket, _) = app.app.hub.join_agent(id);
    presence(&app.app.engine, id, agent::Input::Came).await;
    presence(&app.app.engine, id, agent::Input::Available).await;
    OnDuty { id, socket }
}

pub async fn tell(engine: &Engine, case: CaseId, input: Input) {
    engine.tell_case(case, &Actor::System, input).await.unwrap();
}

pub async fn presence(engine: &Engine, id: AgentId, input: agent::Input) {
    engine.on_agent(id, &Actor::Person(id), input).await.unwrap();
}

/// The ring of an agent, if there is one: its case and its reservation.
pub async fn ring(engine: &Engine, id: AgentId) -> Option<(CaseId, ReservationId)> {
    match engine.agent(id).await.unwrap().state {
        agent::State::Reserved { case, reservation, .. } => Some((case, reservation)),
        agent::State::Offline
        | agent::State::Away { .. }
        | agent::State::Available { .. }
        | agent::State::OnCall { .. }
        | agent::State::WrapUp { .. } => None,
    }
}

/// From the queue to face to face with this agent.
pub async fn live(app: &App, case: CaseId, agent: AgentId) -> SessionId {
    let engine = &app.engine;
    engine.reserve(case, agent, Span::seconds(20), None).await.unwrap();
    let (_, reservation) = ring(engine, agent).await.unwrap();
    engine.accept(agent, reservation).await.unwrap();
    tell(engine, case, Input::MediaUp { seat: Seat::Customer }).await;
    tell(engine, case, Input::MediaUp { seat: Seat::Agent }).await;
    session(&engine.case(case).await.unwrap())
}

pub fn session(case: &Case) -> SessionId {
    server::views::session(case).unwrap().id
}

/// The agent gives the verdict.
pub async fn decide(app: &App, case: CaseId, agent: AgentId, verdict: Verdict, reason: ReasonCode) {
    let draft =
        Draft { reasons: vec![reason], by: agent, note: Pii::default(), note_commitment: Digest::of(b""), note_salt: Salt([0; 16]) };
    let decide = |link, _| Input::Decide { verdict, draft: Box::new(draft), link };
    app.engine.with_link(case, &Actor::Person(agent), decide).await.unwrap();
}

/// What kinds of entries the log has for a case, in order.
pub async fn kinds(engine: &Engine, case: CaseId) -> Vec<String> {
    engine.store.audit_of_case(case, 0, 1_000).await.unwrap().into_iter().map(|row| row.entry.kind).collect()
}

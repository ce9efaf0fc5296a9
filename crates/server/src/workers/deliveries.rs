//! Drains the outbox: webhooks in order per case, messages with links.
//! Must not know when to try again; `domain::delivery` says.

use crate::adapters::messenger::Messenger;
use crate::adapters::webhook_client::{WebhookCall, WebhookClient, WebhookSecret};
use crate::engine::{Actor, Engine, EngineError, place_of_delivery};
use crate::state::App;
use crate::telemetry::metrics;
use domain::delivery::{self, Breaker, Next, Pending, State};
use domain::ids::EndpointId;
use domain::pii::Pii;
use domain::time::{Span, Timestamp};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use store::rows::{Channel, ClaimedDelivery, Commit, EndpointWrite, Outcome};
use tracing::Instrument;

/// How long a delivery may be in flight before another worker may take it.
const LEASE: Span = Span::seconds(60);
/// Most in flight at once.
const ROOM: u32 = 32;
/// A moment's grace, so that the customer who is just being connected does not wait for the outbox.
const GATHER: Duration = Duration::from_millis(100);
/// Looks at least this often for what has become due.
const TICK: Duration = Duration::from_millis(500);

/// The outbox's arms.
pub struct Deliveries {
    pub webhooks: Arc<dyn WebhookClient>,
    pub messenger: Arc<dyn Messenger>,
    breakers: Mutex<BTreeMap<EndpointId, Breaker>>,
}

struct Tried {
    status: Option<u16>,
    error: String,
    outcome: delivery::Outcome,
}

/// A try that was made, or why none can be made any more.
type Try = Result<Tried, &'static str>;

impl Deliveries {
    #[must_use]
    pub fn new(webhooks: Arc<dyn WebhookClient>, messenger: Arc<dyn Messenger>) -> Self {
        Self { webhooks, messenger, breakers: Mutex::default() }
    }

    fn breakers(&self) -> MutexGuard<'_, BTreeMap<EndpointId, Breaker>> {
        self.breakers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// An endpoint that an operator switched on again begins anew.
    fn revive(&self, endpoint: EndpointId, now: Timestamp) {
        if let Some(breaker) = self.breakers().get_mut(&endpoint)
            && *breaker == Breaker::Disabled
        {
            *breaker = Breaker::enabled(now);
        }
    }

    fn breaker(&self, endpoint: Option<EndpointId>) -> Breaker {
        endpoint.and_then(|id| self.breakers().get(&id).copied()).unwrap_or_default()
    }
}

/// Runs until the program ends.
pub async fn run(app: App, arms: Arc<Deliveries>) {
    let mut more = false;
    loop {
        // A case's next delivery is due as soon as the one before is done.
        if !more && tokio::time::timeout(TICK, app.hub.deliver.notified()).await.is_ok() {
            tokio::time::sleep(GATHER).await;
        }
        more = match once(&app.engine, &arms).await {
            Ok(n) => n > 0,
            Err(error) => {
                tracing::warn!(%error, "deliveries wait for the store");
                false
            }
        };
    }
}

/// Tries everything that is due, each case's head at most; gives back how many were tried.
///
/// # Errors
/// A store that does not answer.
#[tracing::instrument(name = "worker.deliveries", level = "debug", skip_all)]
pub async fn once(engine: &Arc<Engine>, arms: &Arc<Deliveries>) -> Result<usize, EngineError> {
    let now = engine.now();
    let claimed = engine.store.claim_deliveries(now, now + LEASE, ROOM).await?;
    let count = claimed.len();
    let mut probing = std::collections::BTreeSet::new();
    let mut tasks = tokio::task::JoinSet::new();
    for delivery in claimed {
        // A broken endpoint is given one probe at a time; the others wait for its outcome.
        if let Breaker::Open { probe } = arms.breaker(delivery.row.endpoint)
            && (now < probe || !probing.insert(delivery.row.endpoint))
        {
            let next_at = if now < probe { probe } else { now + Span::seconds(5) };
            engine.store.settle_delivery(delivery.row.id, delivery.lease, Outcome::Released { next_at }).await?;
            continue;
        }
        let (engine, arms) = (engine.clone(), arms.clone());
        tasks.spawn(async move { attempt(&engine, &arms, delivery).await }.in_current_span());
    }
    while let Some(done) = tasks.join_next().await {
        if let Ok(Err(error)) = done {
            tracing::warn!(%error, "an attempt could not be settled");
        }
    }
    Ok(count)
}

async fn attempt(engine: &Engine, arms: &Deliveries, delivery: ClaimedDelivery) -> Result<(), EngineError> {
    let row = &delivery.row;
    let tried = match row.channel {
        Channel::Webhook => webhook(engine, arms, &delivery).await?,
        Channel::Sms | Channel::Email => Ok(message(engine, arms, &delivery).await),
    };
    let now = engine.now();
    let tried = match tried {
        Ok(tried) => tried,
        Err(why) => {
            let dead = Outcome::Dead { at: now, status: None, error: why.to_owned() };
            return Ok(engine.store.settle_delivery(row.id, delivery.lease, dead).await?);
        }
    };
    count(row.channel, &tried);
    let pending = Pending {
        id: row.id,
        case: row.case,
        seq: u64::try_from(row.seq).unwrap_or(0),
        created: row.created_at,
        tries: u32::try_from(delivery.attempts).unwrap_or(0),
        last_try: Some(now),
        state: State::InFlight(now + LEASE),
    };
    let settled = delivery::settle(&pending, arms.breaker(row.endpoint), tried.outcome, now, engine.ids.seed());
    if let Some(id) = row.endpoint {
        let mut all = arms.breakers();
        all.insert(id, settled.breaker);
    }
    let status = tried.status.map(i64::from);
    let outcome = match settled.next {
        Next::Delivered => Outcome::Delivered { at: now, status },
        Next::At(at) => {
            let next_at = if let Breaker::Open { probe } = settled.breaker { at.min(probe) } else { at };
            if settled.tries > pending.tries {
                Outcome::Retry { next_at, status, error: tried.error }
            } else {
                Outcome::Probed { next_at, status, error: tried.error }
            }
        }
        Next::DeadLetter => Outcome::Dead { at: now, status, error: tried.error },
        Next::Disable => {
            if let Some(id) = row.endpoint {
                disable(engine, id).await?;
            }
            Outcome::Dead { at: now, status, error: "the receiver answered 410 and was switched off".to_owned() }
        }
    };
    Ok(engine.store.settle_delivery(row.id, delivery.lease, outcome).await?)
}

fn count(channel: Channel, tried: &Tried) {
    let done = tried.outcome == delivery::Outcome::Delivered;
    metrics::DELIVERIES.add(
        match (channel, done) {
            (Channel::Webhook, true) => "webhook_done",
            (Channel::Webhook, false) => "webhook_failed",
            (Channel::Sms, true) => "sms_done",
            (Channel::Sms, false) => "sms_failed",
            (Channel::Email, true) => "email_done",
            (Channel::Email, false) => "email_failed",
        },
        1,
    );
}

async fn disable(engine: &Engine, id: EndpointId) -> Result<(), EngineError> {
    let Some(endpoint) = engine.store.endpoint(id).await? else { return Ok(()) };
    let tenant = endpoint.tenant;
    let row = EndpointWrite { state: "disabled".to_owned(), disabled_at: Some(engine.now()), ..endpoint };
    let body = serde_json::json!({ "endpoint": id, "because": "410" });
    engine.administer(tenant, &Actor::System, "endpoint_disabled", body, Commit { endpoints: vec![row], ..Commit::default() }).await
}

/// Where the secret of an endpoint belongs.
#[must_use]
pub fn place_of_secret(id: EndpointId) -> Vec<u8> {
    format!("endpoints/{id}/secret").into_bytes()
}

async fn webhook(engine: &Engine, arms: &Deliveries, delivery: &ClaimedDelivery) -> Result<Try, EngineError> {
    let Some(id) = delivery.row.endpoint else { return Ok(Err("no endpoint")) };
    let Some(endpoint) = engine.store.endpoint(id).await? else { return Ok(Err("the endpoint was deleted")) };
    if endpoint.disabled_at.is_some() {
        return Ok(Err("the endpoint is switched off"));
    }
    arms.revive(id, engine.now());
    let secret = engine.kms.open_small(endpoint.tenant, &place_of_secret(id), &endpoint.secret)?;
    let Some(secret) = std::str::from_utf8(&secret).ok().and_then(WebhookSecret::parse) else { return Ok(Err("the secret is damaged")) };
    let call = WebhookCall {
        url: endpoint.url,
        id: delivery.row.id.to_string(),
        at: engine.now(),
        body: delivery.row.payload.clone(),
        secrets: vec![secret],
    };
    let began = Instant::now();
    let answer = arms.webhooks.deliver(call).await;
    metrics::WEBHOOK_SECONDS.observe(began.elapsed());
    Ok(Ok(match answer {
        Ok(answer) => {
            let error = if answer.accepted() { String::new() } else { format!("the receiver answered {}", answer.status) };
            Tried { status: Some(answer.status), error, outcome: delivery::Outcome::of_status(Some(answer.status)) }
        }
        Err(error) => Tried { status: None, error: error.to_string(), outcome: delivery::Outcome::Failed },
    }))
}

async fn message(engine: &Engine, arms: &Deliveries, delivery: &ClaimedDelivery) -> Tried {
    let failed = |why: String| Tried { status: None, error: why, outcome: delivery::Outcome::Failed };
    let row = &delivery.row;
    let plain = match engine.kms.open_small(row.tenant, &place_of_delivery(row.id), &row.payload) {
        Ok(plain) => plain,
        Err(error) => return failed(error.to_string()),
    };
    let Ok(fields) = serde_json::from_slice::<BTreeMap<String, String>>(&plain) else { return failed("the message is damaged".to_owned()) };
    let field = |name: &str| fields.get(name).cloned().unwrap_or_default();
    let sent = match row.channel {
        Channel::Sms => arms.messenger.send_sms(Pii::new(field("to")), Pii::new(field("text"))).await,
        Channel::Email | Channel::Webhook => {
            arms.messenger.send_email(Pii::new(field("to")), field("subject"), Pii::new(field("text"))).await
        }
    };
    match sent {
        Ok(()) => Tried { status: None, error: String::new(), outcome: delivery::Outcome::Delivered },
        Err(error) => failed(error.to_string()),
    }
}

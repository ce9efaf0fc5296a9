//! Drains the outbox: webhooks in order per case, messages with links.
//! Must not know when to try again; `domain::delivery` says.

use crate::adapters::blobs::Blobs;
use crate::adapters::messenger::Messenger;
use crate::adapters::seal;
use crate::adapters::storage::StorageError;
use crate::adapters::webhook_client::{WebhookCall, WebhookClient, WebhookSecret};
use crate::engine::{Actor, Engine, EngineError, place_of_delivery};
use crate::push::{PushError, Pushes, Turn};
use crate::state::App;
use crate::telemetry::metrics;
use domain::delivery::{self, Breaker, Next, Pending, State};
use domain::ids::EndpointId;
use domain::pii::Pii;
use domain::time::{Span, Timestamp};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use store::rows::{Channel, ClaimedDelivery, Commit, DeliveryRow, EndpointWrite, Outcome};
use tracing::Instrument;
use zeroize::Zeroizing;

/// How long a delivery may be in flight before another worker may take it.
const LEASE: Span = Span::seconds(60);
/// Most in flight at once.
const ROOM: u32 = 32;
/// A moment's grace, so that the customer who is just being connected does not wait for the outbox.
const GATHER: Duration = Duration::from_millis(100);
/// Looks at least this often for what has become due: tries are repeated after seconds and more.
const TICK: Duration = Duration::from_secs(1);

/// The outbox's arms.
pub struct Deliveries {
    pub webhooks: Arc<dyn WebhookClient>,
    pub messenger: Arc<dyn Messenger>,
    /// Copies to the tenants' own storage, and where they are taken from.
    copies: Option<(Arc<Pushes>, Arc<dyn Blobs>)>,
    breakers: Mutex<BTreeMap<EndpointId, Breaker>>,
}

struct Tried {
    status: Option<u16>,
    error: String,
    outcome: delivery::Outcome,
    /// It failed here, before the receiver was asked: that says nothing about the receiver.
    ours: bool,
}

/// A try that was made, or why none can be made any more.
type Try = Result<Tried, &'static str>;

impl Deliveries {
    #[must_use]
    pub fn new(webhooks: Arc<dyn WebhookClient>, messenger: Arc<dyn Messenger>) -> Self {
        Self { webhooks, messenger, copies: None, breakers: Mutex::default() }
    }

    /// The same, with storage of the tenants' own.
    #[must_use]
    pub fn copying(self, pushes: Arc<Pushes>, blobs: Arc<dyn Blobs>) -> Self {
        Self { copies: Some((pushes, blobs)), ..self }
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
        if let Breaker::Open { probe } = arms.breaker(receiver(&delivery.row))
            && (now < probe || !probing.insert(receiver(&delivery.row)))
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
        Channel::S3 | Channel::Sftp => match pushed(engine, arms, row).await {
            Pushed::Tried(tried) => tried,
            Pushed::Later(wait) => {
                let next_at = engine.now() + wait;
                return Ok(engine.store.settle_delivery(row.id, delivery.lease, Outcome::Released { next_at }).await?);
            }
        },
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
    let about = receiver(row).filter(|_| !tried.ours);
    let settled = delivery::settle(&pending, arms.breaker(about), tried.outcome, now, engine.ids.seed());
    if let Some(id) = about {
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

/// What is down as one: an endpoint, or a storage, which is probed in the same way.
fn receiver(row: &DeliveryRow) -> Option<EndpointId> {
    match row.channel {
        Channel::S3 => Some(EndpointId(1)),
        Channel::Sftp => Some(EndpointId(2)),
        Channel::Webhook | Channel::Sms | Channel::Email => row.endpoint,
    }
}

enum Pushed {
    Tried(Try),
    /// The turn is over before the copy is; the next one after so long.
    Later(Span),
}

async fn pushed(engine: &Engine, arms: &Deliveries, row: &DeliveryRow) -> Pushed {
    let Some((pushes, blobs)) = &arms.copies else { return Pushed::Tried(Err("no storage is configured")) };
    match pushes.turn(engine, blobs, row.channel.as_str(), row).await {
        Ok(Turn::Done) => {
            Pushed::Tried(Ok(Tried { status: None, error: String::new(), outcome: delivery::Outcome::Delivered, ours: false }))
        }
        Ok(Turn::More) => Pushed::Later(Span::seconds(0)),
        Ok(Turn::Wait(wait)) => Pushed::Later(wait),
        Err(PushError::Never(why)) => Pushed::Tried(Err(why)),
        Err(PushError::Storage(StorageError::Differs(name))) => {
            tracing::error!(case.id = ?row.case, name, "another object lies in the storage under the name of a copy");
            Pushed::Tried(Err("another object lies in the storage under this name; nothing is overwritten"))
        }
        Err(error) => {
            let ours = !matches!(error, PushError::Storage(_));
            Pushed::Tried(Ok(Tried { status: None, error: error.to_string(), outcome: delivery::Outcome::Failed, ours }))
        }
    }
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
            (Channel::S3 | Channel::Sftp, true) => "copy_done",
            (Channel::S3 | Channel::Sftp, false) => "copy_failed",
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
            Tried { status: Some(answer.status), error, outcome: delivery::Outcome::of_status(Some(answer.status)), ours: false }
        }
        Err(error) => Tried { status: None, error: error.to_string(), outcome: delivery::Outcome::Failed, ours: false },
    }))
}

/// A message is sealed with its case's key. Before keys had a database of their own it was sealed
/// with the tenant's: such a one may still be under way after an upgrade.
async fn opened(engine: &Engine, row: &DeliveryRow) -> Result<Zeroizing<Vec<u8>>, String> {
    let case = row.case.ok_or_else(|| "the message belongs to no case".to_owned())?;
    let key = engine.key_of(case).await.map_err(|e| e.to_string())?;
    let place = place_of_delivery(row.id);
    if let Ok(plain) = seal::open(&key.0, &place, &row.payload) {
        return Ok(Zeroizing::new(plain));
    }
    engine.kms.open_small(row.tenant, place.as_bytes(), &row.payload).map_err(|e| e.to_string())
}

async fn message(engine: &Engine, arms: &Deliveries, delivery: &ClaimedDelivery) -> Tried {
    let failed = |why: String| Tried { status: None, error: why, outcome: delivery::Outcome::Failed, ours: false };
    let row = &delivery.row;
    let plain = match opened(engine, row).await {
        Ok(plain) => plain,
        Err(why) => return failed(why),
    };
    let Ok(fields) = serde_json::from_slice::<BTreeMap<String, String>>(&plain) else { return failed("the message is damaged".to_owned()) };
    let field = |name: &str| fields.get(name).cloned().unwrap_or_default();
    let sent = match row.channel {
        Channel::Sms => arms.messenger.send_sms(Pii::new(field("to")), Pii::new(field("text"))).await,
        Channel::Email | Channel::Webhook | Channel::S3 | Channel::Sftp => {
            arms.messenger.send_email(Pii::new(field("to")), field("subject"), Pii::new(field("text"))).await
        }
    };
    match sent {
        Ok(()) => Tried { status: None, error: String::new(), outcome: delivery::Outcome::Delivered, ours: false },
        Err(error) => failed(error.to_string()),
    }
}

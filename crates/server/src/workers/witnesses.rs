//! Shows every checkpoint to the witnesses, keeps what they sign, and lays checkpoints down elsewhere.
//! Must not know what an entry means, nor how a checkpoint is made.
//!
//! Only the newest checkpoint is ever shown: it covers those before it, so nothing piles up while a
//! witness is away. Whoever answers that they know more of the log than it has, or something else, stops
//! the signing.

mod publish;

pub use publish::{Laid, MAX_MAILBOXES, Publisher, Publishers};

use super::sequencer::{Guard, Halt};
use crate::adapters::outbound;
use crate::engine::{Actor, Engine, EngineError, bound};
use crate::telemetry::metrics;
use domain::audit::witness::AddCheckpoint;
use domain::audit::{CosignerKey, Frontier, Hash, SignedNote, cosignature};
use domain::time::Timestamp;
use std::str::FromStr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use store::rows::{CheckpointRow, CosignatureRow, MAX_LIST};
use store::{Store, StoreError};
use tokio::sync::{Notify, watch};

/// A witness signs in milliseconds; one that takes longer is asked again later.
const TIMEOUT: Duration = Duration::from_secs(8);
/// How often a witness that could not be asked is asked again, at first and at most.
const AGAIN: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(60));
/// A witness needs one more question when it stands elsewhere than thought.
const QUESTIONS: usize = 4;
/// Most leaves between two checkpoints shown; a witness that was away long is led there in steps.
const STEP: u64 = 100_000;
/// An answer is a few lines.
const MAX_ANSWER: usize = 16 * 1024;
/// More witnesses than anybody asks.
pub const MAX_WITNESSES: usize = 8;
/// What the log was last told of its witnesses.
const NAMED_SETTING: &str = "log/witnesses";

/// Where a witness is, and whose signature counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WitnessAt {
    pub url: String,
    pub key: CosignerKey,
}

impl FromStr for WitnessAt {
    type Err = &'static str;

    /// An address, a space, and the witness's verifier key.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (url, key) = text.trim().split_once(char::is_whitespace).ok_or("wants an address, a space and a key")?;
        let parsed = reqwest::Url::parse(url).map_err(|_| "has no address")?;
        if !matches!(parsed.scheme(), "http" | "https") || parsed.host().is_none() || parsed.query().is_some() {
            return Err("has an address that is not http or https");
        }
        let key = key.trim().parse().map_err(|_| "has no witness's verifier key")?;
        Ok(Self { url: url.trim_end_matches('/').to_owned(), key })
    }
}

/// How it stands with a witness.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// The largest size it signed, as far as known here.
    pub size: u64,
    /// When.
    pub at: Option<Timestamp>,
    /// Why it did not sign the last time; nothing when it did.
    pub why: Option<String>,
}

struct Witness {
    place: WitnessAt,
    standing: Mutex<Standing>,
}

impl Witness {
    fn standing(&self) -> MutexGuard<'_, Standing> {
        self.standing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How far the slowest witness is behind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Behind {
    pub witnesses: u64,
    pub entries: u64,
    pub seconds: u64,
}

/// All witnesses of a log, and what watches over its signatures.
pub struct Witnesses {
    all: Vec<Arc<Witness>>,
    pub guard: Arc<Guard>,
    pub publishers: Publishers,
    changed: Notify,
    /// How many have answered, or could not be reached, once.
    heard: watch::Sender<usize>,
}

impl Default for Witnesses {
    fn default() -> Self {
        Self::new(Vec::new(), Arc::default(), Publishers::default())
    }
}

impl Witnesses {
    #[must_use]
    pub fn new(all: Vec<WitnessAt>, guard: Arc<Guard>, publishers: Publishers) -> Self {
        let all = all.into_iter().map(|place| Arc::new(Witness { place, standing: Mutex::default() })).collect();
        Self { all, guard, publishers, changed: Notify::new(), heard: watch::Sender::new(0) }
    }

    /// A checkpoint was signed.
    pub fn signed(&self) {
        self.changed.notify_waiters();
    }

    /// Waits until every witness was asked once, at most so long.
    pub async fn heard(&self, at_most: Duration) {
        let mut count = self.heard.subscribe();
        let all = self.all.len();
        let asked = tokio::time::timeout(at_most, count.wait_for(|n| *n >= all)).await;
        if asked.is_err() {
            tracing::warn!("a witness does not answer; the log is signed all the same");
        }
    }

    /// Every witness and how it stands with it.
    #[must_use]
    pub fn standings(&self) -> Vec<(WitnessAt, Standing)> {
        self.all.iter().map(|witness| (witness.place.clone(), witness.standing().clone())).collect()
    }

    /// How far the slowest witness is behind.
    ///
    /// # Errors
    /// A store that does not answer.
    pub async fn behind(&self, store: &dyn Store, now: Timestamp) -> Result<Behind, StoreError> {
        let witnesses = self.all.len() as u64;
        let Some(size) = self.all.iter().map(|witness| witness.standing().size).min() else { return Ok(Behind::default()) };
        let newest = store.checkpoint().await?.map_or(0, |row| row.size);
        let oldest = store.checkpoints(Some(size), 1).await?;
        let age = oldest.first().filter(|row| row.size > size).map_or(0, |row| now.since(row.at).as_seconds());
        Ok(Behind { witnesses, entries: newest.saturating_sub(size), seconds: u64::try_from(age).unwrap_or(0) })
    }

    /// Tells the log whom it shows its checkpoints to from here on, if that changed.
    ///
    /// # Errors
    /// A store that does not answer.
    pub async fn name_in_log(&self, engine: &Engine) -> Result<(), EngineError> {
        let keys: Vec<String> = self.all.iter().map(|witness| witness.place.key.to_string()).collect();
        let text = keys.join("\n").into_bytes();
        let known = engine.store.setting(NAMED_SETTING.to_owned()).await?.unwrap_or_default();
        if known != text {
            let body = serde_json::json!({ "witnesses": keys });
            engine.log(bound::NOBODY, None, &Actor::System, "witnesses_changed", body).await?;
            engine.store.put_setting(NAMED_SETTING.to_owned(), text).await?;
        }
        Ok(())
    }

    /// Runs until the program ends: one task for each witness and each publisher.
    pub async fn run(self: Arc<Self>, engine: Arc<Engine>) {
        let mut tasks = tokio::task::JoinSet::new();
        for witness in self.all.clone() {
            tasks.spawn(follow(self.clone(), engine.clone(), witness));
        }
        let (all, engine) = (self.clone(), engine.clone());
        tasks.spawn(async move { all.publishers.run(&engine, &all.changed).await });
        while tasks.join_next().await.is_some() {}
    }
}

async fn follow(all: Arc<Witnesses>, engine: Arc<Engine>, witness: Arc<Witness>) {
    let Ok(client) = outbound::trusted_client(TIMEOUT) else {
        witness.standing().why = Some("no client could be made".to_owned());
        return;
    };
    let mut seen = Seen::default();
    let mut pause = AGAIN.0;
    loop {
        // Asked for before the round, so that a checkpoint signed meanwhile is not slept over.
        let changed = all.changed.notified();
        let asked = round(&engine, &client, &all.guard, &witness, &mut seen).await;
        if !seen.heard {
            seen.heard = true;
            all.heard.send_modify(|n| *n += 1);
        }
        let failed = match asked {
            Ok(why) => why,
            Err(error) => Some(error.to_string()),
        };
        pause = if failed.is_some() { (pause * 2).min(AGAIN.1) } else { AGAIN.0 };
        let was = std::mem::replace(&mut witness.standing().why, failed.clone());
        if let Some(why) = failed.filter(|why| was.as_ref() != Some(why)) {
            tracing::warn!(witness = witness.place.key.name(), why, "a checkpoint is not witnessed");
        }
        if was.is_some() || pause > AGAIN.0 {
            tokio::time::sleep(pause).await;
        } else {
            let _ = tokio::time::timeout(AGAIN.1, changed).await;
        }
    }
}

/// What is known of a witness between its answers.
#[derive(Default)]
struct Seen {
    /// The log up to what it signed last.
    frontier: Option<Frontier>,
    heard: bool,
}

/// Shows the newest checkpoint until it is signed; why it was not, if so.
async fn round(
    engine: &Engine,
    client: &reqwest::Client,
    guard: &Guard,
    witness: &Witness,
    seen: &mut Seen,
) -> Result<Option<String>, StoreError> {
    let store = engine.store.as_ref();
    let mut signed = false;
    for _ in 0..QUESTIONS {
        let Some(newest) = store.checkpoint().await? else { return Ok(None) };
        let frontier = match seen.frontier.take() {
            Some(frontier) if frontier.size() <= newest.size => frontier,
            Some(_) | None => known(store, witness).await?,
        };
        if (seen.heard || signed) && frontier.size() == newest.size && witness.standing().at.is_some() {
            seen.frontier = Some(frontier);
            return Ok(None);
        }
        let target = target(store, &frontier, newest).await?;
        let leaves = leaves(store, frontier.size(), target.size).await?;
        let Ok(note) = SignedNote::parse(target.note.as_bytes()) else { return Ok(Some("our own checkpoint cannot be read".to_owned())) };
        let asked = AddCheckpoint { old: frontier.size(), proof: frontier.consistency(&leaves), note };
        match ask(client, &witness.place.url, asked.text()).await {
            Answer::Signed(text) => {
                let Some(row) = cosigned(&asked.note, &witness.place.key, &text, target.size) else {
                    metrics::WITNESS_ANSWERS.add("failed", 1);
                    seen.frontier = Some(frontier);
                    return Ok(Some("it answered with no signature of its key".to_owned()));
                };
                metrics::WITNESS_ANSWERS.add("signed", 1);
                store.put_cosignature(row.clone()).await?;
                *witness.standing() = Standing { size: row.size, at: Some(row.at), why: None };
                let mut frontier = frontier;
                leaves.iter().for_each(|leaf| frontier.append(*leaf));
                seen.frontier = Some(frontier);
                signed = true;
                // It was led a step of the way: on to the next.
            }
            Answer::Stands(size) => {
                let has = store.log_state().await?.size;
                if size > has {
                    metrics::WITNESS_ANSWERS.add("refused", 1);
                    let why = Halt::WitnessAhead { witness: witness.place.key.name().to_owned(), had: size, has };
                    return Ok(Some(refused(guard, why)));
                }
                seen.frontier = Some(frontier_at(store, size).await?);
            }
            Answer::Contradicts => {
                metrics::WITNESS_ANSWERS.add("refused", 1);
                let why = Halt::Contradicted { witness: witness.place.key.name().to_owned(), size: asked.old };
                return Ok(Some(refused(guard, why)));
            }
            Answer::Failed(why) => {
                metrics::WITNESS_ANSWERS.add("failed", 1);
                seen.frontier = Some(frontier);
                return Ok(Some(why));
            }
        }
    }
    Ok(None)
}

/// Stops the signing, unless an operator recorded that loss already; the words for it.
fn refused(guard: &Guard, why: Halt) -> String {
    if why.had() <= guard.lost() {
        return format!("{why}; the loss is recorded here, and its operator must accept it there");
    }
    guard.halt(why.clone());
    why.to_string()
}

/// The log up to what this witness is known to have signed.
async fn known(store: &dyn Store, witness: &Witness) -> Result<Frontier, StoreError> {
    let last = store.newest_cosignature(witness.place.key.name().to_owned()).await?;
    if let Some(row) = &last {
        *witness.standing() = Standing { size: row.size, at: Some(row.at), why: None };
    }
    frontier_at(store, last.map_or(0, |row| row.size)).await
}

/// The tree's state at an earlier size, out of its leaves.
async fn frontier_at(store: &dyn Store, size: u64) -> Result<Frontier, StoreError> {
    let mut frontier = Frontier::default();
    while frontier.size() < size {
        let page = store.leaves(frontier.size(), MAX_LIST).await?;
        if page.is_empty() {
            break;
        }
        let left = size - frontier.size();
        page.iter().zip(0..left).for_each(|((_, leaf), _)| frontier.append(*leaf));
    }
    Ok(frontier)
}

async fn leaves(store: &dyn Store, from: u64, to: u64) -> Result<Vec<Hash>, StoreError> {
    let mut all = Vec::new();
    while from + (all.len() as u64) < to {
        let left = to - from - all.len() as u64;
        let page = store.leaves(from + all.len() as u64, u32::try_from(left).unwrap_or(MAX_LIST)).await?;
        if page.is_empty() {
            break;
        }
        all.extend(page.into_iter().map(|(_, leaf)| leaf));
    }
    Ok(all)
}

/// The newest checkpoint, or one on the way to it.
async fn target(store: &dyn Store, frontier: &Frontier, newest: CheckpointRow) -> Result<CheckpointRow, StoreError> {
    if newest.size - frontier.size() <= STEP {
        return Ok(newest);
    }
    let next = store.checkpoints(Some(frontier.size()), MAX_LIST).await?;
    let end = frontier.size() + STEP;
    Ok(next.into_iter().take_while(|row| row.size <= end).last().unwrap_or(newest))
}

enum Answer {
    Signed(String),
    Stands(u64),
    Contradicts,
    Failed(String),
}

async fn ask(client: &reqwest::Client, url: &str, body: String) -> Answer {
    let sent = client.post(format!("{url}/add-checkpoint")).body(body).send().await;
    let mut answer = match sent {
        Ok(answer) => answer,
        Err(error) => return Answer::Failed(if error.is_timeout() { "no answer in time" } else { "cannot be reached" }.to_owned()),
    };
    let status = answer.status().as_u16();
    let mut bytes = Vec::new();
    while let Ok(Some(chunk)) = answer.chunk().await {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > MAX_ANSWER {
            return Answer::Failed("its answer is too long".to_owned());
        }
    }
    let text = String::from_utf8_lossy(&bytes).into_owned();
    match (status, text.trim().parse::<u64>()) {
        (200, _) => Answer::Signed(text),
        (409, Ok(size)) => Answer::Stands(size),
        (422, _) => Answer::Contradicts,
        (404, _) => Answer::Failed("it does not watch this log".to_owned()),
        (403, _) => Answer::Failed("it knows this log under another key".to_owned()),
        _ => Answer::Failed(format!("it answered {status}")),
    }
}

/// What the witness signed, if it holds.
fn cosigned(note: &SignedNote, key: &CosignerKey, answer: &str, size: u64) -> Option<CosignatureRow> {
    let lines = cosignature::parse_lines(note.text(), answer).ok()?;
    let seconds = key.verify(note.text(), &lines).ok()?;
    let line = lines.into_iter().find(|line| line.name == key.name() && line.key_id == key.id())?;
    let mut alone = SignedNote::new(note.text().to_owned()).ok()?;
    alone.add(line).ok()?;
    let line = alone.to_string().get(note.text().len() + 1..)?.trim_end().to_owned();
    let at = Timestamp(i64::try_from(seconds).ok()?.checked_mul(1_000_000)?);
    Some(CosignatureRow { size, witness: key.name().to_owned(), line, at })
}

//! A log of any length in a data folder of its own, and what it costs to prove it: time, memory, length of a proof.
//! `log_scale make FOLDER ENTRIES`, `log_scale verify FOLDER`, `log_scale load FOLDER SECONDS`; the line of figures is
//! for the script that judges them.
//! Must not know what an entry means.

use anyhow::{Context, Result, bail};
use domain::audit::tree::Tree;
use domain::audit::{Entry, Frontier};
use domain::ids::{EntryId, TenantId};
use domain::time::Timestamp;
use server::config::Config;
use server::engine::{Actor, bound};
use server::start;
use server::workers::sequencer::{Guard, LogKey, once};
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use store::rows::{Commit, MAX_ENTRIES, MAX_LIST};

/// Commits on their way at one time: they share transactions.
const AT_ONCE: usize = 128;

fn say(text: &str) -> Result<()> {
    Ok(writeln!(std::io::stdout(), "{text}")?)
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["make", folder, entries] => make(Path::new(folder), entries.parse()?).await,
        ["verify", folder] => verify(Path::new(folder)).await,
        ["load", folder, seconds] => load(Path::new(folder), Duration::from_secs(seconds.parse()?)).await,
        _ => bail!("log_scale make FOLDER ENTRIES | verify FOLDER | load FOLDER SECONDS"),
    }
}

fn config(folder: &Path) -> Config {
    let mut config = Config::default();
    config.server.data_dir = folder.to_owned();
    config.media.udp = ([127, 0, 0, 1], 0).into();
    config.media.tcp = ([127, 0, 0, 1], 0).into();
    config
}

/// A line such as a day's work leaves behind: about as long as the others.
fn entry(n: u64) -> Entry {
    let body = serde_json::json!({
        "session": format!("ses_{:032x}", u128::from(n) * 7),
        "segments": n % 400,
        "head": format!("{:064x}", u128::from(n) * 0x9e37_79b9_7f4a_7c15),
    });
    let actor = format!("agent:agt_{:032x}", n % 50);
    let at = Timestamp(1_790_000_000_000_000 + i64::try_from(n).unwrap_or(0) * 1_000);
    let id = EntryId((1 << 120) | u128::from(n));
    Entry { id, tenant: TenantId(1), case: None, case_version: 0, at, actor, kind: "recording_seen".to_owned(), body, state_hash: None }
}

async fn make(folder: &Path, entries: u64) -> Result<()> {
    let began = Instant::now();
    let built = start::build(&config(folder), |_| None).await?;
    // The first entry makes the key of the marks.
    built.app.engine.log(TenantId(1), None, &Actor::System, "log_began", serde_json::json!({})).await?;
    let store = built.app.engine.store.clone();
    let key = bound::entry_key(store.as_ref(), built.app.engine.kms.as_ref()).await?.context("no key")?;
    let mut next = 1;
    while next < entries {
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..AT_ONCE {
            let to = (next + MAX_ENTRIES as u64).min(entries);
            if to == next {
                break;
            }
            let audit: Vec<_> = (next..to).map(entry).collect();
            let macs = audit.iter().map(|entry| bound::mark(&key, &entry.leaf_hash())).collect();
            let store = store.clone();
            tasks.spawn(async move { store.commit(Commit { audit, macs, ..Commit::default() }).await });
            next = to;
        }
        while let Some(done) = tasks.join_next().await {
            done??;
        }
    }
    let committed = began.elapsed();
    let log = key_of(folder)?;
    while once(&built.app.engine, &log).await? > 0 {}
    built.stop().await?;
    say(&format!("made {entries} entries in {:.1} s, signed after {:.1} s", committed.as_secs_f64(), began.elapsed().as_secs_f64()))
}

fn key_of(folder: &Path) -> Result<LogKey> {
    use base64::Engine as _;
    let public: domain::audit::VerifierKey = std::fs::read_to_string(folder.join("keys/log.pub"))?.trim().parse()?;
    let seed = base64::engine::general_purpose::STANDARD.decode(std::fs::read_to_string(folder.join("keys/log.key"))?.trim())?;
    let seed: [u8; 32] = seed.try_into().ok().context("log.key is damaged")?;
    let guard = Arc::new(Guard::open(&folder.join("keys/log.head"))?);
    Ok(LogKey { guard, ..LogKey::new(public.name(), ed25519_dalek::SigningKey::from_bytes(&seed)) })
}

async fn verify(folder: &Path) -> Result<()> {
    let began = Instant::now();
    let report = server::verify::verify(folder).await?;
    let took = began.elapsed();
    let memory = memory_kib()?;
    say(&report.to_string())?;
    say(&format!("verified in {:.1} s, {} KiB of memory at most", took.as_secs_f64(), memory))?;
    let hashes = proof(folder).await?;
    say(&format!("figures seconds={:.1} kib={memory} hashes={hashes}", took.as_secs_f64()))
}

/// How long the inclusion proof of an entry in the middle is.
async fn proof(folder: &Path) -> Result<usize> {
    let store = store::open(&format!("sqlite:{}", folder.join("recourse.db").display()), store::Options::default()).await?;
    let mut tree = Tree::default();
    let mut at = 0;
    loop {
        let page = store.leaves(at, MAX_LIST).await?;
        if page.is_empty() {
            break;
        }
        at += page.len() as u64;
        page.into_iter().for_each(|(_, leaf)| tree.push(leaf));
    }
    let state = store.log_state().await?;
    let frontier: Frontier = serde_json::from_slice(&state.frontier)?;
    anyhow::ensure!(tree.root_at(at) == Some(frontier.root()), "the tree and the log's end differ");
    let path = tree.inclusion(at / 2, at).context("no proof")?;
    store.close().await?;
    say(&format!("an inclusion proof in {at} leaves is {} hashes, {} bytes", path.len(), path.len() * 32))?;
    Ok(path.len())
}

/// The most memory this process ever had in use.
fn memory_kib() -> Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).context("no VmHWM")?;
    Ok(line.trim().trim_end_matches(" kB").parse()?)
}

/// A running server under load: how long entries wait for their place under a signature.
async fn load(folder: &Path, long: Duration) -> Result<()> {
    let built = start::build(&config(folder), |_| None).await?;
    built.go().await?;
    let engine = built.app.engine.clone();
    let began = Instant::now();
    let first = engine.store.log_state().await?.size;
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..16 {
        let engine = engine.clone();
        tasks.spawn(async move {
            let mut count = 0u64;
            while began.elapsed() < long {
                engine.log(TenantId(1), None, &Actor::System, "load", serde_json::json!({ "n": count })).await?;
                count += 1;
            }
            anyhow::Ok(count)
        });
    }
    let mut written = 0;
    while let Some(done) = tasks.join_next().await {
        written += done??;
    }
    while engine.store.gauges().await?.unsequenced_entries > 0 {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let waits = server::workers::sequencer::inclusion(engine.store.as_ref(), first).await?;
    built.stop().await?;
    let at = |share: f64| waits.get((waits.len() as f64 * share) as usize).or(waits.last()).copied().unwrap_or_default();
    say(&format!(
        "{written} entries in {:.1} s; from commit to inclusion p50 {:.3} s, p99 {:.3} s, most {:.3} s",
        long.as_secs_f64(),
        at(0.5).as_secs_f64(),
        at(0.99).as_secs_f64(),
        at(1.0).as_secs_f64()
    ))?;
    anyhow::ensure!(waits.len() as u64 >= written, "{written} entries were written, {} have their place", waits.len());
    say(&format!("figures p99={:.3}", at(0.99).as_secs_f64()))
}

//! From a configuration to a running server, and back down without losing anything.
//! Must not know the command line.

use crate::adapters::blobs::FileBlobs;
use crate::adapters::clock::{Clock, SystemClock};
use crate::adapters::files;
use crate::adapters::geoip::GeoIp;
use crate::adapters::ids::{SystemIds, random};
use crate::adapters::kms::FileKms;
use crate::adapters::messenger::{Gateways, HttpSms, Messenger, SmtpEmail, SmtpServer};
use crate::adapters::outbound::TargetPolicy;
use crate::adapters::webhook_client::HttpWebhookClient;
use crate::boards::Boards;
use crate::config::{Config, TlsMode};
use crate::engine::{Actor, Copying, Engine, bound};
use crate::export::Ground;
use crate::hub::Hub;
use crate::push::{Packer, Pushes, Target};
use crate::relays::Relays;
use crate::reviews::Reviews;
use crate::rooms::Rooms;
use crate::state::{App, Limits, Parts};
use crate::tls::{self, Tls};
use crate::workers::deliveries::Deliveries;
use crate::workers::router::QueueView;
use crate::workers::sequencer::{Guard, Head, LogKey, SequencerError};
use crate::workers::witnesses::{Publisher, Publishers, Witnesses};
use crate::workers::{deadlines, deliveries, retention, reviews, router, sequencer, upkeep};
use anyhow::{Context, Result};
use axum::Router;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::audit::{Frontier, VerifierKey};
use ed25519_dalek::SigningKey;
use pack::age::Recipients;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use store::rows::Channel;

/// A reason is a sentence.
const MAX_REASON: usize = 300;

/// A running server's inside, before it listens.
pub struct Built {
    pub app: App,
    pub clock: Arc<dyn Clock>,
    deliveries: Arc<Deliveries>,
    log: Arc<LogKey>,
}

/// Builds everything behind the router. `messenger` replaces the configured gateways (demo).
///
/// # Errors
/// What is missing or broken, in a sentence.
pub async fn build(config: &Config, messenger: impl FnOnce(Arc<dyn Clock>) -> Option<Arc<dyn Messenger>>) -> Result<Built> {
    tls::install_crypto();
    let data = &config.server.data_dir;
    files::create_folders(data).with_context(|| format!("the data folder {} cannot be made", data.display()))?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
    let ids = Arc::new(SystemIds::new(clock.clone()));
    let kms = Arc::new(FileKms::open_or_create(&data.join("keys/master.keys"))?);
    let url = if config.store.url.is_empty() { format!("sqlite:{}", data.join("recourse.db").display()) } else { config.store.url.clone() };
    let keys = Some(config.store.keys_url.clone()).filter(|url| !url.is_empty());
    let store = store::open(&url, store::Options { keys, ..store::Options::default() }).await.context("the database cannot be opened")?;
    let blobs = Arc::new(FileBlobs::open(&data.join("blobs")).context("the evidence folder cannot be opened")?);
    let log = Arc::new(log_key(&data.join("keys"), &config.proof.origin)?);
    if let Some(verifier) = log.verifier() {
        store.put_setting("log/verifier_key".to_owned(), verifier.to_string().into_bytes()).await?;
    }
    let engine = Arc::new(Engine::new(store, kms, clock.clone(), ids, config.server.public_url.clone()));
    let moved = engine.move_keys().await.context("the keys of cases cannot be taken to their own database")?;
    if moved > 0 {
        tracing::info!(moved, "keys of cases have a database of their own now");
    }
    let pushes = Arc::new(pushes(config, &clock, &engine, &blobs, &log)?);
    let hub = Arc::new(Hub::default());
    let queue = Arc::new(QueueView::default());
    hub.follow(queue.clone());
    let reviews = Arc::new(Reviews::default());
    hub.follow(reviews.clone());
    engine.attach(hub.clone());
    let rooms = Rooms::start(media_config(config), engine.clone(), hub.clone(), blobs.clone()).context("media cannot start")?;
    let targets = TargetPolicy { allow_private: config.webhooks.allow_private_targets, ports: config.webhooks.ports.clone() };
    let webhooks = Arc::new(HttpWebhookClient::new(targets.clone())?);
    let messenger = match messenger(clock.clone()) {
        Some(given) => given,
        None => gateways(config)?,
    };
    let limits = Limits {
        uploads_at_once: config.limits.uploads_at_once as usize,
        least_free: f64::from(config.limits.free_disk_percent) / 100.0,
        trusted_proxies: config.server.trusted_proxies.clone(),
        ..Limits::default()
    };
    let relays = Relays::new(config.media.ice_servers.clone());
    let geoip = geoip(&config.location.geoip_file)?;
    let boards = Boards::start(engine.clone(), hub.clone(), blobs.clone());
    let publishers = publishers(config, &clock, &messenger, &log.origin)?;
    let witnesses = Arc::new(Witnesses::new(config.proof.witnesses(), log.guard.clone(), publishers));
    let app = App::new(Parts { engine, hub, blobs, rooms, queue, limits, targets, relays, geoip, boards, reviews, witnesses });
    app.packs().with_key(log.clone());
    let deliveries = Deliveries::new(webhooks, messenger).copying(pushes, app.blobs.clone());
    Ok(Built { app, clock, deliveries: Arc::new(deliveries), log })
}

impl Built {
    /// Picks up where the last run ended, then starts the workers.
    ///
    /// # Errors
    /// A store that does not answer.
    pub async fn go(&self) -> Result<()> {
        self.app.witnesses.name_in_log(&self.app.engine).await?;
        self.app.queue.load(&self.app).await?;
        self.app.reviews.load_all(&self.app).await?;
        self.app.rooms.recover().await?;
        tokio::spawn(router::run(self.app.clone()));
        tokio::spawn(deadlines::run(self.app.clone()));
        tokio::spawn(self.app.witnesses.clone().run(self.app.engine.clone()));
        tokio::spawn(sequencer::run(self.app.clone(), self.log.clone()));
        tokio::spawn(deliveries::run(self.app.clone(), self.deliveries.clone()));
        tokio::spawn(upkeep::run(self.app.clone()));
        tokio::spawn(reviews::run(self.app.clone()));
        tokio::spawn(retention::run(self.app.clone()));
        Ok(())
    }

    /// Everything that is served.
    pub fn router(&self, others: Router) -> Router {
        crate::http::router_with(self.app.clone(), crate::socket::routes(self.app.clone()).merge(others))
    }

    /// Serves until a signal, then drains: calls in progress go on up to `drain`, nothing new begins.
    ///
    /// # Errors
    /// A port that cannot be had.
    pub async fn serve(&self, listen: SocketAddr, router: Router, tls: Tls, drain: Duration, ready: impl FnOnce(SocketAddr)) -> Result<()> {
        let mut serving = tls::serve(listen, router, tls).await?;
        ready(serving.address);
        signal().await;
        tracing::info!("draining: no new calls, calls in progress go on");
        self.drained(drain).await;
        serving.drain(Duration::from_secs(2));
        let _ = tokio::time::timeout(Duration::from_secs(3), serving.finished()).await;
        self.stop().await
    }

    /// Waits until no call is in progress, at most `drain`, or until a second signal.
    async fn drained(&self, drain: Duration) {
        let quiet = async {
            while self.app.rooms.live() > 0 {
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
        };
        tokio::select! {
            () = quiet => {}
            () = tokio::time::sleep(drain) => tracing::warn!("calls were still in progress when the time to drain ran out"),
            () = signal() => tracing::warn!("a second signal: stopping now"),
        }
    }

    /// Seals what is open, sequences what is waiting, closes the store.
    ///
    /// # Errors
    /// A store that does not answer.
    pub async fn stop(&self) -> Result<()> {
        let rooms = self.app.rooms.clone();
        tokio::task::spawn_blocking(move || rooms.stop()).await?;
        self.app.boards.flush().await;
        for _ in 0..100 {
            match sequencer::once(&self.app.engine, &self.log).await {
                Ok(0) | Err(SequencerError::Halted(_)) => break,
                Ok(_) => {}
                Err(error) => return Err(error.into()),
            }
        }
        self.app.engine.store.close().await?;
        Ok(())
    }
}

pub(crate) async fn signal() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut term) => {
            tokio::select! {
                _ = term.recv() => {}
                _ = tokio::signal::ctrl_c() => {}
            }
        }
        Err(_) => {
            let _ = tokio::signal::ctrl_c().await;
        }
    }
}

/// The log's signing key: made at the first start, readable by its owner only.
pub(crate) fn log_key(folder: &Path, origin: &str) -> Result<LogKey> {
    let path = folder.join("log.key");
    let seed: [u8; 32] = random();
    match files::create(folder, &path, STANDARD.encode(seed).as_bytes()) {
        Ok(()) => {}
        Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => {}
        Err(e) => return Err(e).with_context(|| format!("{} cannot be made", path.display())),
    }
    let text = std::fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()))?;
    let bytes: [u8; 32] = STANDARD
        .decode(text.trim())
        .ok()
        .and_then(|b| b.try_into().ok())
        .with_context(|| format!("{} is damaged; restore it from the backup", path.display()))?;
    let public = folder.join("log.pub");
    // The name is that of the first start: another name would be another log.
    let known = std::fs::read_to_string(&public).ok().and_then(|text| text.trim().parse::<VerifierKey>().ok());
    let origin = known.as_ref().map_or(origin, VerifierKey::name);
    let head = folder.join("log.head");
    let guard = Arc::new(Guard::open(&head).with_context(|| format!("{}", head.display()))?);
    let key = LogKey { guard, ..LogKey::new(origin, SigningKey::from_bytes(&bytes)) };
    if let (false, Some(verifier)) = (public.exists(), key.verifier()) {
        files::create(folder, &public, verifier.to_string().as_bytes())?;
    }
    Ok(key)
}

/// Where copies go; and tells the engine what to ask for.
fn pushes(config: &Config, clock: &Arc<dyn Clock>, engine: &Arc<Engine>, blobs: &Arc<FileBlobs>, log: &Arc<LogKey>) -> Result<Pushes> {
    let pushes = config.pushes(clock).context("the storage for copies cannot be used")?;
    let channels = [Channel::S3, Channel::Sftp].into_iter().filter(|channel| pushes.kinds().contains(&channel.as_str())).collect();
    let to = Recipients::read(&config.copies.packs_to).context("copies.packs_to")?;
    engine.copy_to(Copying { channels, packs: to.is_some() });
    let ground = Ground { engine: engine.clone(), blobs: blobs.clone(), log: log.clone(), ffmpeg: "ffmpeg".into() };
    Ok(match to {
        Some(to) => pushes.packing(Packer::new(ground, to)),
        None => pushes,
    })
}

fn publishers(config: &Config, clock: &Arc<dyn Clock>, messenger: &Arc<dyn Messenger>, log: &str) -> Result<Publishers> {
    let mut all = Vec::new();
    if !config.proof.folder.as_os_str().is_empty() {
        all.push(Publisher::Folder(config.proof.folder.clone()));
    }
    if let Some(Target { storage, prefix }) = config.checkpoints(clock).context("the bucket for checkpoints cannot be used")? {
        let every = Duration::from_secs(u64::from(config.proof.s3_minutes) * 60);
        all.push(Publisher::Bucket { storage, prefix, every });
    }
    if !config.proof.mail_to.is_empty() {
        let every = Duration::from_secs(u64::from(config.proof.mail_hours) * 3600);
        all.push(Publisher::Mail { to: config.proof.mail_to.clone(), every, messenger: messenger.clone(), log: log.to_owned() });
    }
    Ok(Publishers::new(all))
}

/// Records in the log that what was signed before is lost, so that signing may go on. Asks the witnesses first.
///
/// # Errors
/// A store that does not answer, another server that runs, or nothing that was lost.
pub async fn record_loss(config: &Config, reason: &str) -> Result<String> {
    if reason.is_empty() || reason.len() > MAX_REASON || reason.chars().any(char::is_control) {
        anyhow::bail!("the reason must be one line of at most {MAX_REASON} bytes");
    }
    let built = build(config, |_| None).await?;
    let (engine, guard) = (&built.app.engine, &built.log.guard);
    let state = engine.store.log_state().await?;
    let frontier: Frontier = if state.frontier.is_empty() { Frontier::default() } else { serde_json::from_slice(&state.frontier)? };
    let log = Head { size: state.size, root: frontier.root() };
    let witnesses = tokio::spawn(built.app.witnesses.clone().run(engine.clone()));
    built.app.witnesses.heard(Duration::from_secs(20)).await;
    witnesses.abort();
    let _ = guard.allows(engine.store.as_ref(), log).await?;
    let Some(why) = guard.halted() else {
        built.stop().await?;
        anyhow::bail!("nothing is lost: the log leads to everything that was signed, as far as is known here");
    };
    let had = guard.head();
    guard.accept(log, why.had())?;
    let body = serde_json::json!({
        "why": why.code(),
        "had_size": why.had(),
        "had_root": had.map(|head| domain::audit::tree::to_hex(&head.root)),
        "size": log.size,
        "root": domain::audit::tree::to_hex(&log.root),
        "reason": reason,
    });
    engine.log(bound::NOBODY, None, &Actor::System, "log_loss_recorded", body).await?;
    built.stop().await?;
    Ok(format!(
        "recorded: {why}.\nThe log goes on from {} entries. A witness that signed more refuses until its operator accepts the loss\n\
         (`recourse witness --data DIR --accept-loss {}`).",
        log.size, built.log.origin
    ))
}

fn geoip(file: &Path) -> Result<Option<Arc<GeoIp>>> {
    if file.as_os_str().is_empty() {
        return Ok(None);
    }
    let read = GeoIp::open(file).with_context(|| format!("location.geoip_file {} cannot be used", file.display()))?;
    Ok(Some(Arc::new(read)))
}

fn gateways(config: &Config) -> Result<Arc<dyn Messenger>> {
    let (sms, email) = (&config.messenger.sms, &config.messenger.email);
    let sms = if sms.url.is_empty() { None } else { Some(HttpSms::new(&sms.url, &sms.account, &sms.token, &sms.from)?) };
    let email = if email.host.is_empty() {
        None
    } else {
        let server = SmtpServer {
            host: &email.host,
            port: email.port,
            tls: email.tls,
            user: &email.user,
            password: &email.password,
            from: &email.from,
        };
        Some(SmtpEmail::new(&server)?)
    };
    Ok(Arc::new(Gateways { sms, email }))
}

fn media_config(config: &Config) -> media::Config {
    let advertise = if config.media.advertise.is_empty() { own_addresses() } else { config.media.advertise.clone() };
    media::Config {
        udp: config.media.udp,
        tcp: config.media.tcp,
        advertise,
        threads: usize::from(config.media.threads.max(1)),
        max_rooms: config.limits.rooms as usize,
        ..media::Config::default()
    }
}

/// This machine's address towards others, and loopback, so that a browser here works without a network.
#[must_use]
pub fn own_addresses() -> Vec<IpAddr> {
    let mut all = vec![IpAddr::V4(Ipv4Addr::LOCALHOST)];
    if let Some(out) = outward_address().filter(|ip| !ip.is_loopback()) {
        all.insert(0, out);
    }
    all
}

/// The address this machine would use towards the outside. Connecting a UDP socket sends nothing.
#[must_use]
pub fn outward_address() -> Option<IpAddr> {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).ok()?;
    socket.connect((Ipv4Addr::new(192, 0, 2, 1), 9)).ok()?;
    let ip = socket.local_addr().ok()?.ip();
    (!ip.is_unspecified()).then_some(ip)
}

/// How the configuration wants TLS.
#[must_use]
pub fn tls_of(config: &Config) -> Tls {
    match config.server.tls {
        TlsMode::Off => Tls::Off,
        TlsMode::File => Tls::File { cert: config.server.cert.clone(), key: config.server.key.clone() },
        TlsMode::Acme => Tls::Acme {
            domains: config.server.domains.clone(),
            contact: config.server.contact.clone(),
            cache: config.server.data_dir.join("acme"),
        },
    }
}

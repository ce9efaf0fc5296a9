//! The listening side: plain TCP or TLS from files, from memory or from an ACME authority.
//! Must not know what is served.

use crate::adapters::files;
use axum::Router;
use axum_server::Handle;
use axum_server::accept::NoDelayAcceptor;
use axum_server::tls_rustls::{RustlsAcceptor, RustlsConfig};
use domain::time::{Span, Timestamp};
use futures_util::StreamExt;
use rustls_acme::{AcmeConfig, caches::DirCache};
use std::fs;
use std::io;
use std::net::{IpAddr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Once};
use std::time::{Duration, SystemTime};
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::{AbortHandle, JoinHandle};

/// How often certificate files are looked at; a renewal comes weeks before it is needed.
const LOOK_EVERY: Duration = Duration::from_secs(60);
/// A connection that asks for nothing gives its place back.
const FIRST_REQUEST_WITHIN: Duration = Duration::from_secs(20);
/// The protocol name of RFC 8737.
const ACME_ALPN: &[u8] = b"acme-tls/1";

/// Who ends TLS, and with which certificate.
#[derive(Clone)]
pub enum Tls {
    /// Nobody: a proxy in front, or this machine alone.
    Off,
    /// PEM files, read again when they change or on SIGHUP.
    File { cert: PathBuf, key: PathBuf },
    /// PEM texts made for this run.
    Pem { cert: String, key: String },
    /// Fetched from Let's Encrypt over the port we listen on.
    Acme { domains: Vec<String>, contact: String, cache: PathBuf },
}

/// Why nothing is served.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    #[error("cannot listen on {address}: {error}; is another program using the port?")]
    Bind { address: SocketAddr, error: io::Error },
    #[error("the certificate in {cert} or its key in {key} cannot be used: {error}")]
    Certificate { cert: String, key: String, error: io::Error },
    #[error("the folder {path} for certificates cannot be used: {error}")]
    Cache { path: String, error: io::Error },
}

/// A running server. Dropping it stops at once.
pub struct Serving {
    /// Where it listens; tells the port that was found for port 0.
    pub address: SocketAddr,
    handle: Handle<SocketAddr>,
    server: JoinHandle<io::Result<()>>,
    helper: Option<AbortHandle>,
}

impl Serving {
    /// Takes no new connection, lets requests under way finish, and ends after `at_most`.
    /// Upgraded sockets are not counted: whoever holds them closes them.
    pub fn drain(&self, at_most: Duration) {
        self.handle.graceful_shutdown(Some(at_most));
    }

    /// Waits until nothing is served any more.
    pub async fn finished(&mut self) -> io::Result<()> {
        (&mut self.server).await.map_err(io::Error::other)?
    }

    /// Connections open now, upgraded ones aside.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.handle.connection_count()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        self.handle.shutdown();
        self.server.abort();
        if let Some(helper) = &self.helper {
            helper.abort();
        }
    }
}

/// Both cryptography libraries of the TLS stack may be linked in, and then it takes neither
/// by itself. Call this before the first use of TLS, in or out.
pub fn install_crypto() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // An error says that a provider is installed already, which is as good.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    });
}

/// Serves a router; handlers may ask for `ConnectInfo<SocketAddr>`.
pub async fn serve(listen: SocketAddr, router: Router, tls: Tls) -> Result<Serving, ServeError> {
    install_crypto();
    let bind = |error| ServeError::Bind { address: listen, error };
    let listener = TcpListener::bind(listen).map_err(bind)?;
    listener.set_nonblocking(true).map_err(bind)?;
    let address = listener.local_addr().map_err(bind)?;
    let handle = Handle::new();
    let (server, helper) = match tls {
        Tls::Off => (run(listener, router, &handle, None), None),
        Tls::File { cert, key } => {
            let config = from_files(&cert, &key).await?;
            let helper = tokio::spawn(watch(config.clone(), cert, key)).abort_handle();
            (run(listener, router, &handle, Some(config)), Some(helper))
        }
        Tls::Pem { cert, key } => {
            let config = RustlsConfig::from_pem(cert.into_bytes(), key.into_bytes()).await;
            let from = || "memory".to_owned();
            let config = config.map_err(|error| ServeError::Certificate { cert: from(), key: from(), error })?;
            (run(listener, router, &handle, Some(config)), None)
        }
        Tls::Acme { domains, contact, cache } => {
            let (config, helper) = acme(domains, &contact, &cache)?;
            (run(listener, router, &handle, Some(config)), Some(helper))
        }
    };
    Ok(Serving { address, handle, server: server.map_err(bind)?, helper })
}

fn run(
    listener: TcpListener,
    router: Router,
    handle: &Handle<SocketAddr>,
    tls: Option<RustlsConfig>,
) -> io::Result<JoinHandle<io::Result<()>>> {
    let server = axum_server::from_tcp(listener)?.handle(handle.clone()).first_request_timeout(FIRST_REQUEST_WITHIN);
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    // A pushed message must not wait for the acknowledgement of the one before it: that is 40 ms each time.
    let plain = NoDelayAcceptor::new();
    Ok(match tls {
        None => tokio::spawn(server.acceptor(plain).serve(service)),
        Some(config) => tokio::spawn(server.acceptor(RustlsAcceptor::new(config).acceptor(plain)).serve(service)),
    })
}

async fn from_files(cert: &Path, key: &Path) -> Result<RustlsConfig, ServeError> {
    RustlsConfig::from_pem_file(cert, key).await.map_err(|error| ServeError::Certificate {
        cert: cert.display().to_string(),
        key: key.display().to_string(),
        error,
    })
}

/// Looks at the files again and again, and at once on SIGHUP.
async fn watch(config: RustlsConfig, cert: PathBuf, key: PathBuf) {
    let mut seen = (stamp(&cert), stamp(&key));
    let mut hangups = match signal(SignalKind::hangup()) {
        Ok(hangups) => hangups,
        Err(error) => {
            tracing::warn!(%error, "SIGHUP cannot be heard; certificates are read again when they change");
            loop {
                tokio::time::sleep(LOOK_EVERY).await;
                reload_if_changed(&config, &cert, &key, &mut seen).await;
            }
        }
    };
    loop {
        tokio::select! {
            _ = hangups.recv() => seen = (None, None),
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
        reload_if_changed(&config, &cert, &key, &mut seen).await;
    }
}

/// When a file was written and how long it is; nothing while there is none.
type Stamp = Option<(SystemTime, u64)>;

fn stamp(path: &Path) -> Stamp {
    let meta = fs::metadata(path).ok()?;
    Some((meta.modified().ok()?, meta.len()))
}

/// Takes new files into use; with files that cannot be used the old certificate stays, and
/// they are tried again, because a renewal may be half done.
async fn reload_if_changed(config: &RustlsConfig, cert: &Path, key: &Path, seen: &mut (Stamp, Stamp)) {
    let now = (stamp(cert), stamp(key));
    if now == *seen {
        return;
    }
    match config.reload_from_pem_file(cert, key).await {
        Ok(()) => {
            *seen = now;
            tracing::info!("the certificate files are in use");
        }
        Err(error) => tracing::warn!(%error, "the certificate files cannot be used yet"),
    }
}

/// The challenge arrives on the port we serve, told apart by its protocol name.
fn acme(domains: Vec<String>, contact: &str, cache: &Path) -> Result<(RustlsConfig, AbortHandle), ServeError> {
    files::create_folders(cache).map_err(|error| ServeError::Cache { path: cache.display().to_string(), error })?;
    let mut state = AcmeConfig::new(domains)
        .contact_push(format!("mailto:{contact}"))
        .cache(DirCache::new(cache.to_owned()))
        .directory_lets_encrypt(true)
        .state();
    let mut config = rustls::ServerConfig::clone(&state.default_rustls_config());
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec(), ACME_ALPN.to_vec()];
    let helper = tokio::spawn(async move {
        while let Some(event) = state.next().await {
            match event {
                Ok(done) => tracing::info!(?done, "certificate"),
                Err(error) => tracing::warn!(%error, "no certificate yet; trying again"),
            }
        }
    });
    Ok((RustlsConfig::from_config(Arc::new(config)), helper.abort_handle()))
}

/// A certificate and key (PEM) for addresses of a local network, good for a few months from
/// now: browsers ask once whether to trust it, and phones then give the page a camera.
pub fn lan_certificate(ips: &[IpAddr], now: Timestamp) -> Result<(String, String), rcgen::Error> {
    use rcgen::{CertificateParams, DnType, ExtendedKeyUsagePurpose, KeyPair, SanType};
    let mut params = CertificateParams::new(vec!["localhost".to_owned()])?;
    params.subject_alt_names.extend(ips.iter().map(|ip| SanType::IpAddress(*ip)));
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, "Recourse demo on this network");
    // Without it iPhones refuse a certificate even when its owner trusts it.
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    // A phone's clock may be behind ours.
    let [year, month, day] = date(now - Span::minutes(2 * DAY));
    params.not_before = rcgen::date_time_ymd(year.into(), small(month), small(day));
    let [year, month, day] = date(now + Span::minutes(180 * DAY));
    params.not_after = rcgen::date_time_ymd(year.into(), small(month), small(day));
    let key = KeyPair::generate()?;
    Ok((params.self_signed(&key)?.pem(), key.serialize_pem()))
}

/// Minutes of a day.
const DAY: i64 = 24 * 60;

/// Year, month and day.
fn date(at: Timestamp) -> [u16; 3] {
    let text = at.local("UTC").date;
    let mut parts = text.split('-').map(|part| part.parse().unwrap_or(1));
    std::array::from_fn(|_| parts.next().unwrap_or(1))
}

fn small(n: u16) -> u8 {
    u8::try_from(n).unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adapters::files::tests::TestFolder;
    use axum::extract::ConnectInfo;
    use axum::extract::ws::{Message, WebSocketUpgrade};
    use axum::routing::{any, get};
    use reqwest::{Certificate, Client};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::sync::Notify;

    const LONG: Duration = Duration::from_secs(10);

    fn now() -> Timestamp {
        use crate::adapters::clock::{Clock, SystemClock};
        SystemClock::new().now()
    }

    fn certificate() -> (String, String) {
        lan_certificate(&["127.0.0.1".parse().unwrap()], now()).unwrap()
    }

    fn router() -> Router {
        let peer = |ConnectInfo(peer): ConnectInfo<SocketAddr>| async move { peer.ip().to_string() };
        let echo = |socket: WebSocketUpgrade| async move {
            socket.on_upgrade(|mut socket| async move {
                while let Some(Ok(Message::Text(text))) = socket.recv().await {
                    socket.send(Message::Text(text)).await.unwrap();
                }
            })
        };
        Router::new().route("/peer", get(peer)).route("/echo", any(echo))
    }

    async fn serve_here(tls: Tls) -> Serving {
        serve("127.0.0.1:0".parse().unwrap(), router(), tls).await.unwrap()
    }

    /// A client that trusts one certificate and nothing else.
    fn trusting(cert: &str) -> Client {
        install_crypto();
        let cert = Certificate::from_pem(cert.as_bytes()).unwrap();
        Client::builder().no_proxy().tls_certs_only([cert]).pool_max_idle_per_host(0).build().unwrap()
    }

    async fn peer(client: &Client, base: &str) -> reqwest::Result<String> {
        client.get(format!("{base}/peer")).send().await?.text().await
    }

    /// Opens a WebSocket, says "hi" and hears it back, byte by byte as RFC 6455 has it.
    async fn echoes(client: &Client, base: &str) {
        let answer = client
            .get(format!("{base}/echo"))
            .header("connection", "upgrade")
            .header("upgrade", "websocket")
            .header("sec-websocket-version", "13")
            .header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==")
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 101);
        assert_eq!(answer.headers()["sec-websocket-accept"], "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
        let mut socket = answer.upgrade().await.unwrap();
        socket.write_all(b"\x81\x82\0\0\0\0hi").await.unwrap();
        let mut heard = [0; 4];
        socket.read_exact(&mut heard).await.unwrap();
        assert_eq!(&heard, b"\x81\x02hi");
    }

    #[tokio::test]
    async fn plain_and_tls_carry_requests_sockets_and_the_callers_address() {
        let (cert, key) = certificate();
        let client = trusting(&cert);
        for tls in [Tls::Off, Tls::Pem { cert, key }] {
            let scheme = if matches!(tls, Tls::Off) { "http" } else { "https" };
            let serving = serve_here(tls).await;
            let base = format!("{scheme}://{}", serving.address);
            assert_eq!(peer(&client, &base).await.unwrap(), "127.0.0.1", "{scheme}");
            echoes(&client, &base).await;
        }
    }

    #[tokio::test]
    async fn new_certificate_files_are_used_and_damaged_ones_change_nothing() {
        let folder = TestFolder::make();
        let (cert, key) = (folder.0.join("cert.pem"), folder.0.join("key.pem"));
        let put = |(c, k): &(String, String)| {
            fs::write(&cert, c).unwrap();
            fs::write(&key, k).unwrap();
        };
        let (old, new) = (certificate(), certificate());
        put(&old);
        install_crypto();
        let config = from_files(&cert, &key).await.unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let base = format!("https://{}", listener.local_addr().unwrap());
        let task = run(listener, router(), &Handle::new(), Some(config.clone())).unwrap();
        assert!(peer(&trusting(&old.0), &base).await.is_ok());

        let mut seen = (stamp(&cert), stamp(&key));
        fs::write(&cert, "half a certificate").unwrap();
        reload_if_changed(&config, &cert, &key, &mut seen).await;
        assert!(peer(&trusting(&old.0), &base).await.is_ok(), "the old one stays");
        put(&new);
        reload_if_changed(&config, &cert, &key, &mut seen).await;
        assert!(peer(&trusting(&new.0), &base).await.is_ok());
        assert!(peer(&trusting(&old.0), &base).await.is_err());
        task.abort();
    }

    #[tokio::test]
    async fn what_cannot_be_served_is_told_with_its_reason() {
        let taken = serve_here(Tls::Off).await;
        let again = serve(taken.address, router(), Tls::Off).await.err().unwrap().to_string();
        assert!(again.contains("is another program using the port?"), "{again}");
        let nowhere = Tls::File { cert: "/none/cert.pem".into(), key: "/none/key.pem".into() };
        let outcome = serve("127.0.0.1:0".parse().unwrap(), router(), nowhere).await;
        assert!(outcome.err().unwrap().to_string().contains("/none/cert.pem"));
    }

    #[tokio::test]
    async fn a_drain_lets_what_is_under_way_finish_and_takes_nothing_new() {
        let (entered, go_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let (enter, wait) = (entered.clone(), go_on.clone());
        let slow = move || async move {
            enter.notify_one();
            wait.notified().await;
            "done"
        };
        let router = Router::new().route("/slow", get(slow));
        let mut serving = serve("127.0.0.1:0".parse().unwrap(), router, Tls::Off).await.unwrap();
        let url = format!("http://{}/slow", serving.address);
        let client = Client::builder().no_proxy().build().unwrap();
        let under_way = tokio::spawn(client.get(&url).send());
        entered.notified().await;
        serving.drain(LONG);
        go_on.notify_one();
        assert_eq!(under_way.await.unwrap().unwrap().text().await.unwrap(), "done");
        tokio::time::timeout(LONG, serving.finished()).await.unwrap().unwrap();
        assert!(client.get(&url).send().await.unwrap_err().is_connect());
    }

    #[tokio::test]
    async fn the_protocol_of_an_authoritys_challenge_is_offered_beside_that_of_the_pages() {
        install_crypto();
        let folder = TestFolder::make();
        let cache = folder.0.join("acme");
        let (config, helper) = acme(vec!["v.bank.example".to_owned()], "ops@bank.example", &cache).unwrap();
        helper.abort();
        let alpn = config.get_inner().alpn_protocols.clone();
        assert_eq!(alpn, [b"h2".as_slice(), b"http/1.1", b"acme-tls/1"]);
        assert!(cache.is_dir());
    }
}

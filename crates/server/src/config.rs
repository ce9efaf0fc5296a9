//! What an operator decides: one file, every key overridable by environment, checked at the start.
//! Must not know how any of it is carried out.

mod check;
mod copies;
mod net;
mod relay;
mod text;

pub use net::{Net, caller};
pub use relay::IceServer;

use crate::adapters::messenger::SmtpTls;
use crate::adapters::outbound::TargetPolicy;
use crate::workers::witnesses::WitnessAt;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

/// Names of environment variables start so; the rest is `SECTION__KEY`.
pub const ENV_PREFIX: &str = "RECOURSE_";
/// No honest configuration is longer.
const MAX_FILE: u64 = 1024 * 1024;

/// The whole configuration. The defaults run on one machine with nothing else.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    pub server: Server,
    pub store: Store,
    pub media: Media,
    pub limits: Limits,
    pub messenger: Messenger,
    pub webhooks: Webhooks,
    pub location: Location,
    pub log: Log,
    pub proof: Proof,
    pub copies: Copies,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Server {
    pub listen: SocketAddr,
    pub public_url: String,
    pub data_dir: PathBuf,
    pub tls: TlsMode,
    pub cert: PathBuf,
    pub key: PathBuf,
    pub domains: Vec<String>,
    pub contact: String,
    pub trusted_proxies: Vec<Net>,
    pub drain_seconds: u32,
}

/// Who ends TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TlsMode {
    /// A proxy in front of us, or nobody on this machine.
    Off,
    /// We, with a certificate in files.
    File,
    /// We, with a certificate of an ACME authority.
    Acme,
}

#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Store {
    pub url: String,
    /// The keys of cases; empty: beside the main database.
    pub keys_url: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Media {
    pub udp: SocketAddr,
    pub tcp: SocketAddr,
    pub advertise: Vec<IpAddr>,
    pub threads: u16,
    pub ice_servers: Vec<IceServer>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    pub rooms: u32,
    pub uploads_at_once: u32,
    pub free_disk_percent: u32,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Messenger {
    pub sms: Sms,
    pub email: Email,
}

#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Sms {
    pub url: String,
    pub account: String,
    pub token: String,
    pub from: String,
}

#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Email {
    pub host: String,
    pub port: u16,
    pub tls: SmtpTls,
    pub user: String,
    pub password: String,
    pub from: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Webhooks {
    pub allow_private_targets: bool,
    pub ports: Vec<u16>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Location {
    pub geoip_file: PathBuf,
}

/// Storage of the tenants' own, for copies of sealed recordings and of evidence packs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Copies {
    pub packs_to: Vec<String>,
    pub s3: S3,
    pub sftp: Sftp,
}

#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct S3 {
    pub url: String,
    pub region: String,
    pub bucket: String,
    pub prefix: String,
    pub access_key: String,
    pub secret_key: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Sftp {
    pub host: String,
    pub port: u16,
    pub user: String,
    pub key_file: PathBuf,
    pub known_hosts: PathBuf,
    pub folder: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Log {
    pub format: LogFormat,
    pub level: String,
}

/// Who else knows what the audit log states.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Proof {
    pub origin: String,
    pub witnesses: Vec<String>,
    pub folder: PathBuf,
    pub mail_to: Vec<String>,
    pub mail_hours: u32,
    pub s3: S3,
    pub s3_minutes: u32,
    pub s3_lock_days: u32,
}

impl Proof {
    /// The witnesses, read; what cannot be read was refused at the start.
    #[must_use]
    pub fn witnesses(&self) -> Vec<WitnessAt> {
        self.witnesses.iter().filter_map(|text| text.parse().ok()).collect()
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    Text,
    Json,
}

impl Default for Server {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            public_url: "http://localhost:8080".to_owned(),
            data_dir: PathBuf::from("recourse-data"),
            tls: TlsMode::Off,
            cert: PathBuf::new(),
            key: PathBuf::new(),
            domains: Vec::new(),
            contact: String::new(),
            trusted_proxies: Vec::new(),
            drain_seconds: 900,
        }
    }
}

impl Default for Media {
    fn default() -> Self {
        let all = SocketAddr::from(([0, 0, 0, 0], 7900));
        Self { udp: all, tcp: all, advertise: Vec::new(), threads: 1, ice_servers: Vec::new() }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self { rooms: 200, uploads_at_once: 4, free_disk_percent: 10 }
    }
}

impl Default for Email {
    fn default() -> Self {
        Self { host: String::new(), port: 587, tls: SmtpTls::Starttls, user: String::new(), password: String::new(), from: String::new() }
    }
}

impl Default for S3 {
    fn default() -> Self {
        Self {
            url: String::new(),
            region: "us-east-1".to_owned(),
            bucket: String::new(),
            prefix: "recourse/".to_owned(),
            access_key: String::new(),
            secret_key: String::new(),
        }
    }
}

impl Default for Sftp {
    fn default() -> Self {
        Self {
            host: String::new(),
            port: 22,
            user: String::new(),
            key_file: PathBuf::new(),
            known_hosts: PathBuf::new(),
            folder: "recourse/".to_owned(),
        }
    }
}

impl Default for Webhooks {
    fn default() -> Self {
        let TargetPolicy { allow_private, ports } = TargetPolicy::default();
        Self { allow_private_targets: allow_private, ports }
    }
}

impl Default for Log {
    fn default() -> Self {
        Self { format: LogFormat::Text, level: "info".to_owned() }
    }
}

impl Default for Proof {
    fn default() -> Self {
        Self {
            origin: "recourse/log".to_owned(),
            witnesses: Vec::new(),
            folder: PathBuf::new(),
            mail_to: Vec::new(),
            mail_hours: 24,
            s3: S3 { prefix: "checkpoints/".to_owned(), ..S3::default() },
            s3_minutes: 10,
            s3_lock_days: 0,
        }
    }
}

// A token that reaches a log is a token lost.
impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store").finish_non_exhaustive()
    }
}

impl fmt::Debug for S3 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("S3").field("url", &self.url).field("bucket", &self.bucket).finish_non_exhaustive()
    }
}

impl fmt::Debug for Sms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sms").field("url", &self.url).finish_non_exhaustive()
    }
}

impl fmt::Debug for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Email").field("host", &self.host).finish_non_exhaustive()
    }
}

/// Everything that is wrong, a sentence each.
#[derive(Debug, PartialEq, Eq)]
pub struct ConfigError(pub Vec<String>);

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the configuration cannot be used:")?;
        self.0.iter().try_for_each(|sentence| write!(f, "\n  - {sentence}"))
    }
}

impl std::error::Error for ConfigError {}

impl Config {
    /// Reads the file (if any), lays the environment over it and checks the whole.
    pub fn load(file: Option<&Path>, env: impl IntoIterator<Item = (String, String)>) -> Result<Self, ConfigError> {
        let file = file.map_or_else(|| Ok(String::new()), read)?;
        let config = text::parse(&file, env).map_err(ConfigError)?;
        let wrong = config.problems();
        if wrong.is_empty() { Ok(config) } else { Err(ConfigError(wrong)) }
    }

    /// The whole configuration as a file, with secrets blotted out.
    #[must_use]
    pub fn redacted(&self) -> String {
        text::render(self, false)
    }

    /// The example file: every key with its default and its meaning.
    #[must_use]
    pub fn example() -> String {
        text::render(&Self::default(), true)
    }

    /// Whether browsers will give a page of `public_url` the camera.
    #[must_use]
    pub fn is_secure_context(&self) -> bool {
        self.origin().is_some_and(|url| {
            let host = url.host_str().unwrap_or_default();
            url.scheme() == "https"
                || host == "localhost"
                || host.ends_with(".localhost")
                || host.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
        })
    }

    /// The scheme, host and port that pages and links carry.
    #[must_use]
    pub fn origin(&self) -> Option<reqwest::Url> {
        let url = reqwest::Url::parse(&self.server.public_url).ok()?;
        let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        let plain = url.username().is_empty() && url.password().is_none();
        let web = matches!(url.scheme(), "http" | "https") && url.host().is_some();
        (bare && plain && web).then_some(url)
    }
}

fn read(path: &Path) -> Result<String, ConfigError> {
    let refuse = |what: String| ConfigError(vec![format!("{}: {what}", path.display())]);
    let length = std::fs::metadata(path).map_err(|e| refuse(e.to_string()))?.len();
    if length > MAX_FILE {
        return Err(refuse("longer than 1 MiB; this is no configuration file".to_owned()));
    }
    std::fs::read_to_string(path).map_err(|e| refuse(e.to_string()))
}

#[cfg(test)]
mod tests;

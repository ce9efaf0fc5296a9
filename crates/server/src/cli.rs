//! The command line: serve, demo, verify, config, doctor, openapi.
//! Must not know how anything is done.

mod profiles;

use crate::config::Config;
use crate::export::cli::ExportArgs;
use crate::{demo, start, witness};
use anyhow::{Context, Result, bail};
use clap::{Args, Parser, Subcommand};
use pack::age::Identity;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

/// Recover failed identity checks with a live agent.
#[derive(Parser)]
#[command(name = "recourse", version, about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the server.
    Serve(ConfigArgs),
    /// Run everything on this machine with a demo bank; nothing else is needed.
    Demo(demo::DemoArgs),
    /// Check a data folder offline: exit 0 if everything fits, 1 and the first fault if not.
    Verify {
        /// A data folder, or an evidence pack.
        path: PathBuf,
        /// The log's public key from elsewhere than the pack.
        #[arg(long)]
        key: Option<PathBuf>,
        /// Your secret key, as age-keygen wrote it, for a pack that was encrypted to you.
        #[arg(long, value_name = "FILE")]
        identity: Option<PathBuf>,
        /// A checkpoint that somebody kept: the log must still lead through it.
        #[arg(long, value_name = "FILE")]
        checkpoint: Option<PathBuf>,
    },
    /// Sign what a log states, as long as it only grows: a process of its own, best on another machine.
    Witness(witness::WitnessArgs),
    /// Record that the log lost entries, such as after an old backup was put back, so that it may go on.
    LogLoss {
        #[command(flatten)]
        config: ConfigArgs,
        /// Why, for whoever reads the log; no names.
        #[arg(long)]
        reason: String,
    },
    /// Print the configuration in force, secrets blotted out.
    Config(ConfigArgs),
    /// Try everything the server needs, and say what is missing.
    Doctor(ConfigArgs),
    /// Make an admin's one-time sign-in link, for the first start or a lost password.
    SignInLink {
        #[command(flatten)]
        config: ConfigArgs,
        /// E-mail of the account; made as an admin of a new tenant if nobody has it.
        email: String,
        /// Name of the tenant, if it is new.
        #[arg(long, default_value = "My bank")]
        tenant: String,
    },
    /// Print the OpenAPI document.
    Openapi,
    /// Write a case's evidence pack: one ZIP that anybody verifies alone.
    Export {
        #[command(flatten)]
        config: ConfigArgs,
        #[command(flatten)]
        args: ExportArgs,
    },
    /// Print the jurisdiction profiles with their citations, or check a profile's file.
    Profiles(profiles::ProfilesArgs),
}

#[derive(Args)]
pub struct ConfigArgs {
    /// The configuration file; without it, defaults and environment.
    #[arg(long, env = "RECOURSE_CONFIG")]
    config: Option<PathBuf>,
}

impl ConfigArgs {
    fn load(&self) -> Result<Config> {
        Ok(Config::load(self.config.as_deref(), std::env::vars())?)
    }
}

/// Runs the program.
#[must_use]
pub fn main() -> ExitCode {
    match run(Cli::parse()) {
        Ok(code) => code,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "recourse: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(cli: Cli) -> Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        match cli.command {
            Command::Serve(args) => serve(&args.load()?).await,
            Command::Demo(args) => demo::run(&args).await,
            Command::Verify { path, key, identity, .. } if path.is_file() => verify_pack(&path, key.as_deref(), identity.as_deref()),
            Command::Verify { path, checkpoint, .. } => verify(&path, checkpoint.as_deref()).await,
            Command::Witness(args) => {
                crate::telemetry::init(&Config::default().log)?;
                witness::run(args).await.map(|()| ExitCode::SUCCESS)
            }
            Command::LogLoss { config, reason } => say(&start::record_loss(&config.load()?, &reason).await?),
            Command::Config(args) => say(&args.load()?.redacted()),
            Command::Doctor(args) => doctor(&args.load()?).await,
            Command::SignInLink { config, email, tenant } => sign_in_link(&config.load()?, &email, &tenant).await,
            Command::Profiles(args) => profiles::run(&args),
            Command::Openapi => say(&serde_json::to_string_pretty(&wire::openapi())?),
            Command::Export { config, args } => export(&config.load()?, &args).await,
        }
    })
}

fn say(text: &str) -> Result<ExitCode> {
    writeln!(std::io::stdout(), "{text}")?;
    Ok(ExitCode::SUCCESS)
}

async fn serve(config: &Config) -> Result<ExitCode> {
    crate::telemetry::init(&config.log)?;
    let built = start::build(config, |_| None).await?;
    built.go().await?;
    let router = built.router(axum::Router::new());
    let drain = Duration::from_secs(u64::from(config.server.drain_seconds));
    built.serve(config.server.listen, router, start::tls_of(config), drain, |address| tracing::info!(%address, "serving")).await?;
    Ok(ExitCode::SUCCESS)
}

async fn verify(path: &Path, checkpoint: Option<&Path>) -> Result<ExitCode> {
    match crate::verify::verify_against(path, checkpoint).await {
        Ok(report) => say(&report.to_string()),
        Err(fault) => {
            writeln!(std::io::stdout(), "does not fit: {fault}")?;
            Ok(ExitCode::FAILURE)
        }
    }
}

fn verify_pack(path: &Path, key: Option<&Path>, identity: Option<&Path>) -> Result<ExitCode> {
    let text = |path: &Path| std::fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()));
    let read = |path: &Path| -> Result<domain::audit::VerifierKey> {
        text(path)?.trim().parse().map_err(|e| anyhow::anyhow!("{} is no key: {e}", path.display()))
    };
    let given = key.map(read).transpose()?;
    let opened = |path: &Path| Identity::read(&text(path)?).map_err(|e| anyhow::anyhow!("{} {e}", path.display()));
    let identities = identity.map(opened).transpose()?.unwrap_or_default();
    match pack::verify_with(std::fs::File::open(path)?, given.as_ref(), &identities) {
        Ok(report) => say(&report.to_string()),
        Err(fault) => {
            writeln!(std::io::stdout(), "does not fit: {fault}")?;
            Ok(ExitCode::FAILURE)
        }
    }
}

async fn export(config: &Config, args: &ExportArgs) -> Result<ExitCode> {
    let done = crate::export::cli::run(config, args).await?;
    let mut lines = vec![format!("{}: {} bytes", done.path.display(), done.bytes)];
    lines.extend(done.absent.iter().map(|line| format!("not in it: {line}")));
    if done.unlogged {
        lines.push("a server is running on this data: its log does not tell of this export".to_owned());
    }
    say(&lines.join("\n"))
}

async fn doctor(config: &Config) -> Result<ExitCode> {
    let built = start::build(config, |_| None).await.context("the server would not start")?;
    let health = built.app.engine.store.health().await?;
    let (udp, tcp) = built.app.rooms.addresses();
    let free = built.app.blobs.free_space_ratio()?;
    let lines = [
        format!("database     {} {}", health.database, health.version),
        format!("media        UDP {udp}, TCP {tcp}"),
        format!("disk         {:.0} % free", free * 100.0),
        format!(
            "public URL   {}{}",
            config.server.public_url,
            if config.is_secure_context() { "" } else { "  (not HTTPS: browsers give no camera)" }
        ),
    ];
    built.stop().await?;
    if free < f64::from(config.limits.free_disk_percent) / 100.0 {
        bail!("too little disk is free: {:.1} %", free * 100.0);
    }
    say(&lines.join("\n"))
}

async fn sign_in_link(config: &Config, email: &str, tenant: &str) -> Result<ExitCode> {
    let built = start::build(config, |_| None).await?;
    let url = crate::seed::admin_link(&built.app, email, tenant).await?;
    built.stop().await?;
    say(&url)
}

//! `recourse demo`: the whole product on one machine with a demo bank, agents and a test key.
//! The bank uses the public API and receives signed webhooks like any other. Must not be served by `serve`.

mod bank;
mod setup;

use crate::adapters::messenger::{DemoInbox, Messenger};
use crate::config::{Config, LogFormat};
use crate::start;
use crate::tls::{self, Tls};
use anyhow::{Context, Result};
use clap::Args;
use serde::Serialize;
use std::io::Write;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

/// How the demo runs.
#[derive(Args)]
pub struct DemoArgs {
    /// Where everything is kept; the same folder continues the same demo.
    #[arg(long, default_value = "demo-data")]
    data: PathBuf,
    /// 0 picks a free port.
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// Print one machine-readable line instead of the summary.
    #[arg(long)]
    json: bool,
    /// Serve the local network over HTTPS with a certificate made for this run, so that a phone
    /// can be the customer.
    #[arg(long)]
    lan: bool,
}

#[derive(Serialize)]
struct Addresses {
    bank_url: String,
    api_url: String,
    api_key: String,
    agent_url: String,
    supervisor_url: String,
    admin_url: String,
    data_dir: String,
}

/// Runs the demo until a signal.
///
/// # Errors
/// What is missing or broken, in a sentence.
pub async fn run(args: &DemoArgs) -> Result<ExitCode> {
    tls::install_crypto();
    let host = if args.lan { start::outward_address().unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST)) } else { IpAddr::V4(Ipv4Addr::LOCALHOST) };
    let bind = if args.lan { IpAddr::V4(Ipv4Addr::UNSPECIFIED) } else { host };
    let port = free_port(bind, args.port)?;
    let origin = match (args.lan, host) {
        (true, host) => format!("https://{host}:{port}"),
        // By name, because browsers take "localhost" for secure and give the page a camera.
        (false, _) => format!("http://localhost:{port}"),
    };
    let config = config(args, &origin, SocketAddr::new(bind, port));
    crate::telemetry::init(&config.log)?;
    let inbox: std::sync::OnceLock<Arc<DemoInbox>> = std::sync::OnceLock::new();
    let built = start::build(&config, |clock| {
        let made = Arc::new(DemoInbox::new(clock));
        let _ = inbox.set(made.clone());
        Some(made as Arc<dyn Messenger>)
    })
    .await?;
    // The bank's server and ours talk over loopback: a certificate made for this run is for people who
    // look at it, and no webhook client should learn to trust one.
    let local_port = if args.lan { free_port(IpAddr::V4(Ipv4Addr::LOCALHOST), 0)? } else { port };
    let local = format!("http://127.0.0.1:{local_port}");
    let seeded = setup::seed(&built.app, &config.server.data_dir, &local).await.context("the demo bank cannot be set up")?;
    built.go().await?;
    let lan = if args.lan { Some(tls::lan_certificate(&[host, IpAddr::V4(Ipv4Addr::LOCALHOST)], built.clock.now())?) } else { None };
    let bank = bank::Bank::new(&seeded, &local, inbox.into_inner(), built.clock.clone())?;
    let router = built.router(bank::routes(bank));
    let _loopback =
        if args.lan { Some(tls::serve((Ipv4Addr::LOCALHOST, local_port).into(), router.clone(), Tls::Off).await?) } else { None };
    let tls = lan.map_or(Tls::Off, |(cert, key)| Tls::Pem { cert, key });
    let addresses = addresses(&built.app, &seeded, &origin, &config).await?;
    let (json, lan) = (args.json, args.lan);
    built
        .serve(config.server.listen, router, tls, Duration::from_secs(20), move |_| {
            if let Err(error) = print(&addresses, json, lan) {
                tracing::error!(%error, "the addresses cannot be printed");
            }
        })
        .await?;
    Ok(ExitCode::SUCCESS)
}

fn config(args: &DemoArgs, origin: &str, listen: SocketAddr) -> Config {
    let mut config = Config::default();
    config.server.listen = listen;
    config.server.public_url = origin.to_owned();
    config.server.data_dir = args.data.clone();
    config.server.drain_seconds = 20;
    // A tenth of somebody's own disk is more than they may have to spare, and a demo keeps little.
    config.limits.free_disk_percent = 1;
    config.media.udp.set_port(0);
    config.media.tcp.set_port(0);
    config.webhooks.allow_private_targets = true;
    config.log.format = LogFormat::Text;
    config.log.level = std::env::var("RECOURSE_LOG__LEVEL").unwrap_or_else(|_| "warn".to_owned());
    config
}

/// The wanted port if it is free, or any for 0.
fn free_port(bind: IpAddr, wanted: u16) -> Result<u16> {
    let listener = TcpListener::bind((bind, wanted)).with_context(|| format!("port {wanted} is taken; give another with --port"))?;
    Ok(listener.local_addr()?.port())
}

async fn addresses(app: &crate::state::App, seeded: &setup::Seeded, origin: &str, config: &Config) -> Result<Addresses> {
    let link = async |page: &str, person| -> Result<String> {
        let token = crate::seed::sign_in_token(app, person).await?;
        Ok(format!("{origin}/{page}#signin={token}"))
    };
    Ok(Addresses {
        bank_url: format!("{origin}/bank"),
        api_url: origin.to_owned(),
        api_key: seeded.api_key.clone(),
        agent_url: link("agent", seeded.agent).await?,
        supervisor_url: link("admin", seeded.supervisor).await?,
        admin_url: link("admin", seeded.admin).await?,
        data_dir: std::path::absolute(&config.server.data_dir)?.display().to_string(),
    })
}

fn print(a: &Addresses, json: bool, lan: bool) -> Result<()> {
    let mut out = std::io::stdout().lock();
    if json {
        writeln!(out, "{}", serde_json::to_string(a)?)?;
        return Ok(out.flush()?);
    }
    let lines = [
        "Recourse is running. Open two windows side by side:".to_owned(),
        String::new(),
        format!("1  Agent console   {}", a.agent_url),
        "   Press “Go available”.".to_owned(),
        format!("2  Demo bank       {}", a.bank_url),
        "   Run a check that fails, then “Verify now with a live agent”.".to_owned(),
        format!("3  Admin           {}", a.admin_url),
        format!("   Supervisor      {}", a.supervisor_url),
        String::new(),
        format!("API   {}/v1/cases   (contract: {}/openapi.json)", a.api_url, a.api_url),
        format!("Key   {}", a.api_key),
        format!("Data  {}   (recourse verify {})", a.data_dir, a.data_dir),
        String::new(),
        "Sign-in links work once; start again for new ones. Stop with Ctrl-C.".to_owned(),
    ];
    let width = lines.iter().map(|l| l.chars().count()).max().unwrap_or(0);
    writeln!(out, "╭{}╮", "─".repeat(width + 2))?;
    for line in &lines {
        writeln!(out, "│ {line}{} │", " ".repeat(width - line.chars().count()))?;
    }
    writeln!(out, "╰{}╯", "─".repeat(width + 2))?;
    if lan {
        let code = qrcode::QrCode::new(a.bank_url.as_bytes())?;
        let image = code.render::<qrcode::render::unicode::Dense1x2>().quiet_zone(true).build();
        writeln!(out, "{image}\nScan it with the phone that shall be the customer (accept the certificate once).")?;
    }
    Ok(out.flush()?)
}

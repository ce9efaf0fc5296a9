//! `recourse witness`: a small process of its own that signs what a log states, as long as the log only grows.
//! Must not know the store, a case, or what an entry says.
//!
//! It speaks C2SP tlog-witness over HTTP. What it signed last it keeps in a file before it answers, so
//! that neither a crash nor a second request makes it sign two roots of one size.

mod book;

pub use book::{Book, BookError};

use anyhow::{Context, Result, bail};
use clap::Args;
use domain::audit::VerifierKey;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

/// How a witness is started.
#[derive(Args, Debug)]
pub struct WitnessArgs {
    /// Address and port to listen on.
    #[arg(long, default_value = "127.0.0.1:7950")]
    listen: SocketAddr,
    /// The folder for its key and for what it signed.
    #[arg(long)]
    data: PathBuf,
    /// The name it signs under, set at the first start; without a scheme, such as witness.example/w1.
    #[arg(long)]
    name: Option<String>,
    /// The verifier key of a log it watches; may be given again, and is remembered.
    #[arg(long = "log", value_name = "KEY")]
    logs: Vec<VerifierKey>,
    /// Forget what was signed of the log with this name, because its operator recorded a loss. What was
    /// signed is kept in a file beside.
    #[arg(long, value_name = "NAME")]
    accept_loss: Option<String>,
}

/// Runs a witness until it is told to end.
///
/// # Errors
/// A folder, a key or a port that cannot be used.
pub async fn run(args: WitnessArgs) -> Result<()> {
    let book = Book::open(&args.data, args.name.as_deref()).context("the witness cannot open its folder")?;
    for log in &args.logs {
        book.watch(log)?;
    }
    if let Some(origin) = &args.accept_loss {
        let kept = book.accept_loss(origin)?;
        tracing::warn!(origin, kept = %kept.display(), "what was signed of this log is set aside: it may begin anew");
    }
    if book.logs() == 0 {
        bail!("no log to watch: give its verifier key with --log, as it stands in keys/log.pub of its data folder");
    }
    let listener = tokio::net::TcpListener::bind(args.listen).await.with_context(|| format!("{} cannot be had", args.listen))?;
    tracing::info!(address = %listener.local_addr()?, key = %book.key(), logs = book.logs(), "witnessing");
    axum::serve(listener, crate::http::witness::router(Arc::new(book))).with_graceful_shutdown(crate::start::signal()).await?;
    Ok(())
}

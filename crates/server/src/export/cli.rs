//! `recourse export`: a case's pack from a data folder, beside a running server or without one.
//! Must not know how a pack is made.

use super::{Asked, Ground, Private, Progress, export, export_unlogged};
use crate::adapters::blobs::FileBlobs;
use crate::adapters::clock::SystemClock;
use crate::adapters::ids::SystemIds;
use crate::adapters::kms::FileKms;
use crate::config::Config;
use crate::engine::{Actor, Engine, EngineError};
use crate::workers::sequencer::{self, SequencerError};
use crate::{start, verify};
use anyhow::{Context, Result, bail};
use clap::Args;
use domain::ids::CaseId;
use pack::age::Recipients;
use std::fs::{self, File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Batches of entries that are given their place before an export.
const MAX_BATCHES: usize = 100;

/// What to export, and where to.
#[derive(Args)]
pub struct ExportArgs {
    /// The case, `case_…`.
    pub case: CaseId,
    /// The file to write; `evidence-CASE.zip` without it, with `.age` behind it if it is encrypted.
    #[arg(long)]
    pub out: Option<PathBuf>,
    /// Encrypt it to this recipient of age (age1…), who opens it with `age -d`; up to twenty, each opens it alone.
    #[arg(long, value_name = "RECIPIENT")]
    pub age: Vec<String>,
    /// A data folder, instead of the configuration's.
    #[arg(long)]
    pub data: Option<PathBuf>,
}

/// What was written.
pub struct Exported {
    pub path: PathBuf,
    pub bytes: u64,
    pub absent: Vec<String>,
    /// It was made beside a running server, whose log does not tell of it.
    pub unlogged: bool,
}

/// Exports a case.
///
/// # Errors
/// What is missing or cannot be written, in a sentence.
pub async fn run(config: &Config, args: &ExportArgs) -> Result<Exported> {
    let to = Recipients::read(&args.age)?;
    let data = args.data.clone().unwrap_or_else(|| config.server.data_dir.clone());
    let given = if args.data.is_some() { "" } else { config.store.url.as_str() };
    let path =
        args.out.clone().unwrap_or_else(|| PathBuf::from(format!("evidence-{}.zip{}", args.case, if to.is_some() { ".age" } else { "" })));
    let database = data.join("recourse.db");
    let beside = given.is_empty() && verify::held(&data.join("recourse.db.lock"));
    let copy = if beside { Some(Private::make(fs::metadata(&database)?.len() * 2)?) } else { None };
    // The keys are read where they lie, also beside a server: a copy of them would be one too many.
    let own = data.join("keys.db");
    let keys = match config.store.keys_url.as_str() {
        _ if args.data.is_some() => Some(format!("sqlite:{}", own.display())),
        "" if given.is_empty() => Some(format!("sqlite:{}", own.display())),
        "" => None,
        url => Some(url.to_owned()),
    };
    let options = store::Options { keys, ..store::Options::default() };
    let (url, options) = match &copy {
        Some(copy) => {
            let copied = copy.path().join("copy.db");
            store::snapshot(&database, &copied).await?;
            (format!("sqlite:{}", copied.display()), store::Options { readers: 1, migrate: false, keys_reading: true, ..options })
        }
        None if given.is_empty() && !database.is_file() => bail!("{} is no data folder: recourse.db is missing", data.display()),
        None if given.is_empty() => (format!("sqlite:{}", database.display()), options),
        None => (given.to_owned(), options),
    };
    let store = store::open(&url, options).await.context("the database cannot be opened")?;
    let clock = Arc::new(SystemClock::new());
    let ids = Arc::new(SystemIds::new(clock.clone()));
    let kms = Arc::new(FileKms::open(&data.join("keys/master.keys"))?);
    let engine = Arc::new(Engine::new(store, kms, clock, ids, config.server.public_url.clone()));
    if !beside {
        engine.move_keys().await.context("the keys of cases cannot be taken to their own database")?;
    }
    let log = Arc::new(start::log_key(&data.join("keys"), &config.proof.origin)?);
    let blobs = Arc::new(FileBlobs::reading(&data.join("blobs")));
    let ground = Ground { engine, blobs, log, ffmpeg: "ffmpeg".into() };
    let asked = Asked { case: args.case, actor: Actor::System, to };
    let written = write(&ground, &asked, &path, beside).await;
    let closed = ground.engine.store.close().await;
    let (bytes, absent) = written?;
    closed?;
    Ok(Exported { path, bytes, absent, unlogged: beside })
}

async fn write(ground: &Ground, asked: &Asked, path: &Path, beside: bool) -> Result<(u64, Vec<String>)> {
    let mut part = path.as_os_str().to_owned();
    part.push(".part");
    let file = private(Path::new(&part))?;
    let part = Part(PathBuf::from(part));
    if path.exists() {
        bail!("{} is there already", path.display());
    }
    let progress = Progress::default();
    let made = if beside {
        export_unlogged(ground, asked, file, &progress).await?
    } else {
        // Its own entry must have a place before the pack can hold its proof: nobody else gives it one here.
        let (made, ()) =
            tokio::try_join!(async { anyhow::Ok(export(ground, asked, file, &progress).await?) }, sequenced(ground, asked.case))?;
        made
    };
    let bytes = fs::metadata(&part.0)?.len();
    fs::rename(&part.0, path).with_context(|| format!("{} cannot be written", path.display()))?;
    Ok((bytes, made.absent))
}

/// Gives entries their places until the export's own has one. Another server that does the same may be faster.
async fn sequenced(ground: &Ground, case: CaseId) -> Result<()> {
    for _ in 0..MAX_BATCHES {
        match sequencer::once(&ground.engine, &ground.log).await {
            Ok(_) | Err(SequencerError::Engine(EngineError::Store(store::StoreError::Conflict))) => {}
            Err(error) => return Err(error.into()),
        }
        let newest = ground.engine.store.audit_page(ground.engine.case(case).await?.tenant, None, 1).await?;
        if newest.first().is_some_and(|row| row.idx.is_some() && row.entry.kind == "pack_exported") {
            return Ok(());
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    Ok(())
}

/// A file that only its owner may read; one that is there is left alone.
fn private(path: &Path) -> Result<File> {
    let file = OpenOptions::new().read(true).write(true).create_new(true).mode(0o600).open(path);
    file.with_context(|| format!("{} cannot be written", path.display()))
}

/// A file under construction; gone unless it was renamed.
struct Part(PathBuf);

impl Drop for Part {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

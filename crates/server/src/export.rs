//! The evidence pack of a case: what the log, the state and the storage hold of it, in one file that proves itself.
//! Must not know who asked, nor how the file travels.

mod captions;
pub mod cli;
mod files;
mod fonts;
mod gather;
pub mod jobs;
mod lines;
mod movie;
mod paper;
mod private;
mod sessions;
mod words;

pub use private::Private;

use crate::adapters::blobs::{BlobError, Blobs};
use crate::adapters::ids::random;
use crate::adapters::seal::SealError;
use crate::engine::{Actor, Engine, EngineError};
use crate::recorder::PartFault;
use crate::workers::sequencer::LogKey;
use domain::ids::CaseId;
use gather::Material;
use pack::age::{self, Recipients};
use pack::manifest::{Manifest, VERSION};
use pack::{PackWriter, path};
use std::fs::File;
use std::io::{self, Seek};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

/// What an export works with.
#[derive(Clone)]
pub struct Ground {
    pub engine: Arc<Engine>,
    pub blobs: Arc<dyn Blobs>,
    pub log: Arc<LogKey>,
    /// The program that puts both sides into one picture.
    pub ffmpeg: PathBuf,
}

/// How far an export is, in thousandths.
#[derive(Debug, Default)]
pub struct Progress(AtomicU32);

impl Progress {
    /// So far.
    #[must_use]
    pub fn thousandths(&self) -> u32 {
        self.0.load(Ordering::Relaxed).min(1_000)
    }

    fn at(&self, thousandths: u32) {
        self.0.fetch_max(thousandths, Ordering::Relaxed);
    }
}

/// Why there is no pack.
#[derive(Debug, thiserror::Error)]
pub enum ExportFault {
    #[error(transparent)]
    Engine(#[from] EngineError),
    #[error(transparent)]
    Store(#[from] store::StoreError),
    #[error(transparent)]
    Blob(#[from] BlobError),
    #[error(transparent)]
    Seal(#[from] SealError),
    #[error(transparent)]
    Recording(#[from] PartFault),
    #[error(transparent)]
    Write(#[from] pack::WriteFault),
    #[error(transparent)]
    Report(#[from] report::ReportFault),
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// Its key was destroyed: there is nothing left to put into a pack.
    #[error("evidence_erased: the evidence of this case was erased")]
    Erased,
    #[error("{0}")]
    Odd(String),
}

/// Which pack somebody asked for.
#[derive(Clone, Debug)]
pub struct Asked {
    pub case: CaseId,
    pub actor: Actor,
    /// Whom it is encrypted to; without anybody it is a plain ZIP.
    pub to: Option<Recipients>,
}

/// A finished pack.
#[derive(Clone, Debug)]
pub struct Made {
    /// What one could expect and is not in it.
    pub absent: Vec<String>,
}

/// The pack under construction, moved between the threads that wait and those that work.
struct Bench {
    writer: PackWriter<File>,
    manifest: Manifest,
}

/// Makes a case's pack. That it was asked for is in the log before anything is read, and so in the pack itself.
///
/// # Errors
/// What is missing, changed or cannot be written; nothing that is left out goes unsaid.
pub async fn export(ground: &Ground, asked: &Asked, out: File, progress: &Progress) -> Result<Made, ExportFault> {
    let loaded = ground.engine.loaded(asked.case).await?;
    if loaded.case.kept.erased.is_some() {
        return Err(ExportFault::Erased);
    }
    let mut body = serde_json::json!({ "layout": VERSION });
    if let Some(to) = &asked.to {
        body["encrypted"] = serde_json::json!({ "format": "age", "recipients": to.count(), "recipients_sha256": to.sha256() });
    }
    ground.engine.log(loaded.case.tenant, Some(asked.case), &asked.actor, "pack_exported", body).await?;
    export_unlogged(ground, asked, out, progress).await
}

/// The same of a copy that nothing can be written to.
///
/// # Errors
/// As `export`.
pub async fn export_unlogged(ground: &Ground, asked: &Asked, out: File, progress: &Progress) -> Result<Made, ExportFault> {
    let Some(to) = &asked.to else { return plain(ground, asked, out, progress).await };
    // A ZIP's heads are written last, and age only writes on: the plain pack is a file that nobody has a name for.
    let between = Private::make(expected(ground, asked.case)?)?.nameless()?;
    let made = plain(ground, asked, between.try_clone()?, progress).await?;
    let to = to.clone();
    let sealing = tokio::task::spawn_blocking(move || seal(between, &to, out));
    sealing.await.map_err(|e| ExportFault::Odd(e.to_string()))??;
    Ok(made)
}

/// Encrypts a pack as it is read, a piece at a time.
fn seal(mut from: File, to: &Recipients, out: File) -> io::Result<()> {
    from.rewind()?;
    let mut writer = age::Writer::new(out, to, random)?;
    io::copy(&mut from, &mut writer)?;
    writer.finish()?.sync_all()
}

/// About how large a pack will be: what is sealed goes in twice, and once more composed.
fn expected(ground: &Ground, case: CaseId) -> Result<u64, ExportFault> {
    let mut bytes = 16 * 1024 * 1024;
    for name in ground.blobs.list(&format!("evidence/{case}"))? {
        bytes += ground.blobs.size(&name)?.unwrap_or(0) * 3;
    }
    Ok(bytes)
}

async fn plain(ground: &Ground, Asked { case, actor, .. }: &Asked, out: File, progress: &Progress) -> Result<Made, ExportFault> {
    let case = *case;
    let material = Arc::new(gather::gather(ground, case).await?);
    progress.at(50);
    let manifest = Manifest {
        version: VERSION,
        tenant: material.loaded.case.tenant,
        case,
        exported_at: material.at.to_string(),
        exported_by: actor.to_string(),
        program: concat!("recourse ", env!("CARGO_PKG_VERSION")).to_owned(),
        files: Vec::new(),
        images: Vec::new(),
        drawings: Vec::new(),
        texts: Vec::new(),
        consents: Vec::new(),
        recordings: Vec::new(),
        absent: Vec::new(),
    };
    let mut bench = Bench { writer: PackWriter::new(out), manifest };
    bench = working(ground, &material, bench, files::add).await?;
    progress.at(150);
    bench = sessions::add(ground, &material, bench, progress).await?;
    progress.at(900);
    let log = ground.log.clone();
    working(ground, &material, bench, move |ground, material, mut bench| {
        paper::add(ground, material, &mut bench)?;
        let absent = bench.manifest.absent.clone();
        let about = about(material, &bench.manifest);
        bench.writer.add(path::README, pack::readme::readme(&about).as_bytes())?;
        bench.writer.add(path::BY_HAND, pack::readme::BY_HAND.as_bytes())?;
        bench.writer.finish(bench.manifest, &log.origin, &log.key)?.sync_all()?;
        Ok(Made { absent })
    })
    .await
}

/// Runs what reads files and hashes on a thread that may block.
async fn working<T: Send + 'static>(
    ground: &Ground,
    material: &Arc<Material>,
    bench: Bench,
    work: impl FnOnce(&Ground, &Material, Bench) -> Result<T, ExportFault> + Send + 'static,
) -> Result<T, ExportFault> {
    let (ground, material) = (ground.clone(), material.clone());
    tokio::task::spawn_blocking(move || work(&ground, &material, bench)).await.map_err(|e| ExportFault::Odd(e.to_string()))?
}

fn about(material: &Material, manifest: &Manifest) -> Vec<String> {
    let mut lines = vec![
        format!("Case        {}", manifest.case),
        format!("Exported    {} by {} with {}", manifest.exported_at, manifest.exported_by, manifest.program),
        format!("Log         {} entries, of which {} are of this case", material.checkpoint.size, material.entries.len()),
        format!("Log key     {}", material.key),
    ];
    for line in &manifest.absent {
        lines.push(format!("Not in it   {line}"));
    }
    lines
}

//! Packs asked for by people: made one after the other beside the server's work, kept for a while to be fetched.
//! Must not know HTTP.

use super::{ExportFault, Ground, Private, Progress, export};
use crate::engine::{Actor, Engine};
use crate::state::App;
use crate::workers::sequencer::LogKey;
use domain::ids::CaseId;
use std::collections::BTreeMap;
use std::fs::File;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

/// Packs made at once: composing a picture takes all a processor has.
const AT_ONCE: usize = 2;
/// Packs kept to be fetched, each for so long.
const MAX_KEPT: usize = 8;
const KEPT: Duration = Duration::from_secs(15 * 60);

/// The packs of a running server.
#[derive(Default)]
pub struct Packs {
    log: OnceLock<Arc<LogKey>>,
    jobs: Mutex<BTreeMap<CaseId, Job>>,
}

#[derive(Clone)]
struct Job {
    progress: Arc<Progress>,
    done: Arc<OnceLock<Result<Ready, String>>>,
    begun: Instant,
}

/// A pack that can be fetched.
#[derive(Clone)]
pub struct Ready {
    pub file: Arc<File>,
    pub bytes: u64,
    pub absent: Vec<String>,
    at: Instant,
}

/// How a pack stands.
#[derive(Clone)]
pub enum Standing {
    /// Being made; thousandths.
    Working(u32),
    /// To be fetched.
    Ready(Ready),
    /// Could not be made, for this reason.
    Failed(String),
}

/// Why a pack is not begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Busy {
    /// So many are being made that this one would wait.
    TooMany,
    /// The log's key is not at hand.
    NoKey,
}

impl Job {
    fn standing(&self) -> Standing {
        match self.done.get() {
            None => Standing::Working(self.progress.thousandths()),
            Some(Ok(ready)) => Standing::Ready(ready.clone()),
            Some(Err(why)) => Standing::Failed(why.clone()),
        }
    }

    fn over(&self) -> bool {
        match self.done.get() {
            None => false,
            Some(Ok(ready)) => ready.at.elapsed() > KEPT,
            Some(Err(_)) => self.begun.elapsed() > KEPT,
        }
    }
}

impl Packs {
    /// Gives the key that vouches for packs; once.
    pub fn with_key(&self, log: Arc<LogKey>) {
        let _ = self.log.set(log);
    }

    /// Lets go of a case's pack: its evidence was erased. One that is still being made goes nowhere.
    pub fn forget(&self, case: CaseId) {
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner).remove(&case);
    }

    /// Lets go of every pack whose evidence was erased since it was asked for.
    pub async fn forget_erased(&self, engine: &Engine) {
        let cases: Vec<CaseId> = self.jobs.lock().unwrap_or_else(PoisonError::into_inner).keys().copied().collect();
        for case in cases {
            // One that cannot be read now is let go of too: it is made anew when it is asked for.
            if engine.case(case).await.is_ok_and(|case| case.kept.erased.is_none()) {
                continue;
            }
            self.forget(case);
        }
    }

    /// How a case's pack stands, if one was asked for.
    #[must_use]
    pub fn standing(&self, case: CaseId) -> Option<Standing> {
        let mut jobs = self.jobs.lock().unwrap_or_else(PoisonError::into_inner);
        jobs.retain(|_, job| !job.over());
        jobs.get(&case).map(Job::standing)
    }

    /// Begins a case's pack; one that is being made goes on.
    ///
    /// # Errors
    /// Too many at once.
    pub fn begin(&self, app: &App, case: CaseId, actor: Actor) -> Result<(), Busy> {
        let log = self.log.get().cloned().ok_or(Busy::NoKey)?;
        let job = Job { progress: Arc::default(), done: Arc::default(), begun: Instant::now() };
        {
            let mut jobs = self.jobs.lock().unwrap_or_else(PoisonError::into_inner);
            jobs.retain(|_, job| !job.over());
            let working = |job: &Job| job.done.get().is_none();
            if jobs.get(&case).is_some_and(working) {
                return Ok(());
            }
            if jobs.values().filter(|job| working(job)).count() >= AT_ONCE {
                return Err(Busy::TooMany);
            }
            jobs.remove(&case);
            while jobs.len() >= MAX_KEPT {
                let oldest = jobs.iter().filter(|(_, job)| !working(job)).min_by_key(|(_, job)| job.begun).map(|(case, _)| *case);
                let Some(oldest) = oldest else { break };
                jobs.remove(&oldest);
            }
            jobs.insert(case, job.clone());
        }
        let ground = Ground { engine: app.engine.clone(), blobs: app.blobs.clone(), log, ffmpeg: "ffmpeg".into() };
        tokio::spawn(async move {
            let made = make(&ground, case, &actor, &job.progress).await;
            if let Err(error) = &made {
                tracing::error!(case.id = %case, %error, "a pack could not be made");
            }
            let _ = job.done.set(made.map_err(|e| e.to_string()));
        });
        Ok(())
    }
}

async fn make(ground: &Ground, case: CaseId, actor: &Actor, progress: &Progress) -> Result<Ready, ExportFault> {
    let size = expected(ground, case)?;
    // Without a name the file is gone with its last reader, also when the program is killed.
    let file = Private::make(size)?.nameless()?;
    let made = export(ground, case, actor, file.try_clone()?, progress).await?;
    let bytes = file.metadata()?.len();
    Ok(Ready { file: Arc::new(file), bytes, absent: made.absent, at: Instant::now() })
}

/// About how large a pack will be: what is sealed goes in twice, and once more composed.
fn expected(ground: &Ground, case: CaseId) -> Result<u64, ExportFault> {
    let mut bytes = 16 * 1024 * 1024;
    for name in ground.blobs.list(&format!("evidence/{case}"))? {
        bytes += ground.blobs.size(&name)?.unwrap_or(0) * 3;
    }
    Ok(bytes)
}

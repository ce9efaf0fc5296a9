//! Packs asked for by people: made one after the other beside the server's work, kept for a while to be fetched.
//! Must not know HTTP.

use super::{Asked, ExportFault, Ground, Private, Progress, expected, export};
use crate::engine::Engine;
use crate::state::App;
use crate::workers::sequencer::LogKey;
use domain::ids::CaseId;
use pack::age::Recipients;
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
    to: Option<Recipients>,
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

/// A case's pack: for how many it is encrypted, none if it is plain, and how it stands.
#[derive(Clone)]
pub struct Kept {
    pub recipients: usize,
    pub standing: Standing,
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
    /// One of the case is being made for others.
    ForOthers,
    /// The log's key is not at hand.
    NoKey,
}

impl Job {
    fn kept(&self) -> Kept {
        Kept { recipients: self.to.as_ref().map_or(0, Recipients::count), standing: self.standing() }
    }

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
    pub fn standing(&self, case: CaseId) -> Option<Kept> {
        let mut jobs = self.jobs.lock().unwrap_or_else(PoisonError::into_inner);
        jobs.retain(|_, job| !job.over());
        jobs.get(&case).map(Job::kept)
    }

    /// Begins a case's pack; one that is being made for the same goes on.
    ///
    /// # Errors
    /// Too many at once, or one for others is being made.
    pub fn begin(&self, app: &App, asked: Asked) -> Result<(), Busy> {
        let log = self.log.get().cloned().ok_or(Busy::NoKey)?;
        let case = asked.case;
        let job = Job { progress: Arc::default(), done: Arc::default(), to: asked.to.clone(), begun: Instant::now() };
        {
            let mut jobs = self.jobs.lock().unwrap_or_else(PoisonError::into_inner);
            jobs.retain(|_, job| !job.over());
            let working = |job: &Job| job.done.get().is_none();
            if let Some(under_way) = jobs.get(&case).filter(|job| working(job)) {
                return if under_way.to == asked.to { Ok(()) } else { Err(Busy::ForOthers) };
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
            let made = make(&ground, &asked, &job.progress).await;
            if let Err(error) = &made {
                tracing::error!(case.id = %case, %error, "a pack could not be made");
            }
            let _ = job.done.set(made.map_err(|e| e.to_string()));
        });
        Ok(())
    }
}

/// Makes a pack into a file without a name.
pub(crate) async fn make(ground: &Ground, asked: &Asked, progress: &Progress) -> Result<Ready, ExportFault> {
    // One that is encrypted lies there twice until it is done.
    let size = expected(ground, asked.case)? * if asked.to.is_some() { 2 } else { 1 };
    // Without a name the file is gone with its last reader, also when the program is killed.
    let file = Private::make(size)?.nameless()?;
    let made = export(ground, asked, file.try_clone()?, progress).await?;
    let bytes = file.metadata()?.len();
    Ok(Ready { file: Arc::new(file), bytes, absent: made.absent, at: Instant::now() })
}

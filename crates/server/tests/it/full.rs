//! A disk that is really full, under database and recording alike: a small file system in memory, in a process of its
//! own that may mount it.
#![expect(clippy::unwrap_used, reason = "a test ends where its ground gives way")]

use crate::folder::{Yard, log_key, new_report, segment};
use crate::sockets::wait_for;
use domain::evidence::Recording;
use domain::ids::{CaseId, SessionId};
use media::{RoomId, Segment};
use serde_json::json;
use server::adapters::clock::SystemClock;
use server::adapters::ids::random;
use server::engine::{Actor, EngineError};
use server::recorder::{Recorder, RecorderEvent};
use server::rooms::keep;
use server::verify::verify;
use server::workers::sequencer::once;
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::mpsc::SyncSender;
use std::time::{Duration, Instant};
use store::StoreError;
use store::rows::MAX_LIST;
use tokio::sync::mpsc::Receiver;

const CHILD: &str = "RECOURSE_IT_UNTIL_THE_DISK_IS_FULL";
/// Room for a server's folder and some megabytes of what it writes ahead.
const DISK: &str = "size=24m";
/// So often in a row the store has to refuse before the disk counts as full.
const REFUSED: usize = 20;
const PATIENCE: Duration = Duration::from_secs(60);

/// A command as the first of a namespace of its own, with a small disk at this place.
fn on_a_small_disk(path: &Path) -> Command {
    let mut command = Command::new("unshare");
    command.args(["-Urm", "sh", "-c", "mount -t tmpfs -o \"$1\" none \"$2\" && shift 2 && exec \"$@\"", "sh", DISK]).arg(path);
    command
}

#[test]
fn when_the_disk_is_full_a_recording_fails_once_what_was_acknowledged_stays_and_all_of_it_verifies() {
    let path = std::env::temp_dir().join(format!("recourse-it-{:032x}", u128::from_be_bytes(random())));
    fs::create_dir(&path).unwrap();
    if on_a_small_disk(&path).arg("true").output().is_ok_and(|done| done.status.success()) {
        let mut command = on_a_small_disk(&path);
        command.arg(std::env::current_exe().unwrap());
        command.args(["--exact", "full::works_until_the_disk_is_full_and_goes_on", "--nocapture"]).env(CHILD, &path);
        let done = command.output().unwrap();
        let said = String::from_utf8_lossy(&done.stdout) + String::from_utf8_lossy(&done.stderr);
        assert!(done.status.success() && said.contains("1 passed"), "{said}");
    } else {
        eprintln!("skipped: this system lets nobody mount a file system of their own");
    }
    fs::remove_dir(&path).unwrap();
}

/// A live recording whose segments the test makes.
struct Live {
    path: PathBuf,
    began: Instant,
    yard: Yard,
    case: CaseId,
    recorder: Recorder,
    segments: SyncSender<Segment>,
    sent: u32,
    events: Receiver<RecorderEvent>,
    failures: usize,
    heads: usize,
    /// Entries that the store said it has.
    kept: BTreeSet<u64>,
    tried: u64,
}

impl Live {
    async fn begin(path: &Path) -> Self {
        let mut yard = Yard::lay_at(path, 0, Arc::new(SystemClock::new())).await;
        let (case, session): (CaseId, SessionId) = yard.called_as(yard.agents[0], new_report("onb-full")).await;
        let (segments, to_recorder) = std::sync::mpsc::sync_channel(64);
        let (tell, events) = tokio::sync::mpsc::channel(64);
        let recorder = Recorder::start(to_recorder, yard.blobs.clone(), tell).unwrap();
        let key = yard.engine.loaded(case).await.unwrap().key;
        recorder.begin(RoomId(case.0), case, session, (*key.0).clone());
        let (path, began) = (path.to_owned(), Instant::now());
        let (kept, tried) = (BTreeSet::new(), 0);
        Self { path, began, yard, case, recorder, segments, sent: 0, events, failures: 0, heads: 0, kept, tried }
    }

    /// Gives the case what the recorder told so far, as the server does; the failure is for whoever calls to give.
    async fn hear(&mut self) -> Option<RecorderEvent> {
        let mut failed = None;
        while let Ok(event) = self.events.try_recv() {
            match &event {
                RecorderEvent::Head { .. } => self.heads += 1,
                RecorderEvent::Failed { why, .. } => {
                    assert_eq!(*why, "storage");
                    self.failures += 1;
                    failed = Some(event);
                    continue;
                }
                RecorderEvent::Sealed { .. } => panic!("a recording with holes is not sealed"),
                RecorderEvent::Gap { .. } => {}
            }
            keep(&self.yard.engine, event).await;
        }
        failed
    }

    /// Takes what is left of the disk until the store refuses so many entries one after the other: what others gave back
    /// meanwhile, and the room that the store's own files still had, are used up.
    async fn starve(&mut self) {
        let mut in_a_row = 0;
        while in_a_row < REFUSED {
            fill(&self.path.join("filling"));
            in_a_row = if self.write().await { 0 } else { in_a_row + 1 };
            assert!(self.began.elapsed() < PATIENCE, "the store does not run out of room");
        }
    }

    fn record(&mut self) {
        self.segments.send(segment(RoomId(self.case.0), self.sent, [7; 60])).unwrap();
        self.sent += 1;
    }

    /// Whether the store took one more entry.
    async fn write(&mut self) -> bool {
        let n = self.tried;
        self.tried += 1;
        match self.yard.engine.log(self.yard.tenant, None, &Actor::System, "tried", json!({ "n": n })).await {
            Ok(_) => self.kept.insert(n),
            Err(EngineError::Store(StoreError::Unavailable(_))) => false,
            Err(error) => panic!("{error}"),
        }
    }

    async fn recording_failed(&self) -> bool {
        let case = self.yard.engine.case(self.case).await.unwrap();
        server::views::session(&case).is_some_and(|session| matches!(session.recording, Recording::Failed { .. }))
    }
}

fn fill(path: &Path) {
    let mut file = File::options().create(true).append(true).open(path).unwrap();
    for size in [65_536, 4_096, 1] {
        loop {
            match file.write(&vec![0; size]) {
                Ok(_) => {}
                Err(error) if error.kind() == ErrorKind::StorageFull => break,
                Err(error) => panic!("{error}"),
            }
        }
    }
}

/// Not a test of itself: the process that the test above gives a small disk. Alone it does nothing.
#[tokio::test(flavor = "multi_thread")]
async fn works_until_the_disk_is_full_and_goes_on() {
    let Some(path) = std::env::var_os(CHILD) else { return };
    let path = Path::new(&path);
    let mut live = Live::begin(path).await;
    while live.heads == 0 {
        live.record();
        assert!(live.write().await && live.began.elapsed() < PATIENCE, "all is well before");
        assert!(live.hear().await.is_none(), "all is well before");
    }

    let failed = loop {
        fill(&path.join("filling"));
        live.record();
        live.write().await;
        if let Some(failed) = live.hear().await {
            break failed;
        }
        assert!(live.began.elapsed() < PATIENCE, "the recorder does not run out of room");
    };
    live.starve().await;
    keep(&live.yard.engine, failed).await;
    assert!(!live.recording_failed().await, "the log is as full as the recording");
    live.starve().await;

    fs::remove_file(path.join("filling")).unwrap();
    wait_for("the case to hear of its recording", async || live.recording_failed().await).await;
    assert!(live.write().await, "and work goes on");
    (0..10).for_each(|_| live.record());
    live.recorder.seal(RoomId(live.case.0));
    drop(std::mem::replace(&mut live.segments, std::sync::mpsc::sync_channel(1).0));
    let Live { yard, case, recorder, mut events, failures, kept, .. } = live;
    tokio::task::spawn_blocking(move || recorder.stop()).await.unwrap();
    assert!(events.recv().await.is_none() && failures == 1, "told once: {failures}");

    let told = yard.engine.store.audit_of_case(case, 0, 1_000).await.unwrap();
    assert_eq!(told.iter().filter(|row| row.entry.kind == "recording_failed").count(), 1);
    let log = log_key(path);
    while once(&yard.engine, &log).await.unwrap() > 0 {}
    let (mut there, mut from) = (BTreeSet::new(), 0);
    loop {
        let page = yard.engine.store.audit_range(from, MAX_LIST).await.unwrap();
        if page.is_empty() {
            break;
        }
        from += page.len() as u64;
        there.extend(page.iter().filter(|row| row.entry.kind == "tried").map(|row| row.entry.body["n"].as_u64().unwrap()));
    }
    assert!(there.is_superset(&kept), "acknowledged and lost: {:?}", kept.difference(&there).collect::<Vec<_>>());
    yard.engine.store.close().await.unwrap();
    drop(yard);
    let report = verify(path).await.unwrap();
    assert_eq!((report.entries, report.recordings), (from, 1));
}

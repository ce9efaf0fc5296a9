//! The recorder's thread on real files: what is told, what is there, and what a crash or a full disk does.

use domain::digest::Digest;
use domain::ids::{CaseId, SessionId};
use media::{RoomId, Segment};
use server::adapters::blobs::{BlobAppender, BlobError, Blobs, FileBlobs};
use server::adapters::ids::random;
use server::adapters::kms::SecretKey;
use server::recorder::{PartFault, Recorder, RecorderEvent, read, read_sealed};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{SyncSender, sync_channel};
use tokio::sync::mpsc::{self, Receiver};

const CASE: CaseId = CaseId(11);
const SESSION: SessionId = SessionId(12);
const ROOM: RoomId = RoomId(11);

struct Yard {
    folder: PathBuf,
    key: SecretKey,
}

impl Drop for Yard {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// One run of the recorder: from the start of the server to its end.
struct Run {
    recorder: Recorder,
    segments: SyncSender<Segment>,
    events: Receiver<RecorderEvent>,
}

impl Yard {
    fn new() -> Self {
        let folder = std::env::temp_dir().join(format!("recourse-rec-{:032x}", u128::from_be_bytes(random())));
        std::fs::create_dir_all(&folder).unwrap();
        Self { folder, key: SecretKey::new(random()) }
    }

    fn run(&self, disk: Disk, waiting: impl IntoIterator<Item = u32>) -> Run {
        let (segments, to_recorder) = sync_channel(64);
        let (tell, events) = mpsc::channel(256);
        let recorder = Recorder::start(to_recorder, Arc::new(disk), tell).unwrap();
        recorder.begin(ROOM, CASE, SESSION, self.key.clone());
        for index in waiting {
            segments.send(segment(index)).unwrap();
        }
        Run { recorder, segments, events }
    }

    /// A disk that does what disks should.
    fn disk(&self) -> Disk {
        Disk { files: FileBlobs::open(&self.folder).unwrap(), room: usize::MAX, durable: true }
    }

    fn part(&self, n: u32) -> PathBuf {
        self.folder.join(format!("evidence/{CASE}/rec-{SESSION}.{n:04}"))
    }

    /// Whole segments and the last hash of the chain, as the files have them.
    fn chain(&self) -> (u64, Digest) {
        let found = read_sealed(&self.disk(), CASE, SESSION, |_, _, _| Ok(())).unwrap();
        (found.count, found.chain)
    }

    fn opened(&self) -> Result<Vec<Vec<u8>>, PartFault> {
        read(&self.disk(), &self.key, CASE, SESSION)
    }
}

impl Run {
    /// Ends the run as `how` says and gives back everything that was told.
    async fn end(mut self, how: impl FnOnce(&Recorder)) -> Vec<RecorderEvent> {
        how(&self.recorder);
        drop(self.segments);
        let recorder = self.recorder;
        tokio::task::spawn_blocking(move || recorder.stop()).await.unwrap();
        let mut all = Vec::new();
        while let Some(event) = self.events.recv().await {
            all.push(event);
        }
        all
    }
}

fn sealed(events: &[RecorderEvent]) -> Option<(u64, Digest)> {
    events.iter().find_map(|e| if let RecorderEvent::Sealed { segments, head, .. } = e { Some((*segments, *head)) } else { None })
}

fn last_head(events: &[RecorderEvent]) -> Option<(u64, Digest)> {
    events.iter().rev().find_map(|e| if let RecorderEvent::Head { segments, head, .. } = e { Some((*segments, *head)) } else { None })
}

fn failures(events: &[RecorderEvent]) -> Vec<&'static str> {
    events.iter().filter_map(|e| if let RecorderEvent::Failed { why, .. } = e { Some(*why) } else { None }).collect()
}

#[tokio::test]
async fn segments_become_a_chain_whose_heads_are_told_and_that_ends_sealed() {
    let yard = Yard::new();
    let run = yard.run(yard.disk(), 0..7);
    let told = run.end(|recorder| recorder.seal(ROOM)).await;
    let (count, chain) = sealed(&told).expect("sealed");
    assert_eq!((count, chain), yard.chain());
    assert_eq!(count, 7);
    assert!(last_head(&told).is_some_and(|(n, _)| n <= 7), "the log hears of it before the end");
    let plain = yard.opened().unwrap();
    assert_eq!(plain, (0..7).map(|n| segment(n).bytes.concat()).collect::<Vec<_>>(), "every byte, in the order of its coming");
    let file = std::fs::read(yard.part(0)).unwrap();
    assert!(!file.windows(6).any(|w| w == b"RCRSEG"), "nothing readable on the disk");
}

#[tokio::test]
async fn without_a_seal_the_last_head_covers_everything_that_was_written() {
    let yard = Yard::new();
    let told = yard.run(yard.disk(), 0..5).end(|_| ()).await;
    assert_eq!(sealed(&told), None);
    assert_eq!(last_head(&told), Some(yard.chain()));
    assert_eq!(yard.chain().0, 5);
}

#[tokio::test]
async fn after_a_crash_the_recording_goes_on_in_a_new_part_and_says_what_is_missing() {
    let yard = Yard::new();
    yard.run(yard.disk(), 0..4).end(|_| ()).await;
    // The crash tore the last record.
    let file = std::fs::OpenOptions::new().write(true).open(yard.part(0)).unwrap();
    let length = file.metadata().unwrap().len();
    file.set_len(length - 5).unwrap();
    assert_eq!(yard.chain().0, 3, "the torn one does not count");

    let told = yard.run(yard.disk(), 10..13).end(|recorder| recorder.seal(ROOM)).await;
    assert_eq!(sealed(&told), Some(yard.chain()));
    assert_eq!(yard.chain().0, 6);
    assert!(yard.part(1).exists(), "what was there is not written to again");
    assert_eq!(std::fs::metadata(yard.part(0)).unwrap().len(), length - 5);
    let gaps: Vec<_> = told
        .iter()
        .filter_map(|e| if let RecorderEvent::Gap { seat, kind, why, from, .. } = e { Some((*seat, *kind, *why, from.0)) } else { None })
        .collect();
    assert_eq!(gaps.len(), 4, "both seats, sound and picture: {gaps:?}");
    assert!(
        gaps.iter().all(|(_, _, why, from)| *why == "server_stopped" && *from == 1_020_000),
        "from the last sealed segment on: {gaps:?}"
    );
    let plain = yard.opened().unwrap();
    assert_eq!(plain, [0, 1, 2, 10, 11, 12].map(|n| segment(n).bytes.concat()));
}

#[tokio::test]
async fn a_changed_byte_is_found_and_named() {
    let yard = Yard::new();
    yard.run(yard.disk(), 0..3).end(|recorder| recorder.seal(ROOM)).await;
    let (_, chain) = yard.chain();
    let mut bytes = std::fs::read(yard.part(0)).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(yard.part(0), bytes).unwrap();
    assert_ne!(yard.chain().1, chain);
    assert!(matches!(yard.opened(), Err(PartFault::Segment { index: 1, .. })));
}

#[tokio::test]
async fn a_full_disk_is_told_once_and_never_holds_media_up() {
    let yard = Yard::new();
    let run = yard.run(Disk { room: 2, ..yard.disk() }, 0..3);
    // Far more than the channel holds: a writer that stopped taking would block this for ever.
    let sender = run.segments.clone();
    tokio::task::spawn_blocking(move || (3..1_000).for_each(|n| sender.send(segment(n)).unwrap())).await.unwrap();
    let told = run.end(|recorder| recorder.seal(ROOM)).await;
    assert_eq!(sealed(&told), None, "a recording with holes is not sealed");
    assert_eq!(failures(&told), ["storage"]);
    assert_eq!(yard.chain().0, 2, "what was written before is whole");
}

#[tokio::test]
async fn a_disk_that_cannot_sync_is_a_failed_recording() {
    let yard = Yard::new();
    let run = yard.run(Disk { durable: false, ..yard.disk() }, 0..2);
    let told = run.end(|recorder| recorder.seal(ROOM)).await;
    assert_eq!((sealed(&told), failures(&told)), (None, vec!["storage"]));
    assert_eq!(last_head(&told), None, "nothing is promised that may be lost");
}

#[tokio::test]
async fn a_session_without_a_single_segment_is_not_called_recorded() {
    let yard = Yard::new();
    let told = yard.run(yard.disk(), []).end(|recorder| recorder.seal(ROOM)).await;
    assert_eq!((sealed(&told), failures(&told)), (None, vec!["empty"]));
}

/// Real files on a disk that may be full after some appends, or never durable.
struct Disk {
    files: FileBlobs,
    /// Appends that still fit.
    room: usize,
    durable: bool,
}

struct Appender {
    file: Box<dyn BlobAppender>,
    room: usize,
    durable: bool,
}

impl BlobAppender for Appender {
    fn append(&mut self, bytes: &[u8]) -> Result<u64, BlobError> {
        self.room = self.room.checked_sub(1).ok_or(BlobError::Full)?;
        self.file.append(bytes)
    }
    fn sync(&mut self) -> Result<(), BlobError> {
        if self.durable { self.file.sync() } else { Err(BlobError::Full) }
    }
}

impl Blobs for Disk {
    fn put_new(&self, name: &str, bytes: &[u8]) -> Result<(), BlobError> {
        self.files.put_new(name, bytes)
    }
    fn get(&self, name: &str) -> Result<Vec<u8>, BlobError> {
        self.files.get(name)
    }
    fn read_range(&self, name: &str, from: u64, len: u64) -> Result<Vec<u8>, BlobError> {
        self.files.read_range(name, from, len)
    }
    fn size(&self, name: &str) -> Result<Option<u64>, BlobError> {
        self.files.size(name)
    }
    fn open_append(&self, name: &str) -> Result<Box<dyn BlobAppender>, BlobError> {
        let file = self.files.open_append(name)?;
        Ok(Box::new(Appender { file, room: self.room, durable: self.durable }))
    }
    fn list(&self, folder: &str) -> Result<Vec<String>, BlobError> {
        self.files.list(folder)
    }
    fn remove(&self, name: &str) -> Result<(), BlobError> {
        self.files.remove(name)
    }
    fn free_space_ratio(&self) -> Result<f64, BlobError> {
        self.files.free_space_ratio()
    }
}

/// An audio segment of one packet, in the bytes that media hands over.
fn segment(index: u32) -> Segment {
    let mut bytes = b"RCRSEG\0\x01".to_vec();
    bytes.extend_from_slice(&ROOM.0.to_le_bytes());
    bytes.extend_from_slice(&9u128.to_le_bytes());
    // Customer, audio, Opus.
    bytes.extend_from_slice(&[0, 0, 0, 0]);
    for number in [48_000u32, 5, 1, index] {
        bytes.extend_from_slice(&number.to_le_bytes());
    }
    for number in [1_000_000u64, 1_020_000, 100] {
        bytes.extend_from_slice(&number.to_le_bytes());
    }
    bytes.extend_from_slice(&[0; 4]);
    bytes.extend_from_slice(&1u32.to_le_bytes());
    // No gap, no sender reports.
    bytes.extend_from_slice(&[0; 1 + 8 + 8 + 4 + 1 + 4 * 12]);
    bytes.extend_from_slice(b"data");
    bytes.extend_from_slice(&60u16.to_le_bytes());
    bytes.extend_from_slice(&[0; 1 + 4 + 4 + 4]);
    bytes.extend_from_slice(&[index.to_le_bytes()[0]; 60]);
    let head = media::decode(&bytes).unwrap().head;
    Segment { head, bytes: bytes.into() }
}

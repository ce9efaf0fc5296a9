//! Recordings: sealed segments open, follow each other and lead to the heads in the log; tracks hold nothing that was not recorded.
//! Must not know who is seen.

use super::Ground;
use super::entries::Log;
use super::named::text_of;
use crate::manifest::RecordingLine;
use crate::mkv;
use crate::segment::{Arrival, Frames};
use crate::{Fault, sealed};
use domain::digest::Digest;
use domain::ids::SessionId;
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Seek};

/// Largest sealed segment.
const MAX_RECORD: u32 = 16 * 1024 * 1024;
/// A picture is put on the clock by its sender's reports: at most so much before it arrived, microseconds.
const EARLY_US: i64 = 31_000_000;
/// And by the file's whole milliseconds not much after.
const LATE_US: i64 = 2_000_000;

#[derive(Default)]
pub(super) struct Seen {
    pub segments: u64,
    pub recorded: u64,
    pub played: u64,
}

/// What the log tells of one recording.
#[derive(Default)]
struct Told {
    heads: BTreeMap<u64, Digest>,
    sealed: Option<u64>,
}

pub(super) fn check<R: Read + Seek>(ground: &mut Ground<R>, log: &Log) -> Result<Seen, Fault> {
    let mut told = told(log)?;
    let mut seen = Seen::default();
    let mut paths = BTreeSet::new();
    for line in ground.manifest.recordings.clone() {
        let Some(heads) = told.remove(&line.session) else {
            return Err(Fault::new("extra", line.session.to_string(), "is no session of the log, or stands twice"));
        };
        let mut frames = segments(ground, &line, &heads, &mut seen)?;
        frames.finish();
        seen.recorded += frames.kept();
        for track in &line.tracks {
            seen.played += played(ground, &track.path, &track.seat, &frames)?;
        }
        let tracks = line.tracks.into_iter().map(|t| t.path);
        paths.extend(line.sealed.into_iter().chain([line.keys]).chain(tracks).chain(line.movie));
    }
    if let Some((session, _)) = told.iter().find(|(_, told)| !told.heads.is_empty()) {
        return Err(Fault::new("missing", session.to_string(), "was recorded, but its recording is not in the pack"));
    }
    match ground.manifest.files.iter().find(|f| f.path.starts_with("recordings/") && !paths.contains(&f.path)) {
        Some(file) => Err(Fault::new("extra", &file.path, "is spoken of by nothing")),
        None => Ok(seen),
    }
}

fn told(log: &Log) -> Result<BTreeMap<SessionId, Told>, Fault> {
    let mut all: BTreeMap<SessionId, Told> = BTreeMap::new();
    for (index, entry) in &log.entries {
        let sealed = entry.kind == "recording_sealed";
        if !sealed && !matches!(entry.kind.as_str(), "session_started" | "recording_started" | "recording_head") {
            continue;
        }
        let bad = || Fault::new("damaged", format!("entry {index}"), "cannot be read");
        let session = text_of(entry, "session").and_then(|s| s.parse().ok()).ok_or_else(bad)?;
        let told = all.entry(session).or_default();
        if sealed || entry.kind == "recording_head" {
            let head = text_of(entry, "head").as_deref().and_then(Digest::parse).ok_or_else(bad)?;
            let segments = entry.body.get("segments").and_then(serde_json::Value::as_u64).ok_or_else(bad)?;
            if *told.heads.entry(segments).or_insert(head) != head {
                return Err(Fault::new("damaged", format!("entry {index}"), "gives another head for the same segments"));
            }
            told.sealed = told.sealed.or(sealed.then_some(segments));
        }
    }
    Ok(all)
}

fn segments<R: Read + Seek>(ground: &mut Ground<R>, line: &RecordingLine, told: &Told, seen: &mut Seen) -> Result<Frames, Fault> {
    let keys = keys(&ground.text(&line.keys)?, &line.keys)?;
    let mut frames = Frames::default();
    let (mut chain, mut index) = (Digest([0; 32]), 0u64);
    for path in &line.sealed {
        let size = ground.manifest.file(path).map_or(0, |f| f.size);
        let mut file = ground.archive.file(path)?;
        let mut left = size;
        while let Some(record) = record(&mut file, &mut left).map_err(|e| Fault::io(path, &e))? {
            let fault = |what: &str| Fault::new("changed", format!("segment {index} of {}", line.session), format!("({path}) {what}"));
            chain = link(chain, index, &record);
            if told.sealed.is_some_and(|all| index >= all) {
                return Err(fault("was added after the recording was sealed"));
            }
            if told.heads.get(&(index + 1)).is_some_and(|head| *head != chain) {
                return Err(fault("does not lead to the head that the log holds"));
            }
            let key = usize::try_from(index).ok().and_then(|n| keys.get(n)).ok_or_else(|| fault("has no key"))?;
            let body = record.get(4..).unwrap_or_default();
            let plain = sealed::open(key, &format!("rec/{}/{index}", line.session), body).ok_or_else(|| fault("does not open"))?;
            frames.add(&plain).ok_or_else(|| fault("opens, but holds no packets"))?;
            index += 1;
        }
    }
    let wanted = told.heads.keys().next_back().copied().unwrap_or(0);
    if index < wanted {
        return Err(Fault::new("missing", format!("segment {index} of {}", line.session), format!("the log holds {wanted}")));
    }
    if index != keys.len() as u64 {
        return Err(Fault::new("damaged", &line.keys, format!("has {} keys for {index} segments", keys.len())));
    }
    seen.segments += index;
    Ok(frames)
}

/// The next record with its length before it; what a crash tore at the end of a part is left.
fn record(file: &mut impl Read, left: &mut u64) -> std::io::Result<Option<Vec<u8>>> {
    if *left < 4 {
        return Ok(None);
    }
    let mut head = [0; 4];
    file.read_exact(&mut head)?;
    *left -= 4;
    let length = u32::from_be_bytes(head);
    if length > MAX_RECORD || u64::from(length) > *left {
        return Ok(None);
    }
    *left -= u64::from(length);
    let mut record = head.to_vec();
    file.take(length.into()).read_to_end(&mut record)?;
    Ok(Some(record))
}

fn link(chain: Digest, index: u64, record: &[u8]) -> Digest {
    Digest(Sha256::new().chain_update(chain.0).chain_update(index.to_be_bytes()).chain_update(record).finalize().into())
}

/// One key a line, each for the segment of its line's number.
fn keys(bytes: &[u8], path: &str) -> Result<Vec<[u8; 32]>, Fault> {
    let text = std::str::from_utf8(bytes).unwrap_or("?\n");
    text.lines().map(|line| Digest::parse(line).map(|d| d.0).ok_or_else(|| Fault::new("damaged", path, "is no list of keys"))).collect()
}

const SEATS: [&str; 4] = ["customer", "agent", "supervisor", "interpreter"];

/// How many frames a track has; each was recorded from that seat, at about that time.
fn played<R: Read + Seek>(ground: &mut Ground<R>, path: &str, seat: &str, frames: &Frames) -> Result<u64, Fault> {
    let seat = SEATS.iter().position(|s| *s == seat).and_then(|n| u8::try_from(n).ok());
    let seat = seat.ok_or_else(|| Fault::new("damaged", path, "belongs to no seat"))?;
    let mut file = std::io::BufReader::new(ground.archive.file(path)?);
    let mut count = 0;
    let fits = |arrival: Option<Arrival>, at: i64| arrival.is_some_and(|(first, last)| at >= first - EARLY_US && at <= last + LATE_US);
    let all = mkv::frames(&mut file, |block| {
        count += 1;
        if block.units {
            mkv::units(block.data).all(|unit| fits(frames.arrival(seat, unit), block.at_us))
        } else {
            fits(frames.arrival(seat, block.data), block.at_us)
        }
    });
    match all {
        None => Err(Fault::new("damaged", path, "is no playable file of ours")),
        Some(false) => Err(Fault::new("changed", path, format!("its frame {count} was not recorded, or not then"))),
        Some(true) => Ok(count),
    }
}

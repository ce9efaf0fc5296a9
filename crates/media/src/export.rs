//! Turns recorded segments into files that players open and seek. It must not know where segments are kept or how they were sealed.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

use crate::depacket::{Frame, Frames, frames};
use crate::handle::Seat;
use crate::mkv::{self, Block, Track};
use crate::peek::{Peeked, Scan, peeked};
use crate::plan::{Body, FilePlan};
use crate::segment::{Codec, Decoded, Gap, Kind};
use crate::timeline::{Stream, streams, synchronise};

/// Which tracks go into a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kinds {
    /// Sound only.
    Audio,
    /// Pictures only.
    Video,
    /// Both, in one file.
    Both,
}

/// Where a new file begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cut {
    /// One file for the seat; a new picture size goes on inside (a new codec cannot).
    OneFile,
    /// A new file for each connection, source and picture size, with the exact size in its header.
    PerRun,
}

/// What to export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Selection {
    /// Whose side.
    pub seat: Seat,
    /// Which tracks.
    pub kinds: Kinds,
    /// How many files.
    pub cut: Cut,
    /// Wall clock that offsets count from, microseconds UTC.
    pub session_started_us: i64,
}

/// A finished file.
#[derive(Debug, Clone)]
pub struct ExportedFile {
    /// Suggested name.
    pub name: String,
    /// Media type.
    pub mime: &'static str,
    /// Wall clock of time zero in the file, microseconds UTC.
    pub started_us: i64,
    /// Time zero after the start of the session; files shifted by it play in sync.
    pub offset_us: i64,
    /// Length.
    pub duration_us: i64,
    /// First picture size, when there are pictures.
    pub size: Option<(u16, u16)>,
    /// What is missing inside, by wall clock.
    pub gaps: Vec<Gap>,
    /// The file.
    pub bytes: Vec<u8>,
}

/// Frames of one track that fit into one file.
struct Piece {
    codec: Codec,
    size: Option<(u16, u16)>,
    parameters: Option<(Vec<u8>, Vec<u8>)>,
    frames: Vec<Frame>,
    gaps: Vec<Gap>,
}

/// Makes the files of one seat. Segments may come in any order; broken or missing ones are gaps.
#[must_use]
pub fn export(segments: &[Decoded<'_>], select: Selection) -> Vec<ExportedFile> {
    let payloads: Vec<BTreeMap<u32, &[u8]>> = segments.iter().map(|s| s.packets.iter().map(|p| (p.from, p.payload)).collect()).collect();
    let mut copy = |segment: u32, from: u32, len: u32, out: &mut Vec<u8>| -> Result<(), std::convert::Infallible> {
        let held = payloads.get(segment as usize).and_then(|s| s.range(..=from).next_back());
        if let Some((at, payload)) = held {
            let skip = (from - at) as usize;
            out.extend_from_slice(&payload[skip..skip + len as usize]);
        }
        Ok(())
    };
    let whole = |plan: FilePlan| {
        let mut bytes = Vec::with_capacity(usize::try_from(plan.len()).unwrap_or(0));
        for piece in 0..plan.pieces() {
            let Ok(part) = plan.piece(piece, &mut copy);
            bytes.extend(part);
        }
        let FilePlan { name, mime, started_us, offset_us, duration_us, size, gaps, .. } = plan;
        ExportedFile { name, mime, started_us, offset_us, duration_us, size, gaps, bytes }
    };
    plan(&peeked(segments), select).into_iter().map(whole).collect()
}

/// Plans the files of one seat from segments of which only the heads of packets are in memory.
#[must_use]
pub fn plan_files(scan: &Scan, select: Selection) -> Vec<FilePlan> {
    plan(&scan.peeked(), select)
}

fn plan(segments: &[Peeked<'_>], select: Selection) -> Vec<FilePlan> {
    let of = |kind: Kind| -> Vec<&Peeked<'_>> { segments.iter().filter(|s| s.head.seat == select.seat && s.head.kind == kind).collect() };
    let mut audio = streams(&of(Kind::Audio));
    let mut video = streams(&of(Kind::Video));
    // Both are synchronised even when one is exported, so that separate files fit together.
    let mut all: Vec<&mut Stream<'_>> = audio.iter_mut().chain(video.iter_mut()).collect();
    synchronise(&mut all);
    let audio = if select.kinds == Kinds::Video { Vec::new() } else { pieces(&audio, select.cut) };
    let video = if select.kinds == Kinds::Audio { Vec::new() } else { pieces(&video, select.cut) };
    let shares = if video.is_empty() { audio.into_iter().map(Some).collect() } else { share_out(audio, &video) };
    let files: Vec<Vec<&Piece>> = shares.iter().enumerate().map(|(i, audio)| video.get(i).into_iter().chain(audio).collect()).collect();
    let many = files.len() > 1;
    files.iter().enumerate().filter_map(|(index, tracks)| file(tracks, &select, many.then_some(index))).collect()
}

/// Cuts streams into what one file can hold.
fn pieces(streams: &[Stream<'_>], cut: Cut) -> Vec<Piece> {
    let mut runs: Vec<Piece> = Vec::new();
    for stream in streams {
        let Frames { frames, gaps, parameters } = frames(stream);
        let mut piece: Option<Piece> = None;
        for frame in frames {
            let changes = piece.as_ref().is_some_and(|p| frame.size.is_some() && p.size != frame.size);
            if changes {
                runs.extend(piece.take());
            }
            let piece = piece.get_or_insert_with(|| Piece {
                codec: stream.codec,
                size: frame.size,
                parameters: parameters.clone(),
                frames: Vec::new(),
                gaps: Vec::new(),
            });
            piece.frames.push(frame);
        }
        runs.extend(piece);
        // Gaps of the receiver and of the depacketiser may tell of the same hole; both are kept.
        let mut gaps = [gaps, stream.gaps.clone()].concat();
        gaps.sort_by_key(|g| g.from_us);
        if let Some(last) = runs.last_mut() {
            last.gaps.extend(gaps);
        }
    }
    runs.sort_by_key(|p| p.frames.first().map(|f| f.wall_us));
    spread_gaps(&mut runs);
    match cut {
        Cut::PerRun => runs,
        Cut::OneFile => join(runs),
    }
}

/// Gives each gap to the piece it begins in.
fn spread_gaps(runs: &mut [Piece]) {
    let gaps: Vec<Gap> = runs.iter_mut().flat_map(|p| std::mem::take(&mut p.gaps)).collect();
    for gap in gaps {
        let at = runs.iter().rposition(|p| p.frames.first().is_some_and(|f| f.wall_us <= gap.from_us));
        if let Some(piece) = runs.get_mut(at.unwrap_or(0)) {
            piece.gaps.push(gap);
        }
    }
}

fn join(runs: Vec<Piece>) -> Vec<Piece> {
    let mut joined: Vec<Piece> = Vec::new();
    for run in runs {
        match joined.iter_mut().find(|p| p.codec == run.codec) {
            Some(piece) => {
                piece.frames.extend(run.frames);
                piece.gaps.extend(run.gaps);
            }
            None => joined.push(run),
        }
    }
    for piece in &mut joined {
        piece.frames.sort_by_key(|f| f.wall_us);
    }
    joined
}

/// Cuts the sound to the lengths of the pictures' files; what lies outside goes to the nearest.
fn share_out(audio: Vec<Piece>, video: &[Piece]) -> Vec<Option<Piece>> {
    let starts: Vec<i64> = video.iter().map(|p| p.frames.first().map_or(i64::MIN, |f| f.wall_us)).collect();
    let mut shares: Vec<Option<Piece>> = video.iter().map(|_| None).collect();
    for piece in audio {
        let slot_of = |at: i64| starts.iter().rposition(|s| *s <= at).unwrap_or(0);
        for gap in piece.gaps {
            share(&mut shares[slot_of(gap.from_us)], piece.codec).gaps.push(gap);
        }
        for frame in piece.frames {
            let slot = slot_of(frame.wall_us);
            share(&mut shares[slot], piece.codec).frames.push(frame);
        }
    }
    for share in shares.iter_mut().flatten() {
        share.frames.sort_by_key(|f| f.wall_us);
    }
    shares
}

fn share(slot: &mut Option<Piece>, codec: Codec) -> &mut Piece {
    slot.get_or_insert_with(|| Piece { codec, size: None, parameters: None, frames: Vec::new(), gaps: Vec::new() })
}

/// How long a last frame shows or sounds, for the file's duration.
fn last_us(codec: Codec) -> i64 {
    match codec {
        Codec::Opus => 20_000,
        Codec::Vp8 | Codec::H264 => 33_000,
    }
}

fn file(tracks: &[&Piece], select: &Selection, number: Option<usize>) -> Option<FilePlan> {
    let walls = || tracks.iter().flat_map(|p| &p.frames).map(|f| f.wall_us);
    let started_us = walls().min()?;
    let ended_us = tracks
        .iter()
        .filter_map(|p| {
            let last = p.frames.iter().map(|f| f.wall_us).max()?;
            Some(last.saturating_add(last_us(p.codec)))
        })
        .max()?;
    let mut timed: Vec<(Block, &Frame)> = Vec::new();
    for (track, piece) in (0u8..).zip(tracks) {
        let mut next_ms = 0;
        for frame in &piece.frames {
            let since = u64::try_from(frame.wall_us.saturating_sub(started_us)).unwrap_or(0);
            // Rounded, and never twice the same: players take equal times for an error.
            let at_ms = ((since + 500) / 1000).max(next_ms);
            next_ms = at_ms + 1;
            timed.push((Block { track, at_ms, key: frame.key, len: frame.len }, frame));
        }
    }
    timed.sort_by_key(|(block, _)| block.at_ms);
    let blocks: Vec<Block> = timed.iter().map(|(block, _)| *block).collect();
    let specs: Vec<Track> = tracks.iter().map(|p| Track { codec: p.codec, size: p.size, parameters: p.parameters.clone() }).collect();
    let duration_us = ended_us.saturating_sub(started_us);
    let duration_ms = u64::try_from(duration_us / 1000).unwrap_or(0);
    let layout = mkv::lay_out(&specs, &blocks, started_us, duration_ms);
    let size = tracks.iter().find_map(|p| p.size);
    let mut gaps: Vec<Gap> = tracks.iter().flat_map(|p| p.gaps.clone()).collect();
    gaps.sort_by_key(|g| g.from_us);
    let (extension, mime) = match (mkv::is_webm(&specs), size.is_some()) {
        (true, true) => ("webm", "video/webm"),
        (true, false) => ("webm", "audio/webm"),
        (false, _) => ("mkv", "video/x-matroska"),
    };
    let name = name(select, number, size, extension);
    let offset_us = started_us.saturating_sub(select.session_started_us);
    let frames = timed.iter().map(|(_, frame)| frame.bits.as_slice());
    Some(FilePlan { name, mime, started_us, offset_us, duration_us, size, gaps, body: Body::new(layout, blocks, frames) })
}

fn name(select: &Selection, number: Option<usize>, size: Option<(u16, u16)>, extension: &str) -> String {
    let seat = match select.seat {
        Seat::Customer => "customer",
        Seat::Agent => "agent",
        Seat::Supervisor => "supervisor",
        Seat::Interpreter => "interpreter",
    };
    let kinds = match select.kinds {
        Kinds::Audio => "-audio",
        Kinds::Video => "-video",
        Kinds::Both => "",
    };
    let number = number.map(|n| format!("-{:03}", n + 1)).unwrap_or_default();
    let size = match (select.cut, size) {
        (Cut::PerRun, Some((width, height))) => format!("-{width}x{height}"),
        (Cut::PerRun | Cut::OneFile, _) => String::new(),
    };
    format!("{seat}{kinds}{number}{size}.{extension}")
}

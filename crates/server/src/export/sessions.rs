//! The recordings of a case: sealed parts with a key for each segment, tracks made of them, both sides in one picture.
//! Must not know how a picture is composed.

use super::gather::Material;
use super::movie::{self, Footage, Input};
use super::{Bench, ExportFault, Ground, Progress, working};
use crate::adapters::blobs::Blobs;
use crate::adapters::seal;
use crate::playback;
use crate::playback::stream::{Source, Whole};
use crate::recorder::read_sealed;
use domain::digest::Digest;
use domain::session::Session;
use media::FilePlan;
use pack::manifest::{RecordingLine, TrackLine};
use pack::path;
use std::fs::File;
use std::io::{self, Read};
use std::sync::Arc;

/// Bytes of a part file read at once.
const PIECE: u64 = 1024 * 1024;

pub(super) async fn add(ground: &Ground, material: &Arc<Material>, mut bench: Bench, progress: &Progress) -> Result<Bench, ExportFault> {
    let sessions: Vec<Session> = material.loaded.case.every_session().cloned().collect();
    let tools = movie::tools(&ground.ffmpeg).await;
    let share = 750 / u32::try_from(sessions.len().max(1)).unwrap_or(750);
    for (session, from) in sessions.into_iter().zip((150u32..).step_by(share as usize)) {
        let (of, able) = (session.clone(), tools.clone());
        let (made, footage) =
            working(ground, material, bench, move |ground, material, bench| one(ground, material, bench, &of, able)).await?;
        bench = made;
        progress.at(from + share / 3);
        let Some(footage) = footage else { continue };
        let composed = match footage {
            Ok(footage) => {
                let captions = super::captions::of(material, &session, &footage.inputs);
                movie::compose(&ground.ffmpeg, footage, &captions).await
            }
            Err(why) => Err(why),
        };
        let id = session.id;
        bench = working(ground, material, bench, move |_, _, mut bench| {
            let line = bench.manifest.recordings.iter_mut().find(|r| r.session == id);
            match (composed, line) {
                (Ok(mut film), Some(line)) => {
                    let path = path::recording(id, "side-by-side.mp4");
                    bench.writer.stream(&path, &mut film.file)?;
                    line.movie = Some(path);
                }
                (Ok(_), None) => {}
                (Err(why), _) => bench.manifest.absent.push(format!("side-by-side.mp4 of {id}: {why}")),
            }
            Ok(bench)
        })
        .await?;
        progress.at(from + share);
    }
    Ok(bench)
}

/// The tracks for the composed picture, or why there is none.
type ForFilm = Result<Footage, String>;

/// A session's sealed parts, keys and tracks; nothing for the composed picture if nothing was recorded.
fn one(
    ground: &Ground,
    material: &Material,
    mut bench: Bench,
    session: &Session,
    able: Result<(), String>,
) -> Result<(Bench, Option<ForFilm>), ExportFault> {
    let (case, key) = (material.loaded.case.id, &material.loaded.key.0);
    let mut keys = String::new();
    let wanted = session.recording.segments();
    let read = read_sealed(ground.blobs.as_ref(), case, session.id, |index, sealed, _| {
        let odd = |why: String| crate::recorder::PartFault::Segment { index, why };
        let own = seal::piece_key(key, sealed).map_err(|e| odd(e.to_string()))?;
        keys.push_str(&Digest(*own).to_string());
        keys.push('\n');
        Ok(())
    })?;
    if read.count < wanted {
        return Err(ExportFault::Odd(format!("segment {} of {} is missing; the state holds {wanted}", read.count, session.id)));
    }
    if read.count == 0 {
        bench.manifest.absent.push(format!("a recording of {}: nothing was recorded", session.id));
        return Ok((bench, None));
    }
    let mut sealed = Vec::new();
    for part in 0..read.parts {
        let path = path::recording(session.id, &format!("sealed.{part:04}"));
        let name = format!("evidence/{case}/rec-{}.{part:04}", session.id);
        let size = ground.blobs.size(&name)?.unwrap_or(0);
        bench.writer.stream(&path, &mut Part { blobs: ground.blobs.as_ref(), name, at: 0, size })?;
        sealed.push(path);
    }
    let keys_path = path::recording(session.id, "keys.txt");
    bench.writer.add(&keys_path, keys.as_bytes())?;
    let played = Arc::new(playback::plan(ground.blobs.as_ref(), key, case, session)?);
    let mut footage = able.and_then(|()| Footage::make(played.files.iter().map(|(_, plan)| plan.len()).sum()));
    let mut tracks = Vec::new();
    for (n, (seat, plan)) in played.files.iter().enumerate() {
        let path = path::recording(session.id, &format!("{:02}-{}", n + 1, plan.name));
        let seat = playback::word(*seat).to_owned();
        let source = Source { blobs: ground.blobs.clone(), key: material.loaded.key.clone(), played: played.clone(), file: n };
        let mut whole = Whole::new(source);
        match &mut footage {
            // Opened once, for the pack and for the picture.
            Ok(footage) => {
                let laid = footage.next();
                io::copy(&mut whole, &mut File::create(&laid)?)?;
                bench.writer.stream(&path, &mut File::open(&laid)?)?;
                footage.inputs.push(input(&seat, plan)?);
            }
            Err(_) => bench.writer.stream(&path, &mut whole)?,
        }
        tracks.push(TrackLine { path, seat });
    }
    bench.manifest.recordings.push(RecordingLine { session: session.id, sealed, keys: keys_path, tracks, movie: None });
    Ok((bench, Some(footage)))
}

fn input(seat: &str, plan: &FilePlan) -> Result<Input, ExportFault> {
    // The codecs stand in the head of the file, which needs no segment.
    let none = &mut |_: u32, _: u32, _: u32, _: &mut Vec<u8>| Err(ExportFault::Odd("the head of a track has media in it".to_owned()));
    let sound = plan.piece(0, none)?.windows(6).any(|window| window == b"A_OPUS");
    let FilePlan { offset_us, duration_us, size, .. } = plan;
    Ok(Input { seat: seat.to_owned(), offset_us: *offset_us, duration_us: *duration_us, picture: size.is_some(), sound })
}

/// A part file, read a piece at a time.
struct Part<'a> {
    blobs: &'a dyn Blobs,
    name: String,
    at: u64,
    size: u64,
}

impl Read for Part<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let length = (self.size - self.at).min(PIECE).min(into.len() as u64);
        if length == 0 {
            return Ok(0);
        }
        let bytes = self.blobs.read_range(&self.name, self.at, length).map_err(io::Error::other)?;
        let place = into.get_mut(..bytes.len()).ok_or_else(|| io::Error::other("more bytes than were asked for"))?;
        place.copy_from_slice(&bytes);
        self.at += bytes.len() as u64;
        Ok(bytes.len())
    }
}

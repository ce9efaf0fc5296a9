//! From a recorded call to files that ffmpeg decodes: lip sync, loss, turned pictures. It must not look at sockets.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use proptest::prelude::*;

use super::client::Video;
use super::clips::{Clip, dir, h264, has_ffmpeg, opus, vp8};
use super::{Link, Sim, WALL_US};
use crate::export::{Cut, ExportedFile, Kinds, Selection, export};
use crate::handle::Seat;
use crate::segment::{Decoded, Kind, Segment, decode};

/// Plays clips up from one person; sound leaves its encoder later than pictures do.
struct Player {
    person: usize,
    video: Vec<(u64, Vec<Vec<u8>>)>,
    audio: Clip,
    audio_lag_ms: u64,
    start_ms: u64,
    next: [usize; 2],
}

fn vp8_packets(clip: &Clip, first_picture: u16) -> Vec<(u64, Vec<Vec<u8>>)> {
    let frames = clip.iter().enumerate().map(|(i, (at, frame))| {
        let picture = first_picture + i as u16;
        let chunks = frame.chunks(1000).enumerate().map(|(n, chunk)| {
            let first = if n == 0 { 0x90 } else { 0x80 };
            let head = [first, 0x80, 0x80 | (picture >> 8) as u8, picture as u8];
            [&head[..], chunk].concat()
        });
        (*at, chunks.collect())
    });
    frames.collect()
}

fn h264_packets(clip: Vec<(u64, Vec<Vec<u8>>)>) -> Vec<(u64, Vec<Vec<u8>>)> {
    let units = clip.into_iter().map(|(at, nals)| {
        let mut packets = Vec::new();
        let mut sets = vec![24u8];
        for nal in nals {
            match nal[0] & 0x1f {
                7 | 8 => {
                    sets.extend((nal.len() as u16).to_be_bytes());
                    sets.extend(&nal);
                }
                _ => {
                    if sets.len() > 1 {
                        packets.push(std::mem::replace(&mut sets, vec![24]));
                    }
                    fragment(&nal, &mut packets);
                }
            }
        }
        (at, packets)
    });
    units.collect()
}

fn fragment(nal: &[u8], packets: &mut Vec<Vec<u8>>) {
    if nal.len() <= 1000 {
        packets.push(nal.to_vec());
        return;
    }
    let chunks: Vec<&[u8]> = nal[1..].chunks(1000).collect();
    for (i, chunk) in chunks.iter().enumerate() {
        let start = if i == 0 { 0x80 } else { 0 };
        let end = if i + 1 == chunks.len() { 0x40 } else { 0 };
        let head = [nal[0] & 0xe0 | 28, nal[0] & 0x1f | start | end];
        packets.push([&head[..], chunk].concat());
    }
}

impl Player {
    fn play(&mut self, sim: &mut Sim) {
        let now_ms = sim.elapsed_ms();
        while let Some((at, packets)) = self.video.get(self.next[0]) {
            let captured_ms = self.start_ms + at;
            if captured_ms > now_ms {
                break;
            }
            let captured = sim.start + Duration::from_millis(captured_ms);
            let count = packets.len();
            for (n, packet) in packets.iter().enumerate() {
                let core = &mut sim.people[self.person].core;
                let time = (at * 90) as u32;
                core.send(true, time, n + 1 == count, packet, captured);
            }
            self.next[0] += 1;
        }
        while let Some((at, packet)) = self.audio.get(self.next[1]) {
            let captured_ms = self.start_ms + at;
            if captured_ms + self.audio_lag_ms > now_ms {
                break;
            }
            let captured = sim.start + Duration::from_millis(captured_ms);
            let core = &mut sim.people[self.person].core;
            core.send(false, 777_000 + (at * 48) as u32, false, packet, captured);
            self.next[1] += 1;
        }
        sim.drain(self.person);
    }
}

fn recorded(kind: Video, video: Vec<(u64, Vec<Vec<u8>>)>, link: Link) -> (Vec<Segment>, i64) {
    let mut sim = Sim::new(99);
    sim.join(1, Seat::Customer, kind).unwrap();
    sim.join(2, Seat::Agent, kind).unwrap();
    sim.people[0].link = link;
    sim.until(|s| s.people.iter().all(|p| p.core.connected));
    sim.with_room(|room, now, io| room.set_recording(true, now, io));
    let start_ms = sim.elapsed_ms() + 100;
    let mut player = Player { person: 0, video, audio: opus(), audio_lag_ms: 150, start_ms, next: [0; 2] };
    sim.run(Duration::from_millis(6500), |s| player.play(s));
    sim.with_room(|room, now, io| room.close(now, io));
    let captured_us = WALL_US + i64::try_from(start_ms).unwrap() * 1000;
    (sim.segments.try_iter().collect(), captured_us)
}

fn decoded(segments: &[Segment]) -> Vec<Decoded<'_>> {
    segments.iter().map(|s| decode(s.bytes.whole()).unwrap()).collect()
}

fn select(kinds: Kinds, cut: Cut) -> Selection {
    Selection { seat: Seat::Customer, kinds, cut, session_started_us: WALL_US }
}

fn keep(file: &ExportedFile, test: &str) -> PathBuf {
    let path = dir().join(format!("{test}-{}", file.name));
    std::fs::write(&path, &file.bytes).unwrap();
    path
}

fn tool(name: &str, args: &[&str]) -> Vec<u8> {
    let output = Command::new(name).args(["-v", "error"]).args(args).output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && errors.is_empty(), "{name} {args:?}: {errors}");
    output.stdout
}

/// Decodes everything; any complaint of the decoder fails.
fn frames_decoded(path: &str) -> usize {
    tool("ffmpeg", &["-xerror", "-i", path, "-f", "null", "-"]);
    let args = ["-count_frames", "-select_streams", "v", "-show_entries", "stream=nb_read_frames", "-of", "csv=p=0", path];
    let text = String::from_utf8(tool("ffprobe", &args)).unwrap();
    text.trim().trim_end_matches(',').parse().unwrap()
}

fn duration(path: &str) -> f64 {
    let args = ["-show_entries", "format=duration", "-of", "csv=p=0", path];
    String::from_utf8(tool("ffprobe", &args)).unwrap().trim().parse().unwrap()
}

/// Seconds at which the picture turns white.
fn flash_times(path: &str) -> Vec<f64> {
    let graph = format!("movie={path},signalstats");
    let args = ["-f", "lavfi", &graph, "-show_entries", "frame=pts_time:frame_tags=lavfi.signalstats.YAVG", "-of", "csv=p=0"];
    let text = String::from_utf8(tool("ffprobe", &args)).unwrap();
    let mut dark = true;
    let mut times = Vec::new();
    for line in text.lines() {
        let mut fields = line.split(',').filter_map(|f| f.parse::<f64>().ok());
        let (Some(at), Some(light)) = (fields.next(), fields.next()) else {
            continue;
        };
        if dark && light > 120.0 {
            times.push(at);
        }
        dark = light <= 120.0;
    }
    times
}

/// Seconds at which the tone sets in.
fn beep_times(path: &str) -> Vec<f64> {
    let filter = "aresample=async=1000:min_hard_comp=0.001:first_pts=0";
    let raw = tool("ffmpeg", &["-i", path, "-map", "0:a", "-af", filter, "-ac", "1", "-ar", "8000", "-f", "s16le", "-"]);
    let mut quiet_for = 8000;
    let mut times = Vec::new();
    for (i, pair) in raw.chunks_exact(2).enumerate() {
        let loud = i16::from_le_bytes([pair[0], pair[1]]).unsigned_abs() > 3000;
        if loud && quiet_for > 1600 {
            times.push(i as f64 / 8000.0);
        }
        quiet_for = if loud { 0 } else { quiet_for + 1 };
    }
    times
}

/// Every flash has its beep within 40 ms; the product promises 80.
fn assert_together(path: &str) {
    let (flashes, beeps) = (flash_times(path), beep_times(path));
    assert_eq!((flashes.len(), beeps.len()), (6, 6), "{flashes:?} {beeps:?}");
    for (flash, beep) in flashes.iter().zip(&beeps) {
        assert!((flash - beep).abs() < 0.040, "{flashes:?} {beeps:?}");
    }
}

const ROUGH: Link = Link { loss_percent: 2, delay_ms: 20, jitter_ms: 25, cut: false, down_kbps: None };

#[test]
fn sound_and_picture_stay_together_over_a_rough_link() {
    if !has_ffmpeg() {
        return;
    }
    let clip = vp8_packets(&vp8("320x240", "flash"), 0);
    let (segments, captured_us) = recorded(Video::Vp8, clip, ROUGH);
    let files = export(&decoded(&segments), select(Kinds::Both, Cut::OneFile));
    assert_eq!(files.len(), 1);
    assert_eq!((files[0].name.as_str(), files[0].mime), ("customer.webm", "video/webm"));
    let path = keep(&files[0], "sync");
    let path = path.to_str().unwrap();
    assert!(frames_decoded(path) >= 175, "of 180");
    assert!((duration(path) - 6.0).abs() < 0.12, "{}", duration(path));
    let late_us = files[0].started_us - captured_us;
    assert!((0..60_000).contains(&late_us), "starts when captured: {late_us}");
    assert_together(path);
}

#[test]
fn a_turned_phone_goes_on_in_one_file_and_gets_its_own_in_runs() {
    if !has_ffmpeg() {
        return;
    }
    let wide = vp8_packets(&vp8("320x240", "wide"), 0);
    let tall = vp8_packets(&vp8("240x320", "tall"), 0);
    let turned: Vec<_> = wide[..90].iter().chain(&tall[90..]).cloned().collect();
    let (segments, _) = recorded(Video::Vp8, turned, Link::GOOD);
    let runs: std::collections::BTreeSet<_> =
        segments.iter().filter(|s| s.head.kind == Kind::Video).map(|s| (s.head.run, s.head.size)).collect();
    assert_eq!(runs.into_iter().collect::<Vec<_>>(), [(0, Some((320, 240))), (1, Some((240, 320)))]);
    let segments = decoded(&segments);
    let one = export(&segments, select(Kinds::Both, Cut::OneFile));
    assert_eq!(frames_decoded(keep(&one[0], "turn").to_str().unwrap()), 180);
    let runs = export(&segments, select(Kinds::Both, Cut::PerRun));
    let sizes: Vec<_> = runs.iter().map(|f| f.size.unwrap()).collect();
    assert_eq!(sizes, [(320, 240), (240, 320)]);
    for run in &runs {
        assert_eq!(frames_decoded(keep(run, "turn").to_str().unwrap()), 90);
    }
    assert!((2_900_000..3_100_000).contains(&(runs[1].offset_us - runs[0].offset_us)));
}

#[test]
fn what_loss_broke_is_left_out_and_listed() {
    if !has_ffmpeg() {
        return;
    }
    let clip = vp8_packets(&vp8("320x240", "loss"), 0);
    let (segments, _) = recorded(Video::Vp8, clip, Link::GOOD);
    let mut segments = decoded(&segments);
    let whole = export(&segments, select(Kinds::Video, Cut::OneFile));
    assert!(whole[0].gaps.is_empty());
    for s in segments.iter_mut().filter(|s| s.head.kind == Kind::Video) {
        s.packets.retain(|p| p.seq % 70 != 0);
    }
    let files = export(&segments, select(Kinds::Both, Cut::OneFile));
    assert!(!files[0].gaps.is_empty());
    let path = keep(&files[0], "loss");
    let frames = frames_decoded(path.to_str().unwrap());
    assert!((30..175).contains(&frames), "{frames}");
}

#[test]
fn h264_becomes_matroska_that_decodes_and_seeks() {
    if !has_ffmpeg() {
        return;
    }
    let clip = h264_packets(h264("320x240", "avc"));
    let (segments, _) = recorded(Video::H264, clip, Link::GOOD);
    let files = export(&decoded(&segments), select(Kinds::Both, Cut::OneFile));
    assert_eq!(files[0].name, "customer.mkv");
    assert_eq!(files[0].size, Some((320, 240)));
    let path = keep(&files[0], "avc");
    let path = path.to_str().unwrap();
    assert!(frames_decoded(path) >= 175);
    let jpeg = tool("ffmpeg", &["-ss", "4.5", "-i", path, "-frames:v", "1", "-f", "image2pipe", "-c:v", "mjpeg", "-"]);
    assert!(jpeg.len() > 100);
    assert_together(path);
}

fn chatted() -> Vec<Segment> {
    let mut sim = Sim::new(5);
    sim.join(1, Seat::Customer, Video::Vp8).unwrap();
    sim.until(|s| s.people.iter().all(|p| p.core.connected));
    sim.with_room(|room, now, io| room.set_recording(true, now, io));
    sim.run(Duration::from_millis(5000), |s| s.chatter((640, 480)));
    sim.with_room(|room, now, io| room.close(now, io));
    sim.segments.try_iter().collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn any_order_of_packets_gives_the_same_file(seed in any::<u64>()) {
        static CALL: std::sync::OnceLock<Vec<Segment>> = std::sync::OnceLock::new();
        let segments = CALL.get_or_init(chatted);
        let mut shuffled = decoded(segments);
        let expected = export(&shuffled, select(Kinds::Both, Cut::OneFile));
        let mut random = seed | 1;
        let mut roll = move || {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            random as usize
        };
        let count = shuffled.len();
        shuffled.swap(roll() % count, roll() % count);
        for s in &mut shuffled {
            let n = s.packets.len();
            for _ in 0..n {
                s.packets.swap(roll() % n, roll() % n);
            }
        }
        let files = export(&shuffled, select(Kinds::Both, Cut::OneFile));
        prop_assert_eq!(&files[0].bytes, &expected[0].bytes);
    }

    #[test]
    fn damaged_packets_never_panic(
        edits in proptest::collection::vec((any::<u16>(), any::<u64>(), any::<u32>(), any::<i64>()), 0..20)
    ) {
        static CALL: std::sync::OnceLock<Vec<Segment>> = std::sync::OnceLock::new();
        let segments = CALL.get_or_init(chatted);
        let mut damaged = decoded(segments);
        for (at, seq, time, arrival_us) in edits {
            let count = damaged.len();
            let s = &mut damaged[usize::from(at) % count];
            let n = s.packets.len();
            let p = &mut s.packets[usize::from(at) % n];
            (p.seq, p.time, p.arrival_us) = (seq, time, arrival_us);
        }
        for cut in [Cut::OneFile, Cut::PerRun] {
            let _ = export(&damaged, select(Kinds::Both, cut));
        }
    }
}

/// The bytes of a planned file, and how often a segment had to be asked for.
fn made(plan: &crate::FilePlan, segments: &[Segment], pieces: std::ops::Range<usize>) -> (Vec<u8>, std::collections::BTreeSet<u32>) {
    let mut asked = std::collections::BTreeSet::new();
    let mut copy = |segment: u32, from: u32, len: u32, out: &mut Vec<u8>| {
        asked.insert(segment);
        let bytes = segments[segment as usize].bytes.whole();
        out.extend_from_slice(&bytes[from as usize..(from + len) as usize]);
        Ok::<(), std::convert::Infallible>(())
    };
    let bytes = pieces.flat_map(|piece| plan.piece(piece, &mut copy).unwrap()).collect();
    (bytes, asked)
}

fn scanned(segments: &[Segment]) -> crate::Scan {
    let mut scan = crate::Scan::default();
    for segment in segments {
        scan.add(segment.bytes.whole()).unwrap();
    }
    scan
}

#[test]
fn a_file_made_in_pieces_from_closed_segments_is_the_file_made_at_once() {
    if !has_ffmpeg() {
        return;
    }
    let vp8 = vp8_packets(&vp8("320x240", "pieces"), 0);
    let avc = h264_packets(h264("320x240", "pieces-avc"));
    for (kind, clip, link) in [(Video::Vp8, vp8, ROUGH), (Video::H264, avc, Link::GOOD)] {
        let (segments, _) = recorded(kind, clip, link);
        for cut in [Cut::OneFile, Cut::PerRun] {
            let whole = export(&decoded(&segments), select(Kinds::Both, cut));
            let plans = crate::plan_files(&scanned(&segments), select(Kinds::Both, cut));
            assert_eq!(plans.len(), whole.len());
            for (plan, file) in plans.iter().zip(&whole) {
                assert_eq!((plan.len(), plan.offset_us, &plan.name), (file.bytes.len() as u64, file.offset_us, &file.name));
                assert_eq!(made(plan, &segments, 0..plan.pieces()).0, file.bytes);
                for byte in (0..plan.len()).step_by(4_999) {
                    let piece = plan.piece_at(byte);
                    let range = plan.range(piece);
                    assert!(range.contains(&byte));
                    let (part, asked) = made(plan, &segments, piece..piece + 1);
                    assert_eq!(part, file.bytes[range.start as usize..range.end as usize]);
                    assert!(asked.len() <= 6, "a second of the file needs the segments of that second: {asked:?}");
                }
            }
        }
    }
}

#[test]
fn ten_minutes_are_planned_in_a_small_part_of_their_bytes() {
    let scan = scanned(&chatted());
    // Pictures of a thousand bytes a packet, as browsers send them.
    let payload = vec![0u8; 1_100];
    let head = scan.heads().iter().find(|h| h.kind == Kind::Video).unwrap().clone();
    let mut long = crate::Scan::default();
    let mut total = 0;
    for index in 0..600u32 {
        let mut bytes = vec![0; crate::segment::HEAD_LEN];
        for n in 0..100u32 {
            let mut packet = payload.clone();
            packet[0] = if n % 4 == 0 { 0x10 } else { 0 };
            let key = index % 10 == 0 && n == 0;
            packet[1..11].copy_from_slice(&[u8::from(!key), 0, 0, 0x9d, 0x01, 0x2a, 0x80, 0x02, 0xe0, 0x01]);
            let time = (index * 100 + n) / 4 * 3_600;
            crate::segment::append_record(&mut bytes, (index * 100 + n) as i32, time, n % 4 == 3, n * 10_000, &packet);
        }
        let started_us = i64::from(index) * 1_000_000;
        crate::segment::SegmentHead { index, packets: 100, base_seq: 0, started_us, ended_us: started_us + 990_000, ..head.clone() }
            .write(&mut bytes);
        total += bytes.len();
        long.add(&bytes).unwrap();
    }
    let plans = crate::plan_files(&long, select(Kinds::Both, Cut::PerRun));
    assert_eq!(plans.len(), 1);
    assert!(plans[0].duration_us > 590_000_000, "{}", plans[0].duration_us);
    assert!(plans[0].len() > total as u64 * 9 / 10);
    assert!(long.weight() * 10 < total, "scan: {} of {total}", long.weight());
    assert!(plans[0].weight() * 20 < total, "plan: {} of {total}", plans[0].weight());
}

#[test]
fn what_is_recorded_can_be_entered_every_ten_seconds() {
    let mut sim = Sim::new(6);
    sim.join(1, Seat::Customer, Video::Vp8).unwrap();
    sim.until(|s| s.people.iter().all(|p| p.core.connected));
    sim.with_room(|room, now, io| room.set_recording(true, now, io));
    sim.run(Duration::from_secs(35), |s| s.chatter((640, 480)));
    sim.with_room(|room, now, io| room.close(now, io));
    let segments: Vec<Segment> = sim.segments.try_iter().collect();
    let packets = segments.iter().filter(|s| s.head.kind == Kind::Video).flat_map(|s| decode(s.bytes.whole()).unwrap().packets);
    let is_key = |payload: &[u8]| matches!(crate::codec::video_start(crate::segment::Codec::Vp8, payload), crate::codec::Start::Key(_));
    let keys: Vec<i64> = packets.filter(|p| is_key(p.payload)).map(|p| p.arrival_us).collect();
    assert!(keys.len() >= 3, "{keys:?}");
    assert!(keys.windows(2).all(|w| w[1] - w[0] <= 11_000_000), "{keys:?}");
}

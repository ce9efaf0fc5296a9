//! Writes Matroska and WebM: header, seek head, cues in front, clusters of about a second. It must not know where frames come from.

use crate::segment::Codec;
use std::ops::Range;

/// A track of the file.
#[derive(Debug, Clone)]
pub(crate) struct Track {
    pub codec: Codec,
    /// First picture size.
    pub size: Option<(u16, u16)>,
    /// Sequence and picture parameter sets of H.264.
    pub parameters: Option<(Vec<u8>, Vec<u8>)>,
}

/// A frame of one of the tracks; time in milliseconds from the file's beginning.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Block {
    pub track: u8,
    pub key: bool,
    pub at_ms: u64,
    pub len: usize,
}

/// A stretch of the file with its own time, about a second.
#[derive(Debug, Clone)]
pub(crate) struct Cluster {
    /// First byte in the file.
    pub at: u64,
    pub base_ms: u64,
    /// Which blocks.
    pub blocks: Range<usize>,
    /// Without its own head.
    body_len: u64,
}

/// A file before its frames are copied: its size and the place of everything are known.
#[derive(Debug, Clone)]
pub(crate) struct Layout {
    /// Everything before the first cluster.
    pub front: Vec<u8>,
    pub clusters: Vec<Cluster>,
    pub len: u64,
}

const CLUSTER_MS: u64 = 1000;
/// Microseconds from 1970 to 2001, where Matroska's calendar begins.
const EPOCH_2001_US: i64 = 978_307_200_000_000;

const SEEK_HEAD: u32 = 0x114D_9B74;
const INFO: u32 = 0x1549_A966;
const TRACKS: u32 = 0x1654_AE6B;
const CUES: u32 = 0x1C53_BB6B;
const CLUSTER: u32 = 0x1F43_B675;

/// Whether these tracks make a WebM; other codecs need the wider Matroska.
pub(crate) fn is_webm(tracks: &[Track]) -> bool {
    tracks.iter().all(|t| matches!(t.codec, Codec::Opus | Codec::Vp8))
}

/// Bytes of an element's name and size, for names of one byte and of four.
const HEAD_1: u64 = 1 + 8;
const HEAD_4: u64 = 4 + 8;
/// Track, time, flags.
const BLOCK_HEAD: usize = 4;

/// Says where everything lies. Blocks are in time order.
pub(crate) fn lay_out(tracks: &[Track], blocks: &[Block], started_us: i64, duration_ms: u64) -> Layout {
    let (mut clusters, cues) = clusters(tracks, blocks);
    let clusters_len: u64 = clusters.iter().map(|c| HEAD_4 + c.body_len).sum();
    let info = element(INFO, &info_body(started_us, duration_ms));
    let tracks_element = element(TRACKS, &tracks_body(tracks));
    // Positions have a fixed width, so that sizes are known before the positions are.
    let seek_len = element(SEEK_HEAD, &seek_body(0, 0, 0)).len();
    let cues_len = element(CUES, &cues_body(&cues, 0)).len();
    let info_at = seek_len;
    let tracks_at = info_at + info.len();
    let cues_at = tracks_at + tracks_element.len();
    let clusters_at = cues_at + cues_len;
    let mut front = element(0x1A45_DFA3, &ebml_body(is_webm(tracks)));
    head(&mut front, 0x1853_8067, clusters_at as u64 + clusters_len);
    front.extend(element(SEEK_HEAD, &seek_body(info_at, tracks_at, cues_at)));
    front.extend(info);
    front.extend(tracks_element);
    front.extend(element(CUES, &cues_body(&cues, clusters_at as u64)));
    let first = front.len() as u64;
    for cluster in &mut clusters {
        cluster.at += first;
    }
    Layout { front, clusters, len: first + clusters_len }
}

/// A cluster up to its first block.
pub(crate) fn cluster_head(out: &mut Vec<u8>, cluster: &Cluster) {
    head(out, CLUSTER, cluster.body_len);
    out.extend(uint(0xE7, cluster.base_ms));
}

/// A block up to its frame's bytes, which follow.
pub(crate) fn block_head(out: &mut Vec<u8>, block: &Block, base_ms: u64) {
    let relative = i16::try_from(block.at_ms.saturating_sub(base_ms)).unwrap_or(0);
    let [high, low] = relative.to_be_bytes();
    head(out, 0xA3, (BLOCK_HEAD + block.len) as u64);
    out.extend([0x80 | (block.track + 1), high, low, if block.key { 0x80 } else { 0 }]);
}

fn id(out: &mut Vec<u8>, id: u32) {
    let bytes = id.to_be_bytes();
    let skip = bytes.iter().take_while(|b| **b == 0).count();
    out.extend_from_slice(&bytes[skip..]);
}

fn head(out: &mut Vec<u8>, name: u32, len: u64) {
    id(out, name);
    // Eight-byte sizes: simple, and long enough for any file.
    out.extend_from_slice(&(len | 0x0100_0000_0000_0000).to_be_bytes());
}

fn element(name: u32, body: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len() + 12);
    head(&mut out, name, body.len() as u64);
    out.extend_from_slice(body);
    out
}

fn uint(name: u32, value: u64) -> Vec<u8> {
    let bytes = value.to_be_bytes();
    let skip = bytes.iter().take_while(|b| **b == 0).count().min(7);
    element(name, &bytes[skip..])
}

fn float(name: u32, value: f64) -> Vec<u8> {
    element(name, &value.to_be_bytes())
}

fn ebml_body(webm: bool) -> Vec<u8> {
    let doc_type = if webm { "webm" } else { "matroska" };
    [
        uint(0x4286, 1),
        uint(0x42F7, 1),
        uint(0x42F2, 4),
        uint(0x42F3, 8),
        element(0x4282, doc_type.as_bytes()),
        uint(0x4287, 4),
        uint(0x4285, 2),
    ]
    .concat()
}

fn seek_body(info: usize, tracks: usize, cues: usize) -> Vec<u8> {
    let seek = |name: u32, at: usize| {
        let position = element(0x53AC, &(at as u64).to_be_bytes());
        element(0x4DBB, &[element(0x53AB, &name.to_be_bytes()), position].concat())
    };
    [seek(INFO, info), seek(TRACKS, tracks), seek(CUES, cues)].concat()
}

fn info_body(started_us: i64, duration_ms: u64) -> Vec<u8> {
    let date_ns = started_us.saturating_sub(EPOCH_2001_US).saturating_mul(1000);
    [
        uint(0x2A_D7B1, 1_000_000),
        // Milliseconds of a recording are far below what f64 holds exactly.
        float(0x4489, duration_ms as f64),
        element(0x4461, &date_ns.to_be_bytes()),
        element(0x4D80, b"recourse"),
        element(0x5741, b"recourse"),
    ]
    .concat()
}

fn tracks_body(tracks: &[Track]) -> Vec<u8> {
    let entries = tracks.iter().enumerate().map(|(index, track)| {
        let number = index as u64 + 1;
        let (kind, codec) = match track.codec {
            Codec::Opus => (2, "A_OPUS"),
            Codec::Vp8 => (1, "V_VP8"),
            Codec::H264 => (1, "V_MPEG4/ISO/AVC"),
        };
        let mut body = [
            uint(0xD7, number),
            uint(0x73C5, number),
            uint(0x83, kind),
            uint(0x9C, 0),
            element(0x22_B59C, b"und"),
            element(0x86, codec.as_bytes()),
        ]
        .concat();
        match track.codec {
            Codec::Opus => {
                body.extend(uint(0x56AA, 0));
                body.extend(uint(0x56BB, 80_000_000));
                body.extend(element(0x63A2, &opus_head()));
                let audio = [float(0xB5, 48_000.0), uint(0x9F, 2)].concat();
                body.extend(element(0xE1, &audio));
            }
            Codec::Vp8 | Codec::H264 => {
                if let Some((sps, pps)) = &track.parameters {
                    body.extend(element(0x63A2, &avcc(sps, pps)));
                }
                let (width, height) = track.size.unwrap_or((640, 480));
                let video = [uint(0xB0, width.into()), uint(0xBA, height.into())].concat();
                body.extend(element(0xE0, &video));
            }
        }
        element(0xAE, &body)
    });
    entries.collect::<Vec<_>>().concat()
}

/// RFC 7845, section 5.1. No samples are skipped: the recording begins in the middle of a stream.
fn opus_head() -> Vec<u8> {
    let mut head = b"OpusHead".to_vec();
    head.extend([1, 2]);
    head.extend(0u16.to_le_bytes());
    head.extend(48_000u32.to_le_bytes());
    head.extend([0, 0, 0]);
    head
}

fn avcc(sps: &[u8], pps: &[u8]) -> Vec<u8> {
    let at = |i: usize| sps.get(i).copied().unwrap_or(0);
    let mut out = vec![1, at(1), at(2), at(3), 0xff, 0xe1];
    for (count, set) in [(None, sps), (Some(1), pps)] {
        out.extend(count);
        let len = u16::try_from(set.len()).unwrap_or(0);
        out.extend(len.to_be_bytes());
        out.extend_from_slice(&set[..usize::from(len)]);
    }
    out
}

/// Where a player may enter: time, track, and the cluster's place after the first one's.
struct Cue {
    at_ms: u64,
    track: usize,
    cluster_at: u64,
}

/// Cuts the blocks into clusters, whose places count from the first one.
fn clusters(tracks: &[Track], blocks: &[Block]) -> (Vec<Cluster>, Vec<Cue>) {
    let has_video = tracks.iter().any(|t| t.codec != Codec::Opus);
    let mut out: Vec<Cluster> = Vec::new();
    let mut cues: Vec<Cue> = Vec::new();
    for (index, block) in blocks.iter().enumerate() {
        let is_video = tracks.get(usize::from(block.track)).is_some_and(|t| t.codec != Codec::Opus);
        let entry = block.key && (is_video || !has_video);
        let age = out.last().map(|c| block.at_ms.saturating_sub(c.base_ms));
        if age.is_none_or(|age| age >= CLUSTER_MS || (entry && is_video && age > 0)) {
            let at = out.last().map_or(0, |c| c.at + HEAD_4 + c.body_len);
            let body_len = uint(0xE7, block.at_ms).len() as u64;
            out.push(Cluster { at, base_ms: block.at_ms, blocks: index..index, body_len });
        }
        // Pushed above when there was none.
        let Some(cluster) = out.last_mut() else { continue };
        cluster.blocks.end = index + 1;
        cluster.body_len += HEAD_1 + (BLOCK_HEAD + block.len) as u64;
        let first_here = cues.last().is_none_or(|c| c.cluster_at != cluster.at);
        if entry && first_here {
            cues.push(Cue { at_ms: block.at_ms, track: usize::from(block.track), cluster_at: cluster.at });
        }
    }
    (out, cues)
}

fn cues_body(cues: &[Cue], clusters_at: u64) -> Vec<u8> {
    let points = cues.iter().map(|cue| {
        let position = clusters_at + cue.cluster_at;
        let place = [uint(0xF7, cue.track as u64 + 1), element(0xF1, &position.to_be_bytes())].concat();
        element(0xBB, &[uint(0xB3, cue.at_ms), element(0xB7, &place)].concat())
    });
    points.collect::<Vec<_>>().concat()
}

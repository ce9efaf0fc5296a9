//! Puts recorded packets on the wall clock, lip-synchronous within a connection. It must not know codecs or containers.

use std::collections::BTreeMap;

use crate::handle::PeerId;
use crate::peek::{Peek, Peeked};
use crate::segment::{Codec, Gap, SenderReport};

/// How late a packet can plausibly be; clocks that claim more are not believed.
const LATE_MAX_US: i64 = 30_000_000;

/// One synchronisation source of one connection, in sequence order, without duplicates.
#[derive(Debug)]
pub(crate) struct Stream<'a> {
    pub peer: PeerId,
    pub codec: Codec,
    pub packets: Vec<Timed<'a>>,
    pub gaps: Vec<Gap>,
    reports: Vec<SenderReport>,
}

/// A packet with its time of capture as wall clock.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Timed<'a> {
    pub packet: Peek<'a>,
    pub wall_us: i64,
    /// RTP time without wrap-around, relative to the stream's first packet.
    ticks: i64,
}

/// Groups the packets of one seat's track by source and puts them on the wall clock.
pub(crate) fn streams<'a>(segments: &[&Peeked<'a>]) -> Vec<Stream<'a>> {
    let mut by_source: BTreeMap<(u128, u32, Codec), Stream<'a>> = BTreeMap::new();
    for segment in segments {
        let head = segment.head;
        let stream = by_source.entry((head.peer.0, head.ssrc, head.codec)).or_insert_with(|| Stream {
            peer: head.peer,
            codec: head.codec,
            packets: Vec::new(),
            gaps: Vec::new(),
            reports: Vec::new(),
        });
        stream.reports.extend(&head.sender_reports);
        stream.gaps.extend(head.gap);
        stream.packets.extend(segment.packets.iter().map(|packet| Timed { packet: *packet, wall_us: packet.arrival_us, ticks: 0 }));
    }
    let mut streams: Vec<Stream<'a>> = by_source.into_values().collect();
    for stream in &mut streams {
        stream.packets.sort_by_key(|p| p.packet.seq);
        stream.packets.dedup_by_key(|p| p.packet.seq);
        unwrap_time(&mut stream.packets);
    }
    streams
}

fn unwrap_time(packets: &mut [Timed<'_>]) {
    let mut last: Option<(u32, i64)> = None;
    for p in packets {
        p.ticks = match last {
            None => 0,
            // Wrapping difference as a signed step on the RTP clock.
            Some((time, ticks)) => ticks + i64::from(p.packet.time.wrapping_sub(time) as i32),
        };
        last = Some((p.packet.time, p.ticks));
    }
}

/// Sets every packet's `wall_us`. Streams of one connection share the sender's clock where its
/// reports are plausible, so that its sound and pictures keep their distance exactly.
pub(crate) fn synchronise(streams: &mut [&mut Stream<'_>]) {
    let mut captures: Vec<Option<Vec<i64>>> = streams.iter().map(|s| by_reports(s)).collect();
    let mut offsets: BTreeMap<u128, i64> = BTreeMap::new();
    for (stream, capture) in streams.iter().zip(&captures) {
        let Some(capture) = capture else { continue };
        if let Some(offset) = least_delay(stream, capture) {
            let known = offsets.entry(stream.peer.0).or_insert(offset);
            *known = (*known).min(offset);
        }
    }
    for (stream, capture) in streams.iter_mut().zip(&mut captures) {
        let shared = offsets.get(&stream.peer.0).copied();
        let reported = capture.take().zip(shared);
        let plausible = reported.filter(|(capture, offset)| is_plausible(stream, capture, *offset));
        let own = || {
            let capture = by_rtp(stream);
            let offset = least_delay(stream, &capture)?;
            is_plausible(stream, &capture, offset).then_some((capture, offset))
        };
        // Where neither clock makes sense, the arrival stands.
        if let Some((capture, offset)) = plausible.or_else(own) {
            for (p, at) in stream.packets.iter_mut().zip(capture) {
                p.wall_us = at.saturating_add(offset);
            }
        }
    }
}

fn ticks_us(ticks: i64, codec: Codec) -> i64 {
    ticks.saturating_mul(1_000_000) / i64::from(codec.clock_rate())
}

fn by_rtp(stream: &Stream<'_>) -> Vec<i64> {
    let us = |p: &Timed<'_>| ticks_us(p.ticks, stream.codec);
    stream.packets.iter().map(us).collect()
}

/// Capture times on the sender's clock: from the report next before each packet.
fn by_reports(stream: &Stream<'_>) -> Option<Vec<i64>> {
    let first = stream.packets.first()?;
    let mut reports: Vec<(i64, i64)> = stream
        .reports
        .iter()
        .map(|r| {
            let ticks = i64::from(r.rtp.wrapping_sub(first.packet.time) as i32);
            (ticks, r.ntp_us)
        })
        .collect();
    reports.sort_unstable();
    reports.dedup();
    let mut at = 0;
    let mut capture = Vec::with_capacity(stream.packets.len());
    for p in &stream.packets {
        while reports.get(at + 1).is_some_and(|r| r.0 <= p.ticks) {
            at += 1;
        }
        let (ticks, ntp_us) = reports.get(at)?;
        capture.push(ntp_us.saturating_add(ticks_us(p.ticks - ticks, stream.codec)));
    }
    Some(capture)
}

fn least_delay(stream: &Stream<'_>, capture: &[i64]) -> Option<i64> {
    let delays = stream.packets.iter().zip(capture).map(|(p, at)| p.packet.arrival_us.saturating_sub(*at));
    delays.min()
}

fn is_plausible(stream: &Stream<'_>, capture: &[i64], offset: i64) -> bool {
    stream.packets.iter().zip(capture).all(|(p, at)| {
        let late = p.packet.arrival_us.saturating_sub(at.saturating_add(offset));
        (0..=LATE_MAX_US).contains(&late)
    })
}

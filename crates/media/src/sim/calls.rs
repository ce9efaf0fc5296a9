//! What a room promises its people, on good and bad links. It must not look at sockets.

use std::collections::BTreeSet;
use std::time::Duration;

use proptest::prelude::*;
use str0m::media::KeyframeRequestKind;

use super::client::{Client, Video};
use super::{Link, Sim};
use crate::handle::{MediaError, MediaEvent, PeerId, Routes, SDP_BYTES_MAX, Seat};
use crate::segment::{Codec, Kind, decode};

const VGA: (u16, u16) = (640, 480);

fn call(seed: u64) -> Sim {
    let mut sim = Sim::new(seed);
    sim.join(1, Seat::Customer, Video::Both).unwrap();
    sim.join(2, Seat::Agent, Video::Both).unwrap();
    sim.until(|s| s.people.iter().all(|p| p.core.connected));
    sim.with_room(|room, now, _| room.set_forwarding(true, now));
    sim
}

fn seconds(sim: &mut Sim, n: u64) {
    sim.run(Duration::from_secs(n), |s| s.chatter(VGA));
}

fn video_seqs(sim: &Sim, person: usize) -> Vec<u64> {
    let got = sim.people[person].core.got.iter();
    got.filter(|g| g.video).map(|g| *g.packet.seq_no).collect()
}

#[test]
fn everything_arrives_on_a_good_link() {
    let mut sim = call(1);
    seconds(&mut sim, 3);
    for person in [0, 1] {
        let seqs = video_seqs(&sim, person);
        assert!(seqs.len() > 240, "{}", seqs.len());
        assert!(seqs.windows(2).all(|w| w[1] == w[0] + 1));
        assert!(sim.people[person].core.got.iter().all(|g| g.slot == 0));
    }
}

#[test]
fn a_lossy_uplink_is_recorded_whole_by_retransmission() {
    let mut sim = call(2);
    sim.people[0].link = Link { loss_percent: 5, delay_ms: 20, jitter_ms: 10, cut: false, down_kbps: None };
    sim.with_room(|room, now, io| room.set_recording(true, now, io));
    seconds(&mut sim, 10);
    sim.people[0].link = Link::GOOD;
    seconds(&mut sim, 2);
    sim.with_room(|room, now, io| room.set_recording(false, now, io));
    let segments: Vec<_> = sim.segments.try_iter().collect();
    let mut seqs = BTreeSet::new();
    for s in &segments {
        if s.head.seat == Seat::Customer && s.head.kind == Kind::Video {
            for p in decode(s.bytes.whole()).unwrap().packets {
                assert!(seqs.insert(p.seq), "packet recorded twice");
            }
        }
    }
    let (first, last) = (*seqs.first().unwrap(), *seqs.last().unwrap());
    let missing: Vec<u64> = (first..=last).filter(|s| !seqs.contains(s)).collect();
    assert!(seqs.len() > 900);
    assert!(missing.is_empty(), "{missing:?} of {first}..{last}");
}

#[test]
fn a_viewer_on_a_lossy_link_gets_retransmissions() {
    let mut sim = call(3);
    sim.people[1].link.loss_percent = 5;
    seconds(&mut sim, 6);
    sim.people[1].link = Link::GOOD;
    seconds(&mut sim, 1);
    let seqs: BTreeSet<u64> = video_seqs(&sim, 1).into_iter().collect();
    let span = seqs.last().unwrap() - seqs.first().unwrap() + 1;
    let missing = span - seqs.len() as u64;
    assert!(missing * 200 < span, "{missing} of {span}");
}

#[test]
fn a_viewer_far_away_gets_retransmissions_too() {
    let mut sim = call(4);
    sim.people[1].link.delay_ms = 260;
    // What lies on the way is known after the first seconds.
    seconds(&mut sim, 3);
    let first = video_seqs(&sim, 1).len();
    sim.people[1].link.loss_percent = 5;
    seconds(&mut sim, 6);
    sim.people[1].link.loss_percent = 0;
    seconds(&mut sim, 2);
    let seqs: BTreeSet<u64> = video_seqs(&sim, 1).split_off(first).into_iter().collect();
    let span = seqs.last().unwrap() - seqs.first().unwrap() + 1;
    let missing = span - seqs.len() as u64;
    assert!(missing * 100 < span, "{missing} of {span}");
}

#[test]
fn silence_is_down_then_back_and_long_silence_is_gone() {
    let mut sim = call(4);
    seconds(&mut sim, 1);
    sim.people[0].link.cut = true;
    seconds(&mut sim, 5);
    let down = MediaEvent::PeerDown { room: sim.room.id, peer: PeerId(1), seat: Seat::Customer };
    assert!(sim.events.contains(&down));
    sim.people[0].link.cut = false;
    seconds(&mut sim, 5);
    assert!(sim.events.iter().any(|e| matches!(e, MediaEvent::PeerBack { seat: Seat::Customer, .. })));
    let before = video_seqs(&sim, 1).len();
    seconds(&mut sim, 1);
    assert!(video_seqs(&sim, 1).len() > before + 60, "media is back");
    sim.people[0].link.cut = true;
    seconds(&mut sim, 62);
    assert!(sim.events.iter().any(|e| matches!(e, MediaEvent::PeerGone { peer: PeerId(1), .. })));
    assert!(!sim.events.iter().any(|e| matches!(e, MediaEvent::PeerGone { peer: PeerId(2), .. })));
}

#[test]
fn a_stalled_track_is_told_and_its_return_too() {
    let mut sim = call(5);
    seconds(&mut sim, 1);
    sim.run(Duration::from_secs(3), |_| {});
    let stalled = |s: &Sim| {
        let kinds = s.events.iter().filter_map(|e| {
            let MediaEvent::TrackStalled { seat, kind, .. } = e else {
                return None;
            };
            Some((*seat, *kind))
        });
        kinds.collect::<BTreeSet<_>>().len()
    };
    assert_eq!(stalled(&sim), 4);
    seconds(&mut sim, 1);
    assert!(sim.events.iter().any(|e| matches!(e, MediaEvent::TrackBack { kind: Kind::Video, .. })));
}

#[test]
fn quality_tells_rate_loss_estimate_and_size() {
    let mut sim = call(6);
    sim.people[0].link = Link { loss_percent: 10, ..Link::GOOD };
    seconds(&mut sim, 9);
    let last = sim.events.iter().rev().find_map(|e| {
        let MediaEvent::Quality { seat, quality, .. } = e else {
            return None;
        };
        (*seat == Seat::Customer).then_some(*quality)
    });
    let q = last.unwrap();
    assert!((400..900).contains(&q.up_kbps), "{q:?}");
    assert!((0.04..0.2).contains(&q.up_loss), "{q:?}");
    assert!(q.down_kbps_estimate.is_some_and(|e| e > 100), "{q:?}");
    assert_eq!((q.width, q.height), (Some(640), Some(480)));
    assert!(q.rtt_ms.is_some_and(|r| r < 200), "{q:?}");
}

#[test]
fn each_viewer_has_the_others_in_seat_order() {
    let mut sim = call(7);
    sim.join(3, Seat::Supervisor, Video::Both).unwrap();
    sim.join(4, Seat::Interpreter, Video::Both).unwrap();
    sim.until(|s| s.people.iter().all(|p| p.core.connected));
    for p in &mut sim.people {
        p.core.got.clear();
    }
    sim.run(Duration::from_secs(2), |s| s.chatter(VGA));
    for person in &sim.people {
        let slots: BTreeSet<usize> = person.core.got.iter().map(|g| g.slot).collect();
        assert_eq!(slots, BTreeSet::from([0, 1, 2]), "{:?}", person.seat);
    }
    let order: Vec<_> = Seat::ALL.map(|s| s.slot_for(Seat::Supervisor)).to_vec();
    assert_eq!(order, [Some(0), Some(1), None, Some(2)]);
}

#[test]
fn nothing_flows_while_forwarding_is_off_and_it_joins_without_a_hole() {
    let mut sim = call(8);
    seconds(&mut sim, 1);
    sim.with_room(|room, now, _| room.set_forwarding(false, now));
    sim.run(Duration::from_millis(100), |_| {});
    let before = video_seqs(&sim, 1).len();
    seconds(&mut sim, 1);
    assert_eq!(video_seqs(&sim, 1).len(), before);
    sim.with_room(|room, now, _| room.set_forwarding(true, now));
    seconds(&mut sim, 2);
    let seqs = video_seqs(&sim, 1);
    assert!(seqs.len() > before + 100);
    assert!(seqs.windows(2).all(|w| w[1] == w[0] + 1));
}

/// The agent's page asks for a key frame of the customer.
fn ask_key(sim: &mut Sim) {
    let core = &mut sim.people[1].core;
    let mid = core.down[0][1];
    let mut direct = core.rtc.direct_api();
    let stream = direct.stream_rx_by_mid(mid, None).unwrap();
    stream.request_keyframe(KeyframeRequestKind::Pli);
}

#[test]
fn key_frame_requests_are_throttled_per_source() {
    let mut sim = call(9);
    seconds(&mut sim, 2);
    let mut asked = 0;
    sim.run(Duration::from_secs(3), |s| {
        ask_key(s);
        asked += std::mem::take(&mut s.people[0].core.keyframes_asked);
        s.chatter(VGA);
    });
    assert!((2..=8).contains(&asked), "{asked} in 3 s");
}

#[test]
fn the_first_offer_chooses_the_video_codec_for_all() {
    let mut sim = Sim::new(10);
    sim.join(1, Seat::Customer, Video::H264).unwrap();
    assert_eq!(sim.room.video, Some(Codec::H264));
    sim.join(2, Seat::Agent, Video::Both).unwrap();
    sim.until(|s| s.people.iter().all(|p| p.core.connected));
    let mut sim = Sim::new(11);
    sim.join(1, Seat::Customer, Video::Both).unwrap();
    assert_eq!(sim.room.video, Some(Codec::Vp8));
}

#[test]
fn a_peer_cannot_sit_twice() {
    let mut sim = call(12);
    let again = sim.join(1, Seat::Agent, Video::Both);
    assert_eq!(again.unwrap_err(), MediaError::SeatMismatch);
}

#[test]
fn a_flooding_peer_is_throttled_and_the_other_call_side_lives() {
    let mut sim = call(13);
    seconds(&mut sim, 1);
    let before = video_seqs(&sim, 0).len();
    sim.run(Duration::from_secs(2), |s| {
        let now = s.now;
        for _ in 0..20 {
            s.people[0].core.send(false, 1, false, &[1; 50], now);
        }
        s.drain(0);
        s.chatter(VGA);
    });
    assert!(sim.counters.throttled.get() > 1000);
    assert!(video_seqs(&sim, 0).len() > before + 120, "the other way is untouched");
}

fn refuse(sdp: &str) -> MediaError {
    let mut sim = Sim::new(14);
    let result = sim.with_room(|room, now, io| room.offer(PeerId(1), Seat::Agent, sdp, now, io));
    result.unwrap_err()
}

#[test]
fn oversized_and_codecless_offers_are_refused() {
    assert!(matches!(refuse(&"a".repeat(SDP_BYTES_MAX + 1)), MediaError::OfferTooLarge(_)));
    assert!(matches!(refuse(&"m=audio 9\r\n".repeat(11)), MediaError::OfferTooLarge(_)));
    assert_eq!(refuse("v=0\r\n"), MediaError::NoCommonCodec);
    let no_lines = "v=0\r\na=rtpmap:96 VP8/90000\r\n";
    assert!(matches!(refuse(no_lines), MediaError::OfferRefused(_)));
}

#[test]
fn a_bad_second_offer_does_not_end_the_call() {
    let mut sim = call(15);
    let bad = "v=0\r\na=rtpmap:96 VP8/90000\r\n";
    let result = sim.with_room(|r, now, io| r.offer(PeerId(1), Seat::Customer, bad, now, io));
    assert!(result.is_err());
    seconds(&mut sim, 2);
    assert!(video_seqs(&sim, 0).len() > 100);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]
    #[test]
    fn damaged_offers_never_panic(edits in proptest::collection::vec((any::<u16>(), any::<u8>()), 1..12), drop_line in any::<u8>()) {
        let mut sim = Sim::new(16);
        let addr = "10.0.1.1:6000".parse().unwrap();
        let (_, offer) = Client::new(addr, str0m::net::Protocol::Udp, Video::Both, sim.now);
        let lines: Vec<&str> = offer.split("\r\n").collect();
        let without = usize::from(drop_line) % lines.len();
        let kept: Vec<&str> = lines.iter().enumerate().filter(|(i, _)| *i != without).map(|(_, l)| *l).collect();
        let mut bytes = kept.join("\r\n").into_bytes();
        for (at, to) in edits {
            let len = bytes.len();
            bytes[usize::from(at) % len] = to;
        }
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let _ = sim.with_room(|room, now, io| room.offer(PeerId(1), Seat::Agent, &text, now, io));
    }
}

#[test]
fn an_ice_restart_after_a_cut_brings_media_back() {
    let mut sim = call(17);
    seconds(&mut sim, 1);
    sim.people[0].link.cut = true;
    seconds(&mut sim, 10);
    sim.people[0].link.cut = false;
    let offer = sim.move_away(0);
    let answer = sim.with_room(|r, now, io| r.offer(PeerId(1), Seat::Customer, &offer, now, io));
    sim.people[0].core.restarted(&answer.unwrap());
    let before = video_seqs(&sim, 1).len();
    seconds(&mut sim, 2);
    assert!(video_seqs(&sim, 1).len() > before + 60, "media within two seconds");
}

#[test]
fn a_narrow_way_down_lowers_the_estimate_and_a_wide_one_raises_it() {
    let mut sim = call(18);
    let estimate = |s: &Sim| {
        let told = s.events.iter().rev().find_map(|e| {
            let MediaEvent::Quality { seat, quality, .. } = e else {
                return None;
            };
            (*seat == Seat::Agent).then_some(quality.down_kbps_estimate)
        });
        told.flatten().unwrap()
    };
    seconds(&mut sim, 6);
    assert!(estimate(&sim) > 700, "{}", estimate(&sim));
    sim.people[1].link.down_kbps = Some(300);
    seconds(&mut sim, 8);
    assert!(estimate(&sim) < 400, "{}", estimate(&sim));
    sim.people[1].link.down_kbps = None;
    seconds(&mut sim, 20);
    assert!(estimate(&sim) > 500, "{}", estimate(&sim));
}

/// What a viewer got of each slot, per kind, in the time since the books were cleared.
fn heard(sim: &mut Sim, routes: Routes) -> BTreeSet<(Seat, usize, Kind)> {
    sim.with_room(|room, now, io| room.set_routes(routes, now, io));
    // What was on its way when the routes changed still arrives.
    sim.run(Duration::from_millis(300), |s| s.chatter(VGA));
    for p in &mut sim.people {
        p.core.got.clear();
    }
    sim.run(Duration::from_secs(2), |s| s.chatter(VGA));
    sim.people.iter().flat_map(|p| p.core.got.iter().map(|g| (p.seat, g.slot, if g.video { Kind::Video } else { Kind::Audio }))).collect()
}

#[test]
fn a_track_reaches_only_the_viewers_it_is_routed_to_and_returns_without_a_hole() {
    let mut sim = call(12);
    sim.join(3, Seat::Supervisor, Video::Both).unwrap();
    sim.until(|s| s.people.iter().all(|p| p.core.connected));
    let watching = Routes::new(|source, _, _| source != Seat::Supervisor, |source, _| source != Seat::Supervisor);
    let got = heard(&mut sim, watching);
    assert!(!got.iter().any(|(seat, slot, _)| *seat != Seat::Supervisor && *slot == 1), "nobody gets the supervisor: {got:?}");
    assert!(got.contains(&(Seat::Supervisor, 0, Kind::Audio)) && got.contains(&(Seat::Supervisor, 1, Kind::Audio)), "{got:?}");
    let whisper = Routes::new(
        |source, viewer, kind| source != Seat::Supervisor || (viewer == Seat::Agent && kind == Kind::Audio),
        |source, kind| source != Seat::Supervisor || kind == Kind::Audio,
    );
    let got = heard(&mut sim, whisper);
    assert!(got.contains(&(Seat::Agent, 1, Kind::Audio)), "{got:?}");
    assert!(
        !got.contains(&(Seat::Agent, 1, Kind::Video)) && !got.iter().any(|(seat, slot, _)| *seat == Seat::Customer && *slot == 1),
        "{got:?}"
    );
    let got = heard(&mut sim, Routes::default());
    assert!(got.contains(&(Seat::Customer, 1, Kind::Video)) && got.contains(&(Seat::Agent, 1, Kind::Video)), "{got:?}");
    let first = sim.people[1].core.got.iter().filter(|g| g.video && g.slot == 0);
    let seqs: Vec<u64> = first.map(|g| *g.packet.seq_no).collect();
    assert!(seqs.windows(2).all(|w| w[1] == w[0] + 1), "the routes of others leave no hole");
}

#[test]
fn a_track_that_nobody_gets_is_not_recorded() {
    let mut sim = call(13);
    sim.join(3, Seat::Supervisor, Video::Both).unwrap();
    sim.until(|s| s.people.iter().all(|p| p.core.connected));
    let watching = Routes::new(|source, _, _| source != Seat::Supervisor, |source, _| source != Seat::Supervisor);
    sim.with_room(|room, now, io| room.set_routes(watching, now, io));
    sim.with_room(|room, now, io| room.set_recording(true, now, io));
    sim.run(Duration::from_secs(3), |s| s.chatter(VGA));
    sim.with_room(|room, now, io| room.set_recording(false, now, io));
    let seats: BTreeSet<Seat> = sim.segments.try_iter().map(|s| s.head.seat).collect();
    assert_eq!(seats, BTreeSet::from([Seat::Customer, Seat::Agent]));
}

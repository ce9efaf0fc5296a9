//! One browser connection around str0m: negotiation, the map of its media lines, its budget and its liveness. It must not know rooms or sockets.

use std::net::SocketAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use str0m::change::SdpOffer;
use str0m::config::DtlsCert;
use str0m::format::Codec as RtcCodec;
use str0m::media::{KeyframeRequestKind, MediaAdded, MediaKind, Mid, Pt};
use str0m::net::{Protocol, Receive, TcpType};
use str0m::rtp::{Extension, ExtensionMap, RtpPacket, RtpWrite, Ssrc, StreamTx, Vp8Descriptor};
use str0m::stats::PeerStats;
use str0m::{Candidate, Input, Output, Rtc, RtcConfig};

use crate::estimate::PathEstimate;
use crate::forward::{Incoming, Outgoing, Rewriter};
use crate::handle::{MediaError, PeerId, SDP_BYTES_MAX, SDP_MEDIA_LINES_MAX};
use crate::segment::{Codec, Kind};

/// What every peer of a process shares.
#[derive(Clone)]
pub(crate) struct Shared {
    pub cert: DtlsCert,
    pub crypto: Arc<str0m::config::CryptoProvider>,
    /// Addresses of this thread's sockets as clients see them.
    pub udp: Vec<SocketAddr>,
    pub tcp: Vec<SocketAddr>,
    pub packets_per_second: u32,
}

/// Remembered remote addresses; Chromium uses two, a phone that roams some more.
const ADDRS_MAX: usize = 8;
/// Distinct incoming SSRCs remembered per peer (audio, video, repair, and changes of track).
const SSRCS_MAX: usize = 32;
/// Input that str0m rejects before the peer is given up; single ones may be forged.
const STRIKES_MAX: u32 = 64;
/// How often loss and round trip are looked at.
const STATS_EVERY: Duration = Duration::from_secs(1);
/// What is kept for retransmission: a request comes a round trip after the loss and is repeated every further one, so this
/// answers three of a near path. Pictures are a megabit and more, so each tenth of a second is memory of every viewer.
const RTX_PACKETS: usize = 512;
const RTX_AGE_NEAR: Duration = Duration::from_millis(400);
/// The same for a path with a longer round trip than [`RTT_NEAR`]: longer than any that a call survives.
const RTX_AGE_FAR: Duration = Duration::from_secs(1);
const RTT_NEAR: Duration = Duration::from_millis(130);
/// Retransmissions may take this share of what is sent; str0m's own 15 % gives up at 10 % loss.
const RTX_SHARE_MAX: f32 = 0.35;

/// One outgoing track towards this peer.
pub(crate) struct Down {
    pub mid: Mid,
    ssrc: Ssrc,
    pt: Option<Pt>,
    pub rewriter: Rewriter,
}

/// Figures str0m reports on its own clock.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Figures {
    pub rtt: Option<Duration>,
    pub path: PathEstimate,
    pub down_loss: f32,
}

pub(crate) struct Peer {
    pub id: PeerId,
    pub generation: u32,
    rtc: Rtc,
    pub ufrag: String,
    fingerprint: Option<String>,
    up: [Option<Mid>; 2],
    /// Slot, then kind.
    pub down: [[Option<Down>; 2]; 3],
    ssrcs: Vec<(u32, Kind)>,
    video: Codec,
    pub addrs: Vec<SocketAddr>,
    pub up_told: bool,
    pub last_packet: Instant,
    pub is_down: bool,
    pub dirty: bool,
    pub next_timeout: Instant,
    pub figures: Figures,
    pub bytes: u64,
    sent: u64,
    tokens: f32,
    tokens_at: Instant,
    strikes: u32,
    is_far: bool,
}

/// Why a peer must go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dead {
    Closed,
    Failed,
}

fn fingerprint(sdp: &str) -> Option<&str> {
    sdp.lines().find_map(|line| line.strip_prefix("a=fingerprint:")).map(str::trim)
}

/// Refuses what no browser sends before str0m sees it.
pub(crate) fn check_offer(sdp: &str) -> Result<(), MediaError> {
    if sdp.len() > SDP_BYTES_MAX {
        return Err(MediaError::OfferTooLarge("bytes"));
    }
    if sdp.lines().filter(|l| l.starts_with("m=")).count() > SDP_MEDIA_LINES_MAX {
        return Err(MediaError::OfferTooLarge("media lines"));
    }
    Ok(())
}

/// The video codec a room takes from its first offer: VP8 when there, because every browser has it.
pub(crate) fn choose_video(sdp: &str) -> Option<Codec> {
    let has = |name: &str| {
        sdp.lines()
            .filter_map(|l| l.strip_prefix("a=rtpmap:"))
            .filter_map(|l| l.split_ascii_whitespace().nth(1))
            .any(|codec| codec.eq_ignore_ascii_case(name))
    };
    if has("VP8/90000") {
        Some(Codec::Vp8)
    } else if has("H264/90000") {
        Some(Codec::H264)
    } else {
        None
    }
}

fn rtc_config(shared: &Shared, video: Codec) -> RtcConfig {
    let mut exts = ExtensionMap::empty();
    exts.set(2, Extension::AbsoluteSendTime);
    exts.set(3, Extension::TransportSequenceNumber);
    exts.set(4, Extension::RtpMid);
    // Video orientation is left out on purpose: without it browsers turn the pixels
    // themselves, so that a turned phone is a change of size inside the picture data.
    let mut config = RtcConfig::new()
        .set_dtls_cert(shared.cert.clone())
        .set_crypto_provider(shared.crypto.clone())
        .set_ice_lite(true)
        .set_rtp_mode(true)
        .clear_codecs()
        .enable_opus(true, false)
        .set_extension_map(exts)
        .set_stats_interval(Some(STATS_EVERY));
    match video {
        Codec::Vp8 | Codec::Opus => config = config.enable_vp8(true),
        Codec::H264 => {
            // Constrained baseline, the one profile that all browsers decode.
            config.codec_config().add_h264(Pt::from(125), Some(Pt::from(107)), true, 0x0042_e01f);
        }
    }
    config
}

fn guarded<T>(work: impl FnOnce() -> T) -> Result<T, Dead> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|_| Dead::Failed)
}

impl Peer {
    /// Builds a connection that is ready for its first offer.
    pub fn new(id: PeerId, generation: u32, shared: &Shared, video: Codec, now: Instant) -> Option<Box<Peer>> {
        let mut rtc = guarded(|| rtc_config(shared, video).build(now)).ok()?;
        for addr in &shared.udp {
            rtc.add_local_candidate(Candidate::host(*addr, Protocol::Udp).ok()?);
        }
        for addr in &shared.tcp {
            let candidate = Candidate::builder().tcp().host(*addr).tcptype(TcpType::Passive).build();
            rtc.add_local_candidate(candidate.ok()?);
        }
        Some(Box::new(
            Peer {
                id,
                generation,
                rtc,
                ufrag: String::new(),
                fingerprint: None,
                up: [None; 2],
                down: Default::default(),
                ssrcs: Vec::new(),
                video,
                addrs: Vec::new(),
                up_told: false,
                last_packet: now,
                is_down: false,
                dirty: false,
                next_timeout: now,
                figures: Figures::default(),
                bytes: 0,
                sent: 0,
                tokens: 0.0,
                tokens_at: now,
                strikes: 0,
                is_far: false,
            }
            .with_full_budget(shared.packets_per_second),
        ))
    }

    fn with_full_budget(mut self, packets_per_second: u32) -> Peer {
        self.tokens = budget(packets_per_second);
        self
    }

    /// Whether an offer belongs to this connection and not to a new one of the same name.
    pub fn is_same_connection(&self, sdp: &str) -> bool {
        self.fingerprint.as_deref() == fingerprint(sdp)
    }

    /// Answers an offer: the first, an ICE restart or any later one.
    pub fn answer(&mut self, sdp: &str) -> Result<String, MediaError> {
        let refused = |_: Dead| MediaError::OfferRefused("unreadable".into());
        let offer = guarded(|| SdpOffer::from_sdp_string(sdp)).map_err(refused)?.map_err(|e| MediaError::OfferRefused(e.to_string()))?;
        let rtc = &mut self.rtc;
        let answer =
            guarded(|| rtc.sdp_api().accept_offer(offer)).map_err(refused)?.map_err(|e| MediaError::OfferRefused(e.to_string()))?;
        self.ufrag = rtc.direct_api().local_ice_credentials().ufrag;
        self.fingerprint = fingerprint(sdp).map(str::to_owned);
        Ok(answer.to_sdp_string())
    }

    /// Takes one token of the packet budget.
    pub fn afford(&mut self, packets_per_second: u32, now: Instant) -> bool {
        let passed = now.saturating_duration_since(self.tokens_at);
        self.tokens_at = now;
        let full = budget(packets_per_second);
        self.tokens = (self.tokens + passed.as_secs_f32() * full).min(full);
        let ok = self.tokens >= 1.0;
        if ok {
            self.tokens -= 1.0;
        }
        ok
    }

    /// Whether a STUN message proves knowledge of this connection's password.
    pub fn accepts(&self, input: &Input<'_>) -> bool {
        guarded(|| self.rtc.accepts(input)).unwrap_or(false)
    }

    /// Feeds one datagram; the caller drains afterwards.
    pub fn receive(&mut self, now: Instant, receive: Receive<'_>) -> Result<(), Dead> {
        let rtc = &mut self.rtc;
        let result = guarded(|| rtc.handle_input(Input::Receive(now, receive)))?;
        if result.is_err() {
            self.strike()?;
        }
        Ok(())
    }

    /// Lets time pass; the caller drains afterwards.
    pub fn timeout(&mut self, now: Instant) -> Result<(), Dead> {
        self.dirty = false;
        let rtc = &mut self.rtc;
        if guarded(|| rtc.handle_input(Input::Timeout(now)))?.is_err() {
            self.strike()?;
        }
        Ok(())
    }

    /// Next output, with errors already weighed; `None` means: ask again.
    pub fn poll(&mut self) -> Result<Option<Output>, Dead> {
        let rtc = &mut self.rtc;
        match guarded(|| rtc.poll_output())? {
            Ok(output) => Ok(Some(output)),
            Err(_) => {
                self.strike()?;
                Ok(None)
            }
        }
    }

    // One bad datagram may be forged by anybody; only a dead or endlessly failing peer goes.
    fn strike(&mut self) -> Result<(), Dead> {
        self.strikes += 1;
        if self.strikes > STRIKES_MAX || !self.rtc.is_alive() {
            return Err(Dead::Failed);
        }
        Ok(())
    }

    pub fn is_alive(&self) -> bool {
        self.rtc.is_alive()
    }

    pub fn is_connected(&self) -> bool {
        self.up_told && self.rtc.is_connected()
    }

    /// Starts the farewell (RTCP BYE, DTLS close); the caller drains once.
    pub fn close(&mut self) {
        let rtc = &mut self.rtc;
        // A peer that cannot even say goodbye is dropped silently.
        let _ = guarded(|| rtc.close());
    }

    /// Notes a media line of an accepted offer.
    pub fn add_media(&mut self, added: &MediaAdded) {
        let kind = match added.kind {
            MediaKind::Audio => Kind::Audio,
            MediaKind::Video => Kind::Video,
        };
        if added.direction.is_receiving() {
            let up = &mut self.up[kind.index()];
            *up = up.or(Some(added.mid));
        }
        if !added.direction.is_sending() {
            return;
        }
        let codec = match kind {
            Kind::Audio => Codec::Opus,
            Kind::Video => self.video,
        };
        let pt = self.payload_type(added.mid, codec);
        let mut direct = self.rtc.direct_api();
        let Some(stream) = direct.stream_tx_by_mid(added.mid, None) else {
            return;
        };
        let ssrc = stream.ssrc();
        match kind {
            Kind::Audio => stream.set_rtx_cache(0, Duration::ZERO, None),
            Kind::Video => keep_for_resending(stream, self.is_far),
        }
        if let Some(free) = self.down.iter_mut().map(|slot| &mut slot[kind.index()]).find(|down| down.is_none()) {
            // The SSRC is random already; its low bits make the first sequence number so too.
            let first = (*ssrc & 0x3fff) as u16;
            *free = Some(Down { mid: added.mid, ssrc, pt, rewriter: Rewriter::new(kind, first) });
        }
    }

    fn payload_type(&self, mid: Mid, codec: Codec) -> Option<Pt> {
        let wanted = match codec {
            Codec::Opus => RtcCodec::Opus,
            Codec::Vp8 => RtcCodec::Vp8,
            Codec::H264 => RtcCodec::H264,
        };
        let remote = self.rtc.media(mid)?.remote_pts();
        self.rtc
            .codec_config()
            .params()
            .iter()
            .filter(|p| p.spec().codec == wanted)
            .map(|p| p.pt())
            .find(|pt| remote.is_empty() || remote.contains(pt))
    }

    /// Which track an incoming packet belongs to.
    pub fn kind_of(&mut self, ssrc: Ssrc) -> Option<Kind> {
        let raw = *ssrc;
        if let Some((_, kind)) = self.ssrcs.iter().find(|(s, _)| *s == raw) {
            return Some(*kind);
        }
        let mid = self.rtc.direct_api().stream_rx(&ssrc)?.mid();
        let kind = match self.rtc.media(mid)?.kind() {
            MediaKind::Audio => Kind::Audio,
            MediaKind::Video => Kind::Video,
        };
        if self.ssrcs.len() >= SSRCS_MAX {
            self.ssrcs.remove(0);
        }
        self.ssrcs.push((raw, kind));
        Some(kind)
    }

    /// Asks the sender of this connection's video for a key frame.
    pub fn request_keyframe(&mut self, ssrc: u32) -> bool {
        let mut direct = self.rtc.direct_api();
        let Some(stream) = direct.stream_rx(&Ssrc::from(ssrc)) else {
            return false;
        };
        stream.request_keyframe(KeyframeRequestKind::Pli);
        self.dirty = true;
        true
    }

    /// Forgets that viewers' tracks were flowing, so that they restart without a hole.
    pub fn interrupt_down(&mut self) {
        for down in self.down.iter_mut().flatten().flatten() {
            down.rewriter.interrupt();
        }
    }

    /// Which slot a viewer's key frame request is about.
    pub fn slot_of(&self, mid: Mid) -> Option<usize> {
        self.down.iter().position(|slot| slot.iter().flatten().any(|d| d.mid == mid))
    }

    /// Sends one packet of another seat to this viewer; tells whether the viewer waits for a key frame.
    pub fn forward(
        &mut self,
        slot: usize,
        kind: Kind,
        incoming: &Incoming<'_>,
        packet: &RtpPacket,
        wallclock: Instant,
        now: Instant,
    ) -> Forwarded {
        let Some(down) = &mut self.down[slot][kind.index()] else {
            return Forwarded::NoTrack;
        };
        let Some(pt) = down.pt else {
            return Forwarded::NoTrack;
        };
        let Some(out) = down.rewriter.map(incoming, now) else {
            return if down.rewriter.wants_key() { Forwarded::WaitsForKey } else { Forwarded::Dropped };
        };
        let mut direct = self.rtc.direct_api();
        let Some(stream) = direct.stream_tx(&down.ssrc) else {
            return Forwarded::NoTrack;
        };
        stream.write_rtp(write(pt, &out, packet, kind, wallclock));
        self.sent += packet.payload.len() as u64;
        self.dirty = true;
        Forwarded::Sent
    }

    /// Takes str0m's figures of the last second.
    pub fn note_stats(&mut self, stats: &PeerStats) {
        let sent_bps = std::mem::take(&mut self.sent) * 8;
        self.figures.rtt = stats.rtt.or(self.figures.rtt);
        if stats.rtt.is_some_and(|rtt| rtt > RTT_NEAR) {
            self.note_far();
        }
        let Some(loss) = stats.egress_loss_fraction else {
            return;
        };
        self.figures.down_loss = loss;
        let rtt_ms = stats.rtt.map(|rtt| rtt.as_secs_f32() * 1000.0);
        self.figures.path.note(sent_bps, loss, rtt_ms);
    }

    /// Keeps more for retransmission from now on. Never less again: each change of length forgets what was kept.
    fn note_far(&mut self) {
        if std::mem::replace(&mut self.is_far, true) {
            return;
        }
        let mut direct = self.rtc.direct_api();
        for down in self.down.iter().filter_map(|slot| slot[Kind::Video.index()].as_ref()) {
            if let Some(stream) = direct.stream_tx(&down.ssrc) {
                keep_for_resending(stream, true);
            }
        }
    }

    /// Remembers where the peer is heard from; returns an address to forget.
    pub fn heard_from(&mut self, addr: SocketAddr) -> Option<SocketAddr> {
        if self.addrs.contains(&addr) {
            return None;
        }
        self.addrs.push(addr);
        (self.addrs.len() > ADDRS_MAX).then(|| self.addrs.remove(0))
    }
}

/// What became of a forwarded packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Forwarded {
    Sent,
    WaitsForKey,
    Dropped,
    NoTrack,
}

fn keep_for_resending(stream: &mut StreamTx, is_far: bool) {
    let age = if is_far { RTX_AGE_FAR } else { RTX_AGE_NEAR };
    stream.set_rtx_cache(RTX_PACKETS, age, Some(RTX_SHARE_MAX));
}

fn budget(packets_per_second: u32) -> f32 {
    // Far below the integers that f32 cannot hold.
    packets_per_second.min(1_000_000) as f32
}

fn write(pt: Pt, out: &Outgoing, packet: &RtpPacket, kind: Kind, wallclock: Instant) -> RtpWrite {
    let write = RtpWrite::new(pt, out.seq.into(), out.time, wallclock, packet.payload.clone())
        .marker(packet.header.marker)
        .nackable(kind == Kind::Video);
    let Some(ids) = out.vp8 else { return write };
    let Ok(descriptor) = Vp8Descriptor::parse(&packet.payload) else {
        return write;
    };
    let mut patch = descriptor.patch();
    if let Some(id) = ids.picture_id {
        patch = patch.picture_id(id);
    }
    if let Some(tl0) = ids.tl0_pic_idx {
        patch = patch.tl0_pic_idx(tl0);
    }
    match patch.build() {
        Ok(patch) => write.vp8_patch(patch),
        Err(_) => write,
    }
}

//! A browser's place taken by str0m: offers as our pages do, sends and receives RTP. It must not know sockets.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use str0m::change::{SdpAnswer, SdpPendingOffer};
use str0m::format::Codec;
use str0m::media::{Direction, MediaKind, Mid, Pt};
use str0m::net::{Protocol, Receive, TcpType, Transmit};
use str0m::rtp::{RtpPacket, RtpWrite};
use str0m::{Candidate, Event, IceConnectionState, Input, Output, Rtc, RtcConfig};

/// One received packet, and where it came in.
pub struct Got {
    pub slot: usize,
    pub video: bool,
    pub packet: RtpPacket,
}

/// A client between socket and test.
pub struct Client {
    pub rtc: Rtc,
    pub addr: SocketAddr,
    pub proto: Protocol,
    pub up_audio: Mid,
    pub up_video: Mid,
    pub down: Vec<[Mid; 2]>,
    pub connected: bool,
    pub closed: bool,
    pub got: Vec<Got>,
    pub keyframes_asked: usize,
    pub next_timeout: Instant,
    pending: Option<SdpPendingOffer>,
    pub seq: [u64; 2],
    codec: Codec,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Video {
    Vp8,
    H264,
    Both,
}

impl Client {
    /// A client at `addr` and its first offer.
    pub fn new(addr: SocketAddr, proto: Protocol, video: Video, now: Instant) -> (Client, String) {
        let mut config = RtcConfig::new().set_rtp_mode(true).clear_codecs().enable_opus(true, false);
        if video != Video::H264 {
            config = config.enable_vp8(true);
        }
        if video != Video::Vp8 {
            config = config.enable_h264(true);
        }
        let mut rtc = config.build(now);
        let candidate = match proto {
            Protocol::Tcp => Candidate::builder().tcp().host(addr).tcptype(TcpType::Active).build(),
            Protocol::Udp | Protocol::SslTcp | Protocol::Tls => Candidate::host(addr, Protocol::Udp),
        };
        rtc.add_local_candidate(candidate.unwrap());
        let mut api = rtc.sdp_api();
        let mut add = |kind, dir| api.add_media(kind, dir, None, None, None);
        let up_audio = add(MediaKind::Audio, Direction::SendOnly);
        let up_video = add(MediaKind::Video, Direction::SendOnly);
        let down = (0..3).map(|_| [add(MediaKind::Audio, Direction::RecvOnly), add(MediaKind::Video, Direction::RecvOnly)]).collect();
        let (offer, pending) = api.apply().unwrap();
        let client = Client {
            rtc,
            addr,
            proto,
            up_audio,
            up_video,
            down,
            connected: false,
            closed: false,
            got: Vec::new(),
            keyframes_asked: 0,
            next_timeout: now,
            pending: Some(pending),
            seq: [100, 200],
            codec: Codec::Vp8,
        };
        (client, offer.to_sdp_string())
    }

    /// A new offer with new ICE credentials, from a new address.
    pub fn restart(&mut self, addr: SocketAddr) -> String {
        let mut api = self.rtc.sdp_api();
        api.ice_restart(false);
        let (offer, pending) = api.apply().unwrap();
        self.pending = Some(pending);
        self.addr = addr;
        offer.to_sdp_string()
    }

    /// Takes the answer to [`Client::restart`].
    pub fn restarted(&mut self, answer: &str) {
        self.accept(answer);
        let candidate = Candidate::host(self.addr, self.proto);
        self.rtc.add_local_candidate(candidate.unwrap());
    }

    pub fn accept(&mut self, answer: &str) {
        let pending = self.pending.take().unwrap();
        let video_codec = if answer.contains("VP8/90000") { Codec::Vp8 } else { Codec::H264 };
        self.codec = video_codec;
        let answer = SdpAnswer::from_sdp_string(answer).unwrap();
        self.rtc.sdp_api().accept_answer(pending, answer).unwrap();
    }

    pub fn receive(&mut self, from: SocketAddr, data: &[u8], now: Instant) {
        let Ok(receive) = Receive::new(self.proto, from, self.addr, data) else {
            return;
        };
        let input = Input::Receive(now, receive);
        if self.rtc.accepts(&input) {
            self.rtc.handle_input(input).unwrap();
        }
    }

    pub fn timeout(&mut self, now: Instant) {
        self.rtc.handle_input(Input::Timeout(now)).unwrap();
    }

    /// Takes all output; transmits go to `send`.
    pub fn drain(&mut self, mut send: impl FnMut(Transmit)) {
        loop {
            match self.rtc.poll_output().unwrap() {
                Output::Timeout(at) => {
                    self.next_timeout = at;
                    return;
                }
                Output::Transmit(t) => send(t),
                Output::Event(event) => self.on_event(event),
            }
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "the rest of str0m's events is not looked at")]
    fn on_event(&mut self, event: Event) {
        match event {
            Event::Connected => self.connected = true,
            Event::Closed => self.closed = true,
            Event::IceConnectionStateChange(IceConnectionState::Disconnected) => {}
            Event::KeyframeRequest(_) => self.keyframes_asked += 1,
            Event::RtpPacket(packet) => {
                let ssrc = packet.header.ssrc;
                let Some(mid) = self.rtc.direct_api().stream_rx(&ssrc).map(|s| s.mid()) else {
                    return;
                };
                for (slot, pair) in self.down.iter().enumerate() {
                    if let Some(kind) = pair.iter().position(|m| *m == mid) {
                        self.got.push(Got { slot, video: kind == 1, packet });
                        return;
                    }
                }
            }
            _ => {}
        }
    }

    pub fn payload_type(&self, video: bool) -> Pt {
        let wanted = if video { self.codec } else { Codec::Opus };
        let mid = if video { self.up_video } else { self.up_audio };
        let answered = self.rtc.media(mid).unwrap().remote_pts();
        let params = self.rtc.codec_config().params().iter();
        params.filter(|p| p.spec().codec == wanted).map(|p| p.pt()).find(|pt| answered.contains(pt)).unwrap()
    }

    /// Sends one packet up; drain afterwards.
    pub fn send(&mut self, video: bool, time: u32, marker: bool, payload: &[u8], now: Instant) {
        let seq = self.seq[usize::from(video)];
        self.seq[usize::from(video)] += 1;
        self.send_as(video, seq, time, marker, payload, now);
    }

    pub fn send_as(&mut self, video: bool, seq: u64, time: u32, marker: bool, payload: &[u8], now: Instant) {
        let pt = self.payload_type(video);
        let mid = if video { self.up_video } else { self.up_audio };
        let mut direct = self.rtc.direct_api();
        let stream = direct.stream_tx_by_mid(mid, None).unwrap();
        if seq == 200 {
            // A browser does not give up retransmitting at 15 % as str0m does.
            stream.set_rtx_cache(1024, Duration::from_secs(3), None);
        }
        let write = RtpWrite::new(pt, seq.into(), time, now, payload).marker(marker).nackable(video);
        stream.write_rtp(write);
    }
}

/// A VP8 packet that looks whole: descriptor with a 15-bit picture id, key frame header when asked.
pub fn vp8_payload(picture: u16, key: Option<(u16, u16)>, first_of_frame: bool, len: usize) -> Vec<u8> {
    let mut p = vec![0u8; len.max(20)];
    p[0] = if first_of_frame { 0x90 } else { 0x80 };
    p[1] = 0xe0;
    p[2] = 0x80 | (picture >> 8) as u8;
    p[3] = picture as u8;
    p[4] = picture as u8;
    p[5] = 0;
    if let (Some((width, height)), true) = (key, first_of_frame) {
        p[6..9].copy_from_slice(&[0x10, 0, 0]);
        p[9..12].copy_from_slice(&[0x9d, 0x01, 0x2a]);
        p[12..14].copy_from_slice(&width.to_le_bytes());
        p[14..16].copy_from_slice(&height.to_le_bytes());
    } else {
        p[6] = 0x11;
    }
    p
}

//! One synthetic browser connection: 1 Mbit/s of VP8-like video at 30 fps and 50 sound packets a second. It must not know signalling.

use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

use str0m::change::{SdpAnswer, SdpOffer, SdpPendingOffer};
use str0m::format::Codec;
use str0m::media::{Direction, MediaKind, Mid, Pt};
use str0m::net::{Protocol, Receive};
use str0m::rtp::RtpWrite;
use str0m::{Candidate, Event, Input, Output, Rtc, RtcConfig};

use crate::Fallible;
use crate::measure::Sums;

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Two lines up, six lines down, as the product's pages offer.
    Both,
    /// Two lines up only.
    Publisher,
}

const AUDIO_EVERY: Duration = Duration::from_millis(20);
const VIDEO_EVERY: Duration = Duration::from_micros(33_333);
const VIDEO_PACKETS: usize = 4;
const VIDEO_BYTES: usize = 1040;
const AUDIO_BYTES: usize = 80;
/// Written before the time stamp, so that other payloads are not taken for ours.
const MARK: [u8; 4] = *b"load";

pub struct LoadPeer {
    pub session: usize,
    pub side: usize,
    pub socket: UdpSocket,
    pub first_media: Option<Instant>,
    pub sums: Sums,
    rtc: Rtc,
    local: SocketAddr,
    pending: Option<SdpPendingOffer>,
    up: Option<[Mid; 2]>,
    connected: bool,
    seq: [u64; 2],
    picture: u16,
    key_wanted: bool,
    next: [Instant; 2],
    wake: Instant,
}

fn rtc() -> Rtc {
    RtcConfig::new().set_rtp_mode(true).clear_codecs().enable_opus(true, false).enable_vp8(true).build(Instant::now())
}

impl LoadPeer {
    fn new(ip: IpAddr, session: usize, side: usize) -> Fallible<LoadPeer> {
        let socket = UdpSocket::bind((ip, 0))?;
        socket.set_nonblocking(true)?;
        let local = socket.local_addr()?;
        let mut rtc = rtc();
        rtc.add_local_candidate(Candidate::host(local, Protocol::Udp)?);
        let now = Instant::now();
        Ok(LoadPeer {
            session,
            side,
            socket,
            first_media: None,
            sums: Sums::default(),
            rtc,
            local,
            pending: None,
            up: None,
            connected: false,
            seq: [1, 1],
            picture: 0,
            key_wanted: true,
            next: [now, now],
            wake: now,
        })
    }

    pub fn offering(ip: IpAddr, session: usize, side: usize, role: Role) -> Fallible<(LoadPeer, String)> {
        let mut peer = LoadPeer::new(ip, session, side)?;
        let mut api = peer.rtc.sdp_api();
        let mut add = |kind, dir| api.add_media(kind, dir, None, None, None);
        let audio = add(MediaKind::Audio, Direction::SendOnly);
        let video = add(MediaKind::Video, Direction::SendOnly);
        if role == Role::Both {
            for _ in 0..3 {
                add(MediaKind::Audio, Direction::RecvOnly);
                add(MediaKind::Video, Direction::RecvOnly);
            }
        }
        let (offer, pending) = api.apply().ok_or("nothing to offer")?;
        peer.pending = Some(pending);
        peer.up = Some([audio, video]);
        Ok((peer, offer.to_sdp_string()))
    }

    pub fn answering(ip: IpAddr, session: usize, side: usize, sdp: &str) -> Fallible<(LoadPeer, String)> {
        let mut peer = LoadPeer::new(ip, session, side)?;
        let offer = SdpOffer::from_sdp_string(sdp)?;
        let answer = peer.rtc.sdp_api().accept_offer(offer)?;
        Ok((peer, answer.to_sdp_string()))
    }

    pub fn waits(&self) -> bool {
        self.pending.is_some()
    }

    pub fn accept(&mut self, sdp: &str) -> Fallible<()> {
        let pending = self.pending.take().ok_or("no offer out")?;
        let answer = SdpAnswer::from_sdp_string(sdp)?;
        self.rtc.sdp_api().accept_answer(pending, answer)?;
        self.wake = Instant::now();
        Ok(())
    }

    pub fn turn(&mut self, readable: bool, epoch: Instant) -> Fallible<()> {
        let mut buffer = [0u8; 2048];
        if readable {
            while let Ok((n, from)) = self.socket.recv_from(&mut buffer) {
                let now = Instant::now();
                if let Ok(r) = Receive::new(Protocol::Udp, from, self.local, &buffer[..n]) {
                    let input = Input::Receive(now, r);
                    if self.rtc.accepts(&input) {
                        self.rtc.handle_input(input)?;
                        self.drain(epoch)?;
                    }
                }
            }
        }
        let now = Instant::now();
        let sent = self.connected && self.send_due(now, epoch)?;
        if sent || now >= self.wake {
            self.rtc.handle_input(Input::Timeout(now))?;
            self.drain(epoch)?;
        }
        Ok(())
    }

    fn drain(&mut self, epoch: Instant) -> Fallible<()> {
        loop {
            match self.rtc.poll_output()? {
                Output::Timeout(at) => {
                    self.wake = at;
                    return Ok(());
                }
                Output::Transmit(t) => {
                    // A full socket buffer loses packets, as a network does.
                    let _ = self.socket.send_to(&t.contents, t.destination);
                }
                Output::Event(event) => self.on_event(event, epoch),
            }
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "the rest of str0m's events is not looked at")]
    fn on_event(&mut self, event: Event, epoch: Instant) {
        match event {
            Event::Connected => self.begin(),
            Event::KeyframeRequest(_) => self.key_wanted = true,
            Event::RtpPacket(packet) => {
                let now = Instant::now();
                self.first_media.get_or_insert(now);
                let sent = stamp(&packet.payload);
                let passed = u64::try_from((now - epoch).as_nanos()).unwrap_or(0);
                let latency = sent.and_then(|s| u32::try_from(passed.saturating_sub(s) / 1000).ok());
                let (ssrc, seq) = (*packet.header.ssrc, *packet.seq_no);
                self.sums.note(ssrc, seq, packet.payload.len(), latency);
            }
            _ => {}
        }
    }

    /// A browser's microphone and camera run before the call does: each clock stands somewhere in its period.
    fn begin(&mut self) {
        self.connected = true;
        let now = Instant::now();
        let n = (self.session * 2 + self.side) as u64;
        let phase = |every: Duration| Duration::from_micros(n * 7919 % every.as_micros() as u64);
        self.next = [now + phase(AUDIO_EVERY), now + phase(VIDEO_EVERY)];
    }

    fn send_due(&mut self, now: Instant, epoch: Instant) -> Fallible<bool> {
        let Some(up) = self.up else { return Ok(false) };
        let mut sent = false;
        while self.next[0] <= now {
            self.next[0] += AUDIO_EVERY;
            let time = (self.seq[0] * 960) as u32;
            self.write(up[0], Codec::Opus, 0, time, false, vec![0xfc; AUDIO_BYTES], epoch)?;
            sent = true;
        }
        while self.next[1] <= now {
            self.next[1] += VIDEO_EVERY;
            self.picture = self.picture.wrapping_add(1) & 0x7fff;
            let key = std::mem::take(&mut self.key_wanted);
            let time = (u64::from(self.picture) * 3000) as u32;
            for part in 0..VIDEO_PACKETS {
                let payload = self.vp8(part == 0, key);
                let last = part + 1 == VIDEO_PACKETS;
                self.write(up[1], Codec::Vp8, 1, time, last, payload, epoch)?;
            }
            sent = true;
        }
        Ok(sent)
    }

    fn vp8(&self, first: bool, key: bool) -> Vec<u8> {
        let mut p = vec![0u8; VIDEO_BYTES];
        let [high, low] = self.picture.to_be_bytes();
        p[..4].copy_from_slice(&[if first { 0x90 } else { 0x80 }, 0x80, 0x80 | high, low]);
        p[4] = 0x11;
        if first && key {
            p[4..14].copy_from_slice(&[0x10, 0, 0, 0x9d, 0x01, 0x2a, 0x80, 0x02, 0xe0, 0x01]);
        }
        p
    }

    #[expect(clippy::too_many_arguments, reason = "the fields of an RTP packet")]
    fn write(
        &mut self,
        mid: Mid,
        codec: Codec,
        kind: usize,
        time: u32,
        marker: bool,
        mut payload: Vec<u8>,
        epoch: Instant,
    ) -> Fallible<()> {
        let now = Instant::now();
        let at = u64::try_from((now - epoch).as_nanos())?.to_le_bytes();
        let len = payload.len();
        payload[len - 12..len - 8].copy_from_slice(&MARK);
        payload[len - 8..].copy_from_slice(&at);
        let pt = self.payload_type(mid, codec).ok_or("codec was not answered")?;
        let seq = self.seq[kind];
        self.seq[kind] += 1;
        let mut direct = self.rtc.direct_api();
        let stream = direct.stream_tx_by_mid(mid, None).ok_or("no stream")?;
        let write = RtpWrite::new(pt, seq.into(), time, now, payload);
        stream.write_rtp(write.marker(marker).nackable(kind == 1));
        Ok(())
    }

    fn payload_type(&self, mid: Mid, codec: Codec) -> Option<Pt> {
        let answered = self.rtc.media(mid)?.remote_pts();
        let params = self.rtc.codec_config().params().iter();
        params.filter(|p| p.spec().codec == codec).map(|p| p.pt()).find(|pt| answered.contains(pt))
    }
}

fn stamp(payload: &[u8]) -> Option<u64> {
    let (rest, at) = payload.split_last_chunk::<8>()?;
    rest.ends_with(&MARK).then(|| u64::from_le_bytes(*at))
}

//! One synthetic browser connection: 1 Mbit/s of VP8-like video at 30 fps and 50 sound packets a second. It must not know signalling.

use std::io::IoSliceMut;
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::os::fd::AsRawFd;
use std::time::{Duration, Instant, SystemTime};

use nix::sys::socket::{ControlMessageOwned, MsgFlags, SockaddrStorage, recvmsg, setsockopt, sockopt};
use nix::sys::time::TimeSpec;

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
    /// When the kernel had the packet that is being looked at, nanoseconds since 1970.
    arrived: u64,
}

fn rtc() -> Rtc {
    RtcConfig::new().set_rtp_mode(true).clear_codecs().enable_opus(true, false).enable_vp8(true).build(Instant::now())
}

impl LoadPeer {
    fn new(ip: IpAddr, session: usize, side: usize) -> Fallible<LoadPeer> {
        let socket = UdpSocket::bind((ip, 0))?;
        socket.set_nonblocking(true)?;
        setsockopt(&socket, sockopt::ReceiveTimestampns, &true)?;
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
            arrived: 0,
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

    /// Reads one packet and the time at which the kernel had it: how busy this program is must not count.
    fn receive(&mut self, buffer: &mut [u8]) -> Option<(usize, SocketAddr)> {
        let mut control = nix::cmsg_space!(TimeSpec);
        let mut slices = [IoSliceMut::new(buffer)];
        let fd = self.socket.as_raw_fd();
        let got = recvmsg::<SockaddrStorage>(fd, &mut slices, Some(&mut control), MsgFlags::MSG_DONTWAIT).ok()?;
        for message in got.cmsgs().ok()? {
            if let ControlMessageOwned::ScmTimestampns(at) = message {
                self.arrived = at.tv_sec().cast_unsigned() * 1_000_000_000 + at.tv_nsec().cast_unsigned();
            }
        }
        let from = got.address?;
        let v4 = from.as_sockaddr_in().map(|a| SocketAddr::from((a.ip(), a.port())));
        let from = v4.or_else(|| from.as_sockaddr_in6().map(|a| SocketAddr::from((a.ip(), a.port()))))?;
        Some((got.bytes, from))
    }

    pub fn turn(&mut self, readable: bool) -> Fallible<()> {
        let mut buffer = [0u8; 2048];
        if readable {
            while let Some((n, from)) = self.receive(&mut buffer) {
                let now = Instant::now();
                if let Ok(r) = Receive::new(Protocol::Udp, from, self.local, &buffer[..n]) {
                    let input = Input::Receive(now, r);
                    if self.rtc.accepts(&input) {
                        self.rtc.handle_input(input)?;
                        self.drain()?;
                    }
                }
            }
        }
        let now = Instant::now();
        let sent = self.connected && self.send_due(now)?;
        if sent || now >= self.wake {
            self.rtc.handle_input(Input::Timeout(now))?;
            self.drain()?;
        }
        Ok(())
    }

    fn drain(&mut self) -> Fallible<()> {
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
                Output::Event(event) => self.on_event(event),
            }
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "the rest of str0m's events is not looked at")]
    fn on_event(&mut self, event: Event) {
        match event {
            Event::Connected => self.begin(),
            Event::KeyframeRequest(_) => self.key_wanted = true,
            Event::RtpPacket(packet) => {
                let now = Instant::now();
                self.first_media.get_or_insert(now);
                let sent = stamp(&packet.payload);
                let latency = sent.and_then(|s| u32::try_from(self.arrived.saturating_sub(s) / 1000).ok());
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

    fn send_due(&mut self, now: Instant) -> Fallible<bool> {
        let Some(up) = self.up else { return Ok(false) };
        let mut sent = false;
        while self.next[0] <= now {
            self.next[0] += AUDIO_EVERY;
            let time = (self.seq[0] * 960) as u32;
            self.write(up[0], Codec::Opus, 0, time, false, vec![0xfc; AUDIO_BYTES])?;
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
                self.write(up[1], Codec::Vp8, 1, time, last, payload)?;
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

    fn write(&mut self, mid: Mid, codec: Codec, kind: usize, time: u32, marker: bool, mut payload: Vec<u8>) -> Fallible<()> {
        let now = Instant::now();
        let at = u64::try_from(SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?.as_nanos())?.to_le_bytes();
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
        // Out at once, so that the time written is the time sent.
        self.rtc.handle_input(Input::Timeout(now))?;
        self.drain()
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

//! Load for a forwarding server: synthetic 1:1 sessions against this crate or Janus, one JSON line of figures. It must not know what is good.
//!
//! `sfu_load run --sessions 10 --seconds 10 [--record]` starts this crate in a child process;
//! `sfu_load product --sessions 10 --seconds 10` starts the whole product: cases, claims, agents, storage, encryption;
//! `sfu_load janus --sessions 10 --seconds 10 [--record]` starts Debian's `janus` the same way.

mod floor;
mod janus;
mod measure;
mod ours;
mod peer;
mod product;

use std::error::Error;
use std::io::{Read, Write};
use std::net::{IpAddr, UdpSocket};
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

use measure::{Process, Sums};
use nix::poll::{PollFd, PollFlags, PollTimeout};
use peer::{LoadPeer, Role};

pub type Fallible<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// Where signalling threads ask. It rings: how long this program sleeps between packets is no part of anybody's set-up.
#[derive(Clone)]
struct Asks {
    asks: Sender<Ask>,
    bell: Arc<UnixStream>,
}

impl Asks {
    fn send(&self, ask: Ask) -> Fallible<()> {
        self.asks.send(ask).map_err(|_| "the packet loop has ended")?;
        (&*self.bell).write_all(&[1])?;
        Ok(())
    }
}

/// What a signalling thread asks of the packet loop.
pub enum Ask {
    /// Make a connection that offers; the offer goes back.
    Offer { session: usize, side: usize, role: Role, reply: Sender<String> },
    /// The answer to that offer.
    Answer { session: usize, side: usize, sdp: String },
    /// Make a connection that answers this offer; the answer goes back.
    Accept { session: usize, side: usize, sdp: String, reply: Sender<String> },
    /// Signalling failed.
    Failed(String),
}

pub struct Options {
    pub sessions: usize,
    pub seconds: u64,
    pub record: bool,
    pub ip: IpAddr,
}

fn options(args: &[String]) -> Fallible<Options> {
    let value = |name: &str| {
        let at = args.iter().position(|a| a == name)?;
        args.get(at + 1).cloned()
    };
    let number = |name: &str, default: u64| -> Fallible<u64> { Ok(value(name).map_or(Ok(default), |v| v.parse())?) };
    let ip = match value("--ip") {
        Some(ip) => ip.parse()?,
        None => own_address()?,
    };
    Ok(Options {
        sessions: usize::try_from(number("--sessions", 10)?)?,
        seconds: number("--seconds", 10)?,
        record: args.iter().any(|a| a == "--record"),
        ip,
    })
}

/// The host's own address: traffic to it stays on the host, and Janus does not skip it as it does loopback.
fn own_address() -> Fallible<IpAddr> {
    let socket = UdpSocket::bind("0.0.0.0:0")?;
    Ok(match socket.connect("192.0.2.1:9") {
        Ok(()) => socket.local_addr()?.ip(),
        Err(_) => IpAddr::from([127, 0, 0, 1]),
    })
}

fn main() -> Fallible<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let options = options(&args)?;
    let line = match args.first().map(String::as_str) {
        Some("serve") => return ours::serve(&options),
        Some("run") => {
            let server = ours::Server::start(&options)?;
            let control = server.control;
            let report = load(&options, &server.process, move |session, asks| ours::signal(control, session, asks))?;
            with(report, "server", "ours".into())
        }
        Some("janus") => {
            let server = janus::Server::start(&options)?;
            let (port, record) = (server.port, server.record_dir());
            let report = load(&options, &server.process, move |session, asks| janus::signal(port, session, record.as_deref(), asks))?;
            with(report, "server", "janus".into())
        }
        Some("floor") => floor::measure(&options)?,
        Some("product") => {
            let server = product::Server::start(&options)?;
            let calls = server.calls.clone();
            let report = load(&options, &server.process, move |session, asks| product::signal(&calls, session, asks))?;
            with(report, "server", "product".into())
        }
        _ => return Err("run | product | janus, with --sessions, --seconds, --record".into()),
    };
    writeln!(std::io::stdout(), "{line}")?;
    Ok(())
}

fn with(mut report: serde_json::Value, key: &str, value: serde_json::Value) -> serde_json::Value {
    report[key] = value;
    report
}

/// Sessions in signalling at one time: calls come one after the other, so that set-up times one call and not a storm.
const SIGNALLING_MAX: usize = 1;

struct Load {
    peers: Vec<LoadPeer>,
    started: Vec<Instant>,
    begun: usize,
    asks: (Asks, Receiver<Ask>),
    /// Readable once something was asked.
    bell: UnixStream,
    ip: IpAddr,
}

fn load(
    options: &Options,
    process: &Process,
    signal: impl Fn(usize, &Asks) -> Fallible<()> + Clone + Send + 'static,
) -> Fallible<serde_json::Value> {
    let idle_rss = process.rss_kb()?;
    let ((asks, asked), (rings, bell)) = (channel(), UnixStream::pair()?);
    bell.set_nonblocking(true)?;
    let asks = (Asks { asks, bell: Arc::new(rings) }, asked);
    let mut load = Load { peers: Vec::new(), started: Vec::new(), begun: 0, asks, bell, ip: options.ip };
    let give_up = Instant::now() + Duration::from_secs(20 + 2 * options.sessions as u64);
    while load.ready() < options.sessions {
        if Instant::now() > give_up {
            return Err(format!("{} of {} sessions came up", load.ready(), options.sessions).into());
        }
        if load.begun < options.sessions && load.begun < load.ready() + SIGNALLING_MAX {
            load.begin(signal.clone());
        }
        load.turn()?;
    }
    let settle = Instant::now() + Duration::from_secs(3);
    while Instant::now() < settle {
        load.turn()?;
    }
    for peer in &mut load.peers {
        peer.sums = Sums::default();
    }
    let (cpu, begin) = (process.cpu()?, Instant::now());
    while begin.elapsed() < Duration::from_secs(options.seconds) {
        load.turn()?;
    }
    let (wall, cpu) = (begin.elapsed(), process.cpu()? - cpu);
    let busy_rss = process.rss_kb()?;
    let mut sums = Sums::default();
    for peer in &mut load.peers {
        sums.merge(std::mem::take(&mut peer.sums));
    }
    let mut setups: Vec<u64> = (0..options.sessions).filter_map(|s| load.setup_us(s)).collect();
    setups.sort_unstable();
    let rss = busy_rss.saturating_sub(idle_rss) / options.sessions.max(1) as u64;
    Ok(measure::report(options, &mut sums, cpu, wall, &setups, rss))
}

impl Load {
    fn begin(&mut self, signal: impl Fn(usize, &Asks) -> Fallible<()> + Send + 'static) {
        let (session, asks) = (self.begun, self.asks.0.clone());
        self.begun += 1;
        self.started.push(Instant::now());
        std::thread::spawn(move || {
            if let Err(error) = signal(session, &asks) {
                drop(asks.send(Ask::Failed(format!("session {session}: {error}"))));
            }
        });
    }

    /// Microseconds from the first signalling byte until both sides saw the other.
    fn setup_us(&self, session: usize) -> Option<u64> {
        let side = |side| {
            let of = |p: &&LoadPeer| p.session == session && p.side == side;
            self.peers.iter().filter(of).find_map(|p| p.first_media)
        };
        let last = side(0)?.max(side(1)?);
        u64::try_from(last.duration_since(self.started[session]).as_micros()).ok()
    }

    fn ready(&self) -> usize {
        (0..self.begun).filter(|s| self.setup_us(*s).is_some()).count()
    }

    fn turn(&mut self) -> Fallible<()> {
        let mut rung = [0; 64];
        let _ = self.bell.read(&mut rung);
        while let Ok(ask) = self.asks.1.try_recv() {
            self.answer(ask)?;
        }
        let mut fds: Vec<PollFd<'_>> = self.peers.iter().map(|p| PollFd::new(p.socket.as_fd(), PollFlags::POLLIN)).collect();
        fds.push(PollFd::new(self.bell.as_fd(), PollFlags::POLLIN));
        nix::poll::poll(&mut fds, PollTimeout::from(1u8))?;
        let readable: Vec<bool> = fds.iter().map(|fd| fd.any().unwrap_or(true)).collect();
        for (peer, readable) in self.peers.iter_mut().zip(readable) {
            peer.turn(readable)?;
        }
        Ok(())
    }

    fn answer(&mut self, ask: Ask) -> Fallible<()> {
        match ask {
            Ask::Offer { session, side, role, reply } => {
                let (peer, offer) = LoadPeer::offering(self.ip, session, side, role)?;
                self.peers.push(peer);
                reply.send(offer)?;
            }
            Ask::Answer { session, side, sdp } => {
                let waiting = |p: &&mut LoadPeer| p.session == session && p.side == side;
                if let Some(peer) = self.peers.iter_mut().filter(waiting).find(|p| p.waits()) {
                    peer.accept(&sdp)?;
                }
            }
            Ask::Accept { session, side, sdp, reply } => {
                let (peer, answer) = LoadPeer::answering(self.ip, session, side, &sdp)?;
                self.peers.push(peer);
                reply.send(answer)?;
            }
            Ask::Failed(why) => return Err(why.into()),
        }
        Ok(())
    }
}

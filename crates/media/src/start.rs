//! Checks the configuration, opens the sockets, and starts the media threads. It must not know what they do.

use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize};
use std::sync::mpsc::{Receiver, SyncSender, channel};
use std::time::Duration;

use crate::counters::Counters;
use crate::engine::{self, Setup};
use crate::handle::{Config, MediaError, MediaEvent, MediaHandle, MediaOrder, Thread};
use crate::peer::Shared;
use crate::recorder::SegmentLimits;
use crate::room::RoomTimes;
use crate::segment::Segment;
use crate::tcp::Tcp;
use crate::udp;

fn check(config: &Config) -> Result<(), MediaError> {
    if config.threads == 0 || config.threads > 256 {
        return Err(MediaError::Config("threads must be 1 to 256"));
    }
    if config.advertise.is_empty() || config.advertise.len() > 16 {
        return Err(MediaError::Config("advertise needs 1 to 16 addresses"));
    }
    if config.advertise.iter().any(IpAddr::is_unspecified) {
        return Err(MediaError::Config("advertise must name real addresses"));
    }
    if config.max_rooms == 0 || config.max_tcp_connections == 0 {
        return Err(MediaError::Config("limits must not be zero"));
    }
    if config.segment_span < Duration::from_millis(100) || config.segment_span > Duration::from_secs(60) {
        return Err(MediaError::Config("segment span must be 0.1 s to 60 s"));
    }
    if config.segment_bytes_max < 64 * 1024 {
        return Err(MediaError::Config("segments must hold 64 KiB or more"));
    }
    if config.gone_after < config.down_after {
        return Err(MediaError::Config("gone must come after down"));
    }
    Ok(())
}

fn port_of_thread(addr: SocketAddr, thread: usize) -> Result<SocketAddr, MediaError> {
    let mut addr = addr;
    if addr.port() != 0 {
        let offset = u16::try_from(thread).unwrap_or(u16::MAX);
        let port = addr.port().checked_add(offset);
        addr.set_port(port.ok_or(MediaError::Config("ports run out"))?);
    }
    Ok(addr)
}

/// Opens the sockets and starts the media threads.
///
/// `events` runs on a media thread and must not block. Segments go to `segments` by `try_send`.
///
/// # Errors
/// When the configuration cannot work or a socket cannot be opened.
pub fn start(
    config: &Config,
    events: impl Fn(MediaEvent) + Send + Sync + 'static,
    segments: SyncSender<Segment>,
) -> Result<MediaHandle, MediaError> {
    check(config)?;
    let crypto = Arc::new(str0m::crypto::from_feature_flags());
    let cert = crypto.dtls_provider.generate_certificate().ok_or(MediaError::Config("no certificate could be made"))?;
    let counters = Arc::new(Counters::default());
    let stop = Arc::new(AtomicBool::new(false));
    let notify: Arc<dyn Fn(MediaEvent) + Send + Sync> = Arc::new(events);
    let mut threads = Vec::with_capacity(config.threads);
    let mut setups: Vec<Setup> = Vec::with_capacity(config.threads);
    for index in 0..config.threads {
        let shared = Shared {
            cert: cert.clone(),
            crypto: crypto.clone(),
            udp: Vec::new(),
            tcp: Vec::new(),
            packets_per_second: config.peer_packets_per_second,
        };
        let (thread, orders, wake, udp, tcp, shared) = open_thread(config, index, shared)?;
        setups.push(Setup {
            udp,
            tcp,
            shared,
            times: RoomTimes {
                down_after: config.down_after,
                gone_after: config.gone_after,
                limits: SegmentLimits { span: config.segment_span, bytes: config.segment_bytes_max },
            },
            rooms_max: config.max_rooms.div_ceil(config.threads),
            orders,
            depth: thread.depth.clone(),
            wake,
            awake: thread.awake.clone(),
            stop: stop.clone(),
            counters: counters.clone(),
            segments: segments.clone(),
            notify: notify.clone(),
        });
        threads.push(thread);
    }
    let joins = setups
        .into_iter()
        .enumerate()
        .map(|(index, setup)| {
            std::thread::Builder::new()
                .name(format!("media-{index}"))
                .spawn(move || {
                    go_first();
                    if let Err(error) = engine::run(setup) {
                        tracing::error!(%error, "media thread could not start");
                    }
                })
                .map_err(|e| MediaError::Socket(e.to_string()))
        })
        .collect::<Result<Vec<_>, _>>()?;
    Ok(MediaHandle::new(threads, stop, joins, counters))
}

/// How much sooner than its neighbours a media thread gets a core, in steps of `nice`. A packet that came must not wait until
/// whoever has the core is through: without it half of the added latency is that wait. More would wake the thread
/// for every single packet and cost a third more time per packet (measured).
const PRECEDENCE: i32 = -3;

/// Asks for precedence. Where the system does not grant it (`RLIMIT_NICE`), everything works, only later.
fn go_first() {
    // On Linux a priority belongs to a thread, and nobody named means the calling one.
    if let Err(error) = rustix::process::setpriority_process(None, PRECEDENCE) {
        tracing::info!(%error, "media threads run without precedence; LimitNICE=23 in the service's unit grants it");
    }
}

type Opened = (Thread, Receiver<MediaOrder>, UnixStream, UdpSocket, Tcp<engine::PeerKey>, Shared);

fn open_thread(config: &Config, index: usize, mut shared: Shared) -> Result<Opened, MediaError> {
    let socket = |e: std::io::Error| MediaError::Socket(e.to_string());
    let udp = udp::bind(port_of_thread(config.udp, index)?).map_err(socket)?;
    let tcp = Tcp::bind(port_of_thread(config.tcp, index)?, config.max_tcp_connections).map_err(socket)?;
    let udp_addr = udp.local_addr().map_err(socket)?;
    let tcp_addr = tcp.local_addr().map_err(socket)?;
    let at = |port| config.advertise.iter().map(move |ip| (*ip, port).into());
    shared.udp = at(udp_addr.port()).collect();
    shared.tcp = at(tcp_addr.port()).collect();
    let (ring, wake) = UnixStream::pair().map_err(socket)?;
    ring.set_nonblocking(true).map_err(socket)?;
    wake.set_nonblocking(true).map_err(socket)?;
    let (orders, receiver) = channel();
    let thread = Thread {
        orders,
        depth: Arc::new(AtomicUsize::new(0)),
        wake: ring,
        awake: Arc::new(AtomicBool::new(false)),
        udp: udp_addr,
        tcp: tcp_addr,
    };
    Ok((thread, receiver, wake, udp, tcp, shared))
}

//! The UDP socket in batches: many datagrams per system call, both ways. It must not know peers or rooms.

use std::io::{self, IoSlice, IoSliceMut};
use std::net::{Ipv6Addr, SocketAddr, UdpSocket};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd};

use nix::errno::Errno;
use nix::sys::socket::{ControlMessage, MsgFlags, MultiHeaders, SockaddrStorage, recvmmsg, sendmmsg, sendmsg};
use socket2::{Domain, Protocol, Socket, Type};
use str0m::net::Transmit;

/// Datagrams taken or given per system call.
pub(crate) const BATCH: usize = 64;
/// Larger than any datagram of a browser; what is longer is cut and then fails its authentication.
const DATAGRAM_MAX: usize = 2048;
/// Segments the kernel accepts in one send.
const GSO_MAX: usize = 60;
/// A burst of key frames of some dozens of rooms.
const KERNEL_BUFFER: usize = 4 << 20;

pub(crate) struct Udp {
    socket: UdpSocket,
    v6: bool,
    buffers: Vec<[u8; DATAGRAM_MAX]>,
    received: Vec<(usize, SocketAddr)>,
    recv_heads: MultiHeaders<SockaddrStorage>,
    send_heads: MultiHeaders<SockaddrStorage>,
    addrs: Vec<Option<SockaddrStorage>>,
    gso: bool,
}

/// Opens the socket; it may travel to its thread before it becomes a [`Udp`].
pub(crate) fn bind(addr: SocketAddr) -> io::Result<UdpSocket> {
    let socket = Socket::new(Domain::for_address(addr), Type::DGRAM, Some(Protocol::UDP))?;
    if addr.is_ipv6() {
        socket.set_only_v6(false)?;
    }
    // The kernel may grant less; that is no reason not to start.
    let _ = socket.set_recv_buffer_size(KERNEL_BUFFER);
    let _ = socket.set_send_buffer_size(KERNEL_BUFFER);
    socket.set_nonblocking(true)?;
    socket.bind(&addr.into())?;
    Ok(socket.into())
}

impl Udp {
    pub fn new(socket: UdpSocket) -> Udp {
        Udp {
            v6: socket.local_addr().is_ok_and(|addr| addr.is_ipv6()),
            socket,
            buffers: vec![[0; DATAGRAM_MAX]; BATCH],
            received: Vec::with_capacity(BATCH),
            recv_heads: MultiHeaders::preallocate(BATCH, None),
            send_heads: MultiHeaders::preallocate(BATCH, None),
            addrs: Vec::with_capacity(BATCH),
            gso: true,
        }
    }

    pub fn fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }

    /// Takes what is there, up to `most` (at most [`BATCH`]) datagrams; returns how many.
    pub fn receive(&mut self, most: usize) -> usize {
        self.received.clear();
        let mut slices: Vec<[IoSliceMut<'_>; 1]> = self.buffers.iter_mut().take(most).map(|b| [IoSliceMut::new(b)]).collect();
        let results = recvmmsg(self.socket.as_raw_fd(), &mut self.recv_heads, slices.iter_mut(), MsgFlags::MSG_DONTWAIT, None);
        // An error here is an old ICMP message or "nothing there"; the next poll tells.
        let Ok(results) = results else { return 0 };
        for message in results {
            let addr = message.address.as_ref().and_then(to_std);
            let unknown = SocketAddr::from(([0, 0, 0, 0], 0));
            self.received.push((message.bytes, addr.unwrap_or(unknown)));
        }
        self.received.len()
    }

    /// One datagram of the last batch, with the sender's canonical address.
    pub fn datagram(&self, index: usize) -> (&[u8], SocketAddr) {
        let (len, addr) = self.received[index];
        (&self.buffers[index][..len.min(DATAGRAM_MAX)], addr)
    }

    /// Sends all, in order per destination; returns how many the kernel refused.
    pub fn send(&mut self, batch: &[Transmit]) -> u64 {
        let mut failed = 0;
        let mut at = 0;
        let mut singles = 0;
        while at < batch.len() {
            let run = if self.gso { gso_run(&batch[at..]) } else { 1 };
            if run < 2 {
                at += 1;
                singles += 1;
                continue;
            }
            failed += self.send_singles(&batch[at - singles..at]);
            singles = 0;
            failed += self.send_segments(&batch[at..at + run]);
            at += run;
        }
        failed + self.send_singles(&batch[at - singles..at])
    }

    fn send_segments(&mut self, run: &[Transmit]) -> u64 {
        let slices: Vec<IoSlice<'_>> = run.iter().map(|t| IoSlice::new(&t.contents)).collect();
        let Ok(size) = u16::try_from(run[0].contents.len()) else {
            return self.send_singles(run);
        };
        let addr = self.kernel_addr(run[0].destination);
        let sent = sendmsg(self.socket.as_raw_fd(), &slices, &[ControlMessage::UdpGsoSegments(&size)], MsgFlags::MSG_DONTWAIT, Some(&addr));
        match sent {
            Ok(_) => 0,
            Err(Errno::EAGAIN) => run.len() as u64,
            Err(_) => {
                // Some paths (tunnels, old kernels) refuse segmentation; then never again.
                self.gso = false;
                self.send_singles(run)
            }
        }
    }

    fn send_singles(&mut self, batch: &[Transmit]) -> u64 {
        let mut failed = 0;
        for chunk in batch.chunks(BATCH) {
            let mut rest = chunk;
            while !rest.is_empty() {
                match self.send_chunk(rest) {
                    Ok(sent) if sent > 0 => rest = &rest[sent.min(rest.len())..],
                    // The first one cannot go: leave it out, as the network would.
                    Ok(_) | Err(_) => {
                        failed += 1;
                        rest = &rest[1..];
                    }
                }
            }
        }
        failed
    }

    fn send_chunk(&mut self, chunk: &[Transmit]) -> nix::Result<usize> {
        let slices: Vec<[IoSlice<'_>; 1]> = chunk.iter().map(|t| [IoSlice::new(&t.contents)]).collect();
        let mut addrs = std::mem::take(&mut self.addrs);
        addrs.clear();
        addrs.extend(chunk.iter().map(|t| Some(self.kernel_addr(t.destination))));
        let no_control: [ControlMessage<'_>; 0] = [];
        let sent = sendmmsg(self.socket.as_raw_fd(), &mut self.send_heads, slices.iter(), &addrs, no_control, MsgFlags::MSG_DONTWAIT)
            .map(Iterator::count);
        self.addrs = addrs;
        sent
    }

    fn kernel_addr(&self, addr: SocketAddr) -> SockaddrStorage {
        match addr {
            SocketAddr::V4(v4) if self.v6 => {
                let mapped: Ipv6Addr = v4.ip().to_ipv6_mapped();
                SocketAddr::from((mapped, v4.port())).into()
            }
            SocketAddr::V4(_) | SocketAddr::V6(_) => addr.into(),
        }
    }
}

/// How many datagrams from the front can leave as one: same destination, same size, the last may be shorter.
fn gso_run(batch: &[Transmit]) -> usize {
    let Some(first) = batch.first() else { return 0 };
    let size = first.contents.len();
    let mut run = 1;
    for t in batch.iter().take(GSO_MAX).skip(1) {
        if t.destination != first.destination || t.contents.len() > size {
            break;
        }
        run += 1;
        if t.contents.len() < size {
            break;
        }
    }
    // The kernel's limit for the sum is 64 KiB.
    run.min(60_000 / size.max(1)).max(1)
}

fn to_std(addr: &SockaddrStorage) -> Option<SocketAddr> {
    if let Some(v4) = addr.as_sockaddr_in() {
        return Some(SocketAddr::from((v4.ip(), v4.port())));
    }
    let v6 = addr.as_sockaddr_in6()?;
    Some(SocketAddr::new(v6.ip().to_canonical(), v6.port()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use str0m::net::Protocol as Proto;

    fn transmit(to: SocketAddr, len: usize) -> Transmit {
        Transmit { proto: Proto::Udp, source: to, destination: to, contents: vec![u8::try_from(len & 0xff).unwrap(); len].into() }
    }

    #[test]
    fn mixed_sizes_arrive_whole_and_in_order() {
        let mut a = Udp::new(bind("127.0.0.1:0".parse().unwrap()).unwrap());
        let b = UdpSocket::bind("127.0.0.1:0").unwrap();
        let to = b.local_addr().unwrap();
        let sizes = [1100, 1100, 1100, 300, 90, 1100, 90, 90, 20, 1200];
        let batch: Vec<_> = sizes.iter().map(|len| transmit(to, *len)).collect();
        assert_eq!(a.send(&batch), 0);
        let mut buffer = [0; 2048];
        let got: Vec<usize> = sizes.iter().map(|_| b.recv(&mut buffer).unwrap()).collect();
        assert_eq!(got, sizes);
    }

    #[test]
    fn a_dual_stack_socket_sees_version_four_senders() {
        // Without version six in the kernel there is nothing to promise.
        let Ok(socket) = bind("[::]:0".parse().unwrap()) else {
            return;
        };
        let port = socket.local_addr().unwrap().port();
        let mut a = Udp::new(socket);
        let b = UdpSocket::bind("127.0.0.1:0").unwrap();
        b.send_to(b"hello", ("127.0.0.1", port)).unwrap();
        assert_eq!(a.receive(BATCH), 1);
        let (data, from) = a.datagram(0);
        assert_eq!((data, from), (&b"hello"[..], b.local_addr().unwrap()));
        assert_eq!(a.send(&[transmit(from, 7)]), 0);
        assert_eq!(b.recv(&mut [0; 64]).unwrap(), 7);
    }
}

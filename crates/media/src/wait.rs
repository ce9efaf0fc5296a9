//! Sleeps until a socket has something. It must not know what is read.

use std::os::fd::{AsFd, BorrowedFd};
use std::time::Duration;

use nix::poll::{PollFd, PollFlags, PollTimeout};
use nix::sys::epoll::{Epoll, EpollCreateFlags, EpollEvent, EpollFlags, EpollTimeout};

const UDP: u64 = 0;
const WAKE: u64 = 1;
const ACCEPT: u64 = 2;

/// The three descriptors that a media thread always has, told to the kernel once: a thread that wakes for every packet does
/// not tell it each time what it waits for.
pub(crate) struct Waiter {
    epoll: Epoll,
}

/// What has something.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Ready {
    pub udp: bool,
    pub wake: bool,
    pub accept: bool,
    /// Indexes of connections.
    pub tcp: Vec<usize>,
}

impl Waiter {
    /// The descriptors stay open as long as this lives.
    pub fn new(udp: BorrowedFd<'_>, wake: BorrowedFd<'_>, listener: BorrowedFd<'_>) -> std::io::Result<Waiter> {
        let epoll = Epoll::new(EpollCreateFlags::EPOLL_CLOEXEC)?;
        for (fd, name) in [(udp, UDP), (wake, WAKE), (listener, ACCEPT)] {
            epoll.add(fd, EpollEvent::new(EpollFlags::EPOLLIN, name))?;
        }
        Ok(Waiter { epoll })
    }

    /// Sleeps until one of the three or of `connections` (index, descriptor, whether output waits) has something, at most `longest`.
    pub fn wait<'a>(&self, longest: Duration, connections: impl Iterator<Item = (usize, BorrowedFd<'a>, bool)>) -> Ready {
        // Rounded up: waking before the deadline would only spin.
        let millis = u16::try_from(longest.as_micros().div_ceil(1000)).unwrap_or(u16::MAX);
        let mut connections = connections.peekable();
        if connections.peek().is_none() {
            return self.look(EpollTimeout::from(millis));
        }
        // Few calls come by TCP, and what is waited for there changes all the time.
        let mut fds = vec![PollFd::new(self.epoll.0.as_fd(), PollFlags::POLLIN)];
        let mut indexes = Vec::new();
        for (index, fd, output_waits) in connections {
            let mut flags = PollFlags::POLLIN;
            flags.set(PollFlags::POLLOUT, output_waits);
            fds.push(PollFd::new(fd, flags));
            indexes.push(index);
        }
        if nix::poll::poll(&mut fds, PollTimeout::from(millis)).is_err() {
            return Ready::default();
        }
        let any = |fd: &PollFd<'_>| fd.any().unwrap_or(true);
        let tcp = fds[1..].iter().zip(indexes).filter(|(fd, _)| any(fd)).map(|(_, index)| index).collect();
        let three = if any(&fds[0]) { self.look(EpollTimeout::ZERO) } else { Ready::default() };
        Ready { tcp, ..three }
    }

    fn look(&self, longest: EpollTimeout) -> Ready {
        let mut events = [EpollEvent::empty(); 3];
        let mut ready = Ready::default();
        // A signal ends a sleep as well; then there is nothing, and the next sleep tells.
        let count = self.epoll.wait(&mut events, longest).unwrap_or(0);
        for event in events.iter().take(count) {
            match event.data() {
                UDP => ready.udp = true,
                WAKE => ready.wake = true,
                _ => ready.accept = true,
            }
        }
        ready
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use std::net::{TcpListener, TcpStream, UdpSocket};
    use std::os::unix::net::UnixStream;

    const LONG: Duration = Duration::from_secs(60);

    #[test]
    fn each_source_wakes_under_its_own_name() {
        let udp = UdpSocket::bind("127.0.0.1:0").unwrap();
        let (wake, mut bell) = UnixStream::pair().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let waiter = Waiter::new(udp.as_fd(), wake.as_fd(), listener.as_fd()).unwrap();
        assert_eq!(waiter.wait(Duration::ZERO, std::iter::empty()), Ready::default());
        udp.send_to(b"x", udp.local_addr().unwrap()).unwrap();
        assert_eq!(waiter.wait(LONG, std::iter::empty()), Ready { udp: true, ..Ready::default() });
        bell.write_all(b"x").unwrap();
        assert_eq!(waiter.wait(LONG, std::iter::empty()), Ready { udp: true, wake: true, ..Ready::default() }, "what was not read stays");
        let mut client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let three = || Ready { udp: true, wake: true, accept: true, tcp: Vec::new() };
        assert_eq!(waiter.wait(LONG, std::iter::empty()), three());
        let (one, _) = listener.accept().unwrap();
        let connection = |output_waits| std::iter::once((7, one.as_fd(), output_waits));
        assert_eq!(waiter.wait(LONG, connection(false)), Ready { accept: false, ..three() });
        assert_eq!(waiter.wait(LONG, connection(true)), Ready { accept: false, tcp: vec![7], ..three() }, "there is room to write");
        client.write_all(b"x").unwrap();
        udp.recv(&mut [0; 8]).unwrap();
        assert_eq!(waiter.wait(LONG, connection(false)).tcp, [7]);
    }
}

//! This crate as the server under load, in a child process with a small control socket. It must not know the generator.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::sync::mpsc::{channel, sync_channel};

use media::{Config, MediaHandle, MediaOrder, PeerId, RoomId, Seat, start};

use crate::measure::Process;
use crate::peer::Role;
use crate::{Ask, Asks, Fallible, Options};

pub struct Server {
    pub process: Process,
    pub control: SocketAddr,
}

impl Server {
    pub fn start(options: &Options) -> Fallible<Server> {
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["serve", "--ip", &options.ip.to_string()]);
        if options.record {
            command.arg("--record");
        }
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let out = child.stdout.take().ok_or("no output")?;
        let process = Process(child);
        let mut line = String::new();
        BufReader::new(out).read_line(&mut line)?;
        Ok(Server { process, control: line.trim().parse()? })
    }
}

/// The child: media engine, a segment writer, and the control socket until stdin closes.
pub fn serve(options: &Options) -> Fallible<()> {
    let config = Config { udp: (options.ip, 0).into(), tcp: (options.ip, 0).into(), advertise: vec![options.ip], ..Config::default() };
    let (sink, segments) = sync_channel(1024);
    let media = start(&config, |_| {}, sink)?;
    let path = std::env::temp_dir().join(format!("sfu-load-{}.seg", std::process::id()));
    let mut file = File::create(&path)?;
    // Open but nameless: the disk takes the bytes and nothing is left behind.
    std::fs::remove_file(&path)?;
    std::thread::spawn(move || {
        for segment in segments {
            if segment.bytes.pieces().any(|piece| file.write_all(piece).is_err()) {
                return;
            }
        }
    });
    let listener = TcpListener::bind((options.ip, 0))?;
    writeln!(std::io::stdout(), "{}", listener.local_addr()?)?;
    let record = options.record;
    let engine = media.clone();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let media = engine.clone();
            std::thread::spawn(move || control(&media, stream, record));
        }
    });
    std::io::stdin().read_to_end(&mut Vec::new())?;
    media.stop();
    Ok(())
}

fn control(media: &MediaHandle, stream: TcpStream, record: bool) -> Fallible<()> {
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut stream = stream;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Ok(());
        }
        let numbers: Vec<usize> = line.split_ascii_whitespace().map(str::parse).collect::<Result<_, _>>()?;
        let [session, side, len] = numbers[..] else {
            return Err("bad line".into());
        };
        let mut sdp = vec![0; len];
        reader.read_exact(&mut sdp)?;
        let room = RoomId(session as u128);
        media.send(MediaOrder::OpenRoom { room })?;
        media.send(MediaOrder::SetForwarding { room, on: true })?;
        media.send(MediaOrder::SetRecording { room, on: record })?;
        let (tx, rx) = channel();
        media.send(MediaOrder::Offer {
            room,
            peer: PeerId((session * 2 + side + 1) as u128),
            seat: if side % 10 == 0 { Seat::Customer } else { Seat::Agent },
            sdp: String::from_utf8(sdp)?,
            reply: Box::new(move |answer| drop(tx.send(answer))),
        })?;
        let answer = rx.recv()??;
        stream.write_all(format!("{}\n{answer}", answer.len()).as_bytes())?;
    }
}

/// Signalling of one session: both sides offer, one after the other.
pub fn signal(control: SocketAddr, session: usize, asks: &Asks) -> Fallible<()> {
    let mut stream = TcpStream::connect(control)?;
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream.try_clone()?);
    for side in 0..2 {
        let (reply, offer) = channel();
        asks.send(Ask::Offer { session, side, role: Role::Both, reply })?;
        let offer = offer.recv()?;
        let request = format!("{session} {side} {}\n{offer}", offer.len());
        stream.write_all(request.as_bytes())?;
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let mut answer = vec![0; line.trim().parse()?];
        reader.read_exact(&mut answer)?;
        asks.send(Ask::Answer { session, side, sdp: String::from_utf8(answer)? })?;
    }
    Ok(())
}

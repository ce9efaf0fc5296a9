//! The least a forwarded packet can cost on this machine: one datagram in, one out, opened once, sealed once.
//! It must not know WebRTC.

use std::net::UdpSocket;
use std::time::{Duration, Instant};

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};

use crate::{Fallible, Options};

const BYTES: usize = 1100;
const ROUNDS: u32 = 200_000;

/// Microseconds of one thread per packet: socket, cryptography, both.
pub fn measure(options: &Options) -> Fallible<serde_json::Value> {
    let (socket, crypto) = (sockets(options)?, seals()?);
    let round = |v: f64| (v * 100.0).round() / 100.0;
    Ok(serde_json::json!({
        "server": "floor",
        "socket_us": round(socket),
        "crypto_us": round(crypto),
        "us_per_packet": round(socket + crypto),
    }))
}

fn per_round(took: Duration) -> f64 {
    took.as_secs_f64() * 1e6 / f64::from(ROUNDS)
}

fn sockets(options: &Options) -> Fallible<f64> {
    let (a, b) = (UdpSocket::bind((options.ip, 0))?, UdpSocket::bind((options.ip, 0))?);
    let to = b.local_addr()?;
    let mut packet = [7u8; BYTES];
    let begin = Instant::now();
    for _ in 0..ROUNDS {
        a.send_to(&packet, to)?;
        b.recv_from(&mut packet)?;
    }
    Ok(per_round(begin.elapsed()))
}

fn seals() -> Fallible<f64> {
    let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &[3; 32])?);
    let mut packet = vec![7u8; BYTES];
    let begin = Instant::now();
    for n in 0..ROUNDS {
        let mut nonce = [0; 12];
        nonce[..4].copy_from_slice(&n.to_be_bytes());
        key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::empty(), &mut packet)?;
        key.open_in_place(Nonce::assume_unique_for_key(nonce), Aad::empty(), &mut packet)?;
        packet.truncate(BYTES);
    }
    Ok(per_round(begin.elapsed()))
}

//! Figures: CPU and memory of a process from /proc, latencies, losses, the report. It must not know protocols.

use std::collections::BTreeMap;
use std::process::Child;
use std::time::Duration;

use crate::{Fallible, Options};

/// A child that ends with its owner.
pub struct Process(pub Child);

impl Drop for Process {
    fn drop(&mut self) {
        // Either it runs and is ended, or it has ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The kernel's unit of process times on every Linux we run on.
const TICK: Duration = Duration::from_millis(10);

impl Process {
    pub fn cpu(&self) -> Fallible<Duration> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.0.id()))?;
        let after_name = stat.rsplit(')').next().unwrap_or_default();
        let field = |n: usize| -> Fallible<u32> { Ok(after_name.split_ascii_whitespace().nth(n).ok_or("stat is short")?.parse()?) };
        Ok(TICK * (field(11)? + field(12)?))
    }

    /// Memory of its own. Pages of the program file that a first call touches are shared by all calls and are no
    /// cost of a session, for either server.
    pub fn rss_kb(&self) -> Fallible<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.0.id()))?;
        let line = status.lines().find_map(|l| l.strip_prefix("RssAnon:"));
        let number = line.and_then(|l| l.split_ascii_whitespace().next());
        Ok(number.ok_or("no RssAnon")?.parse()?)
    }
}

#[derive(Default)]
pub struct Sums {
    pub packets: u64,
    pub bytes: u64,
    pub latencies_us: Vec<u32>,
    /// First, last and count of sequence numbers per source.
    pub sequences: BTreeMap<u32, (u64, u64, u64)>,
    lost: u64,
}

impl Sums {
    pub fn note(&mut self, ssrc: u32, seq: u64, bytes: usize, latency_us: Option<u32>) {
        self.packets += 1;
        self.bytes += bytes as u64;
        self.latencies_us.extend(latency_us);
        let entry = self.sequences.entry(ssrc).or_insert((seq, seq, 0));
        entry.0 = entry.0.min(seq);
        entry.1 = entry.1.max(seq);
        entry.2 += 1;
    }

    pub fn merge(&mut self, mut other: Sums) {
        self.packets += other.packets;
        self.bytes += other.bytes;
        self.latencies_us.append(&mut other.latencies_us);
        for (first, last, count) in other.sequences.into_values() {
            self.lost += (last - first + 1).saturating_sub(count);
        }
    }
}

fn at(sorted: &[u32], share: f64) -> u32 {
    let index = (sorted.len() as f64 * share) as usize;
    sorted.get(index.min(sorted.len().saturating_sub(1))).copied().unwrap_or(0)
}

pub fn report(options: &Options, sums: &mut Sums, cpu: Duration, wall: Duration, setups: &[u64], rss_kb: u64) -> serde_json::Value {
    sums.latencies_us.sort_unstable();
    let latency = |share| at(&sums.latencies_us, share);
    let packets = sums.packets as f64;
    let round = |v: f64| (v * 10.0).round() / 10.0;
    serde_json::json!({
        "sessions": options.sessions,
        "record": options.record,
        "seconds": round(wall.as_secs_f64()),
        "packets": sums.packets,
        "packets_per_second": round(packets / wall.as_secs_f64()),
        "mbit_per_second": round(sums.bytes as f64 * 8e-6 / wall.as_secs_f64()),
        "cpu_seconds": cpu.as_secs_f64(),
        "packets_per_cpu_second": round(packets / cpu.as_secs_f64().max(0.001)),
        "cpu_us_per_packet": round(cpu.as_secs_f64() * 1e6 / packets.max(1.0)),
        "latency_p50_us": latency(0.5),
        "latency_p99_us": latency(0.99),
        "latency_p999_us": latency(0.999),
        "lost": sums.lost,
        "setup_p50_us": setups.get(setups.len() / 2),
        "setup_max_us": setups.last(),
        "rss_per_session_kb": rss_kb,
    })
}

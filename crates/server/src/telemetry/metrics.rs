//! Numbers of this process in the text format of Prometheus; names and labels are fixed here.
//! Must not know who counts, nor who reads.

use std::fmt::Write;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering::Relaxed};
use std::time::Duration;

/// Classes of addresses: few, and none of them named by a caller.
pub const ROUTES: [&str; 11] =
    ["api", "customer", "agent", "admin", "evidence", "sign_in", "socket", "page", "asset", "operation", "other"];

/// Every number of this process. A new one is a line here and cannot be forgotten elsewhere:
/// `render` walks this list and nothing else.
macro_rules! metrics {
    ($($(#[doc = $help:literal])+ $name:ident: $kind:ty = $value:expr;)+) => {
        $($(#[doc = $help])+ pub static $name: $kind = $value;)+

        /// All numbers, as Prometheus reads them.
        #[must_use]
        pub fn render() -> String {
            let mut out = String::with_capacity(8 * 1024);
            $($name.write(concat!($($help),+).trim(), &mut out);)+
            out
        }

        #[cfg(test)]
        fn names() -> Vec<&'static str> {
            vec![$($name.name),+]
        }
    };
}

metrics! {
    /// Requests answered, by class of address and class of status.
    HTTP_REQUESTS: Grid<11, 5> = Grid::new("recourse_http_requests_total", ("route", ROUTES), ("status", ["1xx", "2xx", "3xx", "4xx", "5xx"]));
    /// Time from request to answer, by class of address.
    HTTP_SECONDS: Histograms<11> = Histograms::new("recourse_http_request_seconds", ("route", ROUTES));
    /// Requests refused because a limit was reached, by limit.
    LIMITED: Counters<4> = Counters::new("recourse_limited_total", "limit", ["api", "sign_in", "link", "upload"]);
    /// Inputs taken by the engine, by outcome.
    ENGINE_INPUTS: Counters<3> = Counters::new("recourse_engine_inputs_total", "outcome", ["done", "refused", "failed"]);
    /// Commits that met another version and were tried again.
    STORE_CONFLICTS: Counters<1> = Counters::single("recourse_store_conflicts_total");
    /// Time of a commit, until it is durable.
    COMMIT_SECONDS: Histogram = Histogram::new("recourse_store_commit_seconds");
    /// Sockets open now, by who holds them.
    SOCKETS: Gauges<4> = Gauges::new("recourse_sockets", "side", ["customer", "agent", "admin", "interpreter"]);
    /// Sealed recording segments.
    SEGMENTS: Counters<1> = Counters::single("recourse_recording_segments_total");
    /// Sealed recording bytes.
    SEGMENT_BYTES: Counters<1> = Counters::single("recourse_recording_bytes_total");
    /// Gaps in recordings.
    GAPS: Counters<1> = Counters::single("recourse_recording_gaps_total");
    /// Recordings that cannot be complete.
    RECORDINGS_FAILED: Counters<1> = Counters::single("recourse_recordings_failed_total");
    /// Tries to deliver, by what and outcome.
    DELIVERIES: Counters<8> = Counters::new("recourse_deliveries_total", "kind", ["webhook_done", "webhook_failed", "sms_done", "sms_failed", "email_done", "email_failed", "copy_done", "copy_failed"]);
    /// Time of one webhook, until its answer.
    WEBHOOK_SECONDS: Histogram = Histogram::new("recourse_webhook_seconds");
    /// Time from a customer's tap to both sides seeing each other, the wait for an agent included.
    TAP_TO_FACE_SECONDS: Histogram = Histogram::new("recourse_tap_to_face_seconds");
    /// Time from a decision to the finding of the second look that its customer waits for.
    REVIEW_SECONDS: Histogram = Histogram::new("recourse_review_seconds");
    /// Time from an audit entry to its place under a signed checkpoint.
    LOG_INCLUSION_SECONDS: Histogram = Histogram::new("recourse_log_inclusion_seconds");
    /// Checkpoints shown to witnesses, by what they answered.
    WITNESS_ANSWERS: Counters<3> = Counters::new("recourse_witness_answers_total", "outcome", ["signed", "refused", "failed"]);
}

/// Counts that only rise, one for each value of one label.
pub struct Counters<const N: usize> {
    name: &'static str,
    label: &'static str,
    values: [&'static str; N],
    counts: [AtomicU64; N],
}

impl<const N: usize> Counters<N> {
    const fn new(name: &'static str, label: &'static str, values: [&'static str; N]) -> Self {
        Self { name, label, values, counts: [const { AtomicU64::new(0) }; N] }
    }

    /// Adds to the count of a label value. One that is not in the list is not counted.
    pub fn add(&self, value: &str, by: u64) {
        debug_assert!(self.values.contains(&value), "{} has no {value}", self.name);
        if let Some(at) = self.values.iter().position(|v| *v == value) {
            self.counts[at].fetch_add(by, Relaxed);
        }
    }

    #[must_use]
    pub fn get(&self, value: &str) -> u64 {
        let at = self.values.iter().position(|v| *v == value);
        at.map_or(0, |at| self.counts[at].load(Relaxed))
    }

    fn write(&self, help: &str, out: &mut String) {
        head(self.name, help, "counter", out);
        for (value, count) in self.values.iter().zip(&self.counts) {
            line(self.name, self.label, value, count.load(Relaxed), out);
        }
    }
}

impl Counters<1> {
    const fn single(name: &'static str) -> Self {
        Self::new(name, "", [""])
    }

    pub fn inc(&self, by: u64) {
        self.counts[0].fetch_add(by, Relaxed);
    }
}

/// Counts that only rise, one for each pair of values of two labels.
pub struct Grid<const N: usize, const M: usize> {
    name: &'static str,
    rows: (&'static str, [&'static str; N]),
    columns: (&'static str, [&'static str; M]),
    counts: [[AtomicU64; M]; N],
}

impl<const N: usize, const M: usize> Grid<N, M> {
    const fn new(name: &'static str, rows: (&'static str, [&'static str; N]), columns: (&'static str, [&'static str; M])) -> Self {
        Self { name, rows, columns, counts: [const { [const { AtomicU64::new(0) }; M] }; N] }
    }

    fn at(&self, row: &str, column: &str) -> Option<&AtomicU64> {
        let row = self.rows.1.iter().position(|v| *v == row)?;
        let column = self.columns.1.iter().position(|v| *v == column)?;
        self.counts.get(row)?.get(column)
    }

    /// Adds to the count of a pair. One that is not in the lists is not counted.
    pub fn add(&self, row: &str, column: &str, by: u64) {
        let place = self.at(row, column);
        debug_assert!(place.is_some(), "{} has no {row}, {column}", self.name);
        if let Some(count) = place {
            count.fetch_add(by, Relaxed);
        }
    }

    #[must_use]
    pub fn get(&self, row: &str, column: &str) -> u64 {
        self.at(row, column).map_or(0, |count| count.load(Relaxed))
    }

    fn write(&self, help: &str, out: &mut String) {
        let Self { name, rows: (row_label, rows), columns: (column_label, columns), .. } = self;
        head(name, help, "counter", out);
        for (row, counts) in rows.iter().zip(&self.counts) {
            for (column, count) in columns.iter().zip(counts) {
                let _ = writeln!(out, "{name}{{{row_label}=\"{row}\",{column_label}=\"{column}\"}} {}", count.load(Relaxed));
            }
        }
    }
}

/// Numbers that rise and fall, one for each value of one label.
pub struct Gauges<const N: usize> {
    name: &'static str,
    label: &'static str,
    values: [&'static str; N],
    levels: [AtomicI64; N],
}

impl<const N: usize> Gauges<N> {
    const fn new(name: &'static str, label: &'static str, values: [&'static str; N]) -> Self {
        Self { name, label, values, levels: [const { AtomicI64::new(0) }; N] }
    }

    /// Counts one in until the guard is dropped, so that no path forgets to count it out.
    #[must_use]
    pub fn hold(&'static self, value: &str) -> Held {
        debug_assert!(self.values.contains(&value), "{} has no {value}", self.name);
        let level = self.values.iter().position(|v| *v == value).map(|at| &self.levels[at]);
        if let Some(level) = level {
            level.fetch_add(1, Relaxed);
        }
        Held(level)
    }

    #[must_use]
    pub fn get(&self, value: &str) -> i64 {
        let at = self.values.iter().position(|v| *v == value);
        at.map_or(0, |at| self.levels[at].load(Relaxed))
    }

    fn write(&self, help: &str, out: &mut String) {
        head(self.name, help, "gauge", out);
        for (value, level) in self.values.iter().zip(&self.levels) {
            line(self.name, self.label, value, level.load(Relaxed), out);
        }
    }
}

/// One counted in; dropping counts it out.
pub struct Held(Option<&'static AtomicI64>);

impl Drop for Held {
    fn drop(&mut self) {
        if let Some(level) = self.0 {
            level.fetch_sub(1, Relaxed);
        }
    }
}

/// Upper bounds in microseconds: from a commit on a fast disk to a webhook's timeout.
const BOUNDS: [(u64, &str); 13] = [
    (1_000, "0.001"),
    (5_000, "0.005"),
    (10_000, "0.01"),
    (25_000, "0.025"),
    (50_000, "0.05"),
    (100_000, "0.1"),
    (250_000, "0.25"),
    (500_000, "0.5"),
    (1_000_000, "1"),
    (2_000_000, "2"),
    (2_500_000, "2.5"),
    (5_000_000, "5"),
    (15_000_000, "15"),
];

/// Times, sorted into fixed buckets.
pub struct Histogram {
    name: &'static str,
    times: Times,
}

impl Histogram {
    const fn new(name: &'static str) -> Self {
        Self { name, times: Times::new() }
    }

    pub fn observe(&self, took: Duration) {
        self.times.observe(took);
    }

    fn write(&self, help: &str, out: &mut String) {
        head(self.name, help, "histogram", out);
        self.times.write(self.name, "", out);
    }
}

/// Times, one set of buckets for each value of one label.
pub struct Histograms<const N: usize> {
    name: &'static str,
    label: (&'static str, [&'static str; N]),
    times: [Times; N],
}

impl<const N: usize> Histograms<N> {
    const fn new(name: &'static str, label: (&'static str, [&'static str; N])) -> Self {
        Self { name, label, times: [const { Times::new() }; N] }
    }

    /// Adds a time. A label value that is not in the list is not counted.
    pub fn observe(&self, value: &str, took: Duration) {
        let at = self.label.1.iter().position(|v| *v == value);
        debug_assert!(at.is_some(), "{} has no {value}", self.name);
        if let Some(times) = at.and_then(|at| self.times.get(at)) {
            times.observe(took);
        }
    }

    fn write(&self, help: &str, out: &mut String) {
        head(self.name, help, "histogram", out);
        for (value, times) in self.label.1.iter().zip(&self.times) {
            times.write(self.name, &format!("{}=\"{value}\"", self.label.0), out);
        }
    }
}

struct Times {
    buckets: [AtomicU64; BOUNDS.len()],
    beyond: AtomicU64,
    micros: AtomicU64,
}

impl Times {
    const fn new() -> Self {
        Self { buckets: [const { AtomicU64::new(0) }; BOUNDS.len()], beyond: AtomicU64::new(0), micros: AtomicU64::new(0) }
    }

    fn observe(&self, took: Duration) {
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let at = BOUNDS.iter().position(|(bound, _)| micros <= *bound);
        at.map_or(&self.beyond, |at| &self.buckets[at]).fetch_add(1, Relaxed);
        self.micros.fetch_add(micros, Relaxed);
    }

    /// `label` is `name="value"`, or empty.
    fn write(&self, name: &str, label: &str, out: &mut String) {
        let (first, whole) = if label.is_empty() { (String::new(), String::new()) } else { (format!("{label},"), format!("{{{label}}}")) };
        let mut count = 0;
        for ((_, bound), bucket) in BOUNDS.iter().zip(&self.buckets) {
            count += bucket.load(Relaxed);
            let _ = writeln!(out, "{name}_bucket{{{first}le=\"{bound}\"}} {count}");
        }
        // Summed, not counted apart: a reader must never see a bucket above the whole.
        count += self.beyond.load(Relaxed);
        let micros = self.micros.load(Relaxed);
        let _ = writeln!(out, "{name}_bucket{{{first}le=\"+Inf\"}} {count}");
        let _ = writeln!(out, "{name}_sum{whole} {}.{:06}", micros / 1_000_000, micros % 1_000_000);
        let _ = writeln!(out, "{name}_count{whole} {count}");
    }
}

/// A line of a number that is asked for when it is read, such as one from the database.
pub fn gauge(name: &str, help: &str, value: impl std::fmt::Display, out: &mut String) {
    head(name, help, "gauge", out);
    line(name, "", "", value, out);
}

fn head(name: &str, help: &str, kind: &str, out: &mut String) {
    let _ = write!(out, "# HELP {name} {help}\n# TYPE {name} {kind}\n");
}

fn line(name: &str, label: &str, value: &str, number: impl std::fmt::Display, out: &mut String) {
    let _ = if label.is_empty() { writeln!(out, "{name} {number}") } else { writeln!(out, "{name}{{{label}=\"{value}\"}} {number}") };
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn counters_and_gauges_are_written_with_help_type_and_label() {
        let counters = Counters::new("a_total", "kind", ["x", "y"]);
        counters.add("y", 3);
        let mut out = String::new();
        counters.write("Help.", &mut out);
        assert_eq!(out, "# HELP a_total Help.\n# TYPE a_total counter\na_total{kind=\"x\"} 0\na_total{kind=\"y\"} 3\n");
        assert_eq!((counters.get("x"), counters.get("y"), counters.get("z")), (0, 3, 0));
    }

    #[test]
    fn what_is_held_is_counted_until_it_is_dropped() {
        static OPEN: Gauges<2> = Gauges::new("open", "side", ["a", "b"]);
        let (first, second) = (OPEN.hold("a"), OPEN.hold("a"));
        assert_eq!((OPEN.get("a"), OPEN.get("b")), (2, 0));
        drop(first);
        assert_eq!(OPEN.get("a"), 1);
        drop(second);
        assert_eq!(OPEN.get("a"), 0);
    }

    #[test]
    fn a_histogram_is_cumulative_and_its_bounds_are_inclusive() {
        let histogram = Histogram::new("h");
        for micros in [1_000, 1_001, 15_000_000, 15_000_001] {
            histogram.observe(Duration::from_micros(micros));
        }
        let mut out = String::new();
        histogram.write("H.", &mut out);
        for expected in [
            "h_bucket{le=\"0.001\"} 1\n",
            "h_bucket{le=\"0.005\"} 2\n",
            "h_bucket{le=\"5\"} 2\n",
            "h_bucket{le=\"15\"} 3\n",
            "h_bucket{le=\"+Inf\"} 4\n",
            "h_sum 30.002002\n",
            "h_count 4\n",
        ] {
            assert!(out.contains(expected), "{expected} in {out}");
        }
    }

    #[test]
    fn two_labels_make_a_line_for_each_pair_and_times_are_told_apart_by_theirs() {
        let grid = Grid::new("r_total", ("route", ["x", "y"]), ("status", ["2xx", "4xx"]));
        grid.add("y", "4xx", 2);
        let times = Histograms::new("t_seconds", ("route", ["x", "y"]));
        times.observe("x", Duration::from_millis(20));
        let mut out = String::new();
        grid.write("R.", &mut out);
        times.write("T.", &mut out);
        assert_eq!((grid.get("y", "4xx"), grid.get("x", "2xx")), (2, 0));
        for expected in [
            "r_total{route=\"x\",status=\"2xx\"} 0\n",
            "r_total{route=\"y\",status=\"4xx\"} 2\n",
            "t_seconds_bucket{route=\"x\",le=\"0.01\"} 0\n",
            "t_seconds_bucket{route=\"x\",le=\"0.025\"} 1\n",
            "t_seconds_sum{route=\"x\"} 0.020000\n",
            "t_seconds_count{route=\"y\"} 0\n",
        ] {
            assert!(out.contains(expected), "{expected} in {out}");
        }
    }

    #[test]
    fn the_page_holds_every_number_once_in_the_format_of_prometheus() {
        let page = render();
        assert_eq!(BTreeSet::from_iter(names()).len(), names().len());
        for name in names() {
            assert_eq!(page.matches(&format!("# TYPE {name} ")).count(), 1, "{name}");
        }
        for line in page.lines().filter(|line| !line.starts_with('#')) {
            let (name, number) = line.rsplit_once(' ').unwrap();
            assert!(name.starts_with("recourse_") && number.parse::<f64>().is_ok(), "{line}");
        }
    }
}

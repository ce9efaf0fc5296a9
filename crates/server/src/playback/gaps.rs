//! Why a recording has holes: what the segments say of lost packets, and what the log says of broken lines and stopped servers.
//! Must not know files.

use domain::ids::SessionId;
use domain::session::Seat;
use domain::time::Timestamp;
use media::{Gap, GapWhy, Kind};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use store::rows::AuditRow;
use wire::api::evidence::GapView;

/// The published word for what a segment says of a gap.
#[must_use]
pub const fn word(why: GapWhy) -> &'static str {
    match why {
        GapWhy::Network => "loss",
        GapWhy::Consumer => "recorder_full",
    }
}

/// The published word for a kind of media.
#[must_use]
pub const fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Audio => "audio",
        Kind::Video => "video",
    }
}

/// Every gap of a session, in the order of time.
#[must_use]
pub fn all(session: SessionId, started: Timestamp, found: &[(Seat, Kind, Gap)], log: &[AuditRow]) -> Vec<GapView> {
    let mut gaps: Vec<GapView> = found
        .iter()
        .map(|(seat, media, gap)| one(*seat, kind(*media), (Timestamp(gap.from_us), Timestamp(gap.to_us)), started, word(gap.why)))
        .collect();
    gaps.extend(logged(session, started, log));
    gaps.sort_by(|a, b| (a.from_ms, a.seat, &a.kind).cmp(&(b.from_ms, b.seat, &b.kind)));
    gaps
}

fn one(seat: Seat, kind: &str, (from, to): (Timestamp, Timestamp), started: Timestamp, why: &str) -> GapView {
    let ms = |at: Timestamp| u64::try_from(at.since(started).as_millis()).unwrap_or(0);
    GapView { seat: seat.into(), kind: kind.to_owned(), from_ms: ms(from), to_ms: ms(to), why: why.to_owned() }
}

#[derive(Deserialize)]
struct Told {
    session: SessionId,
    seat: Seat,
    kind: String,
    from: Timestamp,
    to: Timestamp,
    why: String,
}

#[derive(Deserialize)]
struct Broken {
    session: SessionId,
    seat: Seat,
}

#[derive(Deserialize)]
struct Over {
    session: SessionId,
}

fn read<T: DeserializeOwned>(row: &AuditRow) -> Option<T> {
    serde_json::from_value(row.entry.body.clone()).ok()
}

/// Gaps that no segment can tell of, because there was none: the server was down, or the line of a seat was.
fn logged(session: SessionId, started: Timestamp, log: &[AuditRow]) -> Vec<GapView> {
    let in_segments = [word(GapWhy::Network), word(GapWhy::Consumer)];
    let mut gaps = Vec::new();
    let mut open: Option<(Seat, Timestamp)> = None;
    for row in log {
        match row.entry.kind.as_str() {
            "recording_gap" => {
                if let Some(told) = read::<Told>(row).filter(|t| t.session == session && !in_segments.contains(&t.why.as_str())) {
                    gaps.push(one(told.seat, &told.kind, (told.from, told.to), started, &told.why));
                }
            }
            "session_interrupted" => {
                if let Some(broken) = read::<Broken>(row).filter(|b| b.session == session) {
                    open = Some((broken.seat, row.entry.at));
                }
            }
            "session_resumed" | "session_ended" if read::<Over>(row).is_some_and(|o| o.session == session) => {
                if let Some((seat, from)) = open.take() {
                    let span = (from, row.entry.at);
                    gaps.extend(["audio", "video"].map(|kind| one(seat, kind, span, started, "interrupted")));
                }
            }
            _ => {}
        }
    }
    gaps
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::audit::Entry;
    use domain::case::Fact;
    use domain::ids::{CaseId, EntryId, TenantId};
    use domain::session::EndedBy;

    const SESSION: SessionId = SessionId(7);

    fn row(seconds: i64, fact: &Fact) -> AuditRow {
        let (kind, body) = fact.parts();
        let (id, tenant) = (EntryId(1), TenantId(1));
        let entry = Entry {
            id,
            tenant,
            case: Some(CaseId(1)),
            case_version: 1,
            at: Timestamp(seconds * 1_000_000),
            actor: "system".to_owned(),
            kind,
            body,
            state_hash: None,
        };
        AuditRow { seq: seconds, idx: None, leaf: [0; 32], mac: None, entry }
    }

    fn told(session: SessionId, why: &str) -> Fact {
        let (from, to) = (Timestamp(20_000_000), Timestamp(26_000_000));
        Fact::RecordingGap { session, seat: Seat::Agent, kind: "video".to_owned(), from, to, why: why.to_owned() }
    }

    #[test]
    fn every_gap_is_told_once_with_its_own_reason() {
        let lost = Gap { from_us: 12_000_000, to_us: 12_500_000, packets: 9, why: GapWhy::Network };
        let full = Gap { from_us: 40_000_000, to_us: 42_000_000, packets: 9, why: GapWhy::Consumer };
        let found = [(Seat::Customer, Kind::Video, lost), (Seat::Agent, Kind::Audio, full)];
        let other = SessionId(8);
        let log = [
            row(12, &told(SESSION, "loss")),
            row(15, &Fact::SessionInterrupted { session: SESSION, seat: Seat::Customer }),
            row(16, &Fact::SessionInterrupted { session: other, seat: Seat::Agent }),
            row(18, &Fact::SessionResumed { session: SESSION, after_ms: 3_000 }),
            row(26, &told(SESSION, "server_stopped")),
            row(27, &told(other, "server_stopped")),
            row(42, &told(SESSION, "recorder_full")),
            row(50, &Fact::SessionInterrupted { session: SESSION, seat: Seat::Agent }),
            row(60, &Fact::SessionEnded { session: SESSION, by: EndedBy::Agent, talked_ms: 0 }),
        ];
        let gaps = all(SESSION, Timestamp(10_000_000), &found, &log);
        let said: Vec<(u64, u64, &str, &str)> = gaps.iter().map(|g| (g.from_ms, g.to_ms, g.kind.as_str(), g.why.as_str())).collect();
        assert_eq!(
            said,
            [
                (2_000, 2_500, "video", "loss"),
                (5_000, 8_000, "audio", "interrupted"),
                (5_000, 8_000, "video", "interrupted"),
                (10_000, 16_000, "video", "server_stopped"),
                (30_000, 32_000, "audio", "recorder_full"),
                (40_000, 50_000, "audio", "interrupted"),
                (40_000, 50_000, "video", "interrupted"),
            ]
        );
    }
}

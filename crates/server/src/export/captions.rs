//! What is burned into the composed picture: the time in UTC, whose side is whose, the steps as they happen.
//! Must not know how it is burned in.

use super::gather::Material;
use super::movie::{Input, SIZE};
use super::words;
use domain::session::Session;
use domain::time::{Span, Timestamp};
use std::fmt::Write as _;

/// A caption stays at least until the next one, and at most so long.
const STAYS_US: i64 = 6_000_000;

const STYLES: &str = "\
ScaledBorderAndShadow: yes

[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, Underline, StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, MarginV, Encoding
Style: Clock,Sans,24,&H00FFFFFF,&H00FFFFFF,&H00000000,&H00000000,1,0,0,0,100,100,0,0,1,0,0,3,12,16,16,1
Style: Step,Sans,24,&H00E9F5EF,&H00E9F5EF,&H00000000,&H00000000,0,0,0,0,100,100,0,0,1,0,0,1,16,420,16,1
Style: Seat,Sans,18,&H00FFFFFF,&H00FFFFFF,&H00000000,&H80000000,1,0,0,0,100,100,0,0,3,4,0,7,20,20,18,1

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
";

/// The captions of a session as a subtitle file.
pub(super) fn of(material: &Material, session: &Session, inputs: &[Input]) -> String {
    let length = inputs.iter().map(|i| i.offset_us + i.duration_us).max().unwrap_or(0);
    let start = session.started_at.0;
    let mut said = Vec::new();
    for entry in material.entries.values() {
        let at = entry.at.0 - start;
        if (0..length).contains(&at)
            && let Some(text) = words::caption(entry)
        {
            said.push((at, text));
        }
    }
    let (width, height) = SIZE;
    let mut text = format!("[Script Info]\nScriptType: v4.00+\nPlayResX: {width}\nPlayResY: {height}\n{STYLES}");
    let mut line = |from: i64, to: i64, style: &str, words: &str| {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "Dialogue: 0,{},{},{style},,0,0,0,,{}", clock(from), clock(to), plain(words));
    };
    line(0, length, "Seat", "Customer");
    let right = format!("{{\\pos({},{})}}", width / 2 + 16, 18);
    for (from, to) in seconds(start, length) {
        line(from, to, "Clock", &utc(Timestamp(start) + Span(from)));
    }
    for (n, (at, words)) in said.iter().enumerate() {
        let next = said.get(n + 1).map_or(length, |(next, _)| *next);
        line(*at, next.min(at + STAYS_US).max(at + 1), "Step", words);
    }
    let _ = writeln!(text, "Dialogue: 0,{},{},Seat,,0,0,0,,{right}Agent", clock(0), clock(length));
    text
}

/// Stretches in which the time in UTC shows the same second.
fn seconds(start: i64, length: i64) -> impl Iterator<Item = (i64, i64)> {
    const SECOND: i64 = 1_000_000;
    let first = SECOND - start.rem_euclid(SECOND);
    let mut from = 0;
    std::iter::from_fn(move || {
        let to = if from == 0 { first } else { from + SECOND };
        let stretch = (from, to.min(length));
        from = to;
        (stretch.0 < length).then_some(stretch)
    })
}

/// `2026-11-23 07:00:01 UTC`.
fn utc(at: Timestamp) -> String {
    let text = at.to_string();
    let (date, time) = text.split_once('T').unwrap_or((&text, ""));
    format!("{date} {} UTC", time.get(..8).unwrap_or(time))
}

/// A time in hundredths, as subtitles have them.
fn clock(us: i64) -> String {
    let hundredths = us / 10_000;
    format!("{}:{:02}:{:02}.{:02}", hundredths / 360_000, hundredths / 6_000 % 60, hundredths / 100 % 60, hundredths % 100)
}

/// Without the signs that mean something to the renderer.
fn plain(text: &str) -> String {
    text.chars().map(|c| if matches!(c, '{' | '}' | '\\' | '\n' | '\r') { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_turns_with_the_seconds_of_utc_and_not_with_those_of_the_session() {
        let start = Timestamp::parse("2026-11-23T07:00:01.25Z").unwrap();
        let all: Vec<_> = seconds(start.0, 2_000_000).collect();
        assert_eq!(all, [(0, 750_000), (750_000, 1_750_000), (1_750_000, 2_000_000)]);
        assert_eq!(utc(start), "2026-11-23 07:00:01 UTC");
        assert_eq!(utc(start + Span(all[1].0)), "2026-11-23 07:00:02 UTC");
        assert_eq!((clock(0), clock(3_661_230_000)), ("0:00:00.00".to_owned(), "1:01:01.23".to_owned()));
    }

    #[test]
    fn a_caption_cannot_give_orders_to_the_renderer() {
        assert_eq!(plain("a{\\pos(1,1)}b\nc"), "a  pos(1,1) b c");
    }
}

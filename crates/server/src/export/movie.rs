//! Both sides in one picture, by ffmpeg: side by side, with the time and the steps burned in. Runs only at an export.
//! Must not know cases; its files lie in a private folder and go with it.

use super::Private;
use rustix::process::{Pid, setpriority_process};
use std::fmt::Write as _;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use tokio::process::{Child, Command};

/// Size of the picture; the strip below the two sides holds the captions.
pub(super) const SIZE: (u32, u32) = (1280, 540);
/// Size of a side, and its distance from the edge.
const SIDE: (u32, u32) = (624, 468);
const EDGE: u32 = 8;
/// Most files that are composed: each change of a picture's size begins one.
const MAX_INPUTS: usize = 64;
/// Longest session that is composed.
const MAX_US: i64 = 3 * 3_600 * 1_000_000;
/// Beside the session's own length, twice.
const AT_LEAST: Duration = Duration::from_secs(60);

/// A track; it lies in the footage's folder.
pub(super) struct Input {
    pub seat: String,
    /// After the start of the session.
    pub offset_us: i64,
    pub duration_us: i64,
    pub picture: bool,
    pub sound: bool,
}

/// The tracks of a session in a private folder, `name(n)` the n-th.
pub(super) struct Footage {
    pub folder: Private,
    pub inputs: Vec<Input>,
}

impl Footage {
    /// A folder with room for so many bytes of tracks and what is made of them; else the reason.
    pub fn make(bytes: u64) -> Result<Self, String> {
        Ok(Self { folder: Private::make(bytes.saturating_mul(3)).map_err(broken)?, inputs: Vec::new() })
    }

    /// Where the next track goes.
    pub fn next(&self) -> PathBuf {
        self.folder.path().join(name(self.inputs.len()))
    }
}

fn broken(error: std::io::Error) -> String {
    format!("no room for ffmpeg's files: {error}")
}

/// The composed picture; its folder goes with it.
pub(super) struct Film {
    pub file: File,
    _folder: Private,
}

/// Whether ffmpeg is there and can what is needed; else the reason, as a sentence for people.
pub(super) async fn tools(ffmpeg: &Path) -> Result<(), String> {
    for (list, wanted) in [("-filters", ["ass", "overlay", "amix"].as_slice()), ("-encoders", ["libx264", "aac"].as_slice())] {
        let run = Command::new(ffmpeg).args(["-hide_banner", "-nostdin", list]).stdin(Stdio::null()).kill_on_drop(true).output();
        let said = tokio::time::timeout(Duration::from_secs(20), run).await;
        let Ok(Ok(said)) = said else { return Err("ffmpeg was not at hand at the export".to_owned()) };
        let text = String::from_utf8_lossy(&said.stdout).into_owned();
        let has = |name: &str| text.lines().any(|line| line.split_whitespace().nth(1) == Some(name));
        if let Some(lacking) = wanted.iter().find(|name| !has(name)) {
            return Err(format!("the ffmpeg at hand has no {lacking}"));
        }
    }
    Ok(())
}

/// Composes the tracks. Bounded in time: a minute and twice the session's length.
pub(super) async fn compose(ffmpeg: &Path, footage: Footage, captions: &str) -> Result<Film, String> {
    let Footage { folder, inputs } = footage;
    if inputs.len() > MAX_INPUTS {
        return Err(format!("the recording has {} pieces; at most {MAX_INPUTS} are composed", inputs.len()));
    }
    let length_us = inputs.iter().map(|i| i.offset_us + i.duration_us).max().unwrap_or(0);
    if !(1..=MAX_US).contains(&length_us) {
        return Err("the session is longer than three hours".to_owned());
    }
    fs::write(folder.path().join("captions.ass"), captions).map_err(broken)?;
    let limit = AT_LEAST + Duration::from_micros(u64::try_from(length_us).unwrap_or(0)) * 2;
    let run = Command::new(ffmpeg)
        .args(arguments(&inputs, length_us))
        .current_dir(folder.path())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn();
    let run = run.map_err(|error| format!("ffmpeg did not start: {error}"))?;
    yield_to_calls(&run);
    match tokio::time::timeout(limit, run.wait_with_output()).await {
        Err(_) => return Err(format!("ffmpeg took longer than {} s", limit.as_secs())),
        Ok(Err(error)) => return Err(format!("ffmpeg did not start: {error}")),
        Ok(Ok(said)) if !said.status.success() => {
            tracing::warn!(error = %String::from_utf8_lossy(&said.stderr), "ffmpeg failed");
            return Err("ffmpeg could not compose it".to_owned());
        }
        Ok(Ok(_)) => {}
    }
    let file = File::open(folder.path().join("film.mp4")).map_err(broken)?;
    Ok(Film { file, _folder: folder })
}

/// Composing has all the time in the world, a packet has not. Before the first thread is made, as a rule; one that ran
/// ahead costs precedence and nothing else.
fn yield_to_calls(run: &Child) {
    let id = run.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
    if let Some(Err(error)) = id.map(|id| setpriority_process(Some(id), 19)) {
        tracing::debug!(%error, "ffmpeg runs with the same precedence as everything");
    }
}

fn name(n: usize) -> String {
    format!("track-{n}")
}

fn seconds(us: i64) -> String {
    format!("{}.{:06}", us.max(0) / 1_000_000, us.max(0) % 1_000_000)
}

fn arguments(inputs: &[Input], length_us: i64) -> Vec<String> {
    let (width, height) = SIZE;
    let mut list: Vec<String> = ["-hide_banner", "-nostdin", "-loglevel", "error", "-y", "-f", "lavfi"].map(str::to_owned).to_vec();
    let length = seconds(length_us);
    list.extend(["-t".to_owned(), length.clone(), "-i".to_owned(), format!("color=c=0x10151d:s={width}x{height}:r=15")]);
    for (n, input) in inputs.iter().enumerate() {
        list.extend(["-itsoffset".to_owned(), seconds(input.offset_us), "-i".to_owned(), name(n)]);
    }
    let sound = inputs.iter().any(|i| i.sound);
    list.extend(["-filter_complex".to_owned(), filters(inputs), "-map".to_owned(), "[film]".to_owned()]);
    if sound {
        list.extend(["-map", "[sound]", "-c:a", "aac", "-b:a", "96k", "-ac", "1"].map(str::to_owned));
    }
    list.extend(
        ["-c:v", "libx264", "-preset", "veryfast", "-crf", "26", "-pix_fmt", "yuv420p", "-r", "15", "-threads", "2"].map(str::to_owned),
    );
    list.extend(["-fflags", "+bitexact", "-movflags", "+faststart", "-t"].map(str::to_owned));
    list.extend([length, "film.mp4".to_owned()]);
    list
}

/// Each picture is laid over the ground at its time, the customer's left and the others' right.
fn filters(inputs: &[Input]) -> String {
    let (width, height) = SIDE;
    let mut text = "[0:v]null[g0]".to_owned();
    let mut ground = 0;
    let mut voices = String::new();
    let mut count = 0;
    for (n, input) in inputs.iter().enumerate() {
        let file = n + 1;
        // Writing to a string cannot fail.
        if input.picture {
            let left = if input.seat == "customer" { EDGE } else { SIZE.0 - EDGE - width };
            let _ = write!(
                text,
                ";[{file}:v]scale={width}:{height}:force_original_aspect_ratio=decrease,setsar=1[v{n}];\
                 [g{ground}][v{n}]overlay=x={left}+({width}-w)/2:y={EDGE}+({height}-h)/2:eof_action=pass:repeatlast=0[g{next}]",
                next = ground + 1
            );
            ground += 1;
        }
        if input.sound {
            let _ = write!(text, ";[{file}:a]aresample=48000:async=1:first_pts=0[a{n}]");
            let _ = write!(voices, "[a{n}]");
            count += 1;
        }
    }
    let _ = write!(text, ";[g{ground}]ass=captions.ass[film]");
    if count > 0 {
        let _ = write!(text, ";{voices}amix=inputs={count}:duration=longest:normalize=0[sound]");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input(seat: &str, offset_us: i64, sound: bool) -> Input {
        Input { seat: seat.to_owned(), offset_us, duration_us: 2_000_000, picture: true, sound }
    }

    #[test]
    fn every_track_has_its_side_its_time_and_its_voice() {
        let inputs = [input("customer", 500_000, true), input("agent", 0, true), input("agent", 2_000_000, false)];
        let list = arguments(&inputs, 4_000_000);
        let all = list.join(" ");
        assert!(all.contains("-itsoffset 0.500000 -i track-0 -itsoffset 0.000000 -i track-1 -itsoffset 2.000000 -i track-2"));
        assert!(all.contains("overlay=x=8+(624-w)/2") && all.contains("overlay=x=648+(624-w)/2"));
        assert!(all.contains("[a0][a1]amix=inputs=2") && all.contains("[g3]ass=captions.ass[film]"));
    }

    #[tokio::test]
    async fn a_program_that_is_not_there_is_a_reason_and_not_a_fault() {
        assert_eq!(tools(Path::new("/nowhere/ffmpeg")).await, Err("ffmpeg was not at hand at the export".to_owned()));
        assert_eq!(tools(Path::new("/bin/true")).await, Err("the ffmpeg at hand has no ass".to_owned()));
        let composed =
            compose(Path::new("/bin/false"), Footage { inputs: vec![input("agent", 0, false)], ..Footage::make(1).unwrap() }, "").await;
        assert_eq!(composed.err().as_deref(), Some("ffmpeg could not compose it"));
    }
}

//! Real encoded sound and pictures for tests, made by ffmpeg when it is there. It must not know rooms.

use std::path::PathBuf;
use std::process::Command;

/// Encoded frames with their time in milliseconds.
pub type Clip = Vec<(u64, Vec<u8>)>;

/// False when there is no ffmpeg and that is allowed.
pub fn has_ffmpeg() -> bool {
    let found = Command::new("ffprobe").arg("-version").output().is_ok();
    let required = std::env::var("RECOURSE_REQUIRE_FFMPEG").is_ok_and(|v| v == "1");
    assert!(found || !required, "ffprobe is not on the path");
    found
}

pub fn dir() -> PathBuf {
    let dir = std::env::temp_dir().join(format!("recourse-media-{}", std::process::id()));
    std::fs::create_dir_all(&dir).unwrap();
    dir
}

fn ffmpeg(args: &[&str], file: &str) -> Vec<u8> {
    let path = dir().join(file);
    let output = Command::new("ffmpeg").args(["-v", "error", "-y"]).args(args).arg(&path).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    std::fs::read(path).unwrap()
}

fn flashes(size: &str) -> String {
    format!(
        "color=black:s={size}:r=30:d=6,drawbox=w=iw:h=ih:color=white:t=fill:enable='lt(mod(t,1),0.1)',\
         drawbox=x=0:y=0:w=20:h=20:color=red:t=fill"
    )
}

/// White for 0.1 s at every full second; a key frame every second.
pub fn vp8(size: &str, name: &str) -> Clip {
    let source = flashes(size);
    let ivf = ffmpeg(
        &["-f", "lavfi", "-i", &source, "-c:v", "libvpx", "-b:v", "300k", "-deadline", "realtime", "-g", "30"],
        &format!("{name}.ivf"),
    );
    let mut clip = Vec::new();
    let mut rest = &ivf[32..];
    while let Some((head, body)) = rest.split_first_chunk::<12>() {
        let len = u32::from_le_bytes(head[..4].try_into().unwrap()) as usize;
        let number = u64::from_le_bytes(head[4..].try_into().unwrap());
        clip.push((number * 1000 / 30, body[..len].to_vec()));
        rest = &body[len..];
    }
    clip
}

/// As [`vp8`] in H.264: access units as lists of NAL units, each behind a four-byte length.
pub fn h264(size: &str, name: &str) -> Vec<(u64, Vec<Vec<u8>>)> {
    let source = flashes(size);
    let annex_b = ffmpeg(
        &[
            "-f",
            "lavfi",
            "-i",
            &source,
            "-c:v",
            "libx264",
            "-profile:v",
            "baseline",
            "-pix_fmt",
            "yuv420p",
            "-g",
            "30",
            "-bsf:v",
            "h264_metadata=aud=insert",
            "-f",
            "h264",
        ],
        &format!("{name}.h264"),
    );
    let mut nals: Vec<Vec<u8>> = Vec::new();
    let mut at = 0;
    let mut begin = None;
    while at + 3 <= annex_b.len() {
        if annex_b[at..at + 3] == [0, 0, 1] {
            if let Some(b) = begin {
                nals.push(trim(&annex_b[b..at]));
            }
            begin = Some(at + 3);
            at += 3;
        } else {
            at += 1;
        }
    }
    nals.push(trim(&annex_b[begin.unwrap()..]));
    let mut clip: Vec<(u64, Vec<Vec<u8>>)> = Vec::new();
    for nal in nals {
        if nal[0] & 0x1f == 9 {
            clip.push((clip.len() as u64 * 1000 / 30, Vec::new()));
        } else {
            clip.last_mut().unwrap().1.push(nal);
        }
    }
    clip
}

fn trim(nal: &[u8]) -> Vec<u8> {
    let end = nal.iter().rposition(|b| *b != 0).map_or(0, |i| i + 1);
    nal[..end].to_vec()
}

/// A tone for 0.1 s at every full second.
pub fn opus() -> Clip {
    let source = "aevalsrc=0.8*sin(2*PI*1000*t)*lt(mod(t\\,1)\\,0.1):s=48000:d=6";
    let ogg = ffmpeg(&["-f", "lavfi", "-i", source, "-c:a", "libopus", "-b:a", "32k", "-frame_duration", "20"], "beep.ogg");
    let mut packets = Vec::new();
    let mut packet = Vec::new();
    let mut at = 0;
    while at + 27 <= ogg.len() {
        let count = usize::from(ogg[at + 26]);
        let sizes = ogg[at + 27..at + 27 + count].to_vec();
        let mut body = at + 27 + count;
        for size in sizes {
            packet.extend_from_slice(&ogg[body..body + usize::from(size)]);
            body += usize::from(size);
            if size < 255 {
                packets.push(std::mem::take(&mut packet));
            }
        }
        at = body;
    }
    // Two header packets come first.
    let sound = packets.into_iter().skip(2).enumerate();
    sound.map(|(i, p)| (i as u64 * 20, p)).collect()
}

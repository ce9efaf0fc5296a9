//! `recourse profiles`: what each jurisdiction asks, with its source and how sure that is; and whether a file is fit.
//! Must not know a server: it reads what is inside the program.

use super::say;
use anyhow::{Context, Result, bail};
use clap::Args;
use domain::jurisdiction::{Certainty, Line, PROFILES, Profile, Rules, profile};
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

/// Largest file that is read: the longest built-in one has 15 KiB.
const MAX_FILE: u64 = 1024 * 1024;

#[derive(Args)]
pub struct ProfilesArgs {
    /// Code of one profile, such as DE; without it, all in short.
    code: Option<String>,
    /// Check a profile's file instead: exit 0 if it is fit, 1 and every fault if not.
    #[arg(long, value_name = "FILE", conflicts_with = "code")]
    check: Option<PathBuf>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

pub fn run(args: &ProfilesArgs) -> Result<ExitCode> {
    if let Some(path) = &args.check {
        return check(path, args.json);
    }
    match &args.code {
        Some(code) => {
            let known: Vec<&str> = PROFILES.iter().map(|p| p.code.as_str()).collect();
            let found = profile(code).with_context(|| format!("no profile {code:?}; there are {}", known.join(", ")))?;
            if args.json { json(&[found]) } else { say(&whole(found)) }
        }
        None if args.json => json(&PROFILES.iter().collect::<Vec<_>>()),
        None => say(&table()),
    }
}

fn json(profiles: &[&Profile]) -> Result<ExitCode> {
    let all: Vec<_> = profiles.iter().map(|p| crate::views::profiles::detail(p, &Rules::default())).collect();
    say(&serde_json::to_string_pretty(&all)?)
}

fn check(path: &std::path::Path, json: bool) -> Result<ExitCode> {
    let size = std::fs::metadata(path).with_context(|| format!("{} cannot be read", path.display()))?.len();
    if size > MAX_FILE {
        bail!("{} has {size} bytes; a profile has at most {MAX_FILE}", path.display());
    }
    let text = std::fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?;
    match Profile::parse(&text) {
        Ok(fit) if json => self::json(&[&fit]),
        Ok(fit) => say(&format!("fit: {} ({}), version {}, {} lines", fit.code, fit.name, fit.version, fit.lines.len())),
        Err(faults) => {
            for fault in faults {
                let of = if fault.line.is_empty() { "profile" } else { &fault.line };
                writeln!(std::io::stdout(), "{of}: {}", fault.what)?;
            }
            Ok(ExitCode::FAILURE)
        }
    }
}

fn table() -> String {
    let mut out =
        format!("{:<9}{:<26}{:>8}{:>7}{:>11}{:>7}{:>11}  source", "code", "name", "version", "lines", "mandatory", "read", "secondary");
    for p in PROFILES.iter() {
        let sure = |c: Certainty| p.lines.iter().filter(|l| l.mandatory && l.certainty == c).count();
        let must = p.lines.iter().filter(|l| l.mandatory).count();
        let _ = write!(
            out,
            "\n{:<9}{:<26}{:>8}{:>7}{must:>11}{:>7}{:>11}  {}",
            p.code,
            p.name,
            p.version,
            p.lines.len(),
            sure(Certainty::Read),
            sure(Certainty::Secondary),
            p.source
        );
    }
    out.push_str("\n\n\"read\" and \"secondary\" count mandatory lines whose source was read itself, or in somebody else's account.");
    out
}

fn whole(p: &Profile) -> String {
    let mut out = format!("{} – {}, version {} of {}\n{}\nfile sha256 {}\n", p.code, p.name, p.version, p.effective, p.source, p.sha256);
    for (title, mandatory) in [("Mandatory", true), ("Advice (an operator may make it mandatory)", false)] {
        let _ = write!(out, "\n{title}\n");
        for line in p.lines.iter().filter(|l| l.mandatory == mandatory) {
            out.push_str(&one(line));
        }
    }
    out
}

fn one(line: &Line) -> String {
    let numbers: Vec<String> = line.ask.values().iter().map(|v| format!("{} {}", v.name.replace('_', " "), v.is)).collect();
    let numbers = if numbers.is_empty() { String::new() } else { format!(" ({})", numbers.join(", ")) };
    let sure = match line.certainty {
        Certainty::Read => "read in the source",
        Certainty::Secondary => "from a secondary source",
        Certainty::General => "general knowledge",
        Certainty::NotVerified => "not verified",
    };
    let who = if line.ask.declared() { "; the operator declares it" } else { "" };
    let note = if line.note.is_empty() { String::new() } else { format!("      {}\n", line.note) };
    format!("  {}{numbers}\n      {}; {}; {sure}{who}\n{note}", line.title, line.id, line.cited())
}

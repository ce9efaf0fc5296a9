//! Fonts for what the program's own cannot show, from where systems keep them. Must not know what is written with them.

use report::{Document, Fonts, ReportFault};
use std::fs;
use std::path::{Path, PathBuf};

const PLACES: [&str; 3] = ["/usr/share/fonts", "/usr/local/share/fonts", "/usr/share/recourse/fonts"];
/// Most files looked at, and how deep folders lie.
const MAX_FILES: usize = 4_000;
const MAX_DEPTH: usize = 4;
/// Largest file read: collections for Chinese, Japanese and Korean have twenty million.
const MAX_BYTES: u64 = 40 * 1024 * 1024;
/// Most fonts added to a report.
const MAX_ADDED: usize = 12;

/// The program's fonts, and those of this machine that show what they cannot.
///
/// # Errors
/// Fonts of ours that cannot be read.
pub(super) fn for_document(document: &Document) -> Result<Fonts, ReportFault> {
    let mut fonts = Fonts::bundled()?;
    let mut missing = fonts.missing(report::texts(document));
    if missing.is_empty() {
        return Ok(fonts);
    }
    let mut files = Vec::new();
    for place in PLACES {
        look(Path::new(place), 0, &mut files);
    }
    // The plain faces of the family whose Latin is used, small files first; the same order on every run.
    files.sort_by_key(|(path, bytes)| (!preferred(path), *bytes, path.clone()));
    let mut added = 0;
    for (path, _) in files {
        if missing.is_empty() || added == MAX_ADDED {
            break;
        }
        let Ok(bytes) = fs::read(&path) else { continue };
        // Tried apart first: a font that helps nothing would only be carried along.
        let mut trial = Fonts::none();
        if !trial.add(bytes.clone()) || trial.missing_of(&missing).len() == missing.len() {
            continue;
        }
        if fonts.add(bytes) {
            added += 1;
            missing = fonts.missing_of(&missing);
        }
    }
    Ok(fonts)
}

fn preferred(path: &Path) -> bool {
    path.file_name().and_then(|name| name.to_str()).is_some_and(|name| name.starts_with("NotoSans") && !name.starts_with("NotoSansMono"))
}

fn look(folder: &Path, depth: usize, files: &mut Vec<(PathBuf, u64)>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        let Ok(about) = entry.metadata() else { continue };
        if about.is_dir() && depth < MAX_DEPTH {
            look(&path, depth + 1, files);
        }
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
        let font = [".ttf", ".otf", ".ttc"].iter().any(|end| name.ends_with(end));
        let plain = !["Bold", "Italic", "Oblique", "Light", "Thin", "Black", "Condensed"].iter().any(|style| name.contains(style));
        if about.is_file() && font && plain && about.len() <= MAX_BYTES && files.len() < MAX_FILES {
            files.push((path, about.len()));
        }
    }
}

//! What entries name by hash or commit to: images, drawings, consents, texts. Each is there and is the one.
//! Must not know what they show.

use super::Ground;
use super::entries::Log;
use crate::Fault;
use crate::manifest::{ImageLine, TextLine};
use domain::audit::Entry;
use domain::digest::Digest;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Seek};

pub(super) struct Named {
    pub images: usize,
    pub drawings: usize,
    pub opened: usize,
    pub unopened: usize,
    pub consents: usize,
}

/// Length of the salt before a text.
const SALT: usize = 16;

pub(super) fn check<R: Read + Seek>(ground: &Ground<R>, log: &Log) -> Result<Named, Fault> {
    let images = images(ground, log, &["image_reported", "still_taken"], "evidence", |m| &m.images, "images/")?;
    let drawings = images_of_drawings(ground, log)?;
    let consents = consents(ground, log)?;
    let opened = texts(ground, log)?;
    let committed = log.entries.values().filter(|e| commitment(e).is_some()).count();
    Ok(Named { images, drawings, opened, unopened: committed.saturating_sub(opened), consents })
}

fn images_of_drawings<R: Read + Seek>(ground: &Ground<R>, log: &Log) -> Result<usize, Fault> {
    images(ground, log, &["drawing_kept"], "drawing", |m| &m.drawings, "drawings/")
}

/// Every file that such an entry names is there with its hash, and every such file is named.
fn images<R: Read + Seek>(
    ground: &Ground<R>,
    log: &Log,
    kinds: &[&str],
    key: &str,
    lines: impl Fn(&crate::Manifest) -> &Vec<ImageLine>,
    folder: &str,
) -> Result<usize, Fault> {
    let mut named: BTreeMap<String, (u64, Digest)> = BTreeMap::new();
    for (index, entry) in log.entries.iter().filter(|(_, e)| kinds.contains(&e.kind.as_str())) {
        let id = text_of(entry, key);
        let hash = text_of(entry, "sha256").as_deref().and_then(Digest::parse);
        let (Some(id), Some(hash)) = (id, hash) else {
            return Err(Fault::new("damaged", format!("entry {index}"), "names no file"));
        };
        named.insert(id, (*index, hash));
    }
    let mut paths = BTreeSet::new();
    for line in lines(&ground.manifest) {
        let Some((index, hash)) = named.remove(&line.evidence.to_string()) else {
            return Err(Fault::new("extra", &line.path, "is named by no entry of the log"));
        };
        if ground.hash(&line.path)? != hash {
            return Err(Fault::new("changed", &line.path, format!("is not the one that entry {index} names")));
        }
        paths.insert(line.path.as_str());
    }
    if let Some((id, (index, _))) = named.into_iter().next() {
        return Err(Fault::new("missing", id, format!("is named by entry {index}, but not in the pack")));
    }
    none_beside(ground, folder, &paths)?;
    Ok(paths.len())
}

/// Files of a folder that nothing speaks of would look proven, and are not.
fn none_beside<R: Read + Seek>(ground: &Ground<R>, folder: &str, known: &BTreeSet<&str>) -> Result<(), Fault> {
    match ground.manifest.files.iter().find(|f| f.path.starts_with(folder) && !known.contains(f.path.as_str())) {
        Some(file) => Err(Fault::new("extra", &file.path, "is spoken of by nothing")),
        None => Ok(()),
    }
}

fn consents<R: Read + Seek>(ground: &Ground<R>, log: &Log) -> Result<usize, Fault> {
    let mut paths = BTreeSet::new();
    for TextLine { entry, path, .. } in &ground.manifest.consents {
        let said = entry_of(log, *entry, path)?;
        let hash = text_of(said, "text_sha256").as_deref().and_then(Digest::parse);
        if said.kind != "consent_given" || hash != Some(ground.hash(path)?) {
            return Err(Fault::new("changed", path, format!("is not the text that entry {entry} tells of")));
        }
        paths.insert(path.as_str());
    }
    let given = log.entries.values().filter(|e| e.kind == "consent_given").count();
    if given != paths.len() {
        return Err(Fault::new("missing", "consents", format!("{given} were given, {} are in the pack", paths.len())));
    }
    none_beside(ground, "consents/", &paths)?;
    Ok(paths.len())
}

/// How many commitments open.
fn texts<R: Read + Seek>(ground: &Ground<R>, log: &Log) -> Result<usize, Fault> {
    let mut paths = BTreeSet::new();
    for TextLine { entry, path, .. } in &ground.manifest.texts {
        let said = entry_of(log, *entry, path)?;
        let long = ground.manifest.file(path).is_some_and(|f| f.size >= SALT as u64);
        if !long || commitment(said) != Some(ground.hash(path)?) {
            return Err(Fault::new("changed", path, format!("is not what entry {entry} commits to")));
        }
        paths.insert(path.as_str());
    }
    none_beside(ground, "texts/", &paths)?;
    Ok(paths.len())
}

/// A decision calls its commitment by what it is made of.
fn commitment(entry: &Entry) -> Option<Digest> {
    ["commitment", "note"].iter().find_map(|key| Digest::parse(&text_of(entry, key)?))
}

fn entry_of<'a>(log: &'a Log, index: u64, path: &str) -> Result<&'a Entry, Fault> {
    log.entries.get(&index).ok_or_else(|| Fault::new("incomplete", path, format!("belongs to entry {index}, which is not in the pack")))
}

pub(super) fn text_of(entry: &Entry, key: &str) -> Option<String> {
    entry.body.get(key)?.as_str().map(str::to_owned)
}

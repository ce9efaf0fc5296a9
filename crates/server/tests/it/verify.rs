//! `recourse verify`: an untouched folder passes; whatever is changed, removed or moved is named.
#![expect(clippy::unwrap_used, reason = "a test ends where its ground gives way")]

use crate::folder::{Folder, TORN};
use crate::pages::Pages;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use server::images::Version;
use server::verify::{Fault, Report, verify};
use std::fs;
use std::future::Future;
use std::ops::Range;
use std::path::{Path, PathBuf};

fn block_on<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap().block_on(work)
}

/// What verify says of the folder while `path` holds `bytes`; the file is as before afterwards.
fn with(folder: &Folder, path: &Path, bytes: &[u8]) -> Result<Report, Fault> {
    let before = fs::read(path).unwrap();
    fs::write(path, bytes).unwrap();
    let said = block_on(verify(&folder.path));
    fs::write(path, before).unwrap();
    said
}

/// The same for an edit of the database.
fn edited(folder: &Folder, edit: impl FnOnce(&mut Pages)) -> Result<Report, Fault> {
    let path = folder.path.join("recourse.db");
    let before = fs::read(&path).unwrap();
    let mut pages = Pages::open(&path);
    edit(&mut pages);
    pages.write();
    let said = block_on(verify(&folder.path));
    fs::write(path, before).unwrap();
    said
}

/// The records of a part file: where each lies.
fn records(bytes: &[u8]) -> Vec<Range<usize>> {
    let mut all = Vec::new();
    let mut at = 0;
    while let Some(head) = bytes[at..].first_chunk::<4>() {
        let end = at + 4 + u32::from_be_bytes(*head) as usize;
        if end > bytes.len() {
            break;
        }
        all.push(at..end);
        at = end;
    }
    all
}

/// Every record of the folder: its file, where it lies, and how a fault must name it.
fn segments(folder: &Folder) -> Vec<(PathBuf, Range<usize>, String)> {
    let mut all = Vec::new();
    for recording in [folder.done, folder.live] {
        let mut index = 0;
        for part in folder.parts(recording) {
            for record in records(&fs::read(&part).unwrap()) {
                all.push((part.clone(), record, format!("segment {index} of session {} of case {} ", recording.1, recording.0)));
                index += 1;
            }
        }
    }
    all
}

fn runner(cases: u32) -> TestRunner {
    TestRunner::new(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(cases) })
}

fn says(said: Result<Report, Fault>, expected: &str) {
    let fault = said.expect_err(expected).to_string();
    assert!(fault.contains(expected), "{fault:?} does not name {expected:?}");
}

#[test]
fn an_untouched_folder_passes_twice_and_is_left_as_it_was() {
    let folder = block_on(Folder::make());
    let before = fs::read(folder.path.join("recourse.db")).unwrap();
    let report = block_on(verify(&folder.path)).unwrap();
    assert_eq!(report, block_on(verify(&folder.path)).unwrap());
    assert_eq!(before, fs::read(folder.path.join("recourse.db")).unwrap());
    assert_eq!((report.entries, report.pending), (folder.placed, 2));
    assert!(report.checkpoints >= 3, "{report}");
    assert_eq!((report.cases, report.items, report.recordings, report.segments), (2, 4, 2, 13));
    assert!(report.warnings.is_empty(), "{report}");
    assert!(report.to_string().contains("everything fits"));
}

#[test]
fn a_folder_is_proven_while_a_server_holds_it() {
    let folder = block_on(Folder::make());
    let url = format!("sqlite:{}", folder.path.join("recourse.db").display());
    block_on(async {
        let store = store::open(&url, store::Options::default()).await.unwrap();
        assert!(store::open(&url, store::Options::default()).await.is_err(), "the server is alone in writing");
        let report = verify(&folder.path).await.unwrap();
        assert_eq!(report.entries, folder.placed);
        store.close().await.unwrap();
    });
}

#[test]
fn any_changed_byte_of_any_segment_is_named() {
    let folder = block_on(Folder::make());
    let all = segments(&folder);
    assert_eq!(all.len(), 13);
    let change = (any::<prop::sample::Index>(), any::<prop::sample::Index>(), 1u8..=255);
    runner(60)
        .run(&change, |(which, at, by)| {
            let (path, record, name) = which.get(&all);
            let mut bytes = fs::read(path).unwrap();
            bytes[record.start + at.index(record.len())] ^= by;
            let fault = with(&folder, path, &bytes).unwrap_err().to_string();
            prop_assert!(fault.contains(name.as_str()), "{} does not name {}", fault, name);
            Ok(())
        })
        .unwrap();
}

#[test]
fn any_changed_byte_of_any_image_is_named() {
    let folder = block_on(Folder::make());
    let versions = [(Version::Original, "original"), (Version::Shown, "shown")];
    let change = (any::<prop::sample::Index>(), prop::sample::select(versions.to_vec()), any::<prop::sample::Index>(), 1u8..=255);
    runner(40)
        .run(&change, |(which, (version, word), at, by)| {
            let image = *which.get(&folder.images);
            let path = folder.image(image, version);
            let mut bytes = fs::read(&path).unwrap();
            let at = at.index(bytes.len());
            bytes[at] ^= by;
            let fault = with(&folder, &path, &bytes).unwrap_err().to_string();
            let name = format!("image {} ({word}) of case {}", image.1, image.0);
            prop_assert!(fault.contains(&name), "{} does not name {}", fault, name);
            Ok(())
        })
        .unwrap();
}

#[test]
fn any_changed_byte_of_any_column_of_any_audit_row_is_named() {
    let folder = block_on(Folder::make());
    let change = (any::<prop::sample::Index>(), any::<prop::sample::Index>(), 1u8..=255);
    runner(120)
        .run(&change, |(which, at, by)| {
            let index = which.index(folder.entries.len());
            let said = edited(&folder, |pages| {
                let row = pages.row(&folder.entries[index]);
                pages.flip(&row, at.index(row.values.len()), by);
            });
            let fault = said.unwrap_err().to_string();
            let named = [format!("audit entry {index}:"), format!("audit entry {index} ")].iter().any(|name| fault.starts_with(name));
            prop_assert!(named, "{} does not name entry {} ({})", fault, index, folder.entries[index]);
            Ok(())
        })
        .unwrap();
}

#[test]
fn removed_and_exchanged_audit_rows_are_named() {
    let folder = block_on(Folder::make());
    let placed = usize::try_from(folder.placed).unwrap();
    for index in [0, 1, placed / 2, placed - 2, placed] {
        let said = edited(&folder, |pages| {
            let row = pages.row(&folder.entries[index]);
            pages.delete(&row);
        });
        says(said, &format!("audit entry {index}"));
    }
    let last = edited(&folder, |pages| pages.delete(&pages.row(&folder.entries[placed - 1])));
    says(last, &format!("audit entries {} to {}", placed - 1, placed - 1));
    // Two rows of the same length: neighbours of one kind.
    let pages = Pages::open(&folder.path.join("recourse.db"));
    let length = |index: usize| pages.row(&folder.entries[index]).values.len();
    let (one, other) = (2..placed)
        .flat_map(|one| (one + 1..placed).map(move |other| (one, other)))
        .find(|(one, other)| length(*one) == length(*other))
        .unwrap();
    let said = edited(&folder, |pages| {
        let (a, b) = (pages.row(&folder.entries[one]), pages.row(&folder.entries[other]));
        pages.swap(&a, &b);
    });
    says(said, &format!("audit entry {one}"));
}

#[test]
fn a_column_that_lies_about_a_case_is_named() {
    let folder = block_on(Folder::make());
    let said = edited(&folder, |pages| assert!(pages.replace("onb-1verified", "onb-1rejected") > 0));
    says(said, &format!("case {}: the column phase", folder.done.0));
    let said = edited(&folder, |pages| assert!(pages.replace("onb-2live", "onb-3live") > 0));
    says(said, &format!("case {}: the column reference", folder.live.0));
}

#[test]
fn a_row_of_a_second_look_that_does_not_say_what_the_log_says_is_named() {
    let folder = block_on(Folder::with_samples(100));
    block_on(verify(&folder.path)).unwrap();
    let [maker, checker] = folder.agents;
    // As the columns lie beside each other: in what was asked for, then in what was given.
    let other = "agt_00000000000000000000000000000001";
    for (old, new) in [
        (format!("sample{maker}verified"), format!("sample{other}verified")),
        (format!("{maker}{checker}verified"), format!("{maker}{other}verified")),
        ("approve[\"evidence_holds\"]".to_owned(), "approve[\"poor_light_now\"]".to_owned()),
        ("\"]approve[".to_owned(), "\"]rejects[".to_owned()),
    ] {
        let said = edited(&folder, |pages| assert!(pages.replace(&old, &new) > 0, "{old}"));
        says(said, "second look of entry ent_");
    }
}

#[test]
fn segments_that_are_cut_removed_moved_or_added_are_named() {
    let folder = block_on(Folder::make());
    for recording in [folder.done, folder.live] {
        let name = |index: usize| format!("segment {index} of session {} of case {}", recording.1, recording.0);
        let part = folder.parts(recording).remove(0);
        let bytes = fs::read(&part).unwrap();
        let all = records(&bytes);
        says(with(&folder, &part, &bytes[..all[2].end]), &name(3));
        says(with(&folder, &part, &bytes[..all[2].end - 1]), &name(2));
        let without = [&bytes[..all[1].start], &bytes[all[1].end..]].concat();
        says(with(&folder, &part, &without), &name(1));
        let swapped = [&bytes[..all[1].start], &bytes[all[2].clone()], &bytes[all[1].clone()], &bytes[all[2].end..]].concat();
        says(with(&folder, &part, &swapped), &name(1));
        let doubled = [&bytes[..all[0].end], &bytes].concat();
        says(with(&folder, &part, &doubled), &name(1));
    }
    let sealed = folder.parts(folder.done).remove(0);
    let bytes = fs::read(&sealed).unwrap();
    let first = records(&bytes)[0].clone();
    says(with(&folder, &sealed, &[&bytes[..], &bytes[first]].concat()), &format!("segment 6 of session {}", folder.done.1));
    says(with(&folder, &sealed, &[&bytes[..], &TORN].concat()), "bytes were added");
}

#[test]
fn files_that_are_missing_exchanged_or_strange_are_named() {
    let folder = block_on(Folder::make());
    let (one, other) = (folder.image(folder.images[0], Version::Original), folder.image(folder.images[1], Version::Original));
    let name = format!("image {} (original)", folder.images[0].1);
    says(with(&folder, &one, &fs::read(&other).unwrap()), &name);
    let kept = fs::read(&one).unwrap();
    fs::remove_file(&one).unwrap();
    says(block_on(verify(&folder.path)), &name);
    fs::write(&one, kept).unwrap();
    let parts = folder.parts(folder.live);
    let moved = folder.path.join("moved");
    fs::rename(&parts[0], &moved).unwrap();
    says(block_on(verify(&folder.path)), &format!("segment 0 of session {}", folder.live.1));
    fs::rename(&moved, &parts[0]).unwrap();
    let strange = parts[0].with_file_name("rec-ses_00000000000000000000000000000007.0000");
    fs::write(&strange, b"").unwrap();
    says(block_on(verify(&folder.path)), "ses_00000000000000000000000000000007.0000");
    fs::remove_file(&strange).unwrap();
    let left = one.with_file_name("evd_00000000000000000000000000000007.original");
    fs::write(&left, b"half").unwrap();
    let report = block_on(verify(&folder.path)).unwrap();
    assert!(report.warnings.iter().any(|text| text.contains("evd_00000000000000000000000000000007")), "{report}");
}

#[test]
fn a_byte_of_what_a_crash_tore_is_no_fault() {
    let folder = block_on(Folder::make());
    let part = folder.parts(folder.live).remove(0);
    let bytes = fs::read(&part).unwrap();
    let torn = records(&bytes).last().unwrap().end;
    assert_eq!(&bytes[torn..], TORN);
    for at in torn + 4..bytes.len() {
        let mut changed = bytes.clone();
        changed[at] ^= 0x55;
        with(&folder, &part, &changed).unwrap();
    }
}

#[test]
fn another_key_and_another_folder_are_refused() {
    let folder = block_on(Folder::make());
    let key = folder.path.join("keys/log.pub");
    let other = "recourse/log+00000000+AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    says(with(&folder, &key, other.as_bytes()), "the key of the log");
    says(block_on(verify(&folder.path.join("keys"))), "recourse.db is missing");
}

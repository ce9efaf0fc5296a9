//! What is acknowledged stays, whatever happens to the process; what is erased is gone.

use crate::fixtures::{NOW, case, cases, delivery, entry, next};
use crate::place::Place;
use domain::ids::{CaseId, EntryId};
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::PermissionsExt;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use store::rows::{CaseWrite, Commit};
use store::{Options, Store, StoreError};

crate::conformance!(
    what_was_kept_is_there_after_an_abrupt_end,
    a_closed_store_is_unavailable_and_opens_again,
    a_schema_that_is_behind_is_refused_without_leave_to_migrate,
    a_migration_that_was_changed_is_named,
    many_may_migrate_at_once_or_one_alone,
);

/// Opens as soon as whoever held the store is gone.
async fn open_soon(place: &Place) -> Arc<dyn Store> {
    for _ in 0..1_000_000 {
        match place.try_open().await {
            Ok(store) => return store,
            Err(StoreError::Unavailable(_)) => tokio::task::yield_now().await,
            Err(error) => panic!("{error}"),
        }
    }
    panic!("the store stays held");
}

async fn what_was_kept_is_there_after_an_abrupt_end(place: &Place) {
    let store = place.open().await;
    store
        .commit(Commit { audit: vec![entry(1, Some(1))], deliveries: vec![delivery(1, Some(1), 1)], ..cases(vec![case(1)]) })
        .await
        .unwrap();
    let claimed = store.claim_deliveries(NOW, NOW, 1).await.unwrap();
    assert_eq!(claimed.len(), 1);
    // A write nobody waits for is kept whole or not at all.
    let pending = store.commit(Commit { audit: vec![entry(2, Some(2))], ..cases(vec![case(2)]) });
    drop(pending);
    drop(store);
    let store = open_soon(place).await;
    assert_eq!(store.case(CaseId(1)).await.unwrap().unwrap().version, 1);
    assert!(store.audit_entry(EntryId(1)).await.unwrap().is_some());
    assert_eq!(store.case(CaseId(2)).await.unwrap().is_some(), store.audit_entry(EntryId(2)).await.unwrap().is_some());
    assert_eq!(store.claim_deliveries(NOW, NOW, 1).await.unwrap().len(), 1, "its lease is over");
    store.commit(cases(vec![next(&case(1))])).await.unwrap();
}

async fn a_closed_store_is_unavailable_and_opens_again(place: &Place) {
    let store = place.open().await;
    store.commit(cases(vec![case(1)])).await.unwrap();
    store.close().await.unwrap();
    store.close().await.unwrap();
    assert!(matches!(store.commit(cases(vec![case(2)])).await, Err(StoreError::Unavailable(_))));
    assert!(matches!(store.case(CaseId(1)).await, Err(StoreError::Unavailable(_))));
    // Closed means let go: no waiting is needed.
    assert!(place.open().await.case(CaseId(1)).await.unwrap().is_some());
}

async fn a_schema_that_is_behind_is_refused_without_leave_to_migrate(place: &Place) {
    let strict = || Options { migrate: false, ..Place::options() };
    let refused = store::open(&place.url, strict()).await.err().unwrap();
    assert!(matches!(&refused, StoreError::Unavailable(what) if what.contains("0001_cases")), "{refused}");
    place.open().await.close().await.unwrap();
    // A newer program's migration does not stop this one.
    let newer = if place.is_sqlite() { "x'00'" } else { "'\\x00'" };
    place.raw(&format!("INSERT INTO migrations (name, checksum) VALUES ('9999_later', {newer})")).await.unwrap();
    let store = store::open(&place.url, strict()).await.unwrap();
    store.health().await.unwrap();
    store.close().await.unwrap();
}

async fn a_migration_that_was_changed_is_named(place: &Place) {
    place.open().await.close().await.unwrap();
    let other = if place.is_sqlite() { "x'00'" } else { "'\\x00'" };
    place.raw(&format!("UPDATE migrations SET checksum = {other} WHERE name = '0002_log'")).await.unwrap();
    let error = place.try_open().await.err().unwrap();
    let named = matches!(&error, StoreError::Corrupt { table: "migrations", row, .. } if row == "0002_log");
    assert!(named, "{error}");
}

async fn many_may_migrate_at_once_or_one_alone(place: &Place) {
    let (a, b, c, d) = tokio::join!(place.try_open(), place.try_open(), place.try_open(), place.try_open());
    let opened: Vec<_> = [a, b, c, d].into_iter().collect::<Vec<_>>();
    let good = opened.iter().filter(|result| result.is_ok()).count();
    assert_eq!(good, if place.is_sqlite() { 1 } else { 4 });
    for refused in opened.into_iter().filter_map(Result::err) {
        assert!(matches!(&refused, StoreError::Unavailable(what) if what.contains("another process")), "{refused}");
    }
}

const CHILD: &str = "RECOURSE_IT_WRITE_UNTIL_KILLED";

/// Not a test of itself: what the killed process of the next tests runs. Alone it does nothing.
#[tokio::test]
async fn writes_until_killed() {
    let Ok(url) = std::env::var(CHILD) else { return };
    let store = store::open(&url, Options::default()).await.unwrap();
    for n in 1.. {
        let commit = Commit { audit: vec![entry(n, Some(n))], deliveries: vec![delivery(n, Some(n), 1)], ..cases(vec![case(n)]) };
        store.commit(commit).await.unwrap();
        // Straight to the descriptor: the harness keeps only what `print!` writes.
        writeln!(std::io::stdout(), "kept {n}").unwrap();
    }
}

fn writer(url: &str) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "durability::writes_until_killed", "--nocapture"])
        .env(CHILD, url)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_process_loses_nothing_it_acknowledged_and_held_the_file_alone() {
    let place = Place::sqlite();
    let mut kept = 0_u128;
    for stop_after in [1, 20, 60] {
        if kept > 0 {
            std::fs::remove_file(place.folder().join("store.db")).unwrap();
            for rest in ["store.db-wal", "store.db-shm"] {
                // Present only where the last connection did not close in order.
                let _ = std::fs::remove_file(place.folder().join(rest));
            }
            kept = 0;
        }
        let mut child = writer(&place.url);
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        while kept < stop_after {
            let line = lines.next().unwrap().unwrap();
            kept = line.strip_prefix("kept ").map_or(kept, |n| n.parse().unwrap());
        }
        let refused = place.try_open().await.err().unwrap();
        assert!(matches!(&refused, StoreError::Unavailable(what) if what.contains("another process")), "{refused}");
        child.kill().unwrap();
        child.wait().unwrap();
        // What it said between the last look and its end counts too.
        for line in lines {
            kept = line.unwrap().strip_prefix("kept ").map_or(kept, |n| n.parse().unwrap_or(kept));
        }
        let store = place.open().await;
        for n in 1..=kept {
            assert!(store.case(CaseId(n)).await.unwrap().is_some(), "{n} of {kept}");
        }
        // The one under way may be there, but only whole.
        let last = kept + 1;
        let there = store.case(CaseId(last)).await.unwrap().is_some();
        assert_eq!(store.audit_entry(EntryId(last)).await.unwrap().is_some(), there);
        assert_eq!(store.deliveries_of(CaseId(last), 9).await.unwrap().len(), usize::from(there));
        store.close().await.unwrap();
    }
    place.leave().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn erased_bytes_are_in_no_file_and_files_are_the_owners() {
    let place = Place::sqlite();
    let store = place.open().await;
    let canary = b"planted-canary-7f3a".repeat(400);
    let first = CaseWrite { state: canary.clone(), key: canary.clone(), ..case(1) };
    store.commit(cases(vec![first.clone()])).await.unwrap();
    store.commit(cases(vec![CaseWrite { state: vec![], key: vec![], ..next(&first) }])).await.unwrap();
    for file in std::fs::read_dir(place.folder()).unwrap() {
        let file = file.unwrap();
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o077, 0, "{file:?}");
    }
    store.close().await.unwrap();
    for file in std::fs::read_dir(place.folder()).unwrap() {
        let file = file.unwrap();
        let bytes = std::fs::read(file.path()).unwrap();
        assert!(!bytes.windows(14).any(|window| window == b"planted-canary"), "{file:?}");
    }
    place.leave().await;
}

#[tokio::test]
async fn an_address_that_is_none_is_refused() {
    for url in ["", "mysql://x", "sqlite:/no/such/folder/x.db", "postgres://nobody@127.0.0.1:1/x"] {
        let options = Options { busy: std::time::Duration::from_millis(500), ..Options::default() };
        assert!(matches!(store::open(url, options).await, Err(StoreError::Unavailable(_))), "{url}");
    }
}

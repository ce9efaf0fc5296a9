//! Keys apart from what they open, the schedule of erasures, and passes.

use crate::fixtures::{BANK, NOW, at, case, cases, delivery, hash, next, report};
use crate::place::Place;
use domain::ids::{CaseId, DeliveryId};
use store::rows::{CaseWrite, Commit, DeliveryState, KeyRow, PassRow, RetentionWrite};
use store::{Options, StoreError};

crate::conformance!(
    a_key_is_kept_apart_found_by_its_name_and_destroyed_to_its_last_byte,
    a_key_that_has_no_case_yet_is_listed_until_it_is_bound_and_only_such_a_one_is_forgotten,
    a_case_that_is_due_is_found_unless_it_is_held_or_erased,
    an_erasure_takes_what_stands_beside_the_row_and_is_listed_until_it_is_finished,
    a_key_that_stands_in_a_row_is_found_and_named_once,
    a_pass_is_found_by_its_hash_until_it_is_forgotten,
);

fn key(n: u8) -> KeyRow {
    KeyRow {
        id: [n; 16],
        tenant: BANK,
        case: CaseId(u128::from(n)),
        wrapped: Some(vec![n; 61]),
        created_at: at(i64::from(n)),
        bound: false,
        destroyed_at: None,
    }
}

fn schedule(n: u128, due: Option<i64>) -> RetentionWrite {
    RetentionWrite { case: CaseId(n), tenant: BANK, due_at: due.map(at), held: false, erased: None }
}

async fn a_key_is_kept_apart_found_by_its_name_and_destroyed_to_its_last_byte(place: &Place) {
    let store = place.open().await;
    store.keys().put(key(1)).await.unwrap();
    assert_eq!(store.keys().put(key(1)).await, Err(StoreError::Conflict));
    assert_eq!(store.keys().get([1; 16]).await.unwrap(), Some(key(1)));
    assert_eq!(store.keys().of_case(CaseId(1)).await.unwrap(), [key(1)]);
    assert!(place.raw("SELECT 1 FROM case_keys").await.is_err(), "the main database has no such table");
    assert!(store.keys().destroy([1; 16], at(9)).await.unwrap());
    assert!(!store.keys().destroy([1; 16], at(10)).await.unwrap(), "once");
    store.keys().scrub().await.unwrap();
    let gone = store.keys().get([1; 16]).await.unwrap().unwrap();
    assert_eq!((gone.wrapped, gone.destroyed_at), (None, Some(at(9))));
    store.close().await.unwrap();
}

async fn a_key_that_has_no_case_yet_is_listed_until_it_is_bound_and_only_such_a_one_is_forgotten(place: &Place) {
    let store = place.open().await;
    for n in 1..=3 {
        store.keys().put(key(n)).await.unwrap();
    }
    let ids = |rows: Vec<KeyRow>| rows.into_iter().map(|row| row.id[0]).collect::<Vec<_>>();
    assert_eq!(ids(store.keys().unbound(None, 2).await.unwrap()), [1, 2]);
    assert_eq!(ids(store.keys().unbound(Some((at(2), [2; 16])), 9).await.unwrap()), [3]);
    store.keys().bind([2; 16]).await.unwrap();
    for n in 1..=2 {
        store.keys().forget([n; 16]).await.unwrap();
    }
    assert!(store.keys().get([1; 16]).await.unwrap().is_none());
    assert!(store.keys().get([2; 16]).await.unwrap().is_some(), "a bound key stays");
    assert_eq!(ids(store.keys().unbound(None, 9).await.unwrap()), [3]);
    store.close().await.unwrap();
}

async fn a_case_that_is_due_is_found_unless_it_is_held_or_erased(place: &Place) {
    let store = place.open().await;
    store.commit(cases(vec![case(1), case(2), case(3), case(4)])).await.unwrap();
    let rows = vec![
        schedule(1, Some(10)),
        RetentionWrite { held: true, ..schedule(2, Some(5)) },
        schedule(3, None),
        RetentionWrite { erased: Some((NOW, vec![4; 16])), ..schedule(4, Some(1)) },
    ];
    store.commit(Commit { retention: rows, ..Commit::default() }).await.unwrap();
    let due = async |seconds| store.due_erasures(at(seconds), 9).await.unwrap().into_iter().map(|row| row.case.0).collect::<Vec<_>>();
    assert_eq!(due(9).await, [] as [u128; 0]);
    assert_eq!(due(10).await, [1]);
    store.put_retention(schedule(2, Some(5))).await.unwrap();
    assert_eq!(due(10).await, [2, 1], "the hold was lifted; the earliest first");
    let counts = store.retention_counts(BANK, at(7)).await.unwrap();
    assert_eq!((counts.kept, counts.held, counts.due, counts.erased, counts.unfinished), (2, 0, 1, 1, 1));
    assert_eq!(counts.next_due, Some(at(5)));
    store.close().await.unwrap();
}

async fn an_erasure_takes_what_stands_beside_the_row_and_is_listed_until_it_is_finished(place: &Place) {
    let store = place.open().await;
    let first = Commit {
        deliveries: vec![delivery(1, Some(1), 1), delivery(2, Some(2), 1)],
        reports: vec![report(1, NOW)],
        ..cases(vec![case(1), case(2)])
    };
    store.commit(first).await.unwrap();
    let erased = RetentionWrite { erased: Some((at(3), vec![1; 16])), ..schedule(1, None) };
    let last = CaseWrite { reference: String::new(), name_tokens: vec![], ..next(&case(1)) };
    store.commit(Commit { retention: vec![erased], deliveries: vec![delivery(3, Some(1), 2)], ..cases(vec![last]) }).await.unwrap();
    let mine = store.deliveries_of(CaseId(1), 9).await.unwrap();
    assert_eq!((mine[0].state, mine[0].row.payload.len(), mine[0].settled_at), (DeliveryState::Dead, 0, Some(at(3))));
    assert_eq!(mine[1].state, DeliveryState::Pending, "what tells of the erasure goes out");
    assert!(!store.replay_delivery(BANK, DeliveryId(1), NOW).await.unwrap(), "nothing is left to send again");
    assert_eq!(store.deliveries_of(CaseId(2), 9).await.unwrap()[0].state, DeliveryState::Pending, "another case's stays");
    let left = store.unfinished_erasures(9).await.unwrap();
    assert_eq!((left.len(), left[0].case, left[0].old_key.clone()), (1, CaseId(1), Some(vec![1; 16])));
    store.finish_erasure(CaseId(1), at(4)).await.unwrap();
    assert!(store.unfinished_erasures(9).await.unwrap().is_empty());
    store.scrub().await.unwrap();
    store.close().await.unwrap();
}

async fn a_key_that_stands_in_a_row_is_found_and_named_once(place: &Place) {
    let store = place.open().await;
    store.commit(cases(vec![case(1), CaseWrite { key: vec![5; 16], ..case(2) }])).await.unwrap();
    let found = store.cases_with_key(None, 9).await.unwrap();
    assert_eq!(found.iter().map(|row| row.id).collect::<Vec<_>>(), [CaseId(1)]);
    store.move_key(CaseId(1), found[0].key.clone(), [6; 16]).await.unwrap();
    assert_eq!(store.move_key(CaseId(1), found[0].key.clone(), [7; 16]).await, Err(StoreError::Conflict));
    assert!(store.cases_with_key(None, 9).await.unwrap().is_empty());
    assert_eq!(store.case(CaseId(1)).await.unwrap().unwrap().key, [6; 16]);
    store.close().await.unwrap();
}

async fn a_pass_is_found_by_its_hash_until_it_is_forgotten(place: &Place) {
    let store = place.open().await;
    let pass = PassRow {
        hash: hash(1),
        tenant: BANK,
        case: CaseId(1),
        scope: "images".to_owned(),
        actor: "api:x".to_owned(),
        created_at: NOW,
        expires_at: at(60),
    };
    store.put_pass(pass.clone()).await.unwrap();
    assert_eq!(store.pass(hash(1)).await.unwrap(), Some(pass));
    assert_eq!(store.pass(hash(2)).await.unwrap(), None);
    assert_eq!(store.forget_passes(at(60)).await.unwrap(), 0);
    assert_eq!(store.forget_passes(at(61)).await.unwrap(), 1);
    store.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_destroyed_key_is_in_no_file_while_the_store_is_open() {
    let place = Place::sqlite();
    let store = place.open().await;
    let canary = b"planted-key-7f3a-of-sixty-one-bytes".repeat(2);
    store.keys().put(KeyRow { wrapped: Some(canary.clone()), ..key(1) }).await.unwrap();
    let found = || {
        let files = std::fs::read_dir(place.folder()).unwrap().map(|file| file.unwrap().path());
        files.filter(|file| std::fs::read(file).unwrap().windows(14).any(|w| w == b"planted-key-7f")).count()
    };
    assert!(found() > 0, "the search finds what is there");
    store.keys().destroy([1; 16], NOW).await.unwrap();
    store.keys().scrub().await.unwrap();
    assert_eq!(found(), 0);
    store.close().await.unwrap();
    place.leave().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_are_read_beside_a_server_that_holds_them_and_nothing_is_written_so() {
    let place = Place::sqlite();
    let store = place.open().await;
    store.keys().put(key(1)).await.unwrap();
    let copy = place.folder().join("copy.db");
    store::snapshot(&place.folder().join("store.db"), &copy).await.unwrap();
    let keys = Some(format!("sqlite:{}", place.folder().join("store.keys.db").display()));
    let options = Options { keys, keys_reading: true, migrate: false, ..Options::default() };
    let reader = store::open(&format!("sqlite:{}", copy.display()), options).await.unwrap();
    assert_eq!(reader.keys().get([1; 16]).await.unwrap(), Some(key(1)));
    assert!(matches!(reader.keys().put(key(2)).await, Err(StoreError::Unavailable(_))));
    reader.close().await.unwrap();
    store.close().await.unwrap();
    place.leave().await;
}

//! Second looks: nobody checks their own decision in either database, what was given stays, and one person's log.

use crate::fixtures::{BANK, CHECKER, MAKER, NOW, OTHER, ask, at, entry, given};
use crate::place::Place;
use domain::audit::Entry;
use domain::ids::{AgentId, CaseId, EntryId};
use serde_json::json;
use store::StoreError;
use store::rows::{Commit, ReviewAskRow, ReviewRow};

crate::conformance!(
    what_was_asked_is_open_until_it_is_given_once,
    a_maker_is_no_checker_under_raw_sql,
    second_looks_are_append_only_under_raw_sql,
    a_persons_log_holds_what_they_did_and_what_is_about_them,
    the_log_of_before_is_found_by_person_too,
);

fn asks(review_asks: Vec<ReviewAskRow>) -> Commit {
    Commit { review_asks, ..Commit::default() }
}

fn reviews(reviews: Vec<ReviewRow>) -> Commit {
    Commit { reviews, ..Commit::default() }
}

async fn what_was_asked_is_open_until_it_is_given_once(place: &Place) {
    let store = place.open().await;
    store.commit(asks(vec![ask(1), ask(2), ask(3)])).await.unwrap();
    assert_eq!(store.open_reviews(None, 2).await.unwrap(), [ask(1), ask(2)]);
    assert_eq!(store.open_reviews(Some(EntryId(2)), 9).await.unwrap(), [ask(3)]);
    let second = given(12, &ask(2));
    store.commit(reviews(vec![second.clone()])).await.unwrap();
    assert_eq!(store.open_reviews(None, 9).await.unwrap(), [ask(1), ask(3)]);
    assert_eq!(store.commit(reviews(vec![given(13, &ask(2))])).await, Err(StoreError::Conflict), "once");
    assert_eq!(store.commit(asks(vec![ReviewAskRow { entry: EntryId(9), ..ask(2) }])).await, Err(StoreError::Conflict));
    assert!(store.commit(reviews(vec![given(14, &ask(7))])).await.is_err(), "nobody asked for it");
    let stranger = ReviewRow { tenant: OTHER, ..given(15, &ask(1)) };
    if place.is_sqlite() {
        assert!(store.commit(reviews(vec![stranger])).await.is_err());
    }
    assert_eq!(store.reviews(None, 9).await.unwrap(), std::slice::from_ref(&second));
    assert_eq!(store.review_asks(None, 9).await.unwrap(), [ask(1), ask(2), ask(3)]);
    assert_eq!(store.reviews_of(BANK, at(40), at(41)).await.unwrap(), [second]);
    assert_eq!(store.reviews_of(BANK, at(41), at(99)).await.unwrap(), []);
    assert_eq!(store.reviews_of(OTHER, NOW, at(99)).await.unwrap(), []);
}

async fn a_maker_is_no_checker_under_raw_sql(place: &Place) {
    let store = place.open().await;
    store.commit(asks(vec![ask(1), ask(2)])).await.unwrap();
    let own = ReviewRow { checker: MAKER, ..given(11, &ask(1)) };
    assert!(store.commit(reviews(vec![own])).await.is_err());
    let insert = |maker: AgentId, checker: AgentId| {
        format!(
            "INSERT INTO reviews (entry, tenant, case_id, kind, maker, checker, verdict, codes, finding, reasons, agreed, decided_at, \
             drawn_at, taken_at, at) VALUES ('{}', '{BANK}', '{}', 'required', '{maker}', '{checker}', 'verified', '[]', 'approve', '[]', \
             1, {}, 1, 2, 3)",
            EntryId(21),
            CaseId(1),
            NOW.0
        )
    };
    let own = place.raw(&insert(MAKER, MAKER)).await.unwrap_err().to_string();
    assert!(own.contains("the_maker_never_checks"), "{own}");
    // To pass off the maker as the checker, another maker would have to be made up: nobody asked for that one.
    place.raw(&insert(CHECKER, MAKER)).await.expect_err("another maker than the one on record");
    if place.is_sqlite() {
        let off = format!("PRAGMA foreign_keys = OFF; {}", insert(CHECKER, MAKER));
        let error = place.raw(&off).await.unwrap_err().to_string();
        assert!(error.contains("nobody asked"), "{error}");
    }
    assert_eq!(place.number("SELECT COUNT(*) FROM reviews").await, 0);
    place.raw(&insert(MAKER, CHECKER)).await.unwrap();
    place.raw("UPDATE reviews SET checker = maker").await.expect_err("turned into the maker afterwards");
}

async fn second_looks_are_append_only_under_raw_sql(place: &Place) {
    let store = place.open().await;
    store.commit(asks(vec![ask(1)])).await.unwrap();
    store.commit(reviews(vec![given(11, &ask(1))])).await.unwrap();
    let mut attempts = vec![
        "UPDATE reviews SET agreed = 0",
        "UPDATE reviews SET finding = 'reject'",
        "DELETE FROM reviews",
        "UPDATE review_asks SET maker = 'agt_x'",
        "DELETE FROM review_asks",
    ];
    if place.is_sqlite() {
        attempts.push("REPLACE INTO reviews SELECT * FROM reviews");
        attempts.push("REPLACE INTO review_asks SELECT * FROM review_asks");
    } else {
        attempts.push("TRUNCATE reviews");
        attempts.push("TRUNCATE review_asks CASCADE");
    }
    for sql in attempts {
        let error = place.raw(sql).await.expect_err(sql).to_string();
        assert!(error.contains("append-only"), "{sql}: {error}");
    }
    assert_eq!(store.reviews(None, 9).await.unwrap(), [given(11, &ask(1))]);
}

fn about(n: u128, actor: String, kind: &str, body: serde_json::Value) -> Entry {
    Entry { actor, kind: kind.to_owned(), body, ..entry(n, None) }
}

fn life() -> Vec<Entry> {
    vec![
        about(1, format!("agent:{MAKER}"), "signed_in", json!({ "agent": MAKER, "by": "link" })),
        about(2, "system".to_owned(), "ring_missed", json!({ "agent": MAKER })),
        about(3, format!("agent:{CHECKER}"), "reviewed", json!({ "checker": CHECKER, "maker": MAKER })),
        about(4, "system".to_owned(), "presence_changed", json!({ "agent": CHECKER, "odd": "agt_", "n": 4 })),
        Entry { tenant: OTHER, ..about(5, format!("agent:{MAKER}"), "signed_in", json!({})) },
    ]
}

fn ids(rows: &[store::rows::AuditRow]) -> Vec<u128> {
    rows.iter().map(|row| row.entry.id.0).collect()
}

async fn a_persons_log_holds_what_they_did_and_what_is_about_them(place: &Place) {
    let store = place.open().await;
    store.commit(Commit { audit: life(), ..Commit::default() }).await.unwrap();
    let of = async |person, kinds: &[&str], before, limit| {
        let kinds = kinds.iter().map(|k| (*k).to_owned()).collect();
        ids(&store.audit_of_person(BANK, person, kinds, before, limit).await.unwrap())
    };
    assert_eq!(of(MAKER, &[], None, 9).await, [3, 2, 1]);
    assert_eq!(of(MAKER, &[], Some(EntryId(3)), 1).await, [2]);
    assert_eq!(of(MAKER, &["signed_in", "reviewed"], None, 9).await, [3, 1]);
    assert_eq!(of(CHECKER, &[], None, 9).await, [4, 3]);
    assert_eq!(of(AgentId(99), &[], None, 9).await, [0u128; 0]);
    let many = vec!["x".to_owned(); 65];
    assert!(matches!(store.audit_of_person(BANK, MAKER, many, None, 9).await, Err(StoreError::Limit(_))));
}

async fn the_log_of_before_is_found_by_person_too(place: &Place) {
    let store = place.open().await;
    store.commit(Commit { audit: life(), ..Commit::default() }).await.unwrap();
    let found = store.audit_of_person(BANK, MAKER, Vec::new(), None, 9).await.unwrap();
    store.close().await.unwrap();
    // As an older program left it: the log, and none of what this migration makes.
    for sql in
        ["DROP TABLE person_entries", "DROP TABLE reviews", "DROP TABLE review_asks", "DELETE FROM migrations WHERE name = '0007_reviews'"]
    {
        place.raw(sql).await.unwrap();
    }
    let store = place.open().await;
    assert_eq!(store.audit_of_person(BANK, MAKER, Vec::new(), None, 9).await.unwrap(), found);
}

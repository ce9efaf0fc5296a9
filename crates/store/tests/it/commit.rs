//! One action is kept whole or not at all, also beside others.

use crate::fixtures::{
    BANK, NOW, OTHER, agent, api_key, ask, at, case, cases, delivery, endpoint, entry, given, hash, idempotency, link, mark, next, person,
    policy, report, tenant,
};
use crate::place::Place;
use domain::ids::{AgentId, CaseId};
use std::sync::Arc;
use store::rows::{AgentWrite, CaseWrite, Commit, LinkRow, PersonWrite};
use store::{Store, StoreError};

crate::conformance!(
    a_commit_with_a_part_that_fails_leaves_nothing,
    an_idempotency_key_has_one_effect,
    writes_that_share_a_transaction_fail_alone,
    commits_that_cross_do_not_block_each_other,
);

const TABLES: [&str; 16] = [
    "cases",
    "case_terms",
    "agents",
    "links",
    "audit",
    "deliveries",
    "marks",
    "reports",
    "idempotency",
    "policies",
    "people",
    "endpoints",
    "api_keys",
    "tenants",
    "review_asks",
    "reviews",
];

async fn counts(place: &Place) -> Vec<i64> {
    let mut counts = Vec::new();
    for table in TABLES {
        counts.push(place.number(&format!("SELECT COUNT(*) FROM {table}")).await);
    }
    counts
}

/// An action that touches every table, told apart by a number.
fn everything(n: u128) -> Commit {
    Commit {
        cases: vec![case(n)],
        agents: vec![agent(n)],
        links: vec![link(n, n)],
        audit: vec![entry(n, Some(n))],
        macs: vec![],
        deliveries: vec![delivery(n, Some(n), 1)],
        marks: vec![mark(n, None, "offered", NOW, 1)],
        reports: vec![report(n, NOW)],
        idempotency: Some(idempotency(&n.to_string())),
        policy: Some(policy(u64::try_from(n).unwrap())),
        people: vec![person(n)],
        endpoints: vec![endpoint(n)],
        api_keys: vec![api_key(n)],
        tenants: vec![tenant(BANK)],
        review_asks: vec![ask(n)],
        reviews: vec![given(n, &ask(n))],
        retention: vec![],
    }
}

async fn a_commit_with_a_part_that_fails_leaves_nothing(place: &Place) {
    let store = place.open().await;
    store.commit(everything(1)).await.unwrap();
    let before = counts(place).await;
    assert!(before.iter().all(|count| *count > 0), "{before:?}");
    let moved = |n| AgentWrite { expected_version: 5, version: 6, ..agent(n) };
    let broken: [(&str, Commit); 12] = [
        ("case is there", Commit { cases: vec![case(2), case(1)], ..everything(2) }),
        ("case moved on", Commit { cases: vec![case(2), CaseWrite { expected_version: 8, version: 9, ..case(1) }], ..everything(2) }),
        ("case unknown", Commit { cases: vec![case(2), next(&case(3))], ..everything(2) }),
        ("agent moved on", Commit { agents: vec![agent(2), moved(1)], ..everything(2) }),
        ("link is there", Commit { links: vec![link(2, 2), link(1, 2)], ..everything(2) }),
        ("link to no case", Commit { links: vec![LinkRow { case: CaseId(99), ..link(2, 2) }], ..everything(2) }),
        ("entry is there", Commit { audit: vec![entry(2, Some(2)), entry(1, Some(2))], ..everything(2) }),
        ("delivery is there", Commit { deliveries: vec![delivery(2, Some(2), 1), delivery(1, Some(2), 2)], ..everything(2) }),
        ("report is there", Commit { reports: vec![report(2, NOW), report(1, NOW)], ..everything(2) }),
        ("key has an answer", Commit { idempotency: Some(idempotency("1")), ..everything(2) }),
        ("policy is there", Commit { policy: Some(policy(1)), ..everything(2) }),
        ("e-mail is taken", Commit { people: vec![person(2), PersonWrite { email: person(1).email, ..person(3) }], ..everything(2) }),
    ];
    for (why, commit) in broken {
        assert_eq!(store.commit(commit).await, Err(StoreError::Conflict), "{why}");
        assert_eq!(counts(place).await, before, "{why}");
    }
    store.commit(everything(2)).await.unwrap();
    let kept = store.idempotency(BANK, "2".to_owned()).await.unwrap();
    assert_eq!(kept, Some(idempotency("2")));
    assert_eq!(store.idempotency(OTHER, "2".to_owned()).await.unwrap(), None);
}

async fn an_idempotency_key_has_one_effect(place: &Place) {
    let store = place.open().await;
    let racers: Vec<_> = (1..=16)
        .map(|n| {
            let store = Arc::clone(&store);
            let commit = Commit { idempotency: Some(idempotency("key")), audit: vec![entry(n, Some(n))], ..cases(vec![case(n)]) };
            tokio::spawn(async move { store.commit(commit).await })
        })
        .collect();
    let mut won = 0;
    for racer in racers {
        match racer.await.unwrap() {
            Ok(()) => won += 1,
            Err(error) => assert_eq!(error, StoreError::Conflict),
        }
    }
    assert_eq!(won, 1);
    assert_eq!(place.number("SELECT COUNT(*) FROM cases").await, 1);
    assert_eq!(place.number("SELECT COUNT(*) FROM audit").await, 1);
    assert_eq!(store.forget_idempotency(NOW).await, Ok(0));
    assert_eq!(store.forget_idempotency(at(1)).await, Ok(1));
    assert_eq!(store.idempotency(BANK, "key".to_owned()).await.unwrap(), None);
}

async fn writes_that_share_a_transaction_fail_alone(place: &Place) {
    let store = place.open().await;
    store.commit(cases(vec![case(1)])).await.unwrap();
    let writers: Vec<_> = (2..=301_u128)
        .map(|n| {
            let store = Arc::clone(&store);
            // Every third fails on its last part, after others of its parts went in.
            let links = if n % 3 == 0 { vec![link(n, n), link(n, n)] } else { vec![link(n, n)] };
            let commit = Commit { links, audit: vec![entry(n, Some(n))], ..cases(vec![case(n)]) };
            tokio::spawn(async move { (n, store.commit(commit).await) })
        })
        .collect();
    for writer in writers {
        let (n, result) = writer.await.unwrap();
        assert_eq!(result, if n % 3 == 0 { Err(StoreError::Conflict) } else { Ok(()) }, "{n}");
        assert_eq!(store.case(CaseId(n)).await.unwrap().is_some(), n % 3 != 0, "{n}");
        assert_eq!(store.link(hash(n)).await.unwrap().is_some(), n % 3 != 0, "{n}");
    }
    assert_eq!(place.number("SELECT COUNT(*) FROM audit").await, 200);
    let counters = store.counters();
    assert_eq!((counters.writes, counters.conflicts, counters.failures), (201, 100, 0));
    if place.is_sqlite() {
        assert!(counters.largest_group > 1, "{counters:?}");
        assert!(counters.transactions < 301, "{counters:?}");
    }
}

/// Two cases and two agents each, named in opposite orders: a deadlock waiting to happen.
async fn crossing(store: &dyn Store, turned: bool) {
    let mut tries = 0;
    loop {
        tries += 1;
        assert!(tries < 2_000, "starved");
        let of = |row: store::rows::CaseRow| CaseWrite { expected_version: row.version, version: row.version + 1, ..case(row.id.0) };
        let one = of(store.case(CaseId(1)).await.unwrap().unwrap());
        let two = of(store.case(CaseId(2)).await.unwrap().unwrap());
        let agent_of =
            |row: store::rows::AgentRow| AgentWrite { expected_version: row.version, version: row.version + 1, ..agent(row.id.0) };
        let first = agent_of(store.agent(AgentId(1)).await.unwrap().unwrap());
        let second = agent_of(store.agent(AgentId(2)).await.unwrap().unwrap());
        let commit = if turned {
            Commit { agents: vec![second, first], ..cases(vec![two, one]) }
        } else {
            Commit { agents: vec![first, second], ..cases(vec![one, two]) }
        };
        match store.commit(commit).await {
            Ok(()) => return,
            Err(error) => assert_eq!(error, StoreError::Conflict),
        }
    }
}

async fn commits_that_cross_do_not_block_each_other(place: &Place) {
    let store = place.open().await;
    let commit = Commit { agents: vec![agent(1), agent(2)], ..cases(vec![case(1), case(2)]) };
    store.commit(commit).await.unwrap();
    let walkers: Vec<_> = (0..6)
        .map(|n| {
            let store = Arc::clone(&store);
            tokio::spawn(async move {
                for _ in 0..10 {
                    crossing(&*store, n % 2 == 0).await;
                }
            })
        })
        .collect();
    for walker in walkers {
        walker.await.unwrap();
    }
    assert_eq!(store.case(CaseId(1)).await.unwrap().unwrap().version, 61);
    assert_eq!(store.agent(AgentId(2)).await.unwrap().unwrap().version, 61);
    assert_eq!(store.counters().failures, 0);
}

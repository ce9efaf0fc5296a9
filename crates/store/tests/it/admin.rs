//! Tenants, people, keys, sign-ins, settings, and what is counted.

use crate::fixtures::{BANK, NOW, OTHER, api_key, at, endpoint, hash, mark, person, policy, report, tenant};
use crate::place::Place;
use domain::ids::{AgentId, EndpointId};
use std::sync::Arc;
use store::StoreError;
use store::rows::{ApiKeyWrite, Commit, EndpointWrite, PersonWrite, ReportRow, SignInLinkRow, SignInRow, TenantWrite};

crate::conformance!(
    people_are_written_whole_and_stay_in_their_tenant,
    policies_grow_by_version,
    tenants_endpoints_and_keys_read_back,
    settings_are_written_over_those_they_started_from_only,
    a_sign_in_link_works_once,
    sign_ins_end_when_revoked_and_are_forgotten_when_over,
    settings_keep_the_last_value,
    numbers_count_a_time_and_find_the_median,
    reports_come_in_their_order,
    health_names_the_database,
);

async fn people_are_written_whole_and_stay_in_their_tenant(place: &Place) {
    let store = place.open().await;
    let put = async |people| store.commit(Commit { people, ..Commit::default() }).await;
    put(vec![person(2), person(1), person(3)]).await.unwrap();
    assert_eq!(store.person(AgentId(1)).await.unwrap(), Some(person(1)));
    let changed = PersonWrite {
        email: "new@bank.example".to_owned(),
        active: false,
        password_hash: None,
        totp_secret: None,
        skills: "{}".to_owned(),
        ..person(1)
    };
    put(vec![changed.clone()]).await.unwrap();
    assert_eq!(store.person_by_email("new@bank.example".to_owned()).await.unwrap(), Some(changed));
    assert_eq!(store.person_by_email(person(1).email).await.unwrap(), None);
    assert_eq!(put(vec![PersonWrite { tenant: OTHER, ..person(2) }]).await, Err(StoreError::Conflict));
    assert_eq!(put(vec![PersonWrite { email: person(2).email, ..person(3) }]).await, Err(StoreError::Conflict));
    let ids: Vec<_> = store.people(BANK, Some(AgentId(1)), 9).await.unwrap().iter().map(|person| person.id.0).collect();
    assert_eq!(ids, [2, 3]);
    assert_eq!(store.people(OTHER, None, 9).await.unwrap(), []);
}

async fn policies_grow_by_version(place: &Place) {
    let store = place.open().await;
    assert_eq!(store.policy(BANK).await.unwrap(), None);
    for version in [1, 2, 10] {
        store.commit(Commit { policy: Some(policy(version)), ..Commit::default() }).await.unwrap();
    }
    let again = Commit { policy: Some(policy(2)), ..Commit::default() };
    assert_eq!(store.commit(again).await, Err(StoreError::Conflict));
    assert_eq!(store.policy(BANK).await.unwrap(), Some(policy(10)));
    assert_eq!(store.policy_version(BANK, 2).await.unwrap(), Some(policy(2)));
    assert_eq!(store.policy_version(BANK, u64::MAX).await.unwrap(), None);
    assert_eq!(store.policies(BANK, 2).await.unwrap(), [policy(10), policy(2)]);
    assert_eq!(store.policy(OTHER).await.unwrap(), None);
}

async fn tenants_endpoints_and_keys_read_back(place: &Place) {
    let store = place.open().await;
    let commit = Commit {
        tenants: vec![tenant(OTHER), tenant(BANK)],
        endpoints: vec![endpoint(2), endpoint(1)],
        api_keys: vec![api_key(1)],
        ..Commit::default()
    };
    store.commit(commit).await.unwrap();
    let renamed = TenantWrite { name: "Bank Baru".to_owned(), settings: "{\"x\":1}".to_owned(), ..tenant(BANK) };
    let off = EndpointWrite { state: "disabled".to_owned(), failures: 9, disabled_at: Some(NOW), events: vec![], ..endpoint(1) };
    store.touch_api_key(hash(1), at(5)).await.unwrap();
    store.touch_api_key(hash(1), at(4)).await.unwrap();
    let revoked = ApiKeyWrite { revoked_at: Some(at(9)), ..api_key(1) };
    let commit = Commit { tenants: vec![renamed.clone()], endpoints: vec![off.clone()], api_keys: vec![revoked], ..Commit::default() };
    store.commit(commit).await.unwrap();
    assert_eq!(store.tenant(BANK).await.unwrap(), Some(renamed.clone()));
    assert_eq!(store.tenants(None, 9).await.unwrap(), [renamed, tenant(OTHER)]);
    assert_eq!(store.tenants(Some(BANK), 9).await.unwrap(), [tenant(OTHER)]);
    assert_eq!(store.endpoint(EndpointId(1)).await.unwrap(), Some(off.clone()));
    assert_eq!(store.endpoints(BANK).await.unwrap(), [off, endpoint(2)]);
    let key = store.api_key(hash(1)).await.unwrap().unwrap();
    assert_eq!((key.tenant, key.revoked_at, key.last_used_at), (BANK, Some(at(9)), Some(at(5))));
    assert_eq!(store.api_keys(BANK).await.unwrap(), [key]);
    assert_eq!(store.api_key(hash(2)).await.unwrap(), None);
    let moved = Commit { endpoints: vec![EndpointWrite { tenant: OTHER, ..endpoint(2) }], ..Commit::default() };
    assert_eq!(store.commit(moved).await, Err(StoreError::Conflict));
    let moved = Commit { api_keys: vec![ApiKeyWrite { tenant: OTHER, ..api_key(1) }], ..Commit::default() };
    assert_eq!(store.commit(moved).await, Err(StoreError::Conflict));
}

async fn settings_are_written_over_those_they_started_from_only(place: &Place) {
    let store = place.open().await;
    store.commit(Commit { tenants: vec![tenant(BANK), tenant(OTHER)], ..Commit::default() }).await.unwrap();
    let edit = |from: &str, to: &str| {
        let row = TenantWrite { settings: to.to_owned(), settings_were: Some(from.to_owned()), ..tenant(BANK) };
        Commit { tenants: vec![row], ..Commit::default() }
    };
    store.commit(edit("{}", "{\"a\":1}")).await.unwrap();
    assert_eq!(store.commit(edit("{}", "{\"b\":2}")).await, Err(StoreError::Conflict), "somebody was faster");
    store.commit(edit("{\"a\":1}", "{\"c\":3}")).await.unwrap();
    assert_eq!(store.tenant(BANK).await.unwrap().unwrap().settings, "{\"c\":3}");
    assert_eq!(store.tenant(OTHER).await.unwrap().unwrap().settings, "{}");
    let nobody = TenantWrite { settings_were: Some("{}".to_owned()), ..tenant(domain::ids::TenantId(99)) };
    assert_eq!(store.commit(Commit { tenants: vec![nobody], ..Commit::default() }).await, Err(StoreError::Conflict));
}

fn sign_in_link(n: u128) -> SignInLinkRow {
    SignInLinkRow { hash: hash(n), person: AgentId(1), created_at: NOW, expires_at: at(60) }
}

fn sign_in(n: u128) -> SignInRow {
    SignInRow { hash: hash(n), person: AgentId(1), created_at: NOW, last_seen: NOW, expires_at: at(60), revoked: false }
}

async fn a_sign_in_link_works_once(place: &Place) {
    let store = place.open().await;
    assert_eq!(store.put_sign_in_link(sign_in_link(1)).await, Err(StoreError::Conflict), "of nobody");
    store.commit(Commit { people: vec![person(1)], ..Commit::default() }).await.unwrap();
    for n in [1, 2, 3] {
        store.put_sign_in_link(sign_in_link(n)).await.unwrap();
    }
    let racers: Vec<_> = (0..12)
        .map(|_| {
            let store = Arc::clone(&store);
            tokio::spawn(async move { store.consume_sign_in_link(hash(1), at(1)).await.unwrap() })
        })
        .collect();
    let mut used = Vec::new();
    for racer in racers {
        used.extend(racer.await.unwrap());
    }
    assert_eq!(used, [AgentId(1)]);
    assert_eq!(store.consume_sign_in_link(hash(2), at(60)).await.unwrap(), None, "too late");
    assert_eq!(store.consume_sign_in_link(hash(9), at(1)).await.unwrap(), None, "unknown");
    store.revoke_sign_ins_of(AgentId(1)).await.unwrap();
    assert_eq!(store.consume_sign_in_link(hash(3), at(1)).await.unwrap(), None, "revoked");
}

async fn sign_ins_end_when_revoked_and_are_forgotten_when_over(place: &Place) {
    let store = place.open().await;
    store.commit(Commit { people: vec![person(1)], ..Commit::default() }).await.unwrap();
    for n in [1, 2, 3] {
        store.put_sign_in(sign_in(n)).await.unwrap();
    }
    assert_eq!(store.put_sign_in(sign_in(1)).await, Err(StoreError::Conflict));
    store.touch_sign_in(hash(1), at(20)).await.unwrap();
    store.touch_sign_in(hash(1), at(10)).await.unwrap();
    assert_eq!(store.sign_in(hash(1)).await.unwrap(), Some(SignInRow { last_seen: at(20), ..sign_in(1) }));
    store.revoke_sign_in(hash(1)).await.unwrap();
    assert_eq!(store.sign_in(hash(1)).await.unwrap(), Some(SignInRow { last_seen: at(20), revoked: true, ..sign_in(1) }));
    assert_eq!(store.sign_in(hash(2)).await.unwrap(), Some(sign_in(2)));
    assert_eq!(store.revoke_sign_ins_of(AgentId(1)).await, Ok(2));
    assert!(store.sign_in(hash(3)).await.unwrap().unwrap().revoked);
    assert_eq!(store.forget_sign_ins(at(60)).await, Ok(0));
    assert_eq!(store.forget_sign_ins(at(61)).await, Ok(3));
    assert_eq!(store.sign_in(hash(1)).await.unwrap(), None);
}

async fn settings_keep_the_last_value(place: &Place) {
    let store = place.open().await;
    assert_eq!(store.setting("boot".to_owned()).await.unwrap(), None);
    store.put_setting("boot".to_owned(), vec![1]).await.unwrap();
    store.put_setting("boot".to_owned(), vec![]).await.unwrap();
    assert_eq!(store.setting("boot".to_owned()).await.unwrap(), Some(vec![]));
}

async fn numbers_count_a_time_and_find_the_median(place: &Place) {
    let store = place.open().await;
    let mut marks = vec![
        mark(1, Some(1), "answered", at(0), 9),
        mark(1, Some(1), "answered", at(1), 1),
        mark(1, Some(2), "answered", at(2), 4),
        mark(1, None, "offered", at(2), 100),
        mark(1, None, "offered", at(3), -50),
        mark(1, None, "offered", at(9), 7),
        mark(1, None, "offered", at(-1), 7),
    ];
    marks.push(store::rows::MarkRow { tenant: OTHER, ..mark(1, None, "offered", at(1), 5) });
    store.commit(Commit { marks, ..Commit::default() }).await.unwrap();
    let numbers = store.numbers(BANK, at(0), at(9)).await.unwrap();
    let kinds: Vec<_> = numbers.kinds.iter().map(|k| (k.kind.as_str(), k.count, k.sum, k.p50)).collect();
    assert_eq!(kinds, [("answered", 3, 14, 4), ("offered", 2, 50, -50)]);
    let agents: Vec<_> = numbers.agents.iter().map(|a| (a.agent.0, a.kind.as_str(), a.count, a.sum)).collect();
    assert_eq!(agents, [(1, "answered", 2, 10), (2, "answered", 1, 4)]);
    assert_eq!(store.mark_values(BANK, "answered".to_owned(), at(0), at(9)).await.unwrap(), [4, 1, 9]);
    assert_eq!(store.mark_values(BANK, "offered".to_owned(), at(3), at(9)).await.unwrap(), [-50]);
    assert_eq!(store.mark_values(OTHER, "answered".to_owned(), at(0), at(9)).await.unwrap(), [] as [i64; 0]);
    assert_eq!(store.numbers(BANK, at(20), at(30)).await.unwrap(), store::rows::Numbers::default());
}

async fn reports_come_in_their_order(place: &Place) {
    let store = place.open().await;
    let reports = vec![report(3, at(3)), report(1, at(1)), report(2, at(2)), ReportRow { tenant: OTHER, ..report(4, at(2)) }];
    store.commit(Commit { reports, ..Commit::default() }).await.unwrap();
    assert_eq!(store.reports_since(BANK, at(2), 9).await.unwrap(), [report(2, at(2)), report(3, at(3))]);
    assert_eq!(store.reports_since(BANK, at(0), 1).await.unwrap(), [report(1, at(1))]);
}

async fn health_names_the_database(place: &Place) {
    let store = place.open().await;
    let health = store.health().await.unwrap();
    assert_eq!(health.database, if place.is_sqlite() { "sqlite" } else { "postgres" });
    assert!(!health.version.is_empty());
    store.close().await.unwrap();
    assert!(matches!(store.health().await, Err(StoreError::Unavailable(_))));
}

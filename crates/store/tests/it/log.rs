//! The audit log: nothing in it changes, places are given once and without a gap.

use crate::fixtures::{BANK, NOW, OTHER, agent, at, case, delivery, endpoint, entry, link, person, policy, tenant};
use crate::place::Place;
use domain::audit::Entry;
use domain::ids::{AgentId, CaseId, DeliveryId, EndpointId, EntryId};
use std::sync::Arc;
use store::StoreError;
use store::rows::{AuditRow, CheckpointRow, Commit, CosignatureRow, LogState, Sequenced};

crate::conformance!(
    entries_come_back_as_they_were_logged,
    of_sequencers_at_one_size_exactly_one_wins,
    a_sequencing_that_does_not_fit_changes_nothing,
    one_size_has_one_checkpoint,
    the_log_is_append_only_under_raw_sql,
    a_corrupt_row_is_named,
    an_entry_that_cannot_be_logged_is_refused,
    every_entry_keeps_the_mark_it_came_with,
    a_cosignature_is_kept_once_beside_its_checkpoint,
    what_stands_beside_a_case_is_read_for_the_proof,
);

fn audit(audit: Vec<Entry>) -> Commit {
    Commit { audit, ..Commit::default() }
}

fn places(rows: &[AuditRow], from: u64) -> Vec<Sequenced> {
    rows.iter().zip(from..).map(|(row, idx)| Sequenced { id: row.entry.id, idx, leaf: row.leaf }).collect()
}

fn checkpoint(size: u64, root: u8) -> CheckpointRow {
    CheckpointRow { size, root: [root; 32], note: format!("log\n{size}\n"), at: NOW }
}

async fn entries_come_back_as_they_were_logged(place: &Place) {
    let store = place.open().await;
    let foreign = Entry { tenant: OTHER, case: None, case_version: 0, ..entry(4, Some(9)) };
    let all = vec![entry(9, Some(1)), entry(2, Some(1)), entry(3, None), foreign, entry(1, Some(2))];
    store.commit(audit(all.clone())).await.unwrap();
    let stored = store.unsequenced(10).await.unwrap();
    assert_eq!(stored.iter().map(|row| row.entry.clone()).collect::<Vec<_>>(), all);
    assert!(stored.iter().all(|row| row.leaf == row.entry.leaf_hash() && row.idx.is_none()));
    assert!(stored.windows(2).all(|pair| pair[0].seq < pair[1].seq));
    assert_eq!(store.unsequenced(2).await.unwrap(), stored[..2]);
    assert_eq!(store.audit_of_case(CaseId(1), 0, 10).await.unwrap(), stored[..2]);
    assert_eq!(store.audit_of_case(CaseId(1), stored[0].seq, 10).await.unwrap(), stored[1..2]);
    assert_eq!(store.audit_entry(EntryId(3)).await.unwrap().as_ref(), Some(&stored[2]));
    let newest: Vec<_> = store.audit_page(BANK, None, 2).await.unwrap().iter().map(|row| row.entry.id.0).collect();
    assert_eq!(newest, [1, 3]);
    let older: Vec<_> = store.audit_page(BANK, Some(stored[2].seq), 9).await.unwrap().iter().map(|row| row.entry.id.0).collect();
    assert_eq!(older, [2, 9]);
    assert_eq!(store.audit_range(0, 10).await.unwrap(), []);
    assert_eq!(store.gauges().await.unwrap().unsequenced_entries, 5);
}

async fn of_sequencers_at_one_size_exactly_one_wins(place: &Place) {
    let store = place.open().await;
    assert_eq!(store.log_state().await.unwrap(), LogState { size: 0, frontier: vec![] });
    let mut size = 0;
    for round in 0..5_u128 {
        store.commit(audit((0..6).map(|n| entry(round * 6 + n + 1, Some(1))).collect())).await.unwrap();
        let racers: Vec<_> = (0..6)
            .map(|n| {
                let store = Arc::clone(&store);
                tokio::spawn(async move {
                    let rows = store.unsequenced(100).await.unwrap();
                    store.sequence(size, places(&rows, size), vec![n], Some(checkpoint(size + rows.len() as u64, n))).await.map(|()| n)
                })
            })
            .collect();
        let mut won = Vec::new();
        for racer in racers {
            match racer.await.unwrap() {
                Ok(n) => won.push(n),
                Err(error) => assert_eq!(error, StoreError::Conflict),
            }
        }
        // A racer that read after the winner found nothing to place, which its stale size refuses.
        assert_eq!(won.len(), 1);
        size += 6;
        assert_eq!(store.log_state().await.unwrap(), LogState { size, frontier: vec![won[0]] });
        assert_eq!(store.checkpoint().await.unwrap(), Some(checkpoint(size, won[0])));
    }
    let rows = store.audit_range(0, 100).await.unwrap();
    assert_eq!(rows.iter().map(|row| row.idx).collect::<Vec<_>>(), (0..30).map(Some).collect::<Vec<_>>());
    assert!(rows.windows(2).all(|pair| pair[0].seq < pair[1].seq));
    assert_eq!(store.audit_range(28, 100).await.unwrap(), rows[28..]);
    let leaves: Vec<_> = rows.iter().map(|row| (row.idx.unwrap(), row.leaf)).collect();
    assert_eq!(store.leaves(0, 100).await.unwrap(), leaves);
    assert_eq!(store.leaves(7, 5).await.unwrap(), leaves[7..12]);
    assert_eq!(store.leaves(30, 5).await.unwrap(), []);
    let gauges = store.gauges().await.unwrap();
    assert_eq!((gauges.log_size, gauges.unsequenced_entries), (30, 0));
}

async fn a_sequencing_that_does_not_fit_changes_nothing(place: &Place) {
    let store = place.open().await;
    store.commit(audit((1..=4).map(|n| entry(n, None)).collect())).await.unwrap();
    let rows = store.unsequenced(10).await.unwrap();
    let good = places(&rows, 0);
    let with = |change: fn(&mut Vec<Sequenced>)| {
        let mut places = good.clone();
        change(&mut places);
        places
    };
    let limits = [with(|p| p[2].idx = 7), with(|p| p.swap(0, 1)), with(|p| p.rotate_left(1))];
    for entries in limits {
        assert!(matches!(store.sequence(0, entries, vec![1], None).await, Err(StoreError::Limit(_))));
    }
    assert!(matches!(store.sequence(0, good.clone(), vec![1], Some(checkpoint(5, 0))).await, Err(StoreError::Limit(_))));
    let conflicts = [with(|p| p[3].leaf = [0; 32]), with(|p| p[3].id = EntryId(99)), with(|p| p[3].id = p[0].id)];
    for entries in conflicts {
        assert_eq!(store.sequence(0, entries, vec![1], Some(checkpoint(4, 0))).await, Err(StoreError::Conflict));
    }
    assert_eq!(store.sequence(1, places(&rows, 1), vec![1], None).await, Err(StoreError::Conflict));
    assert_eq!(store.unsequenced(10).await.unwrap(), rows);
    assert_eq!(store.log_state().await.unwrap().size, 0);
    assert_eq!(store.checkpoint().await.unwrap(), None);
    store.sequence(0, good, vec![1], None).await.unwrap();
}

async fn one_size_has_one_checkpoint(place: &Place) {
    let store = place.open().await;
    store.sequence(0, vec![], vec![], Some(checkpoint(0, 1))).await.unwrap();
    assert_eq!(store.sequence(0, vec![], vec![9], Some(checkpoint(0, 2))).await, Err(StoreError::Conflict));
    assert_eq!(store.log_state().await.unwrap().frontier, Vec::<u8>::new());
    store.commit(audit(vec![entry(1, None), entry(2, None)])).await.unwrap();
    let rows = store.unsequenced(10).await.unwrap();
    store.sequence(0, places(&rows, 0), vec![2], None).await.unwrap();
    store.sequence(2, vec![], vec![2], Some(checkpoint(2, 3))).await.unwrap();
    assert_eq!(store.checkpoint().await.unwrap(), Some(checkpoint(2, 3)));
    assert_eq!(store.checkpoints(None, 10).await.unwrap(), [checkpoint(0, 1), checkpoint(2, 3)]);
    assert_eq!(store.checkpoints(Some(0), 10).await.unwrap(), [checkpoint(2, 3)]);
}

async fn the_log_is_append_only_under_raw_sql(place: &Place) {
    let store = place.open().await;
    let commit = Commit { policy: Some(policy(1)), ..audit(vec![entry(1, Some(1)), entry(2, Some(1))]) };
    store.commit(commit).await.unwrap();
    let first = store.unsequenced(1).await.unwrap();
    store.sequence(0, places(&first, 0), vec![], Some(checkpoint(1, 1))).await.unwrap();
    let before = (
        store.audit_of_case(CaseId(1), 0, 10).await.unwrap(),
        store.checkpoints(None, 9).await.unwrap(),
        store.policies(BANK, 9).await.unwrap(),
    );
    let columns = "id, tenant, case_id, case_version, at, actor, kind, body, state_hash, leaf";
    let mut attempts: Vec<String> = [
        "UPDATE audit SET body = '{}' WHERE idx IS NULL",
        "UPDATE audit SET idx = 5, kind = 'other' WHERE idx IS NULL",
        "UPDATE audit SET actor = 'system'",
        "UPDATE audit SET at = at + 1",
        "UPDATE audit SET case_id = NULL",
        "UPDATE audit SET state_hash = NULL",
        "UPDATE audit SET idx = 7 WHERE idx = 0",
        "UPDATE audit SET idx = NULL WHERE idx = 0",
        "DELETE FROM audit",
        "DELETE FROM audit WHERE idx IS NULL",
        "UPDATE checkpoints SET note = ''",
        "DELETE FROM checkpoints",
        "UPDATE policies SET body = '{}'",
        "DELETE FROM policies",
    ]
    .map(str::to_owned)
    .into();
    attempts.push(format!(
        "INSERT INTO audit (idx, {columns}) SELECT 9, 'ent_x', tenant, case_id, case_version, at, actor, kind, body, state_hash, leaf FROM audit WHERE idx = 0"
    ));
    if place.is_sqlite() {
        attempts.push(format!("INSERT OR REPLACE INTO audit ({columns}) SELECT {columns} FROM audit WHERE idx = 0"));
        attempts.push(format!("REPLACE INTO audit (seq, {columns}) SELECT seq, 'ent_x', tenant, case_id, case_version, at, actor, kind, '{{}}', state_hash, leaf FROM audit WHERE idx = 0"));
        attempts.push("REPLACE INTO checkpoints SELECT size, root, '', at FROM checkpoints".to_owned());
        attempts.push("REPLACE INTO policies SELECT tenant, version, at, author, '{}' FROM policies".to_owned());
    } else {
        attempts.extend(["TRUNCATE audit", "TRUNCATE checkpoints", "TRUNCATE policies"].map(str::to_owned));
    }
    for sql in attempts {
        let error = place.raw(&sql).await.expect_err(&sql).to_string();
        assert!(error.contains("append-only"), "{sql}: {error}");
    }
    let after = (
        store.audit_of_case(CaseId(1), 0, 10).await.unwrap(),
        store.checkpoints(None, 9).await.unwrap(),
        store.policies(BANK, 9).await.unwrap(),
    );
    assert_eq!(after, before);
}

/// Asserts that an answer names a row of a table.
fn named<T: std::fmt::Debug>(answer: Result<T, StoreError>, in_table: &str, in_row: &str, column: &str) {
    match answer {
        Err(StoreError::Corrupt { table, row, what }) => {
            assert_eq!((table, row.as_str()), (in_table, in_row), "{what}");
            assert!(what.starts_with(column), "{what}");
        }
        other => panic!("{in_table}.{column}: {other:?}"),
    }
}

async fn a_corrupt_row_is_named(place: &Place) {
    let store = place.open().await;
    let commit = Commit {
        cases: vec![case(1)],
        agents: vec![agent(1)],
        links: vec![link(5, 1)],
        deliveries: vec![delivery(1, None, 1), delivery(2, Some(1), 1)],
        people: vec![person(1)],
        endpoints: vec![endpoint(1)],
        tenants: vec![tenant(BANK)],
        ..Commit::default()
    };
    store.commit(commit).await.unwrap();
    let spoil = async |sql: &str| assert!(place.raw(sql).await.unwrap() > 0, "{sql}");

    let case_row = CaseId(1).to_string();
    for (column, value) in
        [("agent", "'agt_1'"), ("reasons", "'{'"), ("name_tokens", "'[1]'"), ("tenant", "'case_00000000000000000000000000000001'")]
    {
        spoil(&format!("UPDATE cases SET {column} = {value}")).await;
        named(store.case(CaseId(1)).await, "cases", &case_row, column);
        assert_eq!(store.due_cases(at(99), 9).await.unwrap(), [], "a scan leaves it out");
        assert_eq!(store.cases_in_phases(vec![case(1).phase], None, 9).await.unwrap(), []);
        let good = match column {
            "agent" => "NULL",
            "tenant" => "'ten_00000000000000000000000000000001'",
            _ => "'[]'",
        };
        spoil(&format!("UPDATE cases SET {column} = {good}")).await;
    }
    store.case(CaseId(1)).await.unwrap();
    spoil("UPDATE agents SET state = 'no'").await;
    assert_eq!(store.agents(None, None, 9).await.unwrap(), []);
    assert_eq!(store.counters().corrupt, 9);
    named(store.agents(Some(BANK), None, 9).await, "agents", &AgentId(1).to_string(), "state");
    spoil("UPDATE links SET invitation = ''").await;
    named(store.links_of(CaseId(1)).await, "links", "000000000000000000000000000000055a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a", "invitation");
    spoil("UPDATE people SET skills = ''").await;
    named(store.person_by_email(person(1).email).await, "people", &AgentId(1).to_string(), "skills");
    spoil("UPDATE endpoints SET events = '7'").await;
    named(store.endpoint(EndpointId(1)).await, "endpoints", &EndpointId(1).to_string(), "events");
    spoil("UPDATE tenants SET settings = '}'").await;
    named(store.tenants(None, 9).await, "tenants", &BANK.to_string(), "settings");
    spoil("UPDATE deliveries SET channel = 'pigeon' WHERE case_id IS NULL").await;
    named(store.delivery(BANK, DeliveryId(1)).await, "deliveries", &DeliveryId(1).to_string(), "channel");
    spoil("UPDATE log SET size = 0").await;
    let columns = "id, tenant, case_version, at, actor, kind, body, leaf";
    let leaf = if place.is_sqlite() { "zeroblob(32)" } else { "decode(repeat('00', 32), 'hex')" };
    spoil(&format!("INSERT INTO audit ({columns}) VALUES ('{}', '{BANK}', -1, 0, 'a', 'k', '{{}}', {leaf})", EntryId(1))).await;
    named(store.unsequenced(9).await, "audit", &EntryId(1).to_string(), "case_version");
    spoil(&format!("INSERT INTO audit ({columns}) VALUES ('{}', '{BANK}', 0, 0, 'a', 'k', 'nil', {leaf})", EntryId(2))).await;
    named(store.audit_entry(EntryId(2)).await, "audit", &EntryId(2).to_string(), "body");
}

async fn an_entry_that_cannot_be_logged_is_refused(place: &Place) {
    let store = place.open().await;
    let bad = [
        Entry { kind: "Not Snake".to_owned(), ..entry(1, None) },
        Entry { actor: String::new(), ..entry(1, None) },
        Entry { body: serde_json::json!({ "x": 0.5 }), ..entry(1, None) },
        Entry { case_version: u64::MAX, ..entry(1, Some(1)) },
    ];
    for entry in bad {
        assert!(matches!(store.commit(audit(vec![entry])).await, Err(StoreError::Limit(_))));
    }
    assert_eq!(store.unsequenced(9).await.unwrap(), []);
}

async fn every_entry_keeps_the_mark_it_came_with(place: &Place) {
    let store = place.open().await;
    let entries = vec![entry(1, Some(1)), entry(2, Some(1)), entry(3, None)];
    store.commit(Commit { audit: entries.clone(), macs: vec![[1; 32], [2; 32], [3; 32]], ..Commit::default() }).await.unwrap();
    store.commit(audit(vec![entry(4, None)])).await.unwrap();
    let short = Commit { audit: vec![entry(5, None), entry(6, None)], macs: vec![[5; 32]], ..Commit::default() };
    assert!(matches!(store.commit(short).await, Err(StoreError::Limit(_))), "one for each, or none");
    let stored = store.unsequenced(10).await.unwrap();
    assert_eq!(stored.iter().map(|row| row.mac).collect::<Vec<_>>(), [Some([1; 32]), Some([2; 32]), Some([3; 32]), None]);
    let kind = entries[0].kind.clone();
    let of = |kind: &str| store.audit_of_case_kinds(CaseId(1), vec![kind.to_owned()], 0, 10);
    assert_eq!(of(&kind).await.unwrap(), stored[..2]);
    assert_eq!(of("other").await.unwrap(), []);
    assert!(store.audit_of_case_kinds(CaseId(1), vec![], 0, 10).await.is_err());
    store.sequence(0, places(&stored, 0), vec![1], Some(checkpoint(4, 1))).await.unwrap();
    assert_eq!(store.leaves(1, 2).await.unwrap(), [(1, stored[1].leaf), (2, stored[2].leaf)]);
    assert_eq!(store.audit_range(0, 1).await.unwrap()[0].mac, Some([1; 32]));
    let other = if place.is_sqlite() { "zeroblob(32)" } else { "decode(repeat('00', 32), 'hex')" };
    assert!(place.raw(&format!("UPDATE audit SET mac = {other} WHERE seq = 1")).await.is_err(), "it is append-only as the rest");
}

async fn a_cosignature_is_kept_once_beside_its_checkpoint(place: &Place) {
    let store = place.open().await;
    store.commit(audit((1..=6).map(|n| entry(n, None)).collect())).await.unwrap();
    let rows = store.unsequenced(10).await.unwrap();
    store.sequence(0, places(&rows[..2], 0), vec![1], Some(checkpoint(2, 1))).await.unwrap();
    store.sequence(2, places(&rows[2..], 2), vec![2], Some(checkpoint(6, 2))).await.unwrap();
    assert_eq!(store.checkpoint_of(2).await.unwrap(), Some(checkpoint(2, 1)));
    assert_eq!(store.checkpoint_of(3).await.unwrap(), None);
    let row = |size, witness: &str| CosignatureRow { size, witness: witness.to_owned(), line: format!("line {size}"), at: NOW };
    for row in [row(2, "b"), row(2, "a"), row(6, "a")] {
        store.put_cosignature(row).await.unwrap();
    }
    let again = CosignatureRow { line: "another".to_owned(), ..row(2, "a") };
    store.put_cosignature(again).await.unwrap();
    assert!(store.put_cosignature(row(5, "a")).await.is_err(), "of no checkpoint");
    assert_eq!(store.cosignatures(None, 10).await.unwrap(), [row(2, "a"), row(2, "b"), row(6, "a")]);
    assert_eq!(store.cosignatures(Some((2, "a".to_owned())), 1).await.unwrap(), [row(2, "b")]);
    assert_eq!(store.newest_cosignature("a".to_owned()).await.unwrap(), Some(row(6, "a")));
    assert_eq!(store.newest_cosignature("c".to_owned()).await.unwrap(), None);
    store.put_setting_once("once".to_owned(), vec![1]).await.unwrap();
    store.put_setting_once("once".to_owned(), vec![2]).await.unwrap();
    assert_eq!(store.setting("once".to_owned()).await.unwrap(), Some(vec![1]));
}

async fn what_stands_beside_a_case_is_read_for_the_proof(place: &Place) {
    let store = place.open().await;
    let rows = Commit {
        cases: vec![case(1)],
        reports: vec![crate::fixtures::report(1, NOW)],
        tenants: vec![tenant(BANK)],
        people: vec![person(1)],
        ..Commit::default()
    };
    store.commit(rows).await.unwrap();
    assert_eq!(store.case_ids(None, 10).await.unwrap(), [CaseId(1)]);
    assert_eq!(store.case_ids(Some(CaseId(1)), 10).await.unwrap(), []);
    let known = store.case(CaseId(1)).await.unwrap().unwrap();
    let terms: Vec<_> = store::terms(&known.reasons, &known.name_tokens).into_iter().map(|term| (BANK, term)).collect();
    assert!(!terms.is_empty());
    assert_eq!(store.terms_of(CaseId(1)).await.unwrap(), terms);
    let report = crate::fixtures::report(1, NOW);
    assert_eq!(store.reports_of(report.case).await.unwrap(), [report]);
    assert_eq!(store.orphans().await.unwrap(), []);
    place.raw("UPDATE people SET tenant = 'ten_00000000000000000000000000000099'").await.unwrap();
    assert_eq!(store.orphans().await.unwrap()[0].0, "people");
}

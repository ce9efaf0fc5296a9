//! Cases and agents: versions, look-ups, lists.

use crate::fixtures::{BANK, Dice, NOW, OTHER, agent, at, case, cases, hash, link, next};
use crate::place::Place;
use domain::ids::{AgentId, CaseId};
use std::sync::Arc;
use store::StoreError;
use store::rows::{AgentRow, CaseFilter, CaseRow, CaseWrite, Commit, MAX_PAGE, MAX_STATE_BYTES};

crate::conformance!(
    a_case_reads_back_whole,
    of_writers_at_one_version_exactly_one_wins,
    a_new_case_can_be_written_once,
    a_write_for_another_tenant_moves_nothing,
    a_list_gives_what_its_filter_says_and_pages_without_a_gap,
    a_case_is_found_by_the_words_it_has_now,
    a_prefix_is_no_pattern,
    phases_deadlines_and_counts_are_found,
    presence_moves_by_version_too,
    what_is_past_a_limit_is_refused_and_not_written,
);

fn row(w: &CaseWrite) -> CaseRow {
    let w = w.clone();
    CaseRow {
        id: w.id,
        tenant: w.tenant,
        version: w.version,
        reference: w.reference,
        phase: w.phase,
        jurisdiction: w.jurisdiction,
        locale: w.locale,
        reasons: w.reasons,
        agent: w.agent,
        created_at: w.created_at,
        updated_at: w.updated_at,
        deadline_at: w.deadline_at,
        queued_at: w.queued_at,
        recovered_seconds: w.recovered_seconds,
        name_tokens: w.name_tokens,
        state: w.state,
        state_hash: w.state_hash,
        key: w.key,
    }
}

async fn a_case_reads_back_whole(place: &Place) {
    let store = place.open().await;
    let first = case(1);
    let commit = Commit { links: vec![link(50, 1), link(51, 1)], ..cases(vec![first.clone()]) };
    store.commit(commit).await.unwrap();
    assert_eq!(store.case(CaseId(1)).await.unwrap(), Some(row(&first)));
    let second = CaseWrite {
        reference: "ref-พิเศษ".to_owned(),
        phase: "live".to_owned(),
        reasons: vec![],
        agent: None,
        updated_at: at(9),
        deadline_at: None,
        queued_at: None,
        recovered_seconds: None,
        name_tokens: vec!["c3".to_owned(), "c3".to_owned()],
        state: vec![],
        state_hash: hash(77),
        key: vec![1],
        ..next(&first)
    };
    store.commit(cases(vec![second.clone()])).await.unwrap();
    let expected = Some(row(&second));
    assert_eq!(store.case(CaseId(1)).await.unwrap(), expected);
    assert_eq!(store.case_of(BANK, CaseId(1)).await.unwrap(), expected);
    assert_eq!(store.case_of(OTHER, CaseId(1)).await.unwrap(), None);
    assert_eq!(store.case_by_link(hash(51)).await.unwrap(), expected);
    assert_eq!(store.case_by_link(hash(52)).await.unwrap(), None);
    assert_eq!(store.link(hash(50)).await.unwrap(), Some(link(50, 1)));
    assert_eq!(store.links_of(CaseId(1)).await.unwrap(), [link(50, 1), link(51, 1)]);

    let newer = CaseWrite { reference: second.reference.clone(), created_at: at(100), ..case(2) };
    let foreign = CaseWrite { tenant: OTHER, reference: second.reference.clone(), created_at: at(200), ..case(3) };
    store.commit(cases(vec![newer, foreign])).await.unwrap();
    let found = store.case_by_reference(BANK, second.reference).await.unwrap();
    assert_eq!(found.map(|case| case.id), Some(CaseId(2)));
}

async fn of_writers_at_one_version_exactly_one_wins(place: &Place) {
    const WRITERS: u64 = 16;
    let store = place.open().await;
    let mut stands = case(1);
    store.commit(cases(vec![stands.clone()])).await.unwrap();
    for _ in 0..8 {
        let racers: Vec<_> = (0..WRITERS)
            .map(|n| {
                let (store, mine) = (Arc::clone(&store), CaseWrite { state: n.to_be_bytes().to_vec(), ..next(&stands) });
                tokio::spawn(async move { (store.commit(cases(vec![mine.clone()])).await, mine) })
            })
            .collect();
        let mut winners = Vec::new();
        for racer in racers {
            match racer.await.unwrap() {
                (Ok(()), mine) => winners.push(mine),
                (Err(error), _) => assert_eq!(error, StoreError::Conflict),
            }
        }
        assert_eq!(winners.len(), 1);
        stands = winners.remove(0);
        assert_eq!(store.case(CaseId(1)).await.unwrap(), Some(row(&stands)));
    }
    assert_eq!(stands.version, 9);
    assert_eq!(store.counters().conflicts, 8 * (WRITERS - 1));
}

async fn a_new_case_can_be_written_once(place: &Place) {
    let store = place.open().await;
    let racers: Vec<_> = (0..12)
        .map(|_| {
            let store = Arc::clone(&store);
            tokio::spawn(async move { store.commit(cases(vec![case(1)])).await })
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
}

async fn a_write_for_another_tenant_moves_nothing(place: &Place) {
    let store = place.open().await;
    store.commit(cases(vec![case(1)])).await.unwrap();
    let stolen = CaseWrite { tenant: OTHER, ..next(&case(1)) };
    assert_eq!(store.commit(cases(vec![stolen])).await, Err(StoreError::Conflict));
    assert_eq!(store.case(CaseId(1)).await.unwrap(), Some(row(&case(1))));
}

/// What a list should give, by the plainest means.
fn naive(all: &[CaseWrite], filter: &CaseFilter) -> Vec<CaseId> {
    let mut found: Vec<_> = all
        .iter()
        .filter(|c| c.tenant == BANK)
        .filter(|c| filter.phases.is_empty() || filter.phases.contains(&c.phase))
        .filter(|c| filter.reason.as_ref().is_none_or(|reason| c.reasons.contains(reason)))
        .filter(|c| filter.reference_prefix.as_ref().is_none_or(|prefix| c.reference.starts_with(prefix)))
        .filter(|c| filter.name_tokens.iter().all(|token| c.name_tokens.contains(token)))
        .filter(|c| filter.agent.is_none_or(|agent| c.agent == Some(agent)))
        .filter(|c| filter.from.is_none_or(|from| c.created_at >= from))
        .filter(|c| filter.to.is_none_or(|to| c.created_at < to))
        .collect();
    found.sort_by_key(|c| std::cmp::Reverse((c.created_at, c.id)));
    found.into_iter().map(|c| c.id).collect()
}

fn pick(dice: &mut Dice, of: &[&str]) -> String {
    of[usize::try_from(dice.roll(of.len() as u64)).unwrap()].to_owned()
}

fn random_case(n: u128, dice: &mut Dice) -> CaseWrite {
    CaseWrite {
        tenant: if dice.roll(8) == 0 { OTHER } else { BANK },
        phase: pick(dice, &["waiting", "live", "verified"]),
        reference: pick(dice, &["A-1", "A-2", "a-1", "B", "ก-1"]),
        reasons: vec![pick(dice, &["glare", "blur"])],
        // A reason and a name's token of the same letters are different words.
        name_tokens: vec![pick(dice, &["x", "y", "glare"]), pick(dice, &["x", "z"])],
        agent: (dice.roll(2) == 0).then(|| AgentId(u128::from(dice.roll(3)))),
        created_at: at(i64::try_from(dice.roll(30)).unwrap()),
        ..case(n)
    }
}

fn random_filter(dice: &mut Dice) -> CaseFilter {
    let mut maybe = |of: &[&str]| (dice.roll(3) == 0).then(|| pick(dice, of));
    CaseFilter {
        phases: maybe(&["waiting", "live"]).into_iter().chain(maybe(&["verified", "gone"])).collect(),
        reason: maybe(&["glare", "blur", "x"]),
        reference_prefix: maybe(&["A", "A-1", "a", "", "ก", "%"]),
        name_tokens: maybe(&["x", "y", "glare"]).into_iter().chain(maybe(&["x", "z"])).collect(),
        agent: (dice.roll(4) == 0).then(|| AgentId(u128::from(dice.roll(3)))),
        from: (dice.roll(4) == 0).then(|| at(i64::try_from(dice.roll(20)).unwrap())),
        to: (dice.roll(4) == 0).then(|| at(i64::try_from(dice.roll(30)).unwrap())),
    }
}

async fn a_list_gives_what_its_filter_says_and_pages_without_a_gap(place: &Place) {
    let store = place.open().await;
    let mut dice = Dice(42);
    let all: Vec<_> = (1..=160).map(|n| random_case(n, &mut dice)).collect();
    for few in all.chunks(4) {
        store.commit(cases(few.to_vec())).await.unwrap();
    }
    let mut filters = vec![CaseFilter::default()];
    filters.extend((0..120).map(|_| random_filter(&mut dice)));
    let mut some = 0;
    for filter in filters {
        let expected = naive(&all, &filter);
        some += usize::from(!expected.is_empty());
        let size = u32::try_from(1 + dice.roll(40)).unwrap();
        let (mut found, mut after) = (Vec::new(), None);
        loop {
            let page = store.cases(BANK, filter.clone(), after, size).await.unwrap();
            let Some(last) = page.last() else { break };
            assert!(page.len() <= size as usize);
            after = Some(last.cursor());
            found.extend(page.iter().map(|case| case.id));
        }
        assert_eq!(found, expected, "{filter:?}");
    }
    assert!(some > 40, "the filters are too narrow to say anything: {some}");
    let page = store.cases(BANK, CaseFilter::default(), None, u32::MAX).await.unwrap();
    assert_eq!(page.len(), MAX_PAGE as usize);
}

async fn a_case_is_found_by_the_words_it_has_now(place: &Place) {
    let store = place.open().await;
    let first = CaseWrite { reasons: vec!["glare".to_owned()], name_tokens: vec!["old".to_owned()], ..case(1) };
    let same = next(&first);
    let changed = CaseWrite { reasons: vec!["blur".to_owned()], name_tokens: vec!["new".to_owned()], ..next(&same) };
    let emptied = CaseWrite { reasons: vec![], name_tokens: vec![], ..next(&changed) };
    let found = async |reason: Option<&str>, token: Option<&str>| {
        let filter = CaseFilter {
            reason: reason.map(str::to_owned),
            name_tokens: token.map(str::to_owned).into_iter().collect(),
            ..CaseFilter::default()
        };
        store.cases(BANK, filter, None, 10).await.unwrap().len()
    };
    let words = [(Some("glare"), None), (None, Some("old")), (Some("blur"), None), (None, Some("new"))];
    for (write, expected) in [(first, [1, 1, 0, 0]), (same, [1, 1, 0, 0]), (changed, [0, 0, 1, 1]), (emptied, [0, 0, 0, 0])] {
        store.commit(cases(vec![write])).await.unwrap();
        for ((reason, token), count) in words.into_iter().zip(expected) {
            assert_eq!(found(reason, token).await, count, "{reason:?} {token:?}");
        }
    }
}

async fn a_prefix_is_no_pattern(place: &Place) {
    let store = place.open().await;
    let with = |n, reference: &str| CaseWrite { reference: reference.to_owned(), ..case(n) };
    store.commit(cases(vec![with(1, "50%"), with(2, "500"), with(3, "a_b"), with(4, "axb")])).await.unwrap();
    for (prefix, expected) in [("50%", CaseId(1)), ("a_", CaseId(3))] {
        let filter = CaseFilter { reference_prefix: Some(prefix.to_owned()), ..CaseFilter::default() };
        let found: Vec<_> = store.cases(BANK, filter, None, 10).await.unwrap().iter().map(|case| case.id).collect();
        assert_eq!(found, [expected]);
    }
}

async fn phases_deadlines_and_counts_are_found(place: &Place) {
    let store = place.open().await;
    assert_eq!(store.next_deadline().await.unwrap(), None, "of nothing");
    for n in 1..=9_u128 {
        let phase = ["waiting", "live", "verified"][usize::try_from(n % 3).unwrap()].to_owned();
        let deadline_at = (n % 4 != 0).then(|| at(100 - i64::try_from(n).unwrap()));
        store.commit(cases(vec![CaseWrite { phase, deadline_at, tenant: if n == 9 { OTHER } else { BANK }, ..case(n) }])).await.unwrap();
    }
    let ids = |rows: Vec<CaseRow>| rows.iter().map(|row| row.id.0).collect::<Vec<_>>();
    let phases = || vec!["waiting".to_owned(), "live".to_owned()];
    assert_eq!(ids(store.cases_in_phases(phases(), None, 4).await.unwrap()), [1, 3, 4, 6]);
    assert_eq!(ids(store.cases_in_phases(phases(), Some(CaseId(6)), 4).await.unwrap()), [7, 9]);
    // Deadlines fall: 9 first, then 7; 8 and 4 have none.
    assert_eq!(ids(store.due_cases(at(94), 10).await.unwrap()), [9, 7, 6]);
    assert_eq!(ids(store.due_cases(at(94), 2).await.unwrap()), [9, 7]);
    assert_eq!(ids(store.due_cases(at(90), 2).await.unwrap()), [] as [u128; 0]);
    assert_eq!(store.next_deadline().await.unwrap(), Some(at(91)));
    let counts: Vec<_> = store.phase_counts(BANK).await.unwrap().into_iter().map(|count| (count.phase, count.count)).collect();
    assert_eq!(counts, [("live".to_owned(), 3), ("verified".to_owned(), 3), ("waiting".to_owned(), 2)]);
    assert!(matches!(store.cases_in_phases(vec![], None, 1).await, Err(StoreError::Limit(_))));
}

async fn presence_moves_by_version_too(place: &Place) {
    let store = place.open().await;
    let commit = |agents| Commit { agents, ..Commit::default() };
    store.commit(commit(vec![agent(3), agent(1), agent(2)])).await.unwrap();
    let mut moved = agent(2);
    moved.expected_version = 1;
    moved.version = 2;
    moved.presence = "away".to_owned();
    moved.deadline_at = None;
    store.commit(commit(vec![moved.clone()])).await.unwrap();
    assert_eq!(store.commit(commit(vec![moved.clone()])).await, Err(StoreError::Conflict));
    assert_eq!(store.commit(commit(vec![agent(1)])).await, Err(StoreError::Conflict));
    let row = AgentRow {
        id: AgentId(2),
        tenant: BANK,
        version: 2,
        presence: moved.presence,
        state: moved.state,
        deadline_at: None,
        updated_at: NOW,
    };
    assert_eq!(store.agent(AgentId(2)).await.unwrap(), Some(row));
    let ids = |rows: Vec<AgentRow>| rows.iter().map(|row| row.id.0).collect::<Vec<_>>();
    assert_eq!(ids(store.agents(Some(BANK), None, 2).await.unwrap()), [1, 2]);
    assert_eq!(ids(store.agents(Some(BANK), Some(AgentId(2)), 2).await.unwrap()), [3]);
    assert_eq!(ids(store.agents(None, None, 9).await.unwrap()), [1, 2, 3]);
    assert_eq!(ids(store.agents(Some(OTHER), None, 9).await.unwrap()), [] as [u128; 0]);
    assert_eq!(ids(store.due_agents(at(15), 9).await.unwrap()), [1, 3]);
    assert_eq!(ids(store.due_agents(at(14), 9).await.unwrap()), [] as [u128; 0]);
    assert_eq!(store.next_deadline().await.unwrap(), Some(at(15)), "an agent's counts as well");
}

async fn what_is_past_a_limit_is_refused_and_not_written(place: &Place) {
    let store = place.open().await;
    let bad = [
        cases((1..=5).map(case).collect()),
        cases(vec![CaseWrite { version: 0, ..case(1) }]),
        cases(vec![CaseWrite { expected_version: 4, version: 4, ..case(1) }]),
        cases(vec![CaseWrite { version: u64::MAX, ..case(1) }]),
        cases(vec![CaseWrite { state: vec![0; MAX_STATE_BYTES + 1], ..case(1) }]),
        cases(vec![CaseWrite { reference: "a\0b".to_owned(), ..case(1) }]),
        Commit { agents: (1..=5).map(agent).collect(), ..cases(vec![case(1)]) },
        Commit { audit: (1..=65).map(|n| crate::fixtures::entry(n, Some(1))).collect(), ..cases(vec![case(1)]) },
        Commit { links: (1..=257).map(|n| link(n, 1)).collect(), ..cases(vec![case(1)]) },
    ];
    for commit in bad {
        assert!(matches!(store.commit(commit).await, Err(StoreError::Limit(_))));
    }
    let filter = CaseFilter { phases: vec!["p".to_owned(); 33], ..CaseFilter::default() };
    assert!(matches!(store.cases(BANK, filter, None, 1).await, Err(StoreError::Limit(_))));
    assert!(matches!(store.case_by_reference(BANK, "\0".to_owned()).await, Err(StoreError::Limit(_))));
    assert_eq!(place.number("SELECT COUNT(*) FROM cases").await, 0);
}

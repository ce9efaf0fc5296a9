//! Who is rung for whom, with the real store, hub and clock ticks of the test's choosing.

use crate::floor::{OnDuty, on_duty, opened_as, presence, queued, ring, tell};
use crate::test_app::{TestApp, report};
use domain::agent::{self, AwayReason, State};
use domain::case::{Input, TicketState};
use domain::ids::CaseId;
use domain::queue::{Choice, FreeAgent, Rules, WaitingTicket, assign};
use domain::time::Span;
use serde_json::{Value, json};
use server::workers::{deadlines, router};

async fn rung(app: &TestApp, agents: &[&OnDuty]) -> Vec<Option<CaseId>> {
    let mut all = Vec::new();
    for agent in agents {
        all.push(ring(&app.app.engine, agent.id).await.map(|(case, _)| case));
    }
    all
}

fn speaking(reference: &str, locale: &str) -> Value {
    let mut body = report(reference);
    body["customer"]["locale"] = json!(locale);
    body
}

#[tokio::test(flavor = "multi_thread")]
async fn who_waits_longest_is_served_first_by_who_is_idle_longest() {
    let app = TestApp::new().await;
    let mut agents = Vec::new();
    for _ in 0..2 {
        agents.push(on_duty(&app, &["lang:ms"]).await);
        app.clock.advance(Span::seconds(1));
    }
    let mut customers = Vec::new();
    for n in 0..3 {
        customers.push(queued(&app, report(&format!("onb-{n}"))).await);
        app.clock.advance(Span::seconds(1));
    }
    router::once(&app.app).await;
    assert_eq!(rung(&app, &[&agents[0], &agents[1]]).await, [Some(customers[0].case), Some(customers[1].case)]);
    let wait = app.app.queue.wait(customers[2].case, app.app.engine.now());
    assert_eq!(wait.place, Some(3), "the third sees that two are before them");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ring_that_nobody_answers_goes_on_to_the_next_agent_and_the_first_is_away() {
    let app = TestApp::new().await;
    let sari = on_duty(&app, &["lang:ms"]).await;
    let customer = queued(&app, report("onb-1")).await;
    let queued_at = ticket(&app, customer.case).await.queued_at;
    router::once(&app.app).await;
    assert_eq!(rung(&app, &[&sari]).await, [Some(customer.case)]);
    let ben = on_duty(&app, &["lang:ms"]).await;
    app.clock.advance(Span::seconds(8));
    deadlines::once(&app.app).await.unwrap();
    assert_eq!(rung(&app, &[&sari]).await, [Some(customer.case)], "an answer may be on its way");
    app.clock.advance(Span::seconds(2));
    deadlines::once(&app.app).await.unwrap();
    router::once(&app.app).await;
    assert_eq!(rung(&app, &[&sari, &ben]).await, [None, Some(customer.case)]);
    let state = app.app.engine.agent(sari.id).await.unwrap().state;
    assert_eq!(state, State::Away { reason: AwayReason::Missed });
    let ticket = ticket(&app, customer.case).await;
    assert_eq!((ticket.queued_at, ticket.rings), (queued_at, 2), "the place is kept");
}

async fn ticket(app: &TestApp, case: CaseId) -> domain::case::Ticket {
    server::views::ticket(&app.app.engine.case(case).await.unwrap()).unwrap().clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_whose_page_is_gone_is_not_rung_for_and_comes_back_to_the_same_place() {
    let app = TestApp::new().await;
    let first = queued(&app, report("onb-1")).await;
    app.clock.advance(Span::seconds(5));
    let second = queued(&app, report("onb-2")).await;
    assert!(app.app.hub.leave_customer(first.case, first.socket));
    tell(&app.app.engine, first.case, Input::CustomerGone).await;
    assert!(matches!(ticket(&app, first.case).await.state, TicketState::Parked { .. }));
    let sari = on_duty(&app, &["lang:ms"]).await;
    router::once(&app.app).await;
    assert_eq!(rung(&app, &[&sari]).await, [Some(second.case)]);

    app.clock.advance(Span::seconds(30));
    let _page = app.app.hub.join_customer(first.case, true).unwrap();
    tell(&app.app.engine, first.case, Input::CustomerBack).await;
    let third = queued(&app, report("onb-3")).await;
    let ben = on_duty(&app, &["lang:ms"]).await;
    router::once(&app.app).await;
    assert_eq!(rung(&app, &[&ben]).await, [Some(first.case)], "before the third, who came later");
    assert!(matches!(ticket(&app, third.case).await.state, TicketState::Queued));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_place_that_nobody_comes_back_to_is_given_up_after_a_minute() {
    let app = TestApp::new().await;
    let customer = queued(&app, report("onb-1")).await;
    app.app.hub.leave_customer(customer.case, customer.socket);
    tell(&app.app.engine, customer.case, Input::CustomerGone).await;
    app.clock.advance(Span::seconds(59));
    deadlines::once(&app.app).await.unwrap();
    assert_eq!(app.app.engine.case(customer.case).await.unwrap().phase_name(), "waiting");
    app.clock.advance(Span::seconds(2));
    deadlines::once(&app.app).await.unwrap();
    assert_eq!(app.app.engine.case(customer.case).await.unwrap().phase_name(), "claimed", "the link is still good");
    assert_eq!(app.app.queue.waiting(app.bank.tenant).len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn language_is_asked_for_first_and_any_agent_will_do_after_half_a_minute() {
    let app = TestApp::new().await;
    let thai = on_duty(&app, &["lang:th"]).await;
    app.clock.advance(Span::seconds(5));
    let malay = on_duty(&app, &["lang:ms"]).await;
    let first = queued(&app, speaking("onb-1", "ms")).await;
    let second = queued(&app, speaking("onb-2", "ms")).await;
    router::once(&app.app).await;
    assert_eq!(rung(&app, &[&thai, &malay]).await, [None, Some(first.case)], "idle longer, but speaks another language");
    app.clock.advance(Span::seconds(29));
    router::once(&app.app).await;
    assert_eq!(rung(&app, &[&thai]).await, [None]);
    app.clock.advance(Span::seconds(2));
    router::once(&app.app).await;
    assert_eq!(rung(&app, &[&thai]).await, [Some(second.case)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_whose_page_is_closed_away_or_of_another_bank_is_not_rung() {
    let app = TestApp::new().await;
    let (closed, away) = (on_duty(&app, &["lang:ms"]).await, on_duty(&app, &["lang:ms"]).await);
    app.app.hub.leave_agent(closed.id, closed.socket);
    presence(&app.app.engine, away.id, agent::Input::Away(AwayReason::Break)).await;
    let other = app.other_bank().await;
    let (stranger, _) = app.person(&other, "agent").await;
    let _desk = app.app.hub.join_agent(stranger);
    presence(&app.app.engine, stranger, agent::Input::Available).await;
    let customer = queued(&app, report("onb-1")).await;
    router::once(&app.app).await;
    assert!(matches!(ticket(&app, customer.case).await.state, TicketState::Queued));
}

#[tokio::test(flavor = "multi_thread")]
async fn where_assignment_must_not_be_predictable_the_draw_is_on_record_and_can_be_repeated() {
    let app = TestApp::new().await;
    let mut free = Vec::new();
    let mut desks = Vec::new();
    for n in 0..5 {
        let agent = on_duty(&app, &["lang:ms"]).await;
        server::seed::certify_for_all(&app.app, agent.id).await.unwrap();
        free.push(FreeAgent { id: agent.id, skills: domain::queue::Skills::NONE, since: app.app.engine.now() });
        desks.push(agent);
        app.clock.advance(Span::seconds(n));
    }
    let mut drawn = Vec::new();
    for n in 0..4 {
        let mut body = report(&format!("onb-{n}"));
        body["jurisdiction"] = json!("DE");
        let case = queued(&app, body).await.case;
        let held = ticket(&app, case).await;
        router::once(&app.app).await;
        let entries = app.app.engine.store.audit_of_case(case, 0, 100).await.unwrap();
        let entry = entries.iter().find(|row| row.entry.kind == "agent_drawn").expect("the draw is in the log");
        let seed: u64 = entry.entry.body["seed"].as_str().unwrap().parse().unwrap();
        let ticket = WaitingTicket::new(held.id, held.queued_at, domain::queue::Skills::NONE);
        let again = assign(&[ticket], &free, app.app.engine.now(), &Rules { choice: Choice::Random }, seed);
        assert_eq!(entry.entry.body["agent"], json!(again[0].agent), "the seed leads to the same agent");
        assert_eq!(ring(&app.app.engine, again[0].agent).await.map(|(case, _)| case), Some(case));
        free.retain(|a| a.id != again[0].agent);
        drawn.push(again[0].agent);
    }
    let in_line: Vec<_> = desks.iter().take(4).map(|d| d.id).collect();
    assert_ne!(drawn, in_line, "not simply who is idle longest");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_that_nobody_claimed_rings_nobody() {
    let app = TestApp::new().await;
    let sari = on_duty(&app, &["lang:ms"]).await;
    opened_as(&app, report("onb-1")).await;
    router::once(&app.app).await;
    assert_eq!(rung(&app, &[&sari]).await, [None]);
}

//! What a supervisor who watches is given to read and to see, over real sockets: the chat, the board, their pictures.

use crate::boards::{Two, begin};
use crate::links::photograph;
use crate::sockets::{Page, console, wait_for};
use crate::test_app::{encoded, jpeg};
use axum::http::Method;
use domain::ids::AgentId;
use serde_json::{Value, json};
use server::hub::ToAgent;
use wire::socket::AgentPush;

/// Somebody else at a console of the same bank.
struct Third {
    id: AgentId,
    cookie: String,
    page: Page,
}

impl Third {
    async fn of(two: &Two, role: &str) -> Self {
        let (id, cookie) = two.app.person(&two.app.bank, role).await;
        let page = console(&two.app, two.at, &cookie).await;
        Self { id, cookie, page }
    }

    async fn supervise(&mut self, two: &Two, mode: Value) {
        self.page.say(json!({ "type": "supervise", "case": two.case, "mode": mode })).await;
    }

    /// Goes, and has been told so.
    async fn leave(&mut self, two: &Two) {
        self.supervise(two, Value::Null).await;
        while self.page.until("observed").await != json!({ "type": "observed" }) {}
    }

    /// A supervisor who has come to the session and was shown how it stands.
    async fn watching(two: &Two) -> Self {
        let mut third = Self::of(two, "supervisor").await;
        third.supervise(two, json!("watch")).await;
        while third.page.until("observed").await["view"]["id"] != json!(two.case) {}
        third
    }

    /// The same without the view of the case, which comes again whenever anything about it changes.
    async fn news(&mut self, two: &Two) -> Vec<Value> {
        let mut all = self.heard(two).await;
        all.retain(|heard| heard["view"]["id"] != json!(two.case));
        all
    }

    /// All that was said to this page until now, without what everybody on the floor is told.
    async fn heard(&mut self, two: &Two) -> Vec<Value> {
        // The same way as everything else to this page, so that nothing can still be under way.
        two.app.app.hub.to_agent(self.id, ToAgent::Push(Box::new(AgentPush::Pong {})));
        let mut all = Vec::new();
        loop {
            let heard = self.page.hear().await.expect("the page stays");
            match heard["type"].as_str() {
                Some("pong") => return all,
                Some("floor" | "desk") => {}
                _ => all.push(heard),
            }
        }
    }
}

/// Both have it: what the supervisor is sent is on its way by then.
async fn written(two: &mut Two, side: &str, text: &str) {
    let mut message = json!({ "type": "chat", "nonce": text, "text": text });
    if side == "agent" {
        message["case"] = json!(two.case);
        two.agent.say(message).await;
    } else {
        two.customer.say(message).await;
    }
    two.agent.until("chat").await;
    two.customer.until("chat").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_watches_reads_the_chat_so_far_and_each_new_message_and_nothing_after_leaving() {
    let mut two = Two::meet().await;
    written(&mut two, "customer", "my card shines").await;
    written(&mut two, "agent", "tilt it").await;
    let mut boss = Third::watching(&two).await;
    let said = boss.page.until("chat").await;
    assert_eq!((said["case"].clone(), said["from"].clone()), (json!(two.case), json!(0)));
    let read: Vec<_> =
        said["messages"].as_array().unwrap().iter().map(|m| (m["from"].as_str().unwrap(), m["text"].as_str().unwrap())).collect();
    assert_eq!(read, [("customer", "my card shines"), ("agent", "tilt it")]);
    boss.heard(&two).await;

    written(&mut two, "customer", "better?").await;
    let new: Vec<_> =
        boss.news(&two).await.iter().map(|m| (m["type"].clone(), m["from"].clone(), m["messages"][0]["text"].clone())).collect();
    assert_eq!(new, [(json!("chat"), json!(2), json!("better?"))], "once, and no message again");

    // The line breaks and comes back: all of it once more, as it stands.
    boss.page = console(&two.app, two.at, &boss.cookie).await;
    let again = boss.page.until("chat").await;
    assert_eq!((again["from"].clone(), again["messages"].as_array().map(Vec::len)), (json!(0), Some(3)));
    boss.heard(&two).await;
    boss.supervise(&two, json!("whisper")).await;
    while boss.page.until("observed").await["view"]["table"]["people"][0]["mode"] != "whisper" {}
    assert_eq!(boss.news(&two).await, [] as [Value; 0], "another way to take part is no new chat");

    boss.leave(&two).await;
    written(&mut two, "customer", "are you there?").await;
    assert_eq!(boss.heard(&two).await, [] as [Value; 0]);
    let mut back = console(&two.app, two.at, &boss.cookie).await;
    assert_eq!(back.until("observed").await, json!({ "type": "observed" }), "a page that comes back without a seat is told so");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_watches_sees_the_board_as_it_stands_and_every_doing_and_nothing_after_leaving() {
    let mut two = Two::meet().await;
    two.show(json!({ "on": "live" })).await;
    two.agent_draws(1, begin(1)).await;
    two.both_hear().await;
    let mut boss = Third::watching(&two).await;
    let board = boss.page.until("board").await;
    let stroke = json!({ "from": "agent", "id": 1, "tool": "pen", "width": 5, "xy": [1, 65_535], "done": false, "undone": false });
    let live = json!({ "surface": { "on": "live" }, "seq": 1, "part": 0, "parts": 1, "strokes": [stroke] });
    assert_eq!(board, json!({ "type": "board", "case": two.case, "board": live }));

    two.customer_draws(4, begin(1)).await;
    let mut drawn = two.both_hear().await;
    drawn["case"] = json!(two.case);
    assert_eq!(boss.news(&two).await, [drawn]);
    boss.page.say(json!({ "type": "board_again", "case": two.case })).await;
    assert_eq!(boss.page.until("board").await["board"]["seq"], 2);

    let kept = two.snapshot(&encoded(320, 240, image::ImageFormat::Png), None).await.json()["id"].as_str().unwrap().to_owned();
    two.show(json!({ "on": "evidence", "evidence": kept })).await;
    let shown: Vec<_> = boss.news(&two).await.iter().map(|m| (m["type"].clone(), m["board"]["surface"]["evidence"].clone())).collect();
    assert_eq!(shown, [(json!("board"), json!(kept))]);

    boss.leave(&two).await;
    two.agent_draws(2, begin(2)).await;
    two.both_hear().await;
    two.show(Value::Null).await;
    assert_eq!(boss.heard(&two).await, [] as [Value; 0]);
    boss.page.say(json!({ "type": "board_again", "case": two.case })).await;
    assert_eq!(boss.page.until("problem").await["code"], "not_yours");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_watch_gets_nothing_and_an_agent_cannot_watch() {
    let mut two = Two::meet().await;
    let mut idle = Third::of(&two, "supervisor").await;
    assert_eq!(idle.page.until("observed").await, json!({ "type": "observed" }));
    let mut other = Third::of(&two, "agent").await;
    other.supervise(&two, json!("watch")).await;
    assert_eq!(other.page.until("problem").await["code"], "not_yours");
    written(&mut two, "customer", "my card shines").await;
    two.show(json!({ "on": "live" })).await;
    two.agent_draws(1, begin(1)).await;
    two.both_hear().await;
    for third in [&mut idle, &mut other] {
        assert_eq!(third.heard(&two).await, [] as [Value; 0]);
        third.page.say(json!({ "type": "board_again", "case": two.case })).await;
        assert_eq!(third.page.until("problem").await["code"], "not_yours");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_supervisor_neither_writes_nor_draws_however_they_take_part() {
    let mut two = Two::meet().await;
    two.show(json!({ "on": "live" })).await;
    let mut boss = Third::watching(&two).await;
    for mode in ["watch", "whisper", "join"] {
        boss.supervise(&two, json!(mode)).await;
        boss.page.say(json!({ "type": "chat", "case": two.case, "nonce": mode, "text": "hello" })).await;
        assert_eq!(boss.page.until("chat_refused").await["code"], "not_yours", "{mode}");
        boss.page.say(json!({ "type": "draw", "case": two.case, "n": 1, "op": begin(1) })).await;
        assert_eq!(boss.page.until("draw_refused").await["code"], "not_yours", "{mode}");
        boss.page.say(json!({ "type": "show", "case": two.case, "surface": null })).await;
        assert_eq!(boss.page.until("problem").await["code"], "not_yours", "{mode}");
    }
    let case = two.app.app.engine.case(two.id()).await.unwrap();
    assert_eq!((case.chat.len(), two.app.app.boards.view(two.id())[0].strokes.len()), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_of_the_chat_is_shown_to_who_watches_and_each_look_is_in_the_log_under_their_name() {
    let two = Two::meet().await;
    let mut boss = Third::watching(&two).await;
    boss.heard(&two).await;
    let sent = two.app.send(photograph(&two.token, &two.secret, "", &jpeg(), &jpeg())).await.json();
    let picture = sent["id"].as_str().unwrap();
    assert_eq!(boss.page.until("chat").await["messages"][0]["image"], picture);
    let shown = two.app.signed(&boss.cookie, Method::GET, &format!("/v1/evidence/{picture}/shown?case={}", two.case), None).await;
    assert_eq!((shown.status.as_u16(), shown.header("content-type")), (200, "image/jpeg"));
    let rows = two.app.app.engine.store.audit_of_case(two.id(), 0, 1_000).await.unwrap();
    let by = |kind: &str| rows.iter().filter(|row| row.entry.kind == kind).map(|row| row.entry.actor.to_string()).collect::<Vec<_>>();
    let me = format!("agent:{}", boss.id);
    assert_eq!((by("supervisor_came"), by("evidence_viewed")), (vec![me.clone()], vec![me]), "who read the chat, and who saw its picture");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_supervisor_who_signs_out_watches_no_longer() {
    let two = Two::meet().await;
    let mut boss = Third::watching(&two).await;
    assert_eq!(two.app.signed(&boss.cookie, Method::POST, "/v1/sign-out", None).await.status, 204);
    boss.page.last_words().await;
    wait_for("the seat is empty", async || {
        let case = two.app.app.engine.case(two.id()).await.unwrap();
        server::views::session(&case).unwrap().supervisor.is_none()
    })
    .await;
}

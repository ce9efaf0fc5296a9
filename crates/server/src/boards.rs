//! The boards people draw on together: one per case, relayed at once, its trail sealed piece by piece.
//! Everything but the trail may be lost. Must not know what a doing means.

mod trail;

use crate::adapters::blobs::Blobs;
use crate::engine::{Committed, Engine};
use crate::hub::{Follower, Hub, ToCustomer};
use domain::board::{Board, Op, Surface};
use domain::case::{Case, Phase};
use domain::ids::{AgentId, CaseId, EvidenceId, SessionId};
use domain::refusal::{Code, Refusal};
use domain::session::Seat;
use domain::time::Span;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;
use trail::Trail;
use wire::board::{BoardView, DrawOp, parts};
use wire::socket::{AgentPush, CustomerPush};

/// While somebody draws, what was drawn is on disk after this at the latest.
const KEPT_WITHIN: Span = Span::seconds(20);
/// How often that is looked at; together with the above the promise is half a minute.
const LOOK_EVERY: Duration = Duration::from_secs(5);

struct Held {
    agent: AgentId,
    session: SessionId,
    board: Board,
    seq: u32,
    trail: Trail,
}

/// Every board of this process.
pub struct Boards {
    engine: Arc<Engine>,
    hub: Arc<Hub>,
    blobs: Arc<dyn Blobs>,
    held: Mutex<BTreeMap<CaseId, Held>>,
    me: Weak<Self>,
    runtime: tokio::runtime::Handle,
}

impl Boards {
    /// Begins to follow the cases; the task that keeps long drawings ends with the last user.
    #[must_use]
    pub fn start(engine: Arc<Engine>, hub: Arc<Hub>, blobs: Arc<dyn Blobs>) -> Arc<Self> {
        let boards = Arc::new_cyclic(|me| Self {
            engine,
            hub: hub.clone(),
            blobs,
            held: Mutex::default(),
            me: me.clone(),
            runtime: tokio::runtime::Handle::current(),
        });
        hub.follow(boards.clone());
        tokio::spawn(keep_long_ones(Arc::downgrade(&boards)));
        boards
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<CaseId, Held>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts a surface on both screens, with an empty board; the one before it is over.
    pub fn show(&self, case: &Case, surface: Option<Surface>) {
        let Some(session) = crate::views::session(case) else { return self.close(case.id) };
        let mut all = self.lock();
        if all.get(&case.id).is_some_and(|h| Some(h.board.surface) == surface && h.session == session.id) {
            return;
        }
        let over = all.remove(&case.id);
        // Numbers go on, so that what was sent for the old board cannot be taken for the new one.
        let seq = over.as_ref().map_or(0, |h| h.seq + 1);
        let agent = session.agent;
        let held = surface.map(|surface| {
            let trail = Trail::new(case.id, session.id, surface, self.engine.now());
            Held { agent, session: session.id, board: Board::new(surface), seq, trail }
        });
        for view in parts(held.as_ref().map(|h| &h.board), seq) {
            self.tell_all(case.id, agent, view);
        }
        if let Some(held) = held {
            all.insert(case.id, held);
        }
        drop(all);
        self.keep(over.map(|h| h.trail));
    }

    /// Somebody does something on the board, and everybody sees it, also who did it: in this order
    /// it counts.
    ///
    /// # Errors
    /// No board, another agent's board, or a limit of the board.
    pub fn draw(&self, case: CaseId, by: Seat, person: Option<AgentId>, n: u32, op: &Op) -> Result<(), Refusal> {
        let now = self.engine.now();
        let mut all = self.lock();
        let held = all.get_mut(&case).ok_or(Refusal::new(Code::Stale, "draw", "board"))?;
        if person.is_some_and(|p| p != held.agent) {
            return Err(Refusal::new(Code::NotYours, "draw", "board"));
        }
        held.board = held.board.apply(by, op, now)?;
        held.seq += 1;
        let (seq, from, op) = (held.seq, by.into(), DrawOp::from(op));
        let full = held.trail.add(by, &op, now);
        let agent = held.agent;
        // Told under the lock: whoever hears hears in the order in which it counted.
        self.hub.to_table(case, agent, AgentPush::Drawn { case: case.to_string(), seq, from, n, op: op.clone() });
        self.hub.to_customer(case, &ToCustomer::Push(Box::new(CustomerPush::Drawn { seq, from, n, op })));
        let piece = full.then(|| held.trail.take());
        drop(all);
        self.keep(piece);
        Ok(())
    }

    /// The board as it stands, for a page that comes or missed something.
    #[must_use]
    pub fn view(&self, case: CaseId) -> Vec<BoardView> {
        let all = self.lock();
        let held = all.get(&case);
        parts(held.map(|h| &h.board), held.map_or(0, |h| h.seq))
    }

    /// Whether there is one.
    #[must_use]
    pub fn open(&self, case: CaseId) -> bool {
        self.lock().contains_key(&case)
    }

    /// Whether this image is what both look at.
    #[must_use]
    pub fn shows(&self, case: CaseId, evidence: EvidenceId) -> bool {
        self.lock().get(&case).is_some_and(|h| h.board.surface == Surface::Evidence { evidence })
    }

    /// Keeps what is not kept yet, before the program ends.
    pub async fn flush(&self) {
        let open: Vec<Trail> = self.lock().values_mut().map(|h| h.trail.take()).collect();
        for piece in open {
            self.keep_now(piece).await;
        }
    }

    fn tell_all(&self, case: CaseId, agent: AgentId, board: BoardView) {
        self.hub.to_table(case, agent, AgentPush::Board { case: case.to_string(), board: board.clone() });
        self.hub.to_customer(case, &ToCustomer::Push(Box::new(CustomerPush::Board { board })));
    }

    /// The session is over, or it is another one: its board too.
    fn close(&self, case: CaseId) {
        let Some(over) = self.lock().remove(&case) else { return };
        for view in parts(None, over.seq + 1) {
            self.tell_all(case, over.agent, view);
        }
        self.keep(Some(over.trail));
    }

    fn keep(&self, piece: Option<Trail>) {
        let Some(piece) = piece.filter(|p| !p.is_empty()) else { return };
        let Some(me) = self.me.upgrade() else { return };
        self.runtime.spawn(async move { me.keep_now(piece).await });
    }

    async fn keep_now(&self, piece: Trail) {
        if piece.is_empty() {
            return;
        }
        let case = piece.case;
        match trail::keep(&self.engine, &self.blobs, piece).await {
            Ok(()) => {}
            Err(trail::TrailError::Engine(crate::engine::EngineError::Refused(refusal))) => {
                // What cannot be kept is not drawn on.
                tracing::warn!(case.id = %case, %refusal, "the trail of a drawing is full: its board is closed");
                self.close(case);
            }
            Err(error) => tracing::error!(case.id = %case, %error, "the trail of a drawing could not be kept"),
        }
    }
}

impl Follower for Boards {
    fn committed(&self, done: &Committed) {
        let Some(change) = &done.case else { return };
        let hands = match &change.case.phase {
            Phase::Live { session, .. } => Some((session.id, session.agent)),
            Phase::Reported
            | Phase::Invited
            | Phase::Claimed
            | Phase::Waiting { .. }
            | Phase::Callback { .. }
            | Phase::Deciding { .. }
            | Phase::UnderReview { .. }
            | Phase::Closed { .. } => None,
        };
        let stands = self.lock().get(&change.case.id).is_none_or(|h| Some((h.session, h.agent)) == hands);
        if !stands {
            self.close(change.case.id);
        }
    }
}

async fn keep_long_ones(boards: Weak<Boards>) {
    let mut tick = tokio::time::interval(LOOK_EVERY);
    loop {
        tick.tick().await;
        let Some(boards) = boards.upgrade() else { return };
        let now = boards.engine.now();
        let due = |held: &mut Held| held.trail.waits_since().is_some_and(|since| now.since(since) >= KEPT_WITHIN);
        let pieces: Vec<Trail> = boards.lock().values_mut().filter_map(|h| due(h).then(|| h.trail.take())).collect();
        for piece in pieces {
            boards.keep_now(piece).await;
        }
    }
}

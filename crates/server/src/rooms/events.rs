//! What media and the recorder notice, turned into inputs and pushes.
//! Must not decide anything.

use super::{Rooms, domain_seat};
use crate::engine::{Actor, Engine, EngineError};
use crate::hub::{ToAgent, ToCustomer};
use crate::recorder::RecorderEvent;
use domain::case::{Case, Input, Phase};
use domain::evidence::Recording;
use domain::ids::CaseId;
use domain::session::Seat;
use media::{MediaEvent, Quality, RoomId};
use std::sync::Arc;
use std::time::Duration;
use store::StoreError;
use tokio::sync::mpsc;
use wire::socket::{AgentPush, CustomerPush};

/// Cases read per page at boot.
const PAGE: u32 = 200;

/// How soon the store is asked again for what may not be lost.
const AGAIN: Duration = Duration::from_millis(250);

/// Feeds one input; a refusal means that the case moved on meanwhile.
pub(super) async fn feed(engine: &Engine, case: CaseId, input: Input) {
    said(case, engine.tell_case(case, &Actor::System, input).await);
}

/// As `feed`, and again until the store takes it: a disk that takes no segment takes no entry either, and nobody may be
/// verified on a recording that has a hole. Whoever calls does not wait for that.
async fn feed_until_kept(engine: &Arc<Engine>, case: CaseId, input: Input) {
    let first = engine.tell_case(case, &Actor::System, input.clone()).await;
    if !waits(&first) {
        return said(case, first);
    }
    tracing::error!(case.id = %case, "what the recorder tells waits for the store");
    // With its last user the engine is over, and a start reads from the files what was recorded.
    let engine = Arc::downgrade(engine);
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(AGAIN).await;
            let Some(engine) = engine.upgrade() else { return };
            let next = engine.tell_case(case, &Actor::System, input.clone()).await;
            if !waits(&next) {
                return said(case, next);
            }
        }
    });
}

/// Whether the same may be taken the next time.
const fn waits(told: &Result<(), EngineError>) -> bool {
    matches!(told, Err(EngineError::Store(StoreError::Unavailable(_) | StoreError::Conflict)))
}

fn said(case: CaseId, told: Result<(), EngineError>) {
    match told {
        Ok(()) => {}
        Err(EngineError::Refused(refusal)) => tracing::debug!(case.id = %case, %refusal, "a media event came too late"),
        Err(error) => tracing::error!(case.id = %case, %error, "a media event could not be kept"),
    }
}

pub(super) async fn run(rooms: Arc<Rooms>, mut media: mpsc::Receiver<MediaEvent>, mut recorder: mpsc::Receiver<RecorderEvent>) {
    loop {
        tokio::select! {
            event = media.recv() => match event {
                Some(event) => on_media(&rooms, event).await,
                None => return,
            },
            event = recorder.recv() => match event {
                Some(event) => keep(&rooms.engine, event).await,
                None => return,
            },
        }
    }
}

fn case_of(room: RoomId) -> CaseId {
    CaseId(room.0)
}

async fn on_media(rooms: &Arc<Rooms>, event: MediaEvent) {
    match event {
        MediaEvent::PeerUp { .. } | MediaEvent::TrackStalled { .. } | MediaEvent::TrackBack { .. } => {}
        MediaEvent::FirstMedia { room, seat, .. } => present(rooms, case_of(room), domain_seat(seat)).await,
        MediaEvent::PeerBack { room, seat, .. } => present(rooms, case_of(room), domain_seat(seat)).await,
        MediaEvent::PeerDown { room, peer, seat } => absent(rooms, case_of(room), domain_seat(seat), peer, false).await,
        MediaEvent::PeerGone { room, peer, seat } => absent(rooms, case_of(room), domain_seat(seat), peer, true).await,
        MediaEvent::Quality { room, seat, quality } => quality_of(rooms, case_of(room), domain_seat(seat), quality),
        MediaEvent::PictureChanged { room, seat, width, height } => {
            if domain_seat(seat) == Seat::Customer {
                let agent = rooms.lock().get(&case_of(room)).and_then(|r| r.agent);
                rooms.hub.tell(case_of(room), agent, |t| t.picture = (u32::from(width), u32::from(height)));
            }
        }
        MediaEvent::RecordingFailed { room, reason } => {
            let session = rooms.lock().get(&case_of(room)).and_then(|r| r.session);
            if let Some(session) = session {
                feed_until_kept(&rooms.engine, case_of(room), Input::RecordingFailed { session, why: reason }).await;
            }
        }
        MediaEvent::RecordingStopped { room } => rooms.recorder.seal(room),
        MediaEvent::RoomClosed { room } => {
            rooms.recorder.seal(room);
            rooms.lock().remove(&case_of(room));
        }
    }
}

async fn present(rooms: &Arc<Rooms>, case: CaseId, seat: Seat) {
    let live = {
        let mut all = rooms.lock();
        let room = all.entry(case).or_default();
        room.present.insert(seat);
        room.wanted.forward
    };
    if live {
        feed(&rooms.engine, case, Input::MediaUp { seat }).await;
    }
}

async fn absent(rooms: &Arc<Rooms>, case: CaseId, seat: Seat, peer: media::PeerId, gone: bool) {
    {
        let mut all = rooms.lock();
        let Some(room) = all.get_mut(&case) else { return };
        // A page that came back with a new connection: the old one's end is no news.
        if room.peers.get(&seat).is_some_and(|now| *now != peer) {
            return;
        }
        room.present.remove(&seat);
        if gone {
            room.peers.remove(&seat);
        }
    }
    feed(&rooms.engine, case, Input::MediaDown { seat }).await;
}

fn quality_of(rooms: &Arc<Rooms>, case: CaseId, seat: Seat, quality: Quality) {
    let now = rooms.engine.now();
    let other = if seat == Seat::Customer { Seat::Agent } else { Seat::Customer };
    let (mut own, mut others) = (None, None);
    let agent = {
        let mut all = rooms.lock();
        let Some(room) = all.get_mut(&case) else { return };
        if room.wanted.forward && matches!(seat, Seat::Customer | Seat::Agent) {
            own = room.ladders.entry(seat).or_default().measure(None, quality.up_loss, now);
            others = room.ladders.entry(other).or_default().measure(quality.down_kbps_estimate, quality.down_loss, now);
        }
        room.wanted.forward
    };
    for (whose, step) in [(seat, own), (other, others)] {
        if let Some(step) = step {
            if whose == Seat::Customer {
                rooms.hub.to_customer(case, &ToCustomer::Push(Box::new(CustomerPush::Ladder { step })));
            } else {
                to_agent(rooms, case, AgentPush::Ladder { step });
            }
        }
    }
    if agent {
        let loss = quality.up_loss.max(quality.down_loss);
        let word = if loss > 0.10 || quality.rtt_ms.unwrap_or(0) > 600 {
            "poor"
        } else if loss > 0.03 || quality.rtt_ms.unwrap_or(0) > 300 {
            "weak"
        } else {
            "good"
        };
        let push = AgentPush::Quality {
            seat: seat.into(),
            rtt_ms: quality.rtt_ms.unwrap_or(0),
            loss_percent: loss * 100.0,
            up_kbps: quality.up_kbps,
            word: word.to_owned(),
        };
        to_agent(rooms, case, push);
    }
}

fn to_agent(rooms: &Rooms, case: CaseId, push: AgentPush) {
    let agent = rooms.lock().get(&case).and_then(|r| r.agent);
    if let Some(agent) = agent {
        rooms.hub.to_agent(agent, ToAgent::Push(Box::new(push)));
    }
}

/// Gives the case what the recorder told of it.
pub async fn keep(engine: &Arc<Engine>, event: RecorderEvent) {
    let (case, input) = match event {
        // The next one says more than this.
        RecorderEvent::Head { case, session, segments, head } => {
            return feed(engine, case, Input::RecordingHead { session, segments, head }).await;
        }
        RecorderEvent::Gap { case, session, seat, kind, from, to, why } => {
            (case, Input::RecordingGap { session, seat, kind, from, to, why })
        }
        RecorderEvent::Failed { case, session, why } => (case, Input::RecordingFailed { session, why }),
        RecorderEvent::Sealed { case, session, segments, head } => (case, Input::RecordingSealed { session, segments, head }),
    };
    feed_until_kept(engine, case, input).await;
}

/// After a restart: live sessions wait for their browsers, closed ones get their recording sealed.
pub(super) async fn recover(rooms: &Rooms) -> Result<(), EngineError> {
    let mut after = None;
    loop {
        let phases = ["live", "interrupted"].map(str::to_owned).to_vec();
        let page = rooms.engine.store.cases_in_phases(phases, after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.id);
        for row in &page {
            let case = rooms.engine.case(row.id).await?;
            recover_live(rooms, &case).await?;
        }
    }
    recover_unsealed(rooms).await
}

async fn recover_live(rooms: &Rooms, case: &Case) -> Result<(), EngineError> {
    let Phase::Live { session, .. } = &case.phase else { return Ok(()) };
    let loaded = rooms.engine.loaded(case.id).await?;
    rooms.begin(case.id, session.id, &loaded.key.0);
    for seat in &session.up {
        feed(&rooms.engine, case.id, Input::MediaDown { seat: *seat }).await;
    }
    Ok(())
}

async fn recover_unsealed(rooms: &Rooms) -> Result<(), EngineError> {
    let phases = ["deciding", "under_review", "verified", "rejected", "escalated", "invited", "claimed", "waiting"];
    let mut after = None;
    loop {
        let page = rooms.engine.store.cases_in_phases(phases.map(str::to_owned).to_vec(), after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = Some(last.id);
        for row in &page {
            // The last session is the only one a crash can have left open.
            if row.agent.is_none() {
                continue;
            }
            let loaded = rooms.engine.loaded(row.id).await?;
            let Some(past) = loaded.case.past.last() else { continue };
            if matches!(past.session.recording, Recording::Running { .. }) {
                rooms.begin(row.id, past.session.id, &loaded.key.0);
                rooms.recorder.seal(super::room_id(row.id));
            }
        }
    }
}

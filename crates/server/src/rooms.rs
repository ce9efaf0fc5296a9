//! Rooms as the server sees them: media follows the state of cases, and what media notices comes
//! back as inputs. Must not know SDP or RTP.

mod events;
mod ladder;

use crate::adapters::kms::SecretKey;
use crate::engine::{CaseChange, Committed, Engine};
use crate::hub::{Follower, Hub};
use crate::recorder::{Recorder, RecorderEvent};
use domain::case::{Case, Input, Order, Wanted};
use domain::ids::{CaseId, SessionId};
use domain::seats::{Seating, Sense};
use domain::session::Seat;
pub use events::keep;
use ladder::Ladder;
use media::{MediaError, MediaEvent, MediaHandle, MediaOrder, PeerId, RoomId};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};

/// Media events that may wait for the server; more means it has stopped working.
const MAX_EVENTS: usize = 65_536;
/// Segments that may wait for the recorder: at 60 sessions, half a minute.
const MAX_SEGMENTS: usize = 4_096;
/// Longest wait for the answer to an offer.
const ANSWER_WITHIN: Duration = Duration::from_secs(5);

#[derive(Default)]
struct Room {
    wanted: Wanted,
    /// Seats whose media has arrived, whether or not a session runs yet.
    present: BTreeSet<Seat>,
    peers: BTreeMap<Seat, PeerId>,
    ladders: BTreeMap<Seat, Ladder>,
    session: Option<SessionId>,
    /// Who has the case, so that a measurement every two seconds needs no look at the store.
    agent: Option<domain::ids::AgentId>,
}

/// Every room of this process.
pub struct Rooms {
    media: MediaHandle,
    recorder: Recorder,
    engine: Arc<Engine>,
    hub: Arc<Hub>,
    rooms: Mutex<BTreeMap<CaseId, Room>>,
    me: Weak<Self>,
    runtime: tokio::runtime::Handle,
}

impl Rooms {
    /// Starts the media thread, the recorder thread and the task between them and the engine.
    ///
    /// # Errors
    /// Sockets that cannot be opened.
    pub fn start(
        config: media::Config,
        engine: Arc<Engine>,
        hub: Arc<Hub>,
        blobs: Arc<dyn crate::adapters::blobs::Blobs>,
    ) -> Result<Arc<Self>, MediaError> {
        let (events_in, events) = mpsc::channel::<MediaEvent>(MAX_EVENTS);
        let (segments_in, segments) = std::sync::mpsc::sync_channel(MAX_SEGMENTS);
        let (heads_in, heads) = mpsc::channel::<RecorderEvent>(MAX_EVENTS);
        let media = media::start(
            &config,
            move |event| {
                if events_in.try_send(event).is_err() {
                    tracing::warn!("media events are lost: the server does not keep up");
                }
            },
            segments_in,
        )?;
        let recorder = Recorder::start(segments, blobs, heads_in).map_err(|e| MediaError::Socket(e.to_string()))?;
        let rooms = Arc::new_cyclic(|me| Self {
            media,
            recorder,
            engine,
            hub: hub.clone(),
            rooms: Mutex::default(),
            me: me.clone(),
            runtime: tokio::runtime::Handle::current(),
        });
        hub.follow(rooms.clone());
        tokio::spawn(events::run(rooms.clone(), events, heads));
        Ok(rooms)
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<CaseId, Room>> {
        self.rooms.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// An offer of a browser, answered by media; the room is opened on the way if it should exist.
    ///
    /// # Errors
    /// An offer that is refused, or a case that wants no room.
    pub async fn offer(&self, case: &Case, seat: Seat, peer: PeerId, sdp: String) -> Result<String, MediaError> {
        if !case.wanted().room {
            return Err(MediaError::NoSuchRoom);
        }
        self.follow_case(case).await;
        {
            let mut rooms = self.lock();
            let room = rooms.entry(case.id).or_default();
            room.peers.insert(seat, peer);
            room.agent = case.agent();
        }
        let (tx, rx) = oneshot::channel();
        let reply: media::Reply = Box::new(move |answer| {
            let _ = tx.send(answer);
        });
        self.media.send(MediaOrder::Offer { room: room_id(case.id), peer, seat: media_seat(seat), sdp, reply })?;
        match tokio::time::timeout(ANSWER_WITHIN, rx).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) | Err(_) => Err(MediaError::Overloaded),
        }
    }

    /// Brings media to where the case says it should be: after a restart nothing is there yet.
    async fn follow_case(&self, case: &Case) {
        let wanted = case.wanted();
        let known = self.lock().get(&case.id).map(|r| r.wanted).unwrap_or_default();
        if known == wanted {
            return;
        }
        if wanted.record && !known.record {
            self.begin_recording(case).await;
        }
        self.apply(case, wanted);
    }

    async fn begin_recording(&self, case: &Case) {
        let Some(session) = crate::views::session(case) else { return };
        match self.engine.loaded(case.id).await {
            Ok(loaded) => self.begin(case.id, session.id, &loaded.key.0),
            Err(error) => tracing::error!(case.id = %case.id, %error, "a recording cannot begin"),
        }
    }

    fn begin(&self, case: CaseId, session: SessionId, key: &SecretKey) {
        self.lock().entry(case).or_default().session = Some(session);
        self.recorder.begin(room_id(case), case, session, key.clone());
    }

    /// Sends the orders that lead from what media does to what it should do.
    fn apply(&self, case: &Case, wanted: Wanted) {
        let room = room_id(case.id);
        let mut rooms = self.lock();
        let entry = rooms.entry(case.id).or_default();
        let known = entry.wanted;
        entry.wanted = wanted;
        let mut orders = Vec::new();
        if wanted.room && !known.room {
            orders.push(MediaOrder::OpenRoom { room });
        }
        if wanted.record != known.record {
            orders.push(MediaOrder::SetRecording { room, on: wanted.record });
        }
        if wanted.seating != known.seating || (wanted.room && !known.room) {
            orders.push(MediaOrder::SetRoutes { room, routes: routes(wanted.seating) });
        }
        if wanted.forward != known.forward {
            orders.push(MediaOrder::SetForwarding { room, on: wanted.forward });
        }
        let present: Vec<Seat> = entry.present.iter().copied().collect();
        if known.room && !wanted.room {
            orders.push(MediaOrder::CloseRoom { room });
        }
        drop(rooms);
        for order in orders {
            if let Err(error) = self.media.send(order) {
                tracing::error!(case.id = %case.id, %error, "media does not take orders");
            }
        }
        if wanted.forward && !known.forward {
            for seat in present {
                self.tell(case.id, Input::MediaUp { seat });
            }
        }
    }

    /// Who has no seat any more sends and gets nothing, whatever their page does.
    fn part(&self, change: &CaseChange) {
        let Some(before) = change.was.as_deref().and_then(crate::views::session) else { return };
        let now = crate::views::session(&change.case);
        let mut gone = Vec::new();
        if now.is_none_or(|s| s.agent != before.agent) {
            gone.push(Seat::Agent);
        }
        let supervisor = |s: &domain::session::Session| s.supervisor.as_ref().map(|p| p.id);
        if supervisor(before).is_some() && now.and_then(supervisor) != supervisor(before) {
            gone.push(Seat::Supervisor);
        }
        let guest = |s: &domain::session::Session| s.interpreter.as_ref().filter(|i| i.seated.is_some()).map(|i| i.id);
        if guest(before).is_some() && now.and_then(guest) != guest(before) {
            gone.push(Seat::Interpreter);
        }
        let case = change.case.id;
        let peers: Vec<PeerId> = {
            let mut rooms = self.lock();
            let Some(room) = rooms.get_mut(&case) else { return };
            for seat in &gone {
                room.present.remove(seat);
            }
            gone.iter().filter_map(|seat| room.peers.remove(seat)).collect()
        };
        for peer in peers {
            if let Err(error) = self.media.send(MediaOrder::ClosePeer { room: room_id(case), peer }) {
                tracing::error!(case.id = %case, %error, "media does not take orders");
            }
        }
    }

    /// Feeds the engine from outside a task of its own.
    fn tell(&self, case: CaseId, input: Input) {
        let Some(me) = self.me.upgrade() else { return };
        self.runtime.spawn(async move {
            events::feed(&me.engine, case, input).await;
        });
    }

    /// What media counts.
    #[must_use]
    pub fn counters(&self) -> media::CountersSnapshot {
        self.media.counters()
    }

    /// Where media listens: UDP and TCP.
    #[must_use]
    pub fn addresses(&self) -> (std::net::SocketAddr, std::net::SocketAddr) {
        (self.media.udp_addr(), self.media.tcp_addr())
    }

    /// Rooms with a session.
    #[must_use]
    pub fn live(&self) -> usize {
        self.lock().values().filter(|r| r.wanted.forward).count()
    }

    /// Seals recordings that a crash left open, and puts sessions that were live on hold until
    /// their browsers are back.
    ///
    /// # Errors
    /// A store that does not answer.
    pub async fn recover(&self) -> Result<(), crate::engine::EngineError> {
        events::recover(self).await
    }

    /// Stops media; open segments are handed over first.
    pub fn stop(&self) {
        let open: Vec<CaseId> = self.lock().iter().filter(|(_, r)| r.wanted.room).map(|(id, _)| *id).collect();
        for case in open {
            let _ = self.media.send(MediaOrder::CloseRoom { room: room_id(case) });
        }
        self.recorder.stop();
        self.media.stop();
    }
}

impl Follower for Rooms {
    fn committed(&self, done: &Committed) {
        let Some(change) = &done.case else { return };
        if let Some(room) = self.lock().get_mut(&change.case.id) {
            room.agent = change.case.agent();
        }
        self.part(change);
        if change.orders.is_empty() {
            return;
        }
        let case = &change.case;
        let known = self.lock().contains_key(&case.id);
        let records = change.orders.contains(&Order::Record(true));
        // A room without a browser in it is opened when the first offer comes.
        if !known && !records {
            return;
        }
        if records {
            // The key is needed before the first segment; media is told after it is there.
            let (Some(me), case) = (self.me.upgrade(), case.clone()) else { return };
            self.runtime.spawn(async move { me.follow_case(&case).await });
            return;
        }
        self.apply(case, case.wanted());
    }
}

/// The room of a case.
#[must_use]
pub fn room_id(case: CaseId) -> RoomId {
    RoomId(case.0)
}

/// The domain's table in the words of media.
fn routes(seating: Seating) -> media::Routes {
    let sense = |kind| match kind {
        media::Kind::Audio => Sense::Hear,
        media::Kind::Video => Sense::See,
    };
    media::Routes::new(
        |source, viewer, kind| seating.passes(domain_seat(source), domain_seat(viewer), sense(kind)),
        |source, kind| seating.recorded(domain_seat(source), sense(kind)),
    )
}

fn media_seat(seat: Seat) -> media::Seat {
    match seat {
        Seat::Customer => media::Seat::Customer,
        Seat::Agent => media::Seat::Agent,
        Seat::Supervisor => media::Seat::Supervisor,
        Seat::Interpreter => media::Seat::Interpreter,
    }
}

/// A seat of media in the words of the domain.
#[must_use]
pub fn domain_seat(seat: media::Seat) -> Seat {
    match seat {
        media::Seat::Customer => Seat::Customer,
        media::Seat::Agent => Seat::Agent,
        media::Seat::Supervisor => Seat::Supervisor,
        media::Seat::Interpreter => Seat::Interpreter,
    }
}

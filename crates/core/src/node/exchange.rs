//! Frames with peers: greeting, operations, acknowledgements, anti-entropy.

use super::output::{Level, Phase};
use super::peer::Route;
use super::view::Path;
use super::{Node, Timer};
use crate::id::{PeerId, Seq, WriterId};
use crate::limits;
use crate::link::sync::Sync;
use crate::store::Received;
use crate::time::Now;
use crate::wire::peer::{Beat, ClockField, Have, Hello, PeerFrame, Run, Want};
use crate::wire::{self, WireError};
use core::ops::RangeInclusive;

impl Node {
    /// Says hello to a session that has not been greeted, or has not answered.
    pub(super) fn greet(&mut self, id: PeerId, only_unanswered: bool) {
        let Some(peer) = self.peers.get(&id) else {
            return;
        };
        let unanswered = peer.sync.is_none();
        if peer.neighbour && peer.path != Path::None && (unanswered || !only_unanswered) {
            let hello = self.hello(unanswered);
            self.send(id, hello);
        }
    }

    fn hello(&self, reply: bool) -> PeerFrame {
        PeerFrame::Hello(Hello {
            version: wire::VERSION,
            session: self.session,
            have: self.have_field(),
            reply,
        })
    }

    fn have_field(&self) -> ClockField {
        ClockField(self.kept.iter().collect())
    }

    /// One frame of a packet.
    pub(super) fn frame(&mut self, now: Now, id: PeerId, route: Route, frame: PeerFrame) {
        match frame {
            PeerFrame::Hello(hello) => self.hello_received(now, id, &hello),
            PeerFrame::Ops(run) => self.run_received(now, id, &run),
            PeerFrame::Have(have) => self.have_received(now, id, &have),
            PeerFrame::Want(wants) => {
                self.graft(id);
                if let Some(sync) = self.sync_of(id) {
                    wants.into_iter().for_each(|want| sync.wanted(want));
                }
            }
            PeerFrame::Ping(beat) => {
                let pong = self.beat(beat.nonce);
                if let Some(peer) = self.peers.get_mut(&id) {
                    // By the route it came: a pong proves that route.
                    peer.outgoing.push((route, PeerFrame::Pong(pong)));
                    peer.asked_us = Some(now.mono);
                }
                self.beat_received(now, id, &beat);
            }
            PeerFrame::Pong(beat) => {
                self.pong_received(now, id, route, &beat);
                self.beat_received(now, id, &beat);
            }
            PeerFrame::Presence(presence) => self.presence_received(now, id, presence),
            PeerFrame::Signal(sealed) => self.sealed_signal(now, id, &sealed),
            PeerFrame::Bye => {
                self.bye(now, id);
                self.pass_on_bye(id, id);
            }
            PeerFrame::Near(near) => self.near_received(now, id, near),
            PeerFrame::Forward(forward) => self.forward_received(now, id, forward),
            PeerFrame::NoRoute(lost) => self.no_route_received(now, id, lost),
            PeerFrame::Facts(facts) => self.facts_received(now, id, &facts),
            PeerFrame::Link(link) => self.link_received(id, link),
            PeerFrame::Gone(gone) => self.gone_received(now, id, gone),
            PeerFrame::Part(part) => self.part_received(now, id, route, &part),
        }
    }

    pub(super) fn sync_of(&mut self, id: PeerId) -> Option<&mut Sync> {
        self.peers.get_mut(&id)?.sync.as_mut()
    }

    fn hello_received(&mut self, now: Now, id: PeerId, hello: &Hello) {
        if hello.version != wire::VERSION {
            self.reject(Phase::Sync, Some(id), WireError::Unknown(hello.version));
            return;
        }
        let Some(peer) = self.peers.get_mut(&id) else {
            return;
        };
        if peer.session != Some(hello.session) {
            return;
        }
        match peer.sync.as_mut() {
            Some(sync) => {
                sync.confirmed(&hello.have.0, true);
            }
            None => peer.sync = Some(Sync::new(hello.have.0.iter().copied().collect())),
        }
        self.confirmed_by(id, &hello.have);
        if hello.reply {
            let hello = self.hello(false);
            self.send(id, hello);
        }
        self.pull(now, id);
    }

    fn have_received(&mut self, now: Now, id: PeerId, have: &Have) {
        self.confirmed_by(id, &have.have);
        let Some(sync) = self.sync_of(id) else {
            if have.reply {
                self.confirm_to(id);
            }
            return;
        };
        sync.confirmed(&have.have.0, have.full);
        if have.reply {
            self.send_have(id, false);
        }
        self.pull(now, id);
    }

    fn send_have(&mut self, id: PeerId, reply: bool) {
        let have = self.have_field();
        self.send(
            id,
            PeerFrame::Have(Have {
                have,
                full: true,
                reply,
            }),
        );
    }

    fn run_received(&mut self, now: Now, id: PeerId, run: &Run) {
        match self.replica.receive(run) {
            Ok(Received::New(writer, seqs)) => {
                let (first, last) = (*seqs.start(), *seqs.end());
                self.copies.0 += last + 1 - first;
                self.copies.1 += first.saturating_sub(run.first);
                self.pass_on(id, (writer, first, last));
                self.took(Some(id), writer, seqs);
                self.ack_later(id, writer);
                let due = now.mono.plus(limits::ASK_PATIENCE);
                if let Some(sync) = self.sync_of(id) {
                    sync.asked
                        .iter_mut()
                        .filter(|(want, _)| want.writer == writer)
                        .for_each(|(_, at)| *at = due);
                }
            }
            Ok(Received::Duplicate) => {
                self.copies.1 += run.last().map_or(0, |last| last + 1 - run.first);
                self.ack_later(id, run.writer);
                self.second_copy(id);
            }
            Ok(Received::Gap) => {
                let first = self.replica.have().get(run.writer) + 1;
                let last = run.last().unwrap_or(run.first);
                let writer = run.writer;
                self.send(
                    id,
                    PeerFrame::Want(vec![Want {
                        writer,
                        first,
                        last,
                    }]),
                );
            }
            Err(error) => self.reject(Phase::Sync, Some(id), error),
        }
    }

    /// Operations came from a peer, or from the shelf.
    pub(super) fn took(
        &mut self,
        from: Option<PeerId>,
        writer: WriterId,
        seqs: RangeInclusive<Seq>,
    ) {
        let (first, last) = (*seqs.start(), *seqs.end());
        let text = format!("took operations {first} to {last} of {}", writer.short());
        self.log(Level::Debug, Phase::Sync, from, text);
        self.fresh.push((writer, seqs));
        self.lacking.remove(&writer);
    }

    fn ack_later(&mut self, id: PeerId, writer: WriterId) {
        if let Some(peer) = self.peers.get_mut(&id) {
            peer.acks.insert(writer);
        }
    }

    /// Confirms to a peer what it sent, now that it is saved.
    pub(super) fn acknowledge(&mut self, id: PeerId, writers: Vec<WriterId>) {
        let entries: Vec<(WriterId, Seq)> = writers
            .into_iter()
            .map(|writer| (writer, self.kept.get(writer)))
            .collect();
        let have = Have {
            have: ClockField(entries),
            full: false,
            reply: false,
        };
        self.send(id, PeerFrame::Have(have));
    }

    fn beat_received(&mut self, now: Now, id: PeerId, beat: &Beat) {
        let mine = self.kept.digest();
        let all: Vec<(WriterId, Seq)> = self.kept.iter().collect();
        self.seen_away(id, beat.away);
        let Some(peer) = self.peers.get_mut(&id) else {
            return;
        };
        let Some(sync) = peer.sync.as_mut() else {
            return;
        };
        if beat.digest == mine {
            if sync.confirmed(&all, false) {
                self.confirmed(id);
            }
            return;
        }
        let recently = peer
            .compared
            .is_some_and(|at| now.mono.since(at) < limits::HEARTBEAT);
        if !recently {
            peer.compared = Some(now.mono);
            self.send_have(id, true);
        }
    }

    fn pong_received(&mut self, now: Now, id: PeerId, route: Route, beat: &Beat) {
        let Some(peer) = self.peers.get_mut(&id) else {
            return;
        };
        let health = match route {
            Route::Direct => &mut peer.direct,
            Route::Hub => &mut peer.hub,
            Route::Peer => &mut peer.via,
        };
        if let Some(asked) = health.ponged(now.mono, beat.nonce) {
            self.changes.links = true;
            self.peer_time(id, beat.wall, asked);
            if route != Route::Direct {
                self.reach_changed();
            }
        }
        self.probe_answered(now, id, route, beat.nonce);
    }

    /// Asks a peer for what it has and we lack, unless its author pushes it or another is asked already.
    pub(super) fn pull(&mut self, now: Now, id: PeerId) {
        let Some(sync) = self.peers.get(&id).and_then(|peer| peer.sync.as_ref()) else {
            return;
        };
        let have = self.replica.have();
        let large = self.crowd.is_some();
        let patience = if large {
            limits::GRAFT_PATIENCE
        } else {
            limits::ASK_PATIENCE
        };
        let mut wants = Vec::new();
        for (writer, last) in sync.theirs().ahead_of(have) {
            let since = *self.lacking.entry(writer).or_insert(now.mono);
            // An author who does not deliver may not know that we are here; a tree may have a gap.
            let waited = now.mono.since(since) >= patience;
            let author_pushes = !waited
                && (large
                    || writer == id
                    || self
                        .peers
                        .get(&writer)
                        .is_some_and(|author| author.path != Path::None && author.sync.is_some()));
            if author_pushes {
                self.timers.set_earliest(Timer::Asked, since.plus(patience));
            }
            let first = have.get(writer) + 1;
            let asked = self
                .peers
                .values()
                .filter_map(|peer| peer.sync.as_ref())
                .any(|sync| {
                    sync.asked
                        .iter()
                        .any(|(want, due)| want.writer == writer && *due > now.mono)
                });
            if !author_pushes && !asked {
                wants.push(Want {
                    writer,
                    first,
                    last,
                });
            }
        }
        if wants.is_empty()
            || self
                .peers
                .get(&id)
                .is_none_or(|peer| peer.path == Path::None)
        {
            return;
        }
        let due = now.mono.plus(limits::ASK_PATIENCE);
        if let Some(sync) = self.sync_of(id) {
            sync.asked.extend(wants.iter().map(|want| (*want, due)));
        }
        self.timers.set_earliest(Timer::Asked, due);
        self.graft(id);
        self.send(id, PeerFrame::Want(wants));
    }

    /// Asks others for what a peer did not deliver in time.
    pub(super) fn review_asked(&mut self, now: Now) {
        let have = self.replica.have().clone();
        let mut next = None;
        for sync in self
            .peers
            .values_mut()
            .filter_map(|peer| peer.sync.as_mut())
        {
            sync.review_asked(now.mono, &have);
            for (_, due) in &sync.asked {
                next = Some(next.map_or(*due, |next: crate::time::Mono| next.min(*due)));
            }
        }
        if let Some(next) = next {
            self.timers.set(Timer::Asked, next);
        }
        let ids: Vec<PeerId> = self.peers.keys().copied().collect();
        for id in ids {
            self.pull(now, id);
        }
    }
}

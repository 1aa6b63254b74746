//! The view: plain values made from the node's state when the screen asks.

use super::Node;
use super::peer::Peer;
use super::view::{
    Connection, Delivery, LinkView, MessageView, Path, PersonView, RoomView, TaskView,
};
use crate::id::{OpId, PeerId, Seq, TaskId, WriterId};
use crate::model::Presence;
use crate::order::sorted;
use crate::store::{Message, Person, Rank};
use crate::time::{Mono, Wall};
use core::time::Duration;
use std::collections::BTreeMap;

/// Messages not yet read here.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Unread {
    room: usize,
    /// By author.
    private: BTreeMap<WriterId, usize>,
}

/// What changes about a person without an operation.
pub(super) type Face = (WriterId, Presence, Path, bool);

/// Until when a message matters.
pub(super) fn expires(rank: Rank, message: &Message) -> Option<Wall> {
    let ttl = Duration::from_millis(message.ttl_ms?);
    Some(rank.stamp.wall().plus(ttl))
}

impl Node {
    /// The room as a whole.
    #[must_use]
    pub fn room(&self) -> RoomView {
        let me = self.replica.roster.get(self.me).filter(|me| !me.is_gone());
        RoomView {
            room: self.room,
            me: self.me,
            session: self.session,
            profile: me.map(|me| me.profile.get().clone()),
            hub: self.hub.state,
            connection: self.connection(),
            waiting: self.waiting(),
            unread: self.unread.room,
            unread_private: self.unread.private.values().sum(),
            undo: self.undo.newest(),
            clock_ahead_ms: self.clock.ahead_ms(),
            storage: self.storage,
            quarantined: self.replica.quarantined(),
            rejected: self.rejected,
        }
    }

    fn connection(&self) -> Connection {
        let mut connection = Connection::default();
        for (id, person) in self.replica.roster.iter() {
            if id == self.me || person.is_gone() {
                continue;
            }
            match (self.path(id), self.presence(id)) {
                (Path::Direct, _) => connection.direct += 1,
                (Path::Hub | Path::Peer, _) => connection.relayed += 1,
                (Path::None, Presence::Reconnecting) => connection.reconnecting += 1,
                (Path::None, _) => {}
            }
        }
        connection
    }

    /// Own changes that no other device has confirmed.
    fn waiting(&self) -> usize {
        let head = self.replica.have().get(self.me);
        let confirmed = self
            .memory
            .confirmed
            .iter()
            .map(|(_, seq)| seq)
            .max()
            .unwrap_or(0);
        // The first operation only names the writer: nobody typed it.
        usize::try_from(head.saturating_sub(confirmed.max(1))).unwrap_or(usize::MAX)
    }

    /// Everyone, oneself first, then by name.
    #[must_use]
    pub fn people(&self) -> Vec<PersonView> {
        let people = self.replica.roster.iter();
        let people = people.map(|(id, person)| self.person(id, person));
        sorted(people.collect(), |a, b| {
            (!a.me, &a.profile.name, a.id).cmp(&(!b.me, &b.profile.name, b.id))
        })
    }

    pub(super) fn faces(&self) -> Vec<Face> {
        let face = |id: WriterId| match self.peers.get(&id) {
            Some(peer) => (
                id,
                peer.presence(self.now),
                peer.path,
                peer.is_typing(self.now),
            ),
            None if id == self.me && self.hidden => (id, Presence::Away, Path::None, false),
            None => (id, Presence::Offline, Path::None, false),
        };
        self.replica.roster.iter().map(|(id, _)| face(id)).collect()
    }

    fn person(&self, id: WriterId, person: &Person) -> PersonView {
        let me = id == self.me;
        let presence = if me && self.hidden {
            Presence::Away
        } else if me {
            Presence::Online
        } else {
            self.presence(id)
        };
        PersonView {
            id,
            me,
            profile: person.profile.get().clone(),
            presence,
            path: self.path(id),
            typing: self
                .peers
                .get(&id)
                .is_some_and(|peer| peer.is_typing(self.now)),
            left: person.is_gone(),
            unread: self.unread.private.get(&id).copied().unwrap_or(0),
        }
    }

    fn path(&self, id: WriterId) -> Path {
        self.peers.get(&id).map_or(Path::None, |peer| peer.path)
    }

    fn presence(&self, id: WriterId) -> Presence {
        self.peers
            .get(&id)
            .map_or(Presence::Offline, |peer| peer.presence(self.now))
    }

    /// All living tasks, in list order.
    #[must_use]
    pub fn tasks(&self) -> Vec<TaskView> {
        self.replica.tasks.views()
    }

    /// One task, unless it was deleted.
    #[must_use]
    pub fn task(&self, id: TaskId) -> Option<TaskView> {
        self.replica.tasks.view(id)
    }

    /// All messages, in the order they are shown.
    #[must_use]
    pub fn messages(&self) -> Vec<MessageView> {
        self.replica
            .chat
            .iter()
            .map(|(rank, message)| self.message_view(rank, message))
            .collect()
    }

    /// One message.
    #[must_use]
    pub fn message(&self, id: OpId) -> Option<MessageView> {
        let (rank, message) = self.replica.chat.get(id)?;
        Some(self.message_view(rank, message))
    }

    fn message_view(&self, rank: Rank, message: &Message) -> MessageView {
        let mine = rank.op.writer == self.me;
        let delivery = if mine {
            self.delivery(rank, message)
        } else {
            Vec::new()
        };
        MessageView {
            id: rank.op,
            stamp: rank.stamp,
            text: message.text.clone(),
            reply_to: message.reply_to,
            with: message.with,
            expires: expires(rank, message),
            mine,
            gap: message.gap,
            read: mine || self.is_read(self.me, rank.op, message),
            delivery,
        }
    }

    fn is_read(&self, reader: WriterId, id: OpId, message: &Message) -> bool {
        let private = message.with.is_some();
        self.replica.roster.read_of(reader, id.writer, private) >= id.seq
    }

    fn delivery(&self, rank: Rank, message: &Message) -> Vec<(WriterId, Delivery)> {
        self.replica
            .roster
            .iter()
            .filter(|(id, person)| match message.with {
                Some(with) => *id == with,
                None => *id != self.me && person.receives(rank.stamp),
            })
            .map(|(id, _)| (id, self.delivery_to(id, rank, message)))
            .collect()
    }

    fn delivery_to(&self, id: WriterId, rank: Rank, message: &Message) -> Delivery {
        let seq = rank.op.seq;
        let sent = || -> Option<Seq> {
            let peer = self.peers.get(&id).filter(|peer| peer.path != Path::None)?;
            match peer.sync.as_ref() {
                Some(sync) => Some(sync.sent(self.me)),
                // Without a link it comes through whoever has one.
                None => self.crowd.as_ref().and_then(|_| self.sent_to_anyone()),
            }
        };
        if self.is_read(id, rank.op, message) {
            Delivery::Read
        } else if self.memory.confirmed.get(id) >= seq {
            Delivery::Delivered
        } else if expires(rank, message).is_some_and(|at| at <= self.wall) {
            Delivery::Expired
        } else if sent().is_some_and(|sent| sent >= seq) {
            Delivery::Sent
        } else {
            Delivery::Saved
        }
    }

    fn sent_to_anyone(&self) -> Option<Seq> {
        let syncs = self.peers.values().filter_map(|peer| peer.sync.as_ref());
        syncs.map(|sync| sync.sent(self.me)).max()
    }

    pub(super) fn count_unread(&self) -> Unread {
        let mut unread = Unread::default();
        for (rank, message) in self.replica.chat.iter() {
            if rank.op.writer != self.me && !self.is_read(self.me, rank.op, message) {
                match message.with {
                    Some(with) => *unread.private.entry(with).or_default() += 1,
                    None => unread.room += 1,
                }
            }
        }
        unread
    }

    /// All links, for the debug object and panel.
    #[must_use]
    pub fn links(&self) -> Vec<LinkView> {
        self.peers
            .iter()
            .map(|(id, peer)| self.link_view(*id, peer))
            .collect()
    }

    pub(super) fn link_view(&self, id: PeerId, peer: &Peer) -> LinkView {
        let head = self.replica.have().get(self.me);
        let behind = head.saturating_sub(self.memory.confirmed.get(id));
        peer.view(id, self.me, head, behind)
    }

    /// All deadlines with their reasons.
    #[must_use]
    pub fn timers(&self) -> Vec<(String, Mono)> {
        self.timers
            .iter()
            .map(|(timer, at)| (timer.to_string(), at))
            .collect()
    }

    /// What this replica holds of everyone, for diagnostics and tests.
    #[must_use]
    pub fn version_vector(&self) -> &crate::store::VersionVector {
        self.replica.have()
    }
}

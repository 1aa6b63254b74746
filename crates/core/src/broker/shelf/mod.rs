//! The shelf (R-HUB-4): sealed records for those who come when nobody is there. The archive does what is
//! asked here; what may be kept, for how long, and who is told is decided here.

mod index;
mod news;
mod upkeep;

pub use upkeep::{Purge, ShelfStats};

use super::archive::{ArchiveError, ArchiveJob, Done, RecordKey, RecordMeta, Source, Work};
use super::connection::Seat;
use super::{ActivityKind, Broker, BrokerCommand, HubLimit, Layer, Refusal, SocketId, sealed};
use crate::id::{RecordId, RoomId, Ticket};
use crate::limits;
use crate::time::{Now, Wall};
use crate::wire::hub::HubFrame;
use crate::wire::registry::source;
use crate::wire::shelf::{Label, Listed, Record, Store, StoreError, Stored};
use core::time::Duration;
use index::{Found, Index};
use std::collections::BTreeMap;

/// The index of all records, and what the archive was asked for.
#[derive(Debug)]
pub(super) struct Shelf {
    index: Index,
    asked: BTreeMap<Ticket, Asked>,
    next: u64,
    /// When records that are too old were looked for last.
    swept: Wall,
}

/// What a job of the archive is for.
#[derive(Debug)]
enum Asked {
    /// These wait to hear that the record is on disk.
    Keep(RecordMeta, Vec<(SocketId, Seat)>),
    /// This one waits for the record.
    Read(SocketId, Seat, u64),
    /// Nobody waits.
    Drop,
}

impl Shelf {
    /// An empty shelf. `epoch` differs from that of any process before.
    pub(super) fn new(epoch: u64) -> Self {
        Self {
            index: Index::new(epoch),
            asked: BTreeMap::new(),
            next: 0,
            swept: Wall::default(),
        }
    }

    /// How many records are on disk.
    pub(super) fn len(&self) -> usize {
        self.index.all().count()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.index.is_empty()
    }

    /// The tag of a room of which there are records: who has it may open the room again.
    pub(super) fn tag(&self, room: RoomId) -> Option<crate::id::RoomTag> {
        self.index.tag(room)
    }
}

impl Broker {
    /// Takes over what the archive holds. Call it before the first input.
    pub fn adopt_shelf(&mut self, now: Now, records: Vec<RecordMeta>) {
        for meta in records {
            self.shelf.index.insert(meta);
        }
        self.arm_sweep(now.mono);
    }

    /// Rule H-STORE.
    pub(super) fn shelf_store(&mut self, now: Now, conn: SocketId, store: Store) {
        let id = store.id;
        if let Err(refusal) = self.take_record(now, conn, store) {
            if let Some(seat) = self.seat(conn) {
                let (room, peer) = (seat.room, seat.member.peer);
                self.note(ActivityKind::P2pMessageStoreError, room, Some(peer));
            }
            let code = refusal.code();
            self.send(conn, &HubFrame::ShelfError(StoreError { id, code }));
        }
    }

    fn take_record(&mut self, now: Now, conn: SocketId, store: Store) -> Result<(), Refusal> {
        self.require(Layer::Shelf)?;
        let seat = self.seat(conn).ok_or(Refusal::NotJoined)?;
        let source = match store.source {
            source::P2P => Source::P2p,
            source::WEBSOCKET => Source::WebSocket,
            _ => return Err(Refusal::Malformed),
        };
        let fits = store.label.len() == limits::SHELF_LABEL_BYTES;
        if !fits || !sealed::may_be_shelved(&store.sealed) {
            return Err(Refusal::Malformed);
        }
        let tag = self.rooms.get(seat.room).and_then(super::room::Room::tag);
        let tag = tag.ok_or(Refusal::NotJoined)?;
        match self.shelf.index.find(seat.room, store.id) {
            Some(Found::Kept(number, expires)) if expires > now.wall => {
                self.confirm(conn, store.id, number, true);
                return Ok(());
            }
            Some(Found::Kept(number, _)) => self.drop_records(vec![RecordKey {
                room: seat.room,
                number,
                id: store.id,
            }]),
            Some(Found::Underway(ticket)) => {
                if let Some(Asked::Keep(_, waiting)) = self.shelf.asked.get_mut(&ticket)
                    && !waiting.contains(&(conn, seat))
                {
                    waiting.push((conn, seat));
                }
                return Ok(());
            }
            None => {}
        }
        let bytes = store.sealed.len() as u64;
        let limits = &self.config.limits;
        let place = self.shelf.asked.len() < limits::HUB_SHELF_QUEUE
            && self.shelf.index.has_place(seat.room, bytes, limits);
        self.count(HubLimit::Shelf, place.then_some(()).ok_or(Refusal::Full))?;
        let most = self.config.limits.shelf_ttl;
        let ttl = store
            .ttl
            .map_or(most, |ttl| most.min(Duration::from_secs(u64::from(ttl))));
        let meta = RecordMeta {
            room: seat.room,
            tag,
            number: if self.config.shared_shelf {
                // The archive's to say.
                0
            } else {
                self.shelf.index.next_number(now.wall)
            },
            id: store.id,
            label: Vec::from(store.label).into(),
            source,
            expires: now.wall.plus(ttl),
            bytes,
        };
        let asked = Asked::Keep(meta.clone(), vec![(conn, seat)]);
        let work = Work::Keep(meta.clone(), Vec::from(store.sealed).into());
        let ticket = self.ask_archive(work, asked);
        self.shelf.index.begin(&meta, ticket);
        self.arm_sweep(now.mono);
        Ok(())
    }

    /// Rule H-LIST.
    pub(super) fn shelf_list(&mut self, now: Now, conn: SocketId, after: u64) {
        let seat = match self.shelf_seat(conn) {
            Ok(seat) => seat,
            Err(refusal) => return self.refuse(conn, refusal),
        };
        let mut records: Vec<Label> = self
            .shelf
            .index
            .kept(seat.room, after)
            .filter(|meta| meta.expires > now.wall)
            .take(limits::SHELF_PAGE + 1)
            .map(|meta| Label {
                number: meta.number,
                label: meta.label.to_vec().into(),
            })
            .collect();
        let more = records.len() > limits::SHELF_PAGE;
        records.truncate(limits::SHELF_PAGE);
        let listed = Listed {
            epoch: self.shelf.index.epoch(seat.room),
            records,
            more,
        };
        self.send(conn, &HubFrame::ShelfListed(listed));
    }

    /// Rule H-FETCH.
    pub(super) fn shelf_fetch(&mut self, now: Now, conn: SocketId, numbers: Vec<u64>) {
        let fetched = self.shelf_seat(conn).and_then(|seat| {
            let reading = self.connections.get(&conn).map_or(0, |c| c.reading);
            let place = reading + numbers.len() <= limits::HUB_SHELF_READS
                && self.shelf.asked.len() < limits::HUB_SHELF_QUEUE;
            self.count(HubLimit::Shelf, place.then_some(()).ok_or(Refusal::Full))?;
            Ok(seat)
        });
        let seat = match fetched {
            Ok(seat) => seat,
            Err(refusal) => return self.refuse(conn, refusal),
        };
        for number in numbers {
            let there = self
                .shelf
                .index
                .kept(seat.room, number.saturating_sub(1))
                .next()
                .is_some_and(|meta| meta.number == number && meta.expires > now.wall);
            if there {
                let asked = Asked::Read(conn, seat, number);
                self.ask_archive(Work::Read(seat.room, number), asked);
                if let Some(connection) = self.connections.get_mut(&conn) {
                    connection.reading += 1;
                }
            } else {
                self.hand_out(conn, number, None);
            }
        }
    }

    /// The archive has done something.
    pub(super) fn archived(&mut self, ticket: Ticket, result: Result<&Done, ArchiveError>) {
        match self.shelf.asked.remove(&ticket) {
            Some(Asked::Keep(meta, waiting)) => {
                let number = match result {
                    Ok(Done::Kept(number)) => Some(*number),
                    _ => None,
                };
                self.stored(meta, number, waiting);
            }
            Some(Asked::Read(conn, seat, number)) => {
                if let Some(connection) = self.connections.get_mut(&conn) {
                    connection.reading = connection.reading.saturating_sub(1);
                }
                if self.seat(conn) != Some(seat) {
                    return;
                }
                match result {
                    Ok(Done::Read(sealed)) => self.hand_out(conn, number, sealed.as_deref()),
                    // It may be there still: whoever asks again gets it.
                    _ => self.refuse(conn, Refusal::Storage),
                }
            }
            Some(Asked::Drop) | None => {}
        }
    }

    /// A record is kept under `number`, or is not.
    fn stored(&mut self, meta: RecordMeta, number: Option<u64>, waiting: Vec<(SocketId, Seat)>) {
        let (room, id) = (meta.room, meta.id);
        self.shelf.index.end(&meta);
        if let Some(number) = number.filter(|_| !self.config.shared_shelf) {
            self.shelf.index.insert(RecordMeta { number, ..meta });
        }
        for (conn, seat) in waiting {
            if self.seat(conn) != Some(seat) {
                continue;
            }
            if let Some(number) = number {
                self.confirm(conn, id, number, false);
            } else {
                let code = Refusal::Storage.code();
                self.send(conn, &HubFrame::ShelfError(StoreError { id, code }));
            }
        }
        let kind = match number {
            Some(_) => ActivityKind::P2pMessageStored,
            None => ActivityKind::P2pMessageStoreError,
        };
        self.note(kind, room, None);
    }

    fn shelf_seat(&self, conn: SocketId) -> Result<Seat, Refusal> {
        self.require(Layer::Shelf)?;
        self.seat(conn).ok_or(Refusal::NotJoined)
    }

    fn confirm(&mut self, conn: SocketId, id: RecordId, number: u64, again: bool) {
        let stored = Stored { id, number, again };
        self.send(conn, &HubFrame::ShelfStored(stored));
    }

    fn hand_out(&mut self, conn: SocketId, number: u64, sealed: Option<&[u8]>) {
        let sealed = sealed.map(|bytes| bytes.to_vec().into());
        let record = Record { number, sealed };
        self.send(conn, &HubFrame::ShelfRecord(record));
    }

    fn drop_records(&mut self, gone: Vec<RecordKey>) {
        for key in &gone {
            self.shelf.index.forget(key.room, key.id);
        }
        if !gone.is_empty() {
            self.ask_archive(Work::Drop(gone), Asked::Drop);
        }
    }

    fn ask_archive(&mut self, work: Work, asked: Asked) -> Ticket {
        self.shelf.next += 1;
        let ticket = Ticket(self.shelf.next);
        self.shelf.asked.insert(ticket, asked);
        self.commands
            .push_back(BrokerCommand::Archive(ArchiveJob { ticket, work }));
        ticket
    }
}

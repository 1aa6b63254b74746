//! The node's side of the hub's shelf (R-HUB-4): what is saved here is stored there, sealed, in runs; what is
//! lacking and nobody here has is fetched from there.
//!
//! Nothing about it is remembered: labels of the records, sealed, tell after each join what the shelf has.

use super::audit::Audit;
use super::output::{Level, Phase};
use super::view::Path;
use super::{Node, Timer};
use crate::id::{RecordId, Seq, WriterId};
use crate::limits;
use crate::seal::{self, Resting};
use crate::store::VersionVector;
use crate::time::{Mono, Now};
use crate::wire::WireError;
use crate::wire::hub::ClientFrame;
use crate::wire::peer::PeerFrame;
use crate::wire::registry::source;
use crate::wire::run::Run;
use crate::wire::shelf::{Listed, Store, StoreError, Stored};

/// Operations of one writer, both ends included.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Span {
    pub(super) writer: WriterId,
    pub(super) first: Seq,
    pub(super) last: Seq,
}

/// A record under way to the shelf.
#[derive(Debug)]
struct Storing {
    id: RecordId,
    span: Span,
    frame: ClientFrame,
    /// When to send it again.
    due: Mono,
}

/// A record that is to be fetched.
#[derive(Debug)]
pub(super) struct Wanted {
    pub(super) number: u64,
    pub(super) span: Span,
    /// Until when an answer may come.
    pub(super) asked: Option<Mono>,
}

/// What is known of the shelf.
#[derive(Debug, Default)]
pub(super) struct ShelfLink {
    epoch: u64,
    /// Listed through this number.
    cursor: u64,
    /// When to ask for a listing.
    look: Mono,
    /// Since the hub was joined, a listing has come to its end.
    known: bool,
    joined: Mono,
    /// How far records reach without a gap,
    covered: VersionVector,
    /// and those beyond one.
    beyond: Vec<Span>,
    /// Records with operations that are lacking here.
    pub(super) wanted: Vec<Wanted>,
    pub(super) audit: Audit,
    storing: Vec<Storing>,
    /// Nothing is stored before.
    rest: Mono,
}

impl Span {
    pub(super) fn to_bytes(self) -> Vec<u8> {
        let mut bytes = self.writer.0.to_vec();
        bytes.extend_from_slice(&self.first.to_be_bytes());
        bytes.extend_from_slice(&self.last.to_be_bytes());
        bytes
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let (writer, rest) = bytes.split_first_chunk()?;
        let (first, rest) = rest.split_first_chunk()?;
        let (first, last) = (
            Seq::from_be_bytes(*first),
            Seq::from_be_bytes(*rest.first_chunk()?),
        );
        (0 < first && first <= last).then_some(Self {
            writer: WriterId(*writer),
            first,
            last,
        })
    }
}

impl ShelfLink {
    /// The hub was joined: what it has is to be seen.
    pub(super) fn joined(&mut self, now: Mono) {
        self.look = now;
        self.known = false;
        self.joined = now;
        self.rest = now;
        let claims = self.audit.claims.iter_mut();
        claims
            .chain(&mut self.wanted)
            .for_each(|wanted| wanted.asked = None);
        self.storing.iter_mut().for_each(|record| record.due = now);
    }

    /// The labels are to be listed from the start.
    fn again(&mut self, now: Mono) {
        *self = Self {
            epoch: self.epoch,
            look: now,
            joined: self.joined,
            rest: self.rest,
            audit: self.audit.keep(),
            storing: std::mem::take(&mut self.storing),
            ..Self::default()
        };
    }

    fn cover(&mut self, span: Span) {
        self.beyond.push(span);
        let mut found = true;
        while found {
            found = false;
            let covered = &mut self.covered;
            self.beyond.retain(|span| {
                let meets = span.first <= covered.get(span.writer) + 1;
                found |= meets && covered.raise(span.writer, span.last);
                !meets
            });
        }
    }

    /// The first operations of `writer`, through `head`, that are neither kept nor under way.
    fn uncovered(&self, writer: WriterId, head: Seq) -> Option<(Seq, Seq)> {
        let mut through = self.covered.get(writer);
        let mut last = head;
        for record in &self.storing {
            if record.span.writer == writer && record.span.first <= through + 1 {
                through = through.max(record.span.last);
            }
        }
        for span in &self.beyond {
            if span.writer == writer && span.first > through + 1 {
                last = last.min(span.first - 1);
            }
        }
        (through < last).then_some((through + 1, last))
    }
}

impl Node {
    /// Looks, fetches and stores as is due.
    pub(super) fn tend_shelf(&mut self, now: Now) {
        let now = now.mono;
        if !self.hub.shelves() {
            self.timers.clear(Timer::Shelf);
            return;
        }
        if self.shelf.look <= now {
            self.look(now);
        }
        self.fetch(now);
        self.store(now);
        let shelf = &self.shelf;
        let busy = !shelf.wanted.is_empty() || !shelf.storing.is_empty() || shelf.rest > now;
        let mut next = shelf.look.max(now.plus(limits::SHELF_PAUSE));
        if busy {
            next = next.min(shelf.rest.max(now.plus(limits::SHELF_PAUSE)));
        }
        self.timers.set(Timer::Shelf, next);
    }

    /// Asks for labels, and for some records that they were believed of.
    fn look(&mut self, now: Mono) {
        if self.shelf.known {
            if self.shelf.audit.stale {
                self.shelf.again(now);
            }
            let numbers = self.audit(now);
            if !numbers.is_empty() {
                self.hub_send(&ClientFrame::ShelfFetch(numbers));
            }
        }
        if self.shelf.wanted.len() >= limits::MAX_SHELF_WANTED {
            // Whatever lies beyond a gap cannot be had yet, and must not be in the way of what can.
            let have = self.replica.have();
            let wanted = &mut self.shelf.wanted;
            wanted.retain(|wanted| wanted.span.first <= have.get(wanted.span.writer) + 1);
            self.shelf.audit.stale = true;
        }
        if self.shelf.wanted.len() < limits::MAX_SHELF_WANTED {
            self.hub_send(&ClientFrame::ShelfList(self.shelf.cursor));
            self.shelf.look = now.plus(limits::SHELF_PATIENCE);
        }
    }

    /// The page is about to vanish: what is written goes to the shelf without a pause.
    pub(super) fn shelve_now(&mut self, now: Now) {
        self.shelf.rest = now.mono;
        self.tend_shelf(now);
    }

    /// Asks for records with operations that are lacking and come from nobody else.
    fn fetch(&mut self, now: Mono) {
        let wanted = std::mem::take(&mut self.shelf.wanted);
        let have = self.replica.have();
        let (mut wanted, held): (Vec<_>, Vec<_>) = wanted
            .into_iter()
            .partition(|wanted| have.get(wanted.span.writer) < wanted.span.last);
        held.into_iter()
            .for_each(|held| self.shelf.audit.claim(held));
        let company = self.peers.values().any(|peer| peer.on_hub);
        let early = company && now < self.shelf.joined.plus(limits::SHELF_GRACE);
        let mut under_way = 0;
        let mut numbers = Vec::new();
        for Wanted {
            number,
            span,
            asked,
        } in &mut wanted
        {
            let waits = asked.is_some_and(|due| due > now);
            // What follows a gap is asked for when the gap is closed.
            let gap = span.first > have.get(span.writer) + 1;
            let comes = self.peers.values().any(|peer| {
                let sync = peer.sync.as_ref().filter(|_| peer.path != Path::None);
                sync.is_some_and(|sync| sync.theirs().get(span.writer) >= span.last)
            });
            if !waits && !gap && !comes && !early && under_way < limits::SHELF_WINDOW {
                *asked = Some(now.plus(limits::SHELF_PATIENCE));
                numbers.push(*number);
            }
            under_way += usize::from(asked.is_some());
        }
        self.shelf.wanted = wanted;
        if !numbers.is_empty() {
            self.hub_send(&ClientFrame::ShelfFetch(numbers));
        }
    }

    /// Stores what the shelf lacks: own operations, and those of whoever is not there, if nobody before us is.
    fn store(&mut self, now: Mono) {
        let due = now.plus(limits::SHELF_PATIENCE);
        let mut storing = std::mem::take(&mut self.shelf.storing);
        for record in storing.iter_mut().filter(|record| record.due <= now) {
            record.due = due;
            self.hub_send(&record.frame);
        }
        self.shelf.storing = storing;
        while self.shelf.known
            && self.shelf.rest <= now
            && self.shelf.storing.len() < limits::SHELF_STORING
        {
            let Some((run, last)) = self.next_to_shelve() else {
                return;
            };
            let span = Span {
                writer: run.writer,
                first: run.first,
                last,
            };
            let mut plain = Vec::new();
            PeerFrame::Ops(run).encode_into(&mut plain);
            if plain.len() < limits::BATCH_BYTES / 2 {
                self.shelf.rest = now.plus(limits::SHELF_PAUSE);
            }
            let (id, frame) = self.sealed_record(span, &plain);
            self.hub_send(&frame);
            self.shelf.storing.push(Storing {
                id,
                span,
                frame,
                due,
            });
        }
    }

    fn next_to_shelve(&mut self) -> Option<(Run, Seq)> {
        let me = self.me;
        let own = match self.first_draft {
            Some(first) => first - 1,
            None => self.replica.have().get(me),
        };
        let mut next = self.shelf.uncovered(me, own).map(|span| (me, span));
        if next.is_none() && self.is_steward() {
            let held = self.kept.iter();
            let mut held = held.filter(|(id, _)| *id != me && self.shelves_for(*id));
            next = held.find_map(|(id, head)| Some((id, self.shelf.uncovered(id, head)?)));
        }
        let (writer, (first, last)) = next?;
        let run = self.replica.run(writer, first, last, limits::BATCH_BYTES)?;
        let last = run.last().ok()?;
        Some((run, last))
    }

    fn sealed_record(&mut self, span: Span, plain: &[u8]) -> (RecordId, ClientFrame) {
        let span = span.to_bytes();
        let name = self.keys.record_id(&span);
        // Nobody can know the id beforehand and put something else in its place.
        let id = self.keys.record_id(&self.rng.bytes::<32>());
        let by = |path| self.peers.values().any(|peer| peer.path == path);
        let between = (by(Path::Direct) || by(Path::Peer)) && !by(Path::Hub);
        let mut seal = |what, plain: &[u8]| {
            seal::lay_down(&self.keys, (self.room, what), &mut self.rng, plain).into()
        };
        let store = Store {
            id,
            label: seal(Resting::Label, &span),
            sealed: seal(Resting::Record(name), plain),
            source: if between {
                source::P2P
            } else {
                source::WEBSOCKET
            },
            ttl: None,
        };
        (id, ClientFrame::ShelfStore(store))
    }

    pub(super) fn shelf_stored(&mut self, stored: Stored) {
        if let Some(span) = self.no_longer_storing(stored.id) {
            self.shelf.cover(span);
            self.shelf.audit.found(stored.number, true);
        }
    }

    pub(super) fn shelf_refused(&mut self, now: Now, error: StoreError) {
        if self.no_longer_storing(error.id).is_some() {
            self.shelf.rest = now.mono.plus(limits::SHELF_REST);
            let text = format!("the shelf refuses a record: {}", error.code);
            self.log(Level::Warn, Phase::Sync, None, text);
        }
    }

    fn no_longer_storing(&mut self, id: RecordId) -> Option<Span> {
        let storing = &mut self.shelf.storing;
        let at = storing.iter().position(|record| record.id == id)?;
        Some(storing.remove(at).span)
    }

    pub(super) fn shelf_listed(&mut self, now: Now, listed: Listed) {
        let shelf = &mut self.shelf;
        shelf.look = now.mono;
        if listed.epoch != shelf.epoch {
            let began = shelf.cursor == 0;
            // Records are gone: those before the cursor are looked at again.
            shelf.epoch = listed.epoch;
            shelf.again(now.mono);
            if !began {
                return;
            }
        }
        for label in listed.records {
            self.shelf.cursor = self.shelf.cursor.max(label.number);
            let bound = (self.room, Resting::Label);
            let span = seal::take_up(&self.keys, bound, &label.label)
                .and_then(|plain| Span::read(&plain).ok_or(WireError::Malformed));
            match span {
                Ok(_) if self.shelf.audit.lies(label.number) => {}
                Ok(span) => {
                    self.shelf.cover(span);
                    let lacks = self.replica.have().get(span.writer) < span.last;
                    let record = Wanted {
                        number: label.number,
                        span,
                        asked: None,
                    };
                    if !lacks {
                        self.shelf.audit.claim(record);
                    } else if self.shelf.wanted.len() < limits::MAX_SHELF_WANTED {
                        self.shelf.wanted.push(record);
                    }
                }
                Err(error) => self.reject(Phase::Sync, None, error),
            }
        }
        if !listed.more {
            self.shelf.known = true;
            self.shelf.look = now.mono.plus(limits::SHELF_LOOK);
        }
    }
}

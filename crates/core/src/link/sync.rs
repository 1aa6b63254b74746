//! What one peer has of the log, and what is on its way there.
//!
//! Acknowledgements are cumulative per writer, so a batch sent twice or by two paths is harmless, and
//! the window of unacknowledged bytes is back-pressure on every path alike.

use crate::id::{Seq, WriterId};
use crate::limits;
use crate::store::VersionVector;
use crate::time::Mono;
use crate::wire::peer::Want;
use crate::wire::run::{Item, Run};
use std::collections::VecDeque;

/// Sync with one session of one peer. Dies with that session.
#[derive(Debug)]
pub(crate) struct Sync {
    /// What the peer has confirmed.
    theirs: VersionVector,
    /// What was handed to a path, on top of `theirs`.
    sent: VersionVector,
    /// How far the peer should get: own operations always, others' when it asks.
    goal: VersionVector,
    in_flight: VecDeque<Flight>,
    flight_bytes: usize,
    tries: u32,
    /// When the oldest operation in flight is sent again.
    pub(crate) resend: Option<Mono>,
    pub(crate) retransmits: u64,
    /// Operations asked of this peer, by writer, and when the asking counts as failed.
    pub(crate) asked: Vec<(Want, Mono)>,
}

#[derive(Debug)]
struct Flight {
    since: Mono,
    writer: WriterId,
    last: Seq,
    bytes: usize,
}

impl Sync {
    pub(crate) fn new(theirs: VersionVector) -> Self {
        Self {
            sent: theirs.clone(),
            theirs,
            goal: VersionVector::default(),
            in_flight: VecDeque::new(),
            flight_bytes: 0,
            tries: 0,
            resend: None,
            retransmits: 0,
            asked: Vec::new(),
        }
    }

    pub(crate) fn theirs(&self) -> &VersionVector {
        &self.theirs
    }

    pub(crate) fn tries(&self) -> u32 {
        self.tries
    }

    pub(crate) fn sent(&self, writer: WriterId) -> Seq {
        self.sent.get(writer)
    }

    /// Raises how far the peer should get with `writer`.
    pub(crate) fn aim(&mut self, writer: WriterId, seq: Seq) {
        if seq > self.theirs.get(writer) {
            self.goal.raise(writer, seq);
        }
    }

    /// Lowers the aim: no more than this is held here.
    pub(crate) fn cap(&mut self, writer: WriterId, seq: Seq) {
        self.goal.set(writer, seq);
    }

    /// The peer asks for operations. Asking for what was sent means it got lost on the way.
    pub(crate) fn wanted(&mut self, want: Want) {
        if want.first <= self.sent.get(want.writer) {
            self.sent.set(want.writer, want.first.saturating_sub(1));
            self.forget_flights(|flight| flight.writer == want.writer);
        }
        self.aim(want.writer, want.last);
    }

    /// The peer says what it has. True when that is news.
    pub(crate) fn confirmed(&mut self, have: &[(WriterId, Seq)], full: bool) -> bool {
        let mut news = false;
        if full {
            let all: VersionVector = have.iter().copied().collect();
            news |= all != self.theirs;
            self.theirs = all;
        }
        for (writer, seq) in have {
            news |= self.theirs.raise(*writer, *seq);
            self.sent.raise(*writer, *seq);
            if self.theirs.get(*writer) >= self.goal.get(*writer) {
                self.goal.set(*writer, 0);
            }
        }
        let theirs = std::mem::take(&mut self.theirs);
        self.forget_flights(|flight| theirs.get(flight.writer) >= flight.last);
        self.theirs = theirs;
        if news {
            self.tries = 0;
        }
        // What left since then is not overdue because of what left before it.
        let oldest = self.unacked_since();
        self.resend = oldest.map(|since| since.plus(limits::ACK_PATIENCE));
        news
    }

    fn forget_flights(&mut self, done: impl Fn(&Flight) -> bool) {
        self.in_flight.retain(|flight| !done(flight));
        self.flight_bytes = self.in_flight.iter().map(|flight| flight.bytes).sum();
    }

    /// The next operations to send: whose, from where, through where. `None` when the peer has them all or the
    /// window is full. Whoever has the fewest left comes first, and few pass although there is no room for `bulk`: so
    /// what is said now does not wait for records.
    pub(crate) fn next(&self, bulk: bool) -> Option<(WriterId, Seq, Seq)> {
        if self.flight_bytes >= limits::WINDOW_BYTES + limits::URGENT_BYTES || self.is_stalled() {
            return None;
        }
        let bulk = bulk && self.flight_bytes < limits::WINDOW_BYTES;
        self.goal
            .iter()
            .map(|(writer, goal)| {
                (
                    writer,
                    self.theirs.get(writer).max(self.sent.get(writer)) + 1,
                    goal,
                )
            })
            .filter(|(_, first, goal)| first <= goal)
            .min_by_key(|(_, first, goal)| goal - first)
            .filter(|(_, first, goal)| bulk || goal - first < limits::URGENT_OPS)
    }

    /// A run was handed to a path. Answers its bytes.
    pub(crate) fn launched(&mut self, now: Mono, run: &Run) -> usize {
        let bytes = run.items.iter().map(Item::weight).sum();
        let last = run.last().unwrap_or(run.first);
        self.sent.raise(run.writer, last);
        self.in_flight.push_back(Flight {
            since: now,
            writer: run.writer,
            last,
            bytes,
        });
        self.flight_bytes += bytes;
        self.resend.get_or_insert(now.plus(limits::ACK_PATIENCE));
        bytes
    }

    /// Since when the oldest operation in flight is unacknowledged.
    pub(crate) fn unacked_since(&self) -> Option<Mono> {
        self.in_flight.front().map(|flight| flight.since)
    }

    /// The acknowledgement is overdue: send again, unless that was tried often enough.
    pub(crate) fn overdue(&mut self, now: Mono) {
        self.resend = None;
        if self.in_flight.is_empty() {
            return;
        }
        self.tries = self.tries.saturating_add(1);
        self.retransmits += 1;
        if self.is_stalled() {
            self.rewind();
        } else {
            self.rewind_keeping_tries();
            self.resend = Some(now.plus(limits::ACK_PATIENCE));
        }
    }

    /// Tried often enough on a live path: what is unacknowledged waits in the outbox, which is the log,
    /// until the path changes or the peer is heard of again (R-MSG-3).
    pub(crate) fn is_stalled(&self) -> bool {
        self.tries > limits::ACK_TRIES
    }

    /// The path changed: whatever was in flight on the old one counts as not sent.
    pub(crate) fn restart(&mut self) {
        self.tries = 0;
        self.rewind();
        self.asked.clear();
    }

    fn rewind(&mut self) {
        self.rewind_keeping_tries();
        self.resend = None;
    }

    fn rewind_keeping_tries(&mut self) {
        self.sent = self.theirs.clone();
        self.in_flight.clear();
        self.flight_bytes = 0;
    }

    /// Own operations the peer has not confirmed.
    pub(crate) fn unacked(&self, writer: WriterId, head: Seq) -> u64 {
        head.saturating_sub(self.theirs.get(writer))
    }

    /// Forgets what was asked and has come, or took too long. True when something took too long.
    pub(crate) fn review_asked(&mut self, now: Mono, have: &VersionVector) -> bool {
        let before = self.asked.len();
        self.asked
            .retain(|(want, _)| have.get(want.writer) < want.last);
        let waiting = self.asked.len();
        self.asked.retain(|(_, due)| *due > now);
        before > 0 && self.asked.len() < waiting
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const AUTHOR: WriterId = WriterId([1; 16]);

    fn run(first: Seq, bytes: usize) -> Run {
        Run {
            writer: AUTHOR,
            first,
            items: vec![Item::Op(vec![0; bytes].into())],
            signature: [0; 64],
        }
    }

    #[test]
    fn an_acknowledgement_ends_the_wait_and_frees_the_window() {
        let mut sync = Sync::new(VersionVector::default());
        sync.aim(AUTHOR, 90);
        sync.launched(Mono(0), &run(1, limits::WINDOW_BYTES));
        assert_eq!(sync.resend, Some(Mono(0).plus(limits::ACK_PATIENCE)));
        assert_eq!(sync.next(true), None, "the window is full");
        assert!(sync.confirmed(&[(AUTHOR, 1)], false));
        assert_eq!(sync.resend, None, "nothing is overdue any more");
        assert_eq!(sync.next(true), Some((AUTHOR, 2, 90)));
    }

    #[test]
    fn what_left_later_is_not_overdue_because_of_what_was_confirmed() {
        let mut sync = Sync::new(VersionVector::default());
        sync.aim(AUTHOR, 2);
        sync.launched(Mono(0), &run(1, 10));
        sync.launched(Mono(4_000), &run(2, 10));
        sync.confirmed(&[(AUTHOR, 1)], false);
        assert_eq!(sync.resend, Some(Mono(4_000).plus(limits::ACK_PATIENCE)));
    }

    /// Somebody's records are on their way; a word of somebody else passes them, also when the window is full.
    #[test]
    fn whoever_has_the_fewest_left_goes_first_and_few_pass_where_bulk_waits() {
        let other = WriterId([2; 16]);
        let mut sync = Sync::new(VersionVector::default());
        sync.aim(AUTHOR, 50_000);
        assert_eq!(sync.next(true), Some((AUTHOR, 1, 50_000)));
        assert_eq!(sync.next(false), None, "no room for bulk");
        sync.launched(Mono(0), &run(1, limits::WINDOW_BYTES));
        sync.aim(other, 1);
        assert_eq!(sync.next(false), Some((other, 1, 1)));
        assert_eq!(sync.next(true), Some((other, 1, 1)), "the window is full");
        sync.aim(other, limits::URGENT_OPS + 1);
        assert_eq!(sync.next(true), None, "that is bulk, too");
    }

    /// R-MSG-3: three tries on a live path, then it waits in the outbox until the path changes.
    #[test]
    fn what_is_never_acknowledged_is_tried_three_times_again_and_then_waits() {
        let mut sync = Sync::new(VersionVector::default());
        sync.aim(AUTHOR, 1);
        for _ in 0..=limits::ACK_TRIES {
            let (_, first, _) = sync.next(true).unwrap();
            sync.launched(Mono(0), &run(first, 10));
            assert!(sync.resend.is_some());
            sync.overdue(Mono(5_000));
        }
        assert_eq!((sync.next(true), sync.resend), (None, None));
        sync.restart();
        assert_eq!(sync.next(true), Some((AUTHOR, 1, 1)));
    }
}

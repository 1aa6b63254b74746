//! Whether records on the shelf hold what their labels say (rule H-AUDIT). A label alone decides that nobody stores those
//! operations again, so one that lies would keep them from the shelf.

use super::Node;
use super::output::{Level, Phase};
use super::shelf::{ShelfLink, Span, Wanted};
use crate::id::WriterId;
use crate::limits;
use crate::seal::{self, Resting};
use crate::store::Received;
use crate::time::Mono;
use crate::wire::peer::PeerFrame;
use crate::wire::shelf::Record;
use crate::wire::{WireError, decode_frames};
use std::collections::BTreeMap;

/// What is known of records beyond their labels.
#[derive(Debug, Default)]
pub(super) struct Audit {
    /// Records whose labels say that they hold what is held here too, and that nobody looked into.
    pub(super) claims: Vec<Wanted>,
    /// By number, whether a record holds what its label says.
    looked: BTreeMap<u64, bool>,
    /// The labels are to be listed from the start: some were believed, or left out, and should not have been.
    pub(super) stale: bool,
}

impl Audit {
    pub(super) fn lies(&self, number: u64) -> bool {
        self.looked.get(&number) == Some(&false)
    }

    /// A label says so of operations that are held here.
    pub(super) fn claim(&mut self, claim: Wanted) {
        let room = self.claims.len() < limits::MAX_SHELF_WANTED;
        if room && !self.looked.contains_key(&claim.number) {
            self.claims.push(claim);
        }
    }

    pub(super) fn found(&mut self, number: u64, truth: bool) {
        if self.looked.len() >= limits::MAX_SHELF_WANTED {
            self.looked.pop_first();
        }
        self.looked.insert(number, truth);
        self.stale |= !truth;
    }

    /// What stays known when the labels are listed anew.
    pub(super) fn keep(&mut self) -> Self {
        Self {
            looked: std::mem::take(&mut self.looked),
            ..Self::default()
        }
    }
}

impl Node {
    /// Some records to look into, the newest first: those that would be stored from here.
    pub(super) fn audit(&mut self, now: Mono) -> Vec<u64> {
        let mut claims = std::mem::take(&mut self.shelf.audit.claims);
        let mut numbers = Vec::new();
        for claim in claims.iter_mut().rev() {
            let rests = claim.asked.is_none_or(|due| due <= now);
            if rests && self.shelves_for(claim.span.writer) {
                claim.asked = Some(now.plus(limits::SHELF_PATIENCE));
                numbers.push(claim.number);
            }
            if numbers.len() >= limits::SHELF_AUDIT {
                break;
            }
        }
        self.shelf.audit.claims = claims;
        numbers
    }

    /// True for whoever stores operations of `writer` that the shelf lacks.
    pub(super) fn shelves_for(&self, writer: WriterId) -> bool {
        let there = |id: &WriterId| self.peers.get(id).is_some_and(|peer| peer.on_hub);
        writer == self.me || (self.is_steward() && !there(&writer))
    }

    /// True for the member with the least id on the hub.
    pub(super) fn is_steward(&self) -> bool {
        let mut lesser = self.peers.iter().filter(|(id, _)| **id < self.me);
        !lesser.any(|(_, peer)| peer.on_hub)
    }

    pub(super) fn shelf_record(&mut self, record: &Record) {
        let number = record.number;
        let ShelfLink { wanted, audit, .. } = &mut self.shelf;
        let asked = [wanted, &mut audit.claims].into_iter().find_map(|list| {
            let at = list.iter().position(|asked| asked.number == number)?;
            Some(list.remove(at).span)
        });
        let (Some(span), Some(sealed)) = (asked, &record.sealed) else {
            return;
        };
        match self.take_record(span, sealed) {
            Ok(true) => self.shelf.audit.found(number, true),
            Ok(false) => {}
            Err(error) => {
                self.reject(Phase::Sync, None, error);
                // A full store is no lie.
                if error != WireError::TooLarge {
                    self.shelf.audit.found(number, false);
                    let text = "a record on the shelf is not what its label says".to_owned();
                    self.log(Level::Warn, Phase::Sync, None, text);
                }
            }
        }
    }

    /// Takes what is new. True when the record holds what its label says; false when that cannot be told.
    fn take_record(&mut self, span: Span, sealed: &[u8]) -> Result<bool, WireError> {
        let name = self.keys.record_id(&span.to_bytes());
        let plain = seal::take_up(&self.keys, (self.room, Resting::Record(name)), sealed)?;
        let mut runs = Vec::new();
        decode_frames(&plain, |number, fields| {
            if let PeerFrame::Ops(run) = PeerFrame::decode(number, fields)? {
                runs.push(run);
            }
            Ok(())
        })?;
        let [run] = runs.as_slice() else {
            return Err(WireError::Malformed);
        };
        if (run.writer, run.first, run.last()?) != (span.writer, span.first, span.last) {
            return Err(WireError::Malformed);
        }
        match self.replica.receive(run)? {
            Received::New(writer, seqs) => {
                self.took(None, writer, seqs);
                Ok(true)
            }
            Received::Duplicate => self.replica.confirms(run),
            Received::Gap => Ok(false),
        }
    }
}

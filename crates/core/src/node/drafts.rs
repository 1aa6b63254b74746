//! Own operations written before anybody's clock was compared with this device's.
//!
//! A stamp that is an hour ahead would make everyone else wait for an hour, and a hybrid logical clock never goes
//! back. So such operations are drafts: saved and shown at once, under names that no other tab reads, and sent only
//! when the clock was measured, with stamps moved by what it was off.

use super::Node;
use super::deadline::Timer;
use super::input::SaveError;
use super::output::{Level, Output, Phase};
use super::saving::Saving;
use crate::id::{OpId, RoomId, Seq, Ticket, WriterId};
use crate::limits;
use crate::model::Op;
use crate::store::Key;
use crate::time::Now;
use std::collections::BTreeMap;

/// Puts stored drafts among the stored operations. Answers where they begin, and which are left over.
///
/// Drafts that are all there as operations too are left over from a tab that ended before it removed them, and the
/// operations may be with others. Otherwise the tab ended while it was saving those, and nobody else has them. What is
/// left over goes at once: later drafts would not be told from it.
pub(super) fn adopt(
    me: WriterId,
    mut drafts: BTreeMap<Seq, Vec<u8>>,
    records: &mut BTreeMap<OpId, Vec<u8>>,
) -> (Option<Seq>, Vec<Seq>) {
    let own = |seq: Seq| OpId { writer: me, seq };
    let mut first = None;
    for seq in drafts.keys().rev() {
        if first.is_none_or(|first| first == seq + 1) {
            first = Some(*seq);
        }
    }
    let Some(first) = first else {
        return (None, Vec::new());
    };
    let newest = drafts.split_off(&first);
    let mut left_over: Vec<Seq> = drafts.into_keys().collect();
    if newest.keys().all(|seq| records.contains_key(&own(*seq))) {
        left_over.extend(newest.into_keys());
        return (None, left_over);
    }
    records.extend(newest.into_iter().map(|(seq, bytes)| (own(seq), bytes)));
    (Some(first), left_over)
}

impl Node {
    /// Records that others hold too are removed: the tab of an earlier run ended before it did.
    pub(super) fn clear_left_over(&mut self) {
        let left_over = std::mem::take(&mut self.left_over);
        if !left_over.is_empty() {
            self.output(Output::Remove(left_over));
        }
    }

    /// The clock has been measured: drafts become operations.
    pub(super) fn settle_drafts(&mut self, now: Now) {
        let Some(first) = self.first_draft else {
            return;
        };
        let rests = self.drafts_rest.is_some_and(|until| until > now.mono);
        let busy = self.pending.is_some() || self.settling.is_some();
        if rests || busy || !self.is_clock_measured() {
            return;
        }
        let drafts = self.replica.own_from(first);
        let (count, shift) = (drafts.len(), self.clock.correction);
        if shift != 0 {
            // A clock that was set back in between left stamps that are later than what it said.
            let moved = self.replica.restamped(first, shift, now.wall);
            self.rewrite(now, first, moved);
            self.log(
                Level::Info,
                Phase::Sync,
                None,
                format!(
                    "the clock was {} s off, {count} operations stamped anew",
                    -shift / 1000
                ),
            );
        }
        let records = self.own_records_as(first, Key::Op);
        let saving = self.save(records, Saving::Drafts);
        if self.durable {
            self.settling = Some((saving, drafts));
        } else {
            self.first_draft = None;
        }
    }

    /// Drafts were saved as operations, or could not be: then they stay what they were.
    pub(super) fn drafts_saved(&mut self, now: Now, saving: Ticket, result: Result<(), SaveError>) {
        let mine = self.settling.take_if(|(ticket, _)| *ticket == saving);
        let (Some((_, drafts)), Some(first)) = (mine, self.first_draft) else {
            return;
        };
        self.storage_state(result);
        if result.is_err() {
            self.rewrite(now, first, drafts);
            let again = now.mono.plus(limits::DRAFTS_REST);
            self.drafts_rest = Some(again);
            self.timers.set(Timer::Drafts, again);
            return;
        }
        self.first_draft = None;
        let last = first + drafts.len() as u64 - 1;
        let names = (first..=last).map(|seq| Key::Draft(self.room, self.me, seq));
        let names = names.collect();
        self.output(Output::Remove(names));
    }

    /// Own operations from `first` on, under the names they have now.
    pub(super) fn own_records(&self, first: Seq) -> Vec<(Key, Vec<u8>)> {
        match self.first_draft {
            Some(_) => self.own_records_as(first, Key::Draft),
            None => self.own_records_as(first, Key::Op),
        }
    }

    fn own_records_as(
        &self,
        first: Seq,
        name: fn(RoomId, WriterId, Seq) -> Key,
    ) -> Vec<(Key, Vec<u8>)> {
        let records = self.replica.own_records(first).into_iter();
        let records = records.map(|(seq, record)| (name(self.room, self.me, seq), record));
        records.collect()
    }

    fn rewrite(&mut self, now: Now, first: Seq, ops: Vec<Op>) {
        let rewritten = self.replica.rewrite(first, ops);
        // Stamps have a fixed range, and nothing else is different.
        debug_assert!(rewritten.is_ok(), "own operations encode");
        self.settle(now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ME: WriterId = WriterId([1; 16]);

    fn stored(ops: &[Seq], drafts: &[Seq]) -> (Option<Seq>, Vec<Seq>, Vec<(Seq, u8)>) {
        let own = |seq: &Seq| OpId {
            writer: ME,
            seq: *seq,
        };
        let mut records = ops.iter().map(|seq| (own(seq), vec![0])).collect();
        let drafts = drafts.iter().map(|seq| (*seq, vec![1])).collect();
        let (first, left_over) = adopt(ME, drafts, &mut records);
        let kept = records.into_iter();
        let kept = kept.filter_map(|(id, bytes)| Some((id.seq, *bytes.first()?)));
        (first, left_over, kept.collect())
    }

    #[test]
    fn drafts_are_adopted_whole_or_left_over() {
        assert_eq!(stored(&[1], &[]), (None, vec![], vec![(1, 0)]));
        let fresh = (Some(2), vec![], vec![(1, 0), (2, 1), (3, 1)]);
        assert_eq!(stored(&[1], &[2, 3]), fresh);
        let torn = (Some(1), vec![], vec![(1, 1), (2, 1)]);
        assert_eq!(stored(&[1], &[1, 2]), torn, "ended while saving");
        let saved = (None, vec![1, 2], vec![(1, 0), (2, 0), (3, 0)]);
        assert_eq!(stored(&[1, 2, 3], &[1, 2]), saved, "ended before removing");
    }

    /// Seed 1410: drafts of an earlier run made everything since then a draft again.
    #[test]
    fn what_is_left_over_does_not_draw_later_operations_in() {
        let later = (Some(4), vec![1, 2], vec![(1, 0), (2, 0), (3, 0), (4, 1)]);
        assert_eq!(stored(&[1, 2, 3], &[1, 2, 4]), later);
    }
}

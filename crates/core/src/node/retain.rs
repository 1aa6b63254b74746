//! Dropping what nobody needs any more, once a day (rules O-DROP, O-RETAIN, O-SWEEP).

use super::commands::Outcome;
use super::output::{Level, Phase};
use super::saving::Saving;
use super::view::Path;
use super::{Node, Timer};
use crate::limits;
use crate::model::Body;
use crate::store::Key;
use crate::time::Now;
use core::time::Duration;

impl Node {
    /// Looks what can be dropped, if it is a day since, and nothing is half done.
    pub(super) fn pack(&mut self, now: Now) {
        let age = Duration::from_millis(now.wall.0.saturating_sub(self.memory.packed.0));
        let busy = self.pending.is_some() || !self.saving.is_empty() || self.first_draft.is_some();
        let pause = if busy || !self.is_clock_measured() {
            limits::PACK_PAUSE
        } else if age < limits::PACK_EVERY {
            limits::PACK_EVERY - age
        } else {
            self.pack_now(now);
            limits::PACK_EVERY
        };
        self.timers.set(Timer::Pack, now.mono.plus(pause));
    }

    fn pack_now(&mut self, now: Now) {
        let expired = self.replica.expire_messages(now.wall);
        self.changes.messages.extend(expired);
        let through = self.kept.clone();
        let mut saves = Vec::new();
        let mut removes = Vec::new();
        let mut dropped = 0;
        for (writer, packed) in self.replica.pack(now.wall, &through) {
            let key = |name| Key::stored(self.room, writer, name);
            saves.extend(
                packed
                    .saves
                    .into_iter()
                    .map(|(name, bytes)| (key(name), bytes)),
            );
            removes.extend(packed.removes.into_iter().map(key));
            dropped += packed.dropped;
        }
        if !saves.is_empty() {
            self.save(saves, Saving::Packed(removes));
        }
        self.memory.packed = now.wall;
        self.memory_dirty = true;
        self.unread = self.count_unread();
        self.log(
            Level::Info,
            Phase::Sync,
            None,
            format!("dropped {dropped} operations"),
        );
        self.sweep(now);
    }

    /// Buries in one operation what many did. One of those present is enough.
    fn sweep(&mut self, now: Now) {
        let first = |id| self.me < id;
        let mut present = self.peers.iter();
        let mine = present.all(|(id, peer)| peer.path == Path::None || first(*id));
        let tasks = self.replica.to_sweep(now.wall);
        if mine && !tasks.is_empty() && self.replica.have().get(self.me) > 0 {
            self.write(now, None, vec![Body::DeleteTasks(tasks)], Outcome::Ok);
        }
    }
}

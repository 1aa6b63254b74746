//! Hubs of one process.

use super::{Fanout, Heard, Line, Lost};
use bytes::Bytes;
use corridor_core::broker::Subject;
use corridor_core::id::RoomId;
use corridor_core::limits::HUB_FANOUT_QUEUE;
use futures_util::FutureExt as _;
use futures_util::future::{self, BoxFuture};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::mpsc;

/// Joins hubs. Clones are the same exchange.
#[derive(Clone, Default, Debug)]
pub struct Exchange {
    ends: Arc<Mutex<Ends>>,
}

#[derive(Default, Debug)]
struct Ends {
    next: u64,
    all: BTreeMap<u64, End>,
}

#[derive(Debug)]
struct End {
    heard: mpsc::Sender<Heard>,
    rooms: BTreeSet<RoomId>,
}

/// One hub's end; when it is dropped, the hub is gone.
struct Member {
    exchange: Exchange,
    own: u64,
}

impl Exchange {
    /// A line for one more hub.
    #[must_use]
    pub fn join(&self) -> Line {
        let (sender, heard) = mpsc::channel(HUB_FANOUT_QUEUE);
        let mut ends = self.lock();
        ends.next += 1;
        let own = ends.next;
        let end = End {
            heard: sender,
            rooms: BTreeSet::new(),
        };
        ends.all.insert(own, end);
        let exchange = self.clone();
        let fanout = Box::new(Member { exchange, own });
        Line { fanout, heard }
    }

    fn lock(&self) -> MutexGuard<'_, Ends> {
        self.ends.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Fanout for Member {
    fn publish(&self, subject: Subject, bytes: Bytes) -> Result<(), Lost> {
        let ends = self.exchange.lock();
        let others = ends.all.iter().filter(|(id, _)| **id != self.own);
        let listening = others.filter(|(_, end)| match subject {
            Subject::Hubs => true,
            Subject::Room(room) => end.rooms.contains(&room),
        });
        let sent: Vec<bool> = listening
            .map(|(_, end)| end.heard.try_send((subject, bytes.clone())).is_ok())
            .collect();
        sent.into_iter().all(|sent| sent).then_some(()).ok_or(Lost)
    }

    fn listen(&self, room: RoomId, on: bool) {
        let mut ends = self.exchange.lock();
        if let Some(end) = ends.all.get_mut(&self.own) {
            if on {
                end.rooms.insert(room);
            } else {
                end.rooms.remove(&room);
            }
        }
    }

    /// They have it already.
    fn settle(&self) -> BoxFuture<'static, ()> {
        future::ready(()).boxed()
    }

    fn is_up(&self) -> bool {
        true
    }
}

impl Drop for Member {
    fn drop(&mut self) {
        self.exchange.lock().all.remove(&self.own);
    }
}

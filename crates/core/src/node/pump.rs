//! Operations leave: as many as windows and channels have room for, and again when an acknowledgement is overdue.

use super::Node;
use super::output::{Level, Phase};
use super::view::Path;
use crate::id::PeerId;
use crate::limits;
use crate::time::Now;
use crate::wire::peer::PeerFrame;

impl Node {
    /// Sends each peer what it should have, as far as its window and its channel allow.
    pub(super) fn pump(&mut self, now: Now) {
        let me = self.me;
        let head = self.sendable();
        self.push_own(head);
        let small = self.crowd.is_none();
        let ids: Vec<PeerId> = self.peers.keys().copied().collect();
        for id in ids {
            let Some(peer) = self
                .peers
                .get_mut(&id)
                .filter(|peer| peer.path != Path::None)
            else {
                continue;
            };
            let Some(sync) = peer.sync.as_mut() else {
                continue;
            };
            if small {
                sync.aim(me, head);
            }
            let mut runs = Vec::new();
            let direct = peer.path == Path::Direct;
            let mut handed = 0;
            while let Some((writer, first, last)) =
                sync.next(!direct || peer.flow.takes_bulk(handed))
            {
                let held = if writer == me {
                    head
                } else {
                    self.replica.have().get(writer)
                };
                let last = last.min(held);
                let run = self.replica.run(writer, first, last, limits::BATCH_BYTES);
                let Some(run) = run.filter(|_| first <= last) else {
                    // Asked for more than is held.
                    sync.cap(writer, first - 1);
                    continue;
                };
                handed += sync.launched(now.mono, &run);
                runs.push(run);
            }
            for run in runs {
                if run.writer == me {
                    let last = run.last().unwrap_or(run.first);
                    self.mark_own(run.first - 1, last);
                }
                self.send(id, PeerFrame::Ops(run));
            }
        }
    }

    /// The acknowledgement of a peer is overdue.
    pub(super) fn resend(&mut self, now: Now, id: PeerId) {
        if let Some(sync) = self.sync_of(id) {
            sync.overdue(now.mono);
        }
        self.mark_unconfirmed(id);
        self.log(
            Level::Info,
            Phase::Sync,
            Some(id),
            "acknowledgement overdue, sending again".into(),
        );
    }
}

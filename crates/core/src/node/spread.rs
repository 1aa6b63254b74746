//! What travels in a large room: operations along the tree, and confirmations to authors who are not linked (R-LINK-7).

use super::view::Path;
use super::{Node, Timer};
use crate::id::{PeerId, Seq, WriterId};
use crate::limits;
use crate::time::Now;
use crate::wire::peer::{ClockField, Have, Link, PeerFrame};

impl Node {
    /// Own operations through this one may be sent.
    pub(super) fn sendable(&self) -> Seq {
        match self.first_draft {
            Some(first) => first.saturating_sub(1),
            None => self.replica.have().get(self.me),
        }
    }

    /// Whom operations are pushed to: in a large room the branches of a tree.
    #[must_use]
    pub fn branches(&self) -> Vec<PeerId> {
        let linked = self.peers.iter().filter(|(_, peer)| peer.sync.is_some());
        let tree = self.crowd.as_ref().map(|crowd| &crowd.tree);
        let branches = linked.filter(|(id, _)| tree.is_none_or(|tree| tree.is_branch(**id)));
        branches.map(|(id, _)| *id).collect()
    }

    /// Operations came from a peer, and none of them was held before: they go on along the tree.
    pub(super) fn pass_on(&mut self, from: PeerId, run: (WriterId, Seq, Seq)) {
        let Some(crowd) = self.crowd.as_ref() else {
            return;
        };
        for (id, peer) in self.peers.iter_mut().filter(|(id, _)| **id != from) {
            if let Some(sync) = peer.sync.as_mut() {
                crowd.tree.push(*id, sync, run);
            }
        }
    }

    /// All that came from a peer was held already: no branch leads there.
    pub(super) fn second_copy(&mut self, id: PeerId) {
        let told = self.peers.get(&id).and_then(|peer| peer.told_needed);
        let needed = told.unwrap_or_else(|| self.wants(id));
        let Some(crowd) = self.crowd.as_mut() else {
            return;
        };
        crowd.tree.prune(id);
        let link = Link {
            needed,
            branch: false,
        };
        self.send(id, PeerFrame::Link(link));
    }

    /// Operations are asked of this peer, or by it.
    pub(super) fn graft(&mut self, id: PeerId) {
        if let Some(crowd) = self.crowd.as_mut() {
            crowd.tree.graft(id);
        }
    }

    /// Own operations through `head` may be sent: pushes new ones along the tree.
    pub(super) fn push_own(&mut self, head: Seq) {
        let me = self.me;
        let Some(crowd) = self.crowd.as_mut().filter(|crowd| crowd.pushed < head) else {
            return;
        };
        let first = crowd.pushed + 1;
        crowd.pushed = head;
        crowd.tree.hold(me);
        for (id, peer) in &mut self.peers {
            if let Some(sync) = peer.sync.as_mut() {
                crowd.tree.push(*id, sync, (me, first, head));
            }
        }
        let soon = self.now.plus(limits::TELL_PAUSE);
        self.timers.set_earliest(Timer::Tell, soon);
        let later = self.now.plus(limits::ACK_PATIENCE);
        self.timers.set_earliest(Timer::Unconfirmed, later);
    }

    /// More of `writer` is saved: others hear of it, and the author, who may not be linked with us.
    pub(super) fn holds_more_of(&mut self, writer: WriterId) {
        let neighbour = self.is_neighbour(writer);
        let Some(crowd) = self.crowd.as_mut() else {
            return;
        };
        crowd.tree.hold(writer);
        if !neighbour {
            crowd.owed.insert(writer);
        }
        let soon = self.now.plus(limits::TELL_PAUSE);
        self.timers.set_earliest(Timer::Tell, soon);
    }

    /// Announces to neighbours what they may lack, and confirms to authors what came of theirs.
    pub(super) fn tell_held(&mut self) {
        let head = self.sendable();
        let Some(crowd) = self.crowd.as_mut() else {
            return;
        };
        let news: Vec<(WriterId, Seq)> = crowd
            .tree
            .take_news()
            .into_iter()
            .map(|writer| (writer, self.kept.get(writer)))
            .map(|(writer, seq)| (writer, if writer == self.me { head } else { seq }))
            .collect();
        let owed = core::mem::take(&mut crowd.owed);
        let mut tell: Vec<(PeerId, Vec<(WriterId, Seq)>)> = owed
            .into_iter()
            .map(|author| (author, vec![(author, self.kept.get(author))]))
            .collect();
        for (id, sync) in self
            .peers
            .iter()
            .filter_map(|(id, peer)| Some((*id, peer.sync.as_ref()?)))
        {
            let lacks = news.iter().filter(|(w, seq)| sync.sent(*w) < *seq);
            tell.push((id, lacks.copied().collect()));
        }
        for (id, have) in tell.into_iter().filter(|(_, have)| !have.is_empty()) {
            self.send_part(id, have, false);
        }
    }

    fn send_part(&mut self, id: PeerId, have: Vec<(WriterId, Seq)>, reply: bool) {
        let have = Have {
            have: ClockField(have),
            full: false,
            reply,
        };
        self.send(id, PeerFrame::Have(have));
    }

    /// Answers an author without a link here, who asks what has come.
    pub(super) fn confirm_to(&mut self, author: PeerId) {
        let seq = self.kept.get(author);
        self.send_part(author, vec![(author, seq)], false);
    }

    /// Asks those without a link here, who have not confirmed our operations, what has come: a confirmation may be lost
    /// on the way.
    pub(super) fn ask_confirmations(&mut self, now: Now) {
        let head = self.sendable();
        let behind = self.peers.iter().filter(|(id, peer)| {
            let confirmed = self.memory.confirmed.get(**id);
            !peer.neighbour && peer.path != Path::None && confirmed < head
        });
        let behind: Vec<PeerId> = behind.map(|(id, _)| *id).collect();
        if !behind.is_empty() {
            let again = now.mono.plus(limits::ACK_PATIENCE);
            self.timers.set_earliest(Timer::Unconfirmed, again);
        }
        for id in behind {
            self.send_part(id, Vec::new(), true);
        }
    }
}

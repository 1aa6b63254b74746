//! Along which links operations travel: pushed along the branches of a tree, announced on the other links.
//!
//! After Plumtree (Leitão, Pereira, Rodrigues, "Epidemic broadcast trees", 2007): a link begins as a branch, a
//! second copy of an operation prunes it, an operation that was announced and did not come grafts it again. What
//! Plumtree keeps per message, version vectors tell here: who has what, and what is missing.

use crate::id::{PeerId, Seq, WriterId};
use crate::link::sync::Sync;
use std::collections::BTreeSet;

/// The branches at one node.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    /// Links that are no branches: operations are only announced there.
    pruned: BTreeSet<PeerId>,
    /// Writers of whom more came than was announced.
    news: BTreeSet<WriterId>,
}

impl Tree {
    /// A link begins, or ends.
    pub(crate) fn forget(&mut self, peer: PeerId) {
        self.pruned.remove(&peer);
    }

    /// Nothing is pushed to this peer any more.
    pub(crate) fn prune(&mut self, peer: PeerId) {
        self.pruned.insert(peer);
    }

    /// Operations are asked of this peer, or by it: the tree had a gap here.
    pub(crate) fn graft(&mut self, peer: PeerId) {
        self.pruned.remove(&peer);
    }

    pub(crate) fn is_branch(&self, peer: PeerId) -> bool {
        !self.pruned.contains(&peer)
    }

    /// Operations `first` through `last` of `writer` are there: pushes them to `peer` if it is on a branch and has, or
    /// was sent, all before them. Whoever lacks more than that asks for it, of one peer and not of all.
    pub(crate) fn push(
        &self,
        peer: PeerId,
        sync: &mut Sync,
        (writer, first, last): (WriterId, Seq, Seq),
    ) {
        if self.is_branch(peer) && sync.sent(writer) + 1 >= first {
            sync.aim(writer, last);
        }
    }

    /// More of `writer` is held: it will be announced.
    pub(crate) fn hold(&mut self, writer: WriterId) {
        self.news.insert(writer);
    }

    /// Takes the writers to announce.
    pub(crate) fn take_news(&mut self) -> BTreeSet<WriterId> {
        core::mem::take(&mut self.news)
    }
}

//! What the debug panel shows beyond the view: links with their past, stores compared, faults, and the hub.

use super::Node;
use super::evidence::Change;
use super::view::LinkView;
use crate::id::{OpId, PeerId, WriterId};
use crate::limits;
use crate::model::Body;
use crate::store::VersionVector;
use crate::time::Mono;
use crate::wire::facts::Gathered;
use core::net::IpAddr;

/// The state of a node, for the debug panel. Holds no text, names or keys.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Inspection {
    /// Every peer.
    pub links: Vec<LinkInspection>,
    /// Digest of what is held here ([`VersionVector::digest`]).
    pub digest: u64,
    /// Operations held here.
    pub held: u64,
    /// What the hub offers: bits of [`crate::wire::registry::layer`].
    pub layers: u32,
    /// When the hub was heard last.
    pub hub_heard: Option<Mono>,
    /// STUN and TURN servers in use.
    pub servers: Vec<String>,
    /// [`super::Fault::RelayOnly`] is on.
    pub relay_only: bool,
    /// [`super::Fault::CutHub`] is on.
    pub cut_hub: bool,
    /// Inputs refused since the start.
    pub rejected: u64,
    /// Frames of a newer version, skipped.
    pub unknown: u64,
    /// Packets carried for others.
    pub forwarded: u64,
}

/// One peer's link.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LinkInspection {
    /// As in the view.
    pub link: LinkView,
    /// This side offers.
    pub offers: bool,
    /// When anything came last.
    pub heard: Option<Mono>,
    /// Its clock minus this device's, in milliseconds.
    pub clock_offset_ms: Option<i64>,
    /// Share of pings unanswered on the path in use, in thousandths.
    pub loss_permille: u64,
    /// What happened to it, oldest first.
    pub history: Vec<Change>,
    /// Candidates of the newest attempt: gathered here, and told by the peer.
    pub candidates: (Gathered, Gathered),
    /// Where the hub sees it, if in a local network.
    pub seen_at: Option<IpAddr>,
    /// Digest of what the peer has confirmed; `None` before it said what it has.
    pub digest: Option<u64>,
    /// Operations held here that the peer lacks.
    pub lacks: u64,
    /// Operations the peer has that are not held here.
    pub ahead: u64,
    /// Which they are, the first of them.
    pub differences: Vec<Difference>,
    /// Faults: not linked directly, added delay in milliseconds, percent lost.
    pub faults: (bool, u64, u8),
}

/// One operation that only one end holds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Difference {
    /// The operation.
    pub op: OpId,
    /// Held here and not there; else the other way round.
    pub here: bool,
    /// What it is about, when that is known: a kind, and the id of a task.
    pub record: Option<String>,
}

impl Node {
    /// Everything the debug panel shows beyond the view.
    #[must_use]
    pub fn inspect(&self) -> Inspection {
        Inspection {
            links: self
                .peers
                .iter()
                .map(|(id, peer)| {
                    let theirs = peer.sync.as_ref().map(crate::link::sync::Sync::theirs);
                    LinkInspection {
                        link: self.link_view(*id, peer),
                        offers: peer.negotiation.offers(),
                        heard: peer.heard,
                        clock_offset_ms: peer.offset_ms,
                        loss_permille: peer.health().loss_permille(),
                        history: peer.seen.history.iter().copied().collect(),
                        candidates: (peer.seen.mine.count, peer.seen.theirs.count),
                        seen_at: peer.seen_at,
                        digest: theirs.map(VersionVector::digest),
                        lacks: theirs.map_or(0, |theirs| lacking(&self.kept, theirs)),
                        ahead: theirs.map_or(0, |theirs| lacking(theirs, &self.kept)),
                        differences: self.differences(theirs),
                        faults: (peer.avoided, peer.line.delay_ms, peer.line.loss_percent),
                    }
                })
                .collect(),
            digest: self.kept.digest(),
            held: self.kept.total(),
            layers: self.hub.layers(),
            hub_heard: self.evidence.hub_heard,
            servers: self.ice.iter().map(|server| server.url.clone()).collect(),
            relay_only: self.relay_only,
            cut_hub: self.hub.cut,
            rejected: self.rejected,
            unknown: self.unknown_frames,
            forwarded: self.forwarded,
        }
    }

    /// Operations that one of the two holds and the other lacks, as far as is known here.
    pub(super) fn behind(&self, id: PeerId) -> u64 {
        let sync = self.peers.get(&id).and_then(|peer| peer.sync.as_ref());
        sync.map_or(0, |sync| {
            lacking(&self.kept, sync.theirs()).saturating_add(lacking(sync.theirs(), &self.kept))
        })
    }

    fn differences(&self, theirs: Option<&VersionVector>) -> Vec<Difference> {
        let Some(theirs) = theirs else {
            return Vec::new();
        };
        let between = |of: &VersionVector, other: &VersionVector, here| {
            of.ahead_of(other)
                .into_iter()
                .flat_map(|(writer, last)| {
                    let first = other.get(writer) + 1;
                    (first..=last).map(move |seq| OpId { writer, seq })
                })
                .take(limits::SHOWN_DIFFERENCES)
                .map(|op| Difference {
                    op,
                    here,
                    record: self.record_of(op),
                })
                .collect::<Vec<_>>()
        };
        let mut all = between(&self.kept, theirs, true);
        all.extend(between(theirs, &self.kept, false));
        all.truncate(limits::SHOWN_DIFFERENCES);
        all
    }

    fn record_of(&self, id: OpId) -> Option<String> {
        Some(match self.replica.op(id)?.body {
            Body::Task(task, _) => format!("task {task}"),
            Body::DeleteTasks(tasks) => format!("{} deleted tasks", tasks.len()),
            Body::DeleteTask(task) => format!("deleted task {task}"),
            Body::Post(_) => "message".into(),
            Body::Private { .. } => "private message".into(),
            Body::Read { .. } => "read marker".into(),
            Body::Genesis { .. } | Body::Profile(_) | Body::Leave => "person".into(),
            Body::Unknown(_) => "unknown".into(),
        })
    }
}

/// How many operations `of` covers and `other` does not.
fn lacking(of: &VersionVector, other: &VersionVector) -> u64 {
    let ahead = of.ahead_of(other).into_iter();
    ahead.fold(0, |sum, (writer, seq): (WriterId, u64)| {
        sum.saturating_add(seq.saturating_sub(other.get(writer)))
    })
}

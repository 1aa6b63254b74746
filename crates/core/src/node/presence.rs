//! What is seen of a person and never enters the log: typing, and whether the page is in view.

use super::{Node, Timer};
use crate::id::PeerId;
use crate::limits;
use crate::time::Now;
use crate::wire::peer::{PeerFrame, PresenceFrame};

impl Node {
    /// Tells everyone whether the page is in view and whether the person is typing.
    pub(super) fn announce_presence(&mut self) {
        let presence = PresenceFrame {
            away: self.hidden,
            typing: self.typing,
        };
        let ids: Vec<PeerId> = self.peers.keys().copied().collect();
        for id in ids {
            self.send(id, PeerFrame::Presence(presence));
        }
    }

    pub(super) fn presence_received(&mut self, now: Now, id: PeerId, presence: PresenceFrame) {
        if let Some(peer) = self.peers.get_mut(&id) {
            peer.away = presence.away;
            peer.typing_until = presence.typing.then(|| now.mono.plus(limits::PRESENCE_TTL));
            if let Some(until) = peer.typing_until {
                self.timers.set(Timer::Typing(id), until);
            }
            self.changes.people = true;
        }
    }

    pub(super) fn seen_away(&mut self, id: PeerId, away: bool) {
        let peer = self.peers.get_mut(&id).filter(|peer| peer.away != away);
        if let Some(peer) = peer {
            peer.away = away;
            self.changes.people = true;
            self.reach_changed();
        }
    }
}

//! Noticing that something does not work, and what is done first: ask, take another way, restart (R-LINK-2, R-LINK-3).

use super::input::Lifecycle;
use super::output::{Level, Phase};
use super::{Node, Timer};
use crate::id::PeerId;
use crate::limits;
use crate::link::backoff::jitter;
use crate::time::Now;
use core::time::Duration;

impl Node {
    pub(super) fn lifecycle(&mut self, now: Now, event: Lifecycle) {
        match event {
            Lifecycle::Hidden | Lifecycle::Visible => {
                self.hidden = event == Lifecycle::Hidden;
                self.announce_presence();
                if !self.hidden {
                    self.look_around(now);
                }
            }
            Lifecycle::Resumed => self.look_around(now),
            Lifecycle::Online => self.network_changed(now),
            Lifecycle::Offline => self.log(
                Level::Info,
                Phase::Link,
                None,
                "the browser is offline".into(),
            ),
            Lifecycle::Closing => self.close_all(now),
        }
    }

    /// After sleep or a hidden spell: ask everyone, and the hub, at once.
    pub(super) fn look_around(&mut self, now: Now) {
        self.hub_nudge(now);
        let ids: Vec<PeerId> = self.peers.keys().copied().collect();
        for id in ids {
            if let Some(peer) = self.peers.get_mut(&id) {
                peer.forgive();
            }
            self.ping(now, id);
        }
    }

    /// The browser believes in a network again: sockets and candidates of the old one are of no use.
    fn network_changed(&mut self, now: Now) {
        self.log(
            Level::Info,
            Phase::Link,
            None,
            "the browser is online".into(),
        );
        for peer in self.peers.values_mut() {
            peer.negotiation.unsettle();
        }
        self.hub_reopen(now, "the network changed");
        self.look_around(now);
    }

    /// Restarts every link, one after the other: others may do the same at this moment. Everybody begins with another
    /// peer, the one after their own id.
    pub(super) fn restart_all(&mut self, now: Now) {
        let (before, after): (Vec<PeerId>, Vec<PeerId>) = self
            .peers
            .iter()
            .filter(|(_, peer)| peer.neighbour)
            .map(|(id, _)| *id)
            .partition(|id| *id < self.me);
        let mut at = now.mono;
        for id in after.into_iter().chain(before) {
            let pause = jitter(limits::RESTART_PAUSE, &mut self.rng);
            if let Some(peer) = self.peers.get_mut(&id)
                && peer.negotiation.restart_at(at)
            {
                at = at.plus(pause);
            }
        }
    }

    /// A wake that comes much later than it was asked for says that the page was busy, or asleep.
    pub(super) fn notice_lateness(&mut self, now: Now) {
        let Some((planned, _)) = self.timers.next() else {
            return;
        };
        let late = now.mono.since(planned);
        if late >= limits::SLEPT && !self.hidden {
            self.look_around(now);
        } else if late >= limits::STALL {
            for peer in self.peers.values_mut() {
                for health in [&mut peer.direct, &mut peer.hub, &mut peer.via] {
                    health.heard(now.mono);
                }
            }
        }
    }

    /// An acknowledgement is late. It may be on its way, or the path may be dead.
    pub(super) fn doubt(&mut self, now: Now, id: PeerId) {
        let Some(peer) = self.peers.get_mut(&id) else {
            return;
        };
        peer.doubted = Some(now.mono);
        if peer.health().unanswered(now.mono) == Duration::ZERO {
            self.ping(now, id);
        }
        self.hub_wonder(now);
    }

    /// Every turn: links that went silent are restarted, and a hub is asked when peers do not answer.
    pub(super) fn review_links(&mut self, now: Now) {
        let suspect = self.peers.values().any(|peer| peer.is_suspect(now.mono));
        if suspect {
            self.hub_doubt(now);
        } else {
            self.timers.clear(Timer::HubDoubt);
        }
        if self.relay_only {
            return;
        }
        let silent: Vec<PeerId> = self
            .peers
            .iter()
            .filter(|(_, peer)| peer.negotiation.is_open() && peer.direct.is_silent(now.mono))
            .map(|(id, _)| *id)
            .collect();
        for id in silent {
            if !self.can_signal(id) {
                continue;
            }
            if let Some(peer) = self.peers.get_mut(&id) {
                let steps = peer.negotiation.silent(now.mono);
                self.perform(now, id, steps);
            }
        }
    }
}

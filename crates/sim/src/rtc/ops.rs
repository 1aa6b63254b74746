//! What the node asks of a peer connection, and how a browser answers.

use super::channel::Leaving;
use super::pc::{Cargo, Channel, Pc, PcId, Signaling};
use super::sdp::{self, Credentials, Kind};
use super::{CHANNEL_OUTLIVES, Due, GATHERING_GIVES_UP, MAX_BUFFERED, Rtc};
use crate::net::{End, Net};
use crate::queue::Ms;
use corridor_core::node::{Candidate, Description, IceConfig, RtcEvent, RtcOp, SdpKind};

impl Rtc {
    /// Carries out one operation of a node.
    pub fn operate(&mut self, now: Ms, net: &mut Net, id: PcId, op: RtcOp) {
        match op {
            RtcOp::Create(config) => self.create(id, &config),
            RtcOp::Configure(config) => self.configure(id, config),
            RtcOp::Offer { restart } => self.offer(now, net, id, restart),
            RtcOp::SetRemote(description) => self.set_remote(now, net, id, &description),
            RtcOp::AddCandidate(candidate) => self.add_candidate(now, net, id, &candidate),
            RtcOp::Send(bytes) => self.send(now, net, id, bytes),
            RtcOp::TellDrained => self.tell_drained(now, id),
            RtcOp::Close => self.close(now, net, id),
        }
    }

    fn create(&mut self, id: PcId, config: &IceConfig) {
        let stun = config.servers.iter().any(|s| s.url.starts_with("stun:"));
        let fingerprint = sdp::fingerprint(&mut self.dice);
        self.pcs.insert(id, Pc::new(stun, fingerprint));
        self.configure(id, config.clone());
    }

    fn configure(&mut self, id: PcId, config: IceConfig) {
        if let Some(pc) = self.pcs.get_mut(&id) {
            pc.servers = config.servers;
        }
    }

    fn offer(&mut self, now: Ms, net: &Net, id: PcId, restart: bool) {
        let Some(pc) = self.pcs.get_mut(&id) else {
            return self.fail(now, id, "createOffer: the connection is closed");
        };
        if pc.signaling == Signaling::Stable {
            pc.before.clone_from(&pc.local);
        }
        pc.signaling = Signaling::OfferSent;
        let fresh = restart || pc.local.is_none();
        self.describe(now, net, id, SdpKind::Offer, fresh);
    }

    fn set_remote(&mut self, now: Ms, net: &Net, id: PcId, description: &Description) {
        let Some(pc) = self.pcs.get_mut(&id) else {
            return self.fail(now, id, "setRemoteDescription: the connection is closed");
        };
        let Some(remote) = sdp::read(&description.sdp) else {
            return self.fail(now, id, "setRemoteDescription: SDP does not parse");
        };
        let restarted = pc
            .remote
            .as_ref()
            .is_some_and(|known| known.ufrag != remote.ufrag);
        match (description.kind, pc.signaling) {
            (SdpKind::Answer, Signaling::Stable) => {
                return self.fail(now, id, "setRemoteDescription: answer in state stable");
            }
            (SdpKind::Answer, Signaling::OfferSent) => {
                pc.signaling = Signaling::Stable;
                pc.remote = Some(remote);
            }
            (SdpKind::Offer, signaling) => {
                if signaling == Signaling::OfferSent {
                    pc.local = pc.before.take();
                    self.count.rollbacks += 1;
                }
                pc.signaling = Signaling::Stable;
                pc.remote = Some(remote);
                let fresh = restarted || pc.local.is_none();
                self.describe(now, net, id, SdpKind::Answer, fresh);
            }
        }
        self.refresh(now, net, id);
    }

    /// `setLocalDescription`, its event, and the candidates that follow.
    fn describe(&mut self, now: Ms, net: &Net, id: PcId, kind: SdpKind, fresh: bool) {
        let number = self.ufrags.len() as u64;
        let ufrag = sdp::ufrag(&mut self.dice, number);
        let (takes, host_at, hub_at) = (
            self.dice.range(1, 20),
            self.dice.range(1, 40),
            self.dice.range(20, 120),
        );
        let port = self.dice.range(32_768, 60_999);
        let message_limit = self.message_limit(id.host);
        let Some(pc) = self.pcs.get_mut(&id) else {
            return;
        };
        if fresh {
            pc.local = Some(ufrag.clone());
            self.ufrags.insert(ufrag, id);
        }
        pc.versions += 1;
        let credentials = Credentials {
            ufrag: pc.local.clone().unwrap_or_default(),
            fingerprint: pc.fingerprint.clone(),
            message_limit,
        };
        let sdp = sdp::write(&credentials, kind == SdpKind::Offer, pc.versions);
        let at = pc.after(now + takes);
        let event = RtcEvent::LocalDescription(Description { kind, sdp });
        self.effects.later.push((at, Due::Tell(id, event)));
        if !fresh {
            return;
        }
        let users = pc.servers.iter().filter_map(|s| s.credential.as_ref());
        let users = users.map(|(user, _)| user.clone()).collect();
        self.gathered_with.insert(id.host, users);
        let mut found = vec![(Kind::Mdns, host_at)];
        let mut ended = host_at + 120;
        if pc.stun && net.both(End::Host(id.host), End::Hub) {
            found.push((Kind::Reflexive, hub_at));
        } else if pc.stun {
            ended = GATHERING_GIVES_UP;
        }
        found.sort_by_key(|(_, wait)| *wait);
        for (kind, wait) in found {
            let at = pc.after(at + wait);
            let event = RtcEvent::Candidate(Candidate {
                candidate: sdp::candidate(kind, &credentials.ufrag, id.host, port),
                mid: Some("0".to_owned()),
                line: Some(0),
            });
            self.effects.later.push((at, Due::Tell(id, event)));
        }
        // Not through `after`: a STUN server that does not answer keeps nothing else waiting.
        let event = Due::Tell(id, RtcEvent::Gathered);
        self.effects.later.push((at + ended, event));
    }

    fn add_candidate(&mut self, now: Ms, net: &Net, id: PcId, candidate: &Candidate) {
        let Some(pc) = self.pcs.get_mut(&id) else {
            return self.fail(now, id, "addIceCandidate: the connection is closed");
        };
        if pc.remote.is_none() {
            self.count.early_candidates += 1;
            return self.fail(now, id, "addIceCandidate: no remote description");
        }
        if candidate.candidate.is_empty() {
            return;
        }
        let Some((kind, ufrag)) = sdp::read_candidate(&candidate.candidate) else {
            return self.fail(now, id, "addIceCandidate: candidate does not parse");
        };
        pc.candidates.push((kind, ufrag));
        self.refresh(now, net, id);
        if let Some(other) = self.other_end(id) {
            self.refresh(now, net, other);
        }
    }

    fn send(&mut self, now: Ms, net: &mut Net, id: PcId, bytes: Vec<u8>) {
        let channel = self.pcs.get(&id).map(|pc| pc.channel);
        if channel != Some(Channel::Open) {
            // A send that meets a close which the node has not heard of yet is no fault of the node.
            self.count.early_sends += u64::from(channel == Some(Channel::Connecting));
            return self.fail(now, id, "send: the channel is not open");
        }
        let delay = net.delay();
        if let Some(pc) = self.pcs.get_mut(&id) {
            let most = pc.remote.as_ref().map(|remote| remote.message_limit);
            if most.is_some_and(|most| bytes.len() > most) {
                return self.fail(now, id, "send: longer than the other side takes");
            }
            if pc.buffered + bytes.len() > MAX_BUFFERED {
                return self.fail(now, id, "send: the queue is full");
            }
            pc.buffered += bytes.len();
            self.count.most_buffered = self.count.most_buffered.max(pc.buffered);
            let to = pc.partner.map_or(id.host, |partner| partner.host);
            let longest = self.count.longest_to.entry(to).or_default();
            *longest = bytes.len().max(*longest);
            pc.free_at = net.carried((id.host, to), pc.free_at.max(1_000 * now), bytes.len());
            let due = pc.free_at / 1_000 + delay;
            if let Some(at) = pc.out.push(due, Cargo::Packet(bytes)) {
                self.effects.later.push((at, Due::Arrives(id)));
            }
        }
    }

    /// Closes `id`. What it had sent may be lost from some point on; a last word tells the other end, if the
    /// way is free.
    fn close(&mut self, now: Ms, net: &mut Net, id: PcId) {
        let Some(mut pc) = self.pcs.remove(&id) else {
            return;
        };
        if let Some(to) = pc.partner {
            let kept = self.dice.index(pc.out.len() + 1);
            pc.out.truncate(kept);
            let at = now + net.delay();
            let _ = pc.out.push(at, Cargo::Close);
            self.leaving.insert(id, Leaving { to, out: pc.out });
            self.effects.later.push((at, Due::Arrives(id)));
            let dies = Due::ChannelDies(to);
            self.effects.later.push((now + CHANNEL_OUTLIVES, dies));
        }
        self.network_changed(now, net);
    }

    /// The longest message that the browser of `host` takes.
    fn message_limit(&self, host: usize) -> usize {
        let told = self.message_limits.get(&host);
        told.copied().unwrap_or(sdp::MESSAGE_LIMIT)
    }

    fn tell_drained(&mut self, now: Ms, id: PcId) {
        if let Some(pc) = self.pcs.get_mut(&id) {
            pc.tells_drained = true;
        }
        self.notice_drained(now, id);
    }

    fn fail(&mut self, now: Ms, id: PcId, text: &str) {
        let at = self.pcs.get_mut(&id).map_or(now, |pc| pc.after(now));
        let event = RtcEvent::Failed(text.to_owned());
        self.effects.later.push((at, Due::Tell(id, event)));
    }
}

//! A model of Chromium's RTCPeerConnection with one data channel, as measured (DESIGN §2).
//!
//! It answers the node's operations with the events a browser would fire, at times a browser would need. It
//! never looks into packets. The world drives it: [`Rtc::operate`], [`Rtc::due`], [`Rtc::network_changed`], and
//! after each of them [`Rtc::effects`].

mod channel;
mod ops;
mod pc;
mod sdp;
#[cfg(test)]
mod tests;

pub use pc::PcId;

use crate::dice::Dice;
use crate::net::{End, Net};
use crate::queue::Ms;
use channel::Leaving;
use corridor_core::node::{RtcEvent, RtcState};
use pc::{Channel, Pc};
use std::collections::BTreeMap;

/// Unanswered checks show as `disconnected` after this.
pub const DISCONNECTED_AFTER: Ms = 6_000;
/// Unanswered checks show as `failed` after this.
pub const FAILED_AFTER: Ms = 16_000;
/// A cut longer than this, at the latest, never heals by itself.
pub const GIVEN_UP_AFTER: Ms = 20_000;
/// The data channel of a vanished peer stays open at least this long.
pub const CHANNEL_OUTLIVES: Ms = 45_000;
/// Gathering ends after this when a STUN server does not answer.
pub const GATHERING_GIVES_UP: Ms = 9_500;
/// `send` refuses beyond this many waiting bytes.
const MAX_BUFFERED: usize = 16 * 1024 * 1024;

/// A moment the model asked for.
#[derive(Debug)]
pub enum Due {
    /// Fire an event at the node.
    Tell(PcId, RtcEvent),
    /// Connectivity checks between two ends may succeed now.
    Checks {
        /// The two ends.
        ends: (PcId, PcId),
        /// Their user fragments.
        ufrags: (String, String),
        /// When checking began.
        since: Ms,
    },
    /// SCTP is up: the data channel opens.
    Opens(PcId),
    /// Unless something happened since `epoch`, the state becomes worse.
    Worsens(PcId, u32, RtcState),
    /// If checks still go unanswered since that time, they are given up.
    GivesUp(PcId, Ms),
    /// Unless something happened since `epoch`, the connection is back.
    Recovers(PcId, u32),
    /// The channel of a vanished peer closes at last.
    ChannelDies(PcId),
    /// Something may have arrived in what this end sends.
    Arrives(PcId),
}

/// What the model asks of the world.
#[derive(Debug, Default)]
pub struct Effects {
    /// Call [`Rtc::due`] at these times.
    pub later: Vec<(Ms, Due)>,
    /// Hand these events to nodes now.
    pub tell: Vec<(PcId, RtcEvent)>,
}

/// What happened, for "did real work" and for finding misuse by the node.
#[derive(Clone, Debug, Default)]
pub struct RtcCount {
    /// Connections that came up.
    pub connected: u64,
    /// ICE restarts that came up.
    pub restarted: u64,
    /// Packets that arrived.
    pub packets: u64,
    /// Bytes that arrived.
    pub bytes: u64,
    /// The longest message that was sent to each host.
    pub longest_to: BTreeMap<usize, usize>,
    /// Most bytes that waited in one channel.
    pub most_buffered: usize,
    /// Candidates added before the remote description: a fault of the node.
    pub early_candidates: u64,
    /// Sends on a channel that was not open yet: a fault of the node.
    pub early_sends: u64,
    /// Offers that rolled another one back.
    pub rollbacks: u64,
}

/// All peer connections of the world.
#[derive(Debug)]
pub struct Rtc {
    pcs: BTreeMap<PcId, Pc>,
    ufrags: BTreeMap<String, PcId>,
    leaving: BTreeMap<PcId, Leaving>,
    /// Hosts whose browser takes other messages than Chromium does, and how long ones.
    pub message_limits: BTreeMap<usize, usize>,
    /// With which user names each host asked TURN servers when it gathered candidates last.
    pub gathered_with: BTreeMap<usize, Vec<String>>,
    effects: Effects,
    dice: Dice,
    /// What happened so far.
    pub count: RtcCount,
}

impl Rtc {
    /// No connections yet.
    #[must_use]
    pub fn new(dice: Dice) -> Self {
        Self {
            pcs: BTreeMap::new(),
            ufrags: BTreeMap::new(),
            leaving: BTreeMap::new(),
            message_limits: BTreeMap::new(),
            gathered_with: BTreeMap::new(),
            effects: Effects::default(),
            dice,
            count: RtcCount::default(),
        }
    }

    /// Offers that wait for their answers: negotiations under way.
    #[must_use]
    pub fn negotiating(&self) -> usize {
        let sent = |pc: &&Pc| pc.signaling == pc::Signaling::OfferSent;
        self.pcs.values().filter(sent).count()
    }

    /// What the last call asks for.
    pub fn effects(&mut self) -> Effects {
        core::mem::take(&mut self.effects)
    }

    /// A moment that the model asked for has come.
    pub fn due(&mut self, now: Ms, net: &mut Net, due: Due) {
        match due {
            Due::Tell(id, event) => self.effects.tell.push((id, event)),
            Due::Checks {
                ends,
                ufrags,
                since,
            } => self.checks(now, net, ends, &ufrags, since),
            Due::Opens(id) => {
                if let Some(pc) = self.pcs.get_mut(&id)
                    && pc.channel == Channel::Connecting
                {
                    pc.channel = Channel::Open;
                    self.effects.tell.push((id, RtcEvent::ChannelOpen));
                }
            }
            Due::Worsens(id, epoch, state) => {
                if let Some(pc) = self.pcs.get_mut(&id)
                    && pc.epoch == epoch
                {
                    pc.state = state;
                    self.effects.tell.push((id, RtcEvent::State(state)));
                }
            }
            Due::GivesUp(id, since) => {
                if let Some(pc) = self.pcs.get_mut(&id)
                    && pc.trouble == Some(since)
                {
                    pc.spent = true;
                }
            }
            Due::Recovers(id, epoch) => self.recover(id, epoch),
            Due::ChannelDies(id) => self.channel_dies(id),
            Due::Arrives(from) => self.arrives(now, net, from),
        }
    }

    /// Looks at all connections after cuts, heals, or the end of a host.
    pub fn network_changed(&mut self, now: Ms, net: &Net) {
        let bound: Vec<(PcId, PcId)> = self
            .pcs
            .iter()
            .filter_map(|(id, pc)| pc.partner.map(|partner| (*id, partner)))
            .collect();
        for (id, partner) in bound {
            let works = self.pcs.contains_key(&partner)
                && net.both(End::Host(id.host), End::Host(partner.host));
            self.set_working(now, id, works);
        }
    }

    fn set_working(&mut self, now: Ms, id: PcId, works: bool) {
        let wobble = self.dice.range(0, 800);
        let Some(pc) = self.pcs.get_mut(&id) else {
            return;
        };
        match (works, pc.trouble) {
            (false, None) => {
                pc.trouble = Some(now);
                pc.epoch += 1;
                let epoch = pc.epoch;
                if matches!(pc.state, RtcState::Connected | RtcState::Connecting) {
                    let at = now + DISCONNECTED_AFTER - 400 + wobble;
                    let disconnected = Due::Worsens(id, epoch, RtcState::Disconnected);
                    self.effects.later.push((at, disconnected));
                }
                let failed = Due::Worsens(id, epoch, RtcState::Failed);
                self.effects
                    .later
                    .push((now + FAILED_AFTER + wobble, failed));
                let patience = FAILED_AFTER + wobble + wobble * 4;
                let at = now + patience.min(GIVEN_UP_AFTER);
                self.effects.later.push((at, Due::GivesUp(id, now)));
            }
            (true, Some(_)) if !pc.spent => {
                pc.trouble = None;
                pc.epoch += 1;
                let epoch = pc.epoch;
                let at = now + 100 + wobble;
                self.effects.later.push((at, Due::Recovers(id, epoch)));
            }
            _ => {}
        }
    }

    /// All connections of a host lose their addresses: until an ICE restart, nothing passes.
    pub fn strand(&mut self, now: Ms, host: usize) {
        let ends: Vec<PcId> = self
            .pcs
            .iter()
            .filter(|(id, _)| id.host == host)
            .flat_map(|(id, pc)| [Some(*id), pc.partner])
            .flatten()
            .collect();
        for id in ends {
            self.set_working(now, id, false);
            if let Some(pc) = self.pcs.get_mut(&id) {
                pc.spent = true;
            }
        }
    }

    fn recover(&mut self, id: PcId, epoch: u32) {
        if let Some(pc) = self.pcs.get_mut(&id)
            && pc.epoch == epoch
            && pc.state != RtcState::Connected
        {
            pc.state = RtcState::Connected;
            let event = RtcEvent::State(RtcState::Connected);
            self.effects.tell.push((id, event));
        }
    }

    /// All connections of a host end without a word: its process or machine is gone.
    pub fn vanish(&mut self, now: Ms, host: usize) {
        let gone: Vec<PcId> = self
            .pcs
            .keys()
            .filter(|id| id.host == host)
            .copied()
            .collect();
        for id in gone {
            let Some(pc) = self.pcs.remove(&id) else {
                continue;
            };
            if let Some(partner) = pc.partner {
                let at = now + CHANNEL_OUTLIVES;
                self.effects.later.push((at, Due::ChannelDies(partner)));
            }
        }
    }

    /// The descriptions and candidates of `id` changed: can checks begin?
    fn refresh(&mut self, now: Ms, net: &Net, id: PcId) {
        self.start_checking(now, net, id);
        let Some(other_id) = self.other_end(id) else {
            return;
        };
        let (Some(one), Some(two)) = (self.pcs.get(&id), self.pcs.get(&other_id)) else {
            return;
        };
        let (Some(mine), Some(theirs)) = (one.local.clone(), two.local.clone()) else {
            return;
        };
        if !one.matches(two, |kind| usable(net, id, other_id, kind)) {
            return;
        }
        for (end, other) in [(id, other_id), (other_id, id)] {
            let stranger = self
                .pcs
                .get(&end)
                .and_then(|pc| pc.partner)
                .is_some_and(|partner| partner != other);
            if stranger {
                self.dtls_fails(now, end);
                return;
            }
        }
        let at = now + self.dice.range(50, 400);
        let due = Due::Checks {
            ends: (id, other_id),
            ufrags: (mine, theirs),
            since: now,
        };
        self.effects.later.push((at, due));
    }

    /// An end that knows a way to the other begins to check, whatever the other does.
    fn start_checking(&mut self, now: Ms, net: &Net, id: PcId) {
        let Some(other) = self.other_end(id) else {
            return;
        };
        let Some(pc) = self.pcs.get_mut(&id) else {
            return;
        };
        let fresh = matches!(
            pc.state,
            RtcState::New | RtcState::Disconnected | RtcState::Failed
        );
        if fresh
            && pc.signaling == pc::Signaling::Stable
            && pc.has_way(|kind| usable(net, id, other, kind))
        {
            pc.state = RtcState::Connecting;
            pc.epoch += 1;
            let epoch = pc.epoch;
            let event = RtcEvent::State(RtcState::Connecting);
            self.effects.tell.push((id, event));
            let failed = Due::Worsens(id, epoch, RtcState::Failed);
            self.effects.later.push((now + FAILED_AFTER, failed));
        }
    }

    /// The end whose description `id` has applied.
    fn other_end(&self, id: PcId) -> Option<PcId> {
        let remote = self.pcs.get(&id)?.remote.as_ref()?;
        self.ufrags.get(&remote.ufrag).copied()
    }

    /// The certificate is not the one the association was made with.
    fn dtls_fails(&mut self, now: Ms, id: PcId) {
        if let Some(pc) = self.pcs.get_mut(&id) {
            pc.epoch += 1;
            pc.spent = true;
            let due = Due::Worsens(id, pc.epoch, RtcState::Failed);
            self.effects.later.push((now + 1_000, due));
        }
    }

    fn checks(
        &mut self,
        now: Ms,
        net: &Net,
        (a, b): (PcId, PcId),
        ufrags: &(String, String),
        since: Ms,
    ) {
        let current = |id: PcId, ufrag: &String| {
            self.pcs
                .get(&id)
                .is_some_and(|pc| pc.local.as_ref() == Some(ufrag))
        };
        if !current(a, &ufrags.0) || !current(b, &ufrags.1) {
            return;
        }
        let matched = self
            .pcs
            .get(&a)
            .zip(self.pcs.get(&b))
            .is_some_and(|(one, two)| one.matches(two, |kind| usable(net, a, b, kind)));
        if !matched {
            return;
        }
        if !net.both(End::Host(a.host), End::Host(b.host)) {
            if now < since + FAILED_AFTER {
                let due = Due::Checks {
                    ends: (a, b),
                    ufrags: ufrags.clone(),
                    since,
                };
                self.effects.later.push((now + 300, due));
            }
            return;
        }
        let news = self.connect(now, a, b) | self.connect(now, b, a);
        if news {
            self.count.connected += 1;
        }
    }

    /// Checks succeeded for `id`. True when the association is new.
    fn connect(&mut self, now: Ms, id: PcId, partner: PcId) -> bool {
        let opens = now + self.dice.range(1, 20);
        let Some(pc) = self.pcs.get_mut(&id) else {
            return false;
        };
        let new = pc.partner.is_none();
        if !new && pc.state != RtcState::Connected {
            self.count.restarted += 1;
        }
        pc.partner = Some(partner);
        pc.trouble = None;
        pc.spent = false;
        pc.epoch += 1;
        if pc.state != RtcState::Connected {
            pc.state = RtcState::Connected;
            let event = RtcEvent::State(RtcState::Connected);
            self.effects.tell.push((id, event));
        }
        if new {
            self.effects.later.push((opens, Due::Opens(id)));
        }
        new
    }
}

/// Whether a candidate of one end is of use to the other.
fn usable(net: &Net, a: PcId, b: PcId, kind: sdp::Kind) -> bool {
    net.direct_allowed(a.host, b.host)
        && match kind {
            sdp::Kind::Mdns => net.mdns_works(a.host, b.host),
            sdp::Kind::Reflexive => true,
            sdp::Kind::Host(at) => [a, b].iter().any(|end| net.own(end.host) == at),
        }
}

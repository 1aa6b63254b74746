//! What travels in data channels, and how channels end.

use super::pc::{Cargo, Channel, Pc, PcId};
use super::{Due, Rtc};
use crate::net::{End, Net, Pipe};
use crate::queue::Ms;
use corridor_core::limits;
use corridor_core::node::RtcEvent;
use std::collections::BTreeMap;

/// What a closed connection had still on the wire.
#[derive(Debug)]
pub(super) struct Leaving {
    pub(super) to: PcId,
    pub(super) out: Pipe<Cargo>,
}

impl Rtc {
    /// Connections of `host` that are up, with the host at their other end.
    #[must_use]
    pub fn live(&self, host: usize) -> Vec<(PcId, usize)> {
        let up = |pc: &Pc| pc.channel == Channel::Open && !pc.spent;
        self.pcs
            .iter()
            .filter(|(id, pc)| id.host == host && up(pc))
            .filter_map(|(id, pc)| pc.partner.map(|partner| (*id, partner.host)))
            .collect()
    }

    pub(super) fn channel_dies(&mut self, id: PcId) {
        let gone = |pcs: &BTreeMap<PcId, Pc>, pc: &Pc| {
            pc.partner
                .is_some_and(|partner| !pcs.contains_key(&partner))
        };
        if self
            .pcs
            .get(&id)
            .is_some_and(|pc| pc.channel == Channel::Open && gone(&self.pcs, pc))
        {
            self.close_channel(id);
        }
    }

    fn close_channel(&mut self, id: PcId) {
        if let Some(pc) = self.pcs.get_mut(&id)
            && pc.channel != Channel::Closed
        {
            pc.channel = Channel::Closed;
            self.effects.tell.push((id, RtcEvent::ChannelClosed));
        }
    }

    /// Something that `from` sent may have arrived.
    pub(super) fn arrives(&mut self, now: Ms, net: &mut Net, from: PcId) {
        if self.leaving.contains_key(&from) {
            self.last_words(now, net, from);
            return;
        }
        let Some(to) = self.pcs.get(&from).and_then(|pc| pc.partner) else {
            return;
        };
        let open = self.listens(to);
        let lost = net.lost();
        let Some(pc) = self.pcs.get_mut(&from) else {
            return;
        };
        let flows = open && !pc.spent && !lost && net.up(End::Host(from.host), End::Host(to.host));
        let (cargo, next) = pc.out.poll(now, flows);
        if let Some(at) = next {
            self.effects.later.push((at, Due::Arrives(from)));
        }
        if let Some(Cargo::Packet(bytes)) = cargo {
            pc.buffered = pc.buffered.saturating_sub(bytes.len());
            self.notice_drained(now, from);
            self.deliver(to, bytes);
        }
    }

    /// The `bufferedamountlow` event, for whoever asked for it.
    pub(super) fn notice_drained(&mut self, now: Ms, id: PcId) {
        if let Some(pc) = self.pcs.get_mut(&id)
            && pc.tells_drained
            && pc.buffered <= limits::CHANNEL_LOW
        {
            pc.tells_drained = false;
            let due = Due::Tell(id, RtcEvent::Drained);
            self.effects.later.push((now, due));
        }
    }

    fn listens(&self, id: PcId) -> bool {
        self.pcs
            .get(&id)
            .is_some_and(|pc| pc.channel == Channel::Open && !pc.spent)
    }

    fn deliver(&mut self, to: PcId, bytes: Vec<u8>) {
        self.count.packets += 1;
        self.count.bytes += bytes.len() as u64;
        self.effects.tell.push((to, RtcEvent::Packet(bytes)));
    }

    /// What a closed connection still had on the wire arrives once or never.
    fn last_words(&mut self, now: Ms, net: &Net, from: PcId) {
        let Some(leaving) = self.leaving.get_mut(&from) else {
            return;
        };
        let to = leaving.to;
        let (cargo, next) = leaving.out.poll(now, true);
        let heard = net.up(End::Host(from.host), End::Host(to.host)) && self.listens(to);
        match cargo {
            Some(Cargo::Packet(bytes)) if heard => self.deliver(to, bytes),
            Some(Cargo::Close) if heard => self.close_channel(to),
            _ => {}
        }
        match next {
            Some(at) => self.effects.later.push((at, Due::Arrives(from))),
            None => {
                self.leaving.remove(&from);
            }
        }
    }
}

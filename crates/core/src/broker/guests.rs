//! Members of a room who are connected to other hubs.

use super::connection::Reported;
use crate::id::{HubId, PeerId};
use crate::wire::fanout::Claim;
use crate::wire::hub::Member;
use std::collections::BTreeMap;

/// A member elsewhere.
#[derive(Clone, Debug)]
struct Guest {
    claim: Claim,
    report: Option<Reported>,
}

/// What each other hub told of one room. No peer in here is connected to this hub: one place per peer.
#[derive(Clone, Debug, Default)]
pub(super) struct Guests {
    by_hub: BTreeMap<HubId, Part>,
}

#[derive(Clone, Debug, Default)]
struct Part {
    /// The number of the words that told it.
    seq: u64,
    guests: BTreeMap<PeerId, Guest>,
}

/// What changed for whoever looks at the room.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub(super) struct Moved {
    /// Members who are nowhere any more.
    pub(super) gone: Vec<Member>,
    /// Members who are there, or came anew.
    pub(super) come: Vec<Member>,
}

impl Guests {
    /// Where a peer is, if at another hub: the latest arrival holds.
    pub(super) fn find(&self, peer: PeerId) -> Option<(HubId, Claim)> {
        let claims = self
            .by_hub
            .iter()
            .filter_map(|(hub, part)| Some((*hub, part.guests.get(&peer)?.claim)));
        claims.max_by_key(|(hub, claim)| (claim.since, *hub))
    }

    /// All of them, each once, and how they said they reach the others.
    pub(super) fn iter(&self) -> impl Iterator<Item = (Member, Option<&Reported>)> {
        let mut latest: BTreeMap<PeerId, (HubId, &Guest)> = BTreeMap::new();
        for (hub, part) in &self.by_hub {
            for (peer, guest) in &part.guests {
                let known = latest.entry(*peer).or_insert((*hub, guest));
                if guest.claim.since >= known.1.claim.since {
                    *known = (*hub, guest);
                }
            }
        }
        latest
            .into_values()
            .map(|(_, guest)| (member(&guest.claim), guest.report.as_ref()))
    }

    pub(super) fn members(&self) -> impl Iterator<Item = Member> {
        self.iter().map(|(member, _)| member)
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        // A room that one other hub shares, as most are, is counted without looking for doubles.
        let mut parts = self.by_hub.values();
        match (parts.next(), parts.next()) {
            (None, _) => 0,
            (Some(part), None) => part.guests.len(),
            _ => self.members().count(),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.by_hub.values().all(|part| part.guests.is_empty())
    }

    /// Takes `claims` in the place of what `hub` told before.
    pub(super) fn replace(&mut self, hub: HubId, seq: u64, claims: Vec<Claim>) -> Moved {
        self.changed(|guests| {
            let part = guests.by_hub.entry(hub).or_default();
            part.seq = seq;
            let mut before = core::mem::take(&mut part.guests);
            for claim in claims {
                let report = before
                    .remove(&claim.peer)
                    .filter(|guest| guest.claim.session == claim.session)
                    .and_then(|guest| guest.report);
                part.guests.insert(claim.peer, Guest { claim, report });
            }
            if part.guests.is_empty() {
                guests.by_hub.remove(&hub);
            }
        })
    }

    /// Forgets what `hub` told before its words number `first`.
    pub(super) fn drop_older(&mut self, hub: HubId, first: u64) -> Moved {
        if self.by_hub.get(&hub).is_none_or(|part| part.seq >= first) {
            return Moved::default();
        }
        self.drop_hub(hub)
    }

    /// `hub` is gone.
    pub(super) fn drop_hub(&mut self, hub: HubId) -> Moved {
        if !self.by_hub.contains_key(&hub) {
            return Moved::default();
        }
        self.changed(|guests| {
            guests.by_hub.remove(&hub);
        })
    }

    /// `peer` is connected here now.
    pub(super) fn moved_here(&mut self, peer: PeerId) {
        for part in self.by_hub.values_mut() {
            part.guests.remove(&peer);
        }
    }

    /// Takes a report, if `hub` named its member before.
    pub(super) fn set_report(&mut self, hub: HubId, peer: PeerId, report: Reported) {
        let part = self.by_hub.get_mut(&hub);
        if let Some(guest) = part.and_then(|part| part.guests.get_mut(&peer)) {
            guest.report = Some(report);
        }
    }

    /// All reports, to drop what is no longer so.
    pub(super) fn reports(&mut self) -> impl Iterator<Item = &mut Option<Reported>> {
        self.by_hub
            .values_mut()
            .flat_map(|part| part.guests.values_mut())
            .map(|guest| &mut guest.report)
    }

    fn changed(&mut self, change: impl FnOnce(&mut Self)) -> Moved {
        let places = |guests: &Self| -> BTreeMap<PeerId, (Member, u64)> {
            let peers = guests.members().map(|member| member.peer);
            let found = peers.filter_map(|peer| Some((peer, guests.find(peer)?.1)));
            found
                .map(|(peer, claim)| (peer, (member(&claim), claim.since)))
                .collect()
        };
        let before = places(self);
        change(self);
        let after = places(self);
        let gone = before.iter().filter(|(peer, _)| !after.contains_key(peer));
        let come = after
            .iter()
            .filter(|(peer, place)| before.get(peer) != Some(place));
        Moved {
            gone: gone.map(|(_, (member, _))| *member).collect(),
            come: come.map(|(_, (member, _))| *member).collect(),
        }
    }
}

fn member(claim: &Claim) -> Member {
    Member {
        peer: claim.peer,
        session: claim.session,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::SessionId;

    const PEER: PeerId = crate::id::WriterId([1; 16]);
    const ONE: HubId = HubId(1);
    const TWO: HubId = HubId(2);

    fn claim(session: u64, since: u64) -> Claim {
        Claim {
            peer: PEER,
            session: SessionId(session),
            since,
        }
    }

    #[test]
    fn whoever_moves_from_hub_to_hub_never_leaves() {
        let mut guests = Guests::default();
        let there = guests.replace(ONE, 1, vec![claim(7, 10)]);
        assert_eq!((there.gone.len(), there.come.len()), (0, 1));
        let moved = guests.replace(TWO, 1, vec![claim(7, 11)]);
        assert_eq!((moved.gone.len(), moved.come.len()), (0, 1));
        assert_eq!(guests.find(PEER).map(|(hub, _)| hub), Some(TWO));
        assert_eq!(guests.len(), 1);
        // The older hub notices late, and nobody hears of it.
        assert_eq!(guests.replace(ONE, 2, Vec::new()), Moved::default());
        assert_eq!(guests.drop_hub(TWO).gone.len(), 1);
        assert!(guests.is_empty());
    }

    #[test]
    fn saying_the_same_again_changes_nothing() {
        let mut guests = Guests::default();
        let _ = guests.replace(ONE, 5, vec![claim(7, 10)]);
        assert_eq!(guests.replace(ONE, 6, vec![claim(7, 10)]), Moved::default());
        assert_eq!(guests.drop_older(ONE, 6), Moved::default());
        assert_eq!(guests.drop_older(ONE, 7).gone.len(), 1);
    }
}

//! Who links with whom: every ring holds all members in an order of its own, and neighbours link.
//!
//! Each ring alone connects everybody; together they are close to a random regular graph, whose diameter is
//! logarithmic (Law and Siu, "Distributed construction of random expander networks", 2003). Who knows all members
//! computes it without asking anybody, and a member that goes is closed over by the two beside it.

use crate::id::PeerId;
use crate::limits;
use std::collections::BTreeSet;

/// Bytes of an id by which one ring orders: ids are hashes, so that each window of them is an order of its own.
const WINDOW: usize = 16 / limits::RINGS;

/// Of each ring, who comes next after `me` among `members`, and who comes before.
pub(crate) fn neighbours(me: PeerId, members: &BTreeSet<PeerId>) -> BTreeSet<PeerId> {
    let mut found = BTreeSet::new();
    for ring in 0..limits::RINGS {
        let place = |id: &PeerId| {
            let mut place = id.0;
            place.rotate_left(ring * WINDOW);
            (place, *id)
        };
        let here = place(&me);
        let others = || members.iter().filter(|id| **id != me).map(place);
        let next = others().filter(|place| *place > here).min();
        let last = others().filter(|place| *place < here).max();
        let ends = [
            next.or_else(|| others().min()),
            last.or_else(|| others().max()),
        ];
        found.extend(ends.into_iter().flatten().map(|(_, id)| id));
    }
    found
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::rng::Rng;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    fn room(seed: u64, size: usize) -> BTreeSet<PeerId> {
        let mut rng = Rng::new([u8::try_from(seed % 251).unwrap(); 32]);
        (0..size)
            .map(|_| crate::id::WriterId(rng.bytes()))
            .collect()
    }

    fn graph(members: &BTreeSet<PeerId>) -> BTreeMap<PeerId, BTreeSet<PeerId>> {
        let links = |me: &PeerId| (*me, neighbours(*me, members));
        members.iter().map(links).collect()
    }

    /// How many hops the farthest member is from the first; `None` when one is not reached.
    fn depth(graph: &BTreeMap<PeerId, BTreeSet<PeerId>>) -> Option<usize> {
        let mut reached: BTreeSet<PeerId> = graph.keys().take(1).copied().collect();
        for hops in 0..graph.len() {
            if reached.len() == graph.len() {
                return Some(hops);
            }
            let next = reached.iter().flat_map(|id| graph.get(id).unwrap());
            reached.extend(next.copied().collect::<Vec<_>>());
        }
        None
    }

    proptest! {
        #[test]
        fn all_members_agree_are_connected_and_nobody_has_too_many_links(
            seed: u64,
            size in 2usize..120,
        ) {
            let members = room(seed, size);
            let graph = graph(&members);
            for (id, links) in &graph {
                prop_assert!(links.len() <= 2 * limits::RINGS && !links.contains(id));
                prop_assert!(links.iter().all(|other| graph.get(other).unwrap().contains(id)));
            }
            prop_assert!(depth(&graph).is_some());
        }

        /// A packet may go through three others (R-LINK-4), so nobody may be farther than four hops.
        #[test]
        fn forty_members_are_close_to_each_other(seed: u64) {
            let depth = depth(&graph(&room(seed, 40)));
            prop_assert!(depth.is_some_and(|hops| hops <= limits::MAX_RELAYS + 1));
        }

        #[test]
        fn a_member_that_goes_changes_only_the_links_of_those_beside_it(seed: u64, size in 3usize..60) {
            let mut members = room(seed, size);
            let before = graph(&members);
            let gone = *members.first().unwrap();
            members.remove(&gone);
            let after = graph(&members);
            for (id, links) in &after {
                let beside = before.get(id).unwrap().contains(&gone);
                prop_assert!(beside || before.get(id) == Some(links));
            }
        }
    }
}

//! How many connections there may be, in all and from one address.

use corridor_core::broker::network_of;
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

/// Places for connections.
#[derive(Clone, Debug)]
pub(super) struct Slots {
    most: usize,
    most_each: usize,
    taken: Arc<Mutex<BTreeMap<IpAddr, usize>>>,
}

/// One place, given back when dropped.
#[derive(Debug)]
pub(super) struct Slot {
    network: IpAddr,
    taken: Arc<Mutex<BTreeMap<IpAddr, usize>>>,
}

impl Slots {
    pub(super) fn new(most: usize, most_each: usize) -> Self {
        Self {
            most,
            most_each,
            taken: Arc::default(),
        }
    }

    /// A place for a connection from `address`, if there is one.
    pub(super) fn take(&self, address: IpAddr) -> Option<Slot> {
        let network = network_of(address);
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if taken.values().sum::<usize>() >= self.most {
            return None;
        }
        let own = taken.entry(network).or_insert(0);
        if *own >= self.most_each {
            return None;
        }
        *own += 1;
        Some(Slot {
            network,
            taken: Arc::clone(&self.taken),
        })
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(own) = taken.get_mut(&self.network) {
            *own -= 1;
            if *own == 0 {
                taken.remove(&self.network);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn places_are_given_back() {
        let slots = Slots::new(3, 2);
        let address = |last| IpAddr::from([192, 0, 2, last]);
        let one = slots.take(address(1)).unwrap();
        let _two = slots.take(address(1)).unwrap();
        assert!(slots.take(address(1)).is_none(), "one address has two");
        let _three = slots.take(address(2)).unwrap();
        assert!(slots.take(address(3)).is_none(), "all have three");
        drop(one);
        assert!(slots.take(address(3)).is_some());
        assert!(slots.taken.lock().unwrap().len() <= 3);
    }
}

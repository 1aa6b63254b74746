//! Named deadlines in one table. The next wake carries its reason.

use crate::time::Mono;
use std::collections::BTreeMap;

/// Deadlines by purpose. `K` is an enum with one documented variant per purpose.
#[derive(Clone, Debug)]
pub struct Timers<K> {
    deadlines: BTreeMap<K, Mono>,
}

impl<K> Default for Timers<K> {
    fn default() -> Self {
        Self {
            deadlines: BTreeMap::new(),
        }
    }
}

impl<K: Ord + Copy> Timers<K> {
    /// Sets the deadline of `key`, replacing an earlier one.
    pub fn set(&mut self, key: K, at: Mono) {
        self.deadlines.insert(key, at);
    }

    /// Sets the deadline unless one is already due sooner.
    pub fn set_earliest(&mut self, key: K, at: Mono) {
        let entry = self.deadlines.entry(key).or_insert(at);
        *entry = (*entry).min(at);
    }

    /// Forgets `key`.
    pub fn clear(&mut self, key: K) {
        self.deadlines.remove(&key);
    }

    /// True while `key` has a deadline.
    #[must_use]
    pub fn is_set(&self, key: K) -> bool {
        self.deadlines.contains_key(&key)
    }

    /// Takes one purpose that is due at `now`, earliest first.
    #[must_use]
    pub fn pop_due(&mut self, now: Mono) -> Option<K> {
        let key = self
            .deadlines
            .iter()
            .filter(|(_, at)| **at <= now)
            .min_by_key(|(key, at)| (**at, **key))
            .map(|(key, _)| *key)?;
        self.deadlines.remove(&key);
        Some(key)
    }

    /// The earliest deadline and its purpose.
    #[must_use]
    pub fn next(&self) -> Option<(Mono, K)> {
        self.deadlines.iter().map(|(key, at)| (*at, *key)).min()
    }

    /// All deadlines, for the debug panel.
    pub fn iter(&self) -> impl Iterator<Item = (K, Mono)> {
        self.deadlines.iter().map(|(key, at)| (*key, *at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_earliest_deadline_comes_first_and_once() {
        let mut timers = Timers::default();
        timers.set('b', Mono(20));
        timers.set('a', Mono(10));
        timers.set_earliest('a', Mono(15));
        assert_eq!(timers.next(), Some((Mono(10), 'a')));
        assert_eq!(timers.pop_due(Mono(20)), Some('a'));
        assert_eq!(timers.pop_due(Mono(20)), Some('b'));
        assert_eq!(timers.pop_due(Mono(20)), None);
    }
}

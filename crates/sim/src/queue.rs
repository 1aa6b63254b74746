//! What is due when. Ties are broken by the order of asking, so a run replays exactly.

use std::collections::BTreeMap;

/// Milliseconds of virtual time since the run began.
pub type Ms = u64;

/// Events by due time.
#[derive(Debug)]
pub struct Queue<E> {
    events: BTreeMap<(Ms, u64), E>,
    next: u64,
}

impl<E> Default for Queue<E> {
    fn default() -> Self {
        Self {
            events: BTreeMap::new(),
            next: 0,
        }
    }
}

impl<E> Queue<E> {
    /// Asks for `event` at `at`.
    pub fn push(&mut self, at: Ms, event: E) {
        self.events.insert((at, self.next), event);
        self.next += 1;
    }

    /// Takes the earliest event that is due at `deadline` or before.
    pub fn pop(&mut self, deadline: Ms) -> Option<(Ms, E)> {
        let (&key, _) = self.events.first_key_value()?;
        if key.0 > deadline {
            return None;
        }
        self.events.remove(&key).map(|event| (key.0, event))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn earliest_first_then_in_the_order_of_asking() {
        let mut queue = Queue::default();
        queue.push(5, 'b');
        queue.push(5, 'c');
        queue.push(1, 'a');
        queue.push(9, 'd');
        let mut order = String::new();
        while let Some((_, event)) = queue.pop(5) {
            order.push(event);
        }
        assert_eq!(order, "abc");
        assert_eq!(queue.pop(9), Some((9, 'd')));
    }
}

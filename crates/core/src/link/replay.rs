//! Which sealed packets have been seen: a sliding window, because two paths may overtake each other (RFC 4303 §3.4.3).

/// Packets this far behind the newest are still told apart.
const WIDTH: u64 = 64;

/// The counters of one session that have been taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct ReplayWindow {
    newest: u64,
    /// Bit `n`: `newest - n` was taken.
    taken: u64,
}

impl ReplayWindow {
    /// True when a packet with this counter was not taken before, as far as the window tells.
    pub(crate) fn is_fresh(&self, counter: u64) -> bool {
        match self.newest.checked_sub(counter) {
            None => true,
            Some(behind) => behind < WIDTH && self.taken >> behind & 1 == 0,
        }
    }

    /// A packet with this counter has opened.
    pub(crate) fn take(&mut self, counter: u64) {
        if let Some(behind) = self.newest.checked_sub(counter) {
            if behind < WIDTH {
                self.taken |= 1 << behind;
            }
            return;
        }
        let ahead = counter - self.newest;
        self.taken = if ahead < WIDTH {
            self.taken << ahead | 1
        } else {
            1
        };
        self.newest = counter;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_counter_is_taken_once_in_whatever_order() {
        let mut window = ReplayWindow::default();
        for counter in [1, 3, 2, 70, 69, 10] {
            assert!(window.is_fresh(counter), "{counter}");
            window.take(counter);
            assert!(!window.is_fresh(counter), "{counter} again");
        }
        assert!(!window.is_fresh(1) && !window.is_fresh(3));
        assert!(!window.is_fresh(5), "too old to tell");
        assert!(window.is_fresh(68) && window.is_fresh(71));
        window.take(1000);
        assert!(!window.is_fresh(70) && !window.is_fresh(1000));
        assert!(window.is_fresh(999));
    }
}

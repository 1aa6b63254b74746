//! How much waits in a data channel. Bulk is handed out while there is room, and goes on when the browser tells that
//! little is left, so that what is said meanwhile waits behind little.

use crate::limits;

/// What waits in one data channel, at most.
#[derive(Debug, Default)]
pub(crate) struct Flow {
    queued: usize,
    /// The browser will tell.
    asked: bool,
}

/// The channel takes no more.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{queued} bytes wait in the channel already")]
pub(crate) struct Overflow {
    queued: usize,
}

impl Flow {
    /// A new channel is empty.
    pub(crate) fn reset(&mut self) {
        *self = Self::default();
    }

    /// True while there is room for bulk, when `more` bytes are on their way to the channel.
    pub(crate) fn takes_bulk(&self, more: usize) -> bool {
        self.queued + more < limits::CHANNEL_HIGH
    }

    /// A message is about to be sent. True when the browser is to tell as soon as little is left.
    pub(crate) fn sends(&mut self, bytes: usize) -> Result<bool, Overflow> {
        let queued = self.queued + bytes;
        if queued > limits::CHANNEL_BYTES {
            return Err(Overflow {
                queued: self.queued,
            });
        }
        self.queued = queued;
        let ask = !self.asked && queued >= limits::CHANNEL_HIGH;
        self.asked |= ask;
        Ok(ask)
    }

    /// The browser tells that no more than [`limits::CHANNEL_LOW`] is left.
    pub(crate) fn drained(&mut self) {
        self.asked = false;
        self.queued = self.queued.min(limits::CHANNEL_LOW);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bulk_waits_above_the_high_water_mark_and_goes_on_at_the_low_one() {
        let mut flow = Flow::default();
        assert!(flow.takes_bulk(0) && !flow.takes_bulk(limits::CHANNEL_HIGH));
        assert_eq!(flow.sends(limits::CHANNEL_HIGH - 1), Ok(false));
        assert_eq!(flow.sends(1), Ok(true));
        assert!(!flow.takes_bulk(0));
        assert_eq!(flow.sends(1), Ok(false), "the browser was asked already");
        flow.drained();
        assert!(flow.takes_bulk(0));
    }

    #[test]
    fn a_channel_that_does_not_drain_takes_no_more_at_a_bound() {
        let mut flow = Flow::default();
        assert!(flow.sends(limits::CHANNEL_BYTES).is_ok());
        let queued = limits::CHANNEL_BYTES;
        assert_eq!(flow.sends(1), Err(Overflow { queued }));
        flow.drained();
        assert!(flow.sends(1).is_ok());
    }
}

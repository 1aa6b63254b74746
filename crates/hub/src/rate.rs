//! Token buckets (the generic cell rate algorithm, ITU-T I.371): per socket, and per address for STUN and HTTP.
//! Time is an argument.

use corridor_core::broker::network_of;
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::{Duration, Instant};

/// How fast a bucket refills and how much it holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Rate {
    per_token: Duration,
    burst: Duration,
}

impl Rate {
    /// `(per second, at once)`.
    pub(crate) fn new((per_second, burst): (u32, u32)) -> Self {
        Self::every(Duration::from_secs(1) / per_second.max(1), burst)
    }

    /// `(per minute, at once)`.
    pub(crate) fn per_minute((per_minute, burst): (u32, u32)) -> Self {
        Self::every(Duration::from_secs(60) / per_minute.max(1), burst)
    }

    fn every(per_token: Duration, burst: u32) -> Self {
        Self {
            per_token,
            burst: per_token.saturating_mul(burst),
        }
    }
}

/// One bucket: the moment at which it will be full again.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bucket {
    full_at: Instant,
}

impl Bucket {
    /// A full bucket.
    pub(crate) fn new(now: Instant) -> Self {
        Self { full_at: now }
    }

    /// Takes `tokens` in any case, and says how long to wait for them.
    pub(crate) fn charge(&mut self, rate: Rate, now: Instant, tokens: u32) -> Duration {
        self.full_at = self.full_at.max(now) + rate.per_token.saturating_mul(tokens);
        (self.full_at - now).saturating_sub(rate.burst)
    }

    /// Takes one token if there is one.
    pub(crate) fn take(&mut self, rate: Rate, now: Instant) -> bool {
        let mut after = *self;
        let fits = after.charge(rate, now, 1).is_zero();
        if fits {
            *self = after;
        }
        fits
    }
}

/// A bucket for each address, as [`network_of`] groups them; so many at once.
#[derive(Debug)]
pub(crate) struct Sources {
    rate: Rate,
    most: usize,
    buckets: BTreeMap<IpAddr, Bucket>,
}

impl Sources {
    pub(crate) fn new(rate: Rate, most: usize) -> Self {
        Self {
            rate,
            most,
            buckets: BTreeMap::new(),
        }
    }

    /// True when `address` may do one more thing. Addresses beyond the bound may not, until others are quiet.
    pub(crate) fn allow(&mut self, address: IpAddr, now: Instant) -> bool {
        let network = network_of(address);
        if !self.buckets.contains_key(&network) && self.buckets.len() >= self.most {
            self.buckets.retain(|_, bucket| bucket.full_at > now);
            if self.buckets.len() >= self.most {
                return false;
            }
        }
        let bucket = self.buckets.entry(network).or_insert(Bucket::new(now));
        bucket.take(self.rate, now)
    }

    /// Gives `address` back all it has used.
    pub(crate) fn forgive(&mut self, address: IpAddr) {
        self.buckets.remove(&network_of(address));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn address(last: u8) -> IpAddr {
        IpAddr::from([192, 0, 2, last])
    }

    #[test]
    fn a_burst_passes_and_then_the_rate_holds() {
        let start = Instant::now();
        let mut sources = Sources::new(Rate::new((10, 3)), 100);
        let passed = |sources: &mut Sources, now| {
            (0..100).filter(|_| sources.allow(address(1), now)).count()
        };
        assert_eq!(passed(&mut sources, start), 3);
        assert_eq!(passed(&mut sources, start), 0);
        assert_eq!(passed(&mut sources, start + SECOND / 10), 1);
        assert!(
            sources.allow(address(2), start),
            "another address has its own"
        );
        assert_eq!(passed(&mut sources, start + SECOND * 60), 3);
    }

    #[test]
    fn charging_beyond_the_burst_says_how_long_to_wait() {
        let start = Instant::now();
        let rate = Rate::new((1000, 2000));
        let mut bucket = Bucket::new(start);
        assert_eq!(bucket.charge(rate, start, 2000), Duration::ZERO);
        assert_eq!(bucket.charge(rate, start, 500), SECOND / 2);
        assert_eq!(bucket.charge(rate, start + SECOND * 9, 1), Duration::ZERO);
    }

    #[test]
    fn sources_are_bounded() {
        let start = Instant::now();
        let mut sources = Sources::new(Rate::new((1, 1)), 2);
        assert!(sources.allow(address(1), start));
        assert!(sources.allow(address(2), start));
        assert!(!sources.allow(address(3), start));
        assert!(sources.allow(address(3), start + SECOND * 2));
        assert!(sources.buckets.len() <= 2);
    }
}

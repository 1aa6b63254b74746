//! One path to a peer: does it answer, and how fast?
//!
//! Liveness counts unanswered pings, never silence (DESIGN §2: hidden tabs stop ticking).

use crate::limits;
use crate::time::Mono;
use core::time::Duration;
use std::collections::VecDeque;

/// One way to a peer, direct or through the hub.
#[derive(Clone, Debug, Default)]
pub(crate) struct PathHealth {
    /// Pings not answered yet, oldest first.
    pings: VecDeque<(u64, Mono)>,
    /// It has carried an answer since it was opened.
    proven: bool,
    /// When anything came by it last.
    heard: Option<Mono>,
    /// Smoothed round-trip time in milliseconds (RFC 6298 §2, α = 1/8).
    rtt_ms: Option<u64>,
    /// Smoothed share of pings that were never answered, in thousandths.
    loss_permille: u64,
}

impl PathHealth {
    pub(crate) fn rtt_ms(&self) -> Option<u64> {
        self.rtt_ms
    }

    /// The share of pings that were never answered, in thousandths.
    pub(crate) fn loss_permille(&self) -> u64 {
        self.loss_permille
    }

    /// Forgets everything: the path was closed.
    pub(crate) fn close(&mut self) {
        *self = Self::default();
    }

    /// Something came by it.
    pub(crate) fn heard(&mut self, now: Mono) {
        self.heard = Some(now);
    }

    /// Open questions prove nothing: the device slept, or has another network now.
    pub(crate) fn forgive(&mut self) {
        self.pings.clear();
    }

    /// A ping leaves.
    pub(crate) fn pinged(&mut self, now: Mono, nonce: u64) {
        if self.pings.len() == limits::MAX_OPEN_PINGS {
            // The oldest tells how long the path has been silent; any later one may go.
            self.pings.remove(1);
        }
        self.pings.push_back((nonce, now));
    }

    /// A pong came; answers when the ping was sent that it answers. Older ones count as answered too.
    pub(crate) fn ponged(&mut self, now: Mono, nonce: u64) -> Option<Mono> {
        let at = self.pings.iter().position(|(asked, _)| *asked == nonce)?;
        let (_, sent) = self.pings.drain(..=at).next_back()?;
        for lost in core::iter::repeat_n(1000, at).chain([0]) {
            self.loss_permille = (self.loss_permille * 7 + lost) / 8;
        }
        self.proven = true;
        let sample = u64::try_from(now.since(sent).as_millis()).unwrap_or(u64::MAX);
        self.rtt_ms = Some(self.rtt_ms.map_or(sample, |rtt| (rtt * 7 + sample) / 8));
        Some(sent)
    }

    /// It has answered, and no question is open for too long.
    pub(crate) fn is_proven(&self, now: Mono) -> bool {
        self.proven && !self.is_silent(now)
    }

    /// A ping has gone unanswered for [`limits::PING_PATIENCE`].
    pub(crate) fn is_silent(&self, now: Mono) -> bool {
        self.unanswered(now) >= limits::PING_PATIENCE
    }

    /// A ping has gone unanswered for longer than this path usually takes, and nothing else has come.
    pub(crate) fn is_suspect(&self, now: Mono) -> bool {
        self.suspect_at().is_some_and(|at| at <= now)
    }

    /// When it becomes suspect if nothing comes.
    pub(crate) fn suspect_at(&self) -> Option<Mono> {
        let (_, asked) = self.pings.front()?;
        let usual = Duration::from_millis(self.rtt_ms.unwrap_or(0).saturating_mul(4));
        let patience = usual.clamp(limits::PING_SUSPICION, limits::PING_PATIENCE);
        let quiet_since = self.heard.map_or(*asked, |heard| heard.max(*asked));
        Some(quiet_since.plus(patience))
    }

    /// When it becomes silent if nothing is answered.
    pub(crate) fn silent_at(&self) -> Option<Mono> {
        self.pings
            .front()
            .map(|(_, sent)| sent.plus(limits::PING_PATIENCE))
    }

    /// How long the oldest open question has waited.
    pub(crate) fn unanswered(&self, now: Mono) -> Duration {
        self.pings
            .front()
            .map_or(Duration::ZERO, |(_, sent)| now.since(*sent))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(rtt: u64) -> PathHealth {
        let mut path = PathHealth::default();
        path.pinged(Mono(0), 1);
        path.ponged(Mono(rtt), 1);
        path
    }

    #[test]
    fn an_unanswered_ping_makes_a_path_suspect_and_later_silent() {
        let mut path = path(5);
        path.pinged(Mono(1_000), 2);
        assert!(!path.is_suspect(Mono(1_600)));
        assert!(path.is_suspect(Mono(1_700)) && path.is_proven(Mono(1_700)));
        assert!(path.is_silent(Mono(4_000)));
        path.ponged(Mono(4_100), 2);
        assert!(!path.is_suspect(Mono(9_000)), "nothing is asked");
    }

    #[test]
    fn whatever_comes_by_a_path_lifts_suspicion_but_not_silence() {
        let mut path = path(5);
        path.pinged(Mono(1_000), 2);
        path.heard(Mono(1_600));
        assert!(!path.is_suspect(Mono(2_200)));
        path.heard(Mono(3_900));
        assert!(path.is_silent(Mono(4_000)), "one way only");
    }

    #[test]
    fn a_slow_path_is_given_more_time_before_it_is_suspect() {
        let mut path = path(400);
        path.pinged(Mono(1_000), 2);
        assert!(!path.is_suspect(Mono(2_500)));
        assert!(path.is_suspect(Mono(2_600)));
    }
}

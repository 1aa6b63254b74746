//! Pauses between attempts that grow, with jitter so that many devices do not try in step.

use crate::rng::Rng;
use core::time::Duration;

/// Exponential back-off with jitter: between half and the whole of `first · 2^failures`, capped.
pub(crate) fn backoff(
    (first, longest): (Duration, Duration),
    failures: u32,
    rng: &mut Rng,
) -> Duration {
    let whole = first.saturating_mul(1 << failures.min(16)).min(longest);
    jitter(whole, rng)
}

/// Between half and the whole of a pause.
pub(crate) fn jitter(whole: Duration, rng: &mut Rng) -> Duration {
    let half = whole / 2;
    let more = rng.below(
        u64::try_from(half.as_millis())
            .unwrap_or(u64::MAX)
            .saturating_add(1),
    );
    half + Duration::from_millis(more)
}

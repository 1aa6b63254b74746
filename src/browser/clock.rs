//! The only reader of the browser's clocks.

use super::window;
use corridor_core::time::{Mono, Now, Wall};

/// Both clocks now: `performance.now()` and `Date.now()`.
#[must_use]
pub fn now() -> Now {
    Now {
        mono: Mono(millis(
            window()
                .and_then(|window| window.performance())
                .map_or_else(js_sys::Date::now, |performance| performance.now()),
        )),
        wall: wall(),
    }
}

/// The wall clock alone.
#[must_use]
pub fn wall() -> Wall {
    Wall(millis(js_sys::Date::now()))
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "float casts saturate, and both clocks count whole milliseconds from zero"
)]
fn millis(value: f64) -> u64 {
    value as u64
}

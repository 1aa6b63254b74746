//! Tests of the browser shell in a real browser (`cargo xtask test`): no mocks, every adapter against the
//! API it wraps.
#![cfg(target_arch = "wasm32")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod app;
mod failure;
mod guards;
mod loopback;
mod seats;
mod vaults;

use js_sys::Promise;
use wasm_bindgen_futures::JsFuture;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

/// Waits until `holds`, for at most half a minute, and says what it waited for when that never comes.
async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    for _ in 0..3000 {
        if holds() {
            return;
        }
        turn().await;
    }
    panic!("waited in vain until {what}");
}

/// Lets the browser do other things for some milliseconds.
async fn turn() {
    let pause = Promise::new(&mut |resolve, _| {
        let window = web_sys::window().unwrap();
        window
            .set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, 10)
            .unwrap();
    });
    JsFuture::from(pause).await.unwrap();
}
